"""A folder is a hub: repositories as published in ``DIR/<namespace>/<name>/``, or one lone folder or weights file.

Beside a repository's files may stand ``.hub.json``: what the Hub's API says of it. Without it the facts only the Hub
could state are None. The folder is trusted as far as whoever filled it; a lone folder's own ``.hub.json`` is not read,
for its publisher could have put it there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from scanner.errors import (
    EntryNotFound,
    HubProtocolError,
    HubUnreachable,
    InvalidModelId,
    ModelNotHeld,
    NotHeld,
    RevisionNotFound,
    TooLarge,
    UsageError,
)
from scanner.hub.answers import MAX_FILES, file_name, model_from_info
from scanner.hub.content import A_POINTER, difference, is_pointer
from scanner.hub.document import Document
from scanner.model import MAX_ID, Artifact, Model, RepoId
from scanner.text import clean_line

FACTS = ".hub.json"
MAX_FACTS = 32 * 1024 * 1024
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+|--+|\.\.+")


class DirectoryHub:
    """A folder of repositories.

    Raises:
        UsageError: there is no such folder.
    """

    scheme = "dir"
    as_of: str | None = None

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise UsageError(
                f"no such folder: {clean_line(str(root))}", hint="a folder holds <namespace>/<name>/ folders"
            )
        self._root = _real(root)
        self._lone: tuple[RepoId, Path, str | None] | None = None
        self.description = f"the folder {clean_line(str(root))}"

    @classmethod
    def single(cls, path: Path) -> tuple[DirectoryHub, RepoId]:
        """A hub that holds one model, a folder's files or one weights file, and the name it is asked for by.

        The name is made from the file name and claims no namespace.

        Raises:
            UsageError: there is nothing at ``path``.
        """
        if not path.exists():
            raise UsageError(f"nothing there: {clean_line(str(path))}", hint="give a folder or a weights file")
        folder, file = (_real(path), None) if path.is_dir() else (_real(path.parent), path.name)
        hub = cls(_client_folder(folder))
        repo = _named_after(file or folder.name)
        hub._lone = (repo, folder, file)
        hub.description = f"the {'file' if file else 'folder'} {clean_line(str(path))}"
        return hub, repo

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        name, folder, file = self._find(repo)
        subject = f"{repo}/{FACTS}"
        facts = self._facts(folder, subject) if self._lone is None else Document({})
        model = model_from_info(
            facts.mapping(subject), hub=self.scheme, requested=repo, repo=name, duplicates=facts.duplicates
        )
        held = str(model.revision) if model.revision else None
        if revision not in (None, "main", held):
            raise RevisionNotFound(
                f"{repo}@{clean_line(revision, 80)}: the folder holds another revision, or does not say which",
                hint="leave the revision out",
            )
        files = [Artifact(file, _size(folder / file))] if file else islice(self._walk(folder), MAX_FILES + 1)
        found = {artifact.path: artifact for artifact in files}
        for artifact in model.artifacts or ():
            here = found.get(artifact.path)
            found[artifact.path] = replace(artifact, size=here.size) if here and artifact.size is None else artifact
        unread = model.unread if len(found) <= MAX_FILES else (*model.unread, "siblings")
        return replace(model, artifacts=tuple(found.values())[:MAX_FILES], unread=unread)

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        subject = f"{model.repo}/{clean_line(path)}"
        body = self._bytes(model, path, 0, limit + 1)
        if len(body) > limit:
            raise TooLarge(f"{subject}: longer than {limit:,} bytes", hint="nothing of it was used")
        wrong = difference(model.artifact(path) or Artifact(path), body)
        if wrong:
            raise HubProtocolError(f"{subject}: {wrong}", hint=f"the file and {FACTS} disagree: fetch the file again")
        return body

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        body = self._bytes(model, path, start, length) if length > 0 else b""
        if start == 0 and is_pointer(body):
            raise HubProtocolError(f"{model.repo}/{clean_line(path)}: {A_POINTER}", hint="fetch the file itself")
        return body

    def close(self) -> None:
        """Nothing is kept open."""

    def _find(self, repo: RepoId) -> tuple[RepoId, Path, str | None]:
        """The name as it is written here, its folder, and the one file that is meant, if any."""
        if self._lone is not None and repo.key == self._lone[0].key:
            return self._lone
        place = self._folder(repo) if self._lone is None else None
        if place is None or not self._holds(place):
            raise ModelNotHeld(f"{repo}: not in {self.description}", hint="it is looked for as <namespace>/<name>/")
        return RepoId(place.parent.name if repo.namespace else None, place.name), _real(place), None

    def _folder(self, repo: RepoId) -> Path | None:
        try:
            if repo.namespace:
                owner = _entry(self._root, repo.namespace)
                return _entry(owner, repo.name) if owner else None
            place = _entry(self._root, repo.name)
            return place if place and any(entry.is_file() for entry in place.iterdir()) else None
        except OSError as error:
            raise _unreadable(str(repo), error) from error

    def _holds(self, place: Path) -> bool:
        """True for what lies inside the folder once every link is followed; one that may not be followed leads out."""
        try:
            return _real(place).is_relative_to(self._root)
        except OSError:
            return False

    def _facts(self, folder: Path, subject: str) -> Document:
        place = folder / FACTS
        if not os.path.lexists(place):
            return Document({})
        return Document.parse(self._open(place, 0, MAX_FACTS, subject), subject)

    def _walk(self, folder: Path) -> Iterator[Artifact]:
        """Every file; a link to a folder is shown as one that cannot be read, for it is not followed."""
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(f for f in folders if Path(place, f) != folder / ".git")
            links = [f for f in folders if Path(place, f).is_symlink()]
            for path in (Path(place, name) for name in sorted([*files, *links])):
                name = file_name(path.relative_to(folder).as_posix())
                if name and path != folder / FACTS:
                    yield Artifact(name, _size(path) if self._holds(path) else None)

    def _bytes(self, model: Model, path: str, start: int, length: int) -> bytes:
        _, folder, file = self._find(model.requested)
        subject = f"{model.repo}/{clean_line(path)}"
        segments = path.split("/")
        if "\0" in path or not {"", ".", ".."}.isdisjoint(segments) or path == FACTS or file not in (None, path):
            raise EntryNotFound(f"{subject}: no such file", hint="a file is named by its path in the repository")
        place = folder.joinpath(*segments)
        if not os.path.lexists(place):
            if model.artifact(path) is not None:
                raise NotHeld(f"{subject}: listed, but not in the folder", hint="fetch the file to have it read")
            raise EntryNotFound(f"{subject}: no such file", hint="the folder does not hold it")
        return self._open(place, start, length, subject)

    def _open(self, place: Path, start: int, length: int, subject: str) -> bytes:
        try:
            if not self._holds(place) or not place.is_file():
                raise NotHeld(
                    f"{subject}: no plain file inside the folder", hint="links that lead out are not followed"
                )
            with place.open("rb") as stream:
                stream.seek(start)
                return stream.read(length)
        except OSError as error:
            raise _unreadable(subject, error) from error


def _entry(folder: Path, name: str) -> Path | None:
    """The folder called ``name`` inside, or one in another case: the Hub's names are case-insensitive."""
    folders = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    match = name if name in folders else next((f for f in folders if f.casefold() == name.casefold()), None)
    return folder / match if match else None


def _unreadable(subject: str, error: OSError) -> HubUnreachable:
    return HubUnreachable(f"{clean_line(subject)}: {error.strerror}", hint="check the permissions of the folder")


def _client_folder(folder: Path) -> Path:
    """How far links of a lone folder may lead: a snapshot of the Hub's client links to the blobs beside it."""
    repository = folder.parent.parent
    return repository if folder.parent.name == "snapshots" and repository.name.startswith("models--") else folder


def _named_after(file_name: str) -> RepoId:
    try:
        return RepoId.parse(_ILLEGAL.sub("-", file_name).strip(".-")[:MAX_ID])
    except InvalidModelId:
        return RepoId(None, "model")


def _real(path: Path) -> Path:
    """``path`` with every link followed; links in a circle are left as they are."""
    return Path(os.path.realpath(path))


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
