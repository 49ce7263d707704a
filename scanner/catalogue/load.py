"""Writing many models at once that the file never met, under names that nobody bears: what a bulk file brings.

The shelf asks of each entry what is known of it. Here nothing is, so each table is written in one go. The rows are the
same as the shelf's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.catalogue.entry import parents
from scanner.catalogue.numbers import Numbers, chunks, marks, namespace
from scanner.catalogue.packed import pack
from scanner.catalogue.parts import Fields
from scanner.catalogue.schema import PRESENT

_REMEMBERED = 200_000
"""Names of parents whose numbers are remembered: a few are named again and again."""


class Loader:
    """Loads into one transaction; ``source`` is a number, ``at`` when the models were seen, in unix seconds."""

    def __init__(self, connection: Any, source: int, at: int) -> None:
        self._connection, self._at, self._source = connection, at, source
        self._numbers = Numbers()
        self._words: dict[str, bytes] = {}
        self._publishers: dict[str | None, int | None] = {None: None}
        self._parents: dict[str, int] = {}
        self._next = 1 + (connection.exec_driver_sql("SELECT max(num) FROM models").scalar() or 0)

    def load(self, rows: Sequence[Fields]) -> None:
        """Write ``rows``: their ``_id``s are new, each once; their names are free, each once in any case."""
        # By name: what lies together in the file is then written together.
        rows = sorted(rows, key=_name)
        numbers = range(self._next, self._next + len(rows))
        self._next = numbers.stop
        self._publish(row[0] for row in rows)
        self._connection.exec_driver_sql(
            "INSERT INTO names (id, publisher, holder) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET id = excluded.id, holder = excluded.holder",
            [(row[0], self._publishers[namespace(row[0])], num) for num, row in zip(numbers, rows, strict=True)],
        )
        self._models(numbers, rows)
        self._link([(num, row[10]) for num, row in zip(numbers, rows, strict=True) if row[10] is not None])

    def _models(self, numbers: Iterable[int], rows: Sequence[Fields]) -> None:
        profiles = self._numbers.profiles(self._connection, sorted({row[11] for row in rows}))
        words = self._words
        if new := set().union(*[row[9] or () for row in rows]).difference(words):
            found = self._numbers.words(self._connection, sorted(new))
            words.update((tag, pack([number])) for tag, number in found.items())
        word = words.__getitem__
        self._connection.exec_driver_sql(
            "INSERT INTO models (num, name, hub_id, sha, created, modified, downloads, downloads_total, likes,"
            " parameters, tags, bases, profile, state, since, source, first_seen, seen)"
            " VALUES (?, (SELECT num FROM names WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            f" {PRESENT}, {self._at}, {self._source}, {self._at}, {self._at})",
            [
                (num, *row[:9], None if row[9] is None else b"".join(map(word, row[9])), row[10], profiles[row[11]])
                for num, row in zip(numbers, rows, strict=True)
            ],
        )

    def _link(self, children: Iterable[tuple[int, str | None]]) -> None:
        """The edges of each child (number, bases) to the names of its parents."""
        named = [(child, how, base) for child, bases in children for base, how in parents(bases).items()]
        if len(self._parents) > _REMEMBERED:
            self._parents.clear()
        new = {base for _, _, base in named if base not in self._parents}
        if new:
            found = self._numbers.names(self._connection, sorted(new))
            self._parents.update((base, found[base.casefold()][0]) for base in new)
        if named:
            self._connection.exec_driver_sql(
                "INSERT OR REPLACE INTO edges (parent, child, relation) VALUES (?, ?, ?)",
                sorted((self._parents[base], child, how) for child, how, base in named),
            )

    def _publish(self, ids: Iterable[str]) -> None:
        """Find the numbers of the namespaces that ``ids`` are in."""
        new = {namespace(id) for id in ids}.difference(self._publishers)
        if new:
            found = self._numbers.publishers(self._connection, sorted(space for space in new if space))
            self._publishers.update((space, found[space.casefold()]) for space in new if space)


def _name(row: Fields) -> str:
    id: str = row[0]
    return id.lower()


def taken(connection: Any, rows: Sequence[Fields]) -> set[bytes]:
    """The ``_id``s of rows that the shelf must weigh: the file knows the ``_id`` or the name, or two rows share one."""
    met: dict[str | bytes, bytes] = {}
    found: set[bytes] = set()
    for id, hub_id, *_ in rows:
        for key in (id.casefold(), hub_id):
            if key in met:
                found |= {hub_id, met[key]}
            met[key] = hub_id
    for ids in chunks([key for key in met if isinstance(key, bytes)]):
        asked = f"SELECT hub_id FROM models WHERE hub_id IN ({marks(ids)})"
        found |= {met[hub_id] for (hub_id,) in connection.exec_driver_sql(asked, tuple(ids))}
    for names in chunks([key for key in met if isinstance(key, str)]):
        asked = f"SELECT id FROM names WHERE holder IS NOT NULL AND id IN ({marks(names)})"
        found |= {met[id.casefold()] for (id,) in connection.exec_driver_sql(asked, tuple(names))}
    return found
