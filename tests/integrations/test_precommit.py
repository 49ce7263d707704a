"""The pre-commit hook: its manifest by pre-commit itself, its entry by the command, the whole on a repository."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from .checks import BIN, OFFLINE, REBADGED, ROOT, check, needs_install

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
(HOOK,) = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))


def test_the_manifest_is_one_of_pre_commit() -> None:
    check("pre-commit", "validate-manifest", MANIFEST)


def test_the_hook_scans_the_code_base_offline_and_not_the_files_of_the_commit() -> None:
    assert shlex.split(HOOK["entry"])[:3] == ["modelorigin", "scan", "."]
    assert "--offline" in HOOK["entry"]
    assert HOOK["pass_filenames"] is False
    assert HOOK["require_serial"] is True
    assert HOOK["language"] == "python"
    # `args` of a user replace those of the manifest: what must hold stands in the entry.
    assert "args" not in HOOK


def test_every_option_of_the_entry_is_one_of_the_command() -> None:
    help = subprocess.run(
        [BIN / "modelorigin", "scan", "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    for option in re.findall(r"--[a-z-]+", HOOK["entry"]):
        assert re.search(rf"{option}\b", help.stdout), option


@needs_install
@pytest.mark.skipif(shutil.which("git") is None, reason="pre-commit asks git")
def test_the_hook_stops_a_commit_that_brings_a_denied_model(tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if key == "PATH" or key.startswith("PIP_")}
    environment = {
        **kept, **OFFLINE, "HOME": str(tmp_path), "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
    }  # fmt: skip
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.js").write_text(REBADGED, encoding="utf-8")

    def call(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=code, env=environment, capture_output=True, text=True, timeout=600, check=False
        )  # fmt: skip

    assert call("git", "init", "--quiet").returncode == 0
    assert call("git", "add", "app.js").returncode == 0
    done = call(BIN / "pre-commit", "try-repo", ROOT, "modelorigin", "--verbose")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "exit code: 1" in done.stdout
    assert "microsoft/MAI-DS-R1" in done.stdout
