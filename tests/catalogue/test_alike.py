"""What must hold of kinds: no policy can tell two models of a kind apart, and nobody has to be asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scanner.catalogue.alike import Alike
from scanner.catalogue.cited import cited_names
from scanner.catalogue.documents import Documents
from scanner.catalogue.file import Catalogue
from scanner.catalogue.held import Held, rows
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.summary import Summary, summary_of
from scanner.policy import Policy, judge, load_policy, read_policy, shipped
from tests.catalogue.rows import LLAMA, QWEN, filled, row
from tests.catalogue.test_documents import DAY, TABLES, worlds

PACKS = [load_policy(name) for name in shipped()]
MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN),
    row("mistralai/Mistral-7B-v0.1", config=LLAMA),
    row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN),
    row("zeta/tuned", "Qwen/Qwen2.5-7B", config=QWEN, downloads=99),
    row("bartowski/tuned-GGUF", "acme/tuned", how="quantized"),
    row("bartowski/other-GGUF", "zeta/tuned", how="quantized"),
    row("acme/first", cardData={}, tags=[]),
    row("acme/second", cardData={}, tags=[]),
]
ASKING = """
version: 1
name: asking
title: Asks
description: Asks for one field.
rules:
- {{id: one, title: One, verdict: review, when: {{field: {field}, {asks}}}, message: m}}
"""


def asking(field: str, asks: str) -> Policy:
    return read_policy(ASKING.format(field=field, asks=asks))


def by_kind(catalogue: Catalogue, *policies: Policy) -> Iterator[tuple[Any, str, Summary, Any]]:
    """Of every model that has a kind: that, its id, its summary without a document, its document."""
    hub, alike = CatalogueHub(catalogue), Alike(policies, DAY)
    with catalogue.reading() as connection:
        held = Held(connection, hub.description, hub.as_of, cited_names(TABLES.curated))
        documents = Documents(held, TABLES, DAY, alike)
        found = list(rows(connection, 0, 2**60))
    for one in found:
        seen = documents.seen(one)
        if (kind := documents.kind(seen)) is not None:
            yield kind, one.id, documents.summary(seen), documents.document(seen)


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=worlds(), policy=st.sampled_from(PACKS), number=st.integers(0, 2**60))
def test_models_of_a_kind_get_one_answer(
    tmp_path: Path, said: list[dict[str, Any]], policy: Policy, number: int
) -> None:
    path = tmp_path / f"{number}.db"
    path.unlink(missing_ok=True)
    first: dict[Any, Any] = {}
    with filled(path, said) as catalogue:
        for kind, id, summary, document in by_kind(catalogue, policy):
            known = first.setdefault(kind, document)
            ours, theirs = (judge(policy, one, as_of=DAY) for one in (document, known))
            assert (ours.verdict, ours.weighing, ours.outcomes) == (theirs.verdict, theirs.weighing, theirs.outcomes)
            assert summary == summary_of(document), id
    path.unlink()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with filled(tmp_path / "c.db", MODELS) as catalogue:
        yield catalogue


def pairs(catalogue: Catalogue, *policies: Policy) -> set[tuple[str, str]]:
    """The models that are of one kind with another, in twos."""
    found = [(kind, id) for kind, id, _, _ in by_kind(catalogue, *policies)]
    return {(a, b) for one, a in found for other, b in found if a < b and one == other}


ALIKE = {
    ("acme/tuned", "zeta/tuned"), ("bartowski/other-GGUF", "bartowski/tuned-GGUF"), ("acme/first", "acme/second"),
}  # fmt: skip


def test_names_tell_nothing_apart_where_no_policy_reads_them(catalogue: Catalogue) -> None:
    assert pairs(catalogue, *(load_policy(name) for name in ("baseline", "no-prc-root"))) == ALIKE


LEAVES = {
    "publisher.namespace": ("eq: acme", {("acme/first", "acme/second"), ("bartowski/other-GGUF", "bartowski/tuned-GGUF")}),
    "lineage.models.origin.namespace": ("eq: acme", {("acme/first", "acme/second")}),
    "model.id": ("eq: acme/first", ALIKE - {("acme/first", "acme/second")}),
    "model.hub_id": ("exists: true", ALIKE),
    "model.downloads": ("gt: 50", ALIKE - {("acme/tuned", "zeta/tuned")}),
}  # fmt: skip


@pytest.mark.parametrize("field", LEAVES)
def test_models_are_told_apart_by_what_a_policy_asks(field: str, catalogue: Catalogue) -> None:
    asks, alike = LEAVES[field]
    assert pairs(catalogue, asking(field, asks)) & ALIKE == alike & ALIKE


@pytest.mark.parametrize("field", ["lineage.models.id", "lineage.edges.parent", "gaps.subject", "lineage.roots"])
def test_a_policy_that_reads_names_is_asked_about_each_model(field: str) -> None:
    assert Alike([asking(field, "eq: acme/first")], DAY).one_by_one
    assert not Alike([load_policy("baseline")], DAY).one_by_one
