"""Names of licences in running text: which licence of the table ``licenses.yaml`` stands where.

A text and the names of the table are compared as words. What only looks like a name is none: ``MIT-style``,
``Apache 2.0 with additional terms`` and the name of a product without a word for its licence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from scanner.data import text, whole
from scanner.text import clean_line

TABLE, WORDS, LINKS = "licenses.yaml", "license_names.yaml", "license_links.yaml"

_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*|\+\+")
_VERSION = re.compile(r"(?<=[^\W\d_])v$")
_SPDX_OWN = "LicenseRef-"
_ADDED = r"restrict\w*|condition\w*|clauses?|terms|amendments?|modif\w*|except\w*|addend\w*|addition\w*|limitations?"
_OTHERWISE = re.compile(
    r"[\s)\]]*(?:(?:[-–]\s?| )(?:style|like|based|inspired|derived|compatible)\b|\+(?!\+)"
    r"|(?: licen[cs]e)?,? (?:but |plus |with (?!no\b)(?:an? |the |some |two |three )?)"
    rf"(?:\w+ ){{0,3}}?(?:{_ADDED})\b)",
    re.I,
)
"""What makes another licence of the one that was named."""
_CHANGED = re.compile(r"\b(?:modified|custom|amended|adapted|non)[\s\"'-]{1,3}$", re.I)
_EARLIER, _LATER = 19, 24
"""How far around a product's name a word for its licence may stand: ``licensed under the`` before it."""
_A_TITLE = 200
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.I)


@dataclass(frozen=True, slots=True)
class Name:
    """A licence between two positions of a text; ``family``: it names one of several texts."""

    start: int
    end: int
    id: str
    family: bool


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Known:
    """``plain``: the name is nobody's but the licence's, so that it says enough by itself."""

    id: str
    family: bool
    plain: bool


def name_at(text: str, at: int) -> Name | None:
    """The licence whose name begins at ``at``, the longest there is; None where there is none."""
    first = _TOKEN.search(text, at, at + 40)
    if first is None or first.group().casefold() not in _first_words():
        return None
    words = _words(text, at, at + 160)
    if not words or text[at : words[0].start].strip(" \t\"'`([*_«“‘#-"):
        return None
    for length in range(min(len(words), _longest()), 0, -1):
        known = _names().get(tuple(word.text for word in words[:length]))
        if known is not None:
            end = words[length - 1].end
            if _OTHERWISE.match(text, end) or not (
                known.plain or _worded(text[max(0, words[0].start - _EARLIER) : end + _LATER])
            ):
                return None
            return Name(words[0].start, end, known.id, known.family)
    return None


def named(title: str) -> str | None:
    """The id of the licence that ``title`` names and says nothing besides; None for every other line, and a family."""
    known = _names().get(_sequence(title)) if len(title) <= _A_TITLE else None
    return None if known is None or known.family else known.id


def names_in(text: str) -> Iterator[Name]:
    """Every licence named in ``text``, in order."""
    at = 0
    for word in _TOKEN.finditer(text):
        changed = word.start() < at or _CHANGED.search(text, max(0, word.start() - 20), word.start())
        if not changed and (found := name_at(text, word.start())):
            yield found
            at = found.end


def may_name(text: str) -> bool:
    """False where no word of ``text`` begins a name or its other spelling: a cheap look before a close one."""
    return not _first_words().isdisjoint(word.casefold() for word in _TOKEN.findall(text))


def by_link(address: str) -> str | None:
    """The id of the licence whose text or page an address is known to be; None for every other address."""
    return _links().get(_page(address))


def digest() -> str:
    """SHA-256 of the tables of words and links, in hex."""
    return hashlib.sha256((text(WORDS) + text(LINKS)).encode()).hexdigest()


def _page(address: str) -> str:
    """An address without what leads to the same page: scheme, ``www``, fragment, query, trailing slash, case."""
    plain = clean_line(address, 600).split("#")[0].split("?")[0].rstrip("/")
    return _SCHEME.sub("", plain, count=1).casefold()


