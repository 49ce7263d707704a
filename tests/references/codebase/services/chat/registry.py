from dataclasses import dataclass, field

from transformers import AutoModel

ORG = "Qwen"
SIZE = "7B"
QWEN = f"{ORG}/Qwen2.5-{SIZE}-Instruct"

MODELS = {
    "tiny": "HuggingFaceTB/SmolLM2-135M-Instruct",
    "small": "HuggingFaceTB/SmolLM2-1.7B-Instruct",
    "large": "meta-llama/Llama-3.3-70B-Instruct",
}

ROUTES = {
    "login": "accounts/login",
    "profile": "accounts/profile",
}


class Defaults:
    base_model = "google/gemma-2-9b-it"
    template = "chat/default"


@dataclass
class ModelArguments:
    model_name_or_path: str = field(default="EleutherAI/pythia-410m", metadata={"help": "base checkpoint"})
    model_revision: str = "step143000"
    tokenizer_name: str = "EleutherAI/gpt-neox-20b"


def by_size(size):
    return AutoModel.from_pretrained(MODELS[size])


def sized(size):
    return AutoModel.from_pretrained(f"EleutherAI/pythia-{size}")


def joined():
    return AutoModel.from_pretrained("tiiuae/" + "falcon-7b")


def default_argument(name: str = "microsoft/deberta-v3-base"):
    return AutoModel.from_pretrained(name)


def pick(settings):
    return AutoModel.from_pretrained(settings.encoder_name)


def qwen():
    return AutoModel.from_pretrained(QWEN)
