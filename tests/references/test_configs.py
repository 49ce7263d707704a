"""Settings in four grammars: a value names a model where its key says so; what stands beside it pins it."""

from __future__ import annotations

import json
import re
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scanner.references import Kind
from tests.references.reading import ignored, read, told

CASES = [
    ("axolotl.yml", "base_model: acme/m\nrevision_of_model: v1\ntrust_remote_code: true\ndatasets:\n  - path: acme/d\n    type: alpaca\n",
     ["1 model acme/m@v1 trust_remote_code", "5 dataset acme/d"]),
    ("merge.yml", "slices:\n  - sources:\n      - model: acme/a\n      - model: acme/b+acme/lora\nmerge_method: slerp\nbase_model: acme/a\n",
     ["3 model acme/a", "4 model acme/b", "4 model acme/lora", "6 model acme/a"]),
    ("sft.yaml", "model_name_or_path: acme/m\nadapter_name_or_path: saves/x/y\ntemplate: a/b\n",
     ["1 model acme/m", "2 local saves/x/y"]),
    ("litellm.yaml", "model_list:\n- model_name: a\n  litellm_params:\n    model: huggingface/acme/m\n- litellm_params: {model: openai/gpt-4o}\n- litellm_params: {model: ollama/llama3}\n- litellm_params: {model: hosted_vllm/acme/v}\n",
     ["4 model acme/m", "6 unresolved ollama/llama3", "7 model acme/v"]),
    ("promptfoo.yaml", "providers:\n  - huggingface:text-generation:acme/m\n  - openai:gpt-4o\n", ["2 model acme/m"]),
    ("localai.yaml", "name: x\nparameters:\n  model: huggingface://acme/m/m.gguf\n", ["3 model acme/m"]),
    ("isvc.yaml", "spec:\n  predictor:\n    model:\n      modelFormat: {name: x}\n      storageUri: hf://acme/m\n", ["5 model acme/m"]),
    ("config.yaml", "model_cache:\n- repo_id: acme/m\n  revision: v1\n  allow_patterns: ['*.json']\n", ["2 model acme/m@v1"]),
    ("hydra.yaml", "model:\n  _target_: transformers.AutoModel.from_pretrained\n  pretrained_model_name_or_path: acme/m\n", ["3 model acme/m"]),
    ("hydra2.yaml", "model_name: ${oc.env:MODEL,acme/m}\n", ["1 model acme/m default"]),
    ("values.yaml", "model:\n  repository: acme/m\nimage:\n  repository: acme/llama-7b-instruct\n", ["2 model acme/m"]),
    ("compose.yml", "services:\n  a:\n    image: vllm/vllm-openai:v1\n    command: --model acme/m --revision v1\n", ["4 model acme/m@v1"]),
    ("compose.yml", "services:\n  a:\n    image: x\n    environment:\n      - MODEL_ID=acme/m\n      - EMB_MODEL=${M}\n      - LLM=${LLM:-acme/d}\n",
     ["5 model acme/m", "6 unresolved ${M}", "7 model acme/d default"]),
    ("pod.yaml", "containers:\n- image: ghcr.io/huggingface/text-generation-inference\n  args: [--model-id, acme/m, --revision, v1]\n  env:\n  - name: HF_MODEL_ID\n    value: acme/e\n",
     ["3 model acme/m@v1", "6 model acme/e"]),
    ("pod.yaml", "containers:\n- command: [/bin/sh, -c]\n  args:\n  - |\n    set -e\n    vllm serve acme/m\n", ["6 model acme/m"]),
    ("pod.yaml", "containers:\n- image: ollama/ollama\n  command: ['sh', '-c', 'ollama pull hf.co/acme/m:Q4 && ollama pull llama3']\n",
     ["3 model acme/m", "3 unresolved llama3"]),
    (".github/workflows/a.yml", "env:\n  M: acme/m\njobs:\n  a:\n    strategy: {matrix: {model: [acme/x, acme/y]}}\n    steps:\n    - uses: acme/llama-7b-instruct@v1\n    - run: |\n        hf download $M\n        hf download ${{ matrix.model }}\n",
     ["2 model acme/m", "5 model acme/x", "5 model acme/y", "10 unresolved ${{ matrix.model }}"]),
    (".gitlab-ci.yml", "variables:\n  MODEL_ID: acme/v\nt:\n  script:\n    - pip install x\n    - hf download acme/m --revision v1\n",
     ["2 model acme/v", "6 model acme/m@v1"]),
    ("sky.yaml", "envs:\n  MODEL: acme/m\nrun: |\n  vllm serve $MODEL --revision v1\n", ["2 model acme/m@v1"]),
    ("d.yaml", "spec:\n  args:\n  - --model\n  - {{ .Values.model | quote }}\n  {{- if .x }}\n  - --tokenizer=acme/t\n  {{- end }}\n  env:\n  - name: MODEL_ID\n    value: {{ .Values.m | default \"acme/d\" }}\n",
     ["4 unresolved {{ .Values.model | quote }}", "6 model acme/t", "10 model acme/d default"]),
    ("a.yaml", "model: acme/one\n---\nmodel: acme/two\n", ["1 model acme/one", "3 model acme/two"]),
    ("a.yaml", "x: &a {model: acme/m}\ny: *a\n", ["1 model acme/m"]),
    ("a.yaml", "model: >-\n  acme/m\n", ["2 model acme/m"]),
    ("a.yaml", "model: !env acme/m # or meta-llama/Llama-3.1-8B\n", ["1 model acme/m", "1 model meta-llama/Llama-3.1-8B comment"]),
    ("embed.yaml", "embedding_model: acme/e\nembedding_model_revision: v2\nmodel: acme/m\nrevision: v1\nreranker: acme/r\n",
     ["1 model acme/e@v2", "3 model acme/m@v1", "5 model acme/r"]),
    ("f.yaml", "repo_id: acme/d\nrepo_type: dataset\n", ["1 dataset acme/d"]),
    ("a.json", '{"model": {"name": "acme/a", "revision": "v1"}, "models": {"s": "acme/s", "b": {"id": "acme/b"}}}',
     ["1 model acme/a@v1", "1 model acme/s", "1 model acme/b"]),
    ("adapter_config.json", '{"base_model_name_or_path": "acme/m", "revision": null}', ["1 model acme/m"]),
    ("tasks.json", '{ // c\n "args": ["--model", "acme/m",], }', ["2 model acme/m"]),
    ("package.json", '{"repository": "acme/x", "scripts": {"s": "vllm serve acme/m"}}', ["1 model acme/m"]),
    ("a.toml", 'model_name = "acme/m" # c\nrevision = "v1"\nmodels = [\n  "acme/a", # c\n  \'acme/b\',\n]\n[x.embedding]\nmodel = { name = "acme/e" }\n',
     ["1 model acme/m@v1", "4 model acme/a", "5 model acme/b", "8 model acme/e"]),
    ("a.ini", "[model]\nname = acme/m\n; model = meta-llama/Llama-3.1-8B\n[x]\nname = acme/x\n",
     ["2 model acme/m", "3 model meta-llama/Llama-3.1-8B comment"]),
    (".env", "MODEL_NAME=acme/a\nexport HF_MODEL_ID=\"acme/b\"\nLLM=${X}\n", ["1 model acme/a", "2 model acme/b", "3 unresolved ${X}"]),
    ("application.properties", "app.model.name=acme/a\napp.modelPath=/srv/m\n", ["1 model acme/a", "2 local /srv/m"]),
    ("main.tf", 'environment = {\n  HF_MODEL_ID = "acme/a"\n}\n', ["2 model acme/a"]),
    ("a.yaml", "model: gpt2\ntokenizer: mine\n", ["1 model gpt2"]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), CASES)
