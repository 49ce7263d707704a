import subprocess
import sys

subprocess.run(["vllm", "serve", "google/gemma-2-2b-it", "--port", "8001"], check=True)
subprocess.Popen(["python", "-m", "sglang.launch_server", "--model-path", "Qwen/Qwen2-VL-7B-Instruct"])
subprocess.run(["vllm", "serve", sys.argv[1]], check=True)
subprocess.run(["git", "checkout", "feature/models"], check=False)
