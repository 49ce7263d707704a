"""Microsoft's validator of SARIF, from npm: installed once into a folder of this user, and never trusted by exit code."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

VERSION = "5.7.0"
_PACKAGE = "@microsoft/sarif-multitool-linux"
_PROBLEM = re.compile(r"\): (?:error|warning|note) ([A-Z]+[0-9]+): (.*)")


@functools.cache
def package() -> Path:
    """The folder of the package, which holds the program and the JSON Schema of SARIF; skips where there is none."""
    npm = shutil.which("npm")
    if npm is None or sys.platform != "linux":
        pytest.skip("the SARIF multitool is installed by npm, on Linux")
    home = Path(tempfile.gettempdir()) / f"modelorigin-tests-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.getuid():
        pytest.skip(f"{home} is somebody else's")
    kept = home / f"sarif-multitool-{VERSION}"
    if not kept.is_dir():
        fresh = Path(tempfile.mkdtemp(dir=home))
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(fresh)]
        try:
            done = subprocess.run([*command, f"{_PACKAGE}@{VERSION}"], capture_output=True, text=True, timeout=240)
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not install the SARIF multitool in time")
        if done.returncode:
            pytest.skip(f"npm could not install the SARIF multitool: {done.stderr[-200:]}")
        try:
            fresh.rename(kept)
        except OSError:  # another worker was faster
            shutil.rmtree(fresh)
    folder = kept / "node_modules" / _PACKAGE
    (folder / "Sarif.Multitool").chmod(0o700)
    return folder


def problems(path: Path) -> list[tuple[str, str]]:
    """What the rules of SARIF and of GitHub's code scanning say of a file: (rule, message) each."""
    program = package() / "Sarif.Multitool"
    done = subprocess.run(
        [program, "validate", path, "--rule-kind", "Sarif;Ghas"],
        capture_output=True, text=True, timeout=120, env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    assert "1 files scanned" in done.stdout, done.stdout + done.stderr
    return [(found[1], found[2]) for found in _PROBLEM.finditer(done.stdout)]
