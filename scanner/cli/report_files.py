"""Reports on a code base: which format goes where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from scanner.cli.output import BILLS, emit, format_of, in_a_folder, report, screen, write_file
from scanner.errors import ScannerError, UsageError
from scanner.export.codebase import FORMATS, render_codebase

SUFFIXES = {
    ".txt": "table", ".json": "json", ".jsonl": "jsonl", ".sarif": "sarif", ".xml": "junit", ".md": "markdown",
    ".csv": "csv", ".html": "html", **BILLS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Destination:
    format: str
    path: Path


def destinations(ctx: click.Context, parameter: click.Parameter, texts: Sequence[str]) -> tuple[Destination, ...]:
    """``FORMAT:FILE``, or ``FILE`` by its suffix.

    Raises:
        UsageError: no format, or no folder there.
    """
    named = []
    for text in texts:
        format, colon, file = text.partition(":")
        path = Path(file) if colon and format in FORMATS else Path(text)
        known = format if colon and format in FORMATS else format_of(path, SUFFIXES)
        if known is None:
            raise UsageError(
                f"{text}: its suffix names no format",
                hint=f"write FORMAT:FILE, or end it in one of {' '.join(SUFFIXES)}",
            )
        in_a_folder(ctx, parameter, path)
        named.append(Destination(known, path))
    return tuple(named)


def publish_codebase(document: Mapping[str, Any], format: str, output: Sequence[Destination], quiet: bool) -> None:
    """The report in each destination, and on stdout in ``format``.

    Raises:
        ScannerError: some of it is lost; what could be written is written.
    """
    from scanner.export import Screen

    lost: list[ScannerError] = []
    for one in output:
        try:
            write_file(one.path, render_codebase(one.format, document, Screen(width=100)))
        except ScannerError as error:
            lost.append(error)
    if not quiet:
        try:
            emit(render_codebase(format, document, screen()))
        except ScannerError as error:
            lost.append(error)
    for earlier in lost[:-1]:
        report(earlier)
    if lost:
        raise lost[-1]
