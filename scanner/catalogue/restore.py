"""A bundle put into a catalogue, in one transaction: as it stood where there is nothing, weighed where there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from scanner.catalogue import readback
from scanner.catalogue.bundle import Bundle
from scanner.catalogue.file import Catalogue
from scanner.catalogue.load import Loader
from scanner.catalogue.numbers import Numbers
from scanner.catalogue.packed import Words
from scanner.catalogue.parts import fields_of
from scanner.catalogue.readback import Model, Odd, Record
from scanner.catalogue.schema import GONE
from scanner.catalogue.shelf import Shelf, Tally, source_number
from scanner.catalogue.weighing import Sighting, Source

Progress = Callable[[int, int], None]
_BATCH = 10_000


def restore(catalogue: Catalogue, bundle: Bundle, watch: Progress) -> Tally:
    """Write what a verified bundle holds; rows keep their sources and moments.

    Raises:
        DataError: a line of it is none that an export writes; nothing was imported.
        StoreError: the catalogue cannot be written.
    """
    with catalogue.reading() as connection:
        empty = holds_none(connection)
    with catalogue.loading(bundle.models) if empty else catalogue.writing() as connection:
        words = Words()
        loader = Loader(connection, words) if holds_none(connection) else None
        put = _Restoring(connection, bundle, words, loader, watch)
        try:
            for record in bundle.lines():
                put.take(record)
            put.finish()
        except Odd as error:
            raise bundle.refused(str(error)) from error
    return put.tally


class _Restoring:
    """Takes one line after the other."""

    def __init__(self, connection: Any, bundle: Bundle, words: Words, loader: Loader | None, watch: Progress) -> None:
        self._connection, self._bundle, self._loader, self._watch = connection, bundle, loader, watch
        self._numbers, self._words = Numbers(), words
        self._shelf = Shelf(self._numbers)
        self._sources: list[Source] = []
        self._given: dict[int, int] = {}
        self._profiles: list[str] = []
        self._models: list[Model] = []
        self._unnamed: list[Model] = []
        """Those whose name leads to another come when all others have theirs."""
        self._others: dict[str, list[Any]] = {"name": [], "owner": [], "event": [], "detail": []}
        self._done, self._last = 0, connection.exec_driver_sql("SELECT max(num) FROM events").scalar() or 0
        self.tally = Tally()

    def take(self, record: Record) -> None:
        """Raises: Odd."""
        kind = record[0] if record and isinstance(record[0], str) else ""
        if kind == "model":
            self._model(readback.model(record, self._profiles, len(self._sources)))
        elif kind == "profile":
            self._profiles.append(readback.profile(record))
        elif kind == "source":
            self._sources.append(Source(*readback.source(record)))
        elif kind == "event":
            self._others["event"].append(readback.event(record, len(self._sources)))
        elif kind in _READ:
            self._others[kind].append(_READ[kind](record))
        else:
            raise Odd("a line of no kind that is known")

    def finish(self) -> None:
        self._flush(self._models)
        self._weigh(self._unnamed)
        if self._done + len(self._unnamed) != self._bundle.models:
            raise Odd(f"not all of {self._bundle.models:,} models are in it")
        lead(self._connection, self._others["name"])
        self._events(self._others["event"])
        self._facts()

    def _model(self, model: Model) -> None:
        (self._models if model.bears else self._unnamed).append(model)
        if len(self._models) == _BATCH:
            self._flush(self._models)
            self._models = []

    def _flush(self, models: Sequence[Model]) -> None:
        if self._loader is None:
            self._weigh(models)
        else:
            lost = self._loader.load([(*fields_of(one.entry, self._words), *self._seen(one)) for one in models])
            if lost:
                raise Odd(f"two models have the _id or the name of {lost[0][0]}")
            self.tally.new += len(models)
        self._done += len(models)
        self._watch(self._done, self._bundle.models)

    def _seen(self, model: Model) -> tuple[int, int, int, int, int]:
        return model.state, model.since, self._number(model.source), model.first, model.last

    def _weigh(self, models: Sequence[Model]) -> None:
        """One sighting after the other, as they happened."""
        for (last, source, gone), group in groupby(sorted(models, key=_sighting), key=_sighting):
            seen = Sighting(self._sources[source], last, live=False, gone=None if gone < 0 else gone)
            self.tally += self._shelf.weigh(self._connection, [one.entry for one in group], seen)
        self._ask(
            "UPDATE models SET first_seen = min(first_seen, ?), since = iif(state = ?, min(since, ?), since)"
            " WHERE hub_id = ?",
            [(one.first, one.state, one.since, one.entry.hub_id) for one in models],
        )

    def _events(self, events: Sequence[tuple[Any, ...]]) -> None:
        """Those that are new here; what the weighing found out by itself is told once, as the bundle tells it."""
        names = self._numbers.names(self._connection, (id for _, _, _, id, *_ in events))
        nums = {hub_id: self._num(hub_id) for _, _, hub_id, *_ in events}
        rows = [
            (kind, nums[hub_id], names[id.casefold()][0], before, after, at, self._number(source))
            for at, kind, hub_id, id, before, after, source in events
        ]
        if self._loader is None:
            found = self._connection.exec_driver_sql("SELECT max(num) FROM events").scalar() or 0
            own = "DELETE FROM events WHERE num > ? AND num <= ?"
            self._ask(f"{own} AND {_SAME}", [(self._last, found, *row[:5]) for row in rows])
            known = f"SELECT 1 FROM events WHERE {_SAME} AND at = ?"
            rows = [row for row in rows if self._connection.exec_driver_sql(known, row[:6]).scalar() is None]
        self._ask(
            "INSERT INTO events (kind, model, name, before, after, at, source) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )

    def _facts(self) -> None:
        """What was heard of owners, and what detail answers said, where nobody heard of it later."""
        self._numbers.publishers(self._connection, (row[-1] for row in self._others["owner"]))
        self._ask(
            "UPDATE publishers SET owner_id = ?1, owner_kind = ?2, owner_created = ?3, owner_seen = ?4"
            " WHERE name = ?5 AND coalesce(owner_seen, -1) < ?4",
            self._others["owner"],
        )
        self._ask(
            "INSERT INTO details (model, sha, seen, scan_done, issues) VALUES (?, ?, ?, ?, ?) ON CONFLICT (model)"
            " DO UPDATE SET sha = excluded.sha, seen = excluded.seen, scan_done = excluded.scan_done,"
            " issues = excluded.issues WHERE seen < excluded.seen",
            [(self._num(hub_id), *rest) for hub_id, *rest in self._others["detail"]],
        )

    def _num(self, hub_id: bytes) -> int:
        found = self._connection.exec_driver_sql("SELECT num FROM models WHERE hub_id = ?", (hub_id,)).scalar()
        if found is None:
            raise self._bundle.refused(f"it speaks of a model that is not in it: {hub_id.hex()}")
        number: int = found
        return number

    def _number(self, source: int) -> int:
        if source not in self._given:
            self._given[source] = source_number(self._connection, self._sources[source])
        return self._given[source]

    def _ask(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self._connection.exec_driver_sql(statement, rows)


def lead(connection: Any, names: Iterable[tuple[str, bytes]]) -> None:
    """Names that lead to a model (by its ``_id``) which bears another, where they lead nowhere yet."""
    wanted = dict(names)
    Numbers().names(connection, wanted)
    rows = [(hub_id, id) for id, hub_id in wanted.items()]
    if rows:
        connection.exec_driver_sql(
            "UPDATE names SET holder = (SELECT num FROM models WHERE hub_id = ?) WHERE id = ? AND holder IS NULL", rows
        )


def holds_none(connection: Any) -> bool:
    """True for a catalogue without a model, and without a word of one."""
    return connection.exec_driver_sql("SELECT 1 FROM models UNION ALL SELECT 1 FROM words LIMIT 1").scalar() is None


def _sighting(model: Model) -> tuple[int, int, int]:
    """When it was last seen, by which source, and since when it is gone; -1 where it is not."""
    return model.last, model.source, model.since if model.state == GONE else -1


_SAME = "kind = ? AND model = ? AND name = ? AND before IS ? AND after IS ?"
_READ: dict[str, Callable[[Record], Any]] = {
    "name": readback.redirect, "owner": readback.owner, "detail": readback.detail,
}  # fmt: skip
