"""``modelorigin scan``: what a code base uses is found, judged where it stands, waived, locked, compared."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran
from tests.loopback import Fault, LoopbackHub, Repo, gguf_bytes
from tests.schemas import valid_codebase

Run = Callable[..., Ran]
Scan = Callable[..., Ran]
Json = dict[str, Any]

POLICY = """\
version: 1
name: trial
title: no model under a non-commercial licence
rules:
  - id: non-commercial
    title: the licence forbids commercial use
    when: {field: license.id, eq: cc-by-nc-4.0}
    verdict: deny
    message: "{model.id} is under {license.id}"
  - id: sealed
    title: the model was disabled
    when: {field: license.id, eq: cc-by-nd-4.0}
    verdict: deny
    waivable: false
    message: "{model.id} is under {license.id}"
  - id: lock-drift
    title: the model is not what was locked
    foreach: usage.drift
    when: {field: at, glob: "*"}
    verdict: review
    message: "{model.id}: {kind} was {before}, is {after}"
"""
CARD = "---\nlicense: {}\n---\n# A model\n"
HEAD = 'import { pipeline } from "@huggingface/transformers";\n'


def load(model: str, more: str = "") -> str:
    return f'export const p = await pipeline("text-generation", {model});{more}\n'


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add(Repo("acme/good-7b", {"README.md": CARD.format("apache-2.0")}))
        hub.add(Repo("acme/bad-7b", {"README.md": CARD.format("cc-by-nc-4.0")}))
        hub.add(Repo("acme/sealed-7b", {"README.md": CARD.format("cc-by-nd-4.0")}))
        yield hub


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (tmp_path / "trial.yaml").write_text(POLICY)
    return folder


@pytest.fixture
def scan(run: Run, hub: LoopbackHub, app: Path) -> Scan:
    def call(*words: str, env: dict[str, str] | None = None) -> Ran:
        where = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted", **(env or {})}
        return run("scan", str(app), "--policy", str(app.parent / "trial.yaml"), *words, env=where)

    return call


def put(app: Path, path: str, *lines: str) -> None:
    file = app / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(lines))


def document(ran: Ran) -> Json:
    return valid_codebase(json.loads(ran.out))


def findings(said: Json, *, suppressed: bool = False) -> list[tuple[str, str, int]]:
    return [
        (one["rule"], one["path"], place["line"])
        for one in said["findings"]
        for place in one["places"]
        if one["verdict"] != "note" and (one["suppressed"] is not None) == suppressed
    ]


def test_models_that_are_allowed_end_in_0(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    ran = scan("--format", "json")
    said = document(ran)
    assert ran.code == 0
    assert (said["verdict"], said["complete"]) == ("allow", True)
    assert [one["model"] for one in said["models"]] == ["acme/good-7b"]
    assert said["models"][0]["facts"]["usage"]["references"][0]["at"] == "a.js:2"
    assert said["models"][0]["scan"] == 1


def test_a_denied_model_ends_in_1_with_file_and_line(scan: Scan, app: Path) -> None:
    put(app, "src/a.js", HEAD, "\n", load('"acme/bad-7b"'))
    ran = scan("--format", "json")
    assert ran.code == 1
    assert findings(document(ran)) == [("non-commercial", "src/a.js", 3)]


def test_a_denied_model_and_one_that_is_not_there_are_both_told(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"'), load('"acme/nothing-7b"').replace(" p ", " q "))
    ran = scan("--format", "json")
    said = document(ran)
    assert ran.code == 1
    assert not said["complete"]
    assert [(one["requested"], one["places"]) for one in said["errors"]] == [
        ("acme/nothing-7b", [{"path": "a.js", "line": 3}])
    ]


def test_a_model_that_is_not_there_ends_in_3(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/nothing-7b"'))
    assert scan().code == 3


def test_a_hub_that_is_down_ends_in_3_and_never_in_0(scan: Scan, app: Path, hub: LoopbackHub) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    assert scan(env={"HF_ENDPOINT": "http://127.0.0.1:9"}).code == 3
    hub.fault(Fault("503", times=None))
    assert scan("--timeout", "2", "--fail-on", "never").code == 3


def test_a_reference_that_cannot_be_resolved_is_a_finding(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load("process.env.MODEL"))
    ran = scan("--format", "json")
    assert ran.code == 1
    assert findings(document(ran)) == [("unresolved-reference", "a.js", 2)]
    assert scan("--unresolved", "note").code == 0
    assert scan("--unresolved", "review", "--fail-on", "deny").code == 0
    assert scan("--unresolved", "deny", "--fail-on", "deny").code == 1


def test_a_code_base_without_models_is_no_finding_and_an_empty_one_no_pass(scan: Scan, app: Path) -> None:
    assert scan().code == 3
    put(app, "a.js", "console.log('no model here');\n")
    assert scan().code == 0


def test_a_path_that_is_not_there_ends_in_2(run: Run) -> None:
    ran = run("scan", "nowhere")
    assert ran.code == 2
    assert "nowhere" in ran.reason


def test_what_stands_in_documents_alone_is_told_and_weighs_nothing(scan: Scan, app: Path) -> None:
    put(app, "README.md", "# App\n\nIt was compared with https://huggingface.co/acme/bad-7b once.\n")
    ran = scan("--format", "json")
    said = document(ran)
    assert ran.code == 0
    assert [(one["rule"], one["verdict"]) for one in said["findings"]] == [("non-commercial", "note")]


def test_weights_in_the_code_base_are_judged(scan: Scan, app: Path) -> None:
    (app / "models").mkdir()
    (app / "models" / "some.gguf").write_bytes(
        gguf_bytes({"general.architecture": "llama", "general.license": "cc-by-nc-4.0"}, {})
    )
    ran = scan("--format", "json")
    said = document(ran)
    assert [one["requested"] for one in said["models"]] == ["./models/some.gguf"]
    assert findings(said) == [("non-commercial", "models/some.gguf", 1)]
    assert ran.code == 1


def waiver(
    *lines: str, rule: str = "non-commercial", model: str | None = "acme/bad-7b", expires: str = "2999-01-01"
) -> str:
    named = f"    model: {model}\n" if model else ""
    more = "".join(f"    {line}\n" for line in lines)
    return (
        f"  - rule: {rule}\n{named}    reason: agreed\n    approver: security@acme.example\n"
        f"    ticket: RISK-1\n    expires: {expires}\n{more}"
    )


def waivers(app: Path, *entries: str) -> tuple[str, str]:
    file = app.parent / "waivers.yaml"
    file.write_text("version: 1\nwaivers:\n" + "".join(entries))
    return "--waivers", str(file)


def test_a_waiver_holds_in_its_paths_alone(scan: Scan, app: Path) -> None:
    put(app, "experiments/a.js", HEAD, load('"acme/bad-7b"'))
    words = waivers(app, waiver("paths: [experiments/**]", "owner: search team"))
    ran = scan("--format", "json", *words)
    said = document(ran)
    assert ran.code == 0
    assert findings(said, suppressed=True) == [("non-commercial", "experiments/a.js", 2)]
    assert said["findings"][0]["suppressed"]["owner"] == "search team"
    put(app, "src/a.js", HEAD, load('"acme/bad-7b"'))
    ran = scan("--format", "json", *words)
    assert ran.code == 1
    assert findings(document(ran)) == [("non-commercial", "src/a.js", 2)]
    assert findings(document(ran), suppressed=True) == [("non-commercial", "experiments/a.js", 2)]


def test_a_waiver_that_ended_or_is_of_no_use_or_ends_soon_is_told(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"'))
    ended = waivers(app, waiver(expires="2020-01-01"))
    ran = scan("--format", "json", *ended)
    assert ran.code == 1
    assert [one["rule"] for one in document(ran)["waivers"]["expired"]] == ["non-commercial"]
    words = waivers(app, waiver(expires="2026-12-20"), waiver(model="acme/none-7b"))
    told = document(scan("--format", "json", "--as-of", "2026-12-01", *words))["waivers"]
    assert [one["model"] for one in told["expiring"]] == ["acme/bad-7b"]
    assert [one["model"] for one in told["unused"]] == ["acme/none-7b"]


def test_a_rule_that_may_not_be_waived_stays(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/sealed-7b"', " // modelorigin: waive sealed -- please"))
    ran = scan("--format", "json", *waivers(app, waiver(rule="sealed", model="acme/sealed-7b")))
    said = document(ran)
    assert ran.code == 1
    assert findings(said) == [("sealed", "a.js", 2)]
    assert {one["at"] for one in said["waivers"]["refused"]} == {"a.js:2", str(app.parent / "waivers.yaml") + ":3"}


def test_a_comment_with_a_reason_waives_on_its_line(scan: Scan, app: Path) -> None:
    put(
        app, "a.js", HEAD,
        load('"acme/bad-7b"', " // modelorigin: waive non-commercial -- only compared with"),
        load('"acme/bad-7b"').replace(" p ", " q "),
        "// modelorigin: waive unresolved-reference until 2999-01-01 -- set by the operator\n",
        load("process.env.MODEL").replace(" p ", " r "),
    )  # fmt: skip
    ran = scan("--format", "json")
    said = document(ran)
    assert findings(said, suppressed=True) == [("non-commercial", "a.js", 2), ("unresolved-reference", "a.js", 5)]
    assert findings(said) == [("non-commercial", "a.js", 3)]
    assert said["findings"][-1]["suppressed"]["by"] == "inline"
    assert findings(document(scan("--format", "json", "--no-inline")), suppressed=True) == []


@pytest.mark.parametrize(
    "comment", ["waive non-commercial", "waive -- why", "waive non-commercial until tomorrow -- why"]
)
def test_a_comment_without_rule_or_reason_waives_nothing_and_is_told(scan: Scan, app: Path, comment: str) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"', f" // modelorigin: {comment}"))
    ran = scan("--format", "json")
    assert ran.code == 1
    assert [one["at"] for one in document(ran)["waivers"]["refused"]] == ["a.js:2"]


def test_a_baseline_accepts_what_is_there_and_nothing_new(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"'), load("process.env.MODEL").replace(" p ", " q "))
    put(app, "s.js", HEAD, load('"acme/sealed-7b"'))
    file = app.parent / "baseline.yaml"
    assert scan("--write-baseline", str(file)).code == 1
    put(app, "s.js", "")
    put(app, "a.js", "// moved down\n", HEAD, load('"acme/bad-7b"'), load("process.env.MODEL").replace(" p ", " q "))
    ran = scan("--format", "json", "--baseline", str(file))
    assert ran.code == 0
    assert {one["suppressed"]["by"] for one in document(ran)["findings"] if one["suppressed"]} == {"baseline"}
    put(app, "b.js", HEAD, load('"acme/bad-7b"'))
    put(app, "s.js", HEAD, load('"acme/sealed-7b"'))
    ran = scan("--format", "json", "--baseline", str(file))
    assert ran.code == 1
    assert findings(document(ran)) == [("non-commercial", "b.js", 2), ("sealed", "s.js", 2)]


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


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@acme.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True)


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


def test_a_model_that_was_read_today_is_not_read_again(scan: Scan, app: Path, hub: LoopbackHub) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    first = document(scan("--format", "json"))
    asked = len(hub.log)
    hub.log.clear()
    second = document(scan("--format", "json"))
    assert (first["models"][0]["from_cache"], second["models"][0]["from_cache"]) == (False, True)
    assert len(hub.log) < asked
    assert second["models"][0]["facts"] == first["models"][0]["facts"]
    assert document(scan("--format", "json", "--no-cache"))["models"][0]["from_cache"] is False


def test_every_format_is_written_in_one_run(scan: Scan, app: Path, tmp_path: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"'))
    names = ["r.json", "r.jsonl", "r.sarif", "r.xml", "r.md", "r.csv", "r.txt"]
    words = [word for name in names for word in ("-o", str(tmp_path / name))]
    ran = scan(*words, "-o", f"gitlab:{tmp_path}/quality.json", "-o", f"github:{tmp_path}/annotations", "--quiet")
    assert (ran.code, ran.out) == (1, "")
    for name in (*names, "quality.json", "annotations"):
        assert "acme/bad-7b" in (tmp_path / name).read_text(), name
    assert scan("-o", str(tmp_path / "r.pdf")).code == 2


def test_whatever_is_found_ends_in_0_when_that_is_asked(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"'), load('"acme/nothing-7b"').replace(" p ", " q "))
    assert scan("--exit-zero").code == 0
    assert scan("--exit-zero", "--policy", "nothing").code == 2


@pytest.mark.parametrize(
    "words", [("--lock", "--locked"), ("--lock", "--diff", "main"), ("--write-baseline", "b.yaml", "--diff", "main")]
)
def test_options_that_contradict_each_other_end_in_2(scan: Scan, app: Path, words: tuple[str, ...]) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    assert scan(*words).code == 2


def test_a_file_that_was_not_read_to_its_end_is_no_pass(scan: Scan, app: Path) -> None:
    put(app, "a.js", "//" + "x" * 8_000_000 + "\n", HEAD, load('"acme/bad-7b"'))
    assert scan().code == 3
    assert scan("--exclude", "a.js").code == 3, "nothing is left"


def test_a_name_that_is_no_text_ends_in_a_verdict(scan: Scan, app: Path) -> None:
    put(app, "b\udcff.js", HEAD, load('"acme/bad-7b"'))
    ran = scan("--format", "json")
    assert ran.code == 1
    assert findings(document(ran)) == [("non-commercial", "b\\xff.js", 2)]
    (app / "b\udcff.js").rename(app / "c\udcff.gguf")
    (app / "c\udcff.gguf").write_bytes(gguf_bytes({"general.architecture": "llama"}, {}))
    assert scan().code == 3


def test_a_comment_that_code_follows_speaks_of_its_own_line_alone(scan: Scan, app: Path) -> None:
    comment = "/* modelorigin: waive non-commercial -- only compared with */ "
    put(app, "a.js", HEAD, comment, load('"acme/bad-7b"'), load('"acme/bad-7b"').replace(" p ", " q "))
    assert findings(document(scan("--format", "json"))) == [("non-commercial", "a.js", 3)]


def notebook(*cells: list[str]) -> str:
    told = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_a_comment_in_a_notebook_speaks_of_its_own_cell(scan: Scan, app: Path) -> None:
    line = "AutoModel.from_pretrained('acme/bad-7b')"
    first = ["from transformers import AutoModel\n", f"{line}  # modelorigin: waive non-commercial -- compared with\n"]
    put(app, "n.ipynb", notebook(first, ["\n", line], ["# a\n"] * 20 + [f"{line}\n"] * 9))
    ran = scan("--format", "json")
    assert [place["cell"] for one in document(ran)["findings"] if one["suppressed"] for place in one["places"]] == [1]
    assert findings(document(ran), suppressed=True) == [("non-commercial", "n.ipynb", 2)]
    assert len(findings(document(ran))) == 10


def test_a_baseline_does_not_accept_what_was_unknown_and_is_wrong_now(scan: Scan, app: Path, hub: LoopbackHub) -> None:
    (app.parent / "trial.yaml").write_text(POLICY.replace("    waivable: false\n", ""))
    hub.add(Repo("acme/open-7b", {"README.md": "# A model\n"}))
    put(app, "a.js", HEAD, load('"acme/open-7b"'))
    file = app.parent / "baseline.yaml"
    assert scan("--write-baseline", str(file)).code == 1
    assert scan("--baseline", str(file)).code == 0
    hub.commit("acme/open-7b", {"README.md": CARD.format("cc-by-nc-4.0")})
    ran = scan("--baseline", str(file), "--format", "json")
    assert findings(document(ran)) == [("non-commercial", "a.js", 2)]


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


def test_what_was_read_without_its_history_or_of_another_repository_is_read_again(
    scan: Scan, app: Path, hub: LoopbackHub
) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))

    def cached(*words: str) -> bool:
        return bool(document(scan("--format", "json", *words))["models"][0]["from_cache"])

    assert not cached()
    assert not cached("--history")
    assert not cached()
    assert cached()
    files = {"README.md": CARD.format("apache-2.0")}
    hub.take_over("acme/good-7b", Repo("acme/good-7b", files, created_at="2026-05-01T00:00:00.000Z"))
    assert not cached()


def test_a_baseline_can_be_read_again_whatever_the_files_are_called_and_however_many_there_are(
    scan: Scan, app: Path
) -> None:
    for number in range(400):
        put(app, f"{'long' * 50}/{number}.js", HEAD, load('"acme/bad-7b"'), load("process.env.MODEL"))
    for name in ("back\\slash.js", "b\udcff.js", "a*.js", "'quoted\".js", "line\nbreak.js"):
        put(app, name, HEAD, load('"acme/bad-7b"'), load("process.env.MODEL"))
    file = app.parent / "baseline.yaml"
    assert scan("--write-baseline", str(file), "--quiet").code == 1
    assert file.stat().st_size < 200_000, "a file more is a path more"
    assert scan("--baseline", str(file), "--quiet").code == 0


def test_a_model_that_is_only_mentioned_and_not_there_is_told_and_asks_for_nothing(scan: Scan, app: Path) -> None:
    put(app, "README.md", "It was compared with https://huggingface.co/acme/nothing-7b once.\n")
    ran = scan()
    assert ran.code == 0
    assert "acme/nothing-7b" in ran.out
    assert "nothing to do" in ran.out


SOFTER = """\
version: 1
name: softer
title: the same rules, of less weight, one of them waivable
rules:
  - id: non-commercial
    title: the licence forbids commercial use
    when: {field: license.id, eq: cc-by-nc-4.0}
    verdict: review
    message: "{model.id} is under {license.id}"
  - id: sealed
    title: the model was disabled
    when: {field: license.id, eq: cc-by-nd-4.0}
    verdict: deny
    message: "{model.id} is under {license.id}"
