"""How many models there are, and of what kind, counted over the whole catalogue at one moment.

A model is counted once in each table: one whose roots are in two countries stands under both, ``CN US``. What is not
known is counted too, under ``?``; what was not concluded yet is told apart from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from scanner.catalogue.entry import moment
from scanner.catalogue.file import Catalogue
from scanner.catalogue.schema import GONE, PRESENT

SCHEMA = "modelorigin/catalogue-stats/v1"
UNKNOWN, NOT_CONCLUDED = "?", "not concluded"
MONTH, YEAR = "month", "year"

# In the order of the table: through an index it would jump to and fro. The others read an index alone.
_TIMES = (
    "SELECT created / 86400, sum(state = ?), sum(iif(state = ?, downloads, NULL)), sum(state = ?), min(seen), max(seen)"
    " FROM models NOT INDEXED GROUP BY 1"
)
_PROFILES = (
    "SELECT license, formats, pipeline, sum(n), sum(d) FROM"
    " (SELECT profile p, count(*) n, sum(downloads) d FROM models WHERE state = ? GROUP BY 1)"
    " JOIN profiles ON num = p GROUP BY 1, 2, 3"
)
_SUMMARIES = (
    "SELECT publisher, roots, sum(n), sum(d) FROM (SELECT summary s, count(*) n, sum(downloads) d"
    " FROM models WHERE state = ? GROUP BY 1) LEFT JOIN summaries ON num = s GROUP BY 1, 2"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """``downloads`` in the last 30 days, of models whose number is known; None: of none it is."""

    label: str
    models: int
    downloads: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """One way to count all models that are present; the largest first, moments in their order."""

    key: str
    title: str
    note: str
    bars: tuple[Bar, ...]

    def document(self) -> dict[str, Any]:
        bars = [{"label": bar.label, "models": bar.models, "downloads": bar.downloads} for bar in self.bars]
        return {"key": self.key, "title": self.title, "note": self.note, "bars": bars}


@dataclass(frozen=True, slots=True)
class Stats:
    """``oldest`` and ``newest``: when the models were last seen. ``open``: how many have no origin concluded yet."""

    catalogue: str
    models: int
    downloads: int | None
    gone: int
    open: int
    oldest: str | None
    newest: str | None
    sources: tuple[str, ...]
    charts: tuple[Chart, ...]

    def document(self) -> dict[str, Any]:
        said = {name: getattr(self, name) for name in self.__slots__}
        return {
            "schema": SCHEMA,
            **said,
            "sources": list(self.sources),
            "charts": [chart.document() for chart in self.charts],
        }


def stats(catalogue: Catalogue, by: str = YEAR) -> Stats:
    """Count everything; ``by`` is how time is cut, ``month`` or ``year``."""
    with catalogue.reading() as connection:
        ask = connection.exec_driver_sql
        times = ask(_TIMES, (PRESENT, PRESENT, GONE)).all()
        profiles = ask(_PROFILES, (PRESENT,)).all()
        summaries = ask(_SUMMARIES, (PRESENT,)).all()
        sources = tuple(
            f"{what} ({kind}, {(moment(day) or '')[:10]})"
            for kind, what, day in ask("SELECT kind, what, as_of FROM sources ORDER BY as_of DESC, num LIMIT 5")
        )
    return Stats(
        catalogue=catalogue.path.name,
        models=sum(row[1] for row in times),
        downloads=_sum(row[2] for row in times),
        gone=sum(row[3] for row in times),
        open=sum(models for publisher, _, models, _ in summaries if publisher is None),
        oldest=moment(min((row[4] for row in times), default=None)),
        newest=moment(max((row[5] for row in times), default=None)),
        sources=sources,
        charts=tuple(_charts(times, profiles, summaries, by)),
    )


def _charts(times: Sequence[Any], profiles: Sequence[Any], summaries: Sequence[Any], by: str) -> Iterator[Chart]:
    countries = "countries of control; ? is not known"
    if any(row[0] is not None for row in summaries):
        of_publisher = ((row[0] or NOT_CONCLUDED, *row[2:]) for row in summaries)
        yield _chart("publisher", "By country of the publisher", countries, of_publisher)
        # A model that is its own root has none above it: its publisher is where it comes from.
        of_roots = ((row[1] or (row[0] and UNKNOWN) or NOT_CONCLUDED, *row[2:]) for row in summaries)
        yield _chart("roots", "By country of the roots", f"{countries}; several: a merge", of_roots)
    yield _chart("license", "By licence", "as the card, else the tags, else others say; ? is none, or none was seen",
                 ((row[0] or UNKNOWN, *row[3:]) for row in profiles))  # fmt: skip
    yield _chart("format", "By format of the weights", "as the list of files shows; ? is a list that was not seen",
                 ((UNKNOWN if row[1] is None else row[1] or "no weights", *row[3:]) for row in profiles))  # fmt: skip
    yield _chart("task", "By task", "the pipeline tag; ? is none", ((row[2] or UNKNOWN, *row[3:]) for row in profiles))
    present = ("present", sum(row[1] for row in times), _sum(row[2] for row in times))
    state = [present, ("gone", sum(row[3] for row in times), None)]
    yield _chart("state", "By state", "gone: deleted or made private since it was first seen", state)
    created = _chart(
        "created", f"By {by} of creation", "the hub dates all that is older than March 2022 to that month",
        ((_span(row[0], by), *row[1:3]) for row in times if row[1]),
    )  # fmt: skip
    yield replace(created, bars=tuple(sorted(created.bars, key=lambda bar: bar.label)))


def _chart(key: str, title: str, note: str, counted: Iterable[tuple[str, int, int | None]]) -> Chart:
    sums: dict[str, tuple[int, int | None]] = {}
    for label, models, downloads in counted:
        before = sums.get(label, (0, None))
        sums[label] = (before[0] + models, _sum((before[1], downloads)))
    largest = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    return Chart(key, title, note, tuple(Bar(label, *pair) for label, pair in largest))


def _sum(numbers: Iterable[int | None]) -> int | None:
    """Of those that are known; None where none is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


@cache
def _span(day: int | None, by: str) -> str:
    """The year or month of a day, counted from 1970."""
    if day is None:
        return UNKNOWN
    return datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y" if by == YEAR else "%Y-%m")


def folded(bars: Sequence[Bar], most: int) -> list[Bar]:
    """The first ``most`` bars, all others as one."""
    if len(bars) <= most:
        return list(bars)
    rest = bars[most - 1 :]
    others = Bar(f"{len(rest):,} others", sum(bar.models for bar in rest), _sum(bar.downloads for bar in rest))
    return [*bars[: most - 1], others]
