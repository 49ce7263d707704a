"""What a command hands over: text on stdout, reports in files. The one place that writes either."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from shutil import copymode, get_terminal_size
from typing import TYPE_CHECKING

import click

from scanner.errors import ScannerError, UsageError

if TYPE_CHECKING:
    from scanner.export import Failure, ScanView

SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".md": "markdown", ".txt": "table"}
_FILE_WIDTH = 100


def emit(text: str) -> None:
    """``text`` on stdout, as it is.

    Raises:
        ScannerError: not all of it arrived.
    """
    if sys.stdout is None:
        raise output_lost("stdout is closed")
    try:
        click.echo(text.rstrip("\n"), color=True)
    except OSError as error:
        raise output_lost(error.strerror) from error


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


def on_terminal() -> bool:
    """True when a person may watch stderr."""
    return sys.stderr is not None and sys.stderr.isatty()


def publish(
    views: Sequence[ScanView], failures: Sequence[Failure], format: str, output: Sequence[Path], quiet: bool
) -> None:
    """The report in each file of ``output``, in the format of its suffix, and on stdout in ``format``."""
    from scanner.export import render

    for path in output:
        write_file(path, render(SUFFIXES.get(path.suffix, format), views, failures, color=False, width=_FILE_WIDTH))
    # The errors stand on stderr already: a table of nothing else would only repeat them.
    if not quiet and (views or format != "table"):
        tty = sys.stdout is not None and sys.stdout.isatty()
        emit(render(format, views, failures, color=tty, width=get_terminal_size().columns if tty else _FILE_WIDTH))


def known_suffixes(_ctx: click.Context, _parameter: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """``paths`` as they are; a device or a pipe needs no suffix.

    Raises:
        UsageError: a suffix names no format.
    """
    for path in paths:
        if path.suffix not in SUFFIXES and not _is_stream(path):
            raise UsageError(f"{path}: its suffix names no format", hint=f"end it in one of {' '.join(SUFFIXES)}")
    return paths


def write_file(path: Path, text: str) -> None:
    """Write ``text`` to the file ``path`` leads to, whole or not at all; a device or a pipe is written to as it is.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        if _is_stream(path):
            own = _own_stream(path)
            with (
                path.open("w", encoding="utf-8")
                if own is None
                else os.fdopen(os.dup(own), "w", encoding="utf-8") as stream
            ):
                stream.write(text if text.endswith("\n") else f"{text}\n")
        else:
            _replace(path.resolve(), text)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot write {path}: {reason}", hint="name a file in a folder you may write to") from error


def _replace(target: Path, text: str) -> None:
    partial = target.with_name(f".modelorigin-{os.getpid()}.part")
    try:
        # "x": nobody can have put a link to another file here.
        with partial.open("x", encoding="utf-8") as file:
            file.write(text)
        if target.exists():
            copymode(target, partial)
        partial.replace(target)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            partial.unlink(missing_ok=True)
        raise


def _is_stream(path: Path) -> bool:
    return _own_stream(path) is not None or (path.exists() and not path.is_file())


def _own_stream(path: Path) -> int | None:
    """The stream of this process that ``path`` is, as ``/dev/stdout`` is even where it leads to a file."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
    return None
