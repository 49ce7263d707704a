"""How fast files fill a catalogue, how much memory that takes, and how large the catalogue becomes.

    python benchmarks/bench_import.py [--models 1000000] [--runs 3] [--parquet FILE]

A made-up Hub (``hub_world``, fixed seed) is written as parquet in the layout of the community's daily statistics, and
imported into a fresh catalogue by a process of its own, as the command does it; rates are of the whole process, its
start included. Memory is the most that this process and those it started held at one moment, each shared page once
(PSS). Then: the same file again, the catalogue as a bundle, the bundle into a fresh catalogue, JSON lines.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hub_world import SEED, write_jsonl, write_parquet
from machine import machine

FEW = 20_000


def run(*words: str) -> tuple[float, int]:
    """Seconds that the command takes, and the most memory in bytes."""
    start = time.perf_counter()
    command = [sys.executable, "-c", "from scanner.cli import main; main()", "catalogue", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(held, family(process.pid))))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)}: exit code {process.returncode}")
    return time.perf_counter() - start, peak


def family(pid: int) -> list[int]:
    """A process and all it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in family(int(child)))]


def held(pid: int) -> int:
    """Bytes that a process holds, its share of shared pages; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def told(name: str, models: int, runs: list[tuple[float, int]]) -> None:
    rates = sorted(models / seconds for seconds, _ in runs)
    peak = max(most for _, most in runs) / 1e6
    print(
        f"{name:<34} median {statistics.median(rates):>8,.0f} rows/s  best {rates[-1]:>8,.0f}"
        f"  worst {rates[0]:>8,.0f}  at most {peak:,.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--parquet", type=Path, help="a file of that many models made before")
    asked = parser.parse_args()
    models, runs = asked.models, asked.runs
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parquet = asked.parquet or folder / "models.parquet"
        if asked.parquet is None:
            write_parquet(parquet, models, SEED)
        print(f"{models:,} models, {parquet.stat().st_size / models:,.0f} bytes each as parquet")

        def into(number: int) -> tuple[str, str]:
            return "--catalogue", str(folder / f"{number}.db")

        told("parquet, fresh catalogue", models, [run("import", str(parquet), *into(n)) for n in range(runs)])
        print(f"the catalogue: {(folder / '0.db').stat().st_size / models:,.0f} bytes a model")
        told("parquet, the same again", models, [run("import", str(parquet), *into(0))])
        bundle = folder / "models.bundle"
        told("export as a bundle", models, [run("export", str(bundle), *into(0))])
        print(f"the bundle: {bundle.stat().st_size / models:,.0f} bytes a model")
        told("bundle, fresh catalogue", models, [run("import", str(bundle), *into(runs))])
        write_jsonl(folder / "models.jsonl", FEW, SEED)
        told(f"JSON lines ({FEW:,})", FEW, [run("import", str(folder / "models.jsonl"), *into(runs + 1))])


if __name__ == "__main__":
    main()
