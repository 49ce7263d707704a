"""``scan --diff``: only what a change adds is judged, and nothing of the repository is run or believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.code_base import (
    HEAD,
    Run,
    Scan,
    document,
    findings,
    git,
    load,
    put,
)
from tests.loopback import LoopbackHub, gguf_bytes


def test_only_what_a_change_adds_is_judged(scan: Scan, app: Path) -> None:
    git(app, "init", "-q", "-b", "main")
    put(app, "old.js", HEAD, load('"acme/bad-7b"'))
    put(app, "kept.js", HEAD, load('"acme/bad-7b"'))
    git(app, "add", ".")
    git(app, "commit", "-qm", "one")
    git(app, "checkout", "-qb", "change")
    assert scan("--diff", "main").code == 0
    put(app, "old.js", "// a line\n", HEAD, load('"acme/bad-7b"'), load('"acme/good-7b"').replace(" p ", " q "))
    git(app, "mv", "kept.js", "moved.js")
    git(app, "commit", "-qam", "two")
    ran = scan("--diff", "main", "--format", "json")
    said = document(ran)
    assert ran.code == 0
    assert [one["model"] for one in said["models"]] == ["acme/good-7b"]
    assert said["compared_with"] == "main"
    put(app, "not-committed.js", HEAD, load('"acme/bad-7b"'))
    ran = scan("--diff", "main", "--format", "json")
    assert ran.code == 1
    assert findings(document(ran)) == [("non-commercial", "not-committed.js", 2)]


def test_weights_that_are_replaced_in_place_belong_to_the_change(scan: Scan, app: Path) -> None:
    def weights(name: str, license: str = "cc-by-nc-4.0") -> None:
        held = {"general.architecture": "llama", "general.name": name, "general.license": license}
        (app / "some.gguf").write_bytes(gguf_bytes(held, {}))

    git(app, "init", "-q", "-b", "main")
    weights("a", "apache-2.0")
    git(app, "add", ".")
    git(app, "commit", "-qm", "one")
    assert scan("--diff", "main").code == 0
    weights("b")
    ran = scan("--diff", "main", "--format", "json")
    assert findings(document(ran)) == [("non-commercial", "some.gguf", 1)]
    git(app, "commit", "-qam", "two")
    git(app, "mv", "some.gguf", "other.gguf")
    assert scan("--diff", "HEAD").code == 0, "they are the same under another name"


def test_what_a_submodule_or_another_repository_below_adds_belongs_to_the_change(
    scan: Scan, app: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "-q", "-b", "main")
    put(library, "a.js", HEAD, load('"acme/bad-7b"'))
    git(library, "add", ".")
    git(library, "commit", "-qm", "one")
    git(app, "init", "-q", "-b", "main")
    put(app, "app.js", HEAD, load('"acme/good-7b"'))
    git(app, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library), "lib")
    put(app, ".gitmodules", (app / ".gitmodules").read_text(), "\tignore = all\n")
    git(app, "add", ".")
    git(app, "commit", "-qm", "two")
    assert scan("--diff", "main").code == 0
    put(app, "lib/b.js", HEAD, load('"acme/bad-7b"'))
    git(app / "lib", "add", ".")
    git(app / "lib", "commit", "-qm", "three")
    ran = scan("--diff", "main", "--format", "json")
    assert findings(document(ran)) == [("non-commercial", "lib/b.js", 2)]
    git(app / "lib", "rm", "-q", "-f", "b.js")
    git(tmp_path, "clone", "-q", str(library), str(app / "copy"))
    ran = scan("--diff", "main", "--format", "json")
    assert findings(document(ran)) == [("non-commercial", "copy/a.js", 2)]


def test_no_setting_of_the_repository_or_the_environment_hides_a_change_or_starts_a_program(
    scan: Scan, app: Path, tmp_path: Path
) -> None:
    git(app, "init", "-q", "-b", "main")
    put(app, "a.js", HEAD)
    git(app, "add", ".")
    git(app, "commit", "-qm", "one")
    mark = tmp_path / "started"
    for key in (
        "core.fsmonitor",
        "diff.external",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "alias.ls-tree",
    ):
        git(app, "config", key, f"touch {mark}; cat")
    put(app, ".git/info/attributes", "*.js filter=x diff=x\n")
    put(app, "a.js", HEAD, load('"acme/bad-7b"'))
    git(app, "-c", "filter.x.clean=", "-c", "core.fsmonitor=false", "update-index", "--assume-unchanged", "a.js")
    mark.unlink(missing_ok=True)
    env = {"GIT_DIR": str(tmp_path / "none"), "GIT_INDEX_FILE": "none", "GIT_WORK_TREE": "/"}
    ran = scan("--diff", "main", "--format", "json", env=env)
    assert findings(document(ran)) == [("non-commercial", "a.js", 2)]
    assert not mark.exists()


def test_a_base_that_git_does_not_know_ends_in_2(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    assert scan("--diff", "main").code == 2
    git(app, "init", "-q", "-b", "main")
    assert scan("--diff", "--output=x").code == 2
    ran = scan("--diff", "elsewhere")
    assert ran.code == 2
    assert "fetch" in ran.hint


def begun(app: Path, *lines: str) -> None:
    """A repository whose branch ``main`` holds ``a.js``."""
    git(app, "init", "-q", "-b", "main")
    put(app, "a.js", HEAD, *lines)
    git(app, "add", ".")
    git(app, "commit", "-qm", "one")
    git(app, "checkout", "-qb", "change")


def new(scan: Scan, *words: str) -> list[tuple[str, str, int]]:
    return findings(document(scan("--diff", "main", "--format", "json", *words)))


def test_a_repository_within_the_change_does_not_answer_for_the_real_one(run: Run, app: Path, hub: LoopbackHub) -> None:
    """A folder that holds HEAD, objects and refs is a repository to git, and any change may bring one."""
    service = app / "service"
    service.mkdir()
    begun(app)
    put(service, "a.js", HEAD, load('"acme/bad-7b"'))
    inner = app.parent / "inner"
    inner.mkdir()
    put(inner, "a.js", HEAD, load('"acme/bad-7b"'))
    git(inner, "init", "-q", "-b", "main")
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "nothing is new")
    for path in (inner / ".git").iterdir():
        path.rename(service / path.name)
    policy = str(app.parent / "trial.yaml")
    where = {"HF_ENDPOINT": hub.url}
    for below in ("", "deeper"):
        (service / below).mkdir(exist_ok=True)
        put(service / below, "b.js", HEAD, load('"acme/bad-7b"'))
        ran = run("scan", str(service / below), "--policy", policy, "--diff", "main", env=where)
        assert ran.code == 2, ran.out
        assert "folder of the code base" in ran.reason


def test_below_the_top_of_the_repository_paths_are_of_the_folder(run: Run, app: Path, hub: LoopbackHub) -> None:
    begun(app, load('"acme/bad-7b"'))
    put(app, "service/old.js", HEAD, load('"acme/bad-7b"'))
    git(app, "add", ".")
    git(app, "commit", "-qm", "two")
    git(app, "branch", "-qf", "main")
    put(app, "service/new.js", HEAD, load('"acme/bad-7b"'))
    put(app, "new.js", HEAD, load('"acme/bad-7b"'))
    words = ("scan", str(app / "service"), "--policy", str(app.parent / "trial.yaml"), "--diff", "main")
    ran = run(*words, "--format", "json", env={"HF_ENDPOINT": hub.url})
    assert findings(document(ran)) == [("non-commercial", "new.js", 2)]


def test_the_state_of_head_does_not_matter(scan: Scan, app: Path) -> None:
    begun(app)
    put(app, "b.js", HEAD, load('"acme/bad-7b"'))
    git(app, "add", ".")
    git(app, "commit", "-qm", "two")
    wanted = [("non-commercial", "b.js", 2)]
    git(app, "checkout", "-q", "--detach")
    assert new(scan) == wanted
    git(app, "checkout", "-q", "main")
    put(app, "c.js", HEAD, load('"acme/bad-7b"'))
    git(app, "add", ".")
    git(app, "commit", "-qm", "the base went on")
    git(app, "checkout", "-q", "change")
    assert new(scan) == wanted, "what the base got since is not of the change"
    git(app, "merge", "-q", "--no-edit", "main")
    assert new(scan) == wanted, "nor where it was merged in"


def test_a_work_tree_of_its_own_is_compared_as_any(run: Run, app: Path, hub: LoopbackHub) -> None:
    begun(app, load('"acme/bad-7b"'))
    tree = app.parent / "tree"
    git(app, "worktree", "add", "-q", "-b", "other", str(tree))
    put(tree, "b.js", HEAD, load('"acme/bad-7b"'))
    words = ("scan", str(tree), "--policy", str(app.parent / "trial.yaml"), "--diff", "main", "--format", "json")
    assert findings(document(run(*words, env={"HF_ENDPOINT": hub.url}))) == [("non-commercial", "b.js", 2)]


def test_a_history_that_was_not_fetched_ends_in_2_and_says_what_to_fetch(scan: Scan, app: Path) -> None:
    begun(app)
    for number in range(3):
        put(app, f"{number}.js", HEAD)
        git(app, "add", ".")
        git(app, "commit", "-qm", str(number))
    shallow = app.parent / "shallow"
    git(app, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{app}", str(shallow))
    (app / "0.js").unlink()
    app.rename(app.parent / "whole")
    shallow.rename(app)
    git(app, "checkout", "-q", "change")
    ran = scan("--diff", "origin/main")
    assert ran.code == 2
    assert "fetch-depth: 0" in ran.hint


def test_without_git_it_ends_in_2(scan: Scan, app: Path) -> None:
    begun(app)
    ran = scan("--diff", "main", env={"PATH": str(app)})
    assert ran.code == 2
    assert "not installed" in ran.reason


def test_a_folder_that_git_does_not_trust_ends_in_2_and_says_what_to_do(scan: Scan, app: Path) -> None:
    begun(app)
    ran = scan("--diff", "main", env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    assert ran.code == 2
    assert "dubious ownership" in ran.reason
    assert "safe.directory" in ran.hint


@pytest.mark.parametrize(
    "name", ["line\nbreak.js", "a\tb.js", "quo'te\".js", "-n.js", "ü.js", "::error::.js", "b\udcff.js"]
)
def test_a_file_is_compared_whatever_it_is_called(scan: Scan, app: Path, name: str) -> None:
    begun(app)
    put(app, name, HEAD, load('"acme/bad-7b"'))
    git(app, "add", ".")
    git(app, "commit", "-qm", "two")
    assert len(new(scan)) == 1
    git(app, "branch", "-qf", "main")
    assert new(scan) == []


def test_a_file_that_is_shown_like_another_hides_behind_none(scan: Scan, app: Path) -> None:
    begun(app)
    put(app, "b\udcff.js", HEAD)
    git(app, "add", ".")
    git(app, "commit", "-qm", "two")
    git(app, "branch", "-qf", "main")
    put(app, "b\\xff.js", HEAD, load('"acme/bad-7b"'))
    assert len(new(scan)) == 1


def test_what_was_left_out_before_is_new_where_it_is_no_more(scan: Scan, app: Path) -> None:
    begun(app)
    weights = gguf_bytes({"general.architecture": "llama", "general.license": "cc-by-nc-4.0"}, {})
    put(app, "tried/b.js", HEAD, load('"acme/bad-7b"'))
    (app / "tried" / "x.gguf").write_bytes(weights)
    (app / "not-yet").write_bytes(weights + b"\0")
    git(app, "add", ".")
    git(app, "commit", "-qm", "two")
    git(app, "branch", "-qf", "main")
    git(app, "mv", "tried", "used")
    git(app, "mv", "not-yet", "other.gguf")
    wanted = {("non-commercial", path) for path in ("used/b.js", "used/x.gguf", "other.gguf")}
    assert {one[:2] for one in new(scan, "--exclude", "tried")} == wanted
    assert {one[:2] for one in new(scan)} == {("non-commercial", "other.gguf")}


def test_weights_that_were_fetched_by_lfs_are_those_of_the_pointer(scan: Scan, app: Path) -> None:
    weights = gguf_bytes({"general.architecture": "llama", "general.license": "cc-by-nc-4.0"}, {})
    from hashlib import sha256

    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256(weights).hexdigest()}\nsize {len(weights)}\n"
    )
    begun(app)
    (app / "x.gguf").write_text(pointer)
    git(app, "add", ".")
    git(app, "commit", "-qm", "two")
    git(app, "branch", "-qf", "main")
    (app / "x.gguf").write_bytes(weights)
    assert new(scan) == []
    (app / "x.gguf").write_bytes(weights + b"\0")
    assert {one[:2] for one in new(scan)} == {("non-commercial", "x.gguf")}
