"""What the audit's log holds and how fast: appends, checks, proofs; bits flipped, writers killed, writers at once.

    python benchmarks/bench_audit.py [--records 1000000] [--flips 10000] [--kills 1000] [--honest 10000] [--each 5000]

Each number is how much of that is done; 0 leaves it out. Speeds are printed by the clock and by processor time: the
clock of a shared machine says more of its neighbours. A scan is the small one of the tests: four things read, one
decision, about 1 kB of facts.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from machine import machine

from scanner.errors import ScannerError
from scanner.log import Signer, Witnessed
from scanner.store import Store
from scanner.store.connection import connect, locate, reading, writing
from scanner.store.entries import entry
from scanner.store.journal import Journal
from scanner.store.sealing import _leaves
from tests.store.scans import scan
from tests.store.tampering import AT, prepare
from tests.store.test_tampering import SCRIPT, dump
from tests.store.test_writers import python, save_until_killed, whole

SCRIPT_EVERY = 50
"""Of how many flips one is shown to the second verifier too: it is started anew each time."""


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    clock, processor = time.perf_counter(), time.process_time()
    yield
    wall, used = time.perf_counter() - clock, time.process_time() - processor
    print(
        f"{what:<58} {wall:8.2f} s, {used:8.2f} s of processor: {count / wall:9,.0f}/s, {count / used:9,.0f}/s",
        flush=True,
    )


def speeds(folder: Path, records: int) -> None:
    """Append and verify; most scans share their facts, as those of a nightly job do."""
    path = folder / "speed.db"
    with Store.open(str(path)) as store:
        signer = Signer.new(store.origin())
        with timed("scans, each on the disk before the next (full sync)", 500):
            for n in range(500):
                store.save(scan(n))
        for size in (100, 1_000):
            made = [scan(n) for n in range(10_000)]
            with timed(f"scans in batches of {size:,}, other facts each", 10_000):
                for at in range(0, 10_000, size):
                    store.save_all(made[at : at + size])
        made = [scan(n % 200) for n in range(1_000)]
        scans = max(0, records - 20_503)
        with timed("scans in batches of 1,000, facts known", scans):
            for _ in range(scans // 1_000):
                store.save_all(made)
            store.save_all(made[: scans % 1_000])
        with timed("checkpoint: every record hashed, signed", records):
            note = store.checkpoint(signer, at=AT).note
        with timed("verify: log, rows, texts, SQLite's own check", records):
            done = store.verify([signer.key], [("kept outside", Witnessed.parse(note))])
        assert done.problems == (), done.problems
        engine = connect(locate(str(path)), wait=60)
        with timed("of it the log alone: every record hashed", done.size), reading(engine) as connection:
            assert sum(1 for _ in _leaves(connection)) == done.size
        with timed("proof of one record", 1):
            proof = store.prove(12_345)
        assert proof.body
        proof.verify(proof.body, [signer.key])
        lines = len(proof.text) - len(proof.note) - len(f"extra {'x' * (-(-len(proof.body) // 3) * 4)}\n")
        print(
            f"{done.size:,} records; proof: {len(proof.hashes)} hashes, {32 * len(proof.hashes)} bytes, "
            f"as text {lines}, with its checkpoint {lines + len(proof.note.encode())}; "
            f"file {path.stat().st_size / 1e6:,.0f} MB"
        )
        with timed("log records alone, in batches of 100", 100_000):
            for at in range(0, 100_000, 100):
                with writing(engine) as connection:
                    journal = Journal(connection)
                    for n in range(at, at + 100):
                        journal.append(entry("registry", digest=f"{n:064x}", replaces=None, at=AT))
                    journal.write()
    engine.dispose()
    with timed("the second verifier, a process of its own", done.size + 100_000):
        words = [sys.executable, str(SCRIPT), str(path), "--key", str(signer.key)]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
    print(f"  which said: {ended.stdout.splitlines()[-1]} ({ended.returncode})")
    path.unlink()


def flips(folder: Path, count: int) -> None:
    """One bit flipped at a time: is what a reader could read another, and is that noticed?"""
    case = prepare(folder)
    original, before, chance = case.path.read_bytes(), dump(case.path), random.Random(1)
    same = unreadable = noticed = silent = script_silent = 0
    kept = [("kept outside", Witnessed.parse(case.witnessed.read_text()))]
    for turn in range(count):
        place, bit = chance.randrange(len(original)), 1 << chance.randrange(8)
        for other in folder.glob("audit.db-*"):
            other.unlink()
        case.path.write_bytes(original[:place] + bytes([original[place] ^ bit]) + original[place + 1 :])
        if dump(case.path) == before:
            same += 1
            continue
        problems: tuple[str, ...] | None = None
        with suppress(ScannerError), Store.open(str(case.path), create=False) as store:
            problems = store.verify([case.signer.key], kept).problems
        unreadable += problems is None
        noticed += bool(problems)
        silent += problems == ()
        if turn % SCRIPT_EVERY == 0:
            words = [sys.executable, str(SCRIPT), str(case.path), "--key", str(case.signer.key)]
            script_silent += subprocess.run(words, capture_output=True, check=False).returncode == 0
    print(
        f"bits flipped {count:,}: {same:,} change nothing that is read, {unreadable:,} unreadable, "
        f"{noticed:,} noticed, SILENT {silent}; of those shown to the second verifier, silent {script_silent}",
        flush=True,
    )


def honest(folder: Path, count: int) -> None:
    """Appends of every size, checkpoints and redactions in between; every checkpoint is kept and compared."""
    chance, alarms, kept, done = random.Random(2), 0, [], 0
    with Store.open(str(folder / "honest.db")) as store:
        signer = Signer.new(store.origin())
        while done < count:
            numbers = store.save_all([scan(chance.randrange(999)) for _ in range(chance.randrange(1, 100))])
            done += len(numbers)
            kept.append((f"at {done}", Witnessed.parse(store.checkpoint(signer, at=AT).note)))
            if chance.random() < 0.2:
                store.redact(chance.choice(numbers), reason="r", by="b", at=AT)
            alarms += bool(store.verify([signer.key], kept[-20:]).problems)
    print(f"honest appends {done:,}, verified {len(kept):,} times: {alarms} alarms", flush=True)


def kills(folder: Path, count: int) -> None:
    """A writer killed at a random moment, again and again, on one file."""
    path, chance, last, unacknowledged = folder / "killed.db", random.Random(3), 0, 0
    for turn in range(count):
        hear, say = os.pipe()
        child = os.fork()
        if child == 0:
            save_until_killed(path, say)
        os.close(say)
        # Every tenth is killed while it opens the file, the others in the middle of their work.
        told = os.read(hear, 8) if turn % 10 else b""
        time.sleep(chance.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(hear, "rb") as pipe:
            told += pipe.read()
        acknowledged = int.from_bytes(told[-8:], "big") if told else last
        with Store.open(str(path)) as store:
            found = int(store.info()["counts"]["scans"])
        assert acknowledged <= found <= acknowledged + 1, (acknowledged, found)
        unacknowledged += found - acknowledged
        last = found
    with Store.open(str(path)) as store:
        problems = store.verify().problems
    whole(path, last)
    kept = f"{unacknowledged} in flight were kept"
    print(f"kills {count:,}: {last:,} scans, 0 lost, 0 twice, {kept}; problems {len(problems)}", flush=True)


def writers(folder: Path, each: int) -> None:
    """Four processes record at once, and a fifth verifies what is there."""
    path, looks = folder / "writers.db", 0
    Store.open(str(path)).close()
    with timed(f"four writers, {each:,} scans each", 4 * each):
        working = [
            python(
                f"with Store.open({str(path)!r}) as store:\n"
                f"    for n in range({each}): store.save(scan(n, facts=facts(100000 * {who} + n)))"
            )
            for who in range(4)
        ]
        with Store.open(str(path)) as store:
            while any(one.poll() is None for one in working):
                assert store.verify().problems == ()
                looks += 1
                time.sleep(1)
    assert [one.wait() for one in working] == [0] * 4
    with Store.open(str(path)) as store:
        assert store.verify().problems == ()
    with closing(sqlite3.connect(path)) as db:
        [(found,)] = db.execute("SELECT count(DISTINCT facts_digest) FROM scans")
    print(f"  {found:,} of {4 * each:,}; verified {looks} times meanwhile, without a problem", flush=True)


PARTS = {
    "records": (speeds, 1_000_000),
    "flips": (flips, 10_000),
    "kills": (kills, 1_000),
    "honest": (honest, 10_000),
    "each": (writers, 5_000),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, (_, count) in PARTS.items():
        parser.add_argument(f"--{name}", type=int, default=count)
    given = parser.parse_args()
    print(machine(), flush=True)
    for name, (run, _) in PARTS.items():
        if count := getattr(given, name):
            folder = Path(tempfile.mkdtemp())
            run(folder, count)
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
