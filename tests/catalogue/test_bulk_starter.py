"""What must hold of the starter in the catalogue: it says what ``--hub starter`` says, and gives way to whoever knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue.alike import Alike
from scanner.catalogue.bulk import import_file
from scanner.catalogue.documents import Documents
from scanner.catalogue.file import Catalogue
from scanner.catalogue.held import Held, rows
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.judging import judge_catalogue, tables_of
from scanner.catalogue.shelf import Source
from scanner.evidence import Depth
from scanner.fact import Basis
from scanner.facts import facts_document
from scanner.hub import Hub
from scanner.hub.starter import StarterHub
from scanner.model import RepoId
from scanner.policy import judge, load_policy
from scanner.provenance import Request, trace
from tests.catalogue.crawling import digest, events
from tests.catalogue.rows import API, QWEN, asked, filled, put, row

DAY = date(2026, 11, 23)
TABLES = tables_of(None)
POLICIES = [load_policy("baseline"), load_policy("no-prc-root")]
NAMED = [
    "microsoft/MAI-DS-R1",
    "NousResearch/Hermes-4-14B",
    "Qwen/Qwen2.5-7B-Instruct",
    "gpt2",
    "google-bert/bert-base-uncased",
]
NOW = 1_800_000_000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("starter") / "c.db"
    with Catalogue(str(path), create=True) as kept:
        import_file(kept, "starter")
    return path


@pytest.fixture
def catalogue(path: Path, tmp_path: Path) -> Iterator[Catalogue]:
    """One of its own to write into."""
    with sqlite3.connect(path) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "own.db"),))
    connection.close()
    with Catalogue(str(tmp_path / "own.db")) as kept:
        yield kept


def facts(hub: Hub, id: str) -> dict[str, Any]:
    return facts_document(trace(Request(RepoId.parse(id)), hub, TABLES, as_of=DAY, depth=Depth.CARD))


def said(hub: Hub, id: str) -> tuple[Any, ...]:
    document = facts(hub, id)
    decisions = [judge(policy, document, as_of=DAY) for policy in POLICIES]
    model, lineage = document["model"], document["lineage"]
    return (
        [(decision.verdict, decision.weighing) for decision in decisions], lineage["roots"], lineage["any"],
        [(edge["relation"], edge["basis"]) for edge in lineage["edges"]], document["license"]["declared"],
        document["license"]["status"], model["hub_id"], model["revision"], model["created_at"],
        sorted(model["tags"] or ()), len(document["gaps"]),
    )  # fmt: skip


def test_what_is_held_says_what_the_starter_says(path: Path) -> None:
    starter = StarterHub()
    with Catalogue(str(path)) as kept:
        hub = CatalogueHub(kept)
        for id in [*NAMED, *sorted(starter.ids())[::9]]:
            assert said(hub, id) == said(starter, id), id


def test_third_parties_declare_nothing_and_are_named(path: Path) -> None:
    with Catalogue(str(path)) as kept:
        told = map(StarterHub().model, map(RepoId.parse, StarterHub().ids()))
        mentioned = next(model for model in told if model.base_models and model.licenses)
        model = CatalogueHub(kept).model(mentioned.repo)
    assert model.base_models
    assert {parent.basis for parent in model.base_models} == {Basis.CURATED}
    assert [parent.note for parent in model.base_models] == [parent.note for parent in mentioned.base_models or ()]
    assert model.licenses == mentioned.licenses
    assert model.sources[:-1] == mentioned.sources
    assert model.sources[-1].startswith("starter.jsonl sha256:")


def test_the_verdict_of_the_whole_is_that_of_each(path: Path, catalogue: Catalogue) -> None:
    (number, _) = judge_catalogue(catalogue, POLICIES[1:] + POLICIES[:1], None, DAY, processes=1)
    starter = StarterHub()
    verdicts = dict(
        asked(
            catalogue,
            "SELECT n.id, v.verdict FROM verdicts v JOIN models m ON m.num = v.model JOIN names n ON n.num = m.name"
            " WHERE v.judgement = ?",
            number,
        )
    )
    assert len(verdicts) > 6_000
    for id in [id for id in NAMED if id in verdicts] + sorted(verdicts)[::60]:
        assert verdicts[id] == int(judge(POLICIES[1], facts(starter, id), as_of=DAY).verdict), id


def test_no_document_shows_an_id_that_nobody_gave_out(path: Path) -> None:
    with Catalogue(str(path)) as kept:
        hub = CatalogueHub(kept)
        with kept.reading() as connection:
            documents = Documents(
                Held(connection, hub.description, hub.as_of, frozenset()), TABLES, DAY, Alike((), DAY)
            )
            for one in list(rows(connection, 1, 10_000))[::97]:
                document = documents.document(documents.seen(one))
                ids = [document["model"]["hub_id"], *(node["hub_id"] for node in document["lineage"]["models"])]
                assert not [id for id in ids if id and id.startswith("0" * 8)]


def test_what_is_known_by_name_alone_becomes_the_model_that_is_met_under_it(catalogue: Catalogue) -> None:
    real = row("Qwen/Qwen2.5-7B-Instruct", config=QWEN)
    count = asked(catalogue, "SELECT count(*) FROM models")
    with catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE models SET stamp = 5")
    tally = put(catalogue, [real], API, NOW)
    assert (tally.changed, tally.new, tally.events) == (1, 0, 0)
    model = CatalogueHub(catalogue).model(RepoId.parse("qwen/qwen2.5-7b-instruct"))
    assert (model.hub_id, model.sources, model.licenses) == (real["_id"], (), None)
    held = "SELECT m.first_seen, m.stamp, s.kind FROM models m JOIN sources s ON s.num = m.source WHERE hub_id = ?"
    assert asked(catalogue, held, bytes.fromhex(real["_id"])) == [(NOW, None, "api")]
    assert (asked(catalogue, "SELECT count(*) FROM models"), events(catalogue.path)) == (count, [])
    # And it does not come back.
    before = digest(catalogue.path)
    again = import_file(catalogue, "starter")
    assert (again.tally.older, again.tally.new, digest(catalogue.path)) == (1, 0, before)


def test_a_file_of_any_day_knows_better_than_the_starter(catalogue: Catalogue) -> None:
    real = row("Qwen/Qwen2.5-7B-Instruct", config=QWEN)
    put(catalogue, [real], Source("bulk", "old.parquet", 1_600_000_000), 1_600_000_000)
    assert CatalogueHub(catalogue).model(RepoId.parse(real["id"])).hub_id == real["_id"]


def test_the_starter_adds_to_what_is_known_and_takes_nothing(tmp_path: Path) -> None:
    held = [row("Qwen/Qwen2.5-7B-Instruct", config=QWEN), row("acme/renamed-away")]
    with filled(tmp_path / "c.db", held, at=1_600_000_000) as kept:
        put(kept, [{**held[1], "id": "NousResearch/Hermes-4-14B"}], API, 1_600_000_001)
        report = import_file(kept, "starter")
        assert report.tally.older == 2
        for said in held:
            assert (
                len(asked(kept, "SELECT 1 FROM models WHERE hub_id = ? AND state = 0", bytes.fromhex(said["_id"]))) == 1
            )
        hub = CatalogueHub(kept)
        assert hub.model(RepoId.parse("NousResearch/Hermes-4-14B")).hub_id == held[1]["_id"]
        assert hub.model(RepoId.parse("microsoft/MAI-DS-R1")).hub_id is None


def test_a_model_renamed_to_a_name_that_stands_for_another_takes_it(catalogue: Catalogue) -> None:
    mine = row("acme/mine")
    put(catalogue, [mine], API, NOW)
    put(catalogue, [{**mine, "id": "microsoft/MAI-DS-R1"}], API, NOW + 1)
    assert CatalogueHub(catalogue).model(RepoId.parse("microsoft/MAI-DS-R1")).hub_id == mine["_id"]
    assert [kind for kind, *_ in events(catalogue.path)] == ["renamed"]


def test_a_legacy_name_leads_where_the_starter_says_until_somebody_has_it(catalogue: Catalogue) -> None:
    hub = CatalogueHub(catalogue)
    assert str(hub.model(RepoId.parse("roberta-base")).repo) == "FacebookAI/roberta-base"
    assert hub.model(RepoId.parse("roberta-base")).hub_id is None
    real = row("FacebookAI/roberta-base")
    put(catalogue, [real], API, NOW)
    assert hub.model(RepoId.parse("roberta-base")).hub_id == real["_id"]


def test_a_child_that_was_crawled_comes_out_of_a_parent_known_by_name(catalogue: Catalogue) -> None:
    put(catalogue, [row("acme/tuned", "NousResearch/Hermes-4-14B", config=QWEN)], API, NOW)
    document = facts(CatalogueHub(catalogue), "acme/tuned")
    assert document["lineage"]["roots"] == ["Qwen/Qwen3-14B-Base"]
    (number,) = judge_catalogue(catalogue, POLICIES[1:], None, DAY, processes=1)
    verdict = (
        "SELECT v.verdict FROM verdicts v JOIN models m ON m.num = v.model JOIN names n ON n.num = m.name"
        " WHERE n.id = 'acme/tuned' AND v.judgement = ?"
    )
    assert asked(catalogue, verdict, number) == [(int(judge(POLICIES[1], document, as_of=DAY).verdict),)]
