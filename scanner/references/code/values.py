"""What an expression comes to, as far as the file itself says: literals, and the names they were given.

An expression is a span of tokens. Nothing is run and no scope is kept: a name stands for every text that is given to
it in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.references.code.idioms import Words
from scanner.references.code.lexer import COMMENT, MARK, PIECE, STRING, WORD, Token

_OPEN = {"(": ")", "[": "]", "{": "}", "${": "}"}
_CLOSE = frozenset(_OPEN.values())
_EITHER = frozenset(("??", "||", "?:"))
_DOTS = frozenset((".", "::", "?.", "->"))
_JOIN = frozenset(("+", "..", "<>"))
_LEADING = frozenset(
    [(MARK, mark) for mark in ("&", "*", "!", "||", "=>")] + [(WORD, w) for w in ("await", "new", "return")]
)
_DEPTH = 6
_MAX_PARTS = 16
_BACK = 16
_TYPE = frozenset("[]*.<>,")
_MAX_STATEMENT = 60
_MAX_TEXT = 400
_GIVES = frozenset(("=", ":=", "<-", ":", "=>"))
_ON = frozenset(".,+?|:=&<") | _EITHER | _DOTS | _JOIN

Span = tuple[int, int]
"""Indexes of the first token and of the one behind the last."""


@dataclass(frozen=True, slots=True)
class Value:
    """A text an expression may come to, and the token it stands at."""

    text: str
    token: int


@dataclass(frozen=True, slots=True)
class Argument:
    """``key`` is its name, None where it has only a position."""

    key: str | None
    span: Span


class Code:
    """Tokens with their brackets paired and the texts that names stand for."""

    def __init__(self, tokens: list[Token], words: Words) -> None:
        self.comments = [token for token in tokens if token.kind == COMMENT]
        self.tokens = tokens = [token for token in tokens if token.kind != COMMENT]
        self._words = words
        self._ends, self.parents = _brackets(tokens)
        self._starts = {end: start for start, end in self._ends.items()}
        # ``a = ...`` is kept as ``a``, ``x.a = ...`` as ``.a`` and ``x = {a: ...}`` as ``x.a``: where its value begins.
        self._given: dict[str, list[int]] = {}
        self._known: dict[str, list[Value]] = {}
        for index, token in enumerate(tokens):
            if token.kind == MARK and token.text in _GIVES:
                self._give(index)

    def end(self, index: int) -> int:
        """The index of the bracket that closes the one at ``index``; behind the last token where none does."""
        return self._ends.get(index, len(self.tokens))

    def opened(self, index: int) -> int | None:
        """The index of the bracket that the one at ``index`` closes."""
        return self._starts.get(index)

    def name_before(self, index: int) -> str:
        """The name that the value at ``index`` is given to by ``=``, ``:`` or a tag; empty where there is none."""
        tokens = self.tokens
        at = self._before_type(index) - 1
        while at > 0 and tokens[at].text in ("&", "(") and tokens[at].kind == MARK and index - at < 3:
            at -= 1
        if at < 1 or tokens[at].kind != MARK or tokens[at].text not in ("=", ":", ":=", "=>", "<-", "??", "||"):
            return ""
        before = tokens[at - 1]
        if tokens[at].text in (":", "=>") or before.kind == STRING:
            return before.text if before.kind in (WORD, STRING) else ""
        return self._typed_name(at)

    def _before_type(self, index: int) -> int:
        """``index``, or where the type begins that says what a brace there opens: ``[]string{``, ``new String[] {``."""
        at, tokens = index, self.tokens
        if tokens[index].kind != MARK or tokens[index].text != "{" or not index or tokens[index - 1].kind == STRING:
            return index
        while at and index - at < _BACK and (tokens[at - 1].kind == WORD or tokens[at - 1].text in _TYPE):
            at -= 1
        return at if any(token.text == "]" for token in tokens[at:index]) else index

    def _give(self, index: int) -> None:
        mark, before = self.tokens[index].text, self.tokens[index - 1] if index else None
        name = ""
        if mark in (":", "=>"):
            parent = self.parents[index]
            owner = self.name_before(parent) if parent > 0 else ""
            if owner and before is not None and before.kind in (WORD, STRING):
                name = f"{owner}.{before.text}"
        elif name := self._typed_name(index):
            dotted = index > 1 and self.tokens[index - 2].text in _DOTS
            name = f".{name}" if dotted else name
        given = self._given.setdefault(name, []) if name else []
        if len(given) < _MAX_PARTS:
            given.append(index + 1)

    def _statement(self, first: int) -> Span:
        """The expression that begins at ``first``: to a comma, a semicolon, a bracket's end, or a line that is new."""
        tokens, at = self.tokens, first
        line = tokens[first].line if first < len(tokens) else 0
        while at < min(len(tokens), first + _MAX_STATEMENT):
            token = tokens[at]
            if token.kind == MARK and (token.text in ",;" or token.text in _CLOSE):
                break
            if at > first and token.line != line and not _goes_on(tokens[at - 1], token):
                break
            at = self.end(at) + 1 if token.kind == MARK and token.text in _OPEN else at + 1
            line = tokens[min(at, len(tokens)) - 1].line
        return first, min(at, len(tokens))

    def _typed_name(self, equals: int) -> str:
        """The name declared before an ``=``: what stands before its type, or just before the sign."""
        found, types = "", 0
        for at in range(equals - 1, max(equals - _BACK, -1), -1):
            token = self.tokens[at]
            types += (token.text == ">") - (token.text == "<") if token.kind == MARK else 0
            if types > 0 or (token.kind == MARK and token.text == "<"):
                continue
            if token.kind == MARK and token.text in ":":
                earlier = self.tokens[at - 1] if at else token
                return earlier.text if earlier.kind == WORD else found
            if token.kind == WORD:
                # Go writes the type between the name and the sign.
                if found and found not in ("string", "String"):
                    return found
                found = token.text if not found or found in ("string", "String") else found
                if found not in ("string", "String") and self.tokens[at - 1].text in _DOTS | {":"}:
                    continue
            elif not (token.kind == MARK and token.text in "[]<>*&?.|"):
                return found
        return found

    def hands_on(self, call: str) -> bool:
        """True of a call that gives back a text it is given."""
        return call in self._words.same or call in self._words.otherwise or call in self._words.lookups

    def items(self, opened: int) -> list[Argument]:
        """What stands between a bracket and its end, cut at the commas."""
        found: list[Argument] = []
        at = first = opened + 1
        close = self.end(opened)
        while at < close:
            token = self.tokens[at]
            if token.kind == MARK and token.text in _OPEN:
                at = self.end(at)
            elif token.kind == MARK and token.text in ",;":
                if first < at:
                    found.append(self._item(first, at))
                first = at + 1
            at += 1
        if first < close:
            found.append(self._item(first, close))
        return found

    def _item(self, first: int, last: int) -> Argument:
        tokens = self.tokens
        if last - first > 2 or (last - first == 2 and tokens[first + 1].text == ":"):
            head, mark = tokens[first], tokens[first + 1]
            if head.kind in (WORD, STRING) and mark.kind == MARK and mark.text in (":", "=", "=>"):
                return Argument(head.text.strip("@$"), (first + 2, last))
        return Argument(None, (first, last))

    def values(self, span: Span, depth: int = 0) -> list[Value]:
        """Every text the expression may come to; empty where the file does not say."""
        first, last = self._bare(span)
        if depth > _DEPTH or first >= last:
            return []
        tokens = self.tokens
        if last - first == 1 and tokens[first].kind == STRING:
            return [Value(tokens[first].text, first)]
        if parts := self._split((first, last), _EITHER):
            return [value for part in parts for value in self.values(part, depth + 1)]
        if (parts := self._split((first, last), frozenset("?"))) and len(parts) == 2:
            either = self._split(parts[1], frozenset(":")) or [parts[1]]
            return [value for part in either for value in self.values(part, depth + 1)]
        if parts := self._split((first, last), _JOIN):
            return self._joined(parts, depth)
        if tokens[first].kind == MARK and tokens[first].text == "{" and tokens[first + 1].text == ":":
            # ``{:hf, "name"}``: a tuple says in its first part what the second is.
            pair = self.items(first)
            return self.values(pair[1].span, depth + 1) if len(pair) > 1 else []
        if tokens[first].kind == PIECE:
            return self._template((first, last), depth)
        return self._named((first, last), depth) or self._called((first, last), depth)

    def shown(self, span: Span) -> Span:
        """The offsets of the expression as written, quotes included."""
        first, last = self.tokens[span[0]], self.tokens[span[1] - 1]
        return first.start - (first.kind in (STRING, PIECE)), last.end + (last.kind in (STRING, PIECE))

    def _bare(self, span: Span) -> Span:
        """Without what does not change a text: ``&``, ``await``, a closure's head, brackets about all of it."""
        first, last = span
        tokens = self.tokens
        while first < last:
            text = tokens[first].text
            if tokens[first].kind == MARK and text == "|" and last - first > 2 and tokens[first + 2].text == "|":
                first += 3
            elif (tokens[first].kind, text) in _LEADING:
                first += 1
            elif text == "(" and tokens[first].kind == MARK and self.end(first) == last - 1:
                first, last = first + 1, last - 1
            else:
                break
        if last - first > 2 and tokens[last - 2].text == "as" and tokens[last - 2].kind == WORD:
            last -= 2
        if last - first > 1 and tokens[last - 1].kind == MARK and tokens[last - 1].text == ".":
            last -= 1
        return first, last

    def _split(self, span: Span, marks: frozenset[str]) -> list[Span]:
        """The parts between ``marks`` outside all brackets; nothing where there is one part only."""
        parts: list[Span] = []
        at = first = span[0]
        while at < span[1]:
            token = self.tokens[at]
            if token.kind == MARK and token.text in _OPEN:
                at = self.end(at)
            elif token.kind == MARK and token.text in marks:
                parts.append((first, at))
                first = at + 1
                if len(parts) > _MAX_PARTS:
                    return []
            at += 1
        return [*parts, (first, span[1])] if parts else []

    def _joined(self, parts: list[Span], depth: int) -> list[Value]:
        texts = [self.values(part, depth + 1) for part in parts]
        if any(len(found) != 1 for found in texts):
            return []
        text = "".join(found[0].text for found in texts)
        return [Value(text, texts[0][0].token)] if len(text) < _MAX_TEXT else []

    def _template(self, span: Span, depth: int) -> list[Value]:
        """A template whose expressions all come to one text."""
        text, at = "", span[0]
        while at < span[1]:
            token = self.tokens[at]
            if token.kind == PIECE:
                text, at = text + token.text, at + 1
            elif token.text == "${":
                inner = self.values((at + 1, self.end(at)), depth + 1)
                if len(inner) != 1:
                    return []
                text, at = text + inner[0].text, self.end(at) + 1
            else:
                return []
        return [Value(text, span[0])] if len(text) < _MAX_TEXT else []

    def _named(self, span: Span, depth: int) -> list[Value]:
        """What a name or a path of names is given: ``A.b`` and ``A["b"]`` are what stands under ``b`` in ``A``."""
        names: list[str] = []
        for at in range(*span):
            token = self.tokens[at]
            if token.kind == WORD or (token.kind == STRING and at + 1 < span[1] and self.tokens[at + 1].text == "]"):
                names.append(token.text)
            elif token.kind != MARK or (token.text not in _DOTS and token.text not in "[]"):
                return []
        if len(names) < 2:
            return self._stands_for(names[0], depth) if names else []
        owner, name = names[-2:]
        own = name if owner in self._words.own or owner[:1].isupper() else ""
        return next(
            (found for form in (f"{owner}.{name}", f".{name}", own) if (found := self._stands_for(form, depth))), []
        )

    def _stands_for(self, name: str, depth: int) -> list[Value]:
        if name in self._known:
            return self._known[name]
        self._known[name] = []
        found = [
            value for first in self._given.get(name, ()) for value in self.values(self._statement(first), depth + 1)
        ]
        self._known[name] = found[:_MAX_PARTS]
        return self._known[name]

    def _called(self, span: Span, depth: int) -> list[Value]:
        """``"text".into()``, ``String::from("text")``, ``getenv("X").or("text")``: calls that hand a text on."""
        first, last = span
        tokens = self.tokens
        opened = self.opened(last - 1)
        if opened is None or opened <= first or tokens[opened].text != "(" or tokens[opened - 1].kind != WORD:
            return []
        name, inside = tokens[opened - 1].text, self.items(opened)
        if (name in self._words.otherwise and inside) or (name in self._words.lookups and len(inside) > 1):
            return self.values(inside[-1].span, depth + 1)
        if name not in self._words.same:
            return []
        if inside:
            return self.values(inside[0].span, depth + 1)
        dot = opened - 2
        return self.values((first, dot), depth + 1) if dot > first and tokens[dot].text in _DOTS else []


def _brackets(tokens: list[Token]) -> tuple[dict[int, int], list[int]]:
    """Where each bracket closes, and for each token the innermost bracket open about it (-1: none)."""
    ends: dict[int, int] = {}
    parents: list[int] = []
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == MARK and token.text in _CLOSE:
            if stack and _OPEN[tokens[stack[-1]].text] == token.text:
                ends[stack.pop()] = index
            elif len(stack) > 1 and _OPEN[tokens[stack[-2]].text] == token.text:
                # One bracket was never closed: what stands about it is.
                stack.pop()
                ends[stack.pop()] = index
        parents.append(stack[-1] if stack else -1)
        if token.kind == MARK and token.text in _OPEN:
            stack.append(index)
    return ends, parents


def paths(code: Code, index: int) -> Iterator[str]:
    """The names of the values about the token at ``index``, from within: ``b`` then ``a`` of ``a = {b: "text"}``.

    A call that does not hand its text on ends the way: what it gives back is something else.
    """
    for _ in range(_DEPTH):
        if name := code.name_before(index):
            yield name
        index = code.parents[index]
        if index < 0:
            return
        if index and code.tokens[index].text == "(" and code.tokens[index - 1].kind == WORD:
            if not code.hands_on(code.tokens[index - 1].text):
                return
            index -= 1
            while index > 1 and code.tokens[index - 1].text in _DOTS:
                index -= 2


def _goes_on(before: Token, token: Token) -> bool:
    """True where an expression goes on over the end of a line."""
    return (token.kind == MARK and token.text in _ON) or (before.kind == MARK and before.text in _ON)
