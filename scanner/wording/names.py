"""Texts that only name a licence: a notice above code, a line in a readme, an SPDX identifier.

Beside a name may stand what takes back half of it: a file says no more than the name where its other words are quiet or
the licence's own, as those of the notice in its appendix are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from scanner.wording.index import Index
from scanner.wording.words import hashes, is_quiet, read

_WORD = re.compile(r"[\w.+-]*\w\+?")
_FILLERS = frozenset(("the", "license", "licence", "version", "v", "of", "public", "international"))
_READ, _LONGEST, _WITHIN = 4_000, 14, 14
_INTRODUCED = re.compile(
    r"spdx-license-identifier|\blicen[cs]ed?\W{1,4}(?:under|using)|\b(?:terms|conditions) of|\b(?:re)?leased under"
    r"|\b(?:provided|distributed|available|covered) (?:under|by)|\blicen[cs]e\W{0,4}:",
    re.I,
)
MAX_NAMES = 8
_POINTS = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b(?:view|see|obtain|read)(?: a copy of)? the(?: full)? licen[cs]e(?: file| text)?(?: at\b)?"
    r"|\bview a copy of this licen[cs]e\b|\bfor (?:more |further )?(?:details|information)\b",
    re.I,
)
"""Where the text of the licence is to be found."""
_INTRODUCING = frozenset(("conditions", "distributed", "provided", "available"))


def only_named(text: str, index: Index) -> tuple[str, ...]:
    """Licences of the index that the first words of ``text`` say it is under, by title or id; at most a few."""
    titles = _titles(index)
    found: dict[str, None] = {}
    for introduced in _INTRODUCED.finditer(text[:_READ]):
        after = text[introduced.end() : introduced.end() + 300]
        words = [w for w in (word.casefold() for word in _WORD.findall(after)) if w not in _FILLERS][:_WITHIN]
        for name in _longest(words, titles):
            found.setdefault(name)
            break
    return tuple(found)[:MAX_NAMES]


def says_more(text: str, names: Sequence[str], index: Index, most: int) -> bool:
    """Whether words of ``text`` that could change what is permitted stand beside ``names``.

    Without a name every word counts. Words of which more than ``most`` are there say more.
    """
    words = read(_POINTS.sub(" ", text), most)
    own = [reference for reference in index.references if not set(names).isdisjoint(reference.licenses)]
    titles = read(" ".join((*names, *(reference.title for reference in own))), most).words if own else ()
    passed = _INTRODUCING.union(titles) if own else frozenset()
    theirs = {three for reference in own for three in threes(index.words(reference.number))}
    covered: set[int] = set()
    for at, three in enumerate(threes(hashes(words.words))):
        if three in theirs:
            covered.update((at, at + 1, at + 2))
    said = [word for at, word in enumerate(words.words) if at not in covered and word not in passed]
    return bool(words.unread) or not is_quiet(said)


def threes(hashed: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Every three numbers that follow one another."""
    return zip(hashed, hashed[1:], hashed[2:], strict=False)


def _longest(words: list[str], titles: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    for begin in range(min(3, len(words))):
        for end in range(min(len(words), begin + _LONGEST), begin, -1):
            if tuple(words[begin:end]) in titles:
                yield titles[tuple(words[begin:end])]


@cache
def _titles(index: Index) -> Mapping[tuple[str, ...], str]:
    """Titles and ids, in the words that count, of the licences of the index; those that two share name none."""
    told: dict[tuple[str, ...], set[str]] = {}
    for reference in index.references:
        for name in reference.licenses:
            for title in (name, *([reference.title] if len(reference.licenses) == 1 else ())):
                words = tuple(w for w in (w.casefold() for w in _WORD.findall(title)) if w not in _FILLERS)
                told.setdefault(words, set()).add(name)
    return {words: next(iter(names)) for words, names in told.items() if words and len(names) == 1}
