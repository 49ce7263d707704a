"""A file as the readers tell it, one line a reference: what the tables of these tests are written in."""

from __future__ import annotations

from scanner.references import READERS, Kind, Names, Reference, Source

NAMES = Names(["acme", "meta-llama", "qwen", "mistralai"], ["acme/known"])


def read(path: str, text: str | bytes) -> list[Reference]:
    data = text.encode() if isinstance(text, str) else text
    reader = next(reader for reader in READERS if reader.takes(path))
    return list(reader.read(Source(path, data, len(data)), NAMES))


def told(path: str, text: str) -> list[str]:
    """``line kind name@revision flags`` of all that is not ignored."""
    lines = []
    for found in read(path, text):
        if found.kind is not Kind.IGNORED:
            name = f"{found.repo}@{found.revision}" if found.revision else f"{found.repo or found.text}"
            lines.append(" ".join([str(found.line), found.kind, name, *found.flags]))
    return lines


def ignored(path: str, text: str) -> dict[str, str]:
    return {found.text: found.reason for found in read(path, text) if found.kind is Kind.IGNORED}
