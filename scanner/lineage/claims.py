"""What is claimed of a model's parents, and how the claims of several sources become one edge.

No claim is dropped: the claims of one child about one parent in one role become one edge that lists them all.

A *weak* claim is a ``_name_or_path``: it says where weights were once loaded from. That may be the base, a scratch run
of the publisher's own (``SmolLM-1.7B`` names ``cosmo2-1.7B-webinst-sc2``), the model a config was copied from before
weights were trained anew, or the model itself. So a weak claim supports an edge that another source makes and makes
none itself, with one exception: a conduit trains nothing, what its config names is where the weights passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.errors import Reason
from scanner.fact import Basis
from scanner.model import Parent, Relation, Role

FRONT_MATTER, CARD_DATA, BASE_MODELS, TAGS = "front matter", "cardData", "baseModels", "tags"
PROSE, CURATED = "prose", "curated table"
ROLES = (Role.WEIGHTS, Role.COMPONENT, Role.TEACHER)
"""What matters most first: the weights, a part beside them, what only taught."""
_WEAK = "weak:"


@dataclass(frozen=True, slots=True)
class Source:
    """One source that states an edge: its basis, its locator or citation, and a remark."""

    basis: Basis
    at: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One parent of one child in one role; ``sources`` strongest first."""

    child: str
    parent: str
    relation: Relation
    role: Role
    sources: tuple[Source, ...]

    @property
    def basis(self) -> Basis:
        return self.sources[0].basis


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A parent that could not be followed; ``reference`` is what the source says, word for word."""

    child: str
    reference: str
    reason: Reason
    basis: Basis
    at: str


def is_weak(claim: Parent) -> bool:
    """A part (a vision tower) is taken as it is, so the name it was loaded from counts in full."""
    return claim.role is Role.WEIGHTS and claim.basis is Basis.OBSERVED and claim.note.startswith(_WEAK)


def order(claim: Parent) -> tuple[int, bool, int, str, str, str, str, str, str]:
    """Sorts claims strongest first, and totally: the order in which sources were read never shows."""
    return (
        ROLES.index(claim.role),
        is_weak(claim),
        claim.basis.rank,
        str(claim.at),
        claim.ref.raw,
        claim.ref.revision or "",
        claim.relation.value,
        claim.hub_id or "",
        claim.note,
    )


def origin(claim: Parent) -> str:
    """Which of a model's sources makes the claim, as a report names it."""
    path, key = claim.at.path, claim.at.key or ""
    if claim.basis is Basis.CURATED:
        return CURATED
    if claim.basis is Basis.STATED:
        return PROSE
    if path is not None:
        return FRONT_MATTER if path.casefold().endswith("readme.md") else path
    return next((listing for listing in (TAGS, BASE_MODELS) if key.startswith(listing)), CARD_DATA)


def join(child: str, parent: str, role: Role, claims: Iterable[Parent]) -> Edge:
    """One edge of every claim about one parent. Its relation is the best founded one.

    A file shows what it is (an adapter, a recipe), so it is believed first. ``finetune`` is believed last among the
    fields: the Hub writes it wherever nothing else is said. Prose decides only where every field is silent.
    """
    ordered = sorted(claims, key=order)
    relation = min(ordered, key=_relation_rank).relation
    return Edge(child, parent, relation, role, tuple(dict.fromkeys(map(_source, ordered))))


def _relation_rank(claim: Parent) -> int:
    if claim.relation is Relation.UNSPECIFIED:
        return 4
    if claim.basis is Basis.STATED:
        return 3
    if claim.at.path is not None and origin(claim) == claim.at.path:
        return 0
    return 2 if claim.relation is Relation.FINETUNE else 1


def place(claim: Parent) -> str:
    """The footnote under a claim: where it stands, or the page that a cited table rests on."""
    return claim.note if claim.basis is Basis.CURATED and claim.note else str(claim.at)


def _source(claim: Parent) -> Source:
    return Source(claim.basis, place(claim), str(claim.at) if place(claim) == claim.note else claim.note)
