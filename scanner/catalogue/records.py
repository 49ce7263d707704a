"""A catalogue as the lines of a bundle, in an order that depends on nothing but what it holds.

    ["source", kind, what, as of]            counted from 0 as they come, before the first line that names them
    ["profile", text]                        likewise
    ["model", _id, id, commit, created, modified, downloads, downloads in all, likes, parameters, tags, bases, profile,
     state, since, source, first seen, seen, whether its name leads to it]
    ["name", id, _id]                        a name that leads to a model of another name
    ["owner", namespace, _id, kind, created, seen]
    ["event", at, kind, _id, name, before, after, source]
    ["detail", _id, commit, seen, whether it was scanned, issues]

Moments are unix seconds, ids hex, null what is not known. Left out is what a crawl needs to go on, rows that could not
be read, and verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from scanner.catalogue.bundle import write_bundle
from scanner.catalogue.entry import moment
from scanner.catalogue.file import MAKE_ONE, Catalogue
from scanner.catalogue.packed import unpack
from scanner.errors import NothingToScan

SCHEMA = "catalogue-export/v1"
Record = list[Any]


class Told:
    """Gives the lines of a catalogue; counts them by kind."""

    def __init__(self, connection: Any) -> None:
        self._ask = connection.exec_driver_sql
        self._words: dict[int, str] = dict(map(tuple, self._ask("SELECT num, text FROM words")))
        self._sources: dict[int, int] = {}
        self._profiles: dict[int, int] = {}
        self.counts: dict[str, int] = {}
        self.sources: list[dict[str, Any]] = []
        self.newest: int | None = None

    def records(self) -> Iterator[Record]:
        """Every line, once."""
        for record in self._all():
            self.counts[record[0]] = self.counts.get(record[0], 0) + 1
            yield record

    def _all(self) -> Iterator[Record]:
        yield from self._models()
        for id, hub_id in self._ask(
            "SELECT n.id, m.hub_id FROM names n JOIN models m ON m.num = n.holder WHERE m.name <> n.num"
            " ORDER BY n.id COLLATE BINARY"
        ):
            yield ["name", id, hub_id.hex()]
        for name, owner, *rest in self._ask(
            "SELECT name, owner_id, owner_kind, owner_created, owner_seen FROM publishers"
            " WHERE owner_seen IS NOT NULL ORDER BY name COLLATE BINARY"
        ):
            yield ["owner", name, _hex(owner), *rest]
        for at, kind, hub_id, name, before, after, source in self._ask(
            "SELECT e.at, e.kind, m.hub_id, n.id, e.before, e.after, e.source FROM events e"
            " JOIN models m ON m.num = e.model JOIN names n ON n.num = e.name ORDER BY e.at, e.num"
        ):
            yield from self._source(source)
            yield ["event", at, kind, hub_id.hex(), name, before, after, self._sources[source]]
        for hub_id, sha, *rest in self._ask(
            "SELECT m.hub_id, d.sha, d.seen, d.scan_done, d.issues FROM details d JOIN models m ON m.num = d.model"
            " ORDER BY m.hub_id"
        ):
            yield ["detail", hub_id.hex(), _hex(sha), *rest]

    def _models(self) -> Iterator[Record]:
        for (
            hub_id, id, sha, created, modified, downloads, total, likes, parameters, tags, bases, profile,
            state, since, source, first, seen, bears,
        ) in self._ask(
            "SELECT m.hub_id, n.id, m.sha, m.created, m.modified, m.downloads, m.downloads_total, m.likes,"
            " m.parameters, m.tags, m.bases, m.profile, m.state, m.since, m.source, m.first_seen, m.seen,"
            " n.holder IS m.num FROM models m JOIN names n ON n.num = m.name ORDER BY m.hub_id"
        ):  # fmt: skip
            yield from self._source(source)
            if profile not in self._profiles:
                self._profiles[profile] = len(self._profiles)
                yield ["profile", self._ask("SELECT body FROM profiles WHERE num = ?", (profile,)).scalar_one()]
            self.newest = max(seen, self.newest or seen)
            words = None if tags is None else [self._words[number] for number in unpack(tags)]
            yield [
                "model", hub_id.hex(), id, _hex(sha), created, modified, downloads, total, likes, parameters, words,
                bases, self._profiles[profile], state, since, self._sources[source], first, seen, bears,
            ]  # fmt: skip

    def _source(self, number: int) -> Iterator[Record]:
        if number not in self._sources:
            self._sources[number] = len(self._sources)
            found = self._ask("SELECT kind, what, as_of FROM sources WHERE num = ?", (number,)).one()
            kind, what, as_of = found
            self.sources.append({"kind": kind, "what": what, "as_of": moment(as_of)})
            yield ["source", *found]


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def export(catalogue: Catalogue, path: Path, by: str | None = None, on: date | None = None) -> dict[str, Any]:
    """Write all that the catalogue holds as a bundle; the same catalogue gives the same bytes. Returns what was done.

    ``by`` and ``on``: who signs it off, and when. That is a statement, no signature.

    Raises:
        NothingToScan: the catalogue holds no models.
        ScannerError: the file cannot be written.
    """
    signed = {"by": by, "on": on.isoformat()} if by and on else None
    with catalogue.reading() as connection:
        told = Told(connection)
        if connection.exec_driver_sql("SELECT 1 FROM models LIMIT 1").scalar() is None:
            raise NothingToScan("the catalogue holds no models", hint=MAKE_ONE)

        def about() -> dict[str, Any]:
            counts = {f"{kind}s": told.counts.get(kind, 0) for kind in ("model", "event")}
            return {**counts, "as_of": moment(told.newest), "sources": told.sources, "signed_off": signed}

        digest = write_bundle(path, told.records(), about)
    return {"schema": SCHEMA, "file": path.name, "bytes": path.stat().st_size, "sha256": digest, **about()}
