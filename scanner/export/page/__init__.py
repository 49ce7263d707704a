"""One HTML page that carries everything: elements whose text cannot act, one look, nothing loaded, no script.

    from scanner.export.page import bars, page, section, table, tag

    text = page(
        "Decisions, second half of 2026",
        tag("header", tag("h1", "Decisions"), tag("p", "taken from ", quoted(name))),
        section("Waivers", table("Waivers by expiry", ("Rule", "Ends"), [(quoted(rule), day) for ...])),
        section("By verdict", bars("Scans by verdict", [Bar("DENY", 4, "4 scans", "deny"), ...])),
    )

markup     ``tag``: the only way to an element; its text is escaped and cleaned there, its attributes are a closed set
links      ``linked``, ``link``, ``jump``: http(s) and places of the page, nothing else
style      the tokens (``LIGHT``, ``DARK``: name -> colour) and the style sheet, for screens, the dark and paper
skeleton   ``page``: head, content security policy, body; ``section``: a heading of the second rank and what is under it
tables     ``table``: caption, heads with scope, scrolls on a narrow screen
lands      ``Lands``: a colour for each country of a page, the code always in it
bars       ``bars``: counts as a figure of bars (SVG), each with its number in words

Classes for any element: ``faint``, ``warn``, ``num`` (to the right), ``break`` (a new sheet of paper), ``allow``,
``review``, ``deny`` (with ``badge``: a verdict as a label), ``land land-N`` with N of 1 to 7 (a country as a label, its
code in it; ``land-0`` for all others). A colour never stands alone: say it in words beside it.
"""

from __future__ import annotations

from scanner.export.page.bars import Bar, bars
from scanner.export.page.links import jump, link, linked
from scanner.export.page.markup import Content, Markup, quoted, tag
from scanner.export.page.skeleton import page, section
from scanner.export.page.tables import table

__all__ = [
    "Bar", "Content", "Markup", "bars", "jump", "link", "linked", "page", "quoted", "section", "table", "tag",
]  # fmt: skip
