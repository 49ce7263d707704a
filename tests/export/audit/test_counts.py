"""Nothing is left out: every table adds up, and what is not known is a row of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import DatabaseUnreadable, NothingToScan
from scanner.export.audit import Pack, gather
from scanner.export.audit.page import write_page
from scanner.export.audit.sheets import SHEETS, cell
from scanner.export.audit.tally import Tally, label, months
from scanner.export.audit.told import REASONS, decision_told, facts_told
from scanner.policy import load_policy
from scanner.store import DecisionRecord, Store
from tests.export.audit.periods import ASKED, GAP, KINDS, WAIVERS, facts_of, judged, pack_of, recorded, scan_of
from tests.export.samples import finding

KEYS = st.sampled_from(
    ("id", "model", "models", "lineage", "roots", "ancestors", "components", "publisher", "control", "origin", "license",
     "status", "gaps", "what", "usage", "codebase", "terms", "findings", "verdict", "waived_by", "rule", "complete")
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("db") / "audit.db")


@pytest.fixture(scope="module")
def pack(db: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return pack_of(db, tmp_path_factory.mktemp("pack") / "rows")


def test_every_table_adds_up_to_all_decisions(pack: Pack) -> None:
    population, counts = pack.head["population"], pack.head["counts"]
    assert (population["scans"], population["decisions"]) == (60, 90)
    assert len(pack.decisions) == 90
    for name, rows in counts.items():
        assert sum(row["total"] for row in rows) == 90, name
        assert all(row["total"] == row["allow"] + row["review"] + row["deny"] for row in rows), name
    assert [row["label"] for row in counts["verdict"]] == ["allow", "review", "deny"]
    verdicts = {row["label"]: row["total"] for row in counts["verdict"]}
    for name, rows in counts.items():
        assert {v: sum(row[v] for row in rows) for v in verdicts} == verdicts, name


def test_every_count_of_scans_adds_up_to_all_scans(pack: Pack) -> None:
    population, coverage = pack.head["population"], pack.head["coverage"]
    assert sum(one["scans"] for one in population["codebases"]) == 60
    assert sum(one["scans"] for one in coverage["depths"]) == 60
    assert sum(one["scans"] for one in coverage["hubs"]) == 60
    assert sum(row["scans"] for row in pack.models) == 60
    assert sum(pack.head["standing"].values()) == population["models"] == len(pack.models) == KINDS
    assert population["identities"] == KINDS
    assert {one["codebase"]: one["scans"] for one in population["codebases"]} == {None: 50, "shop": 10}


def test_what_is_not_known_is_a_row_and_so_is_what_is_known_in_part(pack: Pack) -> None:
    counts = {name: {row["label"]: row["total"] for row in rows} for name, rows in pack.head["counts"].items()
              if name != "policy"}  # fmt: skip
    assert counts["publisher_origin"] == {"US": 80, "unknown": 10}
    assert counts["root_origins"] == {"CN": 40, "CN + US + unknown": 20, "CN + unknown": 20, "unknown": 10}
    assert counts["licenses"] == {
        "apache-2.0 + mit": 50, "apache-2.0 + mit + unknown": 20, "NONE + mit": 10, "unknown": 10,
    }  # fmt: skip


def test_a_pack_in_which_all_is_known_says_that_nothing_is_unknown(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan_of(0, "2026-07-01T00:00:00Z"))
    counts = pack_of(tmp_path / "a.db", tmp_path / "rows").head["counts"]
    for name in ("publisher_origin", "root_origins", "licenses"):
        assert {"label": "unknown", "allow": 0, "review": 0, "deny": 0, "total": 0} in counts[name]


def test_first_and_last_day_are_of_the_period_and_the_days_beside_are_not(tmp_path: Path) -> None:
    moments = ["2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z", "2026-09-30T23:59:59Z", "2026-10-01T00:00:00Z"]
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save_all([scan_of(number, at) for number, at in enumerate(moments)])
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    assert sorted({row["at"] for row in pack.decisions}) == moments[1:3]
    assert pack.head["period"]["next_scan_at"] == moments[3]


def test_coverage_counts_what_was_not_seen(pack: Pack) -> None:
    coverage = pack.head["coverage"]
    assert {name: coverage[name] for name in list(coverage)[:7]} == {
        "not_all_seen": 30, "incomplete": 10, "lineage_incomplete": 10, "roots_not_established": 20, "publisher_origin_unknown": 10,
        "license_unknown": 20, "no_commit": 10,
    }  # fmt: skip
    assert pack.head["gaps"] == [
        {"what": "README.md", "reason": "gated", "transient": False, "scans": 10},
        {"what": "config.json", "reason": "unreachable", "transient": True, "scans": 10},
    ]


def test_waivers_are_told_with_their_end_and_with_what_they_waived(pack: Pack) -> None:
    told = {row["ticket"]: (row["state"], row["days_left"], row["applied"]) for row in pack.waivers}
    assert told == {"RISK-1": ("expiring", 20, 10), "RISK-2": ("in-force", 273, 0), "RISK-3": ("expired", -30, 0)}
    assert next(row["ticket"] for row in pack.waivers) == "RISK-1", "what ends soon comes first"


@pytest.mark.parametrize(("day", "state"), [("2026-09-19", "in-force"), ("2026-09-20", "expiring"),
                                            ("2026-10-20", "expiring"), ("2026-10-21", "expired")])  # fmt: skip
def test_a_waiver_holds_on_its_last_day_and_ends_soon_thirty_days_before(
    db: Path, tmp_path: Path, day: str, state: str
) -> None:
    pack = pack_of(db, tmp_path / "rows", replace(ASKED, as_of=date.fromisoformat(day)))
    assert next(row for row in pack.waivers if row["ticket"] == "RISK-1")["state"] == state


def test_a_comment_in_the_code_is_one_waiver_however_often_it_was_read(tmp_path: Path) -> None:
    text = """version: 1
