"""The shipped index of licence texts: numbers only. No text and no sentence of one can be read out of it.

``license_texts.json`` has a line for each text: the licences it is the text of, its title, where it was taken from,
and the SHA-256 of its words. ``license_texts.bin`` holds sixteen bits for each word, in order, and a table of sampled
runs of four words that says which texts are worth comparing. ``benchmarks/build_license_texts.py`` makes both.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain, compress, groupby, repeat
from operator import itemgetter, ne

from scanner import data
from scanner.errors import DataError
from scanner.wording.words import FILE

TEXTS, NUMBERS = "license_texts.json", "license_texts.bin"
RUN = 4
"""Words in a run: long enough that two licences seldom share one by chance, and sixty-four bits."""
TWICE = -1
_PRIME = 3_999_999_979
SAMPLE = 96
"""Runs of each text that the table holds."""
_HEAD = struct.Struct("<4sII")
_MAGIC = b"mlt2"


@dataclass(frozen=True, slots=True)
class Reference:
    """One text of the index. ``licenses`` are those that share it, word for word.

    The first ``head`` words are its heading and the last ``tail`` an appendix: a file may leave them out. ``sha256`` is
    of the words between them. ``source`` and ``seen`` say which copy was read, and when.
    """

    number: int
    licenses: tuple[str, ...]
    title: str
    words: int
    head: int
    tail: int
    sha256: str
    source: str
    seen: str

    @property
    def core(self) -> tuple[int, int]:
        return self.head, self.words - self.tail


def digest(words: Iterable[str]) -> str:
    """SHA-256 of the words, one space between two, in hex."""
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()


def runs(hashed: Sequence[int]) -> list[int]:
    """Each run of four words as one number of sixty-four bits, in order; none of a text of fewer words."""
    raw = _packed("H", hashed)
    found = [0] * max(0, len(hashed) - RUN + 1)
    for first in range(RUN):
        found[first::RUN] = _apart(raw, first, (len(hashed) - first) // RUN)
    return found


def _apart(raw: bytes, first: int, count: int) -> Sequence[int]:
    return struct.unpack_from(f"<{count}Q", raw, 2 * first) if count > 0 else ()


def places(hashed: Sequence[int]) -> dict[int, int]:
    """Where each run of a text stands; ``TWICE`` for those that stand in more than one place."""
    found = runs(hashed)
    last = dict(zip(found, range(len(found)), strict=True))
    if len(last) < len(found):
        last |= dict.fromkeys(list(compress(found, map(ne, map(last.get, found), range(len(found))))), TWICE)
    return last


def place(hashed: Sequence[int], wanted: Sequence[int]) -> int | None:
    """Where ``hashed`` first holds the words ``wanted``; takes time linear in both."""
    raw, sought = _packed("H", hashed), _packed("H", wanted)
    at = raw.find(sought)
    while at > 0 and at % 2:
        at = raw.find(sought, at + 1)
    return at // 2 if at >= 0 else None


def _keys(found: Iterable[int]) -> list[int]:
    """Thirty-two bits for each run, spread so that the smallest are a fair sample."""
    return [run % _PRIME for run in found]


def sample(hashed: Sequence[int]) -> list[int]:
    """What the table holds of a text: the smallest keys of its runs, which any copy samples alike."""
    return sorted(set(_keys(runs(hashed))))[:SAMPLE]


class Index:
    """The texts, their table of runs, and the numbers of their words, unpacked one text at a time."""

    def __init__(self, references: Sequence[Reference], numbers: bytes) -> None:
        self.references = tuple(references)
        magic, entries, texts = _HEAD.unpack_from(numbers)
        if magic != _MAGIC or texts != len(self.references):
            raise DataError("the two files of licence texts do not belong together", file=NUMBERS)
        place = _HEAD.size
        self._keys = _unpacked("I", numbers[place : place + 4 * entries])
        place += 4 * entries
        self._texts = _unpacked("H", numbers[place : place + 2 * entries])
        place += 2 * entries
        lengths = _unpacked("I", numbers[place : place + 4 * texts])
        place += 4 * texts
        self._packed: list[bytes] = []
        for length in lengths:
            self._packed.append(numbers[place : place + length])
            place += length

    @cached_property
    def _table(self) -> dict[int, list[int]]:
        sampled = groupby(zip(self._keys, self._texts, strict=True), itemgetter(0))
        return {key: [text for _, text in texts] for key, texts in sampled}

    @cached_property
    def by_digest(self) -> dict[tuple[int, str], int]:
        """Texts by the number of words that count and their SHA-256."""
        return {(r.words - r.head - r.tail, r.sha256): r.number for r in self.references}

    @lru_cache(maxsize=256)  # noqa: B019 - there is one index in a process
    def _raw(self, number: int) -> bytes:
        return zlib.decompress(self._packed[number])

    def words(self, number: int) -> list[int]:
        """Sixteen bits for each word of the text."""
        return _unpacked("H", self._raw(number))

    def apart(self, number: int) -> Sequence[int]:
        """The runs of the text's core that do not overlap: a fourth of them, which has each word once."""
        low, high = self.references[number].core
        return _apart(self._raw(number), low, (high - low) // RUN)

    @lru_cache(maxsize=64)  # noqa: B019 - there is one index in a process
    def held(self, number: int) -> tuple[frozenset[int], frozenset[int]]:
        """The runs of the text, and those of them that a file may leave out."""
        words = self.words(number)
        low, high = self.references[number].core
        outside = (*runs(words[: low + RUN - 1]), *runs(words[high - RUN + 1 :]))
        return frozenset(runs(words)), frozenset(outside)

    @lru_cache(maxsize=64)  # noqa: B019 - there is one index in a process
    def places(self, number: int) -> dict[int, int]:
        """Where each run of the text stands: see ``places``."""
        return places(self.words(number))

    def shared(self, found: Iterable[int]) -> Mapping[int, int]:
        """How many of its sampled runs each text shares with the runs of ``found``."""
        return Counter(chain.from_iterable(map(self._table.get, _keys(found), repeat(()))))


def packed(texts: Sequence[Sequence[int]]) -> bytes:
    """The bytes of ``license_texts.bin`` for the numbers of the words of each text."""
    table = sorted((key, number) for number, hashed in enumerate(texts) for key in sample(hashed))
    blobs = [zlib.compress(_packed("H", hashed), 9) for hashed in texts]
    return b"".join(
        (
            _HEAD.pack(_MAGIC, len(table), len(texts)),
            _packed("I", [key for key, _ in table]),
            _packed("H", [number for _, number in table]),
            _packed("I", [len(blob) for blob in blobs]),
            *blobs,
        )
    )


def tables_digest() -> str:
    """SHA-256 of all that recognition rests on: the index and the table of wording, in hex."""
    parts = (data.text(TEXTS).encode(), (files("scanner.data") / NUMBERS).read_bytes(), data.text(FILE).encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@cache
def shipped() -> Index:
    """The index that ships.

    Raises:
        DataError: its two files do not belong together.
    """
    listed = json.loads(data.text(TEXTS))
    sources = listed["sources"]
    references = [
        Reference(
            number,
            tuple(one["licenses"]),
            one["title"],
            one["words"],
            one["head"],
            one["tail"],
            one["sha256"],
            f"{sources[one['source']]['package']} {one['path']}",
            sources[one["source"]]["seen"],
        )
        for number, one in enumerate(listed["texts"])
    ]
    return Index(references, (files("scanner.data") / NUMBERS).read_bytes())


def _packed(kind: str, numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}{kind}", *numbers)


def _unpacked(kind: str, raw: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(raw) // struct.calcsize(kind)}{kind}", raw))
