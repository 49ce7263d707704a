"""Proofs as text: that a record is in a log (C2SP tlog-proof), and that a log has only grown (C2SP tlog-witness)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.log.checkpoint import Checkpoint, hash_of, size_of
from scanner.log.note import BadNote, Key, Note, from_base64
from scanner.log.tree import BadProof, check_consistency, check_inclusion, leaf_hash

_FIRST = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
"""Hashes of a proof: as many as the largest size has bits."""


class OtherSize(BadProof):
    """The proof may be right, and does not begin at what is known."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Record ``index`` of the log that ``note`` is the checkpoint of; ``body`` is the record, where it is told."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    body: bytes | None = None

    @property
    def text(self) -> str:
        """The proof in a file; the record itself stands in it as extra data."""
        extra = "" if self.body is None else f"extra {b64encode(self.body).decode()}\n"
        return f"{_FIRST}\n{extra}index {self.index}\n{_lines(self.hashes)}\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> Inclusion:
        """Read a proof.

        Raises:
            BadNote: it is none.
        """
        head, blank, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != _FIRST or not blank:
            raise BadNote(f"a proof begins with {_FIRST} and ends with a checkpoint")
        body = from_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise BadNote("a proof names the index of its record")
        return cls(size_of(lines[0][6:]), _hashes(lines[1:]), note, body)

    def verify(self, body: bytes, keys: Sequence[Key]) -> Checkpoint:
        """The checkpoint that ``body`` is proven to be part of, signed by one of ``keys``.

        Raises:
            BadNote: the checkpoint is none, or none of ``keys`` signed it.
            BadProof: the record is not in it.
        """
        note = Note.parse(self.note)
        if not note.signed_by(keys):
            raise BadNote("the checkpoint is not signed by a key that was given")
        checkpoint = Checkpoint.parse(note.text)
        check_inclusion(leaf_hash(body), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


@dataclass(frozen=True, slots=True)
class Growth:
    """What a witness is asked to believe: that the log of ``old`` records is the beginning of that of ``note``."""

    old: int
    hashes: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        return f"old {self.old}\n{_lines(self.hashes)}\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> Growth:
        """Read what a witness is asked; a checkpoint alone asks it to begin with nothing.

        Raises:
            BadNote: it is neither.
        """
        if not text.startswith("old "):
            return cls(0, (), text)
        head, blank, note = text.partition("\n\n")
        lines = head.split("\n")
        if not blank:
            raise BadNote("a proof of growth ends with a checkpoint")
        return cls(size_of(lines[0][4:]), _hashes(lines[1:]), note)

    def verify(self, known: Checkpoint | None) -> Checkpoint:
        """The new checkpoint, of which ``known``, the last that was witnessed, is proven to be the beginning.

        The checkpoint that is known already needs no proof. Who signed is for the caller to look at.

        Raises:
            BadNote: no checkpoint, or one of another log.
            OtherSize: that cannot be said: the proof begins at another size.
            BadProof: it is not.
        """
        checkpoint = Checkpoint.parse(Note.parse(self.note).text)
        if known is None:
            if self.old:
                raise OtherSize(f"the proof begins at {self.old}, and nothing was witnessed")
            return checkpoint
        if checkpoint.origin != known.origin:
            raise BadNote("the checkpoint is that of another log")
        if checkpoint == known:
            return checkpoint
        if checkpoint.size < known.size:
            raise BadProof(f"the log has {checkpoint.size} records, and {known.size} were witnessed: it was cut")
        if checkpoint.size == known.size:
            raise BadProof(f"the log of {known.size} records is not the one that was witnessed")
        if self.old != known.size:
            raise OtherSize(f"the proof begins at {self.old}, and {known.size} records were witnessed")
        check_consistency(known.size, known.root, checkpoint.size, checkpoint.root, self.hashes)
        return checkpoint


def _lines(hashes: Sequence[bytes]) -> str:
    return "".join(f"{b64encode(one).decode()}\n" for one in hashes)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_HASHES:
        raise BadNote(f"a proof has at most {MAX_HASHES} hashes")
    return tuple(map(hash_of, lines))
