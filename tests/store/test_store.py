"""What is saved is read back as it was saved, stays, and is found again."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import pytest

from scanner.errors import DatabaseUnreadable, StoreError, UsageError
from scanner.store import DecisionRecord, Store, default_url, digest
from tests.store.scans import decision, facts, scan


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a folder" / "100%?#.db"


@pytest.fixture
def store(path):
    with Store.open(str(path)) as store:
        yield store


@pytest.fixture
def driver(store, path):
    """The file opened by someone who does not use this program."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def test_a_scan_reads_back_as_it_was_saved(store):
    record = scan(waivers_text="- rule: x\n", decisions=(decision(), decision("ALLOW", "baseline")))
    number = store.save(record)
    assert store.scan(number) == record


def test_numbers_count_from_one_without_gaps(store):
    assert [store.save(scan(n)) for n in range(5)] == [1, 2, 3, 4, 5]


def test_one_text_is_stored_once(store, driver):
    for _ in range(3):
        store.save(scan(waivers_text="- rule: x\n"))
    kinds = driver.execute("SELECT kind, count(*) FROM documents GROUP BY kind ORDER BY kind").fetchall()
    assert kinds == [("facts", 1), ("policy", 1), ("waivers", 1)]


def test_every_stored_text_hashes_to_its_name(store, driver):
    for n in range(3):
        store.save(scan(n))
    for name, body in driver.execute("SELECT digest, body FROM documents UNION SELECT digest, body FROM decisions"):
        assert hashlib.sha256(body.encode()).hexdigest() == name


def test_evidence_names_the_repository_it_was_read_from(store, driver):
    store.save(scan())
    rows = driver.execute("SELECT kind, subject, sha256, size FROM evidence ORDER BY id").fetchall()
    assert rows == [
        ("card", "acme/widget-7b", "0" * 64, 4_000),
        ("hub", "Qwen/Qwen2.5-7B", None, None),
        ("gguf", "gpt2", "1" * 64, 80_000_000_000),
        ("hub", None, None, None),
    ]


def test_a_scan_without_evidence_is_recorded(store):
    number = store.save(scan(facts=facts() | {"evidence": []}))
    assert store.scan(number).facts["evidence"] == []


def test_a_document_that_has_no_canonical_form_leaves_nothing_behind(store):
    with pytest.raises(TypeError):
        store.save(scan(facts=facts() | {"score": 0.5}))
    assert store.info()["counts"] == {"documents": 0, "scans": 0, "decisions": 0, "evidence": 0, "log": 0}


def test_a_number_that_is_not_there_is_the_askers_mistake(store):
    with pytest.raises(UsageError) as raised:
        store.scan(7)
    assert "audit list" in raised.value.hint


def test_the_list_is_newest_first_and_filtered(store):
    for n in range(4):
        store.save(scan(n))
    store.save(scan(9, facts=facts(model="Other/model"), decisions=(decision("ALLOW"), decision("REVIEW", "strict"))))
    assert [row.number for row in store.scans()] == [5, 4, 3, 2, 1]
    assert [row.number for row in store.scans(limit=2)] == [5, 4]
    assert [row.number for row in store.scans(model="OTHER/MODEL")] == [5]
    assert [row.number for row in store.scans(verdict="deny")] == [4, 3, 2, 1]
    assert [row.number for row in store.scans(since="2026-11-03", until="2026-11-04")] == [4, 3]
    assert [row.number for row in store.scans(until="2026-11-02T12:00:00Z")] == [2, 1]
    assert [row.number for row in store.scans(until="2026-11-02T11:59:59Z")] == [1]
    assert store.scans(since="2027") == []
    first = store.scans(limit=1)[0]
    assert first.policies == (("no-prc-root", "ALLOW"), ("strict", "REVIEW"))
    assert first.document()["policies"][1] == {"name": "strict", "verdict": "REVIEW"}
    assert first.document()["model"] == "Other/model"


@pytest.mark.parametrize("moment", ["yesterday", "٢٠٢٦-11-23", "23.11.2026", "2026-11-23 15:08", "2026-1-1", "%"])
def test_a_text_that_is_no_date_is_refused(store, moment):
    with pytest.raises(UsageError):
        store.scans(since=moment)
    with pytest.raises(UsageError):
        store.scans(until=moment)


def test_info_says_what_the_file_is(store, path):
    store.save(scan())
    info = store.info()
    assert info["url"] == str(path)
    assert info["version"] == info["head"] == "0002"
    assert info["counts"] == {"documents": 2, "scans": 1, "decisions": 1, "evidence": 4, "log": 3}
    assert info["bytes"] > 0
    assert info["journal_mode"] == "wal"
    assert info["append_only"] is True


def test_commits_wait_for_the_disk(store):
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000


def test_the_tables_are_strict(store, driver):
    strict = dict(driver.execute("SELECT name, strict FROM pragma_table_list WHERE name IN "
                                 "('documents', 'scans', 'decisions', 'evidence')"))  # fmt: skip
    assert strict == {"documents": 1, "scans": 1, "decisions": 1, "evidence": 1}


