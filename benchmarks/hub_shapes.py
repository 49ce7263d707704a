"""What the made-up Hub is made of: real roots and publishers, families, licences, files, tags.

The names at its top are real ones, from the tables that ship with the package; everybody else is invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner import data
from scanner.hub.starter import StarterHub
from scanner.model import ModelRef

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """What a root hands down: its architecture, what it is for and its size; ``license`` is a place in ``LICENSES``."""

    architecture: str
    model_type: str
    pipeline: str
    library: str
    parameters: int
    license: int
    remote_code: bool


@dataclass(frozen=True, slots=True)
class Licence:
    """What the card says of the licence and what the tag says."""

    card: Json
    tag: str | None


def _plain(id: str) -> Licence:
    return Licence({"license": id}, id)


PLAIN = (
    *["apache-2.0"] * 40, *["mit"] * 14, *["openrail"] * 8, *["creativeml-openrail-m"] * 7, *["llama3.1"] * 5,
    *["llama3"] * 4, *["llama2"] * 4, *["gemma"] * 4, *["cc-by-nc-4.0"] * 4, *["cc-by-4.0"] * 2, *["afl-3.0"] * 2,
    "llama3.2", "llama3.3", "cc-by-sa-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "gpl-3.0", "bsd-3-clause", "unknown",
    "bigscience-openrail-m", "bigscience-bloom-rail-1.0", "artistic-2.0", "agpl-3.0", "cc0-1.0", "wtfpl", "unlicense",
)  # fmt: skip
_NAMED = {"license": "other", "license_name": "custom-model-license", "license_link": "LICENSE"}
ODD = (
    Licence(_NAMED, "other"),
    Licence({"license": "other", "license_name": "qwen", "license_link": "https://example.org/LICENSE"}, "other"),
    Licence({"license": "other"}, "other"),
    Licence({"license": ["apache-2.0", "mit"]}, None),
    Licence({"license": "Apache-2.0"}, None),
    Licence({"license": "MIT License"}, None),
    Licence({"license": "cc-by-nc-4.0"}, "apache-2.0"),
    Licence({}, "mit"),
)
NONE = Licence({}, None)
LICENSES = (NONE, *(_plain(id) for id in dict.fromkeys(PLAIN)), *ODD)
"""Each licence once; 0 is none."""
_AT = {licence.tag: at for at, licence in enumerate(LICENSES[: -len(ODD)]) if licence.tag}
WEIGHED = (*[_AT[id] for id in PLAIN] * 2, *range(len(LICENSES) - len(ODD), len(LICENSES)))
"""Places in ``LICENSES``, each as often as the licence is met."""
APACHE = _AT["apache-2.0"]

_TEXT, _IMAGE = "text-generation", "text-to-image"
_FAMILIES = (
    ("LlamaForCausalLM", "llama", _TEXT, "transformers"),
    ("LlamaForCausalLM", "llama", _TEXT, "transformers"),
    ("Qwen2ForCausalLM", "qwen2", _TEXT, "transformers"),
    ("Qwen3ForCausalLM", "qwen3", _TEXT, "transformers"),
    ("MistralForCausalLM", "mistral", _TEXT, "transformers"),
    ("Gemma2ForCausalLM", "gemma2", _TEXT, "transformers"),
    ("Phi3ForCausalLM", "phi3", _TEXT, "transformers"),
    ("GPT2LMHeadModel", "gpt2", _TEXT, "transformers"),
    ("BertForMaskedLM", "bert", "fill-mask", "transformers"),
    ("BertModel", "bert", "sentence-similarity", "sentence-transformers"),
    ("RobertaForMaskedLM", "roberta", "fill-mask", "transformers"),
    ("XLMRobertaModel", "xlm-roberta", "feature-extraction", "sentence-transformers"),
    ("T5ForConditionalGeneration", "t5", "text2text-generation", "transformers"),
    ("WhisperForConditionalGeneration", "whisper", "automatic-speech-recognition", "transformers"),
    ("ViTForImageClassification", "vit", "image-classification", "transformers"),
    ("Qwen2_5_VLForConditionalGeneration", "qwen2_5_vl", "image-text-to-text", "transformers"),
    ("StableDiffusionXLPipeline", "", _IMAGE, "diffusers"),
    ("FluxPipeline", "", _IMAGE, "diffusers"),
)
_SIZES = (22, 66, 110, 335, 494, 774, 1236, 1544, 2506, 3213, 3821, 7242, 7616, 8030, 9241, 14770, 32764, 70554)
"""Millions of parameters."""


def line(number: int, draw: float, known: tuple[str, int] | None = None) -> Line:
    """The line of the root ``number``; ``draw`` in [0, 1) settles what is not ``known`` (architecture, licence)."""
    architecture, model_type, pipeline, library = _FAMILIES[int(draw * 977) % len(_FAMILIES)]
    license = WEIGHED[int(draw * 7919) % len(WEIGHED)] if draw < 0.85 else 0
    if known:
        found = next((family for family in _FAMILIES if family[0] == known[0]), None)
        architecture, model_type, pipeline, library = found or (known[0] or architecture, model_type, pipeline, library)
        license = known[1] or license
    size = _SIZES[int(draw * 104_729) % len(_SIZES)]
    return Line(architecture, model_type, pipeline, library, size * 1_000_003 + number, license, draw * 31 % 1 < 0.04)


@cache
def real_roots() -> tuple[tuple[str, str, int], ...]:
    """Real models to stand at the top (id, architecture, licence), those that most others are known to come from first.

    They are no conduit's, of publishers that the registry knows, and no source names a base of them.
    """
    starter, lineages = StarterHub(), data.whole("lineages.yaml")
    publishers = data.whole("publishers.yaml")
    facts = {id.casefold(): starter.row(repo) for id in starter.ids() if (repo := ModelRef.parse(id).repo)}
    named: Counter[str] = Counter()
    derived = set()
    for child, bases in _edges(facts, lineages):
        named.update(base.casefold() for base in bases)
        derived.add(child)
    roots = {key: found["id"] for key, found in lineages.items() if "root" in found}
    ids = {key: row["id"] for key, row in facts.items() if row and "now" not in row} | roots
    wanted = [
        (key not in roots, -named[key], key)
        for key in ids
        if key not in derived and "conduit" not in publishers.get(key.split("/")[0], {"conduit": 1})
    ]
    return tuple((ids[key], *_known(facts.get(key) or {})) for _, _, key in sorted(wanted))


def _edges(facts: Json, lineages: Json) -> Iterator[tuple[str, list[str]]]:
    for key, row in facts.items():
        if row and "base" in row:
            yield key, [base for base, _, _ in row["base"]]
    for key, found in lineages.items():
        if "parents" in found:
            yield key, [parent["id"] for parent in found["parents"]]


def _known(row: Mapping[str, Any]) -> tuple[str, int]:
    said = [id for id, _ in row.get("lic", ())] + [t[8:] for t in row.get("tags", ()) if t.startswith("license:")]
    return next((name for name, _ in row.get("arch", ())), ""), next((_AT[id] for id in said if id in _AT), 0)


@cache
def publishers(conduits: bool) -> tuple[str, ...]:
    """Handles of the registry: those known for converting other people's weights, or all the others."""
    records = [found for found in data.whole("publishers.yaml").values() if "handle" in found]
    handles = [(said["is"] if isinstance(said := r["handle"], dict) else said, "conduit" in r) for r in records]
    return tuple(handle for handle, conduit in handles if conduit is conduits)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WORDS = _words(
    "aurora brisk cedar delta ember fjord gleam harbor iris juniper kestrel lumen meadow nimbus onyx pebble quill raven"
    " sable tundra umber vesper willow xenon yarrow zephyr chat code math legal medical story roleplay instruct dpo sft"
    " orpo grpo reason summary translate classify extract rank embed news poem sql tools agent vision audio"
)
SYLLABLES = _words(
    "ka lo mi ra ten shi vor el na bru dan ke pol sar ti wen yu zo hal gri mar fen ost pim qua rel dov jin"
)
LANGUAGES = _words("en zh de fr es ja ko ru pt it ar hi vi id tr multilingual")
TOPICS = tuple(f"{a}-{b}" for a in WORDS[:40] for b in WORDS[26:])
TRAINED = ("generated_from_trainer", "trl", "sft", "dpo", "unsloth", "conversational", "text-generation-inference")

