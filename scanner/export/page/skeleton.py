"""The page around its content: one file, no script, nothing loaded, and a policy that makes a browser hold to it."""

from __future__ import annotations

import base64
import hashlib

from scanner.export.page.markup import Content, Markup, style, tag
from scanner.export.page.style import STYLE


def page(title: str, *body: Content, more_style: str = "") -> str:
    """An HTML document. ``body`` begins with a ``header`` that holds the one ``h1``; ``more_style`` is our own CSS."""
    css = STYLE + more_style
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    # The sheet is named by its digest: a style that came in any other way would be refused too.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        style(css),
    )
    html = "<!DOCTYPE html>\n" + tag("html", head, tag("body", tag("main", *body)), lang="en").html
    # Whatever else it is saved as, it stays what it was.
    return html.encode("ascii", "xmlcharrefreplace").decode("ascii")


def section(title: str, *inside: Content, id: str | None = None, rank: int = 2, class_: str | None = None) -> Markup:
    """A part of the page under its heading; nothing inside makes no section."""
    return tag("section", tag(f"h{rank}", title), *inside, id=id, class_=class_)
