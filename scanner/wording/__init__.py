"""Which licence a text is, word for word, and where it departs: near-identical versions are the trap.

A text is *exact* only when the SHA-256 of its words, noise left out, is that of a text of the index. Anything else that
is close is *edited*, with every difference, and is the licence of nobody until somebody has read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scanner.wording.align import Work
from scanner.wording.compare import MAX_DIFFERENCES, Comparison, Difference, Kind, compare, verbatim
from scanner.wording.index import SAMPLE, Index, Reference, digest, runs, shipped, tables_digest
from scanner.wording.names import only_named, says_more
from scanner.wording.words import Words, hashes, is_quiet, read

__all__ = [
    "MAX_WORDS",
    "Difference",
    "Kind",
    "Part",
    "Recognition",
    "Runner",
    "Status",
    "Stretch",
    "has_text_of",
    "recognise",
    "tables_digest",
]

MAX_WORDS = 20_000
"""Words of a file that are compared; the longest text of the index has 7,000."""
MAX_PARTS = 8
MAX_STEPS = 400_000
EDITED, SIMILAR = 0.85, 0.5
"""Similarity from which a text is called an edit of its reference, and from which it is named at all."""
_CANDIDATES, _COMPARED = 12, 2
_WORTH, _ROUGH = 0.75, 0.9
"""Of the best one's share of runs, and of the words it explains, from which another text is looked at."""
_FEWEST = 10
"""Words below which a stretch is no text of its own."""
_HEADING = 25


class Status(StrEnum):
    EXACT = "exact"
    """one text of the index and nothing else, after noise"""
    EDITED = "edited"
    """close to a text of the index: what it permits is not known"""
    EMBEDDED = "embedded"
    """one text of the index, unchanged, within other text that may change what it means"""
    SEVERAL = "several"
    """texts of several licences"""
    SIMILAR = "similar"
    """some of its words are those of a text of the index"""
    NAMED = "named"
    """names a licence and holds the text of none"""
    NONE = "none"
    """no text of the index is like it"""


@dataclass(frozen=True, slots=True)
class Runner:
    """The text that comes second: how like it is, and by how many words it departs."""

    licenses: tuple[str, ...]
    similarity: float
    departing: int


@dataclass(frozen=True, slots=True)
class Part:
    """One licence text in a file. ``licenses`` are those that this text cannot tell apart; lines count from 1.

    ``differences`` are the first ``MAX_DIFFERENCES`` of ``count``; ``source`` is the copy it was compared with.
    """

    licenses: tuple[str, ...]
    title: str
    status: Status
    similarity: float
    differences: tuple[Difference, ...]
    count: int
    lines: tuple[int, int]
    source: str
    runner_up: Runner | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a file that belong to no text of the index."""

    words: int
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file holds. ``names`` are licences that it only names; ``unread`` words were too many to compare.

    ``says_more``, of a file that holds no text: words beside the names could change what is permitted.
    ``steps`` is the work that the comparison took, at most ``MAX_STEPS``.
    """

    status: Status
    parts: tuple[Part, ...] = ()
    others: tuple[Stretch, ...] = ()
    names: tuple[str, ...] = ()
    unread: int = 0
    steps: int = 0
    says_more: bool = False


def recognise(text: str, index: Index | None = None) -> Recognition:
    """What ``text`` holds, by the shipped index. Takes time linear in the text plus at most ``MAX_STEPS``.

    Raises:
        DataError: the shipped index cannot be read.
    """
    index = index or shipped()
    words = read(text, MAX_WORDS)
    known = index.by_digest.get((len(words.words), digest(words.words)))
    if known is not None and not words.unread:
        whole = (0, len(words.words))
        return Recognition(Status.EXACT, (_exact(words, index.references[known], whole),))
    search = _Search(words, index)
    parts = [part for _, part in sorted(search.parts((0, len(words.words)), MAX_PARTS), key=lambda p: p[0])]
    others = tuple(search.others())
    names = () if parts else only_named(text, index)
    more = not parts and says_more(text, names, index, MAX_WORDS)
    status = _status(parts, others, names, words.unread)
    return Recognition(status, tuple(parts), others, names, words.unread, search.work.spent, more)


def has_text_of(license: str | None) -> bool:
    """Whether the shipped index has a text of that licence, by SPDX name or LicenseRef."""
    return any(license in reference.licenses for reference in shipped().references)


def _status(parts: Sequence[Part], others: Sequence[Stretch], names: Sequence[str], unread: int) -> Status:
    if not parts:
        return Status.NAMED if names else Status.NONE
    if len(parts) > 1:
        return Status.SEVERAL
    if parts[0].status is Status.EXACT and (others or unread):
        return Status.EMBEDDED
    return parts[0].status


def _exact(words: Words, reference: Reference, span: tuple[int, int]) -> Part:
    lines = (words.line(span[0]), words.line(span[1] - 1))
    return Part(reference.licenses, reference.title, Status.EXACT, 1.0, (), 0, lines, reference.source, None)


