"""A scan as text. Formats read the versioned documents (facts/v1, decision/v1) and never internals.

account    what is said of a scan, as lines of our words and of quotes; with why, sections, tree
table      for a person at a terminal
markdown   for a comment on a change
document   json, jsonl: for programs
quoting    text of strangers, made unable to act
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner.errors import UsageError
from scanner.export.report import Failure, Report, ScanView

__all__ = ["FORMATS", "Failure", "ScanView", "render"]

WIDTH = 80


def _table(report: Report, color: bool, width: int) -> str:
    from scanner.export.table import as_table

    return as_table(report, color=color, width=width)


def _markdown(report: Report, _color: bool, _width: int) -> str:
    from scanner.export.markdown import as_markdown

    return as_markdown(report)


def _json(report: Report, _color: bool, _width: int) -> str:
    from scanner.export.document import as_json

    return as_json(report)


def _jsonl(report: Report, _color: bool, _width: int) -> str:
    from scanner.export.document import as_jsonl

    return as_jsonl(report)


FORMATS: dict[str, Callable[[Report, bool, int], str]] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "markdown": _markdown,
}


def render(
    format: str, scans: Sequence[ScanView], failures: Sequence[Failure] = (), *, color: bool = False, width: int = WIDTH
) -> str:
    """The report on ``scans`` and on the models that were not judged, without a newline at its end.

    ``color`` allows colours, ``NO_COLOR`` in the environment forbids them; ``width`` is the terminal's, 0 when unknown.

    Raises:
        UsageError: there is no such format.
    """
    if format not in FORMATS:
        raise UsageError(f"no format {format!r}", hint=f"one of {', '.join(FORMATS)}")
    return FORMATS[format](Report(scans, failures), color, width)
