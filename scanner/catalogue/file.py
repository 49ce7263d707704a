"""The catalogue's file: opened, read, written. One SQLite file; several processes may share it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from scanner.catalogue.schema import APPLICATION, INDEXES, TABLES, VERSION
from scanner.errors import DatabaseNewer, DatabaseUnreadable, StoreError, UsageError
from scanner.store.connection import WAIT, connect, default_url, file_of, locate, our_words, writing
from scanner.store.versions import make_folder, write_ahead

ANOTHER = "name another file with --catalogue or MODELORIGIN_CATALOGUE"
_CACHE = 64_000
"""KiB of the file that a load keeps in memory."""
MAKE_ONE = "fill one with: modelorigin crawl, or modelorigin catalogue import FILE"


def default_path(environ: Mapping[str, str] = os.environ) -> str:
    """``MODELORIGIN_CATALOGUE`` where set, else ``catalogue.db`` in the folder of the user's audit database.

    Raises:
        StoreError: the user has no home folder.
    """
    if chosen := environ.get("MODELORIGIN_CATALOGUE"):
        return chosen
    own = {name: value for name, value in environ.items() if name != "MODELORIGIN_DB"}
    return str(Path(default_url(own)).with_name("catalogue.db"))


class Catalogue:
    """An open catalogue. ``reading`` and ``writing`` give transactions; what goes wrong in them is a ``StoreError``."""

    def __init__(self, path: str, *, create: bool = False, wait: float = WAIT) -> None:
        """Open the file at ``path``, made first where ``create`` says so and there is none.

        Raises:
            StoreError: missing, not readable, not writable; DatabaseNewer, DatabaseUnreadable, DatabaseBusy.
            UsageError: not a path of a file.
        """
        self._url = locate(path)
        found = file_of(self._url)
        if found is None:
            raise UsageError("a catalogue is one SQLite file", hint="give a path; no database server is served")
        self.path = found
        if not create and not _exists(found):
            raise StoreError(f"there is no catalogue at {found}", hint=MAKE_ONE)
        if create:
            make_folder(self._url)
        self._engine = connect(self._url, wait=wait, mode="rwc" if create else "rw")
        try:
            with our_words(self._url):
                self._prepare(create, wait)
        except (StoreError, UsageError):
            self._engine.dispose()
            raise

    def _prepare(self, create: bool, wait: float) -> None:
        with self._engine.connect() as connection:
            application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            empty = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0
        if empty and create:
            with self._engine.execution_options(begin="").connect() as connection:
                write_ahead(connection, wait)
            with writing(self._engine) as connection:
                # Another process may have been first.
                if connection.exec_driver_sql("PRAGMA user_version").scalar_one() == 0:
                    for statement in (*_statements(TABLES), *_INDEXES.values()):
                        connection.exec_driver_sql(statement)
                    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
                    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
        elif application != APPLICATION:
            raise DatabaseUnreadable(f"{self.path} is not a catalogue", hint=f"nothing was changed; {ANOTHER}")
        elif version > VERSION:
            raise DatabaseNewer(
                f"the catalogue {self.path} has version {version}, this program knows only {VERSION}",
                hint=f"install the newer modelorigin that made it, or {ANOTHER}; nothing was changed",
            )
        elif create:
            self._index()

    def _index(self) -> None:
        """Make the indexes that the file lacks, or has in other words: it may be older than they are."""
        with self._engine.connect() as connection:
            lacking = _lacking(connection)
        if lacking:
            with writing(self._engine) as connection:
                # Another process may have been first.
                for name, statement in _lacking(connection).items():
                    connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
                    connection.exec_driver_sql(statement)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A connection that sees one state of the file from its first question to its last."""
        with our_words(self._url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A transaction that is kept whole or not at all; writers queue."""
        with our_words(self._url), writing(self._engine) as connection:
            yield connection

    @contextmanager
    def recording(self) -> Iterator[Any]:
        """A transaction kept whole or not at all, of whoever takes all numbers from this very file.

        References are not checked one by one, which takes a third of the time of many rows.
        """
        with our_words(self._url), self._engine.execution_options(begin="").connect() as connection:
            ask = connection.exec_driver_sql
            ask("PRAGMA foreign_keys = OFF")
            ask(f"PRAGMA cache_size = -{_CACHE}")
            ask("BEGIN IMMEDIATE")
            try:
                yield connection
                ask("COMMIT")
            finally:
                # Closed, and with it undone what was not committed; its settings are for nobody else.
                connection.invalidate()

    @contextmanager
    def loading(self, rows: int) -> Iterator[Any]:
        """As ``recording``, of many models: where more ``rows`` come than are held, indexes are made at the end."""
        with self.recording() as connection:
            many = rows > (connection.exec_driver_sql("SELECT max(num) FROM models").scalar() or 0)
            with without_indexes(connection, _INDEXES if many else ()):
                yield connection

    def meta(self, key: str) -> str | None:
        """A fact about the file itself."""
        with self.reading() as connection:
            value = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (key,)).scalar()
        return None if value is None else str(value)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def now() -> int:
    """The present moment in unix seconds."""
    return int(time.time())


@contextmanager
def without_indexes(connection: Any, names: Collection[str]) -> Iterator[None]:
    """Indexes of these names, as far as the file has them, are made anew at the end."""
    ask, held = connection.exec_driver_sql, _indexes(connection)
    dropped = {name: statement for name, statement in held.items() if name in names}
    for name in dropped:
        ask(f"DROP INDEX {name}")
    yield
    for statement in dropped.values():
        ask(statement)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise StoreError(f"the catalogue {path} cannot be opened: {error.strerror}", hint=ANOTHER) from error


def _indexes(connection: Any) -> dict[str, str]:
    """The indexes that the file has: name and statement."""
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    return dict(connection.exec_driver_sql(made).all())


def _lacking(connection: Any) -> dict[str, str]:
    held = _indexes(connection)
    return {name: statement for name, statement in _INDEXES.items() if held.get(name) != statement}


def _statements(script: str) -> list[str]:
    return [statement for part in script.split(";\n") if (statement := part.strip())]


_INDEXES = {statement.split()[2]: statement for statement in _statements(re.sub(r"--.*\n", "", INDEXES))}
"""Each by its name, in the words in which SQLite keeps it."""
