"""``modelorigin db``: the database as a file."""

from __future__ import annotations

import click

from scanner.cli.options import Configured, db_option
from scanner.cli.output import emit


@click.group("db")
def command() -> None:
    """Upgrade or describe the database that scans are recorded in."""


@command.command("upgrade", cls=Configured)
@db_option
def upgrade(db: str | None) -> None:
    """Bring the database to this version's schema. Recorded scans are kept."""
    from scanner.store import upgrade as run

    before, after = run(db)
    emit("already up to date" if before == after else f"upgraded from {before or 'an empty file'} to {after}")


@command.command("info", cls=Configured)
@db_option
def info(db: str | None) -> None:
    """Where the database is, its version, what it holds, and whether its append-only guards stand."""
    from scanner.store import Store

    store = Store.open(db, create=False)
    try:
        facts = store.info()
    finally:
        store.close()
    width = max(len(key) for key in facts)
    emit("\n".join(f"{key:<{width}}  {_words(value)}" for key, value in facts.items()))


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    return (", ".join(map(str, value)) or "none") if isinstance(value, list | tuple) else str(value)
