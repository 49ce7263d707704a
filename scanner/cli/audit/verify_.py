"""``modelorigin audit verify``: is what is there what was recorded?"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.options import Configured, db_option, format_option, option
from scanner.cli.output import emit
from scanner.text import clean_line

if TYPE_CHECKING:
    from scanner.store import Verification

_OF = "audit verify"
_LISTED = 10


@click.command("verify", cls=Configured)
@option("checkpoint", of=_OF, multiple=True, type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
        help="A checkpoint that was kept outside: signed, or the line a witness printed. Repeatable.")  # fmt: skip
@option("key", of=_OF, multiple=True, metavar="PUB",
        help="The public key of the log, or the file that holds it. Repeatable: keys change.")  # fmt: skip
@option("script", of=_OF, is_flag=True,
        help="Print a program that verifies without modelorigin, to be read and run by an auditor.")  # fmt: skip
@db_option
@format_option(("table", "json"), of=_OF)
def command(checkpoint: tuple[Path, ...], key: tuple[str, ...], script: bool, db: str | None, format: str) -> int:
    """Read every record, row and text anew: are they what was recorded, signed and witnessed?

    What was changed, removed, added or put in another order is told. Without --checkpoint or --key nothing from
    outside is compared, and who may write the database could have written it anew: that is not a pass.

    \b
    Exit codes:
      0  everything is as it was recorded
      1  something is not
      3  not known: nothing from outside to compare with, a signed record gone by a redaction that nobody signed,
         or the database cannot be read
    """
    from scanner.cli.audit.files import kept, public_keys
    from scanner.store import Store

    if script:
        from scanner.data import text

        emit(text("verify_audit.py"))
        return 0
    keys = public_keys(key)
    outside = [(f"the checkpoint {path}", kept(path)) for path in checkpoint]
    with Store.open(db, create=False) as store:
        done = store.verify(keys, outside)
    emit(_json(done) if format == "json" else _table(done))
    if done.problems:
        return 1
    return 0 if done.anchored and not done.doubtful else 3


def _json(done: Verification) -> str:
    doubtful = [one.number for one in done.doubtful]
    told = asdict(done) | {"root": b64encode(done.root).decode(), "doubtful": doubtful, "result": _result(done)}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _table(done: Verification) -> str:
    rows = [
        ("log", done.origin),
        ("records", f"{done.size:,}"),
        ("root", b64encode(done.root).decode()),
        ("signed", f"{done.signed:,}"),
        ("witnessed", f"{done.witnessed:,}"),
        *(("redacted", f"scan {one.number}, {one.at}, by {one.by}: {one.reason}") for one in done.redacted),
        *(("PROBLEM", text) for text in done.problems),
        *(("not checked", text) for text in done.unchecked),
        *(("window", text) for text in _windows(done)),
        ("result", _result(done)),
    ]
    return "\n".join(f"{title:<11}  {text}" for title, text in rows)


def _windows(done: Verification) -> list[str]:
    """Where a change would not be noticed, in words."""
    windows = []
    if done.witnessed < done.signed:
        windows.append(
            f"rows after {done.witnessed:,} are signed but not witnessed: who has the key could change them, and who"
            " can write the database could put an older copy in its place"
        )
    covered = max(done.signed, done.witnessed)
    if covered < done.size:
        windows.append(f"rows after {covered:,} are not signed: who can write the database could change them")
    if done.signed and not done.witnessed and done.origin not in done.signers:
        windows.append(
            f"the key {clean_line(done.signers[0])} may sign other logs too: only a checkpoint kept outside shows that"
            " this is the right one"
        )
    return windows


def _result(done: Verification) -> str:
    if done.problems:
        return "not what was recorded"
    if not done.anchored:
        return "consistent, and compared with nothing from outside: give --checkpoint FILE or --key PUB"
    if done.doubtful:
        gone = ", ".join(str(one.number) for one in done.doubtful[:_LISTED])
        return f"not known: who can write the database could have redacted scan {gone}; audit checkpoint signs it"
    return "as recorded"
