"""A small hub whose list has many pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogue.crawling import model
from tests.loopback import LoopbackHub

COUNT = 40


@pytest.fixture(autouse=True)
def _no_token_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_OIDC_RESOURCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    """Forty models of two owners, five a page; most come out of another."""
    with LoopbackHub() as served:
        for index in range(COUNT):
            owner = "acme" if index % 3 else "forge"
            parent = f"{'acme' if (index // 2) % 3 else 'forge'}/m{index // 2:03d}" if index % 4 else None
            served.add(model(index, parent, owner=owner))
        served.page_cap = 5
        yield served


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.db"
