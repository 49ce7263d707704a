"""``modelorigin scan``: every model a code base uses, judged before the merge."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli.options import (
    Configured,
    db_option,
    fail_on_option,
    format_option,
    hub_options,
    option,
    policy_options,
)
from scanner.cli.report_files import Destination, destinations, publish_codebase
from scanner.errors import NothingToScan, UsageError
from scanner.export.codebase import FORMATS

if TYPE_CHECKING:
    from scanner.references import Names, Reference
    from scanner.references.walk import Found

_MOST_PROCESSES = 4


@click.command("scan", cls=Configured)
@click.argument("path", type=click.Path(path_type=Path))
@policy_options
@option(
    "waivers",
    "waiver_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Waiver file (YAML). Repeatable.",
)
@option("no-inline", is_flag=True, help="Let no comment in the code waive anything.")
@option("baseline", type=click.Path(path_type=Path), metavar="FILE", help="Findings that were accepted as they were.")
@option(
    "write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Accept all that is found now, for 90 days: a waiver file to be worked off.",
)
@option("diff", "base", metavar="BASE", help="Judge only what the change adds to this branch or commit (git).")
@option("lock", is_flag=True, help="Write modelorigin.lock: what was found and judged.")
@option("locked", is_flag=True, help="Compare with modelorigin.lock; whatever is another is a finding.")
@option("lock-file", type=click.Path(path_type=Path), metavar="FILE", help="Default: modelorigin.lock in PATH.")
@option(
    "unresolved",
    type=click.Choice(["note", "review", "deny"]),
    default="review",
    show_default=True,
    help="What a reference weighs whose model cannot be read from the code.",
)
@option("exclude", multiple=True, metavar="GLOB", help="Leave out these files or folders. Repeatable.")
@option("ignored", is_flag=True, help="List what looks like a model's name and is none, with the reason.")
@fail_on_option
@option("exit-zero", is_flag=True, help="Report, and end in 0 whatever is found.")
@option(
    "no-cache",
    is_flag=True,
    help="Read every model anew. Else one recorded today is not, where it and its bases are at the same commits.",
)
@option("no-record", is_flag=True, help="Do not write the scans to the database.")
@option("no-progress", is_flag=True, help="No progress line on stderr.")
@db_option
@format_option(list(FORMATS))
@option(
    "output",
    "-o",
    multiple=True,
    callback=destinations,
    metavar="[FORMAT:]FILE",
    help="Write a report to FILE too, in the format named or of its suffix. Repeatable.",
)
@option("quiet", "-q", is_flag=True, help="Print nothing but errors.")
@hub_options
def command(
    path: Path,
    fail_on: str,
    exit_zero: bool,
    format: str,
    output: tuple[Destination, ...],
    quiet: bool,
    **options: Any,
) -> int:
    """Find every model that PATH uses, a folder of code or one file, and judge each.

    Code, notebooks, configuration, containers, scripts and documents are read; nothing is run. A reference whose model
    is decided elsewhere is a finding: it is not passed over. What is judged is recorded, as by check.
    """
    document = run(path, quiet=quiet, **options)
    publish_codebase(document, format, output, quiet)
    if exit_zero:
        return 0
    worst = {"review": ("review", "deny"), "deny": ("deny",), "never": ()}[fail_on]
    if document["verdict"] in worst:
        return 1
    return 0 if document["complete"] else max([3, *(error["exit_code"] for error in document["errors"])])


def run(
    path: Path,
    *,
    policy: Sequence[str],
    settings: Sequence[str],
    waiver_files: Sequence[Path],
    no_inline: bool,
    baseline: Path | None,
    write_baseline: Path | None,
    base: str | None,
    lock: bool,
    locked: bool,
    lock_file: Path | None,
    unresolved: str,
    exclude: Sequence[str],
    ignored: bool,
    no_cache: bool,
    no_record: bool,
    no_progress: bool,
    db: str | None,
    quiet: bool,
    **reading: Any,
) -> dict[str, Any]:
    """The code base's document; what is asked for is written: the lock, the baseline, the records."""
    from scanner.cli.judging import Judging
    from scanner.cli.output import on_terminal
    from scanner.cli.policies import policies
    from scanner.policy import load_waivers

    if lock and locked:
        raise UsageError("--lock and --locked contradict each other", hint="write the lock, or compare with it")
    if (lock or write_baseline) and base:
        raise UsageError("--diff sees a part only", hint="write a lock or a baseline of the whole code base")
    asked = policies(policy, settings)
    files = [load_waivers(file) for file in (*waiver_files, *((baseline,) if baseline else ()))]
    held = lock_file or (path if path.is_dir() else path.parent) / "modelorigin.lock"
    with ExitStack() as stack:
        judging = Judging(
            stack, asked, files, db=None if no_record else (db,), cached=not no_cache,
            progress=not (no_progress or quiet) and on_terminal(), lock=held if lock or locked else None, locked=locked,
            reading=reading,
        )  # fmt: skip
        found = _search(path, judging.names(), exclude, ignored)
        new = _added(path, base, found.references, judging.names(), exclude)
        return judging.codebase(
            path, found, new, base, unresolved=unresolved, inline=not no_inline, baseline=write_baseline
        )


def _search(path: Path, names: Names, exclude: Sequence[str], ignored: bool) -> Found:
    from scanner.references.walk import search

    try:
        found = search(
            path, names, processes=min(_MOST_PROCESSES, os.cpu_count() or 1), exclude=exclude, ignored=ignored
        )
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="name a folder of code, or a file") from error
    if not found.coverage.read and not found.coverage.unread:
        raise NothingToScan(f"nothing in {path} could be read", hint="name the folder that holds the code")
    return found


def _added(
    path: Path, base: str | None, references: Sequence[Reference], names: Names, exclude: Sequence[str]
) -> frozenset[Reference] | None:
    if base is None:
        return None
    from scanner.codebase.changes import added

    return added(path, base, references, names, exclude)
