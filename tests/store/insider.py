"""What somebody does who owns the file and knows SQLite: the schema, the pages, what a redaction may remove."""

from __future__ import annotations

import json
import shutil
import sqlite3
from base64 import b64decode, b64encode
from contextlib import closing

from scanner.log import Checkpoint, Signer, Tree, Witnessed, leaf_hash
from scanner.store import Store
from tests.store.scans import scan
from tests.store.tampering import AT, Case, Records, changed


def build(case: Case, *statements: str) -> None:
    """Statements of any kind, and edits of the schema itself."""
    with closing(case.db()) as db:
        db.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            assert db.execute(statement).rowcount != 0, statement
        [(version,)] = db.execute("PRAGMA schema_version")
        db.execute(f"PRAGMA schema_version = {version + 1}")


def rebuild(case: Case, table: str, before: str, after: str) -> None:
    """Another text for the statement a table was made with."""
    build(case, f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') WHERE name = '{table}'")


def add_a_column_that_is_computed(case: Case) -> None:
    build(case, "ALTER TABLE scans ADD COLUMN shown TEXT GENERATED ALWAYS AS ('ALLOW') VIRTUAL")


def put_a_view_in_the_place_of_a_table(case: Case) -> None:
    with closing(case.db()) as db:
        for name in ("update", "delete", "replace"):
            db.execute(f"DROP TRIGGER scans_no_{name}")
        columns = [row[1] for row in db.execute("PRAGMA table_info(scans)")]
        db.execute("ALTER TABLE scans RENAME TO scans_as_they_were")
        shown = ", ".join(f"CASE WHEN time('now') < '08' THEN 'ALLOW' ELSE {c} END AS {c}" if c == "verdict" else c
                          for c in columns)  # fmt: skip
        db.execute(f"CREATE VIEW scans AS SELECT {shown} FROM scans_as_they_were")


def put_a_view_in_the_place_of_the_version(case: Case) -> None:
    build(case, "DROP TABLE alembic_version", "CREATE VIEW alembic_version AS SELECT '0002' AS version_num")


def add_a_trigger_that_records_less(case: Case) -> None:
    build(case, "CREATE TRIGGER quiet BEFORE INSERT ON evidence BEGIN SELECT RAISE(IGNORE); END")


def add_a_trigger_under_another_tables_name(case: Case) -> None:
    build(case, "CREATE TABLE notes (x)", "CREATE TRIGGER quiet AFTER INSERT ON SCANS BEGIN SELECT 1; END",
          "UPDATE sqlite_master SET tbl_name = 'notes' WHERE name = 'quiet'")  # fmt: skip


def add_an_index_of_ones_own(case: Case) -> None:
    build(case, "CREATE UNIQUE INDEX once ON scans (model_key, at, id)")


def leave_denials_out_of_an_index(case: Case) -> None:
    rebuild(case, "ix_scans_at", "(at)", "(at) WHERE verdict <> ''DENY''")


def drop_an_index(case: Case) -> None:
    build(case, "DROP INDEX ix_scans_model_at")


def exchange_two_columns(case: Case) -> None:
    rebuild(case, "scans", "run TEXT NOT NULL", "x TEXT NOT NULL")
    rebuild(case, "scans", "requested TEXT NOT NULL", "run TEXT NOT NULL")
    rebuild(case, "scans", "x TEXT NOT NULL", "requested TEXT NOT NULL")


def compare_names_another_way(case: Case) -> None:
    rebuild(case, "scans", "model_key TEXT", "model_key TEXT COLLATE NOCASE")


def hide_that_a_table_is_strict_no_more(case: Case) -> None:
    rebuild(case, "evidence", "STRICT", "-- STRICT")


def keep_a_number_as_text(case: Case) -> None:
    rebuild(case, "evidence", " STRICT", "")
    rebuild(case, "evidence", "size INTEGER", "size")
    case.sql("UPDATE evidence SET size = '4000' WHERE scan_id = 3 AND kind = 'card'")


def keep_a_record_as_bytes(case: Case) -> None:
    rebuild(case, "log", " STRICT", "")
    rebuild(case, "log", "body TEXT", "body")
    case.sql("UPDATE log SET body = CAST(body AS BLOB) WHERE subject = '3'")


def keep_a_decision_as_bytes_and_hide_it(case: Case) -> None:
    rebuild(case, "decisions", " STRICT", "")
    case.sql("UPDATE decisions SET body = CAST(body AS BLOB) WHERE scan_id = 3")
    with closing(case.db()) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = sql || ' STRICT' WHERE name = 'decisions'")


def write_behind_a_nul(case: Case) -> None:
    case.sql("UPDATE scans SET requested = requested || char(0) || '@other' WHERE id = 3")


def write_a_letter_in_another_form(case: Case) -> None:
    case.sql("UPDATE documents SET body = replace(body, 'naïve', 'nai' || char(776) || 've') WHERE kind = 'policy'")


def give_two_rows_one_number(case: Case) -> None:
    """On the page of record 20, two entries lead to one row: SQL cannot do that."""
    with closing(case.db()) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(size,)] = db.execute("PRAGMA page_size")
        [(body,)] = db.execute("SELECT body FROM log WHERE kind = 'scan' AND subject = '20'")
    whole = bytearray(case.path.read_bytes())
    # The index of decisions holds no texts, and the text of a record stands nowhere else.
    start = whole.index(body.encode()) // size * size
    assert whole[start] == 13, "a leaf of a table"
    whole[start + 8 : start + 10] = whole[start + 10 : start + 12]
    case.path.write_bytes(whole)


