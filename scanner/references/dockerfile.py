"""Dockerfiles: variables with their values, commands that build the image, and the one that it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.references import commands, embedded, gate, loose, values
from scanner.references.literal import Literal
from scanner.references.names import Names, Place
from scanner.references.reader import Reader
from scanner.references.reference import Reference
from scanner.references.shellwords import Variables, split
from scanner.references.source import Source
from scanner.references.spots import HASH, Spot, flagged
from scanner.references.tree import Sequence

_INSTRUCTION = re.compile(r"\s*(?P<name>[A-Za-z]+)[ \t]+(?:--[a-z]+=\S+[ \t]+)*(?P<rest>.*)", re.S)
_HEREDOC = re.compile(r"<<-?[ \t]*[\"']?(?P<mark>[A-Za-z_]\w{0,60})")
_LINE = re.compile(r"[^\n]*(?:\n|$)")
_REMARK = re.compile(r"[ \t]*#")


def _read(source: Source, names: Names) -> Iterable[Reference]:
    return gate.references(source, names, _Dockerfile(names).read, HASH)


READER = Reader(
    "dockerfile",
    ("dockerfile", "dockerfile.*", "*.dockerfile", "containerfile", "containerfile.*", "*.containerfile"),
    _read,
)


def _instructions(text: str) -> Iterator[tuple[Literal, Literal | None]]:
    """Each instruction without the comment lines inside it, and the here-document that follows it."""
    parts, at = list[Literal](), 0
    while at < len(text):
        line = _LINE.match(text, at)
        assert line is not None
        at = line.end()
        if _REMARK.match(line[0]):
            continue
        parts.append(Literal.plain(line[0], line.start()))
        if line[0].rstrip().endswith(("\\", "`")) or not line[0].strip():
            continue
        body = None
        if mark := _HEREDOC.search(line[0]):
            end = re.compile(rf"^[ \t]*{mark['mark']}[ \t]*$", re.M).search(text, at)
            stop = end.start() if end else len(text)
            body, at = Literal.plain(text[at:stop], at), end.end() if end else stop
        yield Literal.joined(parts), body
        parts = []
    if parts:
        yield Literal.joined(parts), None


class _Dockerfile:
    def __init__(self, names: Names) -> None:
        self.names, self.variables = names, Variables()
        self.image: list[Literal] = []
        self.entry: list[Literal] = []

    def read(self, text: str) -> Iterator[Spot]:
        for written, body in _instructions(text):
            found = _INSTRUCTION.match(written.text)
            if found is None:
                continue
            name, rest = found["name"].upper(), written.cut(found.start("rest"))
            yield from self.instruction(name, rest, body)

    def instruction(self, name: str, rest: Literal, body: Literal | None) -> Iterator[Spot]:
        if name == "FROM":
            yield from self.started(rest)
        elif name in ("ENV", "ARG"):
            yield from self.variable(rest, default=name == "ARG")
        elif name in ("CMD", "ENTRYPOINT"):
            yield from self.program(rest, entry=name == "ENTRYPOINT")
        elif name in ("RUN", "SHELL", "HEALTHCHECK", "ONBUILD", "ADD"):
            listed = _listed(rest)
            if listed is not None:
                yield from commands.run(listed, self.names, self.variables)
            elif body is None:
                yield from commands.read(rest, self.names, self.variables)
            if body is not None and embedded.is_python(body.text):
                yield from embedded.read(body, self.names)
            elif body is not None:
                yield from commands.read(body, self.names, self.variables)

    def started(self, rest: Literal) -> Iterator[Spot]:
        """``FROM image AS stage``: an image, which is the program where nothing else is."""
        words = next(split(rest), None)
        self.image, self.entry = (words.words[:1] if words else []), []
        for word in self.image:
            if spot := values.spot(word, Place.TEXT, "FROM", self.names, reason="a container image"):
                yield spot

    def variable(self, rest: Literal, *, default: bool) -> Iterator[Spot]:
        """``NAME=value ...``, or the older ``NAME value``."""
        first, blank, _ = rest.text.strip().partition(" ")
        if blank and "=" not in first:
            at = rest.text.index(first) + len(first)
            value = Literal.joined((Literal.plain(f"{first}=", rest.at(0)), rest.cut(at).stripped()))
            yield from commands.read(value, self.names, self.variables)
            return
        for spot in commands.read(rest, self.names, self.variables):
            yield spot if not default or "default" in spot.flags else flagged(spot, "default")

    def program(self, rest: Literal, *, entry: bool) -> Iterator[Spot]:
        words = _listed(rest)
        if words is None:
            yield from commands.read(rest, self.names, self.variables)
            return
        before = self.entry or self.image
        if entry:
            before, self.entry = [], words
        yield from commands.run([*before, *words], self.names, self.variables)


def _listed(rest: Literal) -> list[Literal] | None:
    """The words of a command that is written as a JSON array."""
    if not rest.text.lstrip().startswith("["):
        return None
    tree = loose.json_tree(rest.text)
    if not tree or not isinstance(tree[0], Sequence):
        return None
    return [Literal(word.text, tuple((i, rest.at(offset)) for i, offset in word.marks)) for word in tree[0].texts()]
