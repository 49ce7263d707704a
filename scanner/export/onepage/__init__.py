"""``html``: procurement's page of one model, which prints well; for several a page each, after a table of contents.

layout, drawing  the lineage as a picture         lands    which colour stands for which country
verdict          the head, and what to do now     makers   who is behind each part
licence          duties with their clauses        questions  what to ask the vendor, from ``data/questions.yaml``
record           limits, evidence, how to check   said     lines of an account as HTML
sheet            all of it, in order              look     what it has beside the shared style
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scanner.export.onepage.look import STYLE
from scanner.export.onepage.said import badge
from scanner.export.onepage.sheet import sheet
from scanner.export.page import Content, Markup, jump, page, quoted, table, tag
from scanner.export.page.lands import Lands, controlling
from scanner.export.quoting import one_line
from scanner.export.report import Failure, Report, ScanView
from scanner.export.why import WORST_FIRST, pardoned, rules, worst


def as_html(report: Report) -> str:
    """One file that needs no other: no script, nothing loaded."""
    lands = Lands(controlling(view.facts for view in report.scans))
    if len(report.scans) == 1 and not report.failures:
        view = report.scans[0]
        title = f"{worst(view.decisions) or 'NOT JUDGED'}: {view.facts['model']['id']}"
        return page(title, sheet(view, lands, 1, 1), more_style=STYLE)
    pages = [tag("section", sheet(view, lands, n, 2), id=f"model-{n}", class_="break")
             for n, view in enumerate(report.scans, 1)]  # fmt: skip
    title = _title(report)
    return page(title, _contents(title, report, lands), pages, _failures(report.failures), more_style=STYLE)


def _title(report: Report) -> str:
    tally = Counter(worst(view.decisions) for view in report.scans)
    parts = [f"{tally[verdict]} {verdict}" for verdict in (*WORST_FIRST, None) if tally[verdict]]
    if report.failures:
        parts.append(f"{len(report.failures)} not judged")
    return f"Models: {', '.join(parts) or 'none'}"


def _contents(title: str, report: Report, lands: Lands) -> Content:
    ordered = sorted(enumerate(report.scans, 1), key=lambda each: _weight(each[1]))
    rows = [_row(view, number, lands) for number, view in ordered]
    head = ("Verdict", "Model", "Roots controlled from", "Because of")
    return (
        tag("header", tag("h1", title)),
        table("Every model that was judged; its page follows", head, rows) if rows else None,
    )


def _weight(view: ScanView) -> int:
    verdict = worst(view.decisions)
    return WORST_FIRST.index(verdict) if verdict else -1


def _row(view: ScanView, number: int, lands: Lands) -> Sequence[Content]:
    facts = one_line(view.facts)
    roots = set(facts["lineage"]["roots"])
    begun = [model for model in facts["lineage"]["models"] if model["id"] in roots]
    codes = dict.fromkeys(model["origin"]["control"] for model in begun)
    if not (facts["lineage"]["complete"] and all(model["established"] for model in begun)):
        # There may be other roots than were found.
        codes[None] = None
    chips = [(lands.chip(code), " ") for code in codes]
    return (
        badge(worst(view.decisions)),
        jump(f"model-{number}", quoted(facts["model"]["id"])),
        chips or lands.chip(None),
        _because(view),
    )


def _because(view: ScanView) -> Content:
    if not view.decisions:
        return "no policy was asked"
    if because := rules(view.decisions):
        return quoted(", ".join(one_line(list(because))))
    if waived := pardoned(view.decisions):
        return tag("span", "waived: ", class_="warn"), quoted(", ".join(one_line(list(waived))))
    return "nothing weighs against it"


def _failures(failures: Sequence[Failure]) -> Markup | None:
    if not failures:
        return None
    rows = [(quoted(one.requested), quoted(one.message), quoted(one.hint)) for one in failures]
    return tag(
        "section",
        tag("h2", "Not judged"),
        tag("p", "Not judged is no pass.", class_="warn"),
        table("Models that were asked for and could not be judged", ("Model", "Why", "What helps"), rows),
        class_="break",
    )
