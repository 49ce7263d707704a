"""The GitLab component: its job by the schema, its scripts run on what GitLab puts in the place of the inputs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .checks import ATTACKS, BIN, OFFLINE, REBADGED, ROOT, argv_of, check, documents, lines_of, plant

TEMPLATE = ROOT / "templates" / "modelorigin.yml"
HEADER, BODY = documents(TEMPLATE)
INPUTS = HEADER["spec"]["inputs"]
ACTION = documents(ROOT / "action.yml")[0]
ONE = ("endpoint", "baseline", "diff", "hub")


def interpolated(node: Any, given: dict[str, str]) -> Any:
    """The job with its inputs filled in: GitLab does so in each scalar, once the YAML is read."""
    if isinstance(node, dict):
        return {key: interpolated(value, given) for key, value in node.items()}
    if isinstance(node, list):
        return [interpolated(value, given) for value in node]
    if isinstance(node, str):
        return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda match: given[match[1]], node)
    return node


def job(**inputs: str) -> dict[str, Any]:
    """The job on these inputs, once they passed what GitLab asks of them."""
    given = {name: spec.get("default", "1.2.3") for name, spec in INPUTS.items()}
    given |= {key.replace("_", "-"): value for key, value in inputs.items()}
    for name, value in given.items():
        assert value in INPUTS[name].get("options", [value]), name
        assert re.search(INPUTS[name].get("regex", ""), value), name
    filled: dict[str, Any] = interpolated(BODY, given)["modelorigin"]
    return filled


def ran(folder: Path, shell: list[str], **inputs: str) -> tuple[int, str]:
    """Exit code and stderr of the job's script in ``folder``; its environment is the one of this test."""
    filled = job(**inputs)
    variables = {key: given["value"] for key, given in filled["variables"].items()}
    done = subprocess.run(
        [*shell, "-c", "\n".join(filled["script"])],
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), "venv": str(BIN.parent), **OFFLINE, **variables},
        cwd=folder, capture_output=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stderr.decode()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "work space"
    folder.mkdir()
    return folder


def test_header_and_job_keep_to_the_schema(tmp_path: Path) -> None:
    for name, document in (("header.yml", HEADER), ("job.yml", BODY), ("filled.yml", {"modelorigin": job()})):
        (tmp_path / name).write_text(yaml.safe_dump(document), encoding="utf-8")
        check("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", tmp_path / name)


def test_an_input_reaches_the_shell_as_a_variable_that_is_not_expanded_and_in_no_other_way() -> None:
    used = {
        key: re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", json.dumps(value))
        for key, value in BODY["modelorigin"].items()
    }
    assert used["stage"] == ["stage"]
    assert used["image"] == ["image"]
    assert not used["script"]
    assert not used["before_script"]
    assert sorted([*used["variables"], "stage", "image"]) == sorted(INPUTS)
    for key, given in BODY["modelorigin"]["variables"].items():
        assert given["expand"] is False
        assert given["value"] == f"$[[ inputs.{key.removeprefix('INPUT_').lower().replace('_', '-')} ]]"


def test_the_inputs_are_those_of_the_action() -> None:
    shared = set(INPUTS) - {"stage", "image"}
    assert set(ACTION["inputs"]) - shared == {"sarif", "category", "summary"}
    assert shared <= set(ACTION["inputs"])
    for name in shared - {"version"}:
        assert INPUTS[name]["default"] == ACTION["inputs"][name]["default"]


def test_shell_linter_finds_nothing_in_the_scripts(tmp_path: Path) -> None:
    script = tmp_path / "job.sh"
    lines = [*BODY["modelorigin"]["before_script"], *BODY["modelorigin"]["script"]]
    declared = "".join(f': "${{{key}?}}"\n' for key in BODY["modelorigin"]["variables"])
    script.write_text("\n".join(["#!/bin/sh", declared, *lines]), encoding="utf-8")
    check("shellcheck", script)


def test_the_reports_are_those_that_are_written() -> None:
    artifacts = BODY["modelorigin"]["artifacts"]
    script = "\n".join(BODY["modelorigin"]["script"])
    assert artifacts["when"] == "always"
    assert set(artifacts["reports"].values()) < set(artifacts["paths"])
    assert f"--output=gitlab:{artifacts['reports']['codequality']}" in script
    assert all(path in script for path in artifacts["paths"])