waivers:
  - {{rule: pinned, model: acme/m0, reason: try, approver: a comment, ticket: "a.py:1", expires: {day}, by: inline}}
"""
    days = ("2026-07-01", "2026-07-02", "2026-07-03")
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save_all([scan_of(0, f"{day}T06:00:00Z", waivers_text=text.format(day=day)) for day in days])
    (told,) = pack_of(tmp_path / "a.db", tmp_path / "rows").waivers
    assert (told["state"], told["expires"], told["first_given"][:10]) == ("in-code", days[2], days[0])


def test_a_model_names_the_policies_that_its_verdict_is_of(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan_of(0, "2026-07-01T00:00:00Z", decisions=(judged("deny", "roots"),)))
        store.save(scan_of(0, "2026-07-02T00:00:00Z", decisions=(judged("allow", "base"), judged("allow", "more"))))
    (one,) = pack_of(tmp_path / "a.db", tmp_path / "rows").models
    assert (one["verdict"], one["policies"]) == ("allow", ["base", "more"])


def test_an_entry_of_a_file_is_one_waiver_from_wherever_and_on_whichever_line_it_was_given(tmp_path: Path) -> None:
    entry = (
        "version: 1\nwaivers:\n  - {{rule: roots, model: acme/*, reason: ok, approver: board, ticket: {ticket},"
        " expires: 2026-12-31{more}}}\n"
    )
    given = [
        ("T", ""),
        ("T", ", at: 'w.yaml:3'"),
        ("T", ", at: '../w.yaml:9'"),
        ("T", ", at: 'w.yaml:12', paths: [a/**]"),
        ("U", ""),
    ]
    with Store.open(str(tmp_path / "a.db")) as store:
        for n, (ticket, more) in enumerate(given):
            store.save(scan_of(0, f"2026-07-0{n + 1}T06:00:00Z", waivers_text=entry.format(ticket=ticket, more=more)))
    told = pack_of(tmp_path / "a.db", tmp_path / "rows").waivers
    assert [(one["ticket"], one["paths"], one["at"], (one["first_given"] or "")[8:10]) for one in told] == [
        ("T", [], "../w.yaml:9", "01"), ("T", ["a/**"], "w.yaml:12", "04"), ("U", [], None, "05"),
    ]  # fmt: skip


def test_waivers_that_do_not_read_are_named(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan_of(0, "2026-07-01T00:00:00Z", waivers_text="waivers of another time"))
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    assert len(pack.head["waivers_unread"]) == 1
    assert any("does not read" in row["section"] for row in SHEETS["gaps"].rows(pack))


def test_a_model_is_counted_once_and_its_readings_are_told_apart(tmp_path: Path) -> None:
    read = [("hf", "a" * 24), ("starter", None), ("HF", "a" * 24), ("hf", "b" * 24), ("dir", None)]
    with Store.open(str(tmp_path / "a.db")) as store:
        for day, (hub, id) in enumerate(read, 1):
            told = facts_of(0)
            told["model"] = told["model"] | {"hub": hub.lower(), "hub_id": id, "id": "Acme/M" if day > 2 else "acme/m"}
            store.save(scan_of(0, f"2026-07-0{day}T00:00:00Z", facts=told))
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    population = pack.head["population"]
    assert (population["models"], population["identities"], len(pack.models)) == (1, 4, 4)
    assert sum(pack.head["standing"].values()) == 4
    rows = [(row["hub"], row["hub_id"], row["scans"]) for row in pack.models]
    assert rows == [("starter", None, 1), ("hf", "a" * 24, 2), ("hf", "b" * 24, 1), ("dir", None, 1)]
    write_page(pack, tmp_path / "a.html", "")
    page = (tmp_path / "a.html").read_text()
    assert "4 identities of 1 model by the verdict" in page
    assert "that may be the same model" in page
    assert "starter, no id" in page


def test_parameters_that_were_set_are_told_beside_every_count_decision_and_change_of_the_policy(tmp_path: Path) -> None:
    made = [load_policy("no-prc-root", overrides=set_) for set_ in ({}, {"denied": "CN,RU"})]
    with Store.open(str(tmp_path / "a.db")) as store:
        for number, policy in enumerate(made):
            told = judged("allow", policy.name).document
            told = told | {"policy": told["policy"] | {"digest": policy.digest}}
            one = DecisionRecord(policy.name, policy.digest, policy.source, told, "ALLOW")
            store.save(scan_of(0, f"2026-07-0{number + 1}T00:00:00Z", decisions=(one, judged("allow", "unreadable"))))
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    said = "denied = CN, RU (default: CN)"
    found = {row["policy_digest"]: row["parameters"] for row in SHEETS["decisions"].rows(pack)}
    unreadable = found.pop(judged("allow", "unreadable").policy_digest)
    assert found == {made[0].digest: [], made[1].digest: [said]}
    assert unreadable == ["not known: its text does not read"]
    changed = [row["parameters"] for row in SHEETS["changes"].rows(pack) if row["what"] == "no-prc-root"]
    assert changed == [[], [said]]
    assert [row["value"] for row in SHEETS["summary"].rows(pack) if made[1].digest in row["name"]] == [
        f"in-force; {said}"
    ]
    (standing,) = SHEETS["models"].rows(pack)
    unknown = "unreadable (parameters not known: its text does not read)"
    assert standing["policies"] == [f"no-prc-root with {said}", unknown]
    write_page(pack, tmp_path / "a.html", "")
    assert (tmp_path / "a.html").read_text().count(said) == 3


def test_a_model_of_which_not_all_was_read_is_nowhere_called_complete(tmp_path: Path) -> None:
    told = facts_of(0)
    told["model"] = told["model"] | {"hub": "starter", "hub_id": None, "depth": "listing"}
    told["gaps"] = [GAP | {"reason": "not-held", "transient": False}]
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan_of(0, "2026-07-01T00:00:00Z", facts=told))
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    (row,) = pack.models
    assert (row["depth"], row["gaps"], row["incomplete"]) == ("listing", ["not-held"], False)
    assert (pack.head["coverage"]["incomplete"], pack.head["coverage"]["not_all_seen"]) == (0, 1)
    write_page(pack, tmp_path / "a.html", "")
    page = (tmp_path / "a.html").read_text()
    assert "<strong>1</strong><span>scans in which not all was seen</span>" in page
    assert "starter, no id: listing" in page
    assert "not had: <bdi>not-held</bdi>" in page
    assert ">complete<" not in page


def test_decisions_under_other_parameters_are_never_one_row(tmp_path: Path) -> None:
    made = [load_policy("no-prc-root", overrides={"denied": denied}) for denied in ("CN", "CN,RU")]
    with Store.open(str(tmp_path / "a.db")) as store:
        for number, policy in enumerate(made):
            told = judged("deny", policy.name, findings=[finding()]).document
            told = told | {"policy": told["policy"] | {"digest": policy.digest}}
            one = DecisionRecord(policy.name, policy.digest, policy.source, told, "DENY")
            store.save(scan_of(0, f"2026-07-0{number + 1}T00:00:00Z", decisions=(one,)))
    write_page(pack_of(tmp_path / "a.db", tmp_path / "rows"), tmp_path / "a.html", "")
    assert "What was denied: 2 rows" in (tmp_path / "a.html").read_text()


def test_a_policy_that_is_not_in_force_is_told_as_such(tmp_path: Path) -> None:
    draft = judged("deny", "next-year")
    draft = replace(draft, document=draft.document | {"policy": draft.document["policy"] | {"status": "draft"}})
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan_of(0, "2026-07-01T00:00:00Z", decisions=(draft, judged("allow", "base"))))
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    assert [row["status"] for row in pack.head["counts"]["policy"]] == ["in-force", "draft"]
    write_page(pack, tmp_path / "a.html", "")
    page = (tmp_path / "a.html").read_text()
    assert '<bdi>next-year</bdi><span class="warn"> (draft)</span>' in page
    assert "<bdi>base</bdi></th>" in page


def test_changes_are_those_of_the_period(pack: Pack, db: Path, tmp_path: Path) -> None:
    told = [(row["kind"], row["what"], row["was"] is None) for row in pack.changes]
    # Policy and registry were used before the period; in it came another version, a second policy, the waivers.
    assert told == [("policy", "base", True), ("waivers", None, True), ("policy", "roots", False)]
    with Store.open(str(db), create=False) as store, store.period("2026-06-30", "2026-06-30") as period:
        assert [change.kind for change in period.changes()] == ["policy", "registry"]


def test_redacted_scans_are_named_and_in_no_count(tmp_path: Path) -> None:
    recorded(tmp_path / "a.db", 20)
    with Store.open(str(tmp_path / "a.db")) as store:
        store.redact(7, reason="a name in it", by="dpo", at="2026-09-01T00:00:00Z")
        store.redact(22, reason="of October", by="dpo", at="2026-10-02T00:00:00Z")
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    assert pack.head["population"]["scans"] == 19
    assert pack.head["population"]["redacted"] == [7, 22], "of the last one nothing tells when it was"
    assert [(row["what"], row["by"], row["reason"]) for row in pack.changes if row["kind"] == "redaction"] == [
        ("scan 7", "dpo", "a name in it")
    ]


@pytest.mark.parametrize(
    ("days", "gone", "told"),
    [
        (["07-05", "07-06", "07-07"], 2, True),
        (["07-05", "07-06", "01-01", "07-07"], 2, True),  # the clock of the third machine was slow
        (["07-05", "12-31", "07-06", "07-07"], 3, True),  # or fast
        (["06-30", "07-01", "06-30", "07-02"], 2, True),  # two runs about midnight
        (["09-30", "10-01", "09-30", "10-01"], 3, True),
        (["07-05", "12-29", "12-30", "12-31"], 3, False),
        (["01-01", "01-02", "01-03", "07-05"], 2, False),
        (["01-02", "07-05"], 1, True),  # of the first and of the last one nothing tells when it was
        (["07-05", "12-31"], 2, True),
    ],
)
def test_a_redacted_scan_is_passed_over_only_where_those_beside_it_are_well_outside(
    days: list[str], gone: int, told: bool, tmp_path: Path
) -> None:
    with Store.open(str(tmp_path / "a.db")) as store:
        for number, day in enumerate(days):
            store.save(scan_of(number, f"2026-{day}T12:00:00Z"))
        store.redact(gone, reason="r", by="b", at="2026-12-31T00:00:00Z")
    assert pack_of(tmp_path / "a.db", tmp_path / "rows").head["population"]["redacted"] == [gone] * told


def test_only_what_is_asked_for_is_counted(db: Path, tmp_path: Path) -> None:
    only = pack_of(db, tmp_path / "policy", replace(ASKED, policies=("base",))).head
    assert (only["population"]["decisions"], only["filter"]["policies"]) == (30, ["base"])
    assert pack_of(db, tmp_path / "model", replace(ASKED, model="ACME/*1")).head["population"]["models"] == 1
    assert pack_of(db, tmp_path / "codebase", replace(ASKED, codebase="sh*")).head["population"]["scans"] == 10
    for number, asked in enumerate((
        replace(ASKED, policies=("bas",)), replace(ASKED, model="acme"), replace(ASKED, codebase="none"),
        replace(ASKED, since="2020-01-01", until="2020-12-31"),
    )):  # fmt: skip
        with pytest.raises(NothingToScan, match="nothing was scanned"):
            pack_of(db, tmp_path / str(number), asked)


def test_a_period_of_which_all_was_redacted_is_not_told_as_one_without_scans(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan_of(0, "2026-07-01T00:00:00Z"))
        store.redact(1, reason="r", by="b", at="2026-09-01T00:00:00Z")
    with pytest.raises(NothingToScan, match="redacted scans that may have been of it: 1"):
        pack_of(tmp_path / "a.db", tmp_path / "rows")


def test_what_others_write_while_a_period_is_read_is_not_seen(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.db", 5)
    with Store.open(str(path), create=False) as reader, reader.period("2026-07-01", "2026-09-30") as period:
        before = period.numbers()
        with Store.open(str(path)) as writer:
            writer.save(scan_of(1))
        assert period.numbers() == before == [scan.number for scan in period.scans()]


def test_reasons_and_rules_are_those_of_the_verdict_and_waived_ones_are_apart() -> None:
    many = [finding(message=f"reason {n}") for n in range(REASONS + 3)]
    waived = finding("other", waived_by={"rule": "other", "ticket": "T"})
    told = decision_told({"verdict": "deny", "findings": [*many, finding("soft", "review"), waived]})
    assert told["rules"] == ["root-origin"]
    assert told["reasons"][-1] == "and 3 more"
    assert [one["ticket"] for one in told["waived"]] == ["T"]
    assert decision_told({"verdict": "allow", "findings": [waived]})["rules"] == []


def test_facts_of_older_programs_are_unknown_where_they_say_nothing() -> None:
    told = facts_told({"model": {"id": "acme/x"}})
    assert (told.publisher, told.publisher_origin, told.root_origins, told.licenses) == ("acme", None, (None,), (None,))
    assert told.lineage_complete is False


def test_a_root_that_nothing_establishes_is_not_counted_as_of_one_country_alone() -> None:
    def told(established: str | None) -> tuple[str | None, ...]:
        root = {"id": "acme/x", "origin": {"control": "US"}, "established": established}
        return facts_told({"lineage": {"models": [root], "roots": ["acme/x"], "complete": True}}).root_origins

    assert (told("declared"), told(None)) == (("US",), ("US", None))


@given(JSON)
def test_whatever_is_recorded_is_read_or_unknown(document: object) -> None:
    if isinstance(document, dict):
        facts_told(document)
        decision_told(document)


@pytest.mark.parametrize("body", ["[]", "{", '{"verdict": "fine"}', "[" * 100_000])
def test_a_decision_that_does_not_read_is_an_error_and_not_a_row(tmp_path: Path, body: str) -> None:
    path = tmp_path / "a.db"
    with Store.open(str(path)) as store:
        store.save(scan_of(0, "2026-07-01T00:00:00Z"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER decisions_no_update")
        connection.execute("UPDATE decisions SET body = ?", [body])
    verification = {"checkpoint": None, "checkpoint_size": 0, "signed": 0, "witnessed": 0}
    told = pytest.raises(DatabaseUnreadable, match="scan 1 does not read")
    with Store.open(str(path)) as store, store.period("2026-07-01", "2026-07-01") as period, told:
        gather(period, ASKED, verification, tmp_path)


@given(st.lists(st.tuples(st.text(max_size=2), st.sampled_from(("allow", "review", "deny")))))
def test_a_tally_adds_up_to_what_was_added(added: list[tuple[str, str]]) -> None:
    tally = Tally(["unknown"])
    for name, verdict in added:
        tally.add(name, verdict)
    rows = tally.largest_first()
    assert sum(row["total"] for row in rows) == len(added)
    assert rows == sorted(rows, key=lambda row: -row["total"]) or len({row["total"] for row in rows}) < len(rows)


def test_a_month_without_scans_is_a_row_of_its_own(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan_of(0, "2026-08-31T23:59:59Z"))
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    assert [(row["label"], row["total"]) for row in pack.head["counts"]["month"]] == [
        ("2026-07", 0), ("2026-08", 1), ("2026-09", 0),
    ]  # fmt: skip
    assert months("2025-12-31", "2026-01-01") == ["2025-12", "2026-01"]
    assert months("0001-01-01", "9999-12-31") == []


def test_a_label_names_what_is_not_known() -> None:
    assert label([None]) == label([]) == "unknown"
    assert label(["CN", "US", None]) == "CN + US + unknown"


def test_every_cell_of_every_sheet_is_told_in_one_cell(pack: Pack) -> None:
    for sheet in SHEETS.values():
        for row in sheet.rows(pack):
            assert set(row) <= {column.name for column in sheet.columns}, sheet.name
            for column in sheet.columns:
                assert isinstance(cell(row.get(column.name), column), str | int | None)


def test_the_sample_has_what_the_tests_are_about() -> None:
    assert "RISK-3" in WAIVERS
    assert judged("deny", "x").verdict == "DENY"
