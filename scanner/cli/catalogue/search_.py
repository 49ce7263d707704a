"""``modelorigin catalogue search``: models by words and by what is known of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from scanner.cli.options import Configured, catalogue_option, format_option, option
from scanner.cli.output import emit, screen, tell

if TYPE_CHECKING:
    from scanner.catalogue.file import Catalogue
    from scanner.catalogue.search import Hit

_OF = "catalogue search"
_MANY = 100_000
_COUNTRY = "CODE"


@click.command("search", cls=Configured)
@click.argument("words", nargs=-1, metavar="[WORDS]...")
@option("publisher-country", of=_OF, metavar=_COUNTRY, help="Controlled from there: the publisher. ? is not known.")
@option("root-country", of=_OF, metavar=_COUNTRY, help="Controlled from there: the maker of a root. ? is not known.")
@option("license", of=_OF, metavar="LICENSE", help="Declared licence. ? is none.")
@option("weights", of=_OF, metavar="FORMAT", help="Format of the weights: safetensors, gguf, pickle ...")
@option("family", "--type", of=_OF, metavar="TYPE", help="How the type in its config (model_type) begins.")
@option("task", of=_OF, metavar="NAME", help="Pipeline tag: text-generation ...")
@option("library", of=_OF, metavar="NAME", help="Library: transformers, diffusers ...")
@option("author", of=_OF, metavar="NAME", help="Namespace.")
@option(
    "verdict",
    of=_OF,
    type=click.Choice(["allow", "review", "deny"], case_sensitive=False),
    help="Verdict of the newest judgement by --policy.",
)
@option("policy", of=_OF, metavar="NAME", help="Show the verdicts by this policy. With --verdict: baseline.")
@option("gone", of=_OF, is_flag=True, help="Models that are not there any more, instead of those that are.")
@option("min-downloads", of=_OF, type=click.IntRange(0), default=0, metavar="N", help="Downloads in 30 days.")
@option(
    "sort",
    of=_OF,
    type=click.Choice(["downloads", "likes", "created", "modified"]),
    default="downloads",
    show_default=True,
    help="What comes first: the most, or the latest.",
)
@option("limit", of=_OF, type=click.IntRange(1, 100_000), default=20, show_default=True, help="Models shown.")
@catalogue_option
@format_option(("table", "json"), of=_OF)
def command(words: tuple[str, ...], catalogue: str | None, format: str, **asked: Any) -> None:
    """Find models by what is known of them, and by WORDS of their name: all have to be there, their beginnings do."""
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.search import Wish, index, search

    if asked["verdict"] is not None:
        asked |= {"verdict": asked["verdict"].lower(), "policy": asked["policy"] or "baseline"}
    wish = Wish(" ".join(words), format=asked.pop("weights"), **asked)
    with Catalogue(catalogue or default_path()) as kept:
        if wish.words:
            index(kept, _progress)
        hits = search(kept, wish)
        if wish.publisher_country or wish.root_country:
            _warn_of_open(kept)
    if not hits:
        tell("no model matches")
    if format == "json":
        emit(json.dumps([hit.document() for hit in hits], indent=2, ensure_ascii=False))
    elif hits:
        emit(_table(hits, judged=wish.policy is not None))


def _progress(done: int, count: int) -> None:
    if count > _MANY:
        tell(f"note: reading new names for the search, once: {done:,} of {count:,}")


def _warn_of_open(kept: Catalogue) -> None:
    from scanner.catalogue.search import some_not_concluded

    with kept.reading() as connection:
        some = some_not_concluded(connection)
    if some:
        tell("note: some models have no origin concluded yet and are not found: modelorigin catalogue judge")


def _table(hits: list[Hit], *, judged: bool) -> str:
    from scanner.export.columns import rows

    head = ["model", "publisher", "roots", "licence", "task", "downloads", *(["verdict"] if judged else ())]
    body = [
        [hit.id, hit.publisher, hit.roots, hit.license, hit.task, hit.downloads, *([hit.verdict] if judged else ())]
        for hit in hits
    ]
    return rows(head, body, screen())
