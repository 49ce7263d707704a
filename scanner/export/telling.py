"""The account of one scan: its sections in the order a reader needs them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.export import sections, together
from scanner.export.account import Account, Json, Line, Notes, Part, Section, faint, line, listed, quote, short, warn
from scanner.export.quoting import one_line
from scanner.export.report import ScanView
from scanner.export.tree import lineage
from scanner.export.why import accused, pardoned, rules, why, worst

_DRIFTS = 12
"""Lines of a difference that a report shows."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def tell(view: ScanView) -> Account:
    """Everything a report says of ``view``, its texts made harmless. A section with nothing to say is left out."""
    facts, decisions = one_line(view.facts), one_line(view.decisions)
    notes = Notes()
    because = why(decisions, facts, notes)
    grounds = len(notes.texts())
    told = (
        because,
        _since(view),
        sections.source(facts),
        sections.publisher(facts, notes),
        lineage(facts, notes, accused(decisions)),
        sections.license(facts, notes),
        together.terms(facts, notes),
        sections.files(facts),
        sections.disputed(facts, notes),
        sections.gaps(facts, notes),
        _instead(view),
        _record(view, decisions),
    )
    weighing = rules(decisions)
    return Account(
        verdict=worst(decisions),
        model=facts["model"]["id"],
        rules=weighing,
        waived=() if weighing else pardoned(decisions),
        caveat=", ".join(said for said in (sections.caveat(facts), _other_day(view, facts)) if said) or None,
        sections=tuple(section for section in told if section.lines or section.tree),
        notes=notes.texts(),
        grounds=grounds,
        everything=f"{'' if view.number is None else f'modelorigin audit show {view.number} '}--format markdown",
    )


def _other_day(view: ScanView, facts: Json) -> str | None:
    """The day that was asked for, where it is not that of the scan: the verdict may be another today."""
    day = facts["as_of"]
    if day == view.at[:10]:
        return None
    return f"as of {day}" if _DAY.fullmatch(day) else "as of another day"


def _instead(view: ScanView) -> Section:
    """Other models that could be used; without lines where nobody looked for any."""
    if view.alternatives is None:
        return Section("Instead", ())
    lines: list[Line] = []
    for one in one_line(list(view.alternatives)):
        review: list[Part] = [", ", warn("review"), " asked by ", *listed(one["review"])] if one["review"] else []
        lines.append(line(quote(one["id"]), *review, ": ", quote("; ".join(one["reasons"]))))
    none = line("no other model of the catalogue that does the same passes")
    return Section("Instead", tuple(lines) or (none,))


def _since(view: ScanView) -> Section:
    """What is another than in the scan it is compared with; without lines where it was compared with none."""
    if view.since is None:
        return Section("Since", ())
    since = one_line(view.since)
    lines = [
        line(f"scan {since['scan']}", faint(", "), quote(since["at"]), faint(": "), quote(", ".join(since["why"])))
    ]
    parts = since["difference"]["parts"]
    told = [line(warn(part["title"]), ": ", quote(one["text"]), item=True)
            for part in parts for one in part["lines"] if one["drift"]]  # fmt: skip
    lines += told[:_DRIFTS]
    if len(told) > _DRIFTS:
        lines.append(line(faint(f"{len(told) - _DRIFTS:,} more: {_whole(view)} has all"), item=True))
    for one in since["waivers"]:
        ends = "has ended on" if one["expired"] else "ends on"
        lines.append(line(warn("waiver"), " of ", quote(one["rule"]), f" {ends} ", quote(one["expires"]), " (",
                          quote(one["ticket"]), ", ", quote(one["approver"]), ")", item=True))  # fmt: skip
    if len(lines) == 1:
        lines.append(line("nothing that makes it another model", item=True))
    return Section("Since", tuple(lines))


def _whole(view: ScanView) -> str:
    """How one sees all that is another."""
    assert view.since is not None
    return f"modelorigin audit diff {view.since['scan']} {view.number}" if view.number else "--format json"


def _record(view: ScanView, decisions: Sequence[Json]) -> Section:
    number = "not recorded" if view.number is None else f"scan {view.number}"
    lines: list[Line] = []
    head: list[Part] = [number, faint(", judged at "), quote(one_line(view.at))]
    for decision in decisions:
        policy = decision["policy"]
        changed: list[Part] = []
        for parameter, value in one_line(view.settings.get(policy["name"], {})).items():
            values = listed(value) if isinstance(value, list) else [quote(value)]
            changed += [", " if changed else " with ", quote(parameter), " = ", *values]
        digest = (faint(", sha256 "), quote(short(policy["digest"])))
        lines.append(line(faint("policy "), quote(policy["name"]), *changed, *digest))
    if len(lines) == 1:
        return Section("Record", (line(*head, faint("; "), *lines[0].spans),))
    return Section("Record", (line(*head), *lines))
