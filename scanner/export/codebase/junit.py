"""JUnit's XML: a case for each place; denied or under review fails, accepted is skipped, not judged is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from scanner.export.codebase.reading import (
    Codebase,
    Json,
    answer,
    line_of,
    next_step,
    read,
    spots,
    unread,
    verdict,
    way,
    where,
)
from scanner.export.codebase.tree import place_of
from scanner.export.settings import setting
from scanner.text import REPLACEMENT

# https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = ("failure", "error", "skipped")


@dataclass(frozen=True, slots=True)
class _Case:
    """``tag`` is what the case holds, empty when it passed."""

    path: str
    line: int
    name: str
    tag: str = ""
    type: str = ""
    text: str = ""
    more: str = ""


def as_junit(document: Json) -> str:
    """One suite. Where nothing is judged to be well there is no case that passed."""
    base = read(document, from_start=True)
    cases = list(_cases(base))
    suite = Element("testsuite", name="modelorigin", timestamp=base.document["at"].rstrip("Z"), time="0")
    numbers = {tag: sum(case.tag == tag for case in cases) for tag in _TAGS}
    counts = {"tests": len(cases), "failures": numbers["failure"], "errors": numbers["error"]}
    for name, number in (*counts.items(), ("skipped", numbers["skipped"])):
        suite.set(name, str(number))
    properties = SubElement(suite, "properties")
    told = {"verdict": ", ".join((verdict(base), *base.caveats)), "answer": answer(base), "next": next_step(base)}
    if base.document["compared_with"] is not None:
        told["only_what_is_new_since"] = base.document["compared_with"]
    for policy in base.document["policies"]:
        judging = "; ".join((policy["name"], *map(setting, policy["settings"])))
        SubElement(properties, "property", name="policy", value=_xml(judging))
    for name, value in (*told.items(), ("root", base.document["root"]), ("as_of", base.document["as_of"])):
        SubElement(properties, "property", name=name, value=_xml(value))
    for case in cases:
        _draw(suite, base, case)
    all_suites = Element("testsuites", {name: suite.attrib[name] for name in ("name", *counts, "skipped")})
    all_suites.append(suite)
    indent(all_suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(all_suites, encoding="unicode")


def _cases(base: Codebase) -> Iterator[_Case]:
    found = set()
    for spot in spots((*base.open, *base.accepted)):
        finding = spot.finding
        found.add(place_of(finding["path"], spot.place))
        name = f"{finding['rule']} {finding['model'] or ''}".strip() + f" at {where(spot.place)}"
        tag, text = "failure" if finding["verdict"] != "note" else "", finding["message"]
        if by := finding["suppressed"]:
            tag, text = "skipped", "; ".join(filter(None, (by["by"], by["reason"], by["ticket"], by["expires"])))
        more = "\n".join(
            filter(None, (f"{finding['verdict']}: {finding['title']}", way(finding), *finding["footnotes"]))
        )
        yield _Case(finding["path"], line_of(spot.place), name, tag, finding["rule"], text, more)
    for reference in base.references("model"):
        if reference["verdict"] == "allow" and place_of(reference["path"], reference) not in found:
            name = f"{reference['model']} at {where(reference)}"
            yield _Case(reference["path"], line_of(reference), name)
    for error in base.untold:
        for place in error["places"] or [{"path": "", "line": 1}]:
            hint = error["hint"]
            yield _Case(
                place["path"], place["line"], error["requested"], "error", error["kind"], error["message"], hint
            )
    for how, left in unread(base):
        yield _Case(left["path"], 1, "file read", "error", how, left["reason"])
    if not base.document["complete"] and not base.errors and not unread(base):
        yield _Case("", 1, "everything judged", "error", "incomplete", answer(base))


def _draw(suite: Element, base: Codebase, case: _Case) -> None:
    path = _xml(case.path or base.document["root"])
    at = {"classname": path, "name": _xml(case.name), "file": path, "line": str(case.line), "time": "0"}
    drawn = SubElement(suite, "testcase", at)
    if case.tag:
        held = SubElement(drawn, case.tag, type=_xml(case.type), message=_xml(case.text))
        held.text = _xml(case.more) or None
    elif case.text:
        SubElement(drawn, "system-out").text = _xml(f"{case.text}\n{case.more}")


def _xml(text: str) -> str:
    """``text`` with the characters that XML has."""
    return _NO_XML.sub(REPLACEMENT, text)
