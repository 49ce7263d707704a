"""A scan as text. Formats read the versioned documents (facts/v1, decision/v1) and never internals.

account    what is said of a scan, as lines of our words and of quotes; with why, sections, tree
table      for a person at a terminal
markdown   for a comment on a change
document   json, jsonl: for programs
bom/       cyclonedx, spdx: bills of materials
codebase/  a scan of a code base, in its own formats
quoting    text of strangers, made unable to act
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner.errors import UsageError
from scanner.export.report import Failure, Report, ScanView, Screen

__all__ = ["FORMATS", "Failure", "ScanView", "Screen", "render"]


def _table(report: Report, screen: Screen) -> str:
    from scanner.export.table import as_table

    return as_table(report, screen)


def _markdown(report: Report, _screen: Screen) -> str:
    from scanner.export.markdown import as_markdown

    return as_markdown(report)


def _json(report: Report, _screen: Screen) -> str:
    from scanner.export.document import as_json

    return as_json(report)


def _jsonl(report: Report, _screen: Screen) -> str:
    from scanner.export.document import as_jsonl

    return as_jsonl(report)


def _cyclonedx(report: Report, _screen: Screen) -> str:
    from scanner.export.bom.cyclonedx import as_cyclonedx

    return as_cyclonedx(report)


def _newest_cyclonedx(report: Report, _screen: Screen) -> str:
    from scanner.export.bom.cyclonedx import NEWEST, as_cyclonedx

    return as_cyclonedx(report, NEWEST)


def _spdx(report: Report, _screen: Screen) -> str:
    from scanner.export.bom.spdx import as_spdx

    return as_spdx(report)


FORMATS: dict[str, Callable[[Report, Screen], str]] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "markdown": _markdown,
    "cyclonedx": _cyclonedx,
    "cyclonedx-1.7": _newest_cyclonedx,
    "spdx": _spdx,
}

_PAPER = Screen()


def render(format: str, scans: Sequence[ScanView], failures: Sequence[Failure] = (), screen: Screen = _PAPER) -> str:
    """The report on ``scans`` and on the models that were not judged, without a newline at its end.

    Only a table asks what it is drawn on.

    Raises:
        UsageError: there is no such format.
        NothingToScan: a bill of materials of no judged model was asked for.
    """
    if format not in FORMATS:
        raise UsageError(f"no format {format!r}", hint=f"one of {', '.join(FORMATS)}")
    return FORMATS[format](Report(scans, failures), screen)
