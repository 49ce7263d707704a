"""The waivers that scans of a period were judged under: who owns them, when they end, what they waived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from scanner.errors import PolicyError
from scanner.export.audit.told import WAIVER, waiver_key
from scanner.policy import By, Waiver, read_waivers

SOON = timedelta(days=30)
IN_FORCE, EXPIRING, EXPIRED, IN_CODE = "in-force", "expiring", "expired", "in-code"
_ORDER = (EXPIRING, IN_FORCE, IN_CODE, EXPIRED)


class Waived:
    """``unread`` are the digests of files that this program cannot read (any more)."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self._files: dict[str, list[str]] = {}
        self._applied: Counter[tuple[Any, ...]] = Counter()
        self._known: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        self.unread: list[str] = []

    def given(self, digest: str, at: str) -> None:
        """A scan was judged under this file."""
        known = self._files.setdefault(digest, [at, at])
        known[:] = min(known[0], at), max(known[1], at)

    def applied(self, waivers: Iterable[Mapping[str, Any]]) -> None:
        """A decision has findings that these waived."""
        for waiver in waivers:
            key = _key(waiver)
            self._applied[key] += 1
            self._known.setdefault(key, waiver)

    def rows(self, text: Callable[[str], str]) -> list[dict[str, Any]]:
        """Every waiver of the files once, those that end soon first; ``text`` gives a file by its digest."""
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for digest, (first, last) in sorted(self._files.items()):
            try:
                entries = read_waivers(text(digest)).entries
            except PolicyError:
                self.unread.append(digest)
                continue
            for entry in entries:
                told = _told(entry)
                row = rows.setdefault(_key(told), {**told, "first_given": first, "last_given": last})
                row["first_given"] = min(row["first_given"], first)
                row["last_given"] = max(row["last_given"], last)
                row["expires"] = max(row["expires"], told["expires"])
        for key, waiver in self._known.items():
            rows.setdefault(key, {**waiver, "paths": [], "expression": None, "first_given": None, "last_given": None})
        for key, row in rows.items():
            row["applied"] = self._applied[key]
        merged = _merged(rows.values())
        for row in merged:
            row["state"], row["days_left"] = self._state(row)
        return sorted(merged, key=_order)

    def _state(self, row: Mapping[str, Any]) -> tuple[str, int]:
        left = _day(row["expires"]) - self._as_of
        if row["by"] == By.INLINE and str(row["expires"]) <= (row["last_given"] or "")[:10]:
            # Without an end of its own it is given anew by every run, for that day.
            return IN_CODE, left.days
        return EXPIRED if left.days < 0 else EXPIRING if left <= SOON else IN_FORCE, left.days


def _merged(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """An entry of a file is one waiver, wherever the file was given from and on whichever line it stood then."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["last_given"] or "", reverse=True):
        place = row["at"] if row["by"] == By.INLINE else None
        key = *waiver_key({**row, "at": place}), tuple(row["paths"]), row["expression"]
        one = found.setdefault(key, row)
        if one is not row:
            one["applied"] += row["applied"]
            one["at"] = one["at"] or row["at"]
            one["first_given"] = min(filter(None, (one["first_given"], row["first_given"])), default=None)
    return list(found.values())


def _day(text: str | None) -> date:
    """The last day; what does not say when it ends has ended."""
    with suppress(ValueError):
        return date.fromisoformat(text or "")
    return date.min


def _key(waiver: Mapping[str, Any]) -> tuple[Any, ...]:
    """A comment in the code is the same one however often a run has read it."""
    return waiver_key({**waiver, "expires": None} if waiver.get("by") == By.INLINE else waiver)


def _told(waiver: Waiver) -> dict[str, Any]:
    said = {name: getattr(waiver, name) for name in WAIVER}
    return {
        **said,
        "expires": waiver.expires.isoformat(),
        "outcome": waiver.outcome.value if waiver.outcome else None,
        "by": waiver.by.value,
        "paths": list(waiver.paths),
        "expression": waiver.expression,
    }


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return _ORDER.index(row["state"]), str(row["expires"]), *(str(row[name]) for name in WAIVER)
