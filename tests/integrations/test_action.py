"""The GitHub Action: its metadata by the schema and by linters, its shell steps run as the runner runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from .checks import (
    ATTACKS,
    BIN,
    OFFLINE,
    REBADGED,
    ROOT,
    argv_of,
    check,
    documents,
    lines_of,
    needs_install,
    plant,
)

ACTION = documents(ROOT / "action.yml")[0]
STEPS = {step.get("id") or step["name"]: step for step in ACTION["runs"]["steps"]}
SCRIPT = ".github/action/scan.sh"
DEFAULTS = {name: given["default"] for name, given in ACTION["inputs"].items()}
ONE = {
    "fail-on": "--fail-on",
    "hub": "--hub",
    "endpoint": "--endpoint",
    "baseline": "--baseline",
}
SWITCHES = ("offline", "locked", "config", "sarif", "summary")


@dataclass(frozen=True)
class Done:
    """How a step ended: its code, its log, and what it told the runner."""

    code: int
    out: str
    trace: str
    outputs: dict[str, str]
    summary: str


@dataclass(frozen=True)
class Job:
    """A workspace with a code base, and the folder of the runner's own files outside it."""

    code: Path
    temp: Path

    def step(self, name: str, **inputs: str) -> Done:
        """Run a step of action.yml on these inputs, Bash as the runner calls it, its trace switched on."""
        step, given = STEPS[name], {**DEFAULTS, **{key.replace("_", "-"): value for key, value in inputs.items()}}
        known = {f"inputs.{key}": value for key, value in given.items()} | {
            "steps.python.outputs.python-path": sys.executable
        }
        variables = {key: known[re.fullmatch(r"\$\{\{ (\S+) \}\}", text)[1]] for key, text in step["env"].items()}  # type: ignore[index]
        files = {key: self.temp / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        kept = {
            key: value
            for key, value in os.environ.items()
            if key in ("PATH", "LANG", "LC_ALL") or key.startswith("PIP_")
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**kept, **OFFLINE, **variables, **{key: str(file) for key, file in files.items()},
                 "HOME": str(self.temp), "RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(ROOT),
                 "SHELLOPTS": "xtrace"},
            cwd=self.code, capture_output=True, timeout=600, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        out, trace = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in out + trace
        told = [line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()]
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return Done(done.returncode, out, trace, dict(told), summary)

    @property
    def pwned(self) -> list[Path]:
        """What an attack left behind."""
        return [*self.code.glob("pwned*"), *self.temp.glob("pwned*")]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    job = Job(tmp_path / "work space", tmp_path / "temp")
    job.code.mkdir()
    job.temp.mkdir()
    return job


@pytest.fixture
def installed(job: Job) -> Job:
    """A job whose step "Install" is done: its environment is the one of this test."""
    (job.temp / "modelorigin").symlink_to(BIN.parent)
    return job


def test_the_metadata_keep_to_the_schema_of_actions() -> None:
    check("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")


def test_a_security_linter_finds_nothing_in_the_action() -> None:
    assert json.loads(check("zizmor", "--offline", "--persona=auditor", "--format=json", "--quiet", "action.yml")) == []


def test_that_linter_does_find_an_input_in_a_script(tmp_path: Path) -> None:
    bad = tmp_path / "action.yml"
    bad.write_text(
        (ROOT / "action.yml").read_text(encoding="utf-8").replace('/scan.sh" scan', '/scan.sh" ${{ inputs.path }}'),
        encoding="utf-8",
    )
    with pytest.raises(AssertionError, match="template-injection"):
        check("zizmor", "--offline", bad)


def test_a_shell_linter_finds_nothing_in_the_script() -> None:
    check("shellcheck", SCRIPT)
    assert os.access(ROOT / SCRIPT, os.X_OK)


def test_every_action_is_pinned_by_a_commit() -> None:
    uses = [step["uses"] for step in STEPS.values() if "uses" in step]
    assert len(uses) == 2
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in uses)


