"""What was found in a file, each place once: the strongest reading wins, and what no reading took is read as text."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, replace

from scanner.references.names import Named, Names, shown
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.source import Source

TEXT = "text"
"""How a text is found that nothing but itself speaks for."""
_SURE = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}
HASH = re.compile(r"(?:^|\s)#", re.M)
"""What begins a comment in most files of settings and commands."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A named text between two offsets of a file; ``how`` and ``flags`` as in ``Reference``."""

    start: int
    end: int
    text: str
    how: str
    named: Named
    flags: tuple[str, ...] = ()


def references(
    source: Source, names: Names, spots: Iterable[Spot], comment: re.Pattern[str] | None = HASH
) -> list[Reference]:
    """The references of a file in order: ``spots``, and each id-shaped word of the text that none of them covers.

    A word is in a comment where ``comment`` is found before it on its line.
    """
    kept = strongest(spots)
    starts = [spot.start for spot in kept]
    rest = []
    line_end, remark = -1, 0
    for offset, word, named in names.inside(source.text):
        if offset > line_end:
            line_end, remark = _line(source.text, offset, comment)
        before = bisect_right(starts, offset + len(word) - 1) - 1
        if before < 0 or kept[before].end <= offset:
            spot = Spot(offset, offset + len(word), word, TEXT, named)
            rest.append(in_comment(spot) if offset >= remark else spot)
    every = sorted((*kept, *rest), key=lambda spot: spot.start)
    return [reference(source, spot) for spot in every]


def strongest(spots: Iterable[Spot]) -> list[Spot]:
    """In order and without overlap; of two that overlap the one that says more and is surer stays.

    It keeps the flags of both where they read the same text.
    """
    kept: list[Spot] = []
    for spot in sorted(spots, key=_rank):
        at = bisect_right(kept, spot.start, key=lambda other: other.start)
        free_before = at == 0 or kept[at - 1].end <= spot.start
        if free_before and (at == len(kept) or kept[at].start >= spot.end):
            insort(kept, spot, key=lambda other: other.start)
        elif at and (kept[at - 1].start, kept[at - 1].end) == (spot.start, spot.end):
            kept[at - 1] = replace(kept[at - 1], flags=tuple(dict.fromkeys((*kept[at - 1].flags, *spot.flags))))
    return kept


def _rank(spot: Spot) -> tuple[bool, int, bool, bool, int, int]:
    named = spot.named
    unread = named.kind in (Kind.UNRESOLVED, Kind.LOCAL)
    weak = _SURE[named.confidence] + unread
    return named.kind is Kind.IGNORED, weak, spot.how == TEXT, named.revision is None, spot.start, -spot.end


def in_comment(spot: Spot) -> Spot:
    """The same, of a comment: flagged, and of the lowest confidence."""
    return flagged(replace(spot, named=replace(spot.named, confidence=Confidence.LOW)), "comment")


def flagged(spot: Spot, flag: str) -> Spot:
    """The same with one flag more."""
    return replace(spot, flags=(*spot.flags, flag))


def _line(text: str, offset: int, comment: re.Pattern[str] | None) -> tuple[int, int]:
    """Where the line around ``offset`` ends, and where its comment begins: at that end when it has none."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    found = comment.search(text, text.rfind("\n", 0, offset) + 1, end) if comment else None
    return end, found.end() if found else end + 1


def reference(source: Source, spot: Spot) -> Reference:
    """A spot as a reference of its file."""
    line, column = source.place(spot.start)
    named = spot.named
    return Reference(
        source.path,
        line,
        column,
        named.kind,
        shown(spot.text),
        spot.how,
        named.repo,
        named.revision,
        named.confidence,
        spot.flags,
        named.reason,
    )
