"""Making one finding: what failed or is unknown, about which model, on which facts, from which sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from scanner.policy.conditions import Match, fields_of
from scanner.policy.decision import IN_FORCE, Finding
from scanner.policy.language import Outcome, Verdict
from scanner.policy.message import shown
from scanner.policy.rule import Rule
from scanner.policy.waivers import Waiver

MAX_FOOTNOTES = 12

_FOOTNOTED = ("publisher", "license", "origin")

Item = Mapping[str, Any]


class Asked:
    """A rule as it is asked on one day; anything but ``IN_FORCE`` as ``standing`` makes its findings notes."""

    def __init__(self, rule: Rule, standing: str) -> None:
        self.rule, self.standing = rule, standing
        in_force = standing == IN_FORCE
        self.weighs = {
            Outcome.FAIL: rule.verdict if in_force else Verdict.ALLOW,
            Outcome.UNKNOWN: rule.unknown if in_force else Verdict.ALLOW,
        }
        self.noted = _records_with_footnotes(rule)


def finding(
    asked: Asked, outcome: Outcome, matches: tuple[Match, ...], item: Item, facts: Item, waiver: Waiver | None
) -> Finding:
    """One finding. ``item`` is what was asked about: the document, an entry of a list, empty for a list not known."""
    rule = asked.rule
    own = item if rule.over else {}
    subject = own.get("id") or own.get("subject") or own.get("child") or facts["model"]["id"]
    path = own.get("path")
    if type(path) is not list:
        path = _path_to(subject, facts)
    at = own.get("at")
    text = rule.message.render(own, facts) if outcome is Outcome.FAIL else _not_determined(rule, matches, subject)
    return Finding(
        rule.id,
        rule.title,
        asked.weighs[outcome],
        outcome,
        asked.standing,
        subject,
        text,
        tuple(path),
        matches,
        at if type(at) is str else None,
        _footnotes(asked, own, path, facts),
        rule.references,
        rule.waivable,
        waiver,
    )


def _not_determined(rule: Rule, matches: tuple[Match, ...], subject: str) -> str:
    open_ = [m for m in matches if m.value is None or (type(m.value) is tuple and None in m.value)] or matches
    fields = shown(tuple(m.field for m in open_))
    return f"{rule.title}? Could not be determined for {shown(subject)}: {fields}"


def _path_to(subject: Any, facts: Item) -> list[str]:
    """The ids from the judged model to the subject; the subject alone where the lineage does not hold it."""
    for model in _records(facts.get("lineage"), "models"):
        if model.get("id") == subject:
            path = model.get("path")
            return path if type(path) is list else [subject]
    return [subject]


def _records(owner: Any, name: str) -> list[Item]:
    """The records of a list that may be missing, or hold other things."""
    found = owner.get(name) if type(owner) is dict else None
    return [record for record in found if type(record) is dict] if type(found) is list else []


def _records_with_footnotes(rule: Rule) -> tuple[tuple[bool, str], ...]:
    """The records a rule reads that carry footnotes of their own; True: it is the item's."""
    read = (f for f in fields_of(rule.when) if len(f.keys) > 1 and f.keys[0] in _FOOTNOTED)
    return tuple(dict.fromkeys((f.of_item, f.keys[0]) for f in read))


def _footnotes(asked: Asked, item: Item, path: Sequence[str], facts: Item) -> tuple[str, ...]:
    lines: list[str] = []
    for of_item, record in asked.noted:
        for note in _records((item if of_item else facts).get(record), "footnotes"):
            seen = f" (seen {note['seen']})" if note.get("seen") else ""
            lines.append(f"{note.get('fact')}: {note.get('source')}{seen}")
    for side in _records(item, "sides"):
        lines.append(f"{side.get('says')} ({side.get('basis')}): {side.get('at')}")
    for source in _records(item, "sources"):
        lines.append(f"{source.get('basis')}: {source.get('at')}")
    if type(item.get("source")) is str:
        lines.append(item["source"])
    if len(path) > 1:
        steps = set(pairwise(path))
        for edge in _records(facts.get("lineage"), "edges"):
            step = (edge.get("child"), edge.get("parent"))
            if step in steps:
                said = ", ".join(str(source.get("at")) for source in _records(edge, "sources")[:1])
                lines.append(f"{step[0]} → {step[1]}: {edge.get('basis')}: {said}")
    return tuple(shown(line) for line in dict.fromkeys(lines[:MAX_FOOTNOTES]))
