"""Whatever is done to what was witnessed is noticed, by us and by the program that needs none of our code."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine

import scanner.data
from scanner.errors import DatabaseUnreadable, ScannerError, StoreError, UsageError
from scanner.log import Signer, Witnessed
from scanner.store import Store, Verification, digest, shape
from tests.store import insider, tampering
from tests.store.scans import scan
from tests.store.tampering import AT, Case

SCRIPT = Path(scanner.data.__file__).with_name("verify_audit.py")
FLIPS = 300


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return tampering.prepare(tmp_path_factory.mktemp("audit"))


@pytest.fixture
def case(prepared, tmp_path):
    """A copy that may be ruined."""
    shutil.copytree(prepared.path.parent, tmp_path, dirs_exist_ok=True)
    return replace(
        prepared, path=tmp_path / "audit.db", backup=tmp_path / "backup.db", witnessed=tmp_path / "witnessed"
    )


def verified(case: Case) -> Verification:
    with Store.open(str(case.path), create=False) as store:
        return store.verify([case.signer.key], [("w", Witnessed.parse(case.witnessed.read_text()))])


def by_script(case: Case, *words: str) -> tuple[int, str]:
    words = words or ("--checkpoint", str(case.witnessed))
    command = [sys.executable, "-I", str(SCRIPT), str(case.path), "--key", str(case.signer.key), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_what_nobody_touched_is_as_recorded(case):
    done = verified(case)
    assert done.problems == done.unchecked == ()
    assert done.anchored
    assert done.signed == done.witnessed == done.size - 5
    assert [one.number for one in done.redacted] == [9]
    code, said = by_script(case)
    assert (code, said.splitlines()[-1]) == (0, "as recorded")
    assert done.root.hex() in said


@pytest.mark.parametrize("attack", [*tampering.KNOWN, *tampering.OWN], ids=lambda attack: attack.__name__)
def test_tampering_is_noticed_by_both(case, attack):
    attack(case)
    assert verified(case).problems
    code, said = by_script(case)
    assert code == 1, said


@pytest.mark.parametrize("attack", [a for a in tampering.KNOWN if a is not tampering.restore_yesterdays_backup
                                    and a is not tampering.rewrite_all_with_the_key
                                    and a is not tampering.start_afresh_with_the_key
                                    and a is not tampering.cut_witnessed_rows_with_the_key],
                         ids=lambda attack: attack.__name__)  # fmt: skip
def test_without_a_witness_the_key_still_notices_who_does_not_have_it(case, attack):
    attack(case)
    with Store.open(str(case.path), create=False) as store:
        assert store.verify([case.signer.key]).problems


def test_what_no_witness_saw_may_be_cut_and_the_window_is_told_beforehand(case):
    before = verified(case)
    tampering.cut_only_what_no_witness_saw(case)
    after = verified(case)
    assert after.problems == ()
    assert after.size == before.witnessed == before.size - 5


def test_a_checkpoint_of_another_log_or_key_is_no_anchor(case, tmp_path):
    with Store.open(str(tmp_path / "other.db")) as other:
        other.save(scan())
        foreign = Witnessed.parse(other.checkpoint(Signer.new("x"), at=AT).note)
    with Store.open(str(case.path), create=False) as store:
        problems = store.verify([case.signer.key], [("foreign", foreign)]).problems
        assert len(problems) == 2
        assert all("foreign" in problem for problem in problems)
        assert store.verify([Signer.new("x").key]).problems == (
            "the checkpoint in the database is not signed by a key that was given",
        )


def test_nothing_from_outside_is_no_pass(case):
    with Store.open(str(case.path), create=False) as store:
        done = store.verify()
    assert done.problems == ()
    assert not done.anchored
    assert done.signed == 0
    assert "no key" in done.unchecked[0]
    command = [sys.executable, "-I", str(SCRIPT), str(case.path)]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 3


def test_a_log_that_was_changed_is_not_signed_again(case):
    tampering.edit_a_decision(case)
    case.rewrite(tampering._denied_no_more(case))
    with Store.open(str(case.path), create=False) as store:
        with pytest.raises(DatabaseUnreadable, match="nothing was signed"):
            store.checkpoint(case.signer, at=AT)
        with pytest.raises(DatabaseUnreadable, match="nothing can be proven"):
            store.prove(5)


def test_a_proof_is_for_a_scan_that_is_signed_and_there(case):
    with Store.open(str(case.path), create=False) as store:
        proof = store.prove(5)
        assert proof.body
        proof.verify(proof.body, [case.signer.key])
        for number, hint in ((60, "checkpoint"), (9, "verify"), (999, "list")):
            with pytest.raises(UsageError) as raised:
                store.prove(number)
            assert hint in raised.value.hint


def test_a_redacted_scan_is_gone_and_says_why(case):
    with Store.open(str(case.path), create=False) as store:
        with pytest.raises(UsageError, match=r"redacted at .* by legal: a name of a customer"):
            store.scan(9)
        with pytest.raises(UsageError):
            store.redact(9, reason="again", by="me", at=AT)
        assert 9 not in [row.number for row in store.scans(limit=100)]
        assert store.save(scan(1)) == 61, "its number is not given again"
        before = store.prove(5).body
        store.redact(60, reason="x", by="y", at=AT)
        store.redact(61, reason="x", by="y", at=AT)
        assert store.save(scan(1)) == 62
        assert store.prove(5).body == before
    assert verified(case).problems == ()
    assert b"acme/widget-8@" not in b"".join(p.read_bytes() for p in case.path.parent.glob("audit.db*"))
    assert by_script(case)[0] == 0


@pytest.mark.parametrize("statement", [
    "UPDATE log SET body = NULL WHERE kind = 'scan' AND subject = '3'", "UPDATE log SET body = 'x' WHERE subject = '9'",
    "UPDATE log SET seq = 999 WHERE subject = '9'", "DELETE FROM log", "DELETE FROM scans WHERE id = 3",
    "DELETE FROM decisions WHERE scan_id = 3", "DELETE FROM evidence WHERE scan_id = 3", "DELETE FROM documents",
    "UPDATE head SET size = size - 1", "UPDATE head SET file = '0123456789abcdef'", "UPDATE head SET scans = 0",
    "DELETE FROM head", "INSERT OR REPLACE INTO head SELECT * FROM head", "UPDATE head SET size = NULL",
    "INSERT OR REPLACE INTO log SELECT * FROM log LIMIT 1", "UPDATE log SET body = NULL WHERE kind = 'policy'",
])  # fmt: skip
def test_the_guards_let_go_only_what_was_redacted(case, statement):
    with closing(case.db()) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)


def test_changes_of_what_scans_are_judged_by_are_records(tmp_path):
    with Store.open(str(tmp_path / "a.db")) as store:
        signer = Signer.new(store.origin())
        store.save(scan(1))
        store.save(scan(2))
        store.save(scan(3, registry_digest="e" * 64, waivers_text="- rule: y\n"))
        store.checkpoint(signer, at=AT)
        store.checkpoint(signer, at=AT)
        store.checkpoint(Signer.new("another"), at=AT)
        store.save(scan(4))
        store.redact(1, reason="x", by="y", at=AT)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        kinds = [kind for (kind,) in db.execute("SELECT kind FROM log ORDER BY seq")]
    assert kinds == ["policy", "registry", "scan", "scan", "waivers", "registry", "scan", "key", "key", "registry", "scan",
                     "redaction"]  # fmt: skip


def test_the_script_knows_the_tables_and_guards_that_are_made():
    with create_engine("sqlite://").connect() as connection:
        made = sorted(shape._made(connection))
    text = "\n".join(" ".join([kind, name, *shape.words(sql)]) for (kind, name), sql in made)
    assert digest(text) in SCRIPT.read_text()
    assert len(SCRIPT.read_text().splitlines()) <= 150
    assert "scanner" not in SCRIPT.read_text().replace("scans", "")


def dump(path: Path) -> list[object] | None:
    """All that a reader could read; None when it cannot."""
    queries = [
        "SELECT * FROM " + t for t in ("documents", "scans", "decisions", "evidence", "log", "head", "alembic_version")
    ]
    with closing(sqlite3.connect(path)) as db:
        db.text_factory = bytes
        try:
            found = [db.execute(f"{query} ORDER BY 1").fetchall() for query in queries]
            return [
                *found,
                db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1").fetchall(),
            ]
        except (sqlite3.Error, UnicodeDecodeError):
            return None


def test_no_flipped_bit_changes_what_is_told_unnoticed(case):
    whole, before, chance = case.path.read_bytes(), dump(case.path), random.Random(11)
    changed = 0
    for turn in range(FLIPS):
        place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        for other in case.path.parent.glob("audit.db-*"):
            other.unlink()
        case.path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        if dump(case.path) == before:
            continue
        changed += 1
        with suppress(StoreError, ScannerError):
            assert verified(case).problems, f"bit {bit} of byte {place}"
        if turn % 10 == 0:
            assert by_script(case)[0] != 0, f"bit {bit} of byte {place}"
    assert changed > FLIPS // 4


def test_honest_work_raises_no_alarm(tmp_path):
    path, chance, kept = tmp_path / "a.db", random.Random(3), []
    with Store.open(str(path)) as store:
        signer = Signer.new(store.origin())
        numbers: list[int] = []
        for turn in range(40):
            numbers += store.save_all([tampering.one(chance.randrange(99)) for _ in range(chance.randrange(1, 9))])
            if chance.random() < 0.3:
                kept.append((f"checkpoint {turn}", Witnessed.parse(store.checkpoint(signer, at=AT).note)))
            if chance.random() < 0.2:
                store.redact(numbers.pop(chance.randrange(len(numbers))), reason="r", by="b", at=AT)
            assert store.verify([signer.key], kept).problems == ()


@pytest.mark.parametrize("damage", [
    "DELETE FROM head", "UPDATE head SET edge = x'00'", "UPDATE head SET checkpoint = 'nonsense'",
    "UPDATE log SET body = 'nonsense' WHERE kind <> 'scan'", "UPDATE log SET body = '[1]'", "DELETE FROM log",
    """UPDATE log SET body = '{"kind":"redaction","seq":[],"scan":"x","leaf":7}' WHERE kind = 'redaction'""",
])  # fmt: skip
def test_damage_is_told_in_our_words_whatever_is_asked(case, damage):
    case.sql(damage)
    assert verified(case).problems
    assert by_script(case)[0] != 0
    with Store.open(str(case.path)) as store:
        for act in (
            lambda: store.save(scan(1)), lambda: store.scan(9), lambda: store.checkpoint(case.signer, at=AT),
            lambda: store.prove(5), lambda: store.redact(5, reason="r", by="b", at=AT), lambda: store.scans(), store.origin,
        ):  # fmt: skip
            with suppress(ScannerError):
                act()


@pytest.mark.parametrize("attack", insider.INSIDER, ids=lambda attack: attack.__name__)
def test_what_an_insider_does_is_noticed_by_both(case, attack):
    attack(case)
    with suppress(StoreError):
        assert verified(case).problems
    code, said = by_script(case)
    assert code != 0, said


@pytest.mark.parametrize(
    "attack", [*insider.INSIDER, *tampering.KNOWN, *tampering.OWN], ids=lambda attack: attack.__name__
)
def test_whatever_was_done_every_question_is_answered_in_our_words(case, attack):
    attack(case)
    with suppress(ScannerError), Store.open(str(case.path)) as store:
        for act in (
            lambda: store.scans(limit=100), lambda: [store.scan(n) for n in (3, 4, 5, 6, 9)], store.info, store.scanned,
            store.verify, lambda: store.prove(5), lambda: store.redaction(5), lambda: store.save(scan(7)),
            lambda: store.checkpoint(case.signer, at=AT), lambda: store.redact(6, reason="r", by="b", at=AT),
        ):  # fmt: skip
            with suppress(ScannerError):
                act()


def test_what_is_changed_in_the_schema_is_named(case):
    for attack in (insider.add_a_trigger_that_records_less, insider.drop_an_index, insider.add_an_index_of_ones_own):
        attack(case)
    insider.build(case, "CREATE TABLE litter (x)", "CREATE VIEW reading AS SELECT * FROM scans")
    done = verified(case)
    assert done.problems == (
        "the index ix_scans_model_at is missing",
        "the trigger quiet was added",
        "the index once was added",
    )
    assert done.unchecked == (
        "the table litter: it is no part of the audit",
        "the view reading: it is no part of the audit",
    )


def test_a_record_is_that_of_its_scan_or_is_not_handed_out(case):
    insider.file_two_scans_under_each_others_number(case)
    with Store.open(str(case.path), create=False) as store:
        for act in (store.prove, store.redaction):
            with pytest.raises(DatabaseUnreadable, match="files as scan 5"):
                act(5)
        with pytest.raises(DatabaseUnreadable, match="files as scan 5"):
            store.redact(5, reason="r", by="b", at=AT)
        assert store.scan(5)


def test_a_record_that_says_more_is_noticed_where_nothing_is_signed_yet(case):
    def change(records):
        last = json.loads(records[-1][2])
        return [*records[:-1], (*records[-1][:2], json.dumps(last | {"approved_by": "the board"}))]

    case.rewrite(change)
    assert any("says more of scan 60" in problem for problem in verified(case).problems)
    assert by_script(case)[0] == 1


def test_a_redaction_that_nobody_signed_is_no_pass_until_it_is(case):
    with Store.open(str(case.path)) as store:
        store.redact(60, reason="r", by="b", at=AT)
        assert verified(case).doubtful == (), "what was not signed could have been changed anyway"
        assert by_script(case)[0] == 0
        store.redact(3, reason="r", by="b", at=AT)
        done = verified(case)
        assert done.problems == ()
        assert [one.number for one in done.doubtful] == [3]
        assert by_script(case)[0] == 3
        store.checkpoint(case.signer, at=AT)
    assert verified(case).doubtful == ()
    assert by_script(case)[0] == 0


def _forged_without_a_checkpoint(case):
    case.rewrite(tampering._denied_no_more(case))
    case.sql("UPDATE head SET checkpoint = NULL")


def _forged_with_a_signature_of_nobody(case):
    case.rewrite(tampering._denied_no_more(case), Signer.new(case.signer.key.name))


def _forged_and_never_signed(case):
    def change(records):
        return [one for one in tampering._denied_no_more(case)(records) if one[0] != "key"]

    case.rewrite(change)
    case.sql("UPDATE head SET checkpoint = NULL")


@pytest.mark.parametrize("forge", [
    _forged_without_a_checkpoint, _forged_with_a_signature_of_nobody, _forged_and_never_signed, insider.forge_the_signature,
    insider.keep_an_unsigned_checkpoint, tampering.sign_with_a_key_of_ones_own,
])  # fmt: skip
def test_who_has_no_key_has_nothing_signed_by_the_next_nightly_job(case, forge):
    if forge is not tampering.sign_with_a_key_of_ones_own:
        tampering.edit_a_decision(case)
    forge(case)
    with Store.open(str(case.path)) as store, pytest.raises(DatabaseUnreadable, match="nothing was signed"):
        store.checkpoint(case.signer, at=AT, new=False)


def test_the_key_of_one_log_signs_no_other(case):
    insider.put_another_log_in_its_place(case)
    with Store.open(str(case.path)) as store, pytest.raises(UsageError, match="key is that of the log"):
        store.checkpoint(case.signer, at=AT, new=False)


def test_a_log_signed_by_the_key_of_another_is_not_taken_for_it(case):
    insider.put_another_log_in_its_place_with_the_key(case)
    with Store.open(str(case.path), create=False) as store:
        problems = store.verify([case.signer.key]).problems
    assert problems == (f"the checkpoint in the database is signed by the key of {case.signer.key.name!r}",)


def test_a_rotation_is_no_alarm(case):
    other = Signer.new("auditors/2027")
    with Store.open(str(case.path)) as store:
        note = store.checkpoint(other, at=AT, new=False).note
        done = store.verify(
            [other.key], [("w", Witnessed.parse(case.witnessed.read_text())), ("n", Witnessed.parse(note))]
        )
        assert done.problems == ("w is not signed by a key that was given",)
        assert store.verify([other.key, case.signer.key], [("n", Witnessed.parse(note))]).problems == ()
        store.checkpoint(case.signer, at=AT, new=False)
    assert verified(case).problems == ()
