"""The pack of a period: read in one transaction, written in every format that was asked for."""

from __future__ import annotations

import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scanner.cli.output import copy_file, output_lost, tell
from scanner.errors import DatabaseUnreadable, ScannerError, UsageError

if TYPE_CHECKING:
    from scanner.export.audit import Asked, Pack
    from scanner.log import Key, Witnessed
    from scanner.store import Period

SUFFIXES = {".html": "html", ".csv": "csv", ".xlsx": "xlsx", ".json": "json", ".parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class Destination:
    """``path`` None is stdout."""

    format: str
    path: Path | None


def destinations(format: str | None, output: Sequence[Path]) -> list[Destination]:
    """What goes where: a file by its suffix, stdout by ``format``.

    Raises:
        UsageError: neither says a format, or they disagree.
    """
    if not output:
        if format is None:
            raise UsageError(
                "in which format?", hint=f"give -o FILE that ends in one of {' '.join(SUFFIXES)}, or --format"
            )
        return [Destination(format, None)]
    found = []
    for path in output:
        known = SUFFIXES.get(path.suffix, format)
        if known is None:
            hint = f"end it in one of {' '.join(SUFFIXES)}, or give --format"
            raise UsageError(f"{path}: its suffix names no format", hint=hint)
        if format not in (None, known):
            raise UsageError(
                f"{path} is {known} by its suffix, and --format says {format}", hint="leave one of them out"
            )
        found.append(Destination(known, path))
    return found


def export_period(
    db: str | None,
    asked: Asked,
    wanted: Sequence[Destination],
    sheet: str,
    keys: Sequence[Key],
    kept: Sequence[tuple[str, Witnessed]],
) -> None:
    """Read the period and write its pack.

    Raises:
        NothingToScan: nothing was recorded in it.
        DatabaseUnreadable: the database is not what was recorded: nothing is written.
        ScannerError: some of it could not be written.
    """
    from scanner.export.audit import BINARY, FORMATS, gather, require
    from scanner.store import Store

    for one in wanted:
        require(one.format)
    if sys.stdout and sys.stdout.isatty() and any(one.path is None and one.format in BINARY for one in wanted):
        raise UsageError("that is no text for a terminal", hint="give -o FILE")
    with _folder() as folder:
        with Store.open(db, create=False) as store, store.period(asked.since, asked.until) as period:
            pack = gather(period, asked, _verification(period, keys, kept), folder)
        for number, one in enumerate(wanted):
            made = folder / f"{number}.{one.format}"
            FORMATS[one.format](pack, made, sheet)
            if one.path is None:
                _print(made)
            else:
                with made.open("rb") as source:
                    copy_file(source, one.path)
    _tell(pack, wanted)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for what is too much to hold.

    Raises:
        ScannerError: there is no room in it.
    """
    try:
        with TemporaryDirectory(prefix="modelorigin-") as folder:
            yield Path(folder)
    except OSError as error:
        raise ScannerError(
            f"cannot write the pack: {error.strerror or error}", hint="is there room? TMPDIR names another folder"
        ) from error


def _verification(period: Period, keys: Sequence[Key], kept: Sequence[tuple[str, Witnessed]]) -> dict[str, Any]:
    """What is found when the whole database is hashed anew.

    Raises:
        DatabaseUnreadable: it is not what was recorded.
    """
    from scanner.log import Witnessed

    found = period.verify(keys, kept)
    if found.problems:
        more = f", and {len(found.problems) - 1:,} more problems" if len(found.problems) > 1 else ""
        raise DatabaseUnreadable(
            f"the database is not what was recorded, or not that of the checkpoint: {found.problems[0]}{more}",
            hint="nothing was written; modelorigin audit verify tells what is wrong",
        )
    note = period.checkpoint()
    return {
        "log": found.origin,
        "records": found.size,
        "root": b64encode(found.root).decode(),
        "checkpoint": note,
        "checkpoint_size": Witnessed.parse(note).checkpoint.size if note else 0,
        "signed": found.signed,
        "witnessed": found.witnessed,
        "doubtful": [one.number for one in found.doubtful],
        "unchecked": list(found.unchecked),
    }


def _print(made: Path) -> None:
    """The bytes of a file on stdout, as they are.

    Raises:
        ScannerError: not all of them arrived.
    """
    if sys.stdout is None:
        raise output_lost("stdout is closed")
    try:
        with made.open("rb") as source:
            shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise output_lost(error.strerror) from error


def _tell(pack: Pack, wanted: Sequence[Destination]) -> None:
    population = pack.head["population"]
    where = ", ".join(str(one.path or "stdout") for one in wanted)
    tell(f"note: {population['decisions']:,} decisions of {population['scans']:,} scans, written to {where}")
