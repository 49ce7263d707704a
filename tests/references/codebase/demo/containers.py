import docker

client = docker.from_env()
server = client.containers.run("vllm/vllm-openai", ["--model", "mistralai/Ministral-8B-Instruct-2410", "--max-model-len", "8192"], detach=True)
runner = client.containers.run("ollama/ollama", detach=True)
proxy = client.images.pull("library/nginx")
