"""Reads a text as a file of a code base and shows what was found, as short tuples."""

from __future__ import annotations

from scanner.references import READERS, Kind, Names, Reference, Source
from scanner.references.weights import POINTER

NAMES = Names(["acme", "meta-llama", "mistralai", "qwen", "xenova", "google-bert"], ["acme/known"])


def read(path: str, text: str | bytes) -> list[Reference]:
    data = text.encode() if isinstance(text, str) else text
    named = (reader for reader in READERS if reader.takes(path))
    reader = POINTER if data.startswith(b"version https://git-lfs") else next(named, POINTER)
    return list(reader.read(Source(path, data, len(data)), NAMES))


def found(path: str, text: str | bytes) -> list[tuple[str, str, str | None]]:
    """Kind, repository (of anything else: the text) and revision of all that is not ignored."""
    return [
        (reference.kind.value, str(reference.repo or reference.text), reference.revision)
        for reference in read(path, text)
        if reference.kind is not Kind.IGNORED
    ]


def ignored(path: str, text: str | bytes) -> dict[str, str]:
    return {each.text: each.reason for each in read(path, text) if each.kind is Kind.IGNORED}


def stands_where_it_says(path: str, text: str) -> bool:
    """Each reference's text begins at its line and column."""
    lines = text.split("\n")
    return all(lines[r.line - 1][r.column - 1 :].startswith(r.text.split(" ")[0][:20]) for r in read(path, text))


def told(path: str, text: str) -> list[str]:
    """``line kind name@revision flags`` of all that is not ignored."""
    lines = []
    for one in read(path, text):
        if one.kind is not Kind.IGNORED:
            name = f"{one.repo}@{one.revision}" if one.revision else f"{one.repo or one.text}"
            lines.append(" ".join([str(one.line), one.kind, name, *one.flags]))
    return lines
