"""What a text names where a place speaks of a model: folders, services, lists, defaults and names of other libraries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.references import Kind, Names, Place
from scanner.references.names import IN_TEXT, _slashed
from tests.references.reading import NAMES, ignored, told


@pytest.mark.parametrize("text", ["exp/run", "saves/reward", "logs/best", "wandb/run-1", "e2e/llama-7b"])
def test_a_folder_of_a_project_is_no_publisher(text: str) -> None:
    for place in (Place.LOADER, Place.NAMED):
        named = NAMES.read(text, place)
        assert named is not None
        assert named.kind is Kind.LOCAL
    assert getattr(NAMES.read(text), "kind", None) is Kind.IGNORED


def test_a_publisher_called_like_a_folder_is_one_where_somebody_knows_it() -> None:
    for names in (Names(["exp"]), Names([], ["exp/run"])):
        named = names.read("exp/run", Place.NAMED)
        assert named is not None
        assert named.kind is Kind.MODEL


def test_the_notation_of_a_service_hides_no_model_that_is_known() -> None:
    text = "groq/llama-3-groq-8b"
    assert getattr(Names([]).read(text, Place.NAMED), "kind", None) is Kind.IGNORED
    assert getattr(Names([], [text]).read(text, Place.NAMED), "kind", None) is Kind.MODEL
    assert told("a.yaml", "Parameters:\n  ModelId: {Type: String, Default: databricks/dolly-v2-3b}\n") == [
        "2 model databricks/dolly-v2-3b"
    ]
    assert told("a.yaml", "model: databricks/databricks-dbrx-instruct\n") == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.sh", "git clone git@hf.co:acme/m", ["1 model acme/m"]),
        ("a.sh", "git clone -b v1 ssh://git@huggingface.co/acme/m.git", ["1 model acme/m@v1"]),
        ("a.sh", "git clone git@github.com:acme/m-7b", []),
        ("a.sh", "curl https://huggingface.co/acme/m/raw/v1/x.json", ["1 model acme/m@v1"]),
        ("a.sh", "curl https://huggingface.co/api/models/acme/m/revision/v1", ["1 model acme/m@v1"]),
        ("a.sh", 'curl "https://huggingface.co/api/models/$1"', ["1 unresolved https://huggingface.co/api/models/$1"]),
        (".lfsconfig", "[lfs]\n\turl = https://huggingface.co/acme/m.git/info/lfs\n", ["2 model acme/m"]),
        (".lfsconfig", "[lfs]\n\turl = https://github.com/acme/m.git/info/lfs\n\tfetchexclude = data/raw\n", []),
    ],
)
def test_an_address_of_the_hub_is_read_in_each_of_its_forms(path: str, text: str, expected: list[str]) -> None:
    assert told(path, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model: huggingface/together/acme/m\n", ["1 model acme/m"]),
        ("model: huggingface/acme/m\n", ["1 model acme/m"]),
        ("model: huggingface://acme/m/m.gguf\n", ["1 model acme/m"]),
        ("model: hf/acme/m/m.gguf\n", ["1 model acme/m"]),
        ("auto_map: {AutoModel: acme/code--modeling.Custom}\n", ["1 model acme/code"]),
        ("auto_map: {AutoModel: modeling.Custom}\n", []),
        ("model: ${EMBEDDER:acme/m}\n", ["1 model acme/m default"]),
        ("model: acme/a acme/b\n", ["1 model acme/a", "1 model acme/b"]),
        ("model: acme/a;acme/b\n", ["1 model acme/a", "1 model acme/b"]),
        ("model: read acme/a before acme/b\n", []),
        ("ollama: {models: {pull: ['qwen2.5:3b']}}\n", ["1 unresolved qwen2.5:3b"]),
        ("model: stable:1.2\n", []),
        ("provider: ollama\nmodel: mistral-small\n", ["2 unresolved mistral-small"]),
        ("provider: openai\nmodel: mistral-small\n", []),
        ("teacher: {checkpoint: acme/m, revision: v1}\n", ["1 model acme/m@v1"]),
        ("{reranker: acme/m, embedder: acme/n, revision: v1}\n", ["1 model acme/m", "1 model acme/n"]),
        ("models:\n  acme/m: {revision: v1}\n  acme/n: {size: 1}\n", ["2 model acme/m@v1", "3 model acme/n"]),
    ],
)
def test_a_value_under_a_models_key_is_what_its_notation_says(text: str, expected: list[str]) -> None:
    assert told("a.yaml", text) == expected


def test_a_terraform_file_is_read_by_its_blocks() -> None:
    text = """\
resource "x" "llm" {
  environment = {
    HF_MODEL_ID       = "acme/m"
    HF_MODEL_REVISION = "v1"
  }
}
resource "x" "other" {
  environment = { HF_MODEL_ID = var.model }
}
job "a" {
  config {
    args = [
      "--model",
      "acme/n",
    ]
    source = "hashicorp/aws"
  }
}
"""
    assert told("main.tf", text) == ["3 model acme/m@v1", "8 unresolved var.model", "14 model acme/n"]
    assert "hashicorp/aws" in ignored("main.tf", text)


def test_a_name_between_escaped_quotes_is_found() -> None:
    text = r'buildConfigField("String", "M", "\"meta-llama/Llama-3-8B-Instruct\"")'
    assert told("build.gradle.kts", text) == ["1 model meta-llama/Llama-3-8B-Instruct"]
    assert told("build.gradle.kts", r'x = "meta-llama/Llama-3-8B\weights"') == []


def test_each_line_of_json_lines_is_a_document() -> None:
    assert told("batch.jsonl", '{"model": "acme/a", "owner": "ml/x"}\n{"model": "acme/b"}\n') == [
        "1 model acme/a",
        "2 model acme/b",
    ]


_TEXTS = st.lists(
    st.sampled_from(["acme/m-7b", "https://hf.co/acme/m", "hf.co/", "/", "\\", "n", "a", "=", "?q", "@v1", *"\"'`<>()[]{}|^ \n,.:"]),
    max_size=14,
).map("".join)  # fmt: skip


@given(_TEXTS)
def test_what_stands_in_a_text_is_what_one_search_of_all_of_it_finds(text: str) -> None:
    every = [(found.start(), found[0]) for found in IN_TEXT.finditer(text) if "/" in found[0]]
    parts = [(found.start(), found[0]) for start, end in _slashed(text) for found in IN_TEXT.finditer(text, start, end)]
    assert parts == every
