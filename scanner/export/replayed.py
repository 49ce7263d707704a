"""Recorded scans that were judged again, as text: as they were judged then, or as they might have been."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from scanner.export.account import counted
from scanner.export.codebase.spreadsheet import cell
from scanner.export.columns import rows
from scanner.export.quoting import one_line
from scanner.export.report import Screen
from scanner.export.settings import under

Json = Mapping[str, Any]

_RULES = 3
"""Rules that a table names of one scan."""

_REPLAYED = ("scan", "model", "policy", "result", "told")
_SUPPOSED = ("scan", "at", "model", "from", "to", "rules_before", "rules", "told")


def replay_table(document: Json, screen: Screen) -> str:
    """What is not identical, each with its difference; then the count."""
    lines: list[str] = []
    for one in document["decisions"]:
        if one["result"] == "identical":
            continue
        what = " ".join(one_line(part) for part in (one["model"], "by", one["policy"])) if one["policy"] else ""
        lines.append(f"scan {one['scan']}: {one['result']}{f': {what}' if what else ''}")
        lines.append(f"  {one_line(one['told'])}")
    return "\n".join([*lines, _replayed(document)])


def _replayed(document: Json) -> str:
    total = document["identical"] + document["different"] + document["not_replayed"]
    parts = [f"{document['identical']:,} of {counted(total, 'decision')} identical, byte by byte"]
    parts += [f"{document[key]:,} {words}" for key, words in
              (("different", "different"), ("not_replayed", "not replayed")) if document[key]]  # fmt: skip
    if document["redacted"]:
        parts.append(f"{counted(document['redacted'], 'scan')} redacted, as the log says: nothing to judge")
    return "; ".join(parts)


def replay_csv(document: Json) -> str:
    """A row for each decision."""
    return _csv(_REPLAYED, document["decisions"])


def supposed_table(document: Json, screen: Screen) -> str:
    """The scans whose verdict would be another, with the rules that would decide; then how many there are of each."""
    changed = [one for one in document["scans"] if one["to"] is not None]
    unknown = [one for one in document["scans"] if one["to"] is None]
    lines = list(_supposition(document["supposed"]))
    if changed:
        body = [(one["scan"], one["model"], one["from"], one["to"], _deciding(one)) for one in changed]
        lines += ["", rows(("scan", "model", "from", "to", "because of"), body, screen, wide=(1, 4))]
    if unknown:
        lines += ["", *(f"scan {one['scan']}: not judged: {one_line(one['told'])}" for one in unknown)]
    return "\n".join([*lines, "", *_summary(document)])


def _supposition(supposed: Json) -> Iterator[str]:
    policies = supposed["policies"]
    named = ", ".join(
        one_line(f"{under(one['name'], one['settings'])} ({one['digest'][:12]})") for one in policies or ()
    )
    yield f"what if: nothing is recorded; {'judged by ' + named if policies else 'judged by the recorded policies'}"
    day = f"as of {supposed['as_of']}" if supposed["as_of"] else "as of the day of each scan"
    waivers = "with other waivers" if supposed["waivers"] else "with the recorded waivers"
    yield f"{day}, {waivers}, {_ORIGINS[supposed['registry'] is not None]}"


_ORIGINS = {
    False: "on the facts as they were recorded",
    True: "with origins by today's registry; lineage, licences and files as they were recorded",
}


def _deciding(one: Json) -> str:
    """The rules of the new verdict; of one that became ALLOW those that no longer weigh."""
    rules = one["rules"] or one["rules_before"]
    more = f" and {len(rules) - _RULES} more" if len(rules) > _RULES else ""
    named = ", ".join(rules[:_RULES]) + more
    return named if one["rules"] else f"no longer: {named}"


def _summary(document: Json) -> Iterator[str]:
    counts = document["counts"]
    yield f"{counts['changed']:,} of {counted(counts['scans'], 'scan')} would have another verdict"
    yield from (f"  {one['from']} → {one['to']}: {one['scans']:,}" for one in counts["turns"])
    if counts["for_other_reasons"]:
        yield f"{counts['for_other_reasons']:,} would keep the verdict for other reasons"
    if counts["not_judged"]:
        yield f"{counts['not_judged']:,} could not be judged: that is no answer"
    if counts["redacted"]:
        yield f"{counts['redacted']:,} redacted, as the log says: nothing to judge"


def supposed_csv(document: Json) -> str:
    """A row for each scan whose verdict would be another or is not known."""
    return _csv(_SUPPOSED, document["scans"])


def _csv(columns: Sequence[str], records: Iterable[Json]) -> str:
    text = StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    table.writerow(columns)
    for record in records:
        table.writerow([cell(one_line(record[column])) for column in columns])
    return text.getvalue().rstrip("\n")
