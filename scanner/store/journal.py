"""The log in the database: records are added to it in the transaction of what they tell of."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from scanner.errors import DatabaseUnreadable
from scanner.log import Tree, leaf_hash
from scanner.store.entries import DECISION, EVIDENCE, SUBJECTS, entry, parsed, scan_entry
from scanner.store.records import canonical
from scanner.store.tables import decisions, evidence, head, log, scans

ALTERED = "keep the database for inspection and restore a backup; modelorigin audit verify says more"
_ROWS = 5_000
"""Records that are held before they are written, and scans that are read at once."""


def begin(connection: Connection) -> None:
    """Begin the log of a database: the file is named by chance, so that no other file can pose as this one."""
    connection.execute(insert(head).values(id=1, file=secrets.token_hex(8), size=0, scans=0, edge=b""))


def origin(file: str) -> str:
    """What the log of the database with that id is called in a checkpoint."""
    return f"modelorigin/{file}"


def end(connection: Connection, *, lock: bool = False) -> Row[Any]:
    """The head of the log: which file it is of, how far it goes, and what was signed last.

    Raises:
        DatabaseUnreadable: there is none.
    """
    row = connection.execute(select(head).with_for_update() if lock else select(head)).one_or_none()
    if row is None:
        raise DatabaseUnreadable("the end of the log is gone", hint=ALTERED)
    return row


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
        self._rows: list[dict[str, Any]] = []
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
        kind, body = record["kind"], canonical(record)
        subject = SUBJECTS[kind](record)
        self._rows.append({"seq": self._tree.size, "kind": kind, "subject": subject, "body": body})
        self._tree.extend((leaf_hash(body.encode()),))
        if kind != "scan":
            self._last[kind, subject] = record
        if len(self._rows) >= _ROWS:
            self._flush()

    def last(self, kind: str, subject: str | None = None) -> Mapping[str, Any] | None:
        """The newest record of that kind and subject."""
        if (kind, subject) not in self._last:
            query = select(log.c.body).where(log.c.kind == kind, log.c.subject == subject)
            found = self._connection.execute(query.order_by(log.c.seq.desc()).limit(1)).scalar_one_or_none()
            self._last[kind, subject] = parsed(found) if found else None
        return self._last[kind, subject]

    def scan(self, record: Mapping[str, Any]) -> None:
        """Add the record of a scan, and before it what the scan was the first to be judged by."""
        at = record["at"]
        for one in record["decisions"]:
            self._changed(at, "policy", one["policy_name"], one["policy_digest"], name=one["policy_name"])
        if record["waivers_digest"] is not None:
            self._changed(at, "waivers", record["waivers_digest"], record["waivers_digest"])
        self._changed(at, "registry", None, record["registry_digest"])
        self.append(record)
        self.scans = record["id"]

    def _changed(self, at: str, kind: str, subject: str | None, digest: str, **fields: Any) -> None:
        before = self.last(kind, subject)
        replaces = before.get("digest") if before else None
        if replaces != digest:
            self.append(entry(kind, digest=digest, replaces=replaces, at=at, **fields))

    def write(self, **changes: Any) -> None:
        """Write what was added, and the end of the log with ``changes`` of its row."""
        self._flush()
        ended = update(head).values(size=self._tree.size, scans=self.scans, edge=self._tree.edge, **changes)
        self._connection.execute(ended)

    def _flush(self) -> None:
        if self._rows:
            self._connection.execute(insert(log), self._rows)
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
            journal.scan(scan_entry(row._asdict(), judged, read, late=True))
    journal.write()
