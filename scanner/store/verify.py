"""Does the database still hold what was recorded? Every record, every row and every text is read and hashed anew.

The log and what it tells of are read side by side, each in its order, in one reading: memory does not grow with them.
What one record promises and a row does not keep is a problem, and so is a row that no record tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, except_, literal, select

from scanner.log import BadNote, Checkpoint, Key, Note, Span, Tree, Witnessed, leaf_hash
from scanner.store.connection import stream
from scanner.store.entries import COLUMNS, DECISION, EVIDENCE, SUBJECTS, evidence_digest, parsed
from scanner.store.guards import missing_guards
from scanner.store.journal import origin
from scanner.store.tables import decisions, documents, evidence, head, log, scans
from scanner.text import clean_line

LISTED = 20
"""Problems that are told one by one."""
_LOST = bytes(32)
_columns = itemgetter(*COLUMNS)
_decision = itemgetter(*DECISION)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A scan that was removed, and who said why and when."""

    number: int
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. ``problems`` are signs of tampering or damage; ``unchecked`` is what could not be looked at.

    ``signed`` is the size of the newest checkpoint of the log itself whose signature is that of a given key, and
    ``witnessed`` that of the newest one that was kept outside; both are 0 where there is none. ``anchored`` is False
    when nothing from outside was compared: then a log that was rewritten whole would not be noticed.
    """

    origin: str
    size: int
    root: bytes
    signed: int
    witnessed: int
    anchored: bool
    redacted: tuple[Redacted, ...]
    problems: tuple[str, ...]
    unchecked: tuple[str, ...]


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

    def all(self) -> tuple[str, ...]:
        return (*self.problems, *([f"and {self.more:,} more"] if self.more else []))


def verify(connection: Connection, keys: Sequence[Key], kept: Sequence[tuple[str, Witnessed]]) -> Verification:
    """Read everything in the transaction of ``connection`` and compare it with the checkpoints ``kept`` outside.

    ``kept`` pairs each with the name it is told by. A signature is looked at where ``keys`` has a key.

    Raises:
        ScannerError: a signature has to be looked at, and the library that does it is not installed.
    """
    found = _Found()
    row = connection.execute(select(head)).one_or_none() if _is_whole(connection, found) else None
    if row is None:
        found.problem("the log has no head, or cannot be read")
        return Verification("", 0, _LOST, 0, 0, False, (), found.all(), ("records and texts",))
    checkpoints = _Checkpoints(found, origin(row.file), keys, row.checkpoint, kept)
    redactions = _redactions(connection, found)
    tree = Tree(wanted=[Span(0, one.size) for one in checkpoints.all()])
    reading = _Reading(connection, found, redactions)
    tree.extend(reading.leaves())
    reading.end()
    if (tree.size, tree.edge, reading.number) != (row.size, row.edge, row.scans):
        found.problem(f"the head tells of {row.size:,} records and another end than the {tree.size:,} that are there")
    if row.checkpoint is None and reading.signing:
        found.problem("the log was signed, and its checkpoint is gone")
    _texts(connection, found, reading.policies)
    signed, witnessed = checkpoints.compare(tree)
    told = tuple(Redacted(r["scan"], r["reason"], r["by"], r["at"]) for r in redactions.values())
    anchored = signed > 0 or witnessed > 0
    return Verification(
        origin(row.file), tree.size, tree.root, signed, witnessed, anchored, told, found.all(), tuple(found.unchecked)
    )


def _is_whole(connection: Connection, found: _Found) -> bool:
    """What the database itself knows of its health. One that is damaged may hold anything in any column."""
    for name in missing_guards(connection):
        found.problem(f"the guard {name} is missing or was changed")
    whole = True
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql(f"PRAGMA integrity_check({LISTED})"):
            if said != "ok":
                found.problem(f"SQLite finds: {said}")
                whole = False
        for broken in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            found.problem(f"a row of {broken[0]} refers to a row of {broken[2]} that is gone")
    return whole


class _Checkpoints:
    """The checkpoint in the database and those kept outside, as far as they can be one of this log."""

    def __init__(
        self, found: _Found, name: str, keys: Sequence[Key], own: str | None, kept: Sequence[tuple[str, Witnessed]]
    ) -> None:
        self._found, self._name, self._keys = found, name, keys
        self._own: Checkpoint | None = None
        self._own_signed = False
        self._kept: list[tuple[str, Checkpoint]] = []
        if own is not None:
            try:
                stored = Witnessed.parse(own)
            except BadNote as error:
                found.problem(f"the checkpoint in the database does not read: {error}")
            else:
                self._own_signed = self._trusted("the checkpoint in the database", stored.note)
                if self._is_of_this_log("the checkpoint in the database", stored.checkpoint):
                    self._own = stored.checkpoint
        for title, one in kept:
            if one.note is not None:
                self._trusted(title, one.note)
            if self._is_of_this_log(title, one.checkpoint):
                self._kept.append((title, one.checkpoint))

    def _trusted(self, title: str, note: Note | None) -> bool:
        if note is None:
            self._found.problem(f"{title} is not signed")
            return False
        if not self._keys:
            self._found.unchecked.append(f"the signature of {title}: no key was given")
            return False
        try:
            trusted = bool(note.signed_by(self._keys))
        except BadNote as error:
            self._found.problem(f"{title}: {error}")
            return False
        if not trusted:
            self._found.problem(f"{title} is not signed by a key that was given")
        return trusted

    def _is_of_this_log(self, title: str, one: Checkpoint) -> bool:
        if one.origin != self._name:
            self._found.problem(f"{title} is that of {one.origin!r}, this log is {self._name!r}")
        return one.origin == self._name

    def all(self) -> list[Checkpoint]:
        return [one for _, one in self._kept] + ([self._own] if self._own else [])

    def compare(self, tree: Tree) -> tuple[int, int]:
        """The sizes up to which the log is signed and witnessed."""
        signed = 0
        if self._own and self._agrees("the checkpoint in the database", self._own, tree) and self._own_signed:
            signed = self._own.size
        held = [one.size for title, one in self._kept if self._agrees(title, one, tree)]
        newest = self._own.size if self._own else 0
        for title, one in self._kept:
            if newest < one.size <= tree.size:
                self._found.problem(f"{title} is newer than the checkpoint in the database")
        return signed, max(held, default=0)

    def _agrees(self, title: str, one: Checkpoint, tree: Tree) -> bool:
        if one.size > tree.size:
            self._found.problem(f"{title} tells of {one.size:,} records, and {tree.size:,} are there: the log was cut")
        elif tree.hash(Span(0, one.size)) != one.root:
            self._found.problem(f"the first {one.size:,} records are not those of {title}")
        else:
            return True
        return False


def _redactions(connection: Connection, found: _Found) -> dict[int, dict[str, Any]]:
    """The records of redactions, by the place of the record that was redacted."""
    told: dict[int, dict[str, Any]] = {}
    for seq, body in connection.execute(select(log.c.seq, log.c.body).where(log.c.kind == "redaction")):
        record = parsed(body)
        try:
            bytes.fromhex(record["leaf"])
            said = {name: clean_line(str(record[name])) for name in ("leaf", "reason", "by", "at")}
            told[int(record["seq"])] = {"scan": int(record["scan"]), **said}
        except (KeyError, TypeError, ValueError):
            found.problem(f"record {seq} is no redaction")
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

    def __init__(self, connection: Connection, found: _Found, redactions: Mapping[int, Mapping[str, Any]]) -> None:
        self._found, self._redactions = found, redactions
        self._records = stream(connection, select(log).order_by(log.c.seq))
        self._scans = _Beside(connection, scans, "id", found, COLUMNS)
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
                yield self._gone(seq, subject)
                continue
            if seq in redactions:
                problem(f"record {seq} was redacted, and is there")
            record = parsed(body)
            if record.get("kind") != kind or not _is_about(record, kind, subject):
                problem(f"record {seq} is filed as {kind!r} of {subject!r}, and says otherwise")
            elif kind == "scan":
                scan(seq, record)
            elif kind == "policy":
                self.policies.add(str(record.get("digest")))
            elif kind == "key":
                self.signing = True
            yield leaf_hash(body.encode())

    def _gone(self, seq: int, subject: str | None) -> bytes:
        redaction = self._redactions.get(seq)
        if redaction is None or str(redaction["scan"]) != subject:
            self._found.problem(f"record {seq} is gone, and no redaction tells of it")
            return _LOST
        self.number = max(self.number, redaction["scan"])
        return bytes.fromhex(redaction["leaf"])

    def _scan(self, seq: int, record: Mapping[str, Any]) -> None:
        try:
            columns, number = _columns(record), record["id"]
            judged = [_decision(one) for one in record["decisions"]]
            read = record["evidence_digest"]
        except (KeyError, TypeError):
            self._found.problem(f"record {seq} is no scan")
            return
        if not isinstance(number, int) or number <= self.number:
            self._found.problem(f"record {seq} tells of scan {number}, after scan {self.number}")
            return
        self.number = number
        if [row[1:] for row in self._scans.of(number)] != [columns]:
            self._found.problem(f"scan {number} is not the one that was recorded")
        rows = self._decisions.of(number)
        if [row[1:-1] for row in rows] != judged:
            self._found.problem(f"the decisions of scan {number} are not those that were recorded")
        for row in rows:
            if sha256(row[-1].encode()).hexdigest() != row[-2]:
                self._found.problem(f"a decision of scan {number} is not the text that was recorded")
        if evidence_digest(row[1:] for row in self._evidence.of(number)) != read:
            self._found.problem(f"the evidence of scan {number} is not what was recorded")

    def end(self) -> None:
        """Tell of the rows that are left when the log has ended."""
        for part in (self._scans, self._decisions, self._evidence):
            part.end()


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
