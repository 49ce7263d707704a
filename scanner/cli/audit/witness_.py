"""``modelorigin audit witness``: a memory of the log that who owns the database does not own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from scanner.cli.options import Configured, option
from scanner.cli.output import emit, report, tell
from scanner.errors import ScannerError, UsageError
from scanner.text import clean_line

_OF = "audit witness"
_GIT_SECONDS = 60


@click.command("witness", cls=Configured)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@option("state", of=_OF, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
        help="What the witness knows: the last checkpoint. It is replaced by the new one.")  # fmt: skip
@option("key", of=_OF, required=True, multiple=True, metavar="PUB",
        help="The public key of the log, or the file that holds it. Repeatable.")  # fmt: skip
@option("commit", of=_OF, is_flag=True, help="Commit the new state to the git repository it lies in.")
def command(file: Path, state: Path, key: tuple[str, ...], commit: bool) -> int:
    """Keep the checkpoint in FILE (default: stdin), if the log it is of has only grown since the last one.

    FILE is what audit checkpoint --old SIZE prints. A witness that knows nothing yet takes a checkpoint alone. It needs
    no database: run it where who writes the database cannot write. The line that is printed once the checkpoint is on
    the disk is a witness too: audit verify --checkpoint takes it as it takes the state.

    \b
    Exit codes:
      0  witnessed
      1  refused: this log is not the one that was witnessed before
      3  not witnessed: the proof begins at another size (which is told), or the checkpoint could not be kept
    """
    from scanner.cli.audit.files import State, public_keys, read
    from scanner.log import BadNote, BadProof, Growth, Note, OtherSize

    keys = public_keys(key)
    try:
        asked = Growth.parse(read(file))
        note = Note.parse(asked.note)
        signed = note.signed_by(keys)
    except BadNote as error:
        raise UsageError(f"{file}: {error}", hint="give what modelorigin audit checkpoint --old SIZE prints") from error
    if not signed:
        report(ScannerError("the checkpoint is not signed by the key of the log", hint="nothing was witnessed"))
        return 1
    with State(state) as kept:
        last = kept.known()
        try:
            checkpoint = asked.verify(last.checkpoint if last else None)
        except OtherSize as error:
            size = last.checkpoint.size if last else 0
            raise ScannerError(str(error), hint=f"modelorigin audit checkpoint --old {size}") from error
        except (BadNote, BadProof) as error:
            report(ScannerError(f"refused: {error}", hint="the log may have been rewritten: keep both, and ask why"))
            return 1
        kept.keep(asked.note)
    if last is None:
        tell(f"note: nothing was witnessed in {state} before; what comes is compared with this from here on")
    if commit:
        _commit(state, checkpoint.line)
    emit(checkpoint.line)
    return 0


def _commit(state: Path, line: str) -> None:
    """Commit ``state``, and nothing else, to the repository it lies in.

    Raises:
        ScannerError: git is missing, or did not commit.
    """
    name = state.resolve()
    for words in (
        ("add", "--", name.name),
        ("commit", "--quiet", "--allow-empty", "-m", line, "--only", "--", name.name),
    ):
        try:
            subprocess.run(  # noqa: S603 - a fixed program, its arguments a list
                ["git", *words], cwd=name.parent, check=True, capture_output=True, timeout=_GIT_SECONDS,  # noqa: S607
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            said = (getattr(error, "stderr", None) or b"").decode(errors="replace")
            raise ScannerError(
                f"the checkpoint is kept in {state}, and not committed: {clean_line(said, 200) or 'git did not run'}",
                hint="commit it yourself",
            ) from error
