"""The pack of a period: what was judged, by what, with what waived, what changed, what was not seen, how it is proven.

recorded   what it is put together from
gather     the scans are read once and counted; with told, tally, waived, rows
words      what the pack says of itself
sheets     its tables, for formats of tables
page       for a person: one self-contained HTML file
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from scanner.errors import UsageError
from scanner.export.audit.gather import Asked, Pack, gather
from scanner.export.audit.sheets import SHEETS

__all__ = ["BINARY", "FORMATS", "ONE_SHEET", "SHEETS", "Asked", "Pack", "gather", "require"]

Write = Callable[[Pack, Path, str], None]
"""Write a pack to a file that is new; of formats that hold one sheet, that sheet."""


def _html(pack: Pack, file: Path, sheet: str) -> None:
    from scanner.export.audit.page import write_page

    write_page(pack, file, sheet)


def _csv(pack: Pack, file: Path, sheet: str) -> None:
    from scanner.export.audit.spreadsheet import write_csv

    write_csv(pack, file, sheet)


def _xlsx(pack: Pack, file: Path, sheet: str) -> None:
    from scanner.export.audit.workbook import write_workbook

    write_workbook(pack, file, sheet)


def _json(pack: Pack, file: Path, sheet: str) -> None:
    from scanner.export.audit.document import write_json

    write_json(pack, file, sheet)


def _parquet(pack: Pack, file: Path, sheet: str) -> None:
    from scanner.export.audit.parquet import write_parquet

    write_parquet(pack, file, sheet)


FORMATS: dict[str, Write] = {"html": _html, "csv": _csv, "xlsx": _xlsx, "json": _json, "parquet": _parquet}
ONE_SHEET = ("csv", "parquet")
BINARY = ("xlsx", "parquet")
_NEEDS = {"xlsx": ("xlsxwriter", "xlsx"), "parquet": ("duckdb", "bulk")}
"""What writes a format, and the extra that installs it."""


def require(format: str) -> None:
    """Make sure of what a format is written with, before any work is done.

    Raises:
        UsageError: it is not installed.
    """
    library, extra = _NEEDS.get(format, ("", ""))
    if library and find_spec(library) is None:
        raise UsageError(f"{format} needs {library}", hint=f'pip install "modelorigin[{extra}]", or use csv or json')
