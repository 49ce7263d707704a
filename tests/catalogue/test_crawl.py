"""The list sweep: it may be cut off anywhere, by anything, and the file is as if nothing had happened."""

from __future__ import annotations

import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from scanner.catalogue.crawl import Wish
from scanner.catalogue.entry import entry_of
from scanner.catalogue.file import Catalogue, now
from scanner.catalogue.plan import OVERLAP, RECONCILE, Plan
from scanner.catalogue.schema import GONE, PRESENT
from scanner.catalogue.shelf import Shelf, Source
from scanner.errors import HubProtocolError, HubUnreachable
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.listing import ModelList
from scanner.model import RepoId
from tests.catalogue.crawling import DUE, FULL, ask, crawl, digest, events, model, rows, state, tell, until_done
from tests.loopback import Fault, LoopbackHub

LIST = r"^/api/models\?"
PAGES = 8


def listed(hub: LoopbackHub) -> Counter[str]:
    """How often each page was asked for."""
    return Counter(request.target for request in hub.log if request.path == "/api/models")


@pytest.fixture
def whole(hub: LoopbackHub, tmp_path: Path) -> str:
    """The digest of an undisturbed sweep."""
    report = crawl(hub, tmp_path / "undisturbed.db", FULL)
    assert report.complete
    assert report.pages == PAGES
    hub.log.clear()
    return digest(tmp_path / "undisturbed.db")


def test_a_sweep_holds_what_every_model_says_when_asked_by_name(hub: LoopbackHub, path: Path, tmp_path: Path) -> None:
    crawl(hub, path, FULL)
    one_by_one = tmp_path / "one-by-one.db"
    models = ModelList(HuggingFaceHub(hub.url, ""))
    with Catalogue(str(one_by_one), create=True) as catalogue, catalogue.writing() as connection:
        found = [models.row(RepoId.parse(repo.id)) for repo in hub.world.repos.values()]
        entries = [entry for row in found if (entry := entry_of(row.model, row.downloads_total))]
        Shelf().put(connection, entries, Source("api", hub.url, 0), at=now())
    assert list(rows(path)) == list(rows(one_by_one))
    assert len(list(rows(path))) == 40


def test_an_unchanged_hub_is_asked_for_one_page_and_nothing_else(hub: LoopbackHub, path: Path) -> None:
    assert crawl(hub, path).complete
    before = digest(path)
    hub.log.clear()
    report = crawl(hub, path)
    assert [request.path for request in hub.log] == ["/api/models"]
    assert (report.tally.new, report.tally.changed, report.tally.unchanged) == (0, 0, 5)
    assert digest(path) == before


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_a_budget_may_end_it_after_any_page(hub: LoopbackHub, path: Path, whole: str, most: int) -> None:
    runs = until_done(hub, path, FULL, most=most)
    assert runs > 1
    assert digest(path) == whole
    assert set(listed(hub).values()) == {1}, "no page is fetched twice"
    assert max(len(hub.log), 1) <= runs * most


def test_the_budget_of_requests_holds_for_retries_too(hub: LoopbackHub, path: Path) -> None:
    hub.fault(Fault("503"))
    report = crawl(hub, path, FULL, most=2)
    assert len(hub.log) == 2
    assert report.stopped == "2 requests were sent, as many as were allowed"
    assert report.error is None


def test_the_time_it_may_take_ends_it(hub: LoopbackHub, path: Path, whole: str) -> None:
    hub.fault(Fault("call", nth=3, value=lambda served: served.clock.advance(100)))
    report = crawl(hub, path, Wish(FULL.plans, seconds=60))
    assert report.stopped == "the 60 seconds it was given are up"
    assert report.pages == 3
    assert crawl(hub, path, FULL).complete
    assert digest(path) == whole


