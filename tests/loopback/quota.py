"""Fixed-window rate limits on a clock the test can move."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from math import ceil


class Clock:
    """Runs like a real clock from a fixed start; ``advance`` jumps."""

    START = datetime(2026, 11, 1, tzinfo=UTC).timestamp()

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.START + self._ahead + time.monotonic() - self._began

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class Quota:
    """How many requests each caller may make per bucket and window; every answer counts, redirects and errors too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.window = 300
        self.limits = {"api": 100_000, "resolvers": 100_000, "pages": 100_000}
        self._spent: Counter[tuple[str, str, int]] = Counter()

    def set(
        self, *, api: int | None = None, resolvers: int | None = None, pages: int | None = None, window: int = 300
    ) -> None:
        """Limits per window of ``window`` seconds; None leaves one as it is. Counting starts afresh."""
        given = {"api": api, "resolvers": resolvers, "pages": pages}
        self.limits.update({bucket: limit for bucket, limit in given.items() if limit is not None})
        self.window = window
        self._spent.clear()

    def spend(self, caller: str, bucket: str) -> tuple[bool, dict[str, str]]:
        """Whether one more request is allowed, and the headers that say what is left."""
        window, passed = divmod(self._clock.now(), self.window)
        key = (caller, bucket, int(window))
        limit = self.limits[bucket]
        allowed = self._spent[key] < limit
        self._spent[key] += 1
        left = max(0, limit - self._spent[key])
        return allowed, {
            "RateLimit": f'"{bucket}";r={left};t={ceil(self.window - passed)}',
            "RateLimit-Policy": f'"fixed window";"{bucket}";q={limit};w={self.window}',
        }

    def seconds_to_reset(self) -> float:
        return self.window - self._clock.now() % self.window
