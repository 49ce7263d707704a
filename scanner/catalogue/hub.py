"""The catalogue as a hub: what was last seen of a model, without a request. It holds no files.

A name leads where it led when last looked at; a model that was gone then is not found, and the error says since when.
"""

from __future__ import annotations

from typing import Any

from scanner.catalogue.entry import Entry, model_of, moment
from scanner.catalogue.file import Catalogue
from scanner.catalogue.packed import unpack
from scanner.catalogue.schema import PRESENT
from scanner.errors import ModelNotFound, ModelNotHeld, NotHeld, RevisionNotFound
from scanner.model import Model, RepoId, is_commit

_LIVE = "the live Hub is asked with --hub huggingface"
COLUMNS = (
    "n.id, m.hub_id, m.sha, m.created, m.modified, m.downloads, m.downloads_total, m.likes, m.parameters, m.tags,"
    " m.bases, p.body"
)
"""What ``entry`` reads, of models m, names n and profiles p."""


class CatalogueHub:
    """A hub of what the catalogue holds. Threads may share it."""

    scheme = "catalogue"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        with catalogue.reading() as connection:
            count, oldest, newest = connection.exec_driver_sql(
                "SELECT count(*), min(seen), max(seen) FROM models"
            ).one()
        self.as_of: str | None = (moment(newest) or "")[:10] or None
        span = f"seen {_day(oldest)} to {_day(newest)}" if count else "empty"
        self.description = f"the catalogue {catalogue.path.name}: {count:,} models, {span}; not the live Hub"

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        """What was last seen of ``repo``.

        Raises:
            ModelNotHeld: the catalogue never saw it.
            ModelNotFound: it was gone, or private, when last looked for.
            RevisionNotFound: ``revision`` is not the commit that was seen.
        """
        with self._catalogue.reading() as connection:
            found = connection.exec_driver_sql(
                f"SELECT m.state, m.seen, s.kind, s.what, s.as_of, {COLUMNS} FROM names asked"
                " JOIN models m ON m.num = asked.holder JOIN names n ON n.num = m.name"
                " JOIN profiles p ON p.num = m.profile JOIN sources s ON s.num = m.source WHERE asked.id = ?",
                (str(repo),),
            ).one_or_none()
            if found is None:
                raise not_held(repo, self.description)
            state, seen, kind, what, as_of, *rest = found
            if state != PRESENT:
                raise gone(repo, self.description)
            entry = read_entry(connection, rest)
        model = model_of(entry, repo, hub=self.scheme, sources=source_text(kind, what, as_of, seen))
        commit = model.revision.commit if model.revision else None
        if revision is not None and is_commit(revision) and revision != commit:
            raise RevisionNotFound(
                f"{repo}@{revision} is not the commit the catalogue saw",
                hint=f"it saw {commit or 'none'} on {_day(seen)}; ask without a revision, or {_LIVE}",
            )
        return model

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        """Always raises NotHeld: the catalogue has no files."""
        raise no_files(model, path)

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        """Always raises NotHeld: the catalogue has no files."""
        raise no_files(model, path)

    def close(self) -> None:
        self._catalogue.close()


def source_text(kind: str, what: str, as_of: int, seen: int) -> tuple[str, ...]:
    """Who says what is held of a model, when it is not the hub itself."""
    return () if kind == "api" else (f"{what} ({kind}, {_day(as_of)}), seen {_day(seen)}",)


def not_held(repo: RepoId, description: str) -> ModelNotHeld:
    """The error for a name that the catalogue never saw."""
    return ModelNotHeld(f"{repo} is not in {description}", hint=f"crawl again, or {_LIVE}")


def gone(repo: RepoId, description: str) -> ModelNotFound:
    """The error for a model that was not there any more when last looked for."""
    return ModelNotFound(f"{repo}: gone or private when last looked for, says {description}", hint=_LIVE)


def no_files(model: Model, path: str) -> NotHeld:
    """The error for any file: a catalogue has none."""
    return NotHeld(f"the catalogue holds no files: {path} of {model.repo}", hint=_LIVE)


def read_entry(connection: Any, row: Any) -> Entry:
    """The entry in a row of ``COLUMNS``."""
    id, hub_id, sha, created, modified, downloads, total, likes, parameters, tags, bases, profile = row
    words = None if tags is None else _words(connection, unpack(tags))
    return Entry(id, hub_id, sha, created, modified, downloads, total, likes, parameters, words, bases, profile)


def _words(connection: Any, numbers: list[int]) -> tuple[str, ...]:
    get = "SELECT text FROM words WHERE num = ?"
    return tuple(connection.exec_driver_sql(get, (number,)).scalar_one() for number in numbers)


def _day(at: int) -> str:
    return (moment(at) or "")[:10]
