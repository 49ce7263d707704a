"""Hostile servers: who sees the token, how long they may keep us, how much they may send."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub.utils import close_session

from scanner.errors import (
    BadCredentials,
    GatedModel,
    HubError,
    HubProtocolError,
    HubUnreachable,
    ModelNotFound,
    RevisionNotFound,
    TooLarge,
)
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.transport import MAX_HOPS, within
from scanner.model import Artifact, Model, RepoId, Revision
from tests.loopback import Fault, LoopbackHub, seeded_world

from .conftest import ROOT, TOKEN, Client
from .scripted import Script, Scripted, saying

COMMIT = "a" * 40
KNOWN = Model("hf", ROOT, ROOT, Revision(COMMIT), artifacts=(Artifact("x.bin"),))


def elapsed(ask: Callable[[], object], expected: type[HubError]) -> float:
    start = time.monotonic()
    with pytest.raises(expected):
        ask()
    return time.monotonic() - start


def redirect(location: str, status: str = "302 Found") -> Script:
    return saying(status, f"Location: {location}", "Content-Length: 0")


# who sees the token


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_no_question_about_a_model_follows_to_another_host(client: Client, status: str) -> None:
    with (
        Scripted(saying("200 OK", body=b'{"id":"evil/model"}')) as stranger,
        Scripted(redirect(f"{stranger.url}/api/models/evil/model", status)) as hub,
        pytest.raises(HubProtocolError, match="a token does not follow"),
    ):
        client(hub.url).model(ROOT)
    assert len(hub.seen) == 1
    assert stranger.seen == []


def test_a_file_is_fetched_from_a_store_without_the_token(client: Client) -> None:
    with Scripted(saying("200 OK", body=b"weights")) as store:
        with Scripted(redirect(f"{store.url}/blob?Signature=s")) as hub:
            assert client(hub.url).read(KNOWN, "x.bin", limit=100) == b"weights"
        assert f"authorization: Bearer {TOKEN}".encode() in hub.seen[0]
        assert b"authorization" not in store.seen[0].lower()
        assert b"cookie" not in store.seen[0].lower()


def test_a_store_does_not_send_the_token_back_to_the_hub(client: Client) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        target = f"{store.url}/hop" if b"resolve" in head else ""
        (redirect(target) if target else saying("200 OK", body=b"secret"))(connection, head)

    with Scripted(script) as hub:
        with Scripted(redirect(f"{hub.url}/api/whoami-v2")) as store:
            client(hub.url).read(KNOWN, "x.bin", limit=100)
        assert b"authorization" in hub.seen[0].lower()
        assert b"authorization" not in hub.seen[1].lower()


def test_the_same_host_outside_the_prefix_sees_no_token(client: Client) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        inside = head.startswith(b"GET /mirror/")
        answer = redirect(f"{hub.url}/other/blob") if inside else saying("200 OK", body=b"weights")
        answer(connection, head)

    with Scripted(script) as hub:
        assert client(f"{hub.url}/mirror").read(KNOWN, "x.bin", limit=100) == b"weights"
        with pytest.raises(HubProtocolError):
            client(f"{hub.url}/mirror").model(ROOT)
    assert [b"authorization" in head.lower() for head in hub.seen] == [True, False, True]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0:1/",
        "ftp://127.0.0.1/x",
        "http://user:p@127.0.0.1/",
        "",
    ],
)
def test_a_file_is_not_fetched_from_where_no_store_is(client: Client, location: str) -> None:
    with Scripted(redirect(location)) as hub, pytest.raises(HubProtocolError):
        client(hub.url).read(KNOWN, "x.bin", limit=100)
    assert len(hub.seen) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "javascript:alert(1)",
        "http://xn--/",
        "http://a..b/",
        "http://%zz/",
        "http://h:99999/",
        "\x1b[31m",
        "//",
    ],
)
def test_no_odd_location_crashes(client: Client, location: str) -> None:
    with Scripted(redirect(location)) as hub:
        for ask in (lambda: client(hub.url).model(ROOT), lambda: client(hub.url).read(KNOWN, "x.bin", limit=9)):
            with pytest.raises(HubError):
                ask()


def test_a_circle_of_redirects_ends(client: Client) -> None:
    with Scripted(redirect("/api/models/a/b")) as hub:
        with pytest.raises(HubProtocolError, match="redirects"):
            client(hub.url).model(ROOT)
        assert len(hub.seen) == MAX_HOPS + 1


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 No", "500 Broken", "200 OK"])
def test_a_server_that_echoes_the_token_does_not_bring_it_into_our_words(
    client: Client, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    caplog.set_level(logging.DEBUG, logger="scanner")
    echo = f"X-Error-Message: no access for Bearer {TOKEN}"
    body = json.dumps({"error": f"bad token {TOKEN}"}).encode()
    headers = (echo, f"X-Error-Code: {TOKEN}", f"X-HF-Warning: x; {TOKEN}")
    with Scripted(saying(status, *headers, body=body)) as hub, pytest.raises(HubError) as caught:
        client(hub.url).model(ROOT)
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in repr((error.args, vars(error)))
        error = error.__cause__
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    "body", [b"[]", b"[1]", b'{"errors":7}', b'{"error":[7]}', b"[" * 50_000, b"\xff\xfe", b"<html>"]
)
def test_no_body_of_a_refusal_crashes(client: Client, body: bytes) -> None:
    headers = ("X-Error-Code: GatedRepo", "Content-Type: text/html; charset=nonsense")
    with Scripted(saying("403 Forbidden", *headers, body=body)) as hub, pytest.raises(GatedModel):
        client(hub.url).read(KNOWN, "x.bin", limit=100)


# how long they may keep us


def dripping(what: bytes, every: float, closing: Callable[[], threading.Event]) -> Script:
    def script(connection: socket.socket, _: bytes) -> None:
        for at in range(len(what)):
            connection.sendall(what[at : at + 1])
            if closing().wait(every):
                return

    return script


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n"


@pytest.mark.parametrize(
    "what",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Drip: x\r\n" * 1000,
        HEAD + b"\r\n" + b" " * 10_000,
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000,
    ],
    ids=["head", "body", "hints"],
)
def test_a_server_that_drips_ends_at_the_deadline(client: Client, what: bytes) -> None:
    with Scripted(dripping(what, 0.02, lambda: hub.closing)) as hub:
        assert elapsed(lambda: client(hub.url, deadline=0.4).model(ROOT), HubUnreachable) < 3
        assert elapsed(lambda: client(hub.url, deadline=0.4).read(KNOWN, "x.bin", limit=10**7), HubUnreachable) < 3
        assert len(hub.seen) == 2


def test_a_server_that_never_stops_its_hints_ends_at_the_deadline(client: Client) -> None:
    def script(connection: socket.socket, _: bytes) -> None:
        while not hub.closing.is_set():
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)

    with Scripted(script) as hub:
        assert elapsed(lambda: client(hub.url, deadline=0.5).model(ROOT), HubUnreachable) < 3


def test_a_server_that_says_nothing_ends_at_the_deadline(client: Client) -> None:
    with Scripted(lambda connection, _: hub.closing.wait()) as hub:
        slow = client(hub.url, deadline=0.4, read_timeout=60.0)
        assert elapsed(lambda: slow.model(ROOT), HubUnreachable) < 3
        assert elapsed(lambda: client(hub.url, deadline=5.0, read_timeout=0.1).model(ROOT), HubUnreachable) < 4


def test_a_late_worker_is_told_to_stop() -> None:
    told = threading.Event()

    def work(stop: threading.Event) -> None:
        stop.wait(5)
        told.set()

    with pytest.raises(HubUnreachable):
        within(0.05, work)
    assert told.wait(1)


def test_what_a_worker_raises_is_raised_where_it_is_waited_for() -> None:
    def work(_: threading.Event) -> None:
        raise ModelNotFound("gone")

    with pytest.raises(ModelNotFound):
        within(1, work)


def test_the_deadline_is_for_the_whole_question(hub: LoopbackHub, client: Client) -> None:
    hub.fault(Fault("expand-dropped"))
    hub.fault(Fault("hang", path="/tree/"))
    live = client(deadline=1.0, read_timeout=10.0)
    assert elapsed(lambda: live.model(RepoId.parse("files/many")), HubUnreachable) < 4


# how much they may send


@pytest.mark.parametrize(
    "script",
    [
        saying("200 OK", "Content-Length: 99999999999", body=b"x" * 100),
        saying("200 OK", body=b"x" * 300_000),
        saying("200 OK", "Content-Encoding: gzip", body=gzip.compress(b"x" * 300_000)),
        saying("200 OK", "Content-Encoding: GZIP", body=gzip.compress(b"x" * 300_000) * 2),
    ],
    ids=["promised", "plain", "gzip", "two members"],
)
def test_a_file_longer_than_allowed_is_cut_off(client: Client, script: Script) -> None:
    with Scripted(script) as hub, pytest.raises(TooLarge):
        client(hub.url).read(KNOWN, "x.bin", limit=100_000)


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "deflate", "gzip\t,identity", "nonsense"])
def test_an_encoding_nobody_asked_for_is_refused(client: Client, coding: str) -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    with Scripted(saying("200 OK", f"Content-Encoding: {coding}", body=twice)) as hub, pytest.raises(HubProtocolError):
        client(hub.url).model(ROOT)


@pytest.mark.parametrize("body", [b"not gzip at all", gzip.compress(b'{"id":"a/b"}', mtime=0)[:-9], b""])
def test_a_broken_compression_is_refused(client: Client, body: bytes) -> None:
    with Scripted(saying("200 OK", "Content-Encoding: gzip", body=body)) as hub, pytest.raises(HubProtocolError):
        client(hub.url).model(ROOT)


def test_what_follows_a_compressed_answer_is_not_kept(client: Client) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        saying("200 OK", "Content-Encoding: gzip", body=gzip.compress(b'{"id":"a/b"}'))(connection, head)
        while not hub.closing.is_set():
            connection.sendall(b"x" * 65_536)

    with Scripted(script) as hub:
        assert str(client(hub.url).model(ROOT).repo) == "a/b"


def test_a_bomb_in_a_refusal_costs_nothing(client: Client) -> None:
    bomb = gzip.compress(b"x" * 100_000_000)
    with Scripted(saying("404 Not Found", "Content-Encoding: gzip", body=bomb)) as hub:
        tracemalloc.start()
        with pytest.raises(ModelNotFound):
            client(hub.url).model(ROOT)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8_000_000


# the answers to range requests


@pytest.mark.parametrize(
    ("content_range", "body"),
    [
        ("bytes 10-19/100", b"x" * 10),
        ("bytes 10-19/*", b"x" * 10),
        ("bytes 10-14/15", b"x" * 5),
    ],
)
def test_the_part_asked_for_is_taken(client: Client, content_range: str, body: bytes) -> None:
    with Scripted(saying("206 Partial", f"Content-Range: {content_range}", body=body)) as hub:
        assert client(hub.url).read_range(KNOWN, "x.bin", 10, 10) == body
    assert b"range: bytes=10-19\r\n" in hub.seen[0].lower()


@pytest.mark.parametrize(
    ("status", "content_range", "body"),
    [
        ("206 Partial", "bytes 0-9/100", b"x" * 10),
        ("206 Partial", "bytes 10-18/100", b"x" * 9),
        ("206 Partial", "bytes 10-14/*", b"x" * 5),
        ("206 Partial", "bytes 10-19/100", b"x" * 9),
        ("206 Partial", "bytes 10-19/100", b"x" * 11),
        ("206 Partial", "bytes 10-29/100", b"x" * 20),
        ("206 Partial", "bytes */100", b"x" * 10),
        ("206 Partial", "nonsense", b"x" * 10),
        ("206 Partial", "", b"x" * 10),
        ("200 OK", "bytes 10-19/100", b"x" * 10),
    ],
)
def test_any_other_part_is_refused(client: Client, status: str, content_range: str, body: bytes) -> None:
    with Scripted(saying(status, f"Content-Range: {content_range}", body=body)) as hub, pytest.raises(HubProtocolError):
        client(hub.url).read_range(KNOWN, "x.bin", 10, 10)


@pytest.mark.parametrize("status", ["200 OK", "206 Partial"])
def test_a_pointer_in_place_of_a_header_is_refused(client: Client, status: str) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
    content_range = f"Content-Range: bytes 0-{len(pointer) - 1}/{len(pointer)}"
    with Scripted(saying(status, content_range, body=pointer)) as hub, pytest.raises(HubProtocolError, match="pointer"):
        client(hub.url).read_range(KNOWN, "x.bin", 0, 1000)


def test_the_end_of_a_file_is_no_error(client: Client) -> None:
    with Scripted(saying("416 Range Not Satisfiable", "Content-Range: bytes */5")) as hub:
        assert client(hub.url).read_range(KNOWN, "x.bin", 10, 10) == b""


# over TLS, as in production


@pytest.fixture(scope="module")
def secure() -> Iterator[LoopbackHub]:
    with LoopbackHub(tls=True) as hub:
        seeded_world(hub, crowd=0, many=10)
        yield hub


@pytest.fixture
def trusting(secure: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    close_session()
    secure.log.clear()
    yield secure
    secure.clear_faults()
    close_session()


def test_over_tls_a_model_and_its_files_are_read(trusting: LoopbackHub, client: Client) -> None:
    live = client(trusting.url)
    model = live.model(ROOT)
    for path in ("README.md", "model.safetensors"):
        assert live.read(model, path, limit=1_000_000) == trusting.repo(str(ROOT)).main.files[path].data
    assert {r.host for r in trusting.log if "authorization" in r.headers} == {trusting.url.partition("//")[2]}


@pytest.mark.parametrize(
    ("token", "name", "revision", "expected"),
    [
        ("", "vault/private-1b", None, ModelNotFound),
        (TOKEN, "vault/deleted-1b", None, ModelNotFound),
        ("hf_expired", "forge/root-1b", None, BadCredentials),
        ("", "forge/root-1b", "nope", RevisionNotFound),
    ],
)
def test_over_tls_refusals_mean_the_same(
    trusting: LoopbackHub, client: Client, token: str, name: str, revision: str | None, expected: type[HubError]
) -> None:
    with pytest.raises(expected) as caught:
        client(trusting.url, token=token).model(RepoId.parse(name), revision)
    assert type(caught.value) is expected


def test_over_tls_a_gated_file_is_gated(trusting: LoopbackHub, client: Client) -> None:
    live = client(trusting.url, token="")
    with pytest.raises(GatedModel):
        live.read(live.model(RepoId.parse("vault/gated-1b")), "README.md", limit=1000)


def test_a_file_never_comes_from_https_by_http(trusting: LoopbackHub, client: Client) -> None:
    live = client(trusting.url)
    model = live.model(ROOT)
    with Scripted(saying("200 OK", body=b"forged")) as plain:
        trusting.fault(Fault("308", path="/resolve-cache/", value=plain.url))
        with pytest.raises(HubProtocolError, match="from https"):
            live.read(model, "README.md", limit=1000)
        assert plain.seen == []


def test_a_certificate_nobody_trusts_is_refused_at_once(secure: LoopbackHub, client: Client, naps: list[float]) -> None:
    close_session()
    with pytest.raises(HubProtocolError, match="certificate is not trusted"):
        client(secure.url).model(ROOT)
    assert naps == []
    close_session()


def test_a_certificate_file_that_is_not_there_is_no_crash(
    secure: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    close_session()
    with pytest.raises(HubUnreachable):
        HuggingFaceHub(secure.url, "", sleep=lambda _: None).model(ROOT)
    close_session()
