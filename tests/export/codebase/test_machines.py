"""What the machines that run builds read: workflow commands, Code Quality, JUnit, and a spreadsheet."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO

import pytest
from jsonschema import Draft7Validator
from junitparser import Error, Failure, JUnitXml, Skipped

from scanner.export.codebase import render_codebase
from tests.export.codebase.samples import (
    BASE,
    ROOT,
    WIDGET,
    clean,
    codebase,
    crowded,
    error,
    finding,
    own,
    place,
    poisoned_by,
    reference,
    suppressed,
)
from tests.export.test_hostile import FORBIDDEN, PAYLOADS

hostile = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./|/)."},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def commands(document):
    return render_codebase("github", document).split("\n")


def test_an_annotation_stands_at_the_line_of_the_model():
    verdict, command = commands(codebase())
    assert verdict == "::notice title=modelorigin%3A DENY::1 model: 1 denied"
    assert command == (
        "::error file=app/src/app.py,line=12,col=9,"
        "title=root-origin%3A A root of the weights is controlled from a denied country::"
        f"{ROOT} is controlled from CN | {WIDGET} → {BASE} → {ROOT}"
    )


def test_the_level_is_that_of_the_verdict_and_the_worst_is_first():
    found = [own(1, "a", "note"), own(2, "b", "review"), finding(3)]
    assert [each.split()[0] for each in commands(codebase(findings=found))[1:]] == ["::error", "::warning", "::notice"]


def test_what_was_not_judged_or_not_read_is_annotated():
    document = clean() | {"complete": False, "errors": [error(), error("acme/away", places=[])]}
    document["coverage"] = {
        "files": 2,
        "read": 1,
        "unread": [{"path": "x.py", "reason": "no permission"}],
        "partly": [],
        "passed_over": [],
    }
    assert commands(document) == [
        "::notice title=modelorigin%3A NOT JUDGED%2C INCOMPLETE::3 models: 1 allowed, 2 not judged",
        "::error file=app/src/app.py,line=40,title=not judged::acme/gone: not on the Hub, or private | check the name",
        "::error title=not judged::acme/away: not on the Hub, or private | check the name",
        "::warning file=app/x.py,title=not read%3A models may be named there::no permission",
    ]


def test_an_error_that_a_finding_tells_of_is_not_told_twice():
    told = own(6, "not-judged", model="acme/gone")
    for requested in ("acme/gone", "acme/gone@v1"):
        assert len(commands(codebase(findings=[told], errors=[error(requested)]))) == 2


def test_what_is_accepted_is_no_annotation_and_no_violation():
    document = codebase(findings=[finding(suppressed=suppressed())], verdict="allow")
    assert len(commands(document)) == 1
    assert json.loads(render_codebase("gitlab", document)) == []


def test_a_percent_sign_cannot_write_an_escape():
    document = codebase(findings=[finding(message="100%0A::error::x", path="a,b:c.py", places=[place()])])
    command = commands(document)[1]
    assert "file=app/a%2Cb%3Ac.py,line=12" in command
    assert "100%250A" in command


@hostile
def test_a_log_gets_our_commands_and_nothing_else(payload):
    text = render_codebase("github", poisoned_by(payload))
    assert FORBIDDEN.findall(text) == []
    calm = commands(poisoned_by("x"))
    shape = re.compile(
        r"::(error|warning|notice) ((?:file|line|col|title)=[^,:]*(?:,(?:file|line|col|title)=[^,:]*)*)::(?!:)(.*)"
    )
    found = [shape.fullmatch(line) for line in text.split("\n")]
    assert all(found), text
    assert [each[1] for each in found] == [shape.fullmatch(line)[1] for line in calm]
    keys = [re.findall(r"(?:^|,)([a-z]+)=", each[2]) for each in found]
    assert keys == [re.findall(r"(?:^|,)([a-z]+)=", shape.fullmatch(line)[2]) for line in calm]
    assert not any("::" in each[3] or "##" in each[3] for each in found)


def quality(document):
    report = json.loads(render_codebase("gitlab", document))
    Draft7Validator(CODE_QUALITY).validate(report)
    return report


def test_code_quality_is_by_its_schema_and_its_fingerprints_differ():
    for document in (codebase(), clean(), crowded()):
        report = quality(document)
        assert len({each["fingerprint"] for each in report}) == len(report)
    assert [each["severity"] for each in quality(codebase())] == ["critical"]
    assert quality(codebase())[0]["location"] == {"path": "app/src/app.py", "lines": {"begin": 12}}


def test_code_quality_tells_what_was_not_judged_or_read():
    told = {(each["check_name"], each["location"]["path"]) for each in quality(crowded())}
    assert {("not-judged", "app"), ("unread-file", "app/x.py"), ("not-judged", "app/src/app.py")} <= told


@hostile
def test_code_quality_holds_any_text(payload):
    assert len(quality(poisoned_by(payload))) == len(quality(poisoned_by("x")))


def cases(document):
    text = render_codebase("junit", document)
    return {case.name: case for suite in JUnitXml.fromstring(text.encode()) for case in suite}


def kind(case):
    return type(case.result[0]) if case.result else None


def test_denied_and_under_review_fails_allowed_passes_accepted_is_skipped_not_judged_is_an_error():
    found = cases(crowded())
    assert kind(found[f"root-origin {WIDGET} at 12"]) in (Failure, Skipped)
    assert kind(found["unresolved-reference at 30"]) is Failure
    assert kind(found["acme/good at 3"]) is None
    assert kind(found["acme/away@v1"]) is Error
    assert kind(found["file read"]) is Error
    assert kind(found["hint at 1"]) is None
    accepted = cases(codebase(findings=[finding(suppressed=suppressed())]))
    assert kind(accepted[f"root-origin {WIDGET} at 12"]) is Skipped


def test_the_numbers_of_a_suite_are_those_of_its_cases():
    (suite,) = JUnitXml.fromstring(render_codebase("junit", crowded()).encode())
    tally = [kind(case) for case in suite]
    assert suite.tests == len(tally) == 17
    assert (suite.failures, suite.errors, suite.skipped) == (
        tally.count(Failure),
        tally.count(Error),
        tally.count(Skipped),
    )


def test_a_failure_says_the_message_the_way_and_the_sources():
    failure = cases(codebase())[f"root-origin {WIDGET} at 12"].result[0]
    assert failure.message == f"{ROOT} is controlled from CN"
    assert f"{WIDGET} → {BASE} → {ROOT}" in failure.text
    assert "https://qwen.example/about" in failure.text


def test_an_incomplete_scan_never_passes():
    document = clean() | {"complete": False, "references": [], "models": []}
    assert kind(cases(document)["everything judged"]) is Error


@hostile
def test_junit_is_xml_whatever_it_holds(payload):
    text = render_codebase("junit", poisoned_by(payload))
    assert FORBIDDEN.findall(text) == []
    (suite,) = JUnitXml.fromstring(text.encode())
    (calm,) = JUnitXml.fromstring(render_codebase("junit", poisoned_by("x")).encode())
    assert [kind(case) for case in suite] == [kind(case) for case in calm]
    assert suite.tests == len(list(suite))


@pytest.mark.parametrize("text", ["\ufffe", "\uffff", "\x00", "]]>", "&amp;", "\ud800", "\U0001fffe"])
def test_junit_has_no_character_that_xml_has_not(text):
    assert JUnitXml.fromstring(render_codebase("junit", codebase(findings=[finding(message=text)])).encode())


def rows(document):
    return list(csv.DictReader(StringIO(render_codebase("csv", document), newline="")))


def test_a_row_is_a_reference_with_its_verdict_and_rules():
    (row,) = rows(codebase())
    assert row["path"] == "src/app.py"
    assert (row["line"], row["column"], row["cell"]) == ("12", "9", "")
    assert (row["model"], row["pinned"], row["verdict"], row["rules"]) == (WIDGET, "no", "deny", "root-origin")
    assert len(rows(crowded())) == len(crowded()["references"])


def test_a_row_says_that_its_finding_is_accepted():
    (row,) = rows(codebase(findings=[finding(suppressed=suppressed())], verdict="allow"))
    assert row["suppressed"] == "waiver"


@pytest.mark.parametrize(
    "start", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", " =1", "\t=1", "\r=1", "＝1", "\u200b=1"]
)
def test_no_cell_begins_a_formula(start):
    (row,) = rows(
        codebase(references=[reference(start, text=start, how=start, model=start, reason=start, flags=[start])])
    )
    for value in row.values():
        assert not value.lstrip(" ").startswith(tuple("=+-@＝")), value


@hostile
def test_a_spreadsheet_keeps_its_shape(payload):
    text = render_codebase("csv", poisoned_by(payload))
    assert FORBIDDEN.findall(text) == []
    assert len(text.split("\n")) == len(crowded()["references"]) + 1
    assert all(None not in row and None not in row.values() for row in rows(poisoned_by(payload)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_begins_a_formula_whatever_a_locale_parts_cells_with(delimiter):
    text = render_codebase("csv", codebase(references=[reference(text="a;=1+1;", how="b; @c", reason="d\t=1")]))
    for row in csv.reader(StringIO(text), delimiter=delimiter):
        for value in row:
            assert not value.lstrip(" ").startswith(tuple("=+-@＝")), value
