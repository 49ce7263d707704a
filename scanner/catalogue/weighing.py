"""What newly comes in, weighed against what the file knows: is it newer, and whose is the name?

The hub asked just now is right. Everything else is as old as its day: it does not speak against what was seen later,
and a name stays with the model that was seen under it later. What third parties state gives way to everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.entry import STAND_IN, Entry
from scanner.catalogue.numbers import chunks, marks
from scanner.catalogue.schema import PRESENT

API, BULK, STARTER = "api", "bulk", "starter"
FACTS = (
    "name", "sha", "created", "modified", "downloads", "downloads_total", "likes", "parameters", "tags", "bases",
    "profile",
)  # fmt: skip
"""Columns of a model that its source speaks of."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries are from: ``kind`` is ``api``, ``bulk`` or ``starter``; ``as_of`` in unix seconds."""

    kind: str
    what: str
    as_of: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """That models were seen ``at`` (unix seconds), as ``source`` tells, or were found ``gone`` at that moment.

    ``live``: the hub was asked just now, so nobody can know better.
    """

    source: Source
    at: int
    live: bool
    gone: int | None = None

    @property
    def moment(self) -> int:
        """How old the news is."""
        if self.gone is not None:
            return self.gone
        return self.at if self.source.kind == API else min(self.at, self.source.as_of)


@dataclass(slots=True)
class Known:
    """A model as it stands in the file; ``facts`` in the order of ``FACTS``. ``bears``: its name leads to it."""

    num: int
    hub_id: bytes
    id: str
    body: str
    state: int
    since: int
    seen: int
    kind: str
    source: int
    bears: bool
    facts: tuple[Any, ...]

    @property
    def name(self) -> int:
        number: int = self.facts[0]
        return number

    @property
    def stands_in(self) -> bool:
        """True where nobody said its ``_id``."""
        return self.hub_id.startswith(STAND_IN)


def known(connection: Any, hub_ids: Sequence[bytes]) -> dict[bytes, Known]:
    """The models with these ``_id``s."""
    return {found.hub_id: found for found in _read(connection, "FROM models m", "m.hub_id", hub_ids)}


def holders(connection: Any, ids: Iterable[str]) -> dict[str, Known]:
    """The models that the names lead to, by the name in lower case."""
    source = "FROM names asked JOIN models m ON m.num = asked.holder"
    return {found.id.casefold(): found for found in _read(connection, source, "asked.id", list(ids), "asked.id")}


def any_stand_in(connection: Any) -> bool:
    """True where the file holds a model whose ``_id`` nobody said."""
    asked = "SELECT 1 FROM models WHERE hub_id < ? LIMIT 1"
    return connection.exec_driver_sql(asked, (STAND_IN[:-1] + b"\1",)).scalar() is not None


def outdated(old: Known | None, seen: Sighting) -> bool:
    """True where the file knows better of a model than what is told now."""
    if old is None or seen.live:
        return False
    if old.kind != seen.source.kind and STARTER in (old.kind, seen.source.kind):
        return seen.source.kind == STARTER
    heard = old.seen if old.state == PRESENT else max(old.seen, old.since)
    return seen.moment < heard or (seen.moment == heard and old.kind == API != seen.source.kind)


def claims(entry: Entry, holder: Known | None, seen: Sighting) -> str:
    """Whose the name of ``entry`` is, if ``holder`` has it now: ``mine``, ``older`` than everybody's, ``lost`` later to
    the holder, or claimed by ``both`` at one time, of which the first that was read keeps it.
    """
    if holder is None or holder.hub_id == entry.hub_id or seen.live:
        return "mine"
    if seen.source.kind == STARTER and holder.kind != STARTER:
        return "older"
    if not holder.bears or holder.stands_in or holder.seen < seen.moment or holder.kind == STARTER:
        return "mine"
    return "lost" if holder.seen > seen.moment else "both"


def _read(connection: Any, source: str, key: str, keys: Sequence[Any], id: str = "n.id") -> Iterable[Known]:
    facts = ", ".join(f"m.{column}" for column in FACTS)
    for chunk in chunks(keys):
        for row in connection.exec_driver_sql(
            f"SELECT m.num, m.hub_id, {id}, p.body, m.state, m.since, m.seen, s.kind, m.source, n.holder = m.num,"
            f" {facts} {source} JOIN names n ON n.num = m.name JOIN profiles p ON p.num = m.profile"
            f" JOIN sources s ON s.num = m.source WHERE {key} IN ({marks(chunk)})",
            tuple(chunk),
        ):
            num, hub_id, name, body, state, since, at, kind, number, bears, *held = row
            yield Known(num, hub_id, name, body, state, since, at, kind, number, bool(bears), tuple(held))
