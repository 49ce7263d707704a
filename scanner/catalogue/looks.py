"""What is looked at of one model before its document is put together."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from scanner.catalogue.entry import known_id, moment
from scanner.catalogue.held import Row
from scanner.catalogue.lines import Line
from scanner.catalogue.links import Link
from scanner.model import RepoId, Role

Json = dict[str, Any]

NOBODY = RepoId("anyone", "anything")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is told of all models of a profile: kinds, developers of the families it looks like, its licence."""

    of_line: int
    of_document: int
    developers: tuple[str | None, ...]
    license: str
    read: bool


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A model and the lines of all that it names. ``to_trace``: they have to be looked at more closely."""

    row: Row
    links: tuple[Link, ...] = ()
    parents: tuple[Line, ...] = ()
    own_family: str | None = None
    conduit: bool = False
    to_trace: bool = True


def nobody(row: Row, bases: str | None) -> Row:
    """A model of which only the profile of ``row`` is known, and the parents it names."""
    return replace(row, id=str(NOBODY), bases=bases, sha=None, created=None)


@lru_cache(maxsize=100_000)
def adapter(body: str) -> bool:
    """True where the profile lists the config of an adapter."""
    return bool(json.loads(body).get("listing", {}).get("adapter"))


@lru_cache(maxsize=100_000)
def config(body: str) -> tuple[str | None, tuple[str, ...] | None]:
    """``model_type`` and architectures of a profile."""
    profile = json.loads(body)
    classes = profile.get("architectures")
    return profile.get("model_type"), None if classes is None else tuple(classes)


def edge(child: str, link: Link, parent: str) -> Json:
    """The record of a link in a document."""
    return {
        "child": child, "parent": parent, "relation": link.relation, "role": Role.WEIGHTS.value, "basis": link.basis,
        "sources": [{"basis": basis, "at": "", "note": note} for basis, note in link.sources],
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
