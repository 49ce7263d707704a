"""The tests of policies are tests: they fail when the policy does, and a malformed one is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from scanner import data
from scanner.errors import PolicyError
from scanner.policy import load_policy, shipped
from scanner.policy import selftest as runner
from scanner.policy.fields import facts_shape, names
from scanner.policy.packs import shipped_text
from scanner.policy.written import read_text
from tests.policy.facts import HEAD

POLICY = HEAD + (
    "parameters: {denied: [CN]}\n"
    "rules: [{id: r, title: t, when: {field: publisher.control, in: $denied}, verdict: deny}]\n"
)
TESTS = """version: 1
policy: trial
as_of: 2026-11-23
tests:
  - name: a denied publisher
    facts: {publisher.control: CN}
    verdict: deny
    findings: {r: fail}
  - name: another publisher
    verdict: allow
    findings: {}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "trial.yaml").write_text(POLICY)
    (tmp_path / "tests" / "trial.yaml").write_text(TESTS)
    return tmp_path / "trial.yaml"


def run(policy: Path, change: tuple[str, str] = ("", "")) -> runner.TestReport:
    (policy.parent / "tests" / "trial.yaml").write_text(TESTS.replace(*change, 1))
    return runner.test_policy(policy)


@pytest.mark.parametrize("pack", shipped())
def test_every_pack_passes_its_own_tests(pack: str) -> None:
    report = runner.test_policy(pack)
    assert [(result.name, result.problems) for result in report.results if result.problems] == []
    assert report.passed
    assert report.results
    assert report.untested == (), "every rule is shown to fail and not to fail"


@pytest.mark.parametrize("pack", shipped())
def test_the_facts_of_the_tests_of_packs_are_facts_documents(pack: str) -> None:
    """Facts that were withheld on purpose apart: a test may say that anything is not known."""
    top = read_text(shipped_text("tests", f"{pack}.yaml") or "", pack, kind="test file")
    validator = Draft7Validator(json.loads(data.text("schema/facts-v1.schema.json")))
    for case in runner.read_tests(top, pack)[1]:
        errors = [e for e in validator.iter_errors(case.facts) if e.instance is not None]
        assert errors == [], case.name


def test_the_ordinary_document_and_the_examples_are_whole() -> None:
    schema = json.loads(data.text("schema/facts-v1.schema.json"))
    Draft7Validator(schema).validate(runner.example("facts"))
    document = runner.example("facts")
    assert set(names(facts_shape())) >= {"lineage.models.origin.control", "gaps.reason"}
    for kind in ("lineage.models", "lineage.edges", "lineage.unresolved", "lineage.contradictions", "lineage.hints",
                 "lineage.disputes", "files.weights", "files.hub_issues", "gaps", "evidence", "publisher.lists"):  # fmt: skip
        *parents, last = kind.split(".")
        record = document
        for key in parents:
            record = record[key]
        record[last] = [runner.example(kind)]
    Draft7Validator(schema).validate(document)
    assert runner.example("gaps") is not runner.example("gaps")


def test_a_good_test_passes(policy: Path) -> None:
    report = run(policy)
    assert (report.policy, report.passed, report.untested, len(report.results)) == ("trial", True, (), 2)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("verdict: deny", "verdict: review"), "the verdict is deny, expected review"),
        (("findings: {r: fail}", "findings: {r: unknown}"), "r: fail, expected unknown"),
        (("findings: {r: fail}", "findings: {}"), "r: fail, expected pass"),
        (("publisher.control: CN", "publisher.control: RU"), "r: pass, expected fail"),
        (("publisher.control: CN", "publisher.control: null"), "r: unknown, expected fail"),
        (("facts: {", "parameters: {denied: [RU]}\n    facts: {"), "r: pass, expected fail"),
    ],
)
def test_a_test_that_expects_something_else_fails(policy: Path, change: tuple[str, str], problem: str) -> None:
    report = run(policy, change)
    assert not report.passed
    assert problem in report.results[0].problems
    assert report.results[0].line == 5


def test_a_rule_without_a_test_of_either_kind_is_told(policy: Path) -> None:
    second = TESTS[TESTS.index("  - name: another") :]
    assert run(policy, (second, "")).untested == ("r",)
    first = TESTS[TESTS.index("  - name: a denied") : TESTS.index("  - name: another")]
    assert run(policy, (first, "")).untested == ("r",)


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("publisher.control: CN", "publisher.controll: CN"), 6, "no such field"),
        (("publisher.control: CN", "publishr.control: CN"), 6, "no such field"),
        (("publisher.control: CN", "gaps.reason: x"), 6, "no such field"),
        (("publisher.control: CN", "publisher.control: China"), 6, "'China' never occurs"),
        (("publisher.control: CN", "publisher.known: 1"), 6, "is not true or false"),
        (("publisher.control: CN", "publisher.flags: x"), 6, "a list is expected"),
        (("publisher.control: CN", "gaps: [{reazon: x}]"), 6, "no such field"),
        (("findings: {r: fail}", "findings: {x: fail}"), 8, "no rule is called 'x'"),
        (("findings: {r: fail}", "findings: {r: failed}"), 8, "is not one of"),
        (("verdict: deny", "verdict: note"), 7, "is not one of"),
        (("    verdict: deny\n", ""), 5, "'verdict' is missing"),
        (("policy: trial", "policy: other"), 2, "not the tests of trial"),
        ((TESTS[TESTS.index("tests:") :], "tests: []\n"), 4, "no tests"),
        (("version: 1", "version: 2"), 1, "not a known version"),
    ],
)
def test_a_malformed_test_is_told(policy: Path, change: tuple[str, str], line: int, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        run(policy, change)
    assert message in caught.value.message
    assert caught.value.line == line


def test_a_policy_without_tests_is_told(tmp_path: Path) -> None:
    (tmp_path / "trial.yaml").write_text(POLICY)
    with pytest.raises(PolicyError, match="has no tests"):
        runner.test_policy(tmp_path / "trial.yaml")
    with pytest.raises(PolicyError, match="no policy is called"):
        runner.test_policy("no-such-pack")


def test_the_list_of_all_models_follows_the_models(policy: Path) -> None:
    change = ("publisher.control: CN", "lineage.models: [{}, {id: org/base}]")
    (policy.parent / "tests" / "trial.yaml").write_text(TESTS.replace(*change))
    top = read_text((policy.parent / "tests" / "trial.yaml").read_text(), "t", kind="test file")
    case = runner.read_tests(top, policy)[1][0]
    assert case.facts["lineage"]["any"] == ["acme/widget-7b", "org/base"]
    assert load_policy(policy).name == "trial"
