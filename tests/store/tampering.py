"""What somebody does who owns the file, knows this program and, where it says so, has the key."""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.log import Checkpoint, Signer, Tree, leaf_hash
from scanner.store import Store, canonical, digest
from scanner.store.guards import guards
from tests.store.scans import decision, facts, scan

Records = list[tuple[str, str | None, str | None]]
AT = "2026-11-30T12:00:00Z"


@dataclass(frozen=True)
class Case:
    """A database of sixty scans: one was redacted, the log was signed and witnessed, and then a few came more."""

    path: Path
    backup: Path
    signer: Signer
    witnessed: Path

    def db(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None)

    def sql(self, *statements: str, **values: Any) -> None:
        """Run statements with the guards away, and put them back as if nothing had been."""
        with closing(self.db()) as db:
            for name, _, _ in guards("sqlite"):
                db.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                assert db.execute(statement, values).rowcount != 0, statement
            for _, _, statement in guards("sqlite"):
                db.execute(statement)

    def rewrite(self, change: Callable[[Records], Records], key: Signer | None = None) -> None:
        """Write the log anew as ``change`` makes it: numbers, hashes, head and, with a key, the checkpoint."""
        with closing(self.db()) as db:
            before = db.execute("SELECT kind, subject, body FROM log ORDER BY seq").fetchall()
            records = change(before)
            [(file,)] = db.execute("SELECT file FROM head")
            gone = {
                told["scan"]: bytes.fromhex(told["leaf"])
                for kind, _, body in before if kind == "redaction" and (told := json.loads(body or ""))
            }  # fmt: skip
            tree = Tree()
            tree.extend(leaf_hash(b.encode()) if b is not None else gone[int(s or 0)] for _, s, b in records)
            numbers = [int(subject or 0) for kind, subject, _ in records if kind == "scan"]
        rows = ", ".join(f"({n}, :k{n}, :s{n}, :b{n})" for n in range(len(records)))
        values = {f"{c}{n}": v for n, record in enumerate(records) for c, v in zip("ksb", record, strict=True)}
        note = key.sign(Checkpoint(f"modelorigin/{file}", tree.size, tree.root).text) if key else None
        self.sql(
            "DELETE FROM log", f"INSERT INTO log VALUES {rows}",
            "UPDATE head SET size = :size, edge = :edge, scans = :scans, checkpoint = coalesce(:note, checkpoint)",
            **values, size=tree.size, edge=tree.edge, scans=max(numbers, default=0), note=note,
        )  # fmt: skip


def prepare(folder: Path) -> Case:
    """Make the database, the backup of the day before, and what the witness keeps."""
    path, backup, witnessed = folder / "audit.db", folder / "backup.db", folder / "witnessed"
    with Store.open(str(path)) as store:
        signer = Signer.new(store.origin())
        store.save_all([one(n) for n in range(10)])
        store.redact(9, reason="a name of a customer", by="legal", at=AT)
        store.save_all([one(n) for n in range(10, 30)])
        store.checkpoint(signer, at=AT)
    shutil.copy(path, backup)
    with Store.open(str(path)) as store:
        store.save_all([one(n) for n in range(30, 55)])
        witnessed.write_text(store.checkpoint(signer, at=AT).note)
        store.save_all([one(n) for n in range(55, 60)])
    return Case(path, backup, signer, witnessed)


def one(number: int) -> Any:
    text = f"- rule: x\n  approver: somebody {number % 3}\n"
    waived = decision(("ALLOW", "REVIEW", "DENY")[number % 3])
    return scan(number, facts=facts(number), waivers_text=text, decisions=(waived,), requested=f"acme/widget-{number}")


def changed(record: tuple[str, str | None, str | None], **values: Any) -> tuple[str, str | None, str | None]:
    kind, subject, body = record
    return kind, str(values.get("id", subject)), canonical(json.loads(body or "") | values)


def edit_a_decision(case: Case) -> None:
    with closing(case.db()) as db:
        [(body,)] = db.execute("SELECT body FROM decisions WHERE scan_id = 3")
    new = body.replace('"deny"', '"allow"')
    assert new != body
    case.sql("UPDATE decisions SET verdict = 'ALLOW', body = :new, digest = :digest WHERE scan_id = 3",
             "UPDATE scans SET verdict = 'ALLOW' WHERE id = 3", new=new, digest=digest(new))  # fmt: skip


