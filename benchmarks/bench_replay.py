"""10,000 recorded decisions judged again under other hash seeds, locales, time zones and releases of Python.

    python benchmarks/bench_replay.py [--decisions N] [--db FILE] [--python PATH]...

The database is made once, by the Python that runs this: facts of the starter catalogue and made-up ones, by every pack
that ships, with parameters set and with waivers, on days of three years; ``--db`` keeps it for another run. Each
replay is the command as a user runs it, in a process of its own. ``--python`` names another interpreter that has the
program installed, and may be repeated.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench_policy import Documents
from machine import machine

from scanner.cli.records import record
from scanner.cli.sources import tables
from scanner.errors import PolicyError
from scanner.hub.starter import StarterHub
from scanner.model import RepoId
from scanner.policy import Policy, Waivers, load_policy, read_waivers, shipped
from scanner.provenance import Request
from scanner.scan import decide, read
from scanner.store import ScanRecord, Store

FROM_STARTER, A_DAY, FIRST = 1_500, 25, date(2024, 6, 1)
NAMES = ("Übermodell", "İstanbul", "ﬁne", "中文模型", "ʼn-gram", "𝔘nicode", "Ωmega", "e\u0301lan")
"""Names that change with case folding, normalisation or the order of UTF-16: none may have a say."""
ENVIRONMENTS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "4294967295", "LC_ALL": "POSIX", "TZ": "America/St_Johns", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "random", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONUTF8": "1"},
)

Json = dict[str, Any]


@cache
def loaded(name: str, denied: str | None) -> Policy:
    return load_policy(name, overrides={"denied": denied} if denied else None)


def policies(draw: random.Random) -> list[Policy]:
    """One to three packs, some with a parameter set."""
    names = draw.sample(shipped(), draw.choice((1, 1, 2, 3)))
    return [loaded(name, draw.choice(("CN,RU", "KP", "CN")) if name == "no-prc-root" else None) for name in names]


def waivers(draw: random.Random, model: str, rules: list[str]) -> Waivers | None:
    if draw.random() < 0.6:
        return None
    entries = [
        f"  - {{rule: {rule}, model: {json.dumps(model)}, reason: 'größer → {n}', approver: a, ticket: T-{n}, "
        f"expires: {date(2025, 1, 1) + timedelta(draw.randrange(900))}}}"
        for n, rule in enumerate(draw.sample(rules, min(3, len(rules))))
    ]
    return read_waivers("\n".join(["version: 1", "waivers:", *entries]) + "\n")


def facts(draw: random.Random) -> Iterator[Json]:
    """Documents of the starter's models, then made-up ones without end; each day has ``A_DAY``."""
    hub, known = StarterHub(), tables(None)
    for number, id in enumerate(islice(sorted(hub.ids()), FROM_STARTER)):
        yield read(Request(RepoId.parse(id)), hub, known, as_of=day_of(number))
    for number, document in enumerate(Documents(draw.randrange(2**32)), FROM_STARTER):
        document["publisher"] = {**document["publisher"], "organisation": draw.choice(NAMES)}
        yield {**document, "as_of": day_of(number).isoformat()}


def day_of(number: int) -> date:
    return FIRST + timedelta(number // A_DAY * 4)


def scans(decisions: int) -> Iterator[ScanRecord]:
    """Scans as a house records them: many on a day, by a few sets of policies."""
    draw, known, made = random.Random(20261130), tables(None), 0
    for number, document in enumerate(facts(draw)):
        if number % A_DAY == 0:
            sets = [policies(draw) for _ in range(3)]
        asked = draw.choice(sets)
        model, day = document["model"]["id"], day_of(number)
        pardon = waivers(draw, model, [rule.id for policy in asked for rule in policy.rules])
        try:
            done = decide(Request(RepoId.parse(model)), document, asked, at=f"{day}T12:00:00Z", as_of=day,
                          waivers=pardon)  # fmt: skip
        except PolicyError:
            # No rule of that pack was in effect on that day: there is no decision to record.
            continue
        yield record(done, "bench", asked, pardon, known, "bench")
        made += len(asked)
        if made >= decisions:
            return


def fill(path: Path, decisions: int) -> None:
    with Store.open(str(path)) as store:
        batch: list[ScanRecord] = []
        for scan in scans(decisions):
            batch.append(scan)
            if len(batch) == 500:
                store.save_all(batch)
                batch = []
        store.save_all(batch)


def replay(python: str, path: Path, environment: dict[str, str]) -> None:
    """One replay by the command; how many came out the same, and how fast."""
    run = "import sys; from scanner.cli import main; main()"
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "TZ", "PYTHON"))}
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(
        [python, "-c", run, "audit", "replay", "--db", str(path), "--format", "json", "--no-progress"],
        env=kept | environment, capture_output=True, check=False,
    )  # fmt: skip
    wall, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = json.loads(ended.stdout) if ended.stdout else {}
    counts = [told.get(key, 0) for key in ("identical", "different", "not_replayed")]
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
    said = ", ".join(f"{key}={value}" for key, value in environment.items())
    print(
        f"{version}, {said}: {counts[0]:,} of {sum(counts):,} identical, {counts[1]} different, {counts[2]} not "
        f"replayed (exit {ended.returncode}); {sum(counts) / used:,.0f} decisions a second of processor time "
        f"({used:.1f} s, {wall:.1f} s by the clock)",
        flush=True,
    )
    for one in [one for one in told.get("decisions", ()) if one["result"] != "identical"][:5]:
        print(f"  scan {one['scan']} by {one['policy']}: {one['told']}")
    if ended.returncode:
        print(ended.stderr.decode("utf-8", "replace")[-500:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=10_000)
    parser.add_argument("--db", type=Path, help="made where there is none")
    parser.add_argument("--python", action="append", help="another interpreter with the program installed")
    asked = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        path = asked.db or Path(folder) / "audit.db"
        if not path.exists():
            fill(path, asked.decisions)
        print(f"{path.stat().st_size / 1e6:,.0f} MB")
        for environment in ENVIRONMENTS:
            for python in asked.python or [sys.executable]:
                replay(python, path, environment)


if __name__ == "__main__":
    main()
