"""Submodules of Git that are repositories of the Hub."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.references.names import Named, Names, shown
from scanner.references.reader import Reader
from scanner.references.reference import Kind, Reference
from scanner.references.source import Source

_SECTION = re.compile(r"^[ \t]*+\[[^\n]*+", re.M)
_ENTRY = re.compile(r"^[ \t]*+(\w++)[ \t]*+=[ \t]*+([^\s#;][^\n]*+)", re.M)
_QUOTED = re.compile(r'"([^"\n]*+)"')


def _read(source: Source, names: Names) -> Iterator[Reference]:
    if b"submodule" not in source.data:
        return
    starts = [found.start() for found in _SECTION.finditer(source.text)]
    for start, end in zip(starts, [*starts[1:], len(source.text)], strict=True):
        entries = {found[1].lower(): found for found in _ENTRY.finditer(source.text, start, end)}
        yield from _section(source, start, names)
        branch = entries["branch"][2].strip() if "branch" in entries else None
        for key, entry in entries.items():
            text = entry[2].strip()
            named = names.read(text)
            if named is None:
                continue
            if named.kind is Kind.MODEL and key != "url":
                named = Named(Kind.IGNORED, reason="the folder of a submodule")
            line, column = source.place(entry.start(2))
            loads = named.kind in (Kind.MODEL, Kind.DATASET)
            yield Reference(
                source.path, line, column, named.kind, shown(text), f"submodule {key}",
                named.repo, shown(branch) if loads and branch else named.revision, named.confidence, (), named.reason,
            )  # fmt: skip


def _section(source: Source, start: int, names: Names) -> Iterator[Reference]:
    """What a submodule is called; most are called after their folder."""
    name = _QUOTED.search(source.text, start, source.text.find("\n", start) + 1 or len(source.text))
    if name and names.read(name[1]) is not None:
        line, column = source.place(name.start(1))
        yield Reference(
            source.path, line, column, Kind.IGNORED, shown(name[1]), "submodule", reason="the name of a submodule"
        )


READER = Reader("submodules", (".gitmodules",), _read)
