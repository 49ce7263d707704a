"""The parameters of a policy that were set from outside, in words: what they are, and what they are by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def setting(said: Mapping[str, Any], *, default: bool = True) -> str:
    """``denied = CN, RU (default: CN)``; of ``Policy.settings`` or ``settings_of`` one."""
    told = f"{said['parameter']} = {_words(said['value'])}"
    return f"{told} ({_default(said)})" if default else told


def _default(said: Mapping[str, Any]) -> str:
    if "default" not in said:
        return "default not known"
    if said["default"] is None:
        return "there is no default"
    return "which is the default" if said["default"] == said["value"] else f"default: {_words(said['default'])}"


def in_words(settings: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Each in words; a policy whose text does not read may have been changed in any way."""
    return ["not known: its text does not read"] if settings is None else [setting(one) for one in settings]


def under(policy: str, settings: Sequence[Mapping[str, Any]] | None, *, defaults: bool = True) -> str:
    """``no-prc-root with denied = CN, RU (default: CN)``"""
    if settings is None:
        return f"{policy} (parameters not known: its text does not read)"
    told = "; ".join(setting(one, default=defaults) for one in settings)
    return f"{policy} with {told}" if told else policy


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value)
