"""GGUF headers: keys written by whoever converted the model, read by range requests and never further than needed.

A header is arithmetic on lengths that strangers wrote: each is checked against the file's size before it is believed.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.fields import MAX_INTEGER, Fields
from scanner.evidence.gguf_choice import choose
from scanner.evidence.reader import Malformed, fetch_range, gap
from scanner.fact import Basis, Gap
from scanner.hub import Hub
from scanner.model import Artifact, Model, ModelRef, Parent, RefForm, Relation
from scanner.text import clean_line

HEADERS = "gguf headers"
LIMIT = 32 * 2**20
FIRST = 256 * 2**10
MAX_KEYS = 65_536
MAX_TENSORS = 100_000
MAX_DIMENSIONS = 8
MAX_BASE_MODELS = 64

_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
_COUNT = "general.base_model.count"
_NUMBERED = re.compile(r"general\.base_model\.([0-9]{1,9})\.")
_WANTED = re.compile(r"general\.[\w.]+|tokenizer\.ggml\.pre|[\w-]+\.vocab_size|split\.count")

# ggml's tensor types: elements in a block, bytes of a block.
_BLOCKS: dict[int, tuple[int, int]] = (
    dict.fromkeys((0, 26), (1, 4))
    | dict.fromkeys((1, 25, 30), (1, 2))
    | dict.fromkeys((27, 28), (1, 8))
    | {24: (1, 1), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 20: (32, 18), 39: (32, 17)}
    | {10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292)}
    | {16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 21: (256, 110), 22: (256, 82), 23: (256, 136)}
    | {29: (256, 56), 34: (256, 54), 35: (256, 66)}
)


@dataclass(frozen=True, slots=True)
class BaseModel:
    """The ``general.base_model.N`` group of ``number``; only ``repo_url`` can name a repository."""

    number: str
    name: str | None
    organization: str | None
    repo_url: str | None


@dataclass(frozen=True, slots=True)
class GgufFact:
    """``vocab_size`` counts the tokens in the file. ``parameters`` are counted from the tensor table: None where the
    file is one of several or holds no tensors. ``header_bytes`` is where the header ends.

    ``source_url`` is what it was converted from. ``repo_url`` is where the model itself lives, and converters copy it:
    of a file that stands elsewhere it is what the file came out of.
    """

    name: str | None
    base_models: tuple[BaseModel, ...]
    source_url: str | None
    repo_url: str | None
    license: str | None
    license_name: str | None
    license_link: str | None
    tokenizer_pre: str | None
    vocab_size: int | None
    parameters: int | None
    header_bytes: int
    base_models_stated: int | None = 0
    """``general.base_model.count``: 0 where it is absent, None where it is no number"""
    base_models_found: int = 0


class Short(Exception):
    """The header goes on to at least ``needed`` bytes."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"{needed} bytes needed")
        self.needed = needed


