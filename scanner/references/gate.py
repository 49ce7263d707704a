"""Whether a file can name a model by anything but the look of a text: asked of its bytes before it is parsed."""

from __future__ import annotations

import re
from functools import cache

from scanner.references import idioms, keys

_LONGEST = 4_000_000
"""A longer file is a dump of data, read as text."""
_SHORT = 4


@cache
def _words() -> tuple[tuple[bytes, re.Pattern[bytes] | None], ...]:
    """Each word in lower case, and how a short one must stand alone; no word holds another that need not."""
    names = {*keys.words("nouns"), *keys.words("dataset_nouns"), *keys.words("prefixes"), *keys.words("libraries")}
    names |= {spelled for name in keys.words("loaders") | keys.words("named") for spelled in _spellings(name)}
    names |= {*idioms.loading(), *idioms.HUB}
    kept: list[str] = []
    for name in sorted(names, key=lambda name: (len(name), name)):
        if not any(other in name for other in kept if len(other) > _SHORT):
            kept.append(name)
    return tuple((name.encode(), _alone(name) if len(name) <= _SHORT else None) for name in kept)


def _alone(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![a-z0-9])%s(?![a-z0-9])" % re.escape(name.encode()))


def _spellings(name: str) -> set[str]:
    return {name.replace("_", sign) for sign in ("_", "-", "", ".")}


def speaks(data: bytes) -> bool:
    """Whether any word stands in it that a key, a variable or a command is known by."""
    if len(data) > _LONGEST:
        return False
    lower = data.lower()
    return any(word in lower and (alone is None or alone.search(lower) is not None) for word, alone in _words())
