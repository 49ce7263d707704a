"""What must hold of the counts: every model that is present once in every chart, whatever is unknown of it."""

from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue.file import Catalogue
from scanner.catalogue.judging import judge_catalogue
from scanner.catalogue.stats import MONTH, Bar, Stats, folded, stats
from scanner.export import Screen
from scanner.export.charts import as_page
from scanner.export.columns import bars, rows
from scanner.policy import load_policy
from tests.catalogue.rows import QWEN, filled, row

DAY = date(2026, 11, 23)
MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN, downloads=900),
    row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN, downloads=None, born="2025-02-03T00:00:00.000Z"),
    row("acme/gguf", siblings=[{"rfilename": "m.gguf"}], pipeline_tag=None, cardData={}, tags=[]),
    row("acme/unlisted", siblings=None, createdAt=None),
    row("acme/gone", downloads=5),
]


def counted(path: Path, *, judged: bool = True, by: str = "year") -> Stats:
    with filled(path / "c.db", MODELS) as kept:
        with kept.writing() as connection:
            connection.exec_driver_sql("UPDATE models SET state = 1 WHERE downloads = 5")
        if judged:
            judge_catalogue(kept, [load_policy("baseline")], None, DAY, processes=1)
        return stats(kept, by)


def chart(found: Stats, key: str) -> dict[str, int]:
    return {bar.label: bar.models for bar in next(c for c in found.charts if c.key == key).bars}


def test_every_chart_counts_every_model_once(tmp_path: Path) -> None:
    found = counted(tmp_path)
    assert (found.models, found.gone, found.open, found.downloads) == (4, 1, 0, 920)
    for one in found.charts:
        gone = 1 if one.key == "state" else 0
        assert sum(bar.models for bar in one.bars) == 4 + gone, one.key
        assert sum(bar.downloads or 0 for bar in one.bars) == 920, one.key


def test_what_is_not_known_stands_apart(tmp_path: Path) -> None:
    found = counted(tmp_path)
    assert chart(found, "roots") == {"CN": 2, "?": 2}
    assert chart(found, "publisher") == {"?": 3, "CN": 1}
    assert chart(found, "license") == {"apache-2.0": 3, "?": 1}
    assert chart(found, "format") == {"safetensors": 2, "gguf": 1, "?": 1}
    assert chart(found, "task") == {"text-generation": 3, "?": 1}
    assert chart(found, "state") == {"present": 4, "gone": 1}


def test_time_stands_in_its_order_from_the_first_to_the_last(tmp_path: Path) -> None:
    months = list(chart(counted(tmp_path, by=MONTH), "created"))
    assert months == ["2024-06", "2025-02", "?"]


def test_before_a_judging_run_nothing_is_said_of_origins(tmp_path: Path) -> None:
    found = counted(tmp_path, judged=False)
    assert found.open == 4
    assert {c.key for c in found.charts} == {"license", "format", "task", "state", "created"}


def test_models_that_came_after_the_run_are_not_taken_for_unknown_ones(tmp_path: Path) -> None:
    counted(tmp_path)
    with Catalogue(str(tmp_path / "c.db")) as kept:
        with kept.writing() as connection:
            connection.exec_driver_sql("UPDATE models SET summary = NULL WHERE downloads = 900")
        found = stats(kept)
    assert found.open == 1
    assert chart(found, "roots") == {"?": 2, "CN": 1, "not concluded": 1}


def test_downloads_that_nobody_told_are_not_known_and_not_nought(tmp_path: Path) -> None:
    with filled(tmp_path / "c.db", [row("acme/a", downloads=None), row("acme/b", downloads=None)]) as kept:
        found = stats(kept)
    assert (found.models, found.downloads) == (2, None)
    assert {bar.downloads for one in found.charts for bar in one.bars} == {None}
    page = as_page("a", {}, [one.document() for one in found.charts], "b")
    assert "0 downloads" not in page
    assert "downloads not known" in page


def test_where_the_card_was_not_seen_its_tags_tell_the_licence(tmp_path: Path) -> None:
    said = [
        row("acme/a", cardData=None),
        row("acme/b", cardData={"license": "mit"}),
        row("acme/c", cardData={}, tags=[]),
    ]
    with filled(tmp_path / "c.db", said) as kept:
        assert chart(stats(kept), "license") == {"apache-2.0": 1, "mit": 1, "?": 1}


def test_an_empty_catalogue_has_nothing_to_count(tmp_path: Path) -> None:
    with Catalogue(str(tmp_path / "c.db"), create=True) as kept:
        found = stats(kept)
    assert (found.models, found.oldest) == (0, None)
    json.dumps(found.document())


@given(st.lists(st.builds(Bar, st.text(max_size=9), st.integers(0, 99), st.integers(0, 99))), st.integers(1, 9))
def test_folding_loses_nothing(given_: list[Bar], most: int) -> None:
    shown = folded(given_, most)
    assert len(shown) <= most
    assert sum(bar.models for bar in shown) == sum(bar.models for bar in given_)
    assert sum(bar.downloads for bar in shown) == sum(bar.downloads for bar in given_)


NUMBERS = st.lists(st.integers(0, 10**7), min_size=1, max_size=6)


@given(NUMBERS, st.text(max_size=60), st.integers(40, 120), st.booleans())
def test_bars_fit_the_screen_and_grow_with_their_numbers(
    numbers: list[int], label: str, width: int, ascii: bool
) -> None:
    body = [(label.replace("#", "").replace("█", ""), number, "7") for number in sorted(numbers)]
    drawn = bars(body, Screen(width=width, ascii=ascii)).split("\n")
    assert len(drawn) == len(body)
    assert all(len(line) <= width for line in drawn)
    lengths = [line.count("#" if ascii else "█") for line in drawn]
    assert lengths == sorted(lengths)


def test_a_screen_without_blocks_gets_plain_characters() -> None:
    assert bars([("a" * 90, 3, "3"), ("b", 1, "1")], Screen(width=60, ascii=True)).isascii()


def test_a_table_cuts_names_in_their_middle_and_no_number() -> None:
    text = rows(["model", "downloads"], [["org/" + "x" * 90 + "-GGUF", 1_234_567]], Screen(width=60))
    assert all(len(line) <= 60 for line in text.split("\n"))
    assert "org/" in text
    assert "-GGUF" in text
    assert "1,234,567" in text


class Page(HTMLParser):
    """What could act or load something, and whether all is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.active: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "rect"):
            self.open.append(tag)
        names = [name for name, value in attrs if name.startswith("on") or name in ("src", "href")]
        self.active += names if tag not in ("script", "img", "link", "iframe") else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_loads_nothing_and_hostile_texts_stay_texts() -> None:
    hostile = "<script>alert(1)</script>\"'&\u202e::error::"
    chart_ = {"title": hostile, "note": hostile, "bars": [{"label": hostile, "models": 3, "downloads": 4}]}
    page = as_page(hostile, {hostile: hostile}, [chart_], hostile)
    read = Page(page)
    assert read.open == []
    assert read.active == []
    assert "\u202e" not in page
    assert "::error::" not in page
    assert any("alert(1)" in word for word in read.words)


def test_every_figure_says_what_was_counted_and_of_when(tmp_path: Path) -> None:
    found = counted(tmp_path)
    page = as_page("t", {}, [one.document() for one in found.charts], "From c.db: as of 2026")
    assert page.count("<figcaption>Models counted") == len(found.charts) == page.count("From c.db: as of 2026")
