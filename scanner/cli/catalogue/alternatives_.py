"""``modelorigin catalogue alternatives``: what could be used instead of a model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
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
from scanner.cli.output import emit, screen, tell

if TYPE_CHECKING:
    from scanner.catalogue.alternatives import Alternative, Subject

_OF = "catalogue alternatives"


@click.command("alternatives", cls=Configured)
@click.argument("model")
@option(
    "policy",
    "-p",
    of=_OF,
    multiple=True,
    default=("baseline",),
    show_default=True,
    metavar="NAME|FILE",
    help="Policy that has to allow them. Repeatable.",
)
@option("limit", of=_OF, type=click.IntRange(1, 50), default=5, show_default=True, help="Models shown.")
@catalogue_option
@as_of_option
@publishers_option
@format_option(("table", "json"), of=_OF)
def command(
    model: str,
    policy: tuple[str, ...],
    limit: int,
    catalogue: str | None,
    as_of: str | None,
    publishers: Path | None,
    format: str,
) -> None:
    """Models that do what MODEL does, are about as large, alive, from other roots, and allowed by the policy.

    Where none is allowed, those are shown that need a review, with the rules that ask for it.
    """
    from scanner.catalogue.alternatives import alternatives
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.cli.sources import tables
    from scanner.policy import load_policy

    policies = [load_policy(name) for name in policy]
    with Catalogue(catalogue or default_path()) as kept:
        subject, found = alternatives(kept, model, policies, tables(publishers), parse_day(as_of), limit)
    names = [one.name for one in policies]
    if not found:
        tell(f"no other model of the same kind passes {' and '.join(names)}")
    if format == "json":
        emit(json.dumps(_document(subject, names, found), indent=2, ensure_ascii=False))
    elif found:
        emit("\n".join(_table(subject, names, found, max(screen().width, 40))))


def _document(subject: Subject, names: Sequence[str], found: Sequence[Alternative]) -> dict[str, Any]:
    return {
        "schema": "modelorigin/catalogue-alternatives/v1",
        "model": subject.id,
        "parameters": subject.parameters,
        "compared_by": dict(subject.signs),
        "policies": list(names),
        "alternatives": [one.document() for one in found],
    }


def _table(subject: Subject, names: Sequence[str], found: Sequence[Alternative], width: int) -> Iterator[str]:
    from scanner.catalogue.alternatives import counted
    from scanner.export.quoting import one_line

    size = f"{counted(subject.parameters)} parameters" if subject.parameters else "size not known"
    yield f"instead of {subject.id} ({subject.signs[0][1]}, {size})"
    if all(one.verdict != "allow" for one in found):
        yield f"none is allowed by {' and '.join(names)}; these need a review"
    for number, one in enumerate(found, 1):
        yield ""
        yield f"{number:>2}. {one.verdict.upper():<6} {one.id}"
        yield from wrap(one_line("; ".join(one.reasons)), width - 4, initial_indent="    ", subsequent_indent="    ")
        if one.review:
            yield f"    review asked by: {', '.join(one.review)}"
        if tuple(one.roots) != (one.id,):
            yield f"    made from {', '.join(one.roots)}"
