"""What the sources of a model name as its parents: which repositories it comes out of, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from scanner.catalogue.entry import base_claims
from scanner.evidence.frontmatter import RELATIONS
from scanner.fact import Basis
from scanner.lineage.claims import BASE_MODELS, CARD_DATA, TAGS, join, order, origin
from scanner.model import ModelRef, Parent, Relation, Role


class Link(NamedTuple):
    """One parent as the sources write it, and the ``_id`` they give it, if any.

    ``name``: as the first one spells it.
    """

    name: str
    relation: str
    basis: str
    hub_ids: frozenset[str]
    sources: tuple[tuple[str, str], ...]
    """(basis, note) of each"""
    claims: tuple[Parent, ...] = ()
    """empty where all sources name the same parents in the same way"""


class Named(NamedTuple):
    """What a model names: ``links`` in the order in which a walk follows them, and what is ``lost``: references that
    name no repository."""

    links: tuple[Link, ...]
    lost: tuple[ModelRef, ...] = ()

    @property
    def disagree(self) -> bool:
        """Sources name different parents, or none where there is one, or another relation."""
        return bool(self.lost) or any(link.claims for link in self.links)


NOTHING = Named(())


@lru_cache(maxsize=20_000)
def named(bases: str | None, adapter: bool) -> Named | None:
    """What the sources of a model name; None where third parties have their say.

    ``adapter``: the config of one is among the files.
    """
    if bases is None:
        return NOTHING
    plain = _plain(bases, adapter)
    if plain is not None:
        return Named((plain,))
    if '"stated":' in bases:
        return None
    claims = sorted(base_claims(bases, adapter), key=order)
    by_key: dict[str, list[Parent]] = {}
    by_source: dict[str, set[str]] = {}
    for claim in claims:
        key = claim.ref.repo.key if claim.ref.repo else ""
        by_key.setdefault(key, []).append(claim)
        by_source.setdefault(origin(claim), set()).add(key)
    lost = by_key.pop("", ())
    same = not lost and all(keys == by_key.keys() for keys in by_source.values())
    same = same and not any(len({c.relation for c in said} - {Relation.UNSPECIFIED}) > 1 for said in by_key.values())
    links = tuple(_link(said, () if same else tuple(said)) for said in by_key.values())
    return Named(links, tuple({claim.ref.raw: claim.ref for claim in lost}.values()))


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


@lru_cache(maxsize=500_000)
def _named(reference: str) -> str | None:
    repo = ModelRef.parse(reference).repo
    return str(repo) if repo else None


_SAME = re.compile(
    r'\{"card":true,(?:"card_relation":"([a-z]*)",)?"hub":\[\["([^"\\]*)",(?:"([0-9a-f]*)"|null)\]\],'
    r'"relation":"([a-z]+)","tags":true\}'
)
_DECLARED = ((Basis.DECLARED.value, ""),) * len((CARD_DATA, TAGS, BASE_MODELS))


def _link(claims: Sequence[Parent], told: tuple[Parent, ...]) -> Link:
    edge = join("", "", Role.WEIGHTS, claims)
    return Link(
        str(claims[0].ref.repo),
        edge.relation.value,
        edge.basis.value,
        frozenset(claim.hub_id for claim in claims if claim.hub_id),
        tuple((source.basis.value, source.note) for source in edge.sources),
        told,
    )
