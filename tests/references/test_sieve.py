"""What is found by its rarest part is what a plain search finds."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.references.idioms import loading
from scanner.references.names import Names
from scanner.references.python import sieve
from scanner.references.walk import search

_SIGNS = st.text(st.sampled_from("ab/'\" \n\t.:@-_é"), max_size=60)
_LINES = st.lists(
    st.sampled_from(
        ["import torch", "from a.b import c", " import a, b.c as d", "x = 1", "from a \\\nimport b", "", "import"]
    ),
    max_size=12,
)


@given(_SIGNS)
def test_the_quoted_texts_are_those_of_the_pattern(text: str) -> None:
    plain = [found.span() for found in sieve._SHAPED.finditer(text)]
    assert [found.span() for found in sieve.shaped_texts(text)] == plain


@given(_SIGNS)
def test_bytes_are_shaped_where_their_text_is(text: str) -> None:
    plain = text.replace("é", "")
    if list(sieve.shaped_texts(plain)):
        assert sieve.is_shaped(plain.encode())


def test_a_run_of_slashes_takes_no_more_than_a_moment() -> None:
    data = b"/a" * 500_000
    begun = time.process_time()
    assert not sieve.is_shaped(data)
    assert list(sieve.shaped_texts(data.decode())) == []
    assert not sieve.matters(data, Names(()))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("name", ["model", "checkpoint", "llm"])
@pytest.mark.parametrize("text", ["gpt2", "GPT2", " gpt2 ", "llama3:8b"])
def test_a_name_of_one_part_is_enough_for_a_file_to_matter(name: str, text: str) -> None:
    assert sieve.matters(f'{name} = "{text}"\n'.encode(), Names(()))


_LOADS = [
    "import pickle\npickle.load(f)",
    "import pickle\n(pickle\n  .load)(f)",
    "import pickle as p\np.load(f)",
    "import os, pickle as p\np.load(f)",
    "from pickle import load\nload(f)",
    "from pickle import dump, load as read\nread(f)",
    "from pickle import (\n    load,\n)\nload(f)",
    "from pickle \\\n    import load\nload(f)",
    "from pickle import *\nload(f)",
    "import torch\ntorch.load(f)",
    "import torch\ntorch.jit.load(f)",
]


@pytest.mark.parametrize("text", _LOADS)
def test_a_file_matters_where_a_modules_own_function_is_called(text: str) -> None:
    assert sieve.matters(text.encode(), Names(()))


@pytest.mark.parametrize("text", ["import pickle\njson.load(f)\n", "from pickle import dumps, loads\nx.load(f)\n"])
def test_another_modules_function_of_that_name_does_not_count(text: str) -> None:
    assert not sieve.matters(text.encode(), Names(()))


@pytest.mark.parametrize("command", sorted(loading()))
def test_a_file_that_runs_a_command_of_models_matters(command: str) -> None:
    assert sieve.matters(f"import subprocess\nsubprocess.run('{command} x')\n".encode(), Names(()))
    if len(command) > 3:
        assert not sieve.matters(f"import subprocess\nsubprocess.run('un{command}ed x')\n".encode(), Names(()))


def test_words_that_are_no_models_are_not() -> None:
    assert not sieve.matters(b'model = "torch"\ncheckpoint = "a:b"\n', Names(()))


@given(_LINES, st.sampled_from(["\n", "\r\n"]))
def test_no_import_is_missed(lines: list[str], end: str) -> None:
    data = end.join(lines).encode()
    plain = {(found[1], found[2]) for found in sieve._IMPORT.finditer(b"\n" + data)}
    assert plain <= set(sieve._imports(data))


def test_a_search_leaves_the_collection_of_garbage_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    search(tmp_path, Names(()))
    assert gc.isenabled()
    gc.disable()
    try:
        search(tmp_path, Names(()))
        assert not gc.isenabled()
    finally:
        gc.enable()
