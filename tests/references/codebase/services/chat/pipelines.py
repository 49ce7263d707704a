import os

from transformers import pipeline

classify = pipeline("text-classification", model="distilbert/distilbert-base-uncased-finetuned-sst-2-english", revision="714eb0f")
zero_shot = pipeline("zero-shot-classification", "facebook/bart-large-mnli")
asr = pipeline(task="automatic-speech-recognition", model="openai/whisper-large-v3", device="cuda:0")
caption = pipeline(
    "image-to-text",
    model="Salesforce/blip-image-captioning-base",
    tokenizer="Salesforce/blip-image-captioning-base",
)
toy = pipeline("text-generation", model="gpt2")
summarise = pipeline("summarization", model=os.environ["SUMMARY_MODEL"])
translate = pipeline("translation", model=os.getenv("TRANSLATION_MODEL", "Helsinki-NLP/opus-mt-en-de"))
default = pipeline("sentiment-analysis")
