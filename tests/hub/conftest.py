"""A hub of our own on 127.0.0.1, and a client of it that neither waits nor sleeps for long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scanner.hub.huggingface import HuggingFaceHub
from scanner.model import RepoId
from tests.loopback import LoopbackHub, seeded_world

ROOT = RepoId.parse("forge/root-1b")
TOKEN = "hf_good_granted"

Client = Callable[..., HuggingFaceHub]


@pytest.fixture(autouse=True)
def _no_token_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_OIDC_RESOURCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def world() -> Iterator[LoopbackHub]:
    """The seeded world; shared, so a test clears what it breaks."""
    with LoopbackHub() as hub:
        seeded_world(hub, crowd=0, many=2_500)
        yield hub


@pytest.fixture
def hub(world: LoopbackHub) -> Iterator[LoopbackHub]:
    world.log.clear()
    yield world
    world.clear_faults()
    world.quota(api=100_000, resolvers=100_000, pages=100_000)


@pytest.fixture
def naps() -> list[float]:
    """The seconds the client wanted to sleep; none of them passed."""
    return []


@pytest.fixture
def client(hub: LoopbackHub, naps: list[float]) -> Client:
    """Makes a client of ``hub``: ``client(token=..., deadline=...)``."""

    def make(endpoint: str | None = None, token: str = TOKEN, **options: Any) -> HuggingFaceHub:
        limits = {"deadline": 10.0, "connect_timeout": 2.0, "read_timeout": 3.0, "sleep": naps.append} | options
        return HuggingFaceHub(endpoint or hub.url, token, **limits)

    return make
