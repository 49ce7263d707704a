"""config.json, model_index.json and tokenizer_config.json: odd shapes are unknown, folders are noise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence import config, loaders, pipeline
from scanner.model import Role
from tests.evidence.repository import complaint, facts, gaps, parents, repository

PHI = {
    "architectures": ["Phi3ForCausalLM"],
    "auto_map": {"AutoConfig": "configuration_phi3.Phi3Config", "AutoModel": ["a/b--modeling.X", None]},
    "hidden_size": 3072,
    "model_type": "phi3",
    "num_hidden_layers": 32,
    "quantization_config": {"quant_method": "awq", "bits": 4},
    "transformers_version": "4.40.2",
    "vocab_size": 32064,
    "_name_or_path": "Phi-3-mini",
}


def read(value: Any) -> config.ConfigFact:
    return config.parse(json.dumps(value).encode())


def test_a_config_is_read_as_it_stands() -> None:
    fact = read(PHI)
    assert (fact.model_type, fact.architectures) == ("phi3", ("Phi3ForCausalLM",))
    assert (fact.vocab_size, fact.origins) == (32064, (("_name_or_path", "Phi-3-mini", Role.WEIGHTS),))
    assert fact.auto_map == ("configuration_phi3.Phi3Config", "a/b--modeling.X")


def test_the_language_part_of_a_composite_model_gives_what_the_top_lacks() -> None:
    text = {"model_type": "qwen2", "vocab_size": 151936}
    fact = read({"model_type": "llava", "text_config": text, "vision_config": {"model_type": "siglip_vision_model"}})
    assert (fact.model_type, fact.vocab_size) == ("llava", 151936)
    assert fact.parts == (
        config.Part("text_config", Role.WEIGHTS, "qwen2", 151936),
        config.Part("vision_config", Role.COMPONENT, "siglip_vision_model", None),
    )


def test_a_part_is_found_however_deep_and_under_whatever_name() -> None:
    text = {"model_type": "qwen2", "vocab_size": 151936, "_name_or_path": "Qwen/Qwen2-7B"}
    fact = read({"thinker_config": {"text_config": text}, "decoder": {"model_type": "gpt2"}, "plain": {"a": {"b": 1}}})
    assert {(part.key, part.role, part.model_type) for part in fact.parts} == {
        ("thinker_config", Role.COMPONENT, None),
        ("decoder", Role.COMPONENT, "gpt2"),
        ("thinker_config.text_config", Role.WEIGHTS, "qwen2"),
    }
    assert fact.origins == (("thinker_config.text_config._name_or_path", "Qwen/Qwen2-7B", Role.WEIGHTS),)


def test_every_language_part_is_heard_not_only_the_first() -> None:
    fact = read({"text_config": {"model_type": "x"}, "llm_config": {"model_type": "qwen2", "vocab_size": 151936}})
    assert [part.model_type for part in fact.parts] == ["x", "qwen2"]
    assert fact.vocab_size == 151936


@pytest.mark.parametrize("value", [None, True, -1, 2**63, 1.5, "768", [768], {"a": 1}])
def test_a_dimension_of_an_odd_shape_is_unknown(value: object) -> None:
    assert read({"vocab_size": value}).vocab_size is None


@pytest.mark.parametrize("value", [None, 7, [], {}, True, ""])
def test_a_text_of_an_odd_shape_is_unknown(value: object) -> None:
    fact = read({"model_type": value, "architectures": value, "auto_map": value, "text_config": value})
    assert (fact.model_type, fact.architectures, fact.auto_map, fact.origins) == (None, (), (), ())


def test_numbers_that_json_does_not_have_are_unknown_and_no_problem() -> None:
    fact = config.parse(b'{"time_step_limit": [0.0, Infinity], "vocab_size": NaN, "model_type": "x"}')
    assert (fact.vocab_size, fact.model_type, fact.problems) == (None, "x", ())


def test_a_key_that_stands_twice_is_a_gap_and_the_last_counts_as_it_does_for_loaders(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"config.json": '{"model_type": "a", "x": {"y": 1, "y": 2}, "model_type": "b"}'})
    items = list(config.read(model, hub))
    assert facts(items, "config")[0].model_type == "b"
    assert [g[2] for g in gaps(items)] == ["duplicate key 'y'", "duplicate key 'model_type'"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"a": 1', "not JSON"),
        (b"<html>", "not JSON"),
        (b"\xff\xfe{", "not UTF-8"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_json_object_is_a_gap(tmp_path: Path, data: bytes, why: str) -> None:
    model, hub = repository(tmp_path, {"config.json": data})
    ((what, reason, detail),) = gaps(config.read(model, hub))
    assert (what, reason) == ("config.json", "malformed")
    assert why in detail


def test_a_byte_order_mark_is_no_harm() -> None:
    assert config.parse(b'\xef\xbb\xbf{"model_type": "x"}').model_type == "x"


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("Qwen/Qwen2.5-7B", [("Qwen/Qwen2.5-7B", "id", "unspecified", "_name_or_path")]),
        ("acme/Widget-7B", []),
        ("ACME/widget-7b", []),
        ("/data/tianduo/tinyllama-ft/checkpoint-3890", []),
        ("/root/fm/models/rp_3b_800b_real_fp16", []),
        ("./out", []),
        ("D:\\models", []),
        ("models/foo", []),
        ("tinyllama-ft/checkpoint-3890", []),
        ("run/final", []),
        ("merged_model", []),
        ("https://huggingface.co/a/b", []),
        ("", []),
        (None, []),
    ],
)
def test_only_a_repository_of_somebody_else_is_a_lead_and_a_weak_one(
    tmp_path: Path, name: object, claims: list[tuple[str, str, str, str]]
) -> None:
    model, hub = repository(tmp_path, {"config.json": json.dumps({"_name_or_path": name})})
    items = list(config.read(model, hub))
    assert parents(items) == claims
    (evidence,) = items
    for parent in evidence.parents:  # type: ignore[union-attr]
        assert (parent.basis.value, parent.note) == ("observed", "weak: _name_or_path")


def test_nested_parts_name_where_they_were_loaded_from(tmp_path: Path) -> None:
    value = {
        "llm_config": {"_name_or_path": "Qwen/Qwen2-7B"},
        "vision_config": {"_name_or_path": "openai/clip-vit-base-patch32"},
        "mm_vision_tower": "google/siglip-base-patch16-224",
        "generation_config": {"_name_or_path": 7},
    }
    model, hub = repository(tmp_path, {"config.json": json.dumps(value)})
    assert parents(config.read(model, hub)) == [
        ("Qwen/Qwen2-7B", "id", "unspecified", "llm_config._name_or_path"),
        ("openai/clip-vit-base-patch32", "id", "component", "vision_config._name_or_path"),
        ("google/siglip-base-patch16-224", "id", "component", "mm_vision_tower"),
    ]


def test_a_pipeline_is_its_components(tmp_path: Path) -> None:
    value = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.6.0",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "safety_checker": [None, None],
        "odd": ["a", "b", "c"],
        "requires_safety_checker": True,
    }
    model, hub = repository(tmp_path, {"model_index.json": json.dumps(value)})
    (fact,) = facts(pipeline.read(model, hub), "pipeline")
    assert fact.components == (("unet", "diffusers", "UNet2DConditionModel"),)


@pytest.mark.parametrize("value", [7, ["a/b"], {"a": 1}, True])
def test_an_origin_of_an_odd_shape_is_a_gap(tmp_path: Path, value: object) -> None:
    written = {"_name_or_path": value, "text_config": {"_name_or_path": value}, "vision_config": {}}
    model, hub = repository(tmp_path, {"config.json": json.dumps(written)})
    assert [g[1:] for g in gaps(config.read(model, hub))] == [
        ("malformed", "_name_or_path is not a text"),
        ("malformed", "text_config._name_or_path is not a text"),
    ]
    assert read({"_name_or_path": None}).problems == read({"_name_or_path": ""}).problems == ()


PART = json.dumps({"_name_or_path": "openai/clip-vit", "architectures": ["CLIPTextModel"], "model_type": "clip"})


@pytest.mark.parametrize(
    "index",
    [
        {"model_index.json": json.dumps({"text": ["transformers", "CLIPTextModel"], "gone": ["diffusers", "X"]})},
        {
            "modules.json": json.dumps([{"path": "", "type": "a.b.Transformer"}, {"path": "text", "type": "a.b.C"}, 7]),
            "config.json": "{}",
        },
    ],
)
def test_the_config_of_a_part_is_evidence_and_names_a_part(tmp_path: Path, index: dict[str, bytes | str]) -> None:
    model, hub = repository(tmp_path, {**index, "text/config.json": PART, "unlisted/config.json": PART})
    items = list(pipeline.read(model, hub))
    (fact,) = facts(items, "component_config")
    assert (fact.model_type, fact.architectures) == ("clip", ("CLIPTextModel",))
    (parent,) = [p for item in items for p in item.parents]  # type: ignore[union-attr]
    assert (str(parent.ref.repo), parent.role.value, parent.basis.value) == ("openai/clip-vit", "component", "observed")
    assert (parent.at.path, parent.note) == ("text/config.json", "weak: _name_or_path")


def test_more_parts_than_are_read_are_one_gap(tmp_path: Path) -> None:
    index = json.dumps({f"p{i}": ["diffusers", "X"] for i in range(14)})
    model, hub = repository(tmp_path, {"model_index.json": index, **{f"p{i}/config.json": "{}" for i in range(14)}})
    items = list(pipeline.read(model, hub))
    assert len(facts(items, "component_config")) == pipeline.MAX_CONFIGS
    assert gaps(items) == [("component configs", "too-large", "only 12 of 14 are read")]


CLAIM = json.dumps({"_name_or_path": "Qwen/Qwen2-7B", "model_type": "qwen2"})


@pytest.mark.parametrize("beside", [{}, {"modules.json": json.dumps([{"path": "hf", "type": "a.Transformer"}])}])
def test_without_a_config_at_the_root_those_in_folders_are_the_model_s(
    tmp_path: Path, beside: dict[str, bytes | str]
) -> None:
    model, hub = repository(tmp_path, {"hf/config.json": CLAIM, **beside})
    assert parents(config.read(model, hub)) == [("Qwen/Qwen2-7B", "id", "unspecified", "_name_or_path")]
    assert facts(pipeline.read(model, hub), "component_config") == []


@pytest.mark.parametrize("root", ["config.json", "model_index.json"])
def test_a_config_in_a_folder_is_not_the_model_s_where_the_root_says_what_it_is(tmp_path: Path, root: str) -> None:
    model, hub = repository(tmp_path, {"hf/config.json": CLAIM, root: "{}"})
    assert parents(config.read(model, hub)) == []


def test_configs_of_more_folders_than_are_read_are_a_gap_and_copies_count_once(tmp_path: Path) -> None:
    model, hub = repository(tmp_path / "a", {f"f{i}/config.json": "{}" for i in range(config.MAX_FILES + 2)})
    assert gaps(config.read(model, hub)) == [("f8/config.json", "too-large", "only 8 of 10 configs are read")]
    siblings = [{"rfilename": f"f{i}/config.json", "blobId": "9" * 40} for i in range(20)]
    model, _ = repository(tmp_path / "b", {f"f{i}/config.json": "{}" for i in range(20)}, said={"siblings": siblings})
    assert config.paths(model) == ["f0/config.json"]


def test_a_tokenizer_config_is_read_for_its_code(tmp_path: Path) -> None:
    written = json.dumps({"tokenizer_class": "Qwen2Tokenizer", "auto_map": {"AutoTokenizer": ["t.T", None]}})
    model, hub = repository(tmp_path, {"tokenizer_config.json": written})
    assert [fact.auto_map for fact in facts(loaders.read(model, hub), "loader")] == [("t.T",)]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*PHI, "text_config", "x_config", "mm_vision_tower"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | _VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_fact_or_malformed(data: bytes) -> None:
    for parse in (config.parse, pipeline.parse_pipeline, pipeline.parse_modules, loaders.parse):
        assert "\n" not in complaint(parse, data)
