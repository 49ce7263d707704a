"""The log in the database: records are added to it in the transaction of what they tell of."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from scanner.errors import DatabaseUnreadable, ScannerError, ScanRedacted, UsageError
from scanner.log import Tree, leaf_hash
from scanner.store.connection import add
from scanner.store.entries import COLUMNS, DECISION, EVIDENCE, SUBJECTS, entry, evidence_digest, parsed, scan_text
from scanner.store.records import canonical
from scanner.store.tables import decisions, evidence, head, log, scans
from scanner.text import clean_line

ALTERED = "keep the database for inspection and restore a backup; modelorigin audit verify says more"
ORIGIN = "modelorigin/"
"""What the name of every log begins with."""
_ROWS = 5_000
"""Records that are held before they are written, and scans that are read at once."""
# Made once: to put a statement together takes longer than to run it.
_END, _LOCKED_END, _MOVE_ON = select(head), select(head).with_for_update(), update(head)
_OF_KIND = select(log.c.body).where(log.c.kind == bindparam("kind")).order_by(log.c.seq.desc()).limit(1)
_NEWEST = _OF_KIND.where(log.c.subject == bindparam("subject"))
_NEWEST_OF_KIND = _OF_KIND.where(log.c.subject.is_(None))
_wanted = itemgetter(*map(COLUMNS.index, ("id", "at", "registry_digest", "waivers_digest")))


def begin(connection: Connection) -> None:
    """Begin the log of a database: the file is named by chance, so that no other file can pose as this one."""
    connection.execute(insert(head).values(id=1, file=secrets.token_hex(8), size=0, scans=0, edge=b""))


def origin(file: str) -> str:
    """What the log of the database with that id is called in a checkpoint."""
    return f"{ORIGIN}{file}"


def end(connection: Connection, *, lock: bool = False) -> Row[Any]:
    """The head of the log: which file it is of, how far it goes, and what was signed last.

    Raises:
        DatabaseUnreadable: there is none.
    """
    rows = connection.execute(_LOCKED_END if lock else _END).all()
    if len(rows) != 1:
        raise DatabaseUnreadable(f"the log has {len(rows)} ends, not one", hint=ALTERED)
    return rows[0]


def absent(connection: Connection, number: int) -> ScannerError:
    """The error for a scan that is not there: was it ever, and does the log say why it is gone?"""
    filed = select(log.c.kind, log.c.seq, log.c.body).where(log.c.subject == str(number))
    there = [(seq, body) for kind, seq, body in connection.execute(filed.where(log.c.kind == "scan"))]
    if not there:
        return UsageError(f"there is no scan {number}", hint="modelorigin audit list shows the recorded scans")
    for _, _, body in connection.execute(filed.where(log.c.kind == "redaction")):
        said = parsed(body)
        if said.get("scan") == number and there == [(said.get("seq"), None)]:
            told = {name: clean_line(str(said.get(name))) for name in ("at", "by", "reason")}
            return ScanRedacted(
                f"scan {number} was redacted at {told['at']} by {told['by']}: {told['reason']}",
                hint="its hash stays in the log: modelorigin audit verify",
            )
    return DatabaseUnreadable(f"scan {number} is in the log, and is gone without a word of the log", hint=ALTERED)


def recorded(connection: Connection, number: int) -> tuple[int, str]:
    """The place and the text of the record of scan ``number`` in the log.

    Raises:
        UsageError: there never was such a scan, or it was redacted (``ScanRedacted``).
        DatabaseUnreadable: it is gone otherwise, or another record is filed under that number.
    """
    place = select(log.c.seq, log.c.body).where(log.c.kind == "scan", log.c.subject == str(number))
    found = connection.execute(place).all()
    if not found or found[0].body is None:
        raise absent(connection, number)
    said = parsed(found[0].body)
    if len(found) > 1 or (said.get("kind"), said.get("id")) != ("scan", number):
        raise DatabaseUnreadable(f"what the log files as scan {number} is not its record", hint=ALTERED)
    return found[0].seq, found[0].body


class Journal:
    """The end of the log, held by one transaction. Nothing is written before ``write``.

    Raises:
        DatabaseUnreadable: there is no end of the log to continue, or it is not one.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # On a server this lock is what makes writers queue; on SQLite the transaction began with it.
        row = end(connection, lock=True)
        try:
            self._tree = Tree(row.size, row.edge)
        except ValueError as error:
            raise DatabaseUnreadable(f"the end of the log is damaged: {error}", hint=ALTERED) from error
        self.origin = origin(row.file)
        self.scans: int = row.scans
        self._rows: list[tuple[Any, ...]] = []
        self._last: dict[tuple[str, str | None], Mapping[str, Any] | None] = {}

    @property
    def size(self) -> int:
        """How many records there are, with those not written yet."""
        return self._tree.size

    @property
    def root(self) -> bytes:
        return self._tree.root

    @property
    def edge(self) -> bytes:
        return self._tree.edge

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record of ``entries``."""
        kind = record["kind"]
        subject = SUBJECTS[kind](record)
        self._append(kind, subject, canonical(record))
        self._last[kind, subject] = record

    def _append(self, kind: str, subject: str | None, body: str) -> None:
        self._rows.append((self._tree.size, kind, subject, body))
        self._tree.extend((leaf_hash(body.encode()),))
        if len(self._rows) >= _ROWS:
            self._flush()

    def last(self, kind: str, subject: str | None = None) -> Mapping[str, Any] | None:
        """The newest record of that kind and subject."""
        if (kind, subject) not in self._last:
            query, wanted = (_NEWEST_OF_KIND, {}) if subject is None else (_NEWEST, {"subject": subject})
            found = self._connection.execute(query, {"kind": kind, **wanted}).scalar_one_or_none()
            self._last[kind, subject] = parsed(found) if found else None
        return self._last[kind, subject]

    def scan(
        self, row: Sequence[Any], judged: Sequence[Sequence[Any]], read: Sequence[Sequence[Any]], *, late: bool = False
    ) -> None:
        """Add the record of a scan, and before it what the scan was the first to be judged by.

        ``row`` holds ``COLUMNS``, ``judged`` and ``read`` tuples of ``DECISION`` and ``EVIDENCE``.
        """
        number, at, registry, waivers = _wanted(row)
        for name, digest, *_ in judged:
            self._changed(at, "policy", name, digest, name=name)
        if waivers is not None:
            self._changed(at, "waivers", waivers, waivers)
        self._changed(at, "registry", None, registry)
        self._append("scan", str(number), scan_text(row, judged, evidence_digest(read), late=late))
        self.scans = number

    def _changed(self, at: str, kind: str, subject: str | None, digest: str, **fields: Any) -> None:
        before = self.last(kind, subject)
        replaces = before.get("digest") if before else None
        if replaces != digest:
            self.append(entry(kind, digest=digest, replaces=replaces, at=at, **fields))

    def write(self, **changes: Any) -> None:
        """Write what was added, and the end of the log with ``changes`` of its row."""
        self._flush()
        ended = {"size": self._tree.size, "scans": self.scans, "edge": self._tree.edge, **changes}
        self._connection.execute(_MOVE_ON, ended)

    def _flush(self) -> None:
        if self._rows:
            add(self._connection, log, ("seq", "kind", "subject", "body"), self._rows)
            self._rows = []


def adopt(connection: Connection) -> None:
    """Begin the log of a database that is older than logs, with all its scans in their order, marked as such."""
    begin(connection)
    journal = Journal(connection)
    while batch := connection.execute(
        select(scans).where(scans.c.id > journal.scans).order_by(scans.c.id).limit(_ROWS)
    ).all():
        wanted = batch[0].id, batch[-1].id
        by_scan = attrgetter("scan_id")
        parts = [
            {
                number: [tuple(getattr(row, name) for name in names) for row in rows]
                for number, rows in groupby(
                    connection.execute(
                        select(table).where(table.c.scan_id.between(*wanted)).order_by(table.c.scan_id, table.c.id)
                    ),
                    by_scan,
                )
            }
            for table, names in ((decisions, DECISION), (evidence, EVIDENCE))
        ]
        for row in batch:
            judged, read = (part.get(row.id, []) for part in parts)
            journal.scan([getattr(row, name) for name in COLUMNS], judged, read, late=True)
    journal.write()
