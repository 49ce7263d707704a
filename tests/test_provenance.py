"""From a model to its facts document: what is read, in which order, and what the document promises."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from scanner.curated import Curated
from scanner.data import text
from scanner.errors import ModelNotFound
from scanner.evidence import Depth
from scanner.facts import facts_document, is_incomplete
from scanner.family import Families
from scanner.hub import Hub
from scanner.hub.directory import DirectoryHub
from scanner.hub.starter import StarterHub
from scanner.model import RepoId
from scanner.origin import Registry
from scanner.provenance import Request, Tables, trace
from tests.loopback import gguf_bytes, safetensors_bytes
from tests.wording.texts import MIT

DAY = date(2026, 11, 23)
SCHEMA = Draft7Validator(json.loads(text("schema/facts-v1.schema.json")))


@pytest.fixture(scope="module")
def tables() -> Tables:
    registry = Registry.shipped()
    return Tables(registry, Families.shipped(registry.same_organisation), Curated.shipped())


@pytest.fixture(scope="module")
def starter() -> StarterHub:
    return StarterHub()


def facts_of(id: str, hub: Hub, tables: Tables, revision: str | None = None, as_of: date = DAY) -> dict[str, Any]:
    facts = facts_document(trace(Request(RepoId.parse(id), revision), hub, tables, as_of=as_of, depth=Depth.HEADERS))
    SCHEMA.validate(facts)
    return facts


def publish(root: Path, id: str, files: dict[str, str | bytes], hub: dict[str, Any] | None = None) -> None:
    folder = root / id
    folder.mkdir(parents=True)
    for name, body in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(body.encode() if isinstance(body, str) else body)
    if hub is not None:
        (folder / ".hub.json").write_text(json.dumps(hub))


def test_every_tenth_model_of_the_starter_catalogue_gives_a_valid_document(starter: StarterHub, tables: Tables) -> None:
    ids = list(starter.ids())[::10]
    assert len(ids) > 500
    for id in ids:
        facts = facts_of(id, starter, tables)
        assert facts["model"]["depth"] == "listing"
        assert facts["files"]["formats"] is None
        assert not is_incomplete(facts)


def test_a_third_party_s_word_on_a_base_is_no_undeclared_base(starter: StarterHub, tables: Tables) -> None:
    facts = facts_of("unsloth/gemma-2-9b-bnb-4bit", starter, tables)
    assert facts["lineage"]["roots"] == ["google/gemma-2-9b"]
    assert [c for c in facts["lineage"]["contradictions"] if c["kind"] == "undeclared-base"] == []


def test_what_a_folder_holds_is_read_to_the_root(tmp_path: Path, tables: Tables) -> None:
    card = "---\nlicense: mit\nbase_model: maker/base\n---\n# Tuned\nContact: issues.\n"
    weights = safetensors_bytes({"a": ("F32", (2, 3))})
    publish(tmp_path, "maker/base", {"README.md": "---\nlicense: cc-by-nc-4.0\n---\n# Base\n", "config.json": "{}"})
    publish(tmp_path, "tuner/tuned", {"README.md": card, "model.safetensors": weights, "LICENSE": "MIT License\n"})
    facts = facts_of("tuner/tuned", DirectoryHub(tmp_path), tables)
    assert [m["id"] for m in facts["lineage"]["models"]] == ["tuner/tuned", "maker/base"]
    assert [m["license"]["concluded"] for m in facts["lineage"]["models"]] == ["MIT", "CC-BY-NC-4.0"]
    assert facts["model"]["parameters"] == 6
    assert facts["files"]["safe_weights_only"] is True
    assert facts["files"]["license_files"] == ["LICENSE"]
    assert facts["card"]["present"] is True
    assert {e["kind"] for e in facts["evidence"]} >= {"card", "config", "files", "safetensors", "license_text"}
    assert facts["publisher"]["known"] is False
    assert facts["model"]["revision"] is None


@pytest.mark.parametrize(
    ("clause", "status", "concluded", "said"),
    [
        ("without restriction", "known", "MIT", ("exact", 100, 0)),
        ("for non-commercial purposes", "unknown", None, ("edited", 98, 1)),
    ],
)
def test_a_licence_file_counts_by_its_words_and_not_by_its_title(
    tmp_path: Path, tables: Tables, clause: str, status: str, concluded: str | None, said: tuple[Any, ...]
) -> None:
    text = MIT.replace("without restriction", clause)
    publish(tmp_path, "a/b", {"README.md": "---\nlicense: mit\n---\n", "LICENSE": text})
    facts = facts_of("a/b", DirectoryHub(tmp_path), tables)
    assert (facts["license"]["status"], facts["license"]["concluded"]) == (status, concluded)
    (record,) = facts["files"]["license_texts"]
    assert (record["status"], record["similarity"], record["changes"]) == said
    assert record["license"] == "MIT"


def test_an_ancestor_that_is_missing_is_a_gap_and_the_model_itself_an_error(tmp_path: Path, tables: Tables) -> None:
    publish(tmp_path, "tuner/tuned", {"README.md": "---\nbase_model: maker/gone\n---\n"})
    facts = facts_of("tuner/tuned", DirectoryHub(tmp_path), tables)
    assert [(g["subject"], g["what"], g["reason"]) for g in facts["gaps"] if g["what"] == "model"] == [
        ("maker/gone", "model", "not-held")
    ]
    assert facts["lineage"]["complete"] is False
    with pytest.raises(ModelNotFound):
        facts_of("maker/gone", DirectoryHub(tmp_path), tables)


def test_a_gguf_conversion_leads_to_its_base_through_its_header(tmp_path: Path, tables: Tables) -> None:
    keys = {
        "general.architecture": "qwen3",
        "general.base_model.count": 1,
        "general.base_model.0.repo_url": "https://huggingface.co/Qwen/Qwen3-4B",
    }
    publish(tmp_path, "unsloth/Some-GGUF", {"README.md": "# x\n", "a.gguf": gguf_bytes(keys, {})})
    publish(tmp_path, "Qwen/Qwen3-4B", {"README.md": "---\nlicense: apache-2.0\n---\n"})
    facts = facts_of("unsloth/Some-GGUF", DirectoryHub(tmp_path), tables)
    subject = facts["lineage"]["models"][0]
    assert (subject["conduit"], subject["maker"], subject["origin"]["control"]) == (True, "Qwen/Qwen3-4B", "CN")
    assert facts["publisher"]["namespace"] == "unsloth"
    assert facts["publisher"]["control"] != "CN"


def test_a_licence_in_a_gguf_header_is_a_claim_of_its_own(tmp_path: Path, tables: Tables) -> None:
    keys = {"general.architecture": "llama", "general.license": "cc-by-nc-4.0"}
    publish(tmp_path, "a/b", {"README.md": "---\nlicense: mit\n---\n", "a.gguf": gguf_bytes(keys, {})})
    found = facts_of("a/b", DirectoryHub(tmp_path), tables)["license"]
    assert (found["status"], set(found["declared"])) == ("conflicting", {"mit", "cc-by-nc-4.0"})


def test_the_header_of_an_ancestor_is_read_where_nothing_but_gguf_holds_its_weights(
    tmp_path: Path, tables: Tables
) -> None:
    keys = {"general.architecture": "qwen3", "general.base_model.count": 1}
    keys["general.base_model.0.repo_url"] = "https://huggingface.co/c/root"
    header = gguf_bytes(keys, {})
    publish(tmp_path, "a/only", {"README.md": "---\nbase_model: b/gguf\n---\n"})
    publish(tmp_path, "b/gguf", {"README.md": "# x\n", "a.GGUF": header})
    publish(tmp_path, "a/both", {"README.md": "---\nbase_model: b/both\n---\n"})
    publish(tmp_path, "b/both", {"a.gguf": header, "model.safetensors": safetensors_bytes({"a": ("F32", (2, 3))})})
    publish(tmp_path, "c/root", {"README.md": "# x\n"})
    hub = DirectoryHub(tmp_path)
    assert facts_of("a/only", hub, tables)["lineage"]["roots"] == ["c/root"]
    assert facts_of("a/both", hub, tables)["lineage"]["roots"] == ["b/both"]


@pytest.mark.parametrize(
    ("declared", "title", "status", "concluded"),
    [
        ("mit", "MIT License", "known", "MIT"),
        ("mit", "Gemma Terms of Use", "conflicting", None),
        ("other", "# The MIT License", "known", "MIT"),
        ("mit", "Some text of ours", "known", "MIT"),
        ("other", "", "family", None),
    ],
)
def test_the_title_of_a_licence_file_is_a_claim_where_a_licence_is_called_so(
    tmp_path: Path, tables: Tables, declared: str, title: str, status: str, concluded: str | None
) -> None:
    publish(tmp_path, "a/b", {"README.md": f"---\nlicense: {declared}\n---\n", "LICENSE": f"{title}\n\n...\n"})
    found = facts_of("a/b", DirectoryHub(tmp_path), tables)["license"]
    assert (found["status"], found["concluded"]) == (status, concluded)


@pytest.mark.parametrize(("revision", "text"), [(None, "a/b"), ("v1", "a/b@v1")])
def test_a_request_prints_as_it_is_asked(revision: str | None, text: str) -> None:
    assert str(Request(RepoId.parse("a/b"), revision)) == text


def test_the_day_decides_which_list_entries_stand(starter: StarterHub, tables: Tables) -> None:
    lists = {
        day: {e["id"] for e in facts_of("Qwen/Qwen2.5-7B", starter, tables, as_of=day)["publisher"]["lists"]}
        for day in (date(2026, 1, 1), DAY)
    }
    assert "us_1260h" not in lists[date(2026, 1, 1)]
    assert "us_1260h" in lists[DAY]


def test_the_same_question_gives_the_same_document(starter: StarterHub, tables: Tables) -> None:
    def ask() -> str:
        return json.dumps(facts_of("microsoft/MAI-DS-R1", starter, tables), sort_keys=True)

    assert ask() == ask()


def test_the_tables_digest_changes_with_an_overlay(tmp_path: Path, tables: Tables) -> None:
    overlay = tmp_path / "own.yaml"
    overlay.write_text("acme:\n  handle: Acme\n  organisation: Acme Ltd\n")
    registry = Registry.shipped(overlay)
    other = Tables(registry, tables.families, tables.curated)
    assert len(tables.digest) == 64
    assert tables.digest != other.digest


def test_the_bases_of_a_lone_folder_are_read_from_the_hub_that_was_chosen(
    tmp_path: Path, starter: StarterHub, tables: Tables
) -> None:
    publish(tmp_path, "ours/tuned", {"README.md": "---\nbase_model: deepseek-ai/DeepSeek-R1\n---\n# Tuned\n"})
    local, repo = DirectoryHub.single(tmp_path / "ours" / "tuned")
    found = trace(Request(repo), local, tables, as_of=DAY, depth=Depth.CARD, above=starter)
    facts = facts_document(found)
    SCHEMA.validate(facts)
    assert [m["state"] for m in facts["lineage"]["models"]] == ["read"] * 3
    assert "starter catalogue" in facts["model"]["hub_description"]
    assert facts["model"]["hub_as_of"] == starter.as_of


SCRATCH = "---\nlicense: mit\n---\n# Widget-7B\nWidget-7B was trained from scratch.\n"
QWEN = json.dumps({"model_type": "qwen2", "vocab_size": 151936, "architectures": ["Qwen2ForCausalLM"]})
WEIGHTS = safetensors_bytes({"a": ("F16", (2, 3))})
BASE = "https://huggingface.co/maker/base"
TRICKS: dict[str, dict[str, str | bytes]] = {
    "the config lies in a folder": {"hf/config.json": QWEN},
    "the config of the language model lies deep": {
        "config.json": json.dumps({"model_type": "x", "a_config": {"b": {"text_config": json.loads(QWEN)}}})
    },
    "the second language model is another's": {
        "config.json": json.dumps({"text_config": {"model_type": "x"}, "llm_config": json.loads(QWEN)})
    },
    "the only module lies in a folder": {
        "modules.json": json.dumps([{"path": "0_Transformer", "type": "a.Transformer"}]),
        "0_Transformer/config.json": QWEN,
    },
    "the adapter names two bases under one key": {
        "adapter_config.json": '{"base_model_name_or_path": "maker/base", "base_model_name_or_path": "maker/other"}'
    },
    "the card names two bases under one key": {
        "README.md": SCRATCH.replace("license: mit", "base_model: maker/base\nbase_model: acme/Widget-7B")
    },
    "the base stands under a merge key": {"README.md": SCRATCH.replace("license: mit", "<<: {base_model: maker/base}")},
    "the front matter is not closed": {"README.md": "---\nbase_model: maker/base\n" + SCRATCH[20:]},
    "the header counts more bases than it names": {"m.gguf": gguf_bytes({"general.base_model.count": 2**40})},
    "the header numbers its base in other digits": {
        "m.gguf": gguf_bytes({"general.base_model.count": 1, "general.base_model.\u0660.repo_url": BASE})
    },
    "the header's name is another's": {"m.gguf": gguf_bytes({"general.name": "Qwen2.5 7B Instruct"})},
    "a header is damaged": {"m.gguf": b"GGUF" + bytes(20)},
    "the base model is said to be from scratch": {"README.md": SCRATCH.replace("Widget-7B was", "The base model was")},
    "it is asked": {"README.md": SCRATCH.replace("Widget-7B was trained from scratch.", "Trained from scratch? No")},
    "it is another's": {"README.md": SCRATCH.replace("Widget-7B was", "The Qwen2.5 model was")},
}


@pytest.mark.parametrize("files", TRICKS.values(), ids=TRICKS)
def test_no_trick_makes_a_model_a_root(files: dict[str, str | bytes], tmp_path: Path, tables: Tables) -> None:
    everything = {"README.md": SCRATCH, "model.safetensors": WEIGHTS, **files}
    publish(tmp_path, "acme/Widget-7B", everything)
    lineage = facts_of("acme/Widget-7B", DirectoryHub(tmp_path), tables)["lineage"]
    assert lineage["models"][0]["established"] is None


def test_without_a_trick_the_card_is_believed(tmp_path: Path, tables: Tables) -> None:
    publish(tmp_path, "acme/Widget-7B", {"README.md": SCRATCH, "model.safetensors": WEIGHTS})
    lineage = facts_of("acme/Widget-7B", DirectoryHub(tmp_path), tables)["lineage"]
    assert (lineage["models"][0]["established"], lineage["complete"]) == ("stated", True)


@pytest.mark.parametrize(
    ("files", "counted"),
    [
        ({"model.safetensors": WEIGHTS}, 6),
        (
            {"m-Q4_0.gguf": gguf_bytes({}, {"a": ("F16", (32,))}), "m-F16.gguf": gguf_bytes({}, {"a": ("F32", (32,))})},
            32,
        ),
        ({"a.gguf": gguf_bytes({}, {"a": ("F16", (32,))}), "b.gguf": gguf_bytes({}, {"a": ("F32", (64,))})}, None),
        ({"model.safetensors": safetensors_bytes({"a": ("U8", (9,))})}, None),
        ({"a.safetensors": WEIGHTS, "b.safetensors": WEIGHTS}, None),
        ({"model-00001-of-00002.safetensors": WEIGHTS}, None),
    ],
)
def test_parameters_are_counted_where_one_file_is_the_model(
    files: dict[str, str | bytes], counted: int | None, tmp_path: Path, tables: Tables
) -> None:
    publish(tmp_path, "acme/Widget-7B", files)
    assert facts_of("acme/Widget-7B", DirectoryHub(tmp_path), tables)["model"]["parameters"] == counted
