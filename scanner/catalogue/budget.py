"""The pace of a crawl: when the hub may be asked, how often it is asked again, and when enough is enough."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from scanner.errors import HubError, RateLimited
from scanner.hub.listing import Asked
from scanner.hub.pace import Pacer, Window

T = TypeVar("T")

RESERVE = 0.2
"""The share of the quota that is left to whoever else uses this address or token."""
_PATIENCE = 12
"""Refusals in a row after which a hub is left alone: an hour of the Hub's windows."""
_UNNAMED_WAIT = 60.0
"""Seconds to stay away from a hub that refuses without saying for how long."""
_LONGEST_WAIT = 3_600.0
_API = "api"


class CrawledHub(Asked, Protocol):
    """What is needed of a hub to count what it is asked: see ``HuggingFaceHub``."""

    most: int | None

    @property
    def requests(self) -> Counter[str]: ...

    @property
    def answers(self) -> Counter[str]: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a crawl stands: ``done`` of ``total`` (None: not known) ``what``; ``waiting`` seconds for the quota."""

    what: str
    done: int
    total: int | None
    requests: int
    quota: Window | None
    waiting: float = 0.0


class Stop(Exception):
    """There is no going on in this run: a budget is used up, or the hub says no for good (``error``)."""

    def __init__(self, reason: str, error: HubError | None = None) -> None:
        super().__init__(reason)
        self.reason, self.error = reason, error


class Budget:
    """Keeps to the quota of ``hub``, to its own ``most`` requests and to ``seconds``.

    ``pacer`` is the one of ``hub``; ``watch`` gets the progress; ``sleep`` and ``clock`` (seconds) may be a test's.
    """

    def __init__(
        self,
        hub: CrawledHub,
        pacer: Pacer,
        seconds: float | None,
        *,
        watch: Callable[[Progress], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hub, self._pacer, self._seconds = hub, pacer, seconds
        self._watch, self._sleep, self._clock = watch, sleep, clock
        self._until = None if seconds is None else clock() + seconds
        self._stand: tuple[str, int, int | None] = ("", 0, None)

    def ask(self, question: Callable[[], T]) -> T:
        """What ``question`` returns, asked when the quota allows it.

        Raises:
            Stop: a budget is used up, or the hub refuses again and again.
            HubError: as ``question``.
        """
        refused: HubError | None = None
        for _ in range(_PATIENCE):
            self._wait(0.0 if refused is None else _UNNAMED_WAIT)
            try:
                return question()
            except RateLimited as error:
                refused = error
            except HubError:
                # An answer that fails because the time is up is no failure.
                self._check()
                raise
        raise Stop(str(refused), refused)

    def rest(self, seconds: float) -> None:
        """Do nothing for a while. Raises: Stop when a budget is used up."""
        self._check()
        self._sleep(seconds)

    def show(self, what: str, done: int, total: int | None = None, waiting: float = 0.0) -> None:
        """Tell whoever watches."""
        self._stand = (what, done, total)
        sent = self._hub.requests.total()
        self._watch(Progress(what, done, total, sent, self._pacer.window(_API), waiting))

    def _wait(self, at_least: float) -> None:
        self._check()
        wait = self._pacer.wait(_API)[0] or at_least
        if not wait:
            return
        if wait > _LONGEST_WAIT:
            error = RateLimited(f"the hub wants to be left alone for {wait:,.0f} seconds", hint="try again after that")
            raise Stop(error.message, error)
        until = self._clock() + wait + random.random()  # noqa: S311 - several crawlers need not start in one moment
        if self._until is not None and until >= self._until:
            raise Stop(f"the time is up before the quota is filled again in {wait:.0f} seconds")
        while (left := until - self._clock()) > 0:
            self.show(*self._stand, left)
            self._sleep(min(left, 1.0))

    def _check(self) -> None:
        most = self._hub.most
        if most is not None and self._hub.requests.total() >= most:
            raise Stop(f"{most:,} requests were sent, as many as were allowed")
        if self._until is not None and self._clock() >= self._until:
            raise Stop(f"the {self._seconds:,.0f} seconds it was given are up")
