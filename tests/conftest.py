"""What every test relies on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

# A shell starts what it runs in the background with interrupts ignored, and commands inherit that from the tests.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).parent
FAR = frozenset(path.name for path in HERE.iterdir() if path.is_dir()) - {
    "evidence",
    "lineage",
    "policy",
    "terms",
    "wording",
}
"""Rooms whose tests are not about the modules of which no branch may be missed: they run as fast as without."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not FAR.isdisjoint(item.path.relative_to(HERE).parts):
            item.add_marker(pytest.mark.no_cover)
