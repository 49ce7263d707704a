"""A row for each reference, for a spreadsheet, where no cell begins a formula."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from io import StringIO

from scanner.export.codebase.reading import Json, read
from scanner.export.quoting import no_formula

_COLUMNS = (
    "path", "line", "column", "cell", "kind", "model", "revision", "pinned", "verdict", "rules", "message",
    "suppressed", "text", "how", "confidence", "flags", "reason", "new",
)  # fmt: skip
_ANSWERS = {True: "yes", False: "no"}


def as_csv(document: Json) -> str:
    """Texts in quotes, numbers without, unknown as an empty cell. Rules and messages are of what is found there."""
    base = read(document)
    found: dict[tuple[object, ...], list[Json]] = defaultdict(list)
    for finding in (*base.open, *base.accepted):
        for place in finding["places"]:
            found[finding["path"], place["line"], place["column"], place["cell"]].append(finding)
    text = StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for reference in base.document["references"]:
        here = found[reference["path"], reference["line"], reference["column"], reference["cell"]]
        told = {
            "rules": _joined(finding["rule"] for finding in here),
            "message": _joined(finding["message"] for finding in here),
            "suppressed": _joined(f["suppressed"]["by"] for f in here if f["suppressed"]),
        }
        rows.writerow([cell((reference | told)[column]) for column in _COLUMNS])
    return text.getvalue().rstrip("\n")


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def cell(value: object) -> str | int:
    """A value for a spreadsheet: an apostrophe makes a text of what it would compute."""
    if isinstance(value, bool):
        return _ANSWERS[value]
    if isinstance(value, int):
        return value
    return no_formula("" if value is None else " ".join(value) if isinstance(value, list) else str(value))
