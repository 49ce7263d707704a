"""Models that no policy can tell apart: one of them is judged, for all of them.

What a policy concludes of a document rests on the answers of its leaves. Most leaves ask for what a whole profile or a
whole publisher shares, so the answers are taken once for each, and two models with the same answers, that come out of
models with the same answers in the same way, are of one kind. A million models are of some thousand kinds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from scanner.policy import Policy
from scanner.policy.conditions import Leaf, answer, leaves
from scanner.policy.fields import GROUPS, MODELS, walk
from scanner.policy.rule import Rule

Json = Mapping[str, Any]
Kind = tuple[Any, ...]
Path = tuple[str, ...]

OWN = (
    "id", "requested", "revision", "hub_id", "created_at", "last_modified", "downloads", "likes", "parameters",
    "sources", "remembered", "identity",
)  # fmt: skip
"""Fields of ``model`` that are not those of a profile."""
_MODEL, _ORIGIN, _PUBLISHER = MODELS[0], f"{MODELS[0]}.origin", "publisher"
_STANDING = ("basis", "relation", "depth")
"""Of a model in a lineage: what its place there makes of it."""
RECORDS = ("lineage.hints", "lineage.unresolved", "lineage.contradictions", "lineage.disputes", "gaps")
NAMES = frozenset(
    (
        *GROUPS,
        MODELS[1],
        "lineage.cycles",
        *(f"{_MODEL}.{name}" for name in ("id", "revision", "hub_id", "created_at", "path", "maker", "renamed_from")),
        *(f"lineage.edges.{name}" for name in ("child", "parent", "relation", "role", "basis", "sources")),
        *("lineage.unresolved.child", "lineage.unresolved.reference"),
        *(f"lineage.{name}.subject" for name in ("contradictions", "disputes", "hints")),
        *("gaps.subject", "gaps.detail", "terms.duties.model"),
        *(f"terms.conflicts.{name}" for name in ("child", "parent", "path", "relation", "child_license")),
        *(f"terms.conflicts.{name}" for name in ("parent_license", "license", "message", "clause", "duty")),
        *(f"terms.conflicts.{name}" for name in ("source", "seen", "confidence")),
        *("terms.user_threshold", "terms.revenue_threshold"),
    )
)
"""Fields that name models, links or what stands at both ends of one, or that depend on the order of models: a policy
that reads one is asked about each model."""
_MOVING = frozenset(
    (
        *(f"model.{name}" for name in ("hub_description", "hub_as_of", "sources", "identity.seen", "identity.source")),
        *(f"model.{name}" for name in ("last_modified", "downloads", "likes", "parameters")),
        "gaps.detail",
    )
)
_COMMITS = ("model.revision", f"{_MODEL}.revision")


class Alike:
    """The answers of all leaves of some policies, part by part of a document."""

    def __init__(self, policies: Iterable[Policy], as_of: date) -> None:
        asked = {one for policy in policies for one in _asked(policy)}
        names = {name for name, leaf, _ in asked if name not in GROUPS or leaf.operator != "exists"}
        self.one_by_one = not names.isdisjoint(NAMES)
        """whether every model has to be asked about"""
        self.asks_of_namespaces = not names.isdisjoint((f"{_ORIGIN}.namespace", f"{_PUBLISHER}.namespace"))
        self.asks_of_families = f"{_MODEL}.family" in names
        self.standing = frozenset(name for name in _STANDING if f"{_MODEL}.{name}" in names)
        """what is read of the place of a model in its lineage"""
        self.asks_of_terms = any(name.startswith("terms.") for name in names)
        """whether the licences of all that is above a model make a difference"""
        self._as_of = as_of
        self._leaves: dict[str, list[tuple[Path, Leaf]]] = {}
        self._lists: dict[str, set[Path]] = {}
        self._read: dict[str, set[Path]] = {}
        for name, leaf, over in asked:
            part = _part(name)
            if part in RECORDS:
                self._read.setdefault(part, set()).add(_rest(name, part))
            elif not (over and leaf.field.of_item):
                self._leaves.setdefault(part, []).append((_rest(name, part), leaf))
            # Leaves over one list may have to hold of one element: all that stands in it is told.
            if over and (part := _part(over)) not in RECORDS:
                self._lists.setdefault(part, set()).add(_rest(over, part))
        self.asks_of_own = "model" in self._leaves or "model" in self._lists

    def of_origin(self, origin: Json, *, publisher: bool = False) -> Kind:
        """What is asked of an origin, that of a publisher or that of a model of the lineage."""
        return self._told(_PUBLISHER if publisher else _ORIGIN, origin)

    def of_own(self, model: Json) -> Kind:
        """What is asked of the model's own values."""
        return self._told("model", {"model": model})

    def of_document(self, document: Json) -> Kind:
        """What is asked of all that a profile shows beside the lineage."""
        held = (document["files"]["license_files"], document["model"]["multimodal"]) if self.asks_of_terms else ()
        return (*self._told("", document), json.dumps(held))

    def of_line(self, document: Json) -> Kind:
        """What is asked of a model of this profile wherever it stands; of hints beside whether they are explained."""
        (model,) = document["lineage"]["models"]
        hints = self.records("lineage.hints", document, but="own")
        return self._told(_MODEL, model), model["state"], self._licensed(model), hints, self.records("gaps", document)

    def of_model(self, model: Json) -> Kind:
        """What is asked of a model of a lineage and of who made it, wherever it stands."""
        return self._told(_MODEL, model), model["state"], self._licensed(model), self.of_origin(model["origin"])

    def records(self, part: str, document: Json, but: str = "") -> Kind:
        """What is read of each record of a list of ``RECORDS``, the field ``but`` left out."""
        paths = sorted(path for path in self._read.get(part, ()) if path != (but,))
        return tuple(tuple(walk(record, path) for path in paths) for record in _at(document, part.split(".")))

    def _licensed(self, model: Json) -> Kind:
        return (model["license"]["id"], model["license"]["status"]) if self.asks_of_terms else ()

    def _told(self, part: str, record: Json) -> Kind:
        answers = (answer(leaf, walk(record, path), self._as_of) for path, leaf in self._leaves.get(part, ()))
        listed = (json.dumps(walk(record, path)) for path in sorted(self._lists.get(part, ())))
        return (*answers, *listed)


