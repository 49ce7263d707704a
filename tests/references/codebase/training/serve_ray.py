from ray.serve.llm import LLMConfig, build_openai_app
from txtai import Embeddings
from bertopic import BERTopic
from optimum.onnxruntime import ORTModelForFeatureExtraction
from outlines import models

config = LLMConfig(
    model_loading_config=dict(
        model_id="chat-small",
        model_source="Qwen/Qwen2.5-1.5B-Instruct",
    ),
    accelerator_type="A10G",
)
app = build_openai_app({"llm_configs": [config]})
embeddings = Embeddings(path="sentence-transformers/nli-mpnet-base-v2")
topics = BERTopic(embedding_model="thenlper/gte-small")
onnx = ORTModelForFeatureExtraction.from_pretrained("optimum/all-MiniLM-L6-v2")
structured = models.transformers("microsoft/Phi-3.5-mini-instruct")
