"""Putting the pack together: the scans of a period are read once, counted, and kept as rows on disk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from scanner.errors import DatabaseUnreadable, NothingToScan
from scanner.export.audit.recorded import Change, Judged, Period, Recorded
from scanner.export.audit.rows import Rows
from scanner.export.audit.tally import UNKNOWN, VERDICTS, Tally, label, months
from scanner.export.audit.told import Facts, decision_told, facts_told, harmless, settings_told
from scanner.export.audit.waived import Waived
from scanner.policy.operators import globbed
from scanner.text import clean

SCHEMA = "modelorigin/audit/v1"
_KNOWN = 5_000
"""Facts documents whose content is remembered: a nightly job records the same ones again."""
_GAPS = 500
"""Kinds of gaps that are told apart: a hub's file names are among them."""
_OTHER = "(others)"
Settings = Callable[[str], Sequence[Mapping[str, Any]] | None]
"""The parameters that were set from outside in the policy of a digest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pack is about: the first and the last day, and which decisions, all where nothing is named.

    ``model`` and ``codebase`` are names in which ``*`` stands for anything. Waivers are looked at on ``as_of``.
    """

    since: str
    until: str
    as_of: date
    version: str
    policies: tuple[str, ...] = ()
    model: str | None = None
    codebase: str | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """``modelorigin/audit/v1``: ``head`` is all of it but the long lists, which are read from disk."""

    head: Mapping[str, Any]
    waivers: Sequence[Mapping[str, Any]]
    models: Rows
    changes: Rows
    decisions: Rows


@dataclass(slots=True)
class _Counted:
    """What is counted of the scans as they pass."""

    scans: int = 0
    decisions: int = 0
    before_log: int = 0
    first: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)
    publishers: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    codebases: Counter[str | None] = field(default_factory=Counter)
    models: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    coverage: Counter[str] = field(default_factory=Counter)
    depths: Counter[str] = field(default_factory=Counter)
    hubs: Counter[str] = field(default_factory=Counter)
    gaps: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    records: list[int] = field(default_factory=list)
    verdict: Tally = field(default_factory=lambda: Tally(VERDICTS))
    publisher: Tally = field(default_factory=lambda: Tally([UNKNOWN]))
    roots: Tally = field(default_factory=lambda: Tally([UNKNOWN]))
    license: Tally = field(default_factory=lambda: Tally([UNKNOWN]))
    month: Tally = field(default_factory=Tally)
    policy: dict[tuple[str, str], Tally] = field(default_factory=dict)
    status: dict[str, str | None] = field(default_factory=dict)


def gather(period: Period, asked: Asked, verification: Mapping[str, Any], folder: Path) -> Pack:
    """Read the period and put its pack together; its long lists are kept in ``folder``.

    ``verification`` is what was found when the database was hashed anew: how far its log is signed and witnessed.

    Raises:
        NothingToScan: nothing was recorded that was asked for.
        DatabaseUnreadable: a recorded document does not read.
    """
    counted, waived = _Counted(month=Tally(months(asked.since, asked.until))), Waived(asked.as_of)
    with Rows(folder / "decisions.jsonl") as decisions:
        for scan, facts, judged in _wanted(period, asked):
            _count_scan(counted, scan, facts)
            if scan.waivers_digest:
                waived.given(scan.waivers_digest, scan.at)
            for one in judged:
                told = decision_told(_document(one.body, scan))
                if told["verdict"] not in VERDICTS:
                    raise _unreadable(scan)
                waived.applied(told["waived"])
                _count_decision(counted, scan, facts, one, told)
                decisions.add(harmless(_row(scan, facts, one, told)))
    redacted = period.redacted()
    if not counted.scans:
        raise _nothing(asked, redacted)
    with Rows(folder / "models.jsonl") as models:
        standing = _models(counted, decisions, models)
    settings = cache(partial(settings_told, period.text))
    with Rows(folder / "changes.jsonl") as changes:
        for change in period.changes():
            changes.add(harmless(_change(change, settings)))
    waivers = [harmless(row) for row in waived.rows(period.text)]
    head = harmless(_head(counted, asked, verification, period.later(), redacted, standing, settings))
    head["waivers_unread"] = waived.unread
    # A note is several lines, and holds only as they are.
    head["verification"]["checkpoint"] = clean(verification["checkpoint"] or "") or None
    return Pack(head, waivers, models, changes, decisions)


def _wanted(period: Period, asked: Asked) -> Iterator[tuple[Recorded, Facts, Sequence[Judged]]]:
    of_model, of_codebase = globbed(asked.model or "*"), globbed(asked.codebase or "*")
    known: dict[str, Facts] = {}
    for scan in period.scans():
        facts = known.get(scan.facts_digest)
        if facts is None:
            if len(known) >= _KNOWN:
                known.clear()
            facts = known[scan.facts_digest] = facts_told(_document(scan.facts, scan))
        if not of_model(facts.model) or (asked.codebase and not (facts.codebase and of_codebase(facts.codebase))):
            continue
        judged = [one for one in scan.decisions if not asked.policies or one.policy in asked.policies]
        if judged:
            yield scan, facts, judged


