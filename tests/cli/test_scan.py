"""``modelorigin scan``: what a code base uses is found, judged where it stands, waived, locked, compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.code_base import (
    CARD,
    HEAD,
    Run,
    Scan,
    document,
    findings,
    load,
    put,
    waiver,
    waivers,
)
from tests.loopback import Fault, LoopbackHub, Repo, gguf_bytes


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


def test_parameters_that_were_set_are_told_in_words_in_every_format_that_names_the_policy(
    scan: Scan, app: Path
) -> None:
    put(app, "a.js", HEAD, load('"acme/good-7b"'))
    judged = "--policy", "no-prc-root", "--set", "denied=CN,RU"
    *others, policy = document(scan(*judged, "--format", "json"))["policies"]
    assert not any(other["settings"] for other in others)
    assert policy["settings"] == [{"parameter": "denied", "value": ["CN", "RU"], "default": ["CN"]}]
    for format in ("table", "markdown", "html", "junit"):
        assert "denied = CN, RU (default: CN)" in " ".join(scan(*judged, "--format", format).out.split()), format
    assert "denied = CN, RU" in scan(*judged, "--format", "cyclonedx").out
    assert document(scan("--policy", "no-prc-root", "--format", "json"))["policies"][-1]["settings"] == []
