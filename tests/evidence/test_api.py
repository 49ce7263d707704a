"""What the hub says of a model: its card, tags and base models, each kept as a claim of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence import api
from scanner.evidence.frontmatter import MAX_PARENTS
from scanner.fact import Basis
from scanner.model import Model, RepoId
from tests.evidence.repository import facts, gaps, parents, repository

REPO = RepoId.parse("acme/Widget-7B")


def model(**said: Any) -> Model:
    return replace(Model("hf", REPO, REPO, hub_id="0" * 24), **said)


def claims(**said: Any) -> list[tuple[str, str, str, str]]:
    one = model(**said)
    return parents(api.read(one, None))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Qwen/Qwen3-8B", [("Qwen/Qwen3-8B", "id")]),
        (["a/b", "c/d"], [("a/b", "id"), ("c/d", "id")]),
        (["a/b", None, "a/b"], [("a/b", "id")]),
        ([], []),
        (None, []),
        ("", []),
        ("  ", []),
        ("https://huggingface.co/x/y/tree/main", [("x/y", "url")]),
        ("hf.co/x/y/", [("x/y", "url")]),
        ("'x/y' ", [("x/y", "id")]),
        ("gpt2", [("gpt2", "id")]),
        ("/workspace/out/checkpoint-3890", [("/workspace/out/checkpoint-3890", "local-path")]),
        ("./out", [("./out", "local-path")]),
        ("D:\\Diverses\\models", [("D:\\Diverses\\models", "local-path")]),
        ("models/foo", [("models/foo", "local-path")]),
        ("https://huggingface.co/datasets/a/b", [("https://huggingface.co/datasets/a/b", "not-a-model")]),
        ({"name": "a/b"}, [("{'name': 'a/b'}", "malformed")]),
        (7, [("7", "malformed")]),
        ([["a/b"]], [("['a/b']", "malformed")]),
    ],
)
def test_a_base_model_of_any_shape_is_a_claim_that_says_what_it_is(
    written: object, read: list[tuple[str, str]]
) -> None:
    assert [(ref, form) for ref, form, _, _ in claims(card={"base_model": written})] == read


def test_the_sources_of_a_claim_are_kept_apart() -> None:
    tags = ("base_model:a/b", "base_model:quantized:a/b", "license:mit", "en")
    read = claims(card={"base_model": "a/b", "base_model_relation": "merge"}, tags=tags)
    assert read == [("a/b", "id", "merge", "cardData.base_model"), ("a/b", "id", "quantized", "tags")]


def test_a_plain_base_model_tag_counts_where_no_tag_states_a_relation() -> None:
    assert claims(tags=("base_model:a/b", "base_model:adapter:/workspace/x")) == [
        ("/workspace/x", "local-path", "adapter", "tags"),
        ("a/b", "id", "unspecified", "tags"),
    ]


def test_an_adapter_config_in_the_listing_settles_a_relation_nobody_states(tmp_path: Path) -> None:
    said = {"cardData": {"base_model": "a/b"}}
    one, hub = repository(tmp_path, {"adapter_config.json": "{}"}, said=said)
    assert parents(api.read(one, hub)) == [("a/b", "id", "adapter", "cardData.base_model")]


def test_an_unknown_relation_is_unspecified_and_remembered() -> None:
    (evidence,) = api.read(model(card={"base_model": "a/b", "base_model_relation": "distil"}), None)  # type: ignore[arg-type]
    (parent,) = evidence.parents  # type: ignore[union-attr]
    assert (parent.relation.value, parent.note) == ("unspecified", "relation written as 'distil'")
    assert parent.basis is Basis.DECLARED


@pytest.mark.parametrize(
    ("card", "ids"),
    [
        (None, None),
        ({}, ()),
        ({"license": None}, ()),
        ({"license": "mit"}, ("mit",)),
        ({"license": ["mit", None, "Apache-2.0"]}, ("mit", "Apache-2.0")),
        ({"license": {"id": "mit"}}, ("{'id': 'mit'}",)),
    ],
)
def test_no_licence_and_no_card_are_two_things(card: dict[str, Any] | None, ids: tuple[str, ...] | None) -> None:
    (fact,) = facts(api.read(model(card=card, tags=("license:other", "license: x")), None), "hub")  # type: ignore[arg-type]
    assert (fact.license_ids, fact.tag_license_ids) == (ids, ("other", "x"))


def test_a_licence_name_and_link_are_read_as_written() -> None:
    card = {"license": "other", "license_name": "llama4", "license_link": "LICENSE\nx"}
    (fact,) = facts(api.read(model(card=card), None), "hub")  # type: ignore[arg-type]
    assert (fact.license_name, fact.license_link, fact.tag_license_ids) == ("llama4", "LICENSE x", None)


def test_a_folder_of_which_the_hub_says_nothing_is_a_gap(tmp_path: Path) -> None:
    one, hub = repository(tmp_path, {"config.json": "{}"})
    assert [g[:2] for g in gaps(api.read(one, hub))] == [("hub metadata", "not-held")]
    assert not gaps(api.read(model(tags=()), hub))


def test_more_base_models_than_are_read_is_a_gap() -> None:
    one = model(card={"base_model": [f"a/b{i}" for i in range(MAX_PARENTS + 1)]}, base_models=())
    items = list(api.read(one, None))  # type: ignore[arg-type]
    assert len(parents(items)) == MAX_PARENTS
    assert [g[:2] for g in gaps(items)] == [("base_model", "too-large")]


def test_what_could_not_be_read_of_the_answer_is_a_gap() -> None:
    assert [g[:2] for g in gaps(api.read(model(unread=("gated",)), None))] == [("gated", "malformed")]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["None", "none", "null", "N/A", "n/a", "-", " "])
def test_a_base_that_is_written_as_none_is_none(tmp_path: Path, text: str) -> None:
    tags = [f"base_model:{text}", f"base_model:finetune:{text}"]
    model, hub = repository(tmp_path, {}, said={"cardData": {"base_model": [text]}, "tags": tags})
    assert parents(api.read(model, hub)) == []
