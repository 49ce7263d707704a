"""The file that a model is built from by a runtime with a library of its own: which base, which adapters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from scanner import data
from scanner.references.names import ADDRESS, Named, Names, shown
from scanner.references.reader import Reader
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.source import Source

FILE = "idioms/modelfile.yaml"

_LINE = re.compile(r"^[ \t]*+([A-Za-z]++)[ \t]++(\S[^\n]*+)", re.M)
_COMMENT = re.compile(r"^[ \t]*+#[^\n]*+", re.M)
_BLOCK = re.compile(r'"""(?:[^"]++|"(?!""))*+(?:""")?')
_PATH = re.compile(r"[./~\\]|[A-Za-z]:[\\/]|[^\s:]+\.(?:gguf|ggml|bin|safetensors)$", re.I)
_ADDRESS = re.compile(ADDRESS, re.I)


@cache
def _table() -> tuple[frozenset[str], str]:
    table = data.whole(FILE)
    return frozenset(table["instructions"]["words"].split()), table["library"]["reason"]


def _read(source: Source, names: Names) -> Iterator[Reference]:
    instructions, _ = _table()
    # Texts over several lines are blanked, so that every offset stays.
    text = _BLOCK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source.text)
    found = [
        _reference(source, line.start(2), _value(line[2]), _named(_value(line[2]), names), line[1].upper())
        for line in _LINE.finditer(text)
        if line[1].lower() in instructions
    ]
    taken = {reference.line for reference in found}
    remarks = [(comment.start(), comment.end()) for comment in _COMMENT.finditer(text)]
    for offset, word, named in names.inside(source.text):
        if any(start <= offset < end for start, end in remarks):
            if named.kind is not Kind.IGNORED:
                weak = replace(named, confidence=Confidence.LOW)
                found.append(_reference(source, offset, word, weak, "text", ("comment",)))
        elif source.place(offset)[0] not in taken:
            said = Named(Kind.IGNORED, reason="said to the model or of it")
            found.append(_reference(source, offset, word, said, "text"))
    yield from sorted(found, key=lambda reference: (reference.line, reference.column))


def _value(text: str) -> str:
    return text.strip().strip("\"'")


def _named(text: str, names: Names) -> Named:
    if _ADDRESS.match(text):
        named = names.read(text) or Named(Kind.UNRESOLVED, reason="not the name of a model on the Hub")
        # What follows a colon is a build of the model, no revision.
        return replace(named, revision=None)
    if _PATH.match(text):
        return Named(Kind.LOCAL, reason="a local path")
    return Named(Kind.UNRESOLVED, reason=_table()[1])


def _reference(
    source: Source, offset: int, text: str, named: Named, how: str, flags: tuple[str, ...] = ()
) -> Reference:
    offset += source.text[offset : offset + 1] in ('"', "'")
    line, column = source.place(offset)
    return Reference(
        source.path, line, column, named.kind, shown(text), how,
        named.repo, named.revision, named.confidence, flags, named.reason,
    )  # fmt: skip


READER = Reader("modelfile", ("modelfile", "*.modelfile", "modelfile.*", "modelfile-*", "*-modelfile"), _read)
