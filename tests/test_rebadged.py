"""Known lineages that cross borders, and look-alikes that are none, through a hub that tells no more than they declare.

The tables were collected by hand and lie beside the checkout; without them these tests are skipped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.curated import Curated
from scanner.errors import InvalidModelId
from scanner.evidence import Depth
from scanner.facts import facts_document
from scanner.family import Families
from scanner.hub.huggingface import HuggingFaceHub
from scanner.model import RepoId
from scanner.origin import Registry
from scanner.policy import Verdict, judge, load_policy
from scanner.provenance import Request, Tables, trace
from tests.loopback import LoopbackHub, Repo

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DAY = date(2026, 11, 23)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the collected tables do not lie beside this checkout")


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_model(text: str) -> bool:
    try:
        return bool(RepoId.parse(text).namespace)
    except InvalidModelId:
        return False


REBADGED = [row for row in rows("rebadged.csv") if is_model(row["repo_id"])]
NEGATIVES = [row for row in rows("lineage_negatives.csv") if is_model(row["repo_id"])]


@pytest.fixture(scope="module")
def tables() -> Tables:
    registry = Registry.shipped()
    return Tables(registry, Families.shipped(registry.same_organisation), Curated.shipped())


@pytest.fixture(scope="module")
def hub() -> Iterator[HuggingFaceHub]:
    """Every model of the tables: a bare card, with a base in it only where the table says that it is declared."""
    declared = {r["repo_id"]: r["root_base_repo"] for r in REBADGED if r["declared_in_metadata"] == "yes"}
    others = [r["root_base_repo"] for r in REBADGED] + [r["looks_like_repo"] for r in NEGATIVES]
    names = {
        name.casefold(): name for name in [r["repo_id"] for r in (*REBADGED, *NEGATIVES)] + others if is_model(name)
    }
    with LoopbackHub() as server:
        for name in names.values():
            base = f"base_model: {declared[name]}\n" if name in declared else ""
            server.add(Repo(name, {"README.md": f"---\nlicense: other\n{base}---\n"}))
        client = HuggingFaceHub(server.url, "hf_good_granted")
        yield client
        client.close()


def judged(id: str, hub: HuggingFaceHub, tables: Tables) -> tuple[dict[str, Any], Verdict]:
    facts = facts_document(trace(Request(RepoId.parse(id)), hub, tables, as_of=DAY, depth=Depth.CARD))
    return facts, judge(load_policy("no-prc-root"), facts, as_of=DAY).verdict


def test_the_tables_are_read() -> None:
    assert len(REBADGED) > 200
    assert len(NEGATIVES) > 20


@pytest.mark.parametrize("row", REBADGED, ids=lambda row: row["repo_id"])
def test_a_rebadged_model_shows_its_root_or_the_gap(row: dict[str, str], hub: HuggingFaceHub, tables: Tables) -> None:
    facts, verdict = judged(row["repo_id"], hub, tables)
    roots = [m for m in facts["lineage"]["models"] if m["id"] in facts["lineage"]["roots"]]
    countries = {root["origin"]["control"] for root in roots}
    shown = row["root_country"] in countries
    if not shown:
        named = facts["gaps"] or facts["lineage"]["unresolved"] or facts["lineage"]["disputes"]
        assert verdict >= Verdict.REVIEW, countries
        assert named, "a root that is not shown leaves a gap that is named"
    if row["root_country"] == "CN":
        assert verdict > Verdict.ALLOW
        if shown:
            assert verdict is Verdict.DENY


@pytest.mark.parametrize("row", NEGATIVES, ids=lambda row: row["repo_id"])
def test_a_look_alike_is_not_reported_as_derived(row: dict[str, str], hub: HuggingFaceHub, tables: Tables) -> None:
    facts, _ = judged(row["repo_id"], hub, tables)
    body = {*facts["lineage"]["ancestors"], *facts["lineage"]["components"]}
    assert row["looks_like_repo"] not in body
    assert row["looks_like_country"] == row["publisher_country"] or not any(
        model["origin"]["control"] == row["looks_like_country"]
        for model in facts["lineage"]["models"]
        if model["id"] in body
    )
