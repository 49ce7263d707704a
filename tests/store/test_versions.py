"""Older, newer, foreign: every file is recognised before anything is written, and an upgrade keeps what is recorded.

The next release is made here for real: a copy of the package and its migrations with one migration more.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import scanner
from scanner.errors import DatabaseNewer, DatabaseOutdated, DatabaseUnreadable, StoreError
from scanner.store import Store, guards, tables, upgrade, versions
from tests.store.older import first_database
from tests.store.scans import scan

ROOT = Path(scanner.__file__).parent.parent
NEXT = '''
"""A copied table loses its triggers: the worst a migration can do."""
import sqlalchemy as sa
from alembic import op
revision = "0003"
down_revision = "0002"
def upgrade() -> None:
    op.add_column("scans", sa.Column("remark", sa.Text))
    with op.batch_alter_table("evidence", recreate="always") as batch:
        batch.add_column(sa.Column("remark", sa.Text))
'''


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def path(tmp_path):
    """A database of this release with three scans."""
    path = tmp_path / "audit.db"
    with Store.open(str(path)) as store:
        for n in range(3):
            store.save(scan(n))
    return path


@pytest.fixture(scope="module")
def next_release(tmp_path_factory):
    """Run Python code in the next release; returns what it printed."""
    home = tmp_path_factory.mktemp("next")
    ignore = shutil.ignore_patterns("__pycache__", "data")
    shutil.copytree(ROOT / "scanner", home / "scanner", ignore=ignore)
    shutil.copytree(ROOT / "migrations", home / "migrations", ignore=ignore)
    (home / "migrations" / "versions" / "0003_next.py").write_text(NEXT)
    released = home / "scanner" / "store" / "tables.py"
    text = released.read_text()
    text = text.replace('HEAD = "0002"', 'HEAD = "0003"')
    text = re.sub(
        r'(Column\("verdict", Text, .*\n    Column\("facts_digest")', r'Column("remark", Text),\n    \1', text
    )
    assert "remark" in text
    released.write_text(text)

    def run(code: str) -> str:
        path = f"import sys; sys.path[:0] = [{str(home)!r}, {str(ROOT)!r}]\n"
        head = "from scanner.store import *; from scanner.errors import *; from tests.store.scans import scan\n"
        return python(path + head + code)

    return run


def folder(path: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in path.parent.iterdir()}


def objects(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows}


def test_the_number_of_the_newest_migration_is_known_without_alembic():
    script = ScriptDirectory(str(versions._migrations()))
    assert script.get_heads() == [tables.HEAD]
    assert [r.revision for r in script.walk_revisions()] == [f"{n:04}" for n in range(int(tables.HEAD), 0, -1)]


def test_a_migrated_database_and_a_new_one_are_alike(path, tmp_path):
    bare = tmp_path / "bare.db"
    config = Config()
    config.set_main_option("script_location", str(versions._migrations()))
    engine = versions.connect(versions.locate(str(bare)), wait=1, mode="rwc")
    with versions.writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert guards.missing_guards(connection) == []
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    engine.dispose()
    by_migration, by_creation = objects(bare), objects(path)
    assert by_migration.keys() == by_creation.keys()
    assert tables_of(bare) == tables_of(path)
    triggers = [name for name, *_ in guards.guards("sqlite")]
    assert {n: by_migration[n] for n in triggers} == {n: by_creation[n] for n in triggers}


def tables_of(path: Path) -> dict[str, tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [t.name for t in tables.metadata.sorted_tables]
        strict = dict(connection.execute("SELECT name, strict FROM pragma_table_list"))
        return {
            name: (
                strict[name],
                connection.execute(f"PRAGMA table_info({name})").fetchall(),
                sorted(r[2:] for r in connection.execute(f"PRAGMA foreign_key_list({name})")),
                sorted(re.findall(r"CONSTRAINT \w+ CHECK \([^()]*(?:\([^()]*\))?[^()]*\)", objects(path)[name])),
                sorted(r[1] for r in connection.execute(f"PRAGMA index_list({name})") if r[1].startswith("ix_")),
            )
            for name in names
        }


def test_the_next_release_names_an_older_file_and_leaves_it_alone(path, next_release):
    before = folder(path)
    for create in (True, False):
        said = next_release(
            f"try: Store.open({str(path)!r}, create={create})\n"
            "except DatabaseOutdated as error: print(error.message, '|', error.hint)"
        )
        assert "version 0002" in said
        assert "0003" in said
        assert "modelorigin db upgrade" in said
    assert folder(path) == before


def test_an_upgrade_keeps_every_row_and_puts_the_guards_back(path, next_release):
    said = next_release(
        f"print(*upgrade({str(path)!r}))\n"
        f"with Store.open({str(path)!r}) as store:\n"
        "    assert store.scan(2) == scan(1), store.scan(2)\n"
        "    assert store.save(scan(3)) == 4\n"
        "    info = store.info()\n"
        "    print(info['version'], info['counts']['evidence'], info['append_only'])"
    )
    assert said.splitlines() == ["0002 0003", "0003 16 True"]
    with closing(sqlite3.connect(path)) as connection:
        assert "remark" in [row[1] for row in connection.execute("PRAGMA table_info(evidence)")]
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("UPDATE evidence SET kind = 'x'")


def test_a_newer_file_is_named_and_left_alone(path, next_release):
    next_release(f"upgrade({str(path)!r})")
    before = folder(path)
    for act in (lambda: Store.open(str(path)), lambda: Store.open(str(path), create=False), lambda: upgrade(str(path))):
        with pytest.raises(DatabaseNewer, match="0003") as raised:
            act()
        assert raised.value.hint
    assert folder(path) == before


def test_the_scans_of_a_database_without_a_log_are_added_to_one(tmp_path):
    path = tmp_path / "first.db"
    made = [scan(1), scan(2, waivers_text="- rule: x\n"), scan(3, registry_digest="e" * 64)]
    first_database(path, dict(zip((1, 2, 4), made, strict=True)))
    with pytest.raises(DatabaseOutdated):
        Store.open(str(path))
    assert upgrade(str(path)) == ("0001", "0002")
    with Store.open(str(path)) as store:
        assert [store.scan(n) for n in (1, 2, 4)] == made
        assert store.save(scan(5)) == 5
        assert store.verify().problems == ()
        with store.period("2026-11-01", "2026-11-30") as period:
            assert [(one.number, one.before_log) for one in period.scans()] == [
                (1, True),
                (2, True),
                (4, True),
                (5, False),
            ]
    with closing(sqlite3.connect(path)) as connection:
        log = connection.execute(
            "SELECT kind, subject, body LIKE '%\"before_log\":true%' FROM log ORDER BY seq"
        ).fetchall()
    kinds = ["policy", "registry", "scan", "waivers", "scan", "registry", "scan", "registry", "scan"]
    assert [kind for kind, _, _ in log] == kinds
    assert [(subject, late) for kind, subject, late in log if kind == "scan"] == [
        ("1", 1),
        ("2", 1),
        ("4", 1),
        ("5", 0),
    ]


def test_upgrading_what_is_up_to_date_changes_no_row(path):
    assert upgrade(str(path)) == ("0002", "0002")
    with Store.open(str(path), create=False) as store:
        assert [store.scan(n) for n in (1, 2, 3)] == [scan(n) for n in range(3)]


def test_upgrading_nothing_makes_a_database(tmp_path):
    path = tmp_path / "new" / "audit.db"
    assert upgrade(str(path)) == (None, "0002")
    with Store.open(str(path), create=False) as store:
        assert store.scans() == []


def test_an_older_file_with_a_left_over_log_is_left_alone(path, next_release):
    # A writer that was killed leaves its log behind; it holds rows the file does not have yet.
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("INSERT INTO documents VALUES (?, 'facts', '{}')", ("9" * 64,))
        writer.commit()
        copy = path.parent / "copy"
        copy.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", copy / f"audit.db{suffix}")
    before = {k: v for k, v in folder(copy / "audit.db").items() if not k.endswith("-shm")}
    assert "audit.db-wal" in before
    with pytest.raises(AssertionError, match="DatabaseOutdated"):
        next_release(f"Store.open({str(copy / 'audit.db')!r})")
    assert {k: v for k, v in folder(copy / "audit.db").items() if not k.endswith("-shm")} == before


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE songs (title)",
        "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('0001')",
        "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE scans (x)",
        "CREATE TABLE alembic_version (v TEXT); CREATE TABLE scans (x)",
        "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE scans (x); "
        "INSERT INTO alembic_version VALUES ('0001'), ('0002')",
        "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE scans (x); "
        "INSERT INTO alembic_version VALUES ('ae1027a6acf')",
    ],
)
def test_a_database_of_another_program_is_not_touched(tmp_path, script):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    before = folder(path)
    for act in (lambda: Store.open(str(path)), lambda: upgrade(str(path))):
        with pytest.raises(StoreError) as raised:
            act()
        assert not isinstance(raised.value, DatabaseOutdated | DatabaseNewer)
        assert raised.value.hint
    assert folder(path) == before


def test_the_migrations_are_found_in_an_installed_package(tmp_path, path):
    ignore = shutil.ignore_patterns("__pycache__", "data")
    shutil.copytree(ROOT / "scanner", tmp_path / "site" / "scanner", ignore=ignore)
    shutil.copytree(ROOT / "migrations", tmp_path / "site" / "scanner" / "_migrations", ignore=ignore)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from scanner.store import upgrade, versions\n"
        f"print(versions._migrations(), *upgrade({str(path)!r}))"
    )
    assert python(code).split() == [str(tmp_path / "site" / "scanner" / "_migrations"), "0002", "0002"]


def test_opening_a_new_or_a_current_file_does_not_need_alembic(tmp_path):
    path = str(tmp_path / "a.db")
    code = (
        "import sys; from scanner.store import Store\n"
        f"Store.open({path!r}).close(); Store.open({path!r}).close()\n"
        "print('alembic' in sys.modules)"
    )
    assert python(code) == "False"


def test_a_version_that_is_no_number_is_named(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '٠٠٠١'")
        connection.commit()
    with pytest.raises(DatabaseUnreadable, match="unknown version"):
        Store.open(str(path))
