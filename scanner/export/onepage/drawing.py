"""The lineage as a drawing: a row for each model, its country, maker and licence in words, its step to the left of it.

A colour says nothing alone: the country stands in it, the relation and the basis stand at the line, what is not known
is a question mark in a broken frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from scanner.export.account import Json, counted
from scanner.export.columns import shortened
from scanner.export.onepage.layout import Layout, Row, Step, layout
from scanner.export.onepage.look import on_paper
from scanner.export.page import Content, Markup, tag
from scanner.export.page.lands import Lands
from scanner.export.page.style import DRAWN_IN, LIGHT
from scanner.export.quoting import one_line

_STEP, _HEAD, _ROW, _BOX = 86, 24, 48, 42
_NARROWEST, _BOX_LEAST, _LANE, _LANES = 720, 330, 10, 108
_NAME_AT, _NAME, _SMALL = 52, 13, 11
_NARROW, _WIDE = frozenset(" !'(),-./:;[]fijlt|"), frozenset("%@MWmw…")
_SHORTEST = 12
_BACK = ("the model", "made from", "2 steps back")
ROLES = {"teacher": "teacher", "component": "component"}


def drawing(graph: Json, accused: Set[Step], lands: Lands, number: int) -> Markup:
    """The figure; ``number`` tells it from the other drawings of the page."""
    drawn = layout(graph, accused)
    lanes = _LANES + _LANE * len(drawn.beside) if drawn.beside else 0
    width = max(_NARROWEST, drawn.depth * _STEP + _BOX_LEAST + lanes)
    height = _HEAD + _ROW * len(drawn.rows) + 2
    title, about = f"drawing-{number}", f"drawing-{number}-about"
    picture = tag(
        "svg",
        tag("title", f"Lineage of {graph['models'][0]['id']}", id=title),
        tag("desc", _about(drawn), id=about),
        (_head(depth) for depth in range(drawn.depth + 1)),
        (_line(row, n, drawn, accused) for n, row in enumerate(drawn.rows)),
        (_lane(n, drawn, width - lanes, accused) for n in range(len(drawn.beside))),
        (_model(row, n, width - lanes, lands, accused) for n, row in enumerate(drawn.rows)),
        viewBox=f"0 0 {width} {height}",
        role="img",
        font_family=DRAWN_IN,
        aria_labelledby=title,
        aria_describedby=about,
        class_=f"lineage {on_paper(width, height)}",
    )
    box = tag("div", picture, class_="scroll", role="region", aria_label="Drawing of the lineage", tabindex=0)
    return tag("figure", box, tag("figcaption", _legend(drawn, lands, accused)))


def _about(drawn: Layout) -> str:
    """The drawing for who cannot see it."""
    first, *others = drawn.rows
    said = [f"{first.id}, control {_control(first.model) or 'unknown'}"]
    for row in others:
        assert row.edge
        child = row.edge["child"]
        said.append(f"{child} from {row.id}, {' '.join(_how(row.edge))}, control {_control(row.model) or 'unknown'}")
    return "; ".join(said)


def _control(model: Json | None) -> str | None:
    return model["origin"]["control"] if model else None


def _how(edge: Json) -> tuple[str, str]:
    """The step in two words: what was done, and how that is known."""
    role = ROLES.get(edge["role"])
    relation = "made from" if edge["relation"] == "unspecified" else edge["relation"]
    return (role if role and role != relation else relation), edge["basis"]


def _x(depth: int) -> int:
    return depth * _STEP + 1


def _y(row: int) -> int:
    return _HEAD + row * _ROW


def _text(x: float, y: float, text: str, colour: str = "ink", size: float = 11, anchor: str | None = None,
          weight: str | None = None) -> Markup:  # fmt: skip
    return tag("text", text, x=x, y=y, font_size=size, text_anchor=anchor, font_weight=weight,
               fill=LIGHT[colour], class_=f"fill-{colour}")  # fmt: skip


def _stroke(d: str, colour: str, width: float, dashes: str | None) -> Markup:
    return tag("path", d=d, fill="none", stroke=LIGHT[colour], stroke_width=width, stroke_dasharray=dashes,
               stroke_linejoin="round", class_=f"stroke-{colour}")  # fmt: skip


def _pen(edge: Json, accused: Set[Step]) -> tuple[str, float, str | None]:
    """Colour, width and dashes of a step."""
    dashes = "5 4" if edge["role"] in ROLES else "1 4" if edge["basis"] == "inferred" else None
    return ("deny", 2.5, dashes) if (edge["child"], edge["parent"]) in accused else ("rule", 1.5, dashes)


def _head(depth: int) -> Markup:
    back = _BACK[depth] if depth < len(_BACK) else f"{depth} steps back"
    return _text(_x(depth), 13, back, "faint", 11)


def _line(row: Row, number: int, drawn: Layout, accused: Set[Step]) -> Content:
    if row.edge is None or row.child is None:
        return None
    down, level, right = _x(drawn.rows[row.child].depth) + 12, _y(number) + _BOX // 2, _x(row.depth)
    return (
        _stroke(f"M{down} {_y(row.child) + _BOX} V{level} H{right}", *_pen(row.edge, accused)),
        _labels((down + right) / 2 + 1, level, row.edge),
    )


def _labels(x: float, y: float, edge: Json) -> Content:
    done, known = (shortened(word, 13) for word in _how(edge))
    weak = "warn" if edge["basis"] == "inferred" else "faint"
    return _text(x, y - 5, done, "ink", 11, "middle"), _text(x, y + 13, known, weak, 11, "middle")


def _lane(number: int, drawn: Layout, right: int, accused: Set[Step]) -> Markup:
    """A further step, in a lane of its own to the right of all models."""
    child, parent, edge = drawn.beside[number]
    lane = right + _LANES + _LANE * number
    nth = sum(one[1] == parent for one in drawn.beside[:number])
    start, end = _y(child) + _BOX - 8, _y(parent) + 12 + 15 * nth
    label = ", ".join(_how(edge))
    return tag(
        "g",
        tag("title", f"{edge['child']} from {edge['parent']}: {label}"),
        _stroke(f"M{right} {start} H{lane} V{end} H{right}", *_pen(edge, accused)),
        _text(right + 6, end - 3, shortened(label, 20), "faint", 10.5),
    )


def _model(row: Row, number: int, right: int, lands: Lands, accused: Set[Step]) -> Markup:
    x, y = _x(row.depth), _y(number)
    width = right - x - 1
    country = _control(row.model)
    held = any(row.id in step for step in accused)
    licence, state, weak = _aside(row)
    whole = width - _NAME_AT - 18
    name = _fitting(str(one_line(row.id)), whole - _width(licence, _SMALL), _NAME)
    who = _fitting(_who(row), whole - _width(state, _SMALL), _SMALL)
    frame = ("deny", 2) if held else ("rule", 1.2)
    return tag(
        "g",
        tag("title", f"{row.id}; control: {country or 'unknown'}; licence: {licence}; {state}"),
        tag("rect", x=x, y=y, width=width, height=_BOX, rx=5, fill=LIGHT["tint"], stroke=LIGHT[frame[0]],
            stroke_width=frame[1], stroke_dasharray=None if country else "6 4",
            class_=f"fill-tint stroke-{frame[0]}"),
        _chip(x + 9, y + 12, country, lands),
        _text(x + _NAME_AT, y + 18, name, "ink", _NAME, None, "600"),
        _text(x + _NAME_AT, y + 35, who, "faint", _SMALL),
        _text(x + width - 9, y + 18, licence, "warn" if licence == _NO_LICENCE else "faint", _SMALL, "end"),
        _text(x + width - 9, y + 35, state, "warn" if weak else "faint", _SMALL, "end"),
    )  # fmt: skip


def _width(text: str, size: int) -> float:
    """How wide a line is at most, in the bold of the fonts that are drawn in."""
    return size * sum(
        0.4 if c in _NARROW else 1.0 if c in _WIDE or not c.isascii() else 0.78 if c.isupper() else 0.62 for c in text
    )


def _fitting(text: str, room: float, size: int) -> str:
    """``text`` without its middle where it would run into what stands at the end of the line."""
    most = min(len(text), int(room / size / 0.4) + 1)
    while most > _SHORTEST and _width(shortened(text, most), size) > room:
        most -= 1
    return shortened(text, max(most, _SHORTEST))


def _chip(x: int, y: int, country: str | None, lands: Lands) -> Content:
    if country is None:
        frame = tag("rect", x=x, y=y, width=34, height=20, rx=4, fill="none", stroke=LIGHT["rule"], stroke_width=1.5,
                    stroke_dasharray="3 3", class_="stroke-rule")  # fmt: skip
        return frame, _text(x + 17, y + 14.5, "?", "warn", 13, "middle", "700")
    land = lands.name(country)
    return (
        tag("rect", x=x, y=y, width=34, height=20, rx=4, fill=LIGHT[land], class_=f"fill-{land}"),
        _text(x + 17, y + 14.5, country, "land-ink", 12, "middle", "700"),
    )


_NO_LICENCE = "licence unknown"


def _aside(row: Row) -> tuple[str, str, bool]:
    """Its licence, its state in a few words, and whether that is a warning."""
    model = row.model
    if model is None:
        return _NO_LICENCE, "not read", True
    own = model["license"]
    name = own["id"] or own["concluded"] or own["name"] or ", ".join(own["declared"] or ())
    licence = shortened(str(one_line(name)), 24) if name else "no licence" if own["status"] == "none" else _NO_LICENCE
    more = [f"{counted(row.left, 'more base')} not drawn"] if row.left else []
    if model["state"] != "read":
        return licence, "; ".join((shortened(f"not read: {one_line(model['state'])}", 30), *more)), True
    if model["root"]:
        begun = model["established"]
        return licence, "; ".join((f"root, {begun}" if begun else "root? nothing says so", *more)), not begun
    return licence, "; ".join((*(["re-host or conversion"] if model["conduit"] else []), *more)), bool(more)


def _who(row: Row) -> str:
    origin = row.model["origin"] if row.model else None
    if not origin or not (origin["organisation"] or origin["known"]):
        return "who made it is not known"
    who = str(one_line(origin["organisation"] or origin["namespace"] or ""))
    return f"weights of {who}" if row.model and row.model["conduit"] else who


def _legend(drawn: Layout, lands: Lands, accused: Set[Step]) -> Iterator[Content]:
    tally: dict[str | None, int] = {}
    for row in drawn.rows:
        tally[_control(row.model)] = tally.get(_control(row.model), 0) + 1
    yield tag("span", "Controlled from: ", class_="faint")
    yield from _parted(
        tag("span", lands.chip(code), f" {counted(count, 'model')}", class_="key") for code, count in tally.items()
    )
    said = ["Each model is made from those below it, one step to the right."] if drawn.depth else []
    steps = [row.edge for row in drawn.rows if row.edge] + [edge for _, _, edge in drawn.beside]
    if any((edge["child"], edge["parent"]) in accused for edge in steps):
        said.append("Thick: the way that the verdict rests on.")
    if any(edge["role"] in ROLES for edge in steps):
        said.append("Broken lines: no weights pass (teacher, component).")
    if drawn.undrawn_models:
        said.append(f"{counted(drawn.undrawn_models, 'more model')} not drawn.")
    if drawn.undrawn_steps:
        said.append(f"{counted(drawn.undrawn_steps, 'more step')} not drawn.")
    yield tag("br")
    yield " ".join(said)


def _parted(parts: Iterable[Markup]) -> Iterator[Content]:
    for part in parts:
        yield from (part, " ")
