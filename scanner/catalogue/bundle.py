"""A catalogue in one file, to be carried where there is no network.

    line 1   the header, JSON: format, version, what is in it, who signed it off and when, size and SHA-256 of the rest
    line 2   the SHA-256 of line 1, in hex
    then     JSON lines, gzip; see ``records``

Nothing in it is a path and nothing is unpacked to one. Every byte is covered by a digest, and all of them are compared
before the first line is believed. Whoever can change the file can make new digests: have its SHA-256 told by another
way than the file goes.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from scanner import jsontext
from scanner.catalogue.entry import seconds
from scanner.errors import DataError, ScannerError
from scanner.hub.answers import date
from scanner.text import clean_line

FORMAT, VERSION = "modelorigin/catalogue-bundle", 1
MAGIC = f'{{"format":"{FORMAT}"'.encode()
_HEAD = 1 << 24
"""Bytes that the header may have at most."""
_LONGEST = 1 << 24
"""Bytes of one line."""
_DENSEST = 200
"""Bytes of text that come out of one byte; a made-up Hub has 6."""
_BLOCK = 1 << 18
_GZIP = 31
"""How zlib is told to use gzip's frame, which then has neither a name nor a time in it."""
_HINT = "nothing was imported: have the file sent again, and compare its digest with the maker's"


About = Callable[[], Mapping[str, Any]]
"""What the header says of the lines; asked when the last one was given."""


def write_bundle(path: Path, lines: Iterable[list[Any]], about: About) -> str:
    """Write a bundle of ``lines`` whole or not at all; the same lines give the same bytes. Returns its SHA-256.

    Raises:
        ScannerError: the file cannot be written.
    """
    target = path.resolve()
    part = target.with_name(f".modelorigin-{os.getpid()}.part")
    try:
        with TemporaryFile(dir=target.parent) as body:
            told = _write_body(body, lines)
            header = json.dumps({"format": FORMAT, "version": VERSION, **about(), "body": told}, separators=(",", ":"))
            head = f"{header}\n{sha256(header.encode()).hexdigest()}\n".encode()
            hashed = sha256(head)
            body.seek(0)
            # "x": nobody can have put a link to another file here.
            with part.open("xb") as file:
                file.write(head)
                while block := body.read(_BLOCK):
                    hashed.update(block)
                    file.write(block)
        part.replace(target)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            part.unlink(missing_ok=True)
        raise ScannerError(f"cannot write {path}: {error.strerror}", hint="name a file in another folder") from error
    return hashed.hexdigest()


def _write_body(file: IO[bytes], lines: Iterable[list[Any]]) -> dict[str, Any]:
    hashed, size, packed, length = sha256(), 0, sha256(), 0
    squeeze = zlib.compressobj(6, zlib.DEFLATED, _GZIP)

    def write(block: bytes) -> int:
        packed.update(block)
        return file.write(block)

    for line in lines:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        hashed.update(text)
        size += len(text)
        length += write(squeeze.compress(text))
    length += write(squeeze.flush())
    return {
        "bytes": length, "sha256": packed.hexdigest(), "text_bytes": size, "text_sha256": hashed.hexdigest(),
    }  # fmt: skip


