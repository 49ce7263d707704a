"""Sentences of model cards: what each must yield, and that most of what looks like a source is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.card import parse
from scanner.evidence.markdown import MARKS, sentences
from scanner.model import RepoId, Role
from tests.evidence.sentences import MISSED, POSITIVE, ROWS, TRAPS, Row

ROLES = tuple(role.value for role in Role)


def read(row: Row) -> dict[str, list[str]]:
    fact = parse(row.text.encode(), (RepoId.parse(row.of),))
    found: dict[str, list[str]] = {role: [] for role in ROLES}
    for claim in fact.claims:
        assert claim.ref is not None
        found[claim.role.value].append(str(claim.ref.repo))
    for name in fact.stated_names:
        found[name.role].append(f"~{name.text}")
    assert (fact.from_scratch is not None) == row.scratch
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text[:60])
def test_a_sentence_yields_its_sources_and_nothing_else(row: Row) -> None:
    found = read(row)
    for role in ROLES:
        wanted = getattr(row, role)
        assert len(found[role]) == len(wanted), found
        for want, got in zip(wanted, found[role], strict=True):
            assert got.startswith(want) if want.startswith("~") else got == want


@pytest.mark.parametrize("row", MISSED, ids=lambda row: row.text[:60])
def test_a_sentence_that_is_not_understood_yields_nothing_rather_than_a_guess(row: Row) -> None:
    assert not any(read(row).values())


def test_the_fixture_is_large_enough_to_mean_something() -> None:
    assert len(ROWS) >= 200
    assert len(TRAPS) >= 50
    assert sum(bool(row.weights or row.teacher or row.component) for row in ROWS) >= 90


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("Quantized version of a/b-1.", "quantized"),
        ("LoRA adapter for a/b-1.", "adapter"),
        ("A merge of a/b-1 and a/c-1.", "merge"),
        ("Fine-tuned from a/b-1.", "finetune"),
        ("An unofficial mirror of a/b-1.", "copy"),
        ("Based on a/b-1.", "unspecified"),
        ("Distilled from a/b-1.", "distilled"),
        ("The vision encoder is a/b-1, taken from a/b-1.", "component"),
    ],
)
def test_the_verb_gives_the_relation(text: str, relation: str) -> None:
    claims = parse(text.encode()).claims
    assert {claim.relation.value for claim in claims} == ({relation} if claims else set())
    assert claims or relation == "component"


def test_a_claim_is_made_once_however_often_the_card_repeats_it() -> None:
    assert len(parse(b"Based on a/b-1. " * 50).claims) == 1


def test_ids_that_the_front_matter_lists_as_data_sets_are_no_sources() -> None:
    body = "This model was trained from a/b-1.\n"
    assert len(parse(body.encode()).claims) == 1
    assert not parse(f"---\ndatasets: [a/b-1]\n---\n{body}".encode()).claims


def test_a_heading_of_the_card_itself_silences_nothing() -> None:
    assert len(parse(b"# Widget: high performance results\n\nBased on a/b-1.\n").claims) == 1
    assert not parse(b"# Widget\n\n## Performance\n\nBased on a/b-1.\n").claims


def test_a_sentence_is_found_on_the_line_it_begins_on() -> None:
    text = "# Title\n\nOne.\nTwo words\nof a second. Third.\n\n- item\n  goes on\n\n| a | b |\n"
    assert [(s.line, s.visible, s.item) for s in sentences(text)] == [
        (1, "Title", False),
        (3, "One.", False),
        (4, "Two words of a second.", False),
        (5, "Third.", False),
        (7, "item goes on", True),
        (10, "a: b", True),
    ]


def test_sections_are_paths_of_headings() -> None:
    told = list(sentences("# A\n## B\ntext\n### C\n## D\ntext\n"))
    assert [s.section for s in told if not s.heading] == ["A / B", "A / D"]


@given(st.text(max_size=200))
def test_no_mark_of_ours_is_ever_shown(text: str) -> None:
    for sentence in sentences(text.replace("\x02", "").replace("\x03", "").replace("\x04", "")):
        assert not MARKS.search(sentence.visible)


@pytest.mark.parametrize("row", POSITIVE[:20], ids=lambda row: row.text[:60])
def test_a_sentence_inside_code_or_a_comment_says_nothing(row: Row) -> None:
    for text in (f"```\n{row.text}\n```", f"<!-- {row.text} -->", f"~~~\n{row.text}"):
        assert not any(read(Row(text, of=row.of)).values())
