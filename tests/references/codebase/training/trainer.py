import logging

import mlflow
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

log = logging.getLogger("training/trainer")
mlflow.set_experiment("nlp/bert-base")
preferences = load_dataset("Anthropic/hh-rlhf", split="train")

name = "EleutherAI/pythia-160m-deduped"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForCausalLM.from_pretrained(name)
arguments = TrainingArguments(output_dir="results/pythia-160m", logging_dir="logs/pythia-160m", metric_for_best_model="f1/macro")
trainer = Trainer(model=model, args=arguments, train_dataset=preferences)
trainer.train()
trainer.save_model("export/pythia-160m")
tokenizer.save_pretrained("export/pythia-160m")
with open("prompts/system.txt") as file:
    log.info("prompt %s", file.read())
