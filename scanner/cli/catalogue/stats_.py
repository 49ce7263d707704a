"""``modelorigin catalogue stats``: how many models there are, and of what kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.options import Configured, catalogue_option, format_option, option
from scanner.cli.output import emit, in_a_folder, screen, tell, write_file
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.catalogue.stats import Chart, Stats
    from scanner.export import Screen

_OF = "catalogue stats"
_BARS, _FIGURE = 12, 25


def _page(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix not in (".html", ".json"):
        raise UsageError(f"{path}: its suffix names no format", hint="end it in .html or .json")
    return in_a_folder(context, parameter, path)


@click.command("stats", cls=Configured)
@option(
    "by",
    of=_OF,
    type=click.Choice(["year", "month"]),
    default="year",
    show_default=True,
    help="How the time of creation is cut.",
)
@option("bars", of=_OF, type=click.IntRange(1), default=_BARS, show_default=True, help="Bars of a chart.")
@option(
    "output",
    "-o",
    of=_OF,
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_page,
    metavar="FILE",
    help="Write the charts to FILE.html, or the counts to FILE.json.",
)
@catalogue_option
@format_option(("table", "json"), of=_OF)
def command(by: str, bars: int, output: Path | None, catalogue: str | None, format: str) -> None:
    """Count the models of the catalogue and their downloads: by origin, licence, format, task, state, time."""
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.stats import stats

    with Catalogue(catalogue or default_path()) as kept:
        found = stats(kept, by)
    if found.open:
        tell(
            f"note: {found.open:,} of {found.models:,} models have no origin concluded yet:"
            " modelorigin catalogue judge --policy baseline"
        )
    text = json.dumps(found.document(), indent=2, ensure_ascii=False)
    if output is not None:
        write_file(output, text + "\n" if output.suffix == ".json" else _html(found))
        tell(f"note: written to {output}")
    else:
        emit(text if format == "json" else "\n".join(_table(found, screen(), bars)))


def _facts(found: Stats) -> dict[str, str]:
    return {
        "catalogue": found.catalogue,
        "models": f"{found.models:,} present, {found.gone:,} gone",
        "downloads": "not known" if found.downloads is None else f"{found.downloads:,} in 30 days",
        "seen": f"{(found.oldest or '-')[:10]} to {(found.newest or '-')[:10]}",
        "sources": ", ".join(found.sources) or "none",
    }


def _shown(chart: Chart, most: int) -> Chart:
    """A chart of at most ``most`` bars; time is never folded into others, of it the last are shown."""
    from scanner.catalogue.stats import folded

    return replace(chart, bars=chart.bars[-most:] if chart.key == "created" else tuple(folded(chart.bars, most)))


def _table(found: Stats, on: Screen, most: int) -> Iterator[str]:
    from scanner.export.columns import bars

    for name, value in _facts(found).items():
        yield f"{name:<10} {value}"
    for chart in found.charts:
        shown = _shown(chart, most)
        yield f"\n{chart.title}: models, share" + ("" if found.downloads is None else ", downloads in 30 days")
        yield f"({chart.note})"
        if len(shown.bars) < len(chart.bars) and chart.key == "created":
            yield f"the last {len(shown.bars)} of {len(chart.bars)}"
        whole = found.models or 1
        models = max((len(f"{bar.models:,}") for bar in shown.bars), default=0)
        told = ["" if found.downloads is None else f" {_number(bar.downloads)}" for bar in shown.bars]
        downloads = max(map(len, told), default=0)
        body = [
            (bar.label, bar.models, f"{bar.models:>{models},} {bar.models / whole:>6.1%}{said:>{downloads}}")
            for bar, said in zip(shown.bars, told, strict=True)
        ]
        yield bars(body, on)


def _number(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _html(found: Stats) -> str:
    from scanner.export.charts import as_page

    caption = (
        f"From {found.catalogue}: {found.models:,} models, last seen {(found.oldest or '-')[:10]}"
        f" to {(found.newest or '-')[:10]}."
    )
    if found.open:
        caption += f" Of {found.open:,} no origin is concluded yet."
    charts = [_shown(chart, 60 if chart.key == "created" else _FIGURE).document() for chart in found.charts]
    return as_page("Models of the catalogue", _facts(found), charts, caption)
