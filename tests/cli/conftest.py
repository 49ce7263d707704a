"""The installed command, run as a user runs it: a process of its own, in a home of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.code_base import CARD, POLICY, Run, Scan
from tests.loopback import LoopbackHub, Repo

COMMAND = shutil.which("modelorigin", path=str(Path(sys.executable).parent)) or shutil.which("modelorigin")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def reason(self) -> str:
        """The line that says what went wrong."""
        return next((line for line in self.err.splitlines() if line.startswith("error: ")), "")

    @property
    def hint(self) -> str:
        return next((line for line in self.err.splitlines() if line.startswith("hint: ")), "")


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """``run("check", "a/b", ..., env={...}, stdin="...")``; no request leaves this machine unless ``env`` says where."""
    home = tmp_path / "home"
    work = tmp_path / "work"
    home.mkdir()
    work.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "MODELORIGIN", "XDG_", "COV", "PYTEST"))}
    base = {
        **kept,
        "HOME": str(home),
        "MODELORIGIN_DB": str(home / "audit.db"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        # A closed port of this machine: a test that forgets to say where the hub is must not reach the real one.
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "COLUMNS": "100",
    }

    def call(*words: str, env: Mapping[str, str] | None = None, stdin: str = "", cwd: Path | None = None) -> Ran:
        assert COMMAND, "the command is not installed"
        done = subprocess.run(
            [COMMAND, *words], env={**base, **(env or {})}, input=stdin, cwd=cwd or work,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add(Repo("acme/good-7b", {"README.md": CARD.format("apache-2.0")}))
        hub.add(Repo("acme/bad-7b", {"README.md": CARD.format("cc-by-nc-4.0")}))
        hub.add(Repo("acme/sealed-7b", {"README.md": CARD.format("cc-by-nd-4.0")}))
        yield hub


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (tmp_path / "trial.yaml").write_text(POLICY)
    return folder


@pytest.fixture
def scan(run: Run, hub: LoopbackHub, app: Path) -> Scan:
    def call(*words: str, env: dict[str, str] | None = None) -> Ran:
        where = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted", **(env or {})}
        return run("scan", str(app), "--policy", str(app.parent / "trial.yaml"), *words, env=where)

    return call
