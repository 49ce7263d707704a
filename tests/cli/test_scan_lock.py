"""``scan --lock`` and ``--locked``: what was agreed on, and what is another now."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.code_base import (
    CARD,
    HEAD,
    POLICY,
    Run,
    Scan,
    document,
    git,
    load,
    put,
)
from tests.loopback import LoopbackHub, Repo


def test_a_lock_that_holds_ends_in_0_and_drift_is_told_with_both_sides(scan: Scan, app: Path, hub: LoopbackHub) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    assert scan("--lock").code == 0
    locked = json.loads((app / "modelorigin.lock").read_text())["models"]
    assert [(one["requested"], one["license"], one["verdict"]) for one in locked] == [
        ("acme/good-7b", "apache-2.0", "allow")
    ]
    ran = scan("--locked", "--format", "json")
    assert ran.code == 0
    assert document(ran)["lock"]["state"] == "held"
    hub.take_over(
        "acme/good-7b", Repo("acme/good-7b", {"README.md": CARD.format("mit")}, created_at="2026-05-01T00:00:00.000Z")
    )
    put(app, "b.js", HEAD, load('"acme/bad-7b"'))
    ran = scan("--locked", "--format", "json", "--no-cache")
    said = document(ran)
    drift = {
        (m["model"], d["kind"]): (d["before"], d["after"]) for m in said["models"] for d in m["facts"]["usage"]["drift"]
    }
    assert ran.code == 1
    assert said["lock"]["state"] == "drifted"
    assert drift["acme/good-7b", "license"] == ("apache-2.0", "mit")
    assert ("acme/good-7b", "commit") in drift
    assert ("acme/good-7b", "identity") in drift, "the repository was made anew under its name"
    assert ("acme/bad-7b", "not-locked") in drift


@pytest.mark.parametrize(
    "lock", [None, "", "{}", '{"version": 1, "models": [{}]}', '{"version": 1, "models": 3}', "[" * 100_000]
)
def test_a_lock_that_is_none_ends_in_2(scan: Scan, app: Path, lock: str | None) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    if lock is not None:
        put(app, "modelorigin.lock", lock)
    ran = scan("--locked")
    assert ran.code == 2
    assert "lock" in ran.reason
    assert "--lock" in ran.hint


def test_a_lock_is_not_written_of_what_could_not_be_judged_and_that_is_told(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'), load('"acme/nothing-7b"').replace(" p ", " q "))
    ran = scan("--lock", "--format", "json")
    assert ran.code == 3
    assert document(ran)["lock"]["state"] == "not-written"
    assert "not written" in scan("--lock").out
    assert not (app / "modelorigin.lock").exists()


def test_branches_that_differ_in_case_are_locked_apart(scan: Scan, app: Path, hub: LoopbackHub) -> None:
    repo = hub.repo("acme/good-7b")
    repo.branches["Main"] = repo.branches["main"]
    hub.commit("acme/good-7b", {"README.md": CARD.format("mit")})
    put(app, "a.js", HEAD, load('"acme/good-7b", {revision: "main"}'), load('"acme/good-7b", {revision: "Main"}'))
    assert scan("--lock").code == 0
    assert [one["requested"] for one in json.loads((app / "modelorigin.lock").read_text())["models"]] == [
        "acme/good-7b@main", "acme/good-7b@Main"
    ]  # fmt: skip
    assert scan("--locked").code == 0


def locked(scan: Scan) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """What left the lock, with both sides, as the messages of the findings tell it, too."""
    said = document(scan("--locked", "--format", "json"))
    drifts = [(m["model"], d) for m in said["models"] for d in m["facts"]["usage"]["drift"]]
    told = [one["message"] for one in said["findings"] if one["rule"] == "lock-drift"]
    for model, one in drifts:
        assert any(model in text and f"is {one['after']}" in text for text in told), one
    return {(model, one["kind"]): (one["before"], one["after"]) for model, one in drifts}


BASED = "---\nlicense: apache-2.0\nbase_model: acme/{}\n---\n# A model\n"


def test_a_base_that_changes_is_a_drift(scan: Scan, app: Path, hub: LoopbackHub) -> None:
    hub.add(Repo("acme/tuned-7b", {"README.md": BASED.format("good-7b")}))
    put(app, "a.js", HEAD, load('"acme/tuned-7b"'))
    assert scan("--lock").code == 0
    assert locked(scan) == {}
    hub.commit("acme/tuned-7b", {"README.md": BASED.format("bad-7b")})
    drift = locked(scan)
    assert drift["acme/tuned-7b", "bases"] == ("acme/good-7b", "acme/bad-7b")
    assert ("acme/tuned-7b", "commit") in drift


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_a_policy_that_does_not_ask_what_left_the_lock_is_refused(
    run: Run, hub: LoopbackHub, app: Path, words: tuple[str, ...]
) -> None:
    silent = app.parent / "silent.yaml"
    silent.write_text(POLICY[: POLICY.index("  - id: lock-drift")].replace("trial", "silent"))
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    where = {"HF_ENDPOINT": hub.url}
    scan = ("scan", str(app), "--policy", str(silent))
    assert run(*scan, "--lock", env=where).code == 0
    hub.commit("acme/good-7b", {"README.md": CARD.format("mit")})
    ran = run(*scan, "--locked", *words, env=where)
    assert ran.code == 2
    assert "baseline" in ran.hint
    assert run(*scan, "--policy", "baseline", "--locked", env=where).code == 1


def test_what_is_locked_and_not_used_any_more_is_told(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    put(app, "b.js", HEAD, load('"acme/bad-7b"'))
    assert scan("--lock").code == 1
    (app / "b.js").unlink()
    ran = scan("--locked")
    assert ran.code == 0
    assert "not used any more: acme/bad-7b" in ran.out
    put(app, "b.js", HEAD, load('"acme/nothing-7b"'))
    (app / "a.js").unlink()
    put(app, "c.js", HEAD, load('"acme/bad-7b"'))
    assert document(scan("--locked", "--format", "json"))["lock"]["unused"] == ["acme/good-7b"]


def test_what_a_change_does_not_touch_is_used_all_the_same(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    assert scan("--lock").code == 0
    git(app, "init", "-q", "-b", "main")
    git(app, "add", ".")
    git(app, "commit", "-qm", "one")
    said = document(scan("--locked", "--diff", "main", "--format", "json"))
    assert (said["lock"]["state"], said["lock"]["unused"]) == ("held", [])


def test_a_lock_of_other_policies_is_told(run: Run, hub: LoopbackHub, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    where = {"HF_ENDPOINT": hub.url}
    scan = ("scan", str(app), "--policy", str(app.parent / "trial.yaml"))
    assert run(*scan, "--lock", env=where).code == 0
    assert document(run(*scan, "--locked", "--format", "json", env=where))["lock"]["other_policies"] == []
    (app.parent / "trial.yaml").write_text(POLICY + "\n# another text\n")
    ran = run(*scan, "--locked", env=where)
    assert ran.code == 0
    assert "judged otherwise then and now, by trial" in ran.out


@pytest.mark.parametrize(
    ("name", "value"),
    [("commit", "0" * 40), ("identity", "6" * 24), ("license", "mit"), ("bases", "acme/other"), ("facts", "0" * 64),
     ("verdict", "deny"), ("model", "acme/other")],
)  # fmt: skip
def test_a_lock_that_was_edited_by_hand_is_a_drift(scan: Scan, app: Path, name: str, value: str) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    assert scan("--lock").code == 0
    lock = json.loads((app / "modelorigin.lock").read_text())
    lock["models"][0][name] = value
    put(app, "modelorigin.lock", json.dumps(lock))
    assert scan("--locked").code == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "<<<<<<< HEAD\n" + text,
        lambda text: text.replace('"version": 1', '"version": 0'),
        lambda text: text.replace('"models": [', '"models": [{"requested": 3},'),
        lambda text: json.dumps((told := json.loads(text)) | {"models": told["models"] * 2}),
        lambda text: text.replace('"models"', '"pins"'),
    ],
    ids=["in conflict", "of another version", "malformed", "twice the same", "without models"],
)
def test_a_lock_that_cannot_be_relied_on_ends_in_2(scan: Scan, app: Path, edit: Callable[[str], str]) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    assert scan("--lock").code == 0
    put(app, "modelorigin.lock", edit((app / "modelorigin.lock").read_text()))
    ran = scan("--locked")
    assert ran.code == 2
    assert "--lock" in ran.hint
