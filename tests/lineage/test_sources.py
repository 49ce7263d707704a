"""What the sources say of a parent: joined where they agree, told where they do not, and weak where they are weak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.fact import Basis
from scanner.lineage import Lineage
from scanner.model import Relation
from tests.lineage.world import (
    SmallCurated,
    adapter,
    card,
    front,
    kinds,
    listed,
    loaded,
    only,
    part,
    prose,
    reading,
    recipe,
    says,
    tag,
    trace,
)

Said = Callable[..., Any]


def bases(lineage: Lineage) -> dict[str, Basis]:
    return {edge.parent: edge.basis for edge in lineage.edges if edge.child == lineage.subject.id}


# -- one edge of many sources


def test_sources_of_one_parent_are_one_edge_strongest_first() -> None:
    curated = SmallCurated({"a/one": [("b/base", "finetune", "weights")]})
    claims = [prose("b/base"), loaded("b/base"), recipe("b/base"), front("b/base"), tag("B/Base", "merge")]
    lineage = trace(reading("a/one", *claims), reading("b/base"), curated=curated)
    assert len(lineage.edges) == 1
    sources = lineage.edges[0].sources
    assert [s.basis.value for s in sources] == ["declared", "declared", "observed", "stated", "curated", "observed"]
    assert sources[-1].note == "weak: _name_or_path"
    assert len({s.at for s in sources}) == 6


@pytest.mark.parametrize(
    ("claims", "relation"),
    [
        ([front("b/base"), tag("b/base", "quantized")], Relation.QUANTIZED),
        ([tag("b/base", "finetune"), adapter("b/base")], Relation.ADAPTER),
        ([front("b/base", "quantized"), adapter("b/base")], Relation.ADAPTER),
        ([front("b/base", "finetune"), recipe("b/base")], Relation.MERGE),
        ([front("b/base"), prose("b/base", "quantized")], Relation.QUANTIZED),
        ([front("b/base", "finetune"), prose("b/base", "quantized")], Relation.FINETUNE),
        ([front("b/base")], Relation.UNSPECIFIED),
    ],
)
def test_relation_is_the_best_founded_one(claims: list[Said], relation: Relation) -> None:
    assert trace(reading("a/one", *claims), reading("b/base")).edges[0].relation is relation


def test_cited_relation_is_no_file_and_does_not_beat_the_declared_one() -> None:
    curated = SmallCurated({"a/one": [("b/base", "merge", "weights")]})
    lineage = trace(reading("a/one", front("b/base", "quantized")), reading("b/base"), curated=curated)
    assert lineage.edges[0].relation is Relation.QUANTIZED


def test_cited_reupload_is_a_copy_though_the_hub_calls_it_a_finetune() -> None:
    curated = SmallCurated({"rehost/base": [("b/base", "copy", "weights")]})
    lineage = trace(reading("rehost/base", front("b/base"), tag("b/base")), reading("b/base"), curated=curated)
    assert lineage.edges[0].relation is Relation.COPY
    assert lineage.subject.maker == "b/base"


# -- relations


def test_files_against_the_declared_relation_are_a_contradiction() -> None:
    lineage = trace(reading("a/one", front("b/base", "finetune"), adapter("b/base")), reading("b/base"))
    told = only(lineage)
    assert (told.kind, told.subject) == ("relation-mismatch", "a/one")
    assert [s.says for s in told.sides] == ["finetune", "adapter"] or [s.says for s in told.sides] == [
        "adapter",
        "finetune",
    ]
    assert lineage.edges[0].relation is Relation.ADAPTER


def test_words_of_the_prose_contradict_no_relation() -> None:
    assert (
        kinds(trace(reading("a/one", front("b/base", "finetune"), prose("b/base", "merge")), reading("b/base"))) == []
    )


# -- bases


def test_tag_that_names_another_base_than_the_card() -> None:
    others = reading("b/base"), reading("c/forged")
    lineage = trace(reading("a/one", front("b/base"), tag("b/base"), tag("c/forged")), *others)
    told = only(lineage)
    assert told.kind == "tags-mismatch"
    assert says(told) == [("b/base", "declared"), ("c/forged", "declared")]
    assert "front matter names b/base; tags names c/forged" in told.message
    assert lineage.roots == ("b/base", "c/forged"), "both claims are kept"


@pytest.mark.parametrize("other", [listed("c/other", "1"), adapter("c/other"), recipe("c/other"), prose("c/other")])
def test_any_other_source_that_names_another_base(other: Said) -> None:
    lineage = trace(reading("a/one", front("b/base"), other), reading("b/base"), reading("c/other"))
    assert only(lineage).kind == "base-mismatch"
    assert [s.says for s in only(lineage).sides][:1] == ["b/base"]
    assert set(bases(lineage)) == {"b/base", "c/other"}


def test_cited_base_that_the_declared_one_does_not_lead_to() -> None:
    curated = SmallCurated({"a/vl": [("Qwen/Qwen2.5-7B", "finetune", "weights")]})
    lineage = trace(reading("a/vl", front("a/light")), reading("a/light"), reading("Qwen/Qwen2.5-7B"), curated=curated)
    assert says(only(lineage)) == [("a/light", "declared"), ("Qwen/Qwen2.5-7B", "curated")]
    assert only(lineage).message == "front matter names a/light; curated table names Qwen/Qwen2.5-7B"
    assert set(lineage.roots) == {"a/light", "Qwen/Qwen2.5-7B"}


@pytest.mark.parametrize("other", [adapter("rehost/base-4bit"), prose("c/root"), recipe("c/root")])
def test_ancestor_or_re_host_of_the_declared_base_is_no_contradiction(other: Said) -> None:
    line = (
        reading("b/base", front("c/root")),
        reading("c/root"),
        reading("rehost/base-4bit", front("b/base", "quantized")),
    )
    assert kinds(trace(reading("a/one", front("b/base"), other), *line)) == []


def test_merge_recipe_with_a_parent_the_card_leaves_out() -> None:
    subject = reading("a/merge", front("b/x"), front("c/y"), recipe("b/x"), recipe("c/y"), recipe("d/z"))
    lineage = trace(subject, reading("b/x"), reading("c/y"), reading("d/z"))
    assert says(only(lineage))[-1] == ("d/z", "observed")


def test_local_path_contradicts_nobody() -> None:
    lineage = trace(reading("a/one", front("/root/run/checkpoint-1"), tag("b/base")), reading("b/base"))
    assert kinds(lineage) == []
    assert not lineage.complete


# -- nothing declared


@pytest.mark.parametrize(("other", "basis"), [(prose("b/base"), "stated"), (recipe("b/base"), "observed")])
def test_base_that_only_other_sources_name_is_undeclared(other: Said, basis: str) -> None:
    lineage = trace(reading("a/one", other), reading("b/base"))
    assert only(lineage).kind == "undeclared-base"
    assert says(only(lineage)) == [("none", "declared"), ("b/base", basis)]
    assert lineage.roots == ("b/base",)


def test_cited_base_and_cited_part_are_undeclared_alike() -> None:
    for role in ("weights", "component"):
        curated = SmallCurated({"a/one": [("b/base", "finetune", role)]})
        lineage = trace(reading("a/one"), reading("b/base"), curated=curated)
        assert says(only(lineage)) == [("none", "declared"), ("b/base", "curated")]


@pytest.mark.parametrize("file", [adapter("b/base"), front("b/base"), tag("b/base")])
def test_declared_in_any_field_is_declared(file: Said) -> None:
    assert kinds(trace(reading("a/one", file, prose("b/base")), reading("b/base"))) == []


def test_undeclared_base_of_the_publishers_own_hides_nobody() -> None:
    for base in ("deepseek-ai/V3-Base", "deepseek-ai-labs/V3-Base"):
        lineage = trace(reading("deepseek-ai/R1", prose(base)), reading(base))
        assert (kinds(lineage), lineage.roots) == ([], (base,))


def test_model_that_declares_only_itself_declares_no_base() -> None:
    lineage = trace(reading("a/one", front("a/one"), prose("b/base")), reading("b/base"))
    assert kinds(lineage) == ["self-reference", "undeclared-base"]


def test_undeclared_teacher_is_not_an_undeclared_base() -> None:
    assert kinds(trace(reading("a/one", prose("t/teacher", "distilled", "teacher")), reading("t/teacher"))) == []


def test_nothing_is_said_of_a_declaration_that_was_not_read() -> None:
    assert kinds(trace(reading("a/one", prose("b/base"), tags=None), reading("b/base"))) == []
    assert kinds(trace(reading("a/one", prose("b/base"), card(), tags=None), reading("b/base"))) == ["undeclared-base"]


# -- weak claims


def test_weak_claim_alone_makes_no_edge_but_a_lead() -> None:
    lineage = trace(reading("a/one", loaded("Qwen/Qwen2.5-7B")), reading("Qwen/Qwen2.5-7B"))
    assert lineage.edges == ()
    assert lineage.roots == ("a/one",)
    assert [(h.family, h.developer, h.signal, h.value, h.own) for h in lineage.hints] == [
        ("Qwen2.5", "Qwen", "name", "Qwen/Qwen2.5-7B", False)
    ]
    assert says(only(lineage)) == [("none", "declared"), ("Qwen/Qwen2.5-7B", "observed")]


def test_weak_claim_of_a_name_without_a_family_is_told_too() -> None:
    lineage = trace(reading("a/one", loaded("stranger/thing")))
    assert (lineage.edges, lineage.hints) == ((), ())
    assert says(only(lineage)) == [("none", "declared"), ("stranger/thing", "observed")]


def test_weak_claim_to_a_run_of_the_publishers_own_is_nothing_to_tell() -> None:
    for own in ("a/run-17", "a-labs/run-17"):
        lineage = trace(reading("a/one", loaded(own)))
        assert (lineage.edges, lineage.hints, lineage.contradictions) == ((), (), ())


def test_weak_claim_of_a_folder_is_nothing_to_tell() -> None:
    lineage = trace(reading("a/one", loaded("/root/run"), card()))
    assert (lineage.hints, lineage.contradictions, lineage.unresolved) == ((), (), ())


def test_weak_claim_of_an_established_model_is_nothing_to_tell() -> None:
    lineage = trace(reading("a/one", loaded("b/base")), curated=SmallCurated(roots={"a/one": "a report"}))
    assert (lineage.edges, lineage.contradictions) == ((), ())


@pytest.mark.parametrize("firm", [front("b/base"), prose("b/base"), recipe("b/base")])
@pytest.mark.parametrize("other", ["c/other", "c/base-v2", "rehost/other-4bit"])
def test_weak_claim_against_the_known_base_is_a_contradiction(firm: Said, other: str) -> None:
    lineage = trace(reading("a/one", firm, loaded(other)), reading("b/base"))
    assert list(bases(lineage)) == ["b/base"]
    told = next(c for c in lineage.contradictions if c.kind == "base-mismatch")
    assert [side.says for side in told.sides] == ["b/base", other]


@pytest.mark.parametrize("name", ["b/base", "c/root", "rehost/base-bnb-4bit", "rehost/Root-GGUF", "a/earlier-run"])
def test_weak_claim_that_agrees_or_leads_nowhere_new_is_no_contradiction(name: str) -> None:
    line = reading("b/base", front("c/root")), reading("c/root")
    assert kinds(trace(reading("a/one", front("b/base"), loaded(name)), *line)) == []


def test_part_named_in_a_config_is_a_component() -> None:
    lineage = trace(reading("a/vlm", front("b/base"), part("openai/clip")), reading("b/base"), reading("openai/clip"))
    assert lineage.components == ("openai/clip",)
    assert kinds(lineage) == []
