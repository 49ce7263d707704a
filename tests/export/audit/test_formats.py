"""Each format says the same, opens in what it is for, and nothing in it acts."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from scanner.data import text
from scanner.export.audit import FORMATS, Pack
from scanner.export.audit.rows import Rows
from scanner.export.audit.sheets import SHEETS
from scanner.export.quoting import LIMIT, no_formula, one_line
from scanner.store import Store
from scanner.text import clean_line
from tests.export.audit.periods import FORMULA, judged, pack_of, recorded, scan_of
from tests.export.samples import facts, finding, model, origin
from tests.export.test_hostile import FORBIDDEN, hostile

ACTS = tuple("=+-@＝＋－＠\t\r")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("pack")
    return pack_of(recorded(folder / "audit.db"), folder / "rows")


def written(pack: Pack, format: str, folder: Path, sheet: str = "decisions") -> Path:
    file = folder / f"{sheet}.{format}"
    FORMATS[format](pack, file, sheet)
    return file


def table(file: Path, **dialect: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(file.read_text(encoding="utf-8"), newline=""), **dialect))


def test_json_is_the_document_and_valid(pack: Pack, tmp_path: Path) -> None:
    document = json.loads(written(pack, "json", tmp_path).read_text(encoding="utf-8"))
    Draft7Validator(json.loads(text("schema/audit-v1.schema.json"))).validate(document)
    assert len(document["decisions"]) == document["population"]["decisions"] == 90
    assert list(document["decisions"]) == list(pack.decisions)
    assert document["waivers"][0]["ticket"] == "RISK-1"


def test_the_schema_refuses_what_is_no_pack(pack: Pack, tmp_path: Path) -> None:
    document = json.loads(written(pack, "json", tmp_path).read_text(encoding="utf-8"))
    valid = Draft7Validator(json.loads(text("schema/audit-v1.schema.json"))).is_valid
    document["decisions"][0]["verdict"] = "fine"
    assert not valid(document)
    del document["decisions"]
    assert not valid(document)


@pytest.mark.parametrize("sheet", SHEETS)
def test_csv_has_a_row_for_each_and_a_cell_for_each_column(pack: Pack, tmp_path: Path, sheet: str) -> None:
    head, *rows = table(written(pack, "csv", tmp_path, sheet))
    assert head == [column.name for column in SHEETS[sheet].columns]
    assert len(rows) == len(list(SHEETS[sheet].rows(pack)))
    assert all(len(row) == len(head) for row in rows)


def test_csv_says_what_is_not_known_and_leaves_empty_what_does_not_apply(pack: Pack, tmp_path: Path) -> None:
    rows = [dict(row) for row in csv.DictReader(StringIO(written(pack, "csv", tmp_path).read_text(), newline=""))]
    unknown = next(row for row in rows if row["model"] == "acme/m2")
    assert (unknown["revision"], unknown["publisher_origin"], unknown["license"]) == ("unknown",) * 3
    assert unknown["codebase"] == unknown["waivers_digest"] == ""
    assert next(row for row in rows if row["model"] == "acme/m3")["root_origins"] == "CN; unknown"


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_no_cell_of_csv_begins_a_formula_whatever_parts_cells(
    tmp_path: Path, sheet: str, delimiter: str, poisoned: Pack
) -> None:
    for row in table(written(poisoned, "csv", tmp_path, sheet), delimiter=delimiter):
        for value in row:
            # A number is one by its digits; a negative one computes nothing.
            assert not value.lstrip(" ").startswith(ACTS) or re.fullmatch(r"-\d+", value), value


@pytest.mark.parametrize("start", ["=1", "+1", "-1", "@A", " =1", "＝1", "a;=1", "a; @b", ";;+x"])
def test_an_apostrophe_makes_a_text_of_a_formula(start: str) -> None:
    assert "'" in no_formula(start)
    assert no_formula(no_formula(start)) == no_formula(start)
    assert no_formula("a=1, b-2; c") == "a=1, b-2; c"


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A period in which everything strangers can write is a formula."""
    folder = tmp_path_factory.mktemp("poisoned")
    evil = f"x;{FORMULA};"
    told = facts() | {"usage": {"codebase": FORMULA, "references": [], "drift": []}}
    told["model"] = told["model"] | {"id": f"{FORMULA}/x", "hub": "@SUM(1)"}
    told["publisher"] = origin("=1+1", "x", None)
    told["gaps"] = [{"subject": "x", "what": FORMULA, "reason": "+1", "transient": True, "at": ""}]
    denied = judged("deny", "=policy", findings=[finding("+rule", message=evil), finding("-rule", message="\t=1")])
    waivers = f'version: 1\nwaivers:\n  - {{rule: pinned, model: acme/x, reason: "{evil}", approver: "@a", ticket: "-1", expires: 2026-12-31}}\n'
    with Store.open(str(folder / "a.db")) as store:
        store.save(
            scan_of(
                0, "2026-07-01T00:00:00Z", facts=told, decisions=(denied,), requested="\r=1", run="-run",
                waivers_text=waivers,
            )
        )  # fmt: skip
    return pack_of(folder / "a.db", folder / "rows")


