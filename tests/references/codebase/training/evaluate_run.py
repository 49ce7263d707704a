import evaluate
import wandb
from lm_eval import simple_evaluate
from transformers import AutoModel

accuracy = evaluate.load("accuracy")
rouge = evaluate.load("evaluate-metric/rouge")
toxicity = evaluate.load("lvwerra/test")
bertscore = evaluate.load("bertscore")
bertscore.compute(predictions=[], references=[], model_type="microsoft/deberta-xlarge-mnli")
results = simple_evaluate(model="hf", model_args="pretrained=EleutherAI/gpt-j-6B,revision=float16,dtype=auto", tasks=["hellaswag"])
run = wandb.init(project="acme/llm-eval", tags=["eval/nightly"])
RATIO = "16/9"
KIND = "precision/recall"


def checkpoints(run):
    for step in (1000, 2000):
        yield AutoModel.from_pretrained("EleutherAI/pythia-1.4b", revision=f"step{step}")


def restored(trainer):
    return AutoModel.from_pretrained(trainer.state.best_model_checkpoint)
