"""JSON and JSON Lines hold the documents as they are, valid under the schemas that ship."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from scanner.export import Failure, render
from scanner.export.quoting import json_text
from tests.export.samples import alternative, crowded, decision, facts, finding, view

SCHEMAS = files("scanner.data") / "schema"
GONE = Failure("acme/gone", "ModelNotFound", "acme/gone: not on the Hub, or private", "check the name", 3)
REPORT = [
    view(facts(), [decision(), decision("allow", "baseline")], alternatives=[alternative()]),
    view(crowded(), [decision(findings=[])], None),
]


def schema(name):
    return json.loads((SCHEMAS / f"{name}-v1.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def registry():
    return Registry().with_resources((f"urn:modelorigin:schema:{n}-v1", Resource.from_contents(schema(n)))
                                     for n in ("facts", "decision", "report"))  # fmt: skip


@pytest.mark.parametrize("document", [facts(), crowded()], ids=["plain", "crowded"])
def test_the_samples_are_valid_facts(document, registry):
    Draft7Validator(schema("facts"), registry=registry).validate(document)


def test_the_samples_are_valid_decisions(registry):
    for document in (decision(), decision("allow"), decision("review", findings=[finding(verdict="note")])):
        Draft7Validator(schema("decision"), registry=registry).validate(document)


def test_the_report_is_valid_and_holds_the_documents_unchanged(registry):
    report = json.loads(render("json", REPORT, [GONE]))
    Draft7Validator.check_schema(schema("report"))
    Draft7Validator(schema("report"), registry=registry).validate(report)
    assert [scan["facts"] for scan in report["scans"]] == [facts(), crowded()]
    assert report["scans"][0]["decisions"] == [decision(), decision("allow", "baseline")]
    assert [scan["number"] for scan in report["scans"]] == [17, None]
    assert report["errors"][0]["message"] == GONE.message


def test_a_report_with_something_added_or_missing_is_not_valid(registry):
    validator = Draft7Validator(schema("report"), registry=registry)
    report = json.loads(render("json", REPORT))
    for wrong in (report | {"more": 1}, {k: v for k, v in report.items() if k != "errors"}, report | {"schema": "v2"}):
        with pytest.raises(ValidationError):
            validator.validate(wrong)


def test_one_line_a_scan_then_one_a_failure(registry):
    lines = [json.loads(text) for text in render("jsonl", REPORT, [GONE]).split("\n")]
    assert [list(each) for each in lines] == [
        ["number", "at", "settings", "alternatives", "since", "decisions", "facts"]
    ] * 2 + [["error"]]
    validator = Draft7Validator(schema("report") | {"$ref": "#/definitions/line"}, registry=registry)
    for each in lines:
        validator.validate(each)


def test_nothing_judged_is_an_empty_report():
    assert json.loads(render("json", [])) == {"schema": "modelorigin/report/v1", "scans": [], "errors": []}
    assert render("jsonl", []) == ""


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_any_document_reads_back_equal_and_shows_only_what_can_be_printed(value):
    text = json_text(value)
    assert json.loads(text) == value
    assert text.isprintable()
    assert "##" not in text
