"""The licence as a person needs it: what is declared, what it is, what is in effect, and every duty with its clause."""

from __future__ import annotations

from collections.abc import Iterator

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
        tag("dl", _pairs(own, all_of_it)) if told_of or own["declared"] else None,
        said.lines(told.lines),
        said.lines(together_.lines),
        _duties(facts),
    )


def _pairs(own: Json, all_of_it: Json | None) -> Iterator[Content]:
    declared = ", ".join([*(own["declared"] or ()), *([own["name"]] if own["name"] else [])])
    unread = _NONE if own["declared"] is not None else _UNKNOWN
    yield tag("dt", "Declared"), tag("dd", quoted(declared) if declared else unread)
    basis = f" ({own['basis']})" if own.get("basis") else None
    yield tag("dt", "Concluded"), tag("dd", quoted(own["concluded"]) if own["concluded"] else _UNKNOWN, basis)
    if all_of_it is not None:
        named = list(dict.fromkeys(duty["license"] for duty in all_of_it["duties"]))
        parts: Content = quoted(", ".join(named)) if named else _UNKNOWN
        if not all_of_it["complete"]:
            parts = (parts, tag("span", "; not all of its licences are known", class_="warn"))
        yield tag("dt", "In effect"), tag("dd", parts, tag("span", ", with all it was made from", class_="faint"))
        uses = [use for use in all_of_it["forbidden_uses"] if use]
        if uses:
            yield tag("dt", "Forbidden uses"), tag("dd", quoted("; ".join(uses)))


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
    if not rows:
        return tag("p", tag("span", "No duty is known. That is not to say that there is none.", class_="warn"))
    return (
        table("What you have to do, in our words; the clause counts", ("Duty", "Clause", "Licence", "Of"), rows),
        tag("p", f"{counted(more, 'more duty')}: --format json has all", class_="faint") if more else None,
    )


def _clause(duty: Json) -> Markup:
    return quoted(duty["clause"]) if duty["clause"] else tag("span", "no clause is recorded", class_="warn")
