"""Whether a file can name a model by anything but the look of a text: asked of its bytes before it is parsed."""

from __future__ import annotations

from functools import cache

from scanner.references import idioms, keys

_LONGEST = 4_000_000
"""A longer file is a dump of data, read as text."""


@cache
def _words() -> tuple[bytes, ...]:
    names = {*keys.words("nouns"), *keys.words("prefixes"), *keys.words("libraries"), *idioms.loading()}
    names |= {spelled for name in keys.words("loaders") | keys.words("named") for spelled in _spellings(name)}
    names |= keys.words("dataset_nouns") | idioms.HUB
    short = sorted(names, key=lambda name: (len(name), name))
    kept: list[str] = []
    for name in short:
        if not any(other in name for other in kept):
            kept.append(name)
    return tuple(name.encode() for name in kept)


def _spellings(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.replace("_", sign) for sign in ("_", "-", "", ".")))


def speaks(data: bytes) -> bool:
    """Whether any word stands in it that a key, a variable or a command is known by."""
    if len(data) > _LONGEST:
        return False
    lower = data.lower()
    return any(word in lower for word in _words())
