"""adapter_config.json and mergekit recipes: what a model cannot be without, folders included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence import adapter, merge
from scanner.evidence.frontmatter import MAX_PARENTS
from tests.evidence.repository import complaint, gaps, parents, repository


@pytest.mark.parametrize(
    ("base", "ref", "form"),
    [
        ("meta-llama/Llama-2-7b-hf", "meta-llama/Llama-2-7b-hf", "id"),
        ("gpt2", "gpt2", "id"),
        ("/workspace/models/llama", "/workspace/models/llama", "local-path"),
        ("https://huggingface.co/a/b", "a/b", "url"),
    ],
)
def test_an_adapter_declares_the_model_it_sits_on(tmp_path: Path, base: str, ref: str, form: str) -> None:
    value = {"base_model_name_or_path": base, "peft_type": "LORA", "revision": "main"}
    model, hub = repository(tmp_path, {"adapter_config.json": json.dumps(value)})
    items = list(adapter.read(model, hub))
    assert parents(items) == [(ref, form, "adapter", "base_model_name_or_path")]
    (parent,) = items[0].parents  # type: ignore[union-attr]
    assert parent.basis.value == "declared"


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ({}, "None"),
        ({"base_model_name_or_path": None}, "None"),
        ({"base_model_name_or_path": 7}, "7"),
        ({"base_model_name_or_path": ""}, "''"),
        ({"base_model_name_or_path": ["a/b", "c/d"]}, "['a/b', 'c/d']"),
        ({"base_model_name_or_path": [7]}, "[7]"),
    ],
)
def test_an_adapter_that_names_no_base_has_one_that_is_malformed(tmp_path: Path, value: object, raw: str) -> None:
    model, hub = repository(tmp_path, {"adapter_config.json": json.dumps(value)})
    assert parents(adapter.read(model, hub)) == [(raw, "malformed", "adapter", "base_model_name_or_path")]


def test_a_list_of_one_id_is_read_as_that_id() -> None:
    assert adapter.parse(b'{"base_model_name_or_path": ["a/b"]}').base.raw == "a/b"


ADAPTER = '{"base_model_name_or_path": "a/b"}'


@pytest.mark.parametrize(
    ("beside", "role", "relation"),
    [
        ({}, "weights", "adapter"),
        ({"adapter_config.json": ADAPTER, "adapter_model.safetensors": "x"}, "weights", "adapter"),
        ({"model.safetensors": "x"}, "component", "component"),
        ({"other/model.safetensors": "x"}, "weights", "adapter"),
    ],
)
def test_an_adapter_in_a_folder_is_optional_only_beside_full_weights(
    tmp_path: Path, beside: dict[str, bytes | str], role: str, relation: str
) -> None:
    model, hub = repository(tmp_path, {"lora/en/adapter_config.json": ADAPTER, **beside})
    found = [p for item in adapter.read(model, hub) for p in item.parents]  # type: ignore[union-attr]
    assert {(p.role.value, p.relation.value, str(p.ref.repo)) for p in found} == {(role, relation, "a/b")}
    assert found[-1].at.path == "lora/en/adapter_config.json"


def test_an_optional_adapter_of_the_model_itself_is_no_parent(tmp_path: Path) -> None:
    own = json.dumps({"base_model_name_or_path": "acme/widget-7b"})
    model, hub = repository(tmp_path, {"lora/adapter_config.json": own, "model.safetensors": "x"})
    assert parents(adapter.read(model, hub)) == []


def test_files_in_more_folders_than_are_read_are_one_gap(tmp_path: Path) -> None:
    adapters: dict[str, bytes | str] = {f"{i}/adapter_config.json": ADAPTER for i in range(adapter.MAX_FILES + 2)}
    recipes = {f"{i}/mergekit_config.yml": "models:\n- model: a/b\n" for i in range(merge.MAX_FILES + 1)}
    model, hub = repository(tmp_path, {**adapters, **recipes})
    first = ("8/adapter_config.json", "too-large", "only 8 of 10 adapter configs are read")
    assert gaps(adapter.read(model, hub)) == [first]
    assert gaps(merge.read(model, hub)) == [
        ("8/mergekit_config.yml", "too-large", "only 8 of 9 merge recipes are read")
    ]
    assert len(parents(adapter.read(model, hub))) == len(parents(merge.read(model, hub))) == 8


def test_the_older_adapter_format_is_read_too() -> None:
    assert adapter.parse(b'{"model_name": "bert-base-uncased"}').base.raw == "bert-base-uncased"


RECIPES = [
    ("models:\n- model: a/b\n- model: c/d\nmerge_method: ties\nbase_model: e/f\n", "a/b c/d e/f"),
    ("slices:\n- sources:\n  - model: a/b\n    layer_range: [0, 3]\n  - model: c/d\nmerge_method: x\n", "a/b c/d"),
    ("base_model: a/b\nexperts:\n- source_model: c/d\n  positive_prompts: [hi]\n", "a/b c/d"),
    ("models:\n- model: a/b+c/lora\n- model:\n    model:\n      path: d/e\n", "a/b c/lora d/e"),
    ("models:\n- model: a/b\n- model: a/b\nmerge_method: linear\n", "a/b"),
]


@pytest.mark.parametrize(("text", "models"), RECIPES)
def test_a_recipe_names_every_model_once(text: str, models: str) -> None:
    fact = merge.parse(text.encode())
    assert (" ".join(fact.models), fact.problems) == (models, ())


@pytest.mark.parametrize("path", merge.RECIPES)
def test_the_parents_of_a_merge_are_observed_and_folders_stay_folders(tmp_path: Path, path: str) -> None:
    text = "models:\n- model: a/b@main\n- model: ./local\n- model: step-one\n- model: /mnt/x/y\nmerge_method: ties\n"
    model, hub = repository(tmp_path, {path: text})
    items = list(merge.read(model, hub))
    assert parents(items) == [
        ("a/b", "id", "merge", "models"),
        ("./local", "local-path", "merge", "models"),
        ("step-one", "local-path", "merge", "models"),
        ("/mnt/x/y", "local-path", "merge", "models"),
    ]
    assert {p.basis.value for p in items[0].parents} == {"observed"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- a\n- b\n", "not a YAML mapping"),
        ("a: [", "not valid YAML"),
        ("a: &x 1\nb: *x\n", "aliases"),
        ("a: 1\n---\nb: 2\n", "several documents"),
        ("", "not a YAML mapping"),
    ],
)
def test_a_recipe_that_cannot_be_read_is_a_gap(tmp_path: Path, text: str, why: str) -> None:
    model, hub = repository(tmp_path, {"mergekit_config.yml": text})
    ((what, reason, detail),) = gaps(merge.read(model, hub))
    assert (what, reason) == ("mergekit_config.yml", "malformed")
    assert why in detail


def test_a_recipe_that_names_nothing_or_too_much_is_a_problem() -> None:
    assert merge.parse(b"merge_method: ties\n").problems == ("names no model",)
    crowd = "models:\n" + "".join(f"- model: a/b{i}\n" for i in range(MAX_PARENTS + 1))
    fact = merge.parse(crowd.encode())
    assert (len(fact.models), fact.problems) == (MAX_PARENTS, (f"more than {MAX_PARENTS} models",))


def test_a_key_that_stands_twice_is_a_problem() -> None:
    fact = merge.parse(b"base_model: a/b\nbase_model: c/d\n")
    assert (fact.models, fact.problems) == (("c/d",), ("duplicate key 'base_model'",))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fact_or_malformed(data: bytes) -> None:
    assert "\n" not in complaint(adapter.parse, data) + complaint(merge.parse, data)
