"""A row says the same whether the Hub's list showed it or a parquet file holds it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.catalogue.bulk import Imported, import_file
from scanner.catalogue.entry import Entry, entry_of
from scanner.catalogue.file import Catalogue
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.parquet import Parquet
from scanner.catalogue.parts import alike, entry_from
from scanner.errors import DataError
from scanner.evidence.files import listing_of
from scanner.hub.answers import model_from_info
from scanner.hub.listing import Unread, read_page
from scanner.model import RepoId
from tests.catalogue.crawling import digest
from tests.catalogue.rows import asked, row

duckdb = pytest.importorskip("duckdb")

Json = dict[str, Any]

TEXTS = {
    "_id": "VARCHAR", "id": "VARCHAR", "sha": "VARCHAR", "createdAt": "VARCHAR", "lastModified": "VARCHAR",
    "downloads": "BIGINT", "downloadsAllTime": "BIGINT", "likes": "BIGINT", "gated": "VARCHAR", "disabled": "BOOLEAN",
    "private": "BOOLEAN", "library_name": "VARCHAR", "pipeline_tag": "VARCHAR", "tags": "VARCHAR[]",
    "siblings": "STRUCT(rfilename VARCHAR)[]", "cardData": "VARCHAR", "config": "VARCHAR", "safetensors": "VARCHAR",
    "gguf": "VARCHAR", "baseModels": "VARCHAR",
}  # fmt: skip
"""Every tree as JSON text, which holds any shape."""
STRUCTS = TEXTS | {
    "createdAt": "TIMESTAMP", "lastModified": "TIMESTAMP WITH TIME ZONE", "downloads": "DOUBLE", "gated": "BOOLEAN",
    "cardData": "STRUCT(license VARCHAR, license_name VARCHAR, license_link VARCHAR, base_model VARCHAR[],"
    " base_model_relation VARCHAR, tags VARCHAR[])",
    "config": "STRUCT(architectures VARCHAR[], model_type VARCHAR, auto_map STRUCT(AutoModel VARCHAR))",
    "safetensors": "STRUCT(parameters STRUCT(BF16 BIGINT, F32 BIGINT, I32 BIGINT, I64 BIGINT), total BIGINT)",
    "gguf": "STRUCT(total BIGINT, architecture VARCHAR)",
    "baseModels": "STRUCT(relation VARCHAR, models STRUCT(_id VARCHAR, id VARCHAR)[])",
}  # fmt: skip


def write(path: Path, rows: Sequence[Json], columns: dict[str, str]) -> None:
    lines = []
    for said in rows:
        kept = {key: value for key, value in said.items() if key in columns}
        trees = {key: json.dumps(value) for key, value in kept.items() if columns[key] == "VARCHAR" and key in TREES}
        lines.append(json.dumps(kept | trees))
    source = path.with_suffix(".jsonl")
    source.write_text("\n".join(lines))
    named = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        read = f"read_json('{source}', format = 'newline_delimited', columns = {{{named}}})"
        connection.execute(f"COPY (SELECT * FROM {read}) TO '{path}' (FORMAT parquet)")


TREES = ("cardData", "config", "safetensors", "gguf", "baseModels")


def by_list(rows: Sequence[Json]) -> dict[str, Entry]:
    page = read_page(json.dumps(list(rows)).encode())
    found = [entry_of(row.model, row.downloads_total) for row in page.rows]
    return {entry.hub_id.hex(): entry for entry in found if entry}


def by_file(path: Path) -> tuple[dict[str, Entry], list[Unread]]:
    with closing(Parquet(path)) as file:
        batches = list(file.batches())
        entries = [entry_from(fields, file.words) for batch, _ in batches for fields in batch]
    return {entry.hub_id.hex(): entry for entry in entries}, [row for _, unread in batches for row in unread]


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}[A-Za-z0-9]", fullmatch=True)
PLAIN_NAMES = NAMES.filter(lambda name: ".." not in name and "--" not in name and not name.endswith(".git"))
PLAIN_IDS = st.builds("{}/{}".format, PLAIN_NAMES, PLAIN_NAMES)
IDS = st.one_of(st.builds("{}/{}".format, NAMES, NAMES), NAMES, st.sampled_from(["n/a", "none", "a/b.git", "x" * 120]))
OBJECT_IDS = st.from_regex(r"[0-9a-f]{24}", fullmatch=True) | st.just("00000000036468d709f17432")
WORDS = st.one_of(
    st.sampled_from(
        ["transformers", "custom_code", "license:mit", "license: mit", "license:", "base_model:a/b", "", " a"]
    ),
    st.sampled_from(["base_model:finetune:a/b", "a\x1fb", "é", "\u202egpj", "x" * 301, "base_model:none", "\n"]),
    st.text(max_size=12),
)
FILES = st.one_of(
    st.sampled_from([
        "README.md", ".gitattributes", "LICENSE", "config.json", "unet/config.json", "adapter_config.json",
        "sub/adapter_config.json", "model.safetensors", "a.Q4_K_M.gguf", "pytorch_model.bin", "openvino_model.bin",
        "openvino_model.xml", "ggml-model.bin", "training_args.bin", "checkpoint-5/optimizer.pt", "modeling_x.py",
        "MODEL.PY", "weights.dat", "variables.data-00000-of-00001", "m.mlpackage/Data/weight.bin", "spm.model",
        "tokenizer.model", "a.zip", "x.npy", "run.sh", "..", "dir/", "", "a\x1fb.bin", "bad\u202ename.py", "x.",
        "rng_state_0.pth", "vocab.json", "model_00012-of-00072.safetensors", "W.BIN", "m.mlmodelc/coremldata.bin",
    ]),
    st.text(max_size=10),
)  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 2**70), st.text(max_size=8), st.sampled_from(["mit", "a/b"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=4,
)


@st.composite
def plain(draw: st.DrawFn) -> Json:
    """A row as most are: hub, card and tags agree on its bases."""
    models = draw(st.lists(st.fixed_dictionaries({"_id": OBJECT_IDS, "id": PLAIN_IDS}), max_size=3, unique_by=str))
    ids, relation = [model["id"] for model in models], draw(st.sampled_from(["finetune", "adapter", "quantized"]))
    tags = [f"base_model:{id}" for id in ids] + [f"base_model:{relation}:{id}" for id in ids]
    card = dict(draw(st.sampled_from([{}, {"license": "mit"}, {"license": ["mit", "x"], "license_name": "own"}])))
    if ids:
        card["base_model"] = ids[0] if len(ids) == 1 and draw(st.booleans()) else ids
        card |= draw(st.sampled_from([{}, {"base_model_relation": relation}]))
    config = draw(st.sampled_from([{}, {"architectures": ["L"], "model_type": "llama", "tokenizer_config": {}}]))
    row = {
        "_id": draw(st.from_regex(r"[1-9a-f][0-9a-f]{23}", fullmatch=True)),
        "id": draw(PLAIN_IDS),
        "sha": draw(st.from_regex(r"[0-9a-f]{40}", fullmatch=True)),
        "createdAt": "2024-02-29T23:59:59.123Z",
        "lastModified": "2024-05-01T10:00:00.000Z",
        "downloads": draw(st.integers(0, 10**9)),
        "downloadsAllTime": 7,
        "likes": 3,
        "gated": draw(st.sampled_from(["auto", "manual", None])),
        "disabled": False,
        "private": draw(st.sampled_from([False, None])),
        "library_name": "transformers",
        "pipeline_tag": draw(st.sampled_from(["fill-mask", None])),
        "tags": draw(st.permutations(["transformers", "license:mit", "region:us", *tags])),
        "siblings": [{"rfilename": name} for name in draw(st.lists(FILES, max_size=5))],
        "cardData": card,
        "config": config,
        "safetensors": draw(st.sampled_from([None, {"parameters": {"BF16": 7, "I64": 3}, "total": 10}])),
        "gguf": draw(st.sampled_from([None, {"total": 10**12, "architecture": "llama"}])),
        "baseModels": {"relation": relation, "models": models} if models else None,
    }
    return {key: value for key, value in row.items() if value is not None}


COUNTS = st.dictionaries(st.sampled_from(["BF16", "F32", "I32", "I64", "é"]), st.integers(-1, 2**64), max_size=2)
ODD: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["gpt2", "a/b.git", "a--b/c", "a/b/c", "x" * 120, "", "A/b"]),
    "_id": st.sampled_from(["", "5", "621FFDC036468D709F174328", "00000000036468d709f17432"]),
    "sha": st.sampled_from(["main", ""]),
    "createdAt": st.sampled_from(["2024-02-30T00:00:00Z", "?", "2024-05-01T10:00:00+02:00", "2024-05-01", "0001-01-01T00:00:00Z"]),
    "lastModified": st.sampled_from(["2024-05-01T24:00:00Z", "2024-05-01T10:00:00", "2024-05-01T10:00:00.1234567Z"]),
    "downloads": st.just(-1),
    "likes": st.integers(-(2**63), 2**63 - 1),
    "gated": st.sampled_from(["sometimes", ""]),
    "disabled": st.just(True),
    "library_name": WORDS,
    "pipeline_tag": WORDS,
    "tags": st.lists(WORDS, max_size=4),
    "siblings": st.lists(st.builds(lambda name: {"rfilename": name}, FILES | st.text(max_size=9)), max_size=6),
    "cardData": ANYTHING | st.fixed_dictionaries(
        {}, optional={key: ANYTHING | IDS | st.lists(IDS, max_size=3) for key in ("license", "license_link", "base_model", "base_model_relation", " base_model")}
    ),
    "config": ANYTHING | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("architectures", "model_type", "auto_map", "tokenizer_config", "x"), ANYTHING)
    ),
    "safetensors": ANYTHING | st.builds(lambda counts: {"parameters": counts}, COUNTS | ANYTHING),
    "gguf": ANYTHING | st.builds(lambda total: {"total": total}, ANYTHING),
    "baseModels": ANYTHING | st.fixed_dictionaries({
        "relation": ANYTHING | st.sampled_from(["merge", "copy", "unspecified"]),
        "models": ANYTHING | st.lists(st.fixed_dictionaries({}, optional={"_id": OBJECT_IDS | ANYTHING, "id": IDS | ANYTHING}), max_size=3),
    }),
}  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> Json:
    """A plain row, at times with something odd in a field or two, or without a field."""
    row = draw(plain())
    for field in draw(st.lists(st.sampled_from(sorted(ODD)), max_size=2)):
        row[field] = draw(ODD[field])
    for field in draw(st.lists(st.sampled_from(sorted(set(row) - {"_id", "id"})), max_size=1)):
        del row[field]
    return row


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows(), min_size=10, max_size=25, unique_by=lambda row: row["_id"]))
def test_a_row_reads_as_the_list_would_show_it_whatever_it_says(
    tmp_path_factory: pytest.TempPathFactory, made: list[Json]
) -> None:
    path = tmp_path_factory.mktemp("parquet") / "models.parquet"
    write(path, made, TEXTS)
    entries, unread = by_file(path)
    assert entries == by_list(made)
    assert len(entries) + len(unread) == len(made)


def typed(row: Json) -> Json:
    """The row as columns of one type each can hold it."""
    card = dict(row["cardData"])
    if "license" in card:
        card["license"] = "mit"
    if "base_model" in card and isinstance(card["base_model"], str):
        card["base_model"] = [card["base_model"]]
    return {**row, "cardData": card, "gated": False}


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(plain(), min_size=10, max_size=25, unique_by=lambda row: row["_id"]))
def test_structs_numbers_and_moments_read_as_the_json_they_stand_for(
    tmp_path_factory: pytest.TempPathFactory, made: list[Json]
) -> None:
    made = [typed(row) for row in made]
    path = tmp_path_factory.mktemp("parquet") / "models.parquet"
    write(path, made, STRUCTS)
    entries, unread = by_file(path)
    assert entries == by_list(made)
    assert not unread


@given(FILES | st.text(max_size=20), st.lists(FILES, max_size=3))
def test_a_path_stands_for_all_that_show_the_same(path: str, beside: list[str]) -> None:
    def shown(*paths: str) -> Any:
        model = model_from_info({"siblings": [{"rfilename": p} for p in paths]}, hub="hf", requested=RepoId("a", "b"))
        return None if model.unread else (listing_of(model), [p.lower().endswith(".py") for p in paths])

    # What stands beside it matters to .bin and .xml alone, and those are then left as they are.
    if not any(name.lower().endswith(".xml") for name in (path, *beside)):
        assert shown(path, *beside) == shown(alike(path), *beside)


LEAST = {
    "_id": "VARCHAR", "id": "VARCHAR", "createdAt": "TIMESTAMP", "lastModified": "TIMESTAMP", "downloads": "BIGINT",
    "likes": "BIGINT", "tags": "VARCHAR[]",
}  # fmt: skip


def one(**fields: Any) -> Json:
    return {"_id": "621ffdc036468d709f174338", "id": "a/b", **fields}


def test_booleans_that_were_written_as_text_are_booleans(tmp_path: Path) -> None:
    write(tmp_path / "m.parquet", [one(gated="False")], {**LEAST, "gated": "VARCHAR"})
    entries, _ = by_file(tmp_path / "m.parquet")
    assert list(entries.values()) == list(by_list([one(gated=False)]).values())


def test_names_of_files_may_stand_alone(tmp_path: Path) -> None:
    row = one(siblings=["model.safetensors", "config.json"])
    write(tmp_path / "m.parquet", [row], {**LEAST, "siblings": "VARCHAR[]"})
    entries, _ = by_file(tmp_path / "m.parquet")
    listed = one(siblings=[{"rfilename": "model.safetensors"}, {"rfilename": "config.json"}])
    assert list(entries.values()) == list(by_list([listed]).values())


def test_a_file_says_which_facts_it_has_no_column_for(tmp_path: Path) -> None:
    write(tmp_path / "m.parquet", [one(likes=3)], LEAST)
    with closing(Parquet(tmp_path / "m.parquet")) as file:
        assert "sha" in file.missing
        assert "cardData" in file.missing
        assert "likes" not in file.missing
        assert file.rows == 1


@pytest.mark.parametrize("lacks", sorted(LEAST))
def test_a_file_without_what_every_layout_has_is_refused_by_the_name_of_the_column(tmp_path: Path, lacks: str) -> None:
    write(
        tmp_path / "m.parquet",
        [one(author="a")],
        {k: v for k, v in LEAST.items() if k != lacks} | {"author": "VARCHAR"},
    )
    with pytest.raises(DataError, match=f"no column {lacks}") as caught:
        Parquet(tmp_path / "m.parquet")
    assert "it has: " in caught.value.hint
    assert "author" in caught.value.hint


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("_id", "BIGINT"), ("id", "VARCHAR[]"), ("tags", "VARCHAR"), ("downloads", "VARCHAR"), ("likes", "BOOLEAN"),
        ("createdAt", "BIGINT"), ("gated", "BIGINT"), ("cardData", "BIGINT"), ("siblings", "BIGINT[]"),
        ("baseModels", "VARCHAR[]"), ("config", "BLOB"), ("sha", "STRUCT(a BIGINT)"),
    ],
)  # fmt: skip
def test_a_column_of_another_type_is_refused_by_name(tmp_path: Path, column: str, kind: str) -> None:
    columns = ", ".join(f'NULL::{k} AS "{name}"' for name, k in {**LEAST, column: kind}.items())
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns}) TO '{tmp_path / 'm.parquet'}' (FORMAT parquet)")
    with pytest.raises(DataError, match=f'"{column}" is '):
        Parquet(tmp_path / "m.parquet")


def test_a_column_without_any_value_says_nothing(tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    none = {name: [None] for name in ("createdAt", "lastModified", "downloads", "likes", "sha", "tags")}
    parquet.write_table(pyarrow.table({"_id": [one()["_id"]], "id": ["a/b"], **none}), tmp_path / "m.parquet")
    entries, unread = by_file(tmp_path / "m.parquet")
    assert (list(entries.values()), unread) == (list(by_list([one()]).values()), [])


@pytest.mark.parametrize("unit", ["us", "ns", "ms"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_timestamps_of_every_unit_are_the_moment_they_mean(tmp_path: Path, unit: str, zone: str | None) -> None:
    import pyarrow
    from pyarrow import parquet

    per = {"us": 10**6, "ns": 10**9, "ms": 10**3}[unit]
    moments = pyarrow.array([1_740_000_000 * per + per // 2, None], pyarrow.timestamp(unit, tz=zone))
    said = {
        "_id": ["6" * 24, "7" * 24],
        "id": ["a/b", "a/c"],
        "downloads": [1, 1],
        "likes": [1, 1],
        "tags": [["a"], ["a\x1f"]],
    }
    parquet.write_table(pyarrow.table({**said, "createdAt": moments, "lastModified": moments}), tmp_path / "m.parquet")
    entries, unread = by_file(tmp_path / "m.parquet")
    # The second is read whole.
    assert [entry.created for entry in entries.values()] == [1_740_000_000, None]
    assert not unread
    swapped = pyarrow.table({**said, "createdAt": moments.take([1, 0]), "lastModified": moments.take([1, 0])})
    parquet.write_table(swapped, tmp_path / "s.parquet")
    assert [entry.modified for entry in by_file(tmp_path / "s.parquet")[0].values()] == [None, 1_740_000_000]


def imported(path: Path, file: Path) -> Imported:
    with Catalogue(str(path), create=True) as catalogue:
        return import_file(catalogue, str(file))


DATED = {"lastModified": "2025-01-01T00:00:00.000Z", "downloads": 1}


def test_parquet_and_json_lines_of_the_same_rows_leave_the_same_catalogue(tmp_path: Path) -> None:
    said = [row(f"acme/m{n}", *([f"acme/m{n // 2}"] if n % 3 else []), gated="auto") for n in range(60)]
    write(tmp_path / "m.parquet", said, TEXTS)
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, said)))
    for kind in ("parquet", "jsonl"):
        assert imported(tmp_path / f"{kind}.db", tmp_path / f"m.{kind}").tally.new == 60
    assert digest(tmp_path / "parquet.db") == digest(tmp_path / "jsonl.db")


def test_a_big_file_is_read_by_a_process_of_its_own_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [row(f"acme/m{n}", downloads=n) for n in range(300)] + [one(id="../x"), {**row("acme/m7"), "downloads": 3}]
    write(tmp_path / "m.parquet", said, TEXTS)
    imported(tmp_path / "here.db", tmp_path / "m.parquet")
    monkeypatch.setattr("scanner.catalogue.parquet._BIG", 10)
    report = imported(tmp_path / "apart.db", tmp_path / "m.parquet")
    assert (report.tally.new, report.unread) == (300, 2)
    assert digest(tmp_path / "here.db") == digest(tmp_path / "apart.db")
    body = (tmp_path / "m.parquet").read_bytes()
    (tmp_path / "m.parquet").write_bytes(body[:2000] + b"\0" * 600 + body[2600:])
    with pytest.raises(DataError, match="cannot be read as parquet"):
        imported(tmp_path / "apart.db", tmp_path / "m.parquet")
    assert digest(tmp_path / "here.db") == digest(tmp_path / "apart.db")


@pytest.mark.parametrize(
    "said",
    [
        {"downloads": float("nan")}, {"downloads": float("inf")}, {"downloads": 1.5}, {"downloads": -1},
        {"tags": ["\x1b[31m", "\u202e", "a\x1fb", "", None]}, {"tags": ["x" * 1_000_000]},
        {"tags": [f"t{n}" for n in range(200_000)]}, {"siblings": [f"{n}.gguf" for n in range(200_000)]},
        {"cardData": '{"license":' + "[" * 100_000 + "]" * 100_000 + "}"}, {"cardData": '{"license":"mit","license":"x"}'},
        {"cardData": "\0"}, {"cardData": '{"license":NaN}'}, {"cardData": '{"license":"' + "x" * 200_000 + '"}'},
        {"safetensors": '{"parameters":{"BF16":4611686018427387904,"F32":4611686018427387904}}'},
        {"gguf": '{"total":1e400}'}, {"id": "x" * 1_000_000}, {"id": None}, {"_id": "0" * 24}, {"createdAt": "9999-99-99"},
        {"createdAt": "0001-01-01T00:00:00+14:00"}, {"sha": "\n"}, {"pipeline_tag": "\x1b]0;title\x07"},
    ],
)  # fmt: skip
def test_a_hostile_row_is_one_model_less_at_most_and_never_loses_another(tmp_path: Path, said: Json) -> None:
    import pyarrow
    from pyarrow import parquet

    odd = {**one(id="acme/odd", likes=1, tags=["a"], createdAt=None), **DATED, **said}
    plain_row = {**one(_id="6" * 24, id="acme/plain", likes=1, tags=["a"], createdAt=None), **DATED}
    names = sorted({*odd, *plain_row})
    floats = pyarrow.float64() if isinstance(said.get("downloads"), float) else pyarrow.int64()
    kinds = {"downloads": floats, "likes": pyarrow.int64(), "tags": pyarrow.list_(pyarrow.string())}
    kinds["siblings"] = pyarrow.list_(pyarrow.string())
    held = {n: pyarrow.array([r.get(n) for r in (odd, plain_row)], kinds.get(n, pyarrow.string())) for n in names}
    parquet.write_table(pyarrow.table(held), tmp_path / "m.parquet")
    reports = [imported(tmp_path / "c.db", tmp_path / "m.parquet") for _ in range(2)]
    assert reports[0].tally.new + reports[0].unread == 2
    assert reports[0].tally.new == reports[1].tally.unchanged >= 1
    with Catalogue(str(tmp_path / "c.db")) as catalogue:
        assert CatalogueHub(catalogue).model(RepoId("acme", "plain")).downloads == 1
        told = asked(
            catalogue, "SELECT text FROM words UNION ALL SELECT body FROM profiles UNION ALL SELECT id FROM names"
        )
    assert not [text for (text,) in told if any(ord(c) < 32 or c in "\u202e\x9b" for c in text)]


def test_a_damaged_file_is_an_error_of_ours_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    write(path, [one(sha="a" * 40)] * 50, TEXTS)
    whole = path.read_bytes()
    for body in (b"", b"PAR1", whole[: len(whole) // 2], whole[:200] + b"\0" * 400 + whole[600:]):
        path.write_bytes(body)
        with pytest.raises(DataError, match="cannot be read as parquet") as caught:
            by_file(path)
        assert "fetch it again" in caught.value.hint
