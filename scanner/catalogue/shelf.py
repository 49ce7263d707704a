"""Writing entries into the catalogue: what is new, what changed, and what happened to whom.

Identity is the hub's ``_id``. A known ``_id`` under another name was renamed; a known name with another ``_id`` was
taken over, and the model that bore it is gone from there. Both are events, kept for ever.

Newer facts win. A bulk file is as old as its day and never overwrites what the API said later. What the newer source
does not speak of stays as long as the commit is the same: about other files it would be no fact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.catalogue.entry import Entry, canonical, parents
from scanner.catalogue.identity import fell
from scanner.catalogue.numbers import Numbers, chunks, marks, next_number
from scanner.catalogue.packed import pack
from scanner.catalogue.schema import GONE, PRESENT

_FACTS = "name, sha, created, modified, downloads, downloads_total, likes, parameters, tags, bases, profile"


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries are from: ``kind`` is ``api``, ``bulk`` or ``starter``; ``as_of`` in unix seconds."""

    kind: str
    what: str
    as_of: int


@dataclass(slots=True)
class Tally:
    """What became of entries: ``older`` were not taken because the file knows later facts."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    events: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        for name in ("new", "changed", "unchanged", "older", "events"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``model`` and ``name`` are numbers, ``before`` and ``after`` what changed."""

    kind: str
    model: int
    name: int
    before: str | None
    after: str | None


@dataclass(slots=True)
class _Known:
    """A model as it stands in the file; ``facts`` in the order of ``_FACTS``. ``bears``: its name leads to it."""

    num: int
    facts: tuple[Any, ...]
    id: str
    body: str
    state: int
    seen: int
    api: bool
    bears: bool

    @property
    def name(self) -> int:
        number: int = self.facts[0]
        return number


@dataclass
class Shelf:
    """Puts entries into the file, one transaction after another. Not to be shared between threads."""

    numbers: Numbers = field(default_factory=Numbers)

    def put(
        self, connection: Any, entries: Iterable[Entry], source: Source, *, at: int, sweep: int | None = None
    ) -> Tally:
        """Write ``entries``, of each ``_id`` the last; they were seen ``at`` (unix seconds), by ``sweep`` if by one."""
        latest = {entry.hub_id: entry for entry in entries}
        known = _known(connection, list(latest))
        kept = [entry for entry in latest.values() if not _outdated(known.get(entry.hub_id), source)]
        tally = Tally(older=len(latest) - len(kept))
        if kept:
            _Putting(self.numbers, connection, source, at, sweep, tally).put(kept, known)
        return tally


