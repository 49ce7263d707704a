"""The pack for a person: one HTML page to read, to print and to hand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scanner.export.account import counted
from scanner.export.audit.gather import COVERAGE, Pack
from scanner.export.audit.listed import (
    changes,
    chips,
    codes,
    decided,
    lands_of,
    models,
    parameters,
    verdicts_of,
    waivers,
)
from scanner.export.audit.tally import UNKNOWN, VERDICTS
from scanner.export.audit.told import UNDECLARED
from scanner.export.audit.waived import EXPIRED, EXPIRING, IN_CODE, IN_FORCE
from scanner.export.audit.words import LIMITS, assurance, filtered, how_to_verify, windows
from scanner.export.columns import shortened
from scanner.export.page import Bar, Content, Markup, bars, jump, page, quoted, section, table, tag
from scanner.export.page.lands import Lands

Json = Mapping[str, Any]

_BARS, _LABEL, _NUMBERS, _GAPS = 12, 24, 20, 50
_STYLE = """
.figures { display: grid; grid-template-columns: repeat(5, 1fr); gap: .8rem; margin: 1rem 0; }
@media screen and (max-width: 700px) { .figures { grid-template-columns: repeat(2, 1fr); } }
.figures div { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; background: var(--tint); }
.figures strong { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures span { color: var(--faint); font-size: .87rem; }
nav ol { columns: 2; padding-left: 1.4rem; margin: .3rem 0; }
main { max-width: 66rem; }
.keep, .land, thead th { white-space: nowrap; overflow-wrap: normal; }
td { min-width: 5rem; } td.num { min-width: 3rem; } tbody th { min-width: 10rem; } tbody th.num { min-width: 4rem; }
details .scroll, #population .scroll, #coverage .scroll { max-width: 46rem; }
h2, h3, summary, caption, thead { break-after: avoid; }
td ul { margin: .2rem 0 0; padding-left: 1.1rem; }
.note code { display: block; white-space: pre-wrap; overflow-wrap: anywhere; }
td code, dd code { overflow-wrap: anywhere; }
@page { size: A4 landscape; }
@media print {
  nav { display: none; } figure svg { max-width: 19cm; }
  figcaption { font-size: 8.5pt; }
}
"""
_PARTS = {
    "population": "What was judged",
    "decisions": "What was decided",
    "policies": "By which policies",
    "models": "Where each model stands",
    "waivers": "What was waived, and until when",
    "changes": "What changed in the period",
    "coverage": "What was not seen",
    "verification": "How far this can be trusted",
    "verify": "How to verify it",
    "limits": "What it does not say",
}


def write_page(pack: Pack, file: Path, _sheet: str) -> None:
    """A page that loads nothing and runs nothing; long lists are cut, and say so."""
    head = pack.head
    period = f"{head['period']['since']} to {head['period']['until']}"
    title = f"Models judged, {period}"
    lands = lands_of(pack)
    body = (
        tag("header", tag("h1", title), tag("p", *_about(head))),
        _figures(pack),
        _trust(head),
        _nav(),
        _part("population", *_population(head)),
        _part("decisions", *_decisions(pack, lands)),
        _part("policies", _policies(head)),
        _part("models", *models(pack, lands)),
        _part("waivers", *_waivers(pack)),
        _part("changes", *changes(pack)),
        _part("coverage", *_coverage(head)),
        _part("verification", *_verification(head)),
        _part("verify", _steps(head)),
        _part("limits", tag("ul", [tag("li", text) for text in LIMITS])),
    )
    file.write_text(page(title, *body, more_style=_STYLE), encoding="utf-8", newline="\n")


def _part(id: str, *inside: Content) -> Markup:
    return section(_PARTS[id], *inside, id=id)


def _nav() -> Markup:
    return tag("nav", tag("ol", [tag("li", jump(id, title)) for id, title in _PARTS.items()]), aria_label="Contents")


def _about(head: Json) -> Iterator[Content]:
    yield "Every decision that was recorded on these days (UTC, both included)"
    which = filtered(head)
    if which != "all":
        yield from (", of these only: ", quoted(which))
    yield f". Recorded in the log {head['verification']['log']}; written by modelorigin {head['tool']['version']}. "
    if head["period"]["next_scan_at"]:
        yield f"The first scan after the period was made at {head['period']['next_scan_at']}."
    else:
        yield tag("span", "No scan after the period is recorded: it may not be over.", class_="warn")


def _figures(pack: Pack) -> Markup:
    head, population = pack.head, pack.head["population"]
    states = [row["state"] for row in pack.waivers]
    told = [
        (population["scans"], "scans"),
        (population["decisions"], "decisions"),
        (population["models"], "models"),
        (population["publishers"], "publishers"),
        (sum(1 for one in population["codebases"] if one["codebase"] is not None), "code bases"),
        (_verdict(head, "deny"), "decisions deny"),
        (_verdict(head, "review"), "ask for a review"),
        (len(states) - states.count(EXPIRED), f"waivers in force on {head['waivers_as_of']}"),
        (states.count(EXPIRING), "of them end within the 30 days after"),
        (head["coverage"]["not_all_seen"], "scans in which not all was seen"),
    ]
    return tag("div", [tag("div", tag("strong", number), tag("span", name)) for number, name in told], class_="figures")


def _trust(head: Json) -> Markup:
    """In one line, where everybody sees it, whether a change would be noticed."""
    scans = head["population"]["scans"]
    covered = max(head["verification"]["period"]["signed"], head["verification"]["period"]["witnessed"])
    if covered == scans and not list(windows(head)):
        return tag("p", "All scans of the period are vouched for by a checkpoint that was kept outside the database.")
    left = "any" if not covered else f"{scans - covered:,}"
    said = (
        f"A change of {left} of the {counted(scans, 'scan')} would not be noticed by what was compared here: "
        if covered < scans
        else "Not all of it is vouched for by what was compared here: "
    )
    return tag("p", said, jump("verification", "how far this can be trusted"), ".", class_="warn")


def _verdict(head: Json, verdict: str) -> int:
    return sum(row["total"] for row in head["counts"]["verdict"] if row["label"] == verdict)


def _population(head: Json) -> Iterator[Content]:
    population = head["population"]
    first, last = population["first"], population["last"]
    told: list[tuple[str, Content]] = [
        ("first scan", f"{first['scan']:,}, {first['at']}"),
        ("last scan", f"{last['scan']:,}, {last['at']}"),
        ("runs", population["runs"]),
        ("recorded by", f"modelorigin {', '.join(population['tool_versions'])}"),
    ]
    if population["redacted"]:
        numbers = ", ".join(f"{number}" for number in population["redacted"][:_NUMBERS])
        more = " ..." if len(population["redacted"]) > _NUMBERS else ""
        said = f"{counted(len(population['redacted']), 'scan')}, perhaps of the period and in no count: {numbers}{more}"
        told.append(("redacted", tag("span", said, class_="warn")))
    if population["before_log"]:
        told.append(("older than the log", counted(population["before_log"], "scan")))
    yield tag("dl", [(tag("dt", name), tag("dd", value)) for name, value in told])
    rows = [
        (
            quoted(one["codebase"]) if one["codebase"] is not None else "none: a model was checked by itself",
            one["scans"],
        )
        for one in population["codebases"]
    ]
    yield table("Scans by the code base that asked", ("Code base", "Scans"), rows, numbers=(1,))


def _decisions(pack: Pack, lands: Lands) -> Iterator[Content]:
    head, counts = pack.head, pack.head["counts"]
    total = head["population"]["decisions"]
    yield tag(
        "p",
        f"{total:,} decisions: one for each policy a scan was judged by. Every table below adds up to all of them.",
    )
    yield bars(
        "By verdict",
        [Bar(row["label"], row["total"], _share(row, total), tone=row["label"]) for row in counts["verdict"]],
    )
    yield _counted("By month", "Month", counts["month"], total)
    yield _counted(
        "By origin of the publisher", "Country", counts["publisher_origin"], total, lands,
        note="The country that controls who published the model (ISO 3166-1).",
    )  # fmt: skip
    yield _counted(
        "By origin of the roots", "Countries", counts["root_origins"], total, lands,
        note="The countries that control those whose weights the model began with; several: it was merged from several,"
        " or a part of its lineage is not known. Beside a country, unknown says that nothing shows it began there.",
    )  # fmt: skip
    yield _counted(
        "By the licences in the model", "Licences", counts["licenses"], total,
        note=f"Its own and those of all it was made from. {UNDECLARED}: none is declared, so that no permission is"
        " given.",
    )  # fmt: skip
    yield from decided(pack, lands)


def _counted(
    title: str, what: str, rows: Sequence[Json], total: int, lands: Lands | None = None, *, note: str = ""
) -> Markup:
    """A chart of the largest, and a table of all with their verdicts."""
    shown = rows if len(rows) <= _BARS or (not lands and what == "Month") else rows[: _BARS - 1]
    drawn = [
        Bar(
            shortened(row["label"], _LABEL),
            row["total"],
            _share(row, total),
            f"{row['label']}: {row['total']:,}",
            _tone(row["label"], lands),
        )
        for row in shown
    ]
    if len(shown) < len(rows):
        rest = {"total": sum(row["total"] for row in rows[len(shown) :])}
        drawn.append(Bar(f"{len(rows) - len(shown)} others", rest["total"], _share(rest, total), tone="faint"))
    body = [(chips(row["label"], lands) if lands else quoted(row["label"]), *verdicts_of(row)) for row in rows]
    body.append(("all", *verdicts_of({name: sum(row[name] for row in rows) for name in (*VERDICTS, "total")})))
    every = table(
        f"{title}: decisions by verdict", (what, *map(str.capitalize, VERDICTS), "All"), body, numbers=(1, 2, 3, 4)
    )
    folded = tag(
        "details", tag("summary", f"{counted(len(rows), 'row')} with the verdicts"), every,
        open="" if len(rows) <= _BARS else None,
    )  # fmt: skip
    return tag("div", bars(title, drawn, note=note or None), folded)


def _tone(label: str, lands: Lands | None) -> str:
    """The colour of a bar; of several countries it is that of none."""
    named = codes(label)
    return "bar" if lands is None else lands.name(named[0] if len(named) == 1 else None)


def _share(row: Json, total: int) -> Content:
    return (row["total"], tag("tspan", f" {row['total'] / total:.1%}", class_="fill-faint"))


def _policies(head: Json) -> Markup:
    rows = [
        (
            (quoted(row["policy"]), _status(row["status"])), tag("code", row["digest"][:16]),
            parameters(row["settings"]), *verdicts_of(row),
        )
        for row in head["counts"]["policy"]
    ]  # fmt: skip
    return table(
        "Decisions by policy and version (the digest is that of the text, of all it extends and of its parameters)",
        ("Policy", "Version", "Parameters that were set", *map(str.capitalize, VERDICTS), "All"), rows,
        numbers=(3, 4, 5, 6),
    )  # fmt: skip


def _status(status: str | None) -> Content:
    return None if status == "in-force" else tag("span", f" ({status or 'status not known'})", class_="warn")


_STATES = {
    EXPIRING: "ending within 30 days",
    IN_FORCE: "in force for longer",
    IN_CODE: "in comments of the code, which hold on the day of every run that finds them",
    EXPIRED: "ended",
}


def _waivers(pack: Pack) -> Iterator[Content]:
    head = pack.head
    if head["waivers_unread"]:
        digests = ", ".join(head["waivers_unread"])
        yield tag("p", f"Files of waivers that this program cannot read: {digests}", class_="warn")
    if not pack.waivers:
        yield tag("p", "No scan of the period was judged under waivers.")
        return
    states = [row["state"] for row in pack.waivers]
    said = "; ".join(f"{states.count(state):,} {words}" for state, words in _STATES.items() if state in states)
    yield tag(
        "p", f"{counted(len(states), 'waiver')} in the files that scans were judged under;"
             f" on {head['waivers_as_of']}: {said}.",
    )  # fmt: skip
    yield from waivers(pack)


def _coverage(head: Json) -> Iterator[Content]:
    scans, coverage = head["population"]["scans"], head["coverage"]
    rows: list[tuple[Content, ...]] = [
        (words, coverage[name], _of(coverage[name], scans)) for name, words in COVERAGE.items()
    ]
    yield table("Scans in which not all was seen", ("What", "Scans", "Share"), rows, numbers=(1, 2))
    depths = {
        "headers": "texts, configs and the headers of the weights",
        "card": "texts and configs",
        "listing": "what a list says; no file",
        UNKNOWN: "not recorded",
    }
    rows = [
        (depths.get(one["depth"], one["depth"]), one["scans"], _of(one["scans"], scans)) for one in coverage["depths"]
    ]
    yield table("How deep was read", ("What was read", "Scans", "Share"), rows, numbers=(1, 2))
    rows = [(quoted(one["hub"]), one["scans"], _of(one["scans"], scans)) for one in coverage["hubs"]]
    yield table("Where was read", ("Hub", "Scans", "Share"), rows, numbers=(1, 2))
    gaps = [
        (quoted(gap["what"]), quoted(gap["reason"]), "yes" if gap["transient"] else "no", gap["scans"])
        for gap in head["gaps"][:_GAPS]
    ]
    if gaps:
        cut = f": the first {_GAPS} of {len(head['gaps']):,}" if len(head["gaps"]) > _GAPS else ""
        yield table(f"What could not be had{cut}", ("What", "Why", "May be had later", "Scans"), gaps, numbers=(3,))


def _of(number: int, whole: int) -> str:
    return f"{number / whole:.1%}"


def _verification(head: Json) -> Iterator[Content]:
    open_ = list(windows(head))
    if open_:
        yield tag("p", "A change of these would not be noticed by what was compared here:", class_="warn")
        yield tag("ul", [tag("li", text, class_="warn") for text in open_])
    told = [(name, text) for name, text in assurance(head) if name != "window"]
    yield tag(
        "dl",
        [(tag("dt", name), tag("dd", tag("code", text) if name in ("log", "root") else text)) for name, text in told],
    )
    note = head["verification"]["checkpoint"]
    if note:
        yield tag("p", "The checkpoint, a C2SP signed note. Compare it with the one that a witness keeps:")
        yield tag("div", [tag("code", line or " ") for line in note.splitlines()], class_="note")


def _steps(head: Json) -> Markup:
    return tag("dl", [(tag("dt", name), tag("dd", tag("code", command))) for name, command in how_to_verify(head)])
