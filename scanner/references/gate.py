"""Whether a file can name a model by anything but the look of a text: asked of its bytes before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from scanner.references import idioms, keys, spots
from scanner.references.names import Names
from scanner.references.reference import Kind, Reference
from scanner.references.source import Source
from scanner.references.spots import Spot

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
    kept.sort(key=lambda name: len(name) <= _SHORT)
    return tuple((name.encode(), _alone(name) if len(name) <= _SHORT else None) for name in kept)


def _alone(name: str) -> re.Pattern[bytes]:
    word = re.escape(name.encode())  # first, for then the search looks for it alone
    return re.compile(rb"%s(?<![a-z0-9]%s)(?![a-z0-9])" % (word, word))


def _spellings(name: str) -> set[str]:
    return {name.replace("_", sign) for sign in ("_", "-", "", ".")}


def known_word(data: bytes) -> bool:
    """Whether any word stands in it that a key, a variable or a command is known by."""
    lower = data.lower()
    return any(word in lower and (alone is None or alone.search(lower) is not None) for word, alone in _words())


def references(
    source: Source, names: Names, read: Callable[[str], Iterable[Spot]], comment: re.Pattern[str] | None
) -> Sequence[Reference]:
    """The references of a file that ``read`` takes apart, which is only done where it can change what is found."""
    plain = source.data[:1] not in (b"\xff", b"\xfe")
    speaks = known_word(source.data if plain else source.text.encode("utf-8", "replace"))
    if not speaks and b"/" not in source.data:
        return ()
    found = spots.references(source, names, read(source.text) if speaks else (), comment)
    if not speaks and any(reference.kind is not Kind.IGNORED for reference in found):
        return spots.references(source, names, read(source.text), comment)
    return found
