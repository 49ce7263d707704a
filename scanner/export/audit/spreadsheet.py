"""One sheet of the pack as CSV, in which no cell begins a formula."""

from __future__ import annotations

import csv
from pathlib import Path

from scanner.export.audit.gather import Pack
from scanner.export.audit.sheets import SHEETS, cell
from scanner.export.quoting import no_formula


def write_csv(pack: Pack, file: Path, sheet: str) -> None:
    """Texts in quotes, numbers without; what does not apply is an empty cell, what is not known says so."""
    told = SHEETS[sheet]
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        rows.writerow(column.name for column in told.columns)
        for row in told.rows(pack):
            values = [cell(row.get(column.name), column) for column in told.columns]
            rows.writerow(
                no_formula(value) if isinstance(value, str) else "" if value is None else value for value in values
            )
