"""What must hold of what is shown of one model: all there is, and where each of it is from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from scanner.catalogue.file import Catalogue
from scanner.catalogue.judging import judge_catalogue, tables_of
from scanner.catalogue.show import show
from scanner.errors import ModelNotHeld
from scanner.policy import load_policy
from tests.catalogue.rows import QWEN, filled, hub_id, put, row

DAY = date(2026, 11, 23)
TABLES = tables_of(None)
MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN, downloads=900),
    row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN),
    row("acme/lost", "nobody/ever"),
]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with filled(tmp_path / "c.db", MODELS) as kept:
        yield kept


def test_a_model_is_shown_with_its_parents_children_and_source(catalogue: Catalogue) -> None:
    shown = show(catalogue, "ACME/tuned", TABLES, DAY)
    assert (shown["id"], shown["hub_id"], shown["state"]) == ("acme/tuned", hub_id("acme/tuned"), "present")
    assert shown["parents"] == [
        {"name": "Qwen/Qwen2.5-7B", "relation": "finetune", "leads_to": "Qwen/Qwen2.5-7B", "state": "present"}
    ]
    assert set(shown["bases"]) == {"hub", "relation", "tags", "card", "card_relation"}
    assert shown["source"] == {"kind": "api", "what": "http://hub.example", "as_of": "2023-11-14T22:13:20Z"}
    assert show(catalogue, "Qwen/Qwen2.5-7B", TABLES, DAY)["children"] == {"finetune": 1}


def test_what_was_not_concluded_yet_is_concluded_on_the_spot_and_says_so(catalogue: Catalogue) -> None:
    traced = show(catalogue, "acme/tuned", TABLES, DAY)["lineage"]
    judge_catalogue(catalogue, [load_policy("no-prc-root")], None, DAY, processes=1)
    shown = show(catalogue, "acme/tuned", TABLES, DAY)
    assert (traced.pop("how"), shown["lineage"].pop("how")) == ("traced", "kept")
    assert traced == shown["lineage"]
    assert (traced["root_ids"], traced["roots"]) == (["Qwen/Qwen2.5-7B"], ["CN"])
    assert [(v["policy"], v["verdict"], v["changed_since"]) for v in shown["verdicts"]] == [
        ("no-prc-root", "deny", False)
    ]


def test_a_verdict_on_what_changed_since_is_marked(catalogue: Catalogue) -> None:
    judge_catalogue(catalogue, [load_policy("no-prc-root")], None, DAY, processes=1)
    put(catalogue, [{**MODELS[1], "cardData": {"license": "mit"}}], at=1_700_000_100)
    assert show(catalogue, "acme/tuned", TABLES, DAY)["verdicts"][0]["changed_since"] is True


def test_a_base_that_nobody_saw_leads_nowhere(catalogue: Catalogue) -> None:
    shown = show(catalogue, "acme/lost", TABLES, DAY)
    assert shown["parents"] == [{"name": "nobody/ever", "relation": "finetune", "leads_to": None, "state": None}]
    assert shown["lineage"]["complete"] is False
    with pytest.raises(ModelNotHeld) as caught:
        show(catalogue, "nobody/ever", TABLES, DAY)
    assert "descendants nobody/ever" in caught.value.hint


def test_a_renamed_model_is_shown_under_both_names_with_what_happened(catalogue: Catalogue) -> None:
    put(catalogue, [{**MODELS[1], "id": "acme/better"}], at=1_700_000_100)
    for name in ("acme/tuned", "acme/better"):
        shown = show(catalogue, name, TABLES, DAY)
        assert (shown["id"], shown["names"]) == ("acme/better", ["acme/better", "acme/tuned"])
        assert [(e["kind"], e["before"], e["after"]) for e in shown["events"]] == [
            ("renamed", "acme/tuned", "acme/better")
        ]


def test_a_model_that_is_gone_is_shown_with_what_is_left_of_it(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE models SET state = 1, since = 1700000500 WHERE downloads = 900")
    shown = show(catalogue, "Qwen/Qwen2.5-7B", TABLES, DAY)
    assert (shown["state"], shown["since"], shown["lineage"]) == ("gone", "2023-11-14T22:21:40Z", None)
