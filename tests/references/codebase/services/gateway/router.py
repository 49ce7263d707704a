import litellm
from litellm import acompletion, completion


def ask(messages):
    return completion(model="huggingface/meta-llama/Llama-3.1-8B-Instruct", messages=messages)


async def ask_served(messages):
    return await acompletion(
        model="hosted_vllm/deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        messages=messages,
        api_base="http://vllm:8000/v1",
    )


def ask_closed(messages):
    return completion(model="openai/gpt-4o", messages=messages)


def ask_claude(messages):
    return litellm.completion(model="anthropic/claude-3-5-sonnet-20241022", messages=messages)


def ask_any(model, messages):
    return completion(model=model, messages=messages)
