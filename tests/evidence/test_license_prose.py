"""Sentences of cards about licences: what each must yield, and that most of what looks like a licence is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.data import whole
from scanner.evidence.card import parse
from scanner.license.spelling import by_link, name_at, names_in, unshared
from scanner.model import RepoId
from tests.evidence.license_sentences import POSITIVE, ROWS, SELF, TRAPS, Row


def read(text: str) -> list[str]:
    fact = parse(text.encode(), (RepoId.parse(SELF),))
    return [f"{s.object}: {'+'.join(s.ids) or s.kind}" for s in fact.license_statements]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text[:60])
def test_a_sentence_yields_its_statements_and_nothing_else(row: Row) -> None:
    assert sorted(read(row.text)) == sorted(row.wanted)


def test_a_good_part_of_the_sentences_say_nothing_of_this_model() -> None:
    assert len({row.text for row in ROWS}) >= 160
    assert len(TRAPS) >= 70
    assert not any(row.wanted for row in TRAPS)


@pytest.mark.parametrize("row", POSITIVE[:20], ids=lambda row: row.text[:60])
def test_what_stands_in_code_or_a_comment_says_nothing(row: Row) -> None:
    for text in (f"```\n{row.text}\n```", f"<!-- {row.text} -->"):
        assert read(text) == []


def test_a_statement_carries_its_line_and_its_words() -> None:
    fact = parse(b"---\nlicense: mit\n---\n# Widget\n\n## License\n\nThe weights are under CC BY-NC 4.0.\n")
    assert [(s.key, s.text) for s in fact.license_statements] == [("line=8", "The weights are under CC BY-NC 4.0.")]


def test_a_card_that_repeats_itself_says_it_once() -> None:
    assert len(parse(b"Licensed under MIT. " * 500).license_statements) == 1


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for statement in parse(text.encode()).license_statements:
        assert statement.text


NAMES = {
    "Apache License, Version 2.0": "apache-2.0", "Apache 2.0": "apache-2.0", "apache-2.0": "apache-2.0",
    "CC BY-NC 4.0": "cc-by-nc-4.0", "CC0": "cc0-1.0", "GPLv3": "gpl-3.0", "LGPL-2.1": "lgpl-2.1",
    "Creative Commons Attribution-NonCommercial-ShareAlike 4.0": "cc-by-nc-sa-4.0", "Creative Commons": "cc",
    "Meta Llama 3 Community License Agreement": "llama3", "Llama 3.1 license": "llama3.1", "Open RAIL++-M": "openrail++",
    "CreativeML Open RAIL-M": "creativeml-openrail-m", "Gemma Terms of Use": "gemma", "MIT": "mit", "the MIT": None,
    "MIT-style": None, "MIT-like licence": None, "Gemma": None, "Llama 3.1": None, "Qwen": None, "Apache": None,
    "Apache 2.0 with extra conditions": None, "other": None, "unknown": None, "": None, "¹": None, "\x00": None,
}  # fmt: skip


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_that_of_one_licence_or_of_none(text: str) -> None:
    found = name_at(text, 0)
    assert (found.id if found else None) == NAMES[text]


@given(st.text(max_size=80), st.integers(0, 80))
def test_a_name_stands_where_it_is_said_to(text: str, at: int) -> None:
    found = name_at(text, at)
    assert found is None or at <= found.start < found.end <= len(text)


def test_every_address_of_the_table_leads_to_a_licence_of_the_table_and_back() -> None:
    table = whole("licenses.yaml")
    for id, record in whole("license_links.yaml").items():
        assert "alias_of" not in table[id], id
        assert record["source"], id
        assert record["checked"], id
        assert record["confidence"] in ("medium", "low"), id
        for link in record["links"]:
            assert by_link(link) == id, link
            assert by_link(link.replace("https://", "http://").upper() + "/?x=1#top") == id


@pytest.mark.parametrize("address", ["", "https://example.org", "LICENSE", "https://ai.google.dev", "://", "\x00"])
def test_no_other_address_does(address: str) -> None:
    assert by_link(address) is None


def test_the_tables_of_words_speak_of_records_that_exist() -> None:
    table, said = whole("licenses.yaml"), whole("license_names.yaml")
    assert {*said["also"], *said["never"]["ids"]} <= set(table)
    assert [n.id for n in names_in("the Llama 2 Community License and a Modified MIT License")] == ["llama2"]


def test_what_two_licences_are_called_names_neither_until_one_is_called_so_alone() -> None:
    ranks = [{("a",): {"x", "y"}, ("b",): {"x"}}, {("a",): {"y"}, ("b",): {"y"}, (): {"z"}}]
    assert unshared(ranks) == {("a",): "y", ("b",): "x"}
