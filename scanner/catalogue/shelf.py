"""Writing entries into the catalogue: what is new, what changed, and what happened to whom.

Identity is the hub's ``_id``. A known ``_id`` under another name was renamed; a known name with another ``_id`` was
taken over, and the model that bore it is gone from there. Both are events, kept for ever.

Newer facts win, see ``weighing``. What the newer source does not speak of stays as long as the commit is the same:
about other files it would be no fact. A model known by its name alone becomes the one that is met under that name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.catalogue.entry import STAND_IN, Entry, canonical, parents
from scanner.catalogue.identity import changed_by_lost_citation, fell
from scanner.catalogue.numbers import Numbers, chunks, marks, next_number
from scanner.catalogue.packed import pack
from scanner.catalogue.schema import GONE, PRESENT
from scanner.catalogue.weighing import (
    API,
    BULK,
    FACTS,
    STARTER,
    Known,
    Sighting,
    any_stand_in,
    claims,
    holders,
    known,
    outdated,
)  # fmt: skip
from scanner.catalogue.weighing import Source as Source

_FACTS = ", ".join(FACTS)


@dataclass(slots=True)
class Tally:
    """What became of entries: ``older`` were not taken because the file knows later facts, ``refused`` because another
    entry claims the same ``_id`` or name at the same moment.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    events: int = 0
    refused: list[Entry] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Tally:
        for name in self.__slots__:
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


@dataclass
class Shelf:
    """Puts entries into the file, one transaction after another. Not to be shared between threads."""

    numbers: Numbers = field(default_factory=Numbers)

    def put(
        self, connection: Any, entries: Iterable[Entry], source: Source, *, at: int, sweep: int | None = None
    ) -> Tally:
        """Write what ``source`` says, of each ``_id`` the last; it was seen ``at`` (unix seconds), by ``sweep`` if by
        one. The hub's own list is asked now, a file was written then: see ``Sighting``.
        """
        latest = {entry.hub_id: entry for entry in entries}
        return self.weigh(connection, latest.values(), Sighting(source, at, live=source.kind == API), sweep)

    def weigh(self, connection: Any, entries: Iterable[Entry], seen: Sighting, sweep: int | None = None) -> Tally:
        """Write those of ``entries``, each ``_id`` once, of which the file knows nothing newer."""
        putting = _Putting(self.numbers, connection, seen, sweep)
        if kept := putting.kept(list(entries)):
            putting.put(kept)
        return putting.tally


