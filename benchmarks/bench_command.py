"""Whole-process times of the installed command, and the size of an installation.

    python benchmarks/bench_command.py [--runs 15] [--install]

Prints the median and the best of RUNS runs of ``--help`` and of a starter-catalogue check that records its scan.
The runs use compiled modules, as an installation by pip has them; a first run, not counted, compiles what is not.
``--install`` also makes a fresh virtual environment from this checkout and prints what it weighs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from machine import machine

ROOT = Path(__file__).resolve().parent.parent


def timed(command: list[str], runs: int, expected: int, environment: dict[str, str]) -> tuple[float, float]:
    """Median and best wall-clock seconds of ``command``, each run of which must exit with ``expected``."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False, env=environment)
        seconds.append(time.perf_counter() - start)
        if done.returncode != expected:
            raise SystemExit(f"{command} ended in {done.returncode}: {done.stderr.decode()}")
    return statistics.median(seconds), min(seconds)


def installed_megabytes() -> tuple[float, int]:
    """Size in MB (10^6 bytes) and number of distributions of a fresh environment, pip and setuptools left out."""
    folder = Path(tempfile.mkdtemp())
    try:
        venv.create(folder, with_pip=True)
        python = folder / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", ROOT], check=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        left_out = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
        kept = [p for p in packages.iterdir() if not p.name.startswith(left_out)]
        files = [f for p in kept for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file()]
        size = sum(f.stat().st_size for f in files if "__pycache__" not in f.parts)
        return size / 1e6, sum(p.name.endswith(".dist-info") for p in kept)
    finally:
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--install", action="store_true")
    arguments = parser.parse_args()
    command = shutil.which("modelorigin", path=str(Path(sys.executable).parent)) or "modelorigin"
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        check = [command, "check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--policy", "no-prc-root"]
        check += ["--fail-on", "never", "--db", str(Path(folder) / "audit.db")]
        # An editable checkout whose environment forbids bytecode would be compiled anew by every run.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        subprocess.run(check, capture_output=True, check=False, env=environment)
        for name, words, limit in (("--help", [command, "--help"], 0.25), ("starter check", check, 1.0)):
            median, best = timed(words, arguments.runs, 0, environment)
            print(
                f"{name:<16} median {median:.3f} s  best {best:.3f} s  {median / limit:.2f} of the limit of {limit} s"
            )
    if arguments.install:
        size, count = installed_megabytes()
        print(f"{'installation':<16} {size:.1f} MB in {count} distributions  {size / 60:.2f} of the 60 MB it may weigh")


if __name__ == "__main__":
    main()
