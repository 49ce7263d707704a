"""The models of a catalogue that others name as their parents, in memory: read once, asked a million times."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import lru_cache, partial
from typing import Any, NamedTuple

from scanner.catalogue.entry import LICENSE_TAG, Entry, model_of
from scanner.catalogue.hub import gone, no_files, not_held, source_text
from scanner.catalogue.identity import signals_of
from scanner.catalogue.schema import PRESENT
from scanner.errors import HubError
from scanner.evidence import Depth, Reading
from scanner.evidence.collect import collect
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.model import Model, RepoId

_ROWS = (
    "SELECT m.num, n.id, m.hub_id, m.sha, m.created, m.modified, m.downloads, m.likes, m.parameters, m.bases,"
    " m.profile, m.source, m.seen, m.summary FROM models m JOIN names n ON n.num = m.name"
)


class Row(NamedTuple):
    """A model as it stands in the file, without its tags. Moments in unix seconds."""

    num: int
    id: str
    hub_id: bytes
    sha: bytes | None
    created: int | None
    modified: int | None
    downloads: int | None
    likes: int | None
    parameters: int | None
    bases: str | None
    profile: int
    source: int
    seen: int
    summary: int | None

    @property
    def namespace(self) -> str | None:
        return self.id.split("/")[0] if "/" in self.id else None


def rows(connection: Any, first: int, last: int, profiles: Collection[int] | None = None) -> Iterator[Row]:
    """The models that are present, with numbers from ``first`` to ``last``: of ``profiles``, where these are given."""
    of = "" if profiles is None else f" AND m.profile IN ({', '.join(map(str, profiles))})"
    found = connection.exec_driver_sql(
        f"{_ROWS} WHERE m.num BETWEEN ? AND ? AND m.state = ?{of} ORDER BY m.num", (first, last, PRESENT)
    )
    return _read(found)


def _read(found: Any) -> Iterator[Row]:
    """The rows of a result, as the driver gives them: a million times SQLAlchemy would make each anew."""
    return map(partial(tuple.__new__, Row), found.cursor)


class Held:
    """What the file holds of the models that are named as parents; a hub for these, without tags and files."""

    scheme = "catalogue"

    def __init__(self, connection: Any, description: str, as_of: str | None, cited: frozenset[str]) -> None:
        ask = connection.exec_driver_sql
        self.description, self.as_of = description, as_of
        self.bodies: dict[int, str] = {}
        self._sources: dict[int, tuple[str, str, int]] = {}
        self.api = set[int]()
        """the sources that are a hub's own word, by number"""
        self.learn(connection)
        ask("DROP TABLE IF EXISTS temp.named")
        ask("CREATE TEMP TABLE named (num INTEGER PRIMARY KEY)")
        ask("INSERT INTO temp.named SELECT DISTINCT parent FROM edges")
        if cited:
            ask(
                "INSERT OR IGNORE INTO temp.named SELECT num FROM names WHERE id = ?", [(key,) for key in sorted(cited)]
            )
        held = ask("SELECT n.id, n.holder FROM temp.named t JOIN names n ON n.num = t.num")
        self._holders: dict[str, int | None] = {id.casefold(): holder for id, holder in held}
        present = " WHERE m.state = ? AND m.num IN (SELECT n.holder FROM temp.named t JOIN names n ON n.num = t.num)"
        self._rows = {row.num: row for row in _read(ask(_ROWS + present, (PRESENT,)))}
        self.signals = signals_of(connection)
        """of models of which something speaks for another having had their name, by number"""
        self.reading = lru_cache(maxsize=50_000)(self._reading)

    def learn(self, connection: Any) -> None:
        """Read the profiles and sources that are new: rows that a crawl changes meanwhile have them."""
        ask, last = connection.exec_driver_sql, max(self.bodies, default=0)
        self.bodies.update(map(tuple, ask("SELECT num, body FROM profiles WHERE num > ?", (last,))))
        for num, *source in ask("SELECT num, kind, what, as_of FROM sources"):
            self._sources[num] = tuple(source)
            if source[0] == "api":
                self.api.add(num)

    def row(self, key: str) -> Row | None:
        """The model that the name leads to; None where it leads nowhere."""
        holder = self._holders.get(key)
        return None if holder is None else self._rows.get(holder)

    def is_named(self, row: Row) -> bool:
        """Others name the model, and it is as it was when it was read as one of these."""
        return self._rows.get(row.num) == row

    def never_seen(self, name: str) -> bool:
        """True for a name that leads nowhere and never did: not that of a model that is gone."""
        return self._holders.get(name.casefold()) is None

    def noun(self, row: Row, requested: RepoId, bases: str | None) -> Model:
        """The model of a row, naming ``bases`` as its parents. Of its tags it has those of licences and bases."""
        tagged = json.loads(self.bodies[row.profile]).get("tagged")
        tags = None if tagged is None else tuple(LICENSE_TAG + id for id in tagged)
        entry = Entry(
            row.id, row.hub_id, row.sha, row.created, row.modified, row.downloads, None, row.likes, row.parameters,
            tags, bases, self.bodies[row.profile],
        )  # fmt: skip
        return model_of(entry, requested, hub=self.scheme, sources=self.sources(row))

    def sources(self, row: Row) -> tuple[str, ...]:
        return source_text(*self._sources[row.source], row.seen)

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        """As ``CatalogueHub.model``, of the models that others name."""
        row = self.row(repo.key)
        if row is not None:
            return self.noun(row, repo, row.bases)
        if self._holders.get(repo.key) is None:
            raise not_held(repo, self.description)
        raise gone(repo, self.description)

    def look_up(self, repo: RepoId) -> Reading | Gap:
        """What a trace asks of an ancestor, answered from memory."""
        answer: Reading | Gap = self.reading(repo)
        return answer

    def _reading(self, repo: RepoId) -> Reading | Gap:
        try:
            return collect(self.model(repo), self, Depth.CARD)
        except HubError as error:
            return Gap.of(error, str(repo), "model", f"{self.scheme}://{repo}")

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        raise no_files(model, path)

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        raise no_files(model, path)

    def close(self) -> None:
        pass


class One:
    """A hub of one model; everything else it leaves to another."""

    def __init__(self, model: Model, others: Hub) -> None:
        self._model, self._others = model, others
        self.scheme, self.description, self.as_of = others.scheme, others.description, others.as_of

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        return self._model if repo.key == self._model.requested.key else self._others.model(repo, revision)

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        return self._others.read(model, path, limit=limit)

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        return self._others.read_range(model, path, start, length)

    def close(self) -> None:
        self._others.close()
