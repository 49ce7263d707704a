"""Whatever is wrong with the file, the error names it and says what to do, and nothing is recorded elsewhere."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from scanner.errors import DatabaseBusy, DatabaseUnreadable, ScannerError, StoreError, UsageError
from scanner.store import Store, upgrade
from tests.store.scans import scan

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork, signals and users")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "audit.db"
    with Store.open(str(path)) as store:
        for n in range(20):
            store.save(scan(n))
    return path


def refuse(kind, url, act=Store.open):
    with pytest.raises(kind) as raised:
        act(str(url))
    assert raised.value.message
    assert raised.value.hint
    assert "\n" not in raised.value.message
    return raised.value


@pytest.mark.parametrize("url", [":memory:", "sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true",
                                 "sqlite:///a.db?mode=memory&uri=true", "mysql://host/db", "://", "sqlite:/a.db/x://",
                                 "duckdb:///a.db"])  # fmt: skip
def test_memory_and_other_kinds_of_database_are_refused(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refuse(UsageError, url)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "audit.db"
    path.write_bytes(b"this is a text file, and a long one\n" * 300)
    before = path.read_bytes()
    for act in (Store.open, upgrade):
        refuse(DatabaseUnreadable, path, act)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["audit.db"]


def test_a_damaged_file_is_named_wherever_the_damage_shows(path):
    whole = path.read_bytes()
    for cut in (100, 4096, 5000, len(whole) // 2, len(whole) - 4096):
        path.write_bytes(whole[:cut])
        refuse(DatabaseUnreadable, path, read_everything)
    for page in range(1, len(whole) // 4096):
        path.write_bytes(whole[: page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096 :])
        with suppress(StoreError):
            read_everything(str(path))


def test_no_flipped_bit_raises_anything_but_a_named_error(path):
    whole, chance = path.read_bytes(), random.Random(5)
    schema = range(whole.index(b"CREATE TABLE documents"), whole.index(b"CREATE TABLE documents") + 3_000, 100)
    for place in (*schema, *(chance.randrange(len(whole)) for _ in range(30))):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        for other in path.parent.iterdir():
            other.unlink()
        path.write_bytes(flipped)
        with suppress(ScannerError):
            read_everything(str(path))


def read_everything(url: str) -> None:
    with Store.open(url) as store:
        for row in store.scans(limit=100):
            store.scan(row.number)
        store.info()


def test_a_folder_is_not_a_database(tmp_path):
    refuse(StoreError, tmp_path)


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path):
    (tmp_path / "file").touch()
    refuse(StoreError, tmp_path / "file" / "audit.db")


def test_a_locked_database_is_busy_after_the_wait(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refuse(DatabaseBusy, path, lambda url: Store.open(url, wait=0.1))
        refuse(DatabaseBusy, path, lambda url: upgrade(url, wait=0.1))
        with Store.open(str(path), create=False, wait=0.1) as store:
            assert len(store.scans()) == 20, "readers do not wait for a writer"
            with pytest.raises(DatabaseBusy):
                store.save(scan())
            other.execute("ROLLBACK")
            assert store.save(scan()) == 21


def as_nobody(act: Callable[[], object]) -> str:
    """What ``act`` says when a user does it who owns nothing here: root itself may write anywhere."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            act()
            said = "done"
        except ScannerError as error:
            said = f"{type(error).__name__}: {error.message} | {error.hint}"
        except BaseException as error:
            said = f"{error!r}"
        os.write(say, said.encode())
        os._exit(0)
    os.close(say)
    os.waitpid(child, 0)
    with os.fdopen(hear) as pipe:
        return pipe.read()


@pytest.fixture
def public():
    """A folder every user can reach, with a database that only its owner may write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    with Store.open(str(folder / "audit.db")) as store:
        store.save(scan())
    (folder / "audit.db").chmod(0o644)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_folder_is_named_before_any_work(public):
    public.chmod(0o555)
    (public / "audit.db").chmod(0o444)
    for name in ("audit.db", "new.db", "new/new.db"):
        said = as_nobody(lambda name=name: Store.open(str(public / name)))
        assert said.startswith("StoreError: "), said
        assert str(public) in said
        assert "--db" in said
    assert [p.name for p in public.iterdir()] == ["audit.db"]


def test_a_read_only_file_in_a_folder_one_may_write_is_named_too(public):
    public.chmod(0o777)
    (public / "audit.db").chmod(0o444)
    said = as_nobody(lambda: Store.open(str(public / "audit.db")))
    assert said.startswith("StoreError: "), said
    assert "read-only" in said
    assert as_nobody(lambda: Store.open(str(public / "audit.db"), create=False).scan(1)) == "done"


def test_a_file_or_folder_one_may_not_read_is_named(public):
    (public / "audit.db").chmod(0o600)
    assert as_nobody(lambda: Store.open(str(public / "audit.db"))).startswith("StoreError: ")
    public.chmod(0o700)
    for create in (True, False):
        said = as_nobody(lambda create=create: Store.open(str(public / "audit.db"), create=create))
        assert said.startswith("StoreError: "), said
        assert "cannot be opened" in said


def test_a_full_disk_is_named_and_records_nothing(path):
    # A limit on the size of files stands in for a full disk: the write fails half-way through a transaction.
    code = f"""
import resource, signal, sys
from pathlib import Path
from scanner.errors import StoreError
from scanner.store import Store
from tests.store.scans import facts, scan
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store.open({str(path)!r})
store.save(scan(100))
limit = Path({str(path)!r} + "-wal").stat().st_size + 200_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    store.save(scan(facts=facts() | {{"pad": "x" * 1_000_000}}))
except StoreError as error:
    print(error.message, "|", error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True,
                          cwd=Path(__file__).parents[2])  # fmt: skip
    assert "not recorded" in done.stdout
    with Store.open(str(path)) as store:
        assert len(store.scans()) == 21
        assert store.save(scan(30)) == 22
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_server_that_is_not_there_is_named_without_its_password():
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    error = refuse(StoreError, "postgresql://user:secret@127.0.0.1:1/audit")
    assert "secret" not in error.message


def test_an_auditor_reads_and_verifies_what_lies_where_nothing_can_be_written(public):
    public.chmod(0o555)
    (public / "audit.db").chmod(0o444)

    def audit() -> None:
        with Store.open(str(public / "audit.db"), create=False) as store:
            assert store.verify().problems == ()
            assert store.scan(1) == scan()
            with pytest.raises(StoreError, match="read-only"):
                store.redact(1, reason="r", by="b", at="2026-11-30T12:00:00Z")

    assert as_nobody(audit) == "done"
    assert [p.name for p in public.iterdir()] == ["audit.db"]
