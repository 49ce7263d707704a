"""The collectors over real HTTP: what is asked for, and what a gate, a ban and a broken answer leave behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.evidence import Depth, Reading
from scanner.evidence.collect import collect
from scanner.hub.huggingface import HuggingFaceHub
from scanner.model import RepoId
from tests.loopback import Fault, LoopbackHub, seeded_world


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[LoopbackHub, dict[str, str]]]:
    with LoopbackHub() as hub:
        yield hub, seeded_world(hub, crowd=0, many=3)


@pytest.fixture
def served(world: tuple[LoopbackHub, dict[str, str]]) -> Iterator[LoopbackHub]:
    hub, _ = world
    hub.log.clear()
    yield hub
    hub.clear_faults()


def read(hub: LoopbackHub, name: str, *, token: str = "", depth: Depth = Depth.HEADERS) -> Reading:
    client = HuggingFaceHub(hub.url, token, deadline=10.0, connect_timeout=2.0, read_timeout=3.0, sleep=lambda _: None)
    try:
        return collect(client.model(RepoId.parse(name)), client, depth)
    finally:
        client.close()


def test_an_adapter_is_said_to_be_one_by_five_sources(served: LoopbackHub) -> None:
    reading = read(served, "loom/root-1b-lora")
    assert [(str(p.ref.repo), p.relation.value, p.at.path, p.at.key) for p in reading.parents] == [
        ("forge/root-1b", "adapter", None, "cardData.base_model"),
        ("forge/root-1b", "adapter", None, "tags"),
        ("forge/root-1b", "adapter", None, "baseModels"),
        ("forge/root-1b", "adapter", "README.md", "base_model"),
        ("forge/root-1b", "adapter", "adapter_config.json", "base_model_name_or_path"),
    ]
    assert reading.gaps == ()


def test_a_gate_leaves_what_the_hub_itself_says_and_a_gap_for_every_file(served: LoopbackHub) -> None:
    reading = read(served, "vault/gated-1b")
    assert [e.kind for e in reading.evidence] == ["hub", "files"]
    assert {gap.reason.value for gap in reading.gaps} == {"gated"}
    assert {"README.md", "config.json", "model.safetensors"} <= {gap.what for gap in reading.gaps}
    assert "card" in [e.kind for e in read(served, "vault/gated-1b", token="hf_good_granted").evidence]


def test_a_disabled_model_is_gaps_not_silence(served: LoopbackHub) -> None:
    assert {gap.reason.value for gap in read(served, "vault/disabled-1b").gaps} == {"disabled"}


def test_headers_are_read_by_range_and_weights_are_not(served: LoopbackHub) -> None:
    assert "safetensors" in [e.kind for e in read(served, "forge/root-1b").evidence]
    assert read(served, "forge/root-1b", depth=Depth.CARD).facts("safetensors") == ()


def test_a_file_that_the_server_cannot_give_is_a_gap_that_may_pass(served: LoopbackHub) -> None:
    served.fault(Fault("500", path="/resolve/"))
    reading = read(served, "forge/root-1b")
    assert reading.gaps
    assert all(gap.reason.transient for gap in reading.gaps)
    assert [e.kind for e in reading.evidence] == ["hub", "files"]
