"""``modelorigin audit diff``: what changed between two scans of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from scanner.cli.options import Configured, db_option, format_option, option
from scanner.cli.output import emit
from scanner.errors import DatabaseUnreadable, NothingToScan, UsageError
from scanner.model import ModelRef

if TYPE_CHECKING:
    from scanner.store import ScanRecord, Store

_OF = "audit diff"
_LONGEST = 18
"""Digits of a number that a database counts to."""


@click.command("diff", cls=Configured)
@click.argument("scans", nargs=-1, required=True, metavar="A B | MODEL")
@option("any", "any_models", of=_OF, is_flag=True, help="Compare scans of different models too.")
@db_option
@format_option(("table", "json", "markdown"), of=_OF)
def command(scans: tuple[str, ...], any_models: bool, db: str | None, format: str) -> None:
    """Say in words what changed from scan A to scan B, or between the last two scans of MODEL (org/name).

    Verdict and findings, the model and its commit, files, licence and duties, bases and roots, who made it, gaps,
    policy by rule, waivers: the most important first. What no line tells of is the same in both.

    \b
    Exit codes:
      0  told, whether or not something changed (--format json: "identical", "drift")
      2  no such scan, the same scan twice, or scans of different models
      3  the model has one scan only, or a scan cannot be read
    """
    from scanner.cli.records import side
    from scanner.diff import difference_document
    from scanner.store import Store

    with Store.open(db, create=False) as store:
        first, second = _numbers(store, scans)
        before, after = store.scan(first), store.scan(second)
    if not any_models and not _same_model(before, after):
        raise UsageError(
            f"scan {first} is of {before.facts['model']['id']}, scan {second} of {after.facts['model']['id']}",
            hint="name two scans of one model, or add --any",
        )
    try:
        document = difference_document(side(before, first), side(after, second))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatabaseUnreadable(
            f"scans {first} and {second} cannot be compared: one holds no facts document",
            hint="modelorigin audit show and audit verify say more",
        ) from error
    if format == "json":
        from scanner.export.quoting import json_text

        emit(json_text(document, indent=2))
        return
    from scanner.export.difference import difference_markdown, difference_table

    emit(difference_table(document) if format == "table" else difference_markdown(document))


def _numbers(store: Store, scans: Sequence[str]) -> tuple[int, int]:
    numbers = [int(one) for one in scans if one.isascii() and one.isdecimal() and len(one) <= _LONGEST]
    if len(scans) == len(numbers) == 2:
        if numbers[0] == numbers[1]:
            raise UsageError(f"scan {numbers[0]} twice: nothing is compared", hint="name two scans of one model")
        return numbers[0], numbers[1]
    if len(scans) != 1 or numbers:
        raise UsageError("compare what?", hint="name two scans by their numbers, or one model (org/name)")
    reference = ModelRef.parse(scans[0])
    if reference.repo and reference.revision:
        raise UsageError("a revision is not a scan", hint="name two scans by their numbers, or the model alone")
    model = str(reference.repo or scans[0])
    found = store.scans(model=model, limit=2)
    if not found:
        raise UsageError(f"no scan of {model!r} is recorded", hint="modelorigin audit list shows the recorded scans")
    if len(found) == 1:
        raise NothingToScan(
            f"{model} was scanned once: there is nothing to compare scan {found[0].number} with",
            hint=f"check it again: modelorigin check {model}",
        )
    return found[1].number, found[0].number


def _same_model(before: ScanRecord, after: ScanRecord) -> bool:
    """True for one name, or for one identity under two: a model may be renamed, and a name may change hands."""
    one, other = before.facts["model"], after.facts["model"]
    known = one["hub_id"] is not None and one["hub_id"] == other["hub_id"]
    return known or str(one["id"]).casefold() == str(other["id"]).casefold()
