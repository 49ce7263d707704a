"""Who made the weights: conduits pass the maker through, and a name is not an identity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.errors import Reason
from scanner.fact import Basis
from scanner.lineage import Lineage, Node, resolve
from tests.lineage.world import (
    SmallCurated,
    World,
    adapter,
    card,
    config,
    embedded,
    front,
    kinds,
    knowledge,
    listed,
    loaded,
    part,
    prose,
    reading,
    recipe,
    trace,
)

# -- conduits


def maker(lineage: Lineage) -> tuple[bool, str | None]:
    node: Node = lineage.subject
    return node.conduit, node.maker


@pytest.mark.parametrize("claim", [front("m/orig", "quantized"), front("m/orig"), prose("m/orig", "copy")])
def test_conduit_passes_the_maker_through(claim: object) -> None:
    lineage = trace(reading("rehost/orig-GGUF", claim), reading("m/orig", front("b/base")), reading("b/base"))  # type: ignore[arg-type]
    assert maker(lineage) == (True, "m/orig")
    assert lineage.roots == ("b/base",)
    assert [n.maker for n in lineage.nodes[1:]] == ["m/orig", "b/base"]
    assert (lineage.complete, lineage.gaps) == (True, ())


@pytest.mark.parametrize("claim", [front("m/orig", "finetune"), recipe("m/orig"), adapter("m/orig")])
def test_work_of_a_conduits_own_is_its_own(claim: object) -> None:
    assert maker(trace(reading("rehost/tuned", claim), reading("m/orig"))) == (False, "rehost/tuned")  # type: ignore[arg-type]


@pytest.mark.parametrize("relation", ["quantized", "unspecified"])
def test_base_copied_into_a_file_is_not_taken_for_the_original(relation: str) -> None:
    subject = reading("rehost/orig-GGUF", front("m/orig", relation), embedded("b/base"))
    lineage = trace(subject, reading("m/orig", front("b/base")), reading("b/base"))
    assert maker(lineage) == (True, "m/orig")
    assert kinds(lineage) == []
    forgetful = trace(subject, reading("m/orig"), reading("b/base"))
    assert maker(forgetful) == (True, "m/orig" if relation == "quantized" else None)


@pytest.mark.parametrize("relation", ["quantized", "unspecified"])
def test_part_beside_re_hosted_weights_changes_no_maker(relation: str) -> None:
    subject = reading("rehost/vlm-4bit", front("m/vlm", relation), part("openai/clip"))
    assert maker(trace(subject, reading("m/vlm"), reading("openai/clip"))) == (True, "m/vlm")


def test_unread_conduit_and_one_that_names_a_folder_leave_one_open_end_each() -> None:
    unread = trace(reading("a/one", front("rehost/lost")))
    assert (unread.node("rehost/lost").maker, unread.unresolved, unread.complete) == (None, (), False)
    folder = trace(reading("rehost/q", front("/root/orig")))
    assert [u.reason for u in folder.unresolved] == [Reason.LOCAL_PATH]
    assert [g.what for g in folder.gaps] == ["maker"]


def test_conduit_of_a_conduit_passes_on_to_the_maker() -> None:
    chain = reading("mirror/orig", front("m/orig", "copy")), reading("m/orig")
    assert maker(trace(reading("rehost/q", front("mirror/orig", "quantized")), *chain)) == (True, "m/orig")


def test_two_re_hosts_of_one_original_have_one_maker() -> None:
    both = [reading(f"mirror/{name}", front("m/orig", "copy")) for name in "ab"]
    subject = reading("rehost/q", front("mirror/a", "quantized"), front("mirror/b", "quantized"))
    assert maker(trace(subject, *both, reading("m/orig"))) == (True, "m/orig")


def test_quantised_model_of_somebody_who_is_no_conduit_is_their_own() -> None:
    assert maker(trace(reading("m/orig-fp8", front("m/orig", "quantized")), reading("m/orig"))) == (False, "m/orig-fp8")


def test_conduit_that_names_nobody_has_no_maker_and_says_so() -> None:
    lineage = trace(reading("rehost/thing", card(from_scratch=True)))
    assert maker(lineage) == (True, None)
    assert (lineage.subject.root, lineage.subject.established) == (True, None), "a re-hosted card is a copied card"
    assert [(u.child, u.reason) for u in lineage.unresolved] == [("rehost/thing", Reason.UNNAMED)]
    assert [(g.what, g.reason) for g in lineage.gaps] == [("maker", Reason.UNNAMED)]
    assert not lineage.complete


def test_conduit_that_a_table_knows_for_the_maker_is_the_maker() -> None:
    lineage = trace(reading("rehost/base"), curated=SmallCurated(roots={"rehost/base": "a report"}))
    assert maker(lineage) == (False, "rehost/base")
    assert lineage.complete
    known = replace(knowledge(), is_conduit=lambda namespace: namespace == "Qwen")
    assert maker(resolve(reading("Qwen/Qwen2.5-7B", config("qwen2")), World(), known)) == (False, "Qwen/Qwen2.5-7B")


def test_conduit_with_two_different_originals_has_no_known_maker() -> None:
    lineage = trace(
        reading("rehost/q", front("m/a", "quantized"), front("n/b", "quantized")), reading("m/a"), reading("n/b")
    )
    assert maker(lineage) == (True, None)
    assert [g.what for g in lineage.gaps] == ["maker"]


def test_config_of_a_conduit_gives_an_ancestor_but_no_maker() -> None:
    lineage = trace(reading("rehost/thing-GPTQ", loaded("b/base")), reading("b/base"))
    assert [(e.parent, e.basis) for e in lineage.edges] == [("b/base", Basis.OBSERVED)]
    assert lineage.roots == ("b/base",)
    assert maker(lineage) == (True, None)


@pytest.mark.parametrize("other", [front("/root/orig"), prose("t/teacher", "distilled", "teacher")])
def test_config_of_a_conduit_counts_only_where_no_base_is_named(other: object) -> None:
    named = trace(reading("rehost/q", front("m/orig", "quantized"), loaded("b/base")), reading("m/orig"))
    assert [e.parent for e in named.edges] == ["m/orig"]
    unnamed = trace(reading("rehost/q", other, loaded("b/base")), reading("b/base"), reading("t/teacher"))  # type: ignore[arg-type]
    assert unnamed.roots == ("b/base",)


def test_copied_prose_does_not_make_a_conduit_the_maker() -> None:
    copied = prose("b/base", "finetune")
    lineage = trace(reading("rehost/q", front("m/orig", "quantized"), copied), reading("m/orig"), reading("b/base"))
    assert maker(lineage) == (True, "m/orig")
    assert maker(trace(reading("rehost/q", copied), reading("b/base"))) == (True, None)


def test_unread_maker_is_still_the_maker_and_conduits_in_a_circle_have_none() -> None:
    assert maker(trace(reading("rehost/q", front("m/gated", "quantized")))) == (True, "m/gated")
    circle = reading("mirror/q", front("rehost/q", "copy"))
    assert maker(trace(reading("rehost/q", front("mirror/q", "copy")), circle)) == (True, None)


# -- identity


def test_name_that_leads_to_another_repository_is_taken_over_and_trusted_for_nothing() -> None:
    curated = SmallCurated(roots={"b/base": "a report"})
    base = reading("b/base", card(from_scratch=True), hub_id="66d1")
    lineage = trace(reading("rehost/q", listed("b/base", "621f", "quantized")), base, curated=curated)
    node = lineage.node("b/base")
    assert (node.state, node.root, node.established, node.maker) == ("taken-over", True, None, None)
    assert lineage.subject.maker is None
    assert [(g.subject, g.what, g.reason) for g in lineage.gaps] == [
        ("rehost/q", "maker", Reason.UNNAMED),
        ("b/base", "model", Reason.TAKEN_OVER),
    ]
    assert kinds(lineage) == ["identity"]
    assert [s.says for s in lineage.contradictions[0].sides] == ["_id 621f", "_id 66d1"]
    assert not lineage.complete


@pytest.mark.parametrize(("claim", "held"), [(front("b/base"), "66d1"), (listed("b/base", "621f"), None)])
def test_identity_is_compared_only_where_both_ids_are_known(claim: object, held: str | None) -> None:
    lineage = trace(reading("a/one", claim), reading("b/base", hub_id=held))  # type: ignore[arg-type]
    assert (kinds(lineage), lineage.complete, lineage.gaps) == ([], True, ())


def test_own_lineage_of_a_taken_over_base_is_still_read() -> None:
    base = reading("b/base", front("c/deeper"), hub_id="66d1")
    lineage = trace(reading("a/one", listed("b/base", "621f")), base, reading("c/deeper"))
    assert lineage.roots == ("c/deeper",)


def test_same_hub_id_under_a_new_name_is_no_takeover() -> None:
    world = World(reading("stab/sd", hub_id="1", created_at="2024-08-30T00:00:00Z")).moved("run/sd", "stab/sd")
    subject = reading("a/one", listed("run/sd", "1"), created_at="2023-01-01T00:00:00Z")
    lineage = resolve(subject, world, knowledge())
    assert (lineage.node("stab/sd").state, kinds(lineage)) == ("read", [])
    assert lineage.complete


@pytest.mark.parametrize(
    ("parent", "child", "told"),
    [
        ("2024-08-30T10:00:00Z", "2023-01-01T00:00:00Z", True),
        ("2024-08-30T10:00:00Z", "2022-03-02T23:29:04Z", True),
        ("2022-03-02T23:29:05Z", "2022-03-02T23:29:04Z", False),
        ("2023-01-01T00:00:00Z", "2023-01-01T00:00:00Z", False),
        ("2023-01-01T00:00:00Z", "2024-08-30T10:00:00Z", False),
        (None, "2023-01-01T00:00:00Z", False),
        ("2024-08-30T10:00:00Z", None, False),
    ],
)
def test_base_younger_than_its_child_is_a_signal_only(parent: str | None, child: str | None, told: bool) -> None:
    lineage = trace(reading("a/one", front("b/base"), created_at=child), reading("b/base", created_at=parent))
    assert kinds(lineage) == (["identity"] if told else [])
    assert lineage.node("b/base").state == "read"
