"""Search the code base of the tests for models and compare with what stands there; measure the speed of a search.

    python benchmarks/bench_references.py [--speed FOLDER] [--processes N] [--runs N]

Prints recall and precision of the references, recall of the unresolved ones and each disagreement, and ends with 1
below 0.95, 0.98 and 1.0. With ``--speed`` it also searches FOLDER, once unmeasured and then ``--runs`` times, and tells
files a second by the clock, processor time and peak memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import time
from pathlib import Path

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


def speed(folder: Path, processes: int, runs: int) -> None:
    """Print files a second, processor time and peak memory of searching ``folder``."""
    known = names()
    read = search(folder, known, processes=processes).coverage.files
    clock, processor = [], []
    for _ in range(runs):
        before, began = os.times(), time.perf_counter()
        search(folder, known, processes=processes)
        clock.append(time.perf_counter() - began)
        processor.append(sum(os.times()[:4]) - sum(before[:4]))
    seconds = statistics.median(clock)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(
        f"{read} files, {processes} processes: median {read / seconds:,.0f} files a second ({seconds:.2f} s, "
        f"{statistics.median(processor):.2f} s of processor time), at most {peak:.0f} MB a process"
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
