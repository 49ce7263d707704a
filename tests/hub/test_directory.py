"""A folder of repositories is a hub; a lone folder or file is one with a single model."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import (
    EntryNotFound,
    HubError,
    HubProtocolError,
    HubUnreachable,
    ModelNotFound,
    NotHeld,
    RevisionNotFound,
    TooLarge,
    UsageError,
)
from scanner.hub import Hub
from scanner.hub.directory import DirectoryHub
from scanner.model import Artifact, HubScan, Model, RepoId
from tests.loopback import safetensors_bytes

WIDGET = RepoId.parse("acme/widget-7b")
SHA = "a" * 40
CARD = b"---\nlicense: mit\n---\n# Widget\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    publish(folder, "acme/widget-7b", {"README.md": CARD, "sub dir/model.safetensors": safetensors_bytes({})})
    return folder


def publish(root: Path, name: str, files: dict[str, bytes], facts: dict[str, Any] | bytes | None = None) -> Path:
    folder = root / name
    for path, body in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    if facts is not None:
        text = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
        (folder / ".hub.json").write_bytes(text)
    return folder


def test_a_plain_folder_states_its_files_and_nothing_only_a_hub_knows(root: Path) -> None:
    model = DirectoryHub(root).model(WIDGET)
    size = (root / "acme/widget-7b/sub dir/model.safetensors").stat().st_size
    files = (Artifact("README.md", len(CARD)), Artifact("sub dir/model.safetensors", size))
    assert model == Model("dir", WIDGET, WIDGET, artifacts=files)


def test_what_the_api_said_is_read_from_beside_the_files(root: Path) -> None:
    digest = hashlib.sha256(b"weights").hexdigest()
    facts = {
        "_id": "c" * 24,
        "id": "acme/widget-7b",
        "sha": SHA,
        "gated": "manual",
        "createdAt": "2025-05-07T23:25:30.000Z",
        "cardData": {"license": "mit"},
        "baseModels": {"relation": "merge", "models": [{"_id": "d" * 24, "id": "acme/base"}]},
        "securityRepoStatus": {"scansDone": True, "filesWithIssues": []},
        "siblings": [
            {"rfilename": "README.md"},
            {"rfilename": "far.bin", "size": 7, "lfs": {"sha256": digest, "size": 7}},
        ],
    }
    publish(root, "acme/widget-7b", {}, facts)
    model = DirectoryHub(root).model(WIDGET, SHA)
    assert (str(model.revision), model.hub_id, model.gated) == (SHA, "c" * 24, "manual")
    assert (model.card, model.scan, model.unread) == ({"license": "mit"}, HubScan(True), ())
    assert [str(p.at) for p in model.base_models or ()] == [f"dir://acme/widget-7b@{SHA}#baseModels"]
    assert model.artifact("README.md") == Artifact("README.md", len(CARD))
    assert model.artifact("far.bin") == Artifact("far.bin", 7, digest)
    assert model.artifact(".hub.json") is None


def test_a_listed_file_that_was_not_fetched_is_not_held(root: Path) -> None:
    publish(root, "acme/widget-7b", {}, {"siblings": [{"rfilename": "far.bin", "size": 7}]})
    hub = DirectoryHub(root)
    with pytest.raises(NotHeld):
        hub.read(hub.model(WIDGET), "far.bin", limit=100)


def test_the_folder_names_the_model_whatever_the_facts_claim(root: Path) -> None:
    publish(root, "acme/widget-7b", {}, {"id": "somebody/else"})
    model = DirectoryHub(root).model(WIDGET)
    assert (model.repo, model.unread) == (WIDGET, ("id",))


def test_a_file_other_than_listed_is_refused(root: Path) -> None:
    wrong = {"rfilename": "README.md", "size": len(CARD), "lfs": {"sha256": "0" * 64, "size": len(CARD)}}
    publish(root, "acme/widget-7b", {}, {"siblings": [wrong]})
    hub = DirectoryHub(root)
    with pytest.raises(HubProtocolError, match="another sha256"):
        hub.read(hub.model(WIDGET), "README.md", limit=1000)


def test_files_are_read_whole_or_in_part(root: Path) -> None:
    hub: Hub = DirectoryHub(root)
    model = hub.model(WIDGET)
    assert hub.read(model, "README.md", limit=len(CARD)) == CARD
    assert hub.read_range(model, "README.md", 4, 7) == CARD[4:11]
    assert hub.read_range(model, "README.md", len(CARD) - 2, 10) == CARD[-2:]
    assert hub.read_range(model, "README.md", 10_000, 10) == b""
    with pytest.raises(TooLarge):
        hub.read(model, "README.md", limit=len(CARD) - 1)
    hub.close()


@pytest.mark.parametrize(
    "path",
    [
        "../../secret",
        "..",
        "/etc/passwd",
        "sub dir/../../../secret",
        "",
        "missing.txt",
        ".hub.json",
        "a\0b",
        "./README.md",
    ],
)
def test_no_name_leads_out_of_the_folder(root: Path, path: str) -> None:
    (root.parent / "secret").write_text("secret")
    publish(root, "acme/widget-7b", {}, {})
    hub = DirectoryHub(root)
    with pytest.raises(EntryNotFound):
        hub.read(hub.model(WIDGET), path, limit=1000)


def test_a_name_too_long_for_the_file_system_is_no_crash(root: Path) -> None:
    hub = DirectoryHub(root)
    with pytest.raises(HubError):
        hub.read(hub.model(WIDGET), "x" * 5000, limit=1000)


def test_links_are_followed_inside_the_folder_and_never_out_of_it(root: Path) -> None:
    secret = root.parent / "secret"
    secret.write_text("secret")
    folder = root / "acme/widget-7b"
    (folder / "inside.md").symlink_to("README.md")
    (folder / "outside").symlink_to(secret)
    (folder / "circle").symlink_to("circle")
    (folder / "folder").symlink_to(root.parent)
    (root / "acme/stolen").symlink_to(root.parent)
    hub = DirectoryHub(root)
    model = hub.model(WIDGET)
    assert model.artifact("outside") == Artifact("outside", None)
    assert model.artifact("folder") == Artifact("folder", None)
    assert not [a for a in model.artifacts or () if a.path.startswith("folder/")]
    assert hub.read(model, "inside.md", limit=1000) == CARD
    for path in ("outside", "circle", "folder/secret"):
        with pytest.raises(NotHeld):
            hub.read(model, path, limit=1000)
        with pytest.raises(NotHeld):
            hub.read_range(model, path, 0, 3)
    with pytest.raises(ModelNotFound):
        hub.model(RepoId.parse("acme/stolen"))


def test_only_plain_files_are_read(root: Path) -> None:
    os.mkfifo(root / "acme/widget-7b/pipe")
    hub = DirectoryHub(root)
    with pytest.raises(NotHeld):
        hub.read(hub.model(WIDGET), "pipe", limit=10)


def test_a_pointer_is_not_the_file(root: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
    publish(root, "acme/widget-7b", {"model.gguf": pointer})
    hub = DirectoryHub(root)
    model = hub.model(WIDGET)
    with pytest.raises(HubProtocolError, match="LFS pointer"):
        hub.read(model, "model.gguf", limit=1000)
    with pytest.raises(HubProtocolError, match="LFS pointer"):
        hub.read_range(model, "model.gguf", 0, 1000)


def test_hostile_file_names_are_made_harmless(root: Path) -> None:
    publish(root, "acme/widget-7b", {"a\u202eb\x1b[31m\n.txt": b"x"})
    paths = [a.path for a in DirectoryHub(root).model(WIDGET).artifacts or ()]
    assert "a\ufffdb\ufffd[31m\ufffd.txt" in paths


def test_names_are_found_in_any_case_and_told_as_written(root: Path) -> None:
    asked = RepoId.parse("ACME/Widget-7B")
    model = DirectoryHub(root).model(asked)
    assert (model.requested, model.repo) == (asked, WIDGET)


def test_a_bare_name_is_a_folder_with_files_and_not_a_namespace(root: Path) -> None:
    publish(root, "gpt2", {"config.json": b"{}"})
    hub = DirectoryHub(root)
    assert str(hub.model(RepoId.parse("gpt2")).repo) == "gpt2"
    with pytest.raises(ModelNotFound):
        hub.model(RepoId.parse("acme"))


@pytest.mark.parametrize(
    "name", [RepoId("..", "hub"), RepoId(None, ".."), RepoId("acme", "nothing"), RepoId("no", "one")]
)
def test_what_is_not_held_is_not_found(root: Path, name: RepoId) -> None:
    with pytest.raises(ModelNotFound):
        DirectoryHub(root).model(name)


@pytest.mark.parametrize("facts", [None, {"sha": SHA}])
def test_another_revision_is_not_held(root: Path, facts: dict[str, Any] | None) -> None:
    publish(root, "acme/widget-7b", {}, facts)
    with pytest.raises(RevisionNotFound):
        DirectoryHub(root).model(WIDGET, "b" * 40)


@pytest.mark.parametrize("facts", [b"{", b"[]", b"<html>", b'{"sha": NaN}', b'{"error": "gone"}'])
def test_facts_that_are_no_facts_are_refused(root: Path, facts: bytes) -> None:
    publish(root, "acme/widget-7b", {}, facts)
    with pytest.raises(HubProtocolError, match=r"\.hub\.json"):
        DirectoryHub(root).model(WIDGET)


def test_facts_from_outside_are_refused(root: Path) -> None:
    (root.parent / "facts.json").write_text("{}")
    (root / "acme/widget-7b/.hub.json").symlink_to(root.parent / "facts.json")
    with pytest.raises(NotHeld):
        DirectoryHub(root).model(WIDGET)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_no_crash(root: Path) -> None:
    (root / "acme/widget-7b/README.md").chmod(0)
    hub = DirectoryHub(root)
    with pytest.raises(HubUnreachable):
        hub.read(hub.model(WIDGET), "README.md", limit=1000)


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        DirectoryHub(tmp_path / "nothing")
    with pytest.raises(UsageError):
        DirectoryHub.single(tmp_path / "nothing")


def test_a_lone_folder_claims_no_namespace_and_brings_no_facts_of_its_own(root: Path) -> None:
    folder = publish(root, "acme/widget-7b", {}, {"id": "acme/widget-7b", "securityRepoStatus": {"scansDone": True}})
    hub, repo = DirectoryHub.single(folder)
    model = hub.model(repo)
    assert str(repo) == "widget-7b"
    assert (model.namespace, model.hub_id, model.scan) == (None, None, None)
    assert hub.read(model, "README.md", limit=1000) == CARD
    with pytest.raises(ModelNotFound):
        hub.model(WIDGET)


def test_a_lone_file_is_a_model_of_one_file(root: Path) -> None:
    hub, repo = DirectoryHub.single(root / "acme/widget-7b/sub dir/model.safetensors")
    model = hub.model(repo)
    assert str(repo) == "model.safetensors"
    assert [a.path for a in model.artifacts or ()] == ["model.safetensors"]
    assert hub.read_range(model, "model.safetensors", 8, 1) == b"{"
    with pytest.raises(EntryNotFound):
        hub.read(model, "../README.md", limit=1000)
    with pytest.raises(EntryNotFound):
        hub.read(model, "README.md", limit=1000)


def test_a_snapshot_of_the_hubs_client_is_read_through_its_links(tmp_path: Path) -> None:
    cache = tmp_path / "models--acme--widget-7b"
    (cache / "blobs").mkdir(parents=True)
    (cache / "blobs/abc").write_bytes(CARD)
    snapshot = cache / "snapshots" / SHA
    snapshot.mkdir(parents=True)
    (snapshot / "README.md").symlink_to("../../blobs/abc")
    (snapshot / "out").symlink_to(tmp_path / "elsewhere")
    hub, repo = DirectoryHub.single(snapshot)
    model = hub.model(repo)
    assert model.artifact("README.md") == Artifact("README.md", len(CARD))
    assert hub.read(model, "README.md", limit=1000) == CARD
    with pytest.raises(NotHeld):
        hub.read(model, "out", limit=1000)
    lone, name = DirectoryHub.single(snapshot / "README.md")
    assert lone.read(lone.model(name), "README.md", limit=1000) == CARD


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_every_file_name_gives_a_model_name(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    if name in (".", "..") or len(name.encode()) > 255:
        return
    path = tmp_path_factory.mktemp("lone") / name
    path.write_bytes(b"x")
    hub, repo = DirectoryHub.single(path)
    assert RepoId.parse(str(repo)) == repo
    assert hub.model(repo).artifacts == (Artifact(path=hub.model(repo).artifacts[0].path, size=1),)
