"""What must hold of a search: it finds what meets the whole wish, in order, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.catalogue import search as searching
from scanner.catalogue.file import Catalogue
from scanner.catalogue.judging import judge_catalogue
from scanner.catalogue.search import Wish, index, search
from scanner.errors import ScannerError, UsageError
from scanner.policy import load_policy
from tests.catalogue.rows import LLAMA, QWEN, asked, filled, put, row

DAY = date(2026, 11, 23)
MODELS = [
    row("Qwen/Qwen2.5-7B-Instruct", config=QWEN, downloads=900, likes=3),
    row("acme/qwen2.5_coder", "Qwen/Qwen2.5-7B-Instruct", config=QWEN, downloads=500, likes=9,
        lastModified="2026-01-01T00:00:00.000Z"),
    row("mistralai/Mistral-7B-v0.1", config=LLAMA, downloads=800, library_name="vllm"),
    row("acme/mistral-7b-gguf", "mistralai/Mistral-7B-v0.1", how="quantized", config={}, downloads=700,
        siblings=[{"rfilename": "m.gguf"}], pipeline_tag=None),
    row("zeta/unlicensed", cardData={}, tags=["transformers"], downloads=None, config={}),
    row("zeta/several", cardData={"license": ["mit", "apache-2.0"]}, downloads=0, born="2025-06-01T12:00:00.000Z"),
]  # fmt: skip


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with filled(tmp_path / "c.db", MODELS) as kept:
        index(kept)
        yield kept


def ids(catalogue: Catalogue, words: str = "", **wish: Any) -> list[str]:
    return [hit.id for hit in search(catalogue, Wish(words, **wish))]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("qwen", ["Qwen/Qwen2.5-7B-Instruct", "acme/qwen2.5_coder"]),
        ("QWEN2.5", ["Qwen/Qwen2.5-7B-Instruct", "acme/qwen2.5_coder"]),
        ("qwen2.5_co", ["acme/qwen2.5_coder"]),
        ("7b mistral", ["mistralai/Mistral-7B-v0.1", "acme/mistral-7b-gguf"]),
        ("acme/mistral", ["acme/mistral-7b-gguf"]),
        ("wen", []),
        ("qwen mistral", []),
        ('" OR *', []),
    ],
)
def test_every_word_has_to_begin_a_word_of_the_name(words: str, found: list[str], catalogue: Catalogue) -> None:
    assert ids(catalogue, words) == found


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"author": "ACME"}, ["acme/mistral-7b-gguf", "acme/qwen2.5_coder"]),
        ({"format": "GGUF"}, ["acme/mistral-7b-gguf"]),
        ({"family": "qwen"}, ["Qwen/Qwen2.5-7B-Instruct", "acme/qwen2.5_coder"]),
        ({"family": "q_en"}, []),
        ({"library": "vllm"}, ["mistralai/Mistral-7B-v0.1"]),
        ({"task": "?"}, ["acme/mistral-7b-gguf"]),
        ({"license": "MIT"}, ["zeta/several"]),
        ({"license": "?"}, ["zeta/unlicensed"]),
        ({"min_downloads": 800}, ["Qwen/Qwen2.5-7B-Instruct", "mistralai/Mistral-7B-v0.1"]),
        ({"words": "7b", "limit": 1}, ["Qwen/Qwen2.5-7B-Instruct"]),
        ({"sort": "likes", "limit": 1}, ["acme/qwen2.5_coder"]),
        ({"sort": "modified", "limit": 1}, ["acme/qwen2.5_coder"]),
        ({"sort": "created", "author": "zeta"}, ["zeta/several", "zeta/unlicensed"]),
    ],
)
def test_a_filter_finds_what_meets_it(wish: dict[str, Any], found: list[str], catalogue: Catalogue) -> None:
    assert ids(catalogue, **wish) == found


def test_countries_are_those_of_publisher_and_roots_as_concluded(catalogue: Catalogue) -> None:
    assert ids(catalogue, root_country="CN") == [], "nothing is concluded yet"
    with catalogue.reading() as connection:
        assert searching.some_not_concluded(connection)
    judge_catalogue(catalogue, [load_policy("no-prc-root")], None, DAY, processes=1)
    assert ids(catalogue, root_country="cn") == ["Qwen/Qwen2.5-7B-Instruct", "acme/qwen2.5_coder"]
    assert ids(catalogue, publisher_country="CN") == ["Qwen/Qwen2.5-7B-Instruct"]
    assert ids(catalogue, root_country="CN", publisher_country="?") == ["acme/qwen2.5_coder"]
    with catalogue.reading() as connection:
        assert not searching.some_not_concluded(connection)


def test_a_verdict_is_that_of_the_newest_judgement_of_the_policy(catalogue: Catalogue) -> None:
    judge_catalogue(catalogue, [load_policy("no-prc-root")], None, date(2026, 11, 1), processes=1)
    judge_catalogue(catalogue, [load_policy("no-prc-root")], None, DAY, processes=1)
    hits = search(catalogue, Wish(verdict="deny", policy="no-prc-root"))
    assert [hit.id for hit in hits] == ["Qwen/Qwen2.5-7B-Instruct", "acme/qwen2.5_coder"]
    assert hits[0].document()["verdict"] == "deny"
    assert "root-origin" in hits[0].rules
    allowed = {hit.id for hit in search(catalogue, Wish(verdict="allow", policy="no-prc-root"))}
    assert "mistralai/Mistral-7B-v0.1" in allowed
    assert not allowed & {hit.id for hit in hits}


def test_a_policy_that_never_judged_is_an_error_that_says_how(catalogue: Catalogue) -> None:
    with pytest.raises(ScannerError) as caught:
        ids(catalogue, verdict="deny", policy="baseline")
    assert caught.value.exit_code == 3
    assert caught.value.hint == "modelorigin catalogue judge --policy baseline"


def test_words_without_a_letter_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError):
        ids(catalogue, "-- //")


def test_a_model_that_is_gone_is_found_only_among_the_gone(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE models SET state = 1 WHERE downloads = 900")
    assert ids(catalogue, "qwen") == ["acme/qwen2.5_coder"]
    assert ids(catalogue, "qwen", gone=True) == ["Qwen/Qwen2.5-7B-Instruct"]


def test_new_names_are_found_after_the_next_reading_of_names_and_read_once(catalogue: Catalogue) -> None:
    put(catalogue, [row("acme/brandnew")])
    assert ids(catalogue, "brandnew") == []
    assert index(catalogue) == 1
    assert index(catalogue) == 0
    assert ids(catalogue, "brandnew") == ["acme/brandnew"]


def test_a_renamed_model_is_found_by_the_name_it_has(catalogue: Catalogue) -> None:
    put(catalogue, [{**MODELS[2], "id": "mistralai/Renamed-7B"}], at=1_700_000_100)
    index(catalogue)
    assert ids(catalogue, "renamed") == ["mistralai/Renamed-7B"]
    assert ids(catalogue, "mistral v0") == []


def test_names_are_read_in_pieces_that_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_BATCH", 4)
    with filled(tmp_path / "p.db", [row(f"acme/m{n}") for n in range(10)]) as kept:
        seen: list[tuple[int, int]] = []
        assert index(kept, lambda done, count: seen.append((done, count))) == 10
        assert seen == [(4, 10), (8, 10), (10, 10)]
        assert len(ids(kept, "acme")) == 10


WISHES = st.fixed_dictionaries(
    {
        "words": st.sampled_from(["", "m", "acme", "m1", "zeta m"]),
        "author": st.sampled_from([None, "acme", "zeta"]),
        "license": st.sampled_from([None, "?", "apache-2.0"]),
        "min_downloads": st.sampled_from([0, 30]),
        "sort": st.sampled_from(["downloads", "likes", "created", "modified"]),
        "limit": st.integers(1, 60),
    }
)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    made = [
        row(f"{'acme' if n % 3 else 'zeta'}/m{n}", downloads=(n * 37) % 101, likes=(n * 13) % 17,
            lastModified=f"2025-01-{1 + n % 28:02d}T00:00:00.000Z", **({"cardData": {}, "tags": []} if n % 4 else {}))
        for n in range(50)
    ]  # fmt: skip
    with filled(tmp_path_factory.mktemp("many") / "c.db", made) as kept:
        index(kept)
        yield kept


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WISHES)
def test_common_words_and_rare_ones_are_answered_alike(
    many: Catalogue, monkeypatch: pytest.MonkeyPatch, wish: dict[str, Any]
) -> None:
    with monkeypatch.context() as few:
        few.setattr(searching, "_RARE", 1)
        few.setattr(searching, "_LOOKED_AT", 5)
        common = ids(many, **wish)
    rare = ids(many, **wish)
    keys = {"downloads": "downloads", "likes": "likes", "created": "created", "modified": "modified"}
    values = dict(asked(many, f"SELECT n.id, m.{keys[wish['sort']]} FROM models m JOIN names n ON n.num = m.name"))
    assert [values[id] for id in common] == [values[id] for id in rare]
    assert len(set(rare)) == len(rare)
