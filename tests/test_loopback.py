"""The loopback hub speaks the Hub's protocol: model info, tree, refs, commits, identity."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.loopback import ABSENT, LoopbackHub, Repo, ask, safetensors_bytes

WEIGHTS = safetensors_bytes({"a.weight": ("F32", (4, 8)), "b.weight": ("BF16", (2, 2))}, {"format": "pt"})
CARD = """---
license: apache-2.0
language: en
tags: [exbert]
datasets: [bookcorpus]
base_model: [acme/root, acme/elsewhere]
pipeline_tag: fill-mask
library_name: transformers
---
# Widget
"""
CONFIG = {"architectures": ["WidgetForCausalLM"], "model_type": "widget", "auto_map": {"AutoModel": "modeling.Widget"}}


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add(Repo("acme/root", {"README.md": "---\nlicense: mit\n---\n"}, created_at="2023-01-01T00:00:00.000Z"))
        hub.add(
            Repo(
                "acme/widget-7b",
                {"README.md": CARD, "config.json": CONFIG, "model.safetensors": WEIGHTS, "docs/more.txt": "more"},
                downloads=12,
                likes=3,
            )
        )
        yield hub


def info(hub: LoopbackHub, path: str = "acme/widget-7b", **query: object) -> dict[str, Any]:
    answer = ask(f"{hub.url}/api/models/{path}?{urlencode(query, doseq=True)}")
    assert answer.status == 200, answer.body
    said: dict[str, Any] = answer.json()
    return said


def test_info_holds_the_fields_of_the_recorded_answers_and_what_the_hub_computes(hub: LoopbackHub) -> None:
    said = info(hub)
    assert said["id"] == said["modelId"] == "acme/widget-7b"
    assert said["sha"] == hub.repo("acme/widget-7b").sha
    assert said["tags"] == [
        "transformers", "safetensors", "widget", "fill-mask", "exbert", "en", "custom_code", "dataset:bookcorpus",
        "base_model:acme/root", "base_model:merge:acme/root", "base_model:acme/elsewhere",
        "base_model:merge:acme/elsewhere", "license:apache-2.0", "region:us",
    ]  # fmt: skip
    assert said["cardData"]["base_model"] == ["acme/root", "acme/elsewhere"]
    assert said["config"] == CONFIG
    assert said["safetensors"] == {"parameters": {"F32": 32, "BF16": 4}, "total": 36}
    assert said["usedStorage"] == len(WEIGHTS)
    assert [sibling["rfilename"] for sibling in said["siblings"]] == sorted(
        ["README.md", "config.json", "docs/more.txt", "model.safetensors"]
    )
    assert not {"baseModels", "childrenModelCount", "downloadsAllTime", "trendingScore"} & said.keys()


def test_the_object_id_starts_with_the_creation_second(hub: LoopbackHub) -> None:
    said = info(hub)
    assert said["createdAt"] == "2024-05-01T00:00:00.000Z"
    assert int(said["_id"][:8], 16) == 1714521600


def test_the_same_world_has_the_same_ids_and_commits() -> None:
    one, two = (Repo("acme/x", {"README.md": "hello", "model.safetensors": WEIGHTS}) for _ in range(2))
    assert (one.hub_id, one.sha) == (two.hub_id, two.sha)
    assert Repo("acme/y", {"README.md": "hello"}).sha != Repo("acme/x", {"README.md": "hello"}).sha


def test_expand_gives_exactly_what_was_asked(hub: LoopbackHub) -> None:
    said = info(hub, "acme/widget-7b", **{"expand[]": ["sha", "baseModels"], "expand": "downloadsAllTime"})
    assert said.keys() == {"_id", "id", "sha", "baseModels", "downloadsAllTime"}
    root = hub.repo("acme/root")
    assert said["baseModels"] == {"relation": "merge", "models": [{"_id": root.hub_id, "id": root.id}]}
    assert info(hub, "acme/root", expand="childrenModelCount")["childrenModelCount"] == {
        "adapter": 0, "merge": 1, "quantized": 0, "finetune": 0,
    }  # fmt: skip


def test_a_bad_expand_is_answered_with_the_valid_names(hub: LoopbackHub) -> None:
    answer = ask(f"{hub.url}/api/models/acme/widget-7b?expand=modelId")
    assert answer.status == 400
    assert '"safetensors"' in answer.json()["error"]
    assert ask(f"{hub.url}/api/models?expand=childrenModelCount").status == 400


def test_blobs_carry_git_and_lfs_digests(hub: LoopbackHub) -> None:
    siblings = {s["rfilename"]: s for s in info(hub, blobs="true")["siblings"]}
    assert siblings["docs/more.txt"] == {
        "rfilename": "docs/more.txt", "size": 4, "blobId": "aa1005acb1e9b69476651938d2affc159bb8b6e6",
    }  # fmt: skip
    weights = siblings["model.safetensors"]
    assert weights["lfs"].keys() == {"sha256", "size", "pointerSize"}
    assert weights["lfs"]["size"] == weights["size"] == len(WEIGHTS)


def test_security_status_comes_when_asked(hub: LoopbackHub) -> None:
    assert "securityRepoStatus" not in info(hub)
    assert info(hub, securityStatus="true")["securityRepoStatus"] == {"scansDone": True, "filesWithIssues": []}
    hub.repo("acme/root").security = {"scansDone": False, "filesWithIssues": []}
    assert info(hub, "acme/root", securityStatus="true")["securityRepoStatus"]["scansDone"] is False


def test_revisions_are_found_by_branch_tag_sha_and_pull_request(hub: LoopbackHub) -> None:
    repo = hub.repo("acme/widget-7b")
    first = repo.sha
    repo.tag("v1")
    second = hub.commit(repo.id, {"docs/more.txt": "changed"}).sha
    third = hub.commit(repo.id, {"docs/more.txt": None}, branch="refs/pr/1").sha
    assert info(hub)["sha"] == second
    for revision, sha in {"main": second, "v1": first, first: first, "refs/pr/1": third}.items():
        assert info(hub, f"{repo.id}/revision/{quote(revision, safe='')}")["sha"] == sha
    assert info(hub, revision=first)["sha"] == second, "the query parameter says nothing to the Hub"


def test_extra_lays_raw_keys_over_the_answer(hub: LoopbackHub) -> None:
    hub.add(Repo("acme/odd", extra={"sha": ABSENT, "gated": "a string", "newKey": [1]}))
    said = info(hub, "acme/odd")
    assert "sha" not in said
    assert (said["gated"], said["newKey"]) == ("a string", [1])
    assert info(hub, "acme/odd", expand="likes").keys() == {"_id", "id", "likes", "newKey"}


def test_tree_lists_a_folder_and_recursion_lists_all(hub: LoopbackHub) -> None:
    sha = hub.repo("acme/widget-7b").sha
    base = f"{hub.url}/api/models/acme/widget-7b/tree/{sha}"
    top = ask(base).json()
    assert [entry["path"] for entry in top] == ["docs", "README.md", "config.json", "model.safetensors"]
    assert top[0]["type"] == "directory"
    assert top[3]["lfs"].keys() == {"oid", "size", "pointerSize"}
    assert len(top[3]["xetHash"]) == 64
    assert [entry["path"] for entry in ask(f"{base}/docs").json()] == ["docs/more.txt"]
    everything = ask(f"{base}?recursive=true&expand=true").json()
    assert {entry["path"] for entry in everything} == {entry["path"] for entry in top} | {"docs/more.txt"}
    assert everything[0]["lastCommit"]["id"] == sha
    assert everything[0]["securityFileStatus"]["status"] == "safe"
    missing = ask(f"{base}/nowhere")
    assert (missing.status, missing.headers["x-error-code"]) == (404, "EntryNotFound")


@pytest.mark.parametrize(("query", "pages"), [("recursive=true", 3), ("recursive=true&expand=true", 43)])
def test_tree_pages_hold_a_thousand_entries_or_fifty(hub: LoopbackHub, query: str, pages: int) -> None:
    hub.add(Repo("acme/many", {f"d{i // 1000}/f{i:04d}": "x" for i in range(2100)}))
    url: str | None = f"{hub.url}/api/models/acme/many/tree/main?{query}"
    seen: list[str] = []
    asked = 0
    while url is not None:
        answer = ask(url)
        seen += [entry["path"] for entry in answer.json()]
        url, asked = answer.next, asked + 1
    assert asked == pages
    assert seen == sorted(set(seen))
    assert len(seen) == 2103
    cursor = base64.b64decode(hub.log[-1].query["cursor"][0]).decode().rpartition(":")
    assert json.loads(base64.b64decode(cursor[0])).keys() == {"file_name", "tree_oid"}


def test_paths_info_takes_a_form_or_json_and_leaves_out_what_is_missing(hub: LoopbackHub) -> None:
    url = f"{hub.url}/api/models/acme/widget-7b/paths-info/main"
    asked = {"paths": ["config.json", "docs", "nope"], "expand": True}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    form = ask(url, "POST", headers=kind, body=urlencode(asked, doseq=True).encode())
    as_json = ask(url, "POST", headers={"Content-Type": "application/json"}, body=json.dumps(asked).encode())
    assert form.json() == as_json.json()
    assert [(entry["path"], entry["type"]) for entry in form.json()] == [("config.json", "file"), ("docs", "directory")]
    assert ask(url, "POST", headers={"Content-Type": "application/json"}, body=b"{").status == 400


def test_refs_and_commits(hub: LoopbackHub) -> None:
    repo = hub.repo("acme/widget-7b")
    for index in range(60):
        hub.commit(repo.id, {"docs/more.txt": f"{index}"}, title=f"change {index}")
    hub.commit(repo.id, {"x": "y"}, branch="refs/pr/7")
    base = f"{hub.url}/api/models/{repo.id}"
    refs = ask(f"{base}/refs?include_prs=1").json()
    assert refs["branches"] == [{"name": "main", "ref": "refs/heads/main", "targetCommit": repo.sha}]
    assert [ref["ref"] for ref in refs["pullRequests"]] == ["refs/pr/7"]
    assert "pullRequests" not in ask(f"{base}/refs").json()
    first = ask(f"{base}/commits/main")
    assert first.headers["x-total-count"] == "61"
    assert first.json()[0] | {"message": ""} == {
        "id": repo.sha, "title": "change 59", "message": "", "authors": [{"user": "acme"}],
        "date": "2024-06-30T00:00:00.000Z",
    }  # fmt: skip
    assert first.next is not None
    assert len(first.json()) + len(ask(first.next).json()) == 61
    assert ask(f"{base}/commits/main?p=12&limit=5").json()[0]["title"] == "initial commit"
    assert ask(f"{base}/discussions?p=0").json()["discussions"] == []


def test_another_case_and_an_old_name_are_redirected_relatively_with_query_and_sub_path(hub: LoopbackHub) -> None:
    before = info(hub, "acme/root")
    hub.rename("acme/root", "newcorp/root")
    for asked, expected in {
        "/api/models/acme/root?expand=sha": "/api/models/newcorp/root?expand=sha",
        "/api/models/ACME/Widget-7B/tree/main?recursive=1": "/api/models/acme/widget-7b/tree/main?recursive=1",
        "/acme/root/resolve/main/README.md": "/newcorp/root/resolve/main/README.md",
    }.items():
        answer = ask(hub.url + asked)
        assert (answer.status, answer.headers["location"]) == (307, expected)
    assert info(hub, "newcorp/root")["_id"] == before["_id"]
    assert info(hub, "newcorp/root")["sha"] == before["sha"]


def test_a_taken_over_name_is_another_repository_of_another_owner(hub: LoopbackHub) -> None:
    before, owner = info(hub, "acme/root"), hub.owner("acme").hub_id
    with pytest.raises(ValueError, match="created later"):
        hub.take_over("acme/root", Repo("acme/root", created_at="2022-01-01T00:00:00.000Z"))
    hub.take_over("acme/root", Repo("acme/root", {"README.md": "mine now"}, created_at="2025-01-01T00:00:00.000Z"))
    after = info(hub, "acme/root")
    assert after["_id"] != before["_id"]
    assert after["createdAt"] > before["createdAt"]
    gone = ask(f"{hub.url}/api/models/acme/root/revision/{before['sha']}")
    assert (gone.status, gone.headers["x-error-code"]) == (404, "RevisionNotFound")
    assert hub.owner("acme").hub_id != owner


def test_a_name_registered_again_no_longer_redirects(hub: LoopbackHub) -> None:
    moved = info(hub, "acme/root")
    hub.rename("acme/root", "newcorp/root")
    hub.add(Repo("acme/root", created_at="2025-01-01T00:00:00.000Z"))
    assert info(hub, "acme/root")["_id"] != moved["_id"]
    hub.delete("acme/root")
    assert ask(f"{hub.url}/api/models/acme/root").status == 401


def test_the_same_hub_is_served_under_a_mirror_prefix(hub: LoopbackHub) -> None:
    page = ask(f"{hub.prefix_url}/api/models?limit=1")
    assert page.next is not None
    assert page.next.startswith(f"{hub.prefix_url}/api/models?")
    moved = ask(f"{hub.prefix_url}/ACME/root/resolve/main/README.md")
    assert moved.headers["location"] == hub.prefix_url.removeprefix(hub.url) + "/acme/root/resolve/main/README.md"
    assert hub.log[-1].path == "/ACME/root/resolve/main/README.md"
    assert hub.log[-1].prefix == hub.prefix_url.removeprefix(hub.url)


def test_owners_are_organisations_or_users_and_never_both(hub: LoopbackHub) -> None:
    overview = ask(f"{hub.url}/api/organizations/acme/overview").json()
    assert (overview["name"], overview["numModels"]) == ("acme", 2)
    assert ask(f"{hub.url}/api/users/acme/overview").status == 404
    hub.owner("acme", kind="user")
    user = ask(f"{hub.url}/api/users/acme/overview").json()
    assert (user["user"], user["createdAt"]) == ("acme", "2023-01-01T00:00:00.000Z")
    assert ask(f"{hub.url}/api/organizations/acme/overview").status == 404


def test_the_log_tells_method_path_query_headers_bucket_status_and_host(hub: LoopbackHub) -> None:
    ask(f"{hub.url}/api/models?author=acme&expand=sha&expand=tags", token="hf_good_granted")
    ask(f"{hub.url}/acme/root/resolve/main/README.md", "HEAD")
    ask(f"{hub.url}/acme/root")
    ask(f"{hub.cdn_url}/cdn/nothing")
    rows = [(request.method, request.path, request.bucket, request.status) for request in hub.log]
    assert rows == [
        ("GET", "/api/models", "api", 200),
        ("HEAD", "/acme/root/resolve/main/README.md", "resolvers", 307),
        ("GET", "/acme/root", "pages", 200),
        ("GET", "/cdn/nothing", None, 404),
    ]
    assert hub.log[0].query == {"author": ["acme"], "expand": ["sha", "tags"]}
    assert hub.log[0].headers["authorization"] == "Bearer hf_good_granted"
    assert [f"http://{request.host}" for request in hub.log] == [hub.url] * 3 + [hub.cdn_url]


def test_no_thread_and_no_port_is_left() -> None:
    before = threading.active_count()
    with LoopbackHub(tls=True) as hub:
        hub.add(Repo("acme/x"))
        assert ask(f"{hub.url}/api/models/acme/x", trust=hub.certificate).status == 200
    assert threading.active_count() == before
    for url in (hub.url, hub.cdn_url, hub.closed_url):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))


def test_an_error_of_the_hubs_own_code_is_raised_on_exit() -> None:
    def ask_the_broken_hub() -> None:
        with LoopbackHub() as hub:
            hub.add(Repo("acme/x")).downloads = object()  # type: ignore[assignment]
            with pytest.raises(RemoteDisconnected):
                ask(f"{hub.url}/api/models/acme/x")

    with pytest.raises(TypeError, match="not JSON serializable"):
        ask_the_broken_hub()
