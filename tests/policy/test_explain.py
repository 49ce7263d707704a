"""A policy in words: everything a rule asks, weighs and rests on can be read off."""

from __future__ import annotations

import pytest

from scanner.policy import explain, load_policy, read_policy, rule_document, shipped
from tests.policy.facts import HEAD

TEXT = (
    HEAD
    + """status: draft
description: what it is for
parameters: {denied: [CN, RU]}
rules:
  - id: origin
    title: from a denied country
    foreach: [lineage.ancestors, lineage.components]
    where: {not: {field: basis, eq: inferred}}
    when:
      any:
        - {field: origin.control, in: $denied}
        - {all: [{field: origin.control, exists: false}, {field: depth, le: 2}]}
    verdict: deny
    unknown: note
    waivable: false
    status: suspended
    effective: {from: 2026-01-01, until: 2027-01-01}
    references: [a law]
  - id: gap
    title: something is missing
    foreach: gaps
    when: {field: transient, eq: false}
    verdict: review
  - id: old
    title: old
    when: {field: model.created_at, older_than: 90}
    verdict: note
"""
)


def test_every_part_of_a_rule_is_said() -> None:
    assert explain(read_policy(TEXT)) == [
        "trial: a trial",
        "  draft: it weighs only when it is asked for by name",
        "  what it is for",
        "  denied = CN, RU",
        "",
        "origin: from a denied country",
        "  DENY when for a model its weights went through or a part beside the weights, "
        "origin.control is one of CN, RU or (origin.control is not known and depth is at most 2)",
        "  asked only where not (basis is inferred)",
        "  NOTE when that could not be determined",
        "  may not be waived",
        "  suspended: gives notes only",
        "  from 2026-01-01; notes only before",
        "  until 2027-01-01",
        "  see a law",
        "",
        "gap: something is missing",
        "  REVIEW when for an entry of gaps, transient is no",
        "  REVIEW when that could not be determined",
        "",
        "old: old",
        "  NOTE when model.created_at is more than 90 days old",
        "  NOTE when that could not be determined",
    ]


def test_what_is_extended_and_switched_off_is_said() -> None:
    text = HEAD + "extends: [baseline]\noverride: {gap: {disabled: nobody minds}}\n"
    lines = explain(read_policy(text))
    assert "  extends baseline" in lines
    assert lines[-2:] == ["switched off", "  gap: nobody minds"]


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("title message", "title: from a denied country", "title: from elsewhere"),
        ("foreach", "[lineage.ancestors, lineage.components]", "lineage.ancestors"),
        ("where", "basis, eq: inferred", "basis, eq: declared"),
        ("when", "depth, le: 2", "depth, le: 3"),
        ("when", "[CN, RU]", "[CN]"),
        ("verdict", "verdict: deny", "verdict: review"),
        ("unknown", "unknown: note", "unknown: review"),
        ("references", "a law", "another law"),
        ("waivable", "    waivable: false\n", ""),
        ("status", "    status: suspended\n", ""),
        ("from", "from: 2026-01-01", "from: 2026-01-02"),
        ("until", "until: 2027-01-01", "until: 2027-01-02"),
    ],
)
def test_of_a_rule_that_changed_the_document_tells_that_part_and_no_other(part: str, before: str, after: str) -> None:
    was, is_ = (rule_document(read_policy(text).rules[0]) for text in (TEXT, TEXT.replace(before, after, 1)))
    assert {key for key in was if was[key] != is_[key]} == set(part.split())


def test_a_condition_of_a_rule_is_told_with_every_value_it_compares_with() -> None:
    of = rule_document(read_policy(TEXT).rules[0])
    assert of["when"] == "any (origin.control in [CN, RU]; all (origin.control exists False; depth le 2))"
    assert of["where"] == "not (basis eq inferred)"


@pytest.mark.parametrize("pack", shipped())
def test_every_rule_of_every_pack_is_explained(pack: str) -> None:
    policy = load_policy(pack)
    lines = explain(policy)
    assert all("\n" not in line for line in lines)
    for rule in policy.rules:
        assert f"{rule.id}: {rule.title}" in lines
        assert all(f"  see {reference}" in lines for reference in rule.references)