def delete_a_row(case: Case) -> None:
    case.sql("DELETE FROM log WHERE kind = 'scan' AND subject = '3'", "DELETE FROM evidence WHERE scan_id = 3",
             "DELETE FROM decisions WHERE scan_id = 3", "DELETE FROM scans WHERE id = 3")  # fmt: skip


def swap_two_rows(case: Case) -> None:
    case.sql("UPDATE log SET seq = 1000 WHERE seq = 20",
             "UPDATE log SET seq = 20 WHERE seq = 21", "UPDATE log SET seq = 21 WHERE seq = 1000")  # fmt: skip


def insert_a_back_dated_row(case: Case) -> None:
    def change(records: Records) -> Records:
        at = next(n for n, record in enumerate(records) if record[:2] == ("scan", "20"))
        later = [
            changed(record, id=int(record[1] or 0) + 1) if record[0] == "scan" and record[2] else record
            for record in records[at:]
        ]
        return [*records[:at], changed(records[at], at="2020-01-01T00:00:00Z"), *later]

    case.rewrite(change)
    numbers = [f"UPDATE scans SET id = {n + 1} WHERE id = {n}" for n in range(60, 19, -1)]
    parts = [f"UPDATE {t} SET scan_id = scan_id + 1 WHERE scan_id >= 20" for t in ("evidence", "decisions")]
    columns = "run, requested, model_id, model_key, revision, hub_id, hub, as_of, tool_version, registry_digest, verdict, facts_digest, waivers_digest"
    case.sql(
        *numbers, *parts,
        f"INSERT INTO scans SELECT 20, '2020-01-01T00:00:00Z', {columns} FROM scans WHERE id = 21",
        "INSERT INTO decisions SELECT NULL, 20, policy_name, policy_digest, verdict, digest, body FROM decisions WHERE scan_id = 21",
        "INSERT INTO evidence SELECT NULL, 20, kind, subject, at, sha256, size FROM evidence WHERE scan_id = 21",
    )  # fmt: skip


def _without_scans_from(case: Case, first: int, key: Signer | None) -> None:
    with closing(case.db()) as db:
        [(cut,)] = db.execute("SELECT seq FROM log WHERE kind = 'scan' AND subject = :n", {"n": str(first)})
    case.rewrite(lambda records: records[:cut], key)
    case.sql(f"DELETE FROM evidence WHERE scan_id >= {first}", f"DELETE FROM decisions WHERE scan_id >= {first}",
             f"DELETE FROM scans WHERE id >= {first}",
             "DELETE FROM documents WHERE kind = 'facts' AND digest NOT IN (SELECT facts_digest FROM scans)")  # fmt: skip


def cut_the_last_fifty(case: Case) -> None:
    _without_scans_from(case, 11, None)


def rewrite_all_without_the_key(case: Case) -> None:
    edit_a_decision(case)
    case.rewrite(_denied_no_more(case))


def _denied_no_more(case: Case) -> Callable[[Records], Records]:
    """The log that tells of scan 3 as it stands in its rows now."""
    with closing(case.db()) as db:
        [(name,)] = db.execute("SELECT digest FROM decisions WHERE scan_id = 3")

    def change(records: Records) -> Records:
        at = next(n for n, record in enumerate(records) if record[:2] == ("scan", "3"))
        said = json.loads(records[at][2] or "")
        judged = [said["decisions"][0] | {"verdict": "ALLOW", "digest": name}]
        return [*records[:at], changed(records[at], verdict="ALLOW", decisions=judged), *records[at + 1 :]]

    return change


def restore_yesterdays_backup(case: Case) -> None:
    shutil.copy(case.backup, case.path)


def rewrite_all_with_the_key(case: Case) -> None:
    edit_a_decision(case)
    case.rewrite(_denied_no_more(case), case.signer)


