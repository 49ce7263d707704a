"""Many models from a file: a table of the community, JSON lines, a bundle of another catalogue, or the starter.

A catalogue that holds nothing is loaded in one transaction. Else the rows are weighed a batch at a time: what was
written when somebody stopped it stays, and the same file imported again leaves the same rows. A model that a file does
not name is not gone for that. The words of new names are added to the index of words by the next search.
"""

from __future__ import annotations

import gc
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, TypeVar

from scanner import data
from scanner.catalogue.bundle import MAGIC, Bundle
from scanner.catalogue.entry import Entry, canonical, entry_of, known_id, moment, seconds, stand_in
from scanner.catalogue.file import Catalogue, now
from scanner.catalogue.jsonlines import JsonLines
from scanner.catalogue.load import Loader
from scanner.catalogue.packed import Words
from scanner.catalogue.parts import Fields, entry_from
from scanner.catalogue.restore import holds_none, lead, restore
from scanner.catalogue.schema import PRESENT
from scanner.catalogue.shelf import Shelf, Tally, source_number
from scanner.catalogue.weighing import BULK, STARTER, Sighting, Source
from scanner.errors import DataError, UsageError
from scanner.hub.listing import Unread
from scanner.hub.starter import FILE, StarterHub
from scanner.model import RepoId

SCHEMA = "catalogue-import/v1"
STARTER_WORD = "starter"
_PARQUET = b"PAR1"
_TWICE = "another row of the file has its _id or its name"

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""(rows read, rows to read)"""


@dataclass(slots=True)
class Imported:
    """What an import did. ``missing``: facts the file has no column for; ``kind`` of the file; ``as_of`` its day."""

    file: str
    kind: str
    sha256: str
    as_of: int
    missing: tuple[str, ...] = ()
    signed_off: dict[str, str] | None = None
    unread: int = 0
    tally: Tally = field(default_factory=Tally)

    @property
    def rows(self) -> int:
        tally = self.tally
        return tally.new + tally.changed + tally.unchanged + tally.older + self.unread

    def document(self) -> dict[str, Any]:
        tally = self.tally
        return {
            "schema": SCHEMA,
            "file": self.file,
            "kind": self.kind,
            "sha256": self.sha256,
            "as_of": moment(self.as_of),
            "signed_off": self.signed_off,
            "missing": list(self.missing),
            "rows": self.rows,
            "models": {
                "new": tally.new, "changed": tally.changed, "unchanged": tally.unchanged, "older": tally.older,
                "unread": self.unread,
            },
            "events": tally.events,
        }  # fmt: skip


class Rows(Protocol):
    """A file of rows, see ``JsonLines``."""

    rows: int
    words: Words
    missing: tuple[str, ...]

    def newest(self) -> int | None: ...
    def batches(self) -> Iterator[tuple[list[Fields], list[Unread]]]: ...
    def close(self) -> None: ...


def import_file(
    catalogue: Catalogue, written: str, as_of: date | None = None, digest: str | None = None,
    progress: Progress | None = None,
) -> Imported:  # fmt: skip
    """Import the file of that name, or the starter. ``as_of``: the day the rows are of, by default that of the newest
    change in them. ``digest``: the SHA-256 that the file has to have.

    Raises:
        UsageError: no such file, another digest, DuckDB is missing.
        DataError: no file that is read here, a damaged one, or other columns; nothing was imported.
        StoreError: the catalogue cannot be written.
    """
    watch = progress or (lambda done, count: None)
    if written == STARTER_WORD:
        return _import_starter(catalogue, digest)
    path = Path(written)
    start, found = _looked_at(path)
    _compare(found, digest, path.name)
    if start.startswith(MAGIC):
        return _import_bundle(catalogue, path, found, watch)
    kind = "parquet" if start.startswith(_PARQUET) else "json lines"
    with closing(_opened(path, kind)) as file:
        day = _day(file, as_of, path.name)
        report = Imported(path.name, kind, found, day, file.missing)
        _Import(catalogue, file, Source(BULK, f"{path.name} sha256:{found}", day), report, watch).run()
    return report


def _opened(path: Path, kind: str) -> Rows:
    if kind == "parquet":
        from scanner.catalogue.parquet import Parquet

        return Parquet(path)
    return JsonLines(path)


def _looked_at(path: Path) -> tuple[bytes, str]:
    """The first bytes of a file and its SHA-256."""
    hashed = sha256()
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
            hashed.update(start)
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError as error:
        hint = f"name a file, or the word {STARTER_WORD}"
        raise UsageError(f"{path}: cannot be read: {error.strerror}", hint=hint) from error
    return start, hashed.hexdigest()


def _compare(found: str, digest: str | None, name: str) -> None:
    if digest is not None and digest.lower() != found:
        hint = "this is another file than the one that was meant: nothing was imported"
        raise DataError(f"its SHA-256 is {found}, not {digest}", file=name, hint=hint)


def _day(file: Rows, as_of: date | None, name: str) -> int:
    """Unix seconds. A day in the future would make the file newer than whatever the Hub says until then."""
    if as_of is not None:
        found = seconds(f"{as_of.isoformat()}T00:00:00Z") or 0
        if found > now():
            raise UsageError(f"{as_of} is in the future", hint="give the day the file was made")
        return found
    newest = file.newest()
    if newest is None:
        raise DataError("no row says when it was changed last", file=name, hint="give the day of the file: --day DATE")
    return min(newest, now())


class _Import:
    """Rows of one file on their way into a catalogue."""

    def __init__(self, catalogue: Catalogue, file: Rows, source: Source, report: Imported, watch: Progress) -> None:
        self._catalogue, self._file, self._source = catalogue, file, source
        self._report, self._watch, self._done = report, watch, 0

    def run(self) -> None:
        with self._catalogue.reading() as connection:
            empty = holds_none(connection)
        # In between somebody else may have written: then nothing was loaded.
        if not (empty and self._load()):
            self._weigh()

    def _load(self) -> bool:
        """Load everything at once; False where the catalogue holds models already."""
        day = self._source.as_of
        with self._catalogue.loading(self._file.rows) as connection:
            if not holds_none(connection):
                return False
            number = source_number(connection, self._source)
            loader = Loader(connection, self._file.words)
            seen = (PRESENT, day, number, day, day)
            for rows, unread in _uncollected(self._batches()):
                lost = loader.load([(*row, *seen) for row in rows])
                self._report.tally.new += len(rows) - len(lost)
                self._reject(connection, [*unread, *(_twice(row[0], row[1]) for row in lost)])
        return True

    def _weigh(self) -> None:
        shelf = Shelf()
        met = set[bytes]()
        seen = Sighting(self._source, self._source.as_of, live=False)
        for rows, unread in self._batches():
            first: list[Entry] = []
            twice: list[Entry] = []
            for entry in (entry_from(row, self._file.words) for row in rows):
                (twice if entry.hub_id in met else first).append(entry)
                met.add(entry.hub_id)
            with self._catalogue.writing() as connection:
                tally = shelf.weigh(connection, first, seen)
                twice += tally.refused
                self._reject(connection, [*unread, *(_twice(entry.id, entry.hub_id) for entry in twice)])
            tally.refused.clear()
            self._report.tally += tally

    def _batches(self) -> Iterator[tuple[list[Fields], list[Unread]]]:
        for rows, unread in self._file.batches():
            yield rows, unread
            self._done += len(rows) + len(unread)
            self._watch(self._done, self._file.rows)

    def _reject(self, connection: Any, unread: Sequence[Unread]) -> None:
        self._report.unread += len(unread)
        reject(connection, unread, self._source)


def _uncollected(batches: Iterator[T]) -> Iterator[T]:
    """The batches, without looking for what refers to itself: nothing here does, and there is much to look at."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield from batches
    finally:
        if looked:
            gc.enable()


