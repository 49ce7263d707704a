"""Whatever goes wrong on the way ends in a model or in the right error, soon, without the token leaving the hub."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator

import pytest

from scanner.errors import (
    EntryNotFound,
    HubError,
    HubProtocolError,
    HubUnreachable,
    ModelNotFound,
    RateLimited,
    TooLarge,
)
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.pace import TRIES
from scanner.model import RepoId
from tests.loopback import KINDS, Fault, LoopbackHub, Repo
from tests.loopback.fault_wire import bomb

from .conftest import ROOT, TOKEN, Client

DETAIL = rf"/api/models/{ROOT}"
WEIGHTS = "model.safetensors"

# What every kind of fault, met by every question about a model, ends in; None is a model.
API: dict[str, type[HubError] | None] = {
    "204": HubProtocolError,
    "308": HubProtocolError,
    "429-bare": RateLimited,
    "429-ratelimit": RateLimited,
    "429-retry-after": RateLimited,
    "429-retry-date": RateLimited,
    "html-200": HubProtocolError,
    "reset": HubUnreachable,
    "reset-in-body": HubUnreachable,
    "hang": HubUnreachable,
    "hang-in-body": HubUnreachable,
    "drip": HubUnreachable,
    "length-too-long": HubUnreachable,
    "length-too-short": HubProtocolError,
    "chunked-unfinished": HubUnreachable,
    "chunked-endless": TooLarge,
    "gzip": None,
    "gzip-bomb": TooLarge,
    "http10": None,
    "json-bom": None,
    "json-deep": HubProtocolError,
    "json-duplicate-keys": None,
    "json-error-200": HubProtocolError,
    "json-huge-integer": None,
    "json-lone-surrogate": None,
    "json-nan": HubProtocolError,
    "json-top-type": HubProtocolError,
    "json-truncated": HubProtocolError,
    "card-ignore-errors": None,
    "card-list": None,
    "card-self": None,
    "date-offset": None,
    "lfs-no-digest": None,
    "eval-results": None,
    "transformers-info": None,
    "provider-no-id": None,
    "security-no-avscan": None,
    "author-no-user": None,
    "id-invalid": None,
    "unknown-keys": None,
    "keys": None,
    "missing-keys": None,
    "null-lists": None,
    "string-numbers": None,
    "row-not-an-object": HubProtocolError,
    "expand-dropped": None,
    "limit-ignored": None,
    "stale": None,
    "not-rewritten": None,
    "gated-hidden": None,
    "ratelimit-of-another": None,
    "clock-skew": None,
    "date-past": None,
    "window-reset": None,
    "link-foreign": None,
    "link-relative": None,
    "row-moved": None,
    "row-deleted": None,
}
# The same for every request for a file of the hub or its store.
FILES: dict[str, type[HubError] | None] = {
    "204": HubProtocolError,
    "html-200": HubProtocolError,
    "404": EntryNotFound,
    "range-ignored": None,
    "range-wrong": None,
    "range-short": HubProtocolError,
    "lfs-mismatch": HubProtocolError,
    "pointer-as-file": HubProtocolError,
    "other-commit": HubProtocolError,
    "etag-changed": None,
    "xet-nowhere": None,
    "gzip": None,
    "gzip-bomb": TooLarge,
    "reset": HubUnreachable,
    "reset-in-body": HubUnreachable,
    "hang": HubUnreachable,
    "hang-in-body": HubUnreachable,
    "length-too-long": HubUnreachable,
    "length-too-short": HubProtocolError,
    "chunked-unfinished": HubUnreachable,
    "chunked-endless": TooLarge,
    "http10": None,
}
ELSEWHERE = {
    "status": "a parameter of the others",
    "call": "a hook, no fault",
    "cursor-refused": "tested with the file list",
    "link-other-question": "tested with the list of models",
    "link-self": "tested with the file list",
    "pages-endless": "tested with the file list",
    "rows-duplicate": "tested with the file list",
}


SLOW = ("hang", "hang-in-body", "drip")


def impatient(client: Client, kind: str) -> HuggingFaceHub:
    return client(deadline=5.0, read_timeout=0.1 if kind in SLOW else 2.0)


def leaks(error: BaseException, token: str) -> bool:
    return token in "".join(traceback.format_exception(error)) or token in repr((error.args, vars(error)))


@pytest.fixture(autouse=True, scope="module")
def _bomb_is_made() -> None:
    bomb(40)


@pytest.fixture(autouse=True)
def nothing_leaks(hub: LoopbackHub, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """After every test: the token was seen by the hub alone, and no log speaks of it."""
    caplog.set_level(logging.DEBUG)
    yield
    hosts = {request.host for request in hub.log if TOKEN in repr(request.headers)}
    assert hosts <= {hub.url.partition("//")[2]}
    assert TOKEN not in caplog.text


def test_every_kind_of_fault_is_covered() -> None:
    assert set(KINDS) == (API.keys() | FILES.keys() | ELSEWHERE.keys()) - {"404"}


@pytest.mark.parametrize("kind", API)
def test_a_question_about_a_model_ends_as_it_should(hub: LoopbackHub, client: Client, kind: str) -> None:
    hub.fault(Fault(kind, path=DETAIL, value={"not-rewritten": hub.cdn_url, "gzip-bomb": 40}.get(kind)))
    start, expected = time.monotonic(), API[kind]
    if expected is None:
        model = impatient(client, kind).model(ROOT)
        assert model.repo == ROOT or (kind == "json-duplicate-keys" and "id" in model.unread)
    else:
        with pytest.raises(expected) as caught:
            impatient(client, kind).model(ROOT)
        assert type(caught.value) is expected
        assert caught.value.message.startswith(str(ROOT))
        assert caught.value.hint
        assert not leaks(caught.value, TOKEN)
    assert time.monotonic() - start < 6
    assert {request.host for request in hub.log} == {hub.url.partition("//")[2]}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("path", ["tokenizer.json", WEIGHTS])
def test_a_question_for_a_file_ends_as_it_should(hub: LoopbackHub, client: Client, kind: str, path: str) -> None:
    model = client().model(ROOT)
    live = impatient(client, kind)
    where = "/cdn/" if path == WEIGHTS and kind not in ("other-commit", "404") else "resolve"
    hub.fault(Fault(kind, path=where, value=40 if kind == "gzip-bomb" else None))
    start, expected = time.monotonic(), FILES[kind]
    if expected is None:
        assert live.read(model, path, limit=1_000_000) == hub.repo(str(ROOT)).main.files[path].data
    else:
        with pytest.raises(expected) as caught:
            live.read(model, path, limit=1_000_000)
        assert type(caught.value) is expected
        assert caught.value.message.startswith(f"{ROOT}/{path}")
        assert not leaks(caught.value, TOKEN)
    assert time.monotonic() - start < 6


@pytest.mark.parametrize(
    "kind", ["range-ignored", "range-wrong", "range-short", "pointer-as-file", "gzip", "chunked-endless"]
)
@pytest.mark.parametrize("span", [(0, 100), (8, 100)])
def test_other_bytes_than_asked_for_are_refused(
    hub: LoopbackHub, client: Client, kind: str, span: tuple[int, int]
) -> None:
    live = client()
    model = live.model(ROOT)
    hub.fault(Fault(kind, path="/cdn/"))
    with pytest.raises(HubProtocolError):
        live.read_range(model, WEIGHTS, *span)
    assert hub.log[-1].sent < 200_000_000


def test_a_small_file_from_a_server_without_ranges_is_taken(hub: LoopbackHub, client: Client) -> None:
    hub.fault(Fault("range-ignored"))
    live = client()
    model = live.model(ROOT)
    card = hub.repo(str(ROOT)).main.files["README.md"].data
    assert live.read_range(model, "README.md", 0, 10_000) == card
    with pytest.raises(HubProtocolError):
        live.read_range(model, "README.md", 1, 10_000)


@pytest.mark.parametrize(
    "value",
    ["_id", "id", "siblings", "tags", "cardData", "config", "gated", "createdAt", ["_id", "id", "sha", "siblings"]],
)
def test_a_field_that_is_missing_costs_that_field(hub: LoopbackHub, client: Client, value: object) -> None:
    hub.fault(Fault("missing-keys", path=DETAIL, value=value))
    model = client().model(ROOT)
    assert model.repo == ROOT


# the file list


@pytest.fixture
def many(hub: LoopbackHub) -> RepoId:
    hub.fault(Fault("expand-dropped"))
    return RepoId.parse("files/many")


@pytest.mark.parametrize("kind", ["link-foreign", "link-relative", "rows-duplicate"])
def test_a_link_leads_nowhere_but_to_the_next_page(hub: LoopbackHub, client: Client, many: RepoId, kind: str) -> None:
    hub.fault(Fault(kind, path="/tree/"))
    model = client().model(many)
    assert len(model.artifacts or ()) == len(hub.repo(str(many)).main.files)
    assert {request.host for request in hub.log} == {hub.url.partition("//")[2]}


@pytest.mark.parametrize("kind", ["link-self", "pages-endless", "cursor-refused", "html-200", "json-top-type"])
def test_a_file_list_that_breaks_off_or_never_ends_is_told(
    hub: LoopbackHub, client: Client, many: RepoId, kind: str
) -> None:
    hub.fault(Fault(kind, path="/tree/"))
    model = client().model(many)
    assert "tree" in model.unread
    assert all(a.size is None for a in model.artifacts or ())


# retries


@pytest.mark.parametrize("status", ["408", "429", "500", "502", "503", "504"])
def test_a_burst_shorter_than_our_patience_is_survived(
    hub: LoopbackHub, client: Client, naps: list[float], status: str
) -> None:
    hub.fault(Fault(status, path=DETAIL, times=TRIES - 1))
    assert client(deadline=30.0).model(ROOT).repo == ROOT
    assert len(naps) == TRIES - 1
    assert sum(naps) <= 0.5 + 1 + 2 + 4


@pytest.mark.parametrize("kind", ["reset", "reset-in-body", "length-too-long", "chunked-unfinished"])
def test_a_broken_connection_is_tried_again(hub: LoopbackHub, client: Client, kind: str) -> None:
    hub.fault(Fault(kind, path=DETAIL, times=2))
    assert client().model(ROOT).repo == ROOT


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "410", "451", "501"])
def test_a_plain_no_is_not_asked_twice(hub: LoopbackHub, client: Client, status: str) -> None:
    hub.fault(Fault(status, path=DETAIL))
    with pytest.raises(HubError):
        client().model(ROOT)
    assert len(hub.log) == 1


@pytest.mark.parametrize(
    ("kind", "value", "longest"), [("429-ratelimit", 3, 4), ("429-retry-after", 2, 3), ("429-retry-date", 2, 4)]
)
def test_the_hub_says_how_long_to_wait(
    hub: LoopbackHub, client: Client, naps: list[float], kind: str, value: int, longest: float
) -> None:
    hub.fault(Fault(kind, path=DETAIL, value=value, times=2))
    client(deadline=30.0, pace=False).model(ROOT)
    assert len(naps) == 2
    assert all(value - 1 <= nap <= longest for nap in naps)


def test_a_wait_longer_than_the_deadline_is_not_begun(hub: LoopbackHub, client: Client, naps: list[float]) -> None:
    hub.fault(Fault("429-ratelimit", path=DETAIL, value=295))
    with pytest.raises(RateLimited):
        client().model(ROOT)
    assert naps == []
    assert len(hub.log) == 1


def test_after_five_failures_in_a_row_nothing_more_is_asked(
    hub: LoopbackHub, client: Client, naps: list[float]
) -> None:
    hub.fault(Fault("503"))
    live = client()
    for name in ("forge/root-1b", "quarry/stone-1b", "mill/two-roots"):
        with pytest.raises(HubUnreachable):
            live.model(RepoId.parse(name))
    assert len(hub.log) == TRIES + 1
    assert client().requests == {}


def test_sign_in_pages_count_as_failures(hub: LoopbackHub, client: Client) -> None:
    hub.fault(Fault("html-200"))
    live = client()
    for number in range(5):
        with pytest.raises(HubProtocolError, match="web page"):
            live.model(RepoId.parse(f"forge/model-{number}"))
    with pytest.raises(HubUnreachable, match="in a row"):
        live.model(ROOT)
    assert len(hub.log) == 5


def test_a_hub_that_is_down_is_unreachable_and_back_when_it_is_back(client: Client) -> None:
    with LoopbackHub() as hub:
        hub.add(Repo(str(ROOT), {"README.md": "# root"}))
        live = client(hub.url)
        model = live.model(ROOT)
        with hub.down(), pytest.raises(HubUnreachable, match="refused"):
            client(hub.url).model(ROOT)
        assert live.read(model, "README.md", limit=1000) == b"# root"


# the quota


def test_the_quota_is_never_overrun(hub: LoopbackHub, client: Client) -> None:
    hub.quota(api=20, window=60)
    live = client(deadline=600.0, sleep=lambda seconds: hub.clock.advance(seconds + 0.01))
    for _ in range(30):
        assert live.model(ROOT).repo == ROOT
    assert all(request.status == 200 for request in hub.log)


def test_a_spent_quota_is_said_without_asking_again(hub: LoopbackHub, client: Client) -> None:
    hub.quota(api=2, window=300)
    live = client()
    live.model(ROOT)
    with pytest.raises(RateLimited, match="more seconds"):
        live.model(ROOT)
    assert [request.status for request in hub.log] == [200, 200]


def test_without_pacing_the_storm_is_met_and_told(hub: LoopbackHub, client: Client) -> None:
    hub.quota(api=1, window=300)
    with pytest.raises(RateLimited):
        client(pace=False).model(ROOT)
    assert [request.status for request in hub.log] == [200, 429]


def test_a_cached_quota_of_somebody_else_is_ignored(hub: LoopbackHub, client: Client, naps: list[float]) -> None:
    hub.fault(Fault("ratelimit-of-another"))
    client().model(ROOT)
    assert naps == []


def test_a_missing_model_is_one_request_and_no_failure(hub: LoopbackHub, client: Client) -> None:
    live = client()
    for _ in range(8):
        with pytest.raises(ModelNotFound):
            live.model(RepoId("no", "one"))
    assert len(hub.log) == 8
