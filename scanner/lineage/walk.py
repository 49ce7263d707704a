"""The walk from a model up to everything its weights, parts and teachers are said to come from.

Breadth first, so that what is near is met before a limit is. Every parent is asked of the hub once; names that lead to
one repository (another case, a former name) become one find. Only the claims decide the order, never the reading.

An ``_id`` alone joins nothing: a copied one would lend its bearer the origin of another model.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scanner.curated import Curated
from scanner.errors import Reason
from scanner.evidence import Reading
from scanner.fact import Basis, Gap
from scanner.family import Families
from scanner.lineage.claims import Unresolved, is_weak, order, place
from scanner.model import ModelRef, Parent, RefForm, RepoId, Role

Lookup = Callable[[RepoId], Reading | Gap]
"""Asked for a parent as it stands today, for a revision in somebody's card is a claim about another day; answers a
reading or the gap in its place. Never raises."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the world: the cited tables, and who is who among the publishers.

    ``is_conduit``: does a namespace mainly re-host or convert? ``same_organisation``: do two namespaces act for one?
    """

    curated: Curated
    families: Families
    is_conduit: Callable[[str | None], bool]
    same_organisation: Callable[[str, str], bool]

    def kin(self, one: str | None, other: str | None) -> bool:
        """``same_organisation`` for namespaces that may be unknown; an unknown one is nobody's kin."""
        return one is not None and other is not None and self.same_organisation(one, other)


Place = tuple[str, Role]
"""A model in one of its groups: as weights, as a part beside them, as a teacher."""

# The group of a child and the role of its parent give the group of the parent. What taught a teacher, and what a
# teacher has beside its weights, is not in the judged model.
ONWARD = {
    (Role.WEIGHTS, Role.WEIGHTS): Role.WEIGHTS,
    (Role.WEIGHTS, Role.COMPONENT): Role.COMPONENT,
    (Role.WEIGHTS, Role.TEACHER): Role.TEACHER,
    (Role.COMPONENT, Role.WEIGHTS): Role.COMPONENT,
    (Role.COMPONENT, Role.COMPONENT): Role.COMPONENT,
    (Role.COMPONENT, Role.TEACHER): Role.TEACHER,
    (Role.TEACHER, Role.WEIGHTS): Role.TEACHER,
}
Links = Mapping[tuple[str, str, Role], Mapping[Parent, None]]
"""The claims of every (child, parent, role)."""
_UNFOLLOWED = {RefForm.LOCAL_PATH: Reason.LOCAL_PATH, RefForm.NOT_A_MODEL: Reason.NOT_A_MODEL}


def why_unfollowed(ref: ModelRef) -> Reason:
    """Why a reference that names no repository leads nowhere."""
    return _UNFOLLOWED.get(ref.form, Reason.MALFORMED)


@dataclass(slots=True)
class Find:
    """One model as the walk met it: ``reading``, or the ``gap`` in its place. ``names``: other ids that led here."""

    id: str
    depth: int
    reading: Reading | None
    gap: Gap | None = None
    names: set[str] = field(default_factory=set)
    claims: tuple[Parent, ...] = ()

    @property
    def namespace(self) -> str | None:
        return self.id.split("/")[0] if "/" in self.id else None


