"""Policies that extend others, override their rules and set their parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.errors import PolicyError
from scanner.policy import Policy, Status, Verdict, load_policy, read_policy
from tests.policy.facts import HEAD, ask, facts

BASE = """version: 1
name: ground
title: the ground
parameters: {denied: [CN], days: 90, strict: true, word: main}
rules:
  - id: origin
    title: origin
    when: {field: publisher.control, in: $denied}
    verdict: deny
  - id: age
    title: age
    when: {all: [{field: model.created_at, older_than: $days}, {field: model.pinned, eq: $strict}]}
    verdict: review
    unknown: deny
  - id: branch
    title: branch
    when: {field: model.requested_revision, eq: $word}
    verdict: note
  - id: safe
    title: safe
    when: {field: files.pickle, eq: true}
    verdict: deny
    waivable: false
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ground.yaml").write_text(BASE)
    return tmp_path


def child(folder: Path, text: str, name: str = "child", extends: str = "[./ground.yaml]") -> Policy:
    path = folder / f"{name}.yaml"
    path.write_text(f"version: 1\nname: {name}\ntitle: {name}\nextends: {extends}\n{text}")
    return load_policy(path)


def complaint(folder: Path, text: str, **more: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        child(folder, text, **more)
    return caught.value


def test_rules_are_taken_as_they_are_and_own_rules_come_after(folder: Path) -> None:
    own = "rules:\n  - {id: own, title: own, when: {field: model.gated, eq: manual}, verdict: note}\n"
    policy = child(folder, own)
    assert [(rule.id, rule.pack) for rule in policy.rules] == [
        ("origin", "ground"), ("age", "ground"), ("branch", "ground"), ("safe", "ground"), ("own", "child"),
    ]  # fmt: skip
    assert policy.extends == ("ground",)
    assert set(policy.texts) == {"ground", "child"}


def test_an_override_changes_what_it_names_and_nothing_else(folder: Path) -> None:
    policy = child(
        folder, "override: {origin: {verdict: review}, age: {unknown: note}, branch: {disabled: we use tags}}"
    )
    rules = {rule.id: rule for rule in policy.rules}
    assert (rules["origin"].verdict, rules["origin"].unknown) == (Verdict.REVIEW, Verdict.REVIEW)
    assert (rules["age"].verdict, rules["age"].unknown) == (Verdict.REVIEW, Verdict.ALLOW)
    assert "branch" not in rules
    assert policy.disabled == {"branch": "we use tags"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("override: {safe: {verdict: review}}", "may not be waived"),
        ("override: {safe: {unknown: note}}", "may not be waived"),
        ("override: {safe: {disabled: no time}}", "may not be waived"),
        ("override: {orgin: {verdict: review}}", "no extended policy has this rule"),
        ("override: {origin: {}}", "an override of nothing"),
        ("override: {origin: {verdict: allow}}", "is not one of"),
        ("override: {origin: {status: draft}}", "is not one of"),
        ("override: {origin: {disabled: ''}}", "a text is expected"),
        ("override: {origin: {disabled: true}}", "a text is expected"),
        ("override: {origin: {when: {field: model.id, eq: a}}}", "unknown key 'when'"),
        ("override: [origin]", "a mapping is expected"),
        ("override: {own: {verdict: note}}\nrules: [{id: own, title: t, when: {field: model.id, eq: a}, verdict: deny}]",
         "no extended policy has this rule"),
        ("rules: [{id: origin, title: t, when: {field: model.id, eq: a}, verdict: deny}]", "already declared by ground"),
        ("parameters: {denied: CN}", "is a list of texts, not a text"),
        ("parameters: {days: many}", "is a whole number, not a text"),
        ("parameters: {strict: 1}", "is true or false, not a whole number"),
        ("parameters: {word: true}", "is a text, not true or false"),
        ("parameters: {denied: null}", "cannot be unset"),
        ("parameters: {denied: []}", "an empty list matches nothing"),
        ("parameters: {denied: [China]}", "'China' never occurs"),
        ("parameters: {denied: [7]}", "a text is expected"),
        ("parameters: {deneid: [RU]}", "is used by no rule"),
    ],
)  # fmt: skip
def test_what_an_extending_policy_may_not_do(folder: Path, text: str, message: str) -> None:
    error = complaint(folder, text)
    assert message in error.message
    assert error.file.endswith("child.yaml")
    assert error.line == 5


