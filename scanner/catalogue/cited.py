"""The cited lineages as a catalogue needs them: which names they speak of, and what changes with what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.curated import Curated
from scanner.lineage.graph import reach


def cited_names(curated: Curated) -> frozenset[str]:
    """Every model they speak of, as what it came out of too; in lower case."""
    above = _above(curated)
    return frozenset(above).union(*above.values())


def link_cited(connection: Any, curated: Curated) -> None:
    """Fill ``temp.cited``: numbers of names, each with that of a model that changes with whatever bears the name.

    What is cited of a name that leads nowhere is handed on to the models that name it.
    """
    ask = connection.exec_driver_sql
    ask("DROP TABLE IF EXISTS temp.cited")
    ask("CREATE TEMP TABLE cited (parent INTEGER, child INTEGER, PRIMARY KEY (parent, child)) WITHOUT ROWID")
    if pairs := list(_pairs(curated)):
        both = "FROM names above JOIN names below ON above.id = ? AND below.id = ?"
        held = f"SELECT above.num, below.holder {both} WHERE below.holder IS NOT NULL"
        ask(f"INSERT OR IGNORE INTO temp.cited {held}", pairs)
        named = f"SELECT above.num, e.child {both} JOIN edges e ON e.parent = below.num WHERE below.holder IS NULL"
        ask(f"INSERT OR IGNORE INTO temp.cited {named}", pairs)


def _pairs(curated: Curated) -> Iterator[tuple[str, str]]:
    above = _above(curated)
    return ((parent, id) for id in above for parent in reach(id, above))


def _above(curated: Curated) -> dict[str, tuple[str, ...]]:
    return {
        id.casefold(): tuple(parent.ref.repo.key for parent in curated.parents(id) if parent.ref.repo)
        for id in curated.ids()
    }
