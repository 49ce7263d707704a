"""What a model looks like or names in words: leads, explained or not, and never an edge."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.config import Part
from scanner.fact import Basis
from scanner.lineage import Lineage
from scanner.model import Role
from tests.lineage.world import (
    SmallCurated,
    card,
    config,
    front,
    gguf,
    kinds,
    loaded,
    only,
    part_config,
    pipeline,
    prose,
    reading,
    says,
    trace,
)

Said = Callable[..., Any]


def looks(lineage: Lineage) -> list[tuple[str, str, bool]]:
    return [(h.family, h.signal, h.own) for h in lineage.hints if h.subject == lineage.subject.id]


def test_telling_look_of_a_model_without_parents_questions_its_declaration() -> None:
    lineage = trace(reading("nvidia/Open-14B", config("qwen2", 151936), card()))
    assert looks(lineage) == [("Qwen2.5", "model_type", False)]
    assert says(only(lineage)) == [("none", "declared"), ("Qwen2.5", "inferred")]
    assert lineage.edges == (), "a look is never an edge"
    assert lineage.subject.family == "Qwen2.5"


@pytest.mark.parametrize("look", [config("other", 151936), config("qwen2"), gguf(None, "qwen2")])
def test_single_signal_is_a_lead_and_no_contradiction(look: Said) -> None:
    lineage = trace(reading("a/one", look, card()))
    assert [h.own for h in lineage.hints] == [False]
    assert kinds(lineage) == []


def test_telling_look_beside_a_base_that_cannot_be_followed_contradicts_nothing() -> None:
    lineage = trace(reading("a/one", front("/root/base"), config("qwen2", 151936), card()))
    assert looks(lineage) == [("Qwen2.5", "model_type", False)]
    assert kinds(lineage) == [], "something is declared"


def test_what_everybody_uses_is_not_even_a_lead() -> None:
    assert trace(reading("a/one", config("llama", 32000), card())).hints == ()


def test_backbone_of_a_composite_model_is_seen() -> None:
    lineage = trace(reading("apple/FastVLM", config("llava_own", 151936, text_model_type="qwen2"), card()))
    assert ("Qwen2.5", "model_type", False) in looks(lineage)
    assert kinds(lineage) == ["undeclared-base"]


def test_family_of_the_developers_own_goes_before_any_look() -> None:
    lineage = trace(reading("Qwen/Qwen2.5-7B", config("qwen2"), gguf(128256, "llama-bpe")))
    assert lineage.hints[0].family == "Llama 3"
    assert lineage.subject.family == "Qwen2.5"


def test_look_at_list_depth_is_taken_from_the_hubs_own_fields() -> None:
    lineage = trace(reading("a/one", model_type="qwen2", architectures=("Qwen2ForCausalLM",)))
    assert looks(lineage) == [("Qwen2.5", "model_type", False)]


def test_developer_and_its_other_names_need_no_explanation() -> None:
    for name in ("Qwen/Qwen2.5-7B", "Qwen-labs/Something"):
        lineage = trace(reading(name, config("qwen2", 151936), card()))
        assert looks(lineage) == [("Qwen2.5", "model_type", True)]
        assert kinds(lineage) == []


@pytest.mark.parametrize("readable", [True, False])
def test_ancestor_of_the_developers_explains_the_look(readable: bool) -> None:
    base = [reading("Qwen/Qwen2.5-7B", config("qwen2", 151936))] if readable else []
    lineage = trace(reading("a/one", front("Qwen/Qwen2.5-7B"), config("qwen2", 151936)), *base)
    assert looks(lineage) == [("Qwen2.5", "model_type", True)]


def test_look_that_no_ancestor_explains_stays_open() -> None:
    lineage = trace(reading("a/one", front("b/base"), config("qwen2", 151936)), reading("b/base"))
    assert looks(lineage) == [("Qwen2.5", "model_type", False)]
    assert kinds(lineage) == [], "a base is declared; that it explains nothing is the hint's matter"


@pytest.mark.parametrize("verdict", ["not-derived", "from-scratch", "teacher-only"])
def test_cleared_look_alike_has_no_hint_and_its_dispute_is_listed(verdict: str) -> None:
    curated = SmallCurated(known={"lab/Big": [("deepseek-ai/DeepSeek-V3", verdict)]})
    lineage = trace(reading("lab/Big", config("deepseek_v3", 129280), card()), curated=curated)
    assert (lineage.hints, lineage.contradictions, lineage.edges) == ((), (), ())
    assert [(d.against, d.verdict, d.source) for d in lineage.disputes] == [
        ("deepseek-ai/DeepSeek-V3", verdict, "a report")
    ]
    assert lineage.subject.family is None


@pytest.mark.parametrize("verdict", ["disputed", "unverified"])
def test_open_dispute_leaves_the_hint(verdict: str) -> None:
    curated = SmallCurated(known={"lab/Big": [("deepseek-ai/DeepSeek-V3", verdict)]})
    lineage = trace(reading("lab/Big", config("deepseek_v3", 129280), card()), curated=curated)
    assert looks(lineage) == [("DeepSeek-V3 / R1", "model_type", False)]


def test_dispute_with_a_model_of_no_known_name_clears_by_its_publisher() -> None:
    curated = SmallCurated(known={"lab/Big": [("deepseek-ai/unheard-of", "not-derived")]})
    assert trace(reading("lab/Big", config("deepseek_v3", 129280)), curated=curated).hints == ()


def test_dispute_clears_only_the_developer_it_names() -> None:
    curated = SmallCurated(known={"lab/Big": [("Qwen/Qwen2.5-7B", "not-derived")]})
    lineage = trace(reading("lab/Big", config("deepseek_v3", 129280), card()), curated=curated)
    assert looks(lineage) == [("DeepSeek-V3 / R1", "model_type", False)]


def test_descendant_of_a_cleared_or_cited_model_inherits_its_look() -> None:
    for curated in (
        SmallCurated(known={"lab/Big": [("deepseek-ai/DeepSeek-V3", "not-derived")]}),
        SmallCurated(roots={"lab/Big": "a report"}),
    ):
        base = reading("lab/Big", config("deepseek_v3", 129280))
        lineage = trace(reading("a/tuned", front("lab/Big"), config("deepseek_v3", 129280)), base, curated=curated)
        assert looks(lineage) == [("DeepSeek-V3 / R1", "model_type", True)]


def test_parent_without_the_look_or_without_a_citation_explains_nothing() -> None:
    for base, roots in [
        (reading("lab/Big", config("own")), {"lab/Big": "a report"}),
        (reading("lab/Big", config("deepseek_v3", 129280)), {}),
    ]:
        subject = reading("a/tuned", front("lab/Big"), config("deepseek_v3", 129280))
        assert looks(trace(subject, base, curated=SmallCurated(roots=roots)))[0][2] is False


def test_cited_root_is_not_questioned_by_a_look() -> None:
    curated = SmallCurated(roots={"lab/Big": "a report"})
    lineage = trace(reading("lab/Big", config("deepseek_v3", 129280), card()), curated=curated)
    assert kinds(lineage) == []
    assert looks(lineage) == [("DeepSeek-V3 / R1", "model_type", False)]


def test_claim_of_scratch_does_not_silence_a_telling_look() -> None:
    lineage = trace(reading("a/one", config("qwen2", 151936), card(from_scratch=True)))
    assert lineage.subject.established is None, "it looks like somebody else's weights"
    assert kinds(lineage) == ["undeclared-base"]


def test_model_without_a_namespace_is_nobodys_kin() -> None:
    lineage = trace(reading("gpt-j", config("qwen2", 151936), prose("gpt2"), loaded("bert")), reading("gpt2"))
    assert looks(lineage) == [("Qwen2.5", "model_type", False)]
    assert sorted(kinds(lineage)) == ["base-mismatch", "undeclared-base"]


# -- names in prose


def test_base_named_in_words_is_a_hint_and_undeclared() -> None:
    lineage = trace(reading("microsoft/MAI", card(("a DeepSeek R1 model", "weights"))))
    assert looks(lineage) == [("DeepSeek-V3 / R1", "stated", False)]
    assert says(only(lineage)) == [("none", "declared"), ("a DeepSeek R1 model", "stated")]
    assert lineage.hints[0].at.endswith("README.md#line=3")
    assert (lineage.gaps, lineage.unresolved) == ((), ())
    assert lineage.subject.family is None, "prose is not what the files look like"


def test_base_named_in_words_and_declared_is_explained() -> None:
    base = reading("deepseek-ai/DeepSeek-R1")
    lineage = trace(reading("microsoft/MAI", front("deepseek-ai/DeepSeek-R1"), card(("DeepSeek R1", "weights"))), base)
    assert looks(lineage) == [("DeepSeek-V3 / R1", "stated", True)]
    assert (kinds(lineage), lineage.complete) == ([], True)


def test_base_named_by_words_nobody_knows_is_unresolved() -> None:
    lineage = trace(reading("a/one", card(("our secret foundation", "weights"))))
    assert [(u.reference, u.reason, u.basis) for u in lineage.unresolved] == [
        ("our secret foundation", Reason.UNNAMED, Basis.STATED)
    ]
    assert not lineage.complete


@pytest.mark.parametrize("known", [front("b/base"), config("qwen2")])
def test_such_words_add_nothing_to_a_known_base_or_a_known_origin(known: Said) -> None:
    lineage = trace(reading("Qwen/Qwen2.5-7B", known, card(("our foundation", "weights"))), reading("b/base"))
    assert lineage.complete


def test_teacher_of_the_publishers_own_is_its_own_and_a_cleared_base_still_taught() -> None:
    taught = card(("Improved using Qwen", "teacher"))
    assert looks(trace(reading("Qwen-labs/Tiny", taught))) == [("Qwen", "teacher", True)]
    cleared = SmallCurated(known={"nvidia/Nano": [("Qwen/Qwen2.5-7B", "teacher-only")]})
    assert looks(trace(reading("nvidia/Nano", taught), curated=cleared)) == [("Qwen", "teacher", False)]


@pytest.mark.parametrize(
    "shown",
    [
        part_config("qwen2", 151936),
        pipeline(("text_encoder", "transformers", "Qwen2_5_VLForConditionalGeneration"), ("vae", "diffusers", "Plain")),
    ],
)
def test_part_of_a_pipeline_is_a_lead_and_says_nothing_of_the_weights_beside_it(shown: Said) -> None:
    lineage = trace(reading("a/image", shown, card(from_scratch=True)))
    assert [(h.family, h.own) for h in lineage.hints] == [("Qwen2.5", False)]
    assert (lineage.subject.family, kinds(lineage)) == (None, [])
    assert lineage.subject.established is None
    own = trace(reading("Qwen/Image", shown, card(from_scratch=True)))
    assert ([h.own for h in own.hints], own.subject.established) == ([True], Basis.STATED)


def test_teacher_named_in_words_is_a_gap_and_no_hint_of_a_base() -> None:
    lineage = trace(reading("nvidia/Nano", card(("Improved using Qwen", "teacher"), from_scratch=True)))
    assert looks(lineage) == [("Qwen", "teacher", False)]
    assert lineage.contradictions == ()
    assert lineage.subject.established is Basis.STATED, "a teacher gave no weights"
    assert [(g.what, g.reason, g.detail) for g in lineage.gaps] == [("teacher", Reason.UNNAMED, "Improved using Qwen")]
    assert lineage.complete, "its weights are followed; whom it learned from is another question"


@pytest.mark.parametrize(
    ("words", "gaps"), [("taught by Qwen2.5", 0), ("taught by a larger model", 0), ("by DeepSeek R1", 1)]
)
def test_teacher_in_words_that_is_also_named_by_id_is_no_gap(words: str, gaps: int) -> None:
    teacher = prose("Qwen/Qwen2.5-72B", "distilled", "teacher")
    lineage = trace(reading("a/one", teacher, card((words, "teacher"))), reading("Qwen/Qwen2.5-72B"))
    assert len(lineage.gaps) == gaps
    assert lineage.unresolved == ()


def test_name_in_a_gguf_header_questions_a_silent_declaration() -> None:
    lineage = trace(reading("a/one", gguf(None, None, "Qwen2.5 7B Instruct")))
    assert [(hint.family, hint.signal, hint.own) for hint in lineage.hints] == [("Qwen2.5", "name", False)]
    assert kinds(lineage) == ["undeclared-base"]
    assert trace(reading("a/one", gguf(None, None, "Widget 7B"))).hints == ()


def test_look_of_a_part_inside_a_config_is_a_lead_only() -> None:
    inner = Part("decoder", Role.COMPONENT, "qwen2", 151936)
    fact = SimpleNamespace(model_type="x", architectures=(), vocab_size=None, parts=(inner,))
    lineage = trace(reading("a/one", lambda model: Evidence("config", model.at("config.json"), fact)))
    assert [hint.family for hint in lineage.hints] == ["Qwen2.5"]
    assert lineage.contradictions == ()
