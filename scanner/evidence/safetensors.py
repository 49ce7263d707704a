"""safetensors headers: eight bytes of length, then JSON. One or two range requests, never the weights.

The format allows headers that readers understand differently (a name twice, tensors over each other, bytes nobody
owns): each is a problem that is reported.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.fields import MAX_INTEGER, Fields, load_object
from scanner.evidence.reader import Malformed, fetch_range, gap
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.hub.answers import TABLES, WHOLE
from scanner.model import Artifact, Model
from scanner.text import clean_line

FIRST = 100 * 2**10
LIMIT = 16 * 2**20
MAX_FILES = 3
MAX_PROBLEMS = 20

_BITS: dict[str, int] = (
    dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8)
    | dict.fromkeys(("I16", "U16", "F16", "BF16"), 16)
    | dict.fromkeys(("I32", "U32", "F32"), 32)
    | dict.fromkeys(("I64", "U64", "F64", "C64"), 64)
    | {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}
)
_SHARD = re.compile(r"(?P<stem>.*)[-_](?P<number>\d{5,6})-of-(?P<count>\d{5,6})\.safetensors")


@dataclass(frozen=True, slots=True)
class SafetensorsFact:
    """One header. ``parameters`` are None where a number type may hold several packed into one, scales or codes.

    ``sharded``: the file is one of several, and its count is not the model's.
    """

    parameters: int | None
    sharded: bool = False
    problems: tuple[str, ...] = ()


class _Problems(list[str]):
    """The first ``MAX_PROBLEMS`` that were found."""

    def add(self, problem: str) -> None:
        if len(self) < MAX_PROBLEMS:
            self.append(problem)


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    elements: int
    dtype: str
    begin: int
    end: int


def parse(data: bytes, size: int | None = None) -> SafetensorsFact:
    """The header at the start of a file of ``size`` bytes (None: ``data`` is the whole file). ``data`` holds all of it.

    Raises:
        Malformed: not a safetensors header; what is odd about one that can be read is in ``problems``.
    """
    size = len(data) if size is None else size
    length = header_length(data, size)
    raw = data[8 : 8 + length]
    if len(raw) < length:
        raise Malformed("the header is cut short")
    if not raw.startswith(b"{"):
        raise Malformed("the header does not begin with an object")
    value, problems = load_object(raw)
    metadata = value.pop("__metadata__", None)
    found = _Problems(problems)
    tensors = [tensor for name, entry in value.items() if (tensor := _tensor(name, entry, found))]
    if not _is_table_of_texts(metadata):
        found.add("__metadata__ is not a table of strings")
    _layout(tensors, size - 8 - length, found)
    weights = [tensor for tensor in tensors if tensor.elements and tensor.dtype not in TABLES]
    counted = all(tensor.dtype in WHOLE for tensor in weights)
    return SafetensorsFact(sum(tensor.elements for tensor in weights) if counted else None, problems=tuple(found))


def header_length(data: bytes, size: int) -> int:
    """The length the first eight bytes announce.

    Raises:
        Malformed: there are no eight bytes, or the file is shorter than they say.
    """
    if len(data) < 8:
        raise Malformed("shorter than eight bytes")
    length = int.from_bytes(data[:8], "little")
    if length < 2 or 8 + length > size:
        raise Malformed(f"a header of {length} bytes does not fit into a file of {size}")
    return length


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``safetensors``: whole files and first shards, at most ``MAX_FILES``."""
    for artifact in headers_to_read(model):
        path = artifact.path
        got = _read_header(model, hub, artifact)
        if isinstance(got, Gap):
            yield got
            continue
        fact, header = got
        fact = replace(fact, sharded=_SHARD.fullmatch(path) is not None)
        at = model.at(path, span=(0, len(header) - 1))
        yield Evidence("safetensors", at, fact, hashlib.sha256(header).hexdigest(), len(header))
        for problem in fact.problems:
            yield gap(model, path, Reason.MALFORMED, path, problem)


def headers_to_read(model: Model) -> tuple[Artifact, ...]:
    """Files at the root before those in folders, ``model.safetensors`` first; of a sharded model its first shard."""
    files = [a for a in model.artifacts or () if a.path.endswith(".safetensors")]
    first = [a for a in files if (shard := _SHARD.fullmatch(a.path)) is None or int(shard["number"]) == 1]
    order = sorted(first, key=lambda a: (a.path.count("/"), not a.path.startswith("model"), a.path))
    return tuple(order[:MAX_FILES])


def _read_header(model: Model, hub: Hub, artifact: Artifact) -> tuple[SafetensorsFact, bytes] | Gap:
    path = artifact.path
    data = fetch_range(model, hub, path, 0, FIRST)
    if isinstance(data, Gap):
        return data
    size = artifact.size if artifact.size is not None else MAX_INTEGER if len(data) == FIRST else len(data)
    try:
        end = 8 + header_length(data, size)
        if end > LIMIT:
            return gap(model, path, Reason.TOO_LARGE, path, f"the header is longer than {LIMIT} bytes")
        if end > len(data):
            more = fetch_range(model, hub, path, len(data), end - len(data))
            if isinstance(more, Gap):
                return more
            data += more
        return _sized(parse(data, size), artifact), data[:end]
    except Malformed as error:
        return gap(model, path, Reason.MALFORMED, path, f"corrupt header: {error}")


def _sized(fact: SafetensorsFact, artifact: Artifact) -> SafetensorsFact:
    # Without the file's size nothing can be said of the bytes behind the last tensor.
    if artifact.size is not None:
        return fact
    return replace(fact, problems=tuple(p for p in fact.problems if not p.startswith(_TRAILING)))


_TRAILING = "bytes behind the last tensor"


def _tensor(name: str, entry: Any, problems: _Problems) -> _Tensor | None:
    label = repr(clean_line(name, 100))
    fields = Fields(entry if isinstance(entry, dict) else {})
    dtype, shape, offsets = fields.text("dtype"), fields.values.get("shape"), fields.values.get("data_offsets")
    if dtype is None or not _naturals(shape) or not _naturals(offsets) or len(offsets) != 2:
        problems.add(f"tensor {label} is not described")
        return None
    elements = 1
    for dimension in shape:
        elements *= dimension
        if elements > MAX_INTEGER:
            problems.add(f"the shape of {label} overflows")
            return None
    begin, end = offsets
    bits = _BITS.get(dtype)
    if bits is None:
        problems.add(f"dtype {dtype!r} is not known")
    elif end < begin or -(-elements * bits // 8) != end - begin:
        problems.add(f"{label} does not have the size of its shape")
    return _Tensor(label, elements, dtype, begin, end)


def _naturals(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and len(value) <= 64 and all(type(v) is int and 0 <= v <= MAX_INTEGER for v in value)


def _layout(tensors: list[_Tensor], length: int, problems: _Problems) -> None:
    """What is wrong with how the tensors fill the ``length`` bytes behind the header."""
    reached = 0
    for tensor in sorted(tensors, key=lambda t: (t.begin, t.end)):
        if tensor.end > length:
            problems.add(f"{tensor.name} lies outside the file")
        elif tensor.begin < reached:
            problems.add(f"{tensor.name} overlaps another tensor")
        elif tensor.begin > reached:
            problems.add(f"a hole of {tensor.begin - reached} bytes before {tensor.name}")
        reached = max(reached, tensor.end)
    if reached < length:
        problems.add(f"{_TRAILING}: {length - reached}")


def _is_table_of_texts(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and all(isinstance(v, str) for v in value.values()))