"""


def test_of_two_policies_that_say_the_same_the_heavier_counts(scan: Scan, app: Path) -> None:
    (app.parent / "softer.yaml").write_text(SOFTER)
    put(app, "a.js", HEAD, load('"acme/bad-7b"'))
    ran = scan("--policy", str(app.parent / "softer.yaml"), "--fail-on", "deny", "--format", "json")
    assert document(ran)["policies"][0]["name"] == "trial"
    assert document(ran)["verdict"] == "deny"
    assert ran.code == 1


@pytest.mark.parametrize("first", ["softer", "trial"])
def test_a_waiver_of_one_policy_s_rule_hides_no_rule_of_another_that_may_not_be_waived(
    run: Run, hub: LoopbackHub, app: Path, first: str
) -> None:
    (app.parent / "softer.yaml").write_text(SOFTER)
    put(app, "a.js", HEAD, load('"acme/sealed-7b"'))
    second = {"softer": "trial", "trial": "softer"}[first]
    words = [word for name in (first, second) for word in ("--policy", str(app.parent / f"{name}.yaml"))]
    words += waivers(app, waiver(rule="sealed", model="acme/sealed-7b"))
    where = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted"}
    ran = run("scan", str(app), *words, "--format", "json", env=where)
    assert ran.code == 1
    assert findings(document(ran)) == [("sealed", "a.js", 2)]
    assert findings(document(ran), suppressed=True) == [("sealed", "a.js", 2)]


@pytest.mark.parametrize("first", ["softer", "trial"])
def test_the_order_of_policies_changes_no_verdict(run: Run, hub: LoopbackHub, app: Path, first: str) -> None:
    (app.parent / "softer.yaml").write_text(SOFTER)
    put(app, "a.js", HEAD, load('"acme/bad-7b"'))
    second = {"softer": "trial", "trial": "softer"}[first]
    words = [word for name in (first, second) for word in ("--policy", str(app.parent / f"{name}.yaml"))]
    ran = run(
        "scan", str(app), *words, "--fail-on", "deny", env={"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted"}
    )
    assert ran.code == 1
