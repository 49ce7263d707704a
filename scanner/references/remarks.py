"""Comments that waive a finding where it stands::

    model = AutoModel.from_pretrained(name)  # modelorigin: waive unresolved-reference -- name is checked by the loader
    # modelorigin: waive root-origin until 2027-03-31 -- only compared with, never served
    judge = pipeline(model="acme/widget-7b")

A comment speaks of its own line; where nothing else stands on that line, of the next that is no such comment. In a
notebook it speaks of lines of its own cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

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
_CLOSING = re.compile(r"[ \t]*(?:-->|\*/)[ \t]*$")


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

    def speaks_of(self, reference: Reference) -> bool:
        return (self.path, self.cell) == (reference.path, reference.cell) and reference.line in self.lines


def remarks(source: Source) -> Iterator[Remark]:
    """The comments of a file that waive something, those that are not written as they must be included."""
    held = cells(source) if source.name.lower().endswith(".ipynb") else []
    for number, text in held:
        data = text.encode("utf-8", "replace")
        for remark in _remarks(Source(source.path, data, len(data))):
            yield replace(remark, cell=number)
    if not held:
        yield from _remarks(source)


def _remarks(source: Source) -> Iterator[Remark]:
    try:
        text = source.text
    except Unread:
        return
    lines = text.split("\n")
    for found in _MARK.finditer(text):
        line = source.place(found.start())[0]
        yield _remark(source.path, line, _spoken_of(lines, line), _CLOSING.sub("", found["rest"]))


def _spoken_of(lines: list[str], line: int) -> tuple[int, ...]:
    if not _stands_alone(lines[line - 1]):
        return (line,)
    after = line
    while after < len(lines) and (not lines[after].strip() or _stands_alone(lines[after])):
        after += 1
    return (line, after + 1)


def _stands_alone(text: str) -> bool:
    opening = _ALONE.match(text)
    return bool(opening and _MARK.match(text, opening.end()) and not _GOES_ON.search(text, opening.end()))


def _remark(path: str, line: int, lines: tuple[int, ...], rest: str) -> Remark:
    said = _SAID.fullmatch(rest.rstrip())
    if said is None:
        return Remark(path, line, lines, (), "", wrong="write: modelorigin: waive RULE -- why")
    rules = tuple(rule.strip() for rule in said["rules"].split(","))
    reason = clean_line(said["reason"])
    try:
        until = date.fromisoformat(said["until"]) if said["until"] else None
    except ValueError:
        return Remark(path, line, lines, rules, reason, wrong=f"{said['until']} is no day")
    return Remark(path, line, lines, rules, reason, until)
