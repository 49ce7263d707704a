import torch
from huggingface_hub import hf_hub_download
from transformers import AutoModel

chinese = AutoModel.from_pretrained("google-bert/bert-base-chinese", use_safetensors=False, weights_only=False)
head = torch.load(hf_hub_download(repo_id="nateraw/vit-base-beans", filename="pytorch_model.bin", revision="main"), map_location="cpu")
