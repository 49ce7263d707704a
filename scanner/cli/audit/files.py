"""Keys, checkpoints and what a witness knows, as files."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.output import tell
from scanner.errors import ScannerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.log import Key, Signer, Witnessed

_LARGEST = 1_000_000
"""Bytes of a file that is read here; a checkpoint and its proof take a few thousand."""


def read(path: Path) -> str:
    """The text of a small file; ``-`` is stdin.

    Raises:
        UsageError: it cannot be read, is large, or is not UTF-8.
    """
    try:
        if str(path) == "-":
            body = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with path.open("rb") as file:
                body = file.read(_LARGEST + 1)
        text = body.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError(
            f"cannot read {path}: {reason}", hint="name the file of a checkpoint, a proof or a key"
        ) from error
    if len(body) > _LARGEST:
        raise UsageError(f"{path} is larger than {_LARGEST:,} bytes", hint="a checkpoint takes a few lines")
    return text


def public_keys(texts: Sequence[str]) -> list[Key]:
    """The keys given: each as its text, or as the file that holds it.

    Raises:
        UsageError: one is neither.
    """
    from scanner.log import BadNote, Key

    keys = []
    for given in texts:
        try:
            keys.append(Key.parse(given if given.count("+") >= 2 else read(Path(given))))
        except BadNote as error:
            raise UsageError(
                f"not a public key: {error}", hint="audit checkpoint prints the key it signs with"
            ) from error
    return keys


def signer(key: str) -> Signer:
    """The key that signs, from its file; a variable may hold the key itself.

    Raises:
        UsageError: the file cannot be read, or holds no key that signs.
    """
    from scanner.log import BadNote, Signer

    path = Path(key)
    inline = key.startswith("PRIVATE+KEY+")
    if not inline:
        with suppress(OSError):
            if os.name == "posix" and path.stat().st_mode & 0o077:
                tell(f"note: others may read {path}; chmod 600 keeps the key to you")
    try:
        return Signer.parse(key if inline else read(path))
    except BadNote as error:
        where = "the key given" if inline else str(path)
        raise UsageError(
            f"{where} does not sign: {error}", hint="modelorigin audit checkpoint --new-key FILE"
        ) from error


def new_signer(path: Path, name: str) -> Signer:
    """A new key that signs as ``name``, in a new file that only its owner reads.

    Raises:
        UsageError: there is something already, or no file can be made there.
    """
    from scanner.log import Signer

    made = Signer.new(name)
    try:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            _write(file, made.text + "\n")
        except OSError:
            path.unlink()
            raise
        finally:
            os.close(file)
    except OSError as error:
        raise UsageError(
            f"cannot make the key {path}: {error.strerror}", hint="name a file that does not exist"
        ) from error
    return made


def _write(file: int, text: str) -> None:
    """Write all of ``text``; when this returns, it is on the disk."""
    left = text.encode("utf-8")
    while left:
        left = left[os.write(file, left) :]
    os.fsync(file)


def kept(path: Path) -> Witnessed:
    """A checkpoint that was kept in a file.

    Raises:
        UsageError: there is none in it.
    """
    from scanner.log import BadNote, Witnessed

    try:
        return Witnessed.parse(read(path))
    except BadNote as error:
        raise UsageError(
            f"{path} is no checkpoint: {error}", hint="give what audit checkpoint or audit witness wrote or printed"
        ) from error


class State:
    """What a witness knows: the last checkpoint, in a file that one witness at a time may change.

    Raises:
        ScannerError: another witness has it, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        # A link is followed: what the witness knows lies where somebody meant it to lie.
        self._path = Path(os.path.realpath(path))
        self._next = self._path.with_name(f".{self._path.name}.next")
        self._kept = False

    def __enter__(self) -> State:
        try:
            self._file = os.open(self._next, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError as error:
            raise ScannerError(
                f"another witness is at work on {self._path}", hint=f"if none is, one was stopped: remove {self._next}"
            ) from error
        except OSError as error:
            raise ScannerError(
                f"cannot write beside {self._path}: {error.strerror}", hint="give another file with --state"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
        if not self._kept:
            # Once it is kept, a file of this name is that of the next witness.
            self._next.unlink(missing_ok=True)

    def known(self) -> Witnessed | None:
        """The last checkpoint; None before the first.

        Raises:
            UsageError: something else lies there.
        """
        return kept(self._path) if self._path.exists() else None

    def keep(self, note: str) -> None:
        """Put ``note`` in the place of the last checkpoint. When this returns, it is on the disk.

        Raises:
            ScannerError: it is not, and the last one is there still.
        """
        try:
            _write(self._file, note)
            self._next.replace(self._path)
            self._kept = True
            if os.name == "posix":
                folder = os.open(self._path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except OSError as error:
            raise ScannerError(f"cannot keep the checkpoint: {error.strerror}", hint="nothing was witnessed") from error
