"""How fast a crawl fills a catalogue, and how well it keeps to a quota.

    python benchmarks/bench_crawl.py [--models 20000] [--runs 5] [--light] [--quota 200]

A made-up Hub (``hub_world``) is served over HTTP on 127.0.0.1 by a process of its own. Every run lists all of it into a
fresh file and is measured from the first request to the last commit. With a quota the clock of hub and client is moved
on instead of slept through, and the requests of each window are counted by the hub.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hub_world import rows, write_jsonl
from machine import machine

from scanner.catalogue.budget import RESERVE
from scanner.catalogue.crawl import Crawl, Wish
from scanner.catalogue.file import Catalogue
from scanner.catalogue.plan import Plan
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.pace import Pacer
from tests.loopback import LoopbackHub, Wide
from tests.loopback.serve import Served

WINDOW = 300


def listed(url: str, path: Path, pages: int, *, light: bool) -> float:
    """Seconds to list everything into ``path``; the budget ends with the last page."""
    pacer = Pacer(reserve=RESERVE)
    hub = HuggingFaceHub(url, "", pacer=pacer, most=pages)
    wish = Wish((Plan("full", "benchmark", light=light),))
    with Catalogue(str(path), create=True) as catalogue:
        start = time.perf_counter()
        report = Crawl(catalogue, hub, pacer, wish).run()
        seconds = time.perf_counter() - start
    if report.pages != pages or report.error:
        raise SystemExit(f"not listed to its end: {report.document()}")
    return seconds


def speed(folder: Path, models: int, runs: int, *, light: bool) -> None:
    world = folder / "rows.jsonl"
    write_jsonl(world, models, 20261123)
    pages = -(-models // 1000)
    with Served(world) as served:
        listed(served.url, folder / "warm.db", pages, light=light)
        seconds = [listed(served.url, folder / f"{run}.db", pages, light=light) for run in range(runs)]
        again = sorted(listed(served.url, folder / "0.db", pages, light=light) for _ in range(runs))
    rates = sorted(models / one for one in seconds)
    size = (folder / "0.db").stat().st_size
    print(f"{models:,} models, {'light' if light else 'full'} rows, {world.stat().st_size / models:,.0f} bytes each")
    print(
        f"new rows        median {statistics.median(rates):,.0f} models/s  best {rates[-1]:,.0f}  worst {rates[0]:,.0f}"
    )
    print(f"unchanged rows  median {models / statistics.median(again):,.0f} models/s  best {models / again[0]:,.0f}")
    print(f"the file        {size / models:,.0f} bytes a model")


def quota(folder: Path, models: int, most: int) -> None:
    with LoopbackHub() as hub:
        hub.wide = Wide(rows(models))
        hub.page_cap = 10
        hub.quota(api=most, window=WINDOW)
        began = hub.clock.now()
        windows: Counter[int] = Counter()
        pacer = Pacer(reserve=RESERVE, clock=hub.clock.now)
        client = HuggingFaceHub(hub.url, "", pacer=pacer, sleep=hub.clock.advance)

        def count(progress: object) -> None:
            del progress
            windows[int(hub.clock.now() // WINDOW)] += len(hub.log)
            refused.extend(request for request in hub.log if request.status == 429)
            hub.log.clear()

        refused: list[object] = []
        plan = Plan("full", "benchmark")
        with Catalogue(str(folder / "quota.db"), create=True) as catalogue:
            crawl = Crawl(
                catalogue, client, pacer, Wish((plan,)), watch=count, sleep=hub.clock.advance, clock=hub.clock.now
            )
            crawl.run()
        whole = [windows[window] for window in sorted(windows)[:-1]]
        passed = hub.clock.now() - began
    print(f"quota {most} a window: {len(refused)} refused; used {min(whole)} to {max(whole)} of {most} in each of")
    print(
        f"{len(whole)} whole windows ({min(whole) / most:.0%} to {max(whole) / most:.0%}); {passed:,.0f} s of hub time"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--quota", type=int, default=200)
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        speed(Path(name), arguments.models, arguments.runs, light=arguments.light)
        quota(Path(name), arguments.models, arguments.quota)


if __name__ == "__main__":
    main()
