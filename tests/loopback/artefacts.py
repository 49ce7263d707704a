"""Small real model files: safetensors, GGUF (v1-v3, both byte orders), ONNX, pickles. Written, and read back, by hand.

The tensor values are a fixed pseudo-random stream, so the same call gives the same bytes.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import shake_128
from math import prod
from typing import Any, Final

Shapes = Mapping[str, tuple[str, tuple[int, ...]]]
"""Tensor name to (dtype, shape), in file order."""

SAFETENSORS_BYTES: Final = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
    "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip
GGML: Final = {
    "F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34), "Q4_K": (12, 256, 144),
    "Q6_K": (14, 256, 210), "BF16": (30, 1, 2),
}  # fmt: skip
"""GGML tensor type: number in the file, values a block, bytes a block."""

KINDS: Final = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "str", "array", "u64", "i64", "f64"]
"""GGUF value types; the index is the number in the file."""
SCALARS: Final = {
    "u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "f32": "f", "bool": "?",
    "u64": "Q", "i64": "q", "f64": "d",
}  # fmt: skip


def safetensors_bytes(
    tensors: Shapes, metadata: Mapping[str, str] | None = None, *, data: Mapping[str, bytes] | None = None
) -> bytes:
    """A safetensors file. ``data`` gives a tensor's bytes in place of the pseudo-random ones."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata is not None else {}
    chunks: list[bytes] = []
    end = 0
    for name, (dtype, shape) in tensors.items():
        size = prod(shape) * SAFETENSORS_BYTES[dtype]
        chunk = data[name] if data and name in data else _noise(name, size)
        if len(chunk) != size:
            raise ValueError(f"{name}: {len(chunk)} bytes for {size}")
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
        chunks.append(chunk)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(chunks)


def safetensors_header(data: bytes) -> dict[str, Any]:
    """The JSON header. Raises ValueError when there is none."""
    if len(data) < 8:
        raise ValueError("too short for a header length")
    (length,) = struct.unpack_from("<Q", data)
    if length > len(data) - 8:
        raise ValueError("header longer than the file")
    header = json.loads(data[8 : 8 + length])
    if not isinstance(header, dict):
        raise ValueError("header is not an object")
    return header


def gguf_bytes(
    metadata: Mapping[str, Any],
    tensors: Shapes | None = None,
    *,
    version: int = 3,
    big_endian: bool = False,
    alignment: int = 32,
) -> bytes:
    """A GGUF file.

    A metadata value is a Python value (bool, int, float, str, or a list of one of them), or ``(kind, value)`` with a
    kind of ``KINDS`` where the type matters; for a list the kind is that of its elements. Shapes are written as given
    (GGUF counts the fastest dimension first).
    """
    order = ">" if big_endian else "<"
    count = "I" if version == 1 else "Q"
    tensors = tensors or {}
    out = [b"GGUF", struct.pack(f"{order}I2{count}", version, len(tensors), len(metadata))]
    for key, value in metadata.items():
        out += [_gguf_string(key, order, count), _gguf_value(value, order, count)]
    sizes = {name: _ggml_size(dtype, shape) for name, (dtype, shape) in tensors.items()}
    offset = 0
    for name, (dtype, shape) in tensors.items():
        out.append(_gguf_string(name, order, count))
        out.append(struct.pack(f"{order}I{len(shape)}{count}", len(shape), *shape))
        out.append(struct.pack(f"{order}IQ", GGML[dtype][0], offset))
        offset += sizes[name] + -sizes[name] % alignment
    if tensors:
        out.append(bytes(-sum(map(len, out)) % alignment))
        out += [_noise(name, size) + bytes(-size % alignment) for name, size in sizes.items()]
    return b"".join(out)


def gguf_header(data: bytes) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
    """Metadata by key and tensor shapes by name. Raises ValueError for anything that is no GGUF."""
    try:
        return _Gguf(data).header()
    except (struct.error, IndexError, UnicodeDecodeError) as broken:
        raise ValueError("cut or broken GGUF") from broken


def pickle_bytes(value: Any) -> bytes:
    """A bare pickle, protocol 2 as torch writes it."""
    return pickle.dumps(value, protocol=2)


