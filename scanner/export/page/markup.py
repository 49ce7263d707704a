"""Elements of HTML and SVG. Text becomes markup in ``tag`` alone, and is escaped and cleaned there.

What strangers wrote can thus stand anywhere as text or in an attribute; it cannot begin an element, end one, or leave
its attribute. Elements and attributes that run or load something have no name here. Names that are not known are our
own mistakes, and errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from scanner.export.quoting import one_line

_EMPTY = frozenset(("br", "meta"))
_DRAWN = frozenset(("rect", "path", "line", "circle"))
_BLOCKS = _DRAWN | {
    "head", "meta", "title", "body", "main", "header", "footer", "nav", "section", "h1", "h2", "h3", "h4", "p", "ul",
    "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "div", "details", "summary", "figure",
    "figcaption", "svg", "g",
}  # fmt: skip
"""After these a line ends: nobody sees it on the page, and the file can be read and compared."""
_ELEMENTS = _BLOCKS | {
    "html", "span", "strong", "em", "small", "sup", "code", "bdi", "th", "td", "a", "br", "desc", "text", "tspan",
}  # fmt: skip
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_WORDS = r"[A-Za-z0-9 -]*"
_COLOUR = r"#[0-9a-f]{6}|none"
_ATTRIBUTES = {
    **dict.fromkeys(("aria-label", "content", "title"), r".*"),
    **dict.fromkeys(("class", "role", "scope", "lang", "charset", "name", "http-equiv"), _WORDS),
    **dict.fromkeys(("text-anchor", "font-weight", "stroke-dasharray", "aria-hidden", "stroke-linejoin"), _WORDS),
    **dict.fromkeys(("id", "aria-labelledby", "aria-describedby"), r"[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*"),
    **dict.fromkeys(("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "width", "height"), _NUMBER),
    **dict.fromkeys(("font-size", "stroke-width", "tabindex", "colspan", "rowspan", "start"), _NUMBER),
    **dict.fromkeys(("fill", "stroke"), _COLOUR),
    "font-family": r"[A-Za-z, -]+",
    "viewBox": r"[0-9. -]+",
    "d": r"[MLHVQCZ0-9. ,-]+",
    "href": r"#[a-z][a-z0-9-]*|https?://[!-~]+",
    "rel": r"noreferrer",
    "open": r"",
}
_CHECKS = {name: re.compile(pattern, re.S) for name, pattern in _ATTRIBUTES.items()}


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that is finished. Only this file makes any."""

    html: str


Content: TypeAlias = "Markup | str | int | Iterable[Content] | None"
"""What an element may hold: markup, texts and numbers, nothing, or several of these."""


def tag(name: str, /, *inside: Content, **attributes: str | float | None) -> Markup:
    """The element ``name``. An attribute is written as Python allows: ``class_``, ``aria_label``; None leaves it out.

    Raises:
        ValueError: there is no such element or attribute here, or the value is not one that it can have.
    """
    if name not in _ELEMENTS:
        raise ValueError(f"no element {name!r}")
    told = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    end = "\n" if name in _BLOCKS else ""
    if name in _EMPTY:
        return Markup(f"<{name}{told}>{end}")
    held = _html(inside)
    return Markup(f"<{name}{told}/>{end}" if name in _DRAWN and not held else f"<{name}{told}>{held}</{name}>{end}")


def quoted(text: object) -> Markup:
    """What somebody else wrote: as text, whose direction of writing ends where it ends."""
    return tag("bdi", str(text))


def style(css: str) -> Markup:
    """Our own style sheet as an element.

    Raises:
        ValueError: it could end the element, or load something.
    """
    if re.search(r"<|@import|url\(", css):
        raise ValueError("a style sheet holds no markup and loads nothing")
    return Markup(f"<style>{css}</style>\n")


def _html(content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, Markup):
        return content.html
    if isinstance(content, str):
        return escape(_kept(content))
    if isinstance(content, int):
        return f"{content:,}"
    return "".join(map(_html, content))


def _kept(text: str) -> str:
    """``text``, harmless and on one line; a space at its ends parts it from what stands beside it."""
    before, after = text[:1] == " ", text[-1:] == " "
    core: str = one_line(text)
    return f"{' ' if before else ''}{core}{' ' if after and core else ''}"


def _attribute(key: str, value: str | float) -> str:
    name = key.rstrip("_").replace("_", "-")
    said: str = one_line(f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value))
    if name not in _CHECKS or not _CHECKS[name].fullmatch(said):
        raise ValueError(f"no attribute {name}={said[:80]!r}")
    return f" {name}" if name == "open" else f' {name}="{escape(said)}"'