class _Search:
    """Finds the licence texts in a file, the one that explains most of it first, then those before and after it."""

    def __init__(self, words: Words, index: Index) -> None:
        self.words, self.index = words, index
        self.hashed = hashes(words.words)
        self.work = Work(MAX_STEPS)
        self.left: list[tuple[int, int]] = []
        self.begins: dict[int, Reference] = {}

    def parts(self, span: tuple[int, int], most: int) -> Iterator[tuple[int, Part]]:
        begin, end = span
        found = self._best(span) if most and end - begin >= _FEWEST else None
        if found is None:
            self.left.append(span)
            return
        best, runner_up = found
        self.begins[best.begin] = best.reference
        yield best.begin, self._part(best, runner_up)
        before = list(self.parts((begin, best.begin), most - 1))
        yield from before
        yield from self.parts((best.end, end), most - 1 - len(before))

    def others(self) -> Iterator[Stretch]:
        """Stretches that no text explains; a heading before a text, of quiet words and those of its title, is none."""
        for begin, end in sorted(self.left):
            said = self.words.words[begin:end]
            reference = self.begins.get(end)
            titled = read(" ".join((reference.title, *reference.licenses)), MAX_WORDS).words if reference else ()
            heading = reference and len(said) <= _HEADING and is_quiet([word for word in said if word not in titled])
            if said and not heading:
                yield Stretch(len(said), (self.words.line(begin), self.words.line(end - 1)))

    def _part(self, best: Comparison, runner_up: Comparison | None) -> Part:
        reference = best.reference
        status = Status.EXACT if best.exact else Status.EDITED if best.similarity >= EDITED else Status.SIMILAR
        licenses, second = reference.licenses, None
        if runner_up is not None:
            others = runner_up.reference.licenses
            departing = runner_up.departing + max(0, best.end - best.begin - (runner_up.end - runner_up.begin))
            if departing == best.departing and not best.exact:
                licenses = (*licenses, *(one for one in others if one not in licenses))
            second = Runner(others, round(runner_up.similarity, 4), departing)
        lines = (self.words.line(best.begin), self.words.line(best.end - 1))
        shown = best.differences[:MAX_DIFFERENCES]
        similarity = best.similarity if best.exact else min(round(best.similarity, 4), 0.9999)
        return Part(
            licenses, reference.title, status, similarity, shown, len(best.differences), lines, reference.source, second
        )

    def _best(self, span: tuple[int, int]) -> tuple[Comparison, Comparison | None] | None:
        """The text that explains most of the stretch, and the best one that is another licence's."""
        hashed = self.hashed[slice(*span)]
        ranked = _ranked(hashed, self.index)
        words = self.words.cut(*span)
        if ranked and (unchanged := verbatim(words, hashed, ranked[0], self.index)):
            return self._moved(unchanged, span[0]), None
        compared = []
        for reference in ranked:
            found = compare(words, hashed, reference, self.index, self.work)
            if found is not None and found.similarity >= SIMILAR:
                compared.append(found)
        if not compared:
            return None
        # The one that explains more words, each that departs counted against it.
        compared.sort(key=lambda c: (2 * c.departing - (c.end - c.begin), not c.exact))
        best = self._moved(compared[0], span[0])
        second = next((c for c in compared[1:] if c.reference.licenses != best.reference.licenses), None)
        return best, second

    @staticmethod
    def _moved(found: Comparison, by: int) -> Comparison:
        moved = (found.begin + by, found.end + by)
        return Comparison(found.reference, *moved, found.similarity, found.exact, found.differences, found.departing)


def _ranked(hashed: Sequence[int], index: Index) -> list[Reference]:
    """Texts worth comparing, the one that explains most of the words first."""
    held = set(runs(hashed))
    likely = _likely(index.shared(held), index)
    if len(likely) < 2:
        return [index.references[number] for number in likely]
    weights = {}
    for number in _close({number: _roughly(index.apart(number), held) for number in likely}):
        wanted, optional = index.held(number)
        has = held & wanted
        # Runs that both have, less those that the file lacks and may not.
        weights[number] = len(has) - (len(wanted) - len(has) - len(optional - has))
    best = max(weights.values())
    near = [number for number in weights if weights[number] >= best - (1 - _WORTH) * abs(best)]
    near.sort(key=lambda number: (-weights[number], index.references[number].words, number))
    return [index.references[number] for number in near[:_COMPARED]]


def _roughly(wanted: Sequence[int], held: set[int]) -> int:
    return 2 * sum(map(held.__contains__, wanted)) - len(wanted)


def _close(rough: Mapping[int, int]) -> list[int]:
    """Texts that a rough weight cannot tell from the best, and as many as are compared."""
    ranked = sorted(rough, key=lambda number: (-rough[number], number))
    least = rough[ranked[0]] - (1 - _ROUGH) * abs(rough[ranked[0]])
    return [number for place, number in enumerate(ranked) if place < _COMPARED or rough[number] >= least]


def _likely(shared: Mapping[int, int], index: Index) -> list[int]:
    """Texts that share many of their sampled runs with a file, and texts of which the file has a large share."""
    share = {n: count / min(SAMPLE, index.references[n].words) for n, count in shared.items()}
    likely: dict[int, None] = {}
    for weight in (shared, share):
        best = max(weight.values(), default=0)
        ranked = sorted((n for n in weight if weight[n] >= _WORTH * best), key=lambda n: (-weight[n], n))
        likely |= dict.fromkeys(ranked[:_CANDIDATES])
    return list(likely)
