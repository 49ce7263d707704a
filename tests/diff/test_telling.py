"""What changed between two scans, in words: all of it, the most important first, and nothing that did not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.diff import Side, compare, difference_document
from scanner.diff.changes import changes
from scanner.diff.fields import KEYS, LABELS, PARTS, part_of
from scanner.diff.sides import documents
from scanner.export.difference import difference_markdown, difference_table
from scanner.policy import load_policy
from tests.export.samples import crowded, decision, facts, finding
from tests.schemas import valid_difference

OTHER_COMMIT = "b" * 40
WAIVERS = (
    "version: 1\nwaivers:\n  - {rule: root-origin, model: nvidia/*, reason: seen, approver: me, ticket: T-1, "
    "expires: 2027-01-01}\n"
)


def side(document: dict[str, Any] | None = None, **more: Any) -> Side:
    policy = load_policy("no-prc-root")
    values: dict[str, Any] = {
        "number": 1,
        "at": "2026-11-23T15:08:00Z",
        "requested": "nvidia/OpenCodeReasoning-Nemotron-14B",
        "facts": document or facts(),
        "decisions": [decision(policy={"name": policy.name, "title": policy.title, "digest": policy.digest,
                                       "status": "in-force"})],
        "policies": {policy.name: policy.source},
        "waivers": None,
        "registry": "f" * 64,
        "tool": "0.1.0",
    }  # fmt: skip
    return Side(**values | more)


def lines(before: Side, after: Side) -> dict[str, list[str]]:
    return {told.part.title: [line.text for line in told.lines] for told in compare(before, after)}


def changed(path: str, value: Any) -> Side:
    """The sample with one field set."""
    document = deepcopy(facts())
    *way, last = path.split(".")
    at: Any = document
    for step in way:
        at = at[int(step)] if step.isdecimal() else at[step]
    at[int(last) if last.isdecimal() else last] = value
    return side(document)


def test_a_scan_is_the_same_as_itself_whatever_its_number_and_moment() -> None:
    for document in (facts(), crowded()):
        one, other = side(document), side(deepcopy(document), number=2, at="2026-11-24T00:00:00Z")
        assert compare(one, other) == ()
        told = difference_document(one, other)
        assert (told["identical"], told["drift"], told["parts"]) == (True, False, [])
        assert difference_table(told).endswith("nothing changed: every field of both scans is the same")


@pytest.mark.parametrize(
    ("path", "value", "part", "words"),
    [
        ("model.revision", OTHER_COMMIT, "The model", "commit: 9ab9ff1e3a1b → bbbbbbbbbbbb"),
        ("model.hub_id", "0" * 24, "The model", "identity on the hub (_id): 681a2b3c4d5e6f708192a3b4 → 0000"),
        ("model.gated", "manual", "The model", "gated: no → manual"),
        ("license.concluded", "MIT", "Licence and duties", "licence concluded: Apache-2.0 → MIT"),
        ("license.duties", ["other"], "Licence and duties", "duties: new other; gone keep the licence text"),
        ("publisher.control", None, "Makers", "control: US → unknown"),
        ("publisher.lists", [{"id": "a-list", "relation": "direct", "from": "2026", "until": None, "source": "s"}],
         "Makers", "new list entry: a-list (direct), from 2026: s"),
        ("lineage.roots", ["x/y"], "Bases and roots", "roots: new x/y; gone Qwen/Qwen2.5-14B"),
        ("lineage.models.2.license.concluded", None, "Licence and duties", "Qwen/Qwen2.5-14B: licence concluded: Apache"),
        ("files.weights.0.sha256", "1" * 64, "Files",
         "weights file model-00001-of-00006.safetensors: content (sha256): eeeeeeeeeeee → 111111111111"),
        ("files.weights", [], "Files", "weights file gone: model-00001-of-00006.safetensors (safetensors"),
        ("gaps", [{"subject": "a/b", "what": "config.json", "reason": "gated", "transient": False, "at": "x",
                   "detail": ""}], "What could not be read", "new gap: config.json of a/b: gated"),
        ("model.downloads", 99, "How it was read", "downloads: 12,345 → 99"),
    ],
)  # fmt: skip
def test_each_part_is_told_in_words(path: str, value: Any, part: str, words: str) -> None:
    told = lines(side(), changed(path, value))
    assert any(line.startswith(words) for line in told[part]), told


def test_a_new_commit_is_told_once_not_once_for_each_place_that_was_read() -> None:
    document = json.loads(json.dumps(facts()).replace(facts()["model"]["revision"], OTHER_COMMIT))
    bases = [f"{one['id']}@{OTHER_COMMIT}" for one in document["lineage"]["models"]]
    assert len(bases) == 3
    told = lines(side(), side(document))
    assert told["The model"] == ["commit: 9ab9ff1e3a1b → bbbbbbbbbbbb"]
    assert "Licence and duties" not in told
    assert "How it was read" not in told


def test_the_parts_stand_in_the_order_of_their_weight_and_counts_are_no_drift() -> None:
    document = deepcopy(facts())
    document["model"] |= {"downloads": 1, "hub_id": "0" * 24}
    document["license"]["concluded"] = "MIT"
    told = difference_document(side(), side(document, decisions=[]))
    assert [one["title"] for one in told["parts"]] == [
        "Verdict and findings", "The model", "Licence and duties", "How it was read",
    ]  # fmt: skip
    assert told["drift"]
    assert not difference_document(side(), changed("model.downloads", 1))["drift"]


def test_what_another_release_did_not_record_is_told_and_is_no_drift() -> None:
    document = facts()
    before = {key: value for key, value in document.items() if key != "terms"}
    told = difference_document(side(before), side(document))
    (line,) = (line for part in told["parts"] for line in part["lines"])
    assert line["text"].startswith("facts.terms: not recorded")
    assert not told["drift"]


def test_findings_come_and_go_and_are_waived() -> None:
    one = side()
    waived = decision(findings=[finding(waived_by={"approver": "me", "ticket": "T-1", "expires": "2027-01-01",
                                                   "reason": "seen", "rule": "root-origin"})])  # fmt: skip
    name = one.decisions[0]["policy"]
    told = lines(one, replace(one, decisions=[{**waived, "policy": name}], waivers=WAIVERS))
    assert any("waived by: nobody → me (T-1), until 2027-01-01: seen" in line for line in told["Verdict and findings"])
    assert any(line.startswith("new waiver: root-origin for nvidia/*") for line in told["Waivers"])
    gone = lines(one, replace(one, decisions=[{**decision("allow"), "policy": name}]))["Verdict and findings"]
    assert any("finding gone: deny, root-origin" in line for line in gone)
    assert any("verdict: deny → allow" in line for line in gone)
    assert any("answers: root-origin fail → pass" in line for line in gone)


def test_a_policy_is_compared_rule_by_rule() -> None:
    before = side()
    other = load_policy("no-prc-root", overrides={"denied": "CN,RU"})
    told = lines(before, replace(before, policies={other.name: other.source}))["Policy"]
    assert any("when: origin.control in [CN] → origin.control in [CN, RU]" in line for line in told), told
    assert any("parameter denied" in line for line in told)
    remark = before.policies["no-prc-root"].replace("version: 1\\n", "version: 1\\n# a remark\\n", 1)
    assert remark != before.policies["no-prc-root"]
    told = lines(before, replace(before, policies={"no-prc-root": remark}))
    assert len(told["Policy"]) == 1
    assert "another text" in told["Policy"][0]


def test_a_policy_that_cannot_be_read_is_compared_as_a_text() -> None:
    before = side()
    told = lines(before, replace(before, policies={"no-prc-root": "not a policy at all"}))["Policy"]
    assert any("another text" in line for line in told)
    assert any("cannot" in line or "not a text" in line for line in told)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from leaves(item, (*at, key))
    else:
        yield at


DOCUMENT = {"facts": crowded(), "decision": side().decisions[0]}
LEAVES = [way for way in leaves(DOCUMENT) if way[-1] not in ("schema",)]
_value = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just([]) | st.just({})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LEAVES), _value), min_size=1, max_size=4))
def test_nothing_that_changed_is_passed_over(made: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = deepcopy(DOCUMENT)
    for way, value in made:
        at: Any = document
        try:
            for step in way[:-1]:
                at = at[step]
            at[way[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    model = document["facts"]["model"]
    if not isinstance(model["id"], str) or not isinstance(model["revision"], str | None):
        return
    if document["decision"]["policy"]["name"] != "no-prc-root":
        return
    before, after = side(DOCUMENT["facts"]), side(document["facts"], decisions=[document["decision"]])
    if document["decision"]["verdict"] not in ("allow", "review", "deny"):
        return
    expected = {change.path for change in changes(*documents(before, after), KEYS)}
    told = compare(before, after)
    covered = [change.path for part in told for line in part.lines for change in line.changes]
    assert sorted(map(str, covered)) == sorted(map(str, expected))
    assert bool(expected) == (json.dumps(document, sort_keys=True) != json.dumps(DOCUMENT, sort_keys=True))
    assert all(line.text.strip() and "\n" not in line.text for part in told for line in part.lines)
    valid_difference(json.dumps(difference_document(before, after)))


def test_every_field_of_the_schema_belongs_to_a_part_and_most_have_words() -> None:
    from scanner.policy.fields import facts_shape, names

    every = [f"facts.{name}" for name in names(facts_shape()) if name not in ("schema",)]
    assert [name for name in every if part_of(name) is None] == []
    assert all(part_of(field) for field in LABELS)
    assert len({part.title for part in PARTS}) == len(PARTS)


def test_what_nobody_here_knows_is_told_by_its_path() -> None:
    told = lines(side(), side(facts(novelty={"a": 1}, other=2)))
    assert told["Other fields"] == ["2 of facts: facts.novelty, facts.other"]


def test_text_of_strangers_can_not_act() -> None:
    hostile = "x\x1b[2J\n::error::`</pre>` | @all\u202e"
    told = difference_document(side(), changed("license.name", hostile))
    for text in (difference_table(told), difference_markdown(told)):
        assert "\x1b" not in text
        assert "::error::" not in text
        assert "\u202e" not in text
