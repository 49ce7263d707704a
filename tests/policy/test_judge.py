"""Judging: every rule answers, nothing unknown passes, and a finding says what, where, on which facts."""

from __future__ import annotations

import copy
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from scanner import data
from scanner.errors import PolicyError
from scanner.policy import Outcome, Verdict, decision_document, judge, load_policy, read_policy, shipped
from scanner.policy.fields import completed, facts_shape
from scanner.policy.selftest import example
from tests.policy.facts import DAY, HEAD, ask, descended, facts, leaves, model, put, rule, withheld

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from bench_policy import Documents

ROOT = "{field: origin.control, in: [CN]}"


def root_rule(*more: str) -> Any:
    return rule(ROOT, "foreach: lineage.roots", *more)


# -- a rule over a list


@pytest.mark.parametrize(
    ("controls", "outcome", "verdict"),
    [
        (["US"], "pass", Verdict.ALLOW),
        (["CN"], "fail", Verdict.DENY),
        ([None], "unknown", Verdict.REVIEW),
        (["US", "CN"], "fail", Verdict.DENY),
        (["US", None], "unknown", Verdict.REVIEW),
        ([None, "CN"], "fail", Verdict.DENY),
        ([], "not-applicable", Verdict.ALLOW),
    ],
)
def test_the_worst_item_is_the_answer(controls: list[str | None], outcome: str, verdict: Verdict) -> None:
    document = descended(*(model(f"org/m{n}", origin__control=c) for n, c in enumerate(controls)))
    document["lineage"]["roots"] = [f"org/m{n}" for n in range(len(controls))]
    decision = ask(root_rule(), document)
    assert (decision.outcomes["r"], decision.verdict) == (outcome, verdict)
    assert len(decision.findings) == sum(control in ("CN", None) for control in controls)


def test_a_list_that_is_not_known_is_unknown() -> None:
    decision = ask(root_rule(), facts(lineage__roots=None))
    assert (decision.outcomes["r"], decision.verdict) == (Outcome.UNKNOWN, Verdict.REVIEW)
    (finding,) = decision.findings
    assert finding.subject == "acme/widget-7b"


def test_of_lists_that_hold_nothing_no_rule_speaks() -> None:
    policy = rule("{field: transient, eq: false}", "foreach: gaps")
    none = ask(policy, facts(gaps=[]))
    assert (none.outcomes, none.verdict) == ({"r": Outcome.NOT_APPLICABLE}, Verdict.ALLOW)
    some = ask(policy, facts(gaps=[{**example("gaps"), "transient": False}]))
    assert (some.outcomes, some.verdict) == ({"r": Outcome.FAIL}, Verdict.DENY)


def test_a_group_may_name_a_model_the_lineage_does_not_describe() -> None:
    decision = ask(root_rule(), facts(lineage__roots=["gone/base"]))
    assert decision.outcomes["r"] == Outcome.UNKNOWN
    assert decision.findings[0].subject == "gone/base"


def test_a_model_in_two_joined_groups_is_told_once() -> None:
    document = descended(model("org/base", origin__control="CN"))
    document["lineage"]["components"] = ["org/base"]
    decision = ask(rule(ROOT, "foreach: [lineage.ancestors, lineage.components]"), document)
    assert [finding.subject for finding in decision.findings] == ["org/base"]


def test_one_known_group_answers_where_another_is_not_known() -> None:
    document = descended(model("org/base", origin__control="CN"))
    document["lineage"]["components"] = None
    decision = ask(rule(ROOT, "foreach: [lineage.ancestors, lineage.components]"), document)
    assert decision.outcomes["r"] == Outcome.FAIL
    assert {finding.outcome for finding in decision.findings} == {Outcome.FAIL, Outcome.UNKNOWN}


def test_a_group_is_asked_of_its_own_models_only() -> None:
    document = descended(model("org/tuned", origin__control="CN", root=False), model("org/base"))
    assert ask(root_rule(), document).outcomes["r"] == Outcome.PASS
    assert ask(rule(ROOT, "foreach: lineage.any"), document).outcomes["r"] == Outcome.FAIL
    assert ask(rule(ROOT, "foreach: lineage.models"), document).outcomes["r"] == Outcome.FAIL