def test_a_plain_run_goes_on_with_what_was_cut_short(hub: LoopbackHub, path: Path, whole: str) -> None:
    assert crawl(hub, path, most=3).notes[0].startswith("no sweep met everything yet")
    report = crawl(hub, path, most=5)
    assert report.notes[0].startswith("going on with the sweep of")
    assert "after page 3 (15 models)" in report.notes[0]
    assert digest(path) == whole


def test_a_light_sweep_is_gone_on_with_as_a_light_one(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path, Wish(light=True), most=2)
    crawl(hub, path, most=2)
    assert len({tuple(request.query["expand"]) for request in hub.log}) == 1
    assert "siblings" not in hub.log[-1].query["expand"]
    crawl(hub, path, Wish(light=False), most=1)
    assert "siblings" in hub.log[-1].query["expand"]


# -- circles and other lists that lead nowhere


def test_a_page_that_leads_back_ends_the_sweep_and_keeps_what_was_read(
    hub: LoopbackHub, path: Path, whole: str
) -> None:
    hub.fault(Fault("link-self", path=LIST, nth=4))
    report = crawl(hub, path, FULL)
    assert isinstance(report.error, HubProtocolError)
    assert report.pages == 3
    assert len(list(rows(path))) == 15
    assert crawl(hub, path, FULL).complete
    assert digest(path) == whole


def test_an_empty_page_with_a_link_ends_the_sweep(hub: LoopbackHub, path: Path, whole: str) -> None:
    hub.fault(Fault("pages-endless", path=LIST, nth=[3, 4]))
    report = crawl(hub, path, FULL)
    assert isinstance(report.error, HubProtocolError)
    assert report.pages == 2
    assert crawl(hub, path, FULL).complete
    assert digest(path) == whole


def test_pages_without_a_new_model_end_the_sweep(hub: LoopbackHub, path: Path) -> None:
    hub.fault(Fault("call", path=LIST, value=_same_page()))
    report = crawl(hub, path, FULL)
    assert isinstance(report.error, HubProtocolError)
    assert "without a new model" in report.error.message
    assert report.pages == 3, "the first one, and two that might have been chance"


def _same_page():  # type: ignore[no-untyped-def]
    """A hub whose list never gets further, though every page names another next one."""
    turns = iter(range(100))

    def change(hub: LoopbackHub) -> None:
        turn = next(turns)
        hub.log[-1].query.pop("cursor", None)
        hub.log[-1].query["turn"] = [str(turn)]

    return change


def test_an_address_the_hub_does_not_know_any_more_is_given_up_for_a_new_sweep(
    hub: LoopbackHub, path: Path, whole: str
) -> None:
    crawl(hub, path, FULL, most=3)
    tell(path, "UPDATE sweeps SET next = replace(next, 'cursor=', 'cursor=x')")
    report = crawl(hub, path, FULL)
    assert report.complete
    assert any("beginning anew" in note for note in report.notes)
    assert digest(path) == whole


def test_a_hub_that_is_down_ends_the_run_not_the_sweep(hub: LoopbackHub, path: Path, whole: str) -> None:
    crawl(hub, path, FULL, most=2)
    with hub.down():
        report = crawl(hub, path, FULL)
    assert isinstance(report.error, HubUnreachable)
    assert report.error.exit_code == 3
    assert crawl(hub, path, FULL).pages == PAGES - 2
    assert digest(path) == whole


def test_a_sign_in_page_in_between_does_not_cost_the_sweep(hub: LoopbackHub, path: Path, whole: str) -> None:
    crawl(hub, path, FULL, most=2)
    hub.fault(Fault("html-200", path=LIST))
    assert isinstance(crawl(hub, path, FULL).error, HubProtocolError)
    hub.clear_faults()
    assert crawl(hub, path, FULL).pages == PAGES - 2
    assert digest(path) == whole


def test_a_list_under_way_elsewhere_is_not_called_complete(hub: LoopbackHub, path: Path, whole: str) -> None:
    overtaken = hub.fault(Fault("call", path=LIST, nth=3, value=lambda served: crawl(served, path, FULL, most=1)))
    report = crawl(hub, path, FULL)
    assert overtaken.fired
    assert report.stopped == "another crawler is still going through the list"
    assert report.error is None
    assert crawl(hub, path, FULL).complete
    assert digest(path) == whole


