import boto3
import requests

BUCKET_KEY = "indices/products-v2"
WEIGHTS_KEY = "prod/llama-7b-finetuned.tar.gz"


def fetch():
    boto3.client("s3").download_file("acme-artifacts", "models/llama-3-8b-int8", "/tmp/model")
    requests.post("https://search.acme.example/v1/index", headers={"Content-Type": "text/event-stream"})
    return requests.get("https://example.org/meta-llama/Llama-3.1-8B/notes.html")
