"""A decision: what a policy answered about one model on one day, rule by rule, with the facts that made it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from scanner.policy.conditions import Match
from scanner.policy.language import Outcome, Status, Verdict
from scanner.policy.rule import Policy
from scanner.policy.waivers import Waiver, WaiverUse

DECISION = "modelorigin/decision/v1"
IN_FORCE = "in force"
Weighing = tuple[tuple[str, ...], tuple[str, ...]]
"""Ids of the rules that deny, and of those that ask for review, each in the order of the policy."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one rule that has to be told.

    ``verdict`` is what it weighs, ``ALLOW`` for a note; a waived finding keeps it and is not counted. ``standing`` says
    why a rule gives notes only (``draft``, ``suspended``, ``from 2027-06-30``), else ``IN_FORCE``. ``subject`` is the
    id of the model it is about, ``path`` the ids from the judged model there. ``matches`` are the leaves that made it
    so, ``at`` the place the fact is from, ``footnotes`` the sources of what it rests on.
    """

    rule: str
    title: str
    verdict: Verdict
    outcome: Outcome
    standing: str
    subject: str
    message: str
    path: tuple[str, ...]
    matches: tuple[Match, ...]
    at: str | None
    footnotes: tuple[str, ...]
    references: tuple[str, ...]
    waivable: bool
    waived_by: Waiver | None = None

    @property
    def counts(self) -> bool:
        """True when it weighs on the verdict."""
        return self.waived_by is None and self.verdict is not Verdict.ALLOW


@dataclass(slots=True, eq=False)
class Decision:
    """What ``rules`` said on ``as_of`` about ``model`` at ``revision``.

    The verdict is there at once; findings and outcomes are made from the facts document when they are asked for.
    ``waivers`` are those that name the model, with what became of them; the digest is that of their file.
    """

    # Not frozen: setting the fields of a frozen one takes a tenth of the time of a whole judgement.

    rules: Policy
    as_of: date
    model: str
    revision: str | None
    verdict: Verdict
    answers: Answers = field(repr=False)
    waivers: tuple[WaiverUse, ...] = ()
    waivers_digest: str | None = None
    _findings: tuple[Finding, ...] | None = field(default=None, init=False, repr=False)

    @property
    def policy(self) -> str:
        return self.rules.name

    @property
    def title(self) -> str:
        return self.rules.title

    @property
    def digest(self) -> str:
        return self.rules.digest

    @property
    def status(self) -> Status:
        return self.rules.status

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Worst first, then in the order of the rules and of the items."""
        if self._findings is None:
            self._findings = self.answers.findings()
        return self._findings

    @property
    def weighing(self) -> tuple[str, ...]:
        """The rules that weigh on the verdict, the worst first; cheap, unlike the findings."""
        denying, reviewing = self.answers.weighing()
        return tuple(dict.fromkeys(denying + reviewing))

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What every rule answered that was asked, by its id."""
        return self.answers.outcomes()


class Answers(Protocol):
    """What a judge keeps to explain a decision later."""

    def weighing(self) -> Weighing: ...

    def findings(self) -> tuple[Finding, ...]: ...

    def outcomes(self) -> Mapping[str, Outcome]: ...


def decision_document(decision: Decision) -> dict[str, Any]:
    """The decision as JSON values, versioned; its JSON Schema is ``data/schema/decision-v1.schema.json``."""
    return {
        "schema": DECISION,
        "policy": {
            "name": decision.policy,
            "title": decision.title,
            "digest": decision.digest,
            "status": decision.status.value,
        },
        "as_of": decision.as_of.isoformat(),
        "model": decision.model,
        "revision": decision.revision,
        "verdict": str(decision.verdict),
        "findings": [_finding(finding) for finding in decision.findings],
        "outcomes": {rule: outcome.value for rule, outcome in decision.outcomes.items()},
        "waivers": [{**_waiver(use.waiver), "state": use.state.value} for use in decision.waivers],
        "waivers_digest": decision.waivers_digest,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "verdict": "note" if finding.verdict is Verdict.ALLOW else str(finding.verdict),
        "outcome": finding.outcome.value,
        "standing": finding.standing,
        "subject": finding.subject,
        "message": finding.message,
        "path": list(finding.path),
        "matches": [
            {"field": m.field, "operator": m.operator, "wanted": _json(m.wanted), "value": _json(m.value)}
            for m in finding.matches
        ],
        "at": finding.at,
        "footnotes": list(finding.footnotes),
        "references": list(finding.references),
        "waivable": finding.waivable,
        "waived_by": _waiver(finding.waived_by) if finding.waived_by else None,
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "rule": waiver.rule,
        "model": waiver.model,
        "revision": waiver.revision,
        "outcome": waiver.outcome.value if waiver.outcome else None,
        "reason": waiver.reason,
        "approver": waiver.approver,
        "ticket": waiver.ticket,
        "expires": waiver.expires.isoformat(),
        "owner": waiver.owner,
        "by": waiver.by.value,
        "at": waiver.at,
    }


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
