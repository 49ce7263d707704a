"""Readers of source code: the calls that take a model first, then every other text by its shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from scanner.references import commands
from scanner.references.code import idioms, shapes
from scanner.references.code.idioms import Idiom
from scanner.references.code.lexer import MARK, PIECE, STRING, WORD, Token, lex, parts
from scanner.references.code.syntax import OTHERS, SCRIPT, SCRIPTS, Syntax
from scanner.references.code.values import Argument, Code, Span, Value, paths
from scanner.references.literal import Literal
from scanner.references.names import ID, Named, Names, Place, shown
from scanner.references.reader import Reader
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.source import Source

_DOTS = frozenset((".", "::", "?.", "->"))
_MAX_TYPE = 16
_QUOTED = re.compile(rf"""(["'`]){ID}\1""".encode())
_QUOTED_TEXT = re.compile(rf"""(["'`])({ID})\1""")
_WORD_BEFORE = re.compile(r"(\w+)[ \t]*\(?[ \t]*$")
_MAX_WORD = 20
_MARKED = re.compile(r"[\"'`]\s*$")


def _read_script(source: Source, names: Names) -> Iterable[Reference]:
    return _read(source, names, idioms.SCRIPT, SCRIPT)


def _read_other(source: Source, names: Names) -> Iterable[Reference]:
    syntax = OTHERS.get(source.name.rpartition(".")[2].lower(), OTHERS["jenkinsfile"])
    return _read(source, names, idioms.OTHERS, syntax)


def _read(source: Source, names: Names, file: str, syntax: Syntax) -> Iterable[Reference]:
    words, lower = idioms.words(), source.data.lower()
    if not any(word in lower for word in words.hints) and not shapes.SETTING.search(lower):
        if not _QUOTED.search(source.data):
            return ()
        place = Place.NAMED if any(word in lower for word in words.beside) else Place.TEXT
        if (plain := _plain(source, names, place)) is not None:
            return plain
    found: dict[int, Reference] = {}
    for part in parts(source.text):
        reading = _Reading(source, names, Code(lex(source.text, syntax, part), words), file, found)
        reading.calls()
        reading.texts()
        reading.comments()
    _Reading(source, names, Code([], words), file, found).rest()
    return [found[offset] for offset in sorted(found)]


def _plain(source: Source, names: Names, place: Place) -> list[Reference] | None:
    """The references of a file in which no text names a model even at ``place``: all ignored. None where one does."""
    found: list[Reference] = []
    for quoted in _QUOTED_TEXT.finditer(source.text):
        named = names.read(quoted[2], place)
        before = _WORD_BEFORE.search(source.text, max(0, quoted.start() - _MAX_WORD), quoted.start())
        packaged = before is not None and before[1] in idioms.words().packages
        if named is not None and named.kind is not Kind.IGNORED and not packaged:
            return None
        if named is not None:
            reason = "a package" if packaged else named.reason
            line, column = source.place(quoted.start(2))
            found.append(Reference(source.path, line, column, Kind.IGNORED, shown(quoted[2]), "text", reason=reason))
    return found


class _Reading:
    """One file being read. A place is kept once; what a call says of it is said before anything weaker."""

    def __init__(self, source: Source, names: Names, code: Code, file: str, found: dict[int, Reference]) -> None:
        self._source, self._names, self._code = source, names, code
        self._idioms, self._words = idioms.calls(file), idioms.words()
        self._at = found
        self._beside: dict[int, str | None] = {}

    def calls(self) -> None:
        tokens = self._code.tokens
        for index, token in enumerate(tokens):
            if token.kind == WORD and token.text in self._idioms:
                opened = self._opened(index + 1)
                if opened is not None and not self._defines(index, opened):
                    self._call(index, opened)

    def texts(self) -> None:
        for index, token in enumerate(self._code.tokens):
            if token.kind == STRING and index and self._code.tokens[index - 1].text in self._words.tags:
                self._tagged(self._code.tokens[index - 1], token)
            if token.kind == STRING and " " in token.text and self._shell(index):
                self._script(token)
            elif token.kind == STRING and token.start not in self._at and "/" in token.text:
                self._text(index, token)
            elif token.kind == STRING and token.start not in self._at:
                self._bare(index, token)
            if token.kind == PIECE or (token.kind == STRING and token.text.endswith("/")):
                self._address_of(index, token)

    def comments(self) -> None:
        for token in self._code.comments:
            if "/" not in token.text:
                continue
            for offset, word, named in self._names.inside(token.text):
                quoted = _MARKED.search(token.text[max(0, offset - 2) : offset])
                if named.kind is not Kind.IGNORED or quoted:
                    weak = replace(named, confidence=Confidence.LOW)
                    self._keep(token.start + offset, word, weak, "text", flags=("comment",))

    def rest(self) -> None:
        """Quoted texts of an id's shape that no string or comment gave: the marks about them were read otherwise."""
        for quoted in _QUOTED_TEXT.finditer(self._source.text):
            offset = quoted.start(2)
            if offset not in self._at and (named := self._names.read(quoted[2], Place.TEXT)) is not None:
                self._keep(offset, quoted[2], replace(named, confidence=Confidence.LOW), "text")

    def _opened(self, at: int) -> int | None:
        """The bracket of a call whose name ends before ``at``; a type in angle brackets may stand between."""
        tokens = self._code.tokens
        if at < len(tokens) and tokens[at].text == "::":
            at += 1
        if at < len(tokens) and tokens[at].kind == MARK and tokens[at].text == "<":
            ends = range(at + 1, min(at + _MAX_TYPE, len(tokens) - 1))
            at = next((end + 1 for end in ends if tokens[end].text == ">" and tokens[end + 1].text == "("), at)
        opens = at < len(tokens) and tokens[at].kind == MARK and tokens[at].text == "("
        return at if opens else None

    def _defines(self, index: int, opened: int) -> bool:
        """True where a function of this name is written down, not called."""
        tokens, close = self._code.tokens, self._code.end(opened)
        before = tokens[index - 1] if index else None
        if before is not None and before.kind == WORD and before.text in self._words.definitions:
            return True
        body = close + 1 < len(tokens) and tokens[close + 1].kind == MARK and tokens[close + 1].text == "{"
        begins = before is None or (before.kind == MARK and before.text in "{};")
        return body and (begins or (before is not None and before.text in ("async", "static", "public", "*")))

    def _path(self, index: int) -> list[str]:
        """The words a call is made on, from the left: ``hub``, ``New`` of ``hub.New(...)``."""
        tokens, words = self._code.tokens, [self._code.tokens[index].text]
        while index > 1 and tokens[index - 1].text in _DOTS and len(words) < 4:
            index -= 2
            if tokens[index].kind != WORD:
                break
            words.insert(0, tokens[index].text)
        return words

    def _call(self, index: int, opened: int) -> None:
        path = self._path(index)
        above = {word.casefold() for word in path[:-1]}
        for idiom in self._idioms[path[-1]]:
            if not idiom.on or idiom.on & above:
                self._take(idiom, index, opened, ".".join(path))
                return

    def _take(self, idiom: Idiom, index: int, opened: int, how: str) -> None:
        arguments = self._code.items(opened)
        meant = not idiom.files or any(word in self._source.text for word in idiom.files)
        span = self._pick(arguments, idiom.model)
        if span is None:
            first = self._code.tokens[index]
            if idiom.default and meant and arguments and len(arguments) < 2:
                named = Named(Kind.UNRESOLVED, reason="the library's default model")
                self._keep(first.start, self._source.text[first.start : self._ends(opened)], named, how)
            return
        within = self._within(span)
        inner = self._pick(within, idiom.inner) if idiom.inner else None
        revision = self._revision(self._pick(arguments, idiom.revision) or self._pick(within, idiom.revision))
        kind = self._pick(arguments, idiom.kind) or self._pick(within, idiom.kind)
        other = self._written(kind).casefold() if kind else ""
        values = self._code.values(inner or span)
        for value in values:
            if (read := self._named(value.text, idiom, meant, other)) is not None:
                self._keep(self._start(value), value.text, read, how, revision=revision)
        if not values and meant and not idiom.weak and "space" not in other and self._loads(inner or span):
            named = Named(Kind.UNRESOLVED, reason="the name is decided elsewhere")
            self._keep(self._shown(inner or span)[0], self._written(inner or span), named, how, revision=revision)

    def _named(self, text: str, idiom: Idiom, meant: bool, other: str) -> Named | None:
        if "space" in other or text.startswith("spaces/"):
            return Named(Kind.IGNORED, reason="a Space")
        if "dataset" in other or idiom.dataset or text.startswith("datasets/"):
            return self._names.read(text, Place.DATASET)
        if (named := self._scheme(text)) is not None:
            return named
        if idiom.library and (address := self._names.read(text)) is not None and address.confidence is Confidence.HIGH:
            return address if address.kind is not Kind.IGNORED else Named(Kind.UNRESOLVED, reason=idiom.library)
        if idiom.library:
            return Named(Kind.UNRESOLVED, reason=idiom.library)
        if idiom.bare and "/" not in text:
            return Named(Kind.UNRESOLVED, reason=idiom.bare)
        return self._names.read(text, Place.NAMED if idiom.weak or not meant else Place.LOADER)

    def _scheme(self, text: str) -> Named | None:
        """What an address of the Hub by another beginning names, where a colon tells a file's variant; or None."""
        scheme = self._words.schemes.match(text)
        rest = text[scheme.end() :] if scheme else ""
        if not rest or rest.startswith("/"):
            return None
        rest, _, mark = rest.partition("#")
        name = "/".join(rest.partition("?")[0].split("/")[:2]).partition(":")[0]
        named = self._names.read(name, Place.LOADER)
        return replace(named, revision=named.revision or mark or None) if named else None

    def _pick(self, arguments: list[Argument], wanted: tuple[int | str, ...]) -> Span | None:
        """The first of the arguments ``wanted``: by position, by name, or by name in an object among them."""
        placed = [argument.span for argument in arguments if argument.key is None]
        if placed and self._code.tokens[placed[0][0]].text in self._words.contexts:
            placed = placed[1:]
        for which in wanted:
            if isinstance(which, int):
                if which < len(placed) and self._code.tokens[placed[which][0]].text not in ("...", ".."):
                    return placed[which]
                continue
            for argument in [*arguments, *(item for span in placed for item in self._object(span))]:
                first, last = argument.span
                short = argument.key is None and last - first == 1 and self._code.tokens[first].kind == WORD
                if argument.key == which or (short and self._code.tokens[first].text == which):
                    return argument.span
        return None

    def _object(self, span: Span) -> list[Argument]:
        opens = self._code.tokens[span[0]].text == "{" and self._code.end(span[0]) == span[1] - 1
        return self._code.items(span[0]) if opens else []

    def _within(self, span: Span) -> list[Argument]:
        """What stands in the bracket that ends an expression."""
        opened = self._code.opened(span[1] - 1)
        return self._code.items(opened) if opened is not None and opened >= span[0] else []

    def _revision(self, span: Span | None) -> str | None:
        values = self._code.values(span) if span else []
        return shown(values[0].text) or None if len(values) == 1 else None

    def _loads(self, span: Span) -> bool:
        """True where an expression can come to a text at all: not a number, a list or nothing."""
        first = self._code.tokens[span[0]]
        return first.text not in ("null", "undefined", "nil", "None", "[", "true", "false", "function")

    def _shown(self, span: Span) -> Span:
        """The offsets of an expression, the sign before a variable's name included."""
        start, end = self._code.shown(span)
        return start - self._source.text.startswith(("$", "@"), max(0, start - 1)), end

    def _written(self, span: Span) -> str:
        return self._source.text[slice(*self._shown(span))]

    def _ends(self, opened: int) -> int:
        close = min(self._code.end(opened), len(self._code.tokens) - 1)
        return self._code.tokens[close].end

    def _start(self, value: Value) -> int:
        return self._code.tokens[value.token].start

    def _text(self, index: int, token: Token) -> None:
        key = self._code.name_before(index)
        if (named := self._scheme(token.text)) is not None:
            self._keep(token.start, token.text, named, "address")
            return
        if written := shapes.read(token.text, self._names):
            start, named = token.start + token.text.index(written.text), written.named
            self._keep(start, written.text, named, written.how, flags=written.flags)
            return
        place, how = self._place(index)
        named = self._names.read(token.text, place)
        if named is not None and named.kind is Kind.IGNORED and self._packaged(index):
            named = replace(named, reason="a package")
        elif named is not None and named.kind is Kind.MODEL and self._packaged(index) and place is Place.TEXT:
            named = Named(Kind.IGNORED, reason="a package")
        if named is not None and named.kind is Kind.MODEL and key.casefold() in self._words.links:
            named = replace(named, confidence=Confidence.LOW)
            self._keep(token.start, token.text, named, how, flags=("documentation",))
        elif named is not None:
            beside = self._pinned_beside(index) if place is not Place.TEXT else None
            self._keep(token.start, token.text, named, how, revision=beside)
        else:
            self._inside(token)

    def _shell(self, index: int) -> bool:
        """True of a text that a shell is given: behind the word that runs one, or in its brackets."""
        parent = self._code.parents[index]
        about = self._code.tokens[parent - 1].text if parent > 0 else ""
        return about in self._words.shells or (index > 0 and self._code.tokens[index - 1].text in self._words.shells)

    def _script(self, token: Token) -> None:
        for spot in commands.read(Literal.plain(token.text, token.start), self._names):
            self._keep(spot.start, spot.text, spot.named, spot.how, flags=spot.flags)

    def _tagged(self, tag: Token, token: Token) -> None:
        """A model's name right behind the word that loads it; a colon in it sets off which part is meant."""
        named = self._names.read(token.text.partition(":")[0], Place.LOADER)
        if named is not None and tag.end == token.start - 1:
            self._keep(token.start, token.text, named, tag.text)

    def _inside(self, token: Token) -> None:
        """What a longer text holds: an address is one wherever it stands, a name is of low confidence."""
        for offset, word, inside in self._names.inside(token.text):
            if inside.kind is not Kind.IGNORED:
                low = inside if inside.confidence is Confidence.HIGH else replace(inside, confidence=Confidence.LOW)
                self._keep(token.start + offset, word, low, "text")

    def _pinned_beside(self, index: int) -> str | None:
        """The revision that stands in the same bracket as a model's name."""
        parent = self._code.parents[index]
        if parent < 0 or self._code.tokens[parent].text == "[":
            return None
        if parent not in self._beside:
            spans = [each.span for each in self._code.items(parent) if each.key in self._words.revisions]
            self._beside[parent] = self._revision(spans[0]) if len(spans) == 1 else None
        return self._beside[parent]

    def _bare(self, index: int, token: Token) -> None:
        place, how = self._place(index)
        if place is Place.NAMED and (named := self._names.read(token.text, place)):
            self._keep(token.start, token.text, named, how)

    def _place(self, index: int) -> tuple[Place, str]:
        for name in paths(self._code, index):
            if name.casefold() in self._words.apart:
                break
            if about := self._words.speaks_of(name):
                return (Place.NAMED if about == "model" else Place.DATASET), f"key {shown(name)}"
        return Place.TEXT, "text"

    def _packaged(self, index: int) -> bool:
        """True behind ``import``, ``from`` or ``require(``, and in the brackets behind one."""
        tokens, at = self._code.tokens, index - 1
        if at >= 0 and tokens[at].kind == WORD and at and tokens[at - 1].kind == WORD:
            # Go: a name for the package stands before it.
            at -= tokens[at - 1].text in self._words.packages
        parent = self._code.parents[index]
        about = tokens[parent - 1].text if parent > 0 else ""
        return (at >= 0 and tokens[at].text in self._words.packages) or about in self._words.packages

    def _address_of(self, index: int, token: Token) -> None:
        """An address of the Hub whose repository is filled in by an expression."""
        known = shapes.HUB.search(token.text)
        if known is None and not (self._words.schemes.fullmatch(token.text)):
            return
        tokens, last = self._code.tokens, index + 1
        if token.kind == PIECE:
            while last < len(tokens) and tokens[last].text == "${" and tokens[last].kind == MARK:
                last = min(self._code.end(last) + 2, len(tokens))
        elif last < len(tokens) and tokens[last].text == "+":
            last += 2
        if last - index < 3 or last > len(tokens):
            return
        if known and known[1] and shapes.is_page(known[1], self._names):
            return
        span = (index, last)
        before = self._at.get(token.start)
        if before is not None and before.kind is not Kind.IGNORED:
            return
        self._at.pop(token.start, None)
        start, written = self._shown(span)[0], self._written(span)
        for value in self._code.values(span):
            if named := self._scheme(value.text) or self._names.read(value.text, Place.LOADER):
                self._keep(start, written, named, "address")
                return
        self._keep(start, written, Named(Kind.UNRESOLVED, reason=shapes.FILLED), "address")

    def _keep(
        self,
        offset: int,
        text: str,
        named: Named,
        how: str,
        *,
        revision: str | None = None,
        flags: tuple[str, ...] = (),
    ) -> None:
        pinned = revision or named.revision
        before = self._at.get(offset)
        if before is not None:
            # One of two uses that pins nothing leaves the place unpinned.
            if before.kind is named.kind and before.revision != pinned:
                self._at[offset] = replace(before, revision=named.revision)
            return
        line, column = self._source.place(offset)
        self._at[offset] = Reference(
            self._source.path,
            line,
            column,
            named.kind,
            shown(text),
            shown(how),
            named.repo,
            shown(pinned) if pinned else None,
            named.confidence,
            flags,
            named.reason,
        )


JAVASCRIPT = Reader("javascript", tuple(f"*.{suffix}" for suffix in SCRIPTS), _read_script)
LANGUAGES = Reader("source code", (*(f"*.{suffix}" for suffix in OTHERS), "jenkinsfile", "jenkinsfile.*"), _read_other)
