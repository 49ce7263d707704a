import argparse

from datasets import load_dataset
from peft import AutoPeftModelForCausalLM, PeftConfig, PeftModel
from transformers import AutoModelForCausalLM
from trl import SFTTrainer
from unsloth import FastLanguageModel

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="unsloth/Llama-3.2-3B-Instruct")
parser.add_argument("--teacher", required=True)
parser.add_argument("--dataset", default="HuggingFaceH4/ultrachat_200k")
parser.add_argument("--output-dir", default="runs/sft")
args = parser.parse_args()

model, tokenizer = FastLanguageModel.from_pretrained(model_name=args.model, max_seq_length=2048, load_in_4bit=True)
four_bit, _ = FastLanguageModel.from_pretrained("unsloth/mistral-7b-v0.3-bnb-4bit")
teacher = AutoModelForCausalLM.from_pretrained(args.teacher)
base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")
adapted = PeftModel.from_pretrained(base, "tloen/alpaca-lora-7b", revision="a1b2c3d")
config = PeftConfig.from_pretrained("smangrul/twitter_complaints_bigscience_bloomz-7b1_LORA_CAUSAL_LM")
auto = AutoPeftModelForCausalLM.from_pretrained("ybelkada/opt-350m-lora")

squad = load_dataset("rajpurkar/squad", split="train")
glue = load_dataset("glue", "mrpc")
files = load_dataset("json", data_files="data/train.jsonl")
code = load_dataset(path="bigcode/the-stack-smol", revision="main")
trainer = SFTTrainer(model="Qwen/Qwen2.5-0.5B", train_dataset=squad)
