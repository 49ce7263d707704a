"""The policies and waivers a run judges by, as the options name them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.policy import Policy


def policies(names: Sequence[str], settings: Sequence[str]) -> list[Policy]:
    """The named policies with their parameters set; ``settings`` are texts ``NAME=VALUE``.

    Raises:
        PolicyError: a policy is missing or malformed.
        UsageError: none is named, two are called the same, or a setting fits none.
    """
    from scanner.policy import load_policy

    overrides = dict(_setting(text) for text in settings)
    if not names:
        raise UsageError("no policy was named", hint="name one with --policy; `modelorigin policy list` shows them")
    names = list(dict.fromkeys(names))
    loaded = [load_policy(name) for name in names]
    called = [policy.name for policy in loaded]
    if twice := next((name for name in called if called.count(name) > 1), None):
        raise UsageError(f"two policies are called {twice!r}", hint="give one of them another name: the record says it")
    known = sorted({parameter for policy in loaded for parameter in policy.parameters})
    for key in overrides:
        if key not in known:
            close = get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known) or 'none'}"
            raise UsageError(f"no policy named here has a parameter {key!r}", hint=hint)
    for index, (name, policy) in enumerate(zip(names, loaded, strict=True)):
        if own := {key: value for key, value in overrides.items() if key in policy.parameters}:
            loaded[index] = load_policy(name, overrides=own)
    return loaded


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"not NAME=VALUE: {text!r}", hint="for example --set denied=CN,RU")
    return key, value
