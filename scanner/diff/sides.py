"""The two scans that are compared, each as one JSON document, so that nothing of either stands outside the comparison.

What says the same thing twice is said once: a locator names the commit of its model, a decision the day of its facts.
Such a copy is left out where it agrees with its original on both sides; where it does not, it is compared.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.errors import PolicyError
from scanner.policy import Policy, Waivers, read_waivers, rule_document, stored_policy
from scanner.policy.stored import source_parts
from scanner.policy.waivers import KEYS as WAIVER_KEYS

Json = dict[str, Any]

COMMIT = "@(its commit)"
_COPIES = (
    (("facts", "lineage", "models", 0, "license"), ("facts", "license")),
    (("facts", "lineage", "models", 0, "origin"), ("facts", "publisher")),
    (("facts", "lineage", "models", 0, "revision"), ("facts", "model", "revision")),
    (("facts", "lineage", "models", 0, "hub_id"), ("facts", "model", "hub_id")),
    (("facts", "lineage", "models", 0, "created_at"), ("facts", "model", "created_at")),
    (("facts", "lineage", "models", 0, "model_type"), ("facts", "model", "model_type")),
    (("facts", "access", "gated"), ("facts", "model", "gated")),
)
"""What stands in a facts document a second time, and where it stands first."""
_OF_DECISION = (
    ("as_of", ("facts", "as_of")),
    ("model", ("facts", "model", "id")),
    ("revision", ("facts", "model", "revision")),
    ("waivers_digest", ("waivers", "digest")),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One scan: what ``store.ScanRecord`` holds of it, as plain values.

    ``number`` is None where it is not recorded; ``policies`` are the sources of the policies by name, ``waivers`` the
    text of the file of waivers.
    """

    number: int | None
    at: str
    requested: str
    facts: Mapping[str, Any]
    decisions: Sequence[Mapping[str, Any]]
    policies: Mapping[str, str]
    waivers: str | None
    registry: str
    tool: str


def documents(before: Side, after: Side) -> tuple[Json, Json]:
    """Both scans as documents that can be compared field by field.

    Raises:
        KeyError, TypeError, ValueError: one is no facts document with its decisions.
    """
    pair = _document(before, after), _document(after, before)
    copies = list(_COPIES)
    for name in {*pair[0]["decisions"]} & {*pair[1]["decisions"]}:
        copies += [(("decisions", name, key), original) for key, original in _OF_DECISION]
        copies.append((("decisions", name, "policy", "digest"), ("policies", name, "digest")))
    agreed = [copy for copy, original in copies if all(_agree(one, copy, original) for one in pair)]
    for one in pair:
        for copy in agreed:
            del _at(one, copy[:-1])[copy[-1]]
    return pair


def _document(side: Side, other: Side) -> Json:
    facts = _with_commits_named(_plain(side.facts), side.facts)
    named = [one["policy"]["name"] for one in side.decisions]
    if len(set(named)) < len(named):
        raise ValueError("two decisions of one policy: no scan has them")
    decisions = {one["policy"]["name"]: _with_commits_named(_plain(one), side.facts) for one in side.decisions}
    for one in decisions.values():
        _leave_days_of_comments(one)
    return {
        "requested": side.requested,
        "tool_version": side.tool,
        "registry": side.registry,
        "facts": facts,
        "decisions": decisions,
        "policies": {
            name: _policy(source, whole=other.policies.get(name) != source) for name, source in side.policies.items()
        },
        "waivers": _waivers(side.waivers, whole=other.waivers != side.waivers),
    }


def _leave_days_of_comments(decision: Json) -> None:
    """A comment that waives without an end is recorded as one that ends on the day it is read: that is no change."""
    waived = (finding.get("waived_by") for finding in decision.get("findings", ()))
    for one in (*waived, *decision.get("waivers", ())):
        if one and one.get("by") == "inline" and one.get("expires") == decision.get("as_of"):
            del one["expires"]


def _policy(source: str, *, whole: bool) -> Json:
    """A policy by rule; of the same text on both sides its digest says it all."""
    said: Json = {"digest": hashlib.sha256(source.encode()).hexdigest()}
    if not whole:
        return said
    try:
        texts, settings = source_parts(source)
    except PolicyError as error:
        return {**said, "unread": error.message}
    said |= {"texts": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}}
    try:
        return {**said, **_rules(stored_policy(source))}
    except PolicyError as error:
        return {**said, "settings": settings, "unread": error.message}


def _rules(policy: Policy) -> Json:
    return {
        "title": policy.title,
        "description": policy.description,
        "status": policy.status.value,
        "parameters": {name: _listed(value) for name, value in policy.parameters.items()},
        "settings": {name: _listed(value) for name, value in policy.overrides.items()},
        "disabled": dict(policy.disabled),
        "rules": {rule.id: rule_document(rule) for rule in policy.rules},
    }


def _waivers(text: str | None, *, whole: bool) -> Json:
    if text is None:
        return {"digest": None, "entries": []}
    said: Json = {"digest": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()}
    if not whole:
        return {**said, "entries": []}
    try:
        return {**said, "entries": _entries(read_waivers(text))}
    except PolicyError as error:
        return {**said, "entries": [], "unread": error.message}


def _entries(waivers: Waivers) -> list[Json]:
    return [{key: _listed(getattr(one, key)) for key in WAIVER_KEYS} for one in waivers.entries]


def _listed(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if value is None or isinstance(value, bool | int) else str(value)


def _plain(value: Any) -> Any:
    """A copy in plain containers, as a document is when it has been read back."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _with_commits_named(document: Json, facts: Mapping[str, Any]) -> Json:
    """``document`` with ``id@commit`` written as ``id@(its commit)`` where it is the commit that was read of the model.

    Else a new commit would be told once for each place that something was read from.
    """
    models = _at(facts, ("lineage", "models"))
    read = [facts["model"], *(models if isinstance(models, list | tuple) else ())]
    named = {
        f"{one.get('id')}@{one['revision']}": f"{one.get('id')}{COMMIT}"
        for one in read
        if isinstance(one, Mapping) and one.get("revision")
    }
    if not named:
        return document
    pattern = re.compile("|".join(map(re.escape, sorted(named, key=len, reverse=True))))

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda found: named[found[0]], value) if "@" in value else value
        if isinstance(value, dict):
            return {key: renamed(item) for key, item in value.items()}
        return [renamed(item) for item in value] if isinstance(value, list) else value

    result: Json = renamed(document)
    return result


_NOWHERE = object()


def _agree(document: Json, copy: Sequence[str | int], original: Sequence[str | int]) -> bool:
    there = _at(document, copy)
    return there is not _NOWHERE and there == _at(document, original)


def _at(document: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return _NOWHERE
    return document
