"""Replay: what was recorded comes out the same, byte by byte, or it is said what differs, or that it is not known."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.records import record
from scanner.cli.sources import tables
from scanner.hub.starter import StarterHub
from scanner.model import RepoId
from scanner.policy import Policy, load_policy, read_policy, read_waivers
from scanner.provenance import Request
from scanner.scan import decide, read
from scanner.store import ScanRecord, Store
from tests.cli.conftest import Ran
from tests.cli.conftest import run as run  # the fixture
from tests.cli.test_audit_log import tamper
from tests.schemas import valid_replay
from tests.store.scans import scan as small_scan

Run = Callable[..., Ran]
DENIED, ALLOWED = "microsoft/MAI-DS-R1", "microsoft/phi-4"
DAY = date(2026, 11, 23)
AGE = (
    "version: 1\nname: age\ntitle: t\nrules:\n"
    "  - {id: aged, title: Old, when: {field: model.created_at, older_than: 365}, verdict: review, unknown: note}\n"
)


def made(model: str, *policies: Policy, day: date = DAY, waivers: str | None = None, **changes: Any) -> ScanRecord:
    """A scan of a model of the starter catalogue as a check records it; ``changes`` are of ``facts["model"]``."""
    known, pardon = tables(None), None if waivers is None else read_waivers(waivers)
    facts = read(Request(RepoId.parse(model)), StarterHub(), known, as_of=day)
    facts["model"] |= changes
    done = decide(Request(RepoId.parse(model)), facts, policies, at=f"{day}T12:00:00Z", as_of=day, waivers=pardon)
    return record(done, "test", policies, pardon, known, "test")


def waiver(model: str, rule: str, expires: str = "2027-01-01", **more: str) -> str:
    said = {
        "rule": rule,
        "model": model,
        "reason": "größer",
        "approver": "a",
        "ticket": "T-1",
        "expires": expires,
    } | more
    return "version: 1\nwaivers:\n  - " + json.dumps(said) + "\n"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "audit.db"
    path.parent.mkdir(exist_ok=True)
    return path


@pytest.fixture
def recorded(run: Run, db: Path) -> Path:
    """Three scans: denied; allowed; denied and waived. ``run`` has the database for its own."""
    policy = load_policy("no-prc-root")
    with Store.open(str(db)) as store:
        store.save(made(DENIED, policy))
        store.save(made(ALLOWED, policy))
        rules = [
            one["rule"] for one in made(DENIED, policy).decisions[0].document["findings"] if one["verdict"] == "deny"
        ]
        entries = "".join(waiver(DENIED, rule).split("waivers:\n")[1] for rule in dict.fromkeys(rules))
        store.save(made(DENIED, policy, waivers=f"version: 1\nwaivers:\n{entries}"))
    return db


def test_what_was_recorded_comes_out_the_same(run: Run, recorded: Path) -> None:
    ran = run("audit", "replay")
    assert (ran.code, ran.out) == (0, "3 of 3 decisions identical, byte by byte\n")
    told = valid_replay(run("audit", "replay", "2", "3", "2", "--format", "json").out)
    assert (told["scans"], told["identical"]) == (2, 2)
    assert [one["scan"] for one in told["decisions"]] == [2, 3]


def test_a_replay_writes_nothing_and_reads_nothing_else(run: Run, recorded: Path) -> None:
    before = recorded.read_bytes()
    outside = {"HF_ENDPOINT": "http://127.0.0.1:9", "MODELORIGIN_POLICY": "strict", "MODELORIGIN_WAIVERS": "gone.yaml"}
    assert run("audit", "replay", env=outside).code == 0
    assert recorded.read_bytes() == before


def many(count: int) -> Iterator[ScanRecord]:
    """Scans of varied models, days, policies, parameters and waivers."""
    packs = ("baseline", "strict", "integrity", "commercial-use", "sovereignty", "us-federal-civilian")
    ids = sorted(StarterHub().ids())
    for n, id in enumerate(islice(ids, 7, None, len(ids) // count)):
        policies = [load_policy(packs[n % len(packs)])]
        if n % 3 == 0:
            policies.append(load_policy("no-prc-root", overrides={"denied": "RU,KP" if n % 2 else "CN"}))
        pardon = waiver(id, "files-unread", str(DAY + timedelta(n % 5 - 2))) if n % 4 == 0 else None
        yield made(id, *policies, day=DAY + timedelta(n), waivers=pardon, tags=["ﬁ", "İ", "𝔘", f"t{n}"])


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "4294967295", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "TZ": "America/St_Johns"},
    ],
)
def test_hash_seed_locale_and_time_zone_have_no_say(run: Run, db: Path, environment: dict[str, str]) -> None:
    with Store.open(str(db)) as store:
        store.save_all(list(many(40)))
    told = valid_replay(run("audit", "replay", "--format", "json", env=environment).out)
    assert told["identical"] == len(told["decisions"]) > 50, [
        d for d in told["decisions"] if d["result"] != "identical"
    ]


def edited(db: Path, old: str, new: str, *, table: str = "decisions", where: str = "scan_id = 2") -> None:
    """A text of the database with another word in it, under its own digest, as somebody thorough would do it."""
    with closing(sqlite3.connect(db)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        (body,) = connection.execute(f"SELECT body FROM {table} WHERE {where}").fetchone()
        assert old in body
        body = body.replace(old, new)
        connection.execute(
            f"UPDATE {table} SET body = ?, digest = ? WHERE {where}", (body, sha256(body.encode()).hexdigest())
        )
        connection.commit()


def test_a_decision_that_was_edited_with_its_digest_is_told_with_the_first_difference(run: Run, recorded: Path) -> None:
    edited(recorded, '"publisher-origin":"pass"', '"publisher-origin":"fail"')
    ran = run("audit", "replay")
    assert ran.code == 1
    assert f"scan 2: different: {ALLOWED} by no-prc-root" in ran.out
    assert "outcomes" in ran.out
    assert "publisher-origin" in ran.out
    assert "fail → pass" in ran.out
    assert "2 of 3 decisions identical" in ran.out


def test_a_decision_that_only_says_it_otherwise_is_not_the_same(run: Run, recorded: Path) -> None:
    edited(recorded, '{"as_of"', '{ "as_of"')
    ran = run("audit", "replay", "2")
    assert ran.code == 1
    assert "the same values, written otherwise" in ran.out


def test_what_cannot_be_replayed_is_no_pass(run: Run, recorded: Path) -> None:
    with Store.open(str(recorded)) as store:
        store.redact(1, reason="a name", by="dpo", at="2026-11-30T00:00:00Z")
    ran = run("audit", "replay")
    assert ran.code == 0, "the log says who removed it: what is left is the same"
    assert "scan 1 was redacted" in ran.out
    assert "2 of 2 decisions identical, byte by byte; 1 scan redacted, as the log says" in ran.out
    assert run("audit", "replay", "1").code == 3, "nothing that was judged is no pass"
    assert run("audit", "replay", "1", "--as-of", "2027-01-01").code == 3
    assert run("audit", "replay", "2").code == 0
    tamper(recorded, "DELETE FROM documents WHERE kind = 'waivers'")
    ran = run("audit", "replay", "--format", "csv")
    assert ran.code == 3
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert [row["result"] for row in rows] == ["redacted", "identical", "not-replayed"]


@pytest.mark.parametrize(
    "edit",
    [
        "DELETE FROM log WHERE kind = 'redaction'",
        "UPDATE log SET body = replace(body, '\"seq\":', '\"seq\":9') WHERE kind = 'redaction'",
        "UPDATE log SET body = '{}' WHERE kind = 'scan' AND subject = '1'",
    ],
)
def test_a_scan_that_is_gone_without_a_record_that_says_so_is_no_redaction(run: Run, recorded: Path, edit: str) -> None:
    with Store.open(str(recorded)) as store:
        store.redact(1, reason="a name", by="dpo", at="2026-11-30T00:00:00Z")
    tamper(recorded, edit)
    for words in ((), ("--policy", "no-prc-root")):
        ran = run("audit", "replay", *words, "--format", "json")
        assert ran.code == 3
        said = valid_replay(ran.out)
        assert said.get("counts", said)["redacted"] == 0


@pytest.mark.parametrize("edit", ["UPDATE log SET body = NULL WHERE kind = 'scan' AND subject = '2'", "SELECT 1"])
def test_a_scan_whose_row_is_gone_is_never_said_not_to_have_been(run: Run, recorded: Path, edit: str) -> None:
    for statement in ("DELETE FROM scans WHERE id = 2", edit):
        tamper(recorded, statement)
    for words in (("show", "2"), ("diff", "2", "3"), ("redact", "2", "--reason", "r", "--by", "b", "--yes")):
        ran = run("audit", *words)
        assert ran.code == 3, words
        assert "without a word of the log" in ran.reason


def test_a_scan_whose_rows_are_gone_is_not_passed_over(run: Run, recorded: Path) -> None:
    tamper(recorded, "DELETE FROM scans WHERE id = 2")
    ran = run("audit", "replay")
    assert ran.code == 3
    assert "scan 2 is in the log, and is gone without a word of the log" in ran.out


def test_a_difference_weighs_more_than_a_gap(run: Run, recorded: Path) -> None:
    with Store.open(str(recorded)) as store:
        store.redact(1, reason="a name", by="dpo", at="2026-11-30T00:00:00Z")
    edited(recorded, '"publisher-origin":"pass"', '"publisher-origin":"fail"')
    ran = run("audit", "replay")
    assert ran.code == 1
    assert "1 different; 1 scan redacted" in ran.out


def test_a_policy_of_another_version_and_facts_of_none_are_no_pass(run: Run, db: Path) -> None:
    with Store.open(str(db)) as store:
        store.save(small_scan(1))
    ran = run("audit", "replay")
    assert ran.code == 3
    assert "policy" in ran.out


def test_usage_of_numbers(run: Run, recorded: Path) -> None:
    for words, code in ((("99",), 2), (("0",), 2), (("x",), 2), (("--set", "a=b"), 2), (("--policy", "nobody"), 2),
                        (("--as-of", "yesterday"), 2), (("--waivers", "missing.yaml"), 2), (("--db", "no.db"), 3)):  # fmt: skip
        ran = run("audit", "replay", *words)
        assert ran.code == code, words
        assert ran.reason
        assert ran.hint, words


def test_an_empty_record_is_no_pass(run: Run, db: Path) -> None:
    Store.open(str(db)).close()
    assert run("audit", "replay").code == 3


# -- what if


def test_what_if_another_policy_tells_what_would_change_and_records_nothing(run: Run, recorded: Path) -> None:
    before = recorded.read_bytes()
    ran = run("audit", "replay", "--policy", "no-prc-root", "--set", "denied=KP")
    assert ran.code == 1
    assert ran.out.startswith("what if: nothing is recorded; judged by no-prc-root with denied = KP (default: CN) (")
    assert "DENY  " in ran.out
    assert "would have another verdict" in ran.out
    assert "no longer: " in ran.out
    assert recorded.read_bytes() == before
    told = valid_replay(run("audit", "replay", "-p", "no-prc-root", "--set", "denied=KP", "--format", "json").out)
    assert told["supposed"]["policies"][0]["settings"] == [{"parameter": "denied", "value": ["KP"], "default": ["CN"]}]
    assert told["counts"]["scans"] == 3
    (first, *_) = told["scans"]
    assert (first["scan"], first["model"], first["from"]) == (1, DENIED, "DENY")
    assert first["rules_before"]
    assert first["to"] in ("ALLOW", "REVIEW")


def test_what_if_the_same_policy_changes_nothing(run: Run, recorded: Path) -> None:
    ran = run("audit", "replay", "--policy", "no-prc-root")
    assert ran.code == 0
    assert "0 of 3 scans would have another verdict" in ran.out


def test_what_if_other_waivers_or_none_that_hold(run: Run, recorded: Path, tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text("version: 1\nwaivers: []\n")
    told = valid_replay(run("audit", "replay", "--waivers", str(file), "--format", "json").out)
    assert [(one["scan"], one["from"], one["to"]) for one in told["scans"]] == [(3, "ALLOW", "DENY")]
    assert told["supposed"]["waivers"]


def test_what_if_it_were_another_day_waivers_end_and_models_age(run: Run, db: Path) -> None:
    policy = read_policy(AGE)
    with Store.open(str(db)) as store:
        store.save(made(ALLOWED, policy, created_at="2026-01-01T00:00:00Z"))
        store.save(made(ALLOWED, policy, created_at="2020-01-01T00:00:00Z", waivers=waiver(ALLOWED, "aged")))
    assert run("audit", "replay", "--as-of", "2026-11-24").code == 0
    ran = run("audit", "replay", "--as-of", "2027-02-01", "--format", "csv")
    assert ran.code == 1
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert [(row["scan"], row["from"], row["to"], row["rules"]) for row in rows] == [
        ("1", "ALLOW", "REVIEW", "aged"),
        ("2", "ALLOW", "REVIEW", "aged"),
    ]


def test_what_if_we_had_known_of_the_publisher_what_is_known_now(run: Run, recorded: Path, tmp_path: Path) -> None:
    assert run("audit", "replay", "--registry", "current").code == 0
    overlay = tmp_path / "known.yaml"
    overlay.write_text(
        "microsoft: {control: {is: CN, from: 2026-12-24, source: https://example.org/sold, confidence: high, seen: 2026-11-01}}\n"
    )
    known = ("--registry", "current", "--publishers", str(overlay))
    assert run("audit", "replay", "2", *known).code == 0, "on the day of the scan it was not sold yet"
    ran = run("audit", "replay", "2", *known, "--as-of", "2027-01-01")
    assert ran.code == 1
    assert "ALLOW  DENY  " in ran.out
    assert "publisher-origin" in ran.out
    assert "with origins by today's registry; lineage, licences and files as they were recorded" in ran.out


def test_facts_on_publishers_that_are_given_are_not_passed_over(run: Run, recorded: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    known.write_text("acme: {}\n")
    ran = run("audit", "replay", "--publishers", str(known))
    assert (ran.code, ran.out) == (2, "")
    assert "--registry current" in ran.err
    assert run("audit", "replay", env={"MODELORIGIN_PUBLISHERS": str(known)}).code == 0, "that is for every command"


def test_what_if_and_not_known(run: Run, recorded: Path, tmp_path: Path) -> None:
    with Store.open(str(recorded)) as store:
        store.redact(1, reason="a name", by="dpo", at="2026-11-30T00:00:00Z")
    ran = run("audit", "replay", "--policy", "no-prc-root")
    assert ran.code == 0
    assert "scan 1: not judged: scan 1 was redacted" in ran.out
    assert "1 redacted, as the log says: nothing to judge" in ran.out
    tamper(recorded, "DELETE FROM documents WHERE kind = 'facts'")
    ran = run("audit", "replay", "--policy", "no-prc-root")
    assert ran.code == 3
    assert "2 could not be judged: that is no answer" in ran.out


def test_a_variable_makes_no_supposition_that_is_not_told(run: Run, recorded: Path) -> None:
    ran = run("audit", "replay", env={"MODELORIGIN_AS_OF": "2030-01-01"})
    assert ran.out.startswith("what if: ")
    assert ran.code == 1, "the waivers have ended"


def test_cells_of_strangers_are_no_formulas(run: Run, db: Path) -> None:
    policy = read_policy(
        "version: 1\nname: plus\ntitle: t\nrules:\n  - {id: a, title: t, when: {field: model.gated, eq: manual}, verdict: deny}\n"
    )
    with Store.open(str(db)) as store:
        store.save(made(ALLOWED, policy, id="=cmd|x!A1"))
    out = run("audit", "replay", "-p", "strict", "--format", "csv").out
    assert '"\'=cmd|x!A1"' in out


def test_help_says_what_a_supposition_leaves_as_it_was(run: Run) -> None:
    text = " ".join(run("audit", "replay", "--help").out.split())
    assert "Facts stay as they were recorded" in text
    assert "nothing is recorded" in text
