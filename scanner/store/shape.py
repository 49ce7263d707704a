"""Is the database built as this program builds it: its tables, indexes and guards, word by word?

A schema decides what is read. A column may be computed, an index leave rows out, a view stand where a table stood, a
trigger act on what is added. So it is looked at before anything is believed that it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.schema import CreateIndex, CreateTable

from scanner.store.guards import guards, missing_guards
from scanner.store.tables import metadata, version

_WORD = re.compile(r'\w+|[^\w\s"]')
_TABLES = (*metadata.sorted_tables, version)
_NAMES = frozenset(table.name for table in _TABLES)


@dataclass(frozen=True, slots=True)
class Shape:
    """``problems`` are what is built otherwise, ``foreign`` what is no part of the audit and does not touch it.

    A database that is not ``readable`` may show anything, whatever lies in it.
    """

    problems: tuple[str, ...]
    foreign: tuple[str, ...]
    readable: bool


def shape(connection: Connection) -> Shape:
    """Compare the schema with that of a new database; on a server only the guards."""
    if connection.dialect.name != "sqlite":
        lost = missing_guards(connection)
        return Shape(tuple(f"the guard {name} is missing or was changed" for name in lost), (), True)
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    found = {(kind, name): sql for kind, name, sql in rows}
    problems, foreign, readable = [], [], True
    for (kind, name), sql in _made(connection):
        there = found.pop((kind, name), None)
        if there is None or words(there) != words(sql):
            title = "guard" if kind == "trigger" else kind
            problems.append(f"the {title} {name} is missing" if there is None else f"the {title} {name} was changed")
            readable = readable and kind != "table"
    for (kind, name), sql in found.items():
        if kind in ("trigger", "index") and not _NAMES.isdisjoint(word.lower() for word in words(sql)):
            problems.append(f"the {kind} {name} was added")
        elif not name.startswith("sqlite_"):
            foreign.append(f"the {kind} {name}: it is no part of the audit")
    return Shape(tuple(problems), tuple(foreign), readable)


def words(sql: str) -> list[str]:
    """The words and signs of a statement in rising order: a migration writes the parts of a table in another one."""
    return sorted(_WORD.findall(sql))


def _made(connection: Connection) -> Iterator[tuple[tuple[str, str], str]]:
    """What a new database holds: kind, name and statement."""
    for table in _TABLES:
        yield ("table", table.name), str(CreateTable(table).compile(dialect=connection.dialect))
        for index in table.indexes:
            yield ("index", str(index.name)), str(CreateIndex(index).compile(dialect=connection.dialect))
    for name, _, statement in guards("sqlite"):
        yield ("trigger", name), statement
