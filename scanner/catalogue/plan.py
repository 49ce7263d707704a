"""What a crawl does first: go on with a sweep, list everything anew, or list what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from scanner.catalogue.entry import moment
from scanner.hub.listing import first
from scanner.model import RepoId

RECONCILE = 7 * 86_400
"""Seconds after which everything is listed again: only that shows what is gone, renamed or gated since."""
OVERLAP = 3_600
"""Seconds: the list by ``lastModified`` moves while it is read."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep to run: ``full``, ``recent``, ``since``, ``author`` or ``ids``; ``why`` in words for whoever started it.

    ``until``: it need not go below this ``lastModified`` (unix seconds). ``plain``: for a mirror without ``expand``.
    ``ids`` are asked for one by one instead of a list.
    """

    kind: str
    why: str
    author: str | None = None
    until: int | None = None
    light: bool = False
    plain: bool = False
    ids: tuple[RepoId, ...] = ()

    @property
    def address(self) -> str:
        """The query of its first page."""
        if self.kind == "ids":
            return "queue"
        sort = "lastModified" if self.kind in ("recent", "since") else "createdAt"
        return first(sort, light=self.light, author=self.author, plain=self.plain)

    @property
    def scope(self) -> str:
        """What is asked: two crawlers with one scope run one sweep."""
        if self.kind == "ids":
            return sha256("\n".join(sorted({repo.key for repo in self.ids})).encode()).hexdigest()
        return f"since {moment(self.until)}: {self.address}" if self.kind == "since" else self.address

    def without_fields(self, why: str) -> Plan:
        return replace(self, plain=True, why=why)

    def because(self, why: str) -> Plan:
        return replace(self, why=why)


def decide(connection: Any, *, light: bool | None, at: int) -> Plan:
    """What there is to do at ``at``; ``light`` None: an unfinished sweep is gone on with as it was begun, else not."""
    going = _unfinished(connection, light)
    if going is not None:
        return going
    last = connection.exec_driver_sql("SELECT max(finished) FROM sweeps WHERE whole = 1").scalar()
    lightly = bool(light)
    if last is None:
        return Plan("full", "no sweep met everything yet: listing all models", light=lightly)
    if not 0 <= at - last <= RECONCILE:
        # By a clock that went wrong it may have ended after today.
        ended = f"{(at - last) // 86_400} days ago" if at > last else f"on {moment(last)}, which is yet to come"
        why = f"the last whole sweep ended {ended}: listing all models, which also shows what is gone"
        return Plan("full", why, light=lightly)
    seen = watermark(connection)
    since = f"what changed since {moment(seen)}" if seen else "all models by their last change"
    return Plan(
        "recent", f"the last whole sweep ended {moment(last)}: listing {since}", until=bound(seen), light=lightly
    )


def watermark(connection: Any) -> int | None:
    """Up to here (``lastModified``, unix seconds) nothing was missed; None: not known."""
    found: int | None = connection.exec_driver_sql(
        "SELECT max(watermark) FROM sweeps WHERE finished IS NOT NULL AND kind IN ('full', 'recent')"
    ).scalar()
    return found


def bound(seen: int | None) -> int | None:
    """How far down a list by ``lastModified`` has to be read."""
    return None if seen is None else seen - OVERLAP


def _unfinished(connection: Any, light: bool | None) -> Plan | None:
    """The youngest sweep that was cut short, unless a later one ended well."""
    found = connection.exec_driver_sql(
        "SELECT kind, scope, page, rows, started FROM sweeps s WHERE kind IN ('full', 'recent') AND next IS NOT NULL"
        " AND finished IS NULL AND NOT EXISTS (SELECT 1 FROM sweeps later WHERE later.num > s.num"
        " AND later.finished IS NOT NULL AND (later.whole = 1 OR later.kind = s.kind)) ORDER BY num DESC"
    ).all()
    for kind, scope, page, rows, started in found:
        until = bound(watermark(connection)) if kind == "recent" else None
        why = f"going on with the sweep of {moment(started)} after page {page:,} ({rows:,} models)"
        for plain in (False, True):
            for lightly in (False, True) if light is None else (light,):
                plan = Plan(kind, why, until=until, light=lightly, plain=plain)
                if plan.scope == scope:
                    return plan
    return None
