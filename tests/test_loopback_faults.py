"""Each fault in the hub's answers does what its name says, and only where it was aimed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.loopback import Answer, Content, Fault, LoopbackHub, Repo, ask
from tests.loopback.fault_answers import ANSWERS, QUESTIONS
from tests.loopback.fault_rows import ROWS
from tests.loopback.faults import KINDS

WEIGHTS = bytes(range(100))
INFO, LIST, FILE = "/api/models/acme/m-0", "/api/models?sort=downloads&limit=3", "/acme/m-0/resolve/main/w.bin"

Check = Callable[[LoopbackHub, Callable[..., Answer]], None]
CHECKS: dict[str, Check] = {}


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        for index in range(9):
            files: dict[str, Content] = {"README.md": "---\nlicense: mit\n---\n", "w.bin": WEIGHTS}
            hub.add(Repo(f"acme/m-{index}", files, downloads=index))
        hub.add(Repo("acme/gated", {"w.bin": WEIGHTS}, gated="auto", downloads=-1))
        yield hub


def check(kind: str) -> Callable[[Check], Check]:
    def register(function: Check) -> Check:
        CHECKS[kind] = function
        return function

    return register


def shows(kind: str, wanted: Callable[[Answer], bool], path: str = INFO, value: object = None) -> None:
    """The answer to one request under the fault is as ``wanted``."""

    @check(kind)
    def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
        answer = faulty(path, value)
        assert wanted(answer), (answer.status, answer.headers, answer.body[:500])


@pytest.mark.parametrize("kind", sorted({*QUESTIONS, *ANSWERS, *ROWS}))
def test_a_fault_does_what_its_name_says(hub: LoopbackHub, kind: str) -> None:
    def faulty(path: str, value: object = None, method: str = "GET", **headers: str) -> Answer:
        hub.clear_faults()
        fault = hub.fault(Fault(kind, path="", value=value))
        answer = ask(path if path.startswith("http") else hub.url + path, method, headers=headers)
        assert fault.fired == 1
        return answer

    CHECKS[kind](hub, faulty)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no fault is called 'tea'"):
        Fault("tea")
    assert len(KINDS) > 60


# aim


def test_a_fault_meets_the_path_the_method_and_the_turn_it_names(hub: LoopbackHub) -> None:
    def statuses(path: str, count: int, method: str = "GET") -> list[int]:
        return [ask(hub.url + path, method).status for _ in range(count)]

    hub.fault(Fault("503", path="m-1$", nth=2))
    hub.fault(Fault("502", path="m-2$", nth=range(2, 4)))
    hub.fault(Fault("500", path="m-3$", times=2))
    hub.fault(Fault("504", path="m-4$", method="POST"))
    hub.fault(Fault("401", path="m-5$", nth=[1, 3]))
    assert statuses("/api/models/acme/m-1", 4) == [200, 503, 200, 200]
    assert statuses("/api/models/acme/m-2", 4) == [200, 502, 502, 200]
    assert statuses("/api/models/acme/m-3", 3) == [500, 500, 200]
    assert statuses("/api/models/acme/m-4", 1) == [200]
    assert statuses("/api/models/acme/m-5", 4) == [401, 200, 401, 200]
    hub.clear_faults()
    assert statuses("/api/models/acme/m-3", 1) == [200]


def test_a_random_fault_is_the_same_for_the_same_seed(hub: LoopbackHub) -> None:
    def run(seed: int) -> list[int]:
        hub.clear_faults()
        hub.fault(Fault("503", probability=0.5, seed=seed))
        return [ask(hub.url + INFO).status for _ in range(20)]

    assert run(1) == run(1) != run(2)
    assert {200, 503} == set(run(1))


def test_a_fault_leaves_the_log_and_the_rate_limit_true(hub: LoopbackHub) -> None:
    hub.quota(api=10)
    hub.fault(Fault("503"))
    answer = ask(hub.url + INFO)
    assert answer.headers["ratelimit"].startswith('"api";r=9;')
    assert hub.log[-1].status == 503


# status


@check("status")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert [faulty(INFO, status).status for status in (401, 403, 404, 500, 502, 503, 504)] == [
        401, 403, 404, 500, 502, 503, 504,
    ]  # fmt: skip


shows("429-ratelimit", lambda a: a.headers["ratelimit"] == '"api";r=0;t=7' and "retry-after" not in a.headers, value=7)
shows("429-retry-after", lambda a: a.headers["retry-after"] == "7" and "ratelimit" not in a.headers, value=7)
shows("429-bare", lambda a: a.status == 429 and not {"ratelimit", "retry-after"} & a.headers.keys())
shows("html-200", lambda a: a.status == 200 and a.body.startswith(b"<!doctype html>"))
shows("204", lambda a: (a.status, a.body, "content-length" in a.headers) == (204, b"", False))


@check("429-retry-date")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(INFO, 3600)
    ahead = parsedate_to_datetime(answer.headers["retry-after"]) - parsedate_to_datetime(answer.headers["date"])
    assert answer.status == 429
    assert 3598 <= ahead.total_seconds() <= 3602


@check("308")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(INFO)
    assert (answer.status, answer.headers["location"]) == (308, hub.cdn_url + INFO)


# JSON


@check("json-truncated")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    with pytest.raises(json.JSONDecodeError):
        faulty(INFO).json()


shows("json-nan", lambda a: b'"downloads":NaN' in a.body)
shows("json-bom", lambda a: a.body.startswith(b"\xef\xbb\xbf{"))
shows("json-error-200", lambda a: (a.status, a.json()) == (200, {"error": "Internal error"}))
shows("json-lone-surrogate", lambda a: a.json()["author"] == "\ud800")


@check("json-duplicate-keys")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(INFO)
    assert answer.body.count(b'"id":') == 3
    assert answer.json()["id"] == "other/two"


@check("json-deep")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert faulty(INFO).body.count(b"[") > 1_000_000
    with pytest.raises(RecursionError):
        faulty(INFO, 100_000).json()


@check("json-top-type")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert faulty(INFO).json() == []
    assert faulty(LIST).json() == {}
    assert faulty(INFO, "a string").json() == "a string"


@check("json-huge-integer")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    with pytest.raises(ValueError, match="digits"):
        faulty(INFO).json()


# paging


shows("link-relative", lambda a: (a.next or "").startswith("/api/models?sort=downloads"), LIST)
shows("link-other-question", lambda a: "sort=likes&author=nobody&limit=1&cursor=" in (a.next or ""), LIST)
shows("limit-ignored", lambda a: (len(a.json()), a.next) == (10, None), LIST)


@check("link-foreign")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    target = faulty(LIST).next or ""
    assert target.startswith(f"{hub.cdn_url}/api/models?")
    hub.clear_faults()
    planted = ask(target, token="hf_good_granted")
    assert planted.json()[0]["id"] == "stranger/planted-row"
    assert hub.log[-1].headers["authorization"], "a leaked token shows in the log"
    assert (faulty(LIST, hub.closed_url).next or "").startswith(hub.closed_url)


@check("link-self")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert faulty(LIST).next == hub.url + LIST


@check("pages-endless")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(LIST)
    seen = set()
    for _turn in range(5):
        assert answer.json() == []
        assert answer.next is not None
        seen.add(answer.next)
        answer = ask(answer.next)
    assert len(seen) == 5


@check("rows-duplicate")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert [row["id"][-1] for row in faulty(LIST).json()] == list("887766")
    assert faulty(INFO).json()["id"] == "acme/m-0"


@check("row-moved")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    first = faulty(LIST)
    hub.clear_faults()
    second = ask(first.next or "")
    assert [row["id"] for row in second.json()] == ["acme/m-4", "acme/m-3", "acme/m-2"], "m-5 slipped through"
    assert ask(hub.url + LIST).json()[0]["id"] == "acme/m-5"


@check("row-deleted")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    first = faulty(LIST)
    hub.clear_faults()
    assert [row["id"] for row in ask(first.next or "").json()] == ["acme/m-4", "acme/m-3", "acme/m-2"]
    assert ask(f"{hub.url}/api/models/acme/m-5").status == 401


@check("cursor-refused")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    first = faulty(LIST)
    assert first.status == 200
    assert faulty(first.next or "").status == 400


@check("call")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert faulty("/api/models/acme/new", lambda hub: hub.add(Repo("acme/new"))).status == 200


# files


def file_of(hub: LoopbackHub) -> str:
    hub.clear_faults()
    return ask(hub.url + FILE).headers["location"]


@check("range-ignored")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(file_of(hub), Range="bytes=0-3")
    assert (answer.status, answer.body) == (200, WEIGHTS)


@check("range-wrong")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(file_of(hub), Range="bytes=0-3")
    assert (answer.status, answer.headers["content-range"], answer.body) == (206, "bytes 1-3/100", WEIGHTS[1:4])


@check("range-short")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(file_of(hub), Range="bytes=0-9")
    assert (answer.headers["content-range"], answer.body) == ("bytes 0-9/100", WEIGHTS[:5])


@check("lfs-mismatch")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty(file_of(hub))
    assert answer.body != WEIGHTS
    assert len(answer.body) == len(WEIGHTS)


@check("pointer-as-file")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert faulty(file_of(hub), Range="bytes=0-3").body.startswith(b"version https://git-lfs")


@check("etag-changed")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    where = file_of(hub)
    assert faulty(where, method="HEAD").headers["etag"] != faulty(where).headers["etag"]


shows("other-commit", lambda a: a.headers["x-repo-commit"] == "c" * 40, FILE)


@check("xet-nowhere")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    headers = faulty(FILE, method="HEAD").headers
    assert headers["x-xet-hash"] == "a" * 64
    assert hub.closed_url in headers["link"]


# mirror


@check("expand-dropped")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    said = faulty(f"{INFO}?expand=sha&expand=baseModels&securityStatus=true&blobs=true").json()
    assert "tags" in said
    assert not {"baseModels", "securityRepoStatus"} & said.keys()
    assert "size" not in said["siblings"][0]


@check("stale")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    old = faulty(INFO).json()["sha"]
    hub.commit("acme/m-0", {"x": "y"})
    hub.clock.advance(500)
    cached = ask(hub.url + INFO)
    assert (cached.json()["sha"], cached.headers["age"]) == (old, "500")
    hub.clock.advance(200)
    assert ask(hub.url + INFO).json()["sha"] == hub.repo("acme/m-0").sha


@check("not-rewritten")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    assert (faulty(LIST).next or "").startswith("https://hub.invalid/api/models?")
    assert faulty("/api/models/ACME/m-0").headers["location"] == "https://hub.invalid/api/models/acme/m-0"


@check("gated-hidden")
def _(_: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    answer = faulty("/acme/gated/resolve/main/w.bin")
    assert (answer.status, answer.headers["x-error-code"]) == (404, "RepoNotFound")
    assert faulty(INFO).status == 200


shows(
    "ratelimit-of-another", lambda a: a.headers["ratelimit"] == '"pages";r=94;t=142' and "age" in a.headers, "/acme/m-0"
)


# time


@check("window-reset")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    hub.quota(api=1)
    assert [ask(hub.url + INFO).status for _ in range(2)] == [200, 429]
    assert faulty(INFO).status == 200


@check("clock-skew")
def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
    late = hub.clock.now() - parsedate_to_datetime(faulty(INFO).headers["date"]).timestamp()
    assert 3599 <= late <= 3602


shows("date-past", lambda a: parsedate_to_datetime(a.headers["date"]).year == 2016)


# rows


def rows_keep_the_others(kind: str, wanted: Callable[[dict[str, Any]], bool], path: str = INFO) -> None:
    @check(kind)
    def _(hub: LoopbackHub, faulty: Callable[..., Answer]) -> None:
        said = faulty(path).json()
        assert wanted(said[0] if isinstance(said, list) else said)
        hub.clear_faults()
        honest = ask(hub.url + "/api/models?full=true&cardData=true").json()
        assert faulty("/api/models?full=true&cardData=true").json()[1:] == honest[1:]


rows_keep_the_others("card-self", lambda row: "self" in row["cardData"])
rows_keep_the_others("card-ignore-errors", lambda row: "ignore_metadata_errors" in row["cardData"])
rows_keep_the_others("card-list", lambda row: row["cardData"] == ["license", "mit"])
rows_keep_the_others("date-offset", lambda row: row["createdAt"] == "2024-05-01T00:00:00+00:00")
rows_keep_the_others(
    "lfs-no-digest", lambda row: row["siblings"][1]["lfs"].keys() == {"size", "pointerSize"}, f"{INFO}?blobs=true"
)
rows_keep_the_others("eval-results", lambda row: row["evalResults"] == [{"unexpected": True}])
rows_keep_the_others("transformers-info", lambda row: "a_new_key" in row["transformersInfo"])
rows_keep_the_others("provider-no-id", lambda row: "providerId" not in row["inferenceProviderMapping"]["somewhere"])
rows_keep_the_others(
    "security-no-avscan", lambda row: row["securityFileStatus"] == {"status": "safe"}, f"{INFO}/tree/main?expand=true"
)
rows_keep_the_others("author-no-user", lambda row: "user" not in row["authors"][0], f"{INFO}/commits/main")
rows_keep_the_others("id-invalid", lambda row: row["id"] == "a/b/c")
rows_keep_the_others("unknown-keys", lambda row: "aKeyNobodyKnows" in row)
rows_keep_the_others("missing-keys", lambda row: "sha" not in row)
rows_keep_the_others("null-lists", lambda row: row["tags"] is None and row["siblings"] is None)
rows_keep_the_others("string-numbers", lambda row: row["downloads"] == "0" and row["private"] is False)


shows("keys", lambda a: a.json()[0]["id"] == "../..", LIST, {"id": "../..", "tags": 7})
shows("row-not-an-object", lambda a: a.json()[0] == "a string" and a.json()[1]["id"] == "acme/m-7", LIST)
