"""By what models were asked for, by whom, and in which code bases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, Connection, Subquery, cast, func, select

from scanner.store.records import NIGHT
from scanner.store.tables import documents, scans


@dataclass(frozen=True, slots=True)
class Requested:
    """A text that a model was asked for by on a hub, with ``number``, moment and verdict of the scan that counts.

    That is the last by which somebody asked for it by name (``by_name``), else the first of a code base that uses it: a
    code base is scanned without anybody who reads of each of its models. ``number`` is None where what was asked for
    was redacted, and only later ones are left; moment and verdict are then those of the last.
    ``last`` is the number of its last scan of all, those by night (``NIGHT``) included; ``by_day`` that of the last
    without them, None where there is none.
    ``codebases`` are the names of those that used it so when they were scanned.
    """

    requested: str
    hub: str
    number: int | None
    at: str
    verdict: str
    last: int
    by_day: int | None
    by_name: bool
    codebases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Span:
    """From ``first`` to ``last`` the numbers of scans that were made by night, or not, for one code base or none."""

    night: bool
    codebase: str | None
    first: int
    last: int


def _point(spans: Sequence[_Span]) -> tuple[int | None, bool]:
    """The scan of one text that counts, and whether it was asked for by name: see ``Requested``."""
    named = [one.last for one in spans if not one.night and one.codebase is None]
    if named:
        return max(named), True
    first = min(spans, key=lambda one: one.first)
    return (None if first.night else first.first), False


def requests(connection: Connection) -> list[Requested]:
    """Every text that a model was ever asked for by, by hub; the one that is longest ago first."""
    one = uses(connection).c
    of_a_kind = (one.requested, one.hub, one.night, one.codebase)
    spans = select(*of_a_kind, func.min(one.id), func.max(one.id)).group_by(*of_a_kind)
    asked: dict[tuple[str, str], list[_Span]] = {}
    for requested, hub, by_night, used_by, first, last in connection.execute(spans):
        asked.setdefault((requested, hub), []).append(_Span(bool(by_night), used_by, first, last))
    rows = {row.id: row for row in connection.execute(select(scans.c.id, scans.c.at, scans.c.verdict))}
    found = []
    for (requested, hub), some in asked.items():
        (number, by_name), last = _point(some), max(span.last for span in some)
        row = rows[number or last]
        used = sorted({span.codebase for span in some if span.codebase is not None})
        by_day = max((span.last for span in some if not span.night), default=None)
        found.append(Requested(requested, hub, number, row.at, row.verdict, last, by_day, by_name, tuple(used)))
    return sorted(found, key=lambda one: one.last)


def uses(connection: Connection) -> Subquery:
    """The scans, each with the code base that used the model: the one thing that is asked of a facts document."""
    if connection.dialect.name == "sqlite":
        named = func.json_extract(documents.c.body, "$.usage.codebase")
    else:
        named = func.json_extract_path_text(cast(documents.c.body, JSON), "usage", "codebase")
    night = scans.c.run.like(f"{NIGHT}%").label("night")
    # A server groups and sorts by columns, not by what is written with parameters: so it is a table of its own.
    query = select(scans.c.id, scans.c.requested, scans.c.hub, scans.c.model_key, scans.c.hub_id, night,
                   named.label("codebase"))  # fmt: skip
    return query.outerjoin(documents, documents.c.digest == scans.c.facts_digest).subquery()
