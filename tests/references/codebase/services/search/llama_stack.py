from llama_index.core import Settings
from llama_index.core.postprocessor import SentenceTransformerRerank
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.huggingface import HuggingFaceLLM

Settings.embed_model = HuggingFaceEmbedding(model_name="mixedbread-ai/mxbai-embed-large-v1")
Settings.llm = HuggingFaceLLM(
    model_name="stabilityai/stablelm-2-zephyr-1_6b",
    tokenizer_name="stabilityai/stablelm-2-zephyr-1_6b",
    device_map="auto",
)
rerank = SentenceTransformerRerank(model="mixedbread-ai/mxbai-rerank-xsmall-v1", top_n=3)


def small():
    Settings.embed_model = "local:BAAI/bge-base-en-v1.5"
