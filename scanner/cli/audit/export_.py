"""``modelorigin audit export``: one scan with its proof, or all that was decided in a period."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from scanner.cli.options import LARGEST, Configured, Option, db_option, option, parse_day
from scanner.cli.output import emit, in_a_folder, write_file
from scanner.errors import UsageError

_OF = "audit export"
_PROOFS = ("tlog-proof", "dsse")
_PACKS = ("html", "csv", "xlsx", "json", "parquet")
_SHEETS = ("decisions", "summary", "models", "waivers", "changes", "gaps", "verify")


def _in_folders(context: click.Context, parameter: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    for path in paths:
        in_a_folder(context, parameter, path)
    return paths


@click.command("export", cls=Configured)
@click.argument("number", type=click.IntRange(1, LARGEST), required=False)
@option(
    "proof", of=_OF, is_flag=True, help="Of one scan: with the proof that it is in the log. There is no export without."
)
@click.option(
    "--key",
    cls=Option,
    envvar="MODELORIGIN_KEY",
    show_envvar=True,
    metavar="FILE",
    help="The key that signs the statements of --format dsse. The variable may hold the key itself.",
)
@option("since", of=_OF, metavar="DATE", help="Of a period: its first day (UTC).")
@option("until", of=_OF, metavar="DATE", help="Of a period: its last day (UTC), included.")
@option("policy", of=_OF, multiple=True, metavar="NAME", help="Only decisions by this policy. Repeatable.")
@option("model", of=_OF, metavar="GLOB", help="Only these models: org/name, in which * stands for anything.")
@option("codebase", of=_OF, metavar="GLOB", help="Only what was scanned in these code bases.")
@option("sheet", of=_OF, type=click.Choice(_SHEETS),
        help="What csv and parquet hold, which have room for one sheet. Default: decisions.")  # fmt: skip
@option("checkpoint", of=_OF, multiple=True, type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
        help="A checkpoint that was kept outside: the pack tells how far it vouches. Repeatable.")  # fmt: skip
@option("public-key", of=_OF, multiple=True, metavar="PUB",
        help="The public key of the log, or its file: the pack tells how far it is signed. Repeatable.")  # fmt: skip
@option("output", "-o", of=_OF, multiple=True, type=click.Path(path_type=Path, dir_okay=False), callback=_in_folders,
        metavar="FILE",
        help="Write to FILE instead of stdout; of a period, in the format of its suffix. Repeatable.")  # fmt: skip
@option("format", of=_OF, type=click.Choice([*_PROOFS, *_PACKS]),
        help="Of one scan: tlog-proof, which is the default, or dsse. Of a period: one of the others.")  # fmt: skip
@option("as-of", metavar="DATE", help="Of a period: the day waivers are looked at (YYYY-MM-DD). Default: its last day.")
@db_option
def command(
    number: int | None, proof: bool, key: str | None, db: str | None, format: str | None, output: tuple[Path, ...],
    as_of: str | None, **of_period: Any,
) -> None:  # fmt: skip
    """Export scan NUMBER with its proof, or all that was decided from --since to --until.

    \b
    modelorigin audit export 17 --proof -o scan-17.proof
    modelorigin audit export --since 2026-07-01 --until 2026-09-30 -o q3.html -o q3.xlsx

    One scan: tlog-proof is C2SP's text format (the record as extra data, its place, the hashes up to the root, the
    checkpoint); dsse is one signed in-toto statement a line and policy, with SLSA's verification summary as predicate.

    A period: population, decisions by verdict, origin, licence and policy, waivers with their end, what changed,
    what was not seen, and how far the log is signed and witnessed. html is for a person, xlsx has a sheet for each
    part, csv and parquet hold one sheet, json is the whole document (audit/v1). The same database gives the same
    bytes. Waivers are looked at on --as-of, by default the last day of the period. The database is hashed anew
    first; of one that is not what was recorded nothing is written.

    \b
    Exit codes:
      0  written
      2  usage or configuration error, or a library is missing
      3  nothing was scanned in the period, or the database cannot be used
    """
    if number is None:
        if proof:
            raise UsageError("the proof of which scan?", hint="give its number, as modelorigin audit list shows it")
        _period(db, as_of, format, output, **of_period)
        return
    given = [name for name, value in of_period.items() if value]
    if given:
        named = given[0].replace("_", "-")
        raise UsageError(f"--{named} is of a period, {number} is one scan", hint="leave one of them out")
    if not proof:
        raise UsageError("what is to be exported?", hint="add --proof")
    if format in _PACKS:
        raise UsageError(f"{format} is of a period", hint=f"one scan is exported as {' or '.join(_PROOFS)}")
    text = _proof(number, db, format or _PROOFS[0], key)
    if not output:
        emit(text)
    for path in output:
        write_file(path, text)


def _proof(number: int, db: str | None, format: str, key: str | None) -> str:
    from scanner.store import Store, refuse_key_of_another

    with Store.open(db, create=False) as store:
        origin, proven = store.origin(), store.prove(number)
    if format != "dsse":
        return proven.text
    from scanner.cli.audit.files import signer
    from scanner.log import envelope, leaf_hash, statements

    if key is None:
        raise UsageError("a statement is signed: with which key?", hint="give --key FILE")
    body = proven.body or b""
    signs = signer(key)
    refuse_key_of_another(signs, origin)
    told = statements(json.loads(body), leaf_hash(body), origin)
    return "".join(json.dumps(envelope(one, signs), separators=(",", ":")) + "\n" for one in told)


def _period(
    db: str | None,
    as_of: str | None,
    format: str | None,
    output: Sequence[Path],
    *,
    since: str | None,
    until: str | None,
    policy: Sequence[str],
    model: str | None,
    codebase: str | None,
    sheet: str | None,
    checkpoint: Sequence[Path],
    public_key: Sequence[str],
) -> None:
    from scanner import __version__
    from scanner.cli.audit.files import kept, public_keys
    from scanner.cli.audit.period import destinations, export_period
    from scanner.export.audit import ONE_SHEET, Asked

    if since is None or until is None:
        raise UsageError(
            "what is to be exported?" if since is until else "a period has a first and a last day",
            hint="give --since DATE and --until DATE, or the number of a scan and --proof",
        )
    if format in _PROOFS:
        raise UsageError(f"{format} is of one scan", hint=f"a period is exported as {', '.join(_PACKS)}")
    first, last = parse_day(since), parse_day(until)
    if last < first:
        raise UsageError(f"the period ends on {last}, before it begins on {first}", hint="exchange --since and --until")
    asked = Asked(
        since=first.isoformat(), until=last.isoformat(), as_of=last if as_of is None else parse_day(as_of),
        version=__version__, policies=tuple(dict.fromkeys(policy)), model=model, codebase=codebase,
    )  # fmt: skip
    wanted = destinations(format, output)
    if sheet is not None and not any(one.format in ONE_SHEET for one in wanted):
        raise UsageError("--sheet is of csv and parquet", hint="the other formats hold them all: leave --sheet out")
    outside = [(f"the checkpoint {path}", kept(path)) for path in checkpoint]
    export_period(db, asked, wanted, sheet or _SHEETS[0], public_keys(public_key), outside)