def cells(file: Path) -> Iterator[tuple[str, str | None, str]]:
    """(sheet, kind, text) of every cell of a workbook."""
    with zipfile.ZipFile(file) as book:
        names = [
            sheet.get("name") for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        ]
        for number, name in enumerate(names, 1):
            page = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            for one in page.iter(f"{_MAIN}c"):
                yield str(name), one.get("t"), "".join(one.itertext())


def test_a_workbook_has_a_sheet_for_each_part_and_its_rows(pack: Pack, tmp_path: Path) -> None:
    file = written(pack, "xlsx", tmp_path)
    with zipfile.ZipFile(file) as book:
        page = ElementTree.fromstring(book.read("xl/worksheets/sheet2.xml"))
        assert [pane.get("state") for pane in page.iter(f"{_MAIN}pane")] == ["frozen"]
        rows = list(page.iter(f"{_MAIN}row"))
    assert len(rows) == 1 + len(pack.decisions)
    assert list(dict.fromkeys(sheet for sheet, _, _ in cells(file))) == list(SHEETS)


def test_a_workbook_has_no_formula_no_link_and_nothing_from_elsewhere(poisoned: Pack, tmp_path: Path) -> None:
    file = written(poisoned, "xlsx", tmp_path)
    with zipfile.ZipFile(file) as book:
        names = book.namelist()
        bodies = [book.read(name).decode() for name in names if name.startswith("xl/worksheets")]
    assert not [name for name in names if "vba" in name or "external" in name.lower() or "connections" in name]
    for body in bodies:
        assert "<f" not in re.sub("<filter", "", body)
        assert "<hyperlink" not in body
    assert any(kind in ("s", "inlineStr") and said == FORMULA for _, kind, said in cells(file)), (
        "it stands there as text"
    )


def test_moments_are_moments_and_numbers_are_numbers_in_a_workbook(pack: Pack, tmp_path: Path) -> None:
    load = pytest.importorskip("openpyxl").load_workbook
    page = load(written(pack, "xlsx", tmp_path))["decisions"]
    head, first, *_ = page.iter_rows(values_only=True)
    row = dict(zip(head, first, strict=True))
    told = next(iter(pack.decisions))
    assert row["scan"] == told["scan"]
    assert row["at (UTC)"].isoformat() + "Z" == told["at"]


