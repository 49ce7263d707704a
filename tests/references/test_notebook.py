"""References in notebooks: by cell and line, over cells, past magics and broken cells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.data import whole
from scanner.references import Kind, Names, Reference, Source
from scanner.references.python import NOTEBOOK

NAMES = Names(whole("publishers.yaml"))


def read(data: bytes) -> list[Reference]:
    return list(NOTEBOOK.read(Source("n.ipynb", data, len(data)), NAMES))


def told(*cells: Any, **more: Any) -> list[tuple[int | None, int, int, str]]:
    data = json.dumps({"nbformat": 4, "cells": list(cells), **more}).encode()
    return [(r.cell, r.line, r.column, f"{r.kind} {r.text}") for r in read(data) if r.kind is not Kind.IGNORED]


def code(*lines: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": [f"{line}\n" for line in lines], "outputs": []}


def test_a_place_is_a_cell_and_a_line_in_it() -> None:
    prose = {"cell_type": "markdown", "source": "# Widget\nof https://huggingface.co/acme/widget"}
    assert told(prose, code("import x", "A.from_pretrained('acme/one')")) == [
        (1, 2, 4, "model https://huggingface.co/acme/widget"),
        (2, 2, 20, "model acme/one"),
    ]


def test_a_cell_uses_what_an_earlier_one_made() -> None:
    assert told(code("M = 'acme/one'"), code("é = 1; A.from_pretrained(M)")) == [(1, 1, 6, "model acme/one")]


def test_magics_and_commands_stay_in_their_places() -> None:
    cell = code(
        "%matplotlib inline",
        "!pip install acme/é",
        "!vllm serve acme/a-7b-chat \\",
        "  --port 1",
        "A.from_pretrained('acme/b')",
    )
    assert told(cell) == [(1, 3, 13, "model acme/a-7b-chat"), (1, 5, 20, "model acme/b")]
    assert told(code("%%bash", "vllm serve acme/a-7b-chat")) == [(1, 2, 12, "model acme/a-7b-chat")]


def test_a_command_knows_the_names_of_python() -> None:
    assert told(
        code("M = 'acme/one'"), code("!vllm serve {M} --revision r", "!vllm serve $other", "%env MODEL_ID=acme/b")
    ) == [
        (1, 1, 6, "model acme/one"),
        (2, 2, 13, "unresolved $other"),
        (2, 3, 15, "model acme/b"),
    ]


def test_a_broken_cell_does_not_hide_the_others() -> None:
    assert told(code("print 'x'", "A.from_pretrained('acme/one')"), code("A.from_pretrained('acme/two')")) == [
        (1, 2, 20, "model acme/one"),
        (2, 1, 20, "model acme/two"),
    ]


def test_outputs_are_nobodys_references() -> None:
    cell = {"cell_type": "code", "source": "1", "outputs": [{"text": ["https://huggingface.co/acme/widget"]}]}
    assert told(cell) == []


def test_the_third_format_is_read() -> None:
    cell = {"cell_type": "code", "input": ["A.from_pretrained('acme/one')"], "outputs": []}
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}).encode()
    assert [(r.cell, r.text) for r in read(data)] == [(1, "acme/one")]


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"[" * 100_000, b'{"cells": 1}', b'{"cells": [1, {}, {"source": 1}, {"source": [1]}]}', b"\xff"],
)
def test_what_is_no_notebook_ends_without_a_crash(data: bytes) -> None:
    assert read(data) == []


def test_a_file_that_is_no_json_is_read_word_by_word() -> None:
    (found,) = read(b"{ https://huggingface.co/acme/widget")
    assert (found.kind, str(found.repo), found.cell) == (Kind.MODEL, "acme/widget", None)
