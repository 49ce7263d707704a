"""What no bill of materials has a field for, as names and values: origin with its sources, verdict, lineage, gaps.

Both formats carry the same: CycloneDX as properties, SPDX as its extension for properties of CycloneDX. Every name
begins with ``modelorigin:``. A name may stand several times. What is not known has the value ``unknown``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanner.export.bom.contents import Contents, Subject
from scanner.export.sections import caveat
from scanner.export.settings import setting
from scanner.export.why import IN_FORCE
from scanner.references.reference import locus

Json = Mapping[str, Any]
Property = tuple[str, str]

UNKNOWN = "unknown"
_MODEL = ("depth", "hub_id", "created_at", "last_modified", "gated", "library", "parameters")
_FILES = ("count", "bytes", "digest", "pickle", "remote_code", "hub_scan_done")
_ROLES = ("organisation", "headquarters", "incorporation", "parent", "parent_country", "control")
_ASIDE = ("kind", "legal_entity", "state_ownership")
_LICENSE = ("status", "commercial_use", "user_threshold", "revenue_threshold", "field_of_use", "share_alike")
_HOW = {"waiver": "waived", "inline": "accepted in the line", "baseline": "older than the baseline"}


def of_subject(subject: Subject) -> Iterator[Property]:
    """The verdict, by whom and when; what was read, and what was not."""
    facts, model = subject.facts, subject.facts["model"]
    yield "verdict", subject.verdict
    for decision in subject.decisions:
        policy = decision["policy"]
        about = f"policy:{policy['name']}"
        yield f"{about}:verdict", decision["verdict"]
        yield from _policy(policy, subject.settings.get(policy["name"], {}))
        # Two policies may have a rule of one name, and one of them a waiver of it.
        for finding in decision["findings"]:
            standing = "" if finding["standing"] in IN_FORCE else f" (rule {finding['standing']})"
            weight = f"{finding['verdict']}{standing}{_accepted(finding['waived_by'])}"
            yield f"{about}:finding:{finding['rule']}", f"{weight}: {finding['message']}"
    yield from _some(("scan:number", subject.number), ("scan:at", subject.at), ("as-of", facts["as_of"]))
    yield "read-from", model["hub_description"]
    if told := caveat(facts):
        yield "caveat", told
    yield from _some(*((name.replace("_", "-"), model[name]) for name in _MODEL))
    if facts["publisher"] != subject.nodes[0]["origin"]:
        # The origin of a re-host or conversion is that of its maker.
        yield from _origin(facts["publisher"], "publisher")
    held = facts["files"]
    yield from ((f"files:{name.replace('_', '-')}", text(held[name])) for name in _FILES)
    for issue in held["hub_issues"] or ():
        yield "files:hub-issue", f"{issue['level']}: {issue['path']}"
    for signal in model["identity"] or ():
        yield "identity", f"{signal['kind']}: {signal['subject']} ({signal['source']})"
    lineage = facts["lineage"]
    yield "lineage:complete", text(lineage["complete"])
    yield from (("lineage:root", root) for root in lineage["roots"])
    yield from (("lineage:teacher", teacher) for teacher in lineage["teachers"])
    yield from (("lineage:unresolved", one) for one in unresolved(lineage["unresolved"]))
    yield from (("lineage:contradiction", f"{c['kind']}: {c['message']}") for c in lineage["contradictions"])
    yield from (("license:duty", duty) for duty in facts["license"]["duties"])
    yield from _terms(facts.get("terms"))
    yield from (("gap", f"{gap['subject']}: {gap['what']}: {gap['reason']}") for gap in facts["gaps"])


def _terms(terms: Json | None) -> Iterator[Property]:
    """What the licences of all that is in the model add up to; nothing of scans from before that was a fact."""
    if terms is None:
        return
    yield "terms:complete", text(terms["complete"])
    yield "terms:commercial-use", text(terms["commercial_use"])
    for one in terms["conflicts"]:
        if one["conflict"] is not False:
            sure = "" if one["conflict"] else "unknown: "
            yield "terms:conflict", f"{sure}{one['child']} out of {one['parent']}: {one['message']}"


def _policy(policy: Json, settings: Json) -> Iterator[Property]:
    about = f"policy:{policy['name']}"
    yield f"{about}:sha256", policy["digest"]
    yield f"{about}:status", policy["status"]
    for name, value in settings.items():
        yield f"{about}:set", setting({"parameter": name, "value": value}, default=False)


def of_node(node: Json) -> Iterator[Property]:
    """What is known of one model of a lineage, the judged one among them."""
    if node["state"] != "read":
        yield "state", node["state"]
    yield from _some(("maker", node["maker"] or UNKNOWN), ("established", node["established"]))
    if node["root"]:
        yield "root", "true"
    yield from (("renamed-from", name) for name in node["renamed_from"])
    yield from _license(node["license"])
    yield from _origin(node["origin"])


def of_edge(edge: Json) -> Iterator[Property]:
    """How a child came out of this model."""
    yield "child", edge["child"]
    yield from ((name, edge[name]) for name in ("relation", "role", "basis"))
    yield from (("source", f"{one['at']} ({one['basis']})") for one in edge["sources"])


def of_contents(contents: Contents) -> Iterator[Property]:
    """What holds for the whole bill: what it lacks, and on what a code base was judged."""
    yield from (("not-judged", f"{one.requested}: {one.reason}") for one in contents.missed)
    codebase = contents.codebase
    if codebase is None:
        return
    yield "verdict", codebase["verdict"]
    yield "complete", text(codebase["complete"])
    told = (("as-of", "as_of"), ("read-from", "hub"), ("only-what-is-new-since", "compared_with"))
    yield from _some(*((name, codebase[key]) for name, key in told))
    for policy in codebase["policies"]:
        yield from _policy(policy, {one["parameter"]: one["value"] for one in policy["settings"]})
    for one in codebase["findings"]:
        # Of a model, the rest stands with it.
        if one["suppressed"] or one["model"] is None:
            about = f"policy:{one['policy']}:finding" if one["policy"] else "finding"
            said = f"{one['verdict']}{_accepted(one['suppressed'])}: {one['message']}"
            yield f"{about}:{one['rule']}", f"{_place(one)}: {said}"
    for one in codebase["references"]:
        if one["kind"] in ("unresolved", "local", "dataset"):
            flags = f" ({', '.join(one['flags'])})" if one["flags"] else ""
            yield f"{one['kind']}-reference", f"{locus(one['path'], one['line'], one['cell'])}: {one['text']}{flags}"
    coverage = codebase["coverage"]
    for name, left in (("not-read", "unread"), ("partly-read", "partly")):
        yield from ((f"file-{name}", f"{one['path']}: {one['reason']}") for one in coverage[left])
    yield from (("passed-over", f"{one['reason']}: {one['files']}") for one in coverage["passed_over"])


def _place(finding: Json) -> str:
    places = finding["places"][:1]
    return locus(finding["path"], places[0]["line"], places[0]["cell"]) if places else str(finding["path"])


def unresolved(listed: Iterable[Json]) -> Iterator[str]:
    """What was named as a base and could not be followed, each as a text."""
    return (f"{one['child']}: {one['reference']} ({one['reason']}, {one['basis']})" for one in listed)


def relation(edge: Json) -> str:
    """An edge in words."""
    return f"{edge['child']} out of {edge['parent']}: {edge['relation']} ({edge['role']}, {edge['basis']})"


def named(properties: Iterable[Property]) -> list[Property]:
    """The properties under our prefix, each once."""
    return list(dict.fromkeys((f"modelorigin:{name}", value) for name, value in properties))


def text(value: object) -> str:
    """A value as a text."""
    if value is None:
        return UNKNOWN
    return str(value).lower() if isinstance(value, bool) else str(value)


def _some(*properties: tuple[str, object]) -> Iterator[Property]:
    return ((name, text(value)) for name, value in properties if value is not None)


def _accepted(waiver: Json | None) -> str:
    if not waiver:
        return ""
    words = (("by ", "approver"), ("ticket ", "ticket"), ("until ", "expires"), ("because ", "reason"))
    terms = ", ".join(f"{before}{waiver[key]}" for before, key in words if waiver[key])
    how = _HOW[waiver.get("by", "waiver")]
    return f" ({how} {terms})" if terms else f" ({how})"


def _license(license: Json) -> Iterator[Property]:
    yield from ((f"license:{name.replace('_', '-')}", text(license[name])) for name in _LICENSE)
    yield from _some(("license:concluded", license["concluded"]), ("license:basis", license["basis"]))
    yield from (("license:declared", one) for one in license["declared"] or ())
    if license["declared"] is not None and not license["declared"]:
        yield "license:declared", "none"
    yield from (("license:excludes", place) for place in license["territory_excluded"] or ())


def _origin(origin: Json, of: str = "origin") -> Iterator[Property]:
    yield from ((f"{of}:{name.replace('_', '-')}", text(origin[name])) for name in _ROLES)
    yield from _some(*((f"{of}:{name.replace('_', '-')}", origin[name]) for name in _ASIDE))
    if origin["conduit"]:
        yield f"{of}:conduit", "true"
    yield f"{of}:confidence", text(origin["confidence"])
    for note in origin["footnotes"]:
        seen = f"seen {note['seen']}" if note["seen"] else "undated"
        yield f"{of}:{note['fact'].replace('_', '-')}:source", f"{note['source']} ({seen}, {note['confidence']})"
    for entry in origin["lists"] or ():
        since = f"from {entry['from']}" if entry["from"] else "undated"
        yield f"{of}:list", f"{entry['id']} ({entry['relation']}, {since}): {entry['source']}"
    if not origin["lists"]:
        yield f"{of}:list", UNKNOWN if origin["lists"] is None else "none"
