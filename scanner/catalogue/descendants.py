"""The blast radius of a model: everything that comes out of it, by any name it ever had.

A child names its parent, and the hub resolves the name. So a model has the children of all names that lead to it; a
child that is reached twice counts once, at its smallest distance; a circle ends where it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.entry import moment
from scanner.catalogue.find import Found
from scanner.catalogue.schema import GONE, PRESENT
from scanner.store.records import ScannedModel


@dataclass(frozen=True, slots=True)
class Count:
    """Models at one distance that come by one relation: ``downloads`` in the last 30 days, ``gone`` among them.

    ``downloads`` are those of the models whose number is known; None: of none of them.
    """

    depth: int
    relation: str
    models: int
    downloads: int | None
    gone: int


@dataclass(frozen=True, slots=True)
class Descendant:
    id: str
    depth: int
    relation: str
    parent: str
    downloads: int | None
    modified: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Used:
    """A recorded scan of the model or of a descendant, which is ``depth`` steps away from it."""

    model: str
    depth: int
    scan: ScannedModel


@dataclass(frozen=True, slots=True)
class Radius:
    """``former``: other names that lead to the model. ``largest``: the most downloaded, as many as were asked for."""

    found: Found
    former: tuple[str, ...]
    counts: tuple[Count, ...]
    largest: tuple[Descendant, ...]
    used: tuple[Used, ...]

    @property
    def models(self) -> int:
        return sum(count.models for count in self.counts)

    @property
    def downloads(self) -> int | None:
        known = [count.downloads for count in self.counts if count.downloads is not None]
        return sum(known) if known else None


def radius(connection: Any, found: Found, scanned: Iterable[ScannedModel] = (), *, limit: int | None = 20) -> Radius:
    """Everything that comes out of a model, the ``limit`` most downloaded by name (None: all), and recorded scans."""
    _walk(connection, found)
    return Radius(
        found,
        tuple(id for id in names(connection, found.model) if id != found.id),
        tuple(_counts(connection)),
        tuple(_largest(connection, -1 if limit is None else limit)),
        tuple(_used(connection, found, scanned)),
    )


def names(connection: Any, model: int | None) -> list[str]:
    """All names that lead to a model."""
    rows = connection.exec_driver_sql("SELECT id FROM names WHERE holder = ? ORDER BY id", (model,))
    return [id for (id,) in rows]


def _walk(connection: Any, found: Found) -> None:
    """Fill ``temp.down`` with the model at depth 0 and its descendants, one step after the other."""
    ask = connection.exec_driver_sql
    ask("DROP TABLE IF EXISTS temp.down")
    ask("CREATE TEMP TABLE down (model INTEGER PRIMARY KEY, depth INTEGER, relation TEXT, parent INTEGER)")
    ask("DROP TABLE IF EXISTS temp.step")
    ask("CREATE TEMP TABLE step (name INTEGER PRIMARY KEY)")
    ask("INSERT INTO temp.step VALUES (?)", (found.name,))
    if found.model is not None:
        ask("INSERT INTO temp.down VALUES (?, 0, '', NULL)", (found.model,))
        ask("INSERT OR IGNORE INTO temp.step SELECT num FROM names WHERE holder = ?", (found.model,))
    depth = 0
    while True:
        depth += 1
        # Of two parents at one distance the one whose name is known longer is told.
        met = ask(
            "INSERT OR IGNORE INTO temp.down SELECT e.child, ?, e.relation, e.parent FROM temp.step s"
            " CROSS JOIN edges e ON e.parent = s.name",
            (depth,),
        )
        if met.rowcount == 0:
            return
        ask("DELETE FROM temp.step")
        ask(
            "INSERT INTO temp.step SELECT n.num FROM temp.down d CROSS JOIN names n ON n.holder = d.model"
            " WHERE d.depth = ?",
            (depth,),
        )


def _counts(connection: Any) -> Iterator[Count]:
    rows = connection.exec_driver_sql(
        "SELECT d.depth, d.relation, count(*), sum(m.downloads), sum(m.state = ?) FROM temp.down d"
        " JOIN models m ON m.num = d.model WHERE d.depth > 0 GROUP BY d.depth, d.relation ORDER BY 1, 3 DESC, 2",
        (GONE,),
    )
    return (Count(*row) for row in rows)


def _largest(connection: Any, limit: int) -> Iterator[Descendant]:
    rows = connection.exec_driver_sql(
        "SELECT n.id, t.depth, t.relation, p.id, t.downloads, t.modified, t.state FROM"
        " (SELECT d.*, m.name, m.downloads, m.modified, m.state FROM temp.down d JOIN models m ON m.num = d.model"
        " WHERE d.depth > 0 ORDER BY m.downloads DESC, d.depth, m.num LIMIT ?) t"
        " JOIN names n ON n.num = t.name JOIN names p ON p.num = t.parent ORDER BY t.downloads DESC, t.depth, t.model",
        (limit,),
    )
    for id, depth, relation, parent, downloads, modified, state in rows:
        yield Descendant(
            id, depth, relation, parent, downloads, moment(modified), "present" if state == PRESENT else "gone"
        )


def _used(connection: Any, found: Found, scanned: Iterable[ScannedModel]) -> Iterator[Used]:
    """Those of the recorded scans that are about one of the models, known by ``_id``, else by any name it bore."""
    ask = connection.exec_driver_sql
    for scan in scanned:
        which = "SELECT num FROM models WHERE hub_id = ?" if scan.hub_id else "SELECT holder FROM names WHERE id = ?"
        value = bytes.fromhex(scan.hub_id) if scan.hub_id else scan.model
        depth = ask(f"SELECT depth FROM temp.down WHERE model = ({which})", (value,)).scalar()
        if depth is None and found.model is None and scan.model.casefold() == found.asked.casefold():
            depth = 0
        if depth is not None:
            yield Used(scan.model, depth, scan)
