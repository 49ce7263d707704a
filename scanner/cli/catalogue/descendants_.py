"""``modelorigin catalogue descendants``: the blast radius of a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from scanner.cli.options import Configured, catalogue_option, db_option, format_option, option
from scanner.cli.output import emit, in_a_folder, screen, tell, write_file
from scanner.errors import StoreError

if TYPE_CHECKING:
    from scanner.catalogue.descendants import Radius
    from scanner.export import Screen
    from scanner.store import ScannedModel

_OF = "catalogue descendants"


@click.command("descendants", cls=Configured)
@click.argument("model")
@option("limit", of=_OF, type=click.IntRange(1), default=15, show_default=True, help="Descendants listed by name.")
@option("all", of=_OF, is_flag=True, help="List every descendant.")
@option(
    "output",
    "-o",
    of=_OF,
    type=click.Path(path_type=Path, dir_okay=False),
    callback=in_a_folder,
    metavar="FILE",
    help="Write to FILE instead of stdout.",
)
@catalogue_option
@db_option
@format_option(("table", "json"), of=_OF)
def command(
    model: str, limit: int, all: bool, output: Path | None, catalogue: str | None, db: str | None, format: str
) -> None:
    """Everything that comes out of MODEL, by whatever name it was known, and the recorded scans that met any of it."""
    from scanner.catalogue.descendants import radius
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.find import find

    scanned = _scanned(db)
    with Catalogue(catalogue or default_path()) as kept, kept.reading() as connection:
        found = radius(connection, find(connection, model), scanned or (), limit=None if all else limit)
    if format == "json":
        text = json.dumps(_document(found, recorded=scanned is not None), indent=2, ensure_ascii=False)
    else:
        from scanner.export import Screen

        text = "\n".join(_table(found, Screen(width=100) if output else screen(), recorded=scanned is not None))
    if output:
        write_file(output, text + "\n")
    else:
        emit(text)


def _scanned(db: str | None) -> list[ScannedModel] | None:
    """The recorded scans; None where there are none, unless a database was named just now."""
    from scanner.store import Store

    try:
        store = Store.open(db, create=False)
    except StoreError as error:
        if click.get_current_context().get_parameter_source("db") is ParameterSource.COMMANDLINE:
            raise
        tell(f"note: no recorded scans are looked at: {error.message}")
        return None
    with store:
        return store.scanned()


def _document(found: Radius, *, recorded: bool) -> dict[str, Any]:
    return {
        "schema": "modelorigin/catalogue-descendants/v1",
        "id": found.found.id,
        "asked": found.found.asked,
        "held": found.found.model is not None,
        "former": list(found.former),
        "models": found.models,
        "downloads": found.downloads,
        "counts": [
            {"depth": c.depth, "relation": c.relation, "models": c.models, "downloads": c.downloads, "gone": c.gone}
            for c in found.counts
        ],
        "largest": [
            {
                "id": d.id, "depth": d.depth, "relation": d.relation, "parent": d.parent, "downloads": d.downloads,
                "modified": d.modified, "state": d.state,
            }
            for d in found.largest
        ],
        "used": [
            {
                "model": u.model, "depth": u.depth, "scans": u.scan.scans, "last_scan": u.scan.number, "at": u.scan.at,
                "verdict": u.scan.verdict, "codebases": list(u.scan.codebases),
            }
            for u in found.used
        ] if recorded else None,
    }  # fmt: skip


def _table(found: Radius, on: Screen, *, recorded: bool) -> Iterator[str]:
    from scanner.export.columns import rows

    names = f", known too as {', '.join(found.former)}" if found.former else ""
    unseen = "" if found.found.model is not None else " (never seen itself: others name it)"
    yield f"{found.found.id}{names}{unseen}"
    known = "downloads not known" if found.downloads is None else f"{found.downloads:,} downloads in 30 days"
    yield f"{found.models:,} descendants, {known}" if found.models else "no descendants"
    if found.counts:
        yield ""
        body = [[c.depth, c.relation, c.models, c.downloads, c.gone] for c in found.counts]
        yield rows(["depth", "relation", "models", "downloads", "gone"], body, on, wide=(1,))
        yield f"\nmost downloaded ({len(found.largest):,} of {found.models:,})"
        listed = [[d.id, d.depth, d.relation, d.parent, d.downloads] for d in found.largest]
        yield rows(["model", "depth", "relation", "of", "downloads"], listed, on, wide=(0, 3))
    if found.used:
        yield "\nrecorded scans of these (modelorigin audit show NUMBER)"
        met = [
            [u.model, u.depth, u.scan.scans, u.scan.number, u.scan.at, u.scan.verdict, ", ".join(u.scan.codebases)]
            for u in found.used
        ]
        yield rows(["model", "depth", "scans", "last", "at", "verdict", "code bases"], met, on, wide=(0, 6))
    elif recorded:
        yield "\nno recorded scan met any of these"
