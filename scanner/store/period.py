"""What was recorded in a period: its scans, what changed, what signs it; all as it was when the reading began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from scanner.errors import DatabaseUnreadable
from scanner.log import Key, Witnessed
from scanner.store.entries import parsed
from scanner.store.journal import ALTERED, end
from scanner.store.tables import decisions, documents, log, scans
from scanner.store.verify import Verification, verify

_DAY = timedelta(days=1)
_BATCH = 200
"""Scans that are held at once, with their texts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one policy said: its name, its digest, the digest of the decision, the decision/v1 document as stored."""

    policy: str
    policy_digest: str
    digest: str
    body: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A scan as it lies in the database; ``facts`` is the facts/v1 document as stored.

    ``record`` is its place in the log, ``before_log`` True for a scan that is older than the log.
    """

    number: int
    at: str
    run: str
    requested: str
    tool_version: str
    registry_digest: str
    waivers_digest: str | None
    facts_digest: str
    facts: str
    decisions: tuple[Judged, ...]
    record: int
    before_log: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A record of the log that is no scan, by its place; ``body`` is what it says."""

    record: int
    kind: str
    body: dict[str, Any]


class Period:
    """The days from ``since`` to ``until``, both included (``2026-11-23``), seen through one transaction."""

    def __init__(self, connection: Connection, since: str, until: str) -> None:
        self._connection = connection
        self._since, self._until = since, until

    def numbers(self) -> list[int]:
        """The numbers of its scans, rising."""
        day = func.substr(scans.c.at, 1, len(self._until))
        query = select(scans.c.id).where(scans.c.at >= self._since, day <= self._until)
        return sorted(self._connection.execute(query).scalars())

    def scans(self) -> Iterator[Recorded]:
        """Its scans in the order of their numbers, a few at a time.

        Raises:
            DatabaseUnreadable: a text or a record of one is gone.
        """
        numbers = self.numbers()
        for at in range(0, len(numbers), _BATCH):
            yield from self._batch(numbers[at : at + _BATCH])

    def _batch(self, numbers: Sequence[int]) -> Iterator[Recorded]:
        ask = self._connection.execute
        rows = ask(select(scans).where(scans.c.id.in_(numbers)).order_by(scans.c.id)).all()
        of_scans = select(decisions).where(decisions.c.scan_id.in_(numbers))
        judged = {
            number: tuple(Judged(row.policy_name, row.policy_digest, row.digest, row.body) for row in found)
            for number, found in groupby(
                ask(of_scans.order_by(decisions.c.scan_id, decisions.c.id)), lambda row: row.scan_id
            )
        }
        texts = documents.c.digest.in_({row.facts_digest for row in rows})
        facts = {row.digest: row.body for row in ask(select(documents.c.digest, documents.c.body).where(texts))}
        named = select(log.c.subject, log.c.seq, log.c.body).where(
            log.c.kind == "scan", log.c.subject.in_([str(number) for number in numbers])
        )
        places = {row.subject: (row.seq, parsed(row.body).get("before_log") is True) for row in ask(named)}
        for row in rows:
            try:
                record, before_log = places[str(row.id)]
                yield Recorded(
                    row.id, row.at, row.run, row.requested, row.tool_version, row.registry_digest, row.waivers_digest,
                    row.facts_digest, facts[row.facts_digest], judged[row.id], record, before_log,
                )  # fmt: skip
            except KeyError as error:
                raise DatabaseUnreadable(f"a text or the record of scan {row.id} is gone", hint=ALTERED) from error

    def changes(self) -> Iterator[Change]:
        """What the log tells of the period besides scans: policies, waivers, the registry, keys, redactions."""
        query = select(log.c.seq, log.c.kind, log.c.body).where(log.c.kind != "scan").order_by(log.c.seq)
        for row in self._connection.execute(query):
            body = parsed(row.body)
            day = str(body.get("at"))[: len(self._until)]
            if self._since <= day <= self._until:
                yield Change(row.seq, row.kind, body)

    def redacted(self) -> list[int]:
        """The numbers of removed scans that may have been of the period.

        Nothing tells when they were made but the scans beside them, whose clocks may differ: left out are those beside
        which both lie more than a day before the period, or after it.
        """
        told = self._connection.execute(select(log.c.subject).where(log.c.kind == "redaction")).scalars()
        inside = self.numbers() or [0]
        return [one for one in sorted(map(int, told)) if inside[0] < one < inside[-1] or self._beside(one)]

    def _beside(self, number: int) -> bool:
        """True where the scans next to ``number`` do not both lie well before the period, or well after it."""
        ask = self._connection.execute
        before = ask(select(scans.c.at).where(scans.c.id < number).order_by(scans.c.id.desc()).limit(1)).scalar()
        after = ask(select(scans.c.at).where(scans.c.id > number).order_by(scans.c.id).limit(1)).scalar()
        # Where there is none it may have been made as early, or as late, as ever.
        sides = {-1 if before is None else self._side(before), 1 if after is None else self._side(after)}
        return sides not in ({-1}, {1})

    def _side(self, at: str) -> int:
        """-1 more than a day before the period, 1 more than a day after it, else 0."""
        first, last = date.fromisoformat(self._since), date.fromisoformat(self._until)
        earliest = max(first, date.min + _DAY) - _DAY
        latest = min(last, date.max - _DAY) + _DAY
        return -1 if at[:10] < earliest.isoformat() else int(at[:10] > latest.isoformat())

    def text(self, digest: str) -> str:
        """The text of a policy or of a file of waivers.

        Raises:
            DatabaseUnreadable: it is gone.
        """
        query = select(documents.c.body).where(documents.c.digest == digest)
        body: str | None = self._connection.execute(query).scalar_one_or_none()
        if body is None:
            raise DatabaseUnreadable(f"the text {digest} is gone", hint=ALTERED)
        return body

    def later(self) -> str | None:
        """When the first scan after the period was made; None where there is none, so that it may not be over."""
        day = func.substr(scans.c.at, 1, len(self._until))
        found: str | None = self._connection.execute(select(func.min(scans.c.at)).where(day > self._until)).scalar_one()
        return found

    def checkpoint(self) -> str | None:
        """The last signed checkpoint of the log, as the note it is."""
        found: str | None = end(self._connection).checkpoint
        return found

    def verify(self, keys: Sequence[Key], kept: Sequence[tuple[str, Witnessed]]) -> Verification:
        """The whole database, as ``Store.verify`` does it."""
        return verify(self._connection, keys, kept)
