"""A scan of a code base as text. Formats read the document codebase/v1 and never internals.

reading     the document, harmless and in order; shared by all
telling     what is said of it, as sections of lines; with tree, the files
table       for a person at a terminal          markdown   for a comment on a change
document    json, jsonl: for programs           spreadsheet  csv
html        to be read and filed: the code base, then a page of each model
bill        cyclonedx, spdx: what it uses, as a bill of materials
sarif, junit, github, gitlab                    for the machines that run builds
"""

from __future__ import annotations

from importlib import import_module

from scanner.errors import UsageError
from scanner.export.codebase.reading import Json
from scanner.export.report import Screen

__all__ = ["FORMATS", "render_codebase"]

FORMATS = {
    "table": ("table", "as_table"),
    "json": ("document", "as_json"),
    "jsonl": ("document", "as_jsonl"),
    "sarif": ("sarif", "as_sarif"),
    "junit": ("junit", "as_junit"),
    "github": ("github", "as_commands"),
    "gitlab": ("gitlab", "as_code_quality"),
    "markdown": ("markdown", "as_markdown"),
    "csv": ("spreadsheet", "as_csv"),
    "html": ("html", "as_html"),
    "cyclonedx": ("bill", "as_cyclonedx"),
    "cyclonedx-1.7": ("bill", "as_newest_cyclonedx"),
    "spdx": ("bill", "as_spdx"),
}
"""Where each format is written: the module here and its function, imported when it is asked for."""

_PAPER = Screen()


def render_codebase(format: str, document: Json, screen: Screen = _PAPER) -> str:
    """The document codebase/v1 in ``format``, without a newline at its end; only a table asks what it is drawn on.

    Raises:
        UsageError: there is no such format.
    """
    if format not in FORMATS:
        raise UsageError(f"no format {format!r}", hint=f"one of {', '.join(FORMATS)}")
    module, function = FORMATS[format]
    write = getattr(import_module(f"{__name__}.{module}"), function)
    text: str = write(document, screen) if format == "table" else write(document)
    return text
