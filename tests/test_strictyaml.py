"""YAML means what a reader sees, or is refused with a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import DataError, PolicyError
from scanner.strictyaml import load


def test_nothing_is_guessed() -> None:
    text = (
        "deny: [CN, NO, ON, off, yes]\nsha: 0123456\nday: 2026-01-01\nhex: 0x1F\nn: 12\nt: true\nnone: null\ns: '1'\n"
    )
    assert load(text).value == {
        "deny": ["CN", "NO", "ON", "off", "yes"], "sha": "0123456", "day": "2026-01-01", "hex": "0x1F",
        "n": 12, "t": True, "none": None, "s": "1",
    }  # fmt: skip


def test_every_node_knows_its_line() -> None:
    document = load("a: 1\nrules:\n  - id: x\n    when: {field: y}\n")
    assert document.line(("rules", 0, "when")) == 4
    assert document.line(("rules", 0, "when", "field", "deeper")) == 4
    assert document.line(("nowhere",)) == 1


REFUSED = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", 3),
    "alias": ("a: &x [1]\nb: *x\n", 1),
    "tag": ("a: 1\nb: !!python/object:x {}\n", 2),
    "two documents": ("a: 1\n---\nb: 2\n", 0),
    "key that is no string": ("? [1]\n: 2\n", 1),
    "no YAML": ("a: [1\nb", 2),
    "deep nesting": ("a: " + "[" * 5000, 1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_reader_would_not_see_is_refused_with_its_line(name: str) -> None:
    text, line = REFUSED[name]
    with pytest.raises(DataError) as caught:
        load(text, file="f.yaml")
    assert caught.value.line >= line
    assert str(caught.value).startswith("f.yaml:")


def test_the_error_is_of_the_kind_that_was_asked_for() -> None:
    with pytest.raises(PolicyError):
        load("a: 1\na: 2", error=PolicyError)


def test_a_stranger_s_text_is_read_tolerantly_and_keeps_the_last_of_two_keys() -> None:
    document = load("a: 1\na: 2\nb: !x y\n", tolerant=True)
    assert document.value == {"a": 2, "b": "y"}
    assert document.duplicates == ["a"]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)},*{chr(97 + i)}]\n" for i in range(20)
    )
    with pytest.raises(DataError):
        load(bomb, tolerant=True)


@given(st.text(max_size=200))
def test_any_text_gives_a_value_or_a_data_error(text: str) -> None:
    for tolerant in (False, True):
        try:
            load(text, tolerant=tolerant)
        except DataError:
            continue


PLAIN = st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=8)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | PLAIN,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_without_floats_is_read_as_json(value: object) -> None:
    import json

    assert load(json.dumps(value)).value == value
