"""The schema version of a database: read it, make a new file at head, bring an old one there by Alembic."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, false, inspect, select
from sqlalchemy.exc import OperationalError

from scanner.errors import DatabaseNewer, DatabaseOutdated, DatabaseUnreadable, StoreError
from scanner.store import guards, journal, tables
from scanner.store.connection import (
    ANOTHER,
    SEALED,
    WAIT,
    connect,
    file_of,
    is_sealed,
    locate,
    name_of,
    our_words,
    writing,
)
from scanner.store.tables import HEAD

_FIRST_LOG = "0002"


def version_at(url: URL, wait: float = WAIT) -> str | None:
    """The schema version of the database at ``url``, read without changing it; None when there is no database yet.

    Raises:
        DatabaseUnreadable: something else lies there.
        StoreError: it cannot be opened.
    """
    path = file_of(url)
    try:
        if path is not None and not path.exists():
            return None
        # The last writer to close folds the log into the file; where a log is left over, only a reader leaves both be.
        left_over = path is not None and path.with_name(path.name + "-wal").exists()
    except OSError as error:
        raise StoreError(f"the database {path} cannot be opened: {error.strerror}", hint=ANOTHER) from error
    mode = "ro" if left_over else SEALED if path is not None and is_sealed(path) else "rw"
    engine = connect(url, wait=wait, mode=mode)
    try:
        with our_words(url), engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            if not names:
                return None
            if not {tables.version.name, tables.scans.name} <= names:
                raise DatabaseUnreadable(
                    f"the database {name_of(url)} belongs to another program",
                    hint=f"nothing was changed; {ANOTHER}",
                )
            return " ".join(map(str, connection.execute(select(tables.version.c.version_num)).scalars()))
    finally:
        engine.dispose()


def ready(url: URL, wait: float = WAIT) -> Engine:
    """An engine on the database at ``url``, which is made where there is none and proven to be writable.

    Two processes may do so at once: the one that comes second finds the work done.
    """
    make_folder(url)
    engine = connect(url, wait=wait, mode="rwc")
    try:
        with our_words(url):
            if file_of(url) is not None:
                with engine.execution_options(begin="").connect() as connection:
                    write_ahead(connection, wait)
            with writing(engine) as connection:
                if not inspect(connection).has_table(tables.version.name):
                    _create(connection)
                # On a read-only file SQLite quietly begins to read instead; only a statement that writes tells.
                connection.execute(tables.version.delete().where(false()))
    except StoreError:
        engine.dispose()
        raise
    return engine


def _create(connection: Connection) -> None:
    """Make all tables and guards in an empty database, begin its log and stamp it with ``HEAD``."""
    tables.metadata.create_all(connection)
    tables.version.create(connection)
    guards.guard(connection)
    journal.begin(connection)
    connection.execute(tables.version.insert().values(version_num=HEAD))


def make_folder(url: URL) -> None:
    path = file_of(url)
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"the folder {path.parent} cannot be made: {error.strerror}", hint=ANOTHER) from error


def write_ahead(connection: Connection, wait: float) -> None:
    """Switch the file to a write-ahead log, which lets readers and one writer work side by side; it stays so."""
    deadline = time.monotonic() + wait
    while True:
        try:
            mode = connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar_one()
        except OperationalError as error:
            # Two processes that switch at once are refused without waiting, whatever the busy timeout says.
            if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            break
    if mode != "wal":
        raise StoreError(
            "the file system cannot hold a database that several processes write",
            hint="keep the audit database on a local disk, or use PostgreSQL",
        )


def refuse_other_versions(url: URL, found: str) -> None:
    """Raise the error that says what to do about a database whose version ``found`` is not ``HEAD``."""
    name = name_of(url)
    if not re.fullmatch(r"[0-9]{4}", found):
        raise DatabaseUnreadable(
            f"the database {name} has the unknown version {found[:40]!r}",
            hint=f"nothing was changed; {ANOTHER}",
        )
    if int(found) < int(HEAD):
        raise DatabaseOutdated(
            f"the database {name} has version {found}, this program works with {HEAD}; nothing was changed",
            hint="modelorigin db upgrade",
        )
    if int(found) > int(HEAD):
        raise DatabaseNewer(
            f"the database {name} has version {found}, this program knows only {HEAD}; nothing was changed",
            hint="install the newer modelorigin that made it, or name another file with --db",
        )


def upgrade(url: str | None = None, *, wait: float = WAIT) -> tuple[str | None, str]:
    """Bring the database at ``url`` to ``HEAD`` in one transaction and put every guard in place.

    The scans of a database that had no log are added to it in their order, marked as older than the log.

    Returns the version it had (None: there was none, it was made) and the one it has now.

    Raises:
        DatabaseNewer: made by a newer version; nothing was changed.
        StoreError: as ``Store.open``; nothing was changed.
    """
    address = locate(url)
    found = version_at(address, wait)
    if found is None:
        ready(address, wait).dispose()
        return None, HEAD
    with suppress(DatabaseOutdated):
        refuse_other_versions(address, found)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    engine = connect(address, wait=wait)
    try:
        with our_words(address), writing(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if found < _FIRST_LOG:
                journal.adopt(connection)
    finally:
        engine.dispose()
    return found, HEAD


def _migrations() -> Path:
    """The folder of the migrations: inside the installed package, or beside it in a checkout."""
    package = Path(str(files("scanner")))
    shipped = package / "_migrations"
    return shipped if shipped.is_dir() else package.parent / "migrations"