def _twice(id: str, hub_id: bytes) -> Unread:
    """A row that another one was before, by what it is known by."""
    return Unread(canonical({"_id": known_id(hub_id), "id": id}).encode(), _TWICE)


def reject(connection: Any, unread: Sequence[Unread], source: Source) -> None:
    """Keep rows that could not be read, as they came."""
    if unread:
        number = source_number(connection, source)
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO rejects (at, source, why, body, digest) VALUES (?, ?, ?, ?, ?)",
            [(source.as_of, number, row.why, zlib.compress(row.body), sha256(row.body).digest()) for row in unread],
        )


# -- the starter, and bundles


def _import_starter(catalogue: Catalogue, digest: str | None) -> Imported:
    found = sha256(data.text(FILE).encode()).hexdigest()
    _compare(found, digest, FILE)
    hub = StarterHub()
    day = seconds(f"{hub.as_of}T00:00:00Z") or 0
    report = Imported(STARTER_WORD, STARTER, found, day)
    entries: list[Entry] = []
    names: list[tuple[str, bytes]] = []
    for id in hub.ids():
        model = hub.model(RepoId.parse(id))
        entry = entry_of(replace(model, hub_id=model.hub_id or stand_in(model.repo)))
        assert entry is not None
        if model.repo == model.requested:
            entries.append(entry)
        else:
            names.append((id, entry.hub_id))
    seen = Sighting(Source(STARTER, f"{FILE} sha256:{found}", day), day, live=False)
    with catalogue.writing() as connection:
        report.tally = Shelf().weigh(connection, entries, seen)
        lead(connection, names)
    return report


def _import_bundle(catalogue: Catalogue, path: Path, digest: str, watch: Progress) -> Imported:
    bundle = Bundle(path)
    report = Imported(path.name, "bundle", digest, bundle.as_of, signed_off=bundle.signed_off)
    report.tally = restore(catalogue, bundle, watch)
    return report
