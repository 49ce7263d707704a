"""The page of one model, in the order in which a person who has to buy it asks."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.export import sections
from scanner.export.account import Json, Notes, counted
from scanner.export.columns import shortened
from scanner.export.onepage.drawing import drawing
from scanner.export.onepage.licence import licence
from scanner.export.onepage.makers import makers
from scanner.export.onepage.questions import questions
from scanner.export.onepage.record import limits, read, record
from scanner.export.onepage.said import Said
from scanner.export.onepage.verdict import band, steps
from scanner.export.page import Content, Markup, quoted, table, tag
from scanner.export.page.lands import Lands
from scanner.export.quoting import one_line
from scanner.export.report import ScanView
from scanner.export.tree import lineage
from scanner.export.why import accused, decisive, why

_WEIGHTS = 10


def sheet(view: ScanView, lands: Lands, number: int, rank: int) -> Content:
    """All of it. ``number`` tells it from the other models of the page, ``rank`` is that of its heading."""
    facts, decisions = one_line(view.facts), one_line(view.decisions)
    notes, said, open_ = Notes(), Said(number), questions(facts)
    asked = sum(len(first) + more for first, more in open_.values())

    def part(title: str, *inside: Content) -> Markup:
        return tag("section", tag(f"h{rank + 1}", title), *inside)

    top = band(view, facts, decisions, notes, said, rank)
    words = lineage(facts, notes, accused(decisions))
    assert words.tree
    in_words = tag("details", tag("summary", "The lineage in words"), tag("ul", said.tree(words.tree)))
    picture = drawing(facts["lineage"], decisive(decisions), lands, number)
    sure = tag("p", "The confidence in a fact is high where no other is named.", class_="faint")
    return (
        top,
        part("What to do now", steps(view, facts, decisions, asked)),
        part("Where the weights come from", picture, said.lines(words.lines)),
        tag("section", tag(f"h{rank + 1}", "Who made it"), makers(facts, notes, said, lands), class_="makers"),
        licence(facts, notes, said, rank + 1),
        _files(facts, said, rank + 1),
        said.section(sections.disputed(facts, notes), rank + 1),
        said.section(sections.gaps(facts, notes), rank + 1),
        part("Open questions for the vendor", _asked(open_)),
        part("Findings", said.lines(why(decisions, facts, notes).lines)),
        part("What this cannot show", limits(facts, said)),
        part("Record and how to check it", record(view, facts, decisions, said), in_words, read(facts)),
        part("Sources", sure, said.notes(notes)) if notes.texts() else None,
    )  # fmt: skip


def _files(facts: Json, said: Said, rank: int) -> Content:
    held = facts["files"]["weights"] or ()
    rows = [
        (quoted(one["path"]), quoted(one["format"]), one["size"],
         tag("code", shortened(one["sha256"], 24), class_="digest") if one["sha256"] else "not known")
        for one in held[:_WEIGHTS]
    ]  # fmt: skip
    more = len(held) - len(rows)
    head = ("File", "Format", "Bytes", "SHA-256")
    shown = table("Files that hold weights", head, rows, numbers=(2,)) if rows else None
    rest = tag("p", f"{counted(more, 'more file')} of weights: --format json has all", class_="faint") if more else None
    return said.section(sections.files(facts), rank, shown, rest)


def _asked(open_: Mapping[str, tuple[tuple[str, ...], int]]) -> Content:
    if not open_:
        return tag("p", "None that can be told from what was read.")
    items = []
    for title, (first, more) in open_.items():
        items += [tag("li", tag("span", f"{title}: ", class_="faint"), quoted(text)) for text in first]
        if more:
            items.append(tag("li", f"{title}: {counted(more, 'more question')} of this kind", class_="faint"))
    return tag("ol", items)