def start_afresh_with_the_key(case: Case) -> None:
    with closing(case.db()) as db:
        [(file,)] = db.execute("SELECT file FROM head")
    case.path.unlink()
    with Store.open(str(case.path)) as store:
        store.save_all([one(n) for n in range(60)])
    case.sql(f"UPDATE head SET file = '{file}'")
    case.rewrite(lambda records: records, case.signer)


def cut_witnessed_rows_with_the_key(case: Case) -> None:
    _without_scans_from(case, 52, case.signer)


def cut_only_what_no_witness_saw(case: Case) -> None:
    """The one that nothing can notice: verify says beforehand from which row on."""
    _without_scans_from(case, 56, None)


KNOWN = (
    edit_a_decision, delete_a_row, swap_two_rows, insert_a_back_dated_row, cut_the_last_fifty, rewrite_all_without_the_key,
    restore_yesterdays_backup, rewrite_all_with_the_key, start_afresh_with_the_key, cut_witnessed_rows_with_the_key,
)  # fmt: skip


def edit_the_facts_and_their_digest(case: Case) -> None:
    with closing(case.db()) as db:
        [(name, body)] = db.execute(
            "SELECT d.digest, d.body FROM documents d JOIN scans s ON s.facts_digest = d.digest WHERE s.id = 3"
        )
    new = body.replace("Qwen/Qwen2.5-7B", "acme/Base-7B")
    assert new != body
    case.sql("UPDATE documents SET digest = :new_name, body = :new WHERE digest = :name",
             "UPDATE scans SET facts_digest = :new_name WHERE id = 3", new=new, new_name=digest(new), name=name)  # fmt: skip


def change_who_approved_a_waiver(case: Case) -> None:
    case.sql("UPDATE documents SET body = replace(body, 'somebody 1', 'the board') WHERE kind = 'waivers'")


def forget_that_a_policy_was_used(case: Case) -> None:
    case.rewrite(lambda records: [record for record in records if record[0] != "policy"])


def leave_a_guard_away(case: Case) -> None:
    with closing(case.db()) as db:
        db.execute("DROP TRIGGER scans_no_delete")


def remove_the_checkpoint(case: Case) -> None:
    case.sql("UPDATE head SET checkpoint = NULL")


def sign_with_a_key_of_ones_own(case: Case) -> None:
    edit_a_decision(case)
    own = Signer.new(case.signer.key.name)
    case.rewrite(_denied_no_more(case))
    case.rewrite(lambda records: records, own)


def remove_a_record_without_a_word(case: Case) -> None:
    case.sql("UPDATE log SET body = NULL WHERE kind = 'scan' AND subject = '3'", "DELETE FROM evidence WHERE scan_id = 3",
             "DELETE FROM decisions WHERE scan_id = 3", "DELETE FROM scans WHERE id = 3")  # fmt: skip


def say_another_was_redacted(case: Case) -> None:
    def change(records: Records) -> Records:
        at = next(n for n, record in enumerate(records) if record[0] == "redaction")
        return [*records[:at], changed(records[at], reason="nothing", leaf=secrets.token_hex(32)), *records[at + 1 :]]

    case.rewrite(change)


def add_a_scan_beside_the_log(case: Case) -> None:
    case.sql("INSERT INTO scans SELECT 61, at, run, requested, model_id, model_key, revision, hub_id, hub, as_of, "
             "tool_version, registry_digest, verdict, facts_digest, waivers_digest FROM scans WHERE id = 1")  # fmt: skip


def pose_as_another_file(case: Case) -> None:
    case.sql("UPDATE head SET file = '0123456789abcdef'")


def remove_what_was_read(case: Case) -> None:
    case.sql("DELETE FROM evidence WHERE scan_id = 3 AND kind = 'card'")


def give_a_decision_to_another_scan(case: Case) -> None:
    case.sql("UPDATE decisions SET scan_id = 4 WHERE scan_id = 3")


OWN = (
    edit_the_facts_and_their_digest, change_who_approved_a_waiver, forget_that_a_policy_was_used, leave_a_guard_away,
    remove_the_checkpoint, sign_with_a_key_of_ones_own, remove_a_record_without_a_word, say_another_was_redacted,
    add_a_scan_beside_the_log, pose_as_another_file, remove_what_was_read, give_a_decision_to_another_scan,
)  # fmt: skip
