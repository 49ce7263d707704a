"""One run through the list of models, page after page, kept so that anybody can go on with it.

A page is one transaction: its rows, the address of the next page, and the counters. Whoever stores a page says from
which address it came; where another crawler was first nothing is stored. So a sweep may be cut off anywhere, and be
run by several at once: no page is kept in part, twice or out of turn.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from scanner.catalogue.entry import Entry, entry_of
from scanner.catalogue.file import Catalogue
from scanner.catalogue.numbers import chunks, marks
from scanner.catalogue.plan import Plan
from scanner.catalogue.shelf import Shelf, Source, Tally, source_number
from scanner.errors import HubProtocolError
from scanner.hub.listing import Page, Unread

IDLE = 3
"""Pages in a row that may bring nothing this sweep has not met."""
_LOOP = "run it again: it goes on where it stopped, and begins anew if the hub still runs in a circle"


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep as it stands: ``next`` is the query of the page to fetch, None at its end."""

    num: int
    plan: Plan
    started: int
    next: str | None
    page: int = 0
    rows: int = 0
    idle: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a page: the sweep after it, what happened to its rows, the events by kind.

    ``short``: it was the last one, and too little was met for the list to have been whole.
    """

    sweep: Sweep
    tally: Tally
    unread: int
    events: dict[str, int]
    short: bool


class Astray(HubProtocolError):
    """The list runs in a circle, or ends too early. What was read is kept."""


def claim(connection: Any, plan: Plan, at: int) -> Sweep:
    """The sweep of ``plan``: the unfinished one of its kind and scope, or a new one."""
    found = connection.exec_driver_sql(
        "SELECT num, started, next, page, rows, idle FROM sweeps WHERE kind = ? AND scope = ? AND finished IS NULL"
        " AND next IS NOT NULL ORDER BY num DESC LIMIT 1",
        (plan.kind, plan.scope),
    ).one_or_none()
    if found is not None:
        num, started, following, page, rows, idle = found
        return Sweep(num, plan, started, following, page, rows, idle)
    connection.exec_driver_sql(
        "INSERT INTO sweeps (kind, scope, started, next, page, rows, new, changed, unread, idle, whole)"
        " VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0)",
        (plan.kind, plan.scope, at, plan.address),
    )
    num = connection.exec_driver_sql("SELECT last_insert_rowid()").scalar_one()
    return Sweep(num, plan, at, plan.address)


def abandon(connection: Any, sweep: Sweep) -> None:
    """Nobody goes on with ``sweep`` any more. What it brought stays."""
    connection.exec_driver_sql("UPDATE sweeps SET next = NULL WHERE num = ? AND finished IS NULL", (sweep.num,))


def going(connection: Any, sweep: Sweep) -> bool:
    """Whether there are pages of ``sweep`` left."""
    left = connection.exec_driver_sql("SELECT next IS NOT NULL FROM sweeps WHERE num = ?", (sweep.num,))
    return bool(left.scalar())


class Keeper:
    """Stores pages. ``finish`` is called in the transaction with the last one, and says whether all of it was met."""

    def __init__(self, catalogue: Catalogue, shelf: Shelf, what: str, finish: Callable[[Any, Sweep], bool]) -> None:
        self._catalogue, self._shelf, self._what, self._finish = catalogue, shelf, what, finish
        self._visited: set[str] = set()

    def keep(self, sweep: Sweep, page: Page, at: int) -> Step | None:
        """Store ``page``, which was fetched from ``sweep.next``; None when another crawler stored it before.

        Raises:
            Astray: the page leads in a circle; it is not stored.
            StoreError: nothing was stored.
        """
        self._check(sweep, page)
        entries, unread = _entries(page)
        source = Source("api", self._what, sweep.started)
        kept = False
        try:
            with self._catalogue.writing() as connection:
                if not _advance(connection, sweep, page):
                    return None
                fresh, still = _compare(connection, entries, sweep.num)
                idle = 0 if fresh else sweep.idle + 1
                if idle >= IDLE and page.following is not None:
                    raise Astray(f"the list goes on for {idle} pages without a new model", hint=_LOOP)
                before = connection.exec_driver_sql("SELECT max(num) FROM events").scalar() or 0
                tally = self._shelf.put(connection, entries, source, at=at, sweep=sweep.num)
                _reject(connection, unread, source, at)
                over = page.following is None or (still and _below(entries, sweep.plan.until))
                after = replace(
                    sweep, next=None if over else page.following, page=sweep.page + 1,
                    rows=sweep.rows + len(page), idle=idle,
                )  # fmt: skip
                ended = over and sweep.plan.kind == "full"
                short = ended and not self._finish(connection, after)
                self._count(connection, sweep, after, tally, len(unread), _newest(entries, at))
                if over and not short:
                    connection.exec_driver_sql(
                        "UPDATE sweeps SET finished = ?, whole = ? WHERE num = ?", (at, int(ended), sweep.num)
                    )
                step = Step(after, tally, len(unread), events_since(connection, before), short)
            kept = True
            return step
        finally:
            if not kept:
                self._shelf.numbers.forget()

    def _check(self, sweep: Sweep, page: Page) -> None:
        if page.following is None:
            return
        self._visited.add(sweep.next or "")
        if page.following in self._visited:
            raise Astray("the list leads back to a page that was read", hint=_LOOP)
        if not len(page):
            raise Astray("an empty page of the list leads to another", hint=_LOOP)

    def _count(
        self, connection: Any, before: Sweep, after: Sweep, tally: Tally, unread: int, newest: int | None
    ) -> None:
        connection.exec_driver_sql(
            "UPDATE sweeps SET next = ?, rows = ?, new = new + ?, changed = changed + ?, unread = unread + ?, idle = ?,"
            " watermark = coalesce(watermark, ?) WHERE num = ?",
            (
                after.next, after.rows, tally.new, tally.changed, unread, after.idle,
                newest if before.page == 0 else None, before.num,
            ),
        )  # fmt: skip


def _advance(connection: Any, sweep: Sweep, page: Page) -> bool:
    """Turn the page, if nobody did: the one who does may store it."""
    turned = connection.exec_driver_sql(
        "UPDATE sweeps SET page = page + 1, body = ? WHERE num = ? AND page = ? AND next = ? AND finished IS NULL",
        (page.digest, sweep.num, sweep.page, sweep.next),
    ).rowcount
    return bool(turned)


def _entries(page: Page) -> tuple[list[Entry], list[Unread]]:
    entries = [entry for row in page.rows if (entry := entry_of(row.model, row.downloads_total)) is not None]
    return entries, list(page.unread)


def _compare(connection: Any, entries: Sequence[Entry], num: int) -> tuple[int, bool]:
    """How many of ``entries`` sweep ``num`` meets for the first time, and whether none is new or modified."""
    ids = list({entry.hub_id: entry for entry in entries})
    known = {
        hub_id: (modified, sweep)
        for chunk in chunks(ids)
        for hub_id, modified, sweep in connection.exec_driver_sql(
            f"SELECT hub_id, modified, sweep FROM models WHERE hub_id IN ({marks(chunk)})", tuple(chunk)
        ).all()
    }
    met = sum(sweep == num for _, sweep in known.values())
    still = all(entry.hub_id in known and known[entry.hub_id][0] == entry.modified for entry in entries)
    return len(ids) - met, still


def _below(entries: Sequence[Entry], until: int | None) -> bool:
    """True when a list by ``lastModified`` has come below ``until``; never where its dates do not fall."""
    dates = [entry.modified for entry in entries if entry.modified is not None]
    return until is not None and bool(dates) and dates[-1] < until and dates == sorted(dates, reverse=True)


def _newest(entries: Sequence[Entry], at: int) -> int | None:
    """The newest ``lastModified`` of a first page: whatever changes later than that changes while the sweep runs.

    One that lies in the future would hide every change until then, and is no date.
    """
    return max(
        (entry.modified for entry in entries if entry.modified is not None and entry.modified <= at), default=None
    )


def _reject(connection: Any, unread: Sequence[Unread], source: Source, at: int) -> None:
    if unread:
        number = source_number(connection, source)
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO rejects (at, source, why, body, digest) VALUES (?, ?, ?, ?, ?)",
            [(at, number, row.why, zlib.compress(row.body), sha256(row.body).digest()) for row in unread],
        )


def events_since(connection: Any, num: int) -> dict[str, int]:
    """The events written after the one numbered ``num``, by kind."""
    found = connection.exec_driver_sql("SELECT kind, count(*) FROM events WHERE num > ? GROUP BY kind", (num,))
    return dict(found.all())
