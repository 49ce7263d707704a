"""What must hold of alternatives: allowed by the real judge, of other roots, alive, close in size, best known first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue.alternatives import Alternative, NothingKnown, alternatives, counted, named_size, suggestions
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
        assert suggestions(kept, "nobody/knows", [NO_PRC], TABLES, DAY) is None
        assert suggestions(kept, "acme/bare", [NO_PRC], TABLES, DAY) is None
        with pytest.raises(NothingKnown):
            found(kept, of="acme/bare")
        assert len(suggestions(kept, "Qwen/Qwen2.5-7B", [NO_PRC], TABLES, DAY) or ()) == 3


def untold(*ids: str, **said: Any) -> list[dict[str, Any]]:
    """Models of which neither task, size, downloads nor dates are known."""
    nothing = dict.fromkeys(("pipeline_tag", "downloads", "safetensors", "lastModified"))
    return [row(id, **{**nothing, **said}) for id in ids]


def test_without_a_task_the_class_tells_what_a_model_does(tmp_path: Path) -> None:
    encoder = {"architectures": ["BertForMaskedLM"], "model_type": "bert"}
    said = [
        *untold("Qwen/Qwen2.5-7B", config=QWEN), *untold("google/gemma-7b", config=GEMMA),
        *untold("google-bert/bert-7b", config=encoder), row("mistralai/Mistral-7B-v0.1", config=MISTRAL, safetensors=sized(7)),
    ]  # fmt: skip
    with filled(tmp_path / "u.db", said) as kept:
        subject, offered = alternatives(kept, "Qwen/Qwen2.5-7B", [NO_PRC], TABLES, DAY)
    assert subject.signs == (("class", "ForCausalLM"),)
    # Known downloads first; the encoder does something else.
    assert [one.id for one in offered] == ["mistralai/Mistral-7B-v0.1", "google/gemma-7b"]
    assert "same class: ForCausalLM" in offered[1].reasons


def test_without_a_task_and_a_class_the_library_has_to_do(tmp_path: Path) -> None:
    said = untold("Qwen/Qwen2.5-7B", "mistralai/Mistral-7B-v0.1", config=None)
    with filled(tmp_path / "u.db", said) as kept:
        subject, offered = alternatives(kept, "Qwen/Qwen2.5-7B", [NO_PRC], TABLES, DAY)
    assert subject.signs == (("library", "transformers"),)
    assert [one.id for one in offered] == ["mistralai/Mistral-7B-v0.1"]


def test_without_counts_names_tell_the_size_and_children_the_rank_and_both_are_told(tmp_path: Path) -> None:
    said = untold("Qwen/Qwen2.5-7B", "google/gemma-7b", "allenai/OLMo-7B", "microsoft/big-70b", config=QWEN)
    said += untold("acme/one", config=OLMO) + [row(f"acme/child{n}", "allenai/OLMo-7B", config=OLMO) for n in range(2)]
    with filled(tmp_path / "u.db", said) as kept:
        _, offered = alternatives(kept, "Qwen/Qwen2.5-7B", [NO_PRC], TABLES, DAY)
    first, second, *others = [one for one in offered if not one.id.startswith("acme/")]
    assert (first.id, second.id) == ("allenai/OLMo-7B", "google/gemma-7b")
    assert {"downloads not known, 2 models here come out of it", "7B parameters by its name, about as many"} < set(
        first.reasons
    )
    assert [one.id for one in others] == ["microsoft/big-70b"]


def test_a_model_tuned_to_follow_instructions_is_replaced_by_another(tmp_path: Path) -> None:
    said = untold("Qwen/Qwen2.5-7B-Instruct", "google/gemma-7b", "google/gemma-7b-it", "acme/Qwen2.5-7B", config=QWEN)
    said += [row("acme/child", "google/gemma-7b", config=OLMO)]
    with filled(tmp_path / "u.db", said) as kept:
        _, offered = alternatives(kept, "Qwen/Qwen2.5-7B-Instruct", [NO_PRC], TABLES, DAY)
    assert offered[0].id == "google/gemma-7b-it"


def test_another_name_of_the_same_model_is_no_alternative(tmp_path: Path) -> None:
    said = untold("meta-llama/Llama-3.1-8B", "meta-llama/Meta-Llama-3.1-8B", "google/gemma-7b", config=GEMMA)
    with filled(tmp_path / "u.db", said) as kept:
        _, offered = alternatives(kept, "meta-llama/Llama-3.1-8B", [NO_PRC], TABLES, DAY)
    assert [one.id for one in offered] == ["google/gemma-7b"]


def test_one_model_under_two_names_is_offered_once(tmp_path: Path) -> None:
    said = untold("Qwen/Qwen2.5-7B", "meta-llama/Llama-3.1-8B", "meta-llama/Meta-Llama-3.1-8B", config=GEMMA)
    said += untold("google/gemma-7b", config=GEMMA)
    with filled(tmp_path / "u.db", said) as kept:
        _, offered = alternatives(kept, "Qwen/Qwen2.5-7B", [NO_PRC], TABLES, DAY)
    assert sorted(one.id for one in offered) == ["google/gemma-7b", "meta-llama/Llama-3.1-8B"]


@pytest.mark.parametrize("task", ["Embedding", "Reranker", "Reward", "Guard"])
def test_what_embeds_ranks_or_guards_is_replaced_by_its_like_alone(task: str, tmp_path: Path) -> None:
    said = untold(f"Qwen/Qwen3-{task}-8B", "Qwen/Qwen3-8B", "google/gemma-7b", f"google/gemma-{task}-7b", config=GEMMA)
    with filled(tmp_path / "u.db", said) as kept:
        _, instead = alternatives(kept, f"Qwen/Qwen3-{task}-8B", [NO_PRC], TABLES, DAY)
        _, plain = alternatives(kept, "Qwen/Qwen3-8B", [NO_PRC], TABLES, DAY)
    assert [one.id for one in instead] == [f"google/gemma-{task}-7b"]
    assert [one.id for one in plain] == ["google/gemma-7b"]


def test_a_model_made_for_code_is_replaced_by_another_before_any_other(tmp_path: Path) -> None:
    said = untold("Qwen/Qwen2.5-Coder-7B", "google/gemma-7b", "google/codegemma-7b", config=GEMMA)
    said += [row("acme/child", "google/gemma-7b", config=OLMO)]
    with filled(tmp_path / "u.db", said) as kept:
        _, offered = alternatives(kept, "Qwen/Qwen2.5-Coder-7B", [NO_PRC], TABLES, DAY)
    assert offered[0].id == "google/codegemma-7b"


@pytest.mark.parametrize(
    ("id", "size"),
    [
        ("a/Qwen2.5-7B-Instruct", 7 * 10**9), ("a/qwen3-30B-A3B", 30 * 10**9), ("a/Mixtral-8x7B-v0.1", 56 * 10**9),
        ("a/opt-125m", 125 * 10**6), ("a/gemma-0.5b-it", 5 * 10**8), ("7b/bge-m3", None), ("a/model-4bit", None),
        ("a/llama2-70", None), ("a/x-0b", None), ("a/v1.7B3", None),
    ],
)  # fmt: skip
def test_a_size_is_read_from_a_name_only_where_it_says_one(id: str, size: int | None) -> None:
    assert named_size(id) == size


@pytest.mark.parametrize(("number", "said"), [(7_615_616_512, "7.6B"), (7_000_000_000, "7B"), (350, "350")])
def test_sizes_are_said_as_people_say_them(number: int, said: str) -> None:
    assert counted(number) == said
