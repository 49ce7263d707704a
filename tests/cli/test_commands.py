"""Every command besides check, every documented exit code, and every way to ask wrongly."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import scanner
from tests.cli.conftest import COMMAND, Ran

Run = Callable[..., Ran]
DATA = Path(scanner.__file__).parent / "data"

POLICY = """version: 1
name: mine
title: Mine
status: in-force
rules:
  - id: no-merges
    title: No merges
    foreach: lineage.edges
    when: {field: relation, eq: merge}
    verdict: review
    message: "{child} is a merge"
"""


def test_facts_prints_the_document_and_nothing_else(run: Run) -> None:
    ran = run("facts", "NousResearch/Hermes-4-14B", "--hub", "starter")
    assert ran.code == 0
    assert ran.err == ""
    assert json.loads(ran.out)["schema"] == "modelorigin/facts/v1"


@pytest.mark.parametrize("name", ["deepseek-ai", "DEEPSEEK-AI", "deepseek-ai/DeepSeek-R1"])
def test_origin_shows_country_roles_as_separate_facts_with_footnotes(run: Run, name: str) -> None:
    ran = run("origin", name)
    assert ran.code == 0
    for word in ("headquarters", "incorporation", "control", "[1]", "https://"):
        assert word in ran.out
    assert json.loads(run("origin", name, "--format", "json").out)["control"] == "CN"


def test_an_unknown_publisher_is_said_to_be_unknown(run: Run) -> None:
    ran = run("origin", "deepseek-aii")
    assert (ran.code, ran.out) == (3, "")
    assert ran.reason == "error: nothing is known of 'deepseek-aii'"
    assert "deepseek-ai" in ran.hint
    ran = run("origin", "deepseek-aii", "--format", "json")
    assert (ran.code, json.loads(ran.out)["known"]) == (3, False)


def test_an_overlay_adds_a_company_s_own_facts(run: Run, tmp_path: Path) -> None:
    overlay = tmp_path / "ours.yaml"
    overlay.write_text("acme-labs:\n  handle: acme-labs\n  organisation: Acme Ltd\n  kind: company\n")
    assert "Acme Ltd" in run("origin", "acme-labs", "--publishers", str(overlay)).out
    overlay.write_text("acme-labs:\n  handle: acme-labs\n  organsation: Acme Ltd\n")
    ran = run("origin", "acme-labs", "--publishers", str(overlay))
    assert ran.code == 2
    assert f"{overlay}:3" in ran.reason
    assert "organisation" in ran.hint


def test_policies_are_listed_shown_explained_and_tested(run: Run) -> None:
    listed = run("policy", "list")
    names = [line.split()[0] for line in listed.out.splitlines()]
    assert {
        "baseline", "strict", "no-prc-root", "trusted-publishers", "integrity", "us-dod-contractor",
        "us-federal-civilian", "eu-gpai-deployer", "sovereignty",
    } <= set(names)  # fmt: skip
    assert "root-origin" in run("policy", "show", "no-prc-root").out
    assert "root-origin" in run("policy", "explain", "no-prc-root").out
    tested = run("policy", "test")
    assert (tested.code, tested.out.splitlines()[-1].endswith("0 failed")) == (0, True)


@pytest.mark.parametrize("file", sorted(file.name for file in (DATA / "schema").iterdir()))
def test_every_schema_that_ships_is_printed(run: Run, file: str) -> None:
    kind = file.removesuffix(".schema.json").removesuffix("-v1")
    printed = run("policy", "schema", kind).out
    assert printed.rstrip("\n") == (DATA / "schema" / file).read_text(encoding="utf-8").rstrip("\n")
    assert json.loads(printed)["$schema"].startswith("http://json-schema.org/draft-07")


def test_a_policy_file_is_checked_with_file_line_and_suggestion(run: Run, tmp_path: Path) -> None:
    good, bad, empty = (tmp_path / name for name in ("good.yaml", "bad.yaml", "empty.yaml"))
    good.write_text(POLICY)
    bad.write_text(POLICY.replace("verdict:", "verdikt:"))
    empty.write_text("")
    assert run("policy", "check", str(good)).code == 0
    ran = run("policy", "check", str(good), str(bad))
    assert ran.code == 2
    assert f"{bad}:10" in ran.reason
    assert "verdict" in ran.hint
    assert run("policy", "check", str(empty)).code == 2
    assert run("check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--policy", str(empty)).code == 2


def test_a_policy_that_fails_its_own_tests_ends_in_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    policy = tmp_path / "mine.yaml"
    policy.write_text(POLICY)
    ran = run("policy", "test", str(policy))
    assert ran.code == 2
    assert "tests" in ran.hint


def test_the_database_is_described_and_an_older_one_changes_nothing_until_it_is_upgraded(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "audit.db"
    check = ("check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--fail-on", "never", "--db", str(path))
    assert run(*check).code == 0
    info = run("db", "info", "--db", str(path))
    assert info.code == 0
    assert "wal" in info.out
    assert "1 scans" in info.out
    assert not set("{}[]") & set(info.out)
    assert "already up to date" in run("db", "upgrade", "--db", str(path)).out
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    before = path.read_bytes()
    ran = run(*check)
    assert ran.code == 3
    assert path.read_bytes() == before


def test_nothing_recorded_is_said_and_a_missing_scan_is_an_error(run: Run) -> None:
    assert run("audit", "list").code == 3
    assert run("check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--fail-on", "never").code == 0
    assert "mistralai/Mistral-7B-v0.1" in run("audit", "list").out
    assert run("audit", "list", "--verdict", "deny").out == ""
    ran = run("audit", "show", "99")
    assert ran.code == 2
    assert "audit list" in ran.hint


def test_a_database_that_cannot_be_used_stops_before_any_verdict(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database, it only looks like a file" * 100)
    ran = run("check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--db", str(broken))
    assert (ran.code, ran.out) == (3, "")
    assert ran.hint


def test_no_record_leaves_no_database(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    ran = run(
        "check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--fail-on", "never", "--no-record", "--db", str(path)
    )
    assert ran.code == 0
    assert not path.exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(run: Run, shell: str) -> None:
    assert "_MODELORIGIN_COMPLETE" in run("completion", shell).out


WRONG = {
    "no command of that name": ["chek", "a/b"],
    "no model": ["check"],
    "no model id": ["check", "not a model"],
    "an unknown option": ["check", "a/b", "--polcy", "x"],
    "an unknown policy": ["check", "a/b", "--policy", "no-prc-rot"],
    "a policy file that is missing": ["check", "a/b", "--policy", "./missing.yaml"],
    "a hub that is none": ["check", "a/b", "--hub", "huggingfaec"],
    "a folder that is missing": ["check", "./missing"],
    "no date": ["check", "a/b", "--hub", "starter", "--as-of", "yesterday"],
    "no setting": ["check", "a/b", "--set", "denied"],
    "an unknown parameter": ["check", "a/b", "--policy", "no-prc-root", "--set", "deny=CN"],
    "no country": ["check", "a/b", "--policy", "no-prc-root", "--set", "denied=China"],
    "a waiver file that is missing": ["check", "a/b", "--waivers", "missing.yaml"],
    "a report in a missing folder": ["check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "-o", "missing/r.json"],
    "a publishers file that is missing": ["check", "a/b", "--hub", "starter", "--publishers", "missing.yaml"],
    "an address that is none": ["check", "a/b", "--endpoint", "ftp://x"],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_question_ends_in_2_with_one_line_of_reason(run: Run, name: str) -> None:
    ran = run(*WRONG[name])
    assert ran.code == 2, ran.err
    assert ran.out == ""
    assert len([line for line in ran.err.splitlines() if line.lower().startswith("error")]) == 1


def test_a_misspelt_command_is_corrected(run: Run) -> None:
    assert "'check'" in run("chek", "a/b").err


def test_nothing_to_scan_is_incomplete(run: Run) -> None:
    ran = run("check", "-", "--hub", "starter", stdin="\n# nothing\n")
    assert ran.code == 3
    assert ran.hint


def test_an_interrupt_ends_in_130(tmp_path: Path) -> None:
    assert COMMAND
    process = subprocess.Popen(
        [COMMAND, "check", "-", "--hub", "starter", "--no-record"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, text=True,
    )  # fmt: skip
    try:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in err


def test_the_project_s_file_gives_defaults_and_a_typo_in_it_is_an_error(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "deeper").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(
        '[tool.modelorigin]\nhub = "starter"\npolicy = ["no-prc-root"]\nfail-on = "never"\n'
        f'db = "{tmp_path / "own.db"}"\n[tool.modelorigin.check]\nformat = "json"\n'
    )
    ran = run("check", "microsoft/MAI-DS-R1", cwd=folder / "deeper", env={"MODELORIGIN_DB": ""})
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["scans"][0]["decisions"][0]["policy"]["name"] == "no-prc-root"
    assert "MAI-DS-R1" in run("audit", "list", cwd=folder, env={"MODELORIGIN_DB": ""}).out
    assert run("check", "microsoft/MAI-DS-R1", "--fail-on", "deny", cwd=folder).code == 1, "a flag wins"
    assert run("check", "microsoft/MAI-DS-R1", cwd=folder, env={"MODELORIGIN_FAIL_ON": "deny"}).code == 1
    (folder / "modelorigin.toml").write_text('polcy = ["no-prc-root"]\n')
    ran = run("check", "microsoft/MAI-DS-R1", cwd=folder)
    assert ran.code == 2
    assert "'policy'" in ran.hint


def test_a_waiver_lets_a_model_pass_and_stays_in_the_record(run: Run, tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.yaml"
    entry = "  - rule: {}\n    model: {}\n    reason: isolated research\n    approver: CISO\n    ticket: SEC-1\n    expires: {}\n"
    rules = ("root-origin", "ancestor-origin")
    head = "version: 1\nwaivers:\n"
    words = ("check", "microsoft/MAI-DS-R1", "--hub", "starter", "--policy", "no-prc-root", "--fail-on", "deny")
    words = (*words, "--waivers", str(waivers), "--as-of", "2026-11-23", "--format", "json")
    waivers.write_text(head + "".join(entry.format(rule, "microsoft/MAI-DS-R1", "2027-01-01") for rule in rules))
    ran = run(*words)
    assert ran.code == 0, ran.out
    findings = json.loads(ran.out)["scans"][0]["decisions"][0]["findings"]
    assert {f["rule"] for f in findings if f["waived_by"]} == set(rules)
    waivers.write_text(head + "".join(entry.format(rule, "microsoft/MAI-DS-R1", "2026-01-01") for rule in rules))
    expired = run(*words)
    assert expired.code == 1, "an expired waiver waives nothing"
    assert all(f"waiver of {rule} " in expired.err for rule in rules), "and its owner is told"
    assert "waiver of" not in ran.err


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['modelorigin', '--help']\n"
        "from scanner.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'alembic', 'huggingface_hub', 'yaml', 'rich', 'license_expression'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 0, done.stderr
