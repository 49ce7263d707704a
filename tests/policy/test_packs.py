"""The packs that ship: cited, checked against the tables, and true to what they promise of well-known cases."""

from __future__ import annotations

import json
import pickle
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from scanner import data
from scanner.errors import PolicyError
from scanner.origin import Registry, origin_document
from scanner.policy import Decision, Outcome, Verdict, editor, explain, judge, load_policy, read_policy, shipped
from scanner.policy.conditions import AllOf, AnyOf, Condition, Leaf, Not
from scanner.policy.editor import editor_schema
from scanner.policy.language import Scalar
from scanner.policy.operators import OPERATORS
from scanner.policy.packs import shipped_text
from scanner.policy.rule import Rule
from scanner.strictyaml import load
from tests.policy.facts import DAY, HEAD, descended, facts, model

PROMISED = {
    "baseline", "strict", "no-prc-root", "trusted-publishers", "integrity", "us-dod-contractor", "us-federal-civilian",
    "eu-gpai-deployer", "sovereignty",
}  # fmt: skip
REGISTRY = Registry.shipped()
SCHEMA = json.loads(data.text("schema/policy.schema.json"))


def parsed(pack: str) -> Any:
    return load(shipped_text(f"{pack}.yaml") or "").value


def leaves(condition: Condition | None) -> list[Leaf]:
    match condition:
        case Leaf():
            return [condition]
        case Not(part=part):
            return leaves(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return [leaf for part in parts for leaf in leaves(part)]
    return []


def test_the_promised_packs_ship() -> None:
    assert set(shipped()) >= PROMISED


@pytest.mark.parametrize("pack", shipped())
def test_a_pack_is_named_like_its_file_and_every_rule_is_cited(pack: str) -> None:
    policy = load_policy(pack)
    assert policy.name == pack
    assert policy.description
    for rule in policy.rules:
        assert rule.references, rule.id
        assert rule.message.parts, rule.id
    assert set(policy.references) == {reference for rule in policy.rules for reference in rule.references}


@pytest.mark.parametrize("pack", shipped())
def test_a_pack_is_valid_for_an_editor(pack: str) -> None:
    assert list(Draft7Validator(SCHEMA).iter_errors(parsed(pack))) == []


@pytest.mark.parametrize("place", ["us", "de", "UK", "Germany", "EU,germany"])
def test_a_place_that_no_licence_could_name_is_refused_and_no_pass(place: str) -> None:
    with pytest.raises(PolicyError, match="never occurs"):
        load_policy("license-territory", overrides={"deployment": place, "seat": "US"})
    assert load_policy("license-territory", overrides={"deployment": "US,DE", "seat": "GB"})


def lists_named(rule: Rule) -> set[Scalar]:
    """The ids of lists that a rule asks for."""
    found: set[Scalar] = set()
    for leaf in [*leaves(rule.when), *leaves(rule.where)]:
        of_an_entry = rule.over is not None and rule.over.names == ("publisher.lists",) and leaf.field.name == "id"
        if (leaf.field.name.endswith("lists.id") or of_an_entry) and isinstance(leaf.wanted, tuple):
            found |= set(leaf.wanted)
    return found


def test_a_list_that_a_rule_names_is_in_the_table_and_somebody_is_on_it() -> None:
    """A rule about a list that no publisher is on would never speak."""
    table = set(data.whole("lists.yaml"))
    taken = {entry["id"] for record in data.whole("publishers.yaml").values() for entry in record.get("lists", ())}
    named = {rule.id: lists_named(rule) for pack in shipped() for rule in load_policy(pack).rules}
    assert {"covered-publisher", "military-list-direct", "sanctions", "adverse-evaluation"} <= {
        id for id, lists in named.items() if lists
    }
    for id, lists in named.items():
        assert lists <= table & taken, id


def test_reasons_that_rules_name_exist() -> None:
    """The facts schema leaves reasons open; a misspelt one would never match."""
    from scanner.errors import Reason

    known = {reason.value for reason in Reason} | {"read"}
    for pack in shipped():
        for rule in load_policy(pack).rules:
            for leaf in [*leaves(rule.when), *leaves(rule.where)]:
                if leaf.field.name in ("reason", "state") and leaf.operator != "glob":
                    wanted = leaf.wanted if isinstance(leaf.wanted, tuple) else (leaf.wanted,)
                    assert set(wanted) <= known, rule.id


def test_no_country_stands_in_the_code() -> None:
    import scanner.policy

    for path in Path(scanner.policy.__file__).parent.glob("*.py"):
        code = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.S)
        assert not re.search(r'"(CN|US|RU|HK|EU)"', code), path.name


