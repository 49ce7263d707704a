"""What must hold of a bundle: it says the same at the other end, and one with a changed byte says nothing at all."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.catalogue.bulk import import_file
from scanner.catalogue.bundle import Bundle, write_bundle
from scanner.catalogue.entry import seconds
from scanner.catalogue.file import Catalogue
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.judging import tables_of
from scanner.catalogue.records import Told, export
from scanner.errors import DataError, NothingToScan, ScannerError
from scanner.evidence import Depth
from scanner.facts import facts_document
from scanner.model import RepoId
from scanner.provenance import Request, trace
from tests.catalogue.crawling import digest, events
from tests.catalogue.rows import API, asked, filled, put, row

DAY = date(2026, 1, 1)
SPRING, SUMMER = 1_740_000_000, 1_750_000_000


def grown(path: Path) -> Path:
    """A catalogue in which everything happened that one keeps."""
    a, b, tuned = row("acme/a"), row("acme/b", gated="auto", tags=["license:mit", "☃"]), row("acme/tuned", "acme/a")
    with filled(path, [a, b, tuned, row("acme/lost")], at=SPRING) as kept:
        put(kept, [{**a, "id": "acme/renamed"}, {**b, "gated": "manual"}], at=SUMMER)
        put(kept, [row("acme/b", born="2025-09-03T00:00:00.000Z")], at=SUMMER + 5)
        import_file(kept, "starter")
        with kept.writing() as connection:
            ask = connection.exec_driver_sql
            lost = ask("SELECT holder FROM names WHERE id = 'acme/lost'").scalar_one()
            ask("UPDATE models SET state = 1, since = ? WHERE num = ?", (SUMMER, lost))
            ask('INSERT INTO details VALUES (?, ?, ?, 1, \'[["a.bin", "unsafe"]]\')', (lost, b"\1" * 20, SUMMER))
            ask(
                "UPDATE publishers SET owner_id = ?, owner_kind = 'user', owner_seen = ? WHERE name = 'acme'",
                (b"\2" * 12, SUMMER),
            )
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A catalogue and its bundle."""
    path = grown(tmp_path_factory.mktemp("made") / "made.db")
    with Catalogue(str(path)) as kept:
        export(kept, path.with_suffix(".bundle"), "A. Person", DAY)
    return path, path.with_suffix(".bundle")


def taken(bundle: Path, path: Path) -> Path:
    with Catalogue(str(path), create=True) as kept:
        import_file(kept, str(bundle))
    return path


def exported(path: Path, to: Path) -> bytes:
    with Catalogue(str(path)) as kept:
        export(kept, to)
    return to.read_bytes()


def facts(path: Path, id: str) -> dict[str, Any]:
    with Catalogue(str(path)) as kept:
        hub = CatalogueHub(kept)
        return facts_document(trace(Request(RepoId.parse(id)), hub, tables_of(None), as_of=DAY, depth=Depth.CARD))


def test_at_the_other_end_everything_is_as_it_was(made: tuple[Path, Path], tmp_path: Path) -> None:
    path, bundle = made
    other = taken(bundle, tmp_path / "made.db")
    assert (digest(other), events(other)) == (digest(path), events(path))
    for id in ("acme/renamed", "acme/a", "acme/b", "acme/tuned", "Qwen/Qwen2.5-7B-Instruct", "microsoft/MAI-DS-R1"):
        assert facts(other, id) == facts(path, id)
    for question in (
        "SELECT hub_id, state, since, first_seen, seen, name FROM models JOIN names n ON n.num = name ORDER BY 1",
        "SELECT owner_id, owner_kind, owner_seen FROM publishers WHERE name = 'acme'",
        "SELECT sha, seen, scan_done, issues FROM details",
    ):
        with Catalogue(str(path)) as one, Catalogue(str(other)) as two:
            assert asked(one, question.replace("name FROM", "n.id FROM")) == asked(
                two, question.replace("name FROM", "n.id FROM")
            )


def test_the_same_catalogue_gives_the_same_bytes_at_either_end(made: tuple[Path, Path], tmp_path: Path) -> None:
    path, bundle = made
    other = taken(bundle, tmp_path / "other.db")
    once, twice, there = (exported(of, tmp_path / to) for of, to in ((path, "1"), (path, "2"), (other, "3")))
    assert once == twice == there


