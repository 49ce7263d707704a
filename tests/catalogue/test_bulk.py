"""What must hold of files: later facts stay whatever comes first, nothing is lost, the same file twice changes nothing."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import bulk
from scanner.catalogue.bulk import Imported, import_file
from scanner.catalogue.entry import moment, seconds
from scanner.catalogue.file import Catalogue
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.schema import INDEXES
from scanner.errors import DataError, ScannerError, UsageError
from scanner.model import Model, RepoId
from tests.catalogue.crawling import digest, events
from tests.catalogue.rows import API, asked, filled, hub_id, put, row

SPRING, SUMMER, AUTUMN = date(2025, 3, 1), date(2025, 7, 1), date(2025, 10, 1)


def at(day: date) -> int:
    return seconds(f"{day}T00:00:00Z") or 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.db"


def lines(path: Path, rows: Sequence[Any], name: str = "models.jsonl") -> str:
    file = path.with_name(name)
    file.write_bytes(
        b"\n".join(said if isinstance(said, bytes) else json.dumps(said).encode() for said in rows) + b"\n"
    )
    return str(file)


def imported(path: Path, rows: Sequence[Any], day: date | None = None, name: str = "models.jsonl") -> Imported:
    with Catalogue(str(path), create=True) as catalogue:
        return import_file(catalogue, lines(path, rows, name), day)


def model(path: Path, id: str) -> Model:
    with Catalogue(str(path)) as catalogue:
        return CatalogueHub(catalogue).model(RepoId.parse(id))


def counts(report: Imported) -> tuple[int, int, int, int, int]:
    tally = report.tally
    return tally.new, tally.changed, tally.unchanged, tally.older, report.unread


def states(path: Path) -> dict[str, int]:
    with Catalogue(str(path)) as catalogue:
        return dict(asked(catalogue, "SELECT hex(hub_id), state FROM models"))


# -- which is newer


def test_a_file_reads_as_the_hub_s_list_does(path: Path, tmp_path: Path) -> None:
    said = [row("acme/base"), row("acme/tuned", "acme/base", gated="auto")]
    assert counts(imported(path, said)) == (2, 0, 0, 0, 0)
    filled(tmp_path / "listed.db", said).close()
    assert digest(path) == digest(tmp_path / "listed.db")


def test_an_older_file_leaves_what_the_hub_said_later_and_adds_what_it_did_not_say(path: Path) -> None:
    filled(path, [row("acme/a", downloads=50)], at=at(SUMMER)).close()
    report = imported(path, [row("acme/a", downloads=7), row("acme/b")], SPRING)
    assert counts(report) == (1, 0, 0, 1, 0)
    assert (model(path, "acme/a").downloads, model(path, "acme/b").downloads) == (50, 10)


def test_a_newer_file_is_newer_than_an_older_one_and_than_an_older_crawl(path: Path) -> None:
    filled(path, [row("acme/a", downloads=1)], at=at(SPRING)).close()
    assert counts(imported(path, [row("acme/a", downloads=2)], SUMMER)) == (0, 1, 0, 0, 0)
    assert counts(imported(path, [row("acme/a", downloads=3)], AUTUMN)) == (0, 1, 0, 0, 0)
    assert counts(imported(path, [row("acme/a", downloads=2)], SUMMER)) == (0, 0, 0, 1, 0)
    assert model(path, "acme/a").downloads == 3


def test_the_hub_asked_now_is_right_whatever_day_a_file_claims(path: Path) -> None:
    imported(path, [row("acme/a", downloads=2)], AUTUMN)
    with Catalogue(str(path)) as catalogue:
        put(catalogue, [row("acme/a", downloads=9)], API, at(SUMMER))
    assert model(path, "acme/a").downloads == 9


def test_files_in_any_order_leave_the_same_model(path: Path, tmp_path: Path) -> None:
    days = [(SPRING, 1), (SUMMER, 2), (AUTUMN, 3)]
    for target, order in ((path, days), (tmp_path / "back.db", days[::-1])):
        for day, downloads in order:
            imported(target, [row("acme/a", downloads=downloads)], day, f"{day}.jsonl")
    assert model(path, "acme/a").downloads == model(tmp_path / "back.db", "acme/a").downloads == 3


def test_a_model_that_a_file_does_not_name_is_not_gone(path: Path) -> None:
    imported(path, [row("acme/a"), row("acme/b")], SPRING)
    imported(path, [row("acme/b")], AUTUMN)
    assert set(states(path).values()) == {0}


def test_a_model_that_was_found_gone_later_stays_gone(path: Path) -> None:
    with filled(path, [row("acme/a")], at=at(SPRING)) as catalogue, catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE models SET state = 1, since = ?", (at(AUTUMN),))
    assert counts(imported(path, [row("acme/a")], SUMMER)) == (0, 0, 0, 1, 0)
    assert set(states(path).values()) == {1}


def test_a_name_taken_over_is_told_in_whatever_order_the_files_come(path: Path, tmp_path: Path) -> None:
    old, new = row("acme/a"), row("acme/a", born="2025-06-03T00:00:00.000Z")
    said = {SPRING: [old], SUMMER: [new, row("acme/else")]}
    for target, order in ((path, (SPRING, SUMMER)), (tmp_path / "back.db", (SUMMER, SPRING))):
        for day in order:
            imported(target, said[day], day, f"{day}.jsonl")
        assert events(target) == [("taken-over", "acme/a", old["_id"], new["_id"])]
        assert model(target, "acme/a").hub_id == new["_id"]
        assert states(target)[old["_id"].upper()] == 1
    assert digest(path) == digest(tmp_path / "back.db")


# -- the same file again


def test_the_same_file_again_changes_nothing(path: Path) -> None:
    said = [
        row("acme/a"),
        row("acme/b", "acme/a"),
        b"{}",
        row("acme/a", downloads=3),
        row("ACME/b", born="2025-02-02T00:00:00.000Z"),
    ]
    report = imported(path, said, SPRING)
    assert counts(report) == (2, 0, 0, 0, 3)
    before, told = digest(path), asked_rejects(path)
    assert counts(imported(path, said, SPRING)) == (0, 0, 2, 0, 3)
    assert (digest(path), asked_rejects(path), events(path)) == (before, told, [])


def asked_rejects(path: Path) -> list[tuple[str, bytes]]:
    with Catalogue(str(path)) as catalogue:
        return [
            (why, zlib.decompress(body)) for why, body in asked(catalogue, "SELECT why, body FROM rejects ORDER BY num")
        ]


def test_a_row_that_is_no_model_is_kept_as_it_came(path: Path) -> None:
    odd = [
        b"{broken",
        b'{"id":"acme/x"}',
        b"[1]",
        b'{"_id":"665b0f40665b0f40665b0f40","id":"../../x"}',
        b"{},{}",
        b"\xff\xfe",
    ]
    nobody = row("acme/nobody", _id="00000000665b0f40665b0f40")
    report = imported(path, [row("acme/a"), *odd, nobody], SPRING)
    assert counts(report) == (1, 0, 0, 0, 7)
    assert [body for _, body in asked_rejects(path)] == [*odd, json.dumps(nobody).encode()]


def test_two_rows_of_one_id_or_one_name_are_told_and_the_first_counts(path: Path) -> None:
    first, renamed = row("acme/a", downloads=1), row("acme/z", _id=hub_id("acme/a"))
    namesake = row("Acme/A", born="2025-02-02T00:00:00.000Z")
    for target in (path, path.with_name("held.db")):
        if target != path:
            filled(target, [row("acme/other")]).close()
        report = imported(target, [first, renamed, namesake, row("acme/b")], SPRING)
        assert counts(report) == (2, 0, 0, 0, 2)
        told = [(why, json.loads(body)) for why, body in asked_rejects(target)]
        assert sorted((said["id"], said["_id"]) for _, said in told) == [
            ("Acme/A", namesake["_id"]), ("acme/z", renamed["_id"]),
        ]  # fmt: skip
        assert model(target, "acme/a").downloads == 1
        assert asked_names(target) == 0


def asked_names(path: Path) -> int:
    """Names that lead to no model that is there."""
    with Catalogue(str(path)) as catalogue:
        lost = "SELECT count(*) FROM names WHERE holder IS NOT NULL AND holder NOT IN (SELECT num FROM models)"
        return int(asked(catalogue, lost)[0][0])


def test_a_hub_s_own_id_is_never_one_that_stands_for_a_name(path: Path) -> None:
    with Catalogue(str(path), create=True) as catalogue:
        import_file(catalogue, "starter")
    ids = [hub for hub in states(path) if hub.startswith("00000000")]
    forged = [row("evil/model", _id=ids[0].lower())]
    with pytest.raises(DataError):
        imported(path, [{"no": "model"}])
    assert counts(imported(path, forged, AUTUMN)) == (0, 0, 0, 0, 1)


# -- what is in the way


class Stopped(Exception):
    pass


def test_an_import_that_was_stopped_is_repeated_with_the_same_result(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.catalogue.jsonlines._BATCH", 200)
    said = [row(f"acme/m{n:04}", *([f"acme/m{n - 1:04}"] if n % 3 else [])) for n in range(500)]
    held = [row("acme/m0000", downloads=3), row("other/held")]
    for target in (path, tmp_path / "once.db"):
        filled(target, held, at=at(SPRING)).close()
    imported(tmp_path / "once.db", said, AUTUMN)
    for _ in range(3):

        def stop(done: int, count: int) -> None:
            raise Stopped

        with pytest.raises(Stopped), Catalogue(str(path)) as catalogue:
            import_file(catalogue, lines(path, said), AUTUMN, progress=stop)
    assert counts(imported(path, said, AUTUMN)) == (300, 0, 200, 0, 0)
    assert digest(path) == digest(tmp_path / "once.db")


def test_an_import_into_an_empty_catalogue_that_was_stopped_leaves_it_empty_and_whole(path: Path) -> None:
    def stop(done: int, count: int) -> None:
        raise Stopped

    said = [row("acme/a"), row("acme/b", "acme/a")]
    with Catalogue(str(path), create=True) as catalogue, pytest.raises(Stopped):
        import_file(catalogue, lines(path, said), progress=stop)
    made = "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM models").fetchone() == (0,)
        assert connection.execute(made).fetchone() == (INDEXES.count("CREATE INDEX"),)
    assert counts(imported(path, said)) == (2, 0, 0, 0, 0)
    with sqlite3.connect(path) as connection:
        assert connection.execute(made).fetchone() == (INDEXES.count("CREATE INDEX"),)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


_KILLED = """
import os, signal, sys
from scanner.catalogue import file
file._CACHE = 100
with file.Catalogue(sys.argv[1]) as catalogue, catalogue.loading(20_000) as connection:
    rows = [(f"acme/model-{number}",) for number in range(20_000)]
    connection.exec_driver_sql("INSERT INTO names (id) VALUES (?)", rows)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_load_that_was_killed_leaves_nothing_of_it_and_the_log_as_it_was(path: Path) -> None:
    Catalogue(str(path), create=True).close()
    before = path.stat().st_size
    subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    written = path.with_name(f"{path.name}-wal").stat().st_size
    assert written > 4 * before, "pages were written before it was killed"
    with Catalogue(str(path), create=True) as catalogue, catalogue.reading() as connection:
        held = [connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in ("names", "models")]
        checked = [
            connection.exec_driver_sql(f"PRAGMA {what}").scalar() for what in ("integrity_check", "journal_mode")
        ]
    assert held == [0, 0]
    assert checked == ["ok", "wal"]