def test_an_item_rule_may_read_the_document() -> None:
    policy = rule("{all: [{field: reason, eq: malformed}, {field: model.gated, eq: 'no'}]}", "foreach: gaps")
    document = facts()
    document["gaps"] = [
        {"subject": "a/b", "what": "x", "reason": "malformed", "transient": False, "at": "", "detail": ""}
    ]
    assert ask(policy, document).outcomes["r"] == Outcome.FAIL
    document["model"]["gated"] = "auto"
    assert ask(policy, document).outcomes["r"] == Outcome.PASS


# -- where


@pytest.mark.parametrize(
    ("gated", "control", "outcome"),
    [
        ("auto", "CN", "not-applicable"),
        ("no", "CN", "fail"),
        ("no", "US", "pass"),
        (None, "CN", "fail"),
        (None, None, "unknown"),
        (None, "US", "pass"),
    ],
)
def test_where_excuses_only_when_it_is_false(gated: str | None, control: str | None, outcome: str) -> None:
    policy = rule("{field: publisher.control, eq: CN}", "where: {field: model.gated, eq: 'no'}")
    assert ask(policy, facts(model__gated=gated, publisher__control=control)).outcomes["r"] == outcome


@pytest.mark.parametrize(
    ("where", "outcome"),
    [
        ("{field: model.hub, eq: starter}", "not-applicable"),
        ("{field: model.hub, eq: hf}", "unknown"),
        ("{field: model.gated, eq: 'no'}", "unknown"),
        ("{field: basis, exists: true}", "unknown"),
        ("{all: [{field: model.hub, eq: starter}, {field: depth, gt: 0}]}", "unknown"),
    ],
)
def test_of_a_list_that_is_not_known_only_the_document_excuses(where: str, outcome: str) -> None:
    document = facts(lineage__components=None, model__gated=None)
    assert ask(rule(ROOT, "foreach: lineage.components", f"where: {where}"), document).outcomes["r"] == outcome


# -- what a rule weighs


@pytest.mark.parametrize("word", ["note", "review", "deny"])
def test_a_rule_weighs_what_it_says(word: str) -> None:
    verdict = {"note": Verdict.ALLOW, "review": Verdict.REVIEW, "deny": Verdict.DENY}[word]
    text = HEAD + f"rules: [{{id: r, title: t, when: {{field: publisher.control, eq: CN}}, verdict: {word}}}]"
    failed = ask(read_policy(text), facts(publisher__control="CN"))
    assert (failed.verdict, failed.findings[0].verdict) == (verdict, verdict)
    unknown = ask(read_policy(text), facts(publisher__control=None))
    assert unknown.findings[0].verdict is min(verdict, Verdict.REVIEW), "unknown is a review, of a note a note"


def test_findings_stand_worst_first() -> None:
    rules = "\n".join(
        f"  - {{id: {id}, title: t, when: {{field: publisher.control, eq: CN}}, verdict: {word}}}"
        for id, word in [("a", "note"), ("b", "deny"), ("c", "review"), ("d", "deny")]
    )
    decision = ask(read_policy(f"{HEAD}rules:\n{rules}\n"), facts(publisher__control="CN"))
    assert [finding.rule for finding in decision.findings] == ["b", "d", "c", "a"]
    assert decision.verdict is Verdict.DENY


# -- status and days


@pytest.mark.parametrize("status", ["draft", "suspended"])
def test_a_rule_that_is_not_in_force_gives_notes(status: str) -> None:
    decision = ask(rule("{field: publisher.control, eq: CN}", f"status: {status}"), facts(publisher__control="CN"))
    assert decision.verdict is Verdict.ALLOW
    (finding,) = decision.findings
    assert (finding.verdict, finding.standing, finding.outcome) == (Verdict.ALLOW, status, Outcome.FAIL)


