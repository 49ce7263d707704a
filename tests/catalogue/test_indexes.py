"""What must hold of indexes: no answer hangs on one, an older file gets what it lacks, counting reads nothing else."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import search as searching
from scanner.catalogue import stats as counting
from scanner.catalogue.file import Catalogue
from scanner.catalogue.judging import judge_catalogue
from scanner.catalogue.search import Wish, index, search
from scanner.catalogue.stats import stats
from scanner.policy import load_policy
from tests.catalogue.rows import LLAMA, QWEN, filled, row

MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN, downloads=900, likes=7),
    row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN, downloads=None, likes=0),
    row("acme/other", config=LLAMA, downloads=5, likes=30, lastModified="2026-01-01T00:00:00.000Z"),
    row("acme/gone", config=LLAMA, downloads=1),
]
WISHES = [
    Wish("acme"),
    Wish(author="acme", sort="likes"),
    Wish(sort="likes", limit=2),
    Wish(sort="modified", limit=1),
    Wish(root_country="CN", sort="modified"),
    Wish(family="llama", license="apache-2.0"),
    Wish(gone=True),
]
OLD = "CREATE INDEX models_by_profile ON models (profile)"
LATER = ("models_by_summary", "models_by_likes", "models_by_modified", "models_gone")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with filled(tmp_path / "c.db", MODELS) as kept:
        index(kept)
        judge_catalogue(kept, [load_policy("baseline")], None, date(2026, 11, 23), processes=1)
        with kept.writing() as connection:
            connection.exec_driver_sql("UPDATE models SET state = 1 WHERE downloads = 1")
    return tmp_path / "c.db"


def answers(path: Path) -> list[Any]:
    with Catalogue(str(path)) as kept:
        return [*(search(kept, wish) for wish in WISHES), stats(kept)]


def indexes(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''"))


def aged(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        for name in ("models_by_profile", *LATER):
            connection.execute(f"DROP INDEX {name}")
        connection.execute(OLD)


def test_a_file_without_an_index_answers_alike_and_is_not_changed_by_a_question(path: Path) -> None:
    before = answers(path)
    assert [len(hits) for hits in before[:-1]] == [2, 2, 2, 1, 2, 1, 1]
    aged(path)
    old = indexes(path)
    assert answers(path) == before
    assert indexes(path) == old


def test_whoever_fills_an_older_file_gives_it_the_indexes_of_a_new_one(path: Path) -> None:
    whole, before = indexes(path), answers(path)
    aged(path)
    assert indexes(path) != whole
    Catalogue(str(path), create=True).close()
    assert indexes(path) == whole
    assert answers(path) == before


def test_a_file_that_has_them_all_is_not_written_to(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        before = connection.execute("PRAGMA schema_version").fetchone()
    Catalogue(str(path), create=True).close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA schema_version").fetchone() == before


@pytest.mark.parametrize(
    ("asked", "index"),
    [(counting._PROFILES, "models_by_profile"), (counting._SUMMARIES, "models_by_summary")],
)
def test_models_are_counted_from_an_index_alone(asked: str, index: str, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked}", (0,))]
    assert f"SCAN models USING COVERING INDEX {index}" in plan
    assert "SCAN models" not in plan


@pytest.mark.parametrize("sort", ["likes", "modified", "downloads", "created"])
def test_what_comes_first_is_read_from_an_index(sort: str, path: Path) -> None:
    first = f"EXPLAIN QUERY PLAN SELECT num FROM models {searching._FIRST[sort]} DESC LIMIT 5"
    with sqlite3.connect(path) as connection:
        (plan,) = [row[3] for row in connection.execute(first)]
    assert "COVERING INDEX" in plan


@pytest.mark.parametrize(
    "wish",
    [Wish("acme"), Wish(author="acme"), Wish(root_country="CN"), Wish(license="mit"), Wish(gone=True)],
    ids=["word", "author", "country", "licence", "gone"],
)
def test_few_models_that_meet_a_condition_are_found_without_reading_all(wish: Wish, path: Path) -> None:
    with Catalogue(str(path)) as kept, kept.reading() as connection:
        ((sql, values),) = searching._attempts(connection, wish, searching._conditions(connection, wish, None))
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (*values, 20))]
    assert not [step for step in plan if step == "SCAN m"]
