"""Submodules of Git that are repositories of the Hub."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.references.names import Named, Names, Place, shown
from scanner.references.reader import Reader
from scanner.references.reference import Kind, Reference
from scanner.references.source import Source

_SECTION = re.compile(r"^[ \t]*+\[[^\n]*+", re.M)
_ENTRY = re.compile(r"^[ \t]*+(\w++)[ \t]*+=[ \t]*+([^\s#;][^\n]*+)", re.M)
_SSH = re.compile(r"(?:ssh://)?git@(?:ssh\.)?(hf\.co|huggingface\.co)[:/]")


def _read(source: Source, names: Names) -> Iterator[Reference]:
    if b"submodule" not in source.data:
        return
    starts = [found.start() for found in _SECTION.finditer(source.text)]
    for start, end in zip(starts, [*starts[1:], len(source.text)], strict=True):
        entries = {found[1].lower(): found for found in _ENTRY.finditer(source.text, start, end)}
        branch = entries["branch"][2].strip() if "branch" in entries else None
        for key, entry in entries.items():
            text = entry[2].strip()
            named = _address(text, names) if key == "url" else names.read(text, Place.TEXT)
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


def _address(text: str, names: Names) -> Named | None:
    return names.read(_SSH.sub(r"https://\1/", text).removesuffix("/").removesuffix(".git"), Place.TEXT)


READER = Reader("submodules", (".gitmodules",), _read)