# -- hostile rows


@pytest.mark.parametrize("kind", ["id-invalid", "row-not-an-object", "json-huge-integer", "null-lists", "card-list"])
@pytest.mark.parametrize("page", [1, 4, PAGES])
def test_a_hostile_row_costs_one_row(hub: LoopbackHub, path: Path, kind: str, page: int) -> None:
    hub.fault(Fault(kind, path=LIST, nth=page))
    report = crawl(hub, path, FULL, most=PAGES)
    assert report.error is None
    assert report.pages == PAGES
    lost = kind in ("id-invalid", "row-not-an-object")
    assert report.unread == lost
    assert len(list(rows(path))) == 40 - lost
    assert ask(path, "SELECT count(*) FROM rejects") == [(int(lost),)]


def test_a_row_without_an_identity_is_kept_raw(hub: LoopbackHub, path: Path) -> None:
    import zlib

    hub.fault(Fault("missing-keys", path=LIST, nth=2, value="_id"))
    assert crawl(hub, path, FULL).complete
    ((why, body),) = ask(path, "SELECT why, body FROM rejects")
    assert why == "no readable _id"
    assert b'"id":"acme/m034"' in zlib.decompress(body)


def test_a_row_that_is_listed_twice_is_one_model(hub: LoopbackHub, path: Path, whole: str) -> None:
    hub.fault(Fault("rows-duplicate", path=LIST))
    assert crawl(hub, path, FULL).complete
    assert digest(path) == whole


# -- mirrors


def test_a_mirror_that_knows_no_fields_gives_what_it_shows(hub: LoopbackHub, path: Path) -> None:
    hub.fault(Fault("expand-dropped"))
    report = crawl(hub, path, most=PAGES + 1)
    assert report.pages == PAGES
    assert any("does not show the fields" in note for note in report.notes)
    assert len(list(rows(path))) == 40
    assert ask(path, "SELECT count(*) FROM sweeps WHERE whole = 1") == [(1,)]


def test_another_machine_and_a_mirror_may_go_on(hub: LoopbackHub, path: Path, whole: str) -> None:
    crawl(hub, path, FULL, most=3)
    hub.url, real = hub.prefix_url, hub.url
    try:
        assert crawl(hub, path, FULL).complete
    finally:
        hub.url = real
    assert all("127.0.0.1" not in following for (following,) in ask(path, "SELECT coalesce(next, '') FROM sweeps"))
    assert digest(path) == whole
    assert set(listed(hub).values()) == {1}


# -- what changed