class Bundle:
    """A bundle of which every digest was compared. ``models`` in it; ``as_of`` in unix seconds."""

    def __init__(self, path: Path) -> None:
        """Open and verify the file.

        Raises:
            DataError: a byte of it is not what it was, it is not whole, or another version.
        """
        self.name, self._path = path.name, path
        with self._file() as file:
            line, stated = file.readline(_HEAD), file.readline(66)
            self._start = file.tell()
            rest = file.seek(0, os.SEEK_END) - self._start
        if not line.endswith(b"\n") or stated != sha256(line[:-1]).hexdigest().encode() + b"\n":
            raise self._wrong("its header is not what it was")
        header = self._header(line)
        self._body: dict[str, Any] = header["body"]
        if self._body["bytes"] != rest:
            raise self._wrong(f"{rest:,} bytes where {self._body['bytes']:,} were written")
        if self._body["text_bytes"] > _DENSEST * rest:
            raise self._wrong("it would unfold to more than any catalogue does")
        self.models: int = header["models"]
        self.as_of: int = seconds(header["as_of"]) or 0
        self.signed_off: dict[str, str] | None = header["signed_off"]
        for _ in self._blocks():
            pass

    def lines(self) -> Iterator[list[Any]]:
        """The lines, verified once more as they are read: a file may change between two looks.

        Raises:
            DataError: it did, or a line is no list.
        """
        left = b""
        for block in self._blocks():
            *whole, left = (left + block).split(b"\n")
            if len(left) > _LONGEST:
                raise self._wrong("a line of it is too long")
            for line in whole:
                yield self._list(line)
        if left:
            raise self._wrong("its last line is not whole")

    def refused(self, why: str) -> DataError:
        """The error for a line that does not say what it should."""
        return self._wrong(f"it is a bundle, but {why}")

    def _header(self, line: bytes) -> dict[str, Any]:
        try:
            read = jsontext.parse(line)
        except jsontext.NotJson as error:
            raise self._wrong(f"its header is no JSON: {error}") from error
        header = read.value
        if read.duplicates or read.constants or not isinstance(header, dict) or header.get("format") != FORMAT:
            raise self._wrong("its header is none of a bundle")
        version = header.get("version")
        if type(version) is not int or version != VERSION:
            said = f"it has version {clean_line(repr(version))}, this program knows {VERSION}"
            raise DataError(said, file=self.name, hint="import it with the modelorigin that it was made for")
        body, off = header.get("body"), header.get("signed_off", ...)
        if not (
            isinstance(body, dict)
            and all(_is_count(body.get(key)) for key in ("bytes", "text_bytes"))
            and all(isinstance(body.get(key), str) for key in ("sha256", "text_sha256"))
            and _is_count(header.get("models"))
            and (header.get("as_of", ...) is None or date(header["as_of"]) == header["as_of"])
            and (off is None or (isinstance(off, dict) and all(isinstance(v, str) for v in off.values())))
        ):
            raise self._wrong("its header is none of a bundle")
        return header

    def _blocks(self) -> Iterator[bytes]:
        """The text, unfolded block by block, never much of it at once; the digests are compared at its end."""
        packed, hashed, size = sha256(), sha256(), 0
        unfold = zlib.decompressobj(_GZIP)
        try:
            with self._file() as file:
                file.seek(self._start)
                while block := file.read(_BLOCK):
                    packed.update(block)
                    text = b""
                    while not unfold.eof and (block or len(text) == _BLOCK):
                        text = unfold.decompress(block, _BLOCK)
                        block = unfold.unconsumed_tail
                        size += len(text)
                        hashed.update(text)
                        if size > self._body["text_bytes"]:
                            raise self._wrong("it unfolds to more than it says")
                        yield text
        except zlib.error as error:
            raise self._wrong(f"it cannot be unfolded: {error}") from error
        whole = unfold.eof and not unfold.unused_data and size == self._body["text_bytes"]
        found = (packed.hexdigest(), hashed.hexdigest())
        if not whole or found != (self._body["sha256"], self._body["text_sha256"]):
            raise self._wrong("its content is not what it was")

    def _list(self, line: bytes) -> list[Any]:
        try:
            read = jsontext.parse(line)
        except jsontext.NotJson as error:
            raise self.refused(f"a line is no JSON: {error}") from error
        if read.constants or read.duplicates or not isinstance(read.value, list):
            raise self.refused("a line is no list")
        return read.value

    def _file(self) -> IO[bytes]:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", file=self.name, hint=_HINT) from error

    def _wrong(self, why: str) -> DataError:
        return DataError(why, file=self.name, hint=_HINT)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
