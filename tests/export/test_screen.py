"""What the table is drawn on: its width, its rows, its colours and the characters it has."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.export import samples
from tests.export.samples import QWEN, crowded, decision, facts, finding, view
from tests.export.test_hostile import FORBIDDEN
from tests.export.test_table import one, table


def long_notes():
    """Facts and findings with more and longer sources than one screen holds, and the verdict's own among them."""
    page = "a page with a long reason why it is so, told at length, " * 3
    notes = [samples.footnote("organisation", f"{page}{n}") for n in range(20)]
    owner = QWEN | {"footnotes": [*QWEN["footnotes"], *notes]}
    return facts(publisher=owner), decision(findings=[finding(f"rule-{n}", at=f"hf://r{n}") for n in range(2)])


@pytest.mark.parametrize("width", [80, 100])
def test_a_screen_holds_the_grounds_of_the_verdict_and_counts_what_is_left_out(width):
    document, judged = long_notes()
    paper, text = one(document, judged, width=width), one(document, judged, width=width, rows=38)
    assert 34 < len(text.splitlines()) <= 38 < len(paper.splitlines())
    last = re.fullmatch(r" +(\d+) more: modelorigin audit show 17 --format markdown", text.splitlines()[-1])
    body, sources = text.split("Sources")
    listed = [int(n) for n in re.findall(r"^ +\[(\d+)\] ", " " * 9 + sources, re.M)]
    everything = re.findall(r"^ +\[(\d+)\] ", " " * 9 + paper.split("Sources")[1], re.M)
    assert listed == list(range(1, len(everything) + 1 - int(last[1])))
    assert body == paper.split("Sources")[0], "nothing but sources is left out"
    why = re.findall(r"\[(\d+)\]", body[: body.index("Source ")])
    assert {int(n) for n in why} <= set(listed)


def test_the_grounds_of_a_verdict_are_listed_even_where_there_is_no_room():
    document, judged = long_notes()
    text = one(document, judged, rows=1)
    why = set(re.findall(r"\[(\d+)\]", text[: text.index("Source ")]))
    assert why == set(re.findall(r"^ +\[(\d+)\] ", " " * 9 + text.split("Sources")[1], re.M))
    unasked = table(view(document, [decision("allow")], None), rows=1)
    assert re.search(r"^Sources    \d+: --format markdown$", unasked, re.M)


def test_a_terminal_without_lines_and_arrows_gets_ascii_of_the_same_width():
    drawn, plain = one(crowded()), one(crowded(), ascii=True)
    assert plain.isascii()
    assert [len(row) for row in plain.splitlines()] == [len(row) for row in drawn.splitlines()]


def test_colour_only_where_it_is_wanted(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, colored = one(facts()), one(facts(), color=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
    assert "\x1b[1;31mDENY" in colored
    monkeypatch.setenv("NO_COLOR", "1")
    assert one(facts(), color=True) == plain


@pytest.mark.parametrize("width", [0, 1, 40, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width):
    long = "o" * 42 + "/" + "n" * 53
    text = one(crowded() | {"model": facts()["model"] | {"id": long, "requested": long}}, width=width)
    wide = max(width, 40) if width else 80
    assert max(cell_len(part) for part in text.splitlines()) <= wide
    assert long[:20] in text


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.integers(40, 120))
def test_any_text_is_drawn_within_the_width(text, width):
    drawn = one(facts(), decision(findings=[finding(message=text, rule=text or "r")]), width=width)
    assert max(cell_len(part) for part in drawn.splitlines()) <= width
    assert not FORBIDDEN.search(drawn)
