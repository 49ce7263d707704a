"""What all sources of a model agree on: which repositories it comes out of, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scanner.catalogue.entry import base_claims
from scanner.evidence.frontmatter import RELATIONS
from scanner.fact import Basis
from scanner.lineage.claims import BASE_MODELS, CARD_DATA, TAGS, join, order, origin
from scanner.model import ModelRef, Relation, Role


@dataclass(frozen=True, slots=True)
class Link:
    """One parent as all sources write it, and the ``_id`` they give it, if any."""

    name: str
    relation: str
    basis: str
    hub_ids: frozenset[str]
    sources: tuple[tuple[str, str], ...]
    """(basis, note) of each"""

    @property
    def kind(self) -> tuple[Any, ...]:
        """What there is to it beside whom it leads to."""
        return self.relation, self.basis, self.sources


@lru_cache(maxsize=20_000)
def agreed(bases: str, adapter: bool) -> tuple[Link, ...] | None:
    """The parents that every source of a model names, each in one spelling and one relation; None where they differ.

    They stand in the order in which a walk follows them. ``adapter``: the config of one is among the files.
    """
    plain = _plain(bases, adapter)
    if plain is not None:
        return (plain,)
    claims = sorted(base_claims(bases, adapter), key=order)
    by_name: dict[str, list[Any]] = {}
    by_source: dict[str, set[str]] = {}
    for claim in claims:
        name = str(claim.ref.repo) if claim.ref.repo else ""
        by_name.setdefault(name, []).append(claim)
        by_source.setdefault(origin(claim), set()).add(name)
    same = all(names == by_name.keys() for names in by_source.values())
    if not same or "" in by_name or len({name.casefold() for name in by_name}) != len(by_name):
        return None
    if any(len({c.relation for c in said} - {Relation.UNSPECIFIED}) > 1 for said in by_name.values()):
        return None
    return tuple(_link(name, said) for name, said in by_name.items()) or None


def _plain(bases: str, adapter: bool) -> Link | None:
    """The one parent of a model whose sources say the same in every word, as most do; None for any other."""
    same = _SAME.fullmatch(bases)
    if same is None:
        return None
    card_relation, id, hub_id, relation = same.groups()
    if relation not in RELATIONS or card_relation not in (None, relation):
        return None
    name = _named(id)
    if name is None or (adapter and relation != Relation.ADAPTER.value):
        return None
    known = frozenset([hub_id] if hub_id else ())
    return Link(name, relation, Basis.DECLARED.value, known, _DECLARED)


@lru_cache(maxsize=100_000)
def _named(reference: str) -> str | None:
    repo = ModelRef.parse(reference).repo
    return str(repo) if repo else None


_SAME = re.compile(
    r'\{"card":true,(?:"card_relation":"([a-z]*)",)?"hub":\[\["([^"\\]*)",(?:"([0-9a-f]*)"|null)\]\],'
    r'"relation":"([a-z]+)","tags":true\}'
)
_DECLARED = ((Basis.DECLARED.value, ""),) * len((CARD_DATA, TAGS, BASE_MODELS))


def _link(name: str, claims: list[Any]) -> Link:
    edge = join("", name, Role.WEIGHTS, claims)
    return Link(
        name,
        edge.relation.value,
        edge.basis.value,
        frozenset(claim.hub_id for claim in claims if claim.hub_id),
        tuple((source.basis.value, source.note) for source in edge.sources),
    )
