"""Whoever opens a pull request writes the project's file: it must not steal, and what it sets must be seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
MODEL = "microsoft/MAI-DS-R1"
CHECK = ("check", MODEL, "--hub", "starter", "--no-record")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


def write(folder: Path, text: str) -> Path:
    path = folder / "modelorigin.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", ['endpoint = "http://127.0.0.1:1"', '[check]\nendpoint = "http://127.0.0.1:1"'])
@pytest.mark.parametrize("command", [CHECK, ("facts", MODEL, "--hub", "starter")])
def test_a_project_cannot_say_where_the_token_is_sent(
    run: Run, project: Path, text: str, command: tuple[str, ...]
) -> None:
    path = write(project, text)
    ran = run(*command, cwd=project)
    assert (ran.code, ran.out) == (2, "")
    assert str(path) in ran.reason
    assert "endpoint" in ran.reason
    assert "--endpoint" in ran.hint


def test_the_user_s_own_file_may_name_an_endpoint(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "modelorigin"
    folder.mkdir(parents=True)
    write(folder, 'endpoint = "ftp://refused"\n')
    ran = run("check", "a/b", "--no-record", env={"XDG_CONFIG_HOME": str(folder.parent)})
    assert ran.code == 2
    assert "endpoint" in ran.err + ran.hint
    assert "note:" not in ran.err, "one's own file needs no warning"


def test_what_a_project_s_file_sets_is_said_even_when_quiet(run: Run, project: Path) -> None:
    path = write(
        project, 'fail-on = "never"\npolicy = ["no-prc-root", "integrity"]\nset = ["denied=RU"]\nquiet = true\n'
    )
    ran = run(*CHECK, cwd=project)
    assert (ran.code, ran.out) == (0, "")
    notes = [line for line in ran.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    for said in ("fail-on = never", "policy = [no-prc-root, integrity]", "set = [denied=RU]", "quiet = true"):
        assert said in notes[0]
    assert notes[0].endswith(f"from {path}")


def test_only_what_was_used_is_said(run: Run, project: Path) -> None:
    write(project, 'fail-on = "never"\npolicy = ["no-prc-root"]\ndepth = "card"\n')
    ran = run(*CHECK, "--fail-on", "deny", cwd=project, env={"MODELORIGIN_POLICY": "no-prc-root"})
    assert ran.code == 1
    assert "note: depth = card from " in ran.err
    assert "fail-on" not in ran.err
    ran = run("origin", "deepseek-ai", cwd=project)
    assert "note:" not in ran.err, "nothing in the file is about this command"


def test_without_a_project_s_file_nothing_is_noted(run: Run) -> None:
    assert "note:" not in run(*CHECK).err


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_no_config_ignores_the_project_s_file(run: Run, project: Path, how: str) -> None:
    write(project, 'fail-on = "never"\npolicy = ["baseline"]\nendpoint = "http://127.0.0.1:1"\n')
    words = ("--no-config", *CHECK) if how == "flag" else CHECK
    ran = run(
        *words, "--policy", "no-prc-root", cwd=project, env={"MODELORIGIN_NO_CONFIG": "1"} if how != "flag" else {}
    )
    assert ran.code == 1
    assert "note:" not in ran.err


def test_the_note_is_one_harmless_line_that_hides_no_key(run: Run, project: Path) -> None:
    write(project, f'db = "x\\u001b[2J\\n::error::{"y" * 5000}"\nfail-on = "never"\n')
    ran = run(*CHECK, cwd=project, env={"MODELORIGIN_DB": ""})
    assert "\x1b" not in ran.err
    assert "::error::" not in ran.err
    (note,) = [line for line in ran.err.splitlines() if line.startswith("note: ")]
    assert "fail-on = never" in note


def test_no_policy_is_no_pass(run: Run, project: Path) -> None:
    write(project, "policy = []\n")
    for ran in (
        run(*CHECK, cwd=project),
        run(*CHECK, env={"MODELORIGIN_POLICY": " "}),
        run(*CHECK, "--policy", ""),
    ):
        assert (ran.code, ran.out) == (2, "")
    assert "no policy was named" in run(*CHECK, cwd=project).reason
    assert "no policy was named" in run(*CHECK, env={"MODELORIGIN_POLICY": " "}).reason


@pytest.mark.parametrize(
    "text",
    [
        "[check]\npolicy = {a = 1}",
        'fail-on = ["never"]',
        "policy = 3",
        'as-of = ""',
        "tool = 3",
        "check = 1",
        "hub = 3",
    ],
)
def test_a_value_that_is_none_is_an_error(run: Run, project: Path, text: str) -> None:
    write(project, text + "\n")
    words = [word for word in CHECK if word not in ("--hub", "starter")]
    assert run(*words, cwd=project, env={"MODELORIGIN_OFFLINE": "1"}).code == 2


@pytest.mark.parametrize("table", ["tool = 3", "[tool]\nmodelorigin = 3"])
def test_a_pyproject_of_another_shape_is_no_traceback(run: Run, project: Path, table: str) -> None:
    (project / "pyproject.toml").write_text(table + "\n")
    assert run(*CHECK, cwd=project).code in (1, 2)


NAMES = ("FAIL_ON", "POLICY", "SET", "WAIVERS", "HUB", "DEPTH", "AS_OF", "PUBLISHERS", "FORMAT", "TIMEOUT", "NO_RECORD",
         "OFFLINE", "QUIET", "ENDPOINT")  # fmt: skip


def test_an_empty_variable_is_an_unset_one(run: Run) -> None:
    plain = run("check", MODEL, "--hub", "starter", "--policy", "no-prc-root", "--format", "json", "--no-record")
    assert plain.code == 1
    kept = {f"MODELORIGIN_{name}": "" for name in NAMES}
    ran = run(
        "check", MODEL, "--hub", "starter", "--policy", "no-prc-root", "--format", "json", "--no-record", env=kept
    )
    assert ran.code == 1
    assert json.loads(ran.out)["scans"][0]["decisions"] == json.loads(plain.out)["scans"][0]["decisions"]


@pytest.mark.parametrize("name", [*NAMES, "DB"])
def test_a_blank_variable_is_a_usage_error(run: Run, name: str) -> None:
    ran = run("check", MODEL, "--no-progress", env={"HF_ENDPOINT": "http://127.0.0.1:9", f"MODELORIGIN_{name}": " \t"})
    assert (ran.code, ran.out) == (2, "")
    assert f"MODELORIGIN_{name}" in ran.reason


def test_a_setting_reaches_the_policies_that_have_it_and_is_told(run: Run, project: Path) -> None:
    both = ("check", MODEL, "--hub", "starter", "-p", "no-prc-root", "-p", "integrity", "--set", "denied=RU")
    ran = run(*both)
    assert "policy no-prc-root with denied = RU, sha256 " in " ".join(ran.out.split())
    assert "policy integrity, sha256 " in ran.out
    assert run("audit", "show", "1").out == ran.out
    assert "with `denied` = `RU`" in run(*both, "--format", "markdown").out
    assert json.loads(run(*both, "--format", "json").out)["scans"][0]["settings"] == {"no-prc-root": {"denied": ["RU"]}}
    ran = run(*both, "--set", "denid=RU")
    assert ran.code == 2
    assert "'denied'" in ran.hint


def test_another_day_is_told_at_the_verdict_and_in_the_sum(run: Run) -> None:
    ran = run(*CHECK, "NousResearch/Hermes-4-14B", "--as-of", "2025-01-01")
    assert ran.out.count("as of 2025-01-01") >= 4, "both headlines and both lines of the sum"
    assert "as of 2025-01-01" in ran.out.splitlines()[0]
    marked = run(*CHECK, "--as-of", "2025-01-01", "--format", "markdown").out
    assert all("as of 2025-01-01" in line for line in marked.splitlines() if line.startswith(("### ", "| **")))
    assert "as of" not in run(*CHECK).out.splitlines()[0]