def parse(data: bytes, size: int | None = None) -> GgufFact:
    """The header at the start of a file of ``size`` bytes (None: ``data`` is the whole file).

    Raises:
        Short: ``data`` ends before the header does.
        Malformed: not a GGUF file, or a header that does not add up.
    """
    cursor = _Cursor(data, len(data) if size is None else size)
    tensor_count, key_count = cursor.start()
    if key_count > MAX_KEYS or tensor_count > MAX_TENSORS:
        raise Malformed(f"{key_count} keys and {tensor_count} tensors are more than a header may hold")
    keys = _keys(cursor, key_count)
    parameters = _tensors(cursor, tensor_count, keys)
    return _fact(cursor, keys, tensor_count, parameters)


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``gguf`` for at most ``MAX_FILES`` files; a gap for models among them that were not heard."""
    choice = choose(model)
    for artifact in choice.chosen:
        path = artifact.path
        if path in choice.headless:
            yield gap(model, path, Reason.NO_SUCH_FILE, path, "the first part of this file is not listed")
        got = _read_header(model, hub, artifact)
        if isinstance(got, Gap):
            yield got
            continue
        fact, data = got
        header = data[: fact.header_bytes]
        at = model.at(path, span=(0, len(header) - 1))
        yield Evidence(
            "gguf", at, fact, hashlib.sha256(header).hexdigest(), len(header), tuple(_parents(fact, model, path))
        )
        yield from _missing_bases(fact, model, path)
    if choice.unheard:
        detail = f"{len(choice.chosen)} of {choice.total} headers were read"
        yield gap(model, HEADERS, Reason.TOO_LARGE, None, detail)


def _missing_bases(fact: GgufFact, model: Model, path: str) -> Iterator[Gap]:
    if fact.base_models_found > MAX_BASE_MODELS:
        yield gap(model, path, Reason.TOO_LARGE, path, f"more than {MAX_BASE_MODELS} base models")
    elif fact.base_models_stated is None or fact.base_models_stated > fact.base_models_found:
        stated = "an odd number of" if fact.base_models_stated is None else fact.base_models_stated
        yield gap(model, path, Reason.MALFORMED, path, f"{stated} base models stated, {fact.base_models_found} named")


def _read_header(model: Model, hub: Hub, artifact: Artifact) -> tuple[GgufFact, bytes] | Gap:
    path, size = artifact.path, artifact.size or MAX_INTEGER
    data, want = b"", FIRST
    while True:
        more = fetch_range(model, hub, path, len(data), want - len(data))
        if isinstance(more, Gap):
            return more
        ended = len(more) < want - len(data)
        data += more
        try:
            return parse(data, len(data) if ended else size), data
        except Malformed as error:
            return gap(model, path, Reason.MALFORMED, path, f"corrupt header: {error}")
        except Short as short:
            if short.needed > LIMIT:
                return gap(model, path, Reason.TOO_LARGE, path, f"the header is longer than {LIMIT} bytes")
            want = min(LIMIT, max(2 * len(data), short.needed))


class _Cursor:
    """Reads numbers and strings from the start of a file, in the file's own byte order."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data, self.size, self.at = data, size, 0
        self.order, self.version = "<", 0
        self.length: Callable[[], int] = self.u64

    def start(self) -> tuple[int, int]:
        """Magic, version, byte order; answers the numbers of tensors and of keys."""
        self.skip(8)
        if self.data[:4] != b"GGUF":
            raise Malformed("not a GGUF file")
        version = self.data[4:8]
        self.order = ">" if version[:2] == b"\0\0" else "<"
        self.version = int.from_bytes(version, "big" if self.order == ">" else "little")
        if self.version not in (1, 2, 3):
            raise Malformed(f"version {self.version} is not known")
        self.length = self.u32 if self.version == 1 else self.u64
        return self.length(), self.length()

    def skip(self, count: int) -> int:
        """Move over ``count`` bytes; answers where they begin."""
        begin, end = self.at, self.at + count
        if end > self.size:
            raise Malformed(f"something at byte {begin} runs past the end of the file")
        if end > len(self.data):
            raise Short(end)
        self.at = end
        return begin

    def number(self, code: str) -> int | float:
        form = struct.Struct(self.order + code)
        value: int | float = form.unpack_from(self.data, self.skip(form.size))[0]
        return value

    def u32(self) -> int:
        return int(self.number("I"))

    def u64(self) -> int:
        return int(self.number("Q"))

    def string(self) -> bytes:
        count = self.length()
        begin = self.skip(count)
        return self.data[begin : begin + count]

    def skip_array(self, depth: int = 0) -> int:
        """Move over an array without keeping it; answers how many elements it has."""
        kind, count = self.u32(), self.length()
        if kind in _SCALARS:
            self.skip(count * struct.calcsize("<" + _SCALARS[kind]))
        elif kind == _STRING:
            self.skip_strings(count)
        elif kind == _ARRAY and depth < 4:
            if count > MAX_KEYS:
                raise Malformed(f"an array of {count} arrays")
            for _ in range(count):
                self.skip_array(depth + 1)
        else:
            raise Malformed(f"value type {kind} is not known")
        return count

    def skip_strings(self, count: int) -> None:
        width = 4 if self.version == 1 else 8
        if count * width > self.size - self.at:
            raise Malformed(f"{count} strings do not fit into the file")
        form = struct.Struct(self.order + ("I" if width == 4 else "Q"))
        data, at, have = self.data, self.at, len(self.data)
        for _ in range(count):
            if at + width > have:
                at += width
                break
            at += width + form.unpack_from(data, at)[0]
        self.skip(at - self.at)


@dataclass(slots=True)
class _Keys:
    wanted: dict[str, str | int | float]
    tokens: int | None


def _keys(cursor: _Cursor, count: int) -> _Keys:
    keys = _Keys({}, None)
    seen: set[bytes] = set()
    for _ in range(count):
        raw = cursor.string()
        if raw in seen or len(raw) > 0xFFFF:
            raise Malformed("a key stands twice" if raw in seen else "a key is too long")
        seen.add(raw)
        key = raw.decode("utf-8", errors="replace")
        kind = cursor.u32()
        if kind == _ARRAY:
            elements = cursor.skip_array()
            if key == "tokenizer.ggml.tokens":
                keys.tokens = elements
        elif kind == _STRING:
            value = cursor.string()
            if _WANTED.fullmatch(key):
                keys.wanted[key] = clean_line(value[:4000].decode("utf-8", errors="replace"))
        elif kind in _SCALARS:
            number = cursor.number(_SCALARS[kind])
            if _WANTED.fullmatch(key):
                keys.wanted[key] = number
        else:
            raise Malformed(f"value type {kind} is not known")
    return keys


