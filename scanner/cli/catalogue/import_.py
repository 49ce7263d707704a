"""``modelorigin catalogue import``: many models from a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from scanner.cli.options import Configured, catalogue_option, format_option, option, parse_day
from scanner.cli.output import emit, on_terminal, tell

if TYPE_CHECKING:
    from scanner.catalogue.bulk import Imported

_OF = "catalogue import"


@click.command("import", cls=Configured)
@click.argument("file")
@option("day", of=_OF, metavar="DATE", help="The day FILE is of (YYYY-MM-DD). Default: of the newest change in it.")
@option("sha256", of=_OF, metavar="HEX", help="Import FILE only if this is its SHA-256.")
@catalogue_option
@format_option(("table", "json"), of=_OF)
@option("no-progress", of=_OF, is_flag=True, help="No progress line on stderr.")
def command(
    file: str, day: str | None, sha256: str | None, catalogue: str | None, format: str, no_progress: bool
) -> None:
    """Fill the catalogue from FILE, or with what is already here: FILE is the word starter.

    FILE is parquet as the community publishes it (needs DuckDB: pip install "modelorigin[bulk]"), JSON lines as the
    Hub's list shows models, gzip or not, or a bundle of catalogue export. What it is shows in its content.

    What was seen later stays as it is, a model that FILE does not name is not gone for that, and importing FILE again
    changes nothing. Rows that cannot be read are kept as they came.
    """
    from scanner.catalogue.bulk import import_file
    from scanner.catalogue.file import Catalogue, default_path

    of = None if day is None else parse_day(day)
    watch = _progress if on_terminal() and not no_progress else None
    with Catalogue(catalogue or default_path(), create=True) as kept:
        done = import_file(kept, file, of, sha256, watch)
        path = str(kept.path)
    emit(json.dumps(done.document(), indent=2, ensure_ascii=False) if format == "json" else _table(done, path))


def _progress(done: int, count: int) -> None:
    tell(f"\rimported {done:,} of {count:,}" + ("\n" if done >= count else ""), newline=False)


def _table(done: Imported, path: str) -> str:
    tally = done.tally
    changes = f"{tally.new:,} new, {tally.changed:,} changed, {tally.unchanged:,} unchanged"
    rows = {
        "models": f"{changes}, {tally.older:,} older than what is known",
        "unread": f"{done.unread:,}, kept as they came" if done.unread else "none",
        "day": done.document()["as_of"][:10],
        "sha256": done.sha256,
    }
    if done.missing:
        rows["unknown"] = f"no column for {', '.join(done.missing)}"
    if done.signed_off:
        rows["signed off"] = "by {by} on {on}, says the file".format(**done.signed_off)
    return "\n".join(
        [f"{done.file} ({done.kind}) into {path}", *(f"  {name:<10} {text}" for name, text in rows.items())]
    )
