import open_clip
import timm
import torch
from huggingface_hub import hf_hub_download
from ultralytics import YOLO

vit = timm.create_model("hf-hub:timm/vit_base_patch16_224.augreg2_in21k_ft_in1k", pretrained=True)
resnet = timm.create_model("resnet50.a1_in1k", pretrained=True, num_classes=0)
clip, _, preprocess = open_clip.create_model_and_transforms("hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K")
tokenizer = open_clip.get_tokenizer("hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K")
named, _, _ = open_clip.create_model_and_transforms("ViT-B-32", pretrained="laion2b_s34b_b79k")
dino = torch.hub.load("facebookresearch/dinov2", "dinov2_vits14")
yolo = YOLO(hf_hub_download("Ultralytics/YOLO11", "yolo11n.pt"))
state = torch.load("weights/head.pt", map_location="cpu", weights_only=False)


def any_backbone(args):
    return timm.create_model(args.backbone, pretrained=True)
