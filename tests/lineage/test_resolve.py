"""The graph of a lineage: which models are in it, in which group, by which path, made by whom, beginning where."""

from __future__ import annotations

import itertools

import pytest

from scanner.errors import Reason
from scanner.fact import Basis, Gap
from scanner.lineage import Lineage, resolve
from scanner.model import Relation, RepoId, Role
from tests.lineage.world import (
    SmallCurated,
    World,
    card,
    config,
    front,
    kinds,
    knowledge,
    loaded,
    part,
    prose,
    reading,
    recipe,
    tag,
    trace,
)


def ids(lineage: Lineage) -> list[str]:
    return [node.id for node in lineage.nodes]


def test_model_without_parents_is_its_own_root_and_nothing_establishes_it() -> None:
    lineage = trace(reading("a/one"))
    assert lineage.subject == lineage.node("a/one")
    assert lineage.roots == ("a/one",)
    assert lineage.ancestors == lineage.teachers == lineage.components == ()
    assert (lineage.subject.root, lineage.subject.established, lineage.subject.basis) == (True, None, None)
    assert lineage.subject.path == ("a/one",)
    assert lineage.complete
    assert (lineage.subject.namespace, trace(reading("gpt2")).subject.namespace) == ("a", None)
    with pytest.raises(KeyError):
        lineage.node("a/two")


def test_chain_is_followed_to_the_root_and_the_path_is_told() -> None:
    names = [f"org{n}/model" for n in range(8)]
    chain = [reading(a, front(b)) for a, b in itertools.pairwise(names)]
    lineage = trace(*chain, reading(names[-1]))
    assert ids(lineage) == names
    assert [node.depth for node in lineage.nodes] == list(range(8))
    assert lineage.ancestors == tuple(names[1:])
    assert lineage.roots == (names[-1],)
    assert lineage.node(names[-1]).path == tuple(names)
    assert not lineage.subject.root


def test_diamond_meets_in_one_node_asked_once() -> None:
    world = World(reading("b/left", front("d/top")), reading("c/right", front("d/top")), reading("d/top"))
    lineage = resolve(reading("a/merge", front("b/left"), front("c/right")), world, knowledge())
    assert sorted(world.asked) == ["b/left", "c/right", "d/top"]
    assert lineage.roots == ("d/top",)
    assert lineage.node("d/top").path == ("a/merge", "b/left", "d/top")
    assert len(lineage.edges) == 4


def test_merge_keeps_all_twelve_parents() -> None:
    parents = [f"p{n:02}/model" for n in range(12)]
    lineage = trace(reading("a/merge", *map(recipe, parents)), *map(reading, parents))
    assert lineage.roots == tuple(parents)
    assert {edge.relation for edge in lineage.edges} == {Relation.MERGE}


@pytest.mark.parametrize("hub_id", ["66e81cef", None])
def test_wrong_case_and_former_name_lead_to_one_node_with_the_canonical_id(hub_id: str | None) -> None:
    base = reading("Qwen/Qwen2.5-7B", hub_id=hub_id)
    world = World(base, reading("b/two", front("OldQwen/Qwen2.5-7B"))).moved("OldQwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B")
    lineage = resolve(reading("a/one", front("qwen/qwen2.5-7b"), front("b/two")), world, knowledge())
    assert ids(lineage) == ["a/one", "b/two", "Qwen/Qwen2.5-7B"]
    assert lineage.node("Qwen/Qwen2.5-7B").renamed_from == ("OldQwen/Qwen2.5-7B",)
    assert lineage.roots == ("Qwen/Qwen2.5-7B",)


def test_one_hub_id_under_two_names_is_one_model_where_the_hub_led_from_a_former_name() -> None:
    world = World(reading("b/new", hub_id="1"), reading("c/newer", hub_id="1")).moved("b/old", "c/newer")
    lineage = resolve(reading("a/one", front("b/new"), front("b/old")), world, knowledge())
    assert ids(lineage) == ["a/one", "b/new"]
    assert lineage.node("b/new").renamed_from == ("b/old", "c/newer")
    assert kinds(lineage) == []


@pytest.mark.parametrize(("hub_id", "expected"), [("1", ["identity"]), ("2", []), (None, [])])
def test_a_copied_hub_id_lends_nobody_the_place_of_another_model(hub_id: str | None, expected: list[str]) -> None:
    world = World(reading("b/new", hub_id="1"), reading("c/fake", hub_id=hub_id))
    lineage = resolve(reading("a/one", front("b/new"), front("c/fake")), world, knowledge())
    assert ids(lineage) == ["a/one", "b/new", "c/fake"]
    assert kinds(lineage) == expected
    for contradiction in lineage.contradictions:
        assert (contradiction.subject, len(contradiction.sides)) == ("c/fake", 2)


