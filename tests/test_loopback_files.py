"""The loopback hub's downloads: two kinds of redirect, ranges, digests, conditional requests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.loopback import Answer, LoopbackHub, Repo, ask
from tests.loopback.world_files import ODD_NAMES

WEIGHTS = bytes(range(256)) * 8
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add(Repo("acme/widget", {"config.json": {"a": 1}, "model.safetensors": WEIGHTS, "empty.txt": b""}))
        yield hub


def resolve(hub: LoopbackHub, path: str, method: str = "GET", **headers: str) -> Answer:
    return ask(f"{hub.url}/acme/widget/resolve/main/{path}", method, headers=headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_small_file_is_redirected_relatively_and_served_with_its_commit(hub: LoopbackHub, method: str) -> None:
    sha = hub.repo("acme/widget").sha
    first = resolve(hub, "config.json", method)
    assert first.status == 307
    assert first.headers["location"].startswith(f"/api/resolve-cache/models/acme/widget/{sha}/config.json")
    second = ask(hub.url + first.headers["location"], method)
    assert second.status == 200
    assert second.headers["x-repo-commit"] == first.headers["x-repo-commit"] == sha
    assert second.headers["etag"] == first.headers["x-linked-etag"]
    assert int(second.headers["content-length"]) == 13
    assert second.body == (b'{\n  "a": 1\n}\n' if method == "GET" else b"")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_lfs_file_lies_on_another_origin(hub: LoopbackHub, method: str) -> None:
    first = resolve(hub, "model.safetensors", method)
    assert first.status == 302
    assert first.headers["location"].startswith(f"{hub.cdn_url}/cdn/")
    assert first.headers["x-linked-size"] == "2048"
    assert first.headers["x-linked-etag"] == f'"{DIGEST}"'
    assert first.headers["x-repo-commit"] == hub.repo("acme/widget").sha
    assert "x-xet-hash" not in first.headers
    second = ask(first.headers["location"], method)
    assert (second.status, second.headers["content-length"]) == (200, "2048")
    assert second.headers["etag"] != f'"{DIGEST}"', "the CDN knows the file by its Xet hash"
    assert "ratelimit" not in second.headers
    assert second.body == (WEIGHTS if method == "GET" else b"")


@pytest.mark.parametrize(
    ("asked", "status", "said", "body"),
    [
        ("bytes=0-3", 206, "bytes 0-3/2048", WEIGHTS[:4]),
        ("bytes=2040-9999", 206, "bytes 2040-2047/2048", WEIGHTS[2040:]),
        ("bytes=2040-", 206, "bytes 2040-2047/2048", WEIGHTS[2040:]),
        ("bytes=-2", 206, "bytes 2046-2047/2048", WEIGHTS[-2:]),
        ("bytes=2048-", 416, "bytes */2048", b""),
        ("bytes=5-3", 416, "bytes */2048", b""),
        ("bytes=0-1,4-5", 200, None, WEIGHTS),
        ("bytes=-", 200, None, WEIGHTS),
    ],
)
def test_ranges(hub: LoopbackHub, asked: str, status: int, said: str | None, body: bytes) -> None:
    location = resolve(hub, "model.safetensors").headers["location"]
    answer = ask(location, headers={"Range": asked})
    assert (answer.status, answer.headers.get("content-range"), answer.body) == (status, said, body)
    assert hub.log[-1].sent == len(body)


def test_a_small_file_takes_ranges_too(hub: LoopbackHub) -> None:
    location = hub.url + resolve(hub, "config.json").headers["location"]
    answer = ask(location, headers={"Range": "bytes=0-0"})
    assert (answer.status, answer.headers["content-range"], answer.body) == (206, "bytes 0-0/13", b"{")
    empty = hub.url + resolve(hub, "empty.txt").headers["location"]
    assert ask(empty, headers={"Range": "bytes=0-0"}).status == 416
    assert ask(empty).body == b""


def test_a_known_etag_is_not_sent_again(hub: LoopbackHub) -> None:
    location = hub.url + resolve(hub, "config.json").headers["location"]
    etag = ask(location).headers["etag"]
    again = ask(location, headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")
    assert ask(location, headers={"If-None-Match": '"other"'}).status == 200


def test_old_revisions_stay_readable_by_sha(hub: LoopbackHub) -> None:
    old = hub.repo("acme/widget").sha
    hub.commit("acme/widget", {"config.json": {"a": 2}, "model.safetensors": b"new"})
    before = ask(f"{hub.url}/acme/widget/resolve/{old}/model.safetensors").headers["location"]
    after = ask(f"{hub.url}/acme/widget/resolve/main/model.safetensors").headers["location"]
    assert (ask(before).body, ask(after).body) == (WEIGHTS, b"new")


def test_raw_gives_the_pointer_of_an_lfs_file(hub: LoopbackHub) -> None:
    raw = ask(f"{hub.url}/acme/widget/raw/main/model.safetensors")
    assert raw.body.decode() == f"version https://git-lfs.github.com/spec/v1\noid sha256:{DIGEST}\nsize 2048\n"
    blob = ask(f"{hub.url}/api/models/acme/widget/tree/main").json()[-1]
    assert blob["oid"] == hashlib.sha1(b"blob %d\0" % len(raw.body) + raw.body).hexdigest()
    assert blob["lfs"]["pointerSize"] == len(raw.body)


def test_xet_headers_can_be_switched_on() -> None:
    with LoopbackHub(xet=True) as hub:
        hub.add(Repo("acme/widget", {"model.safetensors": WEIGHTS, "config.json": {}}))
        headers = resolve(hub, "model.safetensors", "HEAD").headers
        assert len(headers["x-xet-hash"]) == 64
        assert headers["link"].endswith('rel="xet-auth"')
        token = ask(headers["link"][1 : headers["link"].index(">")])
        assert token.headers["x-xet-cas-url"] == hub.closed_url
        assert "x-xet-hash" not in resolve(hub, "config.json", "HEAD").headers


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_file_name_is_listed_and_served(hub: LoopbackHub, name: str) -> None:
    hub.add(Repo("acme/odd", {name: name}, lfs=()))
    paths = [entry["path"] for entry in ask(f"{hub.url}/api/models/acme/odd/tree/main?recursive=1").json()]
    assert name in paths
    redirect = ask(f"{hub.url}/acme/odd/resolve/main/{quote(name)}")
    assert ask(hub.url + redirect.headers["location"]).body.decode() == name
