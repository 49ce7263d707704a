"""What must hold of kinds: no policy can tell two models of a kind apart, and nobody has to be asked twice."""

from __future__ import annotations

import json
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
from scanner.catalogue.halves import Halves
from scanner.catalogue.held import Held, rows
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.summary import Summary, summary_of
from scanner.policy import Policy, judge, load_policy, read_policy, shipped
from scanner.policy.fields import GROUPS, facts_shape, foreach, lists, names, resolve, walk
from scanner.policy.fields import MODELS as EVERY_MODEL
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


def by_kind(
    catalogue: Catalogue, *policies: Policy, halves: tuple[Alike, Alike] | None = None
) -> Iterator[tuple[Any, str, Summary, Any]]:
    """Of every model that has a kind: that, its id, its summary without a document, its document."""
    hub, alike = CatalogueHub(catalogue), Alike(policies, DAY)
    with catalogue.reading() as connection:
        held = Held(connection, hub.description, hub.as_of, cited_names(TABLES.curated))
        documents = Documents(held, TABLES, DAY, alike, halves=halves)
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


@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    said=worlds(),
    policies=st.lists(st.sampled_from(PACKS), min_size=1, max_size=2, unique_by=id),
    number=st.integers(0, 2**60),
)
def test_halves_of_a_kind_say_the_same_and_together_what_the_whole_says(
    tmp_path: Path, said: list[dict[str, Any]], policies: list[Policy], number: int
) -> None:
    path = tmp_path / f"{number}.db"
    path.unlink(missing_ok=True)
    halves = Halves(policies, DAY)
    alone, lineage = (Alike(filter(None, half), DAY) for half in (halves.alone, halves.lineage))
    first: tuple[dict[Any, Any], dict[Any, Any]] = ({}, {})
    with filled(path, said) as catalogue:
        for kinds, id, _, document in by_kind(catalogue, *policies, halves=(alone, lineage)):
            ours = [halves.judged(half, document) for half in (halves.alone, halves.lineage)]
            for kind, known, half in zip(kinds, first, ours, strict=True):
                assert known.setdefault(kind, half) == half, id
            whole = [judge(policy, document, as_of=DAY) for policy in policies]
            verdicts = tuple(int(decision.verdict) for decision in whole)
            assert halves.together(*ours) == (verdicts, tuple(" ".join(one.weighing) for one in whole)), id
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


NAMING = ("lineage.models.id", "lineage.edges.parent", "gaps.subject", "lineage.roots")
OF_TWO = ("terms.conflicts.child_license", "terms.conflicts.license", "terms.user_threshold")


@pytest.mark.parametrize("field", [*NAMING, *OF_TWO])
def test_a_policy_that_reads_names_is_asked_about_each_model(field: str) -> None:
    assert Alike([asking(field, "eq: acme/first")], DAY).one_by_one
    assert not Alike([load_policy("baseline")], DAY).one_by_one


LEFT_OUT = frozenset(("at", "footnotes", "evidence", "tags"))
FIELDS = {over: tuple(n for n in names(shape) if LEFT_OUT.isdisjoint(n.split("."))) for over, shape in lists().items()}
FIELDS = {over: found for over, found in FIELDS.items() if found and LEFT_OUT.isdisjoint(over.split("."))}
OF_DOCUMENT = tuple(name for name in names(facts_shape()) if LEFT_OUT.isdisjoint(name.split(".")))


def met(documents: list[Any], over: str, name: str) -> list[Any]:
    """The values that stand at a name, in the documents or in the items of a list of theirs; each once."""
    start = EVERY_MODEL[0] if over in (*EVERY_MODEL, *GROUPS) else over
    keys = [key for key in f"{start}.{name}".split(".") if key]
    found = [walk(document, keys) for document in documents]
    values = [one for value in found for one in (value if isinstance(value, tuple) else (value,))]
    return list(dict.fromkeys(value for value in values if value is not None))


@st.composite
def conditions(draw: st.DrawFn, documents: list[Any], over: str, depth: int = 2) -> dict[str, Any]:
    how = draw(st.sampled_from(["leaf", "leaf", "all", "any", "not"] if depth > 0 else ["leaf"]))
    inner = conditions(documents, over, depth - 1)
    if how == "not":
        return {"not": draw(inner)}
    if how != "leaf":
        return {how: draw(st.lists(inner, min_size=2, max_size=3))}
    of = over if over and draw(st.booleans()) else ""
    name = draw(st.sampled_from(FIELDS[of] if of else OF_DOCUMENT))
    found = resolve(name, foreach([over]) if over else None)
    values = met(documents, of, name)
    if not values or draw(st.integers(0, 4)) == 0:
        return {"field": "lineage.complete" if found.nested else name, "exists": draw(st.booleans())}
    value = draw(st.sampled_from(values))
    operators = ["eq", "ne", "in", "not_in"]
    if found.shape.kind == "integer":
        operators += ["lt", "ge"]
    operator = draw(st.sampled_from(operators))
    return {"field": name, operator: [value] if operator.endswith("in") else value}


@st.composite
def policies(draw: st.DrawFn, documents: list[Any]) -> Policy:
    rules = []
    for number in range(draw(st.integers(1, 3))):
        over = draw(st.sampled_from(["", *FIELDS]))
        rule = {"id": f"r-{number}", "title": "t", "verdict": "deny", "when": draw(conditions(documents, over))}
        if over:
            rule["foreach"] = over
        if draw(st.booleans()):
            rule["where"] = draw(conditions(documents, over))
        rules.append(rule)
    return read_policy(json.dumps({"version": 1, "name": "own", "title": "t", "rules": rules}))


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=worlds(), data=st.data(), number=st.integers(0, 2**60))
def test_models_of_a_kind_get_one_answer_of_whatever_a_policy_asks(
    tmp_path: Path, said: list[dict[str, Any]], data: st.DataObject, number: int
) -> None:
    path = tmp_path / f"{number}.db"
    path.unlink(missing_ok=True)
    with filled(path, said) as catalogue:
        documents = [document for *_, document in by_kind(catalogue)]
        for policy in [data.draw(policies(documents)) for _ in range(4)]:
            first: dict[Any, Any] = {}
            for kind, id, _, document in by_kind(catalogue, policy):
                known = first.setdefault(kind, document)
                ours, theirs = (judge(policy, one, as_of=DAY) for one in (document, known))
                assert (ours.verdict, ours.outcomes) == (theirs.verdict, theirs.outcomes), (id, dict(policy.texts))
    path.unlink()
