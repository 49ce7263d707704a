"""A change in words. Values of strangers are shown on one line and cut; the document has them whole."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scanner.diff.changes import ABSENT, ORDER, Change, Path, field_of
from scanner.diff.fields import LABELS
from scanner.text import clean_line

LISTED = 8
"""Entries of a list that are named before the rest is counted."""
_LONGEST = 140
_DIGEST = re.compile(r"[0-9a-f]{40,64}")

_ENTRIES = {
    "facts.model.identity": "{kind}: {before} → {after} ({source})",
    "facts.model.license_history": "{declared} at {revision}",
    "facts.publisher.lists": "{id} ({relation}), from {from}: {source}",
    "facts.lineage.models.origin.lists": "{id} ({relation}), from {from}: {source}",
    "facts.license.claims": "{source} says {says}",
    "facts.lineage.models.license.claims": "{source} says {says}",
    "facts.license.limits": "{kind}: {says}",
    "facts.lineage.models": "{id} ({state})",
    "facts.lineage.edges": "{child} is a {relation} of {parent} ({basis})",
    "facts.lineage.unresolved": "{reference} of {child}: {reason}",
    "facts.lineage.contradictions": "{message}",
    "facts.lineage.hints": "{subject} looks like {family} by its {signal}",
    "facts.lineage.disputes": "{subject} and {against}: {verdict}",
    "facts.terms.duties": "{duty} ({license})",
    "facts.terms.conflicts": "{message}",
    "facts.files.weights": "{path} ({format}, {size} bytes, sha256 {sha256})",
    "facts.files.license_texts": "{path} ({license}, {status})",
    "facts.files.hub_issues": "{path}: {level}",
    "facts.gaps": "{what} of {subject}: {reason}",
    "facts.usage.references": "{at} ({how})",
    "facts.usage.drift": "{kind}: {before} → {after} (against {at})",
    "decisions.findings": "{verdict}, {rule}: {message}",
    "decisions.waivers": "{rule} ({ticket}, {approver}, until {expires}): {state}",
    "policies.rules": "{title} ({verdict} when {when})",
    "waivers.entries": "{rule} for {model} ({ticket}, {approver}, until {expires})",
}
"""How an entry that came or went is described, by its list."""
_WAIVED = "{approver} ({ticket}), until {expires}: {reason}"


def words(change: Change) -> str:
    """One line that says what is another."""
    if change.of_entry:
        came = change.before is ABSENT
        label = _label(change.field)
        core = f"{'new ' if came else ''}{label}{'' if came else ' gone'}: {_entry(change)}"
        return _joined(prefix(change.path[:-1]), core)
    label = "" if isinstance(change.path[-1], tuple) else _label(change.field)
    return _joined(prefix(change.path), label, _difference(change))


def prefix(path: Path) -> str:
    """The entries a path leads through, named."""
    named = []
    for place, step in enumerate(path):
        if isinstance(step, tuple):
            of = field_of(path[:place])
            name = ", ".join(shown(one) for one in step)
            named.append(name if of == "facts.lineage.models" else f"{_label(of)} {name}")
    return ", ".join(named)


def shown(value: Any) -> str:
    """A value as a reader compares it."""
    if value is ABSENT:
        return "not recorded"
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str):
        return value[:12] if _DIGEST.fullmatch(value) else _cut(clean_line(value, 2_000)) or "(empty)"
    if isinstance(value, Mapping):
        return f"({len(value)} fields)"
    if isinstance(value, Sequence):
        return listed(map(shown, value), len(value)) or "none"
    return clean_line(str(value))


def listed(texts: Iterable[str], count: int, most: int = LISTED) -> str:
    """The first texts with commas between, and how many more there are."""
    some = [text for _, text in zip(range(most), texts, strict=False)]
    return ", ".join(some) + (f" and {count - len(some):,} more" if count > len(some) else "")


def _difference(change: Change) -> str:
    before, after = change.before, change.after
    if change.path[-1] == ORDER:
        return "the same entries in another order"
    if change.path[-1] == "waived_by":
        return " → ".join(_filled(_WAIVED, one) if isinstance(one, dict) else "nobody" for one in (before, after))
    if isinstance(before, list) and isinstance(after, list) and not _plain([*before, *after]):
        return f"another list ({len(before):,} → {len(after):,} entries)"
    if isinstance(before, list) and isinstance(after, list):
        return _of_lists(before, after)
    one, other = _told_apart(before, after)
    return f"{one} → {other}"


def _told_apart(before: Any, after: Any) -> tuple[str, str]:
    """Both values; where they differ only beyond what is shown, from there on."""
    one, other = shown(before), shown(after)
    if one != other:
        return one, other
    if isinstance(before, str) and isinstance(after, str):
        start = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
        start = min(len(before), len(after)) if start is None else start
        one, other = (f"…{clean_line(text[max(start - 20, 0) : start + 60], 100)}" for text in (before, after))
    return (one, other) if one != other else (f"{one} ({len(str(before)):,})", f"another ({len(str(after)):,})")


def _of_lists(before: list[Any], after: list[Any]) -> str:
    came, gone = ([one for one in a if one not in b] for a, b in ((after, before), (before, after)))
    told = [f"{word} {listed(map(shown, some), len(some))}" for word, some in (("new", came), ("gone", gone)) if some]
    return "; ".join(told) or f"the same entries in another order or number ({len(before):,} → {len(after):,})"


def _plain(values: Iterable[Any]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


def _entry(change: Change) -> str:
    entry = change.after if change.before is ABSENT else change.before
    template = _ENTRIES.get(change.field)
    name = change.path[-1]
    if template and isinstance(entry, dict):
        return _filled(template, entry)
    if change.field in _WHOLE and isinstance(entry, dict):
        return f"{shown(name[0])}{_WHOLE[change.field](entry)}"
    said = ", ".join(shown(one) for one in name)
    return said if isinstance(entry, dict | list) or entry is None else f"{said}: {shown(entry)}"


def _decided(decision: Mapping[str, Any]) -> str:
    """The verdict with the rules behind it: no other line tells of them."""
    findings = [one for one in _listed(decision.get("findings")) if one.get("verdict") != "note"]
    weighing, waived = (
        [*dict.fromkeys(shown(one.get("rule")) for one in findings if (one.get("waived_by") is None) is weighs)]
        for weighs in (True, False)
    )
    because = f", because of {listed(weighing, len(weighing))}" if weighing else ""
    pardoned = f", by a waiver of {listed(waived, len(waived))}" if waived else ""
    return f": {shown(decision.get('verdict'))}{because}{pardoned}"


def _set(policy: Mapping[str, Any]) -> str:
    settings = policy.get("settings")
    told = [f"{name} = {shown(value)}" for name, value in settings.items()] if isinstance(settings, dict) else []
    return f" with {', '.join(told)}" if told else ""


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


_WHOLE = {"decisions": _decided, "policies": _set}
"""What is said behind the name of an entry that came or went whole."""


def _filled(template: str, entry: Mapping[str, Any]) -> str:
    told: Mapping[str, str] = defaultdict(lambda: "unknown", {key: shown(value) for key, value in entry.items()})
    return template.format_map(told)


def _label(field: str) -> str:
    """What a field is called; one that has no words, by its path."""
    of, _, key = field.rpartition(".")
    return LABELS.get(field) or (key if of == "policies.rules" else field)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _joined(*parts: str) -> str:
    return ": ".join(part for part in parts if part)
