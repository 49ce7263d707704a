"""Python: by its syntax tree, where a file holds anything that could matter."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator

from scanner.references.names import Names, shown
from scanner.references.python.bindings import Text
from scanner.references.python.calls import Loads
from scanner.references.python.commands import Commands, Script
from scanner.references.python.found import Found
from scanner.references.python.literals import alike, comments, sweep, unparsed
from scanner.references.python.sieve import is_shaped, matters, shaped_texts
from scanner.references.python.syntax import bind
from scanner.references.python.values import Values
from scanner.references.reader import Reader
from scanner.references.reference import Reference
from scanner.references.source import Source

MAX_PARSED = 4_000_000
"""Beyond so many characters a file is read word by word: a parser needs hundreds of bytes for each."""


def _read(source: Source, names: Names) -> list[Reference]:
    # A file without such a line break is written in another encoding, or in one line.
    data = source.data if b"\n" in source.data and b"\0" not in source.data else source.text.encode()
    if not matters(data, names):
        return list(_ignored(source, names))
    found = Found(source.path, source.text)
    analyse(found, found.text, names)
    return found.references()


def _ignored(source: Source, names: Names) -> Iterator[Reference]:
    """The literals of a file that names no model: each with its reason."""
    if not is_shaped(source.data):
        return
    for literal in shaped_texts(source.text):
        if named := names.read(literal[1]):
            line, column = source.place(literal.start(1))
            yield Reference(
                source.path, line, column, named.kind, shown(literal[1]), "text", named.repo, named.revision,
                named.confidence, (), named.reason,
            )  # fmt: skip


def parse(text: str) -> ast.Module | None:
    """The tree of a program, or None for what is no Python of this version, or nested or long beyond reason."""
    if len(text) > MAX_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def analyse(found: Found, text: str, names: Names, scripts: Iterable[Script] = ()) -> None:
    """Note all references of a program; ``text`` has the same places as the text of ``found``.

    ``scripts`` are commands that stand between its lines.
    """
    tree = parse(text)
    if tree is None:
        unparsed(found, names)
        return
    bindings = bind(tree)
    values = Values(bindings)
    for use in Loads(bindings, names, values).uses():
        if use.text is None:
            at, written = found.offset(use.node.lineno, use.node.col_offset), found.written(use.node)
        else:
            at, written = found.place(use.node, use.text), use.text
        found.add(at, written, use.named, use.how, use.flags)
    commands = Commands(found, names, bindings, values)
    commands.calls()
    for script in scripts:
        commands.script(script)
    alike(found, bindings.groups, names)
    sweep(found, bindings.texts, names)
    comments(found, text, list(_spans(found, bindings.texts)), names)


def _spans(found: Found, texts: list[Text]) -> Iterator[tuple[int, int]]:
    for text in texts:
        node = text.node
        end = found.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        yield found.offset(node.lineno, node.col_offset), end


PYTHON = Reader("python", ("*.py", "*.pyi", "*.pyw"), _read)