def _document(text: str, scan: Recorded) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(scan) from error
    if not isinstance(found, Mapping):
        raise _unreadable(scan)
    return found


def _unreadable(scan: Recorded) -> DatabaseUnreadable:
    return DatabaseUnreadable(
        f"a document of scan {scan.number} does not read", hint="keep the database for inspection; nothing was written"
    )


def _nothing(asked: Asked, redacted: Sequence[int]) -> NothingToScan:
    wanted = [*(f"by {name}" for name in asked.policies), *([f"of {asked.model}"] if asked.model else [])]
    wanted += [f"in {asked.codebase}"] if asked.codebase else []
    which = f" {', '.join(wanted)}" if wanted else ""
    gone = f"; redacted scans that may have been of it: {len(redacted):,}" if redacted else ""
    return NothingToScan(
        f"nothing was scanned from {asked.since} to {asked.until}{which}{gone}: there is nothing to report on",
        hint="modelorigin audit list shows what was recorded, and when; is this the right database (--db)?",
    )


def _count_scan(counted: _Counted, scan: Recorded, facts: Facts) -> None:
    counted.scans += 1
    counted.before_log += scan.before_log
    place = {"scan": scan.number, "at": scan.at}
    counted.first = counted.first or place
    counted.last = place
    counted.runs.add(scan.run)
    counted.publishers.add((facts.publisher or UNKNOWN).casefold())
    counted.versions.add(scan.tool_version)
    counted.codebases[facts.codebase] += 1
    # Where no id is told, the place it was read from tells readings apart.
    key = facts.model.casefold(), facts.hub_id or f"in {facts.hub}"
    counted.models[key] = [counted.models.get(key, [0])[0] + 1, scan.number]
    counted.records.append(scan.record)
    counted.depths[facts.depth or UNKNOWN] += 1
    counted.hubs[facts.hub or UNKNOWN] += 1
    unseen = {
        "incomplete": facts.incomplete,
        "lineage_incomplete": not facts.lineage_complete,
        "roots_not_established": facts.roots_established is not True,
        "publisher_origin_unknown": facts.publisher_origin is None,
        "license_unknown": None in facts.licenses,
        "no_commit": facts.revision is None,
    }
    counted.coverage.update({**unseen, "not_all_seen": bool(facts.gaps) or any(unseen.values())})
    for gap in {(gap.what, gap.reason, gap.transient) for gap in facts.gaps}:
        known = gap in counted.gaps or len(counted.gaps) < _GAPS
        counted.gaps[gap if known else (_OTHER, *gap[1:])] += 1


def _count_decision(counted: _Counted, scan: Recorded, facts: Facts, one: Judged, told: Mapping[str, Any]) -> None:
    verdict = told["verdict"]
    counted.decisions += 1
    counted.verdict.add(verdict, verdict)
    counted.publisher.add(label((facts.publisher_origin,)), verdict)
    counted.roots.add(label(facts.root_origins), verdict)
    counted.license.add(label(facts.licenses), verdict)
    counted.month.add(scan.at[:7], verdict)
    counted.policy.setdefault((one.policy, one.policy_digest), Tally()).add(one.policy, verdict)
    counted.status[one.policy_digest] = told["status"]


def _row(scan: Recorded, facts: Facts, one: Judged, told: Mapping[str, Any]) -> dict[str, Any]:
    waived = [{name: by[name] for name in ("rule", "ticket", "approver", "expires")} for by in told["waived"]]
    return {
        "scan": scan.number,
        "at": scan.at,
        "as_of": facts.as_of,
        "model": facts.model,
        "revision": facts.revision,
        "verdict": told["verdict"],
        "policy": one.policy,
        "rules": told["rules"],
        "reasons": told["reasons"],
        "waived": waived,
        "publisher": facts.publisher,
        "publisher_origin": facts.publisher_origin,
        "root_origins": facts.root_origins,
        "roots_established": facts.roots_established,
        "license": facts.license,
        "licenses": facts.licenses,
        "commercial_use": facts.commercial_use,
        "incomplete": facts.incomplete,
        "gaps": sorted({gap.reason for gap in facts.gaps}),
        "codebase": facts.codebase,
        "requested": scan.requested,
        "run": scan.run,
        "hub": facts.hub,
        "depth": facts.depth,
        "hub_id": facts.hub_id,
        "record": scan.record,
        "before_log": scan.before_log,
        "policy_digest": one.policy_digest,
        "decision_digest": one.digest,
        "facts_digest": scan.facts_digest,
        "waivers_digest": scan.waivers_digest,
        "registry_digest": scan.registry_digest,
        "tool_version": scan.tool_version,
    }


_OF_MODEL = (
    "model", "hub", "hub_id", "depth", "gaps", "revision", "publisher", "publisher_origin", "root_origins",
    "licenses", "incomplete",
)  # fmt: skip


