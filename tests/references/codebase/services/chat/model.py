"""The chat model and its tokenizer."""

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

MODEL_ID = "mistralai/Mistral-7B-Instruct-v0.3"
MODEL_REVISION = "e0bc86c23ce5aae1db576c8cca6f06f1f73af2db"
ACCEPT = "application/json"


def load():
    quantization = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(MODEL_ID, revision=MODEL_REVISION)
    model = AutoModelForCausalLM.from_pretrained(
        MODEL_ID,
        revision=MODEL_REVISION,
        quantization_config=quantization,
        device_map="auto",
    )
    return model, tokenizer


def load_reasoner():
    return AutoModelForCausalLM.from_pretrained(
        pretrained_model_name_or_path="microsoft/Phi-3-mini-4k-instruct",
        trust_remote_code=True,
        revision="main",
        torch_dtype="auto",
    )


def config_of(name):
    return AutoConfig.from_pretrained(name)


def resume():
    return AutoModelForCausalLM.from_pretrained("./checkpoints/final")


def resume_step():
    return AutoModelForCausalLM.from_pretrained("outputs/checkpoint-1200")
