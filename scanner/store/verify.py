"""Does the database still hold what was recorded? Every record, every row and every text is read and hashed anew.

The log and what it tells of are read side by side, each in its order, in one reading: memory does not grow with them.
The record of a scan is written once more from the rows, and must be the text that stands in the log. So what a record
promises and a row does not keep is a problem, and so is a row that no record tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, except_, literal, select

from scanner.log import Key, Tree, Witnessed, leaf_hash
from scanner.store.anchors import Anchors
from scanner.store.connection import stream
from scanner.store.entries import COLUMNS, DECISION, EVIDENCE, SUBJECTS, evidence_digest, parsed, scan_text
from scanner.store.journal import origin
from scanner.store.shape import shape
from scanner.store.tables import decisions, documents, evidence, head, log, scans
from scanner.text import clean_line

LISTED = 20
"""Problems that are told one by one."""
_LOST = bytes(32)
_LATE = '"before_log":true'


@dataclass(frozen=True, slots=True)
class Redacted:
    """A scan that was removed, and who said why and when.

    ``place`` is that of its record in the log, ``told`` that of the record of the redaction.
    """

    number: int
    reason: str
    by: str
    at: str
    place: int
    told: int


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


@dataclass(slots=True)
class _Found:
    problems: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    more: int = 0

    def problem(self, text: str) -> None:
        if len(self.problems) < LISTED:
            self.problems.append(clean_line(text, 300))
        else:
            self.more += 1

    def leave(self, text: str) -> None:
        self.unchecked.append(clean_line(text, 300))

    def all(self) -> tuple[str, ...]:
        return (*self.problems, *([f"and {self.more:,} more"] if self.more else []))


def verify(connection: Connection, keys: Sequence[Key], kept: Sequence[tuple[str, Witnessed]]) -> Verification:
    """Read everything in the transaction of ``connection`` and compare it with the checkpoints ``kept`` outside.

    ``kept`` pairs each with the name it is told by. A signature is looked at where ``keys`` has a key.

    Raises:
        ScannerError: a signature has to be looked at, and the library that does it is not installed.
    """
    found = _Found()
    rows = connection.execute(select(head)).all() if _is_whole(connection, found) else []
    if len(rows) != 1:
        found.problem("the log has no head, or cannot be read")
        found.leave("records and texts")
        return Verification("", 0, _LOST, 0, 0, False, (), (), found.all(), tuple(found.unchecked))
    row = rows[0]
    anchors = Anchors(origin(row.file), keys, row.checkpoint, kept, found.problem, found.leave)
    redactions = _redactions(connection, found)
    tree = Tree(wanted=anchors.spans())
    reading = _Reading(connection, found, redactions)
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


def _is_whole(connection: Connection, found: _Found) -> bool:
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


Redactions = Mapping[int, tuple[Redacted, bytes]]
"""By the place of the record that was redacted: what is told of it, and its hash."""


def _redactions(connection: Connection, found: _Found) -> Redactions:
    told: dict[int, tuple[Redacted, bytes]] = {}
    for seq, body in connection.execute(select(log.c.seq, log.c.body).where(log.c.kind == "redaction")):
        record = parsed(body)
        try:
            place, number, leaf = record["seq"], record["scan"], bytes.fromhex(record["leaf"])
            reason, by, at = (clean_line(str(record[name]), 1_000) for name in ("reason", "by", "at"))
        except (KeyError, TypeError, ValueError):
            found.problem(f"record {seq} is no redaction")
            continue
        if type(place) is not int or type(number) is not int or len(leaf) != len(_LOST) or not 0 <= place < seq:
            found.problem(f"record {seq} is no redaction of a record before it")
        elif place in told:
            found.problem(f"record {seq} tells anew why record {place} is gone, as record {told[place][0].told} does")
        else:
            told[place] = Redacted(number, reason, by, at, place, seq), leaf
    return told


class _Beside:
    """The rows of a table that belong to a scan, taken scan by scan in rising order."""

    def __init__(self, connection: Connection, table: Table, key: str, found: _Found, names: Sequence[str]) -> None:
        self._found, self._title = found, table.name
        columns = [table.c[key], *(table.c[name] for name in names)]
        rows = stream(connection, select(*columns).order_by(table.c[key], next(iter(table.primary_key))))
        self._scans = groupby(rows, itemgetter(0))
        self._next: tuple[Any, Iterator[Any]] | None = next(self._scans, None)

    def of(self, number: int) -> list[Any]:
        """The rows of scan ``number``; rows of earlier numbers that nobody asked for are a problem."""
        while self._next is not None and self._next[0] < number:
            self._stray()
        if self._next is None or self._next[0] != number:
            return []
        rows = list(self._next[1])
        self._next = next(self._scans, None)
        return rows

    def end(self) -> None:
        while self._next is not None:
            self._stray()

    def _stray(self) -> None:
        assert self._next is not None
        self._found.problem(f"{self._title}: a row of scan {self._next[0]} is in no record of the log")
        self._next = next(self._scans, None)


class _Reading:
    """The records of the log, each compared with what it tells of."""

    def __init__(self, connection: Connection, found: _Found, redactions: Redactions) -> None:
        self._found, self._redactions = found, redactions
        self._records = stream(connection, select(log).order_by(log.c.seq))
        self._scans = _Beside(connection, scans, "id", found, COLUMNS[1:])
        self._decisions = _Beside(connection, decisions, "scan_id", found, (*DECISION, "body"))
        self._evidence = _Beside(connection, evidence, "scan_id", found, EVIDENCE)
        self.number = 0
        self.signing = False
        self.policies: set[str] = set()

    def leaves(self) -> Iterator[bytes]:
        """The hashes of the records, in their order."""
        problem, redactions, scan = self._found.problem, self._redactions, self._scan
        place = 0
        for seq, kind, subject, body in self._records:
            if seq != place:
                problem(f"record {place} is gone: the next is {seq}")
                place = seq
            place += 1
            if body is None:
                yield self._gone(seq, kind, subject)
                continue
            if seq in redactions:
                problem(f"record {seq} was redacted, and is there")
            if kind == "scan":
                scan(seq, subject, body)
            else:
                self._other(seq, kind, subject, parsed(body))
            yield leaf_hash(body.encode())

    def _gone(self, seq: int, kind: str, subject: str | None) -> bytes:
        """The hash of a record that was redacted: that of a scan, and of the one whose turn it is."""
        redaction, leaf = self._redactions.get(seq, (None, _LOST))
        if redaction is None or (kind, str(redaction.number)) != ("scan", subject):
            self._found.problem(f"record {seq} is gone, and no redaction tells of it")
        elif redaction.number <= self.number:
            self._found.problem(f"record {seq} was redacted as scan {redaction.number}, after scan {self.number}")
        else:
            self.number = redaction.number
        return leaf

    def _other(self, seq: int, kind: str, subject: str | None, record: Mapping[str, Any]) -> None:
        if record.get("kind") != kind or not _is_about(record, kind, subject):
            self._misfiled(seq, kind, subject)
        elif kind == "policy":
            self.policies.add(str(record.get("digest")))
        elif kind == "key":
            self.signing = True

    def _misfiled(self, seq: int, kind: str, subject: str | None) -> None:
        self._found.problem(f"record {seq} is filed as {kind!r} of {subject!r}, and says otherwise")

    def _scan(self, seq: int, subject: str | None, body: str) -> None:
        number = _number(subject)
        if number <= self.number:
            self._found.problem(f"record {seq} tells of scan {subject}, after scan {self.number}")
            return
        self.number = number
        rows, judged, read = self._scans.of(number), self._decisions.of(number), self._evidence.of(number)
        digest = evidence_digest(row[1:] for row in read)
        if len(rows) != 1 or scan_text(rows[0], [row[1:-1] for row in judged], digest, late=_LATE in body) != body:
            self._otherwise(seq, number, parsed(body), rows, [row[1:-1] for row in judged], digest)
        for row in judged:
            if sha256(row[-1].encode()).hexdigest() != row[-2]:
                self._found.problem(f"a decision of scan {number} is not the text that was recorded")

    def _otherwise(
        self, seq: int, number: int, record: Mapping[str, Any], rows: list[Any], judged: list[Any], digest: str
    ) -> None:
        """Tell what of a scan is not as its record has it."""
        if record.get("kind") != "scan" or record.get("id") != number:
            self._misfiled(seq, "scan", str(number))
            return
        promised = record.get("decisions")
        told = [tuple(map(one.get, DECISION)) for one in promised] if _is_listed(promised) else None
        before = len(self._found.problems) + self._found.more
        if rows != [tuple(map(record.get, COLUMNS))]:
            self._found.problem(f"scan {number} is not the one that was recorded")
        if judged != told:
            self._found.problem(f"the decisions of scan {number} are not those that were recorded")
        if record.get("evidence_digest") != digest:
            self._found.problem(f"the evidence of scan {number} is not what was recorded")
        if len(self._found.problems) + self._found.more == before:
            self._found.problem(f"record {seq} says more of scan {number} than was recorded, or in another way")

    def end(self) -> None:
        """Tell of the rows that are left when the log has ended."""
        for part in (self._scans, self._decisions, self._evidence):
            part.end()


def _number(subject: str | None) -> int:
    """The number of a scan as a record is filed under it; 0 for anything else."""
    if subject is None or len(subject) > 19 or not (subject.isascii() and subject.isdecimal()):
        return 0
    return int(subject) if subject[0] != "0" else 0


def _is_listed(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _is_about(record: Mapping[str, Any], kind: str, subject: str | None) -> bool:
    tell: Callable[[Mapping[str, Any]], str | None] | None = SUBJECTS.get(kind)
    try:
        return tell is not None and tell(record) == subject
    except KeyError:
        return False


def _texts(connection: Connection, found: _Found, policies: set[str]) -> None:
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
