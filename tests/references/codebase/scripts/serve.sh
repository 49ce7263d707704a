#!/usr/bin/env bash
set -euo pipefail

MODEL=${1:-Qwen/Qwen2.5-3B-Instruct}
CANDIDATE=$2
LOG_DIR=logs/serve

vllm serve "$MODEL" --port 8000 &
vllm serve "$CANDIDATE" --port 8001 &
vllm serve microsoft/Phi-4-mini-instruct \
  --revision c0fb9e74abda11b496b7907a9c6c9009a7a0488f \
  --trust-remote-code &
python -m vllm.entrypoints.openai.api_server --model lmsys/vicuna-7b-v1.5 --served-model-name vicuna &
python -m sglang.launch_server --model-path lmms-lab/llava-onevision-qwen2-7b-ov --port 30000 &
text-generation-launcher --model-id bigcode/santacoder --revision main --trust-remote-code &
text-embeddings-router --model-id BAAI/bge-base-zh-v1.5 --port 8080 &
docker run --gpus all -v "$PWD/data:/data" ghcr.io/huggingface/text-generation-inference:3.0.1 --model-id HuggingFaceM4/idefics2-8b &
llama-server -hf ggml-org/gemma-3-1b-it-GGUF --port 9000 &
llama-cli --hf-repo lmstudio-community/Qwen2.5-0.5B-Instruct-GGUF --hf-file Qwen2.5-0.5B-Instruct-Q4_K_M.gguf -p hello
mlx_lm.generate --model mlx-community/Llama-3.2-3B-Instruct-4bit --prompt hello
litellm --model huggingface/bigcode/starcoder &
trtllm-serve nvidia/Llama-3.1-8B-Instruct-FP8 --port 8100 &
lmdeploy serve api_server internlm/internlm2_5-7b-chat --server-port 23333 &
ollama run phi3:mini
ollama pull hf.co/unsloth/gemma-3-4b-it-GGUF
curl -H "Content-Type: application/json" http://localhost:8000/v1/models
wait
