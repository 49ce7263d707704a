"""A model card as sentences: what a reader reads, without code, benchmark tables, comments and pictures.

A link stands in a sentence as its words between marks, so that grammar can be looked at without addresses in the way.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

MAX_LINES = 40_000
MAX_SENTENCE = 1_000
"""a longer sentence is read so far: the rest of it would be read without its beginning"""
MAX_SENTENCES = 4_000

LINKED = re.compile("\x02(?P<number>\\d+)\x03(?P<words>[^\x02-\x04]*)\x04")
MARKS = re.compile("\x02\\d+\x03|\x04")

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_ANCHOR = re.compile(r"<a\s[^<>]{0,200}?href\s*=\s*[\"']?([^\"'<>\s]{1,400})[^<>]{0,200}>([^<>]{0,200})</a>", re.I)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?h[1-6]|/?tr|/?ul)\b[^<>]{0,200}>", re.I)
_TAG = re.compile(r"</?[a-z][^<>]{0,300}>", re.I)
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\]\([^()\s]{0,600}\)")
_LINK = re.compile(r"\[([^\[\]]{0,300})\]\(\s*<?([^()\s<>]{1,600})>?(?:\s+\"[^\"]{0,200}\")?\s*\)")
_ADDRESS = re.compile(r"<?(https?://[^\s<>()\[\]\"'`|]{1,600}[^\s<>()\[\]\"'`|.,;:!?])>?")
_EMPHASIS = re.compile(r"\*+|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{2,3}(?!\w)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})(?:\s|$)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_FENCE = re.compile(r"\s{0,12}(?:>\s*)?(`{3,}|~{3,})")
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[\x02]*[A-Z\x02])|(?<=[。！？])\s*(?=\S)")
_ENTRY = re.compile(r"\s*@\w+\s*\{")
_PIECE_LENGTH = 2_000
_PIECE = re.compile(rf".{{1,{_PIECE_LENGTH}}}(?=\s|$)|\S{{1,{_PIECE_LENGTH}}}")
_PLACEHOLDER = re.compile(r"\[?more information needed\]?", re.I)


@dataclass(frozen=True, slots=True)
class Sentence:
    """``line`` counts from 1; ``section`` is the path of headings above, ``Title / Evaluation / Results``.

    ``links`` are the addresses that ``LINKED`` marks number, from 0.
    """

    text: str
    line: int
    section: str
    item: bool = False
    heading: bool = False
    links: tuple[str, ...] = ()

    @property
    def visible(self) -> str:
        """The sentence as a reader sees it."""
        return unmarked(self.text)


@dataclass(slots=True)
class _Block:
    """Lines that belong together: a paragraph, a list item, a heading or a table row."""

    section: str
    lines: list[tuple[int, str]]
    item: bool = False
    heading: bool = False


def unmarked(text: str) -> str:
    """``text`` without the marks around links."""
    return MARKS.sub("", text)


def sentences(text: str, first_line: int = 1) -> Iterator[Sentence]:
    """The sentences of a card's body, at most ``MAX_SENTENCES`` of ``MAX_LINES`` lines, counted from ``first_line``."""
    text = _COMMENT.sub(lambda m: "\n" * m.group().count("\n"), text)
    reader = _Reader()
    blocks = (
        block
        for number, line in enumerate(text.split("\n", MAX_LINES)[:MAX_LINES], first_line)
        for block in reader.feed(number, line)
    )
    every = (sentence for block in chain(blocks, reader.rest()) for sentence in _split(block))
    return islice(every, MAX_SENTENCES)


def readable_lines(text: str, holding: str) -> Iterator[Sentence]:
    """Lines with ``holding`` in them, outside code, BibTeX and comments, tables included; long ones in pieces."""
    reader = _Reader()
    text = _COMMENT.sub(lambda m: "\n" * m.group().count("\n"), text)
    for number, line in enumerate(text.split("\n", MAX_LINES)[:MAX_LINES], 1):
        if reader.code(line.lstrip("> ") if line.lstrip().startswith(">") else line) or holding not in line:
            continue
        for piece in _PIECE.finditer(line):
            links: list[str] = []
            marked = _marked(piece.group(), links)
            yield Sentence(marked, number, "", links=tuple(links))


