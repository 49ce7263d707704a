"""Faults on the socket: connections cut, stalled, starved, and bodies that are not what their head says."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from .wire import Response

if TYPE_CHECKING:
    from .faults import Fault
    from .server import Handler

Sender = Callable[["Handler", Response, "Fault"], None]

FOREVER: Final = 3600.0
MEBIBYTE: Final = 1 << 20


def _reset(handler: Handler, _: Response, __: Fault) -> None:
    handler.hang_up(reset=True)


def _reset_in_body(handler: Handler, response: Response, _: Fault) -> None:
    handler.raw(handler.head(response, len(response.body)), response.status)
    handler.raw(response.body[: len(response.body) // 2])
    # the client gets to read what was sent before the reset discards it
    handler.server.stopping.wait(0.05)
    handler.hang_up(reset=True)


def _hang(handler: Handler, _: Response, fault: Fault) -> None:
    handler.server.stopping.wait(fault.value or FOREVER)
    handler.hang_up()


def _hang_in_body(handler: Handler, response: Response, fault: Fault) -> None:
    handler.raw(handler.head(response, len(response.body)), response.status)
    handler.raw(response.body[: len(response.body) // 2])
    handler.server.stopping.wait(fault.value or FOREVER)
    handler.hang_up()


def _drip(handler: Handler, response: Response, fault: Fault) -> None:
    """One byte every ``value`` seconds (1)."""
    handler.raw(handler.head(response, len(response.body)), response.status)
    for at in range(len(response.body)):
        if handler.server.stopping.wait(fault.value or 1.0):
            break
        handler.raw(response.body[at : at + 1])
    handler.hang_up()


def _promise_more(handler: Handler, response: Response, fault: Fault) -> None:
    """``value`` bytes (1000) are promised that never come."""
    handler.raw(handler.head(response, len(response.body) + (fault.value or 1000)), response.status)
    handler.raw(response.body)
    handler.hang_up()


def _promise_less(handler: Handler, response: Response, fault: Fault) -> None:
    """``value`` bytes (1) more than the head says."""
    handler.raw(handler.head(response, len(response.body) - (fault.value or 1)), response.status)
    handler.raw(response.body)
    handler.hang_up()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _chunked(handler: Handler, response: Response) -> None:
    headers = {**response.headers, "Transfer-Encoding": "chunked"}
    handler.raw(handler.head(Response(response.status, headers), None), response.status)


def _chunked_unfinished(handler: Handler, response: Response, _: Fault) -> None:
    """Every byte comes, the last chunk never does: the connection closes."""
    _chunked(handler, response)
    handler.raw(_chunk(response.body))
    handler.hang_up()


def _chunked_endless(handler: Handler, response: Response, _: Fault) -> None:
    """The body, then blanks until the client goes away."""
    _chunked(handler, response)
    handler.raw(_chunk(response.body))
    blanks = _chunk(b" " * 65536)
    while not handler.server.stopping.is_set():
        handler.raw(blanks)


def _gzip(handler: Handler, response: Response, _: Fault) -> None:
    headers = {**response.headers, "Content-Encoding": "gzip"}
    handler.send(Response(response.status, headers, gzip.compress(response.body, mtime=0)))


def _gzip_bomb(handler: Handler, response: Response, fault: Fault) -> None:
    """``value`` MiB (256) of blanks in about a thousandth of that."""
    headers = {**response.headers, "Content-Encoding": "gzip"}
    handler.send(Response(response.status, headers, bomb(fault.value or 256)))


@cache
def bomb(mebibytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * MEBIBYTE
    parts: Iterator[bytes] = (packer.compress(blanks) for _ in range(mebibytes))
    return b"".join([*parts, packer.flush()])


def _http10(handler: Handler, response: Response, _: Fault) -> None:
    """No length; the end of the connection is the end of the body."""
    handler.raw(handler.head(response, None, "HTTP/1.0"), response.status)
    handler.raw(response.body)
    handler.hang_up()


WIRE: Final[dict[str, Sender]] = {
    "reset": _reset,
    "reset-in-body": _reset_in_body,
    "hang": _hang,
    "hang-in-body": _hang_in_body,
    "drip": _drip,
    "length-too-long": _promise_more,
    "length-too-short": _promise_less,
    "chunked-unfinished": _chunked_unfinished,
    "chunked-endless": _chunked_endless,
    "gzip": _gzip,
    "gzip-bomb": _gzip_bomb,
    "http10": _http10,
}
