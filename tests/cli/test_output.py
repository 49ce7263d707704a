"""Where the output goes: files, links, devices, and readers that went away."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Ran

Run = Callable[..., Ran]
CHECK = ("check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--no-record", "--fail-on", "never")


def test_a_link_is_followed_and_stays_a_link(run: Run, tmp_path: Path) -> None:
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    assert run(*CHECK, "-q", "-o", str(link)).code == 0
    assert link.is_symlink()
    assert json.loads(target.read_text())["schema"] == "modelorigin/report/v1"
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["link.json", "real.json"]


def test_a_planted_partial_file_is_not_written_through(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r.json.part").symlink_to(tmp_path / "victim")
    assert run(*CHECK, "-q", "-o", str(tmp_path / "r.json")).code == 0
    assert not (tmp_path / "victim").exists()


def test_a_device_and_a_pipe_are_written_to_and_never_replaced(run: Run, tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.md"
    os.mkfifo(fifo)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_text()), daemon=True)
    reader.start()
    assert run(*CHECK, "-q", "-o", str(fifo)).code == 0
    reader.join(20)
    assert read[0].startswith("**modelorigin:**")
    assert fifo.is_fifo()
    assert run(*CHECK, "-q", "-o", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_dev_stdout_is_the_stdout_there_is(run: Run, tmp_path: Path) -> None:
    assert json.loads(run(*CHECK, "-q", "--format", "json", "-o", "/dev/stdout").out)["errors"] == []
    assert COMMAND
    path = tmp_path / "log"
    with path.open("w") as log:
        log.write("before\n")
        log.flush()
        subprocess.run([COMMAND, *CHECK, "-o", "/dev/stdout"], stdout=log, cwd=tmp_path, check=True, timeout=60)
    text = path.read_text()
    assert text.startswith("before\n")
    assert text.count("Mistral-7B-v0.1  NOT A LIVE CHECK") == 2


def test_a_device_that_is_full_is_an_error(run: Run) -> None:
    ran = run(*CHECK, "-q", "-o", "/dev/full")
    assert ran.code == 3, "output is lost, nothing was asked wrongly"
    assert "/dev/full" in ran.reason


@pytest.mark.parametrize("name", ["report.docx", "report", "report.JSON.gz"])
def test_an_unknown_suffix_is_an_error_before_anything_is_done(run: Run, tmp_path: Path, name: str) -> None:
    run("check", "mistralai/Mistral-7B-v0.1", "--hub", "starter")
    for words in (CHECK, ("audit", "show", "1")):
        ran = run(*words, "-o", str(tmp_path / name))
        assert (ran.code, ran.out) == (2, "")
        for suffix in (".json", ".jsonl", ".md", ".txt"):
            assert suffix in ran.hint
        assert not (tmp_path / name).exists()


def raw(words: tuple[str, ...], redirect: str, cwd: Path) -> Ran:
    """The command under a shell that closes or spoils its streams; stderr is read through a file."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MODELORIGIN", "HF_", "XDG_"))}
    env |= {"HOME": str(cwd), "C": str(COMMAND), "PYTHONWARNINGS": "error"}
    line = f'"$C" {" ".join(words)} {redirect}'
    done = subprocess.run(
        ["bash", "-c", line], cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


COMMANDS = [CHECK, ("origin", "deepseek-ai"), ("facts", "mistralai/Mistral-7B-v0.1", "--hub", "starter"),
            ("policy", "show", "baseline"), ("check", "microsoft/MAI-DS-R1", "--hub", "starter", "--no-record")]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("redirect", [">&-", ">/dev/full"])
def test_output_that_is_lost_ends_in_3_with_one_line(tmp_path: Path, words: tuple[str, ...], redirect: str) -> None:
    ran = raw(words, redirect, tmp_path)
    assert ran.code == 3, ran.err
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["error", "hint"]


@pytest.mark.parametrize(
    "words", [*COMMANDS, ("--help",), ("check", "--help"), ("--version",)], ids=lambda w: " ".join(w[:2])
)
def test_a_reader_that_went_away_ends_in_3(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert COMMAND
    reading, writing = os.pipe()
    os.close(reading)
    env = {k: v for k, v in os.environ.items() if not k.startswith("MODELORIGIN")} | {"HOME": str(tmp_path)}
    try:
        done = subprocess.run(
            [COMMAND, *words], stdout=writing, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=env,
            timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.returncode == 3, done.stderr
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


@pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full"])
def test_a_lost_stderr_changes_no_exit_code(tmp_path: Path, redirect: str) -> None:
    assert raw(CHECK, redirect, tmp_path).code == 0
    assert raw(("check", "a/b", "--hub", "nowhere"), redirect, tmp_path).code == 2
    assert raw(("chek",), redirect, tmp_path).code == 2


def test_a_closed_stdin_holds_no_names(tmp_path: Path) -> None:
    ran = raw(("check", "-", "--hub", "starter", "--no-record"), "<&-", tmp_path)
    assert ran.code == 3
    assert "no model was named" in ran.err
