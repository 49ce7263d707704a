"""A policy as it was recorded: made again from the texts that were kept, and from nothing else.

A record holds every text by the name of its policy. What a file extended by a path was then a file of another name; the
paths are not kept, so the few ways to give them names are tried, until the policy comes out as it was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice, product
from pathlib import PurePosixPath
from typing import Any

from scanner.errors import PolicyError
from scanner.policy.loader import load_found
from scanner.policy.packs import Found, is_path
from scanner.policy.rule import Policy
from scanner.policy.written import read_text

_TRIED = 1_000
_HINT = "replay it with the release that recorded it; the text is kept: modelorigin audit show"

Chosen = Mapping[tuple[str, str], str]
"""Which policy is meant, by the policy that extends and the word it is written with."""


def stored_policy(source: str) -> Policy:
    """The policy whose ``Policy.source`` this is; its digest is that of ``source``.

    Raises:
        PolicyError: it is no such text, or this release does not read it as it was read when it was recorded.
    """
    texts, overrides = source_parts(source)
    top = list(texts)[-1]
    wrong = PolicyError("it does not read as it was recorded")
    try:
        for chosen in islice(_choices(texts), _TRIED):
            policy, error = _loaded(_found(top, texts, chosen), overrides)
            if policy is not None and policy.source == source:
                return policy
            wrong = error or wrong
    except PolicyError as error:
        wrong = error
    raise PolicyError(f"the recorded policy cannot be read by this release: {wrong.message}", hint=_HINT) from wrong


def settings_of(source: str) -> list[dict[str, Any]]:
    """``Policy.settings`` of a recorded policy, without the defaults where this release does not read its text.

    Raises:
        PolicyError: it is no text of a policy.
    """
    _, overrides = source_parts(source)
    try:
        return stored_policy(source).settings if overrides else []
    except PolicyError:
        return [{"parameter": name, "value": value} for name, value in overrides.items()]


def _loaded(found: Found, overrides: Mapping[str, Any]) -> tuple[Policy | None, PolicyError | None]:
    try:
        return load_found(found, overrides), None
    except PolicyError as error:
        return None, error


def source_parts(source: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The texts of a ``Policy.source`` by the name of the policy, and the parameters that were set from outside.

    Raises:
        PolicyError: it is no such text.
    """
    try:
        pairs, overrides = json.loads(source)
        texts = dict(pairs)
    except (ValueError, TypeError, RecursionError) as error:
        raise PolicyError("the recorded policy is not a text of this program", hint=_HINT) from error
    said = (*texts, *texts.values())
    if not texts or not all(isinstance(text, str) for text in said) or not isinstance(overrides, dict):
        raise PolicyError("the recorded policy is not a text of this program", hint=_HINT)
    return texts, overrides


def _choices(texts: Mapping[str, str]) -> Iterator[Chosen]:
    """Every way to say which text a path led to; first the one where files are called as their policies are."""
    asked = [(name, path) for name, text in texts.items() for path in _extended(name, text) if is_path(path)]
    names = [sorted(texts, key=PurePosixPath(path.replace("\\", "/")).stem.__ne__) for _, path in asked]
    for found in product(*names):
        yield dict(zip(asked, found, strict=True))


def _extended(name: str, text: str) -> list[str]:
    written = read_text(text, f"{name}.yaml", kind="policy").value.get("extends")
    return [one for one in written if isinstance(one, str)] if isinstance(written, list) else []


def _found(name: str, texts: Mapping[str, str], chosen: Chosen) -> Found:
    def held(word: str) -> Found:
        other = chosen.get((name, word), word)
        if other not in texts:
            raise PolicyError(f"{name} extends {word!r}, which was not recorded with it", hint=_HINT)
        return _found(other, texts, chosen)

    return Found(texts[name], f"{name}.yaml", held=held)
