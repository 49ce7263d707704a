"""Databases with a period to report on: real records in a real store, varied, and small."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from scanner.export.audit import Asked, Pack, gather
from scanner.log import Witnessed
from scanner.store import DecisionRecord, ScanRecord, Store, digest
from tests.export.samples import COMMIT, facts, finding, license, lineage, model, origin

SINCE, UNTIL = "2026-07-01", "2026-09-30"
ASKED = Asked(since=SINCE, until=UNTIL, as_of=date(2026, 9, 30), version="1.2.3")
FORMULA = "=cmd|' /C calc'!A0"
WAIVERS = f"""version: 1
waivers:
  - {{rule: root-origin, model: acme/m1, reason: "{FORMULA}", approver: board@acme.example, ticket: RISK-1, expires: 2026-10-20}}
  - {{rule: pinned, model: "acme/*", reason: own, owner: platform, approver: cto, ticket: RISK-2, expires: 2027-06-30}}
  - {{rule: pinned, model: "old/*", reason: gone, approver: cto, ticket: RISK-3, expires: 2026-08-31}}
"""
APPLIED = {
    "rule": "root-origin", "model": "acme/m1", "revision": None, "outcome": None, "reason": FORMULA,
    "approver": "board@acme.example", "ticket": "RISK-1", "expires": "2026-10-20", "owner": None, "by": "waiver",
    "at": None,
}  # fmt: skip
GAP = {"subject": "acme/m3", "what": "config.json", "reason": "unreachable", "transient": True, "at": "hf://x"}
KINDS = 6


def judged(verdict: str, name: str, version: int = 1, **more: Any) -> DecisionRecord:
    """What a policy said; every version has a text of its own."""
    text = f"policy {name} {version}"
    document = {
        "schema": "modelorigin/decision/v1",
        "policy": {"name": name, "title": name, "digest": digest(text), "status": "in-force"},
        "as_of": "2026-07-01", "model": None, "revision": None, "verdict": verdict, "findings": [],
        "outcomes": {"root-origin": "pass"}, "waivers": [], "waivers_digest": None,
    }  # fmt: skip
    return DecisionRecord(name, digest(text), text, document | more, verdict.upper())


def facts_of(number: int) -> dict[str, Any]:
    """Six kinds of models: two roots in one country, in two, nothing known, not followed, no licence, a code base's."""
    kind, name = number % KINDS, f"acme/m{number % KINDS}"
    us, cn, nobody = origin("acme", "Acme", "US"), origin("qw", "Qw", "CN"), origin("acme")
    root = model("qw/root", 1, cn, root=True, established="curated", license=license("MIT"))
    base = facts()
    told: dict[str, Any] = {"publisher": us, "license": license("Apache-2.0")}
    graph = {"publisher": [name], "ancestors": ["qw/root"], "roots": ["qw/root"], "models": [model(name, 0, us), root]}
    if kind == 1:
        other = model("us/root", 1, us, root=True, license=license("MIT"))
        graph |= {"ancestors": ["qw/root", "us/root"], "roots": ["qw/root", "us/root"]}
        graph["models"] = [model(name, 0, us), root, other]
    if kind == 2:
        told |= {"publisher": nobody, "license": license(None, status="unknown")}
        graph |= {"ancestors": [], "roots": [name], "models": [model(name, 0, nobody, root=True)]}
    if kind == 3:
        graph["complete"] = False
        told["gaps"] = [GAP, GAP | {"what": "README.md", "reason": "gated", "transient": False}]
    if kind == 4:
        told["license"] = license(None)
    if kind == 5:
        told["usage"] = {"codebase": "shop", "references": [], "drift": []}
    named = base["model"] | {"id": name, "hub_id": f"{kind:024x}", "revision": None if kind == 2 else COMMIT}
    return base | told | {"model": named, "lineage": lineage(**graph), "as_of": "2026-07-01"}


def scan_of(number: int, at: str | None = None, **more: Any) -> ScanRecord:
    """Scan ``number``: every kind of model in turn, by one policy or two, every third under waivers."""
    kind, waived = number % KINDS, number % 3 == 1
    found = [finding(waived_by=APPLIED)] if kind == 1 and waived else [finding()] if kind == 0 else []
    verdict = "deny" if kind == 0 else "review" if kind in (2, 3) else "allow"
    decisions = [judged(verdict, "roots", version=1 + (number > 30), findings=found)]
    if number % 2:
        decisions.append(judged("allow", "base"))
    values: dict[str, Any] = {
        "at": at or f"2026-{7 + number * 92 // (61 * 31) % 3:02}-{1 + number % 28:02}T12:00:00Z",
        "run": f"run-{number // 5}",
        "requested": f"acme/m{kind}@main",
        "facts": facts_of(number),
        "decisions": tuple(decisions),
        "tool_version": "1.2.3",
        "registry_digest": "f" * 64,
        "waivers_text": WAIVERS if waived else None,
    }
    return ScanRecord(**values | more)


def recorded(path: Path, count: int = 60) -> Path:
    """A database of ``count`` scans of the period, one before it and one after."""
    with Store.open(str(path)) as store:
        store.save(scan_of(0, "2026-06-30T23:59:59Z"))
        store.save_all([scan_of(number) for number in range(count)])
        store.save(scan_of(0, "2026-10-01T00:00:00Z"))
    return path


def pack_of(path: Path, folder: Path, asked: Asked = ASKED) -> Pack:
    """The pack of the period, its rows in ``folder``."""
    folder.mkdir()
    with Store.open(str(path), create=False) as store, store.period(asked.since, asked.until) as period:
        found = period.verify((), ())
        assert found.problems == ()
        note = period.checkpoint()
        size = Witnessed.parse(note).checkpoint.size if note else 0
        verification = {
            "log": found.origin, "records": found.size, "root": "r", "checkpoint": note, "checkpoint_size": size,
            "signed": found.signed, "witnessed": found.witnessed, "unchecked": list(found.unchecked),
            "doubtful": [one.number for one in found.doubtful],
        }  # fmt: skip
        return gather(period, asked, verification, folder)