# -- the schema for editors


def test_the_schema_that_ships_is_the_one_the_vocabulary_makes(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed by ``python -m scanner.policy.editor``."""
    Draft7Validator.check_schema(SCHEMA)
    assert editor_schema() == SCHEMA
    runpy.run_path(editor.__file__, run_name="__main__")
    assert json.loads(capsys.readouterr().out) == SCHEMA
    leaf = SCHEMA["definitions"]["condition"]["anyOf"][3]
    assert set(leaf["properties"]) == {"field", *OPERATORS}


TYPOS = [
    ("title: t\n", "titel: t\n"),
    ("verdict: deny", "verdict: denied"),
    ("verdict: deny", "severity: deny"),
    ("when:", "wen:"),
    ("field: publisher.control", "field: publisher.controll"),
    ("in: [CN]", "inn: [CN]"),
    ("in: [CN]", "in: []"),
    ("in: [CN]", "in: [CN], eq: CN"),
    (", in: [CN]", ""),
    ("{field: publisher.control, in: [CN]}", "{all: []}"),
    ("{field: publisher.control, in: [CN]}", "{any: []}"),
    ("{field: publisher.control, in: [CN]}", "[]"),
    ("{field: publisher.control, in: [CN]}", "{not: []}"),
    ("id: r", "id: R 1"),
    ("verdict: deny", "unknown: pass, verdict: deny"),
    ("verdict: deny", "waivable: maybe, verdict: deny"),
    ("verdict: deny", "foreach: lineage.rots, verdict: deny"),
    ("verdict: deny", "foreach: [lineage.roots, gaps], verdict: deny"),
    ("verdict: deny", "status: active, verdict: deny"),
    ("verdict: deny", "effective: {since: 2026-01-01}, verdict: deny"),
    ("verdict: deny", "effective: {from: yesterday}, verdict: deny"),
    ("verdict: deny", 'message: "{", verdict: deny'),
    ("version: 1", "version: 2"),
    ("rules:", "rulez:"),
    ("rules: ", "extends: []\nrules: "),
    ("title: a trial", "title: a trial\noverride: {gap: {verdict: allow}}"),
    ("title: a trial", "title: a trial\noverride: {gap: {}}"),
    ("title: a trial", "title: a trial\nstatus: live"),
]


@pytest.mark.parametrize("typo", TYPOS, ids=lambda typo: typo[1].strip())
def test_an_editor_and_the_loader_refuse_the_same_typos(typo: tuple[str, str]) -> None:
    from scanner.errors import PolicyError

    good = HEAD + "rules: [{id: r, title: t, when: {field: publisher.control, in: [CN]}, verdict: deny}]\n"
    assert Draft7Validator(SCHEMA).is_valid(load(good).value)
    assert read_policy(good)
    before, after = typo
    bad = good.replace(before, after) if before in good else good.replace(before.strip(), after.strip())
    assert bad != good
    assert not Draft7Validator(SCHEMA).is_valid(load(bad).value)
    with pytest.raises(PolicyError):
        read_policy(bad)


# -- cases everybody knows


def no_prc_root(document: dict[str, Any], overrides: str = "") -> Decision:
    if not overrides:
        return judge(load_policy("no-prc-root"), document, as_of=DAY)
    policy = read_policy(f"{HEAD}extends: [no-prc-root]\noverride: {overrides}\n")
    return judge(policy, document, as_of=DAY)


def published_in_china_on_an_american_root() -> dict[str, Any]:
    document = descended(model("meta-llama/Llama-3.1-8B"))
    document["model"]["id"] = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    document["publisher"] = {**document["publisher"], "control": "CN"}
    document["lineage"]["models"][0]["origin"] = document["publisher"]
    return document


def test_the_verdict_on_a_chinese_publisher_with_an_american_root_follows_the_scope_the_policy_names() -> None:
    document = published_in_china_on_an_american_root()
    whole = no_prc_root(document)
    assert whole.verdict is Verdict.DENY
    assert (whole.outcomes["publisher-origin"], whole.outcomes["root-origin"]) == (Outcome.FAIL, Outcome.PASS)
    roots_alone = no_prc_root(
        document, "{publisher-origin: {disabled: roots alone}, ancestor-origin: {disabled: roots alone}}"
    )
    assert roots_alone.verdict is Verdict.ALLOW


def published_by(namespace: str, maker: str = "") -> dict[str, Any]:
    """The ordinary document, published under ``namespace`` with all the registry knows; ``maker`` made the weights."""
    document = facts(publisher=origin_document(REGISTRY.attribute(namespace, DAY)))
    document["lineage"]["models"][0]["origin"] = origin_document(REGISTRY.attribute(maker or namespace, DAY))
    return document


NAMED = {
    "us-state-devices": "banned-developer",
    "evaluation-gate": "adverse-evaluation",
    "us-dod-contractor": "covered-lineage",
}


@pytest.mark.parametrize("pack", sorted(NAMED))
def test_a_developer_that_laws_name_is_found_and_its_namesakes_are_not(pack: str) -> None:
    def answer(document: dict[str, Any]) -> Outcome:
        return judge(load_policy(pack), document, as_of=DAY).outcomes[NAMED[pack]]

    assert answer(published_by("deepseek-ai")) is Outcome.FAIL
    assert answer(published_by("deepseek-community", maker="deepseek-ai")) is Outcome.FAIL
    assert answer(published_by("deepseek-community")) is Outcome.PASS
    assert answer(published_by("mistralai")) is Outcome.PASS


def test_a_taken_over_base_is_denied_whatever_the_policy() -> None:
    document = descended(model("org/base", state="taken-over"))
    for pack in shipped():
        decision = judge(load_policy(pack), document, as_of=DAY)
        assert decision.outcomes["taken-over"] == Outcome.FAIL
        assert decision.verdict is Verdict.DENY, pack


def test_a_catalogue_without_files_is_looked_at_by_baseline_and_answers_about_origin() -> None:
    document = facts(
        model__hub="starter", model__revision=None, model__disabled=None, model__depth="listing", files__formats=None,
        files__pickle=None, files__remote_code=None, files__hub_issues=None, files__hub_scan_done=None,
    )  # fmt: skip
    document["gaps"] = [
        {"subject": "acme/widget-7b", "what": "files", "reason": "not-held", "transient": False, "at": "", "detail": ""}
    ]
    baseline = judge(load_policy("baseline"), document, as_of=DAY)
    assert [(f.rule, f.verdict) for f in baseline.findings] == [("files-unread", Verdict.REVIEW)]
    origin = judge(load_policy("no-prc-root"), document, as_of=DAY)
    assert [(f.rule, f.verdict) for f in origin.findings] == [("files-unread", Verdict.ALLOW)]
    document["lineage"]["models"][0]["origin"]["control"] = "CN"
    assert judge(load_policy("no-prc-root"), document, as_of=DAY).verdict is Verdict.DENY


def test_strict_refuses_whatever_the_packs_it_extends_refuse() -> None:
    strict = {rule.id: rule for rule in load_policy("strict").rules}
    for pack in ("baseline", "known-lineage", "integrity"):
        for rule in load_policy(pack).rules:
            assert strict[rule.id].verdict >= rule.verdict, rule.id
            assert strict[rule.id].unknown >= min(rule.unknown, Verdict.REVIEW), rule.id


def test_drafts_and_bills_give_notes_until_they_are_put_in_force() -> None:
    document = facts(publisher__control="FR")
    document["lineage"]["models"][0]["origin"]["control"] = "FR"
    assert judge(load_policy("us-federal-civilian"), document, as_of=DAY).verdict is Verdict.ALLOW
    text = f"{HEAD}extends: [us-federal-civilian]\noverride: {{american-publisher: {{status: in-force}}}}\n"
    assert judge(read_policy(text), document, as_of=DAY).verdict is Verdict.DENY


@pytest.mark.parametrize("pack", shipped())
def test_a_policy_can_be_sent_to_another_process(pack: str) -> None:
    policy = load_policy(pack)
    sent = pickle.loads(pickle.dumps(policy))
    assert (sent.name, sent.digest, sent.parameters, sent.disabled) == (
        policy.name, policy.digest, policy.parameters, policy.disabled
    )  # fmt: skip
    assert [rule.id for rule in sent.rules] == [rule.id for rule in policy.rules]
    assert explain(sent) == explain(policy)
