"""What a crawl survives: kill -9 at random moments, every fault of a hub at every page, and three more crawlers.

    python benchmarks/bench_kill.py [--kills 1000] [--faults 0] [--together 0] [--models 240] [--seed 1]

Kills: a made-up Hub (``hub_world``) is crawled into a fresh file by a process that is killed at a random moment,
sometimes again and again, and started anew until it is done: its list, then the bases and owners that it names. Rows
and queue must be those of an undisturbed crawl, and no page may have been asked for more than once more than there were
kills. What the killed one had leased is let run out by moving the lease instead of waiting for it.

Faults: each kind of ``KINDS`` at each of the first ``--faults`` pages of a list of a hundred. The run is complete or
ends in an error of ours with whole pages only; a run without the fault then ends with the rows of an undisturbed one.

Together: four processes crawl into one file and a fifth reads it, ``--together`` times. None may end in an error, no
reader may see a page in part, and rows and queue must be those of an undisturbed crawl.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hub_world import rows, write_jsonl
from machine import machine

from scanner.catalogue.budget import RESERVE
from scanner.catalogue.crawl import Crawl, Wish
from scanner.catalogue.file import Catalogue
from scanner.catalogue.plan import Plan
from scanner.catalogue.report import Report
from scanner.errors import ScannerError, StoreError
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.pace import Pacer
from tests.catalogue.crawling import ask, digest
from tests.catalogue.crawling import rows as held
from tests.loopback import Fault, LoopbackHub, Wide
from tests.loopback.serve import Served

LIST = Wish((Plan("full", "benchmark"),))
PAGE = 10
LIMITS: dict[str, Any] = {
    "deadline": 1.5, "connect_timeout": 0.5, "read_timeout": 0.2, "sleep": lambda seconds: None,
}  # fmt: skip
ONE_ROW = (
    "card-list", "card-self", "date-offset", "id-invalid", "json-deep", "json-duplicate-keys", "json-huge-integer",
    "json-lone-surrogate", "json-nan", "missing-keys", "null-lists", "row-not-an-object", "string-numbers",
    "unknown-keys",
)  # fmt: skip
"""Faults in a row, which may cost that row."""
WHOLE = (
    "204", "308", "400", "401", "403", "404", "429-bare", "429-ratelimit", "429-retry-after", "429-retry-date", "500",
    "502", "503", "504", "chunked-endless", "chunked-unfinished", "cursor-refused", "drip", "gzip", "gzip-bomb", "hang",
    "hang-in-body", "html-200", "http10", "json-bom", "json-error-200", "json-top-type", "json-truncated",
    "length-too-long", "length-too-short", "link-foreign", "link-other-question",
    "link-relative", "link-self", "pages-endless", "reset",
    "reset-in-body", "rows-duplicate",
)  # fmt: skip
KINDS = (*WHOLE, *ONE_ROW)


def crawl(url: str, path: Path, wish: Wish, **limits: Any) -> Report:
    pacer = Pacer(reserve=RESERVE)
    hub = HuggingFaceHub(url, "", pacer=pacer, **limits)
    with Catalogue(str(path), create=True) as catalogue:
        return Crawl(catalogue, hub, pacer, wish, sleep=lambda seconds: None).run()


def child(url: str, path: Path) -> int:
    """A crawl in a process of its own, which ends in 0 when it is complete. Its number."""
    number = os.fork()
    if number == 0:
        code = 3
        try:
            report = crawl(url, path, Wish())
            code = 0 if report.complete else 1 if report.error is None else 2
        finally:
            os._exit(code)
    return number


def kill_once(url: str, path: Path, after: float) -> bool:
    """True when the crawl was killed ``after`` so many seconds, False when it was done before."""
    number = child(url, path)
    time.sleep(after)
    os.kill(number, signal.SIGKILL)
    _, status = os.waitpid(number, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"a crawl ended in {os.waitstatus_to_exitcode(status)}")
    with suppress(StoreError), Catalogue(str(path)) as catalogue, catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE queue SET lease = 0")
    return os.WIFSIGNALED(status)


def state(path: Path) -> str:
    """One hash of the rows, and of what waits in the queue."""
    waits = ask(path, "SELECT n.id, q.why, q.last FROM queue q JOIN names n ON n.num = q.name ORDER BY n.id, q.task")
    return digest(path) + hashlib.sha256(repr(waits).encode()).hexdigest()


def kills(folder: Path, wanted: int, models: int, seed: int) -> bool:
    world = folder / "rows.jsonl"
    write_jsonl(world, models, seed)
    draw = random.Random(seed)
    good = total = trials = 0
    worst = 0.0
    with Served(world, "--page-cap", str(PAGE)) as served:
        start = time.perf_counter()
        crawl(served.url, folder / "undisturbed.db", Wish())
        lasts = time.perf_counter() - start
        expected = state(folder / "undisturbed.db")
        served.say(log=True)
        while total < wanted:
            path = folder / f"{trials}.db"
            killed, again = 0, True
            while again:
                killed += (struck := kill_once(served.url, path, draw.uniform(0, lasts)))
                again = struck and draw.random() < 0.4
            _, status = os.waitpid(child(served.url, path), 0)
            if status:
                raise SystemExit(f"a crawl that was left alone ended in {os.waitstatus_to_exitcode(status)}")
            pages = Counter(target for target, _ in served.say(log=True) if target.startswith("/api/models?"))
            twice = sum(count - 1 for count in pages.values())
            same = state(path) == expected
            if same and twice <= killed:
                good += killed
            else:
                print(
                    f"  crawl {trials}: {killed} kills, {twice} pages refetched, rows {'equal' if same else 'differ'}"
                )
            worst = max(worst, twice / killed if killed else twice)
            total, trials = total + killed, trials + 1
            for leftover in folder.glob(f"{trials - 1}.db*"):
                leftover.unlink()
    print(f"{total:,} kills in {trials:,} crawls of {-(-models // PAGE)} pages, each {lasts:.2f} s undisturbed:")
    print(f"{good:,} of {total:,} end with the rows of the undisturbed one; at most {worst:.0f} page refetched a kill")
    return good == total


def together(folder: Path, rounds: int, models: int, seed: int) -> bool:
    world = folder / "rows.jsonl"
    write_jsonl(world, models, seed)
    good = reads = 0
    with Served(world, "--page-cap", str(PAGE)) as served:
        crawl(served.url, folder / "undisturbed.db", Wish())
        expected = state(folder / "undisturbed.db")
        for number in range(rounds):
            path = folder / f"{number}.db"
            Catalogue(str(path), create=True).close()
            crawlers = {child(served.url, path) for _ in range(4)}
            codes, whole = [], True
            with Catalogue(str(path)) as catalogue:
                while crawlers:
                    with catalogue.reading() as connection:
                        count = connection.exec_driver_sql("SELECT count(*) FROM models").scalar_one()
                    whole, reads = whole and count % PAGE == 0, reads + 1
                    ended, status = os.waitpid(-1, os.WNOHANG)
                    if ended:
                        crawlers.remove(ended)
                        codes.append(os.waitstatus_to_exitcode(status))
            crawl(served.url, path, Wish())
            well = whole and max(codes) <= 1 and state(path) == expected
            good += well
            if not well:
                print(f"  round {number}: ended in {codes}, pages {'whole' if whole else 'in part'}")
            for leftover in folder.glob(f"{number}.db*"):
                leftover.unlink()
    print(f"four crawlers and a reader on one file, {rounds} times: {good} without an error and with the same rows")
    print(f"{reads:,} reads in between")
    return good == rounds


def faults(folder: Path, positions: int, kinds: tuple[str, ...]) -> bool:
    """A line for each kind; True when all of them ended as they must."""
    with LoopbackHub() as hub:
        hub.wide, hub.page_cap = Wide(islice(rows(200), 200)), 2
        crawl(hub.url, folder / "undisturbed.db", LIST, **LIMITS)
        expected = {row[0]: row for row in held(folder / "undisturbed.db")}
        good = 0
        for kind in kinds:
            outcomes: Counter[str] = Counter()
            right = 0
            for nth in range(1, positions + 1):
                hub.fault(Fault(kind, path=r"^/api/models\?", nth=nth))
                how, as_it_must = struck(hub, folder / f"{kind}-{nth}.db", expected, 1 if kind in ONE_ROW else 0)
                outcomes[how] += 1
                right += as_it_must
            told = ", ".join(f"{number} {how}" for how, number in outcomes.most_common())
            print(f"  {kind:<20} {right} of {positions}: {told}", flush=True)
            good += right
    count = len(kinds) * positions
    print(f"{len(kinds)} kinds of faults x {positions} pages: {good:,} of {count:,} as they must be")
    return good == count


def struck(hub: LoopbackHub, path: Path, expected: dict[str, Any], lost: int) -> tuple[str, bool]:
    """How a crawl ends that meets the fault, and whether nothing of it is in part, named wrongly or lost for good."""
    first = crawl(hub.url, path, LIST, **LIMITS)
    hub.clear_faults()
    hub.log.clear()
    ((pages, unread),) = ask(path, "SELECT sum(page), sum(unread) FROM sweeps")
    whole = len(list(held(path))) + unread == 2 * pages
    last = crawl(hub.url, path, LIST, **LIMITS) if first.error else first
    found = {row[0]: row for row in held(path)}
    differ = sum(found.get(key) != row for key, row in expected.items()) + len(found.keys() - expected)
    named = first.error is None or isinstance(first.error, ScannerError)
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    how = "complete" if first.error is None else type(first.error).__name__
    return how, whole and named and last.complete and differ <= lost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--faults", type=int, default=0, metavar="PAGES")
    parser.add_argument("--together", type=int, default=0, metavar="TIMES")
    parser.add_argument("--kinds", nargs="*", default=KINDS)
    parser.add_argument("--models", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        held_out = not arguments.kills or kills(Path(name), arguments.kills, arguments.models, arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        held_out &= not arguments.faults or faults(Path(name), arguments.faults, tuple(arguments.kinds))
    with tempfile.TemporaryDirectory() as name:
        times = arguments.together
        held_out &= not times or together(Path(name), times, arguments.models, arguments.seed)
    sys.exit(not held_out)


if __name__ == "__main__":
    main()
