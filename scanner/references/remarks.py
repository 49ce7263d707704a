"""Comments that waive a finding where it stands::

    model = AutoModel.from_pretrained(name)  # modelorigin: waive unresolved-reference -- name is checked by the loader
    # modelorigin: waive root-origin until 2027-03-31 -- only compared with, never served
    judge = pipeline(model="acme/widget-7b")

A comment speaks of its own line; where nothing else stands on that line, of the next that is no such comment. In a
notebook it speaks of lines of its own cell. The same words in a string waive nothing, and that is told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from scanner.references.code.lexer import COMMENT, lex
from scanner.references.code.syntax import OTHERS, PYTHON, SCRIPT, SCRIPTS, Syntax
from scanner.references.python.notebook import cells
from scanner.references.reference import Reference, locus
from scanner.references.source import Source, Unread
from scanner.text import clean_line

_MARK = re.compile(r"modelorigin:[ \t]*waive\b(?P<rest>[^\n]*)")
_RULE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_SAID = re.compile(
    rf"[ \t]+(?P<rules>{_RULE}(?:[ \t]*,[ \t]*{_RULE})*)(?:[ \t]+until[ \t]+(?P<until>\d{{4}}-\d\d-\d\d))?"
    r"[ \t]*(?:--|:|—)[ \t]*(?P<reason>\S[^\n]*)"
)
_ALONE = re.compile(r"[ \t]*(?:#|//|--|;|%|<!--|/\*|\*|rem\b)[ \t]*", re.I)
_GOES_ON = re.compile(r"(?:-->|\*/)[ \t]*\S")
_SIGNS = ("#", "//", "--", ";", "%", "<!--", "/*", "*", "rem")
_CLOSING = ("-->", "*/")
_SYNTAXES = {**OTHERS, **dict.fromkeys(SCRIPTS, SCRIPT), **dict.fromkeys(("py", "pyi", "pyw"), PYTHON)}
"""Whose strings and comments can be told apart, by the suffix of a file."""

Spoken = tuple[str, int | None, int]
"""A line: its file, its cell in a notebook, its number."""


@dataclass(frozen=True, slots=True)
class Remark:
    """``lines`` are those it speaks of. ``wrong`` says why it waives nothing; then rules and reason may be empty."""

    path: str
    line: int
    lines: tuple[int, ...]
    rules: tuple[str, ...]
    reason: str
    until: date | None = None
    wrong: str = ""
    cell: int | None = None

    @property
    def place(self) -> str:
        return locus(self.path, self.line, self.cell)

    @property
    def spots(self) -> Iterator[Spoken]:
        """What it speaks of."""
        return ((self.path, self.cell, line) for line in self.lines)


def spoken(reference: Reference) -> Spoken:
    """What a comment has to speak of to waive something of a reference."""
    return reference.path, reference.cell, reference.line


def remarks(source: Source) -> Iterator[Remark]:
    """The comments of a file that waive something, those that are not written as they must be included."""
    name = source.name.lower()
    held = cells(source) if name.endswith(".ipynb") else []
    for cell in held:
        data = cell.text.encode("utf-8", "replace")
        for remark in _remarks(Source(source.path, data, len(data)), PYTHON if cell.kind == "code" else None):
            yield replace(remark, cell=cell.number)
    if not held:
        yield from _remarks(source, _SYNTAXES.get(name.rpartition(".")[2]))


def _remarks(source: Source, syntax: Syntax | None) -> Iterator[Remark]:
    try:
        text = source.text
    except Unread:
        return
    marks = list(_MARK.finditer(text))
    if not marks:
        return
    about = _next_lines(text.split("\n"))
    comments = [(token.start, token.end) for token in lex(text, syntax) if token.kind == COMMENT] if syntax else []
    for found in marks:
        line, column = source.place(found.start())
        before = text[found.start() - column + 1 : found.start()].rstrip().lower()
        at = bisect_right(comments, found.start(), key=lambda comment: comment[0]) - 1
        inside = at >= 0 and found.start() < comments[at][1] if syntax else before.endswith(_SIGNS)
        yield _remark(source.path, line, about[line - 1], _closed(found["rest"]), inside)


def _next_lines(lines: list[str]) -> list[tuple[int, ...]]:
    """Of each line those that a comment there would speak of."""
    about: list[tuple[int, ...]] = []
    after = len(lines) + 1
    for number in range(len(lines), 0, -1):
        text = lines[number - 1]
        alone = _stands_alone(text)
        about.append((number, after) if alone else (number,))
        if not alone and text.strip():
            after = number
    return about[::-1]


def _closed(rest: str) -> str:
    """What a comment says, without its end."""
    rest = rest.rstrip()
    for end in _CLOSING:
        rest = rest.removesuffix(end).rstrip()
    return rest


def _stands_alone(text: str) -> bool:
    opening = _ALONE.match(text)
    return bool(opening and _MARK.match(text, opening.end()) and not _GOES_ON.search(text, opening.end()))


def _remark(path: str, line: int, lines: tuple[int, ...], rest: str, inside: bool) -> Remark:
    if not inside:
        return Remark(path, line, lines, (), "", wrong="it stands in no comment")
    said = _SAID.fullmatch(rest)
    if said is None:
        return Remark(path, line, lines, (), "", wrong="write: modelorigin: waive RULE -- why")
    rules = tuple(rule.strip() for rule in said["rules"].split(","))
    reason = clean_line(said["reason"])
    try:
        until = date.fromisoformat(said["until"]) if said["until"] else None
    except ValueError:
        return Remark(path, line, lines, rules, reason, wrong=f"{said['until']} is no day")
    return Remark(path, line, lines, rules, reason, until)
