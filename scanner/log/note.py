"""Signed notes and their keys, as C2SP signed-note v1.0 writes them: a text, a blank line, a line for each signature.

Keys are written as the reference implementation (golang.org/x/mod/sumdb/note) writes them, so that its tools and ours
read the same files: ``name+id+base64`` what verifies, ``PRIVATE+KEY+name+id+base64`` what signs. Ed25519 only.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import ModuleType

from scanner.errors import ScannerError
from scanner.text import clean_line

MAX_NOTE = 200_000
"""Characters of a note that is read: room for sixteen signatures of any kind, as the specification asks."""
_ED25519 = b"\1"
_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "


class BadNote(ValueError):
    """The text is no note or no key, or a signature is wrong; the message says why, in one harmless line."""


@dataclass(frozen=True, slots=True)
class Key:
    """What verifies: the name of who signs, and 32 bytes of a public key."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read ``name+id+base64``.

        Raises:
            BadNote: it is something else, or the id is another key's.
        """
        name, plus, rest = text.strip().partition("+")
        number, also, encoded = rest.partition("+")
        if not (plus and also) or not _is_name(name):
            raise BadNote("a public key reads name+id+base64")
        key = cls(name, _key_bytes(encoded))
        if number != key.id.hex():
            raise BadNote(f"the id {clean_line(number, 20)!r} is not that of the key, which is {key.id.hex()}")
        return key

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """True when ``signature`` is this key's over ``message``.

        Raises:
            ScannerError: the library that verifies is not installed.
        """
        library = _ed25519()
        from cryptography.exceptions import InvalidSignature

        try:
            library.Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs. It is never shown: its text is for the file it is kept in."""

    key: Key
    _seed: bytes = field(repr=False)

    @classmethod
    def new(cls, name: str) -> Signer:
        """A new random key that signs as ``name``.

        Raises:
            BadNote: no name of a key: it is empty, or holds a space or a plus.
            ScannerError: the library that signs is not installed.
        """
        if not _is_name(name):
            raise BadNote("the name of a key is not empty and holds neither space nor plus")
        return cls._of(name, os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Read ``PRIVATE+KEY+name+id+base64``.

        Raises:
            BadNote: it is something else. The message repeats nothing of it.
            ScannerError: the library that signs is not installed.
        """
        head, found, rest = text.strip().partition(_PRIVATE)
        name, _, rest = rest.partition("+")
        number, _, encoded = rest.partition("+")
        if head or not found or not _is_name(name):
            raise BadNote("a key that signs reads PRIVATE+KEY+name+id+base64")
        signer = cls._of(name, _key_bytes(encoded))
        if number != signer.key.id.hex():
            raise BadNote("the id is not that of the key: the file was cut or edited")
        return signer

    @classmethod
    def _of(cls, name: str, seed: bytes) -> Signer:
        public = _ed25519().Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(Key(name, public), seed)

    @property
    def text(self) -> str:
        """What ``parse`` reads."""
        encoded = b64encode(_ED25519 + self._seed).decode()
        return f"{_PRIVATE}{self.key.name}+{self.key.id.hex()}+{encoded}"

    def signature(self, message: bytes) -> bytes:
        signature: bytes = _ed25519().Ed25519PrivateKey.from_private_bytes(self._seed).sign(message)
        return signature

    def sign(self, text: str) -> str:
        """``text``, which ends in a newline, as a signed note."""
        encoded = b64encode(self.key.id + self.signature(text.encode())).decode()
        return f"{text}\n{_DASH}{self.key.name} {encoded}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """A line below a note: who is said to have signed, the id of the key, and what it signed with."""

    name: str
    id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was written; its signatures are claims until ``signed_by`` has looked at them."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read a signed note.

        Raises:
            BadNote: it is none.
        """
        if len(text) > MAX_NOTE:
            raise BadNote(f"longer than {MAX_NOTE:,} characters")
        if any(character < " " and character != "\n" for character in text):
            raise BadNote("a note holds no control characters")
        body, blank, lines = text.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise BadNote("a note is a text, a blank line, and signatures that end in a newline")
        return cls(body + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))

    def signed_by(self, keys: Sequence[Key]) -> tuple[Key, ...]:
        """Those of ``keys`` that signed the note; what unknown keys signed is passed over.

        Raises:
            BadNote: a signature that is said to be one of ``keys`` is not.
            ScannerError: the library that verifies is not installed.
        """
        known = {(key.name, key.id): key for key in keys}
        found: dict[Key, None] = {}
        for signature in self.signatures:
            key = known.get((signature.name, signature.id))
            if key is None:
                continue
            if not key.verifies(signature.value, self.text.encode()):
                raise BadNote(f"the signature of {key.name} is wrong")
            found[key] = None
        return tuple(found)


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _is_name(name):
        raise BadNote("a signature reads — name base64")
    value = from_base64(encoded)
    if len(value) < 5:
        raise BadNote("a signature is longer than the id of its key")
    return Signature(name, value[:4], value[4:])


def _is_name(text: str) -> bool:
    return bool(text) and "+" not in text and not any(c.isspace() or not c.isprintable() for c in text)


def _key_bytes(encoded: str) -> bytes:
    value = from_base64(encoded)
    if len(value) != 33 or value[:1] != _ED25519:
        raise BadNote("not an Ed25519 key")
    return value[1:]


def from_base64(text: str) -> bytes:
    """The bytes of standard base64, written in the one way there is.

    Raises:
        BadNote: it is not base64, or holds what a reader might pass over.
    """
    try:
        value = b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadNote("not base64") from error
    if b64encode(value).decode() != text:
        raise BadNote("base64 that can be written in another way")
    return value


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise ScannerError(
            "signatures need the library 'cryptography', which is not installed",
            hint="pip install 'modelorigin[sign]'",
        ) from error
    return ed25519
