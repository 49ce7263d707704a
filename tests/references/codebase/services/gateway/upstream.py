import requests

GITHUB_REPO = "QwenLM/Qwen3"
TRANSFORMERS_REPO = "huggingface/transformers"


def latest_release():
    return requests.get(f"https://api.github.com/repos/{GITHUB_REPO}/releases/latest").json()["tag_name"]


def clone_url():
    return "https://github.com/deepseek-ai/DeepSeek-V3.git"


def issues():
    return requests.get("https://api.github.com/repos/mistralai/mistral-inference/issues").json()
