"""A scan joins one model with every policy that was asked; the worst verdict is the scan's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scanner.curated import Curated
from scanner.family import Families
from scanner.hub.starter import StarterHub
from scanner.model import RepoId
from scanner.origin import Registry
from scanner.policy import Verdict, load_policy
from scanner.provenance import Request, Tables
from scanner.scan import Scan, scan

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def tables() -> Tables:
    registry = Registry.shipped()
    return Tables(registry, Families.shipped(registry.same_organisation), Curated.shipped())


def scanned(tables: Tables, *policies: str) -> Scan:
    asked = [load_policy(name) for name in policies]
    request = Request(RepoId.parse("microsoft/MAI-DS-R1"))
    return scan(request, StarterHub(), tables, asked, at="2026-11-23T00:00:00Z", as_of=DAY)


@pytest.mark.parametrize("policies", [("baseline", "no-prc-root"), ("no-prc-root", "baseline")])
def test_the_worst_verdict_is_the_scan_s_in_any_order(tables: Tables, policies: tuple[str, str]) -> None:
    done = scanned(tables, *policies)
    verdicts = {decision.verdict for decision in done.decisions}
    assert len(verdicts) == 2
    assert done.verdict is Verdict.DENY


def test_a_scan_without_a_policy_is_refused(tables: Tables) -> None:
    with pytest.raises(ValueError, match="policy"):
        scanned(tables)


def test_a_gap_that_may_close_later_leaves_the_scan_incomplete(tables: Tables) -> None:
    done = scanned(tables, "baseline")
    gap = {"subject": "a/b", "what": "x", "reason": "unreachable", "transient": True, "at": "hf://a/b", "detail": ""}
    assert not done.incomplete
    assert replace(done, facts={**done.facts, "gaps": [gap]}).incomplete


def test_every_table_counts_in_the_digest(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner import data

    before, read = tables.digest, data.text
    for name in (
        "publishers.yaml",
        "families.yaml",
        "lineages.yaml",
        "licenses.yaml",
        "license_names.yaml",
        "license_links.yaml",
    ):
        with monkeypatch.context() as change:
            changed = {name: read(name) + "\n# changed\n"}
            for module in ("scanner.data", "scanner.origin", "scanner.license.table", "scanner.license.spelling"):
                change.setattr(f"{module}.text", lambda file, changed=changed: changed.get(file, read(file)))
            assert tables.digest != before, name
    assert tables.digest == before
