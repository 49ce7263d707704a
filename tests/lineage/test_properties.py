"""What holds of every lineage, whatever a hub full of strangers says: random graphs with circles, holes and aliases."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import Reason
from scanner.evidence import Reading
from scanner.fact import Basis
from scanner.lineage import READ, Lineage, resolve
from scanner.model import Role
from tests.lineage.world import (
    SmallCurated,
    World,
    adapter,
    card,
    config,
    front,
    gguf,
    knowledge,
    listed,
    loaded,
    part,
    prose,
    reading,
    recipe,
    tag,
)

IDS = [f"{owner}/{name}" for owner in ("a", "b", "rehost", "Qwen") for name in ("x", "Qwen2.5-y")]
_relations = st.sampled_from(["finetune", "quantized", "merge", "copy", "unspecified"])
_references = st.sampled_from(
    [*IDS, *map(str.upper, IDS), "/root/run", "datasets/a/b", "a--b", "gone/model", "old/name"]
)
_claims = st.one_of(
    st.builds(front, _references, _relations),
    st.builds(tag, _references, _relations),
    st.builds(listed, _references, st.sampled_from("12"), _relations),
    st.builds(prose, _references, _relations, st.sampled_from([role.value for role in Role])),
    *(st.builds(claim, _references) for claim in (adapter, recipe, loaded, part)),
)
_names = st.tuples(st.sampled_from(["Qwen2.5", "something"]), st.sampled_from(["weights", "teacher", "component"]))
_files = st.one_of(
    st.builds(config, st.sampled_from(["qwen2", "llama", "own"]), st.sampled_from([None, 151936, 128256])),
    st.builds(gguf, st.none(), st.sampled_from([None, "qwen2"])),
    st.builds(lambda names, scratch: card(*names, from_scratch=scratch), st.lists(_names, max_size=2), st.booleans()),
)


@st.composite
def _readings(draw: st.DrawFn, id: str) -> Reading:
    said: list[Any] = draw(st.lists(st.one_of(_claims, _files), max_size=6))
    dates = st.sampled_from([None, "2022-03-02T23:29:04Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"])
    return reading(id, *said, hub_id=draw(st.sampled_from([None, "1", "2", id])), created_at=draw(dates))


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[Reading, World, SmallCurated]:
    held = [draw(_readings(id)) for id in IDS if draw(st.booleans())]
    world = World(*held, gone={"gone/model": Reason.GATED})
    if held:
        world.moved("old/name", str(draw(st.sampled_from(held)).model.repo))
    rows = st.tuples(
        st.sampled_from(IDS), st.sampled_from(["finetune", "copy"]), st.sampled_from(["weights", "component"])
    )
    edges = draw(st.dictionaries(st.sampled_from([*IDS, "gone/model"]), st.lists(rows, max_size=2), max_size=3))
    roots = dict.fromkeys(draw(st.lists(st.sampled_from(IDS), max_size=2)), "a report")
    verdicts = st.tuples(st.just("Qwen/Qwen2.5-7B"), st.sampled_from(["not-derived", "disputed"]))
    known = draw(st.dictionaries(st.sampled_from(IDS), st.lists(verdicts, max_size=1), max_size=2))
    return draw(_readings("a/x")), world, SmallCurated(edges, roots, known)


_limits = st.fixed_dictionaries({"max_depth": st.integers(0, 4), "max_models": st.integers(1, 9)})


@settings(max_examples=250, deadline=None)
@given(_worlds(), _limits)
def test_what_holds_of_every_lineage(made: tuple[Reading, World, SmallCurated], limits: dict[str, int]) -> None:
    subject, world, curated = made
    lineage = resolve(subject, world, knowledge(curated), **limits)
    ids = [node.id for node in lineage.nodes]
    links = {(e.child, e.parent) for e in lineage.edges}
    assert ids[0] == "a/x" == lineage.subject.id
    assert len(ids) == len({id.casefold() for id in ids}) <= limits["max_models"]
    assert len(world.asked) < limits["max_models"]
    assert len(world.asked) == len({name.casefold() for name in world.asked})
    assert all(end in ids for link in links for end in link)
    assert not any(child == parent for child, parent in links)
    assert len(lineage.edges) == len({(e.child, e.parent, e.role) for e in lineage.edges})
    groups = [*lineage.ancestors, *lineage.teachers, *lineage.components]
    assert set(groups) | {"a/x"} == set(ids)
    assert "a/x" not in groups
    assert lineage.roots
    assert set(lineage.roots) <= {*lineage.ancestors, "a/x"}
    assert [n.depth for n in lineage.nodes] == sorted(n.depth for n in lineage.nodes)
    assert max(n.depth for n in lineage.nodes) <= limits["max_depth"]
    for node in lineage.nodes:
        assert node.path[0] == "a/x"
        assert node.path[-1] == node.id
        assert len(node.path) == len(set(node.path))
        assert all(step in links for step in zip(node.path, node.path[1:], strict=False))
        assert (node.basis is None) == (node.relation is None) == (node.id == "a/x")
        assert node.root or node.established is None
        assert (node.reading is None) == (node.state not in (READ, "taken-over"))
        assert node.state != "taken-over" or node.established is None
        assert node.conduit or node.maker in (node.id, None)
        assert not node.conduit or node.maker != node.id
    assert all(c.sides and c.subject in ids for c in lineage.contradictions)
    assert {kind for u in lineage.unresolved for kind in [u.child]} <= set(ids)


@settings(max_examples=100, deadline=None)
@given(_worlds())
def test_complete_means_nothing_is_missing(made: tuple[Reading, World, SmallCurated]) -> None:
    lineage = resolve(made[0], made[1], knowledge(made[2]))
    assert lineage.complete == (not lineage.unresolved and all(n.state == READ for n in lineage.nodes))
    if lineage.complete:
        beyond = {e.child for e in lineage.edges if e.role is Role.WEIGHTS}
        assert all(root not in beyond or any(root in circle for circle in lineage.cycles) for root in lineage.roots)


@settings(max_examples=100, deadline=None)
@given(_worlds(), st.randoms(use_true_random=False))
def test_order_of_the_evidence_makes_no_difference(
    made: tuple[Reading, World, SmallCurated], chance: random.Random
) -> None:
    subject, world, curated = made

    def shuffled(one: Reading) -> Reading:
        evidence = [*one.evidence]
        chance.shuffle(evidence)
        return replace(one, evidence=tuple(evidence))

    other = World()
    other.held = {key: shuffled(one) for key, one in world.held.items()}
    other.gone = world.gone
    first = resolve(subject, world, knowledge(curated))
    second = resolve(shuffled(subject), other, knowledge(curated))
    assert _told(first) == _told(second)
    assert world.asked == other.asked


def _told(lineage: Lineage) -> Lineage:
    return replace(lineage, nodes=tuple(replace(node, reading=None) for node in lineage.nodes))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from([front, tag, prose, recipe, loaded, part, adapter]))))
def test_no_text_breaks_it_and_none_but_ids_are_asked_for(said: list[tuple[str, Any]]) -> None:
    world = World()
    lineage = resolve(reading("a/x", *(claim(text) for text, claim in said)), world, knowledge())
    assert all(name.count("/") <= 1 and not name.startswith((".", "/")) for name in world.asked)
    assert lineage.complete == (not lineage.unresolved and len(lineage.nodes) == 1)


@settings(max_examples=100, deadline=None)
@given(_worlds())
def test_a_basis_is_never_better_than_any_edge_of_the_path(made: tuple[Reading, World, SmallCurated]) -> None:
    lineage = resolve(made[0], made[1], knowledge(made[2]))
    ranks: dict[tuple[str, str], list[int]] = {}
    for edge in lineage.edges:
        ranks.setdefault((edge.child, edge.parent), []).append(edge.basis.rank)
    for node in lineage.nodes[1:]:
        steps = list(zip(node.path, node.path[1:], strict=False))
        assert node.basis is not None
        assert node.basis.rank >= max(min(ranks[step]) for step in steps)
        assert node.basis in set(Basis)