def test_a_bundle_says_what_it_is(made: tuple[Path, Path]) -> None:
    header, line, _ = made[1].read_bytes().split(b"\n", 2)
    said = json.loads(header)
    assert (said["format"], said["version"], said["events"]) == ("modelorigin/catalogue-bundle", 1, 3)
    assert said["models"] > 6_000
    assert said["signed_off"] == {"by": "A. Person", "on": "2026-01-01"}
    assert {source["kind"] for source in said["sources"]} == {"api", "starter"}
    assert said["as_of"] == "2026-11-23T00:00:00Z"
    assert line.decode() == hashlib.sha256(header).hexdigest()


def test_the_same_bundle_again_changes_nothing(made: tuple[Path, Path], tmp_path: Path) -> None:
    other = taken(made[1], tmp_path / "o.db")
    before, told = digest(other), events(other)
    with Catalogue(str(other)) as kept:
        again = import_file(kept, str(made[1]))
    assert (again.tally.new, again.tally.changed, again.tally.events) == (0, 0, 0)
    assert (digest(other), events(other)) == (before, told)


def test_a_bundle_is_weighed_against_what_is_known_at_the_other_end(tmp_path: Path) -> None:
    with filled(
        tmp_path / "from.db", [row("acme/a", downloads=5), row("acme/b", downloads=5), row("acme/c")], at=SPRING
    ) as kept:
        put(kept, [row("acme/b", downloads=6)], at=SUMMER)
        export(kept, tmp_path / "bundle")
    said = [row("acme/a", downloads=99), row("acme/b", downloads=1), row("acme/own")]
    with filled(tmp_path / "to.db", said, at=SPRING + 9) as kept:
        report = import_file(kept, str(tmp_path / "bundle"))
        held = dict(asked(kept, "SELECT n.id, m.downloads FROM models m JOIN names n ON n.num = m.name"))
    assert (report.tally.new, report.tally.changed, report.tally.older) == (1, 1, 1)
    assert held == {"acme/a": 99, "acme/b": 6, "acme/c": 10, "acme/own": 10}


def test_what_happened_at_one_end_is_told_once_at_the_other(tmp_path: Path) -> None:
    a = row("acme/a")
    with filled(tmp_path / "from.db", [a], at=SPRING) as kept:
        put(kept, [{**a, "id": "acme/renamed"}], at=SUMMER)
        export(kept, tmp_path / "bundle")
    filled(tmp_path / "to.db", [a], at=SPRING).close()
    for _ in range(2):
        taken(tmp_path / "bundle", tmp_path / "to.db")
        assert events(tmp_path / "to.db") == [("renamed", "acme/renamed", "acme/a", "acme/renamed")]


def test_an_empty_catalogue_makes_no_bundle(tmp_path: Path) -> None:
    with Catalogue(str(tmp_path / "c.db"), create=True) as kept, pytest.raises(NothingToScan):
        export(kept, tmp_path / "bundle")
    assert [path.name for path in tmp_path.iterdir() if "c.db" not in path.name] == []


def test_a_bundle_that_cannot_be_written_leaves_the_old_one(made: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with Catalogue(str(made[0])) as kept, pytest.raises(ScannerError, match="cannot write"):
        export(kept, tmp_path / "folder")
    (tmp_path / "old").write_text("old")

    def fails() -> Iterable[list[Any]]:
        yield ["source", "api", "x", 1]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_bundle(tmp_path / "old", fails(), dict)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "old"]
    assert (tmp_path / "old").read_text() == "old"


# -- changed bytes


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    with filled(folder / "c.db", [row("acme/a"), row("acme/b", "acme/a")]) as kept:
        export(kept, folder / "bundle", "A. Person", DAY)
    return folder / "bundle"


def refused(body: bytes, tmp_path: Path) -> DataError:
    """The error that the file is refused with; the catalogue is as empty as before."""
    file, path = tmp_path / "b", tmp_path / "c.db"
    file.write_bytes(body)
    with Catalogue(str(path), create=True) as kept:
        with pytest.raises(DataError) as caught:
            import_file(kept, str(file))
        for table in ("models", "names", "sources", "events", "rejects"):
            assert asked(kept, f"SELECT count(*) FROM {table}") == [(0,)]
    assert caught.value.hint
    return caught.value


