"""Tables that are read out well and fit a narrow screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from scanner.export.page.markup import Content, Markup, tag


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Content]], *, numbers: Collection[int] = ()
) -> Markup:
    """A table; the first cell of a row is its head. The columns ``numbers`` stand to the right.

    ``caption`` says what the table is; it is shown above it. What a cell does not know is said in words: nothing is
    no answer.
    """

    def kind(column: int) -> str | None:
        return "num" if column in numbers else None

    heads = tag("tr", (tag("th", text, scope="col", class_=kind(n)) for n, text in enumerate(head)))
    body = (
        tag("tr", tag("th", row[0], scope="row", class_=kind(0)),
            (tag("td", cell, class_=kind(n)) for n, cell in enumerate(row[1:], 1)))
        for row in rows
    )  # fmt: skip
    whole = tag("table", tag("caption", caption), tag("thead", heads), tag("tbody", body))
    return tag("div", whole, class_="scroll", role="region", aria_label=caption, tabindex=0)
