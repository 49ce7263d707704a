"""A database as the first release made it: no log, and facts that knew less."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from scanner.store import ScanRecord, recording, tables, versions
from scanner.store.connection import add
from scanner.store.entries import COLUMNS, DECISION, EVIDENCE
from scanner.store.recording import written

_LATER = {
    "": ("access", "terms", "usage"),
    "model": ("identity", "license_changed", "license_history", "multimodal", "remembered"),
    "files": ("license_texts", "weight_formats"),
    "license": (
        "basis", "claims", "forbidden_uses", "id", "limits", "link_kind", "multimodal_only", "osi_approved",
    ),
}  # fmt: skip
"""Fields that the first release did not know."""


def first_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as far as the first release knew them."""
    known = deepcopy(dict(facts))
    parts = [(known, ""), (known["model"], "model"), (known["files"], "files"), (known["license"], "license")]
    for part, name in [*parts, *((node["license"], "license") for node in known["lineage"]["models"])]:
        for field in _LATER[name]:
            part.pop(field, None)
    return known


def first_database(path: Path, made: Mapping[int, ScanRecord]) -> None:
    """A database of schema version 0001 with these scans, by number."""
    engine = versions.connect(versions.locate(str(path)), wait=1, mode="rwc")
    with versions.writing(engine) as connection:
        tables.metadata.create_all(connection, [tables.documents, tables.scans, tables.decisions, tables.evidence])
        tables.version.create(connection)
        connection.execute(tables.version.insert().values(version_num="0001"))
        for number, one in ((number, written(scan)) for number, scan in made.items()):
            recording._add_documents(connection, one.texts)
            add(connection, tables.scans, COLUMNS, [(number, *one.row)])
            for table, names, rows in (
                (tables.decisions, (*DECISION, "body"), one.judged),
                (tables.evidence, EVIDENCE, one.read),
            ):
                add(connection, table, ("scan_id", *names), [(number, *row) for row in rows])
    engine.dispose()