def pickle_zip_bytes(value: Any, name: str = "archive") -> bytes:
    """The container ``torch.save`` writes: a zip with ``archive/data.pkl``; no tensor, no torch."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, content in {"data.pkl": pickle_bytes(value), "byteorder": b"little", "version": b"3\n"}.items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{path}", (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def onnx_bytes(producer: str = "pytorch", metadata: Mapping[str, str] | None = None) -> bytes:
    """An ONNX model of one Identity node."""
    value = _proto(1, "x") + _proto(2, _proto(1, _proto(1, 1) + _proto(2, _proto(1, _proto(1, 1)))))
    output = _proto(1, "y") + value[len(_proto(1, "x")) :]
    node = _proto(1, "x") + _proto(2, "y") + _proto(4, "Identity")
    graph = _proto(1, node) + _proto(2, "graph") + _proto(11, value) + _proto(12, output)
    properties = [_proto(14, _proto(1, key) + _proto(2, text)) for key, text in (metadata or {}).items()]
    opset = _proto(8, _proto(1, "") + _proto(2, 17))
    return _proto(1, 8) + _proto(2, producer) + _proto(7, graph) + opset + b"".join(properties)


def _noise(name: str, size: int) -> bytes:
    return shake_128(name.encode()).digest(size)


def _ggml_size(dtype: str, shape: Iterable[int]) -> int:
    _, values, size = GGML[dtype]
    blocks, rest = divmod(prod(shape), values)
    if rest:
        raise ValueError(f"{dtype} needs a multiple of {values} values")
    return blocks * size


def _gguf_string(text: str, order: str, count: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    return struct.pack(f"{order}{count}", len(data)) + data


def _gguf_value(value: Any, order: str, count: str) -> bytes:
    kind, value = value if isinstance(value, tuple) else (None, value)
    if isinstance(value, list):
        kind = kind or (_gguf_kind(value[0]) if value else "u32")
        head = struct.pack(f"{order}II{count}", KINDS.index("array"), KINDS.index(kind), len(value))
        return head + b"".join(_gguf_bare(kind, item, order, count) for item in value)
    kind = kind or _gguf_kind(value)
    return struct.pack(f"{order}I", KINDS.index(kind)) + _gguf_bare(kind, value, order, count)


def _gguf_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "i32" if value < 0 else "u32" if value < 2**32 else "u64"
    return "f32" if isinstance(value, float) else "str"


def _gguf_bare(kind: str, value: Any, order: str, count: str) -> bytes:
    return _gguf_string(value, order, count) if kind == "str" else struct.pack(order + SCALARS[kind], value)


class _Gguf:
    """One pass over a GGUF header."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"GGUF":
            raise ValueError("no GGUF magic")
        self.data, self.at = data, 4
        self.order = "<" if struct.unpack_from("<I", data, 4)[0] < 2**16 else ">"
        self.count = "I" if self.take("I") == 1 else "Q"

    def header(self) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
        tensors, pairs = self.take(self.count), self.take(self.count)
        metadata = {self.text(): self.value(KINDS[self.take("I")]) for _ in range(pairs)}
        shapes = {}
        for _ in range(tensors):
            name = self.text()
            shapes[name] = tuple(self.take(self.count) for _ in range(self.take("I")))
            self.take("I")
            self.take("Q")
        return metadata, shapes

    def take(self, code: str) -> Any:
        (value,) = struct.unpack_from(self.order + code, self.data, self.at)
        self.at += struct.calcsize(code if len(code) == 1 else self.order + code)
        return value

    def text(self) -> str:
        size = self.take(self.count)
        if size > len(self.data) - self.at:
            raise ValueError("string longer than the file")
        self.at += size
        return self.data[self.at - size : self.at].decode("utf-8", "replace")

    def value(self, kind: str) -> Any:
        if kind == "array":
            item = KINDS[self.take("I")]
            return [self.value(item) for _ in range(self.take(self.count))]
        return self.text() if kind == "str" else self.take(SCALARS[kind])


def _proto(number: int, value: int | str | bytes) -> bytes:
    """One protobuf field: a varint, or length-delimited bytes."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