@pytest.mark.parametrize("status", ["draft", "suspended"])
def test_a_pack_that_is_not_in_force_weighs_when_it_is_asked_for_by_name(status: str) -> None:
    text = (
        f"{HEAD}status: {status}\nrules: [{{id: r, title: t, when: {{field: model.gated, eq: auto}}, verdict: deny}}]"
    )
    policy, document = read_policy(text), facts(model__gated="auto")
    assert judge(policy, document, as_of=DAY).verdict is Verdict.DENY
    quiet = judge(policy, document, as_of=DAY, enforce_draft=False)
    assert (quiet.verdict, quiet.findings[0].standing, quiet.status) == (Verdict.ALLOW, status, status)


@pytest.mark.parametrize(
    ("day", "outcome", "verdict", "standing"),
    [
        ("2026-06-29", "fail", Verdict.ALLOW, "from 2026-06-30"),
        ("2026-06-30", "fail", Verdict.DENY, "in force"),
        ("2027-06-30", "fail", Verdict.DENY, "in force"),
    ],
)
def test_a_rule_weighs_from_its_first_day_to_its_last(day: str, outcome: str, verdict: Verdict, standing: str) -> None:
    policy = rule("{field: publisher.control, eq: CN}", "effective: {from: 2026-06-30, until: 2027-06-30}")
    decision = ask(policy, facts(publisher__control="CN"), date.fromisoformat(day))
    assert (decision.outcomes["r"], decision.verdict) == (outcome, verdict)
    assert decision.findings[0].standing == standing


def test_a_policy_of_which_nothing_is_left_gives_no_decision() -> None:
    policy = rule("{field: publisher.control, eq: CN}", "effective: {until: 2027-06-30}")
    with pytest.raises(PolicyError, match="no rule is in effect on 2027-07-01"):
        ask(policy, facts(), date(2027, 7, 1))


def test_the_days_of_a_policy_bound_those_of_its_rules() -> None:
    text = f"{HEAD}effective: {{from: 2026-01-01, until: 2026-12-31}}\nrules:\n"
    for id, days in [("a", "{from: 2025-01-01}"), ("b", "{from: 2026-06-01}"), ("c", "{until: 2027-12-31}")]:
        text += (
            f"  - {{id: {id}, title: t, when: {{field: model.gated, eq: auto}}, verdict: deny, effective: {days}}}\n"
        )
    policy, document = read_policy(text), facts(model__gated="auto")
    early = ask(policy, document, date(2025, 6, 1))
    assert (early.verdict, {f.standing for f in early.findings}) == (
        Verdict.ALLOW, {"from 2026-01-01", "from 2026-06-01"},
    )  # fmt: skip
    with pytest.raises(PolicyError, match="no rule is in effect"):
        ask(policy, document, date(2027, 1, 1))


# -- what a finding says


def test_a_finding_names_the_leaf_the_value_the_way_and_the_sources() -> None:
    document = descended(model("org/tuned", root=False), model("org/base", 2, origin__control="CN"))
    base = document["lineage"]["models"][2]
    base["path"] = ["acme/widget-7b", "org/tuned", "org/base"]
    document["lineage"]["edges"] = [
        {"child": child, "parent": parent, "relation": "finetune", "role": "weights", "basis": "declared",
         "sources": [{"basis": "declared", "at": f"hf://{child}/README.md#base_model", "note": ""}]}
        for child, parent in [("acme/widget-7b", "org/tuned"), ("org/tuned", "org/base"), ("x/y", "z/w")]
    ]  # fmt: skip
    when = "{all: [{field: origin.control, in: [CN, RU]}, {not: {field: conduit, eq: true}}]}"
    policy = rule(when, "foreach: lineage.roots", 'message: "{path}: {origin.organisation} in {origin.control}"')
    (finding,) = ask(policy, document).findings
    assert finding.message == "acme/widget-7b → org/tuned → org/base: Acme Models in CN"
    assert (finding.subject, finding.path) == ("org/base", ("acme/widget-7b", "org/tuned", "org/base"))
    assert [(m.field, m.operator, m.wanted, m.value) for m in finding.matches] == [
        ("origin.control", "in", ("CN", "RU"), "CN"),
        ("conduit", "eq", True, False),
    ]
    assert finding.footnotes == (
        "control: https://acme.example/imprint (seen 2026-11-01)",
        "acme/widget-7b → org/tuned: declared: hf://acme/widget-7b/README.md#base_model",
        "org/tuned → org/base: declared: hf://org/tuned/README.md#base_model",
    )