def test_renamed_subject_says_so_and_naming_the_old_name_is_naming_itself() -> None:
    lineage = trace(reading("new/name", front("Old/Name"), requested=RepoId.parse("old/name")))
    assert lineage.subject.id == "new/name"
    assert lineage.subject.renamed_from == ("old/name",)
    assert kinds(lineage) == ["self-reference"]
    assert lineage.edges == ()


# -- what cannot be read or followed


@pytest.mark.parametrize(
    "reason", [Reason.GONE_OR_PRIVATE, Reason.GATED, Reason.DISABLED, Reason.UNREACHABLE, Reason.NOT_HELD]
)
def test_unread_parent_is_a_root_nobody_vouches_for(reason: Reason) -> None:
    world = World(gone={"b/lost": reason})
    lineage = resolve(reading("a/one", front("b/lost")), world, knowledge())
    lost = lineage.node("b/lost")
    assert (lost.state, lost.reading, lost.root, lost.established) == (reason.value, None, True, None)
    assert lineage.gaps == (Gap("b/lost", "model", reason, "dir://b/lost"),)
    assert not lineage.complete


def test_unread_parent_is_followed_through_the_cited_table() -> None:
    curated = SmallCurated({"b/lost": [("c/base", "finetune", "weights")]}, roots={"c/base": "a report"})
    lineage = trace(reading("a/one", front("b/lost")), reading("c/base"), curated=curated)
    assert lineage.roots == ("c/base",)
    assert lineage.node("c/base").established is Basis.CURATED
    assert lineage.node("c/base").basis is Basis.CURATED
    assert not lineage.complete


def test_cited_root_that_could_not_be_read_is_still_established() -> None:
    curated = SmallCurated(roots={"b/gated": "a report"})
    lineage = trace(reading("a/one", front("b/gated")), curated=curated)
    assert lineage.node("b/gated").established is Basis.CURATED
    assert not lineage.complete


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/workspace/private-name/checkpoint-3890", Reason.LOCAL_PATH),
        ("./out/checkpoint-3890", Reason.LOCAL_PATH),
        ("models/foo", Reason.LOCAL_PATH),
        (r"D:\Diverses\models", Reason.LOCAL_PATH),
        ("https://huggingface.co/datasets/a/b", Reason.NOT_A_MODEL),
        ("https://example.com/weights.bin", Reason.NOT_A_MODEL),
        ("a model -- of mine", Reason.MALFORMED),
    ],
)
def test_reference_that_names_no_repository_is_never_asked_for(text: str, reason: Reason) -> None:
    world = World()
    lineage = resolve(reading("a/one", front(text), tag(text), card(from_scratch=True)), world, knowledge())
    assert world.asked == []
    assert [(u.child, u.reference, u.reason, u.basis) for u in lineage.unresolved] == [
        ("a/one", text, reason, Basis.DECLARED)
    ]
    assert lineage.roots == ("a/one",)
    assert lineage.subject.established is None, "a base that cannot be followed is a base"
    assert not lineage.complete


def test_depth_limit_is_told_and_establishes_no_root() -> None:
    names = [f"Qwen/Qwen2.5-step{n}" for n in range(5)]
    chain = [reading(a, front(b), config("qwen2")) for a, b in itertools.pairwise(names)]
    lineage = trace(*chain, reading(names[-1]), max_depth=3)
    assert ids(lineage) == names[:4]
    assert [(u.child, u.reference, u.reason) for u in lineage.unresolved] == [(names[3], names[4], Reason.DEPTH_LIMIT)]
    assert lineage.roots == (names[3],)
    assert lineage.node(names[3]).established is None
    assert not lineage.complete


def test_endless_hub_is_left_at_the_limit_of_models() -> None:
    asked: list[str] = []

    def endless(repo: RepoId) -> object:
        asked.append(str(repo))
        return reading(str(repo), *(front(f"{repo.namespace}/{repo.name}{n}") for n in range(5)))

    lineage = resolve(reading("a/m", front("a/m0")), endless, knowledge(), max_models=40)  # type: ignore[arg-type]
    assert len(lineage.nodes) == 40
    assert len(asked) == 39
    assert {u.reason for u in lineage.unresolved} == {Reason.DEPTH_LIMIT}
    assert not lineage.complete


def test_invented_bases_do_not_push_the_cited_one_over_the_limit() -> None:
    curated = SmallCurated({"a/one": [("z/root", "finetune", "weights")]})
    invented = [front(f"b/fake{n:03}") for n in range(100)]
    lineage = trace(reading("a/one", *invented), reading("z/root"), curated=curated)
    assert "z/root" in lineage.roots
    assert not lineage.complete


