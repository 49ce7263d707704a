"""``modelorigin audit redact``: what was recorded of one scan goes, and the log says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scanner.cli.options import LARGEST, Configured, db_option, option
from scanner.cli.output import emit
from scanner.errors import UsageError
from scanner.text import clean_line

if TYPE_CHECKING:
    from scanner.store import Redaction

_OF = "audit redact"
_LONGEST = 500
_COPY = "a copy in the database's own files, until all who read it now have ended (a server: until it is vacuumed)"


@click.command("redact", cls=Configured)
@click.argument("number", type=click.IntRange(1, LARGEST))
@option("reason", of=_OF, required=True, metavar="TEXT", help="Why. It stays in the log for good.")
@option("by", of=_OF, required=True, metavar="NAME", help="Who is answerable for it. It stays too.")
@option("yes", of=_OF, is_flag=True, help="Do it. Without, it is only told what would be removed.")
@db_option
def command(number: int, reason: str, by: str, yes: bool, db: str | None) -> None:
    """Remove what was recorded of scan NUMBER, for good: a name that must not be kept, an order to delete.

    Its row, decisions, evidence, and the texts that no other scan shares go, and so does the text of its record. The
    record's place and hash stay, and a new record says who removed it, when and why: every checkpoint and every proof
    of other scans holds, and audit verify lists it from then on. Copies elsewhere are not reached: backups, reports,
    exported proofs. Sign a checkpoint afterwards (audit checkpoint): until then nobody can tell it from one that
    somebody made up who can write the database.
    """
    from scanner.cli.reading import now
    from scanner.store import Store

    for name, text in (("--reason", reason), ("--by", by)):
        if text != clean_line(text, _LONGEST):
            raise UsageError(
                f"{name} is longer than {_LONGEST} characters, or more than plain words",
                hint="one line, without spaces around it",
            )
    with Store.open(db, create=False) as store:
        plan = store.redact(number, reason=reason, by=by, at=now()) if yes else store.redaction(number)
    emit(_told(plan, yes))


def _told(plan: Redaction, done: bool) -> str:
    texts = " and ".join(plan.texts)
    gone = [
        f"its row, its decisions ({plan.decisions}), its evidence ({plan.evidence} rows)",
        *([f"its {texts}"] if texts else []),
        f"the text of record {plan.place} of the log",
    ]
    stays = [
        f"record {plan.place} with its hash, and a record of who removed it, when and why",
        "the policies it was judged by",
        *(f"its {kind}: other scans have the same" for kind in plan.shared),
        "whatever was copied elsewhere: backups, reports, exported proofs",
    ]
    rows = [
        ("scan", f"{plan.number}: {clean_line(plan.model)}, {clean_line(plan.at)}"),
        *(("removed" if done else "goes", text) for text in gone),
        *(("stays", text) for text in stays),
        *([("stays", _COPY)] if done and not plan.erased else []),
        ("result", "removed: now sign the log (audit checkpoint)" if done else "nothing was removed: add --yes"),
    ]
    return "\n".join(f"{title:<8}  {text}" for title, text in rows)
