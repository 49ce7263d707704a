"""SARIF: valid, clean under the multitool with GitHub's rules, one result a place, the accepted ones suppressed."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from scanner.export.codebase import render_codebase
from scanner.export.codebase.sarif import MOST
from tests.export.codebase import multitool
from tests.export.codebase.samples import (
    BASE,
    ROOT,
    WIDGET,
    clean,
    codebase,
    crowded,
    finding,
    own,
    place,
    poisoned_by,
    print_of,
    reference,
    suppressed,
)
from tests.export.test_hostile import PAYLOADS

# The project has no page of its own to point at.
PAGELESS = "The tool 'modelorigin' does not provide 'informationUri'."


def run(document):
    return json.loads(render_codebase("sarif", document))["runs"][0]


def results(document):
    return run(document)["results"]


DOCUMENTS = {
    "small": codebase(),
    "clean": clean(),
    "crowded": crowded(),
    "hostile": poisoned_by("\x1b[2J ::error:: [x](y) {0}") | {"tool": codebase()["tool"]},
}
documents = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())


@documents
def test_the_multitool_finds_nothing_with_githubs_rules(document, tmp_path):
    file = tmp_path / "report.sarif"
    file.write_text(render_codebase("sarif", document), encoding="utf-8")
    assert [said for _, said in multitool.problems(file) if PAGELESS not in said] == []


def test_the_multitool_would_notice(tmp_path):
    log = json.loads(render_codebase("sarif", codebase()))
    log["runs"][0]["results"][0]["ruleIndex"] = 7
    del log["runs"][0]["tool"]["driver"]["rules"][0]["help"]
    del log["runs"][0]["results"][0]["locations"]
    file = tmp_path / "bad.sarif"
    file.write_text(json.dumps(log), encoding="utf-8")
    assert {"GH2012", "GH1015"} & {rule for rule, _ in multitool.problems(file)}


@documents
def test_it_is_valid_under_the_json_schema_of_the_standard(document):
    schema = json.loads((multitool.package() / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(render_codebase("sarif", document)))


def test_a_result_says_the_rule_the_way_to_the_root_and_the_place():
    (result,) = results(codebase())
    assert result["ruleId"] == "root-origin"
    assert result["level"] == "error"
    assert result["message"]["text"] == f"{ROOT} is controlled from CN. By way of {WIDGET} → {BASE} → {ROOT}."
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "app/src/app.py", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 12, "startColumn": 9, "endColumn": 9 + len(WIDGET)},
            }
        }
    ]
    assert result["partialFingerprints"] == {"modelorigin/v1": print_of(1)}


@pytest.mark.parametrize(
    ("root", "uri"),
    [
        ("app", "app/src/app.py"),
        ("./services/app/", "services/app/src/app.py"),
        (".", "src/app.py"),
        ("", "src/app.py"),
        ("/builds/app", "src/app.py"),
        ("../app", "src/app.py"),
        ("C:\\app", "src/app.py"),
        ("my app#1", "my%20app%231/src/app.py"),
    ],
)
def test_paths_begin_where_the_scan_was_started(root, uri):
    (result,) = results(codebase(root=root))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_the_path_of_a_root_that_is_a_file_is_the_root():
    alone = {"files": 1, "read": 1, "unread": [], "partly": [], "passed_over": []}
    (result,) = results(codebase(root="src/app.py", findings=[finding(path="app.py")], coverage=alone))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/app.py"


def test_each_place_is_a_result_of_its_own():
    found = results(codebase(findings=[finding(places=[place(12), place(20)])]))
    assert [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in found] == [12, 20]
    assert len({each["partialFingerprints"]["modelorigin/v1"] for each in found}) == 2


def test_a_line_of_a_cell_is_said_and_never_taken_for_a_line_of_the_file():
    (result,) = results(codebase(findings=[finding(path="a.ipynb", places=[place(2, 7, 3)])]))
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert result["message"]["text"].endswith("In cell 3, line 2.")


@pytest.mark.parametrize(
    ("by", "kind", "said"),
    [
        (
            "waiver",
            "external",
            "waived; reviewed by the model board; owner ml-platform; approved by security@acme.example",
        ),
        ("inline", "inSource", "accepted in the line; reviewed"),
        ("baseline", "external", "older than the baseline"),
    ],
)
def test_what_is_accepted_is_suppressed_and_stays(by, kind, said):
    (result,) = results(codebase(findings=[finding(suppressed=suppressed(by))], verdict="allow"))
    (pardon,) = result["suppressions"]
    assert (pardon["kind"], pardon["status"]) == (kind, "accepted")
    assert pardon["justification"].startswith(said)
    assert result["level"] == "error"


def test_a_rule_has_a_gravity_help_and_a_page():
    document = codebase(
        findings=[finding(), own(2, "unresolved-reference"), own(3, "hint", "note", references=["section 3"])]
    )
    rules = {rule["id"]: rule for rule in run(document)["tool"]["driver"]["rules"]}
    gravity = {
        id: (r["defaultConfiguration"]["level"], r["properties"]["security-severity"]) for id, r in rules.items()
    }
    assert gravity == {
        "root-origin": ("error", "9.0"), "unresolved-reference": ("warning", "5.5"), "hint": ("note", "1.0"),
    }  # fmt: skip
    assert rules["root-origin"]["helpUri"] == "https://law.example/section-1532"
    assert "helpUri" not in rules["hint"]
    assert "Name the model in the text" in rules["unresolved-reference"]["help"]["text"]
    assert {"security", "no-prc-root"} <= set(rules["root-origin"]["properties"]["tags"])


def test_a_rule_that_two_policies_share_is_one_rule_of_the_worst_level():
    two = [finding(1, verdict="review", policy="mild"), finding(2, policy="strict")]
    (rule,) = run(codebase(findings=two))["tool"]["driver"]["rules"]
    assert rule["defaultConfiguration"]["level"] == "error"
    assert {"mild", "strict"} <= set(rule["properties"]["tags"])


def test_an_incomplete_scan_did_not_succeed_and_says_what_it_lacks():
    (calling,) = run(crowded())["invocations"]
    assert calling["executionSuccessful"] is False
    told = [(each["descriptor"]["id"], each["level"]) for each in calling["toolExecutionNotifications"]]
    assert told == [("not-judged", "error")] * 2 + [("not-read", "warning")] * 3 + [("not-read", "note")]
    assert run(clean())["invocations"][0]["executionSuccessful"] is True
    assert run(clean())["invocations"][0]["toolExecutionNotifications"] == []


def test_two_code_bases_of_one_repository_are_two_categories():
    assert run(codebase())["automationDetails"]["id"] == "modelorigin/app/"
    assert run(codebase(root="."))["automationDetails"]["id"] == "modelorigin/"


def test_more_results_than_the_platform_takes_are_cut_from_the_mildest_and_that_is_said():
    many = [finding(n, verdict="review") for n in range(2, MOST + 4)]
    log = run(codebase(findings=[*many, finding(1)]))
    assert len(log["results"]) == MOST
    assert log["results"][0]["level"] == "error"
    (notice,) = log["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("3 results were left out")


def test_no_message_holds_a_link():
    for payload in (PAYLOADS["link"], PAYLOADS["picture"]):
        log = run(poisoned_by(payload))
        texts = [each["message"]["text"] for each in log["results"]]
        texts += [rule["help"]["text"] for rule in log["tool"]["driver"]["rules"]]
        texts += [each["message"]["text"] for each in log["invocations"][0]["toolExecutionNotifications"]]
        assert any("[x] (https://evil" in text or "[click] (java" in text for text in texts)
        assert not any("](" in text for text in texts)


def test_a_page_that_is_no_address_is_no_link():
    for page in ("javascript:alert(1)", "https://a.example/ x", "ftp://a.example", "https://a.example\\@evil.example"):
        (rule,) = run(codebase(findings=[finding(references=[page])]))["tool"]["driver"]["rules"]
        assert "helpUri" not in rule, page


def test_the_region_ends_where_the_reference_does():
    other = reference(line=20, column=3, text="acme/x")
    found = results(codebase(references=[other], findings=[finding(places=[place(20, 3), place(21, 3)])]))
    regions = [each["locations"][0]["physicalLocation"]["region"] for each in found]
    assert regions == [{"startLine": 20, "startColumn": 3, "endColumn": 9}, {"startLine": 21, "startColumn": 3}]
