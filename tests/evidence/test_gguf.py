"""GGUF headers: every version and byte order, by range requests, and arithmetic that is never believed unchecked."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import HubUnreachable
from scanner.evidence import gguf, gguf_choice
from scanner.evidence.reader import Malformed
from scanner.model import Artifact
from tests.evidence.repository import FailingHub, complaint, facts, gaps, listed, parents, repository
from tests.loopback.artefacts import gguf_bytes

KEYS: dict[str, Any] = {
    "general.architecture": "qwen3",
    "general.name": "Widget 7B",
    "general.basename": "Widget",
    "general.license": "apache-2.0",
    "general.license.name": "other",
    "general.quantized_by": "Somebody",
    "general.file_type": 15,
    "general.base_model.count": ("u32", 2),
    "general.base_model.0.name": "Qwen3 8B",
    "general.base_model.0.organization": "Qwen",
    "general.base_model.0.repo_url": "https://huggingface.co/Qwen/Qwen3-8B",
    "general.base_model.1.name": "Nameless",
    "general.source.repo_url": "https://huggingface.co/acme/Gear-7B",
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "qwen2",
    "tokenizer.ggml.tokens": [f"t{i}" for i in range(300)],
    "tokenizer.ggml.scores": [0.5] * 300,
    "tokenizer.chat_template": "x" * 2000,
}
TENSORS = {"a": ("F32", (4, 2)), "b": ("Q8_0", (64,)), "c": ("Q4_K", (256, 3))}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("big_endian", [False, True])
def test_a_header_is_read_in_every_version_and_byte_order(version: int, big_endian: bool) -> None:
    fact = gguf.parse(gguf_bytes(KEYS, TENSORS, version=version, big_endian=big_endian))
    assert (fact.name, fact.license, fact.license_name) == ("Widget 7B", "apache-2.0", "other")
    assert (fact.tokenizer_pre, fact.vocab_size, fact.parameters) == ("qwen2", 300, 8 + 64 + 768)
    assert fact.base_models == (
        gguf.BaseModel("0", "Qwen3 8B", "Qwen", "https://huggingface.co/Qwen/Qwen3-8B"),
        gguf.BaseModel("1", "Nameless", None, None),
    )


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"repo_url": "https://huggingface.co/a/home"}, [("a/home", "general.repo_url")]),
        ({"repo_url": "https://huggingface.co/acme/widget-7b"}, []),
        ({"repo_url": "https://huggingface.co/acme"}, []),
        ({"repo_url": "https://github.com/a/home"}, []),
        (
            {"repo_url": "https://huggingface.co/a/home", "source.repo_url": "https://huggingface.co/a/source"},
            [("a/source", "general.source")],
        ),
        (
            {"repo_url": "https://huggingface.co/a/home", "base_model.0.repo_url": "https://huggingface.co/a/base"},
            [("a/base", "general.base_model.0.repo_url")],
        ),
        (
            {"base_model.0.repo_url": "https://hf.co/a/one", "base_model.00.repo_url": "https://hf.co/a/two"},
            [("a/one", "general.base_model.0.repo_url"), ("a/two", "general.base_model.00.repo_url")],
        ),
    ],
)
def test_a_file_that_stands_elsewhere_came_out_of_where_the_model_lives(
    tmp_path: Path, keys: dict[str, str], found: list[tuple[str, str]]
) -> None:
    written = gguf_bytes({f"general.{key}": value for key, value in keys.items()})
    model, hub = repository(tmp_path, {"m.gguf": written})
    assert [(name, key) for name, _, _, key in parents(gguf.read(model, hub))] == found


def test_only_a_url_can_be_followed_and_the_source_is_what_was_quantized(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"m.gguf": gguf_bytes(KEYS, TENSORS)})
    assert parents(gguf.read(model, hub)) == [
        ("Qwen/Qwen3-8B", "url", "unspecified", "general.base_model.0.repo_url"),
        ("Nameless", "malformed", "unspecified", "general.base_model.1.name"),
        ("acme/Gear-7B", "url", "quantized", "general.source"),
    ]


def test_a_file_made_from_its_own_repository_has_no_source_but_itself(tmp_path: Path) -> None:
    keys = {"general.architecture": "x", "general.source.repo_url": "https://huggingface.co/acme/widget-7b"}
    model, hub = repository(tmp_path, {"m.gguf": gguf_bytes(keys)})
    assert parents(gguf.read(model, hub)) == []


def test_a_file_without_tensors_or_with_more_shards_counts_no_parameters() -> None:
    assert gguf.parse(gguf_bytes(KEYS)).parameters is None
    assert gguf.parse(gguf_bytes({"split.count": ("u16", 3)}, TENSORS)).parameters is None


def test_a_long_header_is_fetched_in_growing_pieces_and_no_weights_are(tmp_path: Path) -> None:
    keys = {**KEYS, "tokenizer.ggml.merges": ["x" * 20] * 40_000}
    data = gguf_bytes(keys, {"w": ("F32", (1_000_000,))})
    model, hub = repository(tmp_path, {"m.gguf": data})
    watched = FailingHub(HubUnreachable("never"), only="", otherwise=hub)
    (evidence,) = gguf.read(model, watched)
    asked = [tuple(map(int, a.split("@")[1].split("+"))) for a in watched.asked]
    assert asked == [(0, 2**18), (2**18, 2**18), (2**19, 2**19), (2**20, 2**20)]
    assert evidence.fact.parameters == 1_000_000  # type: ignore[union-attr]
    assert evidence.size == evidence.fact.header_bytes < 2**21 < len(data)  # type: ignore[union-attr]
    assert evidence.at.span == (0, evidence.size - 1)  # type: ignore[union-attr]


def test_a_header_longer_than_is_read_is_a_gap_after_one_request(tmp_path: Path) -> None:
    data = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<IIQ", 9, 0, gguf.LIMIT)
    model, hub = repository(tmp_path, {"m.gguf": data + bytes(gguf.LIMIT)})
    watched = FailingHub(HubUnreachable("never"), only="", otherwise=hub)
    assert [g[:2] for g in gaps(gguf.read(model, watched))] == [("m.gguf", "too-large")]
    assert len(watched.asked) == 1


def string(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def header(*, tensors: int = 0, keys: int = 0, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys)


def tensor(*dimensions: int, kind: int = 0, offset: int = 0, name: bytes = b"t") -> bytes:
    return string(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, offset)


ALIGNMENT = string(b"general.alignment")
CORRUPT = {
    "no magic": b"GGML" + bytes(100),
    "empty": b"",
    "version 0": header(version=0),
    "version 4": header(version=4),
    "2**63 keys": header(keys=2**63),
    "2**63 tensors": header(tensors=2**63),
    "string past the end": header(keys=1) + struct.pack("<Q", 2**62),
    "key past the end": header(keys=1) + struct.pack("<Q", 50) + b"short",
    "unknown value type": header(keys=1) + string(b"a") + struct.pack("<I", 13),
    "array past the end": header(keys=1) + string(b"a") + struct.pack("<IIQ", 9, 10, 2**60),
    "strings past the end": header(keys=1) + string(b"a") + struct.pack("<IIQ", 9, 8, 2**60),
    "arrays too deep": header(keys=1) + string(b"a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 10,
    "key twice": header(keys=2) + (string(b"a") + struct.pack("<IB", 0, 1)) * 2,
    "more keys than there are": header(keys=3) + string(b"a") + struct.pack("<IB", 0, 1),
    "nine dimensions": header(tensors=1) + tensor(*[1] * 9),
    "too many elements": header(tensors=1) + tensor(2**40, 2**40),
    "tensor past the end": header(tensors=1) + tensor(10),
    "offset past the end": header(tensors=1) + tensor(1, offset=2**40),
    "not aligned": header(tensors=1) + tensor(1, offset=3) + bytes(64),
    "overlap": header(tensors=2) + tensor(64) + tensor(64, offset=32) + bytes(1000),
    "alignment of nothing": header(tensors=1, keys=1) + ALIGNMENT + struct.pack("<II", 4, 0) + tensor(1),
    "alignment in words": header(tensors=1, keys=1) + ALIGNMENT + struct.pack("<I", 8) + string(b"x") + tensor(1),
}  # fmt: skip


@pytest.mark.parametrize("data", CORRUPT.values(), ids=CORRUPT)
def test_a_header_that_does_not_add_up_is_a_gap(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Malformed):
        gguf.parse(data)
    model, hub = repository(tmp_path, {"m.gguf": data})
    ((what, reason, detail),) = gaps(gguf.read(model, hub))
    assert (what, reason) == ("m.gguf", "malformed")
    assert detail.startswith("corrupt header: ")


def test_the_smallest_whole_files_and_first_shards_are_read_and_projectors_last() -> None:
    shards = {"big-00001-of-00003.gguf": 6, "big-00002-of-00003.gguf": 2}
    model = listed({"q8.gguf": 8, "q4.gguf": 4, "mmproj-f16.gguf": 1, **shards, "x.bin": 1})
    assert [a.path for a in gguf_choice.choose(model).chosen] == [
        "q4.gguf",
        "big-00001-of-00003.gguf",
        "mmproj-f16.gguf",
    ]
    model = listed({"mmproj-f16.gguf": 1, "m.gguf": 9})
    assert [a.path for a in gguf_choice.choose(model).chosen] == ["m.gguf", "mmproj-f16.gguf"]


BASES = {"general.base_model.0.name": "Qwen2.5 7B", "general.base_model.0.organization": "Qwen"}


def test_a_base_without_an_address_is_a_parent_that_leads_nowhere(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"m.gguf": gguf_bytes({**BASES, "general.base_model.count": ("u32", 1)})})
    items = list(gguf.read(model, hub))
    assert parents(items) == [("Qwen Qwen2.5 7B", "malformed", "unspecified", "general.base_model.0.name")]
    assert gaps(items) == []


@pytest.mark.parametrize(
    ("keys", "gap"),
    [
        ({**BASES, "general.base_model.count": ("u32", 3)}, ("malformed", "3 base models stated, 1 named")),
        ({"general.base_model.count": "many"}, ("malformed", "an odd number of base models stated, 0 named")),
        ({f"general.base_model.{i}.name": f"m{i}" for i in range(65)}, ("too-large", "more than 64 base models")),
    ],
)
def test_bases_that_are_stated_and_not_named_are_a_gap(
    tmp_path: Path, keys: dict[str, Any], gap: tuple[str, str]
) -> None:
    model, hub = repository(tmp_path, {"m.gguf": gguf_bytes(keys)})
    assert gaps(gguf.read(model, hub)) == [("m.gguf", *gap)]


def test_quantisations_of_one_model_speak_for_each_other(tmp_path: Path) -> None:
    kinds = ["-Q4_K_M", "-Q8_0", "-IQ3_XS", ".i1-Q2_K_S", "-f16", "-BF16-00001-of-00002", "-UD-Q4_K_XL", "-TQ1_0"]
    files: dict[str, bytes | str] = {f"Widget-7B{kind}.gguf": gguf_bytes(KEYS) for kind in kinds}
    model, hub = repository(tmp_path, {**files, "imatrix.gguf": "x", "mmproj-F16.gguf": gguf_bytes(KEYS)})
    items = list(gguf.read(model, hub))
    assert (len(facts(items, "gguf")), gaps(items)) == (3, [])


def test_more_models_than_are_read_are_one_gap_and_no_model_hides_behind_another(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {f"{name}-Q4_0.gguf": gguf_bytes(KEYS) for name in ("a", "b", "c", "d", "e")})
    assert gaps(gguf.read(model, hub)) == [("gguf headers", "too-large", "3 of 5 headers were read")]
    mixed = listed({**{f"a-Q{i}_0.gguf": i for i in range(1, 9)}, "b-Q8_0.gguf": 99})
    assert "b-Q8_0.gguf" in [a.path for a in gguf_choice.choose(mixed).chosen]


def test_a_split_file_without_its_first_part_is_read_from_the_part_that_is_there_and_a_gap(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {f"m-0000{i}-of-00003.gguf": gguf_bytes(KEYS) for i in (2, 3)})
    items = list(gguf.read(model, hub))
    assert len(facts(items, "gguf")) == 1
    assert [g[:2] for g in gaps(items)] == [("m-00002-of-00003.gguf", "no-such-file")]


def test_a_file_of_unknown_size_is_read_to_where_it_ends(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"m.gguf": gguf_bytes(KEYS, TENSORS)})
    unsized = replace(model, artifacts=(Artifact("m.gguf"),))
    assert facts(gguf.read(unsized, hub), "gguf") == facts(gguf.read(model, hub), "gguf")


def test_a_file_that_cannot_be_had_is_a_gap(tmp_path: Path) -> None:
    model, _ = repository(tmp_path, {"m.gguf": gguf_bytes(KEYS)})
    assert [g[:2] for g in gaps(gguf.read(model, FailingHub(HubUnreachable("down"))))] == [("m.gguf", "unreachable")]


_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_KEY = st.from_regex(r"[a-z]{1,8}(\.[a-z0-9_]{1,8}){1,2}", fullmatch=True)
_SCALAR = (
    st.booleans()
    | st.integers(-(2**31), 2**64 - 1)
    | st.floats(width=32, allow_nan=False)
    | _TEXT
    | st.lists(_TEXT, max_size=5)
    | st.lists(st.integers(0, 2**32 - 1), max_size=5)
)


@given(
    st.dictionaries(_KEY.filter(lambda k: k != "general.alignment"), _SCALAR, max_size=8),
    st.dictionaries(_TEXT, st.tuples(st.just("F16"), st.lists(st.integers(1, 5), max_size=3).map(tuple)), max_size=4),
    st.sampled_from([1, 2, 3]),
    st.booleans(),
    st.data(),
)
def test_what_was_written_is_read_and_a_cut_never_goes_unnoticed(
    keys: dict[str, Any], tensors: dict[str, Any], version: int, big_endian: bool, data: st.DataObject
) -> None:
    written = gguf_bytes(keys, tensors, version=version, big_endian=big_endian)
    fact = gguf.parse(written)
    cut = written[: data.draw(st.integers(0, fact.header_bytes - 1))]
    with pytest.raises(gguf.Short):
        gguf.parse(cut, len(written))
    with pytest.raises(Malformed):
        gguf.parse(cut)
    assert gguf.parse(written[: fact.header_bytes], len(written)) == fact


@given(st.binary(max_size=120), st.integers(0, 300))
def test_any_bytes_are_a_fact_short_or_malformed(data: bytes, longer: int) -> None:
    for body in (data, b"GGUF\x03\0\0\0" + data, b"GGUF\0\0\0\x03" + data, header(keys=2, tensors=1) + data):
        assert "\n" not in complaint(partial(parse_prefix, longer=longer), body)


def parse_prefix(data: bytes, longer: int) -> None:
    needed = 0
    try:
        gguf.parse(data, len(data) + longer)
    except gguf.Short as short:
        needed = short.needed
    assert needed == 0 or len(data) < needed <= len(data) + longer


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_never_breaks_the_reader(at: int, value: int) -> None:
    data = bytearray(gguf_bytes({**KEYS, "tokenizer.ggml.tokens": ["a", "b"]}, TENSORS))
    data[at % len(data)] = value
    assert "\n" not in complaint(gguf.parse, bytes(data))


REAL = Path(__file__).parents[3] / "shared" / "data" / "gguf_vocab_headers.jsonl"


@pytest.mark.skipif(not REAL.exists(), reason="the recorded headers of real GGUF files lie outside the repository")
def test_real_header_keys_come_back_as_they_were_recorded() -> None:
    for line in REAL.read_text().splitlines():
        recorded = json.loads(line)["kv"]
        keys = {k: v for k, v in recorded.items() if not k.startswith("GGUF.") and isinstance(v, (str, int, float))}
        tokens = recorded["tokenizer.ggml.tokens"]["len"]
        written = gguf_bytes({**keys, "tokenizer.ggml.tokens": [""] * tokens}, version=recorded["GGUF.version"])
        fact = gguf.parse(written)
        assert fact.vocab_size == tokens
        assert fact.name == recorded.get("general.name", recorded.get("general.basename"))
        assert fact.tokenizer_pre == recorded.get("tokenizer.ggml.pre")
