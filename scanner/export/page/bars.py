"""Counts as bars: an SVG whose every bar says its number, and whose words are those of the text around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.export.columns import shortened
from scanner.export.page.markup import Content, Markup, tag
from scanner.export.page.style import DRAWN_IN, LANDS, LIGHT
from scanner.export.quoting import one_line

_LABEL, _BAR, _TAIL, _ROW = 190, 350, 240, 24
_LONGEST = 26
TONES = ("bar", "allow", "review", "deny", "faint", *(f"land-{n}" for n in range(LANDS + 1)))


@dataclass(frozen=True, slots=True)
class Bar:
    """``number`` makes the length, ``told`` stands behind it, ``whole`` is read out and shown to who points at it.

    ``tone`` is one of ``TONES``: the colour, which says nothing that ``label`` does not say.
    """

    label: str
    number: int
    told: Content
    whole: str = ""
    tone: str = "bar"


def bars(title: str, rows: Sequence[Bar], *, note: Content = None, rank: int = 3) -> Markup:
    """A figure under the heading ``title``; ``note`` is its caption: what was counted, of what, and when."""
    most = max((row.number for row in rows), default=0) or 1
    size = f"0 0 {_LABEL + _BAR + _TAIL} {_ROW * max(len(rows), 1) + 4}"
    drawn = [_drawn(row, _ROW * n + _ROW // 2, most) for n, row in enumerate(rows)]
    about = tag("title", f"{title}: a bar for each, its length is the number")
    figure = tag("svg", about, drawn or _empty(), viewBox=size, role="img", class_="bars", font_family=DRAWN_IN)
    return tag("figure", tag(f"h{rank}", title), figure, tag("figcaption", note) if note is not None else None)


def _drawn(row: Bar, middle: int, most: int) -> Markup:
    length = max(1.0, _BAR * row.number / most) if row.number else 0.0
    label = shortened(str(one_line(row.label)), _LONGEST)
    # The colours stand in the drawing for what reads no style sheet, and in the sheet for the dark.
    return tag(
        "g",
        tag("title", row.whole or f"{row.label}: {row.number:,}"),
        _text(_LABEL - 8, middle + 4, label, anchor="end"),
        tag("rect", x=_LABEL, y=middle - 8, width=length, height=16, rx=2, fill=LIGHT[row.tone],
            class_=f"fill-{row.tone}"),
        _text(_LABEL + length + 6, middle + 4, row.told),
    )  # fmt: skip


def _text(x: float, y: float, *inside: Content, anchor: str | None = None) -> Markup:
    return tag("text", *inside, x=x, y=y, text_anchor=anchor, font_size=13, fill=LIGHT["ink"], class_="fill-ink")


def _empty() -> Markup:
    return _text(_LABEL, _ROW // 2 + 4, "none")
