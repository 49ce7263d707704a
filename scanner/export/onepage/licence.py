"""The licence as a person needs it: what is declared, what it is, what is in effect, and every duty with its clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.export import sections, together
from scanner.export.account import Json, Notes, counted
from scanner.export.onepage.said import Said
from scanner.export.page import Content, Markup, quoted, table, tag

MOST = 40
_NONE = tag("span", "nothing", class_="warn")
_UNKNOWN = tag("span", "could not be determined", class_="warn")


def licence(facts: Json, notes: Notes, said: Said, rank: int) -> Content:
    own, all_of_it = facts["license"], facts.get("terms")
    told_of = own["concluded"] or own["name"] or (all_of_it or {}).get("duties")
    told = sections.license(facts, notes, duties=False)
    together_ = together.terms(facts, notes, most=0)
    return tag(
        "section",
        tag(f"h{rank}", told.title),
        tag("dl", _pairs(facts, own, all_of_it)) if told_of or own["declared"] else None,
        said.lines(told.lines),
        said.lines(together_.lines),
        _duties(facts),
    )


def _pairs(facts: Json, own: Json, all_of_it: Json | None) -> Iterator[Content]:
    declared = ", ".join([*(own["declared"] or ()), *([own["name"]] if own["name"] else [])])
    unread = _NONE if own["declared"] is not None else _UNKNOWN
    yield tag("dt", "Declared"), tag("dd", quoted(declared) if declared else unread)
    basis = f" ({own['basis']})" if own["concluded"] and own.get("basis") else None
    yield tag("dt", "Concluded"), tag("dd", quoted(own["concluded"]) if own["concluded"] else _UNKNOWN, basis)
    if all_of_it is not None:
        named = _in_effect(facts, all_of_it)
        parts: Content = quoted(", ".join(named)) if named else _UNKNOWN
        if not all_of_it["complete"]:
            parts = (parts, tag("span", "; not all of its licences are known", class_="warn"))
        yield tag("dt", "In effect"), tag("dd", parts, tag("span", ", with all it was made from", class_="faint"))
        if all_of_it["forbidden_uses"]:
            yield tag("dt", "Forbidden uses"), tag("dd", _uses(all_of_it["forbidden_uses"]))


def _in_effect(facts: Json, all_of_it: Json) -> Iterable[str]:
    """The licences of all that is in the model, also those that ask for nothing."""
    graph = facts["lineage"]
    inside = {facts["model"]["id"], *graph["ancestors"], *graph["components"]}
    of_models = (model["license"]["id"] for model in graph["models"] if model["id"] in inside)
    return dict.fromkeys(filter(None, (*of_models, *(duty["license"] for duty in all_of_it["duties"]))))


def _uses(uses: Sequence[str | None]) -> Content:
    known = "; ".join(use for use in uses if use)
    if None not in uses:
        return quoted(known)
    return (quoted(known), tag("span", "; there may be more", class_="warn")) if known else _UNKNOWN


def _duties(facts: Json) -> Content:
    """Own words for what each clause asks; of a scan recorded before clauses were told apart, as they were told."""
    all_of_it = facts.get("terms")
    if all_of_it is None:
        duties = facts["license"]["duties"]
        return tag("ul", (tag("li", quoted(duty)) for duty in duties)) if duties else None
    rows = [
        (tag("span", quoted(one["duty"]), class_="plain"), _clause(one), quoted(one["license"]), quoted(one["model"]))
        for one in all_of_it["duties"][:MOST]
    ]
    more = len(all_of_it["duties"]) - len(rows)
    if not rows and all_of_it["complete"]:
        return tag("p", "No duty is recorded of the licences in effect.")
    if not rows:
        return tag("p", tag("span", "No duty is known. That is not to say that there is none.", class_="warn"))
    return (
        table("What you have to do, in our words; the clause counts", ("Duty", "Clause", "Licence", "Of"), rows),
        tag("p", f"{counted(more, 'more duty')}: --format json has all", class_="faint") if more else None,
    )


def _clause(duty: Json) -> Markup:
    return quoted(duty["clause"]) if duty["clause"] else tag("span", "no clause is recorded", class_="warn")
