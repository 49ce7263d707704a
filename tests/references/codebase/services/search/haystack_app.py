from haystack import Pipeline
from haystack.components.embedders import SentenceTransformersDocumentEmbedder, SentenceTransformersTextEmbedder
from haystack.components.generators import HuggingFaceLocalGenerator
from haystack.components.generators.chat import HuggingFaceAPIChatGenerator
from haystack.components.rankers import TransformersSimilarityRanker

pipe = Pipeline()
pipe.add_component("text", SentenceTransformersTextEmbedder(model="thenlper/gte-large"))
pipe.add_component("docs", SentenceTransformersDocumentEmbedder("thenlper/gte-large"))
pipe.add_component("rank", TransformersSimilarityRanker(model="BAAI/bge-reranker-base"))
pipe.add_component("llm", HuggingFaceLocalGenerator(model="google/flan-t5-large", task="text2text-generation"))
pipe.add_component(
    "api",
    HuggingFaceAPIChatGenerator(
        api_type="serverless_inference_api",
        api_params={"model": "Qwen/Qwen2.5-72B-Instruct", "provider": "together"},
    ),
)