def test_no_expression_stands_in_a_script_and_every_input_is_used() -> None:
    assert not any("${{" in step.get("run", "") for step in STEPS.values())
    text = json.dumps(ACTION["runs"])
    assert {name for name in DEFAULTS if f"inputs.{name} " not in text} == set()
    script = (ROOT / SCRIPT).read_text(encoding="utf-8")
    variables = {key for step in STEPS.values() for key in step.get("env", ())}
    assert variables <= set(re.findall(r"\w+", script))


def test_the_upload_comes_even_after_a_scan_that_found_something() -> None:
    upload = next(step for step in STEPS.values() if "upload-sarif" in step.get("uses", ""))
    assert upload["if"].startswith("${{ always() && ")
    assert list(STEPS.values())[-1] is upload
    assert not any("continue-on-error" in step for step in STEPS.values())


def test_what_is_not_given_is_not_passed(installed: Job) -> None:
    words = argv_of(installed.step("scan").trace)
    report = (
        next(word for word in words if word.endswith(".sarif"))
        .removeprefix("--output=")
        .removesuffix("modelorigin.sarif")
    )
    assert Path(report).parent == installed.temp
    assert words == [
        "--no-config", "scan", "--no-progress", "--no-record", "--fail-on=review", "--hub=huggingface",
        f"--output={report}modelorigin.sarif", f"--output={report}summary.md", "--", ".",
    ]  # fmt: skip


def test_everything_that_is_given_is_passed(installed: Job) -> None:
    words = argv_of(
        installed.step(
            "scan", path="-services/a b", policy="no-prc-root\n  house rules.yaml \n\n", set="denied=CN,RU\nx=1",
            waivers="-w.yaml\nb.yaml", fail_on="deny", hub="starter", offline="true", endpoint="https://mirror.example/hf",
            baseline="b.json", locked="true", diff="--upload-pack=x", config="true", args="--depth=card\n--as-of=2026-07-01",
            sarif="false", summary="false",
        ).trace
    )  # fmt: skip
    annotations = next(word for word in words if word.startswith("--output=github:"))
    assert [word for word in words if not word.endswith(".sarif")] == [
        "scan", "--no-progress", "--no-record", "--policy=no-prc-root", "--policy=house rules.yaml", "--set=denied=CN,RU",
        "--set=x=1", "--waivers=-w.yaml", "--waivers=b.yaml", "--fail-on=deny", "--hub=starter", "--offline",
        "--endpoint=https://mirror.example/hf", "--baseline=b.json", "--locked", "--diff=--upload-pack=x",
        annotations, "--depth=card", "--as-of=2026-07-01", "--", "-services/a b",
    ]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_input_stays_a_word(installed: Job, attack: str) -> None:
    plant(installed.code)
    inputs = dict.fromkeys(("path", "policy", "set", "waivers", "diff", "args", *ONE), attack)
    done = installed.step("scan", **inputs)
    words = argv_of(done.trace)
    assert words[-2:] == ["--", attack]
    for option in ("policy", "set", "waivers"):
        assert [word for word in words if word.startswith(f"--{option}=")] == [
            f"--{option}={line}" for line in lines_of(attack)
        ]
    assert {f"{option}={attack}" for option in (*ONE.values(), "--diff")} <= set(words)
    assert done.code != 0
    assert installed.pwned == []
    assert set(done.outputs) <= {"exit-code", "sarif"}
    assert done.outputs["exit-code"] == str(done.code)


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("value", ["", "True", "yes", "1", "true ", "true\nfalse", *ATTACKS[:2]])
def test_what_is_neither_true_nor_false_is_refused(installed: Job, name: str, value: str) -> None:
    done = installed.step("scan", **{name: value})
    assert done.code == 2
    assert f"error: input '{name}' is neither true nor false" in done.trace
    assert installed.pwned == []


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "1.0 --index-url=http://x", "1.0/../..", "1.0;x", "-r", ".", "1.0\n2.0", "latest"]
)
def test_what_is_no_version_is_not_installed(job: Job, attack: str) -> None:
    done = job.step("Install modelorigin", version=attack)
    assert done.code == 2
    assert "error: input 'version' is not the number of a release" in done.trace
    assert not (job.temp / "modelorigin").exists()
    assert job.pwned == []


