"""What must hold of alternatives: allowed by the real judge, of other roots, alive, close in size, best known first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue.alternatives import Alternative, NothingKnown, alternatives, counted, suggestions
from scanner.catalogue.file import Catalogue
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.judging import tables_of
from scanner.evidence import Depth
from scanner.model import RepoId
from scanner.policy import Policy, Verdict, load_policy, read_policy
from scanner.provenance import Request
from scanner.scan import scan
from tests.catalogue.rows import QWEN, filled, row

DAY = date(2026, 1, 1)
TABLES = tables_of(None)
NO_PRC = load_policy("no-prc-root")


def sized(billions: float) -> dict[str, Any]:
    total = int(billions * 10**9)
    return {"parameters": {"BF16": total}, "total": total}


GRANITE = {"architectures": ["GraniteForCausalLM"], "model_type": "granite"}
GEMMA = {"architectures": ["GemmaForCausalLM"], "model_type": "gemma"}
OLMO = {"architectures": ["OlmoForCausalLM"], "model_type": "olmo"}
MISTRAL = {"architectures": ["MistralForCausalLM"], "model_type": "mistral"}
OLD = "2020-01-01T00:00:00.000Z"
MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN, downloads=900_000, safetensors=sized(7.6)),
    row("acme/qwen-tuned", "Qwen/Qwen2.5-7B", config=QWEN, downloads=800_000, safetensors=sized(7.6)),
    row("deepseek-ai/deepseek-llm-7b-base", downloads=700_000, safetensors=sized(7)),
    row("mistralai/Mistral-7B-v0.1", config=MISTRAL, downloads=5_000, safetensors=sized(7.2)),
    row(
        "mistralai/Mistral-7B-Instruct-v0.1",
        "mistralai/Mistral-7B-v0.1",
        config=MISTRAL,
        downloads=4_000,
        safetensors=sized(7.2),
    ),
    row("ibm-granite/granite-3.0-2b-base", config=GRANITE, downloads=600_000, safetensors=sized(2.5)),
    row("google/gemma-7b", config=GEMMA, downloads=3_000, safetensors=sized(8.5)),
    row("google/bert", downloads=999_999, safetensors=sized(7), pipeline_tag="fill-mask"),
    row("microsoft/dead-7b", downloads=2_000, safetensors=sized(7), lastModified=OLD),
    row("microsoft/unused-7b", downloads=0, safetensors=sized(7)),
    row("allenai/OLMo-unsized", config=OLMO, downloads=650_000, safetensors=None),
]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with filled(tmp_path / "c.db", MODELS) as kept:
        yield kept


def found(catalogue: Catalogue, *policies: Policy, limit: int = 5, of: str = "Qwen/Qwen2.5-7B") -> list[Alternative]:
    return alternatives(catalogue, of, policies or (NO_PRC,), TABLES, DAY, limit)[1]


def test_those_close_in_size_come_first_then_wider_then_of_unknown_size(catalogue: Catalogue) -> None:
    assert [one.id for one in found(catalogue)] == [
        "mistralai/Mistral-7B-v0.1", "google/gemma-7b", "ibm-granite/granite-3.0-2b-base", "allenai/OLMo-unsized",
    ]  # fmt: skip


def test_every_one_is_allowed_by_a_check(catalogue: Catalogue) -> None:
    hub = CatalogueHub(catalogue)
    for one in found(catalogue):
        done = scan(
            Request(RepoId.parse(one.id)), hub, TABLES, [NO_PRC], at="2026-01-01T00:00:00Z", as_of=DAY, depth=Depth.CARD
        )
        assert done.verdict is Verdict.ALLOW


def test_neither_the_model_nor_its_kin_nor_another_denied_one_is_offered(catalogue: Catalogue) -> None:
    offered = {one.id for one in found(catalogue, limit=50)}
    assert not offered & {"Qwen/Qwen2.5-7B", "acme/qwen-tuned", "deepseek-ai/deepseek-llm-7b-base"}
    below = {one.id for one in found(catalogue, limit=50, of="acme/qwen-tuned")}
    assert "Qwen/Qwen2.5-7B" not in below


def test_one_of_each_root_is_offered(catalogue: Catalogue) -> None:
    roots = [root for one in found(catalogue, limit=50) for root in one.roots]
    assert len(roots) == len(set(roots))


def test_another_task_the_dead_and_the_unused_are_not_offered(catalogue: Catalogue) -> None:
    offered = {one.id for one in found(catalogue, limit=50)}
    assert not offered & {"google/bert", "microsoft/dead-7b", "microsoft/unused-7b"}


def test_the_reasons_are_told_in_words(catalogue: Catalogue) -> None:
    first, *_, last = found(catalogue)
    assert first.reasons == (
        "no-prc-root allows it", "same task: text-generation", "7.2B parameters, about as many",
        "5,000 downloads in 30 days", "changed 2025-01-01", "licence apache-2.0",
    )  # fmt: skip
    assert "size not known" in last.reasons
    assert first.document()["roots"] == ["mistralai/Mistral-7B-v0.1"]


EVERYTHING_REVIEWED = """
version: 1
name: look-twice
title: Everything is looked at
rules:
  - id: somebody-looks
    title: A person looks at it
    when: {field: model.downloads, ge: 0}
    verdict: review
    unknown: review
    message: look at it
"""


def test_where_none_is_allowed_those_that_need_a_review_are_marked(catalogue: Catalogue) -> None:
    offered = found(catalogue, NO_PRC, read_policy(EVERYTHING_REVIEWED), limit=2)
    assert len(offered) == 2
    for one in offered:
        assert one.verdict == "review"
        assert "somebody-looks" in one.review
        assert "asks for review" in one.reasons[0]
    assert not {"deepseek-ai/deepseek-llm-7b-base"} & {one.id for one in offered}, "what is denied is never offered"


def test_of_what_is_not_known_nothing_is_suggested(catalogue: Catalogue, tmp_path: Path) -> None:
    bare = row("acme/bare", pipeline_tag=None, library_name=None, config={}, tags=[])
    with filled(tmp_path / "bare.db", [*MODELS, bare]) as kept:
        assert suggestions(kept, "nobody/knows", [NO_PRC], TABLES, DAY) == []
        assert suggestions(kept, "acme/bare", [NO_PRC], TABLES, DAY) == []
        with pytest.raises(NothingKnown):
            found(kept, of="acme/bare")
        assert len(suggestions(kept, "Qwen/Qwen2.5-7B", [NO_PRC], TABLES, DAY)) == 3


def test_a_model_without_a_task_is_compared_by_its_library(tmp_path: Path) -> None:
    untold = [{key: value for key, value in said.items() if key != "pipeline_tag"} for said in MODELS[:4]]
    with filled(tmp_path / "u.db", untold) as kept:
        subject, offered = alternatives(kept, "Qwen/Qwen2.5-7B", [NO_PRC], TABLES, DAY)
    assert (subject.sign, subject.value) == ("library", "transformers")
    assert [one.id for one in offered] == ["mistralai/Mistral-7B-v0.1"]


@pytest.mark.parametrize(("number", "said"), [(7_615_616_512, "7.6B"), (7_000_000_000, "7B"), (350, "350")])
def test_sizes_are_said_as_people_say_them(number: int, said: str) -> None:
    assert counted(number) == said
