"""Waivers of a code base: files, comments and baselines hold where they say, as long as they say, and are told."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from scanner.policy import decision_document, judge, load_policy, read_waivers
from scanner.store import Store
from tests.cli.code_base import (
    CARD,
    HEAD,
    POLICY,
    Scan,
    document,
    findings,
    load,
    notebook,
    put,
    waiver,
    waivers,
)
from tests.loopback import LoopbackHub, Repo


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


def test_a_comment_that_code_follows_speaks_of_its_own_line_alone(scan: Scan, app: Path) -> None:
    comment = "/* modelorigin: waive non-commercial -- only compared with */ "
    put(app, "a.js", HEAD, comment, load('"acme/bad-7b"'), load('"acme/bad-7b"').replace(" p ", " q "))
    assert findings(document(scan("--format", "json"))) == [("non-commercial", "a.js", 3)]


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


def test_a_waiver_holds_to_the_end_of_its_last_day(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"'))
    put(app, "b.js", HEAD, "// modelorigin: waive non-commercial until 2026-12-20 -- compared\n", load('"acme/bad-7b"'))
    words = waivers(app, waiver("paths: [a.js]", expires="2026-12-20"))
    assert scan("--as-of", "2026-12-20", *words).code == 0
    ran = scan("--as-of", "2026-12-21", *words, "--format", "json")
    assert [one[:2] for one in findings(document(ran))] == [("non-commercial", "a.js"), ("non-commercial", "b.js")]
    assert len(document(ran)["waivers"]["expired"]) == 2


def test_a_waiver_names_a_model_in_any_case(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"Acme/BAD-7b"'))
    assert scan(*waivers(app, waiver(model="aCME/bad-7B"))).code == 0


PYTHON = "from transformers import AutoModel\n\n"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", PYTHON + 'print("# modelorigin: waive non-commercial -- x"); AutoModel.from_pretrained("acme/bad-7b")\n'),
        ("a.py", PYTHON + 'AutoModel.from_pretrained("""# modelorigin: waive non-commercial -- x""" and "acme/bad-7b")\n'),
        ("a.js", HEAD + load('"acme/bad-7b"', ' log("// modelorigin: waive non-commercial -- x")')),
        ("a.ts", HEAD + load('"acme/bad-7b"', " log(`modelorigin: waive non-commercial -- x`)")),
        ("a.yaml", "note: 'modelorigin: waive non-commercial -- x'\nmodel: acme/bad-7b\n"),
        ("a.yaml", "args: [--model, acme/bad-7b, 'modelorigin: waive non-commercial -- x']\ncommand: [vllm, serve]\n"),
    ],
)  # fmt: skip
def test_words_in_a_string_waive_nothing_and_are_told(scan: Scan, app: Path, path: str, line: str) -> None:
    put(app, path, line)
    said = document(scan("--format", "json"))
    assert findings(said), said["references"]
    assert findings(said, suppressed=True) == []
    assert [one["reason"] for one in said["waivers"]["refused"]] == ["it stands in no comment"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", PYTHON + 'AutoModel.from_pretrained("acme/bad-7b")  # noqa: X1  modelorigin: waive non-commercial -- x\n'),
        ("a.py", PYTHON + '"""it\'s"""\n# modelorigin: waive non-commercial -- x\nAutoModel.from_pretrained("acme/bad-7b")\n'),
        ("a.js", HEAD + "/*\n * modelorigin: waive non-commercial -- x\n */\n"[:-4].rstrip() + " */\n" + load('"acme/bad-7b"')),
        ("a.yaml", "model: acme/bad-7b  # modelorigin: waive non-commercial -- x\n"),
        ("Dockerfile", "FROM x\n# modelorigin: waive non-commercial -- x\nRUN hf download acme/bad-7b\n"),
        ("run.sh", "hf download acme/bad-7b # modelorigin: waive non-commercial -- x\n"),
    ],
)  # fmt: skip
def test_a_comment_waives_in_every_kind_of_file(scan: Scan, app: Path, path: str, text: str) -> None:
    put(app, path, text)
    said = document(scan("--format", "json"))
    assert len(findings(said, suppressed=True)) == 1, said["findings"]
    assert findings(said) == []


