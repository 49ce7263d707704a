"""The pack of a period as a compliance officer asks for it, and all that can be asked for wrongly."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from scanner.store import Store
from tests.cli.conftest import COMMAND, Ran
from tests.cli.conftest import run as run  # the fixture
from tests.export.audit.periods import SINCE, UNTIL, recorded, scan_of

Run = Callable[..., Ran]
PERIOD = ("audit", "export", "--since", SINCE, "--until", UNTIL)


@pytest.fixture
def db(run: Run, tmp_path: Path) -> Path:
    """A database of 60 scans of the period; ``run`` has it for its own."""
    return recorded(tmp_path / "home" / "audit.db")


def test_one_run_writes_every_format(run: Run, db: Path, tmp_path: Path) -> None:
    names = [str(tmp_path / f"q3.{suffix}") for suffix in ("html", "csv", "xlsx", "json", "parquet")]
    ran = run(*PERIOD, *(word for name in names for word in ("-o", name)))
    assert (ran.code, ran.out) == (0, "")
    assert "90 decisions of 60 scans" in ran.err
    assert all(name in ran.err for name in names)
    assert (tmp_path / "q3.html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "q3.csv").read_text().count("\n") == 91
    assert json.loads((tmp_path / "q3.json").read_text())["population"]["scans"] == 60
    assert zipfile.is_zipfile(tmp_path / "q3.xlsx")
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT count(*) FROM '{tmp_path / 'q3.parquet'}'").fetchone() == (90,)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["home", "work", *(Path(n).name for n in names)])


@pytest.mark.parametrize("format", ["json", "csv", "html"])
def test_stdout_has_the_bytes_of_the_file(run: Run, db: Path, tmp_path: Path, format: str) -> None:
    file = tmp_path / f"x.{format}"
    printed = run(*PERIOD, "--format", format)
    assert printed.code == 0
    assert run(*PERIOD, "-o", str(file)).code == 0
    assert printed.out == file.read_text(encoding="utf-8")


def test_a_workbook_may_go_to_a_pipe(db: Path, tmp_path: Path) -> None:
    assert COMMAND
    words = [COMMAND, *PERIOD, "--db", str(db), "--format", "xlsx"]
    done = subprocess.run(words, capture_output=True, check=True, cwd=tmp_path)
    (tmp_path / "x.xlsx").write_bytes(done.stdout)
    assert zipfile.is_zipfile(tmp_path / "x.xlsx")


def test_twice_is_the_same_whatever_the_clock_the_zone_and_the_hashes_say(run: Run, db: Path, tmp_path: Path) -> None:
    made = []
    for turn, env in enumerate(
        ({"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}, {"TZ": "America/Lima", "PYTHONHASHSEED": "2", "LC_ALL": "C"})
    ):
        names = [tmp_path / f"{turn}.{suffix}" for suffix in ("html", "csv", "xlsx", "json", "parquet")]
        assert run(*PERIOD, *(word for name in names for word in ("-o", str(name))), env=env).code == 0
        made.append([name.read_bytes() for name in names])
    assert made[0] == made[1]


def test_csv_and_parquet_hold_the_sheet_that_is_asked_for(run: Run, db: Path, tmp_path: Path) -> None:
    waivers = run(*PERIOD, "--format", "csv", "--sheet", "waivers")
    assert waivers.out.startswith('"state","expires"')
    assert waivers.out.count("\n") == 4
    ran = run(*PERIOD, "--format", "json", "--sheet", "waivers")
    assert (ran.code, "leave --sheet out" in ran.hint) == (2, True)


def test_nothing_scanned_is_no_calm_pack(run: Run, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    for words in (
        ("--since", "2020-01-01", "--until", "2020-12-31"),
        ("--since", SINCE, "--until", UNTIL, "--policy", "unheard-of"),
        ("--since", SINCE, "--until", UNTIL, "--model", "nobody/*"),
    ):
        ran = run("audit", "export", *words, "-o", str(file))
        assert (ran.code, ran.out) == (3, "")
        assert "nothing was scanned" in ran.reason
        assert "audit list" in ran.hint
        assert not file.exists()


def test_without_a_database_there_is_no_pack(run: Run, tmp_path: Path) -> None:
    ran = run(*PERIOD, "--format", "json")
    assert (ran.code, ran.out) == (3, "")
    assert ran.hint


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "what is to be exported"),
        (("--since", SINCE, "--format", "json"), "a first and a last day"),
        (("--until", UNTIL, "--format", "json"), "a first and a last day"),
        (("--since", UNTIL, "--until", SINCE, "--format", "json"), "before it begins"),
        (("--since", "2026-02-30", "--until", UNTIL, "--format", "json"), "not a date"),
        (("--since", "2026", "--until", UNTIL, "--format", "json"), "not a date"),
        (("--since", SINCE, "--until", UNTIL), "in which format"),
        (("--since", SINCE, "--until", UNTIL, "-o", "x.docx"), "names no format"),
        (("--since", SINCE, "--until", UNTIL, "-o", "x.csv", "--format", "json"), "by its suffix"),
        (("--since", SINCE, "--until", UNTIL, "-o", "nowhere/x.csv"), "cannot write"),
        (("--since", SINCE, "--until", UNTIL, "--format", "dsse"), "is of one scan"),
        (("--since", SINCE, "--until", UNTIL, "--format", "pdf"), "pdf"),
        (("--since", SINCE, "--until", UNTIL, "--format", "json", "--proof"), "the proof of which scan"),
        (("--since", SINCE, "--until", UNTIL, "--format", "json", "--as-of", "soon"), "not a date"),
        (("--since", SINCE, "--until", UNTIL, "--format", "json", "--model", " "), "blank"),
        (("--since", SINCE, "--until", UNTIL, "--format", "json", "--checkpoint", "missing"), "cannot read"),
        (("--since", SINCE, "--until", UNTIL, "--format", "json", "--public-key", "a+b+c"), "not a public key"),
        (("2", "--proof", "--since", SINCE), "--since is of a period"),
        (("2", "--proof", "--public-key", "a+b+c"), "--public-key is of a period"),
        (("2", "--proof", "--format", "html"), "html is of a period"),
        (("2",), "what is to be exported"),
        (("0", "--proof"), "0"),
    ],
)
def test_what_is_asked_for_wrongly_ends_in_2_with_a_hint(
    run: Run, db: Path, words: tuple[str, ...], reason: str
) -> None:
    ran = run("audit", "export", *words)
    assert (ran.code, ran.out) == (2, "")
    assert reason in ran.reason
    assert ran.hint


def test_of_a_database_that_is_not_what_was_recorded_nothing_is_written(run: Run, db: Path, tmp_path: Path) -> None:
    for statement in (
        "UPDATE scans SET verdict = 'ALLOW' WHERE id = 8",
        "UPDATE decisions SET body = replace(body, 'deny', 'allow') WHERE scan_id = 2",
        "DELETE FROM evidence WHERE scan_id = 5",
    ):
        copy = tmp_path / "copy.db"
        copy.write_bytes(db.read_bytes())
        with closing(sqlite3.connect(copy)) as connection, connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)
        file = tmp_path / "x.json"
        ran = run(*PERIOD, "--db", str(copy), "-o", str(file))
        assert ran.code == 3, statement
        assert "not what was recorded" in ran.reason
        assert "audit verify" in ran.hint
        assert not file.exists()


def test_the_pack_names_what_is_signed_what_is_witnessed_and_what_is_not(run: Run, db: Path, tmp_path: Path) -> None:
    def found(*words: str) -> dict[str, object]:
        document = json.loads(run(*PERIOD, "--format", "json", *words).out)
        return {name: document["verification"][name] for name in ("signed", "witnessed", "checkpoint_size", "period")}

    bare = found()
    assert (bare["signed"], bare["witnessed"], bare["checkpoint_size"]) == (0, 0, 0)
    key, kept = tmp_path / "audit.key", tmp_path / "kept"
    public = run("audit", "checkpoint", "--new-key", str(key), "-o", str(kept)).err.rpartition(" ")[2].strip()
    with Store.open(str(db)) as store:
        store.save_all([scan_of(1, "2026-09-30T20:00:00Z"), scan_of(2, "2026-09-30T21:00:00Z")])
    unread = found()
    assert (unread["signed"], unread["period"]["in_checkpoint"], unread["period"]["scans"]) == (0, 60, 62)
    signed = found("--public-key", public)
    assert (signed["period"]["signed"], signed["period"]["witnessed"]) == (60, 0)
    both = found("--public-key", public, "--checkpoint", str(kept))
    assert (both["period"]["signed"], both["period"]["witnessed"]) == (60, 60)
    page = run(*PERIOD, "--format", "html", "--public-key", public, "--checkpoint", str(kept)).out
    assert "2 scans neither in a checkpoint" in page
    assert all(line in page for line in kept.read_text().splitlines()[:2])
    other = tmp_path / "other.db"
    recorded(other, 3)
    wrong = run(*PERIOD, "--format", "json", "--db", str(other), "--checkpoint", str(kept))
    assert wrong.code == 3, "a checkpoint of another log speaks against this one"


def test_a_redaction_that_nobody_outside_has_seen_is_told_beside_what_is_vouched_for(
    run: Run, db: Path, tmp_path: Path
) -> None:
    key, kept = tmp_path / "audit.key", tmp_path / "kept"
    run("audit", "checkpoint", "--new-key", str(key), "-o", str(kept))
    vouched = "All scans of the period are vouched for"
    assert vouched in run(*PERIOD, "--format", "html", "--checkpoint", str(kept)).out
    with Store.open(str(db)) as store:
        store.redact(7, reason="a name in it", by="dpo", at="2026-09-01T00:00:00Z")
    page = run(*PERIOD, "--format", "html", "--checkpoint", str(kept)).out
    assert vouched not in page
    said = "1 scan redacted by a record that is neither signed nor witnessed (7)"
    assert said in page
    assert said in run(*PERIOD, "--format", "csv", "--sheet", "verify", "--checkpoint", str(kept)).out
    assert json.loads(run(*PERIOD, "--format", "json", "--checkpoint", str(kept)).out)["verification"]["doubtful"] == [
        7
    ]


def test_the_day_of_waivers_is_the_last_of_the_period_or_the_one_that_is_asked_for(run: Run, db: Path) -> None:
    def states(*words: str, **env: str) -> str:
        document = json.loads(run(*PERIOD, "--format", "json", *words, env=env).out)
        assert document["waivers_as_of"] == words[-1] if words else UNTIL
        return next(row["state"] for row in document["waivers"] if row["ticket"] == "RISK-1")

    assert states() == "expiring"
    assert states("--as-of", "2027-01-01") == "expired"


def test_a_project_cannot_choose_who_is_trusted_nor_where_the_pack_goes(run: Run, db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    for key, value in (("public-key", '["a+b+c"]'), ("output", '["x.html"]')):
        (folder / "modelorigin.toml").write_text(f"[audit.export]\n{key} = {value}\n")
        ran = run(*PERIOD, "--format", "json", cwd=folder)
        assert ran.code == 2
        assert f"may not set {key}" in ran.reason


@pytest.mark.parametrize(
    ("suffix", "library", "extra"), [("xlsx", "xlsxwriter", "xlsx"), ("parquet", "duckdb", "bulk")]
)
def test_a_library_that_is_missing_is_named_before_any_work(
    db: Path, tmp_path: Path, suffix: str, library: str, extra: str
) -> None:
    words = ["modelorigin", *PERIOD, "--db", str(db), "-o", str(tmp_path / f"x.{suffix}")]
    code = f"import sys; sys.modules[{library!r}] = None; sys.argv = {words!r}\nfrom scanner.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"modelorigin[{extra}]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / f"x.{suffix}").exists()


def test_help_and_the_other_formats_need_neither_library() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from scanner.cli import cli\n"
        "assert CliRunner().invoke(cli, ['audit', 'export', '--help']).exit_code == 0\n"
        "import scanner.export.audit, scanner.cli.audit.period\n"
        "print([m for m in ('xlsxwriter', 'duckdb', 'sqlalchemy', 'cryptography') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_leaves_nothing(run: Run, db: Path, tmp_path: Path) -> None:
    ran = run(*PERIOD, "-o", str(tmp_path / "x.csv"), env={"TMPDIR": "/proc"})
    assert ran.code in (0, 3), "a folder for temporary files that takes none is told, or another one is used"
    for format in ("json", "csv"):
        ran = run(*PERIOD, "--format", format, "-o", "/dev/full")
        assert ran.code == 3
        assert "cannot write" in ran.reason


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_closed_is_told_before_any_work(run: Run, db: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert run(*PERIOD, "-o", str(closed / "x.csv")).code == 2


def test_every_sheet_and_every_format_that_is_offered_exists() -> None:
    from scanner.cli.audit.export_ import _PACKS, _SHEETS
    from scanner.export.audit import FORMATS, SHEETS

    assert set(_PACKS) == set(FORMATS)
    assert set(_SHEETS) == set(SHEETS)
    assert _SHEETS[0] == "decisions"
