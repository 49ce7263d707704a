"""Sentences of cards about licences: what each must yield, and that most of what looks like a licence is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.card import parse
from scanner.license_names import name_at
from scanner.model import RepoId
from tests.evidence.license_sentences import POSITIVE, ROWS, SELF, TRAPS, Row


def read(text: str) -> list[str]:
    fact = parse(text.encode(), (RepoId.parse(SELF),))
    return [f"{s.object}: {'+'.join(s.ids) or s.kind}" for s in fact.license_statements]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text[:60])
def test_a_sentence_yields_its_statements_and_nothing_else(row: Row) -> None:
    assert sorted(read(row.text)) == sorted(row.wanted)