def test_settings_name_their_models(path: str, text: str, expected: list[str]) -> None:
    assert told(path, text) == expected


TRAPS = [
    ("a.yaml", "image: acme/llama-7b-instruct\nuses: acme/llama-7b-chat@v1\napiVersion: apps/v1\ntz: Europe/Berlin\n"),
    ("a.yaml", "hub_model_id: acme/llama-7b-instruct\noutput_dir: acme/out\nserved_model_name: acme/m\n"),
    ("a.yaml", "model: openai/gpt-4o\nllm: anthropic/claude-3\nm2: {model: azure/x}\nmodel_type: a/b\n"),
    ("a.json", '{"type": "application/json", "name": "@acme/model", "dependencies": {"acme/x": "1"}, "modelPath": "src/model"}'),
    ("a.json", '{"definitions": {"models": {"$ref": "#/definitions/model"}}, "format": "date-time"}'),
    ("a.toml", '[tool.x]\npath = "src/a"\nmodel_class = "a/b"\n'),
    (".env", "MODEL_DIR=/dev/null\nPATH=usr/bin\nMAIL=a@b.c\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), TRAPS)
def test_settings_that_speak_of_something_else_name_no_model(path: str, text: str) -> None:
    assert [row for row in told(path, text) if " local " not in row] == []


def test_the_place_is_the_first_character_inside_the_quotes() -> None:
    (found,) = read("a.yaml", 'a:\n  - {x: 1, "model": "acme/m"}\n')
    assert (found.line, found.column, found.how) == (2, 22, "key model")
    (found,) = read("a.json", '{"é": 1,\n "model":\t"acme/m"}')
    assert (found.line, found.column) == (2, 12)
    (found,) = read("a.yaml", "\ufeff# é\nrun: |\n\n  echo é\n  vllm serve \\\n    acme/m\n")
    assert (found.line, found.column, found.how) == (6, 5, "vllm serve")


def test_what_is_no_model_keeps_its_reason() -> None:
    text = "image: acme/a\nhub_model_id: acme/b\nx: acme/c\n"
    assert ignored("a.yaml", text) == {
        "acme/a": "a container image",
        "acme/b": "what the program writes, serves or publishes",
        "acme/c": "nothing says that it names a model",
    }


def test_a_file_that_is_no_yaml_is_read_by_its_lines() -> None:
    assert told("a.yaml", "model: acme/m\n\t: [\nbase_model: 'acme/n'\n") == ["1 model acme/m", "3 model acme/n"]
    assert told("a.yaml", "[" * 500 + "\nmodel: acme/m\n") == ["2 model acme/m"]


def test_a_long_json_text_is_read_by_its_pairs() -> None:
    text = json.dumps({"model_id": "acme/m", "x": ["a" * 50] * 6_000}, indent=1)
    assert told("a.json", text) == ["2 model acme/m"]


NAME = st.from_regex(r"[a-z]{2,6}/[A-Za-z][a-z0-9]{1,8}(-7b-instruct)?", fullmatch=True)
KEY = st.sampled_from(
    ["model", "image", "models", "x", "args", "run", "env", "name", "value", "dataset", "revision", "uses", "command"]
)
TREE = st.recursive(NAME | st.sampled_from(["${X}", "text", "--model", "1", "a b c"]),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=4), max_leaves=20)  # fmt: skip
SHAPED = re.compile(r"(?<![\w./-])[a-z]{2,6}/[A-Za-z][a-z0-9]{1,8}(?:-7b-instruct)?(?![\w./-])")


def uncovered(path: str, text: str) -> list[str]:
    """The id-shaped words of a text that no reference stands at."""
    places = {(found.line, found.column) for found in read(path, text)}
    lost = []
    for number, line in enumerate(text.split("\n"), 1):
        lost += [hit[0] for hit in SHAPED.finditer(line) if (number, hit.start() + 1) not in places]
    return lost


@given(TREE)
def test_every_text_shaped_like_an_id_is_found_unresolved_or_ignored(tree: object) -> None:
    assert uncovered("a.json", json.dumps(tree, indent=1)) == []
    assert uncovered("a.yaml", yaml.safe_dump(tree)) == []
    assert uncovered("a.yaml", yaml.safe_dump(tree) + "\n{{ x }}: [\n") == []


@given(st.dictionaries(KEY, NAME, max_size=6))
def test_every_value_of_a_line_is_found_or_ignored(pairs: dict[str, str]) -> None:
    for path, sign in (("a.ini", " = "), (".env", "="), ("a.sh", "="), ("a.properties", ": "), ("Makefile", " := ")):
        assert uncovered(path, "".join(f"{key}{sign}{value}\n" for key, value in pairs.items())) == []
    assert uncovered("a.toml", "".join(f'{key} = "{value}"\n' for key, value in pairs.items())) == []
    assert uncovered("Dockerfile", "".join(f"ENV {key}={value}\n" for key, value in pairs.items())) == []


PATHS = ("a.yaml", "a.json", "a.toml", "a.ini", "a.sh", "Makefile", "Dockerfile", "a.ps1")


@given(st.text(alphabet="model: acme/x[]{}\"'\\\n\t#=-|>&*!%$()é,0", max_size=80), st.sampled_from(PATHS))
def test_any_text_is_read_and_what_is_told_stands_there(text: str, path: str) -> None:
    lines = text.split("\n")
    for found in read(path, "model " + text):
        assert 1 <= found.line <= len(lines)
    seen = [(found.line, found.column) for found in read(path, text)]
    assert seen == sorted(set(seen))


HOSTILE = [
    "[" * 100_000, "{" * 100_000, '{"model":' * 30_000, "- " * 30_000, "a: " * 30_000, '"' * 60_001, "'" * 60_001, "model: [" * 20_000,
    "model: a/b, " * 20_000, "/* " * 30_000, "model = '''" * 10_001, "? " * 20_000, "&a [*a, " * 10_000, "model: |\n" + "  a/b\n" * 20_000,
    "model: \"" + "a/b\\\n  " * 10_000 + '"', "<!--" * 20_000, "model: " + "a" * 500_000, "model: " + "a/" * 200_000, "${" * 50_000 + " model",
    "model: " + "{{ " * 40_000, "x: &x [a/b]\n" + "y: *x\n" * 20_000, "#" * 200_000 + " model a/b", "model " + "x=" * 50_000,
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_hostile_settings_take_no_long_time(path: str) -> None:
    for text in HOSTILE:
        started = time.process_time()
        read(path, text[:60_000])
        assert time.process_time() - started < 10, text[:20]


def test_bytes_that_are_no_text_are_read_as_far_as_they_are() -> None:
    assert [str(found.repo) for found in read("a.yaml", b"model: acme/m\nx: \xff\xfe\n")] == ["acme/m"]
    assert [str(found.repo) for found in read("a.json", '{"model": "acme/m"}'.encode("utf-16"))] == ["acme/m"]


def test_an_unresolved_value_is_told_as_it_is_written() -> None:
    (found,) = read("a.yaml", 'model: "{{ .Values.model }}"\n')
    assert (found.kind, found.text, found.column) == (Kind.UNRESOLVED, "{{ .Values.model }}", 9)
    assert found.reason


@pytest.mark.parametrize(
    ("path", "sign", "line"),
    [
        ("values.yaml", "#", "model: evil/thing"),
        ("x.toml", "#", "model = 'evil/thing'"),
        ("x.env", "#", "MODEL_NAME=evil/thing"),
        ("run.sh", "#", "vllm serve evil/thing"),
        ("Dockerfile", "#", "RUN vllm serve evil/thing"),
    ],
)
def test_no_length_of_a_file_hides_a_model(path: str, sign: str, line: str) -> None:
    found = read(path, f"{sign} pad\n" * 700_000 + f"{line}\n")
    assert [str(one.repo) for one in found if one.kind is Kind.MODEL] == ["evil/thing"]
