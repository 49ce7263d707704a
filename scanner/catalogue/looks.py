"""What is looked at of one model before its document is put together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.entry import known_id, moment
from scanner.catalogue.held import Row
from scanner.catalogue.lines import Line, composed
from scanner.catalogue.links import NOTHING, Link, Named
from scanner.catalogue.summary import declared_text
from scanner.fact import Basis
from scanner.facts import contradiction_document
from scanner.lineage import READ
from scanner.lineage.contradictions import base_mismatches, relation_mismatches
from scanner.lineage.walk import why_unfollowed
from scanner.model import ModelRef, RepoId, Role
from scanner.terms import outcomes

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Profile:
    """What is told of all models of a profile: kinds, developers of the families it looks like, its licence.

    ``template`` is the document of a model of which nothing else is known; ``plain``: nothing in it speaks against
    something else. ``adapter``: the config of one is among the files.
    """

    template: Json
    of_line: int
    of_document: tuple[int, ...]
    developers: tuple[str | None, ...]
    license: str
    read: bool
    plain: bool
    adapter: bool
    model_type: str | None
    classes: tuple[str, ...] | None


@dataclass(slots=True, eq=False)
class Seen:
    """A model and the lines of all that it names with ``named.links``. ``to_trace``: they have to be looked at more
    closely.

    ``known``: its namespace stands in a table. ``youngest``: when the last of what it names was made.
    """

    row: Row
    profile: Profile
    named: Named = NOTHING
    parents: tuple[Line, ...] = ()
    known: bool = False
    own_family: str | None = None
    conduit: bool = False
    to_trace: bool = True
    youngest: int = 0
    kind: int | None = None
    """see ``Line.kind``; None: not asked yet, or only a walk can tell"""


def profile_of(template: Json, body: str, of_line: int, of_document: tuple[int, ...]) -> Profile:
    """The profile with that text in the file."""
    lineage, said = template["lineage"], json.loads(body)
    classes = said.get("architectures")
    return Profile(
        template,
        of_line,
        of_document,
        tuple(hint["developer"] for hint in lineage["hints"]),
        declared_text(template["license"]["declared"]),
        lineage["models"][0]["state"] == READ,
        not (lineage["contradictions"] or lineage["unresolved"]),
        bool(said.get("listing", {}).get("adapter")),
        said.get("model_type"),
        None if classes is None else tuple(classes),
    )


def nobody(row: Row, called: RepoId, bases: str | None) -> Row:
    """A model of which only the profile of ``row`` is known, and the parents it names."""
    return row._replace(id=str(called), bases=bases, sha=None, created=None)


def edges_of(seen: Seen) -> list[Json]:
    """The records of a model's links in a document."""
    return [_edge(seen.row.id, link, line.id) for link, line in zip(seen.named.links, seen.parents, strict=True)]


def _edge(child: str, link: Link, parent: str) -> Json:
    return {
        "child": child, "parent": parent, "relation": link.relation, "role": Role.WEIGHTS.value, "basis": link.basis,
        "sources": [{"basis": basis, "at": "", "note": note} for basis, note in link.sources],
    }  # fmt: skip


def outcomes_of(seen: Seen) -> frozenset[tuple[str, bool | None]]:
    """What the licences of a model and of its parents come to together."""
    child = seen.profile.template["lineage"]["models"][0] | {"id": seen.row.id}
    models = {child["id"]: child, **{parent.id: parent.tell().node for parent in seen.parents}}
    return frozenset(outcomes(models, edges_of(seen)))


def contradictions_of(seen: Seen) -> list[Json]:
    """Where the sources of a model disagree about what it comes out of."""
    id, said = seen.row.id, zip(seen.named.links, seen.parents, strict=True)
    links = {(id, parent.id, Role.WEIGHTS): dict.fromkeys(link.claims) for link, parent in said}
    above = {parent.id: {parent.id, *composed(parent)[0]["ancestors"]} for parent in seen.parents}

    def akin(one: str, other: str) -> bool:
        return one in above[other] or other in above[one]

    found = [*relation_mismatches(links), *base_mismatches(links, id, akin)]
    return [contradiction_document(one) for one in dict.fromkeys(found)]


def unfollowed(child: str, reference: ModelRef) -> Json:
    """The record of a parent whose name is none of a repository."""
    return {
        "child": child, "reference": reference.raw, "reason": why_unfollowed(reference).value,
        "basis": Basis.DECLARED.value, "at": "",
    }  # fmt: skip


def namespace(id: str | None) -> str | None:
    """What stands before the slash; None for a bare name."""
    return id.split("/")[0] if id and "/" in id else None


def own_values(row: Row) -> Json:
    """The values of a model in a document that are its own."""
    return {
        "id": row.id,
        "requested": row.id,
        "revision": row.sha.hex() if row.sha else None,
        "hub_id": known_id(row.hub_id),
        "created_at": moment(row.created),
        "last_modified": moment(row.modified),
        "downloads": row.downloads,
        "likes": row.likes,
        "parameters": row.parameters,
    }
