"""What must hold of a blast radius: nothing that comes out of the model is missing, nothing is counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.catalogue.descendants import Radius, radius
from scanner.catalogue.file import Catalogue
from scanner.catalogue.find import find
from scanner.errors import InvalidModelId, ModelNotHeld
from scanner.store import ScannedModel
from tests.catalogue.rows import filled, hub_id, put, row

MODELS = [
    row("acme/root", downloads=100),
    row("acme/tuned", "acme/root", downloads=50),
    row("acme/tuned-gguf", "acme/tuned", how="quantized", downloads=40),
    row("zeta/merge", "acme/tuned", "acme/root", how="merge", downloads=30),
    row("zeta/adapter", "zeta/merge", how="adapter", downloads=None),
    row("ring/a", "ring/b"),
    row("ring/b", "ring/a"),
    row("self/made", "self/made"),
    row("zeta/orphan", "gone/away", downloads=7),
    row("zeta/stranger"),
]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with filled(tmp_path / "c.db", MODELS) as kept:
        yield kept


def of(catalogue: Catalogue, id: str, *scans: ScannedModel, limit: int | None = None) -> Radius:
    with catalogue.reading() as connection:
        return radius(connection, find(connection, id), scans, limit=limit)


def below(found: Radius) -> dict[str, tuple[int, str]]:
    return {one.id: (one.depth, one.relation) for one in found.largest}


def test_every_descendant_counts_once_at_its_smallest_distance(catalogue: Catalogue) -> None:
    found = of(catalogue, "acme/root")
    assert below(found) == {
        "acme/tuned": (1, "finetune"),
        "zeta/merge": (1, "merge"),
        "acme/tuned-gguf": (2, "quantized"),
        "zeta/adapter": (2, "adapter"),
    }
    assert [(c.depth, c.relation, c.models, c.downloads) for c in found.counts] == [
        (1, "finetune", 1, 50), (1, "merge", 1, 30), (2, "adapter", 1, None), (2, "quantized", 1, 40),
    ]  # fmt: skip
    assert (found.models, found.downloads) == (4, 120)


def test_downloads_that_are_not_known_are_not_none_at_all(catalogue: Catalogue) -> None:
    found = of(catalogue, "zeta/merge")
    assert [(c.models, c.downloads) for c in found.counts] == [(1, None)]
    assert (found.models, found.downloads) == (1, None)


def test_the_most_downloaded_come_first(catalogue: Catalogue) -> None:
    assert [one.id for one in of(catalogue, "acme/root", limit=2).largest] == ["acme/tuned", "acme/tuned-gguf"]


def test_a_circle_ends_and_a_model_is_not_its_own_descendant(catalogue: Catalogue) -> None:
    assert below(of(catalogue, "ring/a")) == {"ring/b": (1, "finetune")}
    assert of(catalogue, "self/made").models == 0


def test_children_of_a_former_name_are_found_under_the_new_one_and_the_other_way_round(catalogue: Catalogue) -> None:
    put(catalogue, [{**MODELS[0], "id": "acme/renamed"}], at=1_700_000_100)
    put(catalogue, [row("late/child", "acme/renamed")], at=1_700_000_100)
    for name in ("acme/renamed", "acme/root"):
        found = of(catalogue, name)
        assert found.found.id == "acme/renamed"
        assert found.former == ("acme/root",)
        assert {"acme/tuned", "late/child"} <= below(found).keys()


def test_who_names_a_model_nobody_saw_is_told(catalogue: Catalogue) -> None:
    found = of(catalogue, "gone/away")
    assert found.found.model is None
    assert below(found) == {"zeta/orphan": (1, "finetune")}


def test_a_descendant_that_is_gone_counts_and_is_marked(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE models SET state = 1 WHERE downloads = 50")
    found = of(catalogue, "acme/root")
    assert [(c.relation, c.gone) for c in found.counts if c.gone] == [("finetune", 1)]
    assert next(one for one in found.largest if one.id == "acme/tuned").state == "gone"
    assert "acme/tuned-gguf" in below(found)


def test_scans_of_the_model_and_of_its_descendants_are_told_by_identity(catalogue: Catalogue) -> None:
    def scan(model: str, identity: str | None) -> ScannedModel:
        return ScannedModel(model, identity, 1, 1, "2026-11-23T00:00:00Z", "DENY")

    found = of(
        catalogue, "acme/root",
        scan("acme/root", hub_id("acme/root")),
        scan("acme/old-name-of-tuned", hub_id("acme/tuned")),
        scan("zeta/adapter", None),
        scan("acme/tuned", "ff" * 12),
        scan("zeta/stranger", hub_id("zeta/stranger")),
    )  # fmt: skip
    assert [(used.model, used.depth) for used in found.used] == [
        ("acme/root", 0), ("acme/old-name-of-tuned", 1), ("zeta/adapter", 2),
    ]  # fmt: skip


def test_an_unknown_name_is_answered_with_near_ones(catalogue: Catalogue) -> None:
    with pytest.raises(ModelNotHeld) as caught:
        of(catalogue, "acme/tunde")
    assert "acme/tuned" in caught.value.hint
    with pytest.raises(InvalidModelId):
        of(catalogue, "not a model")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30, unique=True))
def test_a_walk_agrees_with_a_plain_search_of_the_graph(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[int, int]]
) -> None:
    parents: dict[int, list[int]] = {}
    for child, parent in links:
        parents.setdefault(child, []).append(parent)
    made = [row(f"a/m{n}", *(f"a/m{p}" for p in parents.get(n, ()))) for n in range(12)]
    depths = {0: 0}
    for here in (waiting := [0]):
        for child in sorted(c for c, p in links if p == here and c not in depths):
            depths[child] = depths[here] + 1
            waiting.append(child)
    with filled(tmp_path_factory.mktemp("graph") / "c.db", made) as kept:
        found = {id: depth for id, (depth, _) in below(of(kept, "a/m0")).items()}
    assert found == {f"a/m{n}": depth for n, depth in depths.items() if n}
