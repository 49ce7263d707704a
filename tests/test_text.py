"""Hub text is made harmless at the door."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.text import REPLACEMENT, clean, clean_line, clean_tree

HOSTILE = [
    "\x1b[31mred", "\x1b]8;;http://evil\x07link", "\x1b]52;c;aGk=\x07", "\x9b31m", "\x00", "\x08\x08", "\x7f", "\x85",
    "\u202egnp.exe", "\u2066x\u2069", "\u200bzero", "\u200djoin", "\u00adsoft", "\u2028line", "\ufeffbom", "\ufe00vs1",
    "\U000e0041tag", "\U000e0100vs17", "\U0001d173musical", "\u115fhangul", "\ud800lone",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_characters_that_move_hide_or_reorder_text_are_replaced(text: str) -> None:
    cleaned = clean(text)
    assert REPLACEMENT in cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in cleaned)


@pytest.mark.parametrize(
    "text", ["Qwen 通义千问", "naïve – “quotes”", "emoji ❤️ 🤗", "tab\tand\nnewline", "עברית", "العربية"]
)
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(st.text())
def test_a_line_never_breaks(text: str) -> None:
    line = clean_line(text)
    assert not any(c in line for c in "\n\r\t\v\f\x85\u2028\u2029")
    assert len(line) <= 300


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )
)
def test_a_tree_is_cleaned_in_keys_and_values(tree: object) -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict):
            return [s for k, v in value.items() for s in (k, *strings(v))]
        return [s for v in value for s in strings(v)] if isinstance(value, list) else []

    assert all(clean(s) == s for s in strings(clean_tree(tree)))


def test_a_tree_deeper_than_the_limit_is_cut() -> None:
    tree: list[object] = []
    for _ in range(100):
        tree = [tree]
    depth, value = 0, clean_tree(tree, depth=32)
    while isinstance(value, list) and value:
        depth, value = depth + 1, value[0]
    assert depth == 32
    assert value is None
