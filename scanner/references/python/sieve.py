"""What can be said of a file by its bytes: whether its tree could name a model at all.

Most files of a code base hold nothing of the kind, and a parser takes twenty times as long to tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from scanner.references.names import Names, Place
from scanner.references.python.idioms import Speaks, calls
from scanner.references.reference import Kind

# The name of a module follows; of several in one line each is a match of its own.
_IMPORT = re.compile(rb"\n[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)((?:[\w. \t]*,[\w. \t]*)*)")
_SHAPED = r"""["']\s*([A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._:@/-]*)\s*["']"""
SHAPED = re.compile(_SHAPED.encode())
SHAPED_TEXT = re.compile(_SHAPED)
"""A quoted text that may have the shape of an id, in bytes and in text."""
_WORD = re.compile(rb"""["']([A-Za-z0-9_][\w.-]*)["']""")
_SECOND = re.compile(rb"/([A-Za-z0-9_][\w.-]{1,95})(?![\w/\\(-])")
_BEFORE = re.compile(rb"[A-Za-z_]\w*")
_ADDRESSES = (b"huggingface.co", b"hf.co/", b"hf://", b"hf-mirror")


@cache
def _always() -> tuple[bytes, ...]:
    """The methods that count without an import, as bytes."""
    names = {
        call.name[1:]
        for group in calls().values()
        for call in group
        if call.library.always and call.idiom.model and call.name.startswith(".")
    }
    return tuple(sorted(name.encode() for name in names if not any(o != name and o in name for o in names)))


@cache
def _by_root() -> dict[bytes, frozenset[bytes]]:
    """The names of calls that an import of a top-level module makes count."""
    found: dict[bytes, set[bytes]] = {}
    for group in calls().values():
        for call in group:
            last = call.name.rpartition(".")[2]
            for name in call.library.imports:
                found.setdefault(name.partition(".")[0].encode(), set()).add(last.encode())
    return {root: frozenset(names) for root, names in found.items()}


def _modules(data: bytes) -> Iterator[bytes]:
    for first, rest in _IMPORT.findall(b"\n" + data):
        yield first
        if b"," in rest:
            yield from (part.strip().partition(b".")[0].partition(b" ")[0] for part in rest.split(b",")[1:])


def _calls(data: bytes) -> bool:
    by_root = _by_root()
    wanted = {name for module in set(_modules(data)) if module in by_root for name in by_root[module]}
    return any(name in data if len(name) > 7 else re.search(rb"\b" + name + rb"\b", data) for name in wanted)


def _could_be_named(data: bytes, names: Names) -> bool:
    """True when a literal stands where the name beside it may speak of a model, and could be one."""
    for literal in SHAPED.finditer(data):
        named = names.read(literal[1].decode("latin-1"), Place.NAMED)
        if named is None or named.kind is Kind.IGNORED:
            continue
        line = data[data.rfind(b"\n", 0, literal.start()) + 1 : literal.start()]
        beside = _BEFORE.findall(line[-300:])
        # A literal that begins its line stands in something that began before.
        if not beside or any(Speaks.of_model(word.decode()) or Speaks.of_dataset(word.decode()) for word in beside):
            return True
    if b"odel" in data or b"MODEL" in data:
        return any(names.read(word.decode("latin-1"), Place.NAMED) for word in set(_WORD.findall(data)))
    return False


def matters(data: bytes, names: Names) -> bool:
    """True when the tree of a file must be read; False is proof that no reference stands in it but ignored ones."""
    if any(word in data for word in (*_always(), *_ADDRESSES)) or _calls(data):
        return True
    seconds = set(_SECOND.findall(data))
    if any(names.could(second.decode("latin-1")) for second in seconds):
        return True
    return _could_be_named(data, names)
