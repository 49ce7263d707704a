"""The head of the page: the verdict as a word and as a sentence, why, and what to do now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.export import sections
from scanner.export.account import Json, Notes, counted, short
from scanner.export.onepage.said import Said
from scanner.export.page import Content, Markup, quoted, tag
from scanner.export.report import ScanView
from scanner.export.settings import under
from scanner.export.why import pardoned, sentence, worst

MEANS = {
    "DENY": "Do not use this model.",
    "REVIEW": "Not cleared: somebody has to decide.",
    "ALLOW": "May be used as stated below.",
    None: "Not judged: no policy was asked.",
}
_BY_EXCEPTION = "May be used only because an exception was made."


def band(view: ScanView, facts: Json, decisions: Sequence[Json], notes: Notes, said: Said, rank: int) -> Markup:
    """The band at the top, with the heading that names the model."""
    verdict = worst(decisions)
    means = _BY_EXCEPTION if verdict == "ALLOW" and pardoned(decisions) else MEANS[verdict]
    warned = [text for text in (sections.caveat(facts), _day(view, facts)) if text]
    if any(gap["transient"] for gap in facts["gaps"]):
        warned.append("INCOMPLETE")
    if view.number is None:
        warned.append("NOT RECORDED")
    return tag(
        "header",
        tag("p", tag("span", verdict or "NOT JUDGED", class_="word"), " ", tag("span", means, class_="means")),
        tag(f"h{rank}", quoted(facts["model"]["id"])),
        tag("p", said.words(sentence(decisions, facts, notes)), class_="because"),
        tag("p", tag("strong", "; ".join(warned)), class_="warn") if warned else None,
        tag("p", _which(view, facts, decisions), class_="faint"),
        class_=f"verdict {(verdict or 'none').lower()}",
    )


def _day(view: ScanView, facts: Json) -> str | None:
    return None if facts["as_of"] == view.at[:10] else f"JUDGED AS OF {facts['as_of']}"


def _which(view: ScanView, facts: Json, decisions: Sequence[Json]) -> Content:
    model = facts["model"]
    commit = f"commit {short(model['revision'])}" if model["revision"] else "no commit known"
    number = f"scan {view.number}, " if view.number is not None else ""
    policies = [_judging(decision["policy"]["name"], view) for decision in decisions]
    return quoted(f"{number}{view.at[:10]}; {commit}; policy {', '.join(policies) or 'none'}")


def _judging(policy: str, view: ScanView) -> str:
    """The policy with what was set in it from outside: set otherwise, it judges otherwise."""
    settings = view.settings.get(policy, {}).items()
    return under(policy, [{"parameter": name, "value": value} for name, value in settings], defaults=False)


def steps(view: ScanView, facts: Json, decisions: Sequence[Json], asked: int) -> Markup:
    """What to do now; ``asked`` is how many questions to the vendor are open."""
    found = [f for d in decisions for f in d["findings"] if f["verdict"] in ("deny", "review")]
    told = [*_decide(view, facts, worst(decisions), found, asked), *_before(facts, found)]
    return tag("ol", (tag("li", step) for step in told))


def _decide(view: ScanView, facts: Json, verdict: str | None, found: Sequence[Json], asked: int) -> Iterator[Content]:
    open_ = [f for f in found if f["waived_by"] is None]
    fixed = dict.fromkeys(f["rule"] for f in open_ if f["verdict"] == (verdict or "").lower() and not f["waivable"])
    if verdict is None:
        yield "Judge it by a policy: nothing here is a clearance."
    if verdict == "DENY":
        yield "Do not download, run or ship it."
        yield _instead(view)
        if not fixed:
            yield "If it is needed all the same: an exception is a waiver with reason, approver, ticket and end."
    if verdict == "REVIEW":
        rules = dict.fromkeys(f["rule"] for f in open_)
        yield f"Have whoever may decide look at {counted(len(rules), 'point')}: ", quoted(", ".join(rules)), "."
    if asked and verdict != "DENY":
        yield f"Send the vendor the {counted(asked, 'open question')} below."
    if fixed:
        yield "No exception can be made to ", quoted(", ".join(fixed)), "."
    elif verdict == "REVIEW":
        yield "If it is accepted, put that into a waiver with reason, approver, ticket and end: it stays in the record."
    if verdict == "ALLOW":
        commit = facts["model"]["revision"]
        if commit:
            yield "Use commit ", tag("code", commit), " and no other: that one was judged."
        else:
            yield "Pin a commit before you use it: none is known, so what was judged may be another model tomorrow."
        yield _licensed(facts)


def _licensed(facts: Json) -> Content:
    if facts["license"]["status"] != "known":
        said = "Have the licence cleared before you use it: what it permits is not known."
    elif facts.get("terms") and facts["terms"]["complete"]:
        return "Keep the duties of the licence below."
    else:
        said = "Keep the duties below, and have the licences of what it was made from cleared: not all are known."
    return tag("span", said, class_="warn")


def _instead(view: ScanView) -> Content:
    if view.alternatives:
        names = [one["id"] for one in view.alternatives]
        return "Look at these instead, found in the catalogue: ", quoted(", ".join(names)), "."
    command = tag("code", "modelorigin catalogue alternatives")
    return "Look for another model; ", command, " names what would pass."


def _before(facts: Json, found: Sequence[Json]) -> Iterator[Content]:
    """What takes away from the answer, whatever it is."""
    ends = sorted({(f["waived_by"]["expires"], f["rule"]) for f in found if f["waived_by"]})
    for day, rule in ends[:3]:
        yield "The waiver of ", quoted(rule), " ends on ", quoted(day), ": decide again before then."
    if len(ends) > 3:
        yield f"After them {counted(len(ends) - 3, 'more waiver')}: the findings name each."
    if facts["model"]["hub_as_of"] is not None:
        yield "This is no check of the live hub: check it there before you rely on it."
    if any(gap["transient"] for gap in facts["gaps"]):
        yield "Some of it could not be read for now: check again."
