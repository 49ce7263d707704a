"""The record of an older release: its schema is brought up, and all that reads a record reads it; what it lacks is unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.cli.records import record
from scanner.cli.sources import tables
from scanner.export.older import completed
from scanner.export.report import ScanView
from scanner.hub.starter import StarterHub
from scanner.model import RepoId
from scanner.policy import read_policy
from scanner.provenance import Request
from scanner.scan import decide, read
from scanner.store import ScanRecord
from tests.cli.conftest import Ran
from tests.cli.conftest import run as run  # the fixture
from tests.cli.test_audit_replay import ALLOWED, DAY, DENIED
from tests.export.samples import crowded, decision
from tests.schemas import valid_difference, valid_replay
from tests.store.older import first_database, first_facts

Run = Callable[..., Ran]
POLICY = """version: 1
name: origin
title: Nothing that is published from there
rules:
  - {id: there, title: Published from there, when: {field: publisher.control, eq: CN}, verdict: deny, unknown: review}
"""


def made(model: str) -> ScanRecord:
    """A scan of a model of the starter catalogue, of facts as far as the first release knew them."""
    known, policies = tables(None), [read_policy(POLICY)]
    facts = first_facts(read(Request(RepoId.parse(model)), StarterHub(), known, as_of=DAY))
    done = decide(Request(RepoId.parse(model)), facts, policies, at=f"{DAY}T12:00:00Z", as_of=DAY)
    return record(done, "test", policies, None, known, "0.0.1")


@pytest.fixture
def older(run: Run, tmp_path: Path) -> Path:
    db = tmp_path / "home" / "audit.db"
    first_database(db, {1: made(DENIED), 2: made(ALLOWED), 5: made(ALLOWED)})
    (tmp_path / "work" / "origin.yaml").write_text(POLICY)
    refused = run("audit", "replay")
    assert (refused.code, refused.hint) == (3, "hint: modelorigin db upgrade")
    assert run("db", "upgrade").code == 0
    return db


def test_it_is_replayed_compared_verified_and_redacted(run: Run, older: Path) -> None:
    ran = run("audit", "replay")
    assert (ran.code, ran.out) == (0, "3 of 3 decisions identical, byte by byte\n")
    assert valid_replay(run("audit", "replay", "-p", "strict", "--format", "json").out)["counts"]["not_judged"] == 0
    assert (
        valid_replay(run("audit", "replay", "--registry", "current", "--format", "json").out)["counts"]["changed"] == 0
    )
    assert valid_difference(run("audit", "diff", "2", "5", "--format", "json").out)["identical"]
    assert run("check", ALLOWED, "--policy", "origin.yaml", "--hub", "starter", "-q").code == 0
    since = valid_difference(run("audit", "diff", ALLOWED, "--format", "json").out)
    assert not since["drift"], [line["text"] for part in since["parts"] for line in part["lines"] if line["drift"]]
    assert run("audit", "redact", "1", "--reason", "r", "--by", "b", "--yes").code == 0
    assert "consistent" in run("audit", "verify").out
    assert run("audit", "replay").code == 0


def test_the_nightly_check_finds_no_drift_in_what_was_not_recorded_then(run: Run, older: Path) -> None:
    ran = run("check", "--recorded", "--hub", "starter", "--policy", "origin.yaml")
    assert ran.code == 0
    assert "nothing that makes it another model" in ran.out


@pytest.mark.parametrize("format", ["table", "markdown", "html", "cyclonedx", "cyclonedx-1.7", "spdx"])
def test_it_is_shown_and_what_it_lacks_is_unknown(run: Run, older: Path, format: str) -> None:
    ran = run("audit", "show", "1", "--format", format)
    assert ran.code == 0, ran.err
    assert DENIED in ran.out


def test_json_shows_what_was_recorded_and_no_more(run: Run, older: Path) -> None:
    facts = json.loads(run("audit", "show", "1", "--format", "json").out)["scans"][0]["facts"]
    assert facts == made(DENIED).facts


@pytest.mark.parametrize("format", ["html", "csv", "json", "xlsx", "parquet"])
def test_it_is_in_the_pack_of_its_period(run: Run, older: Path, format: str, tmp_path: Path) -> None:
    file = str(tmp_path / f"pack.{format}")
    ran = run("audit", "export", "--since", "2026-11-01", "--until", "2026-11-30", "--format", format, "-o", file)
    assert ran.code == 0, ran.err


def test_what_was_not_recorded_is_null_and_whole_facts_stay_as_they_are() -> None:
    whole = ScanView(crowded(), [decision()], 1, "2026-11-23T12:00:00Z")
    assert completed(whole) == whole
    facts = completed(ScanView(first_facts(crowded()), [decision()], 1, "2026-11-23T12:00:00Z")).facts
    assert facts["model"]["multimodal"] is None
    assert facts["files"]["weight_formats"] is None
    assert "terms" not in facts, "each format knows what to say without"
    assert all(node["license"]["basis"] is None for node in facts["lineage"]["models"])
