"""Where the database lies and how it is spoken to: address, connection, transactions, and errors in our words."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, insert, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from scanner.errors import DatabaseBusy, DatabaseUnreadable, StoreError, UsageError
from scanner.text import clean_line

WAIT = 60.0
"""Seconds to wait for another writer."""
ANOTHER = "name another file with --db or MODELORIGIN_DB"


def default_url(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """``MODELORIGIN_DB`` where set, else ``modelorigin/audit.db`` in the user's data folder.

    Raises:
        StoreError: the user has no home folder.
    """
    if chosen := environ.get("MODELORIGIN_DB"):
        return chosen
    for variable in ("XDG_DATA_HOME", "LOCALAPPDATA") if platform == "win32" else ("XDG_DATA_HOME",):
        folder = Path(environ.get(variable, ""))
        if folder.is_absolute():
            return str(folder / "modelorigin" / "audit.db")
    try:
        home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError as error:
        raise StoreError("no home folder to keep the audit database in", hint=ANOTHER) from error
    tail = {"darwin": "Library/Application Support", "win32": "AppData/Local"}.get(platform, ".local/share")
    return str(home / tail / "modelorigin" / "audit.db")


def locate(url: str | None) -> URL:
    """The address of a database: a path, ``sqlite:///path`` or ``postgresql...://``; None is ``default_url()``.

    Raises:
        UsageError: not an address, a database that lives in memory only, or a kind that is not served.
    """
    text = url or default_url()
    if "://" not in text:
        address = URL.create("sqlite", database=text if text == ":memory:" else _expanded(text))
    else:
        try:
            address = make_url(text)
        except ArgumentError as error:
            raise UsageError("not a database address", hint="give a path or sqlite:///path/to/audit.db") from error
    kind = address.get_backend_name()
    if kind == "postgresql":
        return address if "+" in address.drivername else address.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise UsageError(f"databases of the kind {kind!r} are not served", hint="use SQLite (a path) or PostgreSQL")
    if not address.database or address.database.startswith((":memory:", "file:")) or address.query:
        raise UsageError("an audit database is a plain file, never memory", hint="give a path or sqlite:///path")
    return URL.create("sqlite", database=str(Path(address.database).absolute()))


def _expanded(path: str) -> str:
    try:
        return str(Path(path).expanduser())
    except RuntimeError as error:
        raise UsageError(f"no such user: {path!r}", hint="give the path of a file") from error


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; None for a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def name_of(url: URL) -> str:
    """The database as a person names it: the path of a file, the address of a server without its password."""
    return str(file_of(url) or url.render_as_string(hide_password=True))


SEALED = "sealed"
"""The mode for a file that nobody writes: SQLite looks for no write-ahead log, which it could not make."""


def is_sealed(path: Path) -> bool:
    """True for a file as an auditor has it: in a folder that cannot be written, and nobody is at work on it."""
    return not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()


def connect(url: URL, *, wait: float, mode: str = "rw") -> Engine:
    """An engine on ``url``. ``mode`` is SQLite's (``ro``, ``rw``, ``rwc``) or ``SEALED``; ``wait`` the seconds to wait
    for a writer.

    Transactions begin when SQLAlchemy says so, not when the driver guesses, and with the statement that the execution
    option ``begin`` gives.
    """
    path = file_of(url)
    if path is None:
        try:
            return create_engine(url, pool_pre_ping=True)
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreError("the PostgreSQL driver is missing", hint="pip install 'modelorigin[postgres]'") from error
    sealed = {"immutable": "1"} if mode == SEALED else {}
    address = URL.create(
        "sqlite", database=path.as_uri(), query={"mode": "ro" if sealed else mode, "uri": "true", **sealed}
    )
    engine = create_engine(address, connect_args={"timeout": wait})

    @event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: Any) -> None:
        driver.isolation_level = None
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction whose changes are all kept, or none. It takes the write lock first, so that two writers queue."""
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it is now, whatever others write meanwhile."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.execution_options(**options).begin() as connection:
        yield connection


def add(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert ``rows``, tuples in the order of ``names``. SQLite's driver takes them as they are."""
    if connection.dialect.name == "sqlite":
        into, marks = f"{table.name} ({', '.join(names)})", ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", list(rows))  # noqa: S608 - our own names
    else:
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def stream(connection: Connection, query: Any) -> Iterator[Any]:
    """The rows as tuples, never all at once. SQLite's driver gives them itself: a wrapper takes longest."""
    if connection.dialect.name == "sqlite":
        rows: Any = connection.execute(query).cursor
        return iter(rows)
    return map(tuple, connection.execute(query, execution_options={"yield_per": 1_000}))


_BY_CODE: dict[str, tuple[type[StoreError], str, str]] = {
    "BUSY": (DatabaseBusy, "is locked by another process", "wait for it to end, or use another file with --db"),
    "LOCKED": (DatabaseBusy, "is locked by another process", "wait for it to end, or use another file with --db"),
    "NOTADB": (DatabaseUnreadable, "is not a database", f"nothing was changed; {ANOTHER}"),
    "CORRUPT": (DatabaseUnreadable, "is damaged", "keep the file for inspection and restore a backup"),
    "FORMAT": (DatabaseUnreadable, "is damaged", "keep the file for inspection and restore a backup"),
    "READONLY": (StoreError, "cannot be written: it is read-only", f"allow writing to file and folder, or {ANOTHER}"),
    "CANTOPEN": (StoreError, "cannot be opened", f"check that you may read and write file and folder, or {ANOTHER}"),
    "PERM": (StoreError, "cannot be opened", f"check that you may read and write file and folder, or {ANOTHER}"),
    "FULL": (StoreError, "cannot grow: the disk is full", "free some space; this was not recorded"),
    "IOERR": (StoreError, "cannot be read or written: the disk failed", "check the disk; this was not recorded"),
}


@contextmanager
def our_words(url: URL) -> Iterator[None]:
    """Turn what the driver raises into a ``StoreError`` that names the database and says what to do."""
    try:
        yield
    except UnicodeDecodeError as error:
        kind, what, hint = _BY_CODE["CORRUPT"]
        raise kind(f"the database {name_of(url)} {what} (a text is not UTF-8)", hint=hint) from error
    except OverflowError as error:
        raise StoreError(
            f"the database {name_of(url)} holds no number as large", hint="nothing was recorded"
        ) from error
    except (DBAPIError, sqlite3.Error) as error:
        # SQLAlchemy wraps what its own calls raise; ``stream`` reads from the driver.
        orig = error.orig if isinstance(error, DBAPIError) else error
        found = re.match(r"SQLITE_([A-Z]+)", getattr(orig, "sqlite_errorname", ""))
        # The one SQLite error without a code is a stored text that is no longer UTF-8.
        code = found.group(1) if found else "CORRUPT" if file_of(url) else ""
        kind, what, hint = _BY_CODE.get(code, (StoreError, "did not do as asked", f"see the detail, or {ANOTHER}"))
        detail = clean_line(str(orig).strip().partition("\n")[0], 120)
        raise kind(f"the database {name_of(url)} {what} ({detail})", hint=hint) from error