class _Putting:
    """One call of ``put``: its connection, its moment, its tally."""

    def __init__(
        self, numbers: Numbers, connection: Any, source: Source, at: int, sweep: int | None, tally: Tally
    ) -> None:
        self.numbers, self.connection, self.at, self.sweep, self.tally = numbers, connection, at, sweep, tally
        self.source = source_number(connection, source)
        self.events: list[Event] = []
        self.numbered: dict[bytes, int] = {}

    def put(self, entries: Sequence[Entry], known: dict[bytes, _Known]) -> None:
        entries = [_merged(entry, known.get(entry.hub_id)) for entry in entries]
        self.numbered = {hub_id: old.num for hub_id, old in known.items()}
        names = self.numbers.names(self.connection, (entry.id for entry in entries))
        words = self.numbers.words(self.connection, (tag for entry in entries for tag in entry.tags or ()))
        profiles = self.numbers.profiles(self.connection, (entry.profile for entry in entries))
        rows = [
            (
                entry,
                known.get(entry.hub_id),
                (names[entry.id.casefold()][0], *_values(entry, words), profiles[entry.profile]),
            )
            for entry in entries
        ]
        self._insert([(entry, facts) for entry, old, facts in rows if old is None])
        self._update([(entry, old, facts) for entry, old, facts in rows if old is not None])
        self._hand_over({facts[0]: entry.hub_id for entry, _, facts in rows}, dict(names.values()))
        self._record()

    def _insert(self, rows: Sequence[tuple[Entry, tuple[Any, ...]]]) -> None:
        self.tally.new = len(rows)
        if not rows:
            return
        first = next_number(self.connection, "models")
        self.connection.exec_driver_sql(
            f"INSERT INTO models (num, hub_id, {_FACTS}, state, since, source, first_seen, seen, sweep)"
            f" VALUES (?, ?, {marks(_FACTS.split(','))}, ?, ?, ?, ?, ?, ?)",
            [
                (num, entry.hub_id, *facts, PRESENT, self.at, self.source, self.at, self.at, self.sweep)
                for num, (entry, facts) in enumerate(rows, first)
            ],
        )
        self.numbered.update((entry.hub_id, num) for num, (entry, _) in enumerate(rows, first))
        self._link((num, entry.bases) for num, (entry, _) in enumerate(rows, first))

    def _update(self, rows: Sequence[tuple[Entry, _Known, tuple[Any, ...]]]) -> None:
        met, changed, linked = [], [], []
        for entry, old, facts in rows:
            if facts == old.facts and old.state == PRESENT:
                met.append((max(self.at, old.seen), self.sweep, old.num))
                continue
            # A verdict is about name, bases and profile; dates and counts leave it as it is.
            same = (facts[0], *facts[-2:]) == (old.name, *old.facts[-2:]) and old.state == PRESENT
            since = self.at if old.state != PRESENT else None
            changed.append((*facts, PRESENT, since, self.source, max(self.at, old.seen), self.sweep, same, old.num))
            self.events += _happened(entry, old, facts[0])
            if facts[-2] != old.facts[-2]:
                linked.append((old.num, entry.bases))
        self.tally.unchanged, self.tally.changed = len(met), len(changed)
        if met:
            self.connection.exec_driver_sql("UPDATE models SET seen = ?, sweep = coalesce(?, sweep) WHERE num = ?", met)
        if changed:
            settings = ", ".join(f"{column} = ?" for column in _FACTS.split(", "))
            self.connection.exec_driver_sql(
                f"UPDATE models SET {settings}, state = ?, since = coalesce(?, since), source = ?, seen = ?,"
                " sweep = coalesce(?, sweep), stamp = iif(?, stamp, NULL) WHERE num = ?",
                changed,
            )
        if linked:
            self.connection.exec_driver_sql("DELETE FROM edges WHERE child = ?", [(child,) for child, _ in linked])
            self._link(linked)

    def _hand_over(self, bearers: dict[int, bytes], holders: dict[int, int | None]) -> None:
        """Every name leads to the model that bears it now; a model that lost its name to another is gone from there."""
        numbers = self.numbered
        moved = [(name, numbers[hub_id], holders[name]) for name, hub_id in bearers.items()]
        moved = [(name, model, holder) for name, model, holder in moved if model != holder]
        if not moved:
            return
        self.connection.exec_driver_sql(
            "UPDATE names SET holder = ? WHERE num = ?", [(model, name) for name, model, _ in moved]
        )
        losers = _bearing(self.connection, [holder for _, _, holder in moved if holder is not None])
        for name, model, holder in moved:
            if holder not in losers:
                continue
            before, called = losers[holder]
            after = next(hub_id for hub_id, number in numbers.items() if number == model).hex()
            # A model that was renamed left its name behind as a redirect, until somebody registered it anew.
            taken = called == name
            self.events.append(Event("taken-over" if taken else "re-registered", model, name, before, after))
            if taken:
                self.connection.exec_driver_sql(
                    "UPDATE models SET state = ?, since = ?, stamp = NULL WHERE num = ?", (GONE, self.at, holder)
                )

    def _link(self, bases: Iterable[tuple[int, str | None]]) -> None:
        """The edges of each child (number, bases) to the names of its parents."""
        named = [(child, id, relation) for child, text in bases for id, relation in parents(text).items()]
        if named:
            numbers = self.numbers.names(self.connection, (id for _, id, _ in named))
            self.connection.exec_driver_sql(
                "INSERT OR REPLACE INTO edges (parent, child, relation) VALUES (?, ?, ?)",
                [(numbers[id.casefold()][0], child, relation) for child, id, relation in named],
            )

    def _record(self) -> None:
        self.tally.events = len(self.events)
        if self.events:
            self.connection.exec_driver_sql(
                "INSERT INTO events (at, kind, model, name, before, after, source) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(self.at, e.kind, e.model, e.name, e.before, e.after, self.source) for e in self.events],
            )
            self.connection.exec_driver_sql(
                "UPDATE models SET stamp = NULL WHERE num = ?", [(model,) for model in {e.model for e in self.events}]
            )


