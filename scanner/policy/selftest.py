"""The tests of a policy: facts in, findings out. A test says what it changes of an ordinary model, and nothing else.

::

    version: 1
    policy: no-prc-root
    as_of: 2026-11-23
    tests:
      - name: a root from a denied country is denied behind any publisher
        facts:
          lineage.models:
            - {}
            - {id: gizmo/gizmo-7b, origin.control: CN}
          lineage.roots: [gizmo/gizmo-7b]
        verdict: deny
        findings: {root-origin: fail}

A key of ``facts`` is a name of the facts document; a record in a list starts as the example of its kind, and
``lineage.any`` follows ``lineage.models``. ``findings`` are all rules that fail or are unknown, no more and no fewer.
``parameters`` and ``as_of`` may be set for one test.
The tests of ``NAME.yaml`` are in ``tests/NAME.yaml`` beside it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from scanner.errors import PolicyError
from scanner.policy import packs
from scanner.policy.decision import Decision
from scanner.policy.fields import Shape, did_you_mean, facts_shape, fits
from scanner.policy.judge import judge
from scanner.policy.language import Misfit, Outcome, Verdict
from scanner.policy.loader import load_policy
from scanner.policy.rule import Policy
from scanner.policy.written import Written, read_file, read_text
from scanner.strictyaml import load

_TELLING = (Outcome.FAIL, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Case:
    """One test as read. ``facts`` is the whole document, ``findings`` maps rules to the outcome they must have."""

    name: str
    line: int
    as_of: date
    parameters: Mapping[str, Any]
    facts: Mapping[str, Any]
    verdict: Verdict
    findings: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """``problems`` say what came out otherwise; none: the test passed."""

    name: str
    line: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestReport:
    """``untested`` are the policy's own rules of which no test shows that they fail, or none that they do not."""

    __test__ = False

    policy: str
    file: str
    results: tuple[CaseResult, ...]
    untested: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not any(result.problems for result in self.results)


def test_policy(source: str | Path) -> TestReport:
    """Run the tests of a shipped pack, by name, or of a policy file, by path.

    Raises:
        PolicyError: there are no tests, or the policy or its tests are malformed.
    """
    top = _tests(source)
    policy, cases = read_tests(top, source)
    results: list[CaseResult] = []
    seen: dict[str, set[Outcome]] = {}
    for case in cases:
        judged = load_policy(source, overrides=case.parameters) if case.parameters else policy
        decision = judge(judged, case.facts, as_of=case.as_of)
        results.append(CaseResult(case.name, case.line, tuple(_problems(case, decision))))
        for rule, outcome in decision.outcomes.items():
            seen.setdefault(rule, set()).add(outcome)
    own = [rule.id for rule in policy.rules if rule.pack == policy.name]
    quiet = {Outcome.PASS, Outcome.NOT_APPLICABLE}
    untested = tuple(id for id in own if Outcome.FAIL not in seen.get(id, ()) or not quiet & seen[id])
    return TestReport(policy.name, top.file, tuple(results), untested)


# The name would make a test runner take it for a test where it is imported.
test_policy.__dict__["__test__"] = False


def _tests(source: str | Path) -> Written:
    found = packs.find(source)
    if found.folder is None:
        file = f"tests/{found.file}"
        text = packs.shipped_text("tests", found.file)
    else:
        beside = found.folder / "tests" / Path(found.file).name
        file = str(beside)
        text = read_file(beside, kind="test file") if beside.is_file() else None
    if text is None:
        raise PolicyError("the policy has no tests", file=found.file, hint=f"write them into {file}")
    return read_text(text, file, kind="test file")


def read_tests(top: Written, source: str | Path) -> tuple[Policy, tuple[Case, ...]]:
    """The policy under test and its cases.

    Raises:
        PolicyError: with file and line.
    """
    entries = top.entries(("version", "policy", "as_of", "tests"), ("version", "policy", "as_of", "tests"))
    policy = load_policy(source)
    if entries["policy"].value != policy.name:
        raise entries["policy"].fail(f"these are not the tests of {policy.name}")
    day = entries["as_of"].day()
    cases = tuple(_case(item, policy, day) for item in entries["tests"].items())
    if not cases:
        raise entries["tests"].fail("no tests")
    return policy, cases


