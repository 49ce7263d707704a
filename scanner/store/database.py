"""The audit database: scans go in, and stay; they are listed and read back, each text checked against its digest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, Select, Table, func, select

from scanner.errors import DatabaseUnreadable, ScannerError, StoreError, UsageError
from scanner.log import Growth, Inclusion, Key, Signer, Witnessed
from scanner.store import tables
from scanner.store.connection import (
    SEALED,
    WAIT,
    connect,
    file_of,
    is_sealed,
    locate,
    name_of,
    our_words,
    reading,
    writing,
)
from scanner.store.guards import missing_guards
from scanner.store.journal import absent, end, origin
from scanner.store.period import Period
from scanner.store.recording import record, written
from scanner.store.records import (
    DecisionRecord,
    ScannedModel,
    ScanRecord,
    ScanRow,
    digest,
    scan_columns,
)
from scanner.store.redacting import Redaction, planned, redact
from scanner.store.requested import Requested, requests, uses
from scanner.store.sealing import prove, seal
from scanner.store.tables import HEAD, decisions, documents, log, scans
from scanner.store.verify import Verification, verify
from scanner.store.versions import ready, refuse_other_versions, version_at

_MOMENT = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\dZ)?)?)?)?", re.ASCII)
_READERS = 3_000
"""Milliseconds to wait for those who read a database before what was removed is left in its write-ahead log."""


class Store:
    """An open audit database. Threads and processes may share the file; each scan is recorded whole or not at all."""

    def __init__(self, url: URL, engine: Engine) -> None:
        self._url = url
        self._engine = engine

    @classmethod
    def open(cls, url: str | None = None, *, create: bool = True, wait: float = WAIT) -> Store:
        """Open the database at ``url``: a path, an SQLAlchemy URL, or None for the user's own (``default_url``).

        With ``create`` the database is made where there is none, and it is proven here, before any work is done, that
        it can be written. Without, it must exist, and opening changes nothing. ``wait`` is how many seconds to wait
        for another writer.

        Raises:
            DatabaseOutdated: made by an older version; nothing was changed.
            DatabaseNewer: made by a newer version; nothing was changed.
            DatabaseUnreadable: damaged, or not an audit database.
            DatabaseBusy: locked for longer than ``wait``.
            StoreError: missing, read-only, not reachable.
            UsageError: ``url`` is no address of a database file or server.
        """
        address = locate(url)
        found = version_at(address, wait)
        if found is not None:
            refuse_other_versions(address, found)
        elif not create:
            raise StoreError(
                f"there is no audit database at {name_of(address)}",
                hint="it is made by the first recorded check, or name another with --db",
            )
        if create:
            return cls(address, ready(address, wait))
        path = file_of(address)
        return cls(address, connect(address, wait=wait, mode=SEALED if path and is_sealed(path) else "rw"))

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def save(self, scan: ScanRecord) -> int:
        """Record ``scan`` in one transaction and return its number. When this returns, it is on the disk.

        Raises:
            DatabaseBusy, StoreError: nothing was recorded.
            TypeError, ValueError: the facts or a decision cannot be written as canonical JSON.
        """
        return self.save_all([scan])[0]

    def save_all(self, made: Sequence[ScanRecord]) -> list[int]:
        """Record all of ``made``, in their order, in one transaction and return their numbers: all, or none.

        Raises:
            As ``save``.
        """
        texts = [written(scan) for scan in made]
        if not texts:
            return []
        with our_words(self._url), writing(self._engine) as connection:
            return record(connection, texts)

    def redaction(self, number: int) -> Redaction:
        """What ``redact`` would remove; nothing is changed.

        Raises:
            UsageError: there is no such scan.
            DatabaseUnreadable: the log tells of another under that number, or its row is gone.
        """
        with our_words(self._url), reading(self._engine) as connection:
            return planned(connection, number)

    def redact(self, number: int, *, reason: str, by: str, at: str) -> Redaction:
        """Remove what was recorded of scan ``number``; the log keeps its hash and says why, by whom, and ``at`` when.

        Raises:
            UsageError, DatabaseUnreadable: as ``redaction``; nothing was removed.
            DatabaseBusy, StoreError: nothing was removed.
        """
        with our_words(self._url):
            with writing(self._engine) as connection:
                done = redact(connection, number, reason=reason, by=by, at=at)
            if file_of(self._url) is None:
                return done
            with self._engine.execution_options(begin="").connect() as connection:
                # Not to be used again: others are waited for as long as ever, those who read only for a moment.
                connection.detach()
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {_READERS}")
                busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            return replace(done, erased=not busy)

    def checkpoint(self, signer: Signer, *, at: str, old: int = 0, new: bool = True) -> Growth:
        """Sign the log as it is; the proof shows a witness that knows ``old`` records that they begin it.

        A key that is not ``new`` and is named after this log has signed it before, and the log must say so.

        Raises:
            DatabaseUnreadable: the log is not what was signed before: nothing was signed.
            UsageError: the log has fewer than ``old`` records, or the key is that of another log.
        """
        with our_words(self._url), writing(self._engine) as connection:
            return seal(connection, signer, at, old, new)

    def origin(self) -> str:
        """What the log of this database is called in its checkpoints."""
        with our_words(self._url), self._engine.connect() as connection:
            return origin(end(connection).file)

    def prove(self, number: int) -> Inclusion:
        """The record of that scan, with the proof that it is in the last checkpoint.

        Raises:
            UsageError: there is no such scan, or it is newer than the last checkpoint.
            DatabaseUnreadable: the log is not the one that was signed.
        """
        with our_words(self._url), reading(self._engine) as connection:
            return prove(connection, number)

    def verify(self, keys: Sequence[Key] = (), kept: Sequence[tuple[str, Witnessed]] = ()) -> Verification:
        """Hash everything anew and compare it with the log, and the log with checkpoints ``kept`` outside, by name.

        Raises:
            DatabaseUnreadable: the file is damaged so that it cannot be read.
        """
        with our_words(self._url), reading(self._engine) as connection:
            return verify(connection, keys, kept)

    @contextmanager
    def period(self, since: str, until: str) -> Iterator[Period]:
        """What was recorded from the day ``since`` to the day ``until``; what others write meanwhile is not seen."""
        with our_words(self._url), reading(self._engine) as connection:
            yield Period(connection, since, until)

    def scans(
        self,
        *,
        model: str | None = None,
        verdict: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
    ) -> list[ScanRow]:
        """The newest scans first. ``since`` and ``until`` are days or moments in UTC, both included, any precision.

        Raises:
            UsageError: ``since`` or ``until`` is not a date.
        """
        query = select(scans).order_by(scans.c.id.desc()).limit(limit)
        if model is not None:
            query = query.where(scans.c.model_key == model.casefold())
        if verdict is not None:
            query = query.where(scans.c.verdict == verdict.upper())
        if since is not None:
            query = query.where(scans.c.at >= _moment(since))
        if until is not None:
            query = query.where(func.substr(scans.c.at, 1, len(until)) <= _moment(until))
        with our_words(self._url), self._engine.connect() as connection:
            rows = connection.execute(query).all()
            named: dict[int, list[tuple[str, str]]] = {row.id: [] for row in rows}
            for row in connection.execute(_policies(list(named))):
                named[row.scan_id].append((row.policy_name, row.verdict))
        return [_row(row, tuple(named[row.id])) for row in rows]

    def scanned(self) -> list[ScannedModel]:
        """Every model that was ever scanned, the last scanned first; one with another ``_id`` is another."""
        last = select(func.count(), func.max(scans.c.id)).group_by(scans.c.model_key, scans.c.hub_id).subquery()
        count, number = last.c
        query = select(scans, count.label("times")).join(last, scans.c.id == number).order_by(scans.c.id.desc())
        with our_words(self._url), self._engine.connect() as connection:
            rows = connection.execute(query).all()
            used: dict[tuple[str, str | None], list[str]] = {}
            used_in = uses(connection)
            named = select(used_in.c.model_key, used_in.c.hub_id, used_in.c.codebase).distinct()
            named = named.where(used_in.c.codebase.is_not(None)).order_by(used_in.c.codebase)
            for model_key, hub_id, used_by in connection.execute(named):
                used.setdefault((model_key, hub_id), []).append(used_by)
        return [
            ScannedModel(
                r.model_id, r.hub_id, r.times, r.id, r.at, r.verdict, tuple(used.get((r.model_key, r.hub_id), ()))
            )
            for r in rows
        ]

    def requests(self) -> list[Requested]:
        """Every text that a model was ever asked for by, by hub; the one that is longest ago first."""
        with our_words(self._url), self._engine.connect() as connection:
            return requests(connection)

    def latest(
        self, model: str, requested: str, hub: str, as_of: str, tool_version: str, registry_digest: str
    ) -> int | None:
        """The number of the last scan of ``model``, asked for by that text, of the same day and by the same means."""
        query = (
            select(func.max(scans.c.id))
            .where(scans.c.model_key == model.casefold(), scans.c.requested == requested)
            .where(scans.c.hub == hub, scans.c.as_of == as_of)
            .where(scans.c.tool_version == tool_version, scans.c.registry_digest == registry_digest)
        )
        with our_words(self._url), self._engine.connect() as connection:
            number: int | None = connection.execute(query).scalar_one()
        return number

    def scan(self, number: int) -> ScanRecord:
        """The scan of that number, as it was saved.

        Raises:
            UsageError: there never was one, or it was redacted (``ScanRedacted``).
            DatabaseUnreadable: it is gone otherwise, or a stored text is not the one that was recorded.
        """
        with our_words(self._url), self._engine.connect() as connection:
            return _scan(connection, number, {})

    def numbers(self) -> list[int]:
        """The number of every scan that was ever recorded, rising: of those that are gone or were redacted too."""
        told = select(log.c.subject).where(log.c.kind == "scan")
        with our_words(self._url), self._engine.connect() as connection:
            there = set(connection.execute(select(scans.c.id)).scalars())
            subjects = connection.execute(told).scalars()
            return sorted(there.union(int(one) for one in subjects if one is not None and one.isdecimal()))

    def recorded(self, numbers: Iterable[int]) -> Iterator[tuple[int, ScanRecord | ScannerError]]:
        """Each scan as ``scan`` gives it, in one reading; in the place of one that cannot be had, the error."""
        kept: dict[str, str] = {}
        with our_words(self._url), reading(self._engine) as connection:
            for number in numbers:
                try:
                    with our_words(self._url):
                        found: ScanRecord | ScannerError = _scan(connection, number, kept)
                except ScannerError as error:
                    found = error
                yield number, found

    def info(self) -> dict[str, Any]:
        """What there is to know of the database: ``url``, schema ``version`` and ``head``, ``counts`` of rows by table,
        ``bytes`` and ``journal_mode`` (None for a server), ``append_only`` and the names of the ``missing_guards``.
        """
        path = file_of(self._url)
        with our_words(self._url), self._engine.connect() as connection:
            return {
                "url": name_of(self._url),
                "version": connection.execute(select(tables.version.c.version_num)).scalar_one(),
                "head": HEAD,
                "counts": {t.name: _count(connection, t) for t in tables.RECORDED},
                "bytes": path.stat().st_size if path else None,
                "journal_mode": connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() if path else None,
                "append_only": not (missing := missing_guards(connection)),
                "missing_guards": missing,
            }


def _scan(connection: Connection, number: int, kept: dict[str, str]) -> ScanRecord:
    """The scan of that number; policies and waivers are read once and ``kept`` by their digest."""
    row = connection.execute(select(scans).where(scans.c.id == number)).one_or_none()
    if row is None:
        raise absent(connection, number)
    judged = connection.execute(select(decisions).where(decisions.c.scan_id == number).order_by(decisions.c.id)).all()
    digests = {row.facts_digest, row.waivers_digest, *(d.policy_digest for d in judged)} - {None} - kept.keys()
    found = connection.execute(select(documents).where(documents.c.digest.in_(digests))).all()
    texts = {document.digest: document.body for document in found}
    stored = (*texts.items(), *((d.digest, d.body) for d in judged))
    try:
        record = _record(row, judged, {**kept, **texts})
        as_named = all(digest(text) == name for name, text in stored)
        if not as_named or not scan_columns(record).items() <= row._mapping.items():
            raise ValueError("a text and its digest, or a text and a column, disagree")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatabaseUnreadable(
            f"scan {number} is not what was recorded: a stored text is gone or does not match its digest",
            hint="the database was edited or is damaged; keep it for inspection and restore a backup",
        ) from error
    kept.update({document.digest: document.body for document in found if document.kind != "facts"})
    return record


def _record(row: Row[Any], judged: Sequence[Row[Any]], texts: Mapping[str, str]) -> ScanRecord:
    return ScanRecord(
        at=row.at,
        run=row.run,
        requested=row.requested,
        facts=json.loads(texts[row.facts_digest]),
        decisions=tuple(
            DecisionRecord(
                d.policy_name, d.policy_digest, texts[d.policy_digest], json.loads(d.body), d.verdict, d.body
            )
            for d in judged
        ),
        tool_version=row.tool_version,
        registry_digest=row.registry_digest,
        waivers_text=texts[row.waivers_digest] if row.waivers_digest else None,
    )


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise UsageError(f"not a date: {text[:40]!r}", hint="write 2026-11-23 or 2026-11-23T15:08:00Z")
    return text


def _policies(numbers: list[int]) -> Select[tuple[int, str, str]]:
    query = select(decisions.c.scan_id, decisions.c.policy_name, decisions.c.verdict)
    return query.where(decisions.c.scan_id.in_(numbers)).order_by(decisions.c.id)


def _row(row: Row[Any], policies: tuple[tuple[str, str], ...]) -> ScanRow:
    return ScanRow(
        number=row.id,
        at=row.at,
        run=row.run,
        requested=row.requested,
        model=row.model_id,
        revision=row.revision,
        hub=row.hub,
        as_of=row.as_of,
        tool_version=row.tool_version,
        verdict=row.verdict,
        policies=policies,
    )


def _count(connection: Connection, counted: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(counted)).scalar_one())
