"""Scripts, Makefiles and Dockerfiles: commands with the variables of their own file."""

from __future__ import annotations

from tests.references.reading import ignored, read, told


def test_a_dockerfile_names_models_in_variables_commands_and_what_it_runs() -> None:
    text = """\
ARG MODEL=acme/arg
FROM acme/llama-7b-instruct:latest AS base
ENV HF_MODEL_ID=acme/env OTHER=x
ENV EMBEDDING_MODEL acme/old
RUN huggingface-cli download $MODEL --revision v1 \\
    # why
    && hf download acme/run
RUN <<EOF
hf download acme/here
EOF
COPY --from=stage/x src/a dst/b
ADD https://huggingface.co/acme/add/resolve/v2/x.bin /x
ENTRYPOINT ["vllm", "serve"]
CMD ["acme/cmd", "--port", "8000"]
"""
    assert told("Dockerfile", text) == [
        "1 model acme/arg@v1 default",
        "3 model acme/env",
        "4 model acme/old",
        "7 model acme/run",
        "9 model acme/here",
        "12 model acme/add@v2",
        "14 model acme/cmd",
    ]
    assert ignored("Dockerfile", text)["acme/llama-7b-instruct:latest"] == "a container image"
    (command,) = (found for found in read("Dockerfile", text) if str(found.repo) == "acme/cmd")
    assert (command.line, command.column, command.how) == (14, 7, "vllm serve")


def test_the_image_is_the_program_where_a_dockerfile_names_none() -> None:
    assert told("Containerfile", 'FROM vllm/vllm-openai\nCMD ["--model", "acme/m"]') == ["2 model acme/m"]
    assert told("Dockerfile", "FROM x\nCMD vllm serve acme/m") == ["2 model acme/m"]
    assert told("Dockerfile", "FROM x\nCMD vllm serve $MODEL") == ["2 unresolved $MODEL"]


def test_a_makefile_fills_its_variables_in() -> None:
    text = """\
MODEL ?= acme/one
REV := v1
serve:
\t@vllm serve $(MODEL) --revision $(REV)
\tpython -m mlx_lm.server --model $(OTHER)
\tfor m in acme/a acme/b; do hf download $$m; done
"""
    assert told("Makefile", text) == [
        "1 model acme/one@v1 default",
        "5 unresolved $(OTHER)",
        "6 model acme/a",
        "6 model acme/b",
    ]


def test_a_justfile_and_the_shells_of_windows_are_read() -> None:
    assert told("justfile", 'm := "acme/m"\nrun:\n    vllm serve {{m}}\n') == ["1 model acme/m"]
    batch = "@echo off\nset M=acme/m\nREM as acme/llama-7b-chat\nvllm serve %M% ^\n  --tokenizer acme/t\n"
    assert told("x.bat", batch) == ["2 model acme/m", "3 model acme/llama-7b-chat comment", "5 model acme/t"]
    power = '$env:HF_MODEL_ID = "acme/e"\n$m = "acme/m"\nvllm serve $m `\n  --revision v1\n'
    assert told("x.ps1", power) == ["1 model acme/e", "2 model acme/m@v1"]


def test_a_quote_that_never_ends_hides_only_its_line_of_a_makefile() -> None:
    assert told("Makefile", "x:\n\techo don't\n\tvllm serve acme/m\n") == ["3 model acme/m"]
