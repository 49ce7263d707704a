"""JSON of a stranger is read whole or refused."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import HubProtocolError
from scanner.hub.document import Document

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_every_honest_text_is_read_as_json_reads_it(value: object) -> None:
    assert Document.parse(json.dumps(value).encode(), "x") == Document(value)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(HubProtocolError):
        Document.parse(body, "x")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": -Infinity}', "not JSON"),
        (b'{"a": 1} trailing', "not JSON"),
        (b'"\xff"', "not UTF-8"),
        (b"[" * 1_000_000 + b"]" * 1_000_000, "nested too deeply"),
        (b"<!doctype html><title>Sign in</title>", "a web page"),
        (b"\xef\xbb\xbf  <html>", "a web page"),
    ],
)
def test_what_is_no_json_is_refused_by_reason_and_at_once(body: bytes, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises(HubProtocolError, match=reason):
        Document.parse(body, "x")
    assert time.monotonic() - start < 1


def test_a_byte_order_mark_is_tolerated() -> None:
    assert Document.parse(b'\xef\xbb\xbf{"a":1}', "x").value == {"a": 1}


def test_a_key_that_stands_twice_keeps_its_last_value_and_is_told() -> None:
    found = Document.parse(b'{"id":"acme/a","card":{"license":"mit","license":"other"},"id":"evil/b"}', "x")
    assert found.value == {"id": "evil/b", "card": {"license": "other"}}
    assert set(found.duplicates) == {"license", "id"}


def test_numbers_no_machine_holds_stay_text() -> None:
    found = Document.parse(b'{"a":' + b"9" * 5000 + b',"b":1e999,"c":-7}', "x")
    assert found.value == {"a": "9" * 5000, "b": "1e999", "c": -7}


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"3", b'{"error":"Internal error"}'])
def test_only_an_object_that_is_no_error_is_an_answer(body: bytes) -> None:
    with pytest.raises(HubProtocolError):
        Document.parse(body, "x").mapping("x")
