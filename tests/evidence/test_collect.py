"""Everything of one model: every collector, no file that is not listed, no error that escapes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scanner.errors import (
    BadCredentials,
    DisabledModel,
    EntryNotFound,
    GatedModel,
    HubError,
    HubOffline,
    HubProtocolError,
    HubUnreachable,
    ModelNotFound,
    NotHeld,
    RateLimited,
    RevisionNotFound,
    TooLarge,
)
from scanner.evidence import Depth
from scanner.evidence.collect import collect
from tests.evidence.repository import FailingHub, gaps, repository
from tests.loopback.artefacts import gguf_bytes, safetensors_bytes

FILES: dict[str, bytes | str] = {
    "README.md": "---\nlicense: mit\nbase_model: a/b\n---\nBased on a/b.\n",
    "config.json": '{"model_type": "x", "_name_or_path": "c/d"}',
    "model_index.json": '{"unet": ["diffusers", "Unet"]}',
    "tokenizer_config.json": "{}",
    "adapter_config.json": '{"base_model_name_or_path": "e/f"}',
    "mergekit_config.yml": "models:\n- model: g/h\n",
    "LICENSE": "MIT License",
    "model.safetensors": safetensors_bytes({"w": ("F32", (2,))}),
    "m.gguf": gguf_bytes({"general.base_model.0.repo_url": "https://huggingface.co/i/j"}),
    "pytorch_model.bin": b"not asked for",
}
SAID = {"tags": ["base_model:k/l"], "cardData": {"license": "mit", "base_model": "a/b"}, "_id": "6" * 24}
TEXTS = ["hub", "card", "config", "pipeline", "loader", "adapter", "merge", "license_text"]


def test_every_kind_is_read_and_headers_only_when_asked_for(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, FILES, said=SAID)
    shallow, deep = collect(model, hub, Depth.CARD), collect(model, hub, Depth.HEADERS)
    assert [e.kind for e in shallow.evidence] == [*TEXTS, "files"]
    assert [e.kind for e in deep.evidence] == [*TEXTS, "safetensors", "gguf", "files"]
    assert shallow.gaps == deep.gaps == ()
    claimed = [str(p.ref.repo) for p in deep.parents]
    assert claimed == ["a/b", "k/l", "a/b", "c/d", "e/f", "g/h", "i/j"]


def test_every_footnote_names_the_commit_and_every_digest_is_of_what_was_read(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, FILES, said=SAID)
    reading = collect(model, hub, Depth.HEADERS)
    assert all(e.at.revision == str(model.revision) for e in reading.evidence)
    read = [e for e in reading.evidence if e.kind not in ("hub", "files")]
    assert all(e.sha256 and e.size for e in read)
    assert [e.sha256 for e in reading.evidence if e.kind in ("hub", "files")] == [None, None]


def test_only_listed_files_are_asked_for(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"README.md": "x", "weights.bin": "x"})
    watched = FailingHub(HubUnreachable("never"), only="", otherwise=hub)
    collect(model, watched, Depth.HEADERS)
    assert watched.asked == ["README.md"]


def test_a_hub_without_a_listing_is_asked_for_nothing_and_leaves_one_gap(tmp_path: Path) -> None:
    model, _ = repository(tmp_path, FILES, said=SAID)
    silent = FailingHub(NotHeld("a catalogue has no files"))
    reading = collect(replace(model, artifacts=None), silent, Depth.HEADERS)
    assert silent.asked == []
    assert [e.kind for e in reading.evidence] == ["hub"]
    assert [g[:2] for g in gaps(reading.gaps)] == [("files", "not-held")]


FAILURES: list[HubError] = [
    HubUnreachable("no connection"),
    HubProtocolError("HTML"),
    RateLimited("spent"),
    BadCredentials("refused"),
    HubOffline("offline"),
    ModelNotFound("gone"),
    RevisionNotFound("gone"),
    EntryNotFound("gone"),
    GatedModel("gated"),
    DisabledModel("disabled"),
    NotHeld("not held"),
    TooLarge("too large"),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_every_refusal_is_a_gap_for_every_file_and_never_an_error(tmp_path: Path, error: HubError) -> None:
    model, _ = repository(tmp_path, FILES, said=SAID)
    reading = collect(model, FailingHub(error), Depth.HEADERS)
    wanted = sorted(set(FILES) - {"pytorch_model.bin"})
    assert sorted(gap.what for gap in reading.gaps) == wanted
    assert {(gap.reason, gap.subject) for gap in reading.gaps} == {(error.reason, "acme/Widget-7B")}
    assert [e.kind for e in reading.evidence] == ["hub", "files"]
    assert reading.facts("files")[0].remote_code is None


@pytest.mark.parametrize(
    ("error", "once"),
    [
        (HubUnreachable("hangs"), True),
        (RateLimited("spent"), True),
        (GatedModel("gated"), False),
        (HubProtocolError("x"), False),
    ],
)
def test_a_hub_that_fell_silent_is_not_asked_again(tmp_path: Path, error: HubError, once: bool) -> None:
    model, _ = repository(tmp_path, FILES, said=SAID)
    hub = FailingHub(error)
    collect(model, hub, Depth.HEADERS)
    assert len(hub.asked) == (1 if once else len(FILES) - 1)


def test_one_broken_file_costs_one_gap(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, FILES, said=SAID)
    reading = collect(model, FailingHub(GatedModel("x"), only="config.json", otherwise=hub), Depth.HEADERS)
    assert [gap.what for gap in reading.gaps] == ["config.json"]
    assert "config" not in [e.kind for e in reading.evidence]
