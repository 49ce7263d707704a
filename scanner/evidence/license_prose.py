"""What a card's prose states of the licence: which one, of what, and what it forbids besides.

A statement counts when every word before it is understood: it speaks of this very model, its code or its data, in the
affirmative. Whatever is unclear yields nothing. A statement is never more than that: ``license.conclude`` lets it
decide only where nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from scanner.evidence.license_idioms import (
    ABOUT_DATA,
    ABOUT_OTHERS,
    ADJECTIVE,
    AFTERWARDS,
    AGREEMENT,
    ASKED,
    BREAK,
    CUES,
    JOINED,
    LABEL,
    LEAD_IN,
    LICENSED,
    LIMITS,
    NOTHING_MORE,
    OBJECTS,
    OF_USE,
    PART_LABEL,
    REST_OF_NAME,
    SAID,
    TRIGGERS,
    UNDER,
    UNDERSTOOD,
)
from scanner.evidence.markdown import LINKED, MARKS, Sentence
from scanner.evidence.mentions import Subject
from scanner.license.spelling import by_link, may_name, name_at
from scanner.text import clean_line

MAX_STATEMENTS = 64
_MAX_TRIGGERS = 12
_SECTION = re.compile(r"licen[cs]\w*|许可|ライセンス|라이선스", re.I)
_WORD = re.compile(r"[^\W_]+(?:['’]s)?")
_NUMBER = re.compile(r"\d+[bm]?")


class Kind(StrEnum):
    LICENSE = "license"
    NON_COMMERCIAL = "non-commercial"
    """commercial use is ruled out, whatever the licence is called"""
    RESEARCH_ONLY = "research-only"
    AGREEMENT = "agreement"
    """to use or to download is to agree"""


class Object(StrEnum):
    """What a statement is about."""

    WEIGHTS = "weights"
    CODE = "code"
    DATA = "data"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True)
class Statement:
    """``ids`` are those of the licences that are named, only of kind license; ``key`` is where: ``line=12``."""

    kind: Kind
    ids: tuple[str, ...]
    object: Object
    key: str
    text: str


def statements(sentences: Iterable[Sentence], subject: Subject, title: str) -> tuple[Statement, ...]:
    """The statements of a card, each once, at most ``MAX_STATEMENTS``; ``title`` is the card's, no section."""
    found: dict[tuple[Kind, tuple[str, ...], Object], Statement] = {}
    for sentence in sentences:
        parts = [part for part in sentence.section.split(" / ") if part != title]
        if sentence.heading and parts:
            # A heading stands in a section of its own.
            parts = parts[:-1]
        if any(ABOUT_OTHERS.search(part) for part in parts) or ASKED.search(sentence.visible):
            continue
        reading = _Reading(sentence, subject, parts)
        # Limits are read after the licences, whose words they need not understand again.
        for kind, ids, about in (*reading.licenses(), *reading.limits()):
            text = clean_line(sentence.visible, 300)
            found.setdefault((kind, ids, about), Statement(kind, ids, about, f"line={sentence.line}", text))
        if len(found) >= MAX_STATEMENTS:
            break
    return tuple(found.values())[:MAX_STATEMENTS]


_Said = tuple[Kind, tuple[str, ...], Object]


@dataclass(frozen=True, slots=True)
class _Named:
    """The licences named at one place: ``end`` is where the names end."""

    ids: tuple[str, ...]
    end: int


