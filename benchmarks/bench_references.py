"""Search the code base of the tests for models and compare with what stands there; measure the speed of a search.

    python benchmarks/bench_references.py [--speed FOLDER] [--processes N] [--runs N]

Prints recall and precision of the references, recall of the unresolved ones and each disagreement, and ends with 1
below 0.95, 0.98 and 1.0. With ``--speed`` it also searches FOLDER, once unmeasured and then ``--runs`` times, and tells
files a second by the clock, processor time and peak memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Self

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from machine import machine

from scanner.references.walk import search
from tests.references.expected import CODEBASE, Expectations, by_ending, compare, lost, misplaced, names


def agreement() -> bool:
    """Print how far the search agrees with what stands in the code base; whether that is enough."""
    expected = Expectations.read()
    found = search(CODEBASE, names(), ignored=True).references
    measure = compare(expected, found)
    print(measure)
    for title, entries in (
        ("left out in silence", lost(expected, found)),
        ("not at their column", misplaced(found)),
    ):
        print(f"{title}: {len(entries)}")
        for entry in entries:
            print(f"  {entry}")
    print(", ".join(f"{ending} {part}/{of}" for ending, part, of in by_ending(measure, expected)))
    return measure.enough


class Memory(threading.Thread):
    """Watches the memory of this process and its children: proportional sets, so that shared pages count once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.05):
            self.peak = max(self.peak, sum(map(_megabytes, (os.getpid(), *_children()))))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()


def _children() -> list[int]:
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [int(child) for listed in children for child in listed.read_text(encoding="ascii").split()]


def _megabytes(process: int) -> float:
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def speed(folder: Path, processes: int, runs: int) -> None:
    """Print files a second, processor time and peak memory of searching ``folder``."""
    known = names()
    coverage = search(folder, known, processes=processes).coverage
    beside = sum(coverage.passed_over.values())
    clock, processor = [], []
    with Memory() as memory:
        for _ in range(runs):
            before, began = os.times(), time.perf_counter()
            search(folder, known, processes=processes)
            clock.append(time.perf_counter() - began)
            processor.append(sum(os.times()[:4]) - sum(before[:4]))
    seconds, spent = statistics.median(clock), statistics.median(processor)
    print(
        f"{coverage.files} files and {beside} passed over, {processes} processes: median "
        f"{coverage.files / seconds:,.0f} files a second ({seconds:.2f} s), {spent:.2f} s of processor time "
        f"({coverage.files / spent:,.0f} files a second of it), at most {memory.peak:.0f} MB in all processes"
    )


def main() -> int:
    """Measure by the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=Path, metavar="FOLDER")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(machine())
    enough = agreement()
    if arguments.speed:
        speed(arguments.speed, arguments.processes, arguments.runs)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