def test_gaps_of_all_readings_are_collected_nearest_first() -> None:
    own, theirs = (Gap(id, "tokenizer.json", Reason.MALFORMED, "x") for id in ("a/one", "b/two"))
    lineage = trace(reading("a/one", front("b/two"), gaps=(own,)), reading("b/two", gaps=(theirs,)))
    assert lineage.gaps == (own, theirs)
    assert lineage.complete, "a file that names no parent is a gap, the lineage was followed"


# -- circles


def test_models_that_name_each_other_are_all_roots_and_none_is_established() -> None:
    curated = SmallCurated(roots={"c/three": "a report"})
    others = reading("b/two", front("c/three")), reading("c/three", front("a/one"), card(from_scratch=True))
    lineage = trace(reading("a/one", front("b/two")), *others, curated=curated)
    assert lineage.cycles == (("a/one", "b/two", "c/three"),)
    assert lineage.roots == ("a/one", "b/two", "c/three")
    assert lineage.ancestors == ("b/two", "c/three")
    assert {node.established for node in lineage.nodes} == {None}
    assert kinds(lineage) == ["cycle"]
    assert len(lineage.contradictions[0].sides) == 3


def test_circle_with_a_way_out_has_its_root_outside() -> None:
    others = reading("b/two", front("a/one"), front("c/base")), reading("c/base", card(from_scratch=True))
    subject = reading("a/one", front("b/two"), prose("b/two", "distilled", "teacher"))
    lineage = trace(subject, *others)
    assert lineage.cycles == (("a/one", "b/two"),)
    assert [s.says for s in lineage.contradictions[0].sides] == ["a/one out of b/two", "b/two out of a/one"]
    assert lineage.roots == ("c/base",)
    assert lineage.node("c/base").established is Basis.STATED


def test_circle_above_a_model_is_told_of_its_members_alone() -> None:
    circle = reading("b/two", front("c/three")), reading("c/three", front("b/two"))
    lineage = trace(reading("a/one", front("b/two")), *circle)
    assert lineage.roots == ("b/two", "c/three")
    assert [(c.subject, len(c.sides)) for c in lineage.contradictions] == [("b/two", 2)]


def test_self_reference_is_dropped_and_told() -> None:
    lineage = trace(reading("a/one", front("A/One"), tag("a/one"), front("b/base")), reading("b/base"))
    assert [(e.child, e.parent) for e in lineage.edges] == [("a/one", "b/base")]
    assert kinds(lineage) == ["self-reference"]
    assert lineage.cycles == ()


def test_config_that_names_its_own_repository_is_nothing_to_tell() -> None:
    for name in ("a/one", "a/Qwen2.5-one", "rehost/one"):
        lineage = trace(reading(name, loaded(name)))
        assert (lineage.edges, lineage.contradictions, lineage.hints) == ((), (), ())


# -- groups


def test_teacher_and_its_own_base_stay_apart_from_the_weights() -> None:
    student = reading(
        "deepseek-ai/Distill-Llama", front("meta-llama/Llama-8B"), prose("deepseek-ai/R1", "distilled", "teacher")
    )
    others = (
        reading("meta-llama/Llama-8B"),
        reading(
            "deepseek-ai/R1", front("deepseek-ai/V3-Base"), prose("x/judge", "distilled", "teacher"), part("x/eye")
        ),
        reading("deepseek-ai/V3-Base"),
    )
    lineage = trace(student, *others)
    assert lineage.ancestors == lineage.roots == ("meta-llama/Llama-8B",)
    assert lineage.teachers == ("deepseek-ai/R1", "deepseek-ai/V3-Base")
    assert "x/judge" not in ids(lineage), "what taught a teacher is not in the student"
    assert "x/eye" not in ids(lineage)
    assert lineage.node("deepseek-ai/V3-Base").root
    assert lineage.node("deepseek-ai/R1").relation is Relation.DISTILLED


def test_part_with_its_ancestors_is_a_component() -> None:
    model = reading("navr/Think", part("Qwen/VL-tower"), config("own"))
    tower = reading("Qwen/VL-tower", front("openai/clip"), prose("t/coach", "distilled", "teacher"))
    lineage = trace(model, tower, reading("openai/clip"), reading("t/coach"))
    assert lineage.components == ("Qwen/VL-tower", "openai/clip")
    assert lineage.teachers == ("t/coach",), "what taught a part is a teacher of the whole"
    assert lineage.roots == ("navr/Think",)


