"""What the catalogue remembers against what the hub says today: each change of hands shows, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.catalogue.file import Catalogue
from scanner.catalogue.identity import signals, signals_of
from scanner.catalogue.memory import CatalogueMemory
from scanner.errors import HubError
from scanner.hub.huggingface import HuggingFaceHub
from scanner.model import RepoId, Signal
from tests.catalogue.crawling import TOKEN, crawl, model, tell
from tests.loopback import Fault, LoopbackHub, Repo
from tests.loopback.world import readme

NAME, CITED = "acme/m001", "cited-before-created"
"""A model that others name as their parent: whoever takes its name is younger than those."""


@pytest.fixture
def crawled(hub: LoopbackHub, path: Path) -> Path:
    assert crawl(hub, path).complete
    return path


def recalled(hub: LoopbackHub, path: Path, name: str = NAME) -> tuple[Signal, ...] | None:
    """What is remembered of the model that the live hub gives for ``name``."""
    live = HuggingFaceHub(hub.url, TOKEN, sleep=lambda seconds: None)
    with Catalogue(str(path)) as catalogue:
        return CatalogueMemory(catalogue, live).recall(live.model(RepoId.parse(name)))


def kinds(hub: LoopbackHub, path: Path, name: str = NAME) -> list[str] | None:
    found = recalled(hub, path, name)
    return None if found is None else [signal.kind for signal in found]


def test_a_model_that_is_what_it_was_has_no_signs(hub: LoopbackHub, crawled: Path) -> None:
    hub.commit(NAME, {"notes.txt": "more"})
    assert kinds(hub, crawled) == []


def test_of_a_model_it_never_saw_it_knows_nothing(hub: LoopbackHub, crawled: Path) -> None:
    hub.add(Repo("new/one", {"README.md": readme("new/one")}))
    assert kinds(hub, crawled, "new/one") is None


def test_one_it_never_saw_that_an_older_one_names_was_another_then(hub: LoopbackHub, path: Path) -> None:
    hub.add(Repo("acme/old", {"README.md": readme("acme/old", "ghost/base")}, created_at="2024-01-01T00:00:00.000Z"))
    assert crawl(hub, path).complete
    hub.add(Repo("ghost/base", {"README.md": readme("ghost/base")}, created_at="2025-06-01T00:00:00.000Z"))
    (sign,) = recalled(hub, path, "ghost/base") or ()
    assert (sign.kind, sign.before) == ("cited-before-created", "acme/old 2024-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda hub: hub.take_over(NAME, model(1, day=300)), ["taken-over", "owner-changed", CITED]),
        (lambda hub: (hub.delete(NAME), hub.add(model(1, "acme/m000", day=300))), ["taken-over", CITED]),
        (lambda hub: hub.rename(NAME, "harbour/m001"), ["renamed"]),
        (lambda hub: hub.owner("acme", generation=1), ["owner-changed"]),
        (lambda hub: hub.commit(NAME, {"README.md": "---\nlicense: mit\n---\n"}), ["license"]),
        (lambda hub: (hub.delete(NAME), hub.world.redirects.update({NAME: "acme/m002"})), ["redirected"]),
    ],
)
def test_a_change_of_hands_since_shows(
    hub: LoopbackHub, crawled: Path, change: Callable[[LoopbackHub], object], expected: list[str]
) -> None:
    old = hub.repo(NAME).hub_id
    change(hub)
    found = recalled(hub, crawled) or ()
    assert [signal.kind for signal in found] == expected
    assert all(hub.url in signal.source and "(api, 20" in signal.source for signal in found)
    if expected[0] in ("taken-over", "redirected"):
        assert (found[0].subject, found[0].before, found[0].after) == (NAME, old, hub.repo(NAME).hub_id)


def test_a_forwarding_name_that_was_registered_anew_shows(hub: LoopbackHub, crawled: Path) -> None:
    old = hub.rename(NAME, "harbour/m001").hub_id
    tell(crawled, "UPDATE sweeps SET finished = finished - 800000, started = started - 800000")
    assert crawl(hub, crawled).complete
    del hub.world.redirects[NAME]
    new = hub.add(model(1, day=300)).hub_id
    sign, *_ = recalled(hub, crawled) or ()
    assert (sign.kind, sign.before, sign.after) == ("re-registered", old, new)


def test_without_an_id_the_day_of_creation_tells(hub: LoopbackHub, crawled: Path) -> None:
    hub.delete(NAME)
    hub.add(Repo(NAME, {"README.md": readme(NAME)}, created_at="2099-01-01T00:00:00.000Z"))
    hub.fault(Fault("missing-keys", path=f"^/api/models/{NAME}", value="_id"))
    assert kinds(hub, crawled) == ["created-after-seen", CITED]


def test_likes_that_are_half_of_what_they_were_show(hub: LoopbackHub, crawled: Path) -> None:
    tell(crawled, "UPDATE models SET likes = 5000 WHERE hub_id = ?", bytes.fromhex(hub.repo(NAME).hub_id))
    (sign,) = recalled(hub, crawled) or ()
    assert (sign.kind, sign.before) == ("count-fell", "5000 likes")


def test_an_owner_that_cannot_be_asked_for_leaves_it_open(hub: LoopbackHub, crawled: Path) -> None:
    hub.fault(Fault("403", path="/overview"))
    assert kinds(hub, crawled) is None
    hub.take_over(NAME, model(1, day=300))
    assert kinds(hub, crawled) == ["taken-over", CITED]


def test_what_another_hub_showed_says_nothing_of_this_one(hub: LoopbackHub, crawled: Path) -> None:
    tell(crawled, "UPDATE sources SET what = 'https://other.example'")
    hub.take_over(NAME, model(1, day=300))
    assert "taken-over" not in (kinds(hub, crawled) or [])


def test_it_says_how_old_it_is(crawled: Path, hub: LoopbackHub) -> None:
    with Catalogue(str(crawled)) as catalogue:
        assert CatalogueMemory(catalogue).description is None
        told = CatalogueMemory(catalogue, HuggingFaceHub(hub.url, "")).description
    assert told is not None
    assert told.startswith("compared with the catalogue catalogue.db of 20")


def test_all_signs_at_once_are_those_of_each_model(hub: LoopbackHub, crawled: Path) -> None:
    hub.rename("acme/m002", "harbour/m002")
    hub.take_over(NAME, model(1, day=300))
    hub.commit("acme/m004", {"README.md": "---\nlicense: mit\n---\n"})
    hub.owner("forge", generation=1)
    tell(crawled, "UPDATE sweeps SET finished = finished - 800000, started = started - 800000")
    tell(crawled, "UPDATE publishers SET owner_seen = owner_seen - 800000")
    assert crawl(hub, crawled).complete
    with Catalogue(str(crawled)) as catalogue, catalogue.reading() as connection:
        numbers = [num for (num,) in connection.exec_driver_sql("SELECT num FROM models")]
        each = {num: found for num in numbers if (found := signals(connection, num))}
        assert signals_of(connection) == each
        assert {sign.kind for found in each.values() for sign in found} >= {
            "taken-over", "renamed", "owner-changed", "license", "cited-before-created",
        }  # fmt: skip


def test_what_a_sign_is_about_is_judged_anew(hub: LoopbackHub, crawled: Path) -> None:
    tell(crawled, "UPDATE models SET stamp = 1")
    hub.owner("forge", generation=1)
    tell(crawled, "UPDATE publishers SET owner_seen = owner_seen - 800000")
    assert crawl(hub, crawled).complete
    with Catalogue(str(crawled)) as catalogue, catalogue.reading() as connection:
        fresh = connection.exec_driver_sql(
            "SELECT DISTINCT p.name FROM models m JOIN names n ON n.num = m.name"
            " JOIN publishers p ON p.num = n.publisher WHERE m.stamp IS NULL"
        ).all()
    assert [name for (name,) in fresh] == ["forge"]


def test_a_hub_that_fails_is_no_sign(hub: LoopbackHub, crawled: Path) -> None:
    with hub.down(), pytest.raises(HubError):
        recalled(hub, crawled)
