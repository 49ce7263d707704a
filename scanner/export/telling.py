"""The account of one scan: its sections in the order a reader needs them."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.export import sections
from scanner.export.account import Account, Json, Notes, Section, faint, line, quote, short
from scanner.export.quoting import one_line
from scanner.export.report import ScanView
from scanner.export.tree import lineage
from scanner.export.why import rules, why, worst


def tell(view: ScanView) -> Account:
    """Everything a report says of ``view``, its texts made harmless. A section with nothing to say is left out."""
    facts, decisions = one_line(view.facts), one_line(view.decisions)
    notes = Notes()
    told = (
        why(decisions, facts, notes),
        sections.source(facts),
        sections.publisher(facts, notes),
        lineage(facts, notes),
        sections.license(facts, notes),
        sections.files(facts),
        sections.disputed(facts, notes),
        sections.gaps(facts, notes),
        _record(view, decisions),
    )
    return Account(
        verdict=worst(decisions),
        model=facts["model"]["id"],
        rules=rules(decisions),
        caveat=sections.caveat(facts),
        sections=tuple(section for section in told if section.lines or section.tree),
        notes=notes.texts(),
    )


def _record(view: ScanView, decisions: Sequence[Json]) -> Section:
    number = "not recorded" if view.number is None else f"scan {view.number}"
    lines = [line(number, faint(", judged at "), quote(one_line(view.at)))]
    for decision in decisions:
        policy = decision["policy"]
        lines.append(line(faint("policy "), quote(policy["name"]), faint(", sha256 "), quote(short(policy["digest"]))))
    return Section("Record", tuple(lines))
