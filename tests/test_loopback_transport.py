"""Faults on the socket, seen by a bare socket: what comes, what does not, and how the connection ends."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.client import IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from tests.loopback import Fault, LoopbackHub, Repo, ask
from tests.loopback.fault_wire import WIRE

PATH = "/api/models/acme/x"
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: hub\r\n\r\n".encode()


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add(Repo("acme/x", {"README.md": "hello"}))
        yield hub


def received(hub: LoopbackHub, seconds: float = 5.0) -> tuple[bytes, bytes, str]:
    """Head, body as sent, and how it ended: ``closed``, ``reset``, ``silent`` (after ``seconds``)."""
    parts = urlsplit(hub.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=seconds) as connection:
        connection.sendall(REQUEST)
        data, end = b"", "closed"
        try:
            while len(data) < 1 << 20 and (more := connection.recv(65536)):
                data += more
        except ConnectionResetError:
            end = "reset"
        except TimeoutError:
            end = "silent"
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body, end


def whole(hub: LoopbackHub) -> bytes:
    return ask(hub.url + PATH).body


def test_every_kind_is_tested_here() -> None:
    tested = {name for name in WIRE if f"test_{name.replace('-', '_')}" in globals()}
    assert tested == set(WIRE)


def test_reset(hub: LoopbackHub) -> None:
    hub.fault(Fault("reset", times=1))
    assert received(hub) == (b"", b"", "reset")
    assert hub.log[-1].status is None
    assert whole(hub)


def test_reset_in_body(hub: LoopbackHub) -> None:
    body = whole(hub)
    hub.fault(Fault("reset-in-body"))
    head, got, end = received(hub)
    assert head.startswith(b"HTTP/1.1 200")
    assert (got, end) == (body[: len(body) // 2], "reset")


def test_hang(hub: LoopbackHub) -> None:
    hub.fault(Fault("hang"))
    assert received(hub, 0.2) == (b"", b"", "silent")


def test_hang_for_a_while(hub: LoopbackHub) -> None:
    hub.fault(Fault("hang", value=0.1))
    assert received(hub) == (b"", b"", "closed")


def test_hang_in_body(hub: LoopbackHub) -> None:
    body = whole(hub)
    hub.fault(Fault("hang-in-body"))
    _, got, end = received(hub, 0.2)
    assert (got, end) == (body[: len(body) // 2], "silent")


def test_drip(hub: LoopbackHub) -> None:
    hub.fault(Fault("drip", value=0.001))
    body = whole(hub)
    hub.clear_faults()
    assert body == whole(hub)
    hub.fault(Fault("drip"))
    _, got, end = received(hub, 0.2)
    assert (len(got) <= 1, end) == (True, "silent")


def test_length_too_long(hub: LoopbackHub) -> None:
    hub.fault(Fault("length-too-long"))
    with pytest.raises(IncompleteRead):
        whole(hub)


def test_length_too_short(hub: LoopbackHub) -> None:
    honest = whole(hub)
    hub.fault(Fault("length-too-short", value=4))
    assert whole(hub) == honest[:-4]


def test_chunked_unfinished(hub: LoopbackHub) -> None:
    honest = whole(hub)
    hub.fault(Fault("chunked-unfinished"))
    head, body, end = received(hub)
    assert b"Transfer-Encoding: chunked" in head
    assert (body, end) == (b"%x\r\n%b\r\n" % (len(honest), honest), "closed")
    with pytest.raises(IncompleteRead):
        whole(hub)


def test_chunked_endless(hub: LoopbackHub) -> None:
    hub.fault(Fault("chunked-endless"))
    _, body, _ = received(hub)
    assert len(body) > 1 << 19
    assert body.count(b"10000\r\n") > 6


def test_gzip(hub: LoopbackHub) -> None:
    honest = whole(hub)
    hub.fault(Fault("gzip"))
    answer = ask(hub.url + PATH)
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == honest


def test_gzip_bomb(hub: LoopbackHub) -> None:
    hub.fault(Fault("gzip-bomb", value=8))
    body = whole(hub)
    assert len(body) < 1 << 16
    assert len(gzip.decompress(body)) == 8 << 20


def test_http10(hub: LoopbackHub) -> None:
    honest = whole(hub)
    hub.fault(Fault("http10"))
    head, body, end = received(hub)
    assert head.startswith(b"HTTP/1.0 200")
    assert b"Content-Length" not in head
    assert (body, end) == (honest, "closed")


def test_down_refuses_connections_and_comes_back_on_the_same_port(hub: LoopbackHub) -> None:
    with hub.down():
        for url in (hub.url, hub.cdn_url):
            with pytest.raises(ConnectionRefusedError):
                ask(url + PATH)
    assert ask(hub.url + PATH).status == 200


def test_down_ends_an_answer_that_hangs(hub: LoopbackHub) -> None:
    hub.fault(Fault("hang", times=1))
    assert received(hub, 0.1)[2] == "silent"
    began = time.monotonic()
    with hub.down():
        assert time.monotonic() - began < 2
    assert ask(hub.url + PATH).status == 200


@pytest.mark.parametrize("kind", ["reset", "hang", "hang-in-body", "drip", "chunked-endless"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
def test_the_hub_ends_at_once_and_leaves_no_thread_whatever_it_was_doing(kind: str, tls: bool) -> None:
    threads = threading.active_count()
    with LoopbackHub(tls=tls) as hub:
        hub.add(Repo("acme/x", {"README.md": "hello" * 100}))
        hub.fault(Fault(kind))
        asking = threading.Thread(target=_ask_in_vain, args=(hub,))
        asking.start()
        while not hub.log:
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    asking.join(5)
    assert threading.active_count() == threads
    assert not hub.errors


def _ask_in_vain(hub: LoopbackHub) -> None:
    with pytest.raises((OSError, IncompleteRead, RemoteDisconnected)):
        ask(hub.url + PATH, trust=hub.certificate)
