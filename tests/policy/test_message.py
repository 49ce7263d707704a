"""What a finding says stays on one line, however a stranger named things."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.policy.fields import foreach
from scanner.policy.language import Misfit
from scanner.policy.message import MAX_MESSAGE, MAX_VALUE, Message, shown
from tests.policy.facts import ask, descended, facts, model, rule


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (7_000_000_000, "7000000000"),
        ("CN", "CN"),
        ((), "none"),
        (("a", "b", "a"), "a, b"),
        (("a", None), "a, unknown"),
        ("two\nlines", "two lines"),
        ("a\x1b[31mred\x1b[0m", "a�[31mred�[0m"),
        ("left‮right", "left�right"),
        (tuple(str(n) for n in range(30)), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 18 more"),
    ],
)
def test_values_are_shown_on_one_line(value: Any, text: str) -> None:
    assert shown(value) == text


@given(st.recursive(st.none() | st.text() | st.booleans() | st.integers(), lambda inner: st.lists(inner).map(tuple)))
def test_whatever_the_value_it_stays_on_one_line_and_short(value: Any) -> None:
    text = shown(value)
    assert len(text.splitlines()) <= 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)


@given(st.text(max_size=400))
def test_a_text_is_cut(value: str) -> None:
    assert len(shown(value)) <= MAX_VALUE


def test_placeholders_are_values_of_the_item_or_of_the_document() -> None:
    over = foreach(["lineage.models"])
    message = Message.parse("{path}: {id} of {model.id}, {origin.lists.id}", over)
    item = model("org/base", origin__lists=[{"id": "us_1260h"}, {"id": "ofac_sdn"}])
    assert message.render(item, facts()) == "acme/widget-7b → org/base: org/base of acme/widget-7b, us_1260h, ofac_sdn"


def test_a_value_is_not_read_as_a_template() -> None:
    document = facts(publisher__organisation="{model.id} {0} %s", publisher__control="CN")
    policy = rule("{field: publisher.control, eq: CN}", 'message: "{publisher.organisation}!"')
    assert ask(policy, document).findings[0].message == "{model.id} {0} %s!"


def test_a_message_is_cut() -> None:
    policy = rule("{field: publisher.control, eq: CN}", 'message: "' + "{publisher.organisation} " * 20 + '"')
    document = facts(publisher__control="CN", publisher__organisation="x" * 500)
    message = ask(policy, document).findings[0].message
    assert len(message) == MAX_MESSAGE
    assert message.endswith("…")


def test_hostile_names_stay_on_one_line_in_the_whole_finding() -> None:
    hostile = "org/m\n::error::x\x1b]8;;http://a\x07"
    document = descended(model(hostile, origin__control="CN", origin__organisation=hostile))
    policy = rule(
        "{field: origin.control, eq: CN}", "foreach: lineage.roots", 'message: "{path} {origin.organisation}"'
    )
    message = ask(policy, document).findings[0].message
    assert "\n" not in message
    assert "\x1b" not in message


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{a", "a}", "{{model.id}}", "{model}", "{model.idd}", "{0}", "{model.id!r}"]
)
def test_a_template_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(Misfit):
        Message.parse(text, None)