def test_who_reads_an_empty_catalogue_does_not_hinder_a_load(path: Path, tmp_path: Path) -> None:
    Catalogue(str(path), create=True).close()
    file = tmp_path / "models.jsonl"
    file.write_text(json.dumps(row("acme/widget-7b")))
    with closing(sqlite3.connect(path)) as other, Catalogue(str(path), create=True) as catalogue:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM models").fetchone() == (0,)
        assert import_file(catalogue, str(file)).tally.new == 1
        assert other.execute("SELECT count(*) FROM models").fetchone() == (0,), "as long as it does not look anew"
        other.execute("COMMIT")
        assert other.execute("SELECT count(*) FROM models").fetchone() == (1,)


def test_gzip_is_read_and_one_that_is_cut_off_is_refused_before_anything_is_written(path: Path) -> None:
    whole = gzip.compress("\n".join(json.dumps(row(f"acme/m{n}")) for n in range(300)).encode())
    file = path.with_name("m.jsonl.gz")
    with Catalogue(str(path), create=True) as catalogue:
        for body in (whole[:-200], whole[:-4] + b"????"):
            file.write_bytes(body)
            with pytest.raises(DataError, match="cannot be read"):
                import_file(catalogue, str(file))
        assert asked(catalogue, "SELECT count(*) FROM models") == [(0,)]
        file.write_bytes(whole)
        assert import_file(catalogue, str(file)).tally.new == 300