_PLAIN_FILES = (".gitattributes", "README.md")
_TOKENIZER = ("special_tokens_map.json", "tokenizer.json", "tokenizer_config.json")
_CONFIG = ("config.json", "generation_config.json")
_SHARDS = tuple(f"model-{n:05d}-of-00004.safetensors" for n in range(1, 5))
FILES: dict[str, tuple[str, ...]] = {
    "whole": (*_PLAIN_FILES, *_CONFIG, "model.safetensors", *_TOKENIZER),
    "sharded": (*_PLAIN_FILES, "LICENSE", *_CONFIG, *_SHARDS, "model.safetensors.index.json", *_TOKENIZER),
    "code": (*_PLAIN_FILES, *_CONFIG, "modeling_own.py", "configuration_own.py", "model.safetensors", *_TOKENIZER),
    "pickle": (*_PLAIN_FILES, "config.json", "pytorch_model.bin", "training_args.bin", *_TOKENIZER, "vocab.txt"),
    "both": (*_PLAIN_FILES, "config.json", "pytorch_model.bin", "model.safetensors", *_TOKENIZER),
    "adapter": (*_PLAIN_FILES, "adapter_config.json", "adapter_model.safetensors", *_TOKENIZER),
    "adapter-trained": (*_PLAIN_FILES, "adapter_config.json", "adapter_model.safetensors", "training_args.bin"),
    "adapter-old": (*_PLAIN_FILES, "adapter_config.json", "adapter_model.bin"),
    "lora": (*_PLAIN_FILES, "pytorch_lora_weights.safetensors", "image_0.png"),
    "gguf": (*_PLAIN_FILES, "{}.IQ4_XS.gguf", "{}.Q2_K.gguf", "{}.Q4_K_M.gguf", "{}.Q5_K_M.gguf", "{}.Q8_0.gguf"),
    "onnx": (*_PLAIN_FILES, "config.json", "onnx/model.onnx", "onnx/model_quantized.onnx", *_TOKENIZER),
    "packed": (*_PLAIN_FILES, *_CONFIG, "quantize_config.json", "model.safetensors", *_TOKENIZER),
    "merge": (*_PLAIN_FILES, *_CONFIG, "mergekit_config.yml", *_SHARDS, "model.safetensors.index.json", *_TOKENIZER),
    "diffusers": (*_PLAIN_FILES, "model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors"),
    "agent": (*_PLAIN_FILES, "config.json", "policy.zip", "replay.mp4", "results.json"),
    "checkpoint": (*_PLAIN_FILES, "model.pth", "weights/best.pt"),
    "empty": _PLAIN_FILES,
}
UNCONFIGURED = frozenset(
    ("gguf", "agent", "checkpoint", "empty", "diffusers", "lora", "adapter", "adapter-trained", "adapter-old")
)
"""Repositories whose config the hub does not show: they have none it knows."""
TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}\n{{ message['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
