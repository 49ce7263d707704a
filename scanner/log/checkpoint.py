"""A checkpoint: what a log was at one size, in three lines that a note signs (C2SP tlog-checkpoint)."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass

from scanner.log.note import BadNote, Note, from_base64
from scanner.log.tree import LENGTH
from scanner.text import clean_line

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_PRINTED = "checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``origin`` names the log, ``root`` is the hash of its first ``size`` records."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note. Lines that extend it are passed over: they are no part of what a log promises.

        Raises:
            BadNote: it is no checkpoint.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise BadNote("a checkpoint is three lines: origin, size, root")
        return cls(lines[0], size_of(lines[1]), hash_of(lines[2]))

    @property
    def text(self) -> str:
        """The three lines; what is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @property
    def line(self) -> str:
        """The checkpoint on one line, for a build's log or a sheet of paper."""
        return f"{_PRINTED} {self.origin} {self.size} {b64encode(self.root).decode()}"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that was kept outside the log: a signed note, or a printed line, which has no ``note``."""

    checkpoint: Checkpoint
    note: Note | None

    @classmethod
    def parse(cls, text: str) -> Witnessed:
        """Read a signed checkpoint, or the printed line of one.

        Raises:
            BadNote: it is neither.
        """
        words = text.split()
        if len(words) == 4 and words[0] == _PRINTED:
            return cls(Checkpoint(words[1], size_of(words[2]), hash_of(words[3])), None)
        note = Note.parse(text)
        return cls(Checkpoint.parse(note.text), note)


def size_of(text: str) -> int:
    """A number of records.

    Raises:
        BadNote: it is not written as one.
    """
    if not _SIZE.fullmatch(text):
        raise BadNote(f"not a size: {clean_line(text, 40)!r}")
    return int(text)


def hash_of(text: str) -> bytes:
    """A hash in base64.

    Raises:
        BadNote: it is none.
    """
    value = from_base64(text)
    if len(value) != LENGTH:
        raise BadNote(f"a hash has {LENGTH} bytes, not {len(value)}")
    return value
