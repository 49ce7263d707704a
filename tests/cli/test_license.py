"""``modelorigin license``: what a licence demands, and that nothing is assumed where that is not known."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]


def test_every_fact_stands_with_its_clause_source_day_and_confidence(run: Run) -> None:
    ran = run("license", "llama3.2")
    assert (ran.code, ran.err) == (0, "")
    assert 'naming               name begins with "Llama", shows "Built with Llama"  §1(b)(i) [1]' in ran.out
    assert "must go along        license, notice  §1(b)(i),(iii) [1]" in ran.out
    assert "not given in         EU (multimodal models only)" in ran.out
    assert "training on outputs  allowed, the naming duty follows" in ran.out
    assert (
        "[1] pypi:scancode-toolkit-mini==32.5.0 licenses/llama-3.2-license-2024.LICENSE (high, read 2026-11-30)"
        in ran.out
    )
    assert all(len(line) <= 100 for line in ran.out.splitlines() if not line.startswith("  ["))


def test_the_same_as_json_holds_what_a_program_can_check(run: Run) -> None:
    (told,) = json.loads(run("license", "Llama-3.2", "--format", "json").out)
    assert (told["id"], told["kind"], told["known"]) == ("llama3.2", "license", True)
    assert told["terms"]["territory_excluded"]["is"] == ["EU"]
    assert told["terms"]["territory_excluded"]["multimodal_only"] is True
    assert all({"is", "source", "checked", "confidence"} <= set(term) for term in told["terms"].values() if term)


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("cc", "names a family: read the text"),
        ("other", "names a family: read the text"),
        ("h-research", "its text was not read"),
        ("0BSD", "a name of the SPDX list that is not in the table"),
    ],
)
def test_what_is_not_known_is_said_and_is_no_success(run: Run, id: str, said: str) -> None:
    ran = run("license", id)
    assert ran.code == 3
    assert said in " ".join(ran.out.split())
    assert id in ran.reason
    ran = run("license", id, "--format", "json")
    (told,) = json.loads(ran.out)
    assert (ran.code, told["known"]) == (3, False)
    assert not any(term for name, term in told["terms"].items() if name != "osi_approved")


def test_an_unknown_id_is_an_error_with_close_matches(run: Run) -> None:
    ran = run("license", "llama-3.9")
    assert (ran.code, ran.out) == (3, "")
    assert ran.reason == "error: what it demands is not known: llama-3.9"
    assert "did you mean llama-3.3, llama-3.2, llama-3.1?" in ran.hint


def test_an_expression_is_shown_part_by_part_and_one_unknown_part_is_enough(run: Run) -> None:
    ran = run("license", "Apache-2.0 OR MIT")
    assert ran.code == 0
    assert ran.out.startswith("Apache-2.0 OR MIT: 2 parts")
    assert [line.split("  ")[0] for line in ran.out.splitlines() if line[:1].strip()][1:] == ["apache-2.0", "mit"]
    assert [one["id"] for one in json.loads(run("license", "Apache-2.0 OR MIT", "--format", "json").out)] == [
        "apache-2.0",
        "mit",
    ]
    assert run("license", "MIT AND 0BSD").code == 3


@pytest.mark.parametrize(
    "id", ["", " ", "\x1b[31mred", "a" * 5000, "../../etc/passwd", "MIT\nOR\nGPL", "(((", "mit OR", "‮mit"]
)
def test_a_hostile_id_is_an_error_in_one_line(run: Run, id: str) -> None:
    ran = run("license", id)
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 2
    assert len(ran.reason) < 200
    assert not any(char in ran.out + ran.err for char in "\x1b‮")


def test_without_an_id_it_is_a_usage_error(run: Run) -> None:
    assert run("license").code == 2
