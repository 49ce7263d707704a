"""Scans go in, whole, with their record in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from scanner.store.connection import add
from scanner.store.entries import COLUMNS, DECISION, EVIDENCE
from scanner.store.journal import Journal
from scanner.store.records import ScanRecord, canonical, digest, evidence_rows, scan_columns
from scanner.store.tables import decisions, documents, evidence, scans

_NAMES = 500
"""Digests that are looked up at once: a database takes a limited number of parameters."""

_HELD = select(documents.c.digest).where(documents.c.digest.in_(bindparam("names", expanding=True)))


@dataclass(frozen=True, slots=True)
class Written:
    """A scan as texts and rows, before it has a number: ``COLUMNS`` without it, ``DECISION`` and text, ``EVIDENCE``."""

    row: tuple[Any, ...]
    texts: Mapping[str, tuple[str, str]]
    judged: Sequence[tuple[Any, ...]]
    read: Sequence[tuple[Any, ...]]


def written(scan: ScanRecord) -> Written:
    """``scan`` as it will be stored: all the work that needs no database.

    Raises:
        TypeError, ValueError: the facts or a decision cannot be written as canonical JSON.
    """
    facts = canonical(scan.facts)
    facts_digest, waivers_digest = digest(facts), None
    texts = {facts_digest: ("facts", facts)}
    texts |= {d.policy_digest: ("policy", d.policy_text) for d in scan.decisions}
    if scan.waivers_text is not None:
        waivers_digest = digest(scan.waivers_text)
        texts[waivers_digest] = ("waivers", scan.waivers_text)
    columns = scan_columns(scan) | {"facts_digest": facts_digest, "waivers_digest": waivers_digest}
    bodies = [canonical(one.document) for one in scan.decisions]
    judged = [
        (one.policy_name, one.policy_digest, one.verdict, digest(body), body)
        for one, body in zip(scan.decisions, bodies, strict=True)
    ]
    return Written(tuple(columns[name] for name in COLUMNS[1:]), texts, judged, evidence_rows(scan.facts))


def record(connection: Connection, made: Sequence[Written]) -> list[int]:
    """Record the scans in the transaction of ``connection``, in their order; their numbers."""
    journal = Journal(connection)
    numbers = range(journal.scans + 1, journal.scans + 1 + len(made))
    rows = [(number, *one.row) for number, one in zip(numbers, made, strict=True)]
    for row, one in zip(rows, made, strict=True):
        journal.scan(row, [decision[:-1] for decision in one.judged], one.read)
    _add_documents(connection, {name: text for one in made for name, text in one.texts.items()})
    add(connection, scans, COLUMNS, rows)
    parts = (
        (decisions, (*DECISION, "body"), [one.judged for one in made]),
        (evidence, EVIDENCE, [one.read for one in made]),
    )
    for table, names, lists in parts:
        of_scans = [(n, *item) for n, items in zip(numbers, lists, strict=True) for item in items]
        if of_scans:
            add(connection, table, ("scan_id", *names), of_scans)
    journal.write()
    return list(numbers)


def _add_documents(connection: Connection, texts: Mapping[str, tuple[str, str]]) -> None:
    held: set[str] = set()
    names = list(texts)
    for at in range(0, len(names), _NAMES):
        held.update(connection.execute(_HELD, {"names": names[at : at + _NAMES]}).scalars())
    rows = [(name, *text) for name, text in texts.items() if name not in held]
    if rows:
        add(connection, documents, ("digest", "kind", "body"), rows)
