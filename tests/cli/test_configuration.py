"""Whoever opens a pull request writes the project's file: it must not steal, and what it sets must be seen."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click
import pytest

import scanner.cli
from scanner.cli.config import SHARED
from scanner.cli.options import Option
from tests.cli.conftest import COMMAND, Ran

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


COMMANDS = {
    "check": CHECK,
    "facts": ("facts", MODEL, "--hub", "starter"),
    "origin": ("origin", "deepseek-ai"),
    "audit list": ("audit", "list"),
    "db info": ("db", "info"),
}


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ('[audit]\npolicy = ["baseline"]', "[audit] policy", "[audit.list]"),
        ("[audit.list]\npolicy = 3", "[audit.list] policy", "[check]"),
        ("[audit.list]\nlimmit = 3", "[audit.list] limmit", "'limit'"),
        ("[audit.lst]\nlimit = 3", "[audit] lst", "[audit.list]"),
        ("limit = 3", "limit", "[audit.list]"),
        ('[origin]\nfail-on = "never"', "[origin] fail-on", "[check]"),
        ('[chek]\nfail-on = "never"', "[chek]", "'check'"),
        ("no-config = true", "no-config", "known here"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_key_its_command_lacks_is_an_error_wherever_it_is_asked(
    run: Run, project: Path, text: str, place: str, hint: str, command: str
) -> None:
    path = write(project, text + "\n")
    ran = run(*COMMANDS[command], cwd=project)
    assert (ran.code, ran.out) == (2, "")
    assert f"{path}: {place}: " in ran.reason
    assert hint in ran.hint


@pytest.mark.parametrize("words", [("--help",), ("check", "--help"), ("audit", "list", "--help"), ("--version",)])
def test_a_broken_file_breaks_neither_help_nor_version_nor_completion(
    run: Run, project: Path, words: tuple[str, ...]
) -> None:
    write(project, "this is = = not toml")
    ran = run(*words, cwd=project)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out
    completed = {
        "_MODELORIGIN_COMPLETE": "bash_complete",
        "COMP_WORDS": "modelorigin check --fail-on ",
        "COMP_CWORD": "3",
    }
    assert "never" in run(cwd=project, env=completed).out
    assert run("policy", "list", cwd=project).code == 0, "it asks the file nothing"
    assert run(*CHECK, cwd=project).code == 2


@pytest.mark.parametrize(
    "text", ['policy = "no-prc-root"', 'policy = ["no-prc-root"]', '[check]\npolicy = "no-prc-root"']
)
def test_one_value_of_a_repeatable_option_needs_no_list(run: Run, project: Path, text: str) -> None:
    write(project, text + "\n")
    report = json.loads(run(*CHECK, "--format", "json", cwd=project).out)
    assert [d["policy"]["name"] for d in report["scans"][0]["decisions"]] == ["no-prc-root"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('fail-on = "nevr"', "fail-on"),
        ("fail-on = true", "fail-on"),
        ('quiet = "yes"', "quiet"),
        ("hub = 3", "hub"),
        ('[check]\ntimeout = "soon"', "[check] timeout"),
        ("timeout = nan", "timeout"),
        ("as-of = 2026-01-01T10:00:00Z", "as-of"),
        ('publishers = "a\\u0000b"', "publishers"),
        ('db = " "', "db"),
        ("policy = [[]]", "policy"),
    ],
)
def test_a_wrong_value_is_told_with_its_file_and_its_key(run: Run, project: Path, text: str, place: str) -> None:
    path = write(project, text + "\n")
    ran = run("check", MODEL, "--offline", cwd=project, env={"MODELORIGIN_DB": ""})
    assert (ran.code, ran.out) == (2, "")
    if place != "hub":
        assert f"{path}: {place}: " in ran.reason
        assert ran.hint


def test_a_date_needs_no_quotes(run: Run, project: Path) -> None:
    write(project, "as-of = 2025-01-01\n")
    assert "as of 2025-01-01" in run(*CHECK, cwd=project).out.splitlines()[0]


@pytest.mark.parametrize(
    "text",
    [
        "[audit.redact]\nyes = true",
        'output = "x.json"',
        '[audit.show]\noutput = ["x.json"]',
        'db = "postgresql://stranger.example/x"',
    ],
)
def test_a_project_cannot_say_where_a_report_or_a_record_goes(run: Run, project: Path, text: str) -> None:
    path = write(project, text + "\n")
    ran = run(*CHECK, cwd=project)
    assert (ran.code, ran.out) == (2, "")
    assert f"{path}: " in ran.reason
    assert "may not set" in ran.reason
    assert not (project / "x.json").exists()


def options() -> list[tuple[str, Option]]:
    """Every option of every command."""
    found = []
    for name in scanner.cli.COMMANDS:
        command = import_module(f"scanner.cli.{name}").command
        inner = {"": command}
        if isinstance(command, click.Group):
            context = click.Context(command)
            inner = {sub: command.get_command(context, sub) for sub in command.list_commands(context)}
        for sub, one in inner.items():
            found += [(f"{name} {sub}".strip(), option) for option in one.params if option.param_type_name == "option"]
    return found


@pytest.mark.parametrize(("command", "option"), options(), ids=lambda part: getattr(part, "name", part))
def test_every_option_has_a_variable_and_a_key(command: str, option: Option) -> None:
    assert isinstance(option, Option)
    assert option.key in scanner.cli.keys()[command]
    # The key that signs is one, whichever command signs.
    signs = option.key == "key" and command in ("audit checkpoint", "audit export")
    general = command in ("check", "scan") or option.key in SHARED or signs
    words = option.key if general else f"{command} {option.key}"
    assert option.envvar == "MODELORIGIN_" + words.replace(" ", "_").replace("-", "_").upper()
    assert option.show_envvar


def test_a_variable_speaks_to_the_commands_that_mean_the_same_by_it_and_to_no_other(run: Run) -> None:
    assert run(*CHECK[:-1], "--fail-on", "never").code == 0
    env = {"MODELORIGIN_FORMAT": "markdown", "MODELORIGIN_OUTPUT": "r.md"}
    assert run("audit", "list", env=env).out.startswith("     1  ")
    assert run("check", MODEL, "--hub", "starter", "--no-record", env=env).out.startswith("**modelorigin:**")
    assert json.loads(run("audit", "list", env={"MODELORIGIN_AUDIT_LIST_FORMAT": "json"}).out)[0]["number"] == 1
    assert run("audit", "show", "1", env={"MODELORIGIN_AUDIT_SHOW_FORMAT": "markdown"}).out.startswith(
        "**modelorigin:**"
    )


def test_a_folder_or_a_home_that_is_gone_is_no_traceback(run: Run, tmp_path: Path) -> None:
    assert COMMAND
    gone = tmp_path / "gone"
    gone.mkdir()
    line = f"cd {gone} && rmdir {gone} && {COMMAND} origin deepseek-ai"
    env = {k: v for k, v in os.environ.items() if not k.startswith("MODELORIGIN")} | {"HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