def test_a_finding_about_a_gap_names_its_place_and_the_way_to_its_subject() -> None:
    document = descended(model("org/base"))
    document["gaps"] = [
        {"subject": "org/base", "what": "config.json", "reason": "malformed", "transient": False,
         "at": "hf://org/base/config.json", "detail": ""}
    ]  # fmt: skip
    (finding,) = ask(rule("{field: reason, eq: malformed}", "foreach: gaps"), document).findings
    assert (finding.subject, finding.at) == ("org/base", "hf://org/base/config.json")
    assert finding.path == ("acme/widget-7b", "org/base")


def test_a_finding_about_a_contradiction_names_both_sides() -> None:
    document = facts()
    document["lineage"]["contradictions"] = [
        {"kind": "base-mismatch", "subject": "acme/widget-7b", "message": "m",
         "sides": [{"says": "a/b", "basis": "declared", "at": "hf://x"}, {"says": "c/d", "basis": "observed", "at": "y"}]}
    ]  # fmt: skip
    (finding,) = ask(rule("{field: kind, eq: base-mismatch}", "foreach: lineage.contradictions"), document).findings
    assert finding.footnotes == ("a/b (declared): hf://x", "c/d (observed): y")


def test_a_finding_about_an_edge_names_every_source() -> None:
    document = descended(model("org/base"))
    document["lineage"]["edges"] = [
        {"child": "acme/widget-7b", "parent": "org/base", "relation": "merge", "role": "weights", "basis": "declared",
         "sources": [{"basis": "declared", "at": "hf://a", "note": ""}, {"basis": "stated", "at": "hf://b", "note": ""}]}
    ]  # fmt: skip
    (finding,) = ask(rule("{field: relation, eq: merge}", "foreach: lineage.edges"), document).findings
    assert finding.subject == "acme/widget-7b"
    assert finding.footnotes == ("declared: hf://a", "stated: hf://b")


def test_a_finding_about_a_dispute_names_its_source() -> None:
    document = facts()
    document["lineage"]["disputes"] = [
        {
            "subject": "acme/widget-7b",
            "against": "x/y",
            "verdict": "disputed",
            "note": "n",
            "source": "https://a.example",
        }
    ]
    (finding,) = ask(rule("{field: verdict, eq: disputed}", "foreach: lineage.disputes"), document).findings
    assert finding.footnotes == ("https://a.example",)


def test_what_could_not_be_determined_is_named() -> None:
    policy = rule("{any: [{field: publisher.control, eq: CN}, {field: publisher.parent_country, eq: CN}]}")
    (finding,) = ask(policy, facts(publisher__control=None)).findings
    assert finding.outcome == Outcome.UNKNOWN
    assert finding.message == (
        "wrong? Could not be determined for acme/widget-7b: publisher.control, publisher.parent_country"
    )


def test_a_rule_without_a_message_says_its_title() -> None:
    assert (
        ask(rule("{field: publisher.control, eq: CN}"), facts(publisher__control="CN")).findings[0].message == "wrong"
    )


# -- documents


def test_what_is_no_facts_document_is_refused() -> None:
    for document in ({}, {"schema": "modelorigin/facts/v2"}, {**facts(), "schema": None}):
        with pytest.raises(PolicyError, match="not a modelorigin/facts/v1 document"):
            judge(root_rule(), document, as_of=DAY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("publisher", None),
        ("publisher", []),
        ("publisher.control", ["CN"]),
        ("publisher.control", {"is": "CN"}),
        ("publisher.control", 7),
        ("lineage", None),
        ("lineage.models", None),
        ("lineage.models", {}),
        ("lineage.models", [None]),
        ("lineage.models", [{"id": "acme/widget-7b"}]),
        ("lineage.roots", "acme/widget-7b"),
        ("lineage.edges", None),
        ("model.downloads", "many"),
        ("files", None),
        ("gaps", [None]),
        ("gaps", ["config.json"]),
    ],
)
@pytest.mark.parametrize("pack", ["baseline", "no-prc-root", "strict"])
def test_what_has_another_shape_than_it_should_is_not_known(pack: str, name: str, value: Any) -> None:
    document = facts()
    put(document, name, value)
    decision = judge(load_policy(pack), document, as_of=DAY)
    assert Draft7Validator(json.loads(data.text("schema/decision-v1.schema.json"))).is_valid(
        decision_document(decision)
    )
    policy = rule(f"{{field: {name}, exists: false}}") if name == "publisher.control" and value != 7 else None
    if policy:
        assert ask(policy, document).outcomes["r"] == Outcome.FAIL


