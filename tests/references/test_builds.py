"""Files that build or install: Modelfiles, lists of packages, submodules."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.references import Confidence, Kind
from tests.references.reading import found, ignored, read

WHEEL = "https://huggingface.co/spacy/en_core_web_sm/resolve/main/en_core_web_sm-any-py3-none-any.whl"
RELEASE = "https://github.com/explosion/spacy-models/releases/download/en_core_web_md-3.7.1/en_core_web_md-3.7.1.whl"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("FROM hf.co/acme/m-GGUF", ("model", "acme/m-GGUF", None)),
        ("FROM hf.co/acme/m-GGUF:Q4_K_M", ("model", "acme/m-GGUF", None)),
        ("from huggingface.co/acme/m-GGUF", ("model", "acme/m-GGUF", None)),
        ("FROM ./m.gguf", ("local", "./m.gguf", None)),
        ("FROM m.gguf", ("local", "m.gguf", None)),
        ('FROM "/models/my m"', ("local", "/models/my m", None)),
        ("FROM .", ("local", ".", None)),
        ("FROM llama3.2:1b", ("unresolved", "llama3.2:1b", None)),
        ("FROM someone/llama3", ("unresolved", "someone/llama3", None)),
        ("ADAPTER ./lora", ("local", "./lora", None)),
    ],
)
def test_a_modelfile_names_its_base_and_its_adapters(line: str, expected: tuple[str, str, str | None]) -> None:
    assert found("Modelfile", line) == [expected]
    assert found("chat.Modelfile", f"# base\n{line}\nPARAMETER temperature 1") == [expected]


def test_a_system_text_of_a_modelfile_is_no_instruction() -> None:
    text = 'FROM ./m.gguf\nSYSTEM """\nFROM hf.co/acme/not\n"""\n# FROM hf.co/acme/old\n'
    assert found("Modelfile", text) == [("local", "./m.gguf", None), ("model", "acme/old", None)]
    assert read("Modelfile", text)[-1].flags == ("comment",)
    assert set(ignored("Modelfile", 'FROM .\nLICENSE "MIT/Expat"\n')) == {"MIT/Expat"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (WHEEL, ("model", "spacy/en_core_web_sm", "main")),
        (f"en_core_web_sm @ {WHEEL}", ("model", "spacy/en_core_web_sm", "main")),
        ("git+https://huggingface.co/acme/p@abc123#egg=p", ("model", "acme/p", "abc123")),
        ("en-core-web-sm==3.7.0", ("unresolved", "en-core-web-sm==3.7.0", None)),
        ("de_core_news_lg", ("unresolved", "de_core_news_lg", None)),
        (RELEASE, ("unresolved", RELEASE, None)),
        (f"en-core-web-md @ {RELEASE}", ("unresolved", f"en-core-web-md @ {RELEASE}", None)),
        ("silero-vad>=5", ("unresolved", "silero-vad>=5", None)),
    ],
)
def test_a_requirement_that_brings_weights_is_found(line: str, expected: tuple[str, str, str | None]) -> None:
    assert found("requirements-dev.txt", f"torch>=2\n{line}\nnltk\n") == [expected]


@pytest.mark.parametrize(
    "line", ["torch", "spacy>=3", "sentence-transformers", "transformers[torch]", "-r req/base.txt"]
)
def test_a_requirement_without_weights_is_none(line: str) -> None:
    assert found("requirements.txt", line) == []


def test_the_dependencies_of_a_project_are_read_and_its_other_texts_are_ignored() -> None:
    text = 'dependencies = ["torch", "en-core-web-sm>=3"]\nmodel = "acme/m"\nother = "a/b"\n'
    assert found("pyproject.toml", text) == [("unresolved", "en-core-web-sm>=3", None), ("model", "acme/m", None)]
    assert ignored("pyproject.toml", text) == {"a/b": "nothing says that it names a model"}


def test_the_settings_of_a_project_are_read_by_its_grammar() -> None:
    text = '[tool.x]\nmodel = "acme/m"\ntrust_remote_code = true\nrevision = "v1"\n'
    (reference,) = read("pyproject.toml", text)
    assert (reference.kind, reference.revision, reference.flags) == (Kind.MODEL, "v1", ("trust_remote_code",))


def test_a_channel_before_a_package_is_passed_over() -> None:
    text = "dependencies:\n  - conda-forge::spacy-model-en_core_web_md\n"
    assert found("environment.yml", text) == [("unresolved", "spacy-model-en_core_web_md", None)]


def test_a_comment_in_a_list_of_packages_is_of_low_confidence() -> None:
    (reference,) = read("requirements.txt", "torch  # for meta-llama/Llama-3-8B-Instruct")
    assert (reference.kind, reference.confidence, reference.flags) == (Kind.MODEL, Confidence.LOW, ("comment",))


def test_a_submodule_of_the_hub_is_a_model_or_a_dataset_and_its_folder_is_not() -> None:
    text = (
        '[submodule "m"]\n\tpath = third/m\n\turl = https://huggingface.co/acme/m\n\tbranch = v1\n'
        '[submodule "s"]\n\turl = git@hf.co:acme/s.git\n'
        '[submodule "d"]\n\turl = https://huggingface.co/datasets/acme/d\n'
        '[submodule "g"]\n\turl = https://github.com/acme/g.git\n'
    )
    assert found(".gitmodules", text) == [
        ("model", "acme/m", "v1"), ("model", "acme/s", None), ("dataset", "acme/d", None),
    ]  # fmt: skip
    assert list(ignored(".gitmodules", text)) == ["third/m"]
    assert ignored(".gitmodules", '[submodule "third/n"]\n') == {"third/n": "the name of a submodule"}
    assert (read(".gitmodules", text)[1].line, read(".gitmodules", text)[1].column) == (3, 8)


FILES = st.sampled_from(["Modelfile", "requirements.txt", "pyproject.toml", ".gitmodules"])


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="FROMADPTE \n\"'#/@.:=[]-abz", max_size=200), FILES)
def test_no_text_breaks_a_reader(text: str, path: str) -> None:
    for reference in read(path, '[submodule "a"]\n' + text):
        assert reference.line >= 1
        assert reference.column >= 1


@pytest.mark.parametrize("path", ["Modelfile", "requirements.txt", "pyproject.toml", ".gitmodules"])
@pytest.mark.parametrize(
    "text",
    ["FROM " * 50_000, 'FROM """' * 50_000, "[submodule\n" * 20_000, "[submodule]\n" + "url=a/b\n" * 20_000, "-" * 300_000 + "a",
     "a " * 100_000, 'a="b' * 50_000, "a/b@" * 50_000, " " * 300_000 + "x", "\t\n" * 100_000],
    ids=range(10),
)  # fmt: skip
def test_hostile_text_takes_no_more_than_a_moment(path: str, text: str) -> None:
    begun = time.process_time()
    read(path, text)
    assert time.process_time() - begun < 5
