"""``modelorigin catalogue judge``: a policy applied to every model the catalogue holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli.options import (
    Configured,
    as_of_option,
    catalogue_option,
    format_option,
    option,
    parse_day,
    publishers_option,
)
from scanner.cli.output import emit, on_terminal
from scanner.errors import NothingToScan

if TYPE_CHECKING:
    from scanner.catalogue.census import Census, Change, Tally

_LINES = 12
_DENIED = "  of downloads"
"""Head of the last column: the share of the downloads that is denied. Left out where no downloads are known."""
_OF = "catalogue judge"


@click.command("judge", cls=Configured)
@option("policy", of=_OF, default="baseline", show_default=True, metavar="NAME|FILE", help="The policy to judge by.")
@option("against", of=_OF, metavar="NAME|FILE", help="A second policy: list what it would change.")
@option("limit", of=_OF, type=click.IntRange(1, 10_000), default=20, show_default=True, help="Changed models listed.")
@option("processes", of=_OF, type=click.IntRange(1, 64), default=2, show_default=True, help="Processes at work.")
@catalogue_option
@as_of_option
@publishers_option
@format_option(("table", "json"), of=_OF)
@option("no-progress", of=_OF, is_flag=True, help="No progress line on stderr.")
def command(
    policy: str,
    against: str | None,
    limit: int,
    processes: int,
    catalogue: str | None,
    as_of: str | None,
    publishers: Path | None,
    format: str,
    no_progress: bool,
) -> None:
    """Judge every model of the catalogue and count the verdicts.

    Each verdict is the one that check --hub catalogue gives; it is kept, and only what changed is judged again. The
    counts are by origin of publisher and roots, by licence, by publisher and by downloads.
    """
    from scanner.catalogue.census import census, changes
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.judging import judge_catalogue
    from scanner.policy import load_policy

    policies = [load_policy(name) for name in (policy, against) if name is not None]
    with Catalogue(catalogue or default_path()) as kept:
        day = parse_day(as_of)
        watch = _progress if on_terminal() and not no_progress else None
        judgements = judge_catalogue(kept, policies, publishers, day, processes=processes, progress=watch)
        with kept.reading() as connection:
            counted = [census(connection, number) for number in judgements]
            changed = changes(connection, judgements[0], judgements[1], limit) if against else ({}, [])
    if not counted[0].whole.total:
        raise NothingToScan("the catalogue holds no models", hint="fill it with: modelorigin crawl")
    if format == "json":
        emit(json.dumps(_document(counted, *changed), indent=2, ensure_ascii=False))
    else:
        emit("\n".join([*_table(counted[0]), *(_compared(counted, *changed) if against else ())]))


def _progress(done: int, count: int) -> None:
    click.echo(f"\rjudged {done:,} of {count:,}" + ("\n" if done == count else ""), nl=False, err=True)


def _document(
    counted: Sequence[Census], counts: dict[tuple[str, str], int], listed: Sequence[Change]
) -> dict[str, Any]:
    document = counted[0].document()
    if len(counted) == 1:
        return document
    return {
        "census": document,
        "against": counted[1].document(),
        "changes": [{"from": was, "to": now, "models": count} for (was, now), count in counts.items()],
        "models": [
            {"id": c.id, "downloads": c.downloads, "from": c.before, "to": c.after, "rules": list(c.rules)}
            for c in listed
        ],
    }


def _table(found: Census) -> Iterator[str]:
    all_models = found.whole.total
    counted = sum(found.whole.downloads) > 0
    most = ", the most downloaded" if counted else ", those of most models"
    yield f"{found.policy} on {found.as_of}: {all_models:,} models"
    yield ""
    yield f"{'':28}{'models':>11}{'share':>8}{'allow':>11}{'review':>11}{'deny':>11}" + _DENIED * counted
    yield _line("all", found.whole, all_models, counted=counted)
    yield f"{'share':<28}{'':19}" + "".join(f"{count / all_models:>11.1%}" for count in found.whole.models)
    for name, of in found.by.items():
        yield ""
        yield f"by {name}" + (most if name == "publisher" else "")
        shown = list(of.items())[:_LINES]
        yield from (_line(f"  {value}", tally, all_models, counted=counted) for value, tally in shown)
        if len(of) > len(shown):
            yield f"  and {len(of) - len(shown):,} more (--format json shows all)"
    yield ""
    yield "rules that weigh (models)"
    yield from (f"  {rule:<32}{count:>11,}" for rule, count in found.rules.most_common(_LINES))


def _line(name: str, tally: Tally, all_models: int, *, counted: bool) -> str:
    verdicts = "".join(f"{count:>11,}" for count in tally.models)
    line = f"{name[:28]:<28}{tally.total:>11,}{tally.total / all_models:>8.1%}{verdicts}"
    if not counted:
        return line
    downloads = sum(tally.downloads)
    denied = f"{tally.downloads[2] / downloads:.1%}" if downloads else "-"
    return f"{line}{denied:>{len(_DENIED)}}"


def _compared(counted: Sequence[Census], counts: dict[tuple[str, str], int], listed: Sequence[Change]) -> Iterator[str]:
    yield ""
    yield f"with {counted[1].policy} instead of {counted[0].policy}: {sum(counts.values()):,} models change"
    yield from (f"  {was} -> {now}: {count:,}" for (was, now), count in sorted(counts.items()))
    for change in listed:
        rules = ", ".join(change.rules[:4])
        yield f"  {change.id}  {change.before} -> {change.after}  ({rules})"
