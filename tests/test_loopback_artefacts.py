"""The small model files the tests use are real: foreign readers accept them, and cut ones are refused."""

from __future__ import annotations

import io
import pickletools
import zipfile
from math import prod
from typing import Any

import pytest
import safetensors
from hypothesis import given
from hypothesis import strategies as st

from tests.loopback import gguf_bytes, onnx_bytes, pickle_bytes, pickle_zip_bytes, safetensors_bytes
from tests.loopback.artefacts import KINDS, SAFETENSORS_BYTES, gguf_header, safetensors_header

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SHAPES = st.dictionaries(
    NAMES.filter(lambda name: name != "__metadata__"),
    st.tuples(st.sampled_from(list(SAFETENSORS_BYTES)), st.lists(st.integers(1, 4), max_size=3).map(tuple)),
    max_size=5,
)
SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**31), 2**63), st.floats(width=32, allow_nan=False), st.text(max_size=20)
)
LISTS = st.one_of(st.lists(st.integers(0, 2**32 - 1)), st.lists(st.text("abc<>é", max_size=5)), st.lists(st.booleans()))


@given(tensors=SHAPES, metadata=st.dictionaries(NAMES, st.text("abc", max_size=5), max_size=3))
def test_safetensors_are_read_by_the_safetensors_library(tensors: Any, metadata: dict[str, str]) -> None:
    data = safetensors_bytes(tensors, metadata)
    read = dict(safetensors.deserialize(data))  # type: ignore[no-untyped-call]
    assert {name: (said["dtype"], tuple(said["shape"])) for name, said in read.items()} == tensors
    assert {name: len(said["data"]) for name, said in read.items()} == {
        name: prod(shape) * SAFETENSORS_BYTES[dtype] for name, (dtype, shape) in tensors.items()
    }
    assert safetensors_header(data)["__metadata__"] == metadata


def test_a_tensors_bytes_may_be_given() -> None:
    data = safetensors_bytes({"a": ("U8", (2,))}, data={"a": b"hi"})
    read = dict(safetensors.deserialize(data))  # type: ignore[no-untyped-call]
    assert bytes(read["a"]["data"]) == b"hi"
    with pytest.raises(ValueError, match="3 bytes for 2"):
        safetensors_bytes({"a": ("U8", (2,))}, data={"a": b"hi!"})


@given(
    metadata=st.dictionaries(NAMES, st.one_of(SCALARS, LISTS), max_size=6),
    version=st.sampled_from([1, 2, 3]),
    big_endian=st.booleans(),
)
def test_gguf_headers_come_back_in_every_version_and_byte_order(
    metadata: dict[str, Any], version: int, big_endian: bool
) -> None:
    tensors = {"token_embd.weight": ("Q8_0", (64, 2)), "norm.weight": ("F32", (64,))}
    data = gguf_bytes(metadata, tensors, version=version, big_endian=big_endian)
    assert gguf_header(data) == (metadata, {name: shape for name, (_, shape) in tensors.items()})
    assert data[4:8] == version.to_bytes(4, "big" if big_endian else "little")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("array", "str", "bool")])
def test_a_gguf_value_may_name_its_kind(kind: str) -> None:
    metadata, _ = gguf_header(gguf_bytes({"key": (kind, 1), "list": (kind, [1, 2]), "next": "whole"}))
    assert metadata == {"key": 1, "list": [1, 2], "next": "whole"}


@given(cut=st.integers(0, 200))
def test_a_cut_header_is_refused(cut: int) -> None:
    header = gguf_bytes({"general.architecture": "llama", "tokens": ["a"] * 40})
    with pytest.raises(ValueError, match=r"GGUF|string longer"):
        gguf_header(header[:cut])
    with pytest.raises(ValueError, match=r"too short|longer than the file"):
        safetensors_header(safetensors_bytes({"a" * 200: ("F32", (1,))})[:cut])


def test_tensor_data_is_aligned_and_of_the_right_size() -> None:
    tensors = {"a": ("Q8_0", (32,)), "b": ("F32", (3,))}
    data = gguf_bytes({"k": "v"}, tensors, alignment=64)
    header = gguf_bytes({"k": "v"}, {})
    assert len(data) % 64 == 0
    assert len(data) - len(header) >= 34 + 12
    with pytest.raises(ValueError, match="multiple of 32"):
        gguf_bytes({}, {"a": ("Q8_0", (5,))})


def test_pickles_hold_data_and_import_nothing() -> None:
    with zipfile.ZipFile(io.BytesIO(pickle_zip_bytes({"weight": [0.5]}))) as archive:
        assert archive.namelist() == ["archive/data.pkl", "archive/byteorder", "archive/version"]
        inner = archive.read("archive/data.pkl")
    assert inner == pickle_bytes({"weight": [0.5]})
    assert not {"GLOBAL", "STACK_GLOBAL", "REDUCE"} & {code.name for code, _, _ in pickletools.genops(inner)}
    assert pickle_zip_bytes({"weight": [0.5]}) == pickle_zip_bytes({"weight": [0.5]})


def test_onnx_bytes_hold_producer_and_metadata() -> None:
    data = onnx_bytes("pytorch", {"license": "mit"})
    assert data.startswith(b"\x08\x08\x12\x07pytorch")
    assert b"\n\x07license\x12\x03mit" in data
