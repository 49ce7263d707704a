"""``modelorigin audit show``: what was decided, on which facts, under which policy."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import LARGEST, Configured, db_option, output_options
from scanner.cli.output import publish


@click.command("show", cls=Configured)
@click.argument("number", type=click.IntRange(1, LARGEST))
@db_option
@output_options(("table", "json", "jsonl", "markdown", "cyclonedx", "cyclonedx-1.7", "spdx"), of="audit show")
def command(number: int, db: str | None, format: str, output: tuple[Path, ...], quiet: bool) -> None:
    """Show scan NUMBER as it was recorded."""
    from scanner.cli.records import settings
    from scanner.export import ScanView
    from scanner.store import Store

    store = Store.open(db, create=False)
    try:
        found = store.scan(number)
    finally:
        store.close()
    documents = [decision.document for decision in found.decisions]
    told = settings({decision.policy_name: decision.policy_text for decision in found.decisions})
    publish([ScanView(found.facts, documents, number, found.at, told)], [], format, output, quiet)
