"""What the tests of this folder share: the project's files, the checkers from packages, and values that attack a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
OFFLINE = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""A closed port of this machine: a test that forgets to say where the hub is must not reach the real one."""

REBADGED = 'import { pipeline } from "@huggingface/transformers";\n\nawait pipeline("text-generation", "microsoft/MAI-DS-R1");\n'
"""app.js: a model whose publisher is not where its weights come from."""

needs_install = pytest.mark.skipif(
    os.environ.get("MODELORIGIN_TEST_INSTALL") != "1",
    reason="installs modelorigin into a fresh environment: set MODELORIGIN_TEST_INSTALL=1",
)

ATTACKS = [
    "; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "a\ntouch pwned\n",
    "a\r\ntouch pwned",
    "x && touch pwned || touch pwned",
    "> pwned",
    "| tee pwned",
    "${IFS}$(touch${IFS}pwned)",
    "WORDS\ntouch pwned",
    "x\nsarif=pwned\n::set-output name=sarif::pwned",
    "--output=pwned.json",
    "*",
    "\\",
    "%s%n\\n",
    "é\u202e\U0001f600",
]  # fmt: skip


def check(tool: str, *words: str | Path) -> str:
    """What a checker printed, once it found nothing to say against the files."""
    done = subprocess.run(
        [BIN / tool, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documents(path: Path) -> list[dict[str, Any]]:
    """The YAML documents of a file."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def blocks(language: str) -> list[str]:
    """The blocks of the page for users, with what they have to fill in filled in."""
    page = (ROOT / "templates" / "README.md").read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)
    return [block.replace("COMMIT", "0123456789" * 4).replace("VERSION", "1.2.3") for block in found]


def argv_of(trace: str) -> list[str]:
    """The words of the first modelorigin that Bash ran, from its trace: it quoted them, and reads them back.

    A line that ends within a word ends within quotes, and Bash refuses it without the lines that follow.
    """
    start = re.search(r"^\+ \S+/bin/modelorigin ", trace, re.M)
    assert start, trace
    lines = trace[start.start() + 2 :].split("\n")
    for count in range(1, len(lines) + 1):
        command = "\n".join(lines[:count])
        read = subprocess.run(["bash", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=False)
        if read.returncode == 0:
            return read.stdout.decode().split("\0")[1:-1]
    raise AssertionError(trace)


def lines_of(value: str) -> list[str]:
    """The lines of an input that takes one value a line."""
    return [line.strip(" \t\r") for line in value.split("\n") if line.strip(" \t\r")]


def plant(folder: Path) -> None:
    """Modules that a Python started carelessly in ``folder`` would run: each leaves a file behind."""
    for name in (
        "pip",
        "venv",
        "ensurepip",
        "sitecustomize",
        "usercustomize",
        "scanner",
        "click",
        "json",
        "modelorigin",
    ):
        (folder / f"{name}.py").write_text("open('pwned', 'w').close()\n", encoding="utf-8")
