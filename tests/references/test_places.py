"""The place of a model in a call or a command, where it is easily taken for another: as the libraries' own code has it."""

from __future__ import annotations

import pytest

from tests.references.reading import told

MODEL = [
    ("from transformers import pipeline\npipeline('x', 'acme/m', None, None, None, None, None, None, 'v1')", "2 model acme/m@v1"),
    ("from transformers import MusicgenForConditionalGeneration as M\nM.from_sub_models_pretrained('acme/t', 'acme/a')", "2 model acme/t | 2 model acme/a"),
    ("from transformers import RagModel\nRagModel.from_pretrained_question_encoder_generator('acme/q', 'acme/g')", "2 model acme/q | 2 model acme/g"),
    ("from ctransformers import AutoModelForCausalLM\nAutoModelForCausalLM.from_pretrained(model_path_or_repo_id='acme/m')", "2 model acme/m"),
    ("from trl import DPOTrainer\nDPOTrainer('acme/m', 'acme/ref')", "2 model acme/m | 2 model acme/ref"),
    ("from trl import GRPOTrainer\nGRPOTrainer('acme/m', 'acme/judge')", "2 model acme/m | 2 model acme/judge"),
    ("from trl import PPOTrainer\nPPOTrainer(args, words, 'acme/m', 'acme/ref', 'acme/judge')", "2 model acme/m | 2 model acme/ref | 2 model acme/judge"),
    ("pipe.load_ip_adapter('acme/ip', image_encoder_pretrained_model_name_or_path='acme/eye')", "1 model acme/ip | 1 model acme/eye"),
    ("from huggingface_hub import create_inference_endpoint\ncreate_inference_endpoint('mine', repository='acme/m', revision='v1')", "2 model acme/m@v1"),
    ("from huggingface_hub import InferenceClient\nInferenceClient().image_segmentation('a.png', model='acme/m')", "2 model acme/m"),
    ("from llama_index.core.postprocessor import SentenceTransformerRerank\nSentenceTransformerRerank(3, 'acme/rank')", "2 model acme/rank"),
    ("from llama_index.core import Settings\nSettings.embed_model = 'local:acme/m'", "2 model acme/m"),
    ("from haystack.components.routers import TransformersZeroShotTextRouter\nTransformersZeroShotTextRouter(['a'], model='acme/m')", "2 model acme/m"),
    ("from haystack.nodes import FARMReader\nFARMReader('acme/m', model_version='v1')", "2 model acme/m@v1"),
    ("from haystack.nodes import DensePassageRetriever\nDensePassageRetriever(store, 'acme/q', 'acme/p')", "2 model acme/q | 2 model acme/p"),
    ("from langchain_community.llms import LlamaCpp\nLlamaCpp(model_path='./m.gguf', lora_path='./l.gguf')", "2 local ./m.gguf | 2 local ./l.gguf"),
    ("from faster_whisper import WhisperModel\nWhisperModel('turbo')", "2 model mobiuslabsgmbh/faster-whisper-large-v3-turbo"),
    ("from faster_whisper import download_model\ndownload_model(size_or_id='acme/m')", "2 model acme/m"),
    ("from litellm import text_completion\ntext_completion('say hi', 'huggingface/acme/m')", "2 model acme/m"),
    ("from litellm import completion\ncompletion('huggingface/fireworks-ai/acme/m', [])", "2 model acme/m"),
    ("from litellm import completion\ncompletion('huggingface/openai/acme-oss', [])", "2 model openai/acme-oss"),
    ("import timm\ntimm.create_model('hf-hub:acme/m@v1')", "2 model acme/m@v1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MODEL)
def test_a_call_of_python_has_its_model_where_the_library_has_it(text: str, expected: str) -> None:
    assert " | ".join(told("app.py", text)) == expected


NONE = [
    "from langchain_community.document_loaders import HuggingFaceModelLoader\nHuggingFaceModelLoader(search='acme/m')",
    "from smolagents import Tool\nTool.from_hub(repo_id='acme/tool')",
    "from huggingface_hub import push_to_hub_keras\npush_to_hub_keras(model, 'acme/mine')",
]


@pytest.mark.parametrize("text", NONE)
def test_a_call_of_python_that_loads_no_model_names_none(text: str) -> None:
    assert told("app.py", text) == []


COMMANDS = [
    ("lighteval accelerate model_name=acme/m,revision=v1 'leaderboard|gsm8k|5|0'", "1 model acme/m@v1"),
    ("lighteval vllm pretrained=acme/m tasks.txt", "1 model acme/m"),
    ("vllm run-batch -i in.jsonl -o out.jsonl --model acme/m", "1 model acme/m"),
    ("docker run --gpus all -p 8000:8000 vllm/vllm-openai:latest acme/m", "1 model acme/m"),
    ("text-generation-server quantize acme/m out --revision v1", "1 model acme/m@v1"),
    ("sglang serve acme/m --speculative-draft-model acme/d", "1 model acme/m | 1 model acme/d"),
    ("llama-server -mu https://huggingface.co/acme/m/resolve/v1/m.gguf", "1 model acme/m@v1"),
    ("llama-server -hf acme/m --spec-draft-hf acme/d:Q4_0", "1 model acme/m | 1 model acme/d"),
    ("mlx_vlm.convert --hf-path acme/m --revision v1", "1 model acme/m@v1"),
    ("trl vllm-serve --model acme/m --revision v1", "1 model acme/m@v1"),
    ("transformers download acme/m", "1 model acme/m"),
    ("ollama launch claude --model hf.co/acme/m", "1 model acme/m"),
]


@pytest.mark.parametrize(("line", "expected"), COMMANDS)
def test_a_command_has_its_model_where_its_manual_has_it(line: str, expected: str) -> None:
    assert " | ".join(told("x.sh", line)) == expected


@pytest.mark.parametrize(
    "line",
    [
        "docker model tag ai/smollm2 acme/llama-7b",
        "docker model push acme/llama-7b",
        "hf repos create acme/llama-7b",
        "lighteval accelerate --help",
    ],
)
def test_a_command_that_writes_a_model_or_runs_none_names_none(line: str) -> None:
    assert told("x.sh", line) == []


CODE = [
    ("a.ts", 'import { CreateServiceWorkerMLCEngine as C } from "@mlc-ai/web-llm";\n', ""),
    (
        "a.ts",
        'CreateServiceWorkerMLCEngine("Qwen3-4B-q4f16_1-MLC", {}); // web-llm',
        "1 unresolved Qwen3-4B-q4f16_1-MLC",
    ),
    (
        "a.ts",
        'CreateWebWorkerMLCEngine(worker, "Qwen3-4B-q4f16_1-MLC"); // web-llm',
        "1 unresolved Qwen3-4B-q4f16_1-MLC",
    ),
    ("a.ts", 'wllama.loadModelFromHF({ repo: "acme/m", file: "m.gguf" });', "1 model acme/m"),
    ("a.ts", 'wllama.loadModelFromHF("acme/m", "m.gguf");', "1 model acme/m"),
    ("a.ts", 'import { huggingFace } from "@ai-sdk/huggingface";\nhuggingFace("acme/m");', "2 model acme/m"),
    (
        "a.ts",
        'import { translation } from "@huggingface/inference";\ntranslation({ model: "acme/m" });',
        "2 model acme/m",
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), CODE)
def test_a_call_of_other_code_has_its_model_where_the_library_has_it(path: str, text: str, expected: str) -> None:
    assert " | ".join(told(path, text)) == expected
