"""A licence text as the words that count: case, wrapping, marks, bullets and copyright lines are left out.

What is left out is little and plain, since what is left out cannot be found to differ: a copyright line stays when it
holds a word that could permit or forbid something.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import accumulate, chain

from scanner.data import whole

FILE = "license_words.yaml"
_TAGS = (
    "a|abbr|b|blockquote|body|br|center|cite|code|dd|div|dl|dt|em|font|h[1-6]|head|hr|html|i|li|ol|p|pre|section|small"
    "|span|strong|sub|sup|table|tbody|td|th|title|tr|tt|u|ul"
)
_MARKUP = re.compile(rf"</?(?:{_TAGS})(?:[ \t\n/][^<>]{{0,300}})?>|\]\([^()\s]{{1,300}}\)|https?://(?:www\.)?", re.I)
_WORD = re.compile(r"[^\W_]+")
# An enumerator stands where a clause begins; elsewhere "3." may be the number of a section. Patterns that are sought in
# the whole text begin with letters of a closed set, which the search skips to.
_MARK = r"(\(?(?:\d{1,2}|(?i:[a-z]|[ivx]{2,4}))[.)])(?=\s)"
_FIRST_MARK = re.compile(rf"\W{{0,20}}{_MARK}")
_ENUMERATOR = re.compile(
    r"(?:\n[ \t#>*/-]{0,40}\n[ \t#>*/-]{0,40}|[.;:,][\s#*/-]{1,40}|[AaOo](?<=\b.)(?i:(?<=a)nd|(?<=o)r)\s{1,40})" + _MARK
)
_COPYRIGHT = re.compile(r"^[^\w\n<\[{©]{0,40}(?:portions[ \t]{1,4})?(?:copyright|©|\(c\))[^\n]{0,400}$", re.I | re.M)
_HELD = re.compile(r"(?:copyright\W{0,6})?(?:©|\(c\)|\bby\b|\d{4}|[<\[{])", re.I)
_SENTENCE_END = re.compile(r"\.[ \t]+(?=[A-Z])")
_RESERVED = re.compile(r"[Aa](?<=\b.)(?i:ll[\s#*/]{1,20}rights[\s#*/]{1,20}reserved)\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MOST_HELD = 25


@dataclass(frozen=True, slots=True)
class Words:
    """``words`` in lower case; ``unread`` were too many. ``begin`` are before them in the text they were read from.

    ``lines`` are the words of that text up to the end of each of its lines.
    """

    words: tuple[str, ...]
    lines: Sequence[int]
    unread: int = 0
    begin: int = 0

    def line(self, at: int) -> int:
        """The line of the word at ``at``, counted from 1; of the last word where the text ends before it."""
        return bisect_right(self.lines, self.begin + min(at, len(self.words) - 1)) + 1

    def cut(self, begin: int, end: int) -> Words:
        """The words from ``begin`` to ``end``, with the lines they have in the whole text."""
        return Words(self.words[begin:end], self.lines, begin=self.begin + begin)


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
    lines = [_WORD.findall(line) for line in _without(plain, [*_copyright_lines(plain), *_marks(plain)]).split("\n")]
    words = list(map(str.lower, chain.from_iterable(lines)))
    unread = max(0, len(words) - most)
    del words[most:]
    return Words(tuple(map(spellings.get, words, words)), list(accumulate(map(len, lines))), unread)


def hashes(words: Sequence[str]) -> list[int]:
    """Sixteen bits for each word: enough to align two texts, too few to give a text back."""
    numbers = {word: zlib.crc32(word.encode("utf-8", "replace")) & 0xFFFF for word in set(words)}
    return [numbers[word] for word in words]


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


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """Enumerators, and rights that are reserved."""
    first = _FIRST_MARK.match(text)
    if first:
        yield first.span(1)
    yield from (found.span(1) for found in _ENUMERATOR.finditer(text, first.end() if first else 0))
    yield from (found.span() for found in _RESERVED.finditer(text))


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the spans, on the lines it had."""
    kept: list[str] = []
    place = 0
    for begin, end in sorted(spans):
        if end > place:
            kept += (text[place:begin], " ", "\n" * text.count("\n", max(place, begin), end))
            place = end
    return "".join((*kept, text[place:]))
