"""Weights that lie in a code base: files by their ending and their first bytes, and pointers of Git LFS to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from scanner import data
from scanner.references.names import Names
from scanner.references.reader import Reader
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.source import Source

FILE = "idioms/weights.yaml"

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-\d[^\n]{0,200}\n){0,10}"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n?"
)
_MAX_POINTER = 1024
# A file without a NUL whose beginning is text is text, whatever its name ends in.
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]+")
_LOOK = 512


@dataclass(frozen=True, slots=True)
class _Format:
    """``begins``: an offset and the bytes there; ``own``: its suffixes are used for weights alone."""

    name: str
    suffixes: tuple[str, ...]
    begins: tuple[tuple[int, bytes], ...]
    own: bool

    def fits(self, head: bytes) -> bool:
        return any(head.startswith(magic, offset) for offset, magic in self.begins)


@cache
def _formats() -> dict[str, tuple[_Format, ...]]:
    """The formats of each suffix, in the order of the file."""
    table: dict[str, tuple[_Format, ...]] = {}
    for name, record in data.whole(FILE).items():
        begins = [entry.split(":") for entry in record["begins"]]
        magics = tuple((int(offset), bytes.fromhex(digits)) for offset, digits in begins)
        known = _Format(name, tuple(record["suffixes"]), magics, record.get("own", False))
        for suffix in known.suffixes:
            table[suffix] = (*table.get(suffix, ()), known)
    return table


def _suffix(source: Source) -> str:
    return "." + source.name.lower().rpartition(".")[2] if "." in source.name else ""


def _read(source: Source, names: Names) -> Iterator[Reference]:
    if pointed := _pointed(source):
        yield pointed
        return
    known = _formats().get(_suffix(source), ())
    head = source.data
    fitting = next((form for form in known if form.fits(head)), None)
    if fitting is not None:
        sure = Confidence.HIGH if fitting.own else Confidence.MEDIUM
        yield _file(source, Kind.WEIGHTS, sure, (f"format:{fitting.name}",))
    elif not source.size:
        yield _file(source, Kind.IGNORED, reason="an empty file")
    elif any(form.own and form.suffixes[0] == _suffix(source) for form in known) and not _is_text(head):
        yield _file(source, Kind.WEIGHTS, Confidence.LOW, ("format:unrecognised",))
    else:
        yield _file(source, Kind.IGNORED, reason="its first bytes are not those of weights")


def _read_pointer(source: Source, names: Names) -> Iterable[Reference]:
    return (pointed,) if (pointed := _pointed(source)) else ()


def _pointed(source: Source) -> Reference | None:
    """What a pointer of Git LFS stands for; None where the file is none."""
    if source.size > _MAX_POINTER or not (found := _POINTER.fullmatch(source.data)):
        return None
    if _suffix(source) not in _formats():
        return _file(source, Kind.IGNORED, reason="a pointer to a file that is not named like weights")
    flags = ("lfs-pointer", f"sha256:{found[1].decode()}", f"size:{int(found[2])}")
    return _file(source, Kind.WEIGHTS, Confidence.HIGH, flags)


def _is_text(head: bytes) -> bool:
    start = head[:_LOOK]
    return bool(_TEXT.fullmatch(start)) and start.isascii()


def _file(
    source: Source,
    kind: Kind,
    confidence: Confidence = Confidence.HIGH,
    flags: tuple[str, ...] = (),
    reason: str = "",
) -> Reference:
    return Reference(source.path, 1, 1, kind, source.path, "file", None, None, confidence, flags, reason)


WEIGHTS = Reader("weights", tuple(f"*{suffix}" for suffix in _formats()), _read)
POINTER = Reader("pointer", (), _read_pointer)
"""Told by its content: a pointer may stand in place of a file of any name."""
