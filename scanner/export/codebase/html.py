"""A code base as pages: what was found where and how it was judged, then a page for each model."""

from __future__ import annotations

from collections import Counter

from scanner.export.account import Json, Section, counted
from scanner.export.codebase.reading import Codebase, answer, next_step, read, verdict
from scanner.export.codebase.telling import judged_by, sections
from scanner.export.onepage.look import STYLE
from scanner.export.onepage.said import Said
from scanner.export.onepage.sheet import sheet
from scanner.export.page import Bar, Content, Markup, bars, jump, page, quoted, tag
from scanner.export.page.lands import Lands, controlling
from scanner.export.report import ScanView
from scanner.export.why import pardoned

MOST = 50
"""Models that have a page of their own; the worst come first."""
_ORDER = ("deny", "review", "allow")
_APART = ("Answer", "Next")
_MEANS = {
    "DENY": "A model that {which} is denied.",
    "REVIEW": "Not cleared: somebody has to decide.",
    "ALLOW": "Every model that {which} may be used.",
    "NOT JUDGED": "Not everything could be judged: this is no pass.",
}
_BY_EXCEPTION = "Every model that {which} may be used, some of it only because an exception was made."


def as_html(document: Json) -> str:
    """One file that needs no other: no script, nothing loaded."""
    base = read(document)
    models = sorted(document["models"], key=lambda model: _ORDER.index(model["verdict"]))
    lands = Lands(controlling(model["facts"] for model in models))
    said = Said(None)
    pages = [
        tag("section", sheet(_view(model, document), lands, n, 2), id=f"model-{n}", class_="break")
        for n, model in enumerate(models[:MOST], 1)
    ]
    told = [_section(one, said) for one in sections(base) if one.title not in _APART]
    more = len(models) - len(pages)
    rest = f"{counted(more, 'more model')} without a page here: --format json has all"
    title = f"{verdict(base)}: {base.document['root']}"
    return page(
        title,
        _head(base, said),
        tag("section", tag("h2", "What to do now"), tag("p", _commands(next_step(base)))),
        _counts(base),
        _contents(models),
        told,
        tag("p", rest, class_="faint") if more else None,
        pages,
        more_style=STYLE,
    )


def _commands(text: str) -> list[Content]:
    """Our own words, what stands between backticks as a command."""
    return [tag("code", part) if n % 2 else part for n, part in enumerate(text.split("`"))]


def _view(model: Json, document: Json) -> ScanView:
    settings = {policy["name"]: {one["parameter"]: one["value"] for one in policy["settings"]}
                for policy in document["policies"]}  # fmt: skip
    return ScanView(model["facts"], model["decisions"], model["scan"], document["at"], settings,
                    tool=document["tool"]["version"])  # fmt: skip


def _head(base: Codebase, words: Said) -> Markup:
    said = verdict(base)
    excepted = said == "ALLOW" and any(finding["verdict"] != "note" for finding in base.accepted)
    means = _BY_EXCEPTION if excepted else _MEANS[said]
    which = "is named here" if base.document["compared_with"] is None else "the change adds"
    caveats = tag("p", tag("strong", "; ".join(base.caveats)), class_="warn") if base.caveats else None
    return tag(
        "header",
        tag("p", tag("span", said, class_="word"), " ", tag("span", means.format(which=which), class_="means")),
        tag("h1", "Models used in ", quoted(base.document["root"])),
        tag("p", answer(base), class_="because"),
        words.lines(judged_by(base)),
        caveats,
        class_=f"verdict {said.lower() if said in ('DENY', 'REVIEW', 'ALLOW') else 'none'}",
    )


def _counts(base: Codebase) -> Content:
    tally = Counter(model["verdict"] for model in base.document["models"])
    rows = [Bar(name.upper(), tally[name], counted(tally[name], "model"), tone=name) for name in _ORDER]
    if base.errors:
        rows.append(Bar("NOT JUDGED", len(base.errors), counted(len(base.errors), "model"), tone="faint"))
    return bars("Models by verdict", rows, rank=2)


def _contents(models: list[Json]) -> Content:
    if not models:
        return None
    items = (
        tag("li", tag("span", model["verdict"].upper(), class_=f"badge {model['verdict']}"), " ",
            jump(f"model-{n}", quoted(model["requested"])), _excepted(model))
        for n, model in enumerate(models[:MOST], 1)
    )  # fmt: skip
    return tag("section", tag("h2", "Models"), tag("ul", items))


def _excepted(model: Json) -> Content:
    """That it is allowed by exception, where it is."""
    waived = pardoned(model["decisions"]) if model["verdict"] == "allow" else ()
    return (" ", tag("span", "waived: ", class_="warn"), quoted(", ".join(waived))) if waived else None


def _section(section: Section, said: Said) -> Markup:
    tree = tag("ul", said.tree(section.tree)) if section.tree else None
    return tag("section", tag("h2", section.title), tree, said.lines(section.lines))
