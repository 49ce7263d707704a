"""Whatever is asked, and wherever: the documented exit code, one line of reason, one of advice, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Ran

Run = Callable[..., Ran]
MODEL = "mistralai/Mistral-7B-v0.1"
READ = ("--hub", "starter", "--fail-on", "never")
LONG = "x" * 300

ASKED = {
    "no such option": (2, ["check", MODEL, "--polcy", "x"]),
    "no model": (2, ["check"]),
    "an option without its value": (2, ["check", MODEL, "-o"]),
    "a model called like an option": (2, ["check", *READ, "--", "--help"]),
    "a blank hub": (2, ["check", MODEL, "--hub", ""]),
    "a blank database": (2, ["check", MODEL, *READ, "--db", " "]),
    "a hub of nobody": (2, ["check", MODEL, "--hub", "~nobody-of-that-name/x"]),
    "a hub with a name too long": (2, ["check", MODEL, "--hub", LONG]),
    "a database of nobody": (2, ["check", MODEL, *READ, "--db", "~nobody-of-that-name/x"]),
    "a database with a name too long": (3, ["check", MODEL, *READ, "--db", LONG]),
    "a database that is a folder": (3, ["check", MODEL, *READ, "--db", "."]),
    "a folder of nobody": (2, ["check", "~nobody-of-that-name/x", *READ]),
    "a device": (2, ["check", "/dev/null", *READ]),
    "an endless device": (2, ["check", "/dev/zero", *READ]),
    "an empty folder": (3, ["check", "./empty", *READ]),
    "a day in another spelling": (2, ["check", MODEL, *READ, "--as-of", "20260101"]),
    "a week": (2, ["check", MODEL, *READ, "--as-of", "2026-W01-1"]),
    "a day that is none": (2, ["check", MODEL, *READ, "--as-of", "2026-02-30"]),
    "seconds that are no number": (2, ["check", MODEL, *READ, "--timeout", "nan"]),
    "a revision the catalogue lacks": (3, ["check", f"{MODEL}@abc123", *READ]),
    "a page of another site": (2, ["check", f"https://evil.example/{MODEL}", *READ]),
    "a data set": (2, ["check", "https://huggingface.co/datasets/a/b", *READ]),
    "a report in a missing folder": (2, ["check", MODEL, *READ, "-o", "missing/r.json"]),
    "a report that is a folder": (2, ["check", MODEL, *READ, "-o", "folder.json"]),
    "facts in a missing folder": (2, ["facts", MODEL, "--hub", "starter", "-o", "missing/r.json"]),
    "a schema in a missing folder": (2, ["policy", "schema", "-o", "missing/r.json"]),
    "a scan beyond all numbers": (2, ["audit", "show", "9" * 30]),
    "more scans than there are numbers": (2, ["audit", "list", "--limit", "9" * 30]),
    "no database to list": (3, ["audit", "list", "--db", "none.db"]),
    "a publisher without a name": (3, ["origin", ""]),
    "a shell that is none": (2, ["completion", "tcsh"]),
}


@pytest.mark.parametrize("name", ASKED)
def test_every_trouble_has_its_code_its_reason_and_its_advice(run: Run, tmp_path: Path, name: str) -> None:
    code, words = ASKED[name]
    (tmp_path / "work" / "empty").mkdir()
    (tmp_path / "work" / "folder.json").mkdir()
    ran = run(*words)
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["error", "hint"]


LISTS = {
    "nothing": (3, ""),
    "a NUL": (2, "a\0b/c\n"),
    "no UTF-8": (2, "\udcff\udcfe/bad\n"),
    "a line without an end": (2, "a" * 2_000_000),
    "a control character": (2, "evil\x1b[2J/x\n"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_names_may_hold_anything(run: Run, tmp_path: Path, name: str) -> None:
    assert COMMAND
    code, text = LISTS[name]
    env = {k: v for k, v in os.environ.items() if not k.startswith("MODELORIGIN")} | {"HOME": str(tmp_path)}
    done = subprocess.run(
        [COMMAND, "check", "-", *READ, "--no-record"], input=text.encode("utf-8", "surrogateescape"), env=env,
        cwd=tmp_path, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    err = done.stderr.decode()
    assert (done.returncode, done.stdout) == (code, b""), err
    assert [line.split(":")[0] for line in err.splitlines()] == ["error", "hint"]
    assert len(err) < 1000
    assert "\x1b" not in err


def test_two_hundred_names_with_doubles_and_strangers_are_judged_once_each(run: Run) -> None:
    names = [f"no-such/model-{n}" for n in range(195)] + [MODEL, "microsoft/phi-4", MODEL, "no-such/model-3", MODEL]
    ran = run("check", "-", *READ, "--no-record", "--format", "json", stdin="\n".join(names))
    report = json.loads(ran.out)
    assert ran.code == 3, "not all were found"
    assert [scan["facts"]["model"]["id"] for scan in report["scans"]] == [MODEL, "microsoft/phi-4"]
    assert len(report["errors"]) == 195
    denied = run("check", "no-such/model", "microsoft/MAI-DS-R1", "--hub", "starter", "-p", "no-prc-root")
    assert denied.code == 1, "a denial is not hidden by a model that was not found"


@pytest.mark.parametrize(
    "name",
    [
        f"hf://{MODEL}",
        f"hf://{MODEL}/config.json",
        f"https://huggingface.co/{MODEL}",
        f"https://hf.co/{MODEL}/",
        MODEL.lower(),
    ],
)
def test_one_model_has_many_names(run: Run, name: str) -> None:
    ran = run("check", name, *READ, "--no-record", "--format", "json")
    assert json.loads(ran.out)["scans"][0]["facts"]["model"]["id"] == MODEL


def test_a_policy_named_twice_judges_once_and_two_of_one_name_are_refused(run: Run, tmp_path: Path) -> None:
    ran = run("check", MODEL, *READ, "--no-record", "-p", "baseline", "-p", "baseline", "--format", "json")
    assert len(json.loads(ran.out)["scans"][0]["decisions"]) == 1
    other = tmp_path / "other.yaml"
    other.write_text("version: 1\nname: baseline\ntitle: Mine\nstatus: in-force\nextends: [integrity]\n")
    ran = run("check", MODEL, *READ, "--no-record", "-p", "baseline", "-p", str(other))
    assert (ran.code, ran.out) == (2, "")
    assert "'baseline'" in ran.reason


def test_one_lost_report_loses_no_other(run: Run, tmp_path: Path) -> None:
    ran = run("check", MODEL, *READ, "-o", "/dev/full", "-o", str(tmp_path / "r.json"), "-o", str(tmp_path / "r.json"))
    assert ran.code == 3
    assert ran.reason == "error: cannot write /dev/full: No space left on device"
    assert json.loads((tmp_path / "r.json").read_text())["scans"]
    assert ran.out.startswith("REVIEW")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_any_encoding_of_the_terminal_will_do(run: Run, encoding: str) -> None:
    env = {"PYTHONIOENCODING": encoding}
    table = run("check", "microsoft/MAI-DS-R1", *READ, "--no-record", env=env)
    assert table.code == 0
    assert table.out.splitlines()[1] == ("─" if encoding == "utf-8" else "-") * 100
    words = ("check", "microsoft/MAI-DS-R1", *READ, "--no-record", "-p", "no-prc-root", "--format", "json")
    plain, spelt = run(*words), run(*words, env=env)
    assert json.loads(spelt.out)["scans"][0]["decisions"] == json.loads(plain.out)["scans"][0]["decisions"]
    assert run("policy", "explain", "no-prc-root", env=env).code == 0


def test_a_link_that_may_not_be_followed_is_no_part_of_a_folder(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# x\n")
    (folder / "ring").symlink_to(folder / "ring")
    (folder / "out").symlink_to("/proc/1/cwd")
    (folder / "gone.safetensors").symlink_to("/nowhere")
    assert run("check", str(folder), *READ, "--no-record").code == 0


def test_an_interrupt_in_the_middle_ends_in_130_and_keeps_what_was_recorded(run: Run, tmp_path: Path) -> None:
    assert COMMAND
    path = tmp_path / "audit.db"
    env = {k: v for k, v in os.environ.items() if not k.startswith("MODELORIGIN")} | {"HOME": str(tmp_path)}
    ids = [MODEL, "microsoft/phi-4", "microsoft/MAI-DS-R1", "google/gemma-2-9b"]
    process = subprocess.Popen(
        [COMMAND, "check", "-", *READ, "--db", str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=env, text=True,
    )  # fmt: skip
    assert process.stdin
    process.stdin.write("\n".join(ids * 50 + [f"no-such/m{n}" for n in range(20_000)]))
    process.stdin.close()
    process.stdin = None
    try:
        for _ in range(400):
            if path.exists() and run("audit", "list", "--db", str(path), "--format", "json").code == 0:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "interrupted"
    assert run("audit", "list", "--db", str(path)).code == 0
