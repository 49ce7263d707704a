from langchain_community.embeddings import HuggingFaceBgeEmbeddings, HuggingFaceInstructEmbeddings
from langchain_community.llms import VLLM, LlamaCpp
from langchain_huggingface import ChatHuggingFace, HuggingFaceEmbeddings, HuggingFaceEndpoint, HuggingFacePipeline
from langchain_ollama import ChatOllama

embeddings = HuggingFaceEmbeddings(
    model_name="intfloat/multilingual-e5-large",
    model_kwargs={"device": "cpu"},
)
bge = HuggingFaceBgeEmbeddings(model_name="BAAI/bge-large-en-v1.5")
instructor = HuggingFaceInstructEmbeddings(model_name="hkunlp/instructor-large")
endpoint = HuggingFaceEndpoint(repo_id="mistralai/Mixtral-8x7B-Instruct-v0.1", task="text-generation")
chat = ChatHuggingFace(llm=endpoint)
local = HuggingFacePipeline.from_model_id(model_id="HuggingFaceTB/SmolLM3-3B", task="text-generation")
served = VLLM(model="mosaicml/mpt-7b", trust_remote_code=True, max_new_tokens=128)
cpp = LlamaCpp(model_path="/models/mistral-7b-v0.1.Q4_K_M.gguf", n_ctx=4096)
ollama = ChatOllama(model="llama3.1:8b", temperature=0)


def chosen(cfg):
    return HuggingFaceEmbeddings(model_name=cfg["embedding"]["model"])
