"""Waivers: accepted findings stay, marked; what does not hold is told; what is malformed is refused."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from scanner import data
from scanner.errors import PolicyError
from scanner.policy import (
    By,
    Decision,
    Outcome,
    Verdict,
    Waiver,
    WaiverState,
    decision_document,
    judge,
    load_policy,
    load_waivers,
    read_policy,
    read_waivers,
    waivers_file,
)
from scanner.strictyaml import load
from tests.policy.facts import DAY, HEAD, descended, facts, model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ENTRY = """version: 1
waivers:
  - rule: root-origin
    model: acme/widget-7b
    reason: weights reviewed
    approver: security@acme.example
    ticket: RISK-12
    expires: 2026-12-31
"""


def decide(text: str, *, control: str | None = "CN", day: date = DAY) -> Decision:
    document = descended(model("org/base", origin__control=control))
    return judge(load_policy("no-prc-root"), document, as_of=day, waivers=read_waivers(text))


def state(decision: Decision) -> list[str]:
    return [use.state.value for use in decision.waivers]


def test_a_waived_finding_stays_marked_and_weighs_nothing() -> None:
    decision = decide(ENTRY)
    assert decision.verdict is Verdict.ALLOW
    (finding,) = [finding for finding in decision.findings if finding.rule == "root-origin"]
    assert finding.verdict is Verdict.DENY
    assert finding.waived_by is not None
    assert (finding.waived_by.ticket, finding.counts) == ("RISK-12", False)
    assert decision.outcomes["root-origin"] == Outcome.FAIL, "what is accepted is still wrong"
    assert state(decision) == ["applied"]


def test_a_waiver_covers_its_rule_alone() -> None:
    assert decide(ENTRY.replace("root-origin", "publisher-origin")).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("change", "verdict", "states"),
    [
        (("2026-12-31", "2026-11-23"), Verdict.ALLOW, ["applied"]),
        (("2026-12-31", "2026-11-22"), Verdict.DENY, ["expired"]),
        (("acme/widget-7b", "ACME/Widget-7B"), Verdict.ALLOW, ["applied"]),
        (("acme/widget-7b", "acme/widget-*"), Verdict.ALLOW, ["applied"]),
        (("acme/widget-7b", "acme/*"), Verdict.ALLOW, ["applied"]),
        (("acme/widget-7b", "'*/widget-7b'"), Verdict.ALLOW, ["applied"]),
        (("acme/widget-7b", "acme*"), Verdict.DENY, []),
        (("acme/widget-7b", "acme/widget-8b"), Verdict.DENY, []),
        (("root-origin", "gap"), Verdict.DENY, ["unused"]),
        (("root-origin", "no-such-rule"), Verdict.DENY, ["unused"]),
        (("reason:", f"revision: '{COMMIT}'\n    reason:"), Verdict.ALLOW, ["applied"]),
        (("reason:", f"revision: '{COMMIT[::-1]}'\n    reason:"), Verdict.DENY, ["other-revision"]),
        (("reason:", "outcome: fail\n    reason:"), Verdict.ALLOW, ["applied"]),
        (("reason:", "outcome: unknown\n    reason:"), Verdict.DENY, ["unused"]),
    ],
)
def test_when_a_waiver_holds(change: tuple[str, str], verdict: Verdict, states: list[str]) -> None:
    decision = decide(ENTRY.replace(*change))
    assert (decision.verdict, state(decision)) == (verdict, states)


def test_a_waiver_of_what_was_not_known_can_be_kept_from_hiding_what_is_known_later() -> None:
    text = ENTRY.replace("reason:", "outcome: unknown\n    reason:")
    assert decide(text, control=None).verdict is Verdict.ALLOW
    assert decide(text, control="CN").verdict is Verdict.DENY


def test_a_rule_that_may_not_be_waived_is_not() -> None:
    document = facts()
    document["lineage"]["models"][0]["state"] = "taken-over"
    waivers = read_waivers(ENTRY.replace("root-origin", "taken-over"))
    decision = judge(load_policy("baseline"), document, as_of=DAY, waivers=waivers)
    assert (decision.verdict, state(decision)) == (Verdict.DENY, ["not-waivable"])
    assert decision.findings[0].waived_by is None


def test_another_finding_is_not_covered_by_the_waiver_of_one() -> None:
    document = descended(model("org/base", origin__control="CN"))
    document["publisher"]["control"] = "CN"
    decision = judge(load_policy("no-prc-root"), document, as_of=DAY, waivers=read_waivers(ENTRY))
    assert decision.verdict is Verdict.DENY


def test_one_of_two_waivers_that_holds_is_enough() -> None:
    entry = ENTRY.split("waivers:\n")[1]
    decision = decide(ENTRY + entry.replace("2026-12-31", "2026-01-01").replace("RISK-12", "RISK-11"))
    assert (decision.verdict, state(decision)) == (Verdict.ALLOW, ["applied", "expired"])


def test_waivers_that_no_decision_used_are_told_at_the_end_of_a_run() -> None:
    waivers = read_waivers(ENTRY + ENTRY.split("waivers:\n")[1].replace("widget", "gadget"))
    document = descended(model("org/base", origin__control="CN"))
    decision = judge(load_policy("no-prc-root"), document, as_of=DAY, waivers=waivers)
    assert [waiver.model for waiver in waivers.unused(decision.waivers)] == ["acme/gadget-7b"]


def test_the_decision_document_tells_of_waivers() -> None:
    document = decision_document(decide(ENTRY))
    Draft7Validator(json.loads(data.text("schema/decision-v1.schema.json"))).validate(document)
    assert document["waivers"][0]["state"] == "applied"
    assert document["waivers_digest"] == read_waivers(ENTRY).digest
    (finding,) = [finding for finding in document["findings"] if finding["rule"] == "root-origin"]
    assert finding["waived_by"]["approver"] == "security@acme.example"


def test_without_waivers_the_document_says_so() -> None:
    document = decision_document(judge(load_policy("baseline"), facts(), as_of=DAY))
    assert (document["waivers"], document["waivers_digest"]) == ([], None)


def test_a_waiver_of_a_note_changes_no_verdict() -> None:
    text = HEAD + "rules: [{id: root-origin, title: t, when: {field: model.gated, eq: 'no'}, verdict: note}]"
    decision = judge(read_policy(text), facts(), as_of=DAY, waivers=read_waivers(ENTRY))
    assert (decision.verdict, state(decision)) == (Verdict.ALLOW, ["applied"])


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("    expires: 2026-12-31\n", ""), 3, "'expires' is missing"),
        (("    approver: security@acme.example\n", ""), 3, "'approver' is missing"),
        (("    ticket: RISK-12\n", ""), 3, "'ticket' is missing"),
        (("    reason: weights reviewed\n", ""), 3, "'reason' is missing"),
        (("    model: acme/widget-7b\n", ""), 3, "'model' is missing"),
        (("reason: weights reviewed", "reason: ''"), 5, "a text is expected"),
        (("expires: 2026-12-31", "expires: never"), 8, "'never' is not a day"),
        (("expires: 2026-12-31", "expires: 2026-02-30"), 8, "is not a day"),
        (("expires:", "expiry:"), 8, "unknown key 'expiry'"),
        (("rule: root-origin", "rule: '*'"), 3, "is not a name"),
        (("acme/widget-7b", "'*/*'"), 4, "names every model"),
        (("acme/widget-7b", "'*'"), 4, "names every model"),
        (("acme/widget-7b", "acme/**"), 4, "names no model"),
        (("acme/widget-7b", "acme/widget/7b"), 4, "names no model"),
        (("acme/widget-7b", "/widget"), 4, "names no model"),
        (("reason:", "revision: main\n    reason:"), 5, "is not a commit"),
        (("reason:", "revision: 1234567\n    reason:"), 5, "a text is expected"),
        (("reason:", "outcome: pass\n    reason:"), 5, "is not one of"),
        (("version: 1", "version: 3"), 1, "is not a known version"),
        (("waivers:", "waiver:"), 2, "unknown key 'waiver'"),
        ((ENTRY, ""), 1, "the waiver file is empty"),
        ((ENTRY, "version: 1\nwaivers: {}\n"), 2, "a list is expected"),
        ((ENTRY, "[]"), 1, "a mapping is expected"),
    ],
)
def test_a_malformed_waiver_file_is_refused(change: tuple[str, str], line: int, message: str) -> None:
    before, after = change
    assert before in ENTRY
    with pytest.raises(PolicyError) as caught:
        read_waivers(ENTRY.replace(before, after, 1), file="waivers.yaml")
    assert message in caught.value.message
    assert (caught.value.file, caught.value.line) == ("waivers.yaml", line)


def test_a_file_of_no_waivers_waives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text("version: 1\nwaivers: []\n")
    waivers = load_waivers(path)
    assert (waivers.entries, waivers.text) == ((), path.read_text())
    with pytest.raises(PolicyError, match="no such waiver file"):
        load_waivers(tmp_path / "gone.yaml")


def test_a_waiver_knows_the_line_it_stands_on() -> None:
    (waiver,) = read_waivers(ENTRY, file="w.yaml").entries
    assert (waiver.file, waiver.line) == ("w.yaml", 3)


def test_the_editor_schema_of_waivers_agrees() -> None:
    validator = Draft7Validator(json.loads(data.text("schema/waivers.schema.json")))
    Draft7Validator.check_schema(validator.schema)
    assert validator.is_valid(load(ENTRY).value)
    for before, after in [("expires:", "expiry:"), ("RISK-12", "''"), ("2026-12-31", "never"), ("root-", "Root ")]:
        assert not validator.is_valid(load(ENTRY.replace(before, after)).value), after


@given(
    st.lists(st.sampled_from([*ENTRY.splitlines(), "  - rule: x", "{", "null", "- ", "a: b", "&a", "\t"]), max_size=20)
)
def test_any_text_loads_or_is_refused_as_a_policy_error(lines: list[str]) -> None:
    with suppress(PolicyError):
        read_waivers("\n".join(lines))


def test_states_are_told_by_name() -> None:
    assert {state.value for state in WaiverState} == {"applied", "expired", "other-revision", "not-waivable", "unused"}


SCOPED = """\
version: 1
waivers:
  - rule: root-origin
    model: acme/widget-7b
    paths: ["experiments/**", src/*.py]
    reason: compared with, never served
    approver: security@acme.example
    owner: search team
    ticket: RISK-13
    expires: 2027-03-31
"""


def test_a_waiver_for_paths_holds_in_these_files_and_for_no_model_by_itself() -> None:
    (waiver,) = read_waivers(SCOPED).entries
    assert [waiver.within(path) for path in ("experiments/a/b.py", "src/app.py", "src/a/app.py", "src/app.pyc", "app.py")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert not waiver.names("acme/widget-7b")
    assert replace(waiver, paths=()).names("acme/widget-7b")
    places = (waiver.place, replace(waiver, line=0).place, replace(waiver, at="src/app.py:1").place)
    assert places == ("waivers:3", "waivers", "src/app.py:1")


def test_a_waiver_without_model_needs_paths_and_names_no_model() -> None:
    with pytest.raises(PolicyError, match="'model' is missing"):
        read_waivers(
            SCOPED.replace("    model: acme/widget-7b\n", "").replace('    paths: ["experiments/**", src/*.py]\n', "")
        )
    (waiver,) = read_waivers(SCOPED.replace("    model: acme/widget-7b\n", "    expression: args.model\n")).entries
    assert waiver.model is None
    assert waiver.expression == "args.model"
    assert not waiver.names("acme/widget-7b")


def test_a_waiver_of_a_model_and_of_an_expression_is_refused() -> None:
    with pytest.raises(PolicyError, match="about a model or about an expression"):
        read_waivers(SCOPED + "    expression: args.model\n")


@pytest.mark.parametrize("paths", ["[]", "[/etc/passwd]", "[../x]", "[./x]", "['a\\\\b']"])
def test_paths_that_are_none_of_a_code_base_are_refused(paths: str) -> None:
    with pytest.raises(PolicyError, match="path"):
        read_waivers(SCOPED.replace('["experiments/**", src/*.py]', paths))


@given(
    st.lists(
        st.builds(
            Waiver,
            rule=st.just("root-origin"),
            model=st.sampled_from(["acme/widget-7b", "acme/*"]),
            reason=st.text(min_size=1).filter(
                lambda text: bool(text.strip()) and "\x00" not in text and text.isprintable()
            ),
            approver=st.just("a"),
            ticket=st.just("t: 1 # no comment"),
            expires=st.dates(),
            owner=st.none() | st.just("NO"),
            paths=st.sampled_from([(), ("src/**",)]),
            by=st.sampled_from(list(By)),
            at=st.none() | st.just("src/app.py:1"),
        ),
        max_size=4,
    )
)
def test_waivers_that_are_written_are_read_back_as_they_were(waivers: list[Waiver]) -> None:
    waivers += [replace(one, model=None, expression="f'{x}'") for one in waivers if one.paths]
    read = read_waivers(waivers_file(waivers, "written by a test")).entries
    assert [replace(waiver, file="", line=0) for waiver in read] == waivers


@pytest.mark.parametrize(
    ("glob", "held", "others"),
    [
        ("src/**", ["src/a", "src/b/c"], ["src", "x/src/a"]),
        ("**/a.py", ["a.py", "x/a.py", "x/y/a.py"], ["ba.py", "a.py/x"]),
        ("src/**/a.*", ["src/a.py", "src/x/y/a.js"], ["src/x/b.py"]),
        ("*.py", ["a.py"], ["x/a.py"]),
        ("a**b", ["ab", "axxb"], ["a/b"]),
        ("[ab].py", ["[ab].py"], ["a.py"]),
        ("**", ["a", "a/b"], []),
    ],
)
def test_a_glob_of_paths_means_what_it_does_to_git(glob: str, held: list[str], others: list[str]) -> None:
    waiver = replace(read_waivers(ENTRY).entries[0], paths=(glob,))
    assert [path for path in held + others if waiver.within(path)] == held


def test_no_glob_takes_long() -> None:
    started = time.process_time()
    for glob in ("**/a/" * 20 + "b", "*a" * 60 + "b", "**/" * 200 + "b"):
        assert not replace(read_waivers(ENTRY).entries[0], paths=(glob,)).within("a/" * 200 + "a" * 200)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        ("naïve 模型", "naïve 模型"),
        ("a\x85b\u2028c", "a\\U00000085b\\U00002028c"),
        ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_a_sign_that_is_not_to_be_seen_is_written_by_its_number(reason: str, written: str) -> None:
    (waiver,) = read_waivers(SCOPED).entries
    text = waivers_file([replace(waiver, reason=reason)])
    assert f'reason: "{written}"' in text
    (again,) = read_waivers(text).entries
    assert again.reason == reason.replace("\ud800", "\N{REPLACEMENT CHARACTER}")
