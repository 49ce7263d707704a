"""A text of a file, and where each of its characters stands there: quotes, escapes and folded lines are left behind."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"\S+")
_REACH = 400


@dataclass(frozen=True, slots=True)
class Literal:
    """``marks`` are pairs of an index of ``text`` and its offset in the file, ascending; in between both grow alike."""

    text: str
    marks: tuple[tuple[int, int], ...]

    @classmethod
    def plain(cls, text: str, offset: int = 0) -> Literal:
        return cls(text, ((0, offset),))

    @classmethod
    def joined(cls, parts: Iterable[Literal]) -> Literal:
        text, marks = "", []
        for part in parts:
            marks += [(len(text) + index, offset) for index, offset in part.marks]
            text += part.text
        return cls(text, tuple(marks) or ((0, 0),))

    @classmethod
    def found(cls, text: str, source: str, start: int, end: int) -> Literal:
        """``text`` as a parser understood ``source[start:end]``: word for word where the words can be found there."""
        if source.startswith(text, start):
            return cls.plain(text, start)
        marks, at = [], start
        for word in _WORD.finditer(text):
            stands = source.find(word[0], at, min(end, at + len(word[0]) + _REACH))
            if stands >= 0:
                marks.append((word.start(), stands))
                at = stands + len(word[0])
        return cls(text, tuple(marks) or ((0, start),))

    def moved(self, by: int) -> Literal:
        """The same, its places counted from ``by``."""
        return Literal(self.text, tuple((index, offset + by) for index, offset in self.marks))

    def at(self, index: int) -> int:
        """The offset in the file of a character of ``text``."""
        mark, offset = self.marks[max(0, bisect_right(self.marks, (index, 1 << 62)) - 1)]
        return max(0, offset + index - mark)

    def cut(self, start: int, end: int | None = None) -> Literal:
        """A part of it."""
        text = self.text[start:end]
        inner = [(index - start, offset) for index, offset in self.marks if start < index < start + len(text)]
        return Literal(text, ((0, self.at(start)), *inner))

    def stripped(self) -> Literal:
        """Without blanks around it."""
        text = self.text.strip()
        return (
            self if len(text) == len(self.text) else self.cut(self.text.index(text), self.text.index(text) + len(text))
        )