class _Reading:
    """One sentence under way."""

    def __init__(self, sentence: Sentence, subject: Subject, parts: list[str]) -> None:
        self.sentence = sentence
        self.text = MARKS.sub(lambda mark: " " * len(mark.group()), sentence.text)
        self.links = [(m.start(), m.end(), sentence.links[int(m["number"])]) for m in LINKED.finditer(sentence.text)]
        self.own = subject.own_words
        self.in_license = any(_SECTION.search(part) for part in parts)
        self.of_data = any(ABOUT_DATA.search(part) for part in parts)
        self.heard, self.last = 0, [self.unspecified]
        """how far the sentence speaks of licences that were understood, and of what it spoke last"""

    def licenses(self) -> Iterator[_Said]:
        if not self.links and not may_name(self.text):
            return
        yield from self.labelled() or self.adjective() or self.spoken()

    def labelled(self) -> list[_Said]:
        """``License: X``, ``Code license: X``, and under a heading that says so ``Weights: X`` or ``X`` alone."""
        label = LABEL.match(self.text) or (self.in_license and PART_LABEL.match(self.text)) or None
        if label is None:
            alone = self.named(0) if self.in_license and not self.sentence.heading else None
            rest = self.text[alone.end :] if alone else ""
            if alone is None or not (NOTHING_MORE.match(rest) or AFTERWARDS.match(rest)):
                return []
            return self.split_up(alone, [self.unspecified])
        named = self.named(label.end())
        if named is None:
            return []
        about = self.objects(label["of"] or "")
        return [] if about is None else self.split_up(named, about or [self.unspecified])

    def adjective(self) -> list[_Said]:
        """``An MIT-licensed model``."""
        start = ADJECTIVE.match(self.text)
        named = self.named(start.end()) if start else None
        licensed = LICENSED.match(self.text, named.end) if named else None
        if named is None or licensed is None:
            return []
        about = self.objects(licensed["of"])
        return [(Kind.LICENSE, named.ids, one) for one in about or ()]

    def spoken(self) -> list[_Said]:
        """``The weights are released under X and the code under Y``."""
        found: list[_Said] = []
        begin, before = 0, [self.unspecified]
        triggers = sorted(
            ((m.start(), m.end(), worded) for pattern, worded in TRIGGERS for m in pattern.finditer(self.text)),
        )
        for start, end, understood in triggers[:_MAX_TRIGGERS]:
            named = self.named(end) if start >= begin else None
            if named is None:
                continue
            piece = self.text[begin:start]
            about = self.about(piece, understood, found=bool(found))
            if about is None or (self.text[start:end].casefold() == UNDER and not (found or self.released(piece))):
                return found
            said = self.split_up(named, about or (before if found else [self.unspecified]))
            if not said:
                return found
            found += said
            begin, before = named.end, about or before
            self.heard, self.last = begin, before
        return found

    def released(self, piece: str) -> bool:
        words = _WORD.findall(piece.casefold())
        return not words or not SAID.isdisjoint(words)

    def about(self, piece: str, needs: bool, *, found: bool) -> list[Object] | None:
        """What ``piece`` speaks of, None where it is not understood; ``needs``: it has to name it."""
        shown = BREAK.split(piece)[-1]
        if found and not shown.strip():
            return []
        about = self.objects(shown)
        return None if about is None or (needs and not about and not _names_license(shown)) else about

    def split_up(self, named: _Named, about: list[Object]) -> list[_Said]:
        """``named`` for what is spoken of, or for what follows it: ``X for code, Y for weights``."""
        found: list[_Said] = []
        here: _Named | None = named
        while here is not None:
            after = AFTERWARDS.match(self.text, here.end)
            said = self.objects(after["of"]) if after else []
            if after and said is None:
                return []
            found += [(Kind.LICENSE, here.ids, one) for one in (said or about)]
            joined = JOINED.match(self.text, after.end()) if after and said else None
            here = self.named(joined.end()) if joined else None
        return found

    def named(self, at: int) -> _Named | None:
        """The licence that is named at ``at``, or those that "or" joins; by its address where no name is known."""
        lead = LEAD_IN.match(self.text, at)
        begin, at = at, lead.end() if lead else at
        name = name_at(self.text, at)
        if name is None:
            link = next((link for link in self.links if begin <= link[0] <= at < link[1] + 2), None)
            id = by_link(link[2]) if link else None
            return _Named((id,), self.past(link[1])) if id and link else None
        ids, end = [name.id], self.past(name.end)
        while joined := JOINED.match(self.text, end):
            further = name_at(self.text, joined.end())
            if further is None or AFTERWARDS.match(self.text, self.past(further.end)):
                break
            if joined["or"] is None and not NOTHING_MORE.match(self.text, self.past(further.end)):
                break
            ids.append(further.id)
            end = self.past(further.end)
        return _Named(tuple(dict.fromkeys(ids)), end)

    def past(self, at: int) -> int:
        """Where the words end that still belong to a name that ends at ``at``."""
        rest = REST_OF_NAME.match(self.text, at)
        return rest.end() if rest else at

    @property
    def unspecified(self) -> Object:
        return Object.DATA if self.of_data else Object.UNSPECIFIED

    def objects(self, piece: str, also: frozenset[str] = frozenset()) -> list[Object] | None:
        """What the words of ``piece`` name; None when one of them is not understood: it may be another's."""
        found: list[Object] = []
        mine = False
        numbers = False
        for word in _WORD.findall(piece.casefold()):
            word = word.removesuffix("'s").removesuffix("’s")
            about = next((object for object, nouns in OBJECTS.items() if word in nouns), None)
            if about is not None:
                found.append(Object(about))
            elif word in self.own:
                mine = True
            elif _NUMBER.fullmatch(word):
                numbers = True
            elif word not in UNDERSTOOD and word not in also:
                return None
        if numbers and not mine:
            return None
        if mine and not found:
            found.append(Object.WEIGHTS)
        return list(dict.fromkeys(found))

    def limits(self) -> Iterator[_Said]:
        """Uses that are ruled out, and the words that make of a use an agreement."""
        if not CUES.search(self.text):
            return
        for kind, pattern in LIMITS:
            for limit in pattern.finditer(self.text):
                about = self.objects(BREAK.split(self.text[self.heard : limit.start()])[-1], OF_USE)
                if about is not None:
                    yield from ((Kind(kind), (), one) for one in about or self.last)
        if AGREEMENT.search(self.text) and not self.of_data:
            yield Kind.AGREEMENT, (), self.unspecified


def _names_license(piece: str) -> bool:
    return _SECTION.search(piece) is not None