class _Reader:
    """Groups lines into blocks; what is not prose is dropped on the way."""

    def __init__(self) -> None:
        self.headings: dict[int, str] = {}
        self.section = ""
        self.block = _Block("", [])
        self.fence = ""
        self.entry = False

    def feed(self, number: int, raw: str) -> Iterator[_Block]:
        """The blocks that are complete once this line is read."""
        line = raw.lstrip("> ") if raw.lstrip().startswith(">") else raw
        if self.code(line):
            return
        heading, row, item = _HEADING.match(line), _row(line), _ITEM.match(line)
        if heading or row is not None or item or not line.strip():
            yield from self.rest()
        if heading:
            title = line.strip().strip("#").strip()
            self.enter(len(heading[1]), _plain(title)[:100])
            yield _Block(self.section, [(number, title)], heading=True)
        elif row:
            yield _Block(self.section, [(number, row)], item=True)
        elif row is None and line.strip():
            self.block.item = self.block.item or item is not None
            self.block.lines.append((number, line[item.end() :] if item else line))

    def rest(self) -> Iterator[_Block]:
        """The block that is open, if any."""
        if self.block.lines:
            yield self.block
        self.block = _Block(self.section, [])

    def enter(self, level: int, title: str) -> None:
        self.headings = {k: v for k, v in self.headings.items() if k < level} | {level: title}
        self.section = " / ".join(self.headings.values())
        self.block = _Block(self.section, [])

    def code(self, line: str) -> bool:
        """Whether the line belongs to a fenced block or to a BibTeX entry."""
        opened = _FENCE.match(line)
        if self.fence or opened:
            if opened and not self.fence:
                self.fence = opened[1]
            elif opened and opened[1].startswith(self.fence) and not line.strip(" \t>" + self.fence[0]):
                self.fence = ""
            return True
        self.entry = (self.entry or _ENTRY.match(line) is not None) and bool(line.strip())
        return self.entry


def _row(line: str) -> str | None:
    """A table row: two cells read as ``label: value``, any other row as nothing said; None for a line of text."""
    stripped = line.strip()
    if not stripped.startswith("|") and stripped.count("|") < 2:
        return None
    cells = [cell.strip() for cell in stripped.strip("|").split("|")]
    return f"{cells[0].rstrip(':')}: {cells[1]}" if len(cells) == 2 and all(cells) else ""


def _plain(text: str) -> str:
    return _EMPHASIS.sub("", _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", text)))).strip()


def _split(block: _Block) -> Iterator[Sentence]:
    links: list[str] = []
    starts: list[int] = []
    parts: list[str] = []
    length = 0
    for _, line in block.lines:
        plain = _marked(line, links).strip()
        starts.append(length)
        parts.append(plain)
        length += len(plain) + 1
    whole, addresses = " ".join(parts), tuple(links)
    begin = 0
    for end in [*(m.end() for m in _END.finditer(whole)), len(whole)]:
        text = whole[begin:end].strip()[:MAX_SENTENCE]
        if text:
            number = block.lines[bisect_right(starts, begin) - 1][0]
            yield Sentence(text, number, block.section, block.item, block.heading, addresses)
        begin = end


def _marked(line: str, links: list[str]) -> str:
    def mark(address: str, words: str) -> str:
        links.append(address)
        return f"\x02{len(links) - 1}\x03{words}\x04"

    line = _IMAGE.sub("", line)
    line = _ANCHOR.sub(lambda m: f"[{m[2]}]({m[1]})", line)
    line = _LINK.sub(lambda m: mark(m[2], m[1]), line)
    line = _ADDRESS.sub(lambda m: mark(m[1], ""), line)
    line = _TAG.sub("", _BREAK.sub(". ", line))
    return _PLACEHOLDER.sub("", _EMPHASIS.sub("", line))
