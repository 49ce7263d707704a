"""A scan as the record the store keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.diff import Side
from scanner.policy import Policy, Waivers, decision_document
from scanner.provenance import Tables
from scanner.scan import Scan
from scanner.store import DecisionRecord, ScanRecord


def record(
    scan: Scan, run: str, policies: Sequence[Policy], waivers: Waivers | None, tables: Tables, version: str
) -> ScanRecord:
    """What is recorded of ``scan``; ``run`` names the command run, ``version`` is this program's."""
    decisions = tuple(
        DecisionRecord(policy.name, policy.digest, policy.source, decision_document(decision), decision.verdict.name)
        for policy, decision in zip(policies, scan.decisions, strict=True)
    )
    return ScanRecord(
        at=scan.at,
        run=run,
        requested=str(scan.request),
        facts=scan.facts,
        decisions=decisions,
        tool_version=version,
        registry_digest=tables.digest,
        waivers_text=waivers.text if waivers else None,
    )


def side(found: ScanRecord, number: int | None) -> Side:
    """A scan, recorded or about to be, as one side of a comparison."""
    return Side(
        number=number,
        at=found.at,
        requested=found.requested,
        facts=found.facts,
        decisions=[one.document for one in found.decisions],
        policies={one.policy_name: one.policy_text for one in found.decisions},
        waivers=found.waivers_text,
        registry=found.registry_digest,
        tool=found.tool_version,
    )


def settings(sources: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What was set from outside in each policy, of its ``Policy.source``; policies left as written are left out."""
    read = {name: json.loads(source)[1] for name, source in sources.items()}
    return {name: values for name, values in read.items() if values}
