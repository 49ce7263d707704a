"""A policy in plain English, one block of lines a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.policy.conditions import AnyOf, Condition, Leaf, Not
from scanner.policy.fields import Foreach
from scanner.policy.language import Status, Verdict
from scanner.policy.message import shown
from scanner.policy.operators import OPERATORS
from scanner.policy.rule import Policy, Rule

_ITEMS = {
    "lineage.models": "a model of the lineage",
    "lineage.any": "a model of the lineage",
    "lineage.publisher": "the model itself",
    "lineage.ancestors": "a model its weights went through",
    "lineage.roots": "a model its weights begin with",
    "lineage.teachers": "a model it learned from",
    "lineage.components": "a part beside the weights",
}


def explain(policy: Policy) -> list[str]:
    """The lines of a policy: what it is, its parameters, then every rule."""
    lines = [f"{policy.name}: {policy.title}"]
    if policy.status is not Status.IN_FORCE:
        lines.append(f"  {policy.status.value}: it weighs only when it is asked for by name")
    lines += [f"  {line}" for line in policy.description.splitlines()]
    if policy.extends:
        lines.append(f"  extends {', '.join(policy.extends)}")
    lines += [f"  {name} = {shown(value)}" for name, value in policy.parameters.items()]
    for rule in policy.rules:
        lines += ["", *explain_rule(rule)]
    if policy.disabled:
        lines += ["", "switched off"]
        lines += [f"  {id}: {shown(reason)}" for id, reason in policy.disabled.items()]
    return lines


def explain_rule(rule: Rule) -> list[str]:
    """The lines of one rule."""
    lines = [f"{rule.id}: {rule.title}", f"  {_word(rule.verdict)} when {_subject(rule.over)}{_in_words(rule.when)}"]
    if rule.where is not None:
        lines.append(f"  asked only where {_in_words(rule.where)}")
    lines.append(f"  {_word(rule.unknown)} when that could not be determined")
    lines += [f"  {remark}" for remark in _remarks(rule)]
    lines += [f"  see {reference}" for reference in rule.references]
    return lines


def rule_document(rule: Rule) -> dict[str, Any]:
    """A rule as JSON values, whole, so that two can be compared part by part: conditions as they would be written."""
    return {
        "title": rule.title,
        "pack": rule.pack,
        "foreach": list(rule.over.names) if rule.over else None,
        "where": _whole(rule.where) if rule.where else None,
        "when": _whole(rule.when),
        "verdict": _word(rule.verdict).lower(),
        "unknown": _word(rule.unknown).lower(),
        "message": "".join(part if isinstance(part, str) else f"{{{part.name}}}" for part in rule.message.parts),
        "references": list(rule.references),
        "waivable": rule.waivable,
        "status": rule.status.value,
        "from": rule.window.start.isoformat() if rule.window.start else None,
        "until": rule.window.until.isoformat() if rule.window.until else None,
    }


def _whole(condition: Condition) -> str:
    """A condition with every value it compares with."""
    if isinstance(condition, Leaf):
        wanted = condition.wanted
        values = f"[{', '.join(map(str, wanted))}]" if isinstance(wanted, tuple) else str(wanted)
        return f"{condition.field.name} {condition.operator} {values}"
    if isinstance(condition, Not):
        return f"not ({_whole(condition.part)})"
    joint = "any" if isinstance(condition, AnyOf) else "all"
    return f"{joint} ({'; '.join(map(_whole, condition.parts))})"


def _remarks(rule: Rule) -> Iterator[str]:
    if not rule.waivable:
        yield "may not be waived"
    if rule.status is not Status.IN_FORCE:
        yield f"{rule.status.value}: gives notes only"
    if rule.window.start:
        yield f"from {rule.window.start}; notes only before"
    if rule.window.until:
        yield f"until {rule.window.until}"


def _word(verdict: Verdict) -> str:
    return "NOTE" if verdict is Verdict.ALLOW else verdict.name


def _subject(over: Foreach | None) -> str:
    if over is None:
        return ""
    return f"for {' or '.join(_ITEMS.get(name, f'an entry of {name}') for name in over.names)}, "


def _in_words(condition: Condition, *, inside: bool = False) -> str:
    if isinstance(condition, Leaf):
        if condition.operator == "exists":
            return f"{condition.field.name} is {'known' if condition.wanted else 'not known'}"
        return f"{condition.field.name} {OPERATORS[condition.operator].words.format(shown(condition.wanted))}"
    if isinstance(condition, Not):
        return f"not ({_in_words(condition.part)})"
    joint = " or " if isinstance(condition, AnyOf) else " and "
    text = joint.join(_in_words(part, inside=True) for part in condition.parts)
    return f"({text})" if inside and len(condition.parts) > 1 else text
