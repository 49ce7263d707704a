"""``modelorigin audit list``: the recorded scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scanner.cli.options import LARGEST, Configured, db_option, format_option, option, parse_day
from scanner.cli.output import emit, tell
from scanner.export.quoting import json_text, one_line

if TYPE_CHECKING:
    from scanner.store import ScanRow


@click.command("list", cls=Configured)
@format_option(("table", "json"), of="audit list")
@option("limit", of="audit list", type=click.IntRange(1, LARGEST), default=50, show_default=True, help="Scans shown.")
@option("until", of="audit list", metavar="DATE", help="Scans up to and including this day (UTC).")
@option("since", of="audit list", metavar="DATE", help="Scans from this day on (UTC).")
@option(
    "verdict",
    of="audit list",
    type=click.Choice(["ALLOW", "REVIEW", "DENY"], case_sensitive=False),
    help="Only this verdict.",
)
@option("model", of="audit list", metavar="MODEL", help="Only this model (org/name).")
@db_option
def command(
    db: str | None,
    model: str | None,
    verdict: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    format: str,
) -> None:
    """List recorded scans, newest first."""
    from scanner.store import Store

    store = Store.open(db, create=False)
    try:
        rows = store.scans(
            model=model,
            verdict=verdict.upper() if verdict else None,
            since=parse_day(since).isoformat() if since is not None else None,
            until=parse_day(until).isoformat() if until is not None else None,
            limit=limit,
        )
    finally:
        store.close()
    if format == "json":
        emit(json_text([row.document() for row in rows], indent=2))
        return
    if not rows:
        tell("no scan matches")
        return
    emit("\n".join(f"{row.number:>6}  {_line(row)}" for row in rows))


def _line(row: ScanRow) -> str:
    revision = row.revision[:12] if row.revision else "no commit"
    policies = ", ".join(f"{name} {verdict}" for name, verdict in row.policies)
    return str(one_line(f"{row.at}  {row.verdict:<6}  {row.model}  {revision:<12}  {policies}"))
