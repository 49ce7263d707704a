"""What must hold of ``catalogue judge`` and of reading models from the catalogue, by the installed command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.catalogue.rows import QWEN, filled, row
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN, downloads=1_000_000),
    row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN, downloads=500),
    row("acme/lonely"),
]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "catalogue.db"
    filled(path, MODELS).close()
    return str(path)


def test_every_model_is_judged_and_counted(run: Run, file: str) -> None:
    ran = run("catalogue", "judge", "--catalogue", file, "--policy", "no-prc-root", "--as-of", "2026-11-23")
    assert ran.code == 0
    assert ran.out.startswith("no-prc-root on 2026-11-23: 3 models")
    assert "by root country" in ran.out
    assert "root-origin" in ran.out


def test_shares_are_told_and_those_of_downloads_only_where_some_are_known(run: Run, file: str, tmp_path: Path) -> None:
    words = ("catalogue", "judge", "--policy", "no-prc-root", "--as-of", "2026-11-23", "--catalogue")
    shares = {line.split()[0]: line.split()[1:] for line in run(*words, file).out.splitlines() if line}
    assert shares["all"] == ["3", "100.0%", "0", "1", "2", "100.0%"]
    assert shares["share"] == ["0.0%", "33.3%", "66.7%"]
    assert shares["CN"][:2] == ["2", "66.7%"]
    filled(tmp_path / "n.db", [row("acme/lonely", downloads=None)]).close()
    assert "of downloads" not in run(*words, str(tmp_path / "n.db")).out


def test_what_another_policy_would_change_is_listed(run: Run, file: str) -> None:
    words = ("--policy", "no-prc-root", "--against", "baseline", "--format", "json")
    document = json.loads(run("catalogue", "judge", "--catalogue", file, *words).out)
    assert document["census"]["models"] == {"allow": 0, "review": 1, "deny": 2}
    assert {change["from"] for change in document["changes"]} == {"deny"}
    assert {model["id"] for model in document["models"]} == {"Qwen/Qwen2.5-7B", "acme/tuned"}


def test_a_catalogue_that_is_missing_or_empty_or_none_ends_in_3(run: Run, tmp_path: Path) -> None:
    missing = run("catalogue", "judge", "--catalogue", str(tmp_path / "none.db"))
    assert (missing.code, "modelorigin crawl" in missing.err) == (3, True)
    filled(tmp_path / "empty.db", []).close()
    assert run("catalogue", "judge", "--catalogue", str(tmp_path / "empty.db")).code == 3
    (tmp_path / "text.db").write_text("hello " * 400)
    assert run("catalogue", "judge", "--catalogue", str(tmp_path / "text.db")).code == 3


def test_a_policy_nobody_knows_ends_in_2(run: Run, file: str) -> None:
    assert run("catalogue", "judge", "--catalogue", file, "--policy", "nobodys").code == 2


def test_a_check_reads_the_catalogue_and_says_so(run: Run, file: str) -> None:
    ran = run(
        "check", "acme/tuned", "--hub", "catalogue", "--catalogue", file, "--policy", "no-prc-root", "--no-record"
    )
    assert ran.code == 1
    assert "NOT A LIVE CHECK" in ran.out
    assert "Qwen/Qwen2.5-7B" in ran.out
    assert "catalogue.db: 3 models" in ran.out
    missing = run("check", "acme/other", "--hub", "catalogue", "--catalogue", file, "--no-record")
    assert missing.code == 3


def test_offline_asks_the_catalogue_first_and_the_starter_for_what_it_lacks(run: Run, file: str) -> None:
    held = json.loads(run("facts", "acme/tuned", "--offline", "--catalogue", file).out)
    assert held["model"]["hub"] == "catalogue"
    starter = json.loads(run("facts", "microsoft/MAI-DS-R1", "--offline", "--catalogue", file).out)
    assert starter["model"]["hub"] == "starter"
    neither = run("facts", "acme/nowhere", "--offline", "--catalogue", file)
    assert neither.code == 3