def source_number(connection: Any, source: Source) -> int:
    """The number of a source, given now if it has none."""
    row = (source.kind, source.what, source.as_of)
    connection.exec_driver_sql("INSERT OR IGNORE INTO sources (kind, what, as_of) VALUES (?, ?, ?)", row)
    number: int = connection.exec_driver_sql(
        "SELECT num FROM sources WHERE kind = ? AND what = ? AND as_of = ?", row
    ).scalar_one()
    return number


def _known(connection: Any, hub_ids: list[bytes]) -> dict[bytes, _Known]:
    facts = ", ".join(f"m.{column}" for column in _FACTS.split(", "))
    width = len(_FACTS.split(", "))
    found = {}
    for chunk in chunks(hub_ids):
        for row in connection.exec_driver_sql(
            f"SELECT m.hub_id, m.num, n.id, p.body, m.state, m.seen, s.kind, n.holder = m.num, {facts} FROM models m"
            " JOIN names n ON n.num = m.name JOIN profiles p ON p.num = m.profile JOIN sources s ON s.num = m.source"
            f" WHERE m.hub_id IN ({marks(chunk)})",
            tuple(chunk),
        ).all():
            hub_id, num, id, body, state, seen, kind, bears = row[:8]
            found[hub_id] = _Known(num, tuple(row[8 : 8 + width]), id, body, state, seen, kind == "api", bool(bears))
    return found


def _bearing(connection: Any, models: list[int]) -> dict[int, tuple[str, int]]:
    """The ``_id`` and the present name of each model."""
    return {
        num: (hub_id.hex(), name)
        for chunk in chunks(models)
        for num, hub_id, name in connection.exec_driver_sql(
            f"SELECT num, hub_id, name FROM models WHERE num IN ({marks(chunk)})", tuple(chunk)
        )
    }


def _outdated(old: _Known | None, source: Source) -> bool:
    return (
        old is not None and source.kind != "api" and source.as_of <= old.seen and (old.api or source.as_of < old.seen)
    )


def _values(entry: Entry, words: dict[str, int]) -> tuple[Any, ...]:
    """The columns of ``_FACTS`` between name and profile."""
    return (
        entry.sha,
        entry.created,
        entry.modified,
        entry.downloads,
        entry.downloads_total,
        entry.likes,
        entry.parameters,
        None if entry.tags is None else pack(words[tag] for tag in entry.tags),
        entry.bases,
    )


def _merged(entry: Entry, old: _Known | None) -> Entry:
    """``entry`` with what only the older one knows, where that still holds."""
    if old is None:
        return entry
    _, sha, created, modified, downloads, total, likes, parameters, _, bases, _ = old.facts
    same = sha == entry.sha if entry.sha is not None else modified == entry.modified
    before = json.loads(old.body)
    now = before if entry.profile == old.body else json.loads(entry.profile)
    # These are facts about the repository, not about its files.
    lasting = before if same else {key: before[key] for key in ("disabled", "gated", "private") if key in before}
    return replace(
        entry,
        sha=entry.sha or (sha if same else None),
        created=entry.created or created,
        modified=entry.modified or modified,
        downloads=downloads if entry.downloads is None else entry.downloads,
        downloads_total=total if entry.downloads_total is None else entry.downloads_total,
        likes=likes if entry.likes is None else entry.likes,
        parameters=parameters if entry.parameters is None and same else entry.parameters,
        bases=entry.bases or (bases if same and entry.tags is None else None),
        profile=canonical({**lasting, **now}) if lasting.keys() - now.keys() else entry.profile,
    )


def _happened(entry: Entry, old: _Known, name: int) -> Iterator[Event]:
    """What the difference between a model then and now tells."""
    before, now = json.loads(old.body), json.loads(entry.profile)
    if name != old.name:
        yield Event("renamed", old.num, name, old.id, entry.id)
    # One that lost its name to another was never heard to be away: it had been renamed before.
    if old.state != PRESENT and old.bears:
        yield Event("back", old.num, name, None, None)
    for key in ("gated", "disabled"):
        if before.get(key) is not None and now.get(key) not in (None, before[key]):
            yield Event(key, old.num, name, str(before[key]), str(now[key]))
    licenses = [canonical(card.get("license")) if (card := p.get("card")) is not None else None for p in (before, now)]
    if None not in licenses and licenses[0] != licenses[1]:
        yield Event("license", old.num, name, *licenses)
    for what, then, today in (("downloads", old.facts[5], entry.downloads_total), ("likes", old.facts[6], entry.likes)):
        if fell(then, today):
            yield Event("count-fell", old.num, name, f"{then} {what}", f"{today} {what}")