@pytest.mark.parametrize("value", [{}, "", 0, False, {"a": 1}, "CN"])
@pytest.mark.parametrize(
    "policy",
    [
        rule("{field: family, eq: x}", "foreach: lineage.hints"),
        rule("{field: id, eq: x}", "foreach: lineage.roots"),
        rule("{field: id, eq: x}", "foreach: lineage.models"),
        rule("{field: publisher.flags, eq: x}"),
        rule("{field: publisher.lists.id, eq: x}"),
    ],
    ids=["lineage.hints", "lineage.roots", "lineage.models", "publisher.flags", "publisher.lists"],
)
def test_what_should_be_a_list_and_is_none_is_not_an_empty_one(
    policy: Any, value: Any, request: pytest.FixtureRequest
) -> None:
    document = facts()
    put(document, request.node.callspec.id.split("-")[0], value)
    assert ask(policy, document).outcomes["r"] == Outcome.UNKNOWN


def test_a_document_of_an_earlier_release_lacks_what_came_later() -> None:
    document = facts()
    del document["publisher"]["control"], document["lineage"]["components"], document["card"]
    del document["lineage"]["models"][0]["origin"]["control"]
    decision = ask(load_policy("no-prc-root"), document)
    assert decision.verdict is Verdict.REVIEW
    assert decision.outcomes["publisher-origin-unknown"] is Outcome.FAIL
    assert decision.outcomes["component-origin"] is Outcome.UNKNOWN


@pytest.mark.parametrize("missing", ["model", "lineage", "files", "gaps", "evidence", "license"])
def test_a_document_without_a_whole_part_is_judged_on_the_rest(missing: str) -> None:
    document = facts(publisher__control="CN")
    del document[missing]
    decision = ask(rule("{field: publisher.control, eq: CN}"), document)
    assert (decision.verdict, len(decision.findings)) == (Verdict.DENY, 1)
    assert ask(load_policy("no-prc-root"), document).verdict is Verdict.DENY


@pytest.mark.parametrize("footnotes", [None, [None], [{}], "x", ["x"]])
def test_sources_of_another_shape_take_nothing_from_a_finding(footnotes: Any) -> None:
    document = descended(model("org/base", origin__control="CN", origin__footnotes=footnotes))
    document["lineage"]["edges"] = [None, {"child": "acme/widget-7b", "parent": "org/base"}]
    (finding,) = ask(root_rule(), document).findings
    assert finding.subject == "org/base"


def test_completing_a_document_that_lacks_nothing_changes_nothing() -> None:
    document = facts()
    assert completed(facts_shape(), document) == document


def test_judging_changes_nothing_and_answers_alike(documents: list[dict[str, Any]]) -> None:
    policy = load_policy("strict")
    for document in documents[:20]:
        before = copy.deepcopy(document)
        first, second = (judge(policy, document, as_of=DAY) for _ in range(2))
        assert decision_document(first) == decision_document(second)
        assert document == before


# -- what holds for every pack and every document


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    made = iter(Documents(seed=7))
    return [next(made) for _ in range(150)]


def test_the_documents_of_the_benchmark_are_facts_documents(documents: list[dict[str, Any]]) -> None:
    validator = Draft7Validator(json.loads(data.text("schema/facts-v1.schema.json")))
    for document in documents:
        validator.validate(document)
    assert {ask(load_policy("no-prc-root"), document).verdict for document in documents} == set(Verdict)


