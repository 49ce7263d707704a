"""Does the database still hold what was recorded? Every record, every row and every text is read and hashed anew.

The log and what it tells of are read side by side, each in its order, in one reading: memory does not grow with them.
The record of a scan is written once more from the rows, and must be the text that stands in the log. So what a record
promises and a row does not keep is a problem, and so is a row that no record tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, except_, literal, select

from scanner.log import Key, Tree, Witnessed
from scanner.store.anchors import Anchors
from scanner.store.compare import LISTED, LOST, Found, Reading, Redacted, Redactions
from scanner.store.connection import stream
from scanner.store.entries import parsed
from scanner.store.journal import origin
from scanner.store.shape import shape
from scanner.store.tables import decisions, documents, head, log, scans
from scanner.text import clean_line


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. ``problems`` are signs of tampering or damage; ``unchecked`` is what could not be looked at.

    ``signed`` is the size of the newest checkpoint of the log itself whose signature is that of a given key, and
    ``witnessed`` that of the newest one that was kept outside; both are 0 where there is none. ``signers`` are the
    names of those keys. ``anchored`` is False when nothing from outside was compared: then a log that was rewritten
    whole would not be noticed.
    """

    origin: str
    size: int
    root: bytes
    signed: int
    witnessed: int
    anchored: bool
    signers: tuple[str, ...]
    redacted: tuple[Redacted, ...]
    problems: tuple[str, ...]
    unchecked: tuple[str, ...]

    @property
    def doubtful(self) -> tuple[Redacted, ...]:
        """The redactions of records that are signed or witnessed, which are neither themselves.

        Whoever can write the database, and has no key, can have made them.
        """
        covered = max(self.signed, self.witnessed)
        return tuple(one for one in self.redacted if one.place < covered <= one.told)


def verify(connection: Connection, keys: Sequence[Key], kept: Sequence[tuple[str, Witnessed]]) -> Verification:
    """Read everything in the transaction of ``connection`` and compare it with the checkpoints ``kept`` outside.

    ``kept`` pairs each with the name it is told by. A signature is looked at where ``keys`` has a key.

    Raises:
        ScannerError: a signature has to be looked at, and the library that does it is not installed.
    """
    found = Found()
    rows = connection.execute(select(head)).all() if _is_whole(connection, found) else []
    if len(rows) != 1:
        found.problem("the log has no head, or cannot be read")
        found.leave("records and texts")
        return Verification("", 0, LOST, 0, 0, False, (), (), found.all(), tuple(found.unchecked))
    row = rows[0]
    anchors = Anchors(origin(row.file), keys, row.checkpoint, kept, found.problem, found.leave)
    redactions = _redactions(connection, found)
    tree = Tree(wanted=anchors.spans())
    reading = Reading(connection, found, redactions)
    tree.extend(reading.leaves())
    reading.end()
    if (tree.size, tree.edge, reading.number) != (row.size, row.edge, row.scans):
        found.problem(f"the head tells of {row.size:,} records and another end than the {tree.size:,} that are there")
    if row.checkpoint is None and reading.signing:
        found.problem("the log was signed, and its checkpoint is gone")
    _texts(connection, found, reading.policies)
    signed, witnessed = anchors.compare(tree)
    return Verification(
        origin=clean_line(origin(row.file)),
        size=tree.size,
        root=tree.root,
        signed=signed,
        witnessed=witnessed,
        anchored=signed > 0 or witnessed > 0,
        signers=anchors.signers if signed else (),
        redacted=tuple(one for one, _ in redactions.values()),
        problems=found.all(),
        unchecked=tuple(found.unchecked),
    )


def _is_whole(connection: Connection, found: Found) -> bool:
    """What the database itself knows of its health. One that is damaged may hold anything in any column."""
    built = shape(connection)
    for text in built.problems:
        found.problem(text)
    for text in built.foreign:
        found.leave(text)
    if not built.readable:
        return False
    whole = True
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql(f"PRAGMA integrity_check({LISTED})"):
            if said != "ok":
                found.problem(f"SQLite finds: {said}")
                whole = False
        for broken in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            found.problem(f"a row of {broken[0]} refers to a row of {broken[2]} that is gone")
    return whole


def _redactions(connection: Connection, found: Found) -> Redactions:
    told: dict[int, tuple[Redacted, bytes]] = {}
    for seq, body in connection.execute(select(log.c.seq, log.c.body).where(log.c.kind == "redaction")):
        record = parsed(body)
        try:
            place, number, leaf = record["seq"], record["scan"], bytes.fromhex(record["leaf"])
            reason, by, at = (clean_line(str(record[name]), 1_000) for name in ("reason", "by", "at"))
        except (KeyError, TypeError, ValueError):
            found.problem(f"record {seq} is no redaction")
            continue
        if type(place) is not int or type(number) is not int or len(leaf) != len(LOST) or not 0 <= place < seq:
            found.problem(f"record {seq} is no redaction of a record before it")
        elif place in told:
            found.problem(f"record {seq} tells anew why record {place} is gone, as record {told[place][0].told} does")
        else:
            told[place] = Redacted(number, reason, by, at, place, seq), leaf
    return told


def _texts(connection: Connection, found: Found, policies: set[str]) -> None:
    """Every text has its digest, and is what a scan that is there was judged by; ``policies`` stay in any case."""
    held = set()
    for name, kind, body in stream(connection, select(documents.c.digest, documents.c.kind, documents.c.body)):
        if sha256(body.encode()).hexdigest() != name:
            found.problem(f"the {kind} {name} is not the text that was recorded")
        if kind == "policy":
            held.add(name)
    for name in sorted(policies - held):
        found.problem(f"the policy {name} is gone")
    filed = select(documents.c.kind, documents.c.digest)
    used = (
        select(literal("facts"), scans.c.facts_digest),
        select(literal("waivers"), scans.c.waivers_digest),
        select(literal("policy"), decisions.c.policy_digest),
    )
    for kind, name in connection.execute(except_(filed, *used)):
        if kind != "policy" or name not in policies:
            found.problem(f"the {kind} {name} belongs to no scan")
