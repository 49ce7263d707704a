"""How the hub misbehaves on request: which requests a fault meets, and the table of its kinds.

A kind acts at one of three places: on the request before it is answered, on the answer, or on the socket.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .fault_answers import ANSWERS, QUESTIONS
from .fault_rows import ROWS, rows_changed
from .fault_wire import WIRE
from .wire import Request, Response

if TYPE_CHECKING:
    from .hub import LoopbackHub
    from .server import Handler

KINDS: Final = tuple(sorted({*QUESTIONS, *ANSWERS, *ROWS, *WIRE}))


@dataclass
class Fault:
    """One kind of misbehaviour, for the requests it names.

    Raises ValueError for a kind that is not in ``KINDS``.
    """

    kind: str
    """one of ``KINDS``, or a status (``"503"``)"""
    path: str = ""
    """a regular expression searched in path and query, mirror prefix taken off"""
    nth: int | Sequence[int] | None = None
    """which of the requests that match, from 1; None = each"""
    times: int | None = None
    """how often at most"""
    method: str | None = None
    probability: float = 1.0
    seed: int = 0
    value: Any = None
    """the kind's own parameter; None = the kind's default"""
    seen: int = 0
    fired: int = 0
    memory: dict[str, Any] = field(default_factory=dict)
    """what a kind must remember from one request to the next"""

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not self.kind.isdecimal():
            raise ValueError(f"no fault is called {self.kind!r}; there are: {', '.join(KINDS)}")
        self._random = random.Random(self.seed)

    def meets(self, request: Request) -> bool:
        """Whether it fires on this request; counts it."""
        if self.method not in (None, request.method) or not re.search(self.path, request.target):
            return False
        self.seen += 1
        chosen = self.nth is None or self.seen == self.nth or (not isinstance(self.nth, int) and self.seen in self.nth)
        spent = self.times is not None and self.fired >= self.times
        if not chosen or spent or self._random.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def ask(self, hub: LoopbackHub, request: Request) -> None:
        if self.kind in QUESTIONS:
            QUESTIONS[self.kind](hub, request, self)

    def answer(self, hub: LoopbackHub, request: Request, response: Response) -> Response:
        if self.kind in ROWS:
            return rows_changed(response, ROWS[self.kind], self.value)
        kind = "status" if self.kind.isdecimal() and self.kind not in ANSWERS else self.kind
        return ANSWERS[kind](hub, request, response, self) if kind in ANSWERS else response

    def send(self, handler: Handler, response: Response) -> bool:
        """Whether it took over the sending."""
        if self.kind not in WIRE:
            return False
        if handler.command == "HEAD":
            response = Response(response.status, response.headers)
        WIRE[self.kind](handler, response, self)
        return True


class Faults:
    """Those in force, in the order they were added."""

    def __init__(self) -> None:
        self._all: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._all.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._all.clear()

    def matching(self, request: Request) -> list[Fault]:
        with self._lock:
            return [fault for fault in self._all if fault.meets(request)]
