"""The container: read by a linter, and built as far as it goes without an engine: what is copied makes the wheel."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from .checks import ROOT, check

IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
TEXT = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
STEPS = [tuple(line.split(maxsplit=1)) for line in TEXT.splitlines() if line and not line.startswith("#")]


def given(instruction: str) -> list[str]:
    """What stands after each instruction of this name."""
    return [rest for name, rest in STEPS if name == instruction]


def copied() -> list[str]:
    """The files and folders that come from the build's context."""
    return [word for rest in given("COPY") if not rest.startswith("--from=") for word in rest.split()[:-1]]


def test_a_linter_finds_nothing() -> None:
    check("hadolint", "--failure-threshold=style", "Dockerfile")


def test_the_image_has_a_version_a_user_without_rights_and_the_command_as_entry_point() -> None:
    assert all(re.fullmatch(r"python:3\.\d+-slim( AS \w+)?", image) for image in given("FROM"))
    last = STEPS[len(STEPS) - 1 - [name for name, _ in reversed(STEPS)].index("FROM") :]
    assert int(dict(last)["USER"]) >= 1000
    assert json.loads(dict(last)["ENTRYPOINT"]) == ["modelorigin"]
    assert not any(name == "RUN" for name, _ in last[[name for name, _ in last].index("USER") :])


def test_no_secret_and_no_download_stands_in_it() -> None:
    assert given("ARG") == []
    assert given("ADD") == []
    assert not re.search(r"token|secret|password|https?://|curl|wget", TEXT, re.I)


def test_the_context_holds_what_is_copied_and_nothing_else() -> None:
    assert IGNORED[1] == "*"
    assert {line[1:] for line in IGNORED if line.startswith("!")} == set(copied())
    assert all((ROOT / name).exists() for name in copied())


def test_what_is_copied_makes_the_whole_wheel(tmp_path: Path) -> None:
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.py[cod]"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    build = "import sys, hatchling.build as build; print(build.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )  # fmt: skip
    names = set(zipfile.ZipFile(tmp_path / done.stdout.split()[-1]).namelist())
    assert {"scanner/cli/__init__.py", "scanner/_policies/baseline.yaml", "scanner/_migrations/env.py"} <= names
    assert {"scanner/data/starter.jsonl", "scanner/data/license_texts.bin"} <= names
