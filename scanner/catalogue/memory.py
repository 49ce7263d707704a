"""What the catalogue remembers of a model, held against what a hub says of it today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.entry import canonical, moment, seconds
from scanner.catalogue.file import Catalogue
from scanner.catalogue.identity import FLOOR, citation, fell, ordered, signals, source_text
from scanner.catalogue.schema import GONE
from scanner.errors import HubError
from scanner.hub.listing import Asked, ModelList
from scanner.model import Model, Signal

_SKEW = 3_600
"""Seconds by which two clocks may differ."""
_KEPT = (
    "SELECT m.num, m.hub_id, own.id, m.state, m.first_seen, m.seen, m.likes, p.body, s.what, s.kind, s.as_of"
    " FROM models m JOIN names own ON own.num = m.name JOIN profiles p ON p.num = m.profile"
    " JOIN sources s ON s.num = m.source"
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A model as it was last seen. Moments in unix seconds; ``source`` says by whom."""

    num: int
    hub_id: str
    id: str
    state: int
    first_seen: int
    seen: int
    likes: int | None
    profile: str
    source: str

    def signal(self, kind: str, subject: str, before: str | None, after: str | None) -> Signal:
        return Signal(kind, subject, before, after, moment(self.seen) or "", self.source)


class CatalogueMemory:
    """Remembers models. ``live`` is the hub that says what is true today; None: the catalogue itself was asked."""

    def __init__(self, catalogue: Catalogue, live: Asked | None = None) -> None:
        self.catalogue, self._live = catalogue, live
        with catalogue.reading() as connection:
            newest = connection.exec_driver_sql("SELECT max(as_of) FROM sources").scalar()
        day = f"of {_day(newest)}" if newest is not None else "which is empty"
        self.description = None if live is None else f"compared with the catalogue {catalogue.path.name} {day}"

    def recall(self, model: Model) -> tuple[Signal, ...] | None:
        """The signals about ``model``, the strongest first; None when nothing is remembered of it.

        Raises:
            StoreError: the catalogue cannot be read.
        """
        with self.catalogue.reading() as connection:
            same = self._kept(connection, "m.hub_id = ?", bytes.fromhex(model.hub_id)) if model.hub_id else None
            if self._live is None:
                return None if same is None else signals(connection, same.num)
            found = list(signals(connection, same.num) if same else _cited(connection, model))
            names = {repo.key: str(repo) for repo in (model.requested, model.repo)}
            holders = {name: self._holder(connection, name) for name in names.values()}
        for name, kept in holders.items():
            found += _other(kept, name, model) if kept else ()
        found += _since(same, model) if same else ()
        owner = self._owner(model)
        if not found and (owner is None or not (same or any(holders.values()))):
            return None
        return ordered([*found, *(owner or ())])

    def _holder(self, connection: Any, name: str) -> _Kept | None:
        return self._kept(connection, "m.num = (SELECT holder FROM names WHERE id = ?)", name)

    def _kept(self, connection: Any, which: str, value: str | bytes) -> _Kept | None:
        """One model; None too for one that another hub showed: its names are not those of this one."""
        row = connection.exec_driver_sql(f"{_KEPT} WHERE {which}", (value,)).one_or_none()
        if row is None:
            return None
        num, hub_id, id, state, first_seen, seen, likes, profile, what, kind, as_of = row
        if self._live is not None and kind == "api" and what != self._live.address:
            return None
        source = source_text(what, kind, as_of)
        return _Kept(num, hub_id.hex(), id, state, first_seen, seen, likes, profile, source)

    def _owner(self, model: Model) -> tuple[Signal, ...] | None:
        """Whether the account behind the namespace is another one today; None where it cannot be asked for."""
        space = model.namespace
        with self.catalogue.reading() as connection:
            known = connection.exec_driver_sql(
                "SELECT owner_id, owner_kind, owner_created, owner_seen FROM publishers WHERE name = ?", (space,)
            ).one_or_none()
        if known is None or known[0] is None or self._live is None or space is None:
            return ()
        owner_id, kind, created, seen = known
        try:
            owner = ModelList(self._live).owner(space, kind)
        except HubError:
            return None
        if owner.hub_id is None:
            return None
        if owner.hub_id == owner_id.hex():
            return ()
        before, after = f"{owner_id.hex()} {moment(created)}", f"{owner.hub_id} {owner.created_at}"
        return (
            Signal(
                "owner-changed", space, before, after, moment(seen) or "", f"{self._live.address} (api, {_day(seen)})"
            ),
        )


def _other(kept: _Kept, name: str, model: Model) -> Iterator[Signal]:
    """What it means that ``name`` led to ``kept``, where it leads to another model today."""
    if model.hub_id is None:
        if (seconds(model.created_at) or 0) > kept.first_seen + _SKEW:
            yield kept.signal("created-after-seen", name, moment(kept.first_seen), model.created_at)
    elif kept.hub_id != model.hub_id:
        forwarded = name.casefold() != model.repo.key
        kind = "redirected" if forwarded else "taken-over" if kept.id.casefold() == name.casefold() else "re-registered"
        yield kept.signal(kind, name, kept.hub_id, model.hub_id)


def _since(kept: _Kept, model: Model) -> Iterator[Signal]:
    """What became of the same model since it was last seen."""
    name = str(model.repo)
    if kept.id.casefold() != model.repo.key:
        yield kept.signal("renamed", name, kept.id, name)
    if kept.state == GONE:
        yield kept.signal("back", name, None, None)
    if fell(kept.likes, model.likes):
        yield kept.signal("count-fell", name, f"{kept.likes} likes", f"{model.likes} likes")
    before = json.loads(kept.profile).get("card")
    if before is not None and model.card is not None:
        licenses = [canonical(card.get("license")) for card in (before, model.card)]
        if licenses[0] != licenses[1]:
            yield kept.signal("license", name, *licenses)


def _cited(connection: Any, model: Model) -> Iterator[Signal]:
    """The oldest model that names this one, of which nothing else is known, as a parent and is older than it."""
    created = seconds(model.created_at) or 0
    row = connection.exec_driver_sql(
        "SELECT n.id, c.id, child.created, child.seen, s.what, s.kind, s.as_of FROM names n"
        " JOIN edges e ON e.parent = n.num JOIN models child ON child.num = e.child JOIN names c ON c.num = child.name"
        " JOIN sources s ON s.num = child.source WHERE n.id = ? AND child.created < ?"
        " ORDER BY child.created, child.num LIMIT 1",
        (str(model.repo), created if created > FLOOR else 0),
    ).one_or_none()
    if row is not None:
        name, child, cited, seen, *source = row
        yield citation(name, child, cited, model.created_at, seen, source_text(*source))


def _day(at: int) -> str:
    return (moment(at) or "")[:10]