@cache
def _links() -> Mapping[str, str]:
    return {_page(address): id for id, record in whole(LINKS).items() for address in record["links"]}


def _worded(text: str) -> bool:
    lowered = text.casefold()
    return any(word in lowered for word in _vocabulary()["worded"])


def _words(text: str, begin: int, end: int) -> list[_Word]:
    """The words from ``begin`` in the spelling of the table, without those that tell nothing."""
    found: list[_Word] = []
    for token in _TOKEN.finditer(text, begin, end):
        word = token.group().casefold()
        if word[0].isdigit():
            while word.endswith(".0"):
                word = word[:-2]
        elif text[token.end() : token.end() + 1].isdigit():
            word = _VERSION.sub("", word)
        found.append(_Word(word, token.start(), token.end()))
    return [word for word in _respelled(found) if word.text not in _vocabulary()["dropped"]]


def _respelled(words: list[_Word]) -> list[_Word]:
    spelled = _spelled()
    done: list[_Word] = []
    at = 0
    while at < len(words):
        for length in range(min(5, len(words) - at), 0, -1):
            instead = spelled.get(tuple(word.text for word in words[at : at + length]))
            if instead is not None:
                span = words[at].start, words[at + length - 1].end
                done += [_Word(one, *span) for one in instead]
                at += length
                break
        else:
            done.append(words[at])
            at += 1
    return done


@cache
def _vocabulary() -> Mapping[str, frozenset[str]]:
    said = whole(WORDS)
    return {
        "dropped": frozenset(said["dropped"]["words"]),
        "worded": frozenset(said["worded"]["words"]),
        "never": frozenset(said["never"]["ids"]),
    }


@cache
def _spelled() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    return {tuple(written.split()): tuple(meant.split()) for written, meant in whole(WORDS)["spelled"].items()}


@cache
def _names() -> Mapping[tuple[str, ...], _Known]:
    """Ids before other spellings, those before titles and SPDX; what two licences share at one rank names neither."""
    table, also = whole(TABLE), whole(WORDS)["also"]
    ranks: tuple[dict[tuple[str, ...], set[str]], ...] = ({}, {}, {})
    for key, record in table.items():
        id = str(record.get("alias_of", key))
        spdx = str(record.get("spdx") or "")
        names = [(1 if id != key else 0, key), (2, record.get("title", "")), (2, spdx)]
        for rank, written in [*names, *((1, name) for name in also.get(key, ()))]:
            if written and not written.startswith(_SPDX_OWN) and id not in _vocabulary()["never"]:
                ranks[rank].setdefault(_sequence(written), set()).add(id)
    return {
        sequence: _Known(id, table[id].get("family") is True, _is_plain(sequence, table[id]))
        for sequence, id in unshared(ranks).items()
    }


def unshared(ranks: Iterable[Mapping[tuple[str, ...], set[str]]]) -> dict[tuple[str, ...], str]:
    """The one id that each sequence of words names, at the first rank where it names one alone; none names nothing."""
    found: dict[tuple[str, ...], str] = {}
    for known in ranks:
        alone = {sequence: ids for sequence, ids in known.items() if sequence and len(ids) == 1}
        found = {sequence: next(iter(ids)) for sequence, ids in alone.items()} | found
    return found


@cache
def _first_words() -> frozenset[str]:
    said = {sequence[0] for sequence in (*_names(), *_spelled())}
    # "GPLv3" is one word of letters, until its version is told apart.
    return frozenset(said | {f"{word}v" for word in said})


def _is_plain(sequence: tuple[str, ...], record: Mapping[str, object]) -> bool:
    spdx = _sequence(str(record.get("spdx") or ""))
    return record.get("family") is True or sequence == spdx[: len(sequence)] or len(sequence) > 2


def _sequence(written: str) -> tuple[str, ...]:
    return tuple(word.text for word in _words(written, 0, len(written)))


@cache
def _longest() -> int:
    return max(map(len, _names()))
