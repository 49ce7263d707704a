"""What was found in one text, each place once: the strongest reading of a place stands."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from dataclasses import replace

from scanner.references.names import Named, shown
from scanner.references.reference import Confidence, Kind, Reference

_BREAK = re.compile("\n")
_QUOTE = re.compile(r"[A-Za-z]{0,2}(?:'''|\"\"\"|'|\")\s*")
_STRENGTH = {
    Kind.MODEL: 5,
    Kind.WEIGHTS: 4,
    Kind.DATASET: 3,
    Kind.LOCAL: 2,
    Kind.UNRESOLVED: 1,
    Kind.IGNORED: 0,
}
_SURENESS = {Confidence.HIGH: 2, Confidence.MEDIUM: 1, Confidence.LOW: 0}
UNPINNED = "also unpinned"
"""The flag of a model that is pinned where it is loaded once, and not where it is loaded again."""


class Found:
    """The references of one text, by place. ``text`` has ``\\n`` for line breaks."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._ascii = text.isascii()
        self._starts = [0, *(end.end() for end in _BREAK.finditer(text))]
        self._by_place: dict[tuple[int, str], Reference] = {}
        self._covered: set[int] = set()

    def references(self) -> list[Reference]:
        """In the order of the text."""
        return [self._by_place[key] for key in sorted(self._by_place)]

    def offset(self, line: int, column: int) -> int:
        """Where in the text a place of the parser is, which counts lines from 1 and the bytes of a line from 0."""
        start = self._starts[min(line, len(self._starts)) - 1]
        if self._ascii:
            return start + column
        end = self.text.find("\n", start)
        written = self.text[start : end if end >= 0 else None]
        return start + (column if written.isascii() else len(written.encode()[:column].decode("utf-8", "ignore")))

    def start(self, node: ast.expr) -> int:
        """Where the text of a node begins: after the quote of a literal, at the first part of what is joined."""
        while isinstance(node, ast.BinOp):
            node = node.left
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value if isinstance(node.func.value, ast.Constant) else node
        at = self.offset(node.lineno, node.col_offset)
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        quote = _QUOTE.match(self.text, at) if is_text else None
        return quote.end() if quote else at

    def place(self, node: ast.expr, text: str) -> int:
        """Where ``text`` stands in the text of a node; where the node begins if it is not written there as it is."""
        start = self.start(node)
        if self.text.startswith(text, start):
            return start
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        at = self.text.find(text, start, end) if text else -1
        return at if at >= 0 else start

    def written(self, node: ast.expr) -> str:
        """An expression as it stands in the text."""
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self.text[self.offset(node.lineno, node.col_offset) : end]

    def is_covered(self, at: int) -> bool:
        return at in self._covered

    def is_loaded(self, at: int, text: str) -> bool:
        """True where a loader takes the text."""
        known = self._by_place.get((at, shown(text)))
        return known is not None and known.kind is Kind.MODEL and known.confidence is Confidence.HIGH

    def add(self, at: int, text: str, named: Named, how: str, flags: tuple[str, ...] = ()) -> None:
        """Note what stands at ``at``; an earlier reading of the same place gives way only to a stronger one."""
        line = bisect_right(self._starts, at)
        new = Reference(
            self.path, line, at - self._starts[line - 1] + 1, named.kind, shown(text), how, named.repo, named.revision,
            named.confidence, tuple(dict.fromkeys(flags)), named.reason,
        )  # fmt: skip
        key = (at, new.text)
        old = self._by_place.get(key)
        self._by_place[key] = _stronger(old, new) if old else new
        self._covered.add(at)


def _stronger(old: Reference, new: Reference) -> Reference:
    first, second = sorted((old, new), key=lambda r: (_STRENGTH[r.kind], _SURENESS[r.confidence]), reverse=True)
    if first.kind is not second.kind or first.repo != second.repo:
        return first
    flags = tuple(dict.fromkeys((*first.flags, *second.flags)))
    if first.revision != second.revision and (not first.revision or not second.revision):
        flags = (*flags, UNPINNED) if UNPINNED not in flags else flags
    return replace(first, revision=first.revision or second.revision, flags=flags)
