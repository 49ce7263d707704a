"""A program within a script, a script within a program: each is read in its own language, at its place in the file."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.references import Kind
from scanner.references.embedded import is_python, read
from scanner.references.literal import Literal
from tests.references.reading import NAMES, told
from tests.references.reading import read as read_file

LOAD = 'AutoModel.from_pretrained("acme/m", revision="v1")'
PROGRAM = f"from transformers import AutoModel\n{LOAD}\n"


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.sh", f"python -c '{PROGRAM}'", 2),
        ("a.sh", f"set -e\npython3 - <<'EOF'\n{PROGRAM}EOF\n", 4),
        ("Dockerfile", f"FROM x\nRUN python3 - <<EOF\n{PROGRAM}EOF\n", 4),
        ("Dockerfile", f"FROM x\nRUN python3.11 -c 'from transformers import AutoModel; {LOAD}'", 2),
        (".github/workflows/a.yml", f"steps:\n- shell: python\n  run: |\n{_indented(PROGRAM)}", 5),
        ("argo.yaml", f"script:\n  command: [python]\n  source: |\n{_indented(PROGRAM)}", 5),
        ("configmap.yaml", f"data:\n  app.py: |\n{_indented('# what we serve' + chr(10) + PROGRAM)}", 5),
    ],
)
def test_python_given_to_an_interpreter_is_read_as_python(path: str, text: str, line: int) -> None:
    assert told(path, text) == [f"{line} model acme/m@v1"]
    (found,) = (one for one in read_file(path, text) if one.kind is Kind.MODEL)
    assert text.split("\n")[found.line - 1].startswith(found.text, found.column - 1)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", "python train.py -c acme/config"),
        ("a.yaml", "notes: |\n  import what you need\n  from acme/m\n"),
        ("a.yaml", "run: |\n  echo import os\n  ls\n"),
    ],
)
def test_what_only_speaks_of_importing_is_no_program(path: str, text: str) -> None:
    assert told(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Jenkinsfile", "sh 'hf download acme/m --revision v1'", ["1 model acme/m@v1"]),
        ("Jenkinsfile", "sh(script: 'hf download acme/m --revision v1')", ["1 model acme/m@v1"]),
        ("Jenkinsfile", 'sh """\n  vllm serve acme/m\n"""', ["2 model acme/m"]),
        ("Jenkinsfile", 'sh "hf download ${params.MODEL}"', ["1 unresolved ${params.MODEL}"]),
        ("a.rb", 'system("hf download acme/m --revision v1")', ["1 model acme/m@v1"]),
        ("a.js", "execSync('ollama pull hf.co/acme/m:Q4')", ["1 model acme/m"]),
        ("Jenkinsfile", "sh 'docker push acme/llama-7b-instruct'", []),
        ("Jenkinsfile", "echo 'hf download acme/x'", []),
    ],
)
def test_a_text_that_a_program_gives_to_a_shell_is_read_as_a_command(path: str, text: str, expected: list[str]) -> None:
    assert told(path, text) == expected


@given(st.text(alphabet="from import x\n#('a/b')\"=:\\\té", max_size=200))
def test_any_program_is_read_within_the_bounds_of_its_text(text: str) -> None:
    is_python(text)
    for spot in read(Literal.plain(text, 7), NAMES):
        assert 7 <= spot.start < spot.end <= 7 + len(text)


@pytest.mark.parametrize("text", ["#\n" * 30_000, "\n" * 60_000, " " * 60_000, " \n" * 30_000 + "import"])
def test_the_first_look_takes_no_long_time(text: str) -> None:
    started = time.process_time()
    is_python(text)
    assert time.process_time() - started < 1
