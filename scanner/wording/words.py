"""A licence text as the words that count: case, wrapping, marks, bullets and copyright lines are left out.

What is left out is little and plain, since what is left out cannot be found to differ: a copyright line stays when it
holds a word that could permit or forbid something.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape

from scanner.data import whole

FILE = "license_words.yaml"
_TAGS = (
    "a|abbr|b|blockquote|body|br|center|cite|code|dd|div|dl|dt|em|font|h[1-6]|head|hr|html|i|li|ol|p|pre|section|small"
    "|span|strong|sub|sup|table|tbody|td|th|title|tr|tt|u|ul"
)
_MARKUP = re.compile(rf"</?(?:{_TAGS})(?:[ \t\n/][^<>]{{0,300}})?>|\]\([^()\s]{{1,300}}\)|https?://(?:www\.)?", re.I)
_WORD = re.compile(r"[^\W_]+")
# An enumerator stands where a clause begins; elsewhere "3." may be the number of a section.
_ENUMERATOR = re.compile(
    r"(?:\A\W{0,20}|\n[ \t#>*/-]{0,40}\n[ \t#>*/-]{0,40}|[.;:,][\s#*/-]{1,40}|\b(?:and|or|and/or)\s{1,40})"
    r"(\(?(?:\d{1,2}|[a-z]|[ivx]{2,4})[.)])(?=\s)",
    re.I,
)
_COPYRIGHT = re.compile(r"^[^\w\n<\[{©]{0,40}(?:portions[ \t]{1,4})?(?:copyright|©|\(c\))[^\n]{0,400}$", re.I | re.M)
_HELD = re.compile(r"(?:copyright\W{0,6})?(?:©|\(c\)|\bby\b|\d{4}|[<\[{])", re.I)
_SENTENCE_END = re.compile(r"\.[ \t]+(?=[A-Z])")
_RESERVED = re.compile(r"\ball[\s#*/]{1,20}rights[\s#*/]{1,20}reserved\b", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MOST_HELD = 25


@dataclass(frozen=True, slots=True)
class Words:
    """``words`` in lower case with where each begins in the text it was read from; ``unread`` were too many."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    breaks: tuple[int, ...]
    unread: int = 0

    def line(self, at: int) -> int:
        """The line of the word at ``at``, counted from 1; of the last word where the text ends before it."""
        return bisect_right(self.breaks, self.starts[min(at, len(self.starts) - 1)]) + 1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the table of wording says: see its comments."""

    loud: tuple[str, ...]
    holders: frozenset[tuple[str, ...]]
    spellings: Mapping[str, str]
    told: tuple[str, ...]
    held: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The shipped table of wording."""
    table = whole(FILE)
    holders = frozenset(tuple(phrase.split()) for phrase in table["holders"])
    loud = tuple(sorted(set(table["loud"].split())))
    told = tuple(table["told"].split())
    return Vocabulary(loud, holders, table["spellings"], told, frozenset(table["held"].split()))


def is_loud(word: str) -> bool:
    """Whether the word could change what is permitted; numbers but those of years could."""
    if word.startswith(vocabulary().loud):
        return True
    return any(letter.isdigit() for letter in word) and not _YEAR.fullmatch(word)


def is_quiet(words: Sequence[str]) -> bool:
    """Whether the words are a heading, a name or a date: none of them could change what is permitted."""
    return not any(is_loud(word) for word in words)


def read(text: str, most: int) -> Words:
    """The words of ``text`` that count, at most ``most``. Takes time linear in the text."""
    spellings = vocabulary().spellings
    plain = _MARKUP.sub(_blank, text.replace("\r", " "))
    if "&" in plain:
        plain = _entities(plain)
    left_out = _joined([*_copyright_lines(plain), *_spans(_ENUMERATOR, plain, 1), *_spans(_RESERVED, plain)])
    words: list[str] = []
    starts: list[int] = []
    unread, place = 0, 0
    for found in _WORD.finditer(plain):
        begin = found.start()
        while place < len(left_out) and left_out[place][1] <= begin:
            place += 1
        if place < len(left_out) and left_out[place][0] <= begin:
            continue
        if len(words) == most:
            unread += 1
            continue
        word = found[0].lower()
        words.append(spellings.get(word, word))
        starts.append(begin)
    breaks = tuple(m.start() for m in re.finditer("\n", plain))
    return Words(tuple(words), tuple(starts), breaks, unread)


def hashes(words: Sequence[str]) -> list[int]:
    """Sixteen bits for each word: enough to align two texts, too few to give a text back."""
    crc = zlib.crc32
    return [crc(word.encode("utf-8", "replace")) & 0xFFFF for word in words]


def _blank(found: re.Match[str]) -> str:
    return "".join("\n" if letter == "\n" else " " for letter in found[0])


def _entities(text: str) -> str:
    """Character references as what they stand for, padded so that every place stays where it was."""

    def plain(found: re.Match[str]) -> str:
        meant = unescape(found[0])
        return meant.ljust(len(found[0])) if len(meant) <= len(found[0]) else found[0]

    return re.sub(r"&#?\w{2,8};", plain, text)


def _copyright_lines(text: str) -> list[tuple[int, int]]:
    spans = []
    for found in _COPYRIGHT.finditer(text):
        begin, end = found.span()
        if not _HELD.search(found[0][:80]):
            continue
        stop = _SENTENCE_END.search(text, begin, end)
        if stop:
            end = stop.end()
        said = _RESERVED.sub(" ", text[begin:end])
        if holds_copyright([word.lower() for word in _WORD.findall(said)]):
            spans.append((begin, end))
    return spans


def holds_copyright(words: Sequence[str]) -> bool:
    """Whether the words say who holds the copyright and since when, and nothing else."""
    if not 1 < len(words) <= _MOST_HELD or not ("copyright" in words[:2] or words[0] == "c"):
        return False
    return is_quiet([word for word in words if word not in vocabulary().held])


def _spans(pattern: re.Pattern[str], text: str, group: int = 0) -> list[tuple[int, int]]:
    return [found.span(group) for found in pattern.finditer(text)]


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, none inside another."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