def test_a_suggestion_is_made_for_a_misspelt_parameter_and_rule(folder: Path) -> None:
    assert "denied" in complaint(folder, "parameters: {deneid: [RU]}").hint
    assert "origin" in complaint(folder, "override: {orgin: {verdict: review}}").hint


def test_an_unwaivable_rule_can_be_made_stricter(folder: Path) -> None:
    policy = child(folder, "override: {safe: {unknown: deny}}")
    rule = policy.rule("safe")
    assert rule is not None
    assert rule.unknown is Verdict.DENY


def test_every_rule_switched_off_is_an_empty_policy(tmp_path: Path) -> None:
    text = HEAD + "rules: [{id: r, title: t, when: {field: model.id, eq: a}, verdict: deny}]\n"
    (tmp_path / "ground.yaml").write_text(text)
    assert "nothing would be judged" in complaint(tmp_path, "override: {r: {disabled: no need}}").message


def test_policies_that_extend_each_other_in_a_circle_are_refused(folder: Path) -> None:
    (folder / "a.yaml").write_text("version: 1\nname: a\ntitle: a\nextends: [./b.yaml]\n")
    (folder / "b.yaml").write_text("version: 1\nname: b\ntitle: b\nextends: [sub/../a.yaml]\n")
    (folder / "sub").mkdir()
    with pytest.raises(PolicyError, match="in a circle"):
        load_policy(folder / "a.yaml")
    (folder / "me.yaml").write_text("version: 1\nname: me\ntitle: me\nextends: [./me.yaml]\n")
    with pytest.raises(PolicyError, match="in a circle"):
        load_policy(folder / "me.yaml")


def test_a_chain_of_policies_has_an_end(tmp_path: Path) -> None:
    for number in range(30):
        text = f"version: 1\nname: p{number}\ntitle: t\nextends: [./p{number + 1}.yaml]\n"
        (tmp_path / f"p{number}.yaml").write_text(text)
    with pytest.raises(PolicyError, match="more than"):
        load_policy(tmp_path / "p0.yaml")


def test_a_missing_extended_file_is_told_where_it_is_named(folder: Path) -> None:
    error = complaint(folder, "", extends="[./gone.yaml]")
    assert "no such policy file" in error.message


def test_of_two_changes_of_one_rule_the_stricter_holds(folder: Path) -> None:
    child(folder, "override: {origin: {verdict: note, unknown: note}, branch: {disabled: x}}", name="mild")
    child(folder, "override: {origin: {unknown: deny}, branch: {verdict: deny}}", name="hard")
    for order in ("[./mild.yaml, ./hard.yaml]", "[./hard.yaml, ./mild.yaml]"):
        policy = child(folder, "", name="both", extends=order)
        rules = {rule.id: rule for rule in policy.rules}
        assert (rules["origin"].verdict, rules["origin"].unknown) == (Verdict.DENY, Verdict.DENY)
        assert rules["branch"].verdict is Verdict.DENY


def test_policies_that_disagree_about_a_parameter_are_not_joined(folder: Path) -> None:
    child(folder, "parameters: {denied: [RU]}", name="other")
    assert "two values" in complaint(folder, "", extends="[./ground.yaml, ./other.yaml]").message


def test_two_policies_of_one_name_are_not_joined(folder: Path) -> None:
    (folder / "twin.yaml").write_text(BASE.replace("the ground", "a twin"))
    assert "two different policies" in complaint(folder, "", extends="[./ground.yaml, ./twin.yaml]").message
    assert "another policy of the name" in complaint(folder, "", name="ground", extends="[./twin.yaml]").message


def test_two_policies_with_one_rule_id_are_not_joined(folder: Path) -> None:
    text = "rules: [{id: origin, title: t, when: {field: model.id, eq: a}, verdict: deny}]\n"
    (folder / "rival.yaml").write_text("version: 1\nname: rival\ntitle: t\n" + text)
    assert "declared by ground and by rival" in complaint(folder, "", extends="[./ground.yaml, ./rival.yaml]").message


