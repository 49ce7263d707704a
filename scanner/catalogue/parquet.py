"""A parquet file of the Hub's models, as the community publishes them, read through DuckDB.

A big file is asked by a process of its own: reading takes one processor, writing what was read the other.
"""

from __future__ import annotations

import gc
import marshal
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scanner.catalogue import columns, cutting
from scanner.catalogue.columns import Known
from scanner.catalogue.entry import entry_of
from scanner.catalogue.numbers import chunks
from scanner.catalogue.packed import Words
from scanner.catalogue.parts import Fields, Parts, fields_of
from scanner.errors import DataError, ScannerError, UsageError
from scanner.hub.listing import Unread, read_page

BATCH = 5_000
_BIG = 50_000
"""From so many rows on a process of its own is worth its start."""
_MEMORY = "2GB"
"""One group of rows is read at once; how large it is, its writer chose."""
_LAYOUT = "nothing was imported: the layouts that are read stand in the README"
_TOO_MUCH = "nothing was imported: its rows, or its groups of rows, are larger than any of the Hub's"
_DAMAGED = "compare its size and digest with what the publisher states, and fetch it again"

Batch = tuple[list[Fields], list[Unread]]
"""What an ``Entry`` holds of each row, and the rows that are no models."""


class Parquet:
    """An open file. ``missing`` are the facts it has no column for; ``rows`` how many there are."""

    def __init__(self, path: Path) -> None:
        """Open the file and look at its columns.

        Raises:
            UsageError: DuckDB is not installed.
            DataError: no parquet file, or none of the Hub's models.
        """
        self._path, self.words = path, Words()
        self._database = _Database(path)
        try:
            self._fields, self.rows = self._look(path)
        except DataError:
            self.close()
            raise
        self.missing = tuple(field for field in columns.FIELDS if field not in self._fields)

    def _look(self, path: Path) -> tuple[Known, int]:
        described = self._database.all(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {columns.reading(str(path))}")
        types = {str(name): str(kind) for name, kind, *_ in described}
        if said := columns.wrong(types):
            raise DataError(f"{'; '.join(said)}", file=path.name, hint=f"{_LAYOUT}; it has: {', '.join(types)}")
        fields = columns.known(types)
        rows: int = self._database.all(f"SELECT count(*) FROM {columns.reading(str(path))}")[0][0]
        return fields, rows

    def newest(self) -> int | None:
        """The newest ``lastModified``, in unix seconds: the file is not older than that."""
        date = columns.date("lastModified", self._fields)
        newest: int | None = self._database.all(f"SELECT max({date}) FROM {columns.reading(str(self._path))}")[0][0]
        return newest

    def distinct(self) -> bool:
        """True when no two rows share an ``_id`` or, in any case, a name."""
        ids = [self._fields[field][0] for field in ("_id", "id")]
        counts = f"count(*), count(DISTINCT {ids[0]}), count(DISTINCT lower({ids[1]}))"
        found = self._database.all(f"SELECT {counts} FROM {columns.reading(str(self._path))}")[0]
        return len(set(found)) == 1

    def batches(self) -> Iterator[Batch]:
        """Every row, in the order of the file; those that are not plain come last.

        Raises:
            DataError: the file is damaged.
            ScannerError: the process that reads it was ended by somebody.
        """
        if self.rows < _BIG:
            return _read(self._database, self._path, self._fields, self.words)
        return _apart(self._path, self._fields, self.words)

    def close(self) -> None:
        self._database.close()


class _Database:
    """A DuckDB that lives as long as the file is read."""

    def __init__(self, path: Path) -> None:
        try:
            import duckdb
        except ModuleNotFoundError as error:
            raise UsageError("reading parquet needs DuckDB", hint='pip install "modelorigin[bulk]"') from error
        self._failed, self._exhausted = duckdb.Error, duckdb.OutOfMemoryException
        self._name = path.name
        self._folder = TemporaryDirectory(prefix="modelorigin-")
        # One thread: each would hold a group of rows.
        self._connection = duckdb.connect(
            config={
                "memory_limit": _MEMORY,
                "threads": 1,
                "temp_directory": self._folder.name,
                "autoinstall_known_extensions": False,
            }
        )

    def ask(self, statement: str, parameters: Sequence[Any] = ()) -> Iterator[list[Any]]:
        try:
            cursor = self._connection.execute(statement, parameters)
            while rows := cursor.fetchmany(BATCH):
                yield rows
        except self._failed as error:
            said = str(error).partition("\n")[0]
            hint = _TOO_MUCH if isinstance(error, self._exhausted) else _DAMAGED
            raise DataError(f"cannot be read as parquet: {said}", file=self._name, hint=hint) from error

    def all(self, statement: str) -> list[Any]:
        return [row for rows in self.ask(statement) for row in rows]

    def close(self) -> None:
        self._connection.close()
        self._folder.cleanup()


def _read(database: _Database, path: Path, fields: Known, words: Words) -> Iterator[Batch]:
    parts = Parts(words)
    again: list[int] = []
    for rows in database.ask(cutting.parts(str(path), fields)):
        batch = []
        for number, plain, *cut in rows:
            found = parts.fields(cut) if plain else None
            if found is None:
                again.append(number)
            else:
                batch.append(found)
        yield batch, []
    for numbers in chunks(again):
        for rows in database.ask(columns.whole(str(path), fields), [list(numbers)]):
            yield _whole([text for (text,) in rows], words)


def _whole(texts: Sequence[str], words: Words) -> Batch:
    page = read_page(f"[{','.join(texts)}]".encode())
    entries = [entry for row in page.rows if (entry := entry_of(row.model, row.downloads_total)) is not None]
    return [fields_of(entry, words) for entry in entries], list(page.unread)


def _apart(path: Path, fields: Known, words: Words) -> Iterator[Batch]:
    """The batches that another process reads: it is one ahead."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    reader = context.Process(target=_send, args=(path, fields, there), daemon=True)
    reader.start()
    there.close()
    try:
        # A thread waits for the next batch: it is there when this one is written.
        with ThreadPoolExecutor(1) as waiting:
            coming = waiting.submit(here.recv_bytes)
            while body := coming.result():
                coming = waiting.submit(here.recv_bytes)
                # It comes from a process of ours, over a pipe that nobody else has.
                rows, new, unread, failed = marshal.loads(body)  # noqa: S302
                if failed:
                    raise DataError(failed[0], file=path.name, hint=failed[1])
                words.texts += new
                yield rows, [Unread(*row) for row in unread]
    except EOFError as error:
        hint = "is there enough memory? Nothing was kept"
        raise ScannerError(f"{path.name}: the process that reads it was ended", hint=hint) from error
    finally:
        here.close()
        reader.join()


def _send(path: Path, fields: Known, there: Connection) -> None:
    """What the reading process does; where nobody listens any more it ends."""
    # Nothing made here refers to itself: looking for what does would take a tenth of the time.
    gc.disable()
    with suppress(BrokenPipeError, KeyboardInterrupt), there:
        database = _Database(path)
        try:
            words, sent = Words(), 0
            for rows, unread in _read(database, path, fields, words):
                new, sent = words.texts[sent:], len(words.texts)
                there.send_bytes(marshal.dumps((rows, new, [(row.body, row.why) for row in unread], ())))
            there.send_bytes(b"")
        except DataError as error:
            there.send_bytes(marshal.dumps(([], [], [], (error.message.removeprefix(f"{path.name}: "), error.hint))))
        finally:
            database.close()
