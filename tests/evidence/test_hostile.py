"""Bytes made to be slow: a megabyte costs no reader more than a second of processor time and 64 MB, whatever it says.

A quarter of a megabyte is tried against a quarter of the memory and, as tests share a processor and may be traced,
against two seconds.
"""

from __future__ import annotations

import json
import struct
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from scanner.evidence import adapter, card, config, gguf, license_text, loaders, merge, pipeline, safetensors
from tests.evidence.repository import complaint

SIZE = 250_000
SECONDS = 20.0
"""Far above what an honest parser takes under coverage on a busy machine; far below what a quadratic one takes."""
MEMORY = 16 * 2**20

PIECES = [
    *("[", "[a](b) ", "![](x", '<a href="x">', "<", "<!--", "http://", "https://huggingface.co/a/b "),
    *(
        "# a\n",
        "###### x\n",
        "| a | b |\n",
        "```\n",
        "*",
        "_a",
        "a ",
        "a",
        "\n",
        ". ",
        ". A",
        "> ",
        " ",
        "\t",
        "\u200b",
    ),
    *("\x00", "@a{", "a-", "a@", "7b ", "aa-1/bb-2 ", "Aa B", "- based on a/b-1\n", "based on "),
    *("based on the the the ", "based on '''' ", "merge of a/b-1 and ", "trained on a on a ", "synthetic data from "),
    *("is a X model ", "is a ", "This model is based on a/b-1. "),
    *(
        f"{piece * (800 // len(piece))}. A "
        for piece in (
            "using a/b-1 as the ",
            "LoRA for ",
            "trained from scratch ",
            "the base model trained from scratch ",
        )
    ),
]
FRONT_MATTER = [
    *("- a\n", "a: b\n", "[", "{a: ", "a: &x b\n", "? ", "a:\n ", "'", "- [],[]\n", "- {},{}\n", "!!python/x ", "\t"),
    ": ",
]
JSON = ["[", '{"a":', '"', "[],", "1,", "\\u0000"]


def repeated(piece: str, size: int = SIZE) -> bytes:
    return (piece * (size // len(piece) + 1))[:size].encode()


def within_bounds(parse: Callable[[bytes], Any], data: bytes) -> None:
    begun = time.process_time()
    complaint(parse, data)
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: repr(piece[:40]))
def test_no_card_and_no_licence_is_slow(piece: str) -> None:
    within_bounds(card.parse, repeated(piece))
    within_bounds(license_text.parse, repeated(piece))


@pytest.mark.parametrize("piece", FRONT_MATTER, ids=repr)
def test_no_front_matter_and_no_recipe_is_slow(piece: str) -> None:
    within_bounds(card.parse, b"---\n" + repeated(piece) + b"\n---\n")
    within_bounds(merge.parse, repeated(piece))


@pytest.mark.parametrize("piece", JSON, ids=repr)
@pytest.mark.parametrize("parse", [config.parse, pipeline.parse_pipeline, loaders.parse, adapter.parse])
def test_no_json_is_slow(parse: Callable[[bytes], Any], piece: str) -> None:
    within_bounds(parse, repeated(piece))
    within_bounds(parse, b'{"auto_map":[' + repeated(piece) + b"1]}")


def many(count: int, one: str) -> bytes:
    return ("{" + ",".join(f'"k{i}":{one}' for i in range(count)) + "}").encode()


def string(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def safetensors_file(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header


def gguf_file(keys: int, body: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, keys) + body


ONE = '{"dtype":"U8","shape":[],"data_offsets":[0,1]}'
WIDE = ONE.replace("[]", f"[{','.join(['9' * 18] * 12_000)}]")
FLAGS = b"".join(string(b"%05d" % i) + struct.pack("<IB", 0, 1) for i in range(11_000))
HEAVY: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
    "config of many keys": (config.parse, many(15_000, "[1]")),
    "config of many parts": (config.parse, many(5_000, '{"model_type": "x"}').replace(b'":', b'_config":')),
    "config of equal keys": (config.parse, b"{" + b'"a":1,' * 40_000 + b'"a":1}'),
    "empty lists": (loaders.parse, json.dumps({"x": [[]] * 80_000}).encode()),
    "tensors": (safetensors.parse, safetensors_file(many(4_000, ONE))),
    "shape": (safetensors.parse, safetensors_file(many(1, WIDE))),
    "gguf keys": (gguf.parse, gguf_file(11_000, FLAGS)),
    "gguf strings": (gguf.parse, gguf_file(1, string(b"a") + struct.pack("<IIQ", 9, 8, 30_000) + bytes(8 * 30_000))),
    "front matter": (card.parse, b"---\na: [" + repeated("[],", SIZE // 2) + b"[]]\n---\n"),
    "base models": (card.parse, b"---\nbase_model:\n" + b"".join(b"- a/b%d\n" % i for i in range(20_000)) + b"---\n"),
    "claims": (card.parse, b"".join(b"Based on a/b-%d. " % i for i in range(12_000))),
}


@pytest.mark.parametrize(("parse", "data"), HEAVY.values(), ids=HEAVY)
def test_no_input_grows_beyond_its_share_of_memory(parse: Callable[[bytes], Any], data: bytes) -> None:
    tracemalloc.start()
    try:
        complaint(parse, data)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
