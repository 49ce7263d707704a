"""What the cited table says of one repository."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest

from scanner.curated import Curated
from scanner.fact import Basis
from scanner.family import Families
from scanner.model import Parent, Relation, RepoId, Role

CURATED = Curated.shipped()
FAMILIES = Families.shipped()


def chain(repo: str, role: Role = Role.WEIGHTS) -> list[str]:
    """Up the first parent in ``role``, then along the weights."""
    path, wanted = [repo], role
    while above := [p for p in CURATED.parents(path[-1]) if p.role is wanted]:
        path.append(above[0].ref.raw)
        wanted = Role.WEIGHTS
    return path


def one(repo: str, role: Role = Role.WEIGHTS) -> Parent:
    (parent,) = [p for p in CURATED.parents(RepoId.parse(repo)) if p.role is role]
    return parent


@pytest.mark.parametrize(
    "path",
    [
        ["microsoft/MAI-DS-R1", "deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-V3-Base"],
        ["perplexity-ai/r1-1776", "deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-V3-Base"],
        ["nvidia/OpenCodeReasoning-Nemotron-14B", "Qwen/Qwen2.5-14B-Instruct", "Qwen/Qwen2.5-14B"],
        ["NousResearch/Hermes-4-14B", "Qwen/Qwen3-14B-Base"],
        ["deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "meta-llama/Llama-3.1-8B"],
        ["agentica-org/DeepCoder-14B-Preview", "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", "Qwen/Qwen2.5-14B"],
        ["skt/A.X-4.0-VL-Light", "skt/A.X-4.0-Light", "Qwen/Qwen2.5-7B"],
        ["Snowflake/snowflake-arctic-embed-l-v2.0", "BAAI/bge-m3-retromae", "FacebookAI/xlm-roberta-large"],
        ["abacusai/Smaug-72B-v0.1", "moreh/MoMo-72B-lora-1.8.7-DPO", "Qwen/Qwen-72B"],
        [
            "malteos/most-embed-de",
            "nvidia/Nemotron-3-Embed-1B-BF16",
            "mistralai/Ministral-3-3B-Instruct-2512",
            "mistralai/Ministral-3-3B-Base-2512",
        ],
        ["apple/FastVLM-7B", "Qwen/Qwen2-7B"],
        ["Rakuten/RakutenAI-3.0", "deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-V3-Base"],
    ],
    ids=lambda path: path[0],
)
def test_a_lineage_is_followed_hop_by_hop_to_where_the_weights_begin(path: list[str]) -> None:
    assert chain(path[0]) == path
    assert CURATED.root(path[-1]) or FAMILIES.own(path[-1])
    assert all(CURATED.root(hop) is None for hop in path[:-1])


def test_a_claim_is_curated_and_carries_its_citation() -> None:
    parent = one("MICROSOFT/mai-ds-r1")
    assert parent.basis is Basis.CURATED
    assert parent.relation is Relation.FINETUNE
    assert str(parent.at) == "curated://microsoft/MAI-DS-R1/lineages.yaml"
    assert "huggingface.co/microsoft/MAI-DS-R1/commit/" in parent.note
    assert "(seen 2026-11-23), high confidence" in parent.note
    assert parent.note.endswith("declared in its metadata")


def test_what_nobody_read_a_page_for_says_so() -> None:
    assert one("microsoft/Fara-7B").note == "public knowledge, unverified"


def test_what_the_publisher_does_not_declare_is_marked() -> None:
    assert "; not declared in its metadata" in one("Rakuten/RakutenAI-3.0").note


def test_a_distilled_model_has_weights_from_one_and_lessons_from_another() -> None:
    distilled = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    assert one(distilled).ref.raw == "meta-llama/Llama-3.1-8B"
    assert one(distilled, Role.TEACHER).ref.raw == "deepseek-ai/DeepSeek-R1"
    assert one(distilled, Role.TEACHER).relation is Relation.DISTILLED
    assert CURATED.root(distilled) is None


def test_a_teacher_and_a_part_are_no_weights() -> None:
    assert {p.role for p in CURATED.parents("nvidia/NVIDIA-Nemotron-Nano-9B-v2")} == {Role.TEACHER}
    part = one("naver-hyperclovax/HyperCLOVAX-SEED-Think-32B", Role.COMPONENT)
    assert part.ref.raw.startswith("Qwen/Qwen2.5-VL")
    assert CURATED.root("naver-hyperclovax/HyperCLOVAX-SEED-Think-32B")


def test_the_language_model_of_a_vision_model_is_its_weights() -> None:
    backbone = one("AIDC-AI/Ovis1.6-Gemma2-9B")
    assert backbone.role is Role.WEIGHTS
    assert "backbone" in backbone.note


@pytest.mark.parametrize(
    ("repo", "relation"),
    [
        ("unsloth/Qwen3-4B-Instruct-2507", Relation.COPY),
        ("unsloth/mistral-7b-instruct-v0.3-bnb-4bit", Relation.QUANTIZED),
        ("vidore/colqwen2-v1.0", Relation.ADAPTER),
        ("cerebras/GLM-4.6-REAP-218B-A32B-FP8", Relation.FINETUNE),
    ],
)
def test_relations_are_mapped_onto_the_closed_set(repo: str, relation: Relation) -> None:
    assert one(repo).relation is relation


def test_a_reused_architecture_is_a_dispute_and_no_parent() -> None:
    repo = "krutrim-ai-labs/Krutrim-2-instruct"
    assert CURATED.parents(repo) == ()
    (dispute,) = CURATED.disputes(repo)
    assert (dispute.against, dispute.verdict) == ("mistralai/Mistral-Nemo-Base-2407", "unverified")


def test_a_look_alike_is_cleared_with_its_source() -> None:
    (dispute,) = CURATED.disputes("upstage/Solar-Open-100B")
    assert (dispute.against, dispute.verdict) == ("zai-org/GLM-4.5-Air", "not-derived")
    assert "digitaltoday.co.kr" in dispute.source
    assert CURATED.parents("upstage/Solar-Open-100B") == ()


@pytest.mark.parametrize(
    "base",
    [
        "mistralai/Mistral-7B-v0.1",
        "meta-llama/Llama-3.1-8B",
        "meta-llama/Meta-Llama-3-8B",
        "google/gemma-2-9b",
        "ibm-granite/granite-4.0-1b",
        "allenai/OLMo-2-1124-7B",
        "microsoft/phi-4",
        "openai/gpt-oss-20b",
        "swiss-ai/Apertus-8B-2509",
    ],
)
def test_the_beginning_of_a_base_model_is_established(base: str) -> None:
    assert CURATED.root(base) or FAMILIES.own(base)
    assert CURATED.parents(base) == ()


def test_of_what_stands_nowhere_nothing_is_said() -> None:
    assert CURATED.parents("nobody/nothing") == ()
    assert CURATED.root("nobody/nothing") is None
    assert CURATED.disputes(RepoId(None, "nothing")) == ()


def test_every_id_has_its_record_in_any_case() -> None:
    ids = CURATED.ids()
    assert len(ids) == len(set(ids)) > 370
    for repo in ids:
        said = (CURATED.parents(repo), CURATED.root(repo), CURATED.disputes(repo))
        assert any(said), repo
        assert said == (CURATED.parents(repo.upper()), CURATED.root(repo.upper()), CURATED.disputes(repo.upper()))
        assert all(claim.basis is Basis.CURATED and claim.note and claim.ref.repo for claim in said[0])


def test_the_digest_is_of_the_shipped_bytes() -> None:
    assert CURATED.digest() == hashlib.sha256((files("scanner.data") / "lineages.yaml").read_bytes()).hexdigest()
