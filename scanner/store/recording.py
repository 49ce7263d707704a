"""Scans go in, whole, with their record in the log; what was recorded of one goes out, and leaves its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from scanner.errors import UsageError
from scanner.log import leaf_hash
from scanner.store.entries import DECISION, EVIDENCE, entry, scan_entry
from scanner.store.journal import Journal
from scanner.store.records import ScanRecord, canonical, digest, evidence_rows, scan_columns
from scanner.store.tables import decisions, documents, evidence, log, scans

_NAMES = 500
"""Digests that are looked up at once: a database takes a limited number of parameters."""


@dataclass(frozen=True, slots=True)
class Written:
    """A scan as texts and rows, before it has a number."""

    row: Mapping[str, Any]
    texts: Mapping[str, tuple[str, str]]
    judged: Sequence[Mapping[str, Any]]
    read: Sequence[Mapping[str, Any]]


def written(scan: ScanRecord) -> Written:
    """``scan`` as it will be stored: all the work that needs no database.

    Raises:
        TypeError, ValueError: the facts or a decision cannot be written as canonical JSON.
    """
    facts = canonical(scan.facts)
    texts = {digest(facts): ("facts", facts)}
    texts |= {d.policy_digest: ("policy", d.policy_text) for d in scan.decisions}
    row = {**scan_columns(scan), "facts_digest": digest(facts), "waivers_digest": None}
    if scan.waivers_text is not None:
        row["waivers_digest"] = digest(scan.waivers_text)
        texts[row["waivers_digest"]] = ("waivers", scan.waivers_text)
    judged = []
    for one in scan.decisions:
        body = canonical(one.document)
        values = one.policy_name, one.policy_digest, one.verdict, digest(body)
        judged.append({**dict(zip(DECISION, values, strict=True)), "body": body})
    return Written(row, texts, judged, evidence_rows(scan.facts))


def record(connection: Connection, made: Sequence[Written]) -> list[int]:
    """Record the scans in the transaction of ``connection``, in their order; their numbers."""
    journal = Journal(connection)
    numbers = range(journal.scans + 1, journal.scans + 1 + len(made))
    rows = [{"id": number, **one.row} for number, one in zip(numbers, made, strict=True)]
    for row, one in zip(rows, made, strict=True):
        judged = [[decision[name] for name in DECISION] for decision in one.judged]
        journal.scan(scan_entry(row, judged, [[item[name] for name in EVIDENCE] for item in one.read]))
    _add_documents(connection, {name: text for one in made for name, text in one.texts.items()})
    connection.execute(insert(scans), rows)
    parts = [(decisions, [one.judged for one in made]), (evidence, [one.read for one in made])]
    for table, lists in parts:
        of_scans = [{"scan_id": n, **item} for n, items in zip(numbers, lists, strict=True) for item in items]
        if of_scans:
            connection.execute(insert(table), of_scans)
    journal.write()
    return list(numbers)


def _add_documents(connection: Connection, texts: Mapping[str, tuple[str, str]]) -> None:
    held: set[str] = set()
    names = list(texts)
    for at in range(0, len(names), _NAMES):
        these = select(documents.c.digest).where(documents.c.digest.in_(names[at : at + _NAMES]))
        held.update(connection.execute(these).scalars())
    rows = [{"digest": d, "kind": kind, "body": body} for d, (kind, body) in texts.items() if d not in held]
    if rows:
        connection.execute(insert(documents), rows)


def redact(connection: Connection, number: int, *, reason: str, by: str, at: str) -> None:
    """Remove what was recorded of scan ``number``; the log keeps the hash of its record, ``reason``, ``by`` and ``at``.

    Texts that other scans share stay, and so do policies.

    Raises:
        UsageError: there is no such scan.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    journal = Journal(connection)
    query = select(log.c.seq, log.c.body).where(log.c.kind == "scan", log.c.subject == str(number))
    found = connection.execute(query.where(log.c.body.is_not(None))).one_or_none()
    if found is None:
        raise UsageError(f"there is no scan {number}", hint="modelorigin audit list shows the recorded scans")
    leaf = leaf_hash(found.body.encode()).hex()
    # Before anything goes: the guards let go only what the log says was redacted.
    journal.append(entry("redaction", scan=number, seq=found.seq, leaf=leaf, reason=reason, by=by, at=at))
    journal.write()
    connection.execute(update(log).where(log.c.seq == found.seq).values(body=None))
    texts = connection.execute(select(scans.c.facts_digest, scans.c.waivers_digest).where(scans.c.id == number)).one()
    for table, of_scan in ((evidence, evidence.c.scan_id), (decisions, decisions.c.scan_id), (scans, scans.c.id)):
        connection.execute(delete(table).where(of_scan == number))
    shared = exists().where(
        or_(scans.c.facts_digest == documents.c.digest, scans.c.waivers_digest == documents.c.digest)
    )
    mine = documents.c.digest.in_([text for text in texts if text is not None])
    connection.execute(delete(documents).where(mine, documents.c.kind != "policy", ~shared))