def _case(written: Written, policy: Policy, day: date) -> Case:
    allowed = ("name", "as_of", "parameters", "facts", "verdict", "findings")
    entries = written.entries(allowed, ("name", "verdict", "findings"))
    findings = {}
    for rule, expected in entries["findings"].entries().items():
        if policy.rule(rule) is None:
            raise expected.fail(f"no rule is called {rule!r}", did_you_mean(rule, [r.id for r in policy.rules]))
        findings[rule] = Outcome(expected.word(_TELLING))
    as_of = entries["as_of"].day() if "as_of" in entries else day
    facts = example("facts")
    facts["as_of"] = as_of.isoformat()
    changes = entries["facts"].entries() if "facts" in entries else {}
    for name, value in changes.items():
        _put(facts, facts_shape(), name, value, name)
    if facts["lineage"]["models"] and "lineage.any" not in changes:
        facts["lineage"]["any"] = [model["id"] for model in facts["lineage"]["models"]]
    return Case(
        name=entries["name"].text(),
        line=written.document.line(written.at),
        as_of=as_of,
        parameters=entries["parameters"].value if "parameters" in entries else {},
        facts=facts,
        verdict=Verdict[entries["verdict"].word([str(v) for v in Verdict]).upper()],
        findings=findings,
    )


def _problems(case: Case, decision: Decision) -> list[str]:
    found = {rule: outcome for rule, outcome in decision.outcomes.items() if outcome in _TELLING}
    problems = []
    if decision.verdict is not case.verdict:
        problems.append(f"the verdict is {decision.verdict}, expected {case.verdict}")
    for rule in sorted({*found, *case.findings}):
        is_, expected = found.get(rule, Outcome.PASS), case.findings.get(rule, Outcome.PASS)
        if is_ is not expected:
            problems.append(f"{rule}: {is_}, expected {expected}")
    return problems


@cache
def _examples() -> Any:
    text = packs.shipped_text("tests", "facts.yaml") or ""
    return load(text, file="tests/facts.yaml", error=PolicyError).value


def example(kind: str) -> Any:
    """A fresh copy of the ordinary facts document (``facts``), or of the example of a list's records (``gaps``)."""
    examples = _examples()
    return copy.deepcopy(examples["facts"] if kind == "facts" else examples["items"].get(kind, {}))


def _put(record: dict[str, Any], shape: Shape, name: str, written: Written, place: str) -> None:
    """Set the field ``name`` of a record, which the schema must know; ``place`` is the record's list in ``items``."""
    *parents, last = name.split(".")
    for key in parents:
        if key not in shape.fields or shape.fields[key].kind != "object":
            raise written.fail("the facts document has no such field", did_you_mean(key, tuple(shape.fields)))
        record, shape = record[key], shape.fields[key]
    if last not in shape.fields:
        raise written.fail("the facts document has no such field", did_you_mean(last, tuple(shape.fields)))
    record[last] = _value(shape.fields[last], written, place)


def _value(shape: Shape, written: Written, place: str) -> Any:
    if written.value is None:
        # Any fact may be withheld in a test: what a policy makes of that is the point.
        return None
    if shape.kind == "list" and shape.items is not None:
        if shape.items.kind == "object":
            return [_record(shape.items, item, place) for item in written.items()]
        return [_value(shape.items, item, place) for item in written.items()]
    try:
        return fits(shape, written.value)
    except Misfit as error:
        raise written.misfit(error) from error


def _record(shape: Shape, written: Written, place: str) -> dict[str, Any]:
    record: dict[str, Any] = example(place)
    for name, value in written.entries().items():
        _put(record, shape, name, value, f"{place}.{name}")
    return record
