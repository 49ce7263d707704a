"""When to ask a hub again: its quota, its wishes, and a limit to our own patience. No request is made here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scanner.errors import HubUnreachable

TRIES = 5
RETRIED = frozenset((408, 429, 500, 502, 503, 504))
_FIRST = 0.5
_LONGEST = 8.0
_REMAINING = re.compile(r";\s*r\s*=\s*([0-9]{1,9})(?![0-9])")
_RESET = re.compile(r";\s*t\s*=\s*([0-9]{1,9})(?![0-9])")
_QUOTA = re.compile(r";\s*q\s*=\s*([0-9]{1,9})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Window:
    """What is left of a quota: ``remaining`` requests until it is filled up again in ``resets_in`` seconds."""

    remaining: int
    resets_in: float
    quota: int | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Window | None:
        """From lower-cased headers; None without a readable one, or when a cache answered with someone else's."""
        if "age" in headers:
            return None
        remaining, reset = (p.search(headers.get("ratelimit", "")) for p in (_REMAINING, _RESET))
        if remaining is None or reset is None:
            return None
        quota = _QUOTA.search(headers.get("ratelimit-policy", ""))
        return cls(int(remaining[1]), float(reset[1]), int(quota[1]) if quota else None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a server asks us to wait: given as a number, or as a date on its own clock."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    then = _moment(text)
    if then is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (then - now).total_seconds())


def pause(status: int | None, headers: Mapping[str, str], tried: int, jitter: Callable[[], float]) -> float:
    """Seconds before the next try: what the quota says, else what the server asks, else a throw of the dice.

    The dice go up to 0.5 s after the first try and twice as far after each other one, at most 8 s. ``status`` is None
    when there was no answer; ``tried`` counts from 1.
    """
    window = Window.read(headers) if status == 429 else None
    if window is not None and window.remaining == 0:
        return window.resets_in + jitter()
    asked = retry_after(headers)
    if asked is not None:
        return asked + jitter()
    return jitter() * min(_LONGEST, _FIRST * 2.0 ** (tried - 1))


@dataclass
class Pacer:
    """Keeps a share of every quota unspent, for whoever else uses this address or token."""

    reserve: float = 0.05
    clock: Callable[[], float] = time.monotonic
    _windows: dict[str, tuple[Window, float]] = field(default_factory=dict)

    def note(self, bucket: str, headers: Mapping[str, str], status: int = 200) -> None:
        """What an answer tells of the quota; a 429 that names no quota names at least how long to stay away."""
        window = Window.read(headers)
        if window is None and status == 429 and (away := retry_after(headers)) is not None:
            window = Window(0, away)
        if window is not None:
            self._windows[bucket] = (window, self.clock() + window.resets_in)

    def window(self, bucket: str) -> Window | None:
        """The quota as last heard of, counted down to now; None when nothing was heard or it is filled up again."""
        window, resets_at = self._windows.get(bucket, (None, 0.0))
        left = resets_at - self.clock()
        return Window(window.remaining, left, window.quota) if window is not None and left > 0 else None

    def wait(self, bucket: str) -> tuple[float, bool]:
        """Seconds until ``bucket`` fills up when only the reserve is left (else 0), and whether nothing is left."""
        window = self.window(bucket)
        if window is None or window.remaining > (window.quota or 0) * self.reserve:
            return 0.0, False
        return window.resets_in, window.remaining == 0


@dataclass
class Breaker:
    """After five failures in a row, not all of one address, the hub is left alone for a while: it is down, or no hub.

    One model that cannot be read keeps nobody from the others.
    """

    clock: Callable[[], float] = time.monotonic
    allowed: int = 5
    rest: float = 60.0
    _failures: int = 0
    _addresses: set[str] = field(default_factory=set)
    _until: float = 0.0

    def note(self, address: str, *, failed: bool) -> None:
        """Count what came of asking ``address``."""
        if failed:
            self._failures += 1
            self._addresses.add(address)
        else:
            self._failures = 0
            self._addresses.clear()
        self._until = self.clock() + self.rest

    def check(self, place: str) -> None:
        """
        Raises:
            HubUnreachable: the hub has failed too often to be asked now.
        """
        if self._failures >= self.allowed and len(self._addresses) > 1 and self.clock() < self._until:
            raise HubUnreachable(
                f"{place} failed {self._failures} times in a row and is not asked again for now",
                hint="try again in a few minutes, or use --offline",
            )


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
