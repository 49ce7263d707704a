"""The page for a person: whole, readable by ear, closed to the network, and honest about what it leaves out."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from scanner.export.audit import FORMATS, Pack
from scanner.export.audit.listed import LISTED
from scanner.store import Store
from tests.export.audit.periods import judged, pack_of, recorded, scan_of
from tests.export.samples import facts, finding, origin
from tests.export.test_browser import opened
from tests.export.test_browser import pytestmark as needs_browser
from tests.export.test_page import BREAKOUTS, Read


def written(pack: Pack, folder: Path) -> str:
    FORMATS["html"](pack, folder / "x.html", "decisions")
    return (folder / "x.html").read_text(encoding="ascii")


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    return written(pack_of(recorded(folder / "audit.db"), folder / "rows"), folder)


def test_every_element_is_closed_and_every_jump_has_its_place(html: str) -> None:
    read = Read(html)
    assert read.open == []
    places = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    jumps = {str(a["href"]) for name, a in read.elements if name == "a" and str(a["href"]).startswith("#")}
    assert jumps
    assert {jump[1:] for jump in jumps} <= places


def test_headings_have_one_first_and_skip_no_rank(html: str) -> None:
    ranks = [int(name[1]) for name, _ in Read(html).elements if re.fullmatch("h[1-6]", name)]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(ranks))


def test_every_table_has_a_caption_and_heads_and_every_drawing_a_title(html: str) -> None:
    elements = [name for name, _ in Read(html).elements]
    assert elements.count("table") == elements.count("caption") == elements.count("thead") > 10
    drawn = [attributes for name, attributes in Read(html).elements if name == "svg"]
    assert len(drawn) == 5
    assert all(attributes.get("role") == "img" for attributes in drawn)
    assert html.count("<svg") == len(re.findall(r"<svg[^>]*><title>", html))


def test_nothing_is_loaded_run_or_sent(html: str) -> None:
    names = {name for name, _ in Read(html).elements}
    assert names.isdisjoint({"script", "img", "link", "iframe", "form", "object", "embed", "base"})
    assert "default-src 'none'" in html.replace("&#x27;", "'")
    assert not re.search(r"(?:src|href)=\"https?:", html)


def test_what_an_auditor_asks_for_stands_on_the_page(html: str) -> None:
    said = " ".join(Read(html).words)
    for words in (
        "Models judged, 2026-07-01 to 2026-09-30", "By origin of the publisher", "By origin of the roots", "unknown",
        "By the licences in the model", "By which policies", "RISK-1", "20 days left", "ended", "first used",
        "the lineage was not followed to its end", "none: nothing was ever signed", "modelorigin audit verify",
        "audit export --since 2026-07-01 --until 2026-09-30", "A change of any of the 60 scans", "This file is not signed",
    ):  # fmt: skip
        assert words in said, words


def test_a_list_that_is_cut_says_so_and_where_the_rest_is(tmp_path: Path) -> None:
    base = facts()
    with Store.open(str(tmp_path / "a.db")) as store:
        store.save_all([
            scan_of(0, "2026-07-01T00:00:00Z", facts=base | {"model": base["model"] | {"id": f"acme/x{n}"}},
                    decisions=(judged("deny", "roots", findings=[finding()]),))
            for n in range(LISTED + 5)
        ])  # fmt: skip
    page = written(pack_of(tmp_path / "a.db", tmp_path / "rows"), tmp_path)
    assert f"What was denied: the first {LISTED} of {LISTED + 5}" in page
    assert f"Models whose last verdict is deny: {LISTED} of {LISTED + 5}" in page
    assert "5 rows are not on this page" in page
    assert "5 identities of models are not on this page" in page
    assert f"{LISTED + 5}" in page


def hostile_page(payload: str, folder: Path) -> str:
    safe = payload.encode("utf-8", "replace").decode()
    named = facts()["model"] | {"id": f"acme/m{safe}", "hub": safe}
    told = facts() | {
        "model": named, "publisher": origin(safe, safe, "US"), "usage": {"codebase": safe, "references": [], "drift": []},
        "gaps": [{"subject": safe, "what": safe, "reason": safe, "transient": True}],
    }  # fmt: skip
    found = [finding(message=safe), finding(waived_by={"rule": "x", "ticket": safe, "approver": safe})]
    with Store.open(str(folder / "a.db")) as store:
        store.save(
            scan_of(0, "2026-07-01T00:00:00Z", facts=told, requested=safe,
                    decisions=(judged("deny", f"p{safe}", findings=found),))
        )  # fmt: skip
        store.save(scan_of(1, "2026-07-01T00:00:00Z"))
        store.redact(2, reason=safe, by=safe, at="2026-07-02T00:00:00Z")
    return written(pack_of(folder / "a.db", folder / "rows"), folder)


@pytest.mark.parametrize("payload", BREAKOUTS.values(), ids=BREAKOUTS.keys())
def test_what_strangers_wrote_makes_no_element(payload: str, tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    calm.mkdir()
    plain = [name for name, _ in Read(hostile_page("x", calm)).elements]
    assert [name for name, _ in Read(hostile_page(payload, tmp_path)).elements] == plain


@needs_browser
def test_a_browser_asks_for_nothing_and_has_no_complaint(html: str, tmp_path: Path) -> None:
    seen = opened(tmp_path, html)
    assert seen.console == []
    assert seen.requests == []
    assert "Where each model stands" in seen.dom


@needs_browser
def test_every_attack_at_once_runs_nothing(tmp_path: Path) -> None:
    payload = " ".join(BREAKOUTS[name] for name in ("handler", "svg text", "end of a style", "base", "form", "image"))
    seen = opened(tmp_path, hostile_page(payload, tmp_path))
    assert seen.console == []
    assert seen.requests == []
