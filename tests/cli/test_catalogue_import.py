"""What must hold of ``catalogue import`` and ``catalogue export``, by the installed command: exit codes, reports, hints."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.catalogue.rows import QWEN, filled, row
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

MODELS = [row("Qwen/Qwen2.5-7B", config=QWEN), row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN)]


@pytest.fixture
def lines(tmp_path: Path) -> str:
    file = tmp_path / "models.jsonl"
    file.write_text("\n".join(map(json.dumps, [*MODELS, {"id": "../../x"}])))
    return str(file)


@pytest.fixture
def catalogue(tmp_path: Path) -> str:
    return str(tmp_path / "c.db")


def test_a_file_is_imported_and_told(run: Run, lines: str, catalogue: str) -> None:
    ran = run("catalogue", "import", lines, "--catalogue", catalogue)
    assert (ran.code, ran.err) == (0, "")
    assert "2 new, 0 changed, 0 unchanged, 0 older than what is known" in ran.out
    assert "1, kept as they came" in ran.out
    again = json.loads(run("catalogue", "import", lines, "--catalogue", catalogue, "--format", "json").out)
    assert again["models"] == {"new": 0, "changed": 0, "unchanged": 2, "older": 0, "unread": 1}
    assert (again["schema"], again["kind"], again["as_of"]) == (
        "catalogue-import/v1",
        "json lines",
        "2025-01-01T00:00:00Z",
    )
    assert run("catalogue", "search", "tuned", "--catalogue", catalogue).out.splitlines()[-1].startswith("acme/tuned")
    assert (
        run("check", "acme/tuned", "--hub", "catalogue", "--policy", "no-prc-root", "--catalogue", catalogue).code == 1
    )


def test_parquet_is_imported_where_duckdb_is_and_hinted_at_where_it_is_not(
    run: Run, tmp_path: Path, lines: str, catalogue: str
) -> None:
    duckdb = pytest.importorskip("duckdb")
    file = tmp_path / "models.parquet"
    columns = (
        "_id, id, createdAt::TIMESTAMP AS createdAt, lastModified::TIMESTAMP AS lastModified, downloads, likes, tags"
    )
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns} FROM read_json('{lines}') LIMIT 2) TO '{file}' (FORMAT parquet)")
    ran = run("catalogue", "import", str(file), "--catalogue", catalogue)
    assert (ran.code, "2 new" in ran.out) == (0, True)
    assert "no column for sha," in ran.out
    # A package of that name that is not there.
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "duckdb.py").write_text("raise ModuleNotFoundError('No module named duckdb', name='duckdb')")
    without = {"PYTHONPATH": str(tmp_path / "shadow")}
    missing = run("catalogue", "import", str(file), "--catalogue", catalogue, env=without)
    assert (missing.code, missing.reason) == (2, "error: reading parquet needs DuckDB")
    assert missing.hint == 'hint: pip install "modelorigin[bulk]"'
    for other in (lines, "starter"):
        assert run("catalogue", "import", other, "--catalogue", catalogue, env=without).code == 0


def test_a_catalogue_goes_by_bundle_to_a_site_without_network(run: Run, tmp_path: Path, catalogue: str) -> None:
    filled(Path(catalogue), MODELS).close()
    bundle, other = str(tmp_path / "bundle"), str(tmp_path / "o.db")
    made = run("catalogue", "export", bundle, "--catalogue", catalogue, "--by", "A. Person", "--on", "2026-01-01")
    assert made.code == 0
    assert "by A. Person on 2026-01-01" in made.out
    told = json.loads(run("catalogue", "export", bundle, "--catalogue", catalogue, "--format", "json").out)
    assert (told["models"], told["signed_off"], told["schema"]) == (2, None, "catalogue-export/v1")
    wrong = run("catalogue", "import", bundle, "--catalogue", other, "--sha256", "ab" * 32)
    assert (wrong.code, told["sha256"] in wrong.reason) == (2, True)
    taken = run("catalogue", "import", bundle, "--catalogue", other, "--sha256", told["sha256"])
    assert (taken.code, "2 new" in taken.out) == (0, True)
    shown = [run("facts", "acme/tuned", "--hub", "catalogue", "--catalogue", of).out for of in (catalogue, other)]
    assert shown[0].replace("c.db", "o.db") == shown[1]


def test_the_starter_is_imported_judged_and_asked_for_alternatives(run: Run, catalogue: str) -> None:
    assert "6,083 new" in run("catalogue", "import", "starter", "--catalogue", catalogue).out
    judged = run("catalogue", "judge", "--policy", "no-prc-root", "--catalogue", catalogue, "--as-of", "2026-11-23")
    shares = {line.split()[0]: line.split()[1:] for line in judged.out.splitlines() if line.startswith("  ")}
    assert int(shares["CN"][4].replace(",", "")) > 1_500
    assert int(shares["CN"][2]) == 0
    for model, policy, not_by in (
        ("Qwen/Qwen2.5-7B-Instruct", "no-prc-root", "Qwen/"),
        ("meta-llama/Llama-3.1-8B-Instruct", "sovereignty", "meta-llama/Llama-3"),
    ):
        assert run("check", model, "--hub", "catalogue", "--policy", policy, "--catalogue", catalogue).code == 1
        ran = run("catalogue", "alternatives", model, "--policy", policy, "--catalogue", catalogue, "--format", "json")
        offered = [one["id"] for one in json.loads(ran.out)["alternatives"]]
        assert len(offered) == 5
        assert not [id for id in offered if id.startswith(not_by)]
    shown = run("catalogue", "show", "Qwen/Qwen2.5-7B-Instruct", "--catalogue", catalogue).out
    assert "_id not known" in shown


def test_what_cannot_be_imported_ends_in_2_and_leaves_an_empty_catalogue(
    run: Run, tmp_path: Path, catalogue: str
) -> None:
    (tmp_path / "what").write_bytes(b"PAR1 but no parquet")
    (tmp_path / "text").write_text("hello\n")
    (tmp_path / "bundle").write_bytes(b'{"format":"modelorigin/catalogue-bundle","version":1}\nx\n')
    for words in (
        ["what"], ["text"], ["bundle"], ["none"], ["."], ["text", "--day", "yesterday"], ["text", "--sha256", "12"], [],
        ["text", "--day", "2999-01-01"],
    ):  # fmt: skip
        ran = run("catalogue", "import", *words, "--catalogue", catalogue, cwd=tmp_path)
        assert (ran.code, ran.out, bool(ran.hint)) == (2, "", True), words
    with sqlite3.connect(catalogue) as connection:
        assert connection.execute("SELECT count(*) FROM models").fetchone() == (0,)


def test_what_cannot_be_exported_says_so(run: Run, tmp_path: Path, catalogue: str) -> None:
    missing = run("catalogue", "export", str(tmp_path / "b"), "--catalogue", catalogue)
    assert (missing.code, "catalogue import" in missing.hint) == (3, True)
    filled(Path(catalogue), []).close()
    assert run("catalogue", "export", str(tmp_path / "b"), "--catalogue", catalogue).code == 3
    for words in (
        [str(tmp_path / "no" / "b")], [str(tmp_path)], [str(tmp_path / "b"), "--on", "2026-01-01"],
        [str(tmp_path / "b"), "--by", "a\nb"],
    ):  # fmt: skip
        assert run("catalogue", "export", *words, "--catalogue", catalogue).code == 2, words
    assert not (tmp_path / "b").exists()


def test_a_file_that_is_no_catalogue_is_left_alone(run: Run, tmp_path: Path, lines: str) -> None:
    (tmp_path / "notes.db").write_text("notes " * 500)
    ran = run("catalogue", "import", lines, "--catalogue", str(tmp_path / "notes.db"))
    assert (ran.code, (tmp_path / "notes.db").read_text()) == (3, "notes " * 500)
