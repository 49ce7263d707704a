"""Writing many models at once into a catalogue that holds none: what a bulk file brings.

The shelf asks of each entry what is known of it. Here nothing is, so each table is written in one go. The rows are the
same as the shelf's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from scanner.catalogue.entry import parents
from scanner.catalogue.numbers import Numbers, marks, namespace
from scanner.catalogue.packed import Words
from scanner.catalogue.parts import Fields

_REMEMBERED = 200_000
"""Names of parents whose numbers are remembered: a few are named again and again."""


Seen = tuple[int, int, int, int, int]
"""How a model was seen: state, since when, number of the source, first and last seen; moments in unix seconds."""


class Loader:
    """Loads into one transaction of a catalogue that held no models and no words when it began: there the words get
    the numbers that they have in ``words``.
    """

    def __init__(self, connection: Any, words: Words) -> None:
        self._connection = connection
        self._numbers = Numbers()
        self._words, self._worded = words, 0
        self._publishers: dict[str | None, int | None] = {None: None}
        self._parents: dict[str, int] = {}
        self._next = 1 + (connection.exec_driver_sql("SELECT max(num) FROM models").scalar() or 0)

    def load(self, rows: Sequence[Fields]) -> list[Fields]:
        """Write ``rows``, each the fields of an entry and how it was ``Seen``. Every name leads to its model.

        Returns those that another row was before, with their ``_id`` or their name in any case.
        """
        # By name: what lies together in the file is then written together.
        rows = sorted(rows, key=_folded)
        numbers = range(self._next, self._next + len(rows))
        self._next = numbers.stop
        names = self._name([row[0] for row in rows], numbers)
        lost = self._models(numbers, names, rows)
        # Those remembered here are enough.
        self._numbers.forget("publishers")
        self._link((num, row[10]) for num, row in zip(numbers, rows, strict=True) if row[10] and num not in lost)
        return [row for num, row in zip(numbers, rows, strict=True) if num in lost]

    def _name(self, ids: Sequence[str], models: range) -> list[int | None]:
        """Have each name lead to its model; its number, None where it led to another."""
        first = 1 + (self._connection.exec_driver_sql("SELECT max(num) FROM names").scalar() or 0)
        names: list[int | None] = list(range(first, first + len(ids)))
        self._ask(
            "INSERT INTO names (num, id, publisher, holder) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET id = excluded.id, holder = excluded.holder WHERE holder IS NULL",
            list(zip(names, ids, self._published(ids), models, strict=True)),
        )
        if self._connection.exec_driver_sql("SELECT count(*) FROM names WHERE num >= ?", (first,)).scalar() == len(ids):
            return names
        written = self._connection.exec_driver_sql("SELECT num FROM names WHERE num >= ?", (first,))
        # The others stood there before: somebody named them as a parent, or bears them.
        for name in set(range(first, first + len(ids))).difference(num for (num,) in written):
            at = name - first
            held = "SELECT num FROM names WHERE id = ? AND holder = ?"
            names[at] = self._connection.exec_driver_sql(held, (ids[at], models[at])).scalar()
        return names

    def _ask(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
        return int(self._connection.exec_driver_sql(statement, rows).rowcount) if rows else 0

    def _models(self, numbers: range, names: Sequence[int | None], rows: Sequence[Fields]) -> set[int]:
        """Write the rows that have a name and an ``_id`` of their own; returns the numbers of the others."""
        profiles = self._numbers.profiles(self._connection, sorted({row[11] for row in rows}))
        texts = self._words.texts
        self._ask("INSERT INTO words (num, text) VALUES (?, ?)", list(enumerate(texts[self._worded :], self._worded)))
        self._worded = len(texts)
        written = self._ask(
            "INSERT OR IGNORE INTO models (num, name, hub_id, sha, created, modified, downloads, downloads_total,"
            " likes, parameters, tags, bases, profile, state, since, source, first_seen, seen)"
            f" VALUES ({marks(range(18))})",
            [
                (num, name, *row[1:11], profiles[row[11]], *row[12:])
                for num, name, row in zip(numbers, names, rows, strict=True)
            ],
        )
        if written == len(rows):
            return set()
        held = "SELECT num FROM models WHERE num >= ? AND num < ?"
        found = self._connection.exec_driver_sql(held, (numbers.start, numbers.stop))
        lost = set(numbers).difference(num for (num,) in found)
        freed = [(name, num) for num, name in zip(numbers, names, strict=True) if num in lost and name is not None]
        self._ask("UPDATE names SET holder = NULL WHERE num = ? AND holder = ?", freed)
        return lost

    def _link(self, children: Iterable[tuple[int, str]]) -> None:
        """The edges of each child (number, bases) to the names of its parents."""
        named = [(child, how, base) for child, bases in children for base, how in parents(bases).items()]
        if len(self._parents) > _REMEMBERED:
            self._parents.clear()
        new = {base for _, _, base in named if base not in self._parents}
        if new:
            found = self._numbers.names(self._connection, sorted(new))
            self._parents.update((base, found[base.casefold()][0]) for base in new)
        self._ask(
            "INSERT INTO edges (parent, child, relation) VALUES (?, ?, ?)",
            sorted((self._parents[base], child, how) for child, how, base in named),
        )

    def _published(self, ids: Sequence[str]) -> Iterable[int | None]:
        """The numbers of the namespaces that ``ids`` are in."""
        spaces = list(map(namespace, ids))
        new = sorted(space for space in set(spaces).difference(self._publishers) if space)
        first = 1 + (self._connection.exec_driver_sql("SELECT max(num) FROM publishers").scalar() or 0)
        numbered = dict(zip(new, count(first), strict=False))
        written = self._ask("INSERT OR IGNORE INTO publishers (name, num) VALUES (?, ?)", list(numbered.items()))
        if written < len(new):
            # Some stood there before, or are spelled in two ways.
            held = self._numbers.publishers(self._connection, new)
            numbered = {space: held[space.casefold()] for space in new}
        self._publishers.update(numbered)
        return map(self._publishers.__getitem__, spaces)


def _folded(row: Fields) -> str:
    id: str = row[0]
    return id.lower()
