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


def read(
    request: Request,
    hub: Hub,
    tables: Tables,
    *,
    as_of: date,
    depth: Depth = Depth.HEADERS,
    above: Hub | None = None,
    memory: Memory | None = None,
    history: bool = False,
) -> dict[str, Any]:
    """The facts/v1 document of a model; arguments as in ``trace``.

    Raises:
        HubError: the model itself could not be read.
    """
    return facts_document(
        trace(request, hub, tables, as_of=as_of, depth=depth, above=above, memory=memory, history=history)
    )


def decide(
    request: Request,
    facts: Mapping[str, Any],
    policies: Sequence[Policy],
    *,
    at: str,
    as_of: date,
    waivers: Waivers | None = None,
) -> Scan:
    """Judge what was read by every policy.

    Raises:
        ValueError: no policy was given: that would be a pass by nothing.
    """
    if not policies:
        raise ValueError("a scan needs a policy")
    decisions = tuple(judge(policy, facts, as_of=as_of, waivers=waivers) for policy in policies)
    return Scan(request, at, facts, decisions)


def scan(
    request: Request,
    hub: Hub,
    tables: Tables,
    policies: Sequence[Policy],
    *,
    at: str,
    as_of: date,
    waivers: Waivers | None = None,
    **reading: Any,
) -> Scan:
    """``read`` and ``decide`` in one; ``reading`` is what else ``read`` takes.

    Raises:
        HubError, ValueError: as they do.
    """
    facts = read(request, hub, tables, as_of=as_of, **reading)
    return decide(request, facts, policies, at=at, as_of=as_of, waivers=waivers)
