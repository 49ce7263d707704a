"""The document codebase/v1 and its lines: valid under the schema that ships, nothing added, nothing left out."""

from __future__ import annotations

import json

import pytest
from jsonschema import ValidationError

from scanner.errors import UsageError
from scanner.export.codebase import FORMATS, render_codebase
from tests.export.codebase.samples import (
    clean,
    codebase,
    crowded,
    finding,
    model,
    place,
    print_of,
    reference,
    suppressed,
)
from tests.export.samples import WAIVER, decision
from tests.export.samples import finding as weighing
from tests.schemas import valid_codebase


@pytest.mark.parametrize("document", [codebase(), clean(), crowded()], ids=["small", "clean", "crowded"])
def test_json_is_the_document_and_valid(document):
    assert valid_codebase(json.loads(render_codebase("json", document))) == document


@pytest.mark.parametrize(
    "bad",
    [
        {"verdict": "pass"},
        {"schema": "modelorigin/codebase/v2"},
        {"as_of": "yesterday"},
        {"references": [reference(path="/etc/passwd")]},
        {"references": [reference(path="../x.py")]},
        {"references": [reference(line=0)]},
        {"references": [reference(kind="guess")]},
        {"findings": [finding(fingerprint="abc")]},
        {"findings": [finding(suppressed={"by": "me"})]},
        {"findings": [finding(places=[{"line": 1, "column": 1}])]},
        {"extra": 1},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_not_the_document(bad):
    with pytest.raises(ValidationError):
        valid_codebase(codebase(**bad))


def test_the_schema_wants_every_key():
    for key in codebase():
        with pytest.raises(ValidationError):
            valid_codebase({k: v for k, v in codebase().items() if k != key})


def test_lines_are_findings_then_references_then_errors_and_the_verdict_closes():
    document = crowded()
    lines = [json.loads(each) for each in render_codebase("jsonl", document).split("\n")]
    types = [each["type"] for each in lines]
    counts = [("finding", "findings"), ("reference", "references"), ("error", "errors")]
    assert types == [type for type, key in counts for _ in document[key]] + ["codebase"]
    assert [{k: v for k, v in each.items() if k != "type"} for each in lines[:10]] == document["findings"]
    assert lines[-1]["verdict"] == "deny"
    assert lines[-1]["complete"] is False
    assert "facts" not in json.dumps(lines[-1])


def test_an_unknown_format_is_a_usage_error_that_names_the_others():
    with pytest.raises(UsageError, match="yaml") as caught:
        render_codebase("yaml", codebase())
    assert all(format in (caught.value.hint or "") for format in FORMATS)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_draws_every_document_without_a_newline_at_its_end(format):
    for document in (codebase(), clean(), crowded(), codebase(references=[], models=[], findings=[], verdict="allow")):
        assert not render_codebase(format, document).endswith("\n")


@pytest.mark.parametrize("format", FORMATS)
def test_no_format_but_json_and_bills_reads_what_a_model_is_made_of(format):
    document = crowded()
    bare = document | {
        "models": [model | {"facts": {"model": {"hub_as_of": None}}, "decisions": None} for model in document["models"]]
    }
    if format not in ("json", "html", "cyclonedx", "cyclonedx-1.7", "spdx"):
        assert render_codebase(format, bare) == render_codebase(format, document)


def test_a_page_says_that_models_may_be_used_only_by_exception():
    accepted = {**clean(), "findings": [finding(suppressed=suppressed())]}
    assert "because an exception was made" in render_codebase("html", accepted)
    assert "because an exception was made" not in render_codebase("html", clean())


def test_the_page_of_a_change_speaks_of_the_change_alone_and_names_what_it_was_judged_by():
    whole, change = (" ".join(render_codebase("html", clean() | {"compared_with": base}).split())
                     for base in (None, "origin/main"))  # fmt: skip
    assert "Every model that is named here may be used." in whole
    assert "Every model that the change adds may be used." in change
    assert "only what the change adds to" in change
    assert 'name="only_what_is_new_since" value="origin/main"' in render_codebase(
        "junit", clean() | {"compared_with": "origin/main"}
    )
    assert "only_what_is_new_since" not in render_codebase("junit", clean())
    for page in (whole, change):
        assert "judged by" in page
        assert "no-prc-root" in page


def test_a_document_is_not_changed_by_being_drawn():
    document = crowded()
    for format in FORMATS:
        render_codebase(format, document)
    assert document == crowded()


def test_two_places_never_share_a_fingerprint():
    twice = [finding(1, places=[place(1), place(2)]), finding(1, places=[place(3)])]
    for format, key in (("sarif", "modelorigin/v1"), ("gitlab", "fingerprint")):
        text = render_codebase(format, codebase(findings=twice))
        prints = [line.split('"')[3] for line in text.splitlines() if f'"{key}"' in line]
        assert len(prints) == len(set(prints)) == 3
        assert print_of(1) in prints, "the first place keeps the finding's own"


def test_where_something_was_not_read_there_is_something_to_do():
    from_hub = clean() | {"complete": False}
    partly = {"files": 1, "read": 1, "unread": [], "partly": [{"path": "a.py", "reason": "text"}], "passed_over": [],
              "ignored": []}  # fmt: skip
    for document, said in ((from_hub, "scan again"), (from_hub | {"coverage": partly}, "read in part")):
        for format in ("table", "markdown", "html", "junit"):
            text = " ".join(render_codebase(format, document).split())
            assert said in text, format
            assert "nothing to do" not in text, format


def test_an_allow_that_rests_on_a_waiver_says_so_where_it_stands():
    good = model(verdict="allow")
    good["decisions"] = [decision("allow", findings=[weighing(waived_by=WAIVER)])]
    document = codebase(verdict="allow", references=[reference(verdict="allow")], models=[good],
                        findings=[finding(suppressed=suppressed())])  # fmt: skip
    assert "ALLOW  by exception" in render_codebase("table", document)
    for format in ("table", "markdown", "html", "junit", "sarif"):
        assert "1 allowed, 1 of them by exception" in render_codebase(format, document), format
    assert "by exception" not in render_codebase("table", clean())
    page = render_codebase("html", document)
    assert '<span class="warn">waived: </span><bdi>root-origin</bdi>' in page.partition("Code base")[0]
