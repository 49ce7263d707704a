from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    llm_model: str = "HuggingFaceH4/zephyr-7b-beta"
    embedding_model: str = Field(default="BAAI/bge-m3", description="encoder of the search index")
    reranker_model: str = Field("BAAI/bge-reranker-v2-m3", alias="RERANKER")
    timezone: str = "Europe/Berlin"
    fallback_timezone: str = "America/New_York"
    user_agent: str = "chat-service/1.4"
    contact: str = "ml-team@acme.example"
    static_prefix: str = "static/img"
