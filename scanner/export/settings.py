"""The parameters of a policy that were set from outside, in words: what they are, and what they are by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def setting(said: Mapping[str, Any]) -> str:
    """``denied = CN, RU (default: CN)``; of ``Policy.settings`` or ``settings_of`` one."""
    value = _words(said["value"])
    if "default" not in said:
        default = "default not known"
    elif said["default"] is None:
        default = "there is no default"
    else:
        default = "which is the default" if said["default"] == said["value"] else f"default: {_words(said['default'])}"
    return f"{said['parameter']} = {value} ({default})"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value)