def test_every_byte_counts(small: Path, tmp_path: Path) -> None:
    whole = small.read_bytes()
    for at in range(len(whole)):
        refused(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], tmp_path)


def test_a_bundle_that_was_cut_off_or_went_on_is_refused(small: Path, tmp_path: Path) -> None:
    whole = small.read_bytes()
    for body in (*(whole[:at] for at in range(1, len(whole), 7)), whole + b"\0", whole + whole, whole + b"\n"):
        refused(body, tmp_path)


def forged(lines: list[Any], tmp_path: Path, **changes: Any) -> bytes:
    """A bundle with digests that are right, of a maker who is not."""
    path = tmp_path / "forged"
    models = sum(line[0] == "model" for line in lines if isinstance(line, list) and line)
    about = {"models": models, "events": 0, "as_of": None, "sources": [], "signed_off": None, **changes}
    write_bundle(path, lines, lambda: about)
    return path.read_bytes()


def records(small: Path) -> list[Any]:
    return [list(record) for record in Bundle(small).lines()]


@pytest.mark.parametrize("version", [0, 2, "1", None, True])
def test_another_version_is_told_from_a_damaged_file(small: Path, tmp_path: Path, version: Any) -> None:
    body = forged(records(small), tmp_path)
    head, _, rest = body.split(b"\n", 2)
    head = head.replace(b'"version":1', f'"version":{json.dumps(version)}'.encode())
    error = refused(head + b"\n" + hashlib.sha256(head).hexdigest().encode() + b"\n" + rest, tmp_path)
    assert "version" in error.message


BASES_OF_TRICKS = ["../../etc/passwd", "/abs", "a/b/c", "a\\b", "a/b\x1b[31m", "a/\u202eb", "", None, 5, ["a/b"]]
MODEL = {name: at for at, name in enumerate((
    "kind", "_id", "id", "sha", "created", "modified", "downloads", "total", "likes", "parameters", "tags", "bases",
    "profile", "state", "since", "source", "first", "last", "bears",
))}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("id", trick) for trick in BASES_OF_TRICKS), ("_id", "00"), ("_id", "zz" * 12), ("_id", None), ("sha", "main"),
        ("created", "2024"), ("created", 1e9), ("modified", 2**70), ("downloads", -1), ("likes", 2**63), ("likes", True),
        ("tags", "x"), ("tags", [5]), ("tags", ["a\nb"]), ("tags", ["a\x1b[31m"]), ("bases", "{}"), ("bases", "[1]"),
        ("bases", '{"hub":5}'), ("bases", '{"tags": ["x"]}'), ("bases", '{"card":true}'), ("bases", '{"evil":1}'),
        ("bases", '{"hub":[["a/b",null]],"relation":"stolen"}'), ("bases", '{"stated":[["a/b","copy"]]}'),
        ("profile", 99), ("profile", -1), ("profile", None), ("state", 2), ("state", True), ("since", -1), ("since", None),
        ("source", 7), ("first", "x"), ("last", 10**15), ("bears", 2), ("bears", "yes"),
    ],
)  # fmt: skip
def test_a_line_that_no_export_writes_is_refused_though_its_digests_are_right(
    small: Path, tmp_path: Path, field: str, value: Any
) -> None:
    lines = records(small)
    at = max(n for n, line in enumerate(lines) if line[0] == "model")
    lines[at][MODEL[field]] = value
    assert "it is a bundle, but" in refused(forged(lines, tmp_path), tmp_path).message


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines, ["unknown", 1]],
        lambda lines: [*lines, []],
        lambda lines: [*lines, {"a": 1}],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, ["model"]],
        lambda lines: [*lines, ["event", 1, "renamed", "f" * 24, "a/b", None, None, 0]],
        lambda lines: [*lines, ["detail", "f" * 24, None, 1, 1, None]],
        lambda lines: [*lines, ["detail", lines[-1][1], None, 1, 1, '["x"]']],
        lambda lines: [*lines, ["owner", "../x", None, None, None, 1]],
        lambda lines: [*lines, ["name", "../x", lines[-1][1]]],
        lambda lines: [*lines, ["source", "rumour", "x", 1]],
        lambda lines: [*lines, ["source", "api", "x\x1b[2J", 1]],
        lambda lines: [*lines, ["profile", "{}x"]],
        lambda lines: [*lines, ["profile", '{"gated":"perhaps"}']],
        lambda lines: [*lines, ["profile", '{"listing":{}}']],
        lambda lines: [*lines, ["profile", '{"architectures":["a\\u202e"]}']],
        lambda lines: lines[1:],
        lambda lines: [line for line in lines if line[0] != "profile"],
    ],
)
def test_lines_that_were_left_out_or_added_are_refused(
    small: Path, tmp_path: Path, change: Callable[[list[Any]], list[Any]]
) -> None:
    refused(forged(change(records(small)), tmp_path), tmp_path)