class Walk:
    """Walks on construction. ``finds`` stand in the order they were met, the subject first.

    ``places`` are the finds with the groups they belong to, ``links`` the claims of every (child, parent, role),
    ``loops`` the claims by which a model names itself, ``leads`` the weak claims that agree with no link. ``doubles``
    are the pairs of finds, first met first, that bear one ``_id`` under names that nothing joins.
    """

    def __init__(
        self, subject: Reading, lookup: Lookup, knowledge: Knowledge, *, max_depth: int, max_models: int
    ) -> None:
        self.finds: dict[str, Find] = {}
        self.places: dict[Place, None] = {}
        self.links: dict[tuple[str, str, Role], dict[Parent, None]] = {}
        self.loops: dict[str, dict[Parent, None]] = {}
        self.leads: dict[str, tuple[Parent, ...]] = {}
        self.unresolved: dict[tuple[str, str], Unresolved] = {}
        self.doubles: list[tuple[str, str]] = []
        self._lookup, self._knowledge = lookup, knowledge
        self._max_depth, self._questions = max_depth, max_models - 1
        self._names: dict[str, str] = {}
        self._hub_ids: dict[str, str] = {}
        self._go(self._meet(subject.model.requested, subject, 0))
        for find in self.finds.values():
            self.leads[find.id] = self._leads(find)

    def known_as(self, repo: RepoId | None) -> str | None:
        """The id of the find that ``repo`` names; None when it was not met."""
        return self._names.get(repo.key) if repo else None

    def _go(self, subject: str) -> None:
        start: Place = (subject, Role.WEIGHTS)
        self.places[start] = None
        waiting = deque([(start, 0)])
        while waiting:
            (child, group), depth = waiting.popleft()
            for claim in self.finds[child].claims:
                following = ONWARD.get((group, claim.role))
                if following is None:
                    continue
                parent = self._follow(child, claim, depth + 1)
                if parent is None:
                    continue
                self.links.setdefault((child, parent, claim.role), {})[claim] = None
                place = (parent, following)
                if place not in self.places:
                    self.places[place] = None
                    waiting.append((place, depth + 1))

    def _follow(self, child: str, claim: Parent, depth: int) -> str | None:
        """The id of the model a claim names, met now if it was not before; None when the claim leads nowhere."""
        repo = claim.ref.repo
        if repo is None:
            self._stop(child, claim, why_unfollowed(claim.ref))
            return None
        parent = self.known_as(repo)
        if parent is None:
            if depth > self._max_depth or self._questions <= 0:
                self._stop(child, claim, Reason.DEPTH_LIMIT)
                return None
            self._questions -= 1
            parent = self._meet(repo, self._lookup(repo), depth)
        if parent != child:
            return parent
        if not is_weak(claim):
            self.loops.setdefault(child, {})[claim] = None
        return None

    def _stop(self, child: str, claim: Parent, reason: Reason) -> None:
        missed = Unresolved(child, claim.ref.raw, reason, claim.basis, place(claim))
        self.unresolved.setdefault((child, claim.ref.raw), missed)

    def _meet(self, asked: RepoId, answer: Reading | Gap, depth: int) -> str:
        """File an answer under what was found: its name without case, the hub's ``_id`` where the hub led elsewhere."""
        if isinstance(answer, Gap):
            find = Find(str(asked), depth, None, answer)
            repo, hub_id = asked, None
        else:
            repo, hub_id = answer.model.repo, answer.model.hub_id
            find = Find(str(repo), depth, answer)
        twin = self._hub_ids.get(hub_id or "")
        known = self.known_as(repo) or (twin if asked.key != repo.key else None)
        find = self.finds.setdefault(known or find.id, find)
        find.names |= {str(asked), str(repo)}
        for name in (asked.key, repo.key):
            self._names.setdefault(name, find.id)
        if hub_id:
            self._hub_ids.setdefault(hub_id, find.id)
        if twin not in (None, find.id):
            self.doubles.append((str(twin), find.id))
        if known is None:
            find.claims = self._claims(find)
        return find.id

    def _claims(self, find: Find) -> tuple[Parent, ...]:
        """What the cited table and the model say of its parents, strongest first; weak claims only of a conduit's.

        The table goes first: sixty invented bases must not push the cited one over the limit.
        """
        said = find.reading.parents if find.reading else ()
        cited = (claim for name in sorted(find.names) for claim in self._knowledge.curated.parents(name))
        claims = tuple(sorted({*said, *cited}, key=lambda c: (c.basis is not Basis.CURATED, order(c))))
        firm = tuple(claim for claim in claims if not is_weak(claim))
        named = any(claim.role is Role.WEIGHTS and claim.ref.repo for claim in firm)
        return claims if self._knowledge.is_conduit(find.namespace) and not named else firm

    def _leads(self, find: Find) -> tuple[Parent, ...]:
        """The weak claims of a find that were not followed. One that agrees with a link joins it instead."""
        leads = []
        for claim in sorted(filter(is_weak, find.reading.parents if find.reading else ()), key=order):
            parent = self.known_as(claim.ref.repo)
            link = self.links.get((find.id, parent or "", Role.WEIGHTS))
            if link is not None:
                link[claim] = None
            elif parent != find.id:
                leads.append(claim)
        return tuple(leads)