@pytest.mark.parametrize(
    "line",
    [
        "# modelorigin: waive a -- b",
        "# modelorigin: waive x -- " + " " * 2_000_000 + "y",
        "# modelorigin: waive x" + " " * 2_000_000,
        "# modelorigin: waive " + "a-" * 1_000_000,
        "# modelorigin: waive " + "a, " * 700_000,
    ],
)
def test_no_comment_takes_long(scan: Scan, app: Path, line: str) -> None:
    put(app, "a.py", f"{line}\n" * max(1, 3_000_000 // len(line)))
    assert scan("--quiet").code == 0


@pytest.mark.parametrize("sign", ["\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "\U0001f600", "\u202e", "\x01"])
def test_no_name_of_a_file_breaks_what_is_waived_in_it(scan: Scan, app: Path, sign: str) -> None:
    put(app, f"a{sign}.js", HEAD, load('"acme/bad-7b"'), load("process.env.MODEL", f" // {sign}"))
    file = app.parent / "baseline.yaml"
    assert scan("--write-baseline", str(file), "--quiet").code == 1
    assert scan("--baseline", str(file), "--quiet").code == 0
    comment = f" // modelorigin: waive non-commercial, unresolved-reference -- so{sign} why"
    put(app, f"a{sign}.js", HEAD, load('"acme/bad-7b"', comment), load("process.env.MODEL", comment))
    assert scan("--quiet").code == 0


def test_a_baseline_that_is_written_again_keeps_what_it_had_and_for_no_longer(scan: Scan, app: Path) -> None:
    put(app, "a.js", HEAD, load('"acme/bad-7b"'), load("process.env.MODEL"))
    file = str(app.parent / "baseline.yaml")
    assert scan("--write-baseline", file, "--as-of", "2026-12-01").code == 1
    put(app, "b.js", HEAD, load('"acme/bad-7b"'))
    words = ("--baseline", file, "--write-baseline", file)
    assert scan(*words, "--as-of", "2027-01-01").code == 1
    assert scan("--baseline", file, "--as-of", "2027-01-02").code == 0
    ran = scan("--baseline", file, "--as-of", "2027-03-15", "--format", "json")
    assert {one[1] for one in findings(document(ran))} == {"a.js"}, "90 days of the first day are over"


def test_a_baseline_of_a_file_whose_name_is_a_glob_accepts_nothing_else(scan: Scan, app: Path) -> None:
    put(app, "**", "#!/usr/bin/env node\n", HEAD, load('"acme/bad-7b"'))
    put(app, "*.js", HEAD, load('"acme/bad-7b"'))
    file = str(app.parent / "baseline.yaml")
    assert scan("--write-baseline", file, "--fail-on", "never").code == 0
    assert scan("--baseline", file).code == 0
    put(app, "src/new.js", HEAD, load('"acme/bad-7b"'))
    put(app, "new.js", HEAD, load('"acme/bad-7b"'))
    ran = scan("--baseline", file, "--format", "json")
    assert {one[1] for one in findings(document(ran))} == {"new.js", "src/new.js"}


def test_what_was_recorded_with_its_waivers_is_judged_the_same_again(scan: Scan, app: Path, tmp_path: Path) -> None:
    comment = " // modelorigin: waive non-commercial, sealed -- «why», \\ 'and' \"so\""
    put(app, "a.js", HEAD, load('"acme/bad-7b"', comment), load('"acme/sealed-7b"', comment))
    put(app, "old.js", HEAD, load('"acme/bad-7b"'))
    put(app, "tried/b.js", HEAD, load('"acme/bad-7b"'))
    known = app.parent / "known.yaml"
    scan("--write-baseline", str(known))
    words = waivers(
        app, waiver("paths: [tried/**]", "owner: search team"), waiver(rule="sealed", model="acme/sealed-7b")
    )
    said = document(scan("--baseline", str(known), *words, "--format", "json"))
    assert {one["suppressed"]["by"] for one in said["findings"] if one["suppressed"]} == {"inline", "baseline"}
    policy = load_policy(str(app.parent / "trial.yaml"))
    with closing(Store.open(str(tmp_path / "home" / "audit.db"))) as store:
        for model in said["models"]:
            record = store.scan(model["scan"])
            assert record.waivers_text is not None
            day = date.fromisoformat(record.facts["as_of"])
            again = judge(policy, record.facts, as_of=day, waivers=read_waivers(record.waivers_text))
            assert decision_document(again) == record.decisions[0].document == model["decisions"][0]
