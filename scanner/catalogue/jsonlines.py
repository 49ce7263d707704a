"""A file of JSON lines, each a model as the Hub's list shows it, gzip or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from scanner import jsontext
from scanner.catalogue.entry import entry_of, seconds
from scanner.catalogue.packed import Words
from scanner.catalogue.parts import Fields, fields_of
from scanner.errors import DataError, HubProtocolError
from scanner.hub.answers import date
from scanner.hub.listing import Unread, read_page

GZIP = b"\x1f\x8b"
_BATCH = 2_000
_LONGEST = 1 << 26
"""Bytes of a line. The longest row of the Hub's list is a megabyte or two."""
_KEPT = 1 << 20
"""Bytes that are kept of a longer one."""
_DAMAGED = "compare its size and digest with what its maker states, and fetch it again"


class JsonLines:
    """An open file. ``rows`` is how many lines there are."""

    missing: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        """Read the file once: whole, and with a model in it.

        Raises:
            DataError: cut off, damaged, or no line of it is a model.
        """
        self._path, self.words = path, Words()
        self.rows, self._newest, models = 0, None, 0
        for line in self._lines():
            self.rows += 1
            row = _mapping(line)
            models += {"_id", "id"} <= row.keys() or {"_id", "modelId"} <= row.keys()
            changed = seconds(date(row.get("lastModified")))
            self._newest = max((at for at in (self._newest, changed) if at is not None), default=None)
        if not models:
            hint = "read are parquet, JSON lines as the Hub's list shows models, and bundles of catalogue export"
            raise DataError("no line of it is a model: nothing was imported", file=path.name, hint=hint)

    def newest(self) -> int | None:
        """The newest ``lastModified``, in unix seconds: the file is not older than that."""
        return self._newest

    def batches(self) -> Iterator[tuple[list[Fields], list[Unread]]]:
        """Every line, in order."""
        found: list[Fields] = []
        unread: list[Unread] = []
        for number, line in enumerate(self._lines(), 1):
            row = _row(line, self.words)
            if isinstance(row, Unread):
                unread.append(row)
            else:
                found.append(row)
            if number % _BATCH == 0:
                yield found, unread
                found, unread = [], []
        yield found, unread

    def close(self) -> None:
        pass

    def _lines(self) -> Iterator[bytes]:
        """The lines that are not blank; of one that is too long the beginning."""
        try:
            with self._open() as file:
                while line := file.readline(_LONGEST + 1):
                    while len(line) > _LONGEST and (rest := file.readline(_LONGEST)) and not rest.endswith(b"\n"):
                        pass
                    if line := line.removeprefix(b"\xef\xbb\xbf").strip():
                        yield line
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"cannot be read: {error}", file=self._path.name, hint=_DAMAGED) from error

    def _open(self) -> IO[bytes]:
        with self._path.open("rb") as file:
            zipped = file.read(2) == GZIP
        return cast(IO[bytes], gzip.open(self._path)) if zipped else self._path.open("rb")


def _mapping(line: bytes) -> dict[str, Any]:
    with suppress(jsontext.NotJson):
        value = jsontext.parse(line).value if len(line) <= _LONGEST else None
        if isinstance(value, dict):
            return value
    return {}


def _row(line: bytes, words: Words) -> Fields | Unread:
    if len(line) > _LONGEST:
        return Unread(line[:_KEPT], f"longer than {_LONGEST >> 20} MiB; only its beginning is kept")
    try:
        page = read_page(b"[" + line + b"]")
    except HubProtocolError:
        return Unread(line, "not a JSON object")
    if len(page) != 1:
        return Unread(line, "more than one JSON object")
    if page.unread:
        return Unread(line, page.unread[0].why)
    entry = entry_of(page.rows[0].model, page.rows[0].downloads_total)
    return Unread(line, "no readable _id") if entry is None else fields_of(entry, words)
