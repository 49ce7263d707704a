"""One question to a hub over HTTP: redirects by hand, retries, pacing, a deadline and a cap in one place.

Which client carries the request is not known here; it is given as an ``Exchange`` that makes exactly one request and
raises our errors only.
"""

from __future__ import annotations

import random
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from scanner.errors import HubProtocolError, HubUnreachable, RateLimited, TooLarge
from scanner.hub.address import Endpoint
from scanner.hub.document import is_page
from scanner.hub.pace import RETRIED, TRIES, Breaker, Pacer, pause
from scanner.text import clean_line

T = TypeVar("T")

MAX_HOPS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_REFUSAL = 64 * 1024
"""bytes of an error's or a redirect's body that are read: enough to say why"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. A file may come from a file store on another host; ``span`` is its ``Range`` header."""

    url: str
    limit: int
    file: bool = False
    span: str | None = None
    tries: int = TRIES


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: lower-cased headers, the body decoded and whole. ``trail`` are the redirects that led to it."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    trail: tuple[Answer, ...] = ()


Receive = Callable[[int, Mapping[str, str], Iterator[bytes]], bytes]
"""status, lower-cased headers and raw chunks of a response -> its body"""


class Exchange(Protocol):
    """One request, no redirect followed.

    Raises:
        HubUnreachable: no connection, broken off, a time-out: another try may help.
        HubError: as it says; no other try helps.
    """

    def __call__(self, url: str, headers: Mapping[str, str], seconds: float, receive: Receive) -> Answer: ...


@dataclass
class Transport:
    """Asks one hub.

    ``requests`` counts what was sent by bucket: ``api``, ``resolvers``, ``pages``, ``store``; at most ``most`` are.
    ``answers`` counts what came back: ``2xx`` ..., or ``none``.
    """

    endpoint: Endpoint
    exchange: Exchange
    headers: Mapping[str, str]
    pacer: Pacer | None
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    most: int | None = None
    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    _breaker: Breaker = field(default_factory=Breaker)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: Question, until: float) -> Answer:
        """The answer to ``question``, whatever its status, by ``until`` on the monotonic clock.

        Raises:
            HubUnreachable: no answer after the retries, in time, or the hub is being left alone.
            RateLimited: the quota is spent and is not filled up in time, or ``most`` requests were sent.
            TooLarge: the body is longer than ``question.limit``.
            HubProtocolError: a redirect, an encoding or a web page no hub gives.
        """
        for tried in range(1, question.tries + 1):
            self._breaker.check(str(self.endpoint))
            self._keep_pace(self._bucket(question.url), until)
            outcome = self._try(question, until)
            if isinstance(outcome, Answer) and outcome.status not in RETRIED:
                return outcome
            status, headers = (outcome.status, outcome.headers) if isinstance(outcome, Answer) else (None, {})
            wait = pause(status, headers, tried, self.jitter)
            if tried == question.tries or not _leaves_time(wait, until):
                break
            self.sleep(wait)
        if isinstance(outcome, HubUnreachable):
            raise outcome
        return outcome

    def _try(self, question: Question, until: float) -> Answer | HubUnreachable:
        """One try: what came, or why nothing did."""
        try:
            answer = within(until - time.monotonic(), lambda stop: self._follow(question, until, stop))
        except HubUnreachable as error:
            self._breaker.note(question.url, failed=True)
            return error
        if answer.status != 429:
            page = answer.status == 200 and not question.file and is_page(answer.body)
            self._breaker.note(question.url, failed=page or answer.status >= 500)
        return answer

    def _follow(self, question: Question, until: float, stop: threading.Event) -> Answer:
        url, trusted = question.url, True
        trail: list[Answer] = []
        while True:
            trusted = trusted and self.endpoint.owns(url)
            bucket = self._bucket(url)
            self._count(bucket)
            headers = self._headers(question, trusted)
            answer = self.exchange(url, headers, until - time.monotonic(), _receiver(question.limit, stop))
            with self._lock:
                self.answers.update({"none": -1, f"{answer.status // 100}xx": 1})
            if self.pacer is not None and bucket != "store":
                self.pacer.note(bucket, answer.headers, answer.status)
            if answer.status not in _REDIRECTS:
                return replace(answer, trail=tuple(trail))
            trail.append(answer)
            if len(trail) > MAX_HOPS:
                raise HubProtocolError(f"more than {MAX_HOPS} redirects", hint="the server or a proxy runs in a circle")
            url = self.endpoint.redirect(url, answer.headers.get("location", ""), leave=question.file)

    def _count(self, bucket: str) -> None:
        """One more request is about to be sent; until an answer comes it counts as one without."""
        with self._lock:
            if self.most is not None and self.requests.total() >= self.most:
                raise RateLimited(f"{self.most:,} requests were sent, more were not allowed", hint="allow more")
            self.requests[bucket] += 1
            self.answers["none"] += 1

    def _headers(self, question: Question, trusted: bool) -> Mapping[str, str]:
        asked = {
            "accept": "*/*" if question.file else "application/json",
            "accept-encoding": "identity" if question.file else "gzip",
        }
        if question.span is not None:
            asked["range"] = question.span
        shown = self.headers.items() if trusted else ((k, v) for k, v in self.headers.items() if k == "user-agent")
        return {**dict(shown), **asked}

    def _bucket(self, url: str) -> str:
        """The quota an address is counted against."""
        if not self.endpoint.owns(url):
            return "store"
        path = urlsplit(url).path.removeprefix(self.endpoint.prefix)
        if "/resolve/" in path or path.startswith("/api/resolve-cache/"):
            return "resolvers"
        return "api" if path.startswith("/api/") else "pages"

    def _keep_pace(self, bucket: str, until: float) -> None:
        wait, spent = self.pacer.wait(bucket) if self.pacer is not None else (0.0, False)
        if wait and _leaves_time(wait, until):
            self.sleep(wait)
        elif spent:
            raise RateLimited(
                f"{self.endpoint}: the quota is spent for {wait:.0f} more seconds",
                hint="wait, or give a token (HF_TOKEN): a known caller has a larger quota",
            )