def _models(counted: _Counted, decisions: Rows, models: Rows) -> dict[str, int]:
    """A row for each identity, of its last scan; how many of them have which verdict there."""
    last = {number: scans for scans, number in counted.models.values()}
    standing = dict.fromkeys(VERDICTS, 0)
    for number, of_scan in groupby(decisions, itemgetter("scan")):
        if number not in last:
            continue
        rows = list(of_scan)
        verdict = max((row["verdict"] for row in rows), key=VERDICTS.index)
        standing[verdict] += 1
        told = {name: rows[0][name] for name in _OF_MODEL}
        told |= {"scans": last[number], "last_scan": number, "last_at": rows[0]["at"], "verdict": verdict}
        models.add(
            {
                **told,
                "policies": [row["policy"] for row in rows],
                "policy_digests": [row["policy_digest"] for row in rows],
            }
        )
    return standing


def _change(change: Change, settings: Settings) -> dict[str, Any]:
    body = change.body
    redacted = f"scan {body.get('scan')}" if change.kind == "redaction" else None
    digest = body.get("key") if change.kind == "key" else body.get("digest")
    return {
        "record": change.record,
        "at": str(body.get("at")),
        "kind": change.kind,
        "what": body.get("name") or redacted,
        "is_now": digest or body.get("leaf"),
        "was": body.get("replaces"),
        "settings": settings(str(digest)) if change.kind == "policy" else None,
        "by": body.get("by"),
        "reason": body.get("reason"),
    }


def _head(
    counted: _Counted,
    asked: Asked,
    verification: Mapping[str, Any],
    later: str | None,
    redacted: Sequence[int],
    standing: Mapping[str, int],
    settings: Settings,
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "modelorigin", "version": asked.version},
        "period": {"since": asked.since, "until": asked.until, "next_scan_at": later},
        "filter": {"policies": asked.policies, "model": asked.model, "codebase": asked.codebase},
        "population": {
            "scans": counted.scans,
            "decisions": counted.decisions,
            "models": len({name for name, _ in counted.models}),
            "identities": len(counted.models),
            "publishers": len(counted.publishers),
            "runs": len(counted.runs),
            "codebases": _named(counted.codebases, "codebase", None),
            "first": counted.first,
            "last": counted.last,
            "redacted": redacted,
            "before_log": counted.before_log,
            "tool_versions": sorted(counted.versions),
        },
        "standing": standing,
        "counts": {
            "verdict": counted.verdict.rows(),
            "month": sorted(counted.month.rows(), key=itemgetter("label")),
            "publisher_origin": counted.publisher.largest_first(),
            "root_origins": counted.roots.largest_first(),
            "licenses": counted.license.largest_first(),
            "policy": [
                {
                    "policy": name,
                    "digest": digest,
                    "status": counted.status[digest],
                    "settings": settings(digest),
                    **{k: row[k] for k in (*VERDICTS, "total")},
                }
                for (name, digest), tally in sorted(counted.policy.items())
                for row in tally.rows()
            ],
        },
        "coverage": {
            **{name: counted.coverage[name] for name in COVERAGE},
            "depths": _named(counted.depths, "depth", UNKNOWN),
            "hubs": _named(counted.hubs, "hub", UNKNOWN),
        },
        "gaps": [
            {"what": what, "reason": reason, "transient": transient, "scans": scans}
            for (what, reason, transient), scans in sorted(counted.gaps.items(), key=lambda one: (-one[1], one[0]))
        ],
        "waivers_as_of": asked.as_of.isoformat(),
        "verification": {**verification, "period": _covered(counted.records, verification)},
    }


COVERAGE: Mapping[str, str] = {
    "not_all_seen": "any of what follows, or anything else that was looked for and could not be had",
    "incomplete": "something could not be read that may be readable later",
    "lineage_incomplete": "the lineage was not followed to its end",
    "roots_not_established": "nothing says where the weights begin",
    "publisher_origin_unknown": "the origin of the publisher is not known",
    "license_unknown": "a licence in the model is not known",
    "no_commit": "the hub named no commit: what was judged cannot be had again for certain",
}
"""What is counted of scans that did not see all, in words."""


def _named(counts: Counter[Any], name: str, unknown: str | None) -> list[dict[str, Any]]:
    known = sorted(counts.items(), key=lambda one: (-one[1], one[0] is None, one[0] or ""))
    return [{name: key if key is not None else unknown, "scans": scans} for key, scans in known]


def _covered(records: Sequence[int], verification: Mapping[str, Any]) -> dict[str, int]:
    """How many of the period's records lie within what was signed and what was witnessed."""

    def within(size: int) -> int:
        return sum(1 for record in records if record < size)

    return {
        "first": min(records),
        "last": max(records),
        "scans": len(records),
        "in_checkpoint": within(verification["checkpoint_size"]),
        "signed": within(verification["signed"]),
        "witnessed": within(verification["witnessed"]),
    }
