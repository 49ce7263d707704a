from huggingface_hub import AsyncInferenceClient, InferenceClient

client = InferenceClient("HuggingFaceH4/starchat2-15b-v0.1")
vision = InferenceClient(model="llava-hf/llava-1.5-7b-hf", timeout=30)
background = AsyncInferenceClient(provider="auto")


def answer(messages):
    return background.chat_completion(messages, model="NousResearch/Hermes-3-Llama-3.1-8B")


def picture(prompt):
    return background.text_to_image(prompt, model="black-forest-labs/FLUX.1-schnell")


def embed(text, tenant):
    return client.feature_extraction(text, model=tenant.model_id)