def leave_a_change_in_the_write_ahead_log(case: Case) -> None:
    other = case.path.with_name("other.db")
    shutil.copy(case.path, other)
    with closing(sqlite3.connect(other, isolation_level=None)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        [(sql,)] = db.execute("SELECT sql FROM sqlite_master WHERE name = 'scans_no_update'")
        db.execute("DROP TRIGGER scans_no_update")
        db.execute("UPDATE scans SET verdict = 'ALLOW' WHERE id = 3")
        db.execute(sql)
        shutil.copy(f"{other}-wal", f"{case.path}-wal")


def exchange_what_was_read(case: Case) -> None:
    case.sql("UPDATE evidence SET sha256 = 'e' WHERE scan_id = 3 AND kind = 'card'",
             "UPDATE evidence SET scan_id = 1000 WHERE scan_id = 3", "UPDATE evidence SET scan_id = 3 WHERE scan_id = 4",
             "UPDATE evidence SET scan_id = 4 WHERE scan_id = 1000")  # fmt: skip


def read_the_same_in_another_order(case: Case) -> None:
    case.sql("UPDATE evidence SET id = 100000 WHERE scan_id = 3 AND kind = 'card'")


def file_two_scans_under_each_others_number(case: Case) -> None:
    case.sql("UPDATE log SET subject = 'x' WHERE kind = 'scan' AND subject = '5'",
             "UPDATE log SET subject = '5' WHERE kind = 'scan' AND subject = '6'",
             "UPDATE log SET subject = '6' WHERE kind = 'scan' AND subject = 'x'")  # fmt: skip


def file_two_scans_under_one_number(case: Case) -> None:
    case.sql("UPDATE log SET subject = '5' WHERE kind = 'scan' AND subject = '6'")


def file_facts_as_waivers(case: Case) -> None:
    case.sql("UPDATE documents SET kind = 'waivers' WHERE digest = (SELECT facts_digest FROM scans WHERE id = 3)")


def bring_a_redacted_scan_back(case: Case) -> None:
    case.sql("INSERT INTO scans SELECT 9, at, run, requested, model_id, model_key, revision, hub_id, hub, as_of, "
             "tool_version, registry_digest, verdict, facts_digest, waivers_digest FROM scans WHERE id = 1")  # fmt: skip


def add_a_decision_of_no_scan(case: Case) -> None:
    case.sql("INSERT INTO decisions SELECT 100000, -1, policy_name, policy_digest, verdict, digest, body FROM decisions "
             "WHERE scan_id = 1")  # fmt: skip


def _redact(case: Case, seq: int, number: int, kind: str | None = None) -> None:
    """Say that record ``seq`` was that of scan ``number``, and redacted; what was signed stays signed."""
    with closing(case.db()) as db:
        [(body,)] = db.execute("SELECT body FROM log WHERE seq = :seq", {"seq": seq})
        records = db.execute("SELECT kind, subject, body FROM log ORDER BY seq").fetchall()
        [(redaction,)] = db.execute("SELECT body FROM log WHERE kind = 'redaction' LIMIT 1")
    said = json.loads(redaction) | {"scan": number, "seq": seq, "by": "nobody"}
    if body is not None:
        said["leaf"] = leaf_hash(body.encode()).hex()
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    tree = Tree()
    gone = bytes.fromhex(json.loads(redaction)["leaf"])
    tree.extend(leaf_hash(b.encode()) if b is not None else gone for _, _, b in [*records, ("", "", text)])
    case.sql(
        "UPDATE log SET body = NULL, kind = coalesce(:kind, kind), subject = :subject WHERE seq = :seq",
        "INSERT INTO log VALUES (:place, 'redaction', :subject, :text)", "UPDATE head SET size = :size, edge = :edge",
        kind=kind, subject=str(number), seq=seq, place=len(records), text=text, size=tree.size, edge=tree.edge,
    )  # fmt: skip


def redact_a_policy_as_if_it_were_a_scan(case: Case) -> None:
    _redact(case, 0, 1, "scan")


def redact_a_policy(case: Case) -> None:
    _redact(case, 0, 1)


def redact_a_scan_under_another_number(case: Case) -> None:
    with closing(case.db()) as db:
        [(seq,)] = db.execute("SELECT seq FROM log WHERE kind = 'scan' AND subject = '4'")
    _redact(case, seq, 2)
    case.sql("DELETE FROM evidence WHERE scan_id = 4", "DELETE FROM decisions WHERE scan_id = 4",
             "DELETE FROM scans WHERE id = 4")  # fmt: skip


def say_anew_who_redacted(case: Case) -> None:
    with closing(case.db()) as db:
        [(seq,)] = db.execute("SELECT seq FROM log WHERE body IS NULL")
    _redact(case, seq, 9)


def keep_an_unsigned_checkpoint(case: Case) -> None:
    with closing(case.db()) as db:
        [(note,)] = db.execute("SELECT checkpoint FROM head")
    case.sql("UPDATE head SET checkpoint = :line", line=Witnessed.parse(note).checkpoint.line)


def forge_the_signature(case: Case) -> None:
    own = Signer.new(case.signer.key.name)

    def change(records: Records) -> Records:
        return [*records[:3], changed(records[3], requested="acme/other"), *records[4:]]

    case.rewrite(change, own)
    with closing(case.db()) as db:
        [(note,)] = db.execute("SELECT checkpoint FROM head")
    text, _, line = note.rpartition(" ")
    signature = b64encode(case.signer.key.id + b64decode(line)[4:]).decode()
    case.sql("UPDATE head SET checkpoint = :note", note=f"{text} {signature}\n")


def put_another_log_in_its_place(case: Case) -> None:
    """One that is signed, by its own key, which verifies too."""
    case.path.unlink()
    with Store.open(str(case.path)) as store:
        store.save_all([scan(n) for n in range(60)])
        store.checkpoint(Signer.new(store.origin()), at=AT)


def put_another_log_in_its_place_with_the_key(case: Case) -> None:
    case.path.unlink()
    with Store.open(str(case.path)) as store:
        store.save_all([scan(n) for n in range(60)])
        origin = store.origin()
    with closing(case.db()) as db:
        records = db.execute("SELECT body FROM log ORDER BY seq").fetchall()
    tree = Tree()
    tree.extend(leaf_hash(body.encode()) for (body,) in records)
    note = case.signer.sign(Checkpoint(origin, tree.size, tree.root).text)
    case.sql("UPDATE head SET checkpoint = :note", note=note)


INSIDER = tuple(
    attack for name, attack in list(globals().items())
    if callable(attack) and getattr(attack, "__module__", "") == __name__ and name[0] != "_" and name not in ("build", "rebuild")
)  # fmt: skip