class _Putting:
    """Entries of one sighting on their way into the file."""

    def __init__(self, numbers: Numbers, connection: Any, seen: Sighting, sweep: int | None) -> None:
        self.numbers, self.connection, self.seen, self.at, self.sweep = numbers, connection, seen, seen.at, sweep
        self.source = source_number(connection, seen.source)
        self.tally = Tally()
        self.events: list[Event] = []
        self.numbered: dict[bytes, int] = {}
        self.known: dict[bytes, Known] = {}
        self.gone: dict[bytes, int] = {}
        """Models that are not there any more, and since when (unix seconds)."""

    def kept(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those that are written; of the others the tally tells."""
        held: dict[str, Known] = {}
        if not self.seen.live or any_stand_in(self.connection):
            held = holders(self.connection, [entry.id.casefold() for entry in entries])
            self._reveal(entries, held)
        self.known = known(self.connection, [entry.hub_id for entry in entries])
        newer = [entry for entry in entries if not outdated(self.known.get(entry.hub_id), self.seen)]
        self.tally.older = len(entries) - len(newer)
        if self.seen.gone is not None:
            self.gone = dict.fromkeys((entry.hub_id for entry in newer), self.seen.gone)
        elif not self.seen.live:
            bearers: dict[str, bytes] = {}
            newer = [entry for entry in newer if self._claims(entry, held.get(entry.id.casefold()), bearers)]
        return newer

    def _reveal(self, entries: Sequence[Entry], held: dict[str, Known]) -> None:
        """Models known by their name alone become those that are met under it."""
        if self.seen.source.kind == STARTER or self.seen.gone is not None:
            return
        met: dict[int, tuple[bytes, Known]] = {}
        for entry in entries:
            holder = held.get(entry.id.casefold())
            if holder is not None and holder.bears and holder.stands_in:
                met.setdefault(holder.num, (entry.hub_id, holder))
        ids = known(self.connection, [hub_id for hub_id, _ in met.values()])
        for hub_id, holder in met.values():
            if hub_id not in ids:
                self.connection.exec_driver_sql(
                    "UPDATE models SET hub_id = ?, first_seen = ?, stamp = NULL WHERE num = ?",
                    (hub_id, self.at, holder.num),
                )
                holder.hub_id = hub_id

    def _claims(self, entry: Entry, holder: Known | None, bearers: dict[str, bytes]) -> bool:
        """True where the entry is written, if only as a model that lost its name later."""
        whose = claims(entry, holder, self.seen)
        if whose == "mine" and bearers.setdefault(entry.id.casefold(), entry.hub_id) != entry.hub_id:
            whose = "both"
        if whose == "both":
            self.tally.refused.append(entry)
        elif whose == "older":
            self.tally.older += 1
        elif whose == "lost" and holder is not None:
            self.gone[entry.hub_id] = holder.seen
            self.events.append(Event("taken-over", holder.num, holder.name, entry.hub_id.hex(), holder.hub_id.hex()))
        return whose in ("mine", "lost")

    def put(self, entries: Sequence[Entry]) -> None:
        entries = [_merged(entry, self.known.get(entry.hub_id)) for entry in entries]
        self.numbered = {hub_id: old.num for hub_id, old in self.known.items()}
        names = self.numbers.names(self.connection, (entry.id for entry in entries))
        words = self.numbers.words(self.connection, (tag for entry in entries for tag in entry.tags or ()))
        profiles = self.numbers.profiles(self.connection, (entry.profile for entry in entries))
        rows = [
            (
                entry,
                self.known.get(entry.hub_id),
                (names[entry.id.casefold()][0], *_values(entry, words), profiles[entry.profile]),
            )
            for entry in entries
        ]
        self._insert([(entry, facts) for entry, old, facts in rows if old is None])
        self._update([(entry, old, facts) for entry, old, facts in rows if old is not None])
        free = {num for num, holder in names.values() if holder is None}
        bearers = {f[0]: e.hub_id for e, _, f in rows if e.hub_id not in self.gone or f[0] in free}
        self._hand_over(bearers, dict(names.values()))
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
                (num, entry.hub_id, *facts, *self._state(entry), self.source, self.at, self.at, self.sweep)
                for num, (entry, facts) in enumerate(rows, first)
            ],
        )
        self.numbered.update((entry.hub_id, num) for num, (entry, _) in enumerate(rows, first))
        self._link((num, entry.bases) for num, (entry, _) in enumerate(rows, first))

    def _state(self, entry: Entry) -> tuple[int, int]:
        """The state of a model, and since when."""
        since = self.gone.get(entry.hub_id)
        return (PRESENT, self.at) if since is None else (GONE, since)

    def _update(self, rows: Sequence[tuple[Entry, Known, tuple[Any, ...]]]) -> None:
        met, changed, linked, uncited = [], [], [], []
        for entry, old, facts in rows:
            state, since = self._state(entry)
            if facts == old.facts and state == old.state and old.kind in (self.seen.source.kind, API, BULK):
                met.append((max(self.at, old.seen), self.sweep, old.num))
                continue
            same = (*_judged(facts, self.seen.source.kind), state) == (*_judged(old.facts, old.kind), old.state)
            at = None if state == old.state else since
            changed.append((*facts, state, at, self.source, max(self.at, old.seen), self.sweep, same, old.num))
            self.events += _happened(entry, old, facts[0], state)
            if facts[-2] != old.facts[-2]:
                linked.append((old.num, entry.bases))
                uncited += [(id, old.facts[2]) for id in parents(old.facts[-2]) if old.facts[2] is not None]
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
            changed_by_lost_citation(self.connection, uncited)
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
            if before.startswith(STAND_IN):
                # It stood here for a model of which no more than the name was known.
                self._lose(holder)
                continue
            after = next(hub_id for hub_id, number in numbers.items() if number == model).hex()
            # A model that was renamed left its name behind as a redirect, until somebody registered it anew.
            taken = called == name
            self.events.append(Event("taken-over" if taken else "re-registered", model, name, before.hex(), after))
            if taken:
                self._lose(holder)

    def _lose(self, model: int) -> None:
        """A model whose name leads to another now."""
        self.connection.exec_driver_sql(
            "UPDATE models SET state = ?, since = ?, stamp = NULL WHERE num = ?", (GONE, self.at, model)
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


def _bearing(connection: Any, models: list[int]) -> dict[int, tuple[bytes, int]]:
    """The ``_id`` and the present name of each model."""
    return {
        num: (hub_id, name)
        for chunk in chunks(models)
        for num, hub_id, name in connection.exec_driver_sql(
            f"SELECT num, hub_id, name FROM models WHERE num IN ({marks(chunk)})", tuple(chunk)
        )
    }


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


def _judged(facts: Sequence[Any], kind: str) -> tuple[Any, ...]:
    """What a verdict is about; other counts and dates, and which commit it is, leave nearly every one as it is."""
    name, sha, created, *_, bases, profile = facts
    return name, sha is None, created, bases, profile, kind == API


def _merged(entry: Entry, old: Known | None) -> Entry:
    """``entry`` with what only the older one knows, where that still holds."""
    if old is None or old.kind == STARTER:
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


def _happened(entry: Entry, old: Known, name: int, state: int) -> Iterator[Event]:
    """What the difference between a model then and now tells."""
    if old.kind == STARTER:
        return
    before, now = json.loads(old.body), json.loads(entry.profile)
    if name != old.name:
        yield Event("renamed", old.num, name, old.id, entry.id)
    # One that lost its name to another was never heard to be away: it had been renamed before.
    if old.state != state == PRESENT and old.bears:
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
