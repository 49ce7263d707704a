"""What stands above a model, as a set: no policy asks how often something stands there, or behind what.

A rule that goes through models or records is as strict as its worst answer, so two lineages of the same members are the
same to it. A member is a model with what a policy may ask of it and of its place there, or a record of any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scanner.catalogue.alike import RECORDS, Alike, Kind
from scanner.catalogue.links import Link
from scanner.fact import Basis
from scanner.policy.fields import GROUPS
from scanner.terms import outcomes

Json = Mapping[str, Any]

_RANK = {basis.value: basis.rank for basis in Basis}
_BEST = min(_RANK.values())


class Member(NamedTuple):
    """A model above another: what it is, and where it stands as far as any policy reads that."""

    what: Kind | int
    rank: int
    relation: str | None
    depth: int


Members = frozenset[Member | Kind]


class _Held(NamedTuple):
    own: Kind | int
    above: Members


class Ancestry:
    """Numbers for models that are the same to some policies, with all that stands above them."""

    def __init__(self, alike: Alike) -> None:
        self._alike = alike
        self._numbers: dict[_Held, int] = {}
        self._held: list[_Held] = []
        self._from_below: dict[tuple[int, str, str], Members] = {}

    def number(self, own: Kind | int, above: Members) -> int:
        """The number of a model that is ``own``, below ``above``."""
        held = _Held(own, above)
        number = self._numbers.setdefault(held, len(self._held))
        if number == len(self._held):
            self._held.append(held)
        return number

    def above(self, links: Sequence[Link], parents: Sequence[int]) -> Members | None:
        """What stands above a model with these links to parents of these numbers.

        None for several where it depends on the way from one to the other, which only a walk can tell.
        """
        if len(parents) == 1:
            return self._below(parents[0], links[0])
        if parents and (self._alike.standing & {"relation", "depth"}):
            return None
        members = frozenset[Member | Kind]().union(*map(self._below, parents, links))
        ranked = "basis" in self._alike.standing
        if ranked and any(isinstance(one, Member) and one.rank != _BEST for one in members):
            return None
        return members

    def of_lineage(self, lineage: Json, gaps: Sequence[Json]) -> int:
        """The number of the model that a whole lineage is of."""
        (_, own), *others = self._models(lineage)
        members: list[Member | Kind] = [
            Member((*kind, *_groups(lineage, one["id"])), *self._place(one["basis"], one["relation"], one["depth"]))
            for one, kind in others
        ]
        members.extend(_strangers(lineage))
        for part in RECORDS:
            members.extend((part, record) for record in self._alike.records(part, {"lineage": lineage, "gaps": gaps}))
        if self._alike.asks_of_terms:
            models = {one["id"]: one for one in lineage["models"]}
            members.extend(("terms", *outcome) for outcome in outcomes(models, lineage["edges"]))
        if lineage["cycles"]:
            members.append(("cycles",))
        if not lineage["complete"]:
            members.append(("open",))
        return self.number(own, frozenset(members))

    def _below(self, number: int, link: Link) -> Members:
        """What stands above a child of the model with that number."""
        key = (number, link.relation, link.basis)
        found = self._from_below.get(key)
        if found is None:
            own, above = self._held[number]
            rank = _RANK[link.basis]
            nearest = Member(own, *self._place(link.basis, link.relation, 1))
            found = frozenset((nearest, *(self._further(one, rank) for one in above)))
            self._from_below[key] = found
        return found

    def _further(self, member: Member | Kind, rank: int) -> Member | Kind:
        """As it stands one step further away, behind an edge of that rank."""
        if not isinstance(member, Member):
            return member
        read = self._alike.standing
        return member._replace(
            rank=max(member.rank, rank) if "basis" in read else _BEST,
            depth=member.depth + 1 if "depth" in read else 0,
        )

    def _place(self, basis: str | None, relation: str | None, depth: int) -> tuple[int, str | None, int]:
        read = self._alike.standing
        return (
            _RANK[basis] if basis and "basis" in read else _BEST,
            relation if "relation" in read else None,
            depth if "depth" in read else 0,
        )

    def _models(self, lineage: Json) -> Iterator[tuple[Json, Kind]]:
        for one in lineage["models"]:
            yield one, (self._alike.of_model(one), one["root"], one["established"], one["conduit"])


def _groups(lineage: Json, id: str) -> Iterator[bool]:
    return (id in lineage[name.rpartition(".")[2]] for name in GROUPS)


def _strangers(lineage: Json) -> Iterable[Kind]:
    """Groups with an id that is no model's: it stands for one that nothing is known of."""
    ids = {one["id"] for one in lineage["models"]}
    return ((name,) for name in GROUPS if not ids.issuperset(lineage[name.rpartition(".")[2]]))
