"""Repositories written to a folder, and hubs that fail in one chosen way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from scanner.errors import HubError
from scanner.evidence import Evidence
from scanner.evidence.reader import Malformed
from scanner.fact import Gap
from scanner.hub.directory import DirectoryHub
from scanner.model import Artifact, Model, RepoId

NAME = "acme/Widget-7B"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def repository(
    root: Path, files: Mapping[str, bytes | str], *, said: Mapping[str, Any] | None = None, name: str = NAME
) -> tuple[Model, DirectoryHub]:
    """A model in a folder: its files, and what the hub says of it (None: nothing)."""
    folder = root / name
    folder.mkdir(parents=True)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    if said is not None:
        (folder / ".hub.json").write_text(json.dumps({"id": name, "sha": COMMIT, **said}))
    hub = DirectoryHub(root)
    return hub.model(RepoId.parse(name)), hub


def listed(sizes: Mapping[str, int | None]) -> Model:
    """A model of which only the listing is known."""
    repo = RepoId.parse(NAME)
    return Model("dir", repo, repo, artifacts=tuple(Artifact(path, size) for path, size in sizes.items()))


class FailingHub:
    """A hub that answers every read with one error, and counts how often it was asked."""

    scheme, description = "dir", "a hub that fails"
    as_of: str | None = None

    def __init__(self, error: HubError, only: str | None = None, otherwise: DirectoryHub | None = None) -> None:
        self.error, self.only, self.otherwise, self.asked = error, only, otherwise, list[str]()

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        raise self.error

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        self.asked.append(path)
        if self.otherwise is not None and path != self.only:
            return self.otherwise.read(model, path, limit=limit)
        raise self.error

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        self.asked.append(f"{path}@{start}+{length}")
        if self.otherwise is not None and path != self.only:
            return self.otherwise.read_range(model, path, start, length)
        raise self.error

    def close(self) -> None: ...


def complaint(parse: Callable[[bytes], Any], data: bytes) -> str:
    """What a parser says against ``data``; empty when it takes it. Any error but the declared one passes through."""
    try:
        parse(data)
    except Malformed as error:
        return str(error)
    return ""


def facts(items: Iterable[Evidence | Gap], kind: str) -> list[Any]:
    return [item.fact for item in items if isinstance(item, Evidence) and item.kind == kind]


def gaps(items: Iterable[Evidence | Gap]) -> list[tuple[str, str, str]]:
    """(what, reason, detail) of every gap."""
    return [(item.what, item.reason.value, item.detail) for item in items if isinstance(item, Gap)]


def parents(items: Iterable[Evidence | Gap]) -> list[tuple[str, str, str, str]]:
    """(reference, form, relation, locator key) of every parent."""
    return [
        (str(p.ref.repo) if p.ref.repo else p.ref.raw, p.ref.form.value, p.relation.value, p.at.key or "")
        for item in items
        if isinstance(item, Evidence)
        for p in item.parents
    ]
