"""Why: what each policy said, worst finding first, each with its footnotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from scanner.export.account import (
    SHOWN,
    Json,
    Line,
    Mark,
    Notes,
    Part,
    Section,
    citations,
    counted,
    faint,
    line,
    listed,
    quote,
    term,
    warn,
)

WORST_FIRST = ("DENY", "REVIEW", "ALLOW")
_WEIGHTS = ("deny", "review")
_TALLY = (("fail", "failed"), ("unknown", "unanswered"), ("pass", "passed"), ("not-applicable", "not applicable"))
IN_FORCE = ("in-force", "in force")


def worst(decisions: Sequence[Json]) -> str | None:
    """The worst of the verdicts in capitals, None when no policy was asked."""
    return min((decision["verdict"].upper() for decision in decisions), key=WORST_FIRST.index, default=None)


def rules(decisions: Sequence[Json]) -> tuple[str, ...]:
    """The rules that the worst verdict comes from."""
    verdict = (worst(decisions) or "").lower()
    findings = (f for d in decisions for f in d["findings"] if f["waived_by"] is None and f["verdict"] == verdict)
    return tuple(dict.fromkeys(f["rule"] for f in findings))


def pardoned(decisions: Sequence[Json]) -> tuple[str, ...]:
    """The rules of which a finding that weighs was waived."""
    findings = (f for d in decisions for f in d["findings"] if f["waived_by"] and f["verdict"] in _WEIGHTS)
    return tuple(dict.fromkeys(f["rule"] for f in findings))


def sentence(decisions: Sequence[Json], facts: Json, notes: Notes) -> Line:
    """Why it is so, in one sentence: the first of what weighs most, or that nothing does."""
    verdict = (worst(decisions) or "").lower()
    found = [f for d in decisions for f in d["findings"] if f["verdict"] in _WEIGHTS]
    heavy = [f for f in found if f["waived_by"] is None and f["verdict"] == verdict]
    if heavy:
        first, others = heavy[0], len({f["rule"] for f in heavy}) - 1
        more = faint(f"; and {counted(others, 'more rule')}") if others else None
        return line(quote(first["message"]), notes.cite(*_sources(first, facts), *first["references"]), more)
    if not decisions:
        return line("no policy was asked: nothing was judged")
    names = listed(list(dict.fromkeys(d["policy"]["name"] for d in decisions)), len(decisions))
    if waived := [f for f in found if f["waived_by"]]:
        return line("what weighs against it under ", *names, f" is waived: {counted(len(waived), 'finding')}")
    return line("no rule of ", *names, " weighs against it")


def accused(decisions: Sequence[Json]) -> frozenset[tuple[str, str]]:
    """The steps, child and parent, on the ways to what the findings that weigh are about."""
    return _steps(found for d in decisions for found in d["findings"] if found["verdict"] in _WEIGHTS)


def decisive(decisions: Sequence[Json]) -> frozenset[tuple[str, str]]:
    """Those of them that lead to what the verdict itself comes from."""
    verdict = (worst(decisions) or "").lower()
    findings = (found for d in decisions for found in d["findings"] if found["verdict"] == verdict)
    return _steps(found for found in findings if found["waived_by"] is None)


def _steps(findings: Iterable[Json]) -> frozenset[tuple[str, str]]:
    return frozenset(step for found in findings for step in pairwise(found["path"]))


def why(decisions: Sequence[Json], facts: Json, notes: Notes) -> Section:
    if not decisions:
        return Section("Why", (line(warn("no policy was asked: nothing was judged")),))
    ordered = sorted(decisions, key=lambda decision: WORST_FIRST.index(decision["verdict"].upper()))
    told: set[tuple[str, str, str]] = set()
    return Section("Why", tuple(said for decision in ordered for said in _decision(decision, facts, notes, told)))


def _decision(decision: Json, facts: Json, notes: Notes, told: set[tuple[str, str, str]]) -> Iterable[Line]:
    """What one policy said; ``told`` is what another said already, which is not said again."""
    policy = decision["policy"]
    counts = Counter(decision["outcomes"].values())
    tally = ", ".join(f"{counts[outcome]} {words}" for outcome, words in _TALLY if counts[outcome])
    status = () if policy["status"] in IN_FORCE else (" (", term(policy["status"], Mark.WARN), ")")
    verdict = term(decision["verdict"].upper(), Mark.VERDICT)
    yield line(verdict, " under ", quote(policy["name"]), *status, faint(f"; rules: {tally}"))
    groups = list(_grouped(decision["findings"]))
    new = [alike for alike in groups if _said(alike) not in told]
    yield from (_findings(alike, facts, notes) for alike in new[:SHOWN])
    yield from _named(new[SHOWN:])
    again = [alike[0]["rule"] for alike in groups if _said(alike) in told]
    if again:
        yield line(faint("as above: "), *listed(again), item=True)
    told.update(_said(alike) for alike in new[:SHOWN])
    remarks = tuple(dict.fromkeys(found["rule"] for found in decision["findings"] if found["verdict"] == "note"))
    if remarks:
        yield line(faint("notes, which weigh nothing: "), *listed(remarks), item=True)
    for waiver in decision["waivers"]:
        if waiver["state"] != "applied":
            state = (" changes nothing: ", term(waiver["state"], Mark.WARN))
            yield line(warn("waiver"), " of ", quote(waiver["rule"]), *state, item=True)


def _named(groups: Iterable[Sequence[Json]]) -> Iterable[Line]:
    """The rules for whose words there was no room: each is named all the same, for the verdict may rest on it."""
    names: dict[tuple[bool, str], list[str]] = {}
    for alike in groups:
        names.setdefault((alike[0]["waived_by"] is not None, alike[0]["verdict"]), []).append(alike[0]["rule"])
    for (waived, verdict), rules in names.items():
        weight = warn("WAIVED") if waived else term(verdict.upper(), Mark.VERDICT)
        yield line(weight, " too: ", *listed(rules, len(rules)), item=True)


def _said(alike: Sequence[Json]) -> tuple[str, str, str]:
    return alike[0]["rule"], alike[0]["verdict"], alike[0]["message"]


def _grouped(findings: Iterable[Json]) -> Iterable[list[Json]]:
    """The findings that weigh, rule by rule, worst first, the waived ones last."""
    groups: dict[tuple[bool, int, str], list[Json]] = {}
    for found in findings:
        if found["verdict"] in _WEIGHTS:
            key = (found["waived_by"] is not None, _WEIGHTS.index(found["verdict"]), found["rule"])
            groups.setdefault(key, []).append(found)
    return [groups[key] for key in sorted(groups, key=lambda key: key[:2])]


def _findings(alike: Sequence[Json], facts: Json, notes: Notes) -> Line:
    """The first of what one rule found, and what else it found so."""
    found = alike[0]
    waiver = found["waived_by"]
    weight: Iterable[Part] = (term(found["verdict"].upper(), Mark.VERDICT),)
    pardon: Iterable[Part] = ()
    if waiver:
        weight = (warn("WAIVED"), faint(" ("), term(found["verdict"], Mark.FAINT), faint(")"))
        pardon = ("; until ", term(waiver["expires"]), " by ", quote(waiver["approver"]), ", ", quote(waiver["ticket"]))
    standing = () if found["standing"] in IN_FORCE else (warn(" (rule "), quote(found["standing"]), warn(")"))
    sources = notes.cite(*_sources(found, facts), *found["references"])
    head = (*weight, " ", quote(found["rule"]), *standing, ": ", quote(found["message"]), sources, *pardon)
    return line(*head, *_also(found["subject"], alike[1:]), item=True)


def _also(subject: str, others: Sequence[Json]) -> Iterable[Part]:
    if others:
        named = [other for other in dict.fromkeys(found["subject"] for found in others) if other != subject]
        yield faint(f"; {counted(len(others), 'more finding')}" + (" on " if named else ""))
        yield from listed(named, 3)


def _sources(found: Json, facts: Json) -> Iterable[str | None]:
    """Where the fact is from, every step of the way to the model it is about, and who says what the rule asked for."""
    yield found["at"]
    steps = set(pairwise(found["path"]))
    for edge in facts["lineage"]["edges"]:
        if (edge["child"], edge["parent"]) in steps:
            yield edge["sources"][0]["at"]
    asked = [match["field"].rpartition(".")[2] for match in found["matches"]]
    for model in facts["lineage"]["models"]:
        if model["id"] == found["subject"]:
            yield from citations((*model["origin"]["footnotes"], *model["license"]["footnotes"]), *asked)