def test_a_line_of_any_length_costs_that_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.catalogue.jsonlines._LONGEST", 2_000)
    monkeypatch.setattr("scanner.catalogue.jsonlines._KEPT", 50)
    long = json.dumps({**row("acme/long"), "tags": ["x" * 50] * 200}).encode()
    report = imported(path, [row("acme/a"), long, row("acme/b")])
    assert counts(report) == (2, 0, 0, 0, 1)
    assert asked_rejects(path)[0][1] == long[:50]


@pytest.mark.parametrize(
    "body", [b"", b"\n\n", b"hello", b"\0" * 500, b"PK\x03\x04 a zip", b'{"a": 1}\n{"b": 2}\n', b"[" * 100_000]
)
def test_what_holds_no_model_is_refused(path: Path, body: bytes) -> None:
    file = path.with_name("what")
    file.write_bytes(body)
    with Catalogue(str(path), create=True) as catalogue, pytest.raises(DataError, match="nothing was imported"):
        import_file(catalogue, str(file))


def test_a_hostile_row_costs_no_more_than_itself(path: Path) -> None:
    odd: Iterator[dict[str, Any]] = (
        {**row(f"acme/odd{n}"), **said}
        for n, said in enumerate([
            {"tags": ["a\x1b[31m", "\u202egpj", "x" * 100_000]}, {"tags": ["t"] * 1_000_000}, {"downloads": -1},
            {"downloads": 2**70}, {"downloads": "many"}, {"cardData": {"license": ["\x00"] * 5_000}}, {"siblings": 5},
            {"lastModified": "9999-12-31T23:59:59.999Z"}, {"createdAt": "0001-01-01T00:00:00+14:00"},
            {"cardData": {"base_model": [None, {}, "../../etc/passwd", "x" * 100_000]}}, {"config": [[[[]]]]},
            {"safetensors": {"parameters": {"BF16": 1e300}}}, {"baseModels": {"relation": "\n", "models": [1, {}]}},
        ])
    )  # fmt: skip
    nan = json.dumps(row("acme/nan")).replace('"downloads": 10', '"downloads": NaN').encode()
    report = imported(path, [row("acme/good"), *odd, nan], AUTUMN)
    assert counts(report) == (14, 0, 0, 0, 1)
    for n in range(13):
        shown = model(path, f"acme/odd{n}")
        assert not any(ord(c) < 32 or c == "\u202e" for tag in shown.tags or () for c in tag)
    assert len(model(path, "acme/odd1").tags or ()) <= 2_000


