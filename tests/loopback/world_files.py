"""Models of real bytes, one for each format, and file lists that are the difficulty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .artefacts import gguf_bytes, onnx_bytes, pickle_bytes, pickle_zip_bytes, safetensors_bytes
from .state import Content, Repo

TENSORS: Final = {
    "model.embed_tokens.weight": ("BF16", (512, 64)),
    "model.layers.0.self_attn.q_proj.weight": ("BF16", (64, 64)),
    "model.layers.0.mlp.up_proj.weight": ("BF16", (128, 64)),
    "model.norm.weight": ("F32", (64,)),
    "lm_head.weight": ("BF16", (512, 64)),
}
CONFIG: Final[dict[str, Any]] = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 128,
    "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 512, "torch_dtype": "bfloat16",
    "transformers_version": "4.44.0",
}  # fmt: skip
TOKENIZER: Final[dict[str, Any]] = {
    "tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>",
    "chat_template": "{% for message in messages %}{{ message['content'] }}{% endfor %}",
}  # fmt: skip
APACHE: Final = (
    "                                 Apache License\n                           Version 2.0, January 2004\n"
)

ODD_NAMES: Final = (
    "training_args .bin", "模型 卡.txt", "bidi\u202egnp.txt", "-leading-dash.txt", "a%2Fb.txt", "Twin.txt", "twin.txt",
    'quote".json', "plus+and&hash#.txt", "question?.txt", "back\\slash.txt", "dir/sub dir/model_00012-of-00072.txt",
    "line\nbreak.txt", "x" * 200 + ".txt", "..hidden/..name", ".gitattributes",
)  # fmt: skip


def root_files(id: str = "forge/root-1b") -> dict[str, Content]:
    """A whole small model."""
    return {
        "README.md": f"---\nlicense: apache-2.0\nlanguage: [en]\npipeline_tag: text-generation\n---\n# {id}\n",
        "LICENSE": APACHE,
        "config.json": CONFIG,
        "tokenizer_config.json": TOKENIZER,
        "tokenizer.json": {"version": "1.0", "model": {"type": "BPE", "vocab": {"<s>": 0, "</s>": 1}, "merges": []}},
        "model.safetensors": safetensors_bytes(TENSORS, {"format": "pt"}),
    }


def adapter_files(base: str) -> dict[str, Content]:
    names = {f"base_model.model.model.layers.0.self_attn.q_proj.lora_{x}.weight" for x in "AB"}
    return {
        "README.md": f"---\nbase_model: {base}\nlibrary_name: peft\nlicense: mit\n---\n",
        "adapter_config.json": {"peft_type": "LORA", "base_model_name_or_path": base, "r": 8, "revision": None},
        "adapter_model.safetensors": safetensors_bytes(
            {name: ("F32", (8, 64) if "lora_A" in name else (64, 8)) for name in sorted(names)}, {"format": "pt"}
        ),
    }


def gguf_metadata(base: str) -> dict[str, Any]:
    """The header of a quantized copy of ``base``."""
    owner, name = base.split("/")
    return {
        "general.architecture": "llama", "general.name": name, "general.license": "apache-2.0",
        "general.base_model.count": 1, "general.base_model.0.name": name,
        "general.base_model.0.organization": owner,
        "general.base_model.0.repo_url": f"https://huggingface.co/{base}",
        "general.file_type": 7, "llama.context_length": 2048, "llama.block_count": 1,
        "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.tokens": ["<s>", "</s>"],
        "tokenizer.ggml.bos_token_id": 0, "tokenizer.ggml.eos_token_id": 1,
        "tokenizer.chat_template": TOKENIZER["chat_template"],
    }  # fmt: skip


def gguf_files(base: str) -> dict[str, Content]:
    tensors = {"token_embd.weight": ("Q8_0", (64, 512)), "output_norm.weight": ("F32", (64,))}
    return {
        "README.md": f"---\nbase_model: {base}\nlicense: apache-2.0\n---\n",
        "root-1b.Q8_0.gguf": gguf_bytes(gguf_metadata(base), tensors),
    }


def repositories(root: str, many: int) -> Iterator[tuple[str, Repo]]:
    """Part and repository; ``many`` files in the largest."""
    yield "files_odd_names", Repo("files/odd-names", {name: f"{name}\n" for name in ODD_NAMES})
    yield "files_many", Repo("files/many", {f"part-{i // 1000:02d}/file-{i:05d}.txt": f"{i}\n" for i in range(many)})
    for part, files in _formats(root):
        yield f"files_{part}", Repo(f"files/{part.replace('_', '-')}", files)


def _formats(root: str) -> Iterator[tuple[str, dict[str, Content]]]:
    card = "---\nlicense: mit\n---\n"
    header = gguf_metadata(root)
    yield "gguf_v1", {"model.gguf": gguf_bytes(header, version=1)}
    yield "gguf_v2", {"model.gguf": gguf_bytes(header, version=2)}
    yield "gguf_big_endian", {"model.gguf": gguf_bytes(header, big_endian=True)}
    yield "gguf_split", {f"model-{i:05d}-of-00003.gguf": gguf_bytes({"split.no": i - 1, **header}) for i in (1, 2, 3)}
    yield "gguf_cut", {"model.gguf": gguf_bytes(header)[:200]}
    yield "safetensors_shards", {"README.md": card, "config.json": CONFIG, **_shards()}
    yield "safetensors_cut", {"README.md": card, "model.safetensors": safetensors_bytes(TENSORS)[:100]}
    yield (
        "diffusers",
        {
            "README.md": card,
            "model_index.json": {
                "_class_name": "StableDiffusionPipeline",
                "unet": ["diffusers", "UNet2DConditionModel"],
            },
            "unet/config.json": {"_class_name": "UNet2DConditionModel"},
            "unet/diffusion_pytorch_model.safetensors": safetensors_bytes({"conv_in.weight": ("F16", (4, 4, 3, 3))}),
        },
    )
    yield "onnx", {"README.md": card, "onnx/model.onnx": onnx_bytes(metadata={"license": "mit"})}
    yield (
        "pickle",
        {
            "README.md": card,
            "pytorch_model.bin": pickle_zip_bytes({"weight": [0.5, 1.5]}),
            "training_args.bin": pickle_bytes({"learning_rate": 2e-5}),
        },
    )
    yield (
        "remote_code",
        {
            "README.md": card,
            "config.json": {
                **CONFIG,
                "model_type": "odd",
                "auto_map": {"AutoModelForCausalLM": "modeling_odd.OddModel"},
            },
            "modeling_odd.py": "class OddModel:\n    pass\n",
        },
    )


def _shards() -> dict[str, Content]:
    names = [f"model-{i:05d}-of-00002.safetensors" for i in (1, 2)]
    halves = [dict(list(TENSORS.items())[:2]), dict(list(TENSORS.items())[2:])]
    files: dict[str, Content] = {name: safetensors_bytes(half) for name, half in zip(names, halves, strict=True)}
    where = {tensor: name for name, half in zip(names, halves, strict=True) for tensor in half}
    size = sum(len(content) for content in files.values() if isinstance(content, bytes))
    return files | {"model.safetensors.index.json": {"metadata": {"total_size": size}, "weight_map": where}}