def test_fewer_models_than_it_says_are_refused(small: Path, tmp_path: Path) -> None:
    lines = records(small)
    refused(forged(lines[:-1], tmp_path, models=2), tmp_path)


def test_a_bundle_that_unfolds_without_end_is_refused_at_once(small: Path, tmp_path: Path) -> None:
    size = 1 << 28
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeeze.compress(b" " * (1 << 20)) for _ in range(size >> 20)) + squeeze.flush()
    for claimed in (size, 1_000_000, 200 * len(bomb)):
        body = {
            "bytes": len(bomb),
            "sha256": hashlib.sha256(bomb).hexdigest(),
            "text_bytes": claimed,
            "text_sha256": "0" * 64,
        }
        header = {
            "format": "modelorigin/catalogue-bundle",
            "version": 1,
            "models": 1,
            "events": 0,
            "as_of": None,
            "sources": [],
            "signed_off": None,
            "body": body,
        }
        head = json.dumps(header, separators=(",", ":")).encode()
        file = head + b"\n" + hashlib.sha256(head).hexdigest().encode() + b"\n" + bomb
        tracemalloc.start()
        error = refused(file, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "unfold" in error.message
        assert peak < 24 << 20


def test_an_archive_is_no_bundle_and_nothing_is_unpacked(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../escaped", "x")
    rolled = io.BytesIO()
    with tarfile.open(fileobj=rolled, mode="w:gz") as tape:
        tape.addfile(tarfile.TarInfo("../../escaped"))
    for body in (packed.getvalue(), rolled.getvalue()):
        refused(body, tmp_path)
    assert not list(tmp_path.parent.rglob("escaped"))


def test_a_file_that_changes_while_it_is_read_is_not_believed(small: Path, tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_bytes(small.read_bytes())
    bundle = Bundle(file)
    with file.open("r+b") as body:
        body.seek(-20, 2)
        body.write(b"\0\0")
    with pytest.raises(DataError):
        list(bundle.lines())


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_line_is_taken_whole_or_refused(
    small: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    lines = records(small)
    line = data.draw(st.sampled_from(lines))
    line[data.draw(st.integers(0, len(line) - 1))] = data.draw(ANY)
    (folder / "b").write_bytes(forged(lines, folder, models=2))
    with Catalogue(str(folder / "c.db"), create=True) as kept:
        try:
            import_file(kept, str(folder / "b"))
        except DataError:
            assert asked(kept, "SELECT count(*) FROM names") == [(0,)]
            return
        with kept.reading() as connection:
            assert len(list(Told(connection).records())) >= 4
        for (id,) in asked(kept, "SELECT id FROM names WHERE holder IS NOT NULL"):
            trace(Request(RepoId.parse(id)), CatalogueHub(kept), tables_of(None), as_of=DAY, depth=Depth.CARD)


def test_the_api_s_word_stays_the_api_s_word(tmp_path: Path) -> None:
    with filled(tmp_path / "c.db", [row("acme/a")], API) as kept:
        export(kept, tmp_path / "b")
    with Catalogue(str(taken(tmp_path / "b", tmp_path / "o.db"))) as kept:
        assert asked(kept, "SELECT kind, what, as_of FROM sources") == [(API.kind, API.what, API.as_of)]
    assert seconds("2023-11-14T22:13:20Z") == API.as_of