def test_what_changed_is_found_and_the_list_is_read_no_further(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    hub.log.clear()
    hub.commit("acme/m001", {"README.md": "---\nlicense: mit\n---\n"}, date="2026-01-05T00:00:00.000Z")
    hub.add(model(90, day=330))
    report = crawl(hub, path, DUE)
    assert (report.tally.new, report.tally.changed) == (1, 1)
    assert ("license", "acme/m001", '"apache-2.0"', '"mit"') in events(path)
    assert listed(hub).total() == 2, "the page with the changes, and one without"


def test_downloads_alone_are_no_change_to_go_on_for(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    for repo in hub.world.repos.values():
        repo.downloads += 1
    hub.log.clear()
    report = crawl(hub, path)
    assert report.tally.changed == 5
    assert listed(hub).total() == 1


def test_changes_are_not_missed_when_the_list_moves_while_it_is_read(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    for index in range(12):
        owner = "acme" if index % 3 else "forge"
        hub.commit(f"{owner}/m{index:03d}", {"x": "y"}, date=f"2026-02-01T00:00:{index:02d}.000Z")
    hub.fault(Fault("row-moved", path=LIST, nth=2))
    crawl(hub, path)
    hub.clear_faults()
    crawl(hub, path)
    fresh = {row[0]: row for row in rows(path)}
    assert {hub_id: row[2] for hub_id, row in fresh.items()} == {r.hub_id: r.sha for r in hub.world.repos.values()}


def test_only_a_run_that_ended_well_moves_the_watermark(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    for index in range(1, 40, 3):
        hub.commit(f"acme/m{index:03d}", {"x": "y"}, date=f"2026-03-01T00:00:{index:02d}.000Z")
    crawl(hub, path, most=1)
    hub.log.clear()
    assert until_done(hub, path, most=1) > 1
    shas = {row[0]: row[2] for row in rows(path)}
    assert shas == {repo.hub_id: repo.sha for repo in hub.world.repos.values()}


def test_a_change_dated_in_the_future_hides_no_other(hub: LoopbackHub, path: Path) -> None:
    hub.commit("acme/m001", {"x": "y"}, date="2099-01-01T00:00:00.000Z")
    crawl(hub, path)
    crawl(hub, path)
    ((newest,),) = ask(path, "SELECT max(watermark) FROM sweeps")
    assert newest <= now()


def test_a_list_whose_dates_do_not_fall_is_read_to_its_end(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    hub.commit("acme/m001", {"x": "y"}, date="2026-01-05T00:00:00.000Z")
    hub.fault(Fault("call", path=LIST, value=lambda served: served.log[-1].query.update(sort=["likes"])))
    report = crawl(hub, path)
    assert report.pages == PAGES
    assert {row[1]: row[2] for row in rows(path)}["acme/m001"] == hub.repo("acme/m001").sha


def test_a_clock_that_went_wrong_puts_nothing_off_for_ever(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    year = 366 * 86_400
    tell(path, "UPDATE sweeps SET started = started + ?, finished = finished + ?", year, year)
    tell(path, "UPDATE models SET seen = seen + ?", year)
    tell(path, "UPDATE publishers SET owner_seen = owner_seen + ?", year)
    hub.delete("acme/m001")
    hub.add(model(90, "ghost/base", day=330))
    hub.log.clear()
    report = crawl(hub, path, most=PAGES + 1)
    assert "which is yet to come: listing all models" in report.notes[0]
    tell(path, "UPDATE queue SET lease = ?, not_before = ?", now() + year, now() + year)
    assert crawl(hub, path).complete
    asked = {request.path for request in hub.log}
    assert {"/api/models/acme/m001", "/api/models/ghost/base", "/api/organizations/acme/overview"} <= asked
    assert state(path, "acme/m001") == GONE


def test_since_lists_what_changed_since_and_moves_no_watermark(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    before = ask(path, "SELECT max(watermark) FROM sweeps WHERE kind <> 'since'")
    hub.commit("acme/m001", {"x": "y"}, date="2026-04-01T00:00:00.000Z")
    report = crawl(hub, path, Wish((Plan("since", "", until=1_767_225_600),)))
    assert report.tally.changed == 1
    assert ask(path, "SELECT max(watermark) FROM sweeps WHERE kind <> 'since'") == before
    hub.log.clear()
    assert crawl(hub, path).pages >= 1


def test_an_author_s_models_are_listed_and_their_bases_asked_for(hub: LoopbackHub, path: Path) -> None:
    report = crawl(hub, path, Wish((Plan("author", "", author="forge"),)))
    assert report.complete
    assert {row[1].split("/")[0] for row in rows(path)} >= {"forge", "acme"}
    assert len([row for row in rows(path) if row[1].startswith("forge/")]) == 14
    assert ask(path, "SELECT whole FROM sweeps") == [(0,)]
    assert all(request.path != "/api/organizations/forge/overview" for request in hub.log)


def test_everything_is_listed_again_after_a_week(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    tell(path, "UPDATE sweeps SET finished = finished - ?", RECONCILE + 60)
    report = crawl(hub, path)
    assert report.notes[0].startswith("the last whole sweep ended 7 days ago: listing all models")
    assert report.pages == PAGES
    ((bound,),) = ask(path, "SELECT min(watermark) FROM sweeps WHERE whole = 1")
    assert crawl(hub, path).notes[0].startswith("the last whole sweep ended ")
    assert bound > OVERLAP


# -- only a whole sweep calls a model gone, and only the hub's word does


def test_a_sweep_cut_short_marks_nothing(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    tell(path, "UPDATE sweeps SET finished = finished - ?", RECONCILE + 60)
    hub.delete("acme/m038")
    hub.delete("acme/m001")
    for done in range(1, PAGES):
        crawl(hub, path, most=1)
        assert ask(path, "SELECT count(*) FROM models WHERE state = ?", GONE) == [(0,)], f"after page {done}"
        assert ask(path, "SELECT count(*) FROM queue WHERE why = 'vanished'") == [(0,)]
    report = crawl(hub, path)
    assert report.gone == 2
    assert (state(path, "acme/m038"), state(path, "acme/m001")) == (GONE, GONE)
    assert state(path, "acme/m002") == PRESENT
    assert sorted(events(path))[:2] == [("gone", "acme/m001", None, None), ("gone", "acme/m038", None, None)]


def test_a_list_that_ends_too_early_is_not_the_whole_list(hub: LoopbackHub, path: Path) -> None:
    crawl(hub, path)
    tell(path, "UPDATE sweeps SET finished = finished - ?, started = started - ?", RECONCILE + 60, RECONCILE + 60)
    tell(path, "UPDATE models SET seen = seen - ?", RECONCILE + 60)
    hub.log.clear()
    hub.fault(Fault("call", path=LIST, value=_last_page))
    for _ in range(2):
        report = crawl(hub, path)
        assert isinstance(report.error, HubProtocolError)
        assert "ended after 5 models" in report.error.message
        assert (report.pages, report.tally.unchanged) == (1, 5)
    assert [request.path for request in hub.log] == ["/api/models"] * 2, "nothing that was hidden is asked for by name"
    assert ask(path, "SELECT count(*) FROM sweeps WHERE whole = 1") == [(1,)]
    assert ask(path, "SELECT count(*) FROM queue") == [(0,)]
    hub.clear_faults()
    assert crawl(hub, path).pages == PAGES


def _last_page(hub: LoopbackHub) -> None:
    hub.log[-1].query["skip"] = ["35"]


# -- several at once


def test_four_crawlers_and_a_reader_share_a_file(hub: LoopbackHub, path: Path, whole: str) -> None:
    Catalogue(str(path), create=True).close()
    reports, counts, over = [], [], threading.Event()

    def work() -> None:
        reports.append(crawl(hub, path))

    def read() -> None:
        with Catalogue(str(path)) as catalogue:
            while not over.is_set():
                with catalogue.reading() as connection:
                    counts.append(connection.exec_driver_sql("SELECT count(*) FROM models").scalar_one())

    crawlers = [threading.Thread(target=work) for _ in range(4)]
    reader = threading.Thread(target=read)
    for thread in (*crawlers, reader):
        thread.start()
    for thread in crawlers:
        thread.join(60)
    over.set()
    reader.join(60)
    assert [report.error for report in reports] == [None] * 4
    assert any(report.complete for report in reports)
    assert all(report.complete or "other crawler" in str(report.stopped) for report in reports)
    assert crawl(hub, path).complete
    assert digest(path) == whole
    assert sum(report.tally.new for report in reports) == 40, "every page was stored once"
    assert set(ask(path, "SELECT page, rows FROM sweeps WHERE whole = 1")) == {(PAGES, 40)}
    assert max(listed(hub).values()) <= 4
    assert all(a <= b for a, b in pairwise(counts))
    assert all(count % 5 == 0 for count in counts), "no reader sees a page in part"
    assert ask(path, "SELECT count(*) FROM queue WHERE lease > 0") == [(0,)]