CHANGES = [
    f"{verb} {table}{rest}"
    for table, key in (("documents", "digest"), ("scans", "id"), ("decisions", "id"), ("evidence", "id"))
    for verb, rest in (
        ("UPDATE", f" SET {key} = {key}"),
        ("UPDATE OR REPLACE", f" SET {key} = {key}"),
        ("DELETE FROM", ""),
        ("INSERT OR REPLACE INTO", f" SELECT * FROM {table} LIMIT 1"),
        ("INSERT OR IGNORE INTO", f" SELECT * FROM {table} LIMIT 1"),
        ("INSERT INTO", f" SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET {key} = excluded.{key}"),
    )
]


@pytest.mark.parametrize("statement", CHANGES)
def test_no_row_is_changed_by_anyone_who_opens_the_file(store, driver, statement):
    store.save(scan())
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        driver.execute(statement)
    assert store.scan(1) == scan()


def test_a_lost_guard_is_noticed_and_put_back(store, driver, path):
    from scanner.store import upgrade

    driver.execute("DROP TRIGGER scans_no_delete")
    driver.execute("DROP TRIGGER documents_no_update")
    driver.execute("CREATE TRIGGER documents_no_update BEFORE UPDATE ON documents BEGIN SELECT 1; END")
    info = store.info()
    assert info["append_only"] is False
    assert info["missing_guards"] == ["documents_no_update", "scans_no_delete"]
    upgrade(str(path))
    assert store.info()["append_only"] is True


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE documents SET body = replace(body, 'acme', 'evil') WHERE kind = 'facts'",
        "UPDATE documents SET body = body || ' ' WHERE kind = 'policy'",
        "UPDATE decisions SET body = replace(body, 'deny', 'allow')",
        "UPDATE decisions SET verdict = 'ALLOW'",
        "UPDATE scans SET verdict = 'ALLOW'",
        "UPDATE scans SET model_id = 'acme/other'",
        "UPDATE decisions SET policy_digest = (SELECT facts_digest FROM scans)",
        "UPDATE scans SET at = 'yesterday'",
        "DELETE FROM documents WHERE kind = 'facts'",
        "DELETE FROM decisions",
        "UPDATE documents SET body = CAST(x'ff' AS TEXT)",
    ],
)
def test_an_edited_scan_is_not_shown_as_recorded(store, driver, tampering):
    store.save(scan())
    for (trigger,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        driver.execute(f"DROP TRIGGER {trigger}")
    driver.execute("PRAGMA foreign_keys = OFF")
    driver.execute(tampering)
    with pytest.raises(DatabaseUnreadable) as raised:
        store.scan(1)
    assert raised.value.hint


def test_a_decision_may_stand_under_several_policies(store):
    text = "name: other\n"
    document = {"policy": {"digest": digest(text)}, "verdict": "review", "waivers_digest": None}
    other = DecisionRecord("other", digest(text), text, document, "REVIEW")
    store.save(scan(decisions=(decision("ALLOW"), other)))
    assert store.scans()[0].verdict == "REVIEW"
    assert store.scan(1).decisions[1] == other


def test_opening_without_creating_needs_a_file(tmp_path):
    with pytest.raises(StoreError) as raised:
        Store.open(str(tmp_path / "none.db"), create=False)
    assert raised.value.hint
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_made_a_database(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    with Store.open(f"sqlite:///{path}") as store:
        assert store.save(scan()) == 1


def test_nothing_but_the_file_is_left_after_closing(tmp_path):
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(scan())
    with Store.open(str(tmp_path / "a.db"), create=False) as store:
        assert len(store.scans()) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]


@pytest.mark.parametrize(
    ("environ", "platform", "place"),
    [
        ({"MODELORIGIN_DB": "postgresql://host/audit", "HOME": "/home/u"}, "linux", "postgresql://host/audit"),
        ({"XDG_DATA_HOME": "/data", "HOME": "/home/u"}, "linux", "/data/modelorigin/audit.db"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/home/u"}, "linux", "/home/u/.local/share/modelorigin/audit.db"),
        ({"HOME": "/home/u"}, "linux", "/home/u/.local/share/modelorigin/audit.db"),
        ({"HOME": "/Users/u"}, "darwin", "/Users/u/Library/Application Support/modelorigin/audit.db"),
        ({"LOCALAPPDATA": "/c/local", "HOME": "/c"}, "win32", "/c/local/modelorigin/audit.db"),
    ],
)
def test_the_default_place_is_the_users_data_folder(environ, platform, place):
    assert default_url(environ, platform) == place


def test_a_number_the_database_cannot_hold_is_named_and_leaves_nothing_behind(store):
    large = facts()
    large["evidence"][0]["size"] = 2**63
    with pytest.raises(StoreError, match="no number as large"):
        store.save(scan(facts=large))
    assert store.scans() == []
    assert store.save(scan()) == 1
