"""SARIF 2.1.0, as code scanning platforms read it: a result for each place, suppressed where it is accepted.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from scanner.export.codebase.reading import (
    Codebase,
    Json,
    Spot,
    answer,
    drift,
    read,
    spots,
    told,
    verdict,
    where,
    why_not,
)
from scanner.export.codebase.sarif_rules import LEVELS, rule, sentence, unlinked
from scanner.export.codebase.tree import Place, place_of
from scanner.export.quoting import json_text

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "SRCROOT"
MOST = 25_000
"""Results of one run that the platform takes: https://docs.github.com/code-security (SARIF support, limits)."""
_NOT_JUDGED, _UNREAD, _CUT = "not-judged", "not-read", "results-left-out"
_BY = {"waiver": "waived", "inline": "accepted in the line", "baseline": "older than the baseline"}
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?")


def as_sarif(document: Json) -> str:
    """One run. Columns count characters; lines of a notebook are of a cell, so its results stand at its first line."""
    base = read(document, from_start=True)
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(base)]}, indent=2)


def _run(base: Codebase) -> dict[str, Any]:
    found = list(spots((*base.open, *base.accepted)))
    rules: dict[str, list[Json]] = {}
    for spot in found[:MOST]:
        rules.setdefault(spot.finding["rule"], []).append(spot.finding)
    indices = {id: index for index, id in enumerate(rules)}
    lengths = {
        place_of(r["path"], r): len(r["text"])
        for r in base.document["references"]
        if r["text"] and r["kind"] != "weights"
    }
    return {
        "tool": {"driver": _driver(base, rules)},
        "automationDetails": {"id": _category(base)},
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder the scan was started in."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(base, len(found) - MOST)],
        "properties": {
            "verdict": verdict(base),
            "caveats": base.caveats,
            "answer": answer(base),
            "asOf": base.document["as_of"],
            "hub": base.document["hub"],
            "comparedWith": base.document["compared_with"],
            "policies": base.document["policies"],
        },
        "results": [_result(spot, indices[spot.finding["rule"]], lengths) for spot in found[:MOST]],
    }


def _driver(base: Codebase, rules: dict[str, list[Json]]) -> dict[str, Any]:
    tool = base.document["tool"]
    driver: dict[str, Any] = {"name": tool["name"], "version": tool["version"]}
    if _VERSION.fullmatch(tool["version"]):
        driver["semanticVersion"] = tool["version"]
    return {**driver, "rules": [rule(id, found) for id, found in rules.items()]}


def _category(base: Codebase) -> str:
    """What tells the runs on one code base from those on another in the same repository."""
    return f"modelorigin/{quote(base.start, safe='/')}"


def _result(spot: Spot, index: int, lengths: Mapping[Place, int]) -> dict[str, Any]:
    finding = spot.finding
    said = " By way of ".join(map(sentence, told(finding)))
    drifted = "".join(f" {name or 'it'} was {old}, is {new}." for name, old, new in drift(finding))
    cell = f" In {where(spot.place)}." if spot.place["cell"] else ""
    result: dict[str, Any] = {
        "ruleId": finding["rule"],
        "ruleIndex": index,
        "level": LEVELS.get(finding["verdict"], "error"),
        "message": {"text": unlinked(f"{said}{drifted}{cell}")},
        "locations": [{"physicalLocation": _physical(finding["path"], _region(spot, lengths))}],
        "partialFingerprints": {"modelorigin/v1": spot.fingerprint},
        "properties": {key: finding[key] for key in ("policy", "verdict", "model", "subject", "chain", "footnotes")},
    }
    if finding["suppressed"]:
        result["suppressions"] = [_suppression(finding["suppressed"])]
    return result


def _region(spot: Spot, lengths: Mapping[Place, int]) -> dict[str, int]:
    place = spot.place
    if place["cell"]:
        return {"startLine": 1}
    region = {"startLine": place["line"], "startColumn": place["column"]}
    length = lengths.get(place_of(spot.finding["path"], place))
    return region | ({"endColumn": place["column"] + length} if length else {})


def _physical(path: str, region: dict[str, int] | None = None) -> dict[str, Any]:
    uri = quote(path.lstrip("/"), safe="/")
    artifact = {"artifactLocation": {"uri": uri, "uriBaseId": _BASE}}
    return {**artifact, "region": region} if region else artifact


def _suppression(by: Json) -> dict[str, Any]:
    words = (("", "reason"), ("owner ", "owner"), ("approved by ", "approver"), ("ticket ", "ticket"))
    terms = [f"{before}{by[key]}" for before, key in (*words, ("until ", "expires"), ("written in ", "at")) if by[key]]
    kind = "inSource" if by["by"] == "inline" else "external"
    said = "; ".join((_BY.get(by["by"], "accepted"), *terms))
    return {"kind": kind, "status": "accepted", "justification": said}


def _invocation(base: Codebase, left: int) -> dict[str, Any]:
    notices = [*_not_judged(base), *_unread(base)]
    if left > 0:
        notices.append(_notification(_CUT, "warning", f"{left} results were left out; the JSON report has all.", ()))
    return {
        "executionSuccessful": base.document["complete"],
        "endTimeUtc": base.document["at"],
        "toolExecutionNotifications": notices,
    }


def _not_judged(base: Codebase) -> Iterator[dict[str, Any]]:
    for error in base.errors:
        text = why_not(error) + (f" ({error['hint']})" if error["hint"] else "")
        at = [_physical(place["path"], {"startLine": place["line"]}) for place in error["places"]]
        yield _notification(_NOT_JUDGED, "error", text, at)


def _unread(base: Codebase) -> Iterator[dict[str, Any]]:
    for how in ("unread", "partly"):
        for left in base.coverage[how]:
            level = "warning" if how == "unread" else "note"
            yield _notification(_UNREAD, level, left["reason"], [_physical(left["path"])])


def _notification(id: str, level: str, text: str, at: Iterable[dict[str, Any]]) -> dict[str, Any]:
    notice = {"descriptor": {"id": id}, "level": level, "message": {"text": unlinked(sentence(text))}}
    places = [{"physicalLocation": each} for each in at]
    return {**notice, "locations": places} if places else notice
