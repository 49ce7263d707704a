"""The signs that a name changed hands: each is found where it is, with its source, and none where it is not."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pytest

from scanner.catalogue.entry import entry_of, seconds
from scanner.catalogue.file import Catalogue
from scanner.catalogue.identity import KINDS, Signal, signals
from scanner.catalogue.shelf import Shelf, Source
from scanner.fact import Basis, Locator
from scanner.model import Model, ModelRef, Parent, RepoId

HUB = Source("api", "https://hub.example", 1_790_000_000)


@pytest.fixture
def catalogue(path: Path):  # type: ignore[no-untyped-def]
    with Catalogue(str(path), create=True) as opened:
        yield opened


def put(catalogue: Catalogue, *models: Model, at: int = 1_790_000_000, source: Source = HUB) -> None:
    entries = [entry for model in models if (entry := entry_of(model))]
    with catalogue.writing() as connection:
        Shelf().put(connection, entries, source, at=at)


def model(name: str, created: str, *bases: str, salt: int = 0) -> Model:
    moment = f"{created}T00:00:00Z"
    repo = RepoId.parse(name)
    parents = tuple(Parent(ModelRef.parse(base), Basis.DECLARED, Locator("hf", name)) for base in bases)
    hub_id = f"{seconds(moment):08x}{crc32(name.encode()):08x}{salt:08x}"
    return Model("hf", repo, repo, hub_id=hub_id, created_at=moment, base_models=parents or None)


def found(catalogue: Catalogue, name: str) -> list[Signal]:
    with catalogue.reading() as connection:
        return list(signals(connection, name))


def test_a_model_that_nothing_happened_to_has_no_signs(catalogue: Catalogue) -> None:
    put(catalogue, model("a/root", "2024-01-01"), model("b/child", "2024-02-01", "a/root"))
    assert found(catalogue, "a/root") == found(catalogue, "b/child") == found(catalogue, "no/body") == []


def test_another_id_under_a_name_is_the_strongest_sign(catalogue: Catalogue) -> None:
    first, second = model("a/root", "2024-01-01"), model("a/root", "2025-06-01", salt=1)
    put(catalogue, first, model("b/child", "2024-02-01", "a/root"))
    put(catalogue, second, at=1_790_000_100)
    taken, cited = found(catalogue, "A/Root")
    assert (taken.kind, taken.subject, taken.before, taken.after) == (
        "taken-over",
        "a/root",
        first.hub_id,
        second.hub_id,
    )
    assert (taken.seen, taken.source) == ("2026-09-21T14:15:00Z", "https://hub.example (api, 2026-09-21)")
    assert (cited.kind, cited.before, cited.after) == (
        "cited-before-created", "b/child 2024-02-01T00:00:00Z", "2025-06-01T00:00:00Z",
    )  # fmt: skip


def test_a_takeover_since_a_bulk_file_was_made_is_seen(catalogue: Catalogue) -> None:
    put(
        catalogue,
        model("a/root", "2024-01-01"),
        source=Source("bulk", "models.parquet", 1_700_000_000),
        at=1_700_000_000,
    )
    put(catalogue, model("a/root", "2025-06-01", salt=1))
    assert [signal.kind for signal in found(catalogue, "a/root")] == ["taken-over"]


def test_a_rename_is_a_rename_under_either_name(catalogue: Catalogue) -> None:
    put(catalogue, model("a/root", "2024-01-01"), model("b/child", "2024-02-01", "a/root"))
    renamed = model("a/root", "2024-01-01")
    moved = Model(
        "hf", RepoId.parse("c/root"), RepoId.parse("c/root"), hub_id=renamed.hub_id, created_at=renamed.created_at
    )
    put(catalogue, moved, at=1_790_000_100)
    for name in ("a/root", "c/root"):
        assert [(s.kind, s.before, s.after) for s in found(catalogue, name)] == [("renamed", "a/root", "c/root")]


def test_a_name_registered_anew_after_a_rename_is_told_of_its_new_bearer(catalogue: Catalogue) -> None:
    first = model("a/root", "2024-01-01")
    put(catalogue, first)
    put(
        catalogue,
        Model("hf", RepoId.parse("c/root"), RepoId.parse("c/root"), hub_id=first.hub_id, created_at=first.created_at),
    )
    put(catalogue, model("a/root", "2025-06-01", salt=1))
    assert [signal.kind for signal in found(catalogue, "a/root")] == ["re-registered"]
    assert [signal.kind for signal in found(catalogue, "c/root")] == ["renamed"]


@pytest.mark.parametrize(
    ("base", "child", "sign"),
    [
        ("2024-01-02", "2024-01-01", True),
        ("2024-01-01", "2024-01-01", False),
        ("2024-01-01", "2024-01-02", False),
        ("2022-03-02", "2022-03-01", False),
    ],
)
def test_a_citation_older_than_the_model_is_a_sign_but_not_among_the_oldest(
    catalogue: Catalogue, base: str, child: str, sign: bool
) -> None:
    put(catalogue, model("a/root", base), model("b/child", child, "a/root"))
    assert [signal.kind for signal in found(catalogue, "a/root")] == ["cited-before-created"] * sign


def test_the_oldest_citation_is_the_one_that_is_told(catalogue: Catalogue) -> None:
    put(catalogue, model("a/root", "2025-01-01"), *(model(f"b/c{n}", f"2024-0{n}-01", "a/root") for n in (5, 2, 7)))
    (sign,) = found(catalogue, "a/root")
    assert sign.before == "b/c2 2024-02-01T00:00:00Z"


def test_a_model_that_names_itself_cites_nobody_before(catalogue: Catalogue) -> None:
    put(catalogue, model("a/self", "2025-01-01", "a/self"))
    assert found(catalogue, "a/self") == []


def test_signs_come_strongest_first(catalogue: Catalogue) -> None:
    put(catalogue, model("a/root", "2024-01-01"))
    with catalogue.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO events (at, kind, model, name, source) VALUES (?, ?, 1, 1, 1)",
            [(at, kind) for at, kind in enumerate(reversed(KINDS))],
        )
        connection.exec_driver_sql("INSERT INTO events (at, kind, model, name, source) VALUES (99, 'gated', 1, 1, 1)")
    assert tuple(signal.kind for signal in found(catalogue, "a/root")) == KINDS
