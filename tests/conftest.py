"""What every test relies on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings

# A shell starts what it runs in the background with interrupts ignored, and commands inherit that from the tests.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Speed is measured in benchmarks: no example fails because the machine was busy.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

HERE = Path(__file__).parent
NEAR = ("evidence", "lineage", "policy", "terms", "wording")
"""Rooms whose tests are about the modules of which no branch may be missed, as are those of no room."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of other rooms come last and count no branches: they run as fast as without, and leave nothing remembered
    that a test which counts would have had to work out."""
    far = [item for item in items if item.path.relative_to(HERE).parts[0] not in NEAR and item.path.parent != HERE]
    for item in far:
        item.add_marker(pytest.mark.no_cover)
    items.sort(key=lambda item: item.get_closest_marker("no_cover") is not None)
