"""Where the sources of a lineage disagree. What a disagreement is worth is a policy's matter, not decided here.

Two names agree when they lead to one model, or when one is an ancestor of the other: a fine-tune of a quantised copy of
the declared base disagrees with nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scanner.evidence import Reading
from scanner.fact import Basis
from scanner.lineage.claims import BASE_MODELS, CARD_DATA, FRONT_MATTER, TAGS, origin, place
from scanner.lineage.walk import Find, Knowledge, Links, Walk
from scanner.model import Model, Parent, Relation, Role

UNDECLARED_BASE = "undeclared-base"
RELATION_MISMATCH = "relation-mismatch"
BASE_MISMATCH = "base-mismatch"
TAGS_MISMATCH = "tags-mismatch"
IDENTITY = "identity"
SELF_REFERENCE = "self-reference"
CYCLE = "cycle"

FIRST_DAY = "2022-03-02"
"""What every older repository carries: on this day the Hub began to keep creation dates, so among themselves they say
nothing (huggingface_hub, ``ModelInfo.created_at``)."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one source says."""

    says: str
    basis: Basis
    at: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Sources that disagree about ``subject``; ``kind`` is one of this module's names."""

    kind: str
    subject: str
    message: str
    sides: tuple[Side, ...]


def relation_mismatches(links: Links) -> Iterator[Contradiction]:
    """The publisher's own fields and files name different relations to one parent. Prose uses the words loosely."""
    for (child, parent, _), claims in links.items():
        said = [c for c in claims if c.basis in (Basis.DECLARED, Basis.OBSERVED)]
        said = [c for c in said if c.relation is not Relation.UNSPECIFIED]
        relations = sorted({c.relation.value for c in said})
        if len(relations) > 1:
            sides = _sides((c.relation.value, c) for c in said)
            yield Contradiction(RELATION_MISMATCH, child, f"{parent}: {' or '.join(relations)}", sides)


def base_mismatches(links: Links, child: str, akin: Callable[[str, str], bool]) -> Iterator[Contradiction]:
    """Sources that name another base than the one the publisher declares most formally.

    ``akin(a, b)`` is true when the names lead to one line of descent. The tags' disagreement has its own kind: authors
    may write any tag.
    """
    named: dict[str, dict[Parent, str]] = {}
    for (of, parent, role), claims in links.items():
        if of == child and role is Role.WEIGHTS:
            for claim in claims:
                named.setdefault(origin(claim), {})[claim] = parent
    declared = [o for o in named if any(c.basis is Basis.DECLARED for c in named[o])]
    if not declared:
        return
    first = min(declared, key=_formality)
    bases = named.pop(first)
    for source in sorted(named):
        others = {c: p for c, p in named[source].items() if not any(akin(p, base) for base in bases.values())}
        if others:
            yield _mismatch(child, first, bases, source, others)


def _formality(source: str) -> tuple[int, str]:
    ranked = (FRONT_MATTER, CARD_DATA, BASE_MODELS, TAGS)
    return (ranked.index(source) if source in ranked else len(ranked), source)


def _mismatch(
    child: str, first: str, bases: dict[Parent, str], source: str, others: dict[Parent, str]
) -> Contradiction:
    kind = TAGS_MISMATCH if source == TAGS else BASE_MISMATCH
    message = f"{first} names {_listed(bases.values())}; {source} names {_listed(others.values())}"
    return Contradiction(kind, child, message, _sides((p, c) for part in (bases, others) for c, p in part.items()))


def lead_mismatch(child: str, leads: Iterable[Parent], bases: dict[str, Parent]) -> Iterator[Contradiction]:
    """A config was loaded from another model than the known parents (``bases``: id to its strongest claim)."""
    sides = _sides((lead.ref.raw, lead) for lead in leads)
    if sides and bases:
        message = f"sources name {_listed(bases)}; a config was loaded from {_listed(s.says for s in sides)}"
        yield Contradiction(BASE_MISMATCH, child, message, _sides(bases.items()) + sides)


def undeclared(find: Find, sides: tuple[Side, ...]) -> Iterator[Contradiction]:
    """Nothing is declared, other sources say something. Silent where it was not read whether anything is declared."""
    reading = find.reading
    if reading is not None and sides and _declaration_read(reading):
        says = _listed(s.says for s in sides)
        none = Side("none", Basis.DECLARED, str(reading.model.at()))
        yield Contradiction(UNDECLARED_BASE, find.id, f"no base is declared; other sources name {says}", (none, *sides))


