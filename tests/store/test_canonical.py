"""Canonical JSON: one text for one document, whatever order or container it came in."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.store import canonical, digest
from scanner.store.entries import COLUMNS, DECISION, entry, scan_text
from tests.store.scans import decision, scan

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(TEXT, VALUES, max_size=5)


@given(DOCUMENTS)
def test_what_is_written_reads_back_equal(document):
    assert json.loads(canonical(document)) == document


@given(DOCUMENTS)
def test_reading_and_writing_again_gives_the_same_bytes(document):
    text = canonical(document)
    assert canonical(json.loads(text)) == text


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_order_and_container_do_not_matter(document, random):
    items = list(document.items())
    random.shuffle(items)
    assert canonical(MappingProxyType(OrderedDict(items))) == canonical(document)


@given(VALUES)
def test_tuples_are_arrays(value):
    assert canonical({"a": (value, value)}) == canonical({"a": [value, value]})


PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@given(st.tuples(st.integers(1, 2**63 - 1), *[st.none() | PLAIN] * (len(COLUMNS) - 1)), st.lists(st.tuples(*[PLAIN] * 4)),
       st.sampled_from(["e" * 64, "0123456789abcdef"]), st.booleans())  # fmt: skip
def test_the_record_of_a_scan_is_canonical(row, judged, read, late):
    fields = dict(zip(COLUMNS, row, strict=True)) | ({"before_log": True} if late else {})
    decisions = [dict(zip(DECISION, one, strict=True)) for one in judged]
    said = entry("scan", **fields, decisions=decisions, evidence_digest=read)
    assert scan_text(row, judged, read, late=late) == canonical(said)


def test_the_text_is_the_published_form():
    # The sorting example of RFC 8785 3.2.3: keys by UTF-16 code units, so the emoji stands before U+FB33.
    keys = {"\u20ac": 0, "\r": 1, "\ufb33": 2, "1": 3, "\U0001f600": 4, "\u0080": 5, "\u00f6": 6}
    assert list(json.loads(canonical(keys))) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical({"b": [1, None, True], "a": 'é"\n\x1f'}) == '{"a":"é\\"\\n\\u001f","b":[1,null,true]}'


@pytest.mark.parametrize("value", [0.5, float("nan"), float("inf"), 1.0, b"bytes", {1, 2}, {1: "key"}, object()])
def test_what_has_no_single_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical({"a": [{"b": value}]})


def test_half_a_character_is_refused():
    with pytest.raises(ValueError, match="surrogates"):
        canonical({"a": "\ud800"})


def test_the_digest_is_that_of_the_bytes():
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("ä") != digest("ä".encode("latin-1").decode("latin-1") + " ")


def test_the_verdict_of_a_scan_is_the_worst_of_its_decisions():
    both = scan(decisions=(decision("ALLOW", "baseline"), decision("REVIEW"), decision("ALLOW")))
    assert both.verdict == "REVIEW"


@pytest.mark.parametrize(
    "changes",
    [
        {"decisions": ()},
        {"at": "2026-11-23"},
        {"at": "2026-11-23T15:08:00+01:00"},
        {"at": "2026-11-23T15:08:00.5Z"},
    ],
)
def test_a_record_that_could_not_be_an_audit_is_refused(changes):
    with pytest.raises(ValueError, match="scan"):
        scan(**changes)


def test_an_unknown_verdict_or_a_foreign_policy_text_is_refused():
    with pytest.raises(ValueError, match="verdict"):
        scan(decisions=(replace(decision(), verdict="PASS"),))
    with pytest.raises(ValueError, match="digest"):
        scan(decisions=(replace(decision(), policy_text="another"),))
    with pytest.raises(ValueError, match="digest"):
        scan(decisions=(replace(decision(), policy_text="another", policy_digest=digest("another")),))


def test_waivers_are_those_the_decision_was_made_under():
    waived = replace(decision(), document=dict(decision().document) | {"waivers_digest": digest("- rule: x\n")})
    assert scan(decisions=(waived,), waivers_text="- rule: x\n")
    for text in (None, "- rule: y\n"):
        with pytest.raises(ValueError, match="waivers"):
            scan(decisions=(waived,), waivers_text=text)
