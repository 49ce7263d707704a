"""safetensors headers: read as the reference reader reads them, and where readers could differ, said so."""

from __future__ import annotations

import ctypes
import json
import math
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors as reference
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import HubUnreachable
from scanner.evidence import safetensors
from scanner.evidence.reader import Malformed
from scanner.hub.answers import TABLES, WHOLE
from scanner.model import Artifact, Model
from tests.evidence.repository import FailingHub, complaint, facts, gaps, listed, repository
from tests.loopback.artefacts import SAFETENSORS_BYTES, safetensors_bytes

TENSORS = {"a": ("BF16", (4, 2)), "b": ("F32", ()), "c": ("U8", (0, 3)), "d": ("I64", (2,))}


def file_of(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def described(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def accepted_by_reference(data: bytes) -> bool:
    try:
        reference.deserialize(data)  # type: ignore[no-untyped-call]
    except reference.SafetensorError:
        return False
    return True


def test_a_header_is_counted() -> None:
    fact = safetensors.parse(safetensors_bytes(TENSORS, {"format": "pt"}))
    assert (fact.parameters, fact.problems) == (9, ())


@pytest.mark.parametrize("dtype", ["U8", "I8", "I32", "U32"])
def test_packed_weights_are_not_counted_by_their_containers(dtype: str) -> None:
    packed = safetensors_bytes({"packed": (dtype, (64,)), "scales": ("F16", (8,))})
    assert safetensors.parse(packed).parameters is None
    assert safetensors.parse(safetensors_bytes({"weight": ("F16", (8,)), "mask": ("BOOL", (3,))})).parameters == 8


ONE = json.dumps(described("U8", [1], 0, 1))
PROBLEMS: dict[str, tuple[bytes, str]] = {
    "duplicate name": (
        file_of(b'{"a":%s,"a":%s}' % ((ONE.encode(),) * 2), b"x"),
        "duplicate key 'a'",
    ),
    "overlap": (file_of({"a": described("U8", [2], 0, 2), "b": described("U8", [2], 1, 3)}, bytes(3)), "overlaps"),
    "hole": (file_of({"a": described("U8", [1], 0, 1), "b": described("U8", [1], 2, 3)}, bytes(3)), "hole of 1 bytes"),
    "hole at the start": (file_of({"a": described("U8", [1], 1, 2)}, bytes(2)), "a hole"),
    "out of range": (file_of({"a": described("U8", [4], 0, 4)}, bytes(3)), "outside the file"),
    "bytes behind": (file_of({"a": described("U8", [1], 0, 1)}, b"xPK\x03\x04"), "bytes behind the last tensor: 4"),
    "only bytes behind": (file_of({}, b"x"), "bytes behind"),
    "wrong size": (file_of({"a": described("F32", [2], 0, 4)}, bytes(4)), "size of its shape"),
    "backwards": (file_of({"a": described("U8", [0], 1, 0)}, bytes(1)), "size of its shape"),
    "shape overflows": (file_of({"a": described("F32", [2**62, 2**62], 0, 4)}, bytes(4)), "overflows"),
    "unknown dtype": (file_of({"a": described("F1", [1], 0, 1)}, bytes(1)), "dtype 'F1' is not known"),
    "negative": (file_of({"a": described("U8", [-1], 0, 1)}, bytes(1)), "not described"),
    "no offsets": (file_of({"a": {"dtype": "U8", "shape": [1]}}), "not described"),
    "no object": (file_of({"a": 1}), "not described"),
    "metadata of numbers": (file_of({"__metadata__": {"a": 1}}), "__metadata__"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_readers_could_understand_differently_is_a_problem(data: bytes, problem: str) -> None:
    found = safetensors.parse(data).problems
    assert any(problem in one for one in found), found


@pytest.mark.parametrize("name", [name for name in PROBLEMS if name != "duplicate name"])
def test_the_reference_reader_refuses_what_we_call_a_problem(name: str) -> None:
    assert not accepted_by_reference(PROBLEMS[name][0])


MALFORMED = {
    "empty": b"",
    "seven bytes": bytes(7),
    "header of nothing": bytes(8),
    "header past the end": struct.pack("<Q", 100) + b"{}",
    "header of 2**63": struct.pack("<Q", 2**63) + b"{}",
    "not an object": file_of(b"[]"),
    "not JSON": file_of(b"{not json}"),
    "leading space": file_of(b' {"a":1}'),
    "not UTF-8": file_of(b'{"\xff":1}'),
    "deep": file_of(b'{"a":' * 5000),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_header_is_a_gap(tmp_path: Path, data: bytes) -> None:
    assert complaint(safetensors.parse, data)
    model, hub = repository(tmp_path, {"model.safetensors": data})
    ((what, reason, detail),) = gaps(safetensors.read(model, hub))
    assert (what, reason) == ("model.safetensors", "malformed")
    assert detail.startswith("corrupt header: ")


def test_every_problem_is_a_gap_beside_the_evidence(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"model.safetensors": PROBLEMS["overlap"][0]})
    items = list(safetensors.read(model, hub))
    assert len(facts(items, "safetensors")) == 1
    assert gaps(items) == [("model.safetensors", "malformed", "'b' overlaps another tensor")]


def test_a_short_header_costs_one_request_and_a_long_one_two(tmp_path: Path) -> None:
    small = safetensors_bytes({"w": ("F32", (200_000,))})
    large = safetensors_bytes({f"layer.{i}.weight": ("U8", (1,)) for i in range(3_000)})
    model, hub = repository(tmp_path, {"model.safetensors": large, "x.safetensors": small})
    watched = FailingHub(HubUnreachable("never"), only="", otherwise=hub)
    one, two = safetensors.read(model, watched)
    first = safetensors.FIRST
    assert one.fact.parameters is None  # type: ignore[union-attr]
    assert two.fact.parameters == 200_000  # type: ignore[union-attr]
    assert [a.split("@")[1].split("+")[0] for a in watched.asked] == ["0", str(first), "0"]
    assert one.at.span == (0, one.size - 1)  # type: ignore[union-attr, operator]


def test_a_header_longer_than_is_read_is_a_gap_after_one_request(tmp_path: Path) -> None:
    data = struct.pack("<Q", safetensors.LIMIT) + b"{" + bytes(safetensors.LIMIT + 10)
    model, hub = repository(tmp_path, {"model.safetensors": data})
    watched = FailingHub(HubUnreachable("never"), only="", otherwise=hub)
    assert [g[:2] for g in gaps(safetensors.read(model, watched))] == [("model.safetensors", "too-large")]
    assert len(watched.asked) == 1


def test_of_a_sharded_model_the_first_shard_is_read(tmp_path: Path) -> None:
    shard = safetensors_bytes({"w": ("F16", (8,))})
    files: dict[str, bytes | str] = {f"model-0000{i}-of-00003.safetensors": shard for i in (1, 2, 3)}
    model, hub = repository(tmp_path, files)
    (fact,) = facts(safetensors.read(model, hub), "safetensors")
    assert (fact.sharded, fact.parameters) == (True, 8)


def test_a_header_of_which_the_second_half_is_refused_is_a_gap(tmp_path: Path) -> None:
    data = safetensors_bytes({f"layer.{i}.weight": ("U8", (1,)) for i in range(3_000)})
    model, hub = repository(tmp_path, {"model.safetensors": data})

    class SecondRangeFails(FailingHub):
        def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
            if start:
                raise self.error
            return hub.read_range(model, path, start, length)

    assert [g[:2] for g in gaps(safetensors.read(model, SecondRangeFails(HubUnreachable("x"))))] == [
        ("model.safetensors", "unreachable")
    ]


def test_files_at_the_root_come_first() -> None:
    rest = ["model.safetensors", "z-00002-of-00002.safetensors", "vae/m.safetensors"]
    model = listed(dict.fromkeys(["unet/m.safetensors", "adapter_model.safetensors", *rest]))
    read = [a.path for a in safetensors.headers_to_read(model)]
    assert read == ["model.safetensors", "adapter_model.safetensors", "unet/m.safetensors"]


def test_without_a_size_nothing_is_said_of_what_lies_behind_the_tensors(tmp_path: Path) -> None:
    data = safetensors_bytes({"w": ("F32", (200_000,))})
    model, hub = repository(tmp_path, {"model.safetensors": data})
    unsized = replace(model, artifacts=(Artifact("model.safetensors"),))
    assert [f.problems for f in facts(safetensors.read(unsized, hub), "safetensors")] == [()]


_SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)
_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8).filter(
    lambda n: n != "__metadata__"
)
_TABLES = st.dictionaries(_NAMES, st.tuples(st.sampled_from(sorted(SAFETENSORS_BYTES)), _SHAPES), max_size=6)
_SOME = _TABLES.filter(bool)  # of nothing at all the reference writer makes no JSON

_REFERENCE_NAMES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "U16": "uint16", "F16": "float16", "BF16": "bfloat16",
    "I32": "int32", "U32": "uint32", "F32": "float32", "I64": "int64", "U64": "uint64", "F64": "float64",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
}  # fmt: skip


def written_by_reference(table: dict[str, tuple[str, tuple[int, ...]]], metadata: dict[str, str]) -> bytes:
    """The reference writer's file; its newer versions take the address of the bytes."""
    tensors: dict[str, Any] = {}
    kept = []
    for name, (dtype, shape) in table.items():
        size = SAFETENSORS_BYTES[dtype]
        for dimension in shape:
            size *= dimension
        spec: dict[str, Any] = {"dtype": _REFERENCE_NAMES[dtype], "shape": list(shape)}
        if hasattr(reference, "TensorSpec"):
            kept.append(ctypes.create_string_buffer(max(size, 1)))
            tensors[name] = reference.TensorSpec(**spec, data_ptr=ctypes.addressof(kept[-1]), data_len=size)
        else:
            tensors[name] = {**spec, "data": bytes(size)}
    return bytes(reference.serialize(tensors, metadata))


@given(_SOME, st.dictionaries(st.text("abc", min_size=1, max_size=5), st.text("xyz", max_size=5), max_size=3))
def test_what_the_reference_writer_writes_is_read_without_a_problem(
    table: dict[str, Any], metadata: dict[str, str]
) -> None:
    fact = safetensors.parse(written_by_reference(table, metadata))
    assert fact.problems == ()


@given(_TABLES)
def test_a_header_is_counted_as_the_reference_reader_counts_it(table: dict[str, Any]) -> None:
    data = safetensors_bytes(table)
    read = reference.deserialize(data)  # type: ignore[no-untyped-call]
    fact = safetensors.parse(data)
    sizes = [(tensor["dtype"], math.prod(tensor["shape"])) for _, tensor in read]
    weights = [(dtype, size) for dtype, size in sizes if size and dtype not in TABLES]
    counted = all(dtype in WHOLE for dtype, _ in weights)
    assert (fact.parameters, fact.problems) == (sum(size for _, size in weights) if counted else None, ())


@given(st.data())
def test_a_changed_header_is_never_taken_by_us_and_refused_by_the_reference_reader(data: st.DataObject) -> None:
    written = bytearray(safetensors_bytes({"a": ("U8", (3,)), "b": ("F16", (2,))}))
    for _ in range(data.draw(st.integers(1, 3))):
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(
            st.sampled_from(b'0123456789"{}[],:ab\x00U8F6')
        )
    body = bytes(written)
    try:
        problems = safetensors.parse(body).problems
    except Malformed:
        return
    assert problems or accepted_by_reference(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fact_or_malformed(data: bytes) -> None:
    for body in (data, file_of(data), file_of(b'{"a":' + data + b"}")):
        assert "\n" not in complaint(safetensors.parse, body)
