"""What a command hands over: text on stdout, reports in files. The one place that writes either."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj, copymode, get_terminal_size
from typing import TYPE_CHECKING, BinaryIO

import click

from scanner.errors import ScannerError, UsageError

if TYPE_CHECKING:
    from scanner.export import Failure, ScanView, Screen

BILLS = {".cdx.json": "cyclonedx", ".spdx.json": "spdx"}
"""Endings of bills of materials."""
SUFFIXES = {
    ".json": "json", ".jsonl": "jsonl", ".md": "markdown", ".txt": "table", ".html": "html", ".pdf": "pdf", **BILLS,
}  # fmt: skip
FORMATS = ("table", "json", "jsonl", "markdown", "html", "cyclonedx", "cyclonedx-1.7", "spdx", "pdf")
"""How scans can be shown; the last one in a file only."""
WIDTH, HEIGHT = 100, 40
"""The terminal that is assumed where there is none, in columns and rows."""
_PROMPT = 2
"""Rows of a terminal that the next prompt takes, and the command that was typed."""


def emit(text: str) -> None:
    """``text`` on stdout, as it is; what the encoding of stdout lacks stands as a ``\\uXXXX`` of JSON.

    Raises:
        ScannerError: not all of it arrived.
    """
    if sys.stdout is None:
        raise output_lost("stdout is closed")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        click.echo(text.rstrip("\n").encode(encoding, _ESCAPED).decode(encoding), color=True)
    except OSError as error:
        raise output_lost(error.strerror) from error


def _escaped(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_ESCAPED = "modelorigin.escaped"
codecs.register_error(_ESCAPED, _escaped)


def output_lost(reason: str | None) -> ScannerError:
    """The error for output that did not arrive; what is left of it is dropped, so that the end of Python is silent."""
    if sys.stdout is not None:
        with suppress(OSError), Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return ScannerError(
        f"cannot write to stdout: {reason}", hint="what was printed is not all; use -o FILE for a report"
    )


def tell(text: str, *, newline: bool = True) -> None:
    """``text`` on stderr; one that is closed or full changes nothing."""
    with suppress(OSError):
        click.echo(text, err=True, nl=newline)


def report(error: ScannerError) -> None:
    """One line of reason and one of advice on stderr."""
    from scanner.text import clean_line

    tell(f"error: {clean_line(error.message, 1000)}")
    if error.hint:
        tell(f"hint: {clean_line(error.hint, 1000)}")


def on_terminal() -> bool:
    """True when a person may watch stderr."""
    return sys.stderr is not None and sys.stderr.isatty()


def check_output(format: str, output: Sequence[Path]) -> None:
    """Nothing, where a PDF that is asked for can be made and has a file to go to: before any work is done.

    Raises:
        UsageError: it cannot.
    """
    files = [path for path in output if path.suffix == ".pdf"]
    if format == "pdf" and not files:
        raise UsageError("a PDF is written to a file, not to stdout", hint="add -o report.pdf")
    if files:
        from scanner.export.pdf import available

        available()


def publish(
    views: Sequence[ScanView], failures: Sequence[Failure], format: str, output: Sequence[Path], quiet: bool
) -> None:
    """The report in each file of ``output``, in the format of its suffix, and on stdout in ``format``.

    Raises:
        ScannerError: some of it is lost; what could be written is written.
    """
    lost: list[ScannerError] = []
    for path in output:
        try:
            write_file(path, _written(format_of(path, SUFFIXES) or format, views, failures))
        except ScannerError as error:
            lost.append(error)
    # The errors stand on stderr already: a table of nothing else would only repeat them.
    if not quiet and format != "pdf" and (views or format != "table"):
        try:
            emit(_text(format, views, failures, printed=True))
        except ScannerError as error:
            lost.append(error)
    for earlier in lost[:-1]:
        report(earlier)
    if lost:
        raise lost[-1]


def _written(format: str, views: Sequence[ScanView], failures: Sequence[Failure]) -> str | bytes:
    from scanner.export import render_pdf

    return render_pdf(views, failures) if format == "pdf" else _text(format, views, failures)


def _text(format: str, views: Sequence[ScanView], failures: Sequence[Failure], *, printed: bool = False) -> str:
    """The report; ``printed`` for a screen, which has colours and an end, and not every character."""
    from scanner.export import Screen, render

    return render(format, views, failures, screen() if printed else Screen(width=WIDTH))


def screen() -> Screen:
    """What stdout is."""
    from scanner.export import Screen

    if sys.stdout is None:
        return Screen(width=WIDTH)
    tty = sys.stdout.isatty()
    columns, lines = get_terminal_size((WIDTH, HEIGHT)) if tty else (WIDTH, HEIGHT)
    return Screen(color=tty, width=columns, rows=max(lines, HEIGHT) - _PROMPT, ascii=not _draws())


def _draws() -> bool:
    """True when stdout can hold the characters a table is drawn with."""
    try:
        "─│├└→…█▏".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def format_of(path: Path, endings: Mapping[str, str]) -> str | None:
    """The format that the name of ``path`` ends in, by its last two suffixes or else by its last."""
    return endings.get("".join(path.suffixes[-2:])) or endings.get(path.suffix)


def known_suffixes(_ctx: click.Context, _parameter: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """``paths`` as they are, where each names a format and can be written; a device or a pipe needs no suffix.

    Raises:
        UsageError: a suffix names no format, or the folder is missing or closed: before any work is done.
    """
    for path in paths:
        if format_of(path, SUFFIXES) is None and not _is_stream(path):
            raise UsageError(f"{path}: its suffix names no format", hint=f"end it in one of {' '.join(SUFFIXES)}")
        in_a_folder(_ctx, _parameter, path)
    return paths


def in_a_folder(_ctx: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """``path`` as it is, where there is a folder to write it in.

    Raises:
        UsageError: there is none.
    """
    if path is not None and not _is_stream(path):
        # Followed first: a report is written where a link leads.
        with suppress(OSError, RuntimeError):
            folder = path.resolve().parent
            if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
                return path
        raise UsageError(
            f"cannot write {path}: no folder there that you may write to",
            hint="make the folder, or name a file in another",
        )
    return path


def write_file(path: Path, content: str | bytes) -> None:
    """Write ``content`` to the file ``path`` leads to, whole or not at all; a device or a pipe is written to as it is.

    Raises:
        ScannerError: it did not arrive.
    """
    data = content if isinstance(content, bytes) else content.encode()
    if isinstance(content, str) and _is_stream(path) and not content.endswith("\n"):
        data += b"\n"
    copy_file(BytesIO(data), path)


def copy_file(source: BinaryIO, path: Path) -> None:
    """As ``write_file``, of bytes that are too many to hold.

    Raises:
        ScannerError: they did not arrive.
    """
    try:
        if _is_stream(path):
            own = _own_stream(path)
            with path.open("wb") if own is None else os.fdopen(os.dup(own), "wb") as stream:
                copyfileobj(source, stream)
        else:
            _replace(path.resolve(), source)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScannerError(f"cannot write {path}: {reason}", hint="the report is lost: name another file") from error


def _replace(target: Path, source: BinaryIO) -> None:
    partial = target.with_name(f".modelorigin-{os.getpid()}.part")
    try:
        # "x": nobody can have put a link to another file here.
        with partial.open("xb") as file:
            copyfileobj(source, file)
        if target.exists():
            copymode(target, partial)
        partial.replace(target)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            partial.unlink(missing_ok=True)
        raise


def _is_stream(path: Path) -> bool:
    if _own_stream(path) is not None:
        return True
    with suppress(OSError):
        return path.exists() and not path.is_file()
    return False


def _own_stream(path: Path) -> int | None:
    """The stream of this process that ``path`` is, as ``/dev/stdout`` is even where it leads to a file."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
    return None