def _leaves_time(wait: float, until: float) -> bool:
    """False for a wait after which there would hardly be time left to ask."""
    return wait <= 0.8 * (until - time.monotonic())


def within(seconds: float, work: Callable[[threading.Event], T]) -> T:
    """What ``work`` returns or raises, if it does in time; a late one is told to stop and is not waited for.

    A socket's own time-out starts anew with every byte: a server that drips is only stopped from outside.

    Raises:
        HubUnreachable: it took longer than ``seconds``.
    """
    done: Future[T] = Future()
    stop = threading.Event()

    def run() -> None:
        try:
            done.set_result(work(stop))
        except BaseException as error:  # noqa: BLE001 - it is raised by the thread that waits
            done.set_exception(error)

    threading.Thread(target=run, name="modelorigin-request", daemon=True).start()
    try:
        return done.result(max(seconds, 0.0))
    except TimeoutError:
        raise HubUnreachable("the answer took too long", hint="the hub is slow or hangs: try again later") from None
    finally:
        stop.set()


def _receiver(limit: int, stop: threading.Event) -> Receive:
    """Reads a body chunk by chunk: never more than ``limit`` bytes of it are held, compressed or not."""

    def receive(status: int, headers: Mapping[str, str], chunks: Iterator[bytes]) -> bytes:
        wanted = 200 <= status < 300
        most = limit if wanted else _REFUSAL
        coding = headers.get("content-encoding", "").strip().lower()
        length = headers.get("content-length", "")
        if wanted and not coding and length.isdecimal() and int(length) > most:
            raise _too_large(most)
        if coding not in ("", "identity", "gzip"):
            if wanted:
                raise HubProtocolError(f"an encoding nobody asked for: {clean_line(coding, 60)!r}", hint=_BROKEN)
            return b""
        unpack = zlib.decompressobj(wbits=31) if coding == "gzip" else None
        body = bytearray()
        try:
            for chunk in chunks:
                if stop.is_set():
                    raise HubUnreachable("the answer took too long", hint="the hub is slow or hangs: try again later")
                if len(body) > most or (unpack and unpack.eof):
                    break
                body += unpack.decompress(chunk, most + 1 - len(body)) if unpack else chunk
        except zlib.error:
            if wanted:
                raise HubProtocolError("a compressed answer that does not unpack", hint=_BROKEN) from None
        if wanted and len(body) > most:
            raise _too_large(most)
        if wanted and unpack and not unpack.eof:
            raise HubProtocolError("a compressed answer cut short", hint=_BROKEN)
        return bytes(body[:most])

    return receive


_BROKEN = "the server or a proxy is broken: try again, or ask another endpoint"


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"longer than {most:,} bytes", hint="nothing of it was used: no honest file of this kind is so long"
    )
