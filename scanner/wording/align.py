"""Which words of a text stand in another, in order: blocks of equal words, and the gaps between them.

Runs of words that the reference has once are anchors; between anchors the shortest edit is sought, and no further than
``Work`` allows: what is left is then one gap. A chosen text can make the answer coarse, never slow.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from operator import lt

from scanner.wording.index import RUN, TWICE, runs

_NEAR = 64
"""Words before the first and after the last anchor that are compared beyond what the reference has there."""

_STRIDE = 16
"""Words that are compared at once while they are equal."""

_EDITS = 100
"""Edits between two anchors beyond which the stretch is one gap."""


@dataclass(slots=True)
class Work:
    """Steps that may still be taken. ``spent`` is what was taken: the bound is a count, not a clock."""

    limit: int
    spent: int = 0

    def take(self, steps: int) -> bool:
        """Whether so many more steps are allowed; they count as taken."""
        if self.spent + steps > self.limit:
            return False
        self.spent += steps
        return True


@dataclass(frozen=True, slots=True)
class Block:
    """``size`` equal words, from ``at`` in the text and from ``ref`` in the reference."""

    at: int
    ref: int
    size: int

    @property
    def end(self) -> tuple[int, int]:
        return self.at + self.size, self.ref + self.size


def blocks(text: Sequence[int], reference: Sequence[int], places: Mapping[int, int], work: Work) -> list[Block]:
    """The blocks of equal words, in order. The text may hold the reference anywhere, and be much longer.

    ``places`` are those of the reference's runs.
    """
    chain = _extended(text, reference, _anchors(text, places))
    if not chain:
        if len(reference) > _NEAR or len(text) > 4 * _NEAR:
            return []
        return _between(text, reference, (0, len(text)), (0, len(reference)), work)
    chain = _trimmed(chain)
    found: list[Block] = []
    first, last = chain[0], chain[-1]
    found += _between(text, reference, (max(0, first.at - first.ref - _NEAR), first.at), (0, first.ref), work)
    for here, there in pairwise(chain):
        found.append(here)
        found += _between(text, reference, (here.end[0], there.at), (here.end[1], there.ref), work)
    found.append(last)
    at, ref = last.end
    rest = len(reference) - ref
    found += _between(text, reference, (at, min(len(text), at + rest + _NEAR)), (ref, len(reference)), work)
    return found


def _anchors(text: Sequence[int], places: Mapping[int, int]) -> list[tuple[int, int]]:
    """The longest rising chain of places where both hold a run of words that the reference holds once."""
    # One place in four will do: anchors grow, and a stretch of seven equal words has one.
    found = enumerate(map(places.get, runs(text)[::RUN], repeat(TWICE)))
    return _rising(_first_copy([(RUN * number, ref) for number, ref in found if ref != TWICE]))


def _first_copy(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without what the text has twice: a second copy of the reference further on, or runs that tell no place."""
    first = {ref: at for at, ref in reversed(pairs)}
    again = [(at, ref) for at, ref in pairs if first[ref] != at]
    if not again:
        return pairs
    if len(again) * 3 >= len(first):
        second = sorted(at - ref for at, ref in again)[len(again) // 3]
        return [pair for pair in pairs if pair[0] < second]
    twice = {ref for _, ref in again}
    return [pair for pair in pairs if pair[1] not in twice]


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    refs = [ref for _, ref in pairs]
    if all(map(lt, refs, refs[1:])):
        return pairs
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, ref in enumerate(refs):
        place = len(tails) if not tails or tails[-1] < ref else bisect_left(tails, ref)
        before.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(ref)
            ends.append(number)
        else:
            tails[place], ends[place] = ref, number
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _extended(text: Sequence[int], reference: Sequence[int], anchors: list[tuple[int, int]]) -> list[Block]:
    """Anchors grown to blocks as far as the words are equal."""
    found: list[Block] = []
    end_at = end_ref = 0
    for at, ref in anchors:
        if at < end_at or ref < end_ref:
            continue
        start_at, start_ref = at, ref
        while start_at > end_at and start_ref > end_ref and text[start_at - 1] == reference[start_ref - 1]:
            start_at, start_ref = start_at - 1, start_ref - 1
        end_at, end_ref = at + RUN, ref + RUN
        while (
            end_at + _STRIDE <= len(text) and text[end_at : end_at + _STRIDE] == reference[end_ref : end_ref + _STRIDE]
        ):
            end_at, end_ref = end_at + _STRIDE, end_ref + _STRIDE
        while end_at < len(text) and end_ref < len(reference) and text[end_at] == reference[end_ref]:
            end_at, end_ref = end_at + 1, end_ref + 1
        found.append(Block(start_at, start_ref, end_at - start_at))
    return found


def _trimmed(chain: list[Block]) -> list[Block]:
    """Without small blocks far off at either end: a phrase of another text that happens to be shared."""
    first, last = 0, len(chain) - 1
    while last > first and _far(chain[last - 1], chain[last], chain[last].size):
        last -= 1
    while first < last and _far(chain[first], chain[first + 1], chain[first].size):
        first += 1
    return chain[first : last + 1]


def _far(here: Block, there: Block, size: int) -> bool:
    apart, meant = there.at - here.end[0], there.ref - here.end[1]
    return apart > 3 * meant + 40 and size * 3 < apart


def _between(
    text: Sequence[int], reference: Sequence[int], span: tuple[int, int], wanted: tuple[int, int], work: Work
) -> list[Block]:
    """The shortest edit between two stretches (Myers 1986), as blocks; none where it would take too much work."""
    (at, at_end), (ref, ref_end) = span, wanted
    n, m = at_end - at, ref_end - ref
    if n <= 0 or m <= 0 or not work.take(n + m) or set(text[at:at_end]).isdisjoint(reference[ref:ref_end]):
        return []
    reach = {1: 0}
    trail = []
    for edits in range(min(n + m, _EDITS) + 1):
        if not work.take(edits + 1):
            return []
        trail.append(dict(reach))
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1])
            x = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            y = x - diagonal
            begun = x
            while x < n and y < m and text[at + x] == reference[ref + y]:
                x, y = x + 1, y + 1
            if x > begun and not work.take(x - begun):
                return []
            reach[diagonal] = x
            if diagonal == n - m and x >= n:
                return [Block(at + b.at, ref + b.ref, b.size) for b in _traced(trail, n, m)]
    return []


def _traced(trail: list[dict[int, int]], x: int, y: int) -> list[Block]:
    found = []
    for edits in range(len(trail) - 1, -1, -1):
        reach, diagonal = trail[edits], x - y
        down = diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        from_x = reach[before] if edits else 0
        start = (from_x if down else from_x + 1) if edits else 0
        if x > start:
            found.append(Block(start, start - diagonal, x - start))
        x, y = from_x, from_x - before
    return found[::-1]