def test_what_is_printed_is_no_command_to_the_runner(installed: Job) -> None:
    tokens = set()
    for _ in range(2):
        out = installed.step("scan", args="--no-such-option").out
        token = re.match(r"::stop-commands::([0-9a-f]{32})\n", out)
        assert token
        assert "\nerror: " in out
        assert out.endswith(f"\n::{token[1]}::\n")
        tokens.add(token[1])
    assert len(tokens) == 2


@needs_install
def test_the_checkout_of_the_action_is_installed_and_nothing_of_the_code_base_is_run(job: Job) -> None:
    plant(job.code)
    done = job.step("Install modelorigin")
    assert done.code == 0, done.trace[-2000:]
    command = job.temp / "modelorigin" / "bin" / "modelorigin"
    said = subprocess.run([command, "--version"], cwd=job.code, capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.startswith("modelorigin")
    assert job.step("scan").outputs["exit-code"] == "0", "nothing there names a model"
    assert job.pwned == []


def test_a_denied_model_fails_the_job_and_is_uploaded_and_summed_up(installed: Job) -> None:
    (installed.code / "app.js").write_text(REBADGED, encoding="utf-8")
    done = installed.step("scan", offline="true", policy="no-prc-root", fail_on="deny")
    assert done.code == 1
    assert json.loads(Path(done.outputs["sarif"]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert "microsoft/MAI-DS-R1" in done.summary
    assert not re.search(r"^::(error|warning) ", done.out, re.M)


def test_without_an_upload_the_finding_stands_on_its_line(installed: Job) -> None:
    (installed.code / "app.js").write_text(REBADGED, encoding="utf-8")
    done = installed.step("scan", offline="true", policy="no-prc-root", sarif="false", summary="false")
    assert done.code == 1
    shown = re.split(r"^::[0-9a-f]{32}::\n", done.out, flags=re.M)[1]
    assert re.search(r"^::error .*file=app\.js,.*line=3", shown, re.M)
    assert done.summary == ""


def test_the_verdict_from_which_on_the_job_fails_is_the_one_asked_for(installed: Job) -> None:
    (installed.code / "app.js").write_text(REBADGED, encoding="utf-8")
    assert installed.step("scan", offline="true", policy="no-prc-root", fail_on="never").code == 0


def test_a_hub_that_is_down_is_not_a_pass(installed: Job) -> None:
    (installed.code / "app.js").write_text(REBADGED, encoding="utf-8")
    done = installed.step("scan", endpoint="http://127.0.0.1:9", fail_on="never")
    assert (done.code, done.outputs["exit-code"]) == (3, "3")


def test_a_setting_in_the_code_base_counts_only_where_it_is_asked_for(installed: Job) -> None:
    (installed.code / "app.js").write_text(REBADGED, encoding="utf-8")
    (installed.code / "modelorigin.toml").write_text('[scan]\npolicy = ["no-such-policy"]\n', encoding="utf-8")
    assert installed.step("scan", offline="true", policy="", fail_on="never").code == 0
    assert installed.step("scan", offline="true", policy="", fail_on="never", config="true").code == 2


def test_every_option_of_the_action_is_one_of_the_command() -> None:
    script = (ROOT / SCRIPT).read_text(encoding="utf-8")
    help = subprocess.run(
        [BIN / "modelorigin", "scan", "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", script.partition("\nscan() {")[2])) - {"--no-config"}
    assert options
    assert {option for option in options if not re.search(rf"{option}\b", help.stdout)} == set()