@pytest.mark.parametrize("pack", shipped())
def test_the_verdict_is_the_worst_finding(pack: str, documents: list[dict[str, Any]]) -> None:
    policy = load_policy(pack)
    for document in documents:
        decision = judge(policy, document, as_of=DAY)
        assert decision.verdict == max((finding.verdict for finding in decision.findings), default=Verdict.ALLOW)
        told = {finding.rule for finding in decision.findings}
        assert told == {rule for rule, outcome in decision.outcomes.items() if outcome in ("fail", "unknown")}


@pytest.mark.parametrize("pack", shipped())
def test_decisions_are_valid_documents(pack: str, documents: list[dict[str, Any]]) -> None:
    validator = Draft7Validator(json.loads(data.text("schema/decision-v1.schema.json")))
    policy = load_policy(pack)
    for document in documents[:25]:
        decision = decision_document(judge(policy, document, as_of=DAY))
        validator.validate(decision)
        assert json.loads(json.dumps(decision)) == decision


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(shipped()), st.integers(0, 149), st.data())
def test_withholding_a_fact_never_makes_a_pass(
    documents: list[dict[str, Any]], pack: str, number: int, draw: st.DataObject
) -> None:
    """A denied model is never allowed by knowing less, and one to be looked at is never allowed without a word."""
    policy, document = load_policy(pack), documents[number]
    before = judge(policy, document, as_of=DAY)
    paths = [
        path for path in leaves(document) if path[0] not in ("schema", "model") or (len(path) == 2 and path[1] != "id")
    ]
    for path in draw.draw(st.lists(st.sampled_from([p for p in paths if p != ("schema",)]), min_size=20, max_size=40)):
        after = judge(policy, withheld(document, path), as_of=DAY)
        assert max((finding.verdict for finding in after.findings), default=Verdict.ALLOW) is after.verdict
        if before.verdict is Verdict.DENY:
            assert after.verdict >= Verdict.REVIEW, path
        if before.verdict is Verdict.REVIEW and after.verdict is Verdict.ALLOW:
            assert after.findings, path


@pytest.mark.parametrize("pack", shipped())
def test_nothing_known_at_all_is_never_a_pass(pack: str) -> None:
    document = completed(facts_shape(), {"schema": "modelorigin/facts/v1"})
    decision = judge(load_policy(pack), document, as_of=DAY)
    assert decision.verdict >= Verdict.REVIEW
    assert Outcome.PASS not in {decision.outcomes[finding.rule] for finding in decision.findings}


def test_remembering_answers_changes_none(documents: list[dict[str, Any]]) -> None:
    """A policy read anew for each document remembers nothing, and answers the same."""
    kept = load_policy("no-prc-root")
    for document in documents[:40]:
        fresh = judge(load_policy("no-prc-root"), document, as_of=DAY)
        assert decision_document(fresh) == decision_document(judge(kept, document, as_of=DAY))


def test_a_full_memory_changes_no_answer(documents: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [decision_document(judge(load_policy("strict"), document, as_of=DAY)) for document in documents[:20]]
    monkeypatch.setattr("scanner.policy.sections.MAX_REMEMBERED", 0)
    full = load_policy("strict")
    assert [decision_document(judge(full, document, as_of=DAY)) for document in documents[:20]] == expected


def test_a_policy_is_asked_for_one_day_at_a_time() -> None:
    policy = rule("{field: model.created_at, older_than: 30}")
    document = facts(model__created_at="2026-01-01T00:00:00Z")
    days = [date(2026, 1, 1) + timedelta(number) for number in range(100)]
    assert [ask(policy, document, day).outcomes["r"] for day in days].count(Outcome.FAIL) == 69


def test_the_rules_that_weigh_are_those_of_the_findings_that_count() -> None:
    document = descended(model("org/base", origin__control="CN", license__status="none"))
    document["files"]["remote_code"] = True
    for pack in ("no-prc-root", "baseline", "integrity", "us-dod-contractor"):
        decision = ask(load_policy(pack), document)
        counted = [f.rule for f in decision.findings if f.counts]
        assert set(decision.weighing) == set(counted)
        assert decision.weighing
        assert decision.weighing[0] in {f.rule for f in decision.findings if f.verdict is decision.verdict}
