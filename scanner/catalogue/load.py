"""Writing many models at once into a catalogue that holds none: what a bulk file brings.

The shelf asks of each entry what is known of it. Here nothing is, so each table is written in one go. The rows are the
same as the shelf's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.catalogue.entry import parents
from scanner.catalogue.numbers import Numbers, namespace
from scanner.catalogue.packed import pack
from scanner.catalogue.parts import Fields

_REMEMBERED = 50_000
"""Names of parents whose numbers are remembered: a few are named again and again."""


Seen = tuple[int, int, int, int, int]
"""How a model was seen: state, since when, number of the source, first and last seen; moments in unix seconds."""


class Loader:
    """Loads into one transaction of a catalogue that held no models when it began."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._numbers = Numbers()
        self._words: dict[str, bytes] = {}
        self._publishers: dict[str | None, int | None] = {None: None}
        self._parents: dict[str, int] = {}
        self._next = 1 + (connection.exec_driver_sql("SELECT max(num) FROM models").scalar() or 0)

    def load(self, rows: Sequence[Fields]) -> list[Fields]:
        """Write ``rows``, each the fields of an entry and how it was ``Seen``. Every name leads to its model.

        Returns those that another row was before, with their ``_id`` or their name in any case.
        """
        # By name: what lies together in the file is then written together.
        rows = sorted(rows, key=_name)
        numbers = range(self._next, self._next + len(rows))
        self._next = numbers.stop
        self._publish(row[0] for row in rows)
        self._ask(
            "INSERT INTO names (id, publisher, holder) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET id = excluded.id, holder = excluded.holder WHERE holder IS NULL",
            [(row[0], self._publishers[namespace(row[0])], num) for num, row in zip(numbers, rows, strict=True)],
        )
        lost = self._models(numbers, rows)
        # Those remembered here are enough.
        self._numbers.forget("words", "publishers")
        self._link((num, row[10]) for num, row in zip(numbers, rows, strict=True) if row[10] and num not in lost)
        return [row for num, row in zip(numbers, rows, strict=True) if num in lost]

    def _ask(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
        return int(self._connection.exec_driver_sql(statement, rows).rowcount) if rows else 0

    def _models(self, numbers: range, rows: Sequence[Fields]) -> set[int]:
        """Write the rows that bear their name; returns the numbers of the others."""
        profiles = self._numbers.profiles(self._connection, sorted({row[11] for row in rows}))
        words = self._words
        if new := set().union(*[row[9] or () for row in rows]).difference(words):
            numbered = self._numbers.words(self._connection, sorted(new))
            words.update((tag, pack([number])) for tag, number in numbered.items())
        word = words.__getitem__
        # Where the name has another holder there is no number of a name, and the row is ignored as a known _id is.
        written = self._ask(
            "INSERT OR IGNORE INTO models (num, name, hub_id, sha, created, modified, downloads, downloads_total,"
            " likes, parameters, tags, bases, profile, state, since, source, first_seen, seen)"
            " VALUES (?1, (SELECT num FROM names WHERE id = ?2 AND holder = ?1), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
            " ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            [
                (
                    num,
                    *row[:9],
                    None if tags is None else b"".join(map(word, tags)),
                    row[10],
                    profiles[row[11]],
                    *row[12:],
                )
                for num, row in zip(numbers, rows, strict=True)
                for tags in (row[9],)
            ],
        )
        if written == len(rows):
            return set()
        held = "SELECT num FROM models WHERE num >= ? AND num < ?"
        found = self._connection.exec_driver_sql(held, (numbers.start, numbers.stop))
        lost = set(numbers).difference(num for (num,) in found)
        names = [(row[0], num) for num, row in zip(numbers, rows, strict=True) if num in lost]
        self._ask("UPDATE names SET holder = NULL WHERE id = ? AND holder = ?", names)
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
