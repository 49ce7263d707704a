"""Which terms reach whoever uses a model: those of its own licence, and those of everything it was made from.

A licence on a base does not end where somebody publishes a derivative under another one. Each edge is compared: what
the base's licence says must travel along, against what the child declares (``conflicts``). And the licences of all that
is in a model add up to what binds its user (``effective``). What a licence is silent about, or what was not read, is no
conflict and no peace: it is not known.

Everything here is read from the records of a facts document, so that a lineage put together from parts is judged by the
same words as one that was traced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.license import PUBLIC_KNOWLEDGE, terms
from scanner.model import Relation, Role
from scanner.terms.conflicts import Check, Side, compare, incompatible, missing_files
from scanner.terms.effective import duties, effective

Json = dict[str, Any]

__all__ = ["Check", "Side", "compare", "outcomes", "terms_document"]


def terms_document(lineage: Mapping[str, Any], license_files: Sequence[str] | None, multimodal: bool | None) -> Json:
    """What the licences of a lineage add up to, as ``terms`` of the facts schema.

    ``lineage`` is that of a facts document; ``license_files`` and ``multimodal`` are what is known of its subject.
    """
    models = {model["id"]: model for model in lineage["models"]}
    subject = models[lineage["publisher"][0]]
    inside = tuple(_inside(lineage))
    within = [subject, *(models[id] for id in inside if id in models)]
    # An id that is no model's stands for one that nothing is known of.
    complete = lineage["complete"] and models.keys() >= set(inside)
    return {
        **effective([model["license"]["id"] for model in within], complete, multimodal),
        "duties": duties([(model["id"], model["license"]["id"]) for model in within]),
        "conflicts": list(_conflicts(lineage, models, within, license_files, multimodal)),
    }


def outcomes(models: Mapping[str, Json], edges: Sequence[Mapping[str, Any]]) -> set[tuple[str, bool | None]]:
    """Kinds of conflicts along these edges, with whether each is one: as of a model that may be multimodal or not."""
    merged: dict[str, list[Side]] = {}
    found = set()
    for edge in edges:
        child, parent = Side.of(models[edge["child"]]), Side.of(models[edge["parent"]])
        found |= {(one.kind, one.conflict) for one in compare(child, parent, edge["relation"], edge["role"], None)}
        if edge["role"] == Role.WEIGHTS.value:
            merged.setdefault(edge["child"], []).append(parent)
    return found | {(one.kind, one.conflict) for sides in merged.values() for _, one in incompatible(sides)}


def _inside(lineage: Mapping[str, Any]) -> Iterator[str]:
    """The models whose weights or parts are in the subject, nearest first."""
    yield from dict.fromkeys((*lineage["ancestors"], *lineage["components"]))


def _conflicts(
    lineage: Mapping[str, Any],
    models: Mapping[str, Json],
    within: Sequence[Json],
    license_files: Sequence[str] | None,
    multimodal: bool | None,
) -> Iterator[Json]:
    merged: dict[str, list[Side]] = {}
    for edge in lineage["edges"]:
        child, parent = models[edge["child"]], models[edge["parent"]]
        sides = Side.of(child), Side.of(parent)
        # What the subject is says nothing of a model it came out of.
        of_child = multimodal if child["id"] == within[0]["id"] else None
        for check in compare(*sides, edge["relation"], edge["role"], of_child):
            yield _record(check, child, parent, edge["relation"])
        if edge["role"] == Role.WEIGHTS.value:
            merged.setdefault(edge["child"], []).append(sides[1])
    for id, parents in merged.items():
        for side, check in incompatible(parents):
            yield _record(check, models[id], models[side.id], Relation.MERGE.value)
    subject, *above = within
    # A licence that several models share is missed once, of the nearest.
    for model in {model["license"]["id"]: model for model in reversed(above)}.values():
        missing = missing_files(model["license"]["id"], license_files)
        if missing:
            yield _record(missing, subject, model, None)


def _record(check: Check, child: Json, parent: Json, relation: str | None) -> Json:
    """A conflict with both its ends, and the clause it rests on."""
    of = parent["license"]["id"]
    said = terms(of).get(check.fact, {}) if of and check.fact else {}
    return {
        "kind": check.kind,
        "conflict": check.conflict,
        "child": child["id"],
        "parent": parent["id"],
        "relation": relation,
        "path": parent["path"],
        "child_license": _named(child),
        "parent_license": _named(parent),
        "license": of,
        "message": check.message,
        "clause": said.get("clause"),
        "duty": said.get("duty"),
        "source": said.get("source", PUBLIC_KNOWLEDGE) if said else None,
        "seen": said.get("checked"),
        "confidence": said.get("confidence"),
    }


def _named(model: Json) -> str | None:
    """The SPDX name; where there is none the id under which ``modelorigin license`` shows it, or what was declared."""
    said = model["license"]
    known: str | None = said["concluded"]
    if known and known.startswith("LicenseRef-"):
        known = said["id"] or known
    return known or said["name"] or ", ".join(said["declared"] or ()) or None
