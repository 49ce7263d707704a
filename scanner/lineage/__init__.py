"""Where the weights of a model come from: every claim of every source, joined into one graph, followed to its roots.

What is decided here, and why:

* A root is a model with no known parent of its weights. That nothing is known does not make it an origin:
  ``established`` says on what basis the weights begin there, and is None where nothing does. A cited table outranks the
  card's own "trained from scratch", which is also what somebody who hides a base would write: it counts for nothing
  beside an adapter, a mention of somebody else's model or the look of one. An open dispute, or a base that is named and
  cannot be followed or read, leaves only a citation of the root itself.
* Models that name each other have no root among them: all are roots, none is established.
* A *conduit* (a namespace that re-hosts or converts) passes the maker through where its edge is a copy, a quantisation
  or unspecified; what it fine-tuned or merged itself is its own. Prose cannot make a work its own: re-hosted cards are
  copied. A maker that cannot be told is unknown, never the conduit.
* A name may lead to another repository than it once did. The Hub's ``_id`` decides: the claim names one, the Hub holds
  another, then the model is *taken over*, its lineage is listed and trusted for nothing. A base younger than its child
  is a signal of the same, reported as a contradiction only.
* What could not be read, followed or named leaves the lineage incomplete. It never makes it shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from scanner.errors import Reason
from scanner.evidence import Reading
from scanner.fact import Basis, Gap
from scanner.lineage import contradictions
from scanner.lineage.claims import ROLES, Edge, Source, Unresolved, is_weak, join, order
from scanner.lineage.contradictions import Contradiction, Side
from scanner.lineage.graph import cycles, reach, strongest_paths
from scanner.lineage.likeness import TELLING, Dispute, FamilyHint, Likeness, Look
from scanner.lineage.unread import unread_parents
from scanner.lineage.walk import ONWARD, Find, Knowledge, Lookup, Place, Walk
from scanner.model import Parent, Relation, Role

__all__ = [
    "READ",
    "Contradiction",
    "Dispute",
    "Edge",
    "FamilyHint",
    "Knowledge",
    "Lineage",
    "Lookup",
    "Node",
    "Side",
    "Source",
    "Unresolved",
    "resolve",
]

READ = "read"


@dataclass(frozen=True, slots=True)
class Node:
    """One model of the lineage; ``reading`` is None when it could not be read, ``state`` says why.

    ``depth`` is the least number of edges from the subject. ``path`` is the best founded way there (strongest weakest
    edge, then shortest), both ends included; ``basis`` its weakest edge, ``relation`` its last one (None for the
    subject). ``maker`` is the model whose publisher made these weights, None when unknown.
    """

    id: str
    depth: int
    path: tuple[str, ...]
    state: str
    """``READ``, or the value of the reason why not; ``taken-over`` was read and is not trusted"""
    reading: Reading | None
    basis: Basis | None
    relation: Relation | None
    root: bool
    established: Basis | None
    """for a root: on what basis the weights begin here; None: nothing says so"""
    conduit: bool
    maker: str | None
    renamed_from: tuple[str, ...] = ()
    family: str | None = None

    @property
    def namespace(self) -> str | None:
        return self.id.split("/")[0] if "/" in self.id else None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Nodes nearest first; the first is the subject. The groups hold node ids, nearest first, never the subject.

    ``ancestors`` are the models its weights passed through; ``roots`` those of them, or the subject, where they begin;
    ``teachers`` and ``components`` come with the ancestors of their own weights. A model may be in several groups.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    ancestors: tuple[str, ...]
    roots: tuple[str, ...]
    teachers: tuple[str, ...]
    components: tuple[str, ...]
    unresolved: tuple[Unresolved, ...]
    contradictions: tuple[Contradiction, ...]
    hints: tuple[FamilyHint, ...]
    disputes: tuple[Dispute, ...]
    cycles: tuple[tuple[str, ...], ...]
    gaps: tuple[Gap, ...]
    complete: bool
    """every parent was followed to a root, and every model was read"""

    @property
    def subject(self) -> Node:
        return self.nodes[0]

    def node(self, id: str) -> Node:
        """The node of an id of this lineage.

        Raises:
            KeyError: no model of this lineage has the id.
        """
        for node in self.nodes:
            if node.id == id:
                return node
        raise KeyError(id)


def resolve(
    subject: Reading, lookup: Lookup, knowledge: Knowledge, *, max_depth: int = 12, max_models: int = 60
) -> Lineage:
    """The lineage of ``subject``; every other model is asked of ``lookup``, each once.

    Never raises for what a reading says. ``max_depth`` edges from the subject and ``max_models`` models are the limit;
    what lies beyond is unresolved, reason ``depth-limit``. The order of the evidence makes no difference.
    """
    return _Conclusion(
        Walk(subject, lookup, knowledge, max_depth=max_depth, max_models=max_models), knowledge
    ).lineage()


class _Conclusion:
    """What follows from a walk that is over."""

    def __init__(self, walk: Walk, knowledge: Knowledge) -> None:
        self.walk, self.knowledge = walk, knowledge
        self.edges = tuple(join(*link, claims) for link, claims in walk.links.items())
        self.outward: dict[str, list[Edge]] = {id: [] for id in walk.finds}
        for edge in self.edges:
            self.outward[edge.child].append(edge)
        self.weights = {id: [e.parent for e in out if e.role is Role.WEIGHTS] for id, out in self.outward.items()}
        self.body = {id: [e.parent for e in out if e.role is not Role.TEACHER] for id, out in self.outward.items()}
        self.above = {id: reach(id, self.weights) for id in walk.finds}
        self.cycles = cycles(self.weights)
        self.taken_over = contradictions.taken_over(walk)
        self.stopped = {child for child, _ in walk.unresolved}
        self.likeness = {id: Likeness(find, knowledge, walk.leads[id]) for id, find in walk.finds.items()}
        self.unread = {id: tuple(unread_parents(find, texts=self._must_tell(id))) for id, find in walk.finds.items()}

    def lineage(self) -> Lineage:
        nodes = tuple(self._nodes())
        unread = (missed for of in self.unread.values() for missed in of)
        unresolved = (*self.walk.unresolved.values(), *unread, *self._open_ends())
        groups = {g: tuple(id for id, of in self.walk.places if of is g and id != nodes[0].id) for g in ROLES}
        bodies = {nodes[0].id, *groups[Role.WEIGHTS]}
        return Lineage(
            nodes=nodes,
            edges=self.edges,
            ancestors=groups[Role.WEIGHTS],
            roots=tuple(node.id for node in nodes if node.root and node.id in bodies),
            teachers=groups[Role.TEACHER],
            components=groups[Role.COMPONENT],
            unresolved=unresolved,
            contradictions=self._contradictions(),
            hints=tuple(self._all_hints()),
            disputes=tuple(dispute for like in self.likeness.values() for dispute in like.disputes),
            cycles=self.cycles,
            gaps=tuple(dict.fromkeys(self._gaps())),
            complete=not unresolved and all(node.state == READ for node in nodes),
        )

    # -- nodes

    def _nodes(self) -> Iterator[Node]:
        paths = strongest_paths(next(iter(self.walk.places)), self._weaknesses())
        for id, find in self.walk.finds.items():
            weakness, path = next(paths[(id, group)] for group in ROLES if (id, group) in paths)
            root = id in self.roots
            yield Node(
                id=id,
                depth=find.depth,
                path=tuple(step for step, _ in path),
                state=self._state(find),
                reading=find.reading,
                basis=list(Basis)[weakness] if len(path) > 1 else None,
                relation=self._last(*path[-2:]).relation if len(path) > 1 else None,
                root=root,
                established=self._established(find) if root else None,
                conduit=self._is_conduit(find),
                maker=self._maker(id),
                renamed_from=tuple(sorted(name for name in find.names if name.casefold() != id.casefold())),
                family=self.likeness[id].family,
            )

    def _weaknesses(self) -> dict[Place, dict[Place, int]]:
        result: dict[Place, dict[Place, int]] = {place: {} for place in self.walk.places}
        for (id, group), heads in result.items():
            for edge in self.outward[id]:
                following = ONWARD.get((group, edge.role))
                if following is not None:
                    head = (edge.parent, following)
                    heads[head] = min(heads.get(head, edge.basis.rank), edge.basis.rank)
        return result

    def _last(self, child: Place, parent: Place) -> Edge:
        edges = [e for e in self.outward[child[0]] if (e.parent, ONWARD.get((child[1], e.role))) == parent]
        return min(edges, key=lambda e: (e.basis.rank, ROLES.index(e.role)))

    def _state(self, find: Find) -> str:
        if find.id in self.taken_over:
            return Reason.TAKEN_OVER.value
        return find.gap.reason.value if find.gap else READ

    @cached_property
    def roots(self) -> frozenset[str]:
        """The models with no weights beyond them: without a parent, or all of a circle that nothing leads out of."""
        closed = [circle for circle in self.cycles if all(p in circle for id in circle for p in self.weights[id])]
        return frozenset(id for id, parents in self.weights.items() if not parents).union(*closed)

    def _established(self, find: Find) -> Basis | None:
        like = self.likeness[find.id]
        if find.id in self.taken_over or self.weights[find.id]:
            return None
        if like.root_citation:
            return Basis.CURATED
        if find.reading is None or find.id in self.stopped or self.unread[find.id] or like.contested:
            return None
        if like.own_family:
            return Basis.CURATED
        return Basis.STATED if self._from_scratch(find, find.reading) else None

    def _from_scratch(self, find: Find, reading: Reading) -> bool:
        """The card says so of this very model, and nothing else that was read speaks of somebody else's weights."""
        cards, families = reading.facts("card"), self.knowledge.families
        said = [card.from_scratch.text for card in cards if card.from_scratch]
        named = [families.developer(family) for text in said for family in families.named(text)]
        of_others = any(not self.knowledge.kin(developer, find.namespace) for developer in named)
        if not said or of_others or self.knowledge.is_conduit(find.namespace):
            return False
        mentioned = (mention.split("/")[0] for card in cards for mention in card.mentions)
        foreign = any(not self.knowledge.kin(namespace, find.namespace) for namespace in mentioned)
        return not (reading.facts("adapter") or foreign or any(not hint.own for _, hint in self.hints[find.id]))

    # -- conduits

    def _is_conduit(self, find: Find) -> bool:
        if not self.knowledge.is_conduit(find.namespace) or self.likeness[find.id].original:
            return False
        unaltered = (Relation.UNSPECIFIED, Relation.QUANTIZED, Relation.COPY)
        out = (e for e in self.outward[find.id] if e.role is Role.WEIGHTS and e.basis is not Basis.STATED)
        return all(e.relation in unaltered for e in out)

    def _passed_on(self, id: str) -> list[str]:
        """The models that a conduit says it re-hosts, without their own ancestors: files name the base of the original.

        For that reason a config's word does not count at all, and an unspecified relation only where no other is said.
        """
        firm = [e for e in self.outward[id] if e.role is Role.WEIGHTS and any(not is_weak(c) for c in self._claims(e))]
        said = [e.parent for e in firm if e.relation.conveys_unchanged]
        said = said or [e.parent for e in firm if e.basis is not Basis.STATED]
        return [one for one in said if not any(one in self.above[other] for other in said)]

    def _claims(self, edge: Edge) -> dict[Parent, None]:
        return self.walk.links[(edge.child, edge.parent, edge.role)]

    def _maker(self, id: str) -> str | None:
        makers: set[str] = set()
        waiting, seen = [id], set[str]()
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            if not self._is_conduit(self.walk.finds[here]):
                makers.add(here)
            elif passed_on := self._passed_on(here):
                waiting += passed_on
            else:
                return None
        return makers.pop() if len(makers) == 1 and not makers & self.taken_over else None

    # -- what is missing

    def _must_tell(self, id: str) -> bool:
        """Of the judged model all that may name a parent has to be read, unless a cited table tells its parents."""
        find = self.walk.finds[id]
        cited = any(claim.basis is Basis.CURATED for claim in find.claims)
        return find.depth == 0 and not cited and not self.likeness[id].root_citation

    def _open_ends(self) -> Iterator[Unresolved]:
        for id, find in self.walk.finds.items():
            if find.reading is None or self.body[id] or id in self.stopped or self._established(find):
                continue
            yield from self.likeness[id].unnamed_bases()
            if self._is_conduit(find):
                at = str(find.reading.model.at())
                yield Unresolved(id, "a model that is not named", Reason.UNNAMED, Basis.INFERRED, at)

    def _gaps(self) -> Iterator[Gap]:
        for find in self.walk.finds.values():
            if find.gap:
                yield find.gap
            yield from find.reading.gaps if find.reading else ()
        for id, find in self.walk.finds.items():
            if find.reading is None:
                continue
            at = str(find.reading.model.at())
            if id in self.taken_over:
                yield Gap(id, "model", Reason.TAKEN_OVER, at, f"the name now leads to _id {find.reading.model.hub_id}")
            if self._is_conduit(find) and self._maker(id) is None:
                yield Gap(id, "maker", Reason.UNNAMED, at, "re-hosted, and whose weights these are cannot be told")
            yield from self.likeness[id].unnamed_teachers(self._teachers(id))

    def _teachers(self, id: str) -> tuple[str, ...]:
        return tuple(e.parent for e in self.outward[id] if e.role is Role.TEACHER)

    # -- looks and contradictions

    @cached_property
    def hints(self) -> dict[str, tuple[tuple[Look, FamilyHint], ...]]:
        return {
            id: tuple(like.hints(self.likeness[above] for above in sorted(reach(id, self.body))))
            for id, like in self.likeness.items()
        }

    def _all_hints(self) -> Iterator[FamilyHint]:
        for id in self.walk.finds:
            yield from (hint for _, hint in self.hints[id])
            yield from self.likeness[id].teacher_hints(self._teachers(id))

    def _contradictions(self) -> tuple[Contradiction, ...]:
        walk = self.walk
        found = [
            *contradictions.self_references(walk),
            *(contradictions.circle(members, walk) for members in self.cycles),
            *contradictions.identity_mismatches(walk),
            *contradictions.doubles(walk),
            *contradictions.relation_mismatches(walk.links),
        ]
        for id, find in walk.finds.items():
            bases = {e.parent: min(self._claims(e), key=order) for e in self.outward[id] if e.role is Role.WEIGHTS}
            found += contradictions.base_mismatches(walk.links, id, self._akin)
            found += contradictions.lead_mismatch(id, self._stray(find), bases)
            found += contradictions.undeclared(find, self._undeclared(find))
        place = {id: number for number, id in enumerate(walk.finds)}
        return tuple(sorted(dict.fromkeys(found), key=lambda c: place[c.subject]))

    def _akin(self, one: str, other: str) -> bool:
        return one == other or one in self.above[other] or other in self.above[one]

    def _undeclared(self, find: Find) -> tuple[Side, ...]:
        """What speaks for a base that is not declared. Looks count only where no parent is known at all."""
        said = contradictions.other_sides(self.walk, find, self.knowledge)
        silent = not self.body[find.id] and find.id not in self.stopped
        if not silent or self._established(find) is Basis.CURATED:
            return said
        looks = [look.side for look, hint in self.hints[find.id] if look.strength >= TELLING and not hint.own]
        leads = [Side(lead.ref.raw, lead.basis, str(lead.at)) for lead in self._stray(find)]
        return tuple(dict.fromkeys((*said, *looks, *leads)))

    def _stray(self, find: Find) -> list[Parent]:
        """Weak claims that lead out of the known line: a run of the publisher's, an ancestor re-hosted do not."""
        line = {find.id, *self.above[find.id]}
        names = [id.rpartition("/")[2].casefold() for id in line]
        stray = []
        for lead in self.walk.leads[find.id]:
            repo = lead.ref.repo
            if repo is None or self.knowledge.kin(repo.namespace, find.namespace):
                continue
            rehost = self.knowledge.is_conduit(repo.namespace) and any(n in repo.name.casefold() for n in names)
            if not rehost and self.walk.known_as(repo) not in line:
                stray.append(lead)
        return stray
