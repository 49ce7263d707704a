"""How long a catalogue takes to answer: search, descendants of the largest root, stats, show, alternatives.

    python benchmarks/bench_questions.py [--catalogue FILE ...] [--models N ...]

Without files the made-up Hub of ``hub_world.py`` is filled and judged in each size. The first search reads the names
once; it is measured apart. Every other figure is the median of five, by the clock and in processor time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hub_world import fill
from machine import machine

from scanner.catalogue.alternatives import alternatives
from scanner.catalogue.descendants import radius
from scanner.catalogue.file import Catalogue
from scanner.catalogue.find import find
from scanner.catalogue.judging import judge_catalogue, tables_of
from scanner.catalogue.search import Wish, index, search
from scanner.catalogue.show import show
from scanner.catalogue.stats import stats
from scanner.policy import load_policy

DAY = date(2026, 11, 23)
POLICY = "no-prc-root"
SIZES = (10_000, 100_000, 1_000_000)
WISHES = {
    "one word": Wish("llama"),
    "two words": Wish("qwen2.5 gguf"),
    "a rare word": Wish("whisper"),
    "no such word": Wish("zzqqxx"),
    "a country": Wish(root_country="CN"),
    "a rare pair": Wish(root_country="FR", license="llama3.1", format="onnx"),
    "word and country": Wish("lora", root_country="FR"),
    "by likes": Wish("lora", sort="likes"),
    "by change": Wish("lora", sort="modified"),
    "an author": Wish(author="unsloth"),
    "a rare country by likes": Wish(root_country="AE", sort="likes"),
    "gone": Wish(gone=True),
    "denied": Wish("gguf", verdict="deny", policy=POLICY),
}
_SIZES_OF_ROOTS = (
    "SELECT n.id FROM edges e JOIN names n ON n.num = e.parent WHERE n.holder IS NOT NULL GROUP BY e.parent"
    " ORDER BY count(*) DESC LIMIT 1"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalogue", nargs="*", default=[])
    parser.add_argument("--models", nargs="*", type=int, default=list(SIZES[:2]))
    asked = parser.parse_args()
    print(machine())
    with TemporaryDirectory() as folder:
        for path in asked.catalogue or made(Path(folder), asked.models):
            measure(path)


def made(folder: Path, sizes: list[int]) -> Iterator[str]:
    for size in sizes:
        path = str(folder / f"{size}.db")
        fill(path, size)
        with Catalogue(path) as catalogue:
            judge_catalogue(catalogue, [load_policy(POLICY)], None, DAY)
        yield path


def measure(path: str) -> None:
    tables = tables_of(None)
    with Catalogue(path) as catalogue:
        with catalogue.reading() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM models").scalar_one()
            root = connection.exec_driver_sql(_SIZES_OF_ROOTS).scalar_one()
        before = Path(path).stat().st_size
        started = time.perf_counter()
        names = index(catalogue)
        took = time.perf_counter() - started
        after = Path(path).stat().st_size
        print(f"\n{count:,} models, {after / count:.0f} bytes each, {before / count:.0f} before the index of words")
        if names:
            print(f"{'first search: names read':32}{took:>9.3f} s{names / took:>14,.0f} names/s")
        for name, wish in WISHES.items():
            line(f"search, {name}", partial(found, catalogue, wish))

        def descend() -> int:
            with catalogue.reading() as connection:
                return radius(connection, find(connection, root)).models

        line(f"descendants {root}", descend)
        line("stats", lambda: stats(catalogue).models)
        line(f"show {root}", lambda: len(show(catalogue, root, tables, DAY)))
        policies = [load_policy(POLICY)]
        line("alternatives", lambda: len(alternatives(catalogue, root, policies, tables, DAY)[1]))


def found(catalogue: Catalogue, wish: Wish) -> int:
    return len(search(catalogue, wish))


def line(name: str, ask: Callable[[], int]) -> None:
    times, busy = [], []
    for _ in range(5):
        started, worked = time.perf_counter(), time.process_time()
        count = ask()
        times.append(time.perf_counter() - started)
        busy.append(time.process_time() - worked)
    print(
        f"{name[:40]:40}{statistics.median(times):>9.3f} s  worst {max(times):.3f} s"
        f"  processor {statistics.median(busy):.3f} s{count:>12,} found"
    )


if __name__ == "__main__":
    main()
