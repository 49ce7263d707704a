"""A scan: the provenance of one model, judged by one or more policies, on one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scanner.evidence import Depth
from scanner.facts import facts_document, is_incomplete
from scanner.hub import Hub
from scanner.policy import Decision, Policy, Verdict, Waivers, judge
from scanner.provenance import Memory, Request, Tables, trace


@dataclass(frozen=True, slots=True)
class Scan:
    """One model's facts/v1 document and a decision for each policy asked; ``at`` is the moment, UTC, ISO 8601."""

    request: Request
    at: str
    facts: Mapping[str, Any]
    decisions: tuple[Decision, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the decisions."""
        return max(decision.verdict for decision in self.decisions)

    @property
    def incomplete(self) -> bool:
        return is_incomplete(self.facts)


def scan(
    request: Request,
    hub: Hub,
    tables: Tables,
    policies: Sequence[Policy],
    *,
    at: str,
    as_of: date,
    depth: Depth = Depth.HEADERS,
    waivers: Waivers | None = None,
    above: Hub | None = None,
    memory: Memory | None = None,
    history: bool = False,
) -> Scan:
    """Trace a model and judge it by every policy; ``above``, ``memory`` and ``history`` as in ``trace``.

    Raises:
        HubError: the model itself could not be read; no decision is made.
        ValueError: no policy was given: that would be a pass by nothing.
    """
    if not policies:
        raise ValueError("a scan needs a policy")
    traced = trace(request, hub, tables, as_of=as_of, depth=depth, above=above, memory=memory, history=history)
    facts = facts_document(traced)
    decisions = tuple(judge(policy, facts, as_of=as_of, waivers=waivers) for policy in policies)
    return Scan(request, at, facts, decisions)
