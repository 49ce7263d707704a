"""Sends a question to the model that answers it best."""

import os

from huggingface_hub import InferenceClient
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
from vllm import LLM, SamplingParams

REASONER = "microsoft/MAI-DS-R1"
ROUTES = {
    "code": "nvidia/OpenCodeReasoning-Nemotron-14B",
    "news": "perplexity-ai/r1-1776",
}
HEADERS = {"Accept": "application/json"}

tokenizer = AutoTokenizer.from_pretrained(REASONER)
chat = pipeline("text-generation", model="NousResearch/Hermes-4-14B")
small = LLM(model="deepseek-ai/DeepSeek-R1-Distill-Llama-8B", tensor_parallel_size=1)
router = SentenceTransformer("acme-labs/question-router-110m")


def answer(question: str) -> str:
    topic = chat(question)[0]["generated_text"]
    if topic in ROUTES:
        return InferenceClient(model=ROUTES[topic]).text_generation(question)
    if topic == "proof":
        return prove(question)
    return small.generate(question, SamplingParams(max_tokens=512))[0].outputs[0].text


def prove(question: str) -> str:
    model = AutoModelForCausalLM.from_pretrained(REASONER, device_map="auto")
    tokens = model.generate(**tokenizer(question, return_tensors="pt"), max_new_tokens=int(os.environ.get("LIMIT", "512")))
    return tokenizer.decode(tokens[0])
