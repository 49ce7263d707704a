from auto_gptq import AutoGPTQForCausalLM
from awq import AutoAWQForCausalLM
from ctransformers import AutoModelForCausalLM as CTModel
from exllamav2 import ExLlamaV2Config
from llama_cpp import Llama
from mlx_lm import load

gguf = Llama.from_pretrained(repo_id="Qwen/Qwen2-0.5B-Instruct-GGUF", filename="*q8_0.gguf", verbose=False)
local = Llama(model_path="./models/7B/llama-model.gguf")
gptq = AutoGPTQForCausalLM.from_quantized("TheBloke/Llama-2-7B-Chat-GPTQ", use_safetensors=True)
awq = AutoAWQForCausalLM.from_quantized("TheBloke/zephyr-7B-beta-AWQ", fuse_layers=True)
ct = CTModel.from_pretrained("TheBloke/Mistral-7B-v0.1-GGUF", model_file="mistral-7b-v0.1.Q4_K_M.gguf", model_type="mistral")
model, tokenizer = load("mlx-community/Mistral-7B-Instruct-v0.3-4bit")


def ex(directory):
    return ExLlamaV2Config(directory)
