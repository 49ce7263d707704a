from fastembed import TextEmbedding
from sentence_transformers import CrossEncoder, SentenceTransformer, SparseEncoder

encoder = SentenceTransformer("sentence-transformers/all-mpnet-base-v2")
short = SentenceTransformer("all-MiniLM-L6-v2")
nomic = SentenceTransformer("nomic-ai/nomic-embed-text-v1.5", trust_remote_code=True, revision="e5cf08aadaa33385f5990def41f7a23405aec398")
reranker = CrossEncoder("cross-encoder/ms-marco-MiniLM-L6-v2", max_length=512)
sparse = SparseEncoder(model_name_or_path="naver/splade-v3")
fast = TextEmbedding(model_name="BAAI/bge-small-en-v1.5")


def local(root):
    return SentenceTransformer(f"{root}/encoder")


def exported():
    return SentenceTransformer("/srv/models/encoder")