def test_parameters_are_set_by_the_policy_that_extends(folder: Path) -> None:
    policy = child(folder, "parameters: {denied: [US, RU]}")
    assert policy.parameters["denied"] == ("US", "RU")
    assert ask(policy, facts()).outcomes["origin"] == "fail"


@pytest.mark.parametrize(
    ("overrides", "parameters"),
    [
        ({"denied": ["US"]}, {"denied": ("US",)}),
        ({"denied": ("US", "RU")}, {"denied": ("US", "RU")}),
        ({"denied": "US,RU"}, {"denied": ("US", "RU")}),
        ({"denied": "US"}, {"denied": ("US",)}),
        ({"days": 7}, {"days": 7}),
        ({"days": "7"}, {"days": 7}),
        ({"strict": "false"}, {"strict": False}),
        ({"word": "dev"}, {"word": "dev"}),
    ],
)
def test_parameters_are_set_from_outside(
    folder: Path, overrides: dict[str, object], parameters: dict[str, object]
) -> None:
    policy = load_policy(folder / "ground.yaml", overrides=overrides)
    assert {name: policy.parameters[name] for name in parameters} == parameters
    assert policy.overrides == parameters


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"deneid": ["US"]}, "no parameter is called 'deneid'"),
        ({"denied": 7}, "is a list of texts, not a whole number"),
        ({"denied": ["China"]}, "'China' never occurs"),
        ({"denied": "China"}, "'China' never occurs"),
        ({"denied": ""}, "an empty list"),
        ({"denied": [1]}, "cannot be"),
        ({"denied": None}, "cannot be"),
        ({"days": "many"}, "is a whole number, not a text"),
        ({"days": True}, "is a whole number, not true or false"),
        ({"strict": "yes"}, "is true or false, not a text"),
        ({"word": 3}, "is a text, not a whole number"),
    ],
)
def test_a_wrong_parameter_from_outside_is_told(folder: Path, overrides: dict[str, object], message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(folder / "ground.yaml", overrides=overrides)
    assert message in caught.value.message
    assert next(iter(overrides)) in caught.value.message


def test_a_parameter_without_a_value_must_be_set() -> None:
    text = BASE.replace("denied: [CN]", "denied: null")
    with pytest.raises(PolicyError) as caught:
        read_policy(text, file="ground.yaml")
    assert caught.value.message == "ground.yaml:4: parameter denied: has no value"
    assert "set it" in caught.value.hint
    assert read_policy(text, overrides={"denied": ["CN"]}).parameters["denied"] == ("CN",)
    assert read_policy(text, overrides={"denied": "CN,RU"}).parameters["denied"] == ("CN", "RU")


def test_the_digest_names_what_judges(folder: Path) -> None:
    plain = load_policy(folder / "ground.yaml")
    assert plain.digest == load_policy(folder / "ground.yaml").digest
    assert plain.digest == read_policy(BASE).digest, "where the file lies makes no difference"
    assert len(plain.digest) == 64
    others = {
        load_policy(folder / "ground.yaml", overrides={"denied": ["RU"]}).digest,
        read_policy(BASE + "# a remark\n").digest,
        child(folder, "").digest,
    }
    assert len(others | {plain.digest}) == 4
    before = child(folder, "").digest
    (folder / "ground.yaml").write_text(BASE.replace("days: 90", "days: 91"))
    assert child(folder, "").digest != before, "what is extended counts"


def test_a_draft_that_is_extended_gives_drafts(folder: Path) -> None:
    (folder / "ground.yaml").write_text(BASE.replace("title: the ground", "title: the ground\nstatus: draft"))
    policy = child(folder, "override: {origin: {status: in-force}}")
    assert policy.status is Status.IN_FORCE
    assert {rule.id: rule.status for rule in policy.rules}["origin"] is Status.IN_FORCE
    assert {rule.id: rule.status for rule in policy.rules}["age"] is Status.DRAFT
    assert load_policy(folder / "ground.yaml").rules[0].status is Status.IN_FORCE
