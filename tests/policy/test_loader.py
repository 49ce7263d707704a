"""What does not load, and where the complaint points. A policy that loads judges."""

from __future__ import annotations

import string
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.errors import PolicyError
from scanner.policy import Verdict, load_policy, read_policy, shipped
from scanner.policy.fields import facts_shape, foreach, lists, names, resolve
from scanner.policy.packs import shipped_text
from tests.policy.facts import HEAD, ask, facts

RULE = """rules:
  - id: origin
    title: from a denied country
    foreach: lineage.roots
    when: {field: origin.control, in: [CN]}
    verdict: deny
    message: "{path}: {origin.organisation}"
"""
GOOD = HEAD + RULE


def complaint(text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        read_policy(text, file="trial.yaml")
    return caught.value


def test_a_good_policy_loads() -> None:
    policy = read_policy(GOOD)
    (rule,) = policy.rules
    assert (policy.name, rule.id, rule.verdict, rule.unknown, rule.waivable) == (
        "trial", "origin", Verdict.DENY, Verdict.REVIEW, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "line", "message", "hint"),
    [
        (("foreach:", "forEach:"), 7, "unknown key 'forEach'", "foreach"),
        (("when:", "wen:"), 8, "unknown key 'wen'", "when"),
        (("verdict: deny", "verdict: denied"), 9, "'denied' is not one of", "deny"),
        (("verdict: deny", "severity: deny"), 9, "unknown key 'severity'", ""),
        (("    verdict: deny\n", ""), 5, "'verdict' is missing", ""),
        (("lineage.roots", "lineage.root"), 7, "no list 'lineage.root'", "lineage.roots"),
        (("lineage.roots", "files.formats"), 7, "no list 'files.formats'", "files"),
        (("origin.control", "origin.controll"), 8, "no field 'origin.controll'", "origin.control"),
        (("origin.control, in", "origin, in"), 8, "is a record", "origin."),
        (("{origin.organisation}", "{origin.organization}"), 10, "no field", "origin.organisation"),
        (("{origin.organisation}", "{origin.organisation"), 10, "a brace stands alone", "{field}"),
        (("in: [CN]", "in: [China]"), 8, "'China' never occurs", "ISO 3166-1"),
        (("in: [CN]", "in: CN"), 8, "a list is expected", "[value]"),
        (("in: [CN]", "in: [XX]"), 8, "'XX' never occurs here", "ISO 3166-1"),
        (("in: [CN]", "gt: 5"), 8, "only whole numbers and days have an order", ""),
        (("in: [CN]", "in: []"), 8, "an empty list", "at least one"),
        (("in: [CN]", "in: [7]"), 8, "7 is not a text", "quotes"),
        (("in: [CN]", "in: [true]"), 8, "True is not a text", ""),
        (("in: [CN]", "in: [null]"), 8, "null cannot be compared", "exists: false"),
        (("in: [CN]", "eq: [CN]"), 8, "one value is compared", "in or not_in"),
        (("in: [CN]", "matches: CN"), 8, "unknown key 'matches'", ""),
        (("in: [CN]", "inn: [CN]"), 8, "unknown key 'inn'", "in"),
        (("in: [CN]", "in: [CN], eq: CN"), 8, "one field and one operator", "eq"),
        ((", in: [CN]", ""), 8, "one field and one operator", "field"),
        (("field: origin.control, ", ""), 8, "one field and one operator", "field"),
        (("in: [CN]", "in: $denied"), 8, "no parameter is called 'denied'", ""),
        (("in: [CN]", "exists: maybe"), 8, "not true or false", ""),
        (("field: origin.control, in: [CN]", "field: origin.organisation, gt: 5"), 8, "not a day", "YYYY-MM-DD"),
        (("field: origin.control, in: [CN]", "field: origin.organisation, older_than: 90x"), 8, "not an age", "90d"),
        (("field: origin.control, in: [CN]", "field: origin.organisation, older_than: 99999"), 8, "not an age", "36500"),
        (("field: origin.control, in: [CN]", "field: origin.organisation, glob: []"), 8, "an empty list", "pattern"),
        (("field: origin.control, in: [CN]", "field: origin.organisation, glob: [7]"), 8, "7 is not a pattern", ""),
        (("{field: origin.control, in: [CN]}", "{all: []}"), 8, "'all' of nothing", "decides nothing"),
        (("{field: origin.control, in: [CN]}", "{any: []}"), 8, "'any' of nothing", "decides nothing"),
        (("{field: origin.control, in: [CN]}", "{all: {field: x, eq: y}}"), 8, "a list is expected", ""),
        (("{field: origin.control, in: [CN]}", "{not: [a]}"), 8, "a mapping is expected", ""),
        (("{field: origin.control, in: [CN]}", "{all: [{field: id, eq: a}], not: {field: id, eq: b}}"), 8, "alone", ""),
        (("{field: origin.control, in: [CN]}", "true"), 8, "a mapping is expected", ""),
        (("{field: origin.control, in: [CN]}", "{field: origin.kind, eq: firm}"), 8, "'firm' never occurs", ""),
        (("{field: origin.control, in: [CN]}", "{field: origin.kind, glob: com*}"), 8, "free texts only", "eq or in"),
        (("{field: origin.control, in: [CN]}", "{field: established, eq: declard}"), 8, "never occurs", "declared"),
        (("{field: origin.control, in: [CN]}", "{field: depth, eq: one}"), 8, "'one' is not a whole number", ""),
        (("{field: origin.control, in: [CN]}", "{field: depth, eq: true}"), 8, "True is not a whole number", ""),
        (("{field: origin.control, in: [CN]}", "{field: conduit, eq: 1}"), 8, "1 is not true or false", ""),
        (("{field: origin.control, in: [CN]}", "{field: conduit, gt: 1}"), 8, "have an order", ""),
        (("{field: origin.control, in: [CN]}", "{field: depth, older_than: 3}"), 8, "only a day has an age", ""),
        (("{field: origin.control, in: [CN]}", "{field: origin.lists.id, exists: true}"), 8, "into lists", "foreach"),
        (("{field: origin.control, in: [CN]}", "{field: lineage.cycles, eq: x}"), 8, "list of lists", ""),
        (("id: origin", "id: Origin Rule"), 5, "is not a name", "lower-case"),
        (("id: origin", "id: 7"), 5, "a text is expected", ""),
        (("title: from a denied country", "title: ''"), 6, "a text is expected", ""),
        (("verdict: deny", "verdict: deny\n    unknown: pass"), 10, "'pass' is not one of", ""),
        (("verdict: deny", "verdict: deny\n    unknown: ignore"), 10, "'ignore' is not one of", ""),
        (("verdict: deny", "verdict: deny\n    waivable: 'no'"), 10, "true or false is expected", ""),
        (("verdict: deny", "verdict: deny\n    references: one page"), 10, "a list is expected", ""),
        (("verdict: deny", "verdict: deny\n    status: active"), 10, "'active' is not one of", ""),
        (("verdict: deny", "verdict: deny\n    effective: {from: 2026-13-01}"), 10, "is not a day", "YYYY-MM-DD"),
        (("verdict: deny", "verdict: deny\n    effective: {}"), 10, "a window without days", "from"),
        (("verdict: deny", "verdict: deny\n    effective: {from: 2026-02-01, until: 2026-01-01}"), 10, "before", ""),
        (("version: 1", "version: 2"), 1, "2 is not a known version", "version 1"),
        (("version: 1", "version: true"), 1, "True is not a known version", ""),
        (("name: trial", "name: Trial"), 2, "is not a name", ""),
        (("name: trial\n", ""), 1, "'name' is missing", ""),
        (("title: a trial", "titel: a trial"), 3, "unknown key 'titel'", "title"),
        (("title: a trial", "title: a trial\nstatus: on"), 4, "'on' is not one of", ""),
        (("title: a trial", "title: a trial\nextends: [bseline]"), 4, "no policy is called 'bseline'", "baseline"),
        (("title: a trial", "title: a trial\nextends: []"), 4, "extends nothing", ""),
        (("title: a trial", "title: a trial\nextends: [./other.yaml]"), 4, "extends by name only", ""),
        (("title: a trial", "title: a trial\nparameters: {denied: [CN]}"), 4, "is used by no rule", ""),
        (("title: a trial", "title: a trial\nparameters: {denied: {a: b}}"), 4, "a text, a whole number", ""),
        (("title: a trial", "title: a trial\noverride: {origin: {verdict: note}}"), 4, "no extended policy", ""),
        ((RULE, "rules: []\n"), 4, "no rules", "add a rule"),
        ((RULE, "rules: {}\n"), 4, "a list is expected", ""),
        ((RULE, "rules: [x]\n"), 4, "a mapping is expected", ""),
        ((RULE, ""), 1, "'rules' is missing", "extends"),
        ((RULE, RULE + RULE.split("\n", 1)[1]), 11, "already declared by trial", "another id"),
        (("title: a trial", "title: &t a trial"), 3, "anchors", ""),
        (("title: a trial", "title: !!str a trial"), 3, "tags", ""),
        (("title: a trial", "title: a trial\ntitle: again"), 4, "duplicate key", ""),
        ((GOOD, ""), 1, "the policy is empty", ""),
        ((GOOD, "- a\n- b\n"), 1, "a mapping is expected", ""),
        ((GOOD, "a: [b\n"), 2, "not valid YAML", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_line_and_hint(
    change: tuple[str, str], line: int, message: str, hint: str
) -> None:
    before, after = change
    assert before in GOOD
    error = complaint(GOOD.replace(before, after, 1))
    assert message in error.message
    assert (error.file, error.line) == ("trial.yaml", line)
    assert error.message.startswith(f"trial.yaml:{line}: ")
    assert hint in error.hint
    assert error.exit_code == 2


def test_a_country_list_reads_norway_as_norway() -> None:
    policy = read_policy(GOOD.replace("[CN]", "[NO, SE, CN]"))
    document = facts()
    document["lineage"]["models"][0]["origin"]["control"] = "NO"
    assert ask(policy, document).verdict is Verdict.DENY


@pytest.mark.parametrize("when", ["{field: model.tags, older_than: 3}", "{field: model.tags, ge: 2026-01-01}"])
def test_a_list_of_texts_may_be_asked_for_days(when: str) -> None:
    read_policy(GOOD.replace("{field: origin.control, in: [CN]}", when))


def test_a_name_is_looked_for_in_the_item_first() -> None:
    over = foreach(["lineage.models"])
    assert resolve("license.status", over).of_item
    assert not resolve("model.id", over).of_item
    assert not resolve("license.status", None).of_item


def test_every_name_that_is_offered_resolves() -> None:
    for name in names(facts_shape()):
        assert resolve(name, None).name == name
    for each in lists():
        over = foreach([each])
        for name in names(over.item):
            assert resolve(name, over).of_item


def test_groups_of_the_lineage_are_joined_and_nothing_else() -> None:
    joined = GOOD.replace("lineage.roots", "[lineage.ancestors, lineage.components]")
    assert read_policy(joined).rules[0].over is not None
    assert "only groups" in complaint(GOOD.replace("lineage.roots", "[lineage.roots, gaps]")).message
    assert "through nothing" in complaint(GOOD.replace("lineage.roots", "[]")).message
    assert "twice" in complaint(GOOD.replace("lineage.roots", "[lineage.roots, lineage.roots]")).message


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("no-such-pack", "no policy is called", "known: baseline"),
        ("baselin", "no policy is called", "baseline"),
        ("no/such/file.yaml", "no such policy file", "path"),
        (Path("no-such-file"), "no such policy file", "path"),
        ("", "no policy is called", ""),
        ("a\0b.yaml", "cannot be read", ""),
        (".", "no policy is called", ""),
        (Path(), "cannot be read", ""),
    ],
)
def test_a_policy_that_is_not_there_is_told(source: str | Path, message: str, hint: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(source)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(b"\xff\xfe\x00version")
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(path)
    path.write_text("# " + "x" * 1_000_000)
    with pytest.raises(PolicyError, match="longer than"):
        load_policy(path)


PIECES = st.sampled_from(
    [*GOOD.splitlines(), *GOOD.split(), "rules:", "  - id: x", "when:", "all: []", "{", "}", "[", "]", ":", "$x", "null",
     "true", "-1", "'", '"', "&a", "*a", "!!x", "?", "|", ">-", "\t", "%", "---", "...", "extends: [strict]", "override:",
     "parameters:", "\x00", "\ud800", "{not: {not: {not: {}}}}"]
)  # fmt: skip


@given(
    st.lists(PIECES, max_size=30).flatmap(
        lambda lines: st.sampled_from(["\n", " ", "\n  "]).map(lambda s: s.join(lines))
    )
)
@example("a" * 100_000)
@example("[" * 5_000)
@example("{a: " * 5_000)
def test_any_text_loads_or_is_refused_as_a_policy_error(text: str) -> None:
    with suppress(PolicyError):
        assert read_policy(text).rules


@given(st.text(string.printable, max_size=200))
def test_any_printable_text_loads_or_is_refused(text: str) -> None:
    with suppress(PolicyError):
        assert read_policy(text).rules


@given(
    st.sampled_from(shipped()), st.integers(0, 10_000), st.sampled_from(["", "x", ":", "{", "- ", "\n", "null", "$"])
)
def test_a_shipped_pack_that_was_damaged_loads_or_is_refused(name: str, place: int, piece: str) -> None:
    text = shipped_text(f"{name}.yaml") or ""
    place %= len(text)
    with suppress(PolicyError):
        assert read_policy(text[:place] + piece + text[place + len(piece) :]).rules
