"""``modelorigin/codebase/v1``: a code base, its references, what was judged and what has to be told, as JSON values.

Every format reads it and nothing else. Its JSON Schema ships as ``data/schema/codebase-v1.schema.json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.codebase.findings import LOCAL, UNRESOLVED, named, of_models, of_place
from scanner.codebase.uses import Use, documents_only
from scanner.codebase.waived import Waived
from scanner.model import is_commit
from scanner.policy import Policy, WaiverState
from scanner.references import Kind, Reference
from scanner.references.walk import Coverage

SCHEMA = "modelorigin/codebase/v1"
WEIGHTS = {"allow": 0, "note": 0, "review": 1, "deny": 2}
_CHECKED = (Kind.MODEL, Kind.WEIGHTS)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A use, judged, at the places where the same waivers hold.

    ``scan`` is its number in the database, None where it was not recorded; ``from_cache``: its facts were recorded by
    an earlier run of the day.
    """

    use: Use
    references: tuple[Reference, ...]
    facts: Mapping[str, Any]
    decisions: tuple[Mapping[str, Any], ...]
    scan: int | None
    from_cache: bool

    @property
    def verdict(self) -> str:
        return max((str(decision["verdict"]) for decision in self.decisions), key=WEIGHTS.__getitem__)


@dataclass(frozen=True, slots=True)
class Missed:
    """A use that could not be judged, with the error that says why."""

    use: Use
    kind: str
    message: str
    hint: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was asked: ``root`` as given, the moment (UTC), the day, the hub, what it is compared with.

    ``unresolved`` is what a reference weighs whose model cannot be read from the code: note, review or deny.
    ``settings`` are the parameters that were set from outside, by policy and name.
    """

    root: str
    at: str
    as_of: str
    version: str
    hub: str
    policies: Sequence[Policy]
    compared_with: str | None = None
    unresolved: str = "review"
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def codebase_document(
    asked: Asked,
    references: Sequence[Reference],
    coverage: Coverage,
    judged: Sequence[Judged],
    missed: Sequence[Missed],
    waived: Waived,
    *,
    new: frozenset[Reference] | None = None,
    lock: Mapping[str, Any] | None = None,
) -> Json:
    """The document. ``new`` are the references a change adds, None where nothing is compared."""
    findings = [*of_models((_model(one.facts), one.decisions, one.references) for one in judged)]
    for one in references:
        if new is not None and one not in new:
            continue
        if one.kind is Kind.UNRESOLVED:
            findings.append(of_place(UNRESOLVED, one, asked.unresolved, waived.of_place(UNRESOLVED.id, one)))
        elif one.kind is Kind.LOCAL:
            findings.append(of_place(LOCAL, one, "note", waived.of_place(LOCAL.id, one)))
    told = named(findings)
    numbers = {one: number for number, one in enumerate(references)}
    verdicts = {one: each.verdict for each in judged for one in each.references}
    weighing = [one["verdict"] for one in told if one["suppressed"] is None]
    worst = max(weighing, key=WEIGHTS.__getitem__, default="allow")
    return {
        "schema": SCHEMA,
        "root": asked.root,
        "at": asked.at,
        "as_of": asked.as_of,
        "tool": {"name": "modelorigin", "version": asked.version},
        "hub": asked.hub,
        "verdict": "allow" if worst == "note" else worst,
        "complete": is_complete(coverage, judged, missed),
        "compared_with": asked.compared_with,
        "policies": [
            {"name": p.name, "title": p.title, "digest": p.digest, "status": p.status.value} for p in asked.policies
        ],
        "settings": asked.settings,
        "coverage": _coverage(coverage),
        "references": [_reference(one, verdicts.get(one), None if new is None else one in new) for one in references],
        "models": [_judged(one, numbers) for one in judged],
        "findings": told,
        "errors": [_missed(one) for one in missed],
        "waivers": waived.document(_refused(judged)),
        "lock": lock,
    }


def is_complete(coverage: Coverage, judged: Iterable[Judged], missed: Iterable[Missed]) -> bool:
    """False where a file, or a model that is more than mentioned, could not be read or judged to the end."""
    transient = any(gap["transient"] for one in judged for gap in one.facts["gaps"])
    return not (
        coverage.unread or coverage.partly or transient or any(not documents_only(one.use.references) for one in missed)
    )


def _model(facts: Mapping[str, Any]) -> str:
    return str(facts["model"]["id"])


def _coverage(coverage: Coverage) -> Json:
    def places(listed: Iterable[tuple[str, str]]) -> list[Json]:
        return [{"path": path, "reason": reason} for path, reason in listed]

    return {
        "files": coverage.files,
        "read": coverage.read,
        "unread": places(coverage.unread),
        "partly": places(coverage.partly),
        "passed_over": [{"reason": why, "files": count} for why, count in sorted(coverage.passed_over.items())],
        "ignored": [{"reason": why, "texts": count} for why, count in sorted(coverage.ignored.items())],
    }


def _reference(one: Reference, verdict: str | None, new: bool | None) -> Json:
    return {
        "path": one.path,
        "line": one.line,
        "column": one.column,
        "cell": one.cell,
        "kind": one.kind.value,
        "text": one.text,
        "how": one.how,
        "model": str(one.repo) if one.repo else None,
        "revision": one.revision,
        "pinned": is_commit(one.revision) if one.kind in _CHECKED else None,
        "confidence": one.confidence.value,
        "flags": list(one.flags),
        "reason": one.reason,
        "verdict": verdict,
        "new": new,
    }


def _judged(one: Judged, numbers: Mapping[Reference, int]) -> Json:
    return {
        "requested": one.use.requested,
        "model": _model(one.facts),
        "revision": one.facts["model"]["revision"],
        "hub_id": one.facts["model"]["hub_id"],
        "verdict": one.verdict,
        "scan": one.scan,
        "from_cache": one.from_cache,
        "references": [numbers[reference] for reference in one.references],
        "decisions": list(one.decisions),
        "facts": one.facts,
    }


def _missed(one: Missed) -> Json:
    places = [{"path": reference.path, "line": reference.line} for reference in one.use.references]
    told = {"requested": one.use.requested, "kind": one.kind, "message": one.message, "hint": one.hint}
    return {**told, "exit_code": one.exit_code, "places": places}


def _refused(judged: Iterable[Judged]) -> list[Json]:
    """Waivers of rules that may not be waived, as the decisions tell of them."""
    wanted = ("rule", "model", "owner", "approver", "ticket", "expires", "reason", "at")
    refused = {
        (use["rule"], use["model"], use["at"]): {name: use[name] for name in wanted}
        for one in judged
        for decision in one.decisions
        for use in decision["waivers"]
        if use["state"] == WaiverState.NOT_WAIVABLE
    }
    return list(refused.values())
