"""Several processes on one file, and processes killed at any moment: every acknowledged scan is there, whole."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from scanner.store import Store
from tests.store.scans import facts, scan

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork, signals and users")
ROOT = Path(__file__).parents[2]
WRITERS, SAVES, KILLS = 4, 60, 30


def python(code: str) -> subprocess.Popen[str]:
    head = "from scanner.store import Store\nfrom tests.store.scans import facts, scan\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def whole(path: Path, expected: int) -> None:
    """Every scan has all its parts, every text its digest, the file its order."""
    with Store.open(str(path), create=False) as store:
        rows = store.scans(limit=10_000)
        assert [row.number for row in rows] == list(range(expected, 0, -1))
        for row in rows:
            assert store.scan(row.number).requested == row.requested
        counts = store.info()["counts"]
        assert store.verify().problems == ()
    assert counts["scans"] == counts["decisions"] == expected
    assert counts["evidence"] == 4 * expected
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_four_writers_and_a_reader_lose_nothing_and_never_see_a_lock(tmp_path):
    path = tmp_path / "audit.db"
    # All of them find no file and race to make it.
    writers = [
        python(
            f"with Store.open({str(path)!r}) as store:\n"
            f"    for n in range({SAVES}): store.save(scan(n, requested=f'{who}/{{n}}', facts=facts(1000 * {who} + n)))"
        )
        for who in range(WRITERS)
    ]
    while not path.exists() and any(w.poll() is None for w in writers):
        time.sleep(0.01)
    seen = 0
    with Store.open(str(path)) as reader:
        while any(w.poll() is None for w in writers):
            rows = reader.scans(limit=5)
            for row in rows:
                assert reader.scan(row.number).requested == row.requested
            assert not rows or rows[0].number >= seen
            seen = rows[0].number if rows else 0
        everyone = {row.requested for row in reader.scans(limit=10_000)}
    assert [(w.wait(), w.communicate()[1]) for w in writers] == [(0, "")] * WRITERS
    assert everyone == {f"{who}/{n}" for who in range(WRITERS) for n in range(SAVES)}
    whole(path, WRITERS * SAVES)


def test_threads_share_one_store(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    with Store.open(str(tmp_path / "audit.db")) as store, ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: store.save(scan(n, facts=facts(n))), range(80)))
    assert sorted(numbers) == list(range(1, 81))
    whole(tmp_path / "audit.db", 80)


def save_until_killed(path: Path, acknowledged: int) -> None:
    """The child: save, then say the number on the pipe; never returns."""
    try:
        store = Store.open(str(path))
        for n in range(100_000):
            os.write(acknowledged, store.save(scan(n, facts=facts(random.getrandbits(60)))).to_bytes(8, "big"))
    finally:
        os._exit(1)


def test_a_killed_writer_loses_no_acknowledged_scan(tmp_path):
    path, chance, last = tmp_path / "audit.db", random.Random(7), 0
    for turn in range(KILLS):
        hear, say = os.pipe()
        child = os.fork()
        if child == 0:
            save_until_killed(path, say)
        os.close(say)
        # Every third is killed while it opens the file, the others in the middle of their work.
        told = os.read(hear, 8) if turn % 3 else b""
        time.sleep(chance.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(hear, "rb") as pipe:
            told += pipe.read()
        if told:
            assert int.from_bytes(told[-8:], "big") > last
            last = int.from_bytes(told[-8:], "big")
        with Store.open(str(path)) as store:
            rows = store.scans(limit=1)
            found = rows[0].number if rows else 0
        assert last <= found <= last + 1, "at most the scan in flight was recorded without being acknowledged"
        last = found
    assert last >= KILLS * 2 // 3
    whole(path, last)
