"""Names asked for one by one: what is gone only the hub says, and only by name; any other no changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.catalogue.crawl import Wish
from scanner.catalogue.file import Catalogue
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.identity import signals
from scanner.catalogue.plan import RECONCILE, Plan
from scanner.catalogue.queue import LEASE, WEEK
from scanner.catalogue.schema import GONE, PRESENT
from scanner.errors import BadCredentials
from scanner.model import RepoId
from tests.catalogue.crawling import DUE, FULL, ask, crawl, digest, events, model, state, tell
from tests.loopback import Fault, LoopbackHub, Repo
from tests.loopback.world import readme


def age(path: Path) -> None:
    """A week and more goes by."""
    tell(path, "UPDATE sweeps SET finished = finished - ?, started = started - ?", RECONCILE + 60, RECONCILE + 60)
    tell(path, "UPDATE models SET seen = seen - ?", RECONCILE + 60)
    tell(path, "UPDATE publishers SET owner_seen = owner_seen - ?", WEEK + 60)


@pytest.fixture
def crawled(hub: LoopbackHub, path: Path) -> Path:
    """A catalogue of all there is, a week old."""
    assert crawl(hub, path).complete
    age(path)
    hub.log.clear()
    return path


def waiting(path: Path) -> list[tuple[str, str, str | None, int]]:
    return ask(path, "SELECT n.id, q.why, q.last, q.attempts FROM queue q JOIN names n ON n.num = q.name ORDER BY n.id")


# -- what a whole sweep did not meet


def test_deleted_is_gone_and_keeps_its_row(hub: LoopbackHub, crawled: Path) -> None:
    hub.delete("acme/m001")
    report = crawl(hub, crawled)
    assert report.gone == 1
    assert state(crawled, "acme/m001") == GONE
    assert events(crawled) == [("gone", "acme/m001", None, None)]
    assert len(ask(crawled, "SELECT num FROM models")) == 40
    assert waiting(crawled) == []


def test_what_came_back_is_back(hub: LoopbackHub, crawled: Path) -> None:
    repo = hub.repo("acme/m001")
    repo.private = True
    crawl(hub, crawled)
    assert state(crawled, "acme/m001") == GONE
    repo.private = False
    age(crawled)
    crawl(hub, crawled)
    assert state(crawled, "acme/m001") == PRESENT
    assert [kind for kind, *_ in events(crawled)] == ["gone", "back"]


def test_renamed_is_renamed_and_never_taken_over(hub: LoopbackHub, crawled: Path) -> None:
    hub.rename("acme/m001", "harbour/m001")
    crawl(hub, crawled)
    assert events(crawled) == [("renamed", "harbour/m001", "acme/m001", "harbour/m001")]
    assert state(crawled, "acme/m001") == state(crawled, "harbour/m001") == PRESENT


def test_skipped_by_the_list_is_present(hub: LoopbackHub, crawled: Path) -> None:
    hub.fault(Fault("id-invalid", path=r"^/api/models\?", nth=3))
    report = crawl(hub, crawled)
    assert (report.unread, report.gone, report.asked["done"]) == (1, 0, 3), "the one row, and the two owners"
    assert ask(crawled, "SELECT count(*) FROM models WHERE state = ?", PRESENT) == [(40,)]
    assert events(crawled) == []


@pytest.mark.parametrize("status", ["500", "503", "403", "451", "html-200", "reset"])
def test_any_other_no_leaves_it_as_it_was(hub: LoopbackHub, crawled: Path, status: str) -> None:
    repo = hub.world.repos["acme/m001"]
    hub.delete("acme/m001")
    fault = hub.fault(Fault(status, path=r"^/api/models/acme/m001\?"))
    report = crawl(hub, crawled)
    assert fault.fired
    assert report.gone == 0
    assert state(crawled, "acme/m001") == PRESENT
    ((name, why, last, attempts),) = waiting(crawled)
    assert (name, why, attempts) == ("acme/m001", "vanished", 1)
    assert last not in (None, "not-found", "ModelNotFound")
    hub.log.clear()
    crawl(hub, crawled)
    assert all("m001" not in request.target for request in hub.log), "it is not asked again at once"
    hub.clear_faults()
    tell(crawled, "UPDATE queue SET not_before = 0")
    assert crawl(hub, crawled).gone == 1
    assert repo.id == "acme/m001"


def test_each_failure_makes_the_wait_longer(hub: LoopbackHub, crawled: Path) -> None:
    hub.delete("acme/m001")
    hub.fault(Fault("500", path=r"^/api/models/acme/m001\?"))
    waits = []
    for _ in range(3):
        crawl(hub, crawled)
        ((wait,),) = ask(crawled, "SELECT not_before - ? FROM queue", _now())
        waits.append(round(wait / 3600))
        tell(crawled, "UPDATE queue SET not_before = 0")
    assert waits == [1, 2, 4]


def _now() -> int:
    from scanner.catalogue.file import now

    return now()


def test_a_hub_that_shows_no_model_by_name_makes_none_gone(hub: LoopbackHub, crawled: Path) -> None:
    for index in (1, 2, 4, 5):
        hub.delete(f"acme/m{index:03d}")
    hub.fault(Fault("404", path=r"^/api/models/"))
    report = crawl(hub, crawled)
    assert report.gone == 0
    assert report.error is not None
    assert report.error.message == "this hub shows no model by name"
    assert ask(crawled, "SELECT count(*) FROM models WHERE state = ?", PRESENT) == [(40,)]


def test_what_another_hub_has_not_is_not_gone(hub: LoopbackHub, crawled: Path) -> None:
    hub.url, real = hub.prefix_url, hub.url
    hub.delete("acme/m001")
    try:
        assert crawl(hub, crawled).gone == 0
    finally:
        hub.url = real
    assert state(crawled, "acme/m001") == PRESENT


def test_gated_and_disabled_are_told(hub: LoopbackHub, crawled: Path) -> None:
    hub.repo("acme/m001").gated = "manual"
    hub.repo("acme/m002").disabled = True
    crawl(hub, crawled)
    assert sorted(events(crawled)) == [
        ("disabled", "acme/m002", "False", "True"),
        ("gated", "acme/m001", "no", "manual"),
    ]


# -- other hands


def test_a_name_taken_over_is_told_and_its_first_bearer_is_gone(hub: LoopbackHub, crawled: Path) -> None:
    old = hub.repo("acme/m001")
    new = hub.take_over("acme/m001", model(1, day=300))
    crawl(hub, crawled)
    found = ask(crawled, "SELECT hex(hub_id), state FROM models WHERE hub_id IN (?, ?) ORDER BY created",
                bytes.fromhex(old.hub_id), bytes.fromhex(new.hub_id))  # fmt: skip
    assert found == [(old.hub_id.upper(), GONE), (new.hub_id.upper(), PRESENT)]
    assert ("taken-over", "acme/m001", old.hub_id, new.hub_id) in events(crawled)
    assert any(kind == "owner-changed" for kind, *_ in events(crawled))
    with Catalogue(str(crawled)) as catalogue, catalogue.reading() as connection:
        kinds = [signal.kind for signal in signals(connection, "acme/m001")]
    assert kinds[:1] == ["taken-over"]
    assert set(kinds) == {"taken-over", "cited-before-created", "owner-changed"}


def test_renamed_while_it_is_listed_and_its_name_taken_is_no_return(hub: LoopbackHub, crawled: Path) -> None:
    first = hub.repo("acme/m001")

    def rename(served: LoopbackHub) -> None:
        served.rename("acme/m001", "harbour/m001")
        del served.world.redirects["acme/m001"]

    new = model(1, day=335)
    hub.fault(Fault("call", path=r"^/api/models\?", nth=1, value=rename))
    hub.fault(Fault("call", path=r"^/api/models\?", nth=1, value=lambda served: served.add(new)))
    crawl(hub, crawled)
    found = events(crawled)
    assert ("taken-over", "acme/m001", first.hub_id, new.hub_id) in found
    assert ("renamed", "harbour/m001", "acme/m001", "harbour/m001") in found
    assert not {"gone", "back"} & {kind for kind, *_ in found}
    assert ask(crawled, "SELECT count(*) FROM models WHERE state = ?", GONE) == [(0,)]


def test_an_owner_that_changed_is_told_once_and_a_first_look_is_no_change(hub: LoopbackHub, crawled: Path) -> None:
    assert all(kind != "owner-changed" for kind, *_ in events(crawled))
    hub.owner("forge", generation=1)
    crawl(hub, crawled)
    age(crawled)
    crawl(hub, crawled)
    changes = [event for event in events(crawled) if event[0] == "owner-changed"]
    assert len(changes) == 1
    assert changes[0][2] != changes[0][3]


def test_a_forwarded_name_does_not_make_two_models_one(hub: LoopbackHub, crawled: Path) -> None:
    old, other = hub.repo("acme/m001"), hub.repo("acme/m002")
    hub.delete("acme/m001")
    hub.world.redirects["acme/m001"] = "acme/m002"
    crawl(hub, crawled)
    assert ("redirected", "acme/m001", old.hub_id, other.hub_id) in events(crawled)
    assert ask(crawled, "SELECT state FROM models WHERE hub_id = ?", bytes.fromhex(old.hub_id)) == [(GONE,)]
    assert state(crawled, "acme/m002") == PRESENT


def test_a_commit_that_is_no_more_is_told(hub: LoopbackHub, crawled: Path) -> None:
    repo = hub.repo("acme/m001")
    seen = repo.sha
    hub.commit("acme/m001", {"README.md": readme("acme/m001") + "other\n"})
    del repo.commits[seen]
    crawl(hub, crawled, Wish((Plan("ids", "", ids=(RepoId.parse("acme/m001"),)),)))
    assert ("commit-lost", "acme/m001", seen, repo.sha) in events(crawled)


def test_a_new_commit_on_top_of_the_old_is_no_sign(hub: LoopbackHub, crawled: Path) -> None:
    hub.commit("acme/m001", {"README.md": readme("acme/m001") + "more\n"})
    crawl(hub, crawled, Wish((Plan("ids", "", ids=(RepoId.parse("acme/m001"),)),)))
    assert events(crawled) == []


# -- bases, owners, scans, names


def test_bases_that_nobody_saw_are_asked_for_the_most_named_first(hub: LoopbackHub, path: Path) -> None:
    for index, base in enumerate(["ghost/rare", "ghost/popular", "ghost/popular", "oldname", "not/there"]):
        hub.add(model(50 + index, base, owner="child"))
    for name in ("ghost/rare", "ghost/popular"):
        hub.add(Repo(name, {"README.md": readme(name)}, created_at="2024-01-01T00:00:00.000Z"))
        hub.fault(Fault("call", path=r"^/api/models\?", value=_hide(name)))
    hub.add(Repo("oldname", {"README.md": readme("oldname")}))
    hub.rename("oldname", "forge/newname")
    report = crawl(hub, path, FULL)
    asked = [request.path.removeprefix("/api/models/") for request in hub.log if request.path.count("/") > 2]
    assert asked[0] == "ghost/popular"
    assert set(asked) == {"ghost/popular", "ghost/rare", "oldname", "forge/newname", "not/there"}
    assert report.asked == {"done": 3, "not-found": 1}
    with Catalogue(str(path)) as catalogue:
        held = CatalogueHub(catalogue)
        assert str(held.model(RepoId.parse("oldname")).repo) == "forge/newname"
    hub.log.clear()
    crawl(hub, path, FULL)
    assert all(request.path == "/api/models" for request in hub.log), "nothing that was answered is asked again"


def _hide(name: str):  # type: ignore[no-untyped-def]
    """The list leaves ``name`` out, the hub answers for it."""

    def change(hub: LoopbackHub) -> None:
        repo = hub.repo(name)
        repo.private = True
        hub.fault(Fault("call", path="^/api/models/", times=1, value=lambda served: setattr(repo, "private", False)))

    return change


def test_owners_are_asked_for_once_a_week(hub: LoopbackHub, path: Path) -> None:
    hub.owner("forge", kind="user")
    crawl(hub, path)
    asked = sorted(request.path for request in hub.log if request.path.endswith("/overview"))
    assert asked == [
        "/api/organizations/acme/overview",
        "/api/organizations/forge/overview",
        "/api/users/forge/overview",
    ]
    assert ask(path, "SELECT owner_kind FROM publishers ORDER BY name") == [("organisation",), ("user",)]
    hub.log.clear()
    crawl(hub, path)
    assert all("overview" not in request.path for request in hub.log)
    age(path)
    crawl(hub, path)
    asked = sorted(request.path for request in hub.log if request.path.endswith("/overview"))
    assert asked == ["/api/organizations/acme/overview", "/api/users/forge/overview"]


def test_an_owner_nobody_builds_on_or_loads_much_from_is_not_asked_for(hub: LoopbackHub, path: Path) -> None:
    hub.add(Repo("small/one", {"README.md": readme("small/one")}, downloads=999))
    hub.add(Repo("large/one", {"README.md": readme("large/one")}, downloads=600))
    hub.add(Repo("large/two", {"README.md": readme("large/two")}, downloads=400))
    crawl(hub, path)
    asked = {request.path.split("/")[3] for request in hub.log if request.path.endswith("/overview")}
    assert asked == {"acme", "forge", "large"}


def test_scans_are_asked_for_only_when_wished_and_once_a_commit(hub: LoopbackHub, path: Path) -> None:
    hub.repo("acme/m001").security = {"scansDone": True, "filesWithIssues": [{"path": "x.pkl", "level": "unsafe"}]}
    crawl(hub, path)
    assert ask(path, "SELECT count(*) FROM details") == [(0,)]
    crawl(hub, path, Wish(scans=True))
    assert ask(path, "SELECT count(*), sum(scan_done) FROM details") == [(40, 40)]
    assert ask(path, "SELECT issues FROM details WHERE issues <> '[]'") == [('[["x.pkl", "unsafe"]]',)]
    hub.log.clear()
    crawl(hub, path, Wish(scans=True))
    assert all("securityStatus" not in request.query for request in hub.log)


def test_names_from_a_file_are_asked_for_once_whoever_goes_on(hub: LoopbackHub, path: Path) -> None:
    ids = tuple(RepoId.parse(f"acme/m{index:03d}") for index in (1, 2, 4, 5, 7, 8))
    wish = Wish((Plan("ids", "", ids=(*ids, RepoId.parse("no/such"))),))
    hub.fault(Fault("404", path=r"^/api/models\?"))
    for _ in range(30):
        report = crawl(hub, path, wish, most=2)
        if report.complete:
            break
    asked = [request.path for request in hub.log]
    assert len(asked) == len(set(asked))
    assert {f"/api/models/{repo}" for repo in ids} < set(asked)
    assert state(path, "acme/m008") == PRESENT
    assert ("no/such", "asked", "not-found", 1) in waiting(path)
    hub.log.clear()
    crawl(hub, path, wish)
    assert f"/api/models/{ids[0]}" in [request.path for request in hub.log], "asked for again, they are"


def test_a_name_that_no_hub_can_have_is_no_request(hub: LoopbackHub, path: Path) -> None:
    bases = {"relation": "finetune", "models": [{"_id": "0" * 24, "id": "../../etc/passwd"}]}
    hub.add(Repo("odd/child", {"README.md": readme("odd/child")}, base_models=bases))
    assert crawl(hub, path, FULL).complete
    assert all("passwd" not in request.target for request in hub.log)


def test_what_another_crawler_is_at_is_waited_for_not_done_twice(hub: LoopbackHub, crawled: Path) -> None:
    hub.delete("acme/m001")
    crawl(hub, crawled, most=8)
    tell(crawled, "UPDATE queue SET lease = ? WHERE why = 'vanished'", _now() + LEASE)
    began = hub.clock.now()
    report = crawl(hub, crawled, DUE)
    assert (report.gone, report.stopped) == (0, "the names that are left (1) are with other crawlers")
    assert LEASE <= hub.clock.now() - began <= LEASE + 5
    assert all("m001" not in request.target for request in hub.log)


def test_what_a_crawler_that_died_was_at_is_done_after_a_while(hub: LoopbackHub, crawled: Path) -> None:
    hub.delete("acme/m001")
    crawl(hub, crawled, most=8)
    tell(crawled, "UPDATE queue SET lease = ? WHERE why = 'vanished'", _now() - 1)
    assert crawl(hub, crawled, DUE).gone == 1


def test_names_that_cannot_be_asked_for_one_after_another_end_the_run_with_the_reason(
    hub: LoopbackHub, path: Path
) -> None:
    for index in range(5):
        hub.add(model(50 + index, f"ghost/base{index}", owner="child"))
    hub.fault(Fault("403", path=r"^/api/models/ghost/"))
    report = crawl(hub, path)
    assert isinstance(report.error, BadCredentials)
    assert report.asked == {"BadCredentials": 3}
    assert "token" in report.error.hint.lower()


def test_what_is_left_of_the_queue_does_not_change_what_is_held(hub: LoopbackHub, path: Path, tmp_path: Path) -> None:
    crawl(hub, tmp_path / "at once.db")
    for _ in range(40):
        if crawl(hub, path, most=3).complete:
            break
    assert digest(path) == digest(tmp_path / "at once.db")
