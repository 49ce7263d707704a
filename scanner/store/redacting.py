"""What was recorded of one scan goes out, and leaves its hash and the reason: every proof of the log still holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from scanner.log import leaf_hash
from scanner.store.entries import entry
from scanner.store.journal import Journal, absent, recorded
from scanner.store.tables import decisions, documents, evidence, log, scans


@dataclass(frozen=True, slots=True)
class Redaction:
    """What a redaction of scan ``number`` removes: its row, its record in the log, and these rows and ``texts``.

    ``shared`` are its texts that stay, because other scans have the same. Texts are told by their kind.
    """

    number: int
    model: str
    at: str
    place: int
    decisions: int
    evidence: int
    texts: tuple[str, ...]
    shared: tuple[str, ...]
    erased: bool = False
    """Nothing of it is left in the file. While others read a database, its write-ahead log keeps what was."""


def planned(connection: Connection, number: int) -> Redaction:
    """What ``redact`` would remove.

    Raises:
        UsageError: there is no such scan.
        DatabaseUnreadable: the log files another record under that number, or its row is gone.
    """
    place, _ = recorded(connection, number)
    scan = connection.execute(select(scans).where(scans.c.id == number)).one_or_none()
    if scan is None:
        raise absent(connection, number)
    mine = [text for text in (scan.facts_digest, scan.waivers_digest) if text is not None]
    others = exists().where(_uses(documents.c.digest), scans.c.id != number)
    texts = connection.execute(
        select(documents.c.kind, others).where(documents.c.digest.in_(mine)).order_by(documents.c.kind)
    ).all()
    judged, read = (
        connection.execute(select(func.count()).where(of_scan == number)).scalar_one()
        for of_scan in (decisions.c.scan_id, evidence.c.scan_id)
    )
    going = tuple(kind for kind, shared in texts if not shared and kind != "policy")
    staying = tuple(kind for kind, shared in texts if shared or kind == "policy")
    return Redaction(number, scan.model_id, scan.at, place, judged, read, going, staying)


def redact(connection: Connection, number: int, *, reason: str, by: str, at: str) -> Redaction:
    """Remove what was recorded of scan ``number``; the log keeps the hash of its record, ``reason``, ``by`` and ``at``.

    Texts that other scans share stay, and so do policies.

    Raises:
        As ``planned``.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    journal = Journal(connection)
    plan = planned(connection, number)
    place, body = recorded(connection, number)
    # Before anything goes: the guards let go only what the log says was redacted.
    leaf = leaf_hash(body.encode()).hex()
    journal.append(entry("redaction", scan=number, seq=place, leaf=leaf, reason=reason, by=by, at=at))
    journal.write()
    connection.execute(update(log).where(log.c.seq == place).values(body=None))
    mine = connection.execute(select(scans.c.facts_digest, scans.c.waivers_digest).where(scans.c.id == number)).one()
    for table, of_scan in ((evidence, evidence.c.scan_id), (decisions, decisions.c.scan_id), (scans, scans.c.id)):
        connection.execute(delete(table).where(of_scan == number))
    named = documents.c.digest.in_([text for text in mine if text is not None])
    left = ~exists().where(_uses(documents.c.digest))
    connection.execute(delete(documents).where(named, documents.c.kind != "policy", left))
    return plan


def _uses(name: Any) -> Any:
    return or_(scans.c.facts_digest == name, scans.c.waivers_digest == name)
