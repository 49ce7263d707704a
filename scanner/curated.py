"""What cited tables say of where models' weights come from: parents, roots, look-alikes. Data: ``data/lineages.yaml``.

Everything here is a third party's word with its source, never a publisher's declaration. One repository is asked for at
a time and only its record is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from scanner import data
from scanner.fact import Basis, Confidence, Locator
from scanner.model import ModelRef, Parent, Relation, RepoId, Role

FILE = "lineages.yaml"
VERDICTS = ("not-derived", "from-scratch", "teacher-only", "disputed", "unverified")
"""The first three clear a look-alike; the last two leave it open."""


@dataclass(frozen=True, slots=True)
class CuratedDispute:
    """A model that looks like, or is accused of coming out of, ``against``. ``verdict`` is one of ``VERDICTS``."""

    against: str
    verdict: str
    note: str
    source: str


class Curated:
    """The shipped table, by repository id in any case."""

    @classmethod
    def shipped(cls) -> Curated:
        return cls()

    def parents(self, repo: RepoId | str) -> tuple[Parent, ...]:
        """What the table says ``repo`` came out of; empty when it says nothing, which is not that it has no parent."""
        record = _record(str(repo))
        return tuple(_parent(record["id"], parent) for parent in record.get("parents", ())) if record else ()

    def root(self, repo: RepoId | str) -> str | None:
        """The citation for it when the table says that the weights begin in ``repo``."""
        root = (_record(str(repo)) or {}).get("root")
        return _citation(root) if root else None

    def disputes(self, repo: RepoId | str) -> tuple[CuratedDispute, ...]:
        known = (_record(str(repo)) or {}).get("disputes", ())
        return tuple(CuratedDispute(d["against"], d["verdict"], d["note"], _citation(d)) for d in known)

    def digest(self) -> str:
        """The SHA-256 of the table, in hex."""
        return sha256(data.text(FILE).encode()).hexdigest()

    def ids(self) -> tuple[str, ...]:
        """Every repository that has a record, as the Hub writes it."""
        return tuple(re.findall(r'^  id: "?([^"\n]+)', data.text(FILE), re.M))


def _record(repo: str) -> Mapping[str, Any] | None:
    key = repo.casefold()
    return _parsed(key) if key in _keys() else None


@cache
def _keys() -> frozenset[str]:
    return frozenset(id.casefold() for id in Curated.shipped().ids())


@cache
def _parsed(key: str) -> Mapping[str, Any] | None:
    return data.record(FILE, key)


def _parent(child: str, stated: Mapping[str, Any]) -> Parent:
    notes = [_citation(stated)]
    if stated.get("how"):
        notes.append(stated["how"])
    if "declared" in stated:
        notes.append("declared in its metadata" if stated["declared"] else "not declared in its metadata")
    return Parent(
        ref=ModelRef.parse(stated["id"]),
        basis=Basis.CURATED,
        at=Locator("curated", child, None, FILE),
        relation=Relation(stated["relation"]),
        role=Role(stated.get("role", Role.WEIGHTS)),
        note="; ".join(notes),
    )


def _citation(stated: Mapping[str, Any]) -> str:
    seen = f" (seen {stated['seen']})" if stated.get("seen") else ""
    confidence = stated.get("confidence")
    if confidence == Confidence.UNVERIFIED:
        return f"{stated['source']}{seen}, unverified"
    return f"{stated['source']}{seen}" + (f", {confidence} confidence" if confidence else "")
