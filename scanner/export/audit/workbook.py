"""The pack as a workbook for a spreadsheet program: every sheet, no formula, no link, no macro."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.export.audit.gather import Pack
from scanner.export.audit.sheets import SHEETS, Column, Kind, Sheet, cell

_ROWS = 1_048_576
"""Rows of a sheet, its head among them: the format has no more."""
_CHARACTERS = 32_767
_CUT = "… (cut)"
_FORMATS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.DAY: {"num_format": "yyyy-mm-dd"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm:ss"},
    Kind.COUNT: {"num_format": "#,##0"},
}
_HEAD = {"bold": True, "bg_color": "#1b3a57", "font_color": "#ffffff", "valign": "top"}


def write_workbook(pack: Pack, file: Path, _sheet: str) -> None:
    """A sheet for each part of the pack; moments are in UTC.

    Raises:
        UsageError: a sheet has more rows than one may have.
    """
    from xlsxwriter import Workbook

    most = max(len(pack.decisions), len(pack.changes), len(pack.models), len(pack.waivers))
    if most >= _ROWS:
        raise UsageError(
            f"{most:,} rows are more than a workbook holds", hint="use csv, parquet or json, or shorter periods"
        )
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "tmpdir": str(file.parent),
    }  # fmt: skip
    with Workbook(str(file), options) as book:
        # The last moment of the period stands for that of writing: a clock would make every file another.
        until = date.fromisoformat(pack.head["period"]["until"])
        period = f"{pack.head['period']['since']} to {until}"
        book.set_properties(
            {"title": f"Models judged, {period}", "created": datetime(until.year, until.month, until.day)}
        )
        head = book.add_format(_HEAD)
        formats = {kind: book.add_format(dict(look)) for kind, look in _FORMATS.items()}
        for sheet in SHEETS.values():
            _write(book.add_worksheet(sheet.name), sheet, pack, head, formats)


def _write(page: Any, sheet: Sheet, pack: Pack, head: Any, formats: Mapping[Kind, Any]) -> None:
    page.freeze_panes(1, 0)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
    for at, column in enumerate(sheet.columns):
        page.write_string(0, at, f"{column.name} (UTC)" if column.kind is Kind.MOMENT else column.name, head)
    last = 0
    for last, row in enumerate(sheet.rows(pack), 1):
        for at, column in enumerate(sheet.columns):
            _put(page, last, at, row.get(column.name), column, formats)
    if last:
        page.autofilter(0, 0, last, len(sheet.columns) - 1)


def _put(page: Any, line: int, at: int, value: Any, column: Column, formats: Mapping[Kind, Any]) -> None:
    told = cell(value, column)
    if told is None:
        return
    if isinstance(told, int):
        page.write_number(line, at, told, formats[Kind.COUNT])
    elif moment := _moment(told, column.kind):
        page.write_datetime(line, at, moment, formats[column.kind])
    else:
        page.write_string(line, at, _cut(told))


def _cut(text: str) -> str:
    """``text`` as far as a cell holds it: the format counts in UTF-16."""
    if len(text) * 2 <= _CHARACTERS:
        return text
    units = text.encode("utf-16-le", "replace")
    if len(units) <= 2 * _CHARACTERS:
        return text
    return units[: 2 * (_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def _moment(text: str, kind: Kind) -> datetime | None:
    """The moment a text tells, without its zone, which a spreadsheet has not; None where it tells none."""
    if kind not in (Kind.DAY, Kind.MOMENT):
        return None
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    # Before 1900 a spreadsheet has no days.
    return moment if moment.year >= 1900 else None