def test_a_workbook_that_cannot_hold_the_rows_is_refused(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.errors import UsageError
    from scanner.export.audit import workbook

    monkeypatch.setattr(workbook, "_ROWS", 50)
    with pytest.raises(UsageError, match="90 rows are more than a workbook holds"):
        written(pack, "xlsx", tmp_path)


def test_no_cell_of_a_workbook_is_longer_than_one_may_be_and_a_cut_is_told(pack: Pack, tmp_path: Path) -> None:
    row = next(iter(pack.decisions)) | {"licenses": ["\N{ROCKET}" * 2_000] * 10, "gaps": ["x" * 2_000] * 16}
    with Rows(tmp_path / "rows.jsonl") as rows:
        rows.add(row)
    told = [text for *_, text in cells(written(replace(pack, decisions=rows), "xlsx", tmp_path))]
    (cut,) = [text for text in told if text.endswith("… (cut)")]
    assert 32_765 <= len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert "; ".join(row["gaps"]) in told


def test_parquet_has_typed_columns_and_the_same_rows(pack: Pack, tmp_path: Path) -> None:
    file = written(pack, "parquet", tmp_path)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        kinds = {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM '{file}'").fetchall()}
        counted = connection.execute(f"SELECT verdict, count(*) FROM '{file}' GROUP BY 1").fetchall()
        roots = connection.execute(f"SELECT DISTINCT root_origins FROM '{file}' WHERE model = 'acme/m3'").fetchall()
        order = [row[0] for row in connection.execute(f"SELECT record FROM '{file}'").fetchall()]
        found = connection.execute(f"SELECT key, value FROM parquet_kv_metadata('{file}')").fetchall()
    about = {key.decode(): value.decode() for key, value in found}
    assert kinds["at"] == "TIMESTAMP WITH TIME ZONE"
    assert (kinds["scan"], kinds["as_of"], kinds["incomplete"], kinds["rules"]) == (
        "BIGINT",
        "DATE",
        "BOOLEAN",
        "VARCHAR[]",
    )
    assert dict(counted) == {row["label"]: row["total"] for row in pack.head["counts"]["verdict"]}
    assert roots == [(["CN", None],)]
    assert order == [row["record"] for row in pack.decisions]
    assert (about["schema"], about["sheet"]) == ("modelorigin/audit/v1", "decisions")
    assert json.loads(about["about"])["population"]["scans"] == 60


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_sheet_is_written_as_parquet(poisoned: Pack, tmp_path: Path, sheet: str) -> None:
    file = written(poisoned, "parquet", tmp_path, sheet)
    with duckdb.connect() as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM '{file}'").fetchone()
    assert count == len(list(SHEETS[sheet].rows(poisoned)))


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_database_gives_the_same_bytes(format: str, tmp_path: Path) -> None:
    made = []
    path = recorded(tmp_path / "audit.db", 12)
    for turn in ("one", "two"):
        (tmp_path / turn).mkdir()
        made.append(written(pack_of(path, tmp_path / turn / "rows"), format, tmp_path / turn).read_bytes())
    assert made[0] == made[1]
    assert made[0]


@hostile
def test_no_format_of_text_carries_what_acts(payload: str, tmp_path: Path) -> None:
    safe = payload.encode("utf-8", "replace").decode()
    named = facts()["model"] | {"id": f"acme/m{safe}"}
    told = facts() | {"model": named, "usage": {"codebase": f"c{safe}", "references": [], "drift": []}}
    told["lineage"] = told["lineage"] | {"models": [model("x", 0, origin("x"))], "roots": []}
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save(
            scan_of(0, "2026-07-01T00:00:00Z", facts=told, requested=safe,
                    decisions=(judged("deny", f"p{safe}", findings=[finding(message=safe)]),))
        )  # fmt: skip
    pack = pack_of(tmp_path / "a.db", tmp_path / "rows")
    for format in ("json", "csv", "html"):
        body = written(pack, format, tmp_path).read_text(encoding="utf-8")
        assert FORBIDDEN.findall(body) == [], format
        assert "::error" not in body
        assert "##[" not in body


@given(st.text() | st.text(alphabet=" ab:#\t\n\x1b", max_size=12) | st.just("a" * (LIMIT + 1)))
def test_a_text_that_looks_harmless_is(text: str) -> None:
    assert one_line(text) == re.sub("(?<=:)(?=:)|(?<=#)(?=#)", " ", clean_line(text, LIMIT))
