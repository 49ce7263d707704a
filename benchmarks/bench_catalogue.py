"""Judge whole catalogues of growing size: time, memory and file size a model.

    python benchmarks/bench_catalogue.py [--models 10000 100000 1000000] [--processes 2]

Each catalogue is made by ``hub_world`` from a fixed seed, judged by ``baseline`` and ``no-prc-root``, judged again by a
policy that differs in one parameter, and once more after one of a hundred models has changed. Then by two policies
that ask for the licences along every way from a model to its roots. Processor time is that of all processes together.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hub_world import fill
from machine import machine

from scanner.catalogue.file import Catalogue
from scanner.catalogue.judging import judge_catalogue
from scanner.policy import load_policy

AS_OF = date(2026, 11, 23)
SEED = 20261123


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    print(machine())
    policies = [load_policy("baseline"), load_policy("no-prc-root")]
    changed = load_policy("no-prc-root", overrides={"denied": "CN,RU"})
    licenses = [load_policy("strict-flow-down"), load_policy("license-territory")]
    for count in asked.models:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "catalogue.db"
            filled = timed(partial(fill, str(path), count, SEED))
            with Catalogue(str(path)) as catalogue:
                judged = partial(judge_catalogue, catalogue, publishers=None, as_of=AS_OF, processes=asked.processes)
                whole = timed(partial(judged, policies))
                again = timed(partial(judged, [changed]))
                with catalogue.writing() as connection:
                    connection.exec_driver_sql("UPDATE models SET stamp = NULL WHERE num % 100 = 0")
                some = timed(partial(judged, policies))
                inherited = timed(partial(judged, licenses))
            size = path.stat().st_size / count
        print(f"{count:>9,} models  filled {filled[0]:.1f} s, {size:.0f} bytes a model with verdicts")
        for name, (clock, processor) in (
            ("baseline + no-prc-root", whole),
            ("one changed policy", again),
            ("1 % changed", some),
            ("strict-flow-down + license-territory", inherited),
        ):
            print(
                f"           {name:<38}{clock:>8.1f} s {clock / count * 1e6:>6.0f} us a model,"
                f" {processor:>8.1f} s of processor time",
                flush=True,
            )
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"peak of one process: {peak / 1024:.0f} MB, {asked.processes} of them and the one that asks")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time, other processes included."""
    start, used = time.perf_counter(), _used()
    work()
    return time.perf_counter() - start, _used() - used


def _used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
