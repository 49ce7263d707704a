"""``modelorigin audit checkpoint``: the log of all scans as it is now, signed."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import LARGEST, Configured, Option, db_option, option
from scanner.cli.output import emit, in_a_folder, tell, write_file
from scanner.errors import UsageError

_OF = "audit checkpoint"


@click.command("checkpoint", cls=Configured)
@click.option(
    "--key",
    cls=Option,
    envvar="MODELORIGIN_KEY",
    show_envvar=True,
    metavar="FILE",
    help="Sign with the key in FILE. The variable may hold the key itself.",
)
@option("new-key", of=_OF, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
        help="Make a key in FILE, for your eyes only, and sign with it. Keep it away from the database.")  # fmt: skip
@option("old", of=_OF, type=click.IntRange(0, LARGEST), metavar="SIZE",
        help="Put the proof before it that the first SIZE records, which a witness knows, are unchanged.")  # fmt: skip
@option("output", "-o", of=_OF, type=click.Path(path_type=Path, dir_okay=False), callback=in_a_folder, metavar="FILE",
        help="Write it to FILE instead of stdout.")  # fmt: skip
@db_option
def command(key: str | None, new_key: Path | None, old: int | None, output: Path | None, db: str | None) -> None:
    """Sign the log of all scans as it is now, and print the checkpoint: a C2SP signed note.

    Every record is hashed anew. A log that is not what was signed before, by the key it names, is not signed again.
    What a checkpoint covers cannot be changed unnoticed by anybody who cannot change the checkpoint: keep it elsewhere
    (audit witness).
    """
    from scanner.cli.audit.files import new_signer, signer
    from scanner.cli.reading import now
    from scanner.store import Store

    if (key is None) == (new_key is None):
        raise UsageError("sign with which key?", hint="give --key FILE, or --new-key FILE for the first time")
    with Store.open(db, create=False) as store:
        signs = new_signer(new_key, store.origin()) if new_key else signer(key or "")
        if new_key:
            tell(f"public key, for those who verify: {signs.key}")
        grown = store.checkpoint(signs, at=now(), old=old or 0, new=new_key is not None)
    text = grown.note if old is None else grown.text
    if output is None:
        emit(text)
    else:
        write_file(output, text)