def _declaration_read(reading: Reading) -> bool:
    # What a third party states of a base is no reading of what the publisher declares, and tags that one captured at
    # some time show what stood there then, not what is missing.
    model = reading.model
    listed = any(parent.basis is Basis.DECLARED for parent in model.base_models or ())
    tagged = model.tags is not None and not model.sources
    return listed or tagged or bool(reading.facts("card")) or model.card is not None


def identity_mismatches(walk: Walk) -> Iterator[Contradiction]:
    """A name that leads to another repository than the one that was meant."""
    for (child, parent, _), claims in walk.links.items():
        a, b = walk.finds[child].reading, walk.finds[parent].reading
        if b is None:
            continue
        meant = {c: c.hub_id for c in claims if c.hub_id and b.model.hub_id}
        other = {c: id for c, id in meant.items() if id != b.model.hub_id}
        if other:
            yield _taken_over(child, b.model, other)
        elif a is not None and not meant and _younger(b.model, a.model):
            yield _born_later(child, a.model, b.model)


def doubles(walk: Walk) -> Iterator[Contradiction]:
    """Two repositories that bear one ``_id``: the hub gives none twice, so one of them is not what it says."""
    for pair in walk.doubles:
        models = [reading.model for id in pair if (reading := walk.finds[id].reading)]
        sides = tuple(Side(f"{m.repo} has _id {m.hub_id}", Basis.OBSERVED, str(m.at())) for m in models)
        yield Contradiction(IDENTITY, pair[1], f"{pair[1]} bears the _id of {pair[0]}", sides)


def taken_over(walk: Walk) -> frozenset[str]:
    """The ids of models whose name led to another ``_id`` than a child's claim gives."""
    return frozenset(
        parent
        for (_, parent, _), claims in walk.links.items()
        if (reading := walk.finds[parent].reading) is not None and reading.model.hub_id
        if any(c.hub_id and c.hub_id != reading.model.hub_id for c in claims)
    )


def _taken_over(child: str, parent: Model, meant: dict[Parent, str]) -> Contradiction:
    sides = _sides((f"_id {id}", c) for c, id in meant.items())
    found = Side(f"_id {parent.hub_id}", Basis.OBSERVED, str(parent.at()))
    message = f"{parent.repo} is now another repository than the one {child} came out of"
    return Contradiction(IDENTITY, child, message, (*sides, found))


def _younger(parent: Model, child: Model) -> bool:
    born, used = parent.created_at, child.created_at
    return bool(born and used and born > used and not born.startswith(FIRST_DAY))


def _born_later(child: str, model: Model, parent: Model) -> Contradiction:
    sides = (
        Side(f"created {model.created_at}", Basis.OBSERVED, str(model.at())),
        Side(f"{parent.repo} created {parent.created_at}", Basis.OBSERVED, str(parent.at())),
    )
    message = f"{parent.repo} was created after {child}, which is said to come out of it"
    return Contradiction(IDENTITY, child, message, sides)


def self_references(walk: Walk) -> Iterator[Contradiction]:
    for id, claims in walk.loops.items():
        yield Contradiction(SELF_REFERENCE, id, f"{id} names itself as its parent", _sides((id, c) for c in claims))


def circle(members: tuple[str, ...], walk: Walk) -> Contradiction:
    """A contradiction for models that name each other, told of the first of them."""
    inside = {
        claim: f"{child} out of {parent}"
        for (child, parent, role), claims in walk.links.items()
        if role is Role.WEIGHTS and child in members and parent in members
        for claim in claims
    }
    message = f"{', '.join(members)} are each said to come out of the other"
    return Contradiction(CYCLE, members[0], message, _sides((says, claim) for claim, says in inside.items()))


def other_sides(walk: Walk, child: Find, knowledge: Knowledge) -> tuple[Side, ...]:
    """What sources other than a declaration say of weights and parts; empty when a parent is declared.

    An earlier model of the publisher's own organisation is nobody else's weights: leaving it out hides no origin.
    """
    loops = walk.loops.get(child.id, {})
    if any(claim.basis is Basis.DECLARED and claim not in loops for claim in child.claims):
        return ()
    return _sides(
        (parent, claim)
        for (of, parent, role), said in walk.links.items()
        if of == child.id and role is not Role.TEACHER
        if not knowledge.kin(walk.finds[parent].namespace, child.namespace)
        for claim in said
    )


def _sides(said: Iterable[tuple[str, Parent]]) -> tuple[Side, ...]:
    """Each saying once, strongest first."""
    sides = {Side(says, claim.basis, place(claim)) for says, claim in said}
    return tuple(sorted(sides, key=lambda s: (s.basis.rank, s.says, s.at)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