def test_parts_and_teachers_of_an_ancestor_are_the_subjects_too() -> None:
    base = reading("b/vlm", part("c/tower"), prose("d/teacher", "distilled", "teacher"))
    lineage = trace(reading("a/tuned", front("b/vlm")), base, reading("c/tower"), reading("d/teacher"))
    assert lineage.components == ("c/tower",)
    assert lineage.teachers == ("d/teacher",)


def test_model_may_be_base_and_teacher_and_its_path_is_that_of_the_weights() -> None:
    curated = SmallCurated({"a/one": [("b/mid", "finetune", "weights")]})
    subject = reading("a/one", front("x/y"), prose("c/base", "distilled", "teacher"))
    lineage = trace(subject, reading("x/y"), reading("b/mid", front("c/base")), reading("c/base"), curated=curated)
    assert "c/base" in lineage.ancestors
    assert lineage.teachers == ("c/base",)
    base = lineage.node("c/base")
    assert base.path == ("a/one", "b/mid", "c/base")
    assert (base.depth, base.basis, base.relation) == (1, Basis.CURATED, Relation.UNSPECIFIED)


def test_edges_of_one_parent_in_two_roles_are_two_edges() -> None:
    subject = reading("a/one", front("b/base"), prose("b/base", "distilled", "teacher"))
    lineage = trace(subject, reading("b/base"))
    assert [(e.role, e.relation) for e in lineage.edges] == [
        (Role.WEIGHTS, Relation.UNSPECIFIED),
        (Role.TEACHER, Relation.DISTILLED),
    ]


# -- paths


def test_path_takes_the_strongest_way_not_the_shortest() -> None:
    curated = SmallCurated({"a/one": [("d/root", "finetune", "weights")]})
    lineage = trace(
        reading("a/one", front("b/mid")), reading("b/mid", front("d/root", "merge")), reading("d/root"), curated=curated
    )
    root = lineage.node("d/root")
    assert root.path == ("a/one", "b/mid", "d/root")
    assert (root.basis, root.relation, root.depth) == (Basis.DECLARED, Relation.MERGE, 1)


def test_basis_of_a_model_is_the_weakest_edge_on_its_path() -> None:
    lineage = trace(reading("a/one", front("b/mid")), reading("b/mid", prose("c/root")), reading("c/root"))
    assert lineage.node("c/root").basis is Basis.STATED
    assert lineage.node("b/mid").basis is Basis.DECLARED


# -- where weights begin


def test_what_establishes_a_root() -> None:
    curated = SmallCurated(roots={"a/cited": "a report"})
    bases = {
        "a/cited": (reading("a/cited", card(from_scratch=True)), Basis.CURATED),
        "Qwen/Qwen2.5-7B": (reading("Qwen/Qwen2.5-7B", config("qwen2")), Basis.CURATED),
        "b/scratch": (reading("b/scratch", card(from_scratch=True)), Basis.STATED),
        "c/silent": (reading("c/silent", card()), None),
        "d/qwenlike": (reading("d/qwenlike", config("qwen2")), None),
    }
    for id, (base, expected) in bases.items():
        assert trace(base, curated=curated).subject.established is expected, id
        assert trace(reading("x/child", front(id)), base, curated=curated).node(id).established is expected, id


def test_own_family_is_told_by_the_config_or_by_the_hubs_own_fields() -> None:
    for said, fields, expected in [
        ([], {"model_type": "qwen2"}, Basis.CURATED),
        ([], {"model_type": "llama"}, None),
        ([config("qwen2")], {"model_type": "llama"}, Basis.CURATED),
        ([config("llama")], {"model_type": "qwen2"}, None),
    ]:
        lineage = trace(reading("Qwen/Qwen2.5-7B", *said, **fields))
        assert lineage.subject.established is expected, (said, fields)


def test_open_dispute_leaves_only_a_citation_of_the_root() -> None:
    subject = reading("Qwen/Qwen2.5-9B", config("qwen2"), card(from_scratch=True))
    for verdict, roots, expected in [
        ("disputed", {}, None),
        ("unverified", {}, None),
        ("disputed", {"Qwen/Qwen2.5-9B": "a report"}, Basis.CURATED),
        ("not-derived", {}, Basis.CURATED),
    ]:
        curated = SmallCurated(roots=roots, known={"Qwen/Qwen2.5-9B": [("x/other", verdict)]})
        assert trace(subject, curated=curated).subject.established is expected, (verdict, roots)


def test_only_roots_are_established() -> None:
    lineage = trace(
        reading("Qwen/Qwen2.5-Instruct", front("Qwen/Qwen2.5-Base"), config("qwen2")),
        reading("Qwen/Qwen2.5-Base", config("qwen2")),
    )
    assert [node.established for node in lineage.nodes] == [None, Basis.CURATED]
    assert {node.family for node in lineage.nodes} == {"Qwen2.5"}