def _tensors(cursor: _Cursor, count: int, keys: _Keys) -> int:
    """Read the tensor table and hold it against the file's size; answers the number of parameters."""
    total = 0
    spans: list[tuple[int, int]] = []
    for _ in range(count):
        cursor.string()
        dimensions = cursor.u32()
        if dimensions > MAX_DIMENSIONS:
            raise Malformed(f"a tensor of {dimensions} dimensions")
        elements = 1
        for _ in range(dimensions):
            elements *= cursor.length()
        if elements >= 2**63:
            raise Malformed("a tensor has more elements than can be counted")
        total += elements
        kind, offset = cursor.u32(), cursor.u64()
        elements_per_block, bytes_per_block = _BLOCKS.get(kind, (1, 0))
        spans.append((offset, offset + -(-elements // elements_per_block) * bytes_per_block))
    _fit(spans, cursor, keys.wanted.get("general.alignment", 32))
    return total


def _fit(spans: list[tuple[int, int]], cursor: _Cursor, alignment: str | int | float) -> None:
    if not isinstance(alignment, int) or not 1 <= alignment <= 2**16 or alignment & (alignment - 1):
        raise Malformed("the alignment is not a small power of two")
    begin = -(-cursor.at // alignment) * alignment
    reached = 0
    for start, end in sorted(spans):
        if start % alignment:
            raise Malformed("a tensor is not aligned")
        if start < reached:
            raise Malformed("tensors overlap")
        if begin + end > cursor.size:
            raise Malformed("a tensor runs past the end of the file")
        reached = end


def _fact(cursor: _Cursor, keys: _Keys, tensor_count: int, parameters: int) -> GgufFact:
    top = Fields(keys.wanted)
    architecture = top.text("general.architecture")
    bases = _base_models(top)
    whole = tensor_count > 0 and (top.integer("split.count") or 1) <= 1
    return GgufFact(
        name=top.text("general.name", "general.basename"),
        base_models=tuple(bases[:MAX_BASE_MODELS]),
        source_url=top.text("general.source.repo_url", "general.source.huggingface.repository", "general.source.url"),
        repo_url=top.text("general.repo_url"),
        license=top.text("general.license"),
        license_name=top.text("general.license.name"),
        license_link=top.text("general.license.link"),
        tokenizer_pre=top.text("tokenizer.ggml.pre"),
        vocab_size=top.integer(f"{architecture}.vocab_size") if keys.tokens is None else keys.tokens,
        parameters=parameters if whole else None,
        header_bytes=cursor.at,
        base_models_stated=top.integer(_COUNT) if _COUNT in top.values else 0,
        base_models_found=len(bases),
    )


def _base_models(top: Fields) -> list[BaseModel]:
    numbers = {m[1] for key in top.values if (m := _NUMBERED.match(key))}
    found = []
    for number in sorted(numbers, key=lambda number: (int(number), number)):
        prefix = f"general.base_model.{number}."
        base = BaseModel(number, *(top.text(prefix + part) for part in ("name", "organization", "repo_url")))
        if base.name or base.organization or base.repo_url:
            found.append(base)
    return found


def _parents(fact: GgufFact, model: Model, path: str) -> Iterator[Parent]:
    own = {model.repo.key, model.requested.key}
    for base in fact.base_models:
        key = f"general.base_model.{base.number}"
        if base.repo_url:
            yield Parent(ModelRef.parse(base.repo_url), Basis.DECLARED, model.at(path, f"{key}.repo_url"))
        else:
            # A name without an address is no repository, and no reason to ask for one.
            name = " ".join(part for part in (base.organization, base.name) if part)
            yield Parent(ModelRef(name, RefForm.MALFORMED), Basis.DECLARED, model.at(path, f"{key}.name"))
    source, home = ModelRef.parse(fact.source_url), ModelRef.parse(fact.repo_url)
    if source.repo is not None and source.repo.key not in own:
        yield Parent(source, Basis.DECLARED, model.at(path, "general.source"), Relation.QUANTIZED)
    elif not fact.base_models and home.repo is not None and home.repo.namespace and home.repo.key not in own:
        yield Parent(home, Basis.DECLARED, model.at(path, "general.repo_url"))
