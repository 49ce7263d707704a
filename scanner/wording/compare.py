"""One text against one reference: what is passed over as noise, and every difference that is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from scanner.text import clean_line
from scanner.wording.align import Block, Work, blocks
from scanner.wording.index import Index, Reference, digest, place
from scanner.wording.words import Words, hashes, holds_copyright, is_quiet, vocabulary

MAX_DIFFERENCES = 50
_SHOWN = 24
_HEADING, _HOLDER = 12, 10
"""Quiet words passed over: in a heading, and for a name."""


class Kind(StrEnum):
    ADDED = "added"
    """words that the reference does not have"""
    REMOVED = "removed"
    """words of the reference that are not there"""
    CHANGED = "changed"
    """words in place of others"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a text departs from its reference.

    ``words`` are the text's own, in lower case, at most a line of them; ``count`` is how many they are and ``missing``
    how many of the reference are not there. ``named`` are those of the missing ones that can be told: the reference is
    held as numbers, so only words of a short list are. ``line`` counts from 1.
    """

    kind: Kind
    words: str
    count: int
    missing: int
    named: tuple[str, ...]
    line: int

    @property
    def told(self) -> str:
        """The difference in words, without its line."""
        missing = f"{self.missing} word{'s' * (self.missing != 1)} of the licence"
        if self.named:
            missing += f" (among them, it seems: {', '.join(self.named)})"
        if self.kind is Kind.REMOVED:
            return f"lacks {missing}"
        if self.kind is Kind.ADDED:
            return f'adds "{self.words}"'
        return f'"{self.words}" in place of {missing}'


@dataclass(frozen=True, slots=True)
class Comparison:
    """``begin`` to ``end`` are the words of the text that the reference explains; ``similarity`` is of those.

    ``exact``: after noise the words have the reference's SHA-256. ``departing`` counts words, in and out.
    """

    reference: Reference
    begin: int
    end: int
    similarity: float
    exact: bool
    differences: tuple[Difference, ...]
    departing: int


def verbatim(words: Words, hashed: Sequence[int], reference: Reference, index: Index) -> Comparison | None:
    """``words`` where they hold the reference, appendix and heading aside, word for word; None where they do not."""
    numbers = index.words(reference.number)
    low, high = reference.core
    at = place(hashed, numbers[low:high])
    if at is None or digest(words.words[at : at + high - low]) != reference.sha256:
        return None
    begin, end = at, at + high - low
    if end < len(hashed) and hashed[end : end + reference.words - high] != numbers[high:]:
        # What follows may be the appendix with a name filled in.
        return None
    if hashed[max(0, at - low) : at] == numbers[:low]:
        begin = at - low
    if hashed[end : end + reference.words - high] == numbers[high:]:
        end += reference.words - high
    return Comparison(reference, begin, end, 1.0, True, (), 0)


def compare(words: Words, hashed: Sequence[int], reference: Reference, index: Index, work: Work) -> Comparison | None:
    """``words`` against one text of the index; None when they share no run of words."""
    numbers = index.words(reference.number)
    found = blocks(hashed, numbers, index.places(reference.number), work)
    if not found:
        return None
    reading = _Reading(words, numbers, reference)
    reading.walk(found)
    core = reference.core[1] - reference.core[0]
    span = reading.end - reading.begin
    # Words passed over count as equal: a name filled in makes no text less like another.
    extra = sum(d.count for d in reading.differences)
    missing = sum(d.missing for d in reading.differences)
    similarity = max(0.0, 2 * (core - missing) / (2 * core - missing + extra)) if core else 0.0
    exact = not reading.differences and digest(reading.canonical) == reference.sha256
    if not exact and not reading.differences:
        # Words with the same sixteen bits, or noise that is none: the digest says that something differs.
        here = words.line(reading.begin)
        reading.differences.append(Difference(Kind.CHANGED, "words that could not be placed", 1, 1, (), here))
        similarity = min(similarity, 1 - 1 / max(core, span, 1))
    return Comparison(
        reference,
        reading.begin,
        reading.end,
        similarity,
        exact,
        tuple(reading.differences),
        extra + missing if reading.differences else 0,
    )


class _Reading:
    """Walks the blocks and gaps once, gathering what differs and what the words are once the noise is out."""

    def __init__(self, words: Words, numbers: Sequence[int], reference: Reference) -> None:
        self.words, self.numbers = words, numbers
        self.start, self.stop = reference.core
        self.total = reference.words
        self.begin = self.end = 0
        self.canonical: list[str] = []
        self.differences: list[Difference] = []

    def walk(self, found: Sequence[Block]) -> None:
        # Words before the first block stand where the reference's own first words are missing; so at the end.
        lost = max(0, found[0].ref - self.start)
        self.begin = max(0, found[0].at - lost)
        at, ref = self.begin, 0
        for block in found:
            self._gap((at, block.at), (ref, block.ref))
            low, high = max(block.ref, self.start), min(block.end[1], self.stop)
            if low < high:
                self.canonical += self.words.words[block.at + low - block.ref : block.at + high - block.ref]
            at, ref = block.end
        self.end = min(len(self.words.words), at + max(0, self.stop - ref))
        self._gap((at, self.end), (ref, self.total))

    def _gap(self, span: tuple[int, int], wanted: tuple[int, int]) -> None:
        said = self.words.words[slice(*span)]
        low, high = max(wanted[0], self.start), min(wanted[1], self.stop)
        missing = self.numbers[low:high] if low < high else self.numbers[:0]
        if not said and not missing:
            return
        if wanted[1] <= self.start and len(said) <= _HEADING and is_quiet(said):
            return
        if not missing and holds_copyright(said):
            return
        phrase = holder(tuple(self.numbers[slice(*wanted)]))
        if phrase and 0 < len(said) <= _HOLDER and is_quiet(said):
            self.canonical += phrase[max(0, low - wanted[0]) : max(0, high - wanted[0])]
            return
        kind = Kind.CHANGED if said and missing else Kind.ADDED if said else Kind.REMOVED
        shown = clean_line(" ".join(said[:_SHOWN]) + (" ..." if len(said) > _SHOWN else ""))
        line = self.words.line(span[0] if said else max(0, span[0] - 1))
        self.differences.append(Difference(kind, shown, len(said), len(missing), tuple(named(missing)), line))


def named(missing: Sequence[int]) -> Iterator[str]:
    """Words of the short list that have the numbers of missing ones, in order, each once."""
    for number in dict.fromkeys(missing):
        if number in _told():
            yield _told()[number]


@cache
def _told() -> dict[int, str]:
    told = vocabulary().told
    return dict(zip(hashes(told), told, strict=True))


@cache
def _holders() -> dict[tuple[int, ...], tuple[str, ...]]:
    return {tuple(hashes(phrase)): phrase for phrase in vocabulary().holders}


def holder(missing: tuple[int, ...]) -> tuple[str, ...] | None:
    """The phrase for whoever gives the licence that has these numbers, if it is one."""
    return _holders().get(missing)
