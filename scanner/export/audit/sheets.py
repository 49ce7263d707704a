"""The pack as tables: what a spreadsheet shows of it, sheet by sheet, with the kind of every column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scanner.export.audit.gather import COVERAGE, Pack
from scanner.export.audit.tally import UNKNOWN, VERDICTS
from scanner.export.audit.words import LIMITS, assurance, filtered, how_to_verify, judging
from scanner.export.settings import in_words

Row = Mapping[str, Any]


class Kind(StrEnum):
    """What stands in a column. A list holds texts; None, alone or in a list, is what is not known."""

    TEXT = "text"
    COUNT = "count"
    TRUTH = "truth"
    DAY = "day"
    MOMENT = "moment"
    LIST = "list"
    WAIVERS = "waivers"


@dataclass(frozen=True, slots=True)
class Column:
    """``open`` where None means that it could not be determined, not that there is none."""

    name: str
    kind: Kind = Kind.TEXT
    width: int = 16
    open: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    columns: Sequence[Column]
    rows: Callable[[Pack], Iterable[Row]]


def cell(value: Any, column: Column) -> str | int | None:
    """A value as a person reads it in one cell; numbers stay numbers, None is an empty cell."""
    if value is None:
        return UNKNOWN if column.open else None
    if column.kind is Kind.TRUTH:
        return "yes" if value else "no"
    if column.kind is Kind.LIST:
        return "; ".join(UNKNOWN if one is None else str(one) for one in value)
    if column.kind is Kind.WAIVERS:
        return "; ".join(f"{w['rule']} ({w['ticket']}, {w['approver']}, until {w['expires']})" for w in value)
    return int(value) if column.kind is Kind.COUNT else str(value)


def _summary(pack: Pack) -> Iterator[Row]:
    head = pack.head
    population, period = head["population"], head["period"]
    told: list[tuple[str, str, Any]] = [
        ("period", "from", period["since"]),
        ("period", "to", period["until"]),
        ("period", "next scan after it", period["next_scan_at"] or "none recorded: the period may not be over"),
        ("period", "which decisions", filtered(head)),
        ("period", "program", f"modelorigin {head['tool']['version']}"),
        ("population", "first scan", f"{population['first']['scan']}, {population['first']['at']}"),
        ("population", "last scan", f"{population['last']['scan']}, {population['last']['at']}"),
    ]
    for section, name, value in told:
        yield {"section": section, "name": name, "value": value}
    for name in ("scans", "decisions", "models", "identities", "publishers", "runs"):
        yield {"section": "population", "name": name, "total": population[name]}
    for one in population["codebases"]:
        yield {"section": "code bases, in scans", "name": one["codebase"] or "(none: a check)", "total": one["scans"]}
    yield {
        "section": "identities by their last verdict",
        "name": "all",
        **head["standing"],
        "total": population["identities"],
    }
    for table, title in TABLES.items():
        for one in head["counts"][table]:
            name = f"{one['policy']} {one['digest']}" if table == "policy" else one["label"]
            value = None
            if table == "policy":
                value = "; ".join((one["status"] or "status not known", *in_words(one["settings"])))
            counts = {k: one[k] for k in (*VERDICTS, "total")}
            yield {"section": f"decisions {title}", "name": name, "value": value, **counts}


TABLES = {
    "verdict": "by verdict",
    "month": "by month",
    "publisher_origin": "by origin of the publisher",
    "root_origins": "by origin of the roots",
    "licenses": "by the licences in the model",
    "policy": "by policy and version",
}


def _gaps(pack: Pack) -> Iterator[Row]:
    head = pack.head
    scans, coverage = head["population"]["scans"], head["coverage"]
    for name, words in COVERAGE.items():
        yield {"section": "not all was seen", "what": words, "scans": coverage[name], "of": scans}
    for key, title in (("depths", "depth"), ("hubs", "hub")):
        for one in coverage[key]:
            yield {"section": f"read, by {title}", "what": one[title], "scans": one["scans"], "of": scans}
    for gap in head["gaps"]:
        told = {name: gap[name] for name in ("what", "reason", "transient", "scans")}
        yield {"section": "could not be had", **told, "of": scans}
    for number in head["population"]["redacted"]:
        yield {"section": "redacted", "what": f"scan {number}"}
    for digest in head["waivers_unread"]:
        yield {"section": "does not read", "what": f"waivers {digest}"}


def _verify(pack: Pack) -> Iterator[Row]:
    for name, value in (*assurance(pack.head), *how_to_verify(pack.head)):
        yield {"name": name, "value": value}
    for text in LIMITS:
        yield {"name": "limit", "value": text}
    note = pack.head["verification"]["checkpoint"]
    for line in (note or "").splitlines():
        yield {"name": "checkpoint", "value": line}


def _decisions(pack: Pack) -> Iterator[Row]:
    settings = {row["digest"]: in_words(row["settings"]) for row in pack.head["counts"]["policy"]}
    for row in pack.decisions:
        yield {**row, "parameters": settings[row["policy_digest"]]}


def _models(pack: Pack) -> Iterator[Row]:
    by = judging(pack.head)
    for row in pack.models:
        row["policies"] = [by(*one) for one in zip(row["policies"], row.pop("policy_digests"), strict=True)]
        yield row


def _changes(pack: Pack) -> Iterator[Row]:
    for row in pack.changes:
        settings = row.pop("settings")
        yield {**row, "parameters": in_words(settings) if row["kind"] == "policy" else None}


_COUNTS = tuple(Column(name, Kind.COUNT, 9) for name in (*VERDICTS, "total"))

SHEETS: Mapping[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "summary",
            (Column("section", width=30), Column("name", width=44), Column("value", width=44), *_COUNTS),
            _summary,
        ),
        Sheet(
            "decisions",
            (
                Column("scan", Kind.COUNT, 8), Column("at", Kind.MOMENT, 19), Column("as_of", Kind.DAY, 11),
                Column("model", width=40), Column("revision", width=14, open=True), Column("verdict", width=9),
                Column("policy", width=18), Column("rules", Kind.LIST, 26), Column("reasons", Kind.LIST, 60),
                Column("waived", Kind.WAIVERS, 26), Column("publisher", width=18, open=True),
                Column("publisher_origin", width=16, open=True), Column("root_origins", Kind.LIST, 14),
                Column("roots_established", Kind.TRUTH, 16, open=True), Column("license", width=16, open=True),
                Column("licenses", Kind.LIST, 26), Column("commercial_use", width=15, open=True),
                Column("incomplete", Kind.TRUTH, 11), Column("gaps", Kind.LIST, 20), Column("codebase", width=16),
                Column("requested", width=40), Column("run", width=46), Column("hub", width=12),
                Column("depth", width=10, open=True), Column("hub_id", width=26, open=True),
                Column("record", Kind.COUNT, 8), Column("before_log", Kind.TRUTH, 11),
                Column("policy_digest", width=20), Column("parameters", Kind.LIST, 30),
                Column("decision_digest", width=20), Column("facts_digest", width=20),
                Column("waivers_digest", width=20), Column("registry_digest", width=20), Column("tool_version"),
            ),
            _decisions,
        ),
        Sheet(
            "models",
            (
                Column("model", width=40), Column("hub", width=12), Column("hub_id", width=26, open=True),
                Column("verdict", width=9), Column("policies", Kind.LIST, 30), Column("last_scan", Kind.COUNT, 10),
                Column("last_at", Kind.MOMENT, 19), Column("scans", Kind.COUNT, 8),
                Column("revision", width=14, open=True), Column("publisher", width=18, open=True),
                Column("publisher_origin", width=16, open=True), Column("root_origins", Kind.LIST, 14),
                Column("licenses", Kind.LIST, 26), Column("incomplete", Kind.TRUTH, 11),
                Column("depth", width=10, open=True), Column("gaps", Kind.LIST, 20),
            ),
            _models,
        ),
        Sheet(
            "waivers",
            (
                Column("state", width=10), Column("expires", Kind.DAY, 11), Column("days_left", Kind.COUNT, 9),
                Column("rule", width=22), Column("model", width=30), Column("revision", width=14),
                Column("outcome", width=9), Column("owner", width=20), Column("approver", width=26),
                Column("ticket", width=14), Column("reason", width=40), Column("by", width=9),
                Column("at", width=24), Column("paths", Kind.LIST, 24), Column("expression", width=20),
                Column("applied", Kind.COUNT, 9), Column("first_given", Kind.MOMENT, 19),
                Column("last_given", Kind.MOMENT, 19),
            ),
            lambda pack: pack.waivers,
        ),
        Sheet(
            "changes",
            (
                Column("record", Kind.COUNT, 8), Column("at", Kind.MOMENT, 19), Column("kind", width=11),
                Column("what", width=24), Column("is_now", width=66), Column("was", width=66),
                Column("parameters", Kind.LIST, 30), Column("by"),
                Column("reason", width=40),
            ),
            _changes,
        ),
        Sheet(
            "gaps",
            (
                Column("section", width=20), Column("what", width=60), Column("reason", width=20),
                Column("transient", Kind.TRUTH, 10), Column("scans", Kind.COUNT, 8), Column("of", Kind.COUNT, 8),
            ),
            _gaps,
        ),
        Sheet("verify", (Column("name", width=24), Column("value", width=110)), _verify),
    )
}  # fmt: skip
"""In the order of a workbook."""
