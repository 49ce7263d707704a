"""Texts that stand once in the file and are known by number elsewhere: names, namespaces, tags, profiles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

CHUNK = 500
"""How many values one question to the database carries."""


class Numbers:
    """Finds the numbers of texts and gives new ones. Remembers those of tags, profiles and namespaces.

    After a transaction that was not kept call ``forget``: a number given in it means nothing.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, int]] = {"words": {}, "profiles": {}, "publishers": {}}

    def forget(self, *tables: str) -> None:
        """Forget what stands in ``tables``, by default in all."""
        for table in tables or self._known:
            self._known[table].clear()

    def names(self, connection: Any, ids: Iterable[str]) -> dict[str, tuple[int, int | None]]:
        """Number and holder (None: nobody seen) of each repository name, by the name in lower case."""
        wanted = {id.casefold(): id for id in ids}
        found = dict(_held(connection, list(wanted)))
        missing = [id for key, id in wanted.items() if key not in found]
        if missing:
            spaces = self.publishers(connection, {space for id in missing if (space := namespace(id))})
            first = next_number(connection, "names")
            connection.exec_driver_sql(
                "INSERT INTO names (num, id, publisher) VALUES (?, ?, ?)",
                [
                    (num, id, spaces[space.casefold()] if (space := namespace(id)) else None)
                    for num, id in enumerate(missing, first)
                ],
            )
            found.update((id.casefold(), (num, None)) for num, id in enumerate(missing, first))
        return found

    def publishers(self, connection: Any, spaces: Iterable[str]) -> dict[str, int]:
        """The number of each namespace, by the namespace in lower case."""
        wanted = {space.casefold(): space for space in spaces}
        return self._of(connection, "publishers", "name", wanted, lambda name: (name,))

    def words(self, connection: Any, texts: Iterable[str]) -> dict[str, int]:
        return self._of(connection, "words", "text", {text: text for text in texts}, lambda text: (text,))

    def profiles(self, connection: Any, bodies: Iterable[str]) -> dict[str, int]:
        return self._of(connection, "profiles", "body", {body: body for body in bodies}, _profile_row)

    def _of(self, connection: Any, table: str, column: str, wanted: Mapping[str, str], row: Any) -> dict[str, int]:
        known = self._known[table]
        for chunk in chunks([key for key in wanted if key not in known]):
            self._look_up(connection, table, column, [wanted[key] for key in chunk])
            new = [wanted[key] for key in chunk if key not in known]
            if new:
                columns = _COLUMNS.get(table, column)
                marks = ", ".join("?" * (columns.count(",") + 1))
                connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", [row(t) for t in new])
                self._look_up(connection, table, column, new)
        return {key: known[key] for key in wanted}

    def _look_up(self, connection: Any, table: str, column: str, texts: Sequence[str]) -> None:
        rows = connection.exec_driver_sql(
            f"SELECT {column}, num FROM {table} WHERE {column} IN ({marks(texts)})", tuple(texts)
        )
        folded = table == "publishers"
        self._known[table].update((text.casefold() if folded else text, num) for text, num in rows)


_COLUMNS = {"profiles": "body, license, pipeline, library, model_type, formats, gated"}


def _profile_row(body: str) -> tuple[str | None, ...]:
    """A profile with the columns it is searched by; several licences or formats are joined by blanks."""
    profile = json.loads(body)
    # As a check has it: where the card was not seen, its tags tell, and then others.
    stated = [id for id, _ in profile.get("stated", {}).get("licenses") or ()]
    said = profile.get("card", {}).get("license") or profile.get("tagged") or stated
    texts = [item for item in (said if isinstance(said, list) else [said]) if isinstance(item, str)]
    formats = profile.get("listing", {}).get("formats")
    return (
        body,
        " ".join(texts) or None,
        profile.get("pipeline"),
        profile.get("library"),
        profile.get("model_type"),
        None if formats is None else " ".join(formats),
        profile.get("gated"),
    )


def _held(connection: Any, keys: list[str]) -> Iterator[tuple[str, tuple[int, int | None]]]:
    for chunk in chunks(keys):
        for id, num, holder in connection.exec_driver_sql(
            f"SELECT id, num, holder FROM names WHERE id IN ({marks(chunk)})", tuple(chunk)
        ).all():
            yield id.casefold(), (num, holder)


def next_number(connection: Any, table: str) -> int:
    """The number of the next row of ``table``, for whoever writes in this transaction."""
    last: int = connection.exec_driver_sql(f"SELECT coalesce(max(num), 0) FROM {table}").scalar_one()
    return last + 1


def namespace(id: str) -> str | None:
    """The part before the slash; None for a bare legacy name."""
    space, slash, _ = id.partition("/")
    return space if slash else None


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items, as many at a time as one question carries."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def marks(items: Sequence[object]) -> str:
    """A question mark for each item."""
    return ", ".join("?" * len(items))
