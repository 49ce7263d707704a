import torch
from diffusers import AutoencoderKL, ControlNetModel, DiffusionPipeline, StableDiffusionXLControlNetPipeline

vae = AutoencoderKL.from_pretrained("madebyollin/sdxl-vae-fp16-fix", torch_dtype=torch.float16)
controlnet = ControlNetModel.from_pretrained("diffusers/controlnet-canny-sdxl-1.0")
pipe = StableDiffusionXLControlNetPipeline.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0",
    controlnet=controlnet,
    vae=vae,
    revision="462165984030d82259a11f4367a4eed129e94a7b",
)
pipe.load_lora_weights("latent-consistency/lcm-lora-sdxl")
pipe.load_ip_adapter("h94/IP-Adapter", subfolder="sdxl_models", weight_name="ip-adapter_sdxl.bin")
community = DiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5", custom_pipeline="lpw_stable_diffusion")
single = StableDiffusionXLControlNetPipeline.from_single_file(
    "https://huggingface.co/Lykon/dreamshaper-xl-lightning/blob/main/DreamShaperXL_Lightning.safetensors",
    controlnet=controlnet,
)


def style(name):
    pipe.load_lora_weights(name, weight_name="pytorch_lora_weights.safetensors")
