"""What a row of the pack says of one decision, taken from the documents that were recorded.

Recorded documents are read as they are found: what an older program did not write yet is None, which is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.errors import PolicyError
from scanner.export.quoting import one_line
from scanner.policy import settings_of

Json = Mapping[str, Any]

REASONS = 5
"""Reasons of a decision that are told one by one."""
UNDECLARED = "NONE"
"""SPDX's word for a model that declares no licence: that is known, and no permission."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was looked for and could not be had; ``transient`` where it may be had later."""

    what: str
    reason: str
    transient: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the pack takes from a facts/v1 document. None, alone or in a list, is what could not be determined.

    ``root_origins`` are the countries of control of the roots, with None where nothing shows that there are no others.
    ``licenses`` are the licences of all that is in the model, its own among them: ids of ``modelorigin license``.
    """

    as_of: str | None
    model: str
    revision: str | None
    hub_id: str | None
    hub: str | None
    depth: str | None
    publisher: str | None
    publisher_origin: str | None
    root_origins: tuple[str | None, ...]
    roots_established: bool | None
    lineage_complete: bool
    license: str | None
    licenses: tuple[str | None, ...]
    commercial_use: str | None
    gaps: tuple[Gap, ...]
    codebase: str | None

    @property
    def incomplete(self) -> bool:
        """True when something could not be read that may be readable later."""
        return any(gap.transient for gap in self.gaps)


def facts_told(facts: Json) -> Facts:
    """Read a facts/v1 document."""
    model, lineage, publisher = _part(facts, "model"), _part(facts, "lineage"), _part(facts, "publisher")
    name = _text(model, "id") or ""
    nodes = {_text(node, "id"): node for node in _list(lineage, "models")}
    roots = [nodes.get(id, {}) for id in _texts(lineage, "roots")]
    complete = lineage.get("complete") is True
    # Where the lineage was not followed to its end, there may be more of everything.
    open_ = () if complete else (None,)
    inside = dict.fromkeys((*_texts(lineage, "ancestors"), *_texts(lineage, "components")))
    own = _license(_part(facts, "license"))
    established = all(_text(root, "established") for root in roots) if roots else None
    # A root that nothing establishes may have been made from another model, whose origin is not known.
    origins = [_text(_part(root, "origin"), "control") for root in roots]
    more_roots = () if complete and established else (None,)
    return Facts(
        as_of=_text(facts, "as_of"),
        model=name,
        revision=_text(model, "revision"),
        hub_id=_text(model, "hub_id"),
        hub=_text(model, "hub"),
        depth=_text(model, "depth"),
        publisher=_text(publisher, "namespace") or (name.split("/")[0] if "/" in name else None),
        publisher_origin=_text(publisher, "control"),
        root_origins=_distinct([*origins, *more_roots]),
        roots_established=established,
        lineage_complete=complete,
        license=own,
        licenses=_distinct([own, *(_license(_part(nodes.get(id, {}), "license")) for id in inside), *open_]),
        commercial_use=_text(_part(facts, "terms"), "commercial_use"),
        gaps=tuple(
            Gap(_text(gap, "what") or "", _text(gap, "reason") or "", gap.get("transient") is True)
            for gap in _list(facts, "gaps")
        ),
        codebase=_text(_part(facts, "usage"), "codebase"),
    )


def _license(said: Json) -> str | None:
    return UNDECLARED if said.get("status") == "none" else _text(said, "id")


def _distinct(values: Iterable[str | None]) -> tuple[str | None, ...]:
    """Each value once, in order; what is not known comes last."""
    return tuple(sorted(set(values), key=lambda value: (value is None, value or "")))


def decision_told(decision: Json) -> dict[str, Any]:
    """Verdict, status of the policy, deciding rules, their reasons and what was waived, of a decision/v1 document."""
    verdict = _text(decision, "verdict")
    findings = _list(decision, "findings")
    counted = [one for one in findings if one.get("waived_by") is None]
    # Nothing decides that a model is allowed: no rule spoke against it.
    decides = [one for one in counted if one.get("verdict") == verdict]
    reasons = list(dict.fromkeys(str(one.get("message")) for one in decides))
    more = [f"and {len(reasons) - REASONS:,} more"] if len(reasons) > REASONS else []
    return {
        "verdict": verdict,
        "status": _text(_part(decision, "policy"), "status"),
        "rules": list(dict.fromkeys(str(one.get("rule")) for one in decides)),
        "reasons": [*reasons[:REASONS], *more],
        "waived": list({waiver_key(one): one for one in map(_waived, findings) if one}.values()),
    }


def settings_told(text: Callable[[str], str], digest: str) -> list[dict[str, Any]] | None:
    """The parameters that were set from outside in a policy; None where its text, by its digest, does not read."""
    try:
        return settings_of(text(digest))
    except PolicyError:
        return None


def _waived(finding: Json) -> dict[str, Any] | None:
    by = _part(finding, "waived_by")
    return {**{name: _text(by, name) for name in WAIVER}, "rule": str(finding.get("rule"))} if by else None


WAIVER = ("rule", "model", "revision", "outcome", "owner", "approver", "ticket", "expires", "reason", "by", "at")
"""What makes a waiver the same as another."""


def waiver_key(waiver: Json) -> tuple[Any, ...]:
    return tuple(waiver.get(name) for name in WAIVER)


def harmless(row: Json) -> dict[str, Any]:
    """``row`` with every text one harmless line."""
    cleaned: dict[str, Any] = one_line(row)
    return cleaned


def _text(document: Json, name: str) -> str | None:
    found = document.get(name)
    return found if isinstance(found, str) else None


def _texts(document: Json, name: str) -> list[str]:
    found = document.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _part(document: Json, name: str) -> Json:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(document: Json, name: str) -> Sequence[Json]:
    found = document.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
