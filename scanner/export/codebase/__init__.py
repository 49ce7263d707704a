"""A scan of a code base as text. Formats read the document codebase/v1 and never internals.

reading     the document, harmless and in order; shared by all
telling     what is said of it, as sections of lines; with tree, the files
table       for a person at a terminal          markdown   for a comment on a change
document    json, jsonl: for programs           spreadsheet  csv
sarif, junit, github, gitlab                    for the machines that run builds
"""

from __future__ import annotations

from collections.abc import Callable

from scanner.errors import UsageError
from scanner.export.codebase.reading import Json
from scanner.export.report import Screen

__all__ = ["FORMATS", "render_codebase"]


def _table(document: Json, screen: Screen) -> str:
    from scanner.export.codebase.table import as_table

    return as_table(document, screen)


def _json(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.document import as_json

    return as_json(document)


def _jsonl(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.document import as_jsonl

    return as_jsonl(document)


def _sarif(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.sarif import as_sarif

    return as_sarif(document)


def _junit(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.junit import as_junit

    return as_junit(document)


def _github(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.github import as_commands

    return as_commands(document)


def _gitlab(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.gitlab import as_code_quality

    return as_code_quality(document)


def _markdown(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.markdown import as_markdown

    return as_markdown(document)


def _csv(document: Json, _screen: Screen) -> str:
    from scanner.export.codebase.spreadsheet import as_csv

    return as_csv(document)


FORMATS: dict[str, Callable[[Json, Screen], str]] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "gitlab": _gitlab,
    "markdown": _markdown,
    "csv": _csv,
}

_PAPER = Screen()


def render_codebase(format: str, document: Json, screen: Screen = _PAPER) -> str:
    """The document codebase/v1 in ``format``, without a newline at its end; only a table asks what it is drawn on.

    Raises:
        UsageError: there is no such format.
    """
    if format not in FORMATS:
        raise UsageError(f"no format {format!r}", hint=f"one of {', '.join(FORMATS)}")
    return FORMATS[format](document, screen)
