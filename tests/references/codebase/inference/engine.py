import sglang as sgl
from vllm import LLM, AsyncEngineArgs, SamplingParams
from vllm.lora.request import LoRARequest

llm = LLM(
    model="Qwen/Qwen2.5-32B-Instruct-AWQ",
    revision="5c7cb76a268fc6cfbb9c4777eb24ba6e27f9ee6c",
    tokenizer="Qwen/Qwen2.5-32B-Instruct",
    quantization="awq",
)
draft = LLM(
    model="facebook/opt-6.7b",
    speculative_config={"model": "facebook/opt-125m", "num_speculative_tokens": 5},
)
positional = LLM("ibm-granite/granite-3.1-8b-instruct", enforce_eager=True)
arguments = AsyncEngineArgs(model="baichuan-inc/Baichuan2-7B-Chat", trust_remote_code=True)
engine = sgl.Engine(model_path="deepseek-ai/DeepSeek-V2-Lite-Chat", tp_size=2)
lora = LoRARequest("sql", 1, "yard1/llama-2-7b-sql-lora-test")
params = SamplingParams(temperature=0.2)


def serve(cfg, *argv):
    return LLM(model=argv[0], **cfg)


def runtime(options):
    return sgl.Runtime(model_path=options["path"])
