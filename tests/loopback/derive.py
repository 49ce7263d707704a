"""What the Hub computes from a repository's files: card, tags, config excerpt, parents, tensor counts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from math import isfinite, prod
from typing import Any, Final

import yaml

from .artefacts import gguf_header, safetensors_header
from .state import Blob

Files = Mapping[str, Blob]

FRONT_MATTER: Final = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
RELATIONS: Final = ("adapter", "merge", "quantized", "finetune")
FORMATS: Final = {
    "pytorch": re.compile(r"(^|/)(pytorch_model.*\.bin|.*\.pth?|.*\.ckpt)$"),
    "onnx": re.compile(r"\.onnx$"),
    "safetensors": re.compile(r"\.safetensors$"),
    "gguf": re.compile(r"\.gguf$"),
}
QUANTIZED: Final = re.compile(r"(?i)(gguf|awq|gptq|exl2|bnb-4bit|mlx|int4|int8|fp8)")
TOKENS: Final = ("bos_token", "eos_token", "unk_token", "pad_token", "cls_token", "sep_token", "mask_token")
PIPELINES: Final = {"ForCausalLM": "text-generation", "LMHeadModel": "text-generation", "ForMaskedLM": "fill-mask"}
TRANSFORMERS_UNTIL: Final = "2024-09"
"""Repositories made later get no ``library_name: transformers`` from their files alone."""


def card(files: Files) -> dict[str, Any] | None:
    """The README's front matter as JSON values; None without one, or when it is no mapping the Hub could read."""
    if "README.md" not in files:
        return None
    found = FRONT_MATTER.match(files["README.md"].data.decode("utf-8", "replace"))
    return None if found is None else _front_matter(found.group(1).replace("\r\n", "\n"))


@lru_cache(4096)
def _front_matter(text: str) -> dict[str, Any] | None:
    try:
        value = yaml.safe_load(text)
        return _Json().of(value) if isinstance(value, dict) else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def config(files: Files) -> dict[str, Any]:
    """The excerpt of config.json and tokenizer_config.json the API shows; empty without config.json."""
    whole = _json_object(files, "config.json")
    kept = ("architectures", "model_type", "auto_map", "quantization_config")
    excerpt = {key: whole[key] for key in kept if key in whole}
    tokenizer = _json_object(files, "tokenizer_config.json")
    if excerpt and tokenizer:
        excerpt["tokenizer_config"] = {k: tokenizer[k] for k in (*TOKENS, "chat_template") if k in tokenizer}
    return excerpt


def declared_bases(card_data: Mapping[str, Any] | None) -> list[str]:
    """The strings under ``base_model``, in order; whatever is no string says nothing to the Hub."""
    value = (card_data or {}).get("base_model")
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(item for item in values if isinstance(item, str) and item))


def relation(repo_id: str, files: Files, card_data: Mapping[str, Any] | None) -> str:
    """How a repository relates to its bases: as its card says, else as its files look."""
    stated = (card_data or {}).get("base_model_relation")
    if stated in RELATIONS:
        return str(stated)
    if "adapter_config.json" in files:
        return "adapter"
    if len(declared_bases(card_data)) > 1 or "mergekit_config.yml" in files:
        return "merge"
    quantized = "quantization_config" in _json_object(files, "config.json") or any(p.endswith(".gguf") for p in files)
    return "quantized" if quantized or QUANTIZED.search(repo_id) else "finetune"


def library(files: Files, card_data: Mapping[str, Any] | None, created_at: str) -> str | None:
    stated = (card_data or {}).get("library_name")
    if isinstance(stated, str):
        return stated
    if "adapter_config.json" in files:
        return "peft"
    if "model_index.json" in files:
        return "diffusers"
    return "transformers" if config(files).get("model_type") and created_at < TRANSFORMERS_UNTIL else None


def pipeline(files: Files, card_data: Mapping[str, Any] | None) -> str | None:
    stated = (card_data or {}).get("pipeline_tag")
    if isinstance(stated, str):
        return stated
    names = _strings(config(files).get("architectures"))
    return next((tag for name in names for end, tag in PIPELINES.items() if name.endswith(end)), None)


def tags(repo_id: str, files: Files, card_data: Mapping[str, Any] | None, created_at: str) -> list[str]:
    """The tags in the order the Hub gives them, without the author's additions by API."""
    said = card_data or {}
    excerpt = config(files)
    found: list[Any] = [library(files, card_data, created_at)]
    found += [name for name, pattern in FORMATS.items() if any(pattern.search(path) for path in files)]
    found += [excerpt.get("model_type"), pipeline(files, card_data)]
    found += _strings(said.get("tags")) + _strings(said.get("language"))
    found += ["custom_code"] if "auto_map" in excerpt else []
    found += [f"dataset:{name}" for name in _strings(said.get("datasets"))]
    how = relation(repo_id, files, card_data)
    for base in declared_bases(card_data):
        found += [f"base_model:{base}", f"base_model:{how}:{base}"]
    found += [f"license:{name}" for name in _strings(said.get("license"))]
    found += ["conversational"] if "chat_template" in excerpt.get("tokenizer_config", {}) else []
    found.append("region:us")
    return list(dict.fromkeys(tag for tag in found if isinstance(tag, str) and tag))


def safetensors(files: Files) -> dict[str, Any] | None:
    """Parameters by dtype over model.safetensors or the shards of its index; None without a readable header."""
    names = [path for path in files if re.fullmatch(r"model(-\d{5}-of-\d{5})?\.safetensors", path)]
    counts: Counter[str] = Counter()
    try:
        for name in names:
            for key, tensor in safetensors_header(files[name].data).items():
                if key != "__metadata__":
                    counts[tensor["dtype"]] += prod(tensor["shape"])
    except (ValueError, KeyError, TypeError):
        return None
    return {"parameters": dict(counts), "total": counts.total()} if names else None


def gguf(files: Files) -> dict[str, Any] | None:
    """What the first GGUF file says of itself; None without a readable one."""
    name = next((path for path in sorted(files) if path.endswith(".gguf")), None)
    if name is None:
        return None
    try:
        metadata, shapes = gguf_header(files[name].data)
    except ValueError:
        return None
    architecture = metadata.get("general.architecture")
    tokens = metadata.get("tokenizer.ggml.tokens", [])
    said = {
        "total": sum(prod(shape) for shape in shapes.values()),
        "architecture": architecture,
        "context_length": metadata.get(f"{architecture}.context_length"),
        "chat_template": metadata.get("tokenizer.chat_template"),
        "bos_token": _token(tokens, metadata.get("tokenizer.ggml.bos_token_id")),
        "eos_token": _token(tokens, metadata.get("tokenizer.ggml.eos_token_id")),
        "totalFileSize": files[name].size,
    }
    return {key: value for key, value in said.items() if value is not None}


def _token(tokens: list[str], index: Any) -> str | None:
    return tokens[index] if isinstance(index, int) and 0 <= index < len(tokens) else None


def _json_object(files: Files, path: str) -> dict[str, Any]:
    try:
        value = json.loads(files[path].data) if path in files else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _strings(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


class _Json:
    """YAML values as the Hub turns them into JSON: dates as text, keys as text, no NaN.

    Raises ValueError when aliases make more of a card than any card is.
    """

    def __init__(self) -> None:
        self.left = 100_000

    def of(self, value: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise ValueError("too many values")
        if isinstance(value, dict):
            return {str(key): self.of(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.of(item) for item in value]
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, date):
            return f"{value.isoformat()}T00:00:00.000Z"
        if isinstance(value, float) and not isfinite(value):
            return None
        return value.decode("latin-1") if isinstance(value, bytes) else value
