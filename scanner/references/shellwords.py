"""A script as its commands, a command as its words: quotes taken off, comments and bodies of here-documents left out.

Close enough to a shell to know which words belong to which program; what runs when is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.references.literal import Literal

MAX_DEPTH = 4
MAX_VALUES = 100
MAX_FILLED = 1_000
_TOKEN = re.compile(
    r"""
      (?P<blank>(?:[ \t\r]|[\\`^][ \t]*\n)+)
    | (?P<parameter><<[ \t]{0,9}[\w.]{1,80}[ \t]{0,9}>>)
    | (?P<heredoc><<-?[ \t]*["']?(?P<mark>[A-Za-z_]\w{0,60})["']?)
    | (?P<end>\n|;|&&?|\|\|?&?|\)|[{}](?=\s))
    | (?P<turn>[<>]+&?|\()
    | (?P<single>'[^']{0,20000}')
    | (?P<double>"(?:[^"\\]|\\.){0,20000}")
    | (?P<inner>\$\([^()\n]{0,2000}\))
    | (?P<filled>\$\{\{.{0,300}?\}\}|\$\{[^}\n]{0,300}\}|\{\{[^}\n]{0,300}\}\}|<[A-Za-z][A-Za-z_ -]{0,60}>(?=\s|$))
    | (?P<escape>\\.)
    | (?P<plain>[^\s;&|()<>'"\\$`{}^]+)
    | (?P<other>.)
    """,
    re.X | re.S,
)
_INNER = re.compile(r"\$\(([^()\n]{0,2000})\)")
_VARIABLE = re.compile(
    r"\$\{(?P<braced>[A-Za-z_]\w*)(?:\[[@*\d]\])?(?:[:?\-=+]+(?P<default>[^{}$]*))?\}|\$\((?P<make>\w+)\)|\$(?:env:)?(?P<bare>[A-Za-z_]\w*)"
    r"|%(?P<batch>\w+)%|!(?P<late>\w+)!|\{\{\s*(?P<just>\w+)\s*\}\}",
    re.I,
)
SETS = re.compile(r"(?:\$env:|\$)?(?P<name>[A-Za-z_][\w.]*)(?P<sign>[:?+]{0,2}=)", re.I)
"""How a word begins that gives a variable its value."""


@dataclass(slots=True)
class Command:
    """The words of one command. ``inner`` are scripts it runs within, as ``$(...)``; ``fed`` is its here-document.

    ``array`` is true where a variable is given several words: ``NAME=(a b)``.
    """

    words: list[Literal] = field(default_factory=list)
    inner: list[Literal] = field(default_factory=list)
    fed: Literal | None = None
    array: bool = False


def split(script: Literal) -> Iterator[Command]:
    """The commands of a script, in order."""
    return _Splitter(script).commands()


class _Splitter:
    def __init__(self, script: Literal) -> None:
        self.script, self.at = script, 0
        self.command, self.word = Command(), list[Literal]()
        self.marks: list[tuple[str, Command]] = []

    def commands(self) -> Iterator[Command]:
        text, at = self.script.text, 0
        while at < len(text):
            if text[at] == "#" and not self.word:
                end = text.find("\n", at)
                at = len(text) if end < 0 else end
                continue
            token = _TOKEN.match(text, at)
            assert token is not None
            at = token.end()
            kind = token.lastgroup
            if token[0] == "(" and self.word and self.word[-1].text.endswith("="):
                self.command.array = True
            if kind in ("blank", "turn", "end", "heredoc"):
                self.finish_word()
            else:
                self.add(token, kind or "")
            if kind == "heredoc":
                self.marks.append((token["mark"], self.command))
            if kind == "end" and (token[0] != "\n" or not self.command.array):
                done, self.command = self.command, Command()
                if token[0] == "\n" and self.marks:
                    at = self.bodies(at)
                if done.words:
                    yield done
        self.finish_word()
        if self.command.words:
            yield self.command

    def add(self, token: re.Match[str], kind: str) -> None:
        start, end = token.span()
        if kind in ("single", "double"):
            start, end = start + 1, end - 1
        elif kind == "escape":
            start += 1
        for inner in _INNER.finditer(token[0]) if kind in ("double", "inner") else ():
            if " " in inner[1]:
                at = token.start() + inner.start(1)
                self.command.inner.append(self.script.cut(at, at + len(inner[1])))
        self.word.append(self.script.cut(start, end))

    def finish_word(self) -> None:
        if self.word:
            self.command.words.append(self.word[0] if len(self.word) == 1 else Literal.joined(self.word))
            self.word = []

    def bodies(self, at: int) -> int:
        """Pass over the here-documents that begin at ``at``; where the script goes on."""
        for mark, command in self.marks:
            end = re.compile(rf"^[ \t]*{mark}[ \t]*$", re.M).search(self.script.text, at)
            stop = end.start() if end else len(self.script.text)
            command.fed = self.script.cut(at, stop)
            at = end.end() if end else stop
        self.marks = []
        return at


class Variables:
    """What the variables of a file hold: every value that one is given somewhere, for no branch is known not to run."""

    def __init__(self) -> None:
        self._held: dict[str, list[Literal]] = {}

    def set(self, name: str, *values: Literal) -> None:
        """``name`` may hold each of ``values``, too."""
        held = self._held.setdefault(name, [])
        held += values[: MAX_VALUES - len(held)]

    def fill(self, word: Literal, depth: int = MAX_DEPTH) -> list[Literal]:
        """What ``word`` may be: a variable alone gives all its values, one inside it the last; unknown ones stay."""
        found = _VARIABLE.search(word.text) if depth else None
        if found is None:
            return [word]
        if found.span() == (0, len(word.text)):
            values = self._held.get(_name(found), [])
            return [filled for value in values for filled in self.fill(value, depth - 1)] or [word]
        parts, at = list[Literal](), 0
        for found in _VARIABLE.finditer(word.text):
            if values := self._held.get(_name(found), []):
                parts += [word.cut(at, found.start()), self.fill(values[-1], depth - 1)[-1]]
                at = found.end()
        if not parts or sum(len(part.text) for part in parts) > MAX_FILLED:
            return [word]
        return [Literal.joined(part for part in (*parts, word.cut(at)) if part.text)]


def _name(found: re.Match[str]) -> str:
    return next((text for group, text in found.groupdict().items() if text and group != "default"), "")
