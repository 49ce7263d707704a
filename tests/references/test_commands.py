"""A command line names its models where its own documentation says so, and nowhere else."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.references import Kind, Names
from scanner.references.commands import read
from tests.references.reading import NAMES, ignored, told

LOADED = [
    ("vllm serve acme/m --port 8000", "acme/m"),
    ("vllm serve acme/m --revision abc --trust-remote-code", "acme/m@abc trust_remote_code"),
    ("vllm serve --port 8000 acme/m", "acme/m"),
    ("CUDA_VISIBLE_DEVICES=0 nohup vllm serve 'acme/m' > log 2>&1 &", "acme/m"),
    ("python -m vllm.entrypoints.openai.api_server --model=acme/m --revision=v1", "acme/m@v1"),
    ("text-generation-launcher --model-id acme/m --num-shard 2", "acme/m"),
    (
        "docker run --gpus all -v $PWD:/data ghcr.io/huggingface/text-generation-inference:2.4 --model-id acme/m",
        "acme/m",
    ),
    ("docker run --runtime nvidia -p 8000:8000 vllm/vllm-openai:latest --model acme/m", "acme/m"),
    ("python3 -m sglang.launch_server --model-path acme/m --host 0.0.0.0", "acme/m"),
    ("llama-server -hf acme/m-GGUF:Q4_K_M", "acme/m-GGUF"),
    ("./build/bin/llama-cli --hf-repo acme/m-GGUF --hf-file m-q4.gguf -p hi", "acme/m-GGUF"),
    ("llama serve -hf acme/m-GGUF:Q4_K_M", "acme/m-GGUF"),
    ("ollama run hf.co/acme/m-GGUF:Q4_K_M", "acme/m-GGUF"),
    ("docker exec -it ollama ollama pull huggingface.co/acme/m-GGUF", "acme/m-GGUF"),
    ("huggingface-cli download acme/m config.json --local-dir out/m --revision v2", "acme/m@v2"),
    ("HF_HUB_ENABLE_HF_TRANSFER=1 hf download acme/m", "acme/m"),
    ("hf download --local-dir out/x acme/m", "acme/m"),
    ("git clone https://huggingface.co/acme/m", "acme/m"),
    ("git lfs clone https://huggingface.co/acme/m out", "acme/m"),
    ("GIT_LFS_SKIP_SMUDGE=1 git clone -b v3 https://huggingface.co/acme/m", "acme/m@v3"),
    ("wget -q https://huggingface.co/acme/m/resolve/v4/m.gguf -O m.gguf", "acme/m@v4"),
    ("curl -L 'https://huggingface.co/acme/m/resolve/v4/m.bin?download=true' -o m.bin", "acme/m@v4"),
    ("lmdeploy serve api_server acme/m --server-port 23333", "acme/m"),
    ("mlx_lm.generate --model acme/m --prompt hello", "acme/m"),
    ("python -m mlx_lm.server --model acme/m", "acme/m"),
    ("accelerate launch train.py --model_name_or_path acme/m --output_dir out/m", "acme/m"),
    ("trl sft --model_name_or_path acme/m --dataset_name acme/d --model_revision v1", "acme/m@v1 | dataset acme/d"),
    ("autotrain llm --train --model acme/m --data-path data/", "acme/m"),
    ("optimum-cli export onnx --model acme/m out/", "acme/m"),
    ("optimum-cli export openvino -m acme/m --task text-generation --weight-format int8 out/", "acme/m"),
    ("optimum-cli inc quantize --model acme/m -o out/", "acme/m"),
    ("litgpt pretrain acme/m --out_dir out/", "acme/m"),
    ("llama-run --temp 0.2 hf://acme/m-GGUF/m-q4.gguf hello", "acme/m-GGUF"),
    ("sglang serve acme/m --lora-paths sql=acme/sql-lora", "acme/m | model acme/sql-lora"),
    ("aphrodite serve acme/m --revision v1", "acme/m@v1"),
    ("vllm complete --model-name acme/m", "acme/m"),
    ("python -m fastchat.serve.vllm_worker --model-path acme/m", "acme/m"),
    ("autotrain tools merge-llm-adapter --base-model-path acme/m --adapter-path out/a", "acme/m"),
    ("infinity_emb v2 --model-id acme/m", "acme/m"),
    ("text-embeddings-router --model-id acme/m --revision refs/pr/4", "acme/m@refs/pr/4"),
    ("ct2-transformers-converter --model acme/m --output_dir out", "acme/m"),
    ("litgpt download acme/m", "acme/m"),
    ("tune download acme/m --output-dir /tmp/m --hf-token x", "acme/m"),
    (
        "lm_eval --model hf --model_args pretrained=acme/m,revision=v1,trust_remote_code=True",
        "acme/m@v1 trust_remote_code",
    ),
    ("aphrodite run acme/m", "acme/m"),
    ("docker model run hf.co/acme/m", "acme/m"),
    ("ramalama run huggingface://acme/m/m.gguf", "acme/m"),
    ("llamafactory-cli train --model_name_or_path acme/m --stage sft", "acme/m"),
    ("python run.py model.name=acme/m", "acme/m"),
    ("bash -c 'cd /x && vllm serve acme/m'", "acme/m"),
    ('OUT="$(huggingface-cli download acme/m)"', "acme/m"),
    ('vllm serve acme/m --speculative-config \'{"model": "acme/l", "n": 5}\'', "acme/m | model acme/l"),
    ("vllm serve acme/m --lora-modules sql=acme/l", "acme/m | model acme/l"),
    ("vllm serve acme/m --revision r --tokenizer acme/t --tokenizer-revision q", "acme/m@r | model acme/t@q"),
    ("vllm serve acme/m --revision r --tokenizer acme/t", "acme/m@r | model acme/t"),
    ('lighteval accelerate "model_name=acme/m,revision=v1" "leaderboard|x|0"', "acme/m@v1"),
    ('MODELS="acme/a acme/b"; for m in $MODELS; do hf download $m; done', "acme/a | model acme/b"),
    ("helm upgrade x chart --set model.id=acme/m", "acme/m"),
]


@pytest.mark.parametrize(("line", "expected"), LOADED)
def test_a_documented_command_names_its_model(line: str, expected: str) -> None:
    assert " | ".join(row.removeprefix("1 ") for row in told("x.sh", line + "\n")) == f"model {expected}"


OPEN = [
    ('vllm serve "$MODEL"', "$MODEL", "part of the name is filled in elsewhere"),
    ("ollama run llama3.2", "llama3.2", "a name of the Ollama library"),
    ("ollama pull acme/mine", "acme/mine", "a name of the Ollama library"),
    ("docker model run ai/smollm2", "ai/smollm2", "a name of Docker's model catalogue"),
    ("vllm serve $(cat model.txt)", "$(cat model.txt)", "part of the name is filled in elsewhere"),
    ("wget https://huggingface.co/$REPO/resolve/main/x.bin", "https://huggingface.co/$REPO/resolve/main/x.bin", "part"),
    ("python t.py --model_name_or_path ${1}", "${1}", "part of the name is filled in elsewhere"),
    ("hf download << parameters.m >>", "<< parameters.m >>", "part of the name is filled in elsewhere"),
]


@pytest.mark.parametrize(("line", "text", "reason"), OPEN)
def test_what_a_command_loads_and_the_text_does_not_say_is_unresolved(line: str, text: str, reason: str) -> None:
    (spot,) = read(line, NAMES)
    assert (spot.named.kind, spot.text) == (Kind.UNRESOLVED, text)
    assert spot.named.reason.startswith(reason)


TRAPS = [
    "git clone https://github.com/acme/llama-7b-instruct",
    "pip install git+https://github.com/acme/llama-7b",
    "git checkout feature/llama-7b-instruct",
    "docker pull acme/llama-7b-instruct",
    "docker build -t acme/llama-7b-instruct:v1 .",
    "hf upload acme/llama-7b-instruct .",
    "huggingface-cli repo create acme/llama-7b-instruct",
    "vllm bench throughput --port 80",
    "npm install @acme/llama",
    "curl -H 'Content-Type: application/json' http://localhost/v1/models",
    "hf download --repo-type space acme/space",
    "python train.py --output_dir acme/out --hub_model_id acme/mine",
    "cp src/model lib/model",
    "brew install acme/tap",
    "kubectl apply -f deploy/llama",
    "kubectl rollout restart deploy/llama-8b",
    "helm upgrade x charts/vllm-7b",
    "ramalama chat llama/what-is-this",
    "ollama push acme/llama-7b-instruct",
    "tune run lora_finetune --config llama3_2/1B_lora",
    "accelerate launch t.py --hub_model_id acme/llama-7b-instruct",
]


@pytest.mark.parametrize("line", TRAPS)
def test_a_command_that_takes_no_model_names_none(line: str) -> None:
    assert told("x.sh", line) == []


def test_a_dataset_is_told_apart() -> None:
    assert told("x.sh", "hf download acme/d --repo-type dataset") == ["1 dataset acme/d"]


def test_a_variable_is_the_literal_it_was_given() -> None:
    text = 'M=acme/one\nREV=v1\nvllm serve "$M" --revision ${REV}\n'
    assert told("x.sh", text) == ["1 model acme/one@v1"]
    assert told("x.sh", "for m in acme/a acme/b; do\n  hf download $m\ndone") == ["1 model acme/a", "1 model acme/b"]
    assert told("x.sh", 'MS=(\n  acme/a\n  acme/b\n)\nhf download "${MS[@]}"') == ["2 model acme/a", "3 model acme/b"]


def test_a_default_is_flagged() -> None:
    assert told("x.sh", "export MODEL_ID=${MODEL_ID:-acme/m}") == ["1 model acme/m default"]
    assert told("x.sh", "vllm serve ${1:-acme/m}") == ["1 model acme/m default"]


def test_a_variable_that_is_read_and_never_set_is_told_where_it_is_used() -> None:
    assert told("x.sh", "MODEL=$1\nvllm serve $MODEL") == ["2 unresolved $MODEL"]


def test_a_comment_is_believed_only_by_its_name_and_flagged() -> None:
    text = "# vllm serve acme/m\n# as meta-llama/Llama-3.1-8B-Instruct\n"
    assert told("x.sh", text) == ["2 model meta-llama/Llama-3.1-8B-Instruct comment"]
    assert ignored("x.sh", text) == {"acme/m": "nothing says that it names a model"}


def test_a_here_document_is_text_unless_a_shell_reads_it() -> None:
    assert told("x.sh", "cat <<EOF > a.py\nit's x('acme/m')\nEOF\nvllm serve acme/n") == ["4 model acme/n"]
    assert told("x.sh", "bash <<'EOF'\nvllm serve acme/m\nEOF\n") == ["2 model acme/m"]


def test_line_and_column_are_those_of_the_text_inside_the_quotes() -> None:
    (spot,) = read('  vllm serve \\\n   --model="acme/m"', NAMES)
    assert spot.start == 27


WORDS = st.sampled_from(
    ["vllm", "serve", "--model", "acme/m", "'", '"', "$X", "${", "}", "$(", ")", "\\", "\n", " ", "=", "#", "<<EOF", "EOF",
     "a/b", "-hf", "ollama", "run", "{{", "}}", "for", "in", "&&", "`", "x=", "%", "é", "\t"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map("".join))
def test_any_text_is_read_and_each_place_is_told_once_and_stands_there(text: str) -> None:
    spots = read(text, NAMES)
    assert all(0 <= spot.start < spot.end <= len(text) for spot in spots)
    assert all(before.end <= after.start for before, after in itertools.pairwise(spots))


@pytest.mark.parametrize(
    "text",
    ["'" * 60_000, '"' * 60_001, "${" * 40_000, "$(" * 40_000, "{{" * 40_000, "\\\n" * 40_000, "<<A\n" * 5_000,
     "x=" * 40_000, "-" * 80_000, "vllm serve " * 8_000, "bash -c 'bash -c " * 4_000, "a/" * 40_000, "`" * 50_000,
     "A=$A$A\n" * 2_000 + "vllm serve $A", "--model a/b " * 5_000, "<" * 50_000, "M=a/b\n" * 3_000 + "hf download $M\n" * 300],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_a_hostile_script_takes_no_long_time(text: str) -> None:
    started = time.process_time()
    read(text, NAMES)
    assert time.process_time() - started < 5


def test_a_reference_says_by_which_command_it_was_found() -> None:
    (spot,) = read("vllm serve acme/m", Names([]))
    assert spot.how == "vllm serve"


@pytest.mark.parametrize(
    "model",
    ['"$(cat /etc/serving/model)"', "$(cat /etc/serving/model)", "`cat /etc/serving/model`", '"acme/$(cat /a/b)"'],
)
def test_the_path_in_another_command_is_not_the_model(model: str) -> None:
    (one,) = (one for one in read(f"vllm serve {model} --port 80", NAMES) if one.named.kind is not Kind.IGNORED)
    assert one.named.kind is Kind.UNRESOLVED
    assert one.start == len("vllm serve ") + model.startswith('"')


def test_a_path_that_begins_with_another_command_is_a_path() -> None:
    (one,) = read('vllm serve "$(pwd)/models/x"', NAMES)
    assert one.named.kind is Kind.LOCAL
