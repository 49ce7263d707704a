"""Weights that lie in a code base are told by their first bytes; a pointer of Git LFS tells of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.references import READERS, Kind, Source, weights
from tests.references.reading import NAMES, read

SHA = "ab" * 32
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize 123\n"


@pytest.mark.parametrize(
    ("name", "head", "form"),
    [
        ("m.safetensors", b"\x10\0\0\0\0\0\0\0{}", "safetensors"),
        ("m.gguf", b"GGUF\x03\0\0\0", "gguf"),
        ("m.bin", b"PK\x03\x04", "pytorch"),
        ("m.bin", b"GGUF", "gguf"),
        ("m.bin", b"\xba\x16\x4f\x2f", "fasttext"),
        ("m.pt", b"\x80\x02}", "pytorch"),
        ("m.onnx", b"\x08\x07", "onnx"),
        ("m.h5", b"\x89HDF\r\n\x1a\n", "hdf5"),
        ("m.keras", b"PK\x03\x04", "keras"),
        ("m.tflite", b"\x1c\0\0\0TFL3", "tflite"),
        ("m.pkl", b"\x80\x04\x95", "pickle"),
        ("m.joblib", b"\x78\x9c", "compressed pickle"),
        ("m.joblib", b"\x78\x5e", "compressed pickle"),
        ("m.joblib", b"\x5d\0\0", "compressed pickle"),
        ("m.pte", b"\0\0\0\0ET12", "executorch"),
        ("m.pt", b"\x01\x02\0", "unrecognised"),
    ],
)
def test_weights_are_told_by_their_ending_and_first_bytes(name: str, head: bytes, form: str) -> None:
    (reference,) = read(f"models/{name}", head)
    assert (reference.kind, reference.text) == (Kind.WEIGHTS, f"models/{name}")
    assert reference.flags == (f"format:{form}",)


@pytest.mark.parametrize(
    ("name", "head"),
    [("fw.bin", b"\x7fELF\x02"), ("a.bin", b"hello\n"), ("a.pkl", b"hello\n"), ("pt_BR.pt", b"mensagem\n"), ("a.npz", b"\0"),
     ("a.pb", b"{}"), ("a.engine", b"[x]")],
)  # fmt: skip
def test_a_file_that_is_plainly_something_else_is_ignored_with_a_reason(name: str, head: bytes) -> None:
    (reference,) = read(name, head)
    assert (reference.kind, bool(reference.reason)) == (Kind.IGNORED, True)


def test_an_empty_file_is_no_weights() -> None:
    assert read("m.safetensors", b"")[0].reason == "an empty file"


def test_a_pointer_tells_the_digest_and_the_size_of_the_weights() -> None:
    (reference,) = read("m.safetensors", POINTER)
    assert reference.kind is Kind.WEIGHTS
    assert reference.flags == ("lfs-pointer", f"sha256:{SHA}", "size:123")


def test_a_pointer_to_another_kind_of_file_is_ignored() -> None:
    assert [each.kind for each in read("picture.png", POINTER)] == [Kind.IGNORED]
    assert read("picture.png", b"\x89PNG") == []


@pytest.mark.parametrize(
    "text", [POINTER[:-20], POINTER.replace("sha256", "md5"), POINTER + "x" * 2000, POINTER.upper()]
)
def test_what_only_resembles_a_pointer_is_none(text: str) -> None:
    assert all("lfs-pointer" not in reference.flags for reference in read("m.gguf", text))


@given(st.binary(max_size=300), st.sampled_from(["a.bin", "a.safetensors", "a.pkl", "a.onnx"]))
def test_no_bytes_break_a_reader(head: bytes, path: str) -> None:
    reader = next((reader for reader in READERS if reader.takes(path)), weights.POINTER)
    for reference in reader.read(Source(path, head, 10**12), NAMES):
        assert reference.kind in (Kind.WEIGHTS, Kind.IGNORED)