def names_read(policy: Policy) -> Iterator[str]:
    """The full name of every list and field that a policy reads; of a model in a group it is in ``lineage.models``."""
    for name, _, over in _asked(policy):
        yield name
        if over:
            yield over


def reads_what_moves(policy: Policy) -> bool:
    """Whether a policy reads what may be another with every look at the hub, and marks no model as changed."""
    asked = [(name, leaf.operator) for name, leaf, _ in _asked(policy)]
    return any(name in _MOVING or (name in _COMMITS and operator != "exists") for name, operator in asked)


def asked_by(rule: Rule) -> Iterator[str]:
    """The full name of every list and field that a rule reads."""
    yield from rule.over.names if rule.over else ()
    yield from (name for name, _, _ in _of_rule(rule))


def _asked(policy: Policy) -> Iterator[tuple[str, Leaf, str]]:
    """Every leaf with the full name of its field, and of the list of records whose elements it is asked of, or ''."""
    return (one for rule in policy.rules for one in _of_rule(rule))


def _of_rule(rule: Rule) -> Iterator[tuple[str, Leaf, str]]:
    of_models = rule.over is not None and rule.over.of_models
    names = rule.over.names[:1] if rule.over else ()
    for condition in (rule.where, rule.when):
        for leaf in leaves(condition) if condition else ():
            start = () if not leaf.field.of_item else MODELS[:1] if of_models else names
            yield ".".join((*start, leaf.field.name)), leaf, "" if of_models or not names else names[0]


def _part(name: str) -> str:
    """The part of a document that a field belongs to; '' is what a profile shows."""
    for part in (*RECORDS, _ORIGIN, _MODEL, _PUBLISHER):
        if name == part or name.startswith(f"{part}."):
            return part
    first, _, second = name.partition(".")
    return "model" if first == "model" and second.split(".")[0] in OWN else ""


def _rest(name: str, part: str) -> Path:
    return tuple(name.removeprefix(part).strip(".").split(".")) if part not in ("", "model") else tuple(name.split("."))


def _at(node: Any, path: Sequence[str]) -> Any:
    for key in path:
        node = node[key]
    return node
