"""What must hold of writing: identity is the ``_id``, newer facts win, nothing is lost, and what happened is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue.entry import seconds
from scanner.catalogue.file import Catalogue
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.numbers import Numbers
from scanner.catalogue.packed import Words, pack, unpack
from scanner.catalogue.shelf import Shelf, Source
from scanner.errors import DatabaseNewer, DatabaseUnreadable, ModelNotFound, ModelNotHeld, RevisionNotFound, StoreError
from scanner.hub.answers import model_from_info
from scanner.model import Model, RepoId
from tests.catalogue.rows import API, asked, entry, filled, hub_id, put, row

LATER = 1_700_100_000


def bulk(day: str) -> Source:
    return Source("bulk", "snapshot.parquet sha256:00", seconds(f"{day}T00:00:00Z") or 0)


def events(catalogue: Catalogue) -> list[tuple[Any, ...]]:
    return asked(
        catalogue,
        "SELECT e.kind, n.id, e.before, e.after FROM events e JOIN names n ON n.num = e.name ORDER BY e.num",
    )


def model(catalogue: Catalogue, id: str) -> Model:
    return CatalogueHub(catalogue).model(RepoId.parse(id))


def test_what_is_put_comes_back_as_the_hub_said_it(tmp_path: Path) -> None:
    said = row(
        "acme/tuned", "acme/base", gated="auto", tags=["license:mit", "base_model:acme/base", "free text, any: ☃"]
    )
    with filled(tmp_path / "c.db", [said, row("acme/base")]) as catalogue:
        found = model(catalogue, "ACME/tuned")
    live = model_from_info(said, hub="catalogue", requested=RepoId.parse("ACME/tuned"))
    for name in ("repo", "revision", "hub_id", "created_at", "last_modified", "gated", "disabled", "private", "downloads",
                 "likes", "library", "pipeline_tag", "parameters", "base_models", "architectures", "model_type",
                 "remote_code", "unread"):  # fmt: skip
        assert getattr(found, name) == getattr(live, name), name
    assert sorted(found.tags or ()) == sorted(live.tags or ())
    assert found.card == {"license": "apache-2.0", "base_model": ["acme/base"], "base_model_relation": "finetune"}
    assert (found.artifacts, found.listing and found.listing.formats) == (None, ("safetensors",))


def test_the_same_page_twice_changes_nothing(tmp_path: Path) -> None:
    said = [row("acme/a"), row("acme/b", "acme/a")]
    with filled(tmp_path / "c.db", said) as catalogue:
        before = asked(catalogue, "SELECT * FROM models ORDER BY num")
        again = put(catalogue, said)
        assert (again.new, again.changed, again.unchanged, again.events) == (0, 0, 2, 0)
        assert asked(catalogue, "SELECT * FROM models ORDER BY num") == before
        assert asked(catalogue, "SELECT count(*) FROM edges") == [(1,)]


def test_a_known_id_under_another_name_was_renamed_and_the_old_name_leads_on(tmp_path: Path) -> None:
    old = row("acme/old")
    with filled(tmp_path / "c.db", [old, row("zeta/child", "acme/old")]) as catalogue:
        tally = put(catalogue, [{**old, "id": "acme/new"}], at=LATER)
        assert (tally.changed, events(catalogue)) == (1, [("renamed", "acme/new", "acme/old", "acme/new")])
        assert str(model(catalogue, "acme/old").repo) == "acme/new"
        assert model(catalogue, "acme/new").hub_id == old["_id"]


def test_a_known_name_with_another_id_was_taken_over(tmp_path: Path) -> None:
    with filled(tmp_path / "c.db", [row("acme/a")]) as catalogue:
        stranger = row("acme/a", born="2025-09-03T00:00:00.000Z", license="mit")
        put(catalogue, [stranger], at=LATER)
        assert events(catalogue) == [("taken-over", "acme/a", hub_id("acme/a"), stranger["_id"])]
        assert model(catalogue, "acme/a").hub_id == stranger["_id"]
        gone = asked(catalogue, "SELECT state, since FROM models WHERE hub_id = ?", bytes.fromhex(hub_id("acme/a")))
        assert gone == [(1, LATER)]


def test_a_former_name_that_somebody_registers_anew_takes_nobody_over(tmp_path: Path) -> None:
    old = row("acme/old")
    with filled(tmp_path / "c.db", [old]) as catalogue:
        put(catalogue, [{**old, "id": "acme/new"}], at=LATER)
        put(catalogue, [row("acme/old", born="2025-09-03T00:00:00.000Z")], at=LATER + 1)
        assert [kind for kind, *_ in events(catalogue)] == ["renamed", "re-registered"]
        assert model(catalogue, "acme/new").hub_id == old["_id"]
        assert asked(catalogue, "SELECT count(*) FROM models WHERE state = 0") == [(2,)]


def test_two_models_that_swap_names_in_one_page_are_both_there(tmp_path: Path) -> None:
    a, b = row("acme/a"), row("acme/b")
    with filled(tmp_path / "c.db", [a, b]) as catalogue:
        put(catalogue, [{**a, "id": "acme/b"}, {**b, "id": "acme/a"}], at=LATER)
        assert model(catalogue, "acme/b").hub_id == a["_id"]
        assert model(catalogue, "acme/a").hub_id == b["_id"]
        assert asked(catalogue, "SELECT count(*) FROM models WHERE state = 0") == [(2,)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"gated": "manual"}, ("gated", "no", "manual")),
        ({"disabled": True}, ("disabled", "False", "True")),
        ({"cardData": {"license": "mit"}}, ("license", '"apache-2.0"', '"mit"')),
        ({"cardData": {}}, ("license", '"apache-2.0"', "null")),
    ],
)
def test_what_lastmodified_does_not_tell_is_an_event(
    changes: dict[str, Any], told: tuple[str, ...], tmp_path: Path
) -> None:
    with filled(tmp_path / "c.db", [row("acme/a")]) as catalogue:
        put(catalogue, [row("acme/a", **changes)], at=LATER)
        assert [(kind, before, after) for kind, _, before, after in events(catalogue)] == [told]


def test_counts_and_dates_are_no_events_and_leave_the_verdict(tmp_path: Path) -> None:
    with filled(tmp_path / "c.db", [row("acme/a")]) as catalogue:
        with catalogue.writing() as connection:
            connection.exec_driver_sql("UPDATE models SET stamp = 5")
        put(catalogue, [row("acme/a", downloads=99, lastModified="2025-05-05T00:00:00.000Z")], at=LATER)
        assert (events(catalogue), asked(catalogue, "SELECT stamp FROM models")) == ([], [(5,)])
        put(catalogue, [row("acme/a", gated="auto")], at=LATER)
        assert asked(catalogue, "SELECT stamp FROM models") == [(None,)]


def test_a_bulk_file_never_overwrites_what_the_hub_said_later(tmp_path: Path) -> None:
    with filled(tmp_path / "c.db", [row("acme/a", downloads=50)]) as catalogue:
        tally = put(catalogue, [row("acme/a", downloads=7), row("acme/b")], bulk("2020-01-01"), at=LATER)
        assert (tally.older, tally.new) == (1, 1)
        assert model(catalogue, "acme/a").downloads == 50


def test_a_newer_source_that_does_not_speak_of_something_leaves_it_while_the_commit_is_the_same(tmp_path: Path) -> None:
    light = {"cardData": None, "siblings": None, "gated": None}
    with filled(tmp_path / "c.db", [row("acme/a", gated="auto")]) as catalogue:
        put(catalogue, [row("acme/a", **light)], at=LATER)
        kept = model(catalogue, "acme/a")
        assert (kept.gated, kept.card, kept.listing is None) == ("auto", {"license": "apache-2.0"}, False)
        put(catalogue, [row("acme/a", **light, sha="b" * 40)], at=LATER)
        other = model(catalogue, "acme/a")
        assert (other.gated, other.card, other.listing) == ("auto", None, None)


def test_a_name_nobody_ever_saw_one_that_is_gone_and_a_commit_that_was_not_seen(tmp_path: Path) -> None:
    with filled(tmp_path / "c.db", [row("acme/a", "acme/named")]) as catalogue:
        hub = CatalogueHub(catalogue)
        with pytest.raises(ModelNotHeld):
            hub.model(RepoId.parse("acme/named"))
        with pytest.raises(RevisionNotFound):
            hub.model(RepoId.parse("acme/a"), "c" * 40)
        with catalogue.writing() as connection:
            connection.exec_driver_sql("UPDATE models SET state = 1")
        with pytest.raises(ModelNotFound) as caught:
            hub.model(RepoId.parse("acme/a"))
        assert not isinstance(caught.value, ModelNotHeld)


def test_numbers_of_a_transaction_that_was_not_kept_are_forgotten(tmp_path: Path) -> None:
    with Catalogue(str(tmp_path / "c.db"), create=True) as catalogue:
        numbers = Numbers()
        shelf = Shelf(numbers)

        def fails() -> None:
            with catalogue.writing() as connection:
                shelf.put(connection, [entry(row("acme/a"))], API, at=1)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fails()
        numbers.forget()
        with catalogue.writing() as connection:
            shelf.put(connection, [entry(row("acme/b", tags=["x"]))], API, at=1)
        assert model(catalogue, "acme/b").tags == ("x",)


@pytest.mark.parametrize("numbers", [[], [0], [127, 128, 300, 2**40], list(range(1000))])
def test_packed_numbers_come_back(numbers: list[int]) -> None:
    assert unpack(pack(numbers)) == numbers


@given(st.lists(st.lists(st.text(max_size=3))))
def test_words_come_back_in_their_order_and_stand_once(lists: list[list[str]]) -> None:
    words = Words()
    packed = [words.pack(texts) for texts in lists]
    assert [words.unpack(one) for one in packed] == [tuple(texts) for texts in lists]
    assert [words.known(texts) for texts in lists] == packed
    assert len(set(words.texts)) == len(words.texts)
    assert words.known(["longer than any of them"]) is None


def test_numbers_cut_short_are_no_numbers() -> None:
    with pytest.raises(ValueError, match="cut short"):
        unpack(pack([300])[:1])


def test_a_catalogue_is_told_from_every_other_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no catalogue"):
        Catalogue(str(tmp_path / "none.db"))
    (tmp_path / "text.db").write_text("not a database at all, but long enough to be one" * 20)
    with pytest.raises(DatabaseUnreadable):
        Catalogue(str(tmp_path / "text.db"))
    with filled(tmp_path / "newer.db", []) as catalogue, catalogue.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    with pytest.raises(DatabaseNewer):
        Catalogue(str(tmp_path / "newer.db"))
