"""Sign, witness, verify, export: as a user, a pipeline and an auditor run them."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from scanner.log import Inclusion, Key, Signer, Witnessed
from scanner.store import Store
from tests.cli.conftest import Ran
from tests.cli.conftest import run as run  # the fixture
from tests.store.scans import scan

Run = Callable[..., Ran]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "audit.db"
    path.parent.mkdir(exist_ok=True)
    return path


@pytest.fixture
def recorded(run: Run, db: Path) -> Path:
    """A database of three scans; ``run`` has it for its own."""
    with Store.open(str(db)) as store:
        store.save_all([scan(n) for n in range(3)])
    return db


def signed(run: Run, db: Path) -> tuple[Path, str]:
    """The key, and the public key that was told when it was made."""
    key = db.parent / "audit.key"
    ran = run("audit", "checkpoint", "--new-key", str(key), "-o", str(db.parent / "first"))
    assert ran.code == 0, ran.err
    return key, ran.err.rpartition(" ")[2].strip()


def tamper(db: Path, statement: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        connection.commit()


def test_a_new_key_is_for_its_owner_and_signs_what_others_verify(run: Run, recorded: Path) -> None:
    key, public = signed(run, recorded)
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = Witnessed.parse((recorded.parent / "first").read_text())
    assert first.note
    assert first.note.signed_by([Key.parse(public)])
    assert key.read_text().strip().split("+", 4)[4] not in recorded.read_bytes().decode("latin-1")
    again = run("audit", "checkpoint", "--new-key", str(key))
    assert again.code == 2
    assert "cannot make the key" in again.reason
    assert run("audit", "checkpoint", env={"MODELORIGIN_KEY": str(key)}).out == (recorded.parent / "first").read_text()
    assert run("audit", "checkpoint", env={"MODELORIGIN_KEY": key.read_text()}).code == 0


def test_signing_needs_one_key_and_a_key_that_signs(run: Run, recorded: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("PRIVATE+KEY+a+00000000+AAAA")
    for words, hint in (
        ((), "--new-key"), (("--key", "a", "--new-key", "b"), "--new-key"), (("--key", "missing"), "key"),
        (("--key", str(wrong)), "--new-key"),
    ):  # fmt: skip
        ran = run("audit", "checkpoint", *words)
        assert ran.code == 2
        assert hint in ran.hint
        assert "AAAA" not in ran.err


def test_verify_passes_only_what_was_compared_with_something_outside(run: Run, recorded: Path) -> None:
    assert run("audit", "verify").code == 3
    _, public = signed(run, recorded)
    assert run("audit", "verify").code == 3, "a checkpoint in the database proves nothing without its key"
    passed = run("audit", "verify", "--key", public)
    assert passed.code == 0
    assert "rows after 0 are signed but not witnessed" in passed.out
    with Store.open(str(recorded)) as store:
        store.save(scan(4))
    both = run("audit", "verify", "--key", public, "--checkpoint", str(recorded.parent / "first"))
    assert both.code == 0
    assert "rows after 6 are not signed" in both.out
    assert both.out.splitlines()[-1].endswith("as recorded")
    told = json.loads(run("audit", "verify", "--key", public, "--format", "json").out)
    assert (told["size"], told["signed"], told["witnessed"], told["problems"]) == (7, 6, 0, [])


def test_verify_names_what_was_changed(run: Run, recorded: Path) -> None:
    _, public = signed(run, recorded)
    tamper(recorded, "UPDATE scans SET requested = 'acme/other' WHERE id = 2")
    ran = run("audit", "verify", "--key", public)
    assert ran.code == 1
    assert "scan 2 is not the one that was recorded" in ran.out
    assert "the guard scans_no_update is missing" in ran.out


@pytest.mark.parametrize("words", [("--key", "nonsense"), ("--key", "a+b+c"), ("--checkpoint", "missing"),
                                   ("--checkpoint", "audit.db"), ("--db", "missing.db")])  # fmt: skip
def test_verify_says_what_it_cannot_use(run: Run, recorded: Path, words: tuple[str, str]) -> None:
    ran = run("audit", "verify", *words, cwd=recorded.parent)
    assert ran.code in (2, 3)
    assert ran.hint


def test_a_witness_keeps_what_grew_and_refuses_the_rest(run: Run, recorded: Path, tmp_path: Path) -> None:
    key, public = signed(run, recorded)
    state = tmp_path / "state"
    witness = ("audit", "witness", "--state", str(state), "--key", public)
    first = (recorded.parent / "first").read_text()
    taken = run(*witness, stdin=first)
    assert taken.code == 0
    assert state.read_text() == first
    assert run(*witness, stdin=first).code == 0, "the same again is no news"
    with Store.open(str(recorded)) as store:
        store.save(scan(4))
    bare = run(*witness, stdin=run("audit", "checkpoint", "--key", str(key)).out)
    assert bare.code == 3
    assert "--old 6" in bare.hint
    grown = run("audit", "checkpoint", "--key", str(key), "--old", "6").out
    kept = run(*witness, stdin=grown)
    assert kept.code == 0
    (tmp_path / "line").write_text(kept.out)
    for outside in (state, tmp_path / "line"):
        assert run("audit", "verify", "--checkpoint", str(outside)).code == 0
    assert run(*witness, stdin=first).code == 1, "a log that became shorter"
    assert state.read_text() == Witnessed.parse(state.read_text()).note.text + "\n" + grown.rpartition("\n\n")[2]
    assert list(tmp_path.glob(".state*")) == []


def test_a_witness_is_not_fooled_by_another_log_or_key(run: Run, recorded: Path, tmp_path: Path) -> None:
    _, public = signed(run, recorded)
    witness = ("audit", "witness", "--state", str(tmp_path / "state"), "--key", public)
    first = (recorded.parent / "first").read_text()
    assert run(*witness, stdin=first).code == 0
    with Store.open(str(tmp_path / "other.db")) as store:
        store.save_all([scan(n) for n in range(9)])
    other = run("audit", "checkpoint", "--db", str(tmp_path / "other.db"), "--new-key", str(tmp_path / "o.key")).out
    assert run(*witness, stdin=other).code == 1
    assert run(*witness, stdin=first.replace("\n6\n", "\n7\n")).code == 2
    assert run(*witness, stdin="nonsense").code == 2
    assert (tmp_path / "state").read_text() == first
    (tmp_path / ".state.next").touch()
    busy = run(*witness, stdin=first)
    assert busy.code == 3
    assert "another witness" in busy.reason


def test_a_witness_may_be_a_git_repository(run: Run, recorded: Path, tmp_path: Path) -> None:
    _, public = signed(run, recorded)
    repository = tmp_path / "witness"
    repository.mkdir()
    git = ["git", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "-q", str(repository)], check=True, env={**os.environ, "HOME": str(tmp_path)})
    words = ("audit", "witness", str(recorded.parent / "first"), "--state", str(repository / "state"), "--key", public)
    who = {f"GIT_{role}_{what}": "w@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    ran = run(*words, "--commit", env=who)
    assert ran.code == 0, ran.err
    told = subprocess.run([*git, "log", "--format=%s"], cwd=repository, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ran.out.strip()
    elsewhere = run(*words[:3], "--state", str(tmp_path / "no"), "--key", public, "--commit", env=who)
    assert elsewhere.code == 3
    assert "not committed" in elsewhere.reason


def test_a_scan_is_exported_with_its_proof(run: Run, recorded: Path, tmp_path: Path) -> None:
    unsigned = run("audit", "export", "2", "--proof")
    assert (unsigned.code, "audit checkpoint" in unsigned.hint) == (2, True)
    key, public = signed(run, recorded)
    file = tmp_path / "scan.tlog-proof"
    assert run("audit", "export", "2", "--proof", "-o", str(file)).code == 0
    proof = Inclusion.parse(file.read_text())
    assert proof.body
    assert proof.verify(proof.body, [Key.parse(public)]).size == 6
    assert json.loads(proof.body)["id"] == 2
    told = run("audit", "export", "2", "--proof", "--format", "dsse", "--key", str(key)).out
    statement = json.loads(b64decode(json.loads(told)["payload"]))
    assert statement["predicate"]["verificationResult"] == "FAILED"
    assert (
        statement["predicate"]["policy"]["digest"]["sha256"] == json.loads(proof.body)["decisions"][0]["policy_digest"]
    )
    other = tmp_path / "other.pem"
    other.write_text(f"{Signer.new('modelorigin/0123456789abcdef').text}\n")
    other.chmod(0o600)
    of_another = ("2", "--proof", "--format", "dsse", "--key", str(other))
    for words in (("2",), ("2", "--proof", "--format", "dsse"), ("99", "--proof"), of_another):
        ran = run("audit", "export", *words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.hint


def test_the_auditors_program_is_printed_and_agrees(run: Run, recorded: Path, tmp_path: Path) -> None:
    _, public = signed(run, recorded)
    script = tmp_path / "verify_audit.py"
    script.write_text(run("audit", "verify", "--script").out)
    proof = tmp_path / "p"
    assert run("audit", "export", "2", "--proof", "-o", str(proof)).code == 0

    def code(*words: str) -> int:
        return subprocess.run([sys.executable, "-I", str(script), *words], capture_output=True, check=False).returncode

    assert code(str(recorded), "--key", public) == 0
    assert code(str(proof), "--key", public) == 0
    proof.write_text(proof.read_text().replace("index 3", "index 2"))
    assert code(str(proof), "--key", public) == 1
    assert code(str(recorded.parent / "first"), "--key", public) == 3
    tamper(recorded, "UPDATE scans SET requested = 'acme/other' WHERE id = 2")
    assert code(str(recorded), "--key", public) == 1


def test_help_needs_neither_the_database_nor_the_library_that_signs() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from scanner.cli import cli\n"
        "for name in ('checkpoint', 'witness', 'verify', 'export'):\n"
        "    assert CliRunner().invoke(cli, ['audit', name, '--help']).exit_code == 0\n"
        "print([m for m in ('cryptography', 'sqlalchemy', 'alembic') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_without_the_library_that_signs_the_error_says_how_to_get_it(recorded: Path) -> None:
    code = (
        "import sys; sys.modules['cryptography.hazmat.primitives.asymmetric'] = None\n"
        f"sys.argv = ['modelorigin', 'audit', 'checkpoint', '--db', {str(recorded)!r}, '--new-key', 'k']\n"
        "from scanner.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "modelorigin[sign]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_scan_is_redacted_only_when_it_is_meant_and_its_proof_of_before_holds(
    run: Run, recorded: Path, tmp_path: Path
) -> None:
    key, public = signed(run, recorded)
    proof = tmp_path / "before"
    assert run("audit", "export", "2", "--proof", "-o", str(proof)).code == 0
    words = ("audit", "redact", "2", "--reason", "a customer's name", "--by", "legal")
    before = recorded.read_bytes()
    told = run(*words)
    assert told.code == 0
    assert told.out.splitlines()[-1].endswith("nothing was removed: add --yes")
    assert "its facts" in told.out
    assert "the policies it was judged by" in told.out
    assert recorded.read_bytes() == before
    done = run(*words, "--yes")
    assert done.code == 0
    assert "removed: now sign the log" in done.out
    assert "own files" not in done.out, "nobody reads it: nothing is left in the file"
    assert b'"hub_id":"000000000000000000000001"' not in recorded.read_bytes()
    again = run(*words, "--yes")
    assert again.code == 2
    assert "by legal: a customer's name" in again.reason
    assert run("audit", "show", "2").code == 2
    doubtful = run("audit", "verify", "--key", public)
    assert doubtful.code == 3
    assert "could have redacted scan 2" in doubtful.out
    assert json.loads(run("audit", "verify", "--key", public, "--format", "json").out)["doubtful"] == [2]
    assert run("audit", "checkpoint", "--key", str(key), "-o", str(tmp_path / "after")).code == 0
    passed = run("audit", "verify", "--key", public, "--checkpoint", str(recorded.parent / "first"))
    assert passed.code == 0, passed.out
    assert "scan 2, " in passed.out
    assert (
        Inclusion.parse(proof.read_text()).verify(Inclusion.parse(proof.read_text()).body, [Key.parse(public)]).size
        == 6
    )


def test_a_redaction_while_somebody_reads_says_what_is_left(run: Run, recorded: Path) -> None:
    with closing(sqlite3.connect(recorded, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM scans").fetchone()
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("MODELORIGIN_DB", str(recorded))
            done = run("audit", "redact", "2", "--reason", "r", "--by", "b", "--yes", "--db", f"sqlite:///{recorded}")
    assert done.code == 0
    assert "a copy in the database's own files" in done.out


@pytest.mark.parametrize(("words", "hint"), [
    (("2", "--by", "legal"), "reason"), (("2", "--reason", "r"), "by"), (("2", "--reason", "a\x1b[2Jb", "--by", "b"), "line"),
    (("2", "--reason", "x" * 501, "--by", "b"), "line"), (("99", "--reason", "r", "--by", "b"), "list"),
    (("0", "--reason", "r", "--by", "b"), ""), (("2", "--reason", " ", "--by", "b"), "value"),
])  # fmt: skip
def test_a_redaction_needs_a_scan_a_reason_and_a_name(
    run: Run, recorded: Path, words: tuple[str, ...], hint: str
) -> None:
    ran = run("audit", "redact", *words, "--yes")
    assert ran.code == 2
    assert hint in ran.err
    assert run("audit", "list").out.count("\n") == 3


def test_a_job_that_signs_does_not_sign_what_somebody_wrote_anew(run: Run, recorded: Path) -> None:
    key, _ = signed(run, recorded)
    [(file,)] = rows(recorded, "SELECT file FROM head")
    recorded.unlink()
    with Store.open(str(recorded)) as store:
        store.save_all([scan(n) for n in range(5)])
    other = run("audit", "checkpoint", "--key", str(key))
    assert other.code == 2
    assert "key is that of the log" in other.reason
    tamper(recorded, f"UPDATE head SET file = '{file}'")
    afresh = run("audit", "checkpoint", "--key", str(key))
    assert afresh.code == 3
    assert "says that it was never signed" in afresh.reason


def rows(db: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query).fetchall()


def test_what_a_witness_knows_stays_where_a_link_leads(run: Run, recorded: Path, tmp_path: Path) -> None:
    _, public = signed(run, recorded)
    safe = tmp_path / "safe"
    safe.mkdir()
    (tmp_path / "state").symlink_to(safe / "state")
    words = ("audit", "witness", str(recorded.parent / "first"), "--state", str(tmp_path / "state"), "--key", public)
    first = run(*words)
    assert first.code == 0
    assert "nothing was witnessed" in first.err
    assert (tmp_path / "state").is_symlink()
    assert (safe / "state").read_text() == (recorded.parent / "first").read_text()
    assert "nothing was witnessed" not in run(*words).err


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
sys.argv = ["modelorigin", *sys.argv[1:]]
from scanner.cli import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_a_full_disk_leaves_the_witness_and_the_key_as_they_were(run: Run, recorded: Path, tmp_path: Path) -> None:
    _, public = signed(run, recorded)
    first, state = recorded.parent / "first", tmp_path / "state"
    assert run("audit", "witness", str(first), "--state", str(state), "--key", public).code == 0
    for words in (
        ("witness", str(first), "--state", str(state), "--key", public),
        ("checkpoint", "--new-key", str(tmp_path / "another"), "--db", str(recorded)),
    ):
        done = subprocess.run(
            [sys.executable, "-c", FULL, "audit", *words], capture_output=True, text=True, check=False
        )
        assert done.returncode in (2, 3)
        assert "hint:" in done.stderr
        assert "Traceback" not in done.stderr
    assert state.read_text() == first.read_text()
    assert not (tmp_path / "another").exists()
    assert list(tmp_path.glob(".*")) == []


def test_what_a_stranger_wrote_into_the_file_does_nothing_to_a_terminal(run: Run, recorded: Path) -> None:
    _, public = signed(run, recorded)
    tamper(recorded, "UPDATE scans SET model_id = char(27) || '[2J', requested = char(27), at = char(27) || 'x'")
    tamper(recorded, "UPDATE head SET file = char(27) || '[2J' || '0123456789ab'")
    for words in (
        ("list",),
        ("list", "--format", "json"),
        ("verify", "--key", public),
        ("show", "2"),
        ("export", "2", "--proof"),
    ):
        ran = run("audit", *words)
        assert "\x1b" not in ran.out + ran.err, words