# -- the day of a file


def test_the_day_of_a_file_is_that_of_the_newest_change_in_it_and_never_in_the_future(path: Path) -> None:
    report = imported(
        path,
        [
            row("acme/a", lastModified="2025-02-02T10:00:00.000Z"),
            row("acme/b", lastModified="2024-02-02T10:00:00.000Z"),
        ],
    )
    assert moment(report.as_of) == "2025-02-02T10:00:00Z"
    future = imported(path, [row("acme/a", lastModified="2999-01-01T10:00:00.000Z")])
    assert future.as_of < at(date(2990, 1, 1))
    with pytest.raises(UsageError, match="in the future"):
        imported(path, [row("acme/a")], date(2999, 1, 1))
    with pytest.raises(DataError, match="no row says when"):
        imported(path, [row("acme/a", lastModified=None)])
    assert imported(path, [row("acme/a", lastModified=None)], AUTUMN).as_of == at(AUTUMN)


def test_every_row_has_its_source_and_day(path: Path) -> None:
    report = imported(path, [row("acme/a")], SPRING, "snapshot.jsonl")
    (source,) = model(path, "acme/a").sources
    assert source == f"snapshot.jsonl sha256:{report.sha256} (bulk, 2025-03-01), seen 2025-03-01"


def test_another_file_than_the_one_that_was_meant_is_refused(path: Path) -> None:
    file = lines(path, [row("acme/a")])
    with Catalogue(str(path), create=True) as catalogue:
        with pytest.raises(DataError, match="not 00ff"):
            import_file(catalogue, file, digest="00ff")
        right = bulk._looked_at(Path(file))[1]
        assert import_file(catalogue, file, digest=right.upper()).tally.new == 1


def test_a_file_that_is_not_there_is_an_error_with_a_hint(path: Path, tmp_path: Path) -> None:
    with Catalogue(str(path), create=True) as catalogue:
        for name in (str(tmp_path / "none"), str(tmp_path)):
            with pytest.raises(ScannerError, match="cannot be read") as caught:
                import_file(catalogue, name)
            assert "starter" in caught.value.hint
