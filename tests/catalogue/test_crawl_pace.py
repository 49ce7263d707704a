"""The quota is kept, most of it is used, and a hub that refuses is waited for. The clock is moved on, not waited for."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest

from scanner.catalogue.crawl import Wish
from scanner.errors import RateLimited
from tests.catalogue.crawling import FULL, crawl, digest
from tests.loopback import Fault, LoopbackHub

WINDOW = 300


@pytest.fixture
def slow(hub: LoopbackHub) -> LoopbackHub:
    """One model a page: forty requests."""
    hub.page_cap = 1
    return hub


def by_window(hub: LoopbackHub, path: Path, wish: Wish = FULL) -> list[int]:
    """Requests in each rate window of one crawl."""
    windows: Counter[int] = Counter()
    hub.fault(Fault("call", value=lambda served: windows.update([int(served.clock.now() // WINDOW)])))
    assert crawl(hub, path, wish).complete
    return [windows[window] for window in sorted(windows)]


@pytest.mark.parametrize("quota", [10, 13, 20])
def test_no_request_above_the_quota_and_three_quarters_of_it_used(slow: LoopbackHub, path: Path, quota: int) -> None:
    slow.quota(api=quota, window=WINDOW)
    windows = by_window(slow, path)
    assert all(request.status != 429 for request in slow.log)
    assert max(windows) <= quota
    assert min(windows[1:-1], default=quota) >= 0.75 * quota


def test_a_window_that_others_have_spent_is_waited_for(slow: LoopbackHub, path: Path, tmp_path: Path) -> None:
    crawl(slow, tmp_path / "undisturbed.db", FULL)
    slow.log.clear()
    slow.quota(api=15, window=WINDOW)
    for nth in (5, 12, 20):
        slow.fault(
            Fault("call", nth=nth, value=lambda hub: [hub._quota.spend("hf_good_granted", "api") for _ in range(50)])
        )
    assert crawl(slow, path, FULL).complete
    refused = [request for request in slow.log if request.status == 429]
    assert len(refused) <= 3, "one for each time somebody else spent it all"
    assert digest(path) == digest(tmp_path / "undisturbed.db")


@pytest.mark.parametrize("kind", ["429-ratelimit", "429-retry-after", "429-retry-date", "429-bare"])
def test_a_storm_of_refusals_ends_in_the_same_catalogue(
    slow: LoopbackHub, path: Path, tmp_path: Path, kind: str
) -> None:
    crawl(slow, tmp_path / "undisturbed.db", FULL)
    slow.fault(Fault(kind, probability=0.5, seed=7, value=120))
    began = slow.clock.now()
    report = crawl(slow, path, FULL)
    assert report.complete
    assert report.answers["4xx"] > 10
    assert slow.clock.now() - began > 60
    assert digest(path) == digest(tmp_path / "undisturbed.db")


def test_a_hub_that_only_refuses_is_given_up(slow: LoopbackHub, path: Path) -> None:
    slow.fault(Fault("429-retry-after", value=120))
    report = crawl(slow, path, FULL)
    assert isinstance(report.error, RateLimited)
    assert len(slow.log) <= 12


@pytest.mark.parametrize("kind", ["429-retry-after", "429-ratelimit"])
def test_a_hub_that_wants_years_is_not_waited_for(slow: LoopbackHub, path: Path, kind: str) -> None:
    slow.fault(Fault(kind, nth=3, value=10**8))
    report = crawl(slow, path, FULL)
    assert isinstance(report.error, RateLimited)
    assert report.pages == 2
    assert slow.clock.now() - slow.clock.START < 3600


def test_it_does_not_wait_for_a_quota_beyond_its_time(slow: LoopbackHub, path: Path) -> None:
    slow.quota(api=10, window=WINDOW)
    report = crawl(slow, path, Wish(FULL.plans, seconds=100))
    assert report.stopped is not None
    assert "before the quota is filled again" in report.stopped
    assert report.error is None
    assert 7 <= report.pages <= 9


def test_four_crawlers_share_one_quota(slow: LoopbackHub, path: Path) -> None:
    slow.quota(api=25, window=WINDOW)
    threads = [threading.Thread(target=crawl, args=(slow, path)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(request.status != 429 for request in slow.log)
