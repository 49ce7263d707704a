"""A scan as text. Formats read the versioned documents (facts/v1, decision/v1) and never internals.

account    what is said of a scan, as lines of our words and of quotes; with why, sections, tree
table      for a person at a terminal
markdown   for a comment on a change
onepage/   html: a page of each model, to be read, printed and filed; page/ is what every page is made of; pdf
document   json, jsonl: for programs
bom/       cyclonedx, spdx: bills of materials
codebase/  a scan of a code base, in its own formats
older      scans of older releases, which recorded less
quoting    text of strangers, made unable to act
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from scanner.errors import UsageError
from scanner.export.older import completed
from scanner.export.report import Failure, Report, ScanView, Screen

__all__ = ["FORMATS", "Failure", "ScanView", "Screen", "render", "render_pdf"]


FORMATS = {
    "table": ("table", "as_table"),
    "json": ("document", "as_json"),
    "jsonl": ("document", "as_jsonl"),
    "markdown": ("markdown", "as_markdown"),
    "html": ("onepage", "as_html"),
    "cyclonedx": ("bom.cyclonedx", "as_cyclonedx"),
    "cyclonedx-1.7": ("bom.cyclonedx", "as_newest_cyclonedx"),
    "spdx": ("bom.spdx", "as_spdx"),
}
"""Where each format is written: the module here and its function, imported when it is asked for."""

_AS_RECORDED = ("json", "jsonl")
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
    module, function = FORMATS[format]
    write = getattr(import_module(f"{__name__}.{module}"), function)
    report = Report(scans if format in _AS_RECORDED else [completed(view) for view in scans], failures)
    text: str = write(report, screen) if format == "table" else write(report)
    return text


def render_pdf(scans: Sequence[ScanView], failures: Sequence[Failure] = ()) -> bytes:
    """``html`` on paper.

    Raises:
        UsageError: what makes PDFs is not installed.
    """
    from scanner.export.pdf import as_pdf

    return as_pdf(render("html", scans, failures))
