"""``modelorigin audit export``: one scan, with what proves it to somebody who has no database."""

from __future__ import annotations

import json
from pathlib import Path

import click

from scanner.cli.options import LARGEST, Configured, Option, db_option, format_option, option
from scanner.cli.output import emit, in_a_folder, write_file
from scanner.errors import UsageError

_OF = "audit export"


@click.command("export", cls=Configured)
@click.argument("number", type=click.IntRange(1, LARGEST))
@option("proof", of=_OF, is_flag=True, help="With the proof that the scan is in the log. There is no export without.")
@option("output", "-o", of=_OF, type=click.Path(path_type=Path, dir_okay=False), callback=in_a_folder, metavar="FILE",
        help="Write to FILE instead of stdout.")  # fmt: skip
@click.option(
    "--key",
    cls=Option,
    envvar="MODELORIGIN_KEY",
    show_envvar=True,
    metavar="FILE",
    help="The key that signs the statements of --format dsse. The variable may hold the key itself.",
)
@db_option
@format_option(("tlog-proof", "dsse"), of=_OF)
def command(number: int, proof: bool, output: Path | None, key: str | None, db: str | None, format: str) -> None:
    """Export scan NUMBER with the proof that it is in the last checkpoint.

    tlog-proof is C2SP's text format: the record as extra data, its place, the hashes up to the root, the checkpoint.
    dsse is one signed in-toto statement a line and policy, with SLSA's verification summary as predicate.
    """
    from scanner.store import Store

    if not proof:
        raise UsageError("what is to be exported?", hint="add --proof")
    with Store.open(db, create=False) as store:
        origin, proven = store.origin(), store.prove(number)
    text = proven.text
    if format == "dsse":
        from scanner.cli.audit.files import signer
        from scanner.log import envelope, leaf_hash, statements

        if key is None:
            raise UsageError("a statement is signed: with which key?", hint="give --key FILE")
        body = proven.body or b""
        signs = signer(key)
        told = statements(json.loads(body), leaf_hash(body), origin)
        text = "".join(json.dumps(envelope(one, signs), separators=(",", ":")) + "\n" for one in told)
    if output is None:
        emit(text)
    else:
        write_file(output, text)
