"""What must hold at the end of a DENY: what could be used instead, where a catalogue is there to tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.rows import QWEN, filled, row
from tests.cli.conftest import Ran
from tests.schemas import valid_report

Run = Callable[..., Ran]
MISTRAL = {"architectures": ["MistralForCausalLM"], "model_type": "mistral"}
GEMMA = {"architectures": ["GemmaForCausalLM"], "model_type": "gemma"}
DENIED, ALLOWED = "Qwen/Qwen2.5-7B", "mistralai/Mistral-7B-v0.1"


@pytest.fixture
def check(run: Run, tmp_path: Path) -> Run:
    path = tmp_path / "c.db"
    tagged = {"downloads": 5_000, "cardData": {"license": "mit"}, "tags": ["license:mit"]}
    models = [
        row(DENIED, config=QWEN, downloads=900_000),
        row(ALLOWED, config=MISTRAL, **tagged | {"downloads": 6_000}),
        row("google/gemma-7b", config=GEMMA, **tagged),
        row("Qwen/Qwen2.5-tts", config=QWEN, pipeline_tag="text-to-speech"),
    ]
    filled(path, models).close()
    offline = ("--offline", "--catalogue", str(path), "--policy", "no-prc-root")
    return lambda *words: run("check", *words, *offline)


def scans(ran: Ran) -> list[Any]:
    return list(valid_report(ran.out)["scans"])


def test_a_denied_model_is_followed_by_those_the_same_policies_allow(check: Run) -> None:
    ran = check(DENIED, "--format", "json")
    assert ran.code == 1
    (scan,) = scans(ran)
    assert [one["id"] for one in scan["alternatives"]] == [ALLOWED, "google/gemma-7b"]
    assert {one["verdict"] for one in scan["alternatives"]} == {"allow"}
    table = check(DENIED)
    (line,) = [line for line in table.out.splitlines() if line.startswith("Instead")]
    assert ALLOWED in line
    assert all(len(line) <= 100 for line in table.out.splitlines())
    assert "**Instead**" in check(DENIED, "--format", "markdown").out


def test_as_many_as_asked_for_and_none_are_not_looked_for(check: Run) -> None:
    (scan,) = scans(check(DENIED, "--format", "json", "--alternatives", "1"))
    assert len(scan["alternatives"]) == 1
    (scan,) = scans(check(DENIED, "--format", "json", "--alternatives", "0"))
    assert scan["alternatives"] is None
    assert "Instead" not in check(DENIED, "--alternatives", "0").out


def test_that_none_passes_is_said(check: Run) -> None:
    ran = check("Qwen/Qwen2.5-tts")
    assert "no other model of the catalogue that does the same passes" in " ".join(ran.out.split())
    (scan,) = scans(check("Qwen/Qwen2.5-tts", "--format", "json"))
    assert scan["alternatives"] == []


def test_nothing_is_said_of_a_model_that_is_not_denied(check: Run) -> None:
    (scan,) = scans(check(ALLOWED, "--format", "json"))
    assert scan["alternatives"] is None


def test_nor_without_a_catalogue(run: Run) -> None:
    ran = run("check", "Qwen/Qwen2.5-7B-Instruct", "--offline", "--policy", "no-prc-root", "--format", "json")
    assert ran.code == 1
    assert [scan["alternatives"] for scan in scans(ran)] == [None]
