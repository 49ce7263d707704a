"""What a report says of one scan, in order, before anything is drawn. Formats decide only how it looks.

A line is made of spans. A span is either our own words or a *quote*: text that came from a hub, a registry or a policy.
Every format escapes quotes, so that what strangers wrote can be shown and can never act.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

Json = Mapping[str, Any]

SHOWN = 6
"""How many entries of a list are shown before the rest is counted."""
LONGEST = 300
"""Characters of one quote; the documents have the whole text."""

_TERM = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_COMMIT = re.compile(r"@([0-9a-f]{12})[0-9a-f]{28}\b")
_REASONED = re.compile(r"(?P<reason>.+) \((?P<pages>(?:https?://|public )[^()]*)\)")


class Mark(Enum):
    """How a span is meant."""

    WORDS = "words"
    FAINT = "faint"
    WARN = "warn"
    QUOTE = "quote"
    VERDICT = "verdict"
    COUNTRY = "country"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    mark: Mark = Mark.WORDS


def faint(text: str) -> Span:
    return Span(text, Mark.FAINT)


def warn(text: str) -> Span:
    return Span(text, Mark.WARN)


def quote(text: object) -> Span:
    """Text that others wrote, cut where it is too long to be read."""
    said = str(text)
    return Span(said if len(said) <= LONGEST else said[: LONGEST - 1] + "…", Mark.QUOTE)


def term(text: str, mark: Mark = Mark.WORDS) -> Span:
    """A word of a closed set, or a date, as the documents spell it. Anything else is a quote, wherever it stands."""
    return Span(text, mark) if len(text) <= 40 and _TERM.fullmatch(text) else quote(text)


def country(code: str | None, unknown: str = "unknown") -> Span:
    """An ISO code, or ``unknown`` where it could not be determined."""
    return term(code, Mark.COUNTRY) if code else warn(unknown)


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``item`` marks it as one of a list under the line before."""

    spans: tuple[Span, ...]
    item: bool = False


Part = Span | str | None


def line(*parts: Part, item: bool = False) -> Line:
    """A line of spans and of our own words; None leaves a part out."""
    return Line(tuple(Span(p) if isinstance(p, str) else p for p in parts if p), item)


def listed(values: Sequence[object], limit: int = SHOWN) -> list[Part]:
    """Quotes with commas between; more than ``limit`` are counted."""
    parts: list[Part] = []
    for value in values[:limit]:
        parts += [", ", quote(value)] if parts else [quote(value)]
    return [*parts, faint(f" and {len(values) - limit} more")] if len(values) > limit else parts


def capped(lines: Iterable[Line], total: int, noun: str) -> Iterable[Line]:
    """The first ``SHOWN`` of ``total`` lines; the rest is counted, never dropped in silence, and leaves no footnote."""
    yield from islice(lines, SHOWN)
    if total > SHOWN:
        yield line(faint(f"{counted(total - SHOWN, f'more {noun}')}: --format json has all"), item=True)


def counted(number: int, noun: str) -> str:
    """``1 file``, ``2 files``, ``2 duties``."""
    plural = noun if number == 1 else f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {plural}"


@dataclass(frozen=True, slots=True)
class Branch:
    """A model of the lineage and, below it, the models it came out of."""

    label: Line
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]
    tree: Branch | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """All that is said of one scan.

    ``verdict`` is the worst of the decisions, None where no policy was asked; ``rules`` are those it comes from,
    ``waived`` those that would weigh where none does;
    ``caveat`` is set when the live hub was not asked; ``notes`` are the footnotes, numbered from 1; the verdict rests
    on the first ``grounds`` of them. ``everything`` is how one sees all of it.
    """

    verdict: str | None
    model: str
    rules: tuple[str, ...]
    waived: tuple[str, ...]
    caveat: str | None
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    grounds: int
    everything: str


class Notes:
    """The footnotes of one account: one number for one source."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cite(self, *sources: str | None) -> Span | None:
        """The footnote marks of ``sources``, with a space before them; None when there is no source."""
        named = dict.fromkeys(quote(_COMMIT.sub(r"@\1", s)).text for s in sources if s)
        numbers = dict.fromkeys(map(self._number, named))
        return Span(" " + "".join(f"[{n}]" for n in numbers), Mark.NOTE) if numbers else None

    def _number(self, source: str) -> int:
        """The number of ``source``, or of one that names the same pages and says what they show."""
        said = next((number for text, number in self._numbers.items() if text.endswith(f": {source}")), None)
        return said or self._numbers.setdefault(source, len(self._numbers) + 1)

    def cite_facts(self, footnotes: Iterable[Json], *facts: str) -> Span | None:
        """The marks of what the registry or the licence table cites for any of ``facts``."""
        return self.cite(*citations(footnotes, *facts))

    def texts(self) -> tuple[str, ...]:
        return tuple(self._numbers)


def citations(footnotes: Iterable[Json], *facts: str) -> list[str]:
    """The footnotes of the documents that are of one of ``facts``, as texts."""
    return [_citation(note) for note in footnotes if note["fact"] in facts]


def _citation(footnote: Json) -> str:
    """The first page and how many more, with the reason where one is given, when it was read, how sure if not sure."""
    source = footnote["source"]
    reasoned = _REASONED.fullmatch(source)
    first, *more = (reasoned["pages"] if reasoned else source).split(" ; ")
    text = f"{reasoned['reason']}: {first}" if reasoned else first
    others = f" and {counted(len(more), 'more page')}" if more else ""
    told = [f"read {footnote['seen']}"] if footnote["seen"] else []
    if footnote["confidence"] != "high":
        told.append(f"confidence {footnote['confidence']}")
    return f"{text}{others}" + (f" ({', '.join(told)})" if told else "")


def short(commit: str) -> str:
    """As much of a commit or digest as a person compares."""
    return commit[:12]
