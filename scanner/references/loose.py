"""JSON with comments, TOML and HCL as a tree, read so that nothing stops it: what is out of place is passed over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scanner.references.literal import Literal
from scanner.references.tree import MAX_DEPTH, Mapping, Node, Sequence

_TOKEN = re.compile(
    r"""
      (?P<blank>[ \t\f\v]+)
    | (?P<line>\n)
    | (?P<remark>//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|\#[^\n]*)
    | (?P<long>\"\"\"(?s:.*?)(?:\"\"\"|\Z)|'''(?s:.*?)(?:'''|\Z))
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<mark>[\[\]{},:=])
    | (?P<bare>[^\s\[\]{},:="'\#]+|.)
    """,
    re.X,
)
_PAIR = re.compile(r'"(?P<key>[^"\\\n]{1,80})"[ \t]{0,20}:[ \t]{0,20}"(?P<value>[^"\\\n]{1,300})"')
_Token = tuple[str, str, int]


def json_tree(text: str) -> list[Node]:
    """The values of a JSON text, with comments, trailing commas, bare keys and single quotes allowed."""
    parser = _Parser(text, lines=False)
    found: list[Node] = []
    while parser.peek()[0] != "end":
        node = parser.value(0)
        if node is not None:
            found.append(node)
    return found


def json_pairs(text: str) -> Iterator[tuple[Literal, Literal]]:
    """The texts of a JSON text beside their keys, without what stands around them: for one that is long or cut."""
    for pair in _PAIR.finditer(text):
        yield Literal.plain(pair["key"], pair.start("key")), Literal.plain(pair["value"], pair.start("value"))


def toml_tree(text: str) -> list[Node]:
    """The tables of a TOML text, each a mapping under the table's name."""
    parser = _Parser(text, lines=True)
    table = Mapping()
    found: list[Node] = [table]
    while (kind := parser.peek()[0]) != "end":
        if kind == "[":
            name, table = parser.header(), Mapping()
            found.append(Mapping([(name, table)]))
        elif kind in ("text", "bare"):
            parser.statement(table)
        else:
            parser.next()
    return found


class _Parser:
    def __init__(self, text: str, *, lines: bool) -> None:
        self.text, self.lines = text, lines
        self.at = 0
        self.ahead: _Token | None = None

    def peek(self) -> _Token:
        if self.ahead is None:
            self.ahead = self.read()
        return self.ahead

    def next(self) -> _Token:
        token, self.ahead = self.peek(), None
        return token

    def read(self) -> _Token:
        while self.at < len(self.text):
            found = _TOKEN.match(self.text, self.at)
            if found is None:
                break
            self.at, kind = found.end(), found.lastgroup or ""
            if kind in ("blank", "remark") or (kind == "line" and not self.lines):
                continue
            return (found[0] if kind == "mark" else kind), found[0], found.start()
        return "end", "", len(self.text)

    def value(self, depth: int) -> Node | None:
        """The next value; None where what stands there is none. It takes at least one token."""
        kind, text, start = self.next()
        if kind in ("{", "[") and depth == MAX_DEPTH:
            return None
        if kind == "{":
            return self.mapping(depth + 1)
        if kind == "[":
            return self.sequence(depth + 1)
        if kind in ("text", "long", "bare"):
            return _literal(kind, text, start)
        return None

    def mapping(self, depth: int) -> Mapping:
        found = Mapping()
        while (kind := self.peek()[0]) not in ("}", "end"):
            if kind not in ("text", "bare"):
                if kind == "]":
                    break
                self.next()
                continue
            key = self.name()
            if self.peek()[0] == "{" and (block := self.value(depth)) is not None:
                found.entries.append((key, block))
            elif self.peek()[0] in (":", "="):
                self.next()
                if self.peek()[0] not in ("}", "]", ",", "end") and (value := self.value(depth)) is not None:
                    found.entries.append((key, value))
        if self.peek()[0] == "}":
            self.next()
        return found

    def sequence(self, depth: int) -> Sequence:
        found = Sequence()
        while (kind := self.peek()[0]) not in ("]", "end"):
            if kind == "}":
                break
            if (value := self.value(depth)) is not None:
                found.items.append(value)
        if self.peek()[0] == "]":
            self.next()
        return found

    def header(self) -> Literal:
        """The name of ``[a.b]`` or ``[[a.b]]``."""
        name = Literal.plain("", self.peek()[2])
        while self.peek()[0] not in ("line", "end"):
            kind, text, start = self.next()
            if kind in ("text", "bare"):
                name = _literal(kind, text, start)
        return name

    def name(self) -> Literal:
        """The key of an entry, or the last word before a block: ``resource "kind" "name" {``."""
        name = _literal(*self.next())
        while self.peek()[0] in ("text", "bare"):
            name = _literal(*self.next())
        return name

    def statement(self, table: Mapping) -> None:
        key = self.name()
        if self.peek()[0] == "{" and (block := self.value(0)) is not None:
            table.entries.append((key, block))
        if self.peek()[0] != "=":
            return
        self.next()
        if self.peek()[0] not in ("line", "end") and (value := self.value(0)) is not None:
            table.entries.append((key, value))


def _literal(kind: str, text: str, start: int) -> Literal:
    if kind == "bare":
        return Literal.plain(text, start)
    size = 3 if kind == "long" else 1
    inner = text[size : -size if len(text) >= 2 * size and text.endswith(text[:size]) else None]
    if "\\" in inner and text[0] == '"':
        try:
            return Literal.found(json.loads(f'"{inner}"', strict=False), inner, 0, len(inner)).moved(start + size)
        except ValueError:
            pass
    return Literal.plain(inner, start + size)
