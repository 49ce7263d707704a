"""What must hold of the questions to a catalogue as they are typed: data on stdout, notes on stderr, codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from scanner.catalogue.judging import judge_catalogue
from scanner.policy import load_policy
from tests.catalogue.rows import QWEN, filled, row
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
MISTRAL = {"architectures": ["MistralForCausalLM"], "model_type": "mistral"}
MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN, downloads=900_000),
    row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN, downloads=500),
    row("acme/tuned-GGUF", "acme/tuned", how="quantized", config={}),
    row("mistralai/Mistral-7B-v0.1", config=MISTRAL, downloads=20_000),
]
QUESTIONS = (
    ("search", "qwen"),
    ("show", "acme/tuned"),
    ("stats",),
    ("descendants", "acme/tuned"),
    ("alternatives", "Qwen/Qwen2.5-7B"),
)


@pytest.fixture
def catalogue(tmp_path: Path) -> str:
    path = tmp_path / "c.db"
    with filled(path, MODELS) as kept:
        judge_catalogue(kept, [load_policy("no-prc-root")], None, date(2026, 11, 23), processes=1)
    return str(path)


@pytest.fixture
def ask(run: Run, catalogue: str) -> Run:
    return lambda *words: run("catalogue", *words, "--catalogue", catalogue)


@pytest.mark.parametrize("words", QUESTIONS, ids=[words[0] for words in QUESTIONS])
def test_without_a_catalogue_every_question_ends_in_3_and_says_how_to_make_one(
    words: tuple[str, ...], run: Run
) -> None:
    ran = run("catalogue", *words, "--catalogue", "nowhere.db")
    assert (ran.code, ran.out) == (3, "")
    assert "modelorigin crawl" in ran.hint


@pytest.mark.parametrize("words", QUESTIONS, ids=[words[0] for words in QUESTIONS])
def test_every_answer_comes_as_a_table_that_fits_and_as_json(words: tuple[str, ...], ask: Run) -> None:
    table, document = ask(*words), ask(*words, "--format", "json")
    assert (table.code, document.code) == (0, 0)
    assert json.loads(document.out)
    assert all(len(line) <= 100 for line in table.out.splitlines())


@pytest.mark.parametrize("question", ["show", "descendants", "alternatives"])
def test_an_unknown_model_ends_in_3_with_near_names(question: str, ask: Run) -> None:
    ran = ask(question, "acme/tunned")
    assert (ran.code, ran.out) == (3, "")
    assert "acme/tuned" in ran.hint


def test_a_search_that_finds_nothing_is_answered(ask: Run) -> None:
    ran = ask("search", "nothinglikeit")
    assert (ran.code, ran.out, ran.err) == (0, "", "no model matches\n")
    assert json.loads(ask("search", "nothinglikeit", "--format", "json").out) == []


def test_a_verdict_is_searched_for_with_its_policy(ask: Run) -> None:
    found = json.loads(ask("search", "--verdict", "deny", "--policy", "no-prc-root", "--format", "json").out)
    assert [one["id"] for one in found] == ["Qwen/Qwen2.5-7B", "acme/tuned", "acme/tuned-GGUF"]
    ran = ask("search", "--verdict", "deny")
    assert (ran.code, ran.hint) == (3, "hint: modelorigin catalogue judge --policy baseline")


def test_recorded_scans_of_descendants_are_told(ask: Run, run: Run, tmp_path: Path) -> None:
    before = ask("descendants", "Qwen/Qwen2.5-7B")
    assert "no recorded scans are looked at" in before.err
    checked = run("check", "Qwen/Qwen2.5-7B", "--hub", "starter", "-p", "no-prc-root", "--fail-on", "never")
    assert checked.code == 0, checked.err
    after = ask("descendants", "Qwen/Qwen2.5-7B")
    assert "recorded scans of these" in after.out
    assert "DENY" in after.out
    missing = ask("descendants", "acme/tuned", "--db", str(tmp_path / "none.db"))
    assert (missing.code, missing.out) == (3, "")


def test_descendants_are_written_to_a_file(ask: Run, tmp_path: Path) -> None:
    target = tmp_path / "radius.json"
    ran = ask("descendants", "Qwen/Qwen2.5-7B", "--format", "json", "-o", str(target))
    assert (ran.code, ran.out) == (0, "")
    document = json.loads(target.read_text(encoding="utf-8"))
    assert (document["models"], [one["id"] for one in document["largest"]]) == (2, ["acme/tuned", "acme/tuned-GGUF"])


def test_stats_are_written_as_a_page_of_its_own(ask: Run, tmp_path: Path) -> None:
    target = tmp_path / "stats.html"
    assert ask("stats", "-o", str(target)).code == 0
    page = target.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert "From c.db: 4 models, last seen 2023-11-14" in page
    assert ask("stats", "-o", str(tmp_path / "stats.pdf")).code == 2


def test_stats_before_a_judging_run_say_what_is_missing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "fresh.db"
    filled(path, MODELS).close()
    ran = run("catalogue", "stats", "--catalogue", str(path))
    assert ran.code == 0
    assert "4 of 4 models have no origin concluded yet: modelorigin catalogue judge --policy baseline" in ran.err


def test_a_terminal_of_few_characters_gets_plain_bars(run: Run, catalogue: str) -> None:
    ran = run("catalogue", "stats", "--catalogue", catalogue, env={"PYTHONIOENCODING": "ascii"})
    assert ran.code == 0
    assert ran.out.isascii()
    assert "####" in ran.out


def test_alternatives_to_a_denied_model_are_named_with_reasons(ask: Run) -> None:
    ran = ask("alternatives", "Qwen/Qwen2.5-7B", "--policy", "no-prc-root")
    assert ran.code == 0
    assert " 1. ALLOW  mistralai/Mistral-7B-v0.1" in ran.out
    assert "same task: text-generation" in ran.out
    none = ask("alternatives", "mistralai/Mistral-7B-v0.1", "--policy", "no-prc-root")
    assert (none.code, none.out) == (0, "")
    assert "no other model of the same kind passes no-prc-root" in none.err


def test_code_bases_that_use_a_model_or_what_comes_of_it_are_told(ask: Run, run: Run, tmp_path: Path) -> None:
    app = tmp_path / "search-service"
    app.mkdir()
    (app / "app.py").write_text('from transformers import pipeline\np = pipeline(model="Qwen/Qwen2.5-7B")\n')
    assert run("scan", str(app), "--hub", "starter", "--policy", "no-prc-root").code == 1
    assert run("check", "Qwen/Qwen2.5-7B", "--hub", "starter").code == 1
    told = ask("descendants", "Qwen/Qwen2.5-7B", "--format", "json")
    used = [one for one in json.loads(told.out)["used"] if one["codebases"]]
    assert [(one["model"], one["codebases"], one["scans"]) for one in used] == [
        ("Qwen/Qwen2.5-7B", ["search-service"], 2)
    ]
    assert "search-service" in ask("descendants", "Qwen/Qwen2.5-7B").out