REPORTS = [
    "--output=gitlab:gl-code-quality-report.json",
    "--output=modelorigin-junit.xml",
    "--output=modelorigin.sarif",
]


def test_what_is_not_given_is_not_passed(code: Path) -> None:
    _, trace = ran(code, ["bash", "-x"])
    assert argv_of(trace) == [
        "--no-config", "scan", "--no-progress", "--fail-on=review", "--no-record", "--hub=huggingface", *REPORTS, "--", ".",
    ]  # fmt: skip


def test_everything_that_is_given_is_passed(code: Path) -> None:
    _, trace = ran(
        code, ["bash", "-x"], path="-services/a b", policy="no-prc-root\n  house rules.yaml \n\n", set="denied=CN,RU",
        waivers="-w.yaml\nb.yaml", fail_on="deny", hub="starter", offline="true", endpoint="https://mirror.example/hf",
        baseline="b.json", locked="true", diff="--upload-pack=x", config="true", args="--depth=card\n--as-of=2026-07-01",
    )  # fmt: skip
    assert argv_of(trace) == [
        "scan", "--no-progress", "--fail-on=deny", "--no-record", "--hub=starter", "--offline",
        "--endpoint=https://mirror.example/hf", "--baseline=b.json", "--locked", "--diff=--upload-pack=x",
        "--policy=no-prc-root", "--policy=house rules.yaml", "--set=denied=CN,RU", "--waivers=-w.yaml", "--waivers=b.yaml", "--depth=card", "--as-of=2026-07-01",
        *REPORTS, "--", "-services/a b",
    ]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_input_stays_a_word(code: Path, attack: str) -> None:
    plant(code)
    inputs = dict.fromkeys(("path", "policy", "set", "waivers", "args", *ONE), attack)
    for shell in (["sh"], ["bash", "-x"]):
        status, trace = ran(code, shell, **inputs)
        assert status != 0
        assert list(code.glob("pwned*")) == []
    words = argv_of(trace)
    assert words[-2:] == ["--", attack]
    for option in ("policy", "set", "waivers"):
        assert [word for word in words if word.startswith(f"--{option}=")] == [
            f"--{option}={line}" for line in lines_of(attack)
        ]
    assert {f"--{option}={attack}" for option in ONE} <= set(words)


@pytest.mark.parametrize("attack", [*ATTACKS, "", "1.0;x", "1.0 --pre", "latest", "-r"])
def test_gitlab_refuses_what_is_no_version(attack: str) -> None:
    # GitLab matches with RE2, whose $ is the end of the text and not of a line.
    assert not re.search(INPUTS["version"]["regex"].replace("$", r"\Z"), attack)


def test_a_version_has_to_be_named() -> None:
    assert "default" not in INPUTS["version"]


def test_the_environment_is_outside_the_code_base_and_runs_nothing_of_it(code: Path) -> None:
    plant(code)
    (first,) = job()["before_script"]
    made = first.partition('"$venv/bin/python"')[0] + 'printf %s "$venv"'
    python = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(code.parent), "TMPDIR": str(code.parent)}
    done = subprocess.run(
        ["sh", "-c", made], cwd=code, env=python, capture_output=True, text=True, timeout=120, check=True
    )
    assert (Path(done.stdout) / "bin" / "python").exists()
    assert not Path(done.stdout).is_relative_to(code)
    assert list(code.glob("pwned*")) == []
    assert '"$venv/bin/python" -I -m pip install' in first


def test_a_careless_python_would_run_it(code: Path) -> None:
    plant(code)
    subprocess.run([sys.executable, "-m", "pip", "--version"], cwd=code, capture_output=True, timeout=60, check=False)
    assert list(code.glob("pwned*")) != []


def test_a_denied_model_fails_the_job_and_is_in_every_report(code: Path) -> None:
    (code / "app.js").write_text(REBADGED, encoding="utf-8")
    status, _ = ran(code, ["sh"], offline="true", policy="no-prc-root")
    assert status == 1
    issues = json.loads((code / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert {issue["location"]["path"] for issue in issues} == {"app.js"}
    assert "<testsuite" in (code / "modelorigin-junit.xml").read_text(encoding="utf-8")
    assert json.loads((code / "modelorigin.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_a_hub_that_is_down_is_not_a_pass(code: Path) -> None:
    (code / "app.js").write_text(REBADGED, encoding="utf-8")
    assert ran(code, ["sh"], endpoint="http://127.0.0.1:9", fail_on="never")[0] == 3
