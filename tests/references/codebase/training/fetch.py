from pathlib import Path

from huggingface_hub import HfApi, HfFileSystem, hf_hub_download, hf_hub_url, snapshot_download

snapshot_download(repo_id="google/siglip-so400m-patch14-384", revision="9fdffc58afc957d1a03a25b10dba0329ab15c2a3", allow_patterns=["*.safetensors"])
snapshot_download("allenai/c4", repo_type="dataset", allow_patterns="en/*")
snapshot_download("openai/gsm8k", local_dir="data/gsm8k", repo_type="dataset")
snapshot_download(repo_id="stabilityai/stable-diffusion", repo_type="space")
hf_hub_download("bartowski/Meta-Llama-3.1-8B-Instruct-GGUF", "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf")
hf_hub_download(filename="config.json", repo_id="xlm-roberta-base")
url = hf_hub_url("lysandre/arxiv-nlp", "config.json", revision="v1.0")
info = HfApi().model_info("CohereForAI/aya-23-8B")
data = HfFileSystem().open("hf://datasets/stanfordnlp/imdb/README.md")
text = HfFileSystem().read_text("hf://openai-community/gpt2@main/config.json")


def mirror(names):
    for name in names:
        snapshot_download(name, local_dir=Path("mirror") / name)


def part(repo, path):
    return hf_hub_download(repo_id=repo, filename=path)


def dataset(name):
    return snapshot_download(name, repo_type="dataset")
