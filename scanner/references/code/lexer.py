"""A text as words, strings, comments and marks, in one pass; nothing is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.references.code.syntax import Syntax

WORD, STRING, PIECE, MARK, COMMENT = "word", "string", "piece", "mark", "comment"

_TICK = re.compile(r"((?:[^`\\$]++|\\.|\$(?!\{))*+)(`|\$\{|\Z|\\)", re.S)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]++|\\.|\[(?:[^\]\\\n]++|\\.)*+\]?)++/[a-z]*")
_MAX_REGEX = 500
_PART = 200_000
"""Characters: what a name stands for is looked for in as many around it."""
# After these a slash divides; after anything else it begins a regular expression.
_OPERAND = frozenset(")]}")
_BEFORE_REGEX = frozenset(("return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "await", "yield"))


class Token(NamedTuple):
    """Characters ``start`` to ``end`` of the text; of a string what stands between its quotes.

    ``line`` tells lines apart and is not the number of one. A string with expressions inside is several pieces, with
    the marks ``${`` and ``}`` about each expression.
    """

    kind: str
    start: int
    end: int
    text: str
    line: int


def lex(text: str, syntax: Syntax, part: tuple[int, int] | None = None) -> list[Token]:
    """Every token of ``text``, or of the part between two offsets, but line breaks, in its order."""
    tokens: list[Token] = []
    # Depth of braces at which each open expression of a template ends.
    templates: list[int] = []
    at, end = part or (0, len(text))
    braces, line, search = 0, 0, syntax.pattern.search
    while found := search(text, at, end):
        kind, start, at = found.lastgroup, found.start(), found.end()
        if kind == "word":
            tokens.append(Token(WORD, start, at, found[0], line))
        elif kind == "mark":
            mark = found[0]
            if mark == "\n":
                line += 1
                continue
            if mark == "}" and templates and templates[-1] == braces:
                templates.pop()
                tokens.append(Token(MARK, start, at, "}", line))
                at = _template(text, at, end, tokens, templates, (braces, line))
                continue
            braces += (mark == "{") - (mark == "}")
            tokens.append(Token(MARK, start, at, mark, line))
        elif kind == "string":
            group = next(number for number in syntax.texts if found[number] is not None)
            tokens.append(Token(STRING, found.start(group), found.end(group), found[group], line))
        elif kind == "comment":
            tokens.append(Token(COMMENT, start, at, found[0], line))
        elif kind == "tick":
            at = _template(text, at, end, tokens, templates, (braces, line), whole=True)
        elif kind == "slash" and syntax.templates and _begins_regex(tokens):
            literal = _REGEX.match(text, start, start + _MAX_REGEX)
            at = literal.end() if literal else at
    return tokens


def parts(text: str) -> Iterator[tuple[int, int]]:
    """A long text, which is several programs in one file, in parts that are read one by one."""
    start = 0
    while len(text) - start > 2 * _PART:
        end = max(text.rfind(sign, start, start + _PART) for sign in ("\n", ";")) + 1 or start + _PART
        yield start, end
        start = end
    yield start, len(text)


def _template(
    text: str,
    at: int,
    end: int,
    tokens: list[Token],
    templates: list[int],
    where: tuple[int, int],
    *,
    whole: bool = False,
) -> int:
    """Read a template on from ``at`` to its end or its next expression; where that stops."""
    found = _TICK.match(text, at, end)
    if found is None:
        return end
    braces, line = where
    opened = found[2] == "${"
    tokens.append(Token(STRING if whole and not opened else PIECE, found.start(1), found.end(1), found[1], line))
    if opened:
        tokens.append(Token(MARK, found.start(2), found.end(2), "${", line))
        templates.append(braces)
    return found.end()


def _begins_regex(tokens: list[Token]) -> bool:
    if not tokens or tokens[-1].kind == COMMENT:
        return True
    last = tokens[-1]
    if last.kind == MARK:
        # ``</p>``: a closing tag.
        return last.text not in _OPERAND and last.text not in "<."
    return last.kind == WORD and last.text in _BEFORE_REGEX
