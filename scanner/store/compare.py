"""The records of the log and the rows they tell of, side by side, each in its order, in one reading.

The record of a scan is put together once more from its rows, and must be the text that stands in the log. SQLite writes
the rows as JSON itself, which takes half the time; where its text is not the one that is wanted, the rows are read and
written here, and that decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, func, select

from scanner.log import leaf_hash
from scanner.store.connection import stream
from scanner.store.entries import (
    COLUMNS,
    CONSTANT,
    DECISION,
    EVIDENCE,
    FIRST,
    LAST,
    SUBJECTS,
    around_decisions,
    decision_text,
    evidence_digest,
    parsed,
    scan_parts,
    scan_text,
)
from scanner.store.records import compact, digest
from scanner.store.tables import decisions, evidence, log, scans
from scanner.text import clean_line

LISTED = 20
"""Problems that are told one by one."""
LOST = bytes(32)
"""The hash of a record that is gone without a word."""
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


Redactions = Mapping[int, tuple[Redacted, bytes]]
"""By the place of the record that was redacted: what is told of it, and its hash."""


@dataclass(slots=True)
class Found:
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


class _Beside:
    """The rows of a table that belong to a scan, the number of the scan first, taken scan by scan in rising order."""

    def __init__(self, rows: Iterable[Any], title: str, found: Found) -> None:
        self._found, self._title = found, title
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


class Reading:
    """The records of the log, each compared with what it tells of."""

    def __init__(self, connection: Connection, found: Found, redactions: Redactions) -> None:
        self._connection, self._found, self._redactions = connection, found, redactions
        self._records = stream(connection, select(log).order_by(log.c.seq))
        sides = (scans, _scans), (decisions, _decisions), (evidence, _evidence)
        self._scans, self._decisions, self._evidence = (_Beside(rows(connection), t.name, found) for t, rows in sides)
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
        redaction, leaf = self._redactions.get(seq, (None, LOST))
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
        _, first, last = rows[0] if len(rows) == 1 else (0, "", "")
        told = ",".join([one[1] for one in judged])
        if around_decisions(first, told, digest(read[0][1] if read else "[]"), last, _LATE in body) != body:
            self._otherwise(seq, number, body)
        for *_, named, text in judged:
            if sha256(text.encode()).hexdigest() != named:
                self._found.problem(f"a decision of scan {number} is not the text that was recorded")

    def _otherwise(self, seq: int, number: int, body: str) -> None:
        """Tell what of a scan is not as its record has it."""
        rows = self._rows(scans, "id", COLUMNS, number)
        judged = self._rows(decisions, "scan_id", DECISION, number)
        read = evidence_digest(self._rows(evidence, "scan_id", EVIDENCE, number))
        if len(rows) == 1 and scan_text(rows[0], judged, read, late=_LATE in body) == body:
            return
        record = parsed(body)
        if record.get("kind") != "scan" or record.get("id") != number:
            self._misfiled(seq, "scan", str(number))
            return
        told = [tuple(map(one.get, DECISION)) for one in _listed(record.get("decisions"))]
        differs = {
            f"scan {number} is not the one that was recorded": rows != [tuple(map(record.get, COLUMNS))],
            f"the decisions of scan {number} are not those that were recorded": judged != told,
            f"the evidence of scan {number} is not what was recorded": read != record.get("evidence_digest"),
        }
        if not any(differs.values()):
            differs = {f"record {seq} says more of scan {number} than was recorded, or in another way": True}
        for text in (text for text, wrong in differs.items() if wrong):
            self._found.problem(text)

    def _rows(self, table: Table, key: str, names: Iterable[str], number: int) -> list[tuple[Any, ...]]:
        query = select(*(table.c[name] for name in names)).where(table.c[key] == number).order_by(table.c.id)
        return list(map(tuple, self._connection.execute(query)))

    def end(self) -> None:
        """Tell of the rows that are left when the log has ended."""
        for part in (self._scans, self._decisions, self._evidence):
            part.end()


def _scans(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Of each scan its number, and its columns before and after the decisions, as they stand in its record."""
    if connection.dialect.name == "sqlite":
        parts = (_object(scans, FIRST), _object(scans, LAST))
        rows = stream(connection, select(scans.c.id, *parts).order_by(scans.c.id))
        return ((number, first[1:-1], last[1:-1]) for number, first, last in rows)
    rows = stream(connection, select(*(scans.c[name] for name in COLUMNS)).order_by(scans.c.id))
    return ((row[0], *scan_parts(row)) for row in rows)


def _decisions(connection: Connection) -> Iterator[tuple[int, str, str, str]]:
    """Of each decision the number of its scan, what its record has of it, its digest, its text."""
    columns = decisions.c
    order = (columns.scan_id, columns.id)
    if connection.dialect.name == "sqlite":
        said = _object(decisions, sorted(DECISION))
        return stream(connection, select(columns.scan_id, said, columns.digest, columns.body).order_by(*order))
    names = (columns[name] for name in DECISION)
    rows = stream(connection, select(columns.scan_id, columns.digest, columns.body, *names).order_by(*order))
    return ((number, decision_text(said), named, body) for number, named, body, *said in rows)


def _evidence(connection: Connection) -> Iterator[tuple[int, str]]:
    """Of each scan its number, and what its evidence is hashed as."""
    columns = evidence.c
    names = [columns[name] for name in EVIDENCE]
    if connection.dialect.name == "sqlite":
        read = func.json_group_array(func.json_array(*names))
        grouped = select(columns.scan_id, read).group_by(columns.scan_id).order_by(columns.scan_id)
        return stream(connection, grouped)
    rows = stream(connection, select(columns.scan_id, *names).order_by(columns.scan_id, columns.id))
    return ((number, compact([row[1:] for row in of_scan])) for number, of_scan in groupby(rows, itemgetter(0)))


def _object(table: Table, names: Iterable[str]) -> Any:
    """The columns of that name, and the constants, as a JSON object."""
    pairs = ((name, CONSTANT.get(name, table.c.get(name))) for name in names)
    return func.json_object(*(one for pair in pairs for one in pair))


def _number(subject: str | None) -> int:
    """The number of a scan as a record is filed under it; 0 for anything else."""
    if subject is None or len(subject) > 19 or not (subject.isascii() and subject.isdecimal()):
        return 0
    return int(subject) if subject[0] != "0" else 0


def _listed(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none where it is something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_about(record: Mapping[str, Any], kind: str, subject: str | None) -> bool:
    tell: Callable[[Mapping[str, Any]], str | None] | None = SUBJECTS.get(kind)
    try:
        return tell is not None and tell(record) == subject
    except KeyError:
        return False
