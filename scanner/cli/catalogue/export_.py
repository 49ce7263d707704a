"""``modelorigin catalogue export``: the catalogue in one file, to be carried where there is no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from scanner.cli.options import Configured, catalogue_option, format_option, option, parse_day
from scanner.cli.output import emit, in_a_folder
from scanner.errors import UsageError

_OF = "catalogue export"


@click.command("export", cls=Configured)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), callback=in_a_folder)
@option("by", of=_OF, metavar="TEXT", help="Who signs it off; stands in the file.")
@option("on", of=_OF, metavar="DATE", help="When (YYYY-MM-DD). Default: today, UTC.")
@catalogue_option
@format_option(("table", "json"), of=_OF)
def command(file: Path, by: str | None, on: str | None, catalogue: str | None, format: str) -> None:
    """Write all that the catalogue knows to FILE, for catalogue import at a site without network.

    The same catalogue gives the same bytes. A changed byte is refused by the import; that FILE is yours shows only in
    its SHA-256: tell it to the receiver by another way than FILE goes, for catalogue import --sha256.
    """
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.records import export
    from scanner.text import clean_line

    if on is not None and by is None:
        raise UsageError("--on says when somebody signs it off, and nobody does", hint="add --by, or leave --on out")
    if by is not None and clean_line(by) != by:
        raise UsageError("--by is no clean line of at most 300 characters", hint="write a name")
    with Catalogue(catalogue or default_path()) as kept:
        done = export(kept, file, by, parse_day(on))
    emit(json.dumps(done, indent=2, ensure_ascii=False) if format == "json" else _table(done))


def _table(done: dict[str, Any]) -> str:
    off = done["signed_off"]
    rows = {
        "models": f"{done['models']:,}, with {done['events']:,} events",
        "as of": done["as_of"][:10],
        "bytes": f"{done['bytes']:,}",
        "sha256": done["sha256"],
        "signed off": f"by {off['by']} on {off['on']}" if off else "by nobody",
    }
    return "\n".join([done["file"], *(f"  {name:<10} {text}" for name, text in rows.items())])
