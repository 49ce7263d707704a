import click
import typer
from transformers import AutoModelForSequenceClassification

app = typer.Typer()


@click.command()
@click.option("--base-model", default="FacebookAI/roberta-base", show_default=True)
@click.option("--report", default="reports/latest")
@click.option("--student")
def train(base_model, report, student):
    AutoModelForSequenceClassification.from_pretrained(base_model)
    return AutoModelForSequenceClassification.from_pretrained(student)


@app.command()
def distil(teacher_model: str = typer.Option("google-bert/bert-large-uncased", help="teacher")):
    return AutoModelForSequenceClassification.from_pretrained(teacher_model)
