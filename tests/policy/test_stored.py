"""A recorded policy is made again from its record alone, and is the same; or it is said why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import PolicyError
from scanner.policy import load_policy, shipped, stored_policy

RULE = "- {{id: {id}, title: t, when: {{field: model.gated, eq: manual}}, verdict: {verdict}}}\n"


def write(folder: Path, file: str, name: str, rule: str, *extends: str, verdict: str = "deny") -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    taken = f"extends: [{', '.join(extends)}]\n" if extends else ""
    path.write_text(
        f"version: 1\nname: {name}\ntitle: t\n{taken}rules:\n{RULE.format(id=rule, verdict=verdict)}", encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_pack_comes_out_as_it_was_recorded(name: str) -> None:
    policy = load_policy(name)
    again = stored_policy(policy.source)
    assert (again.source, again.digest, again.name) == (policy.source, policy.digest, policy.name)
    assert [rule.id for rule in again.rules] == [rule.id for rule in policy.rules]


def test_what_was_set_from_outside_is_set_again() -> None:
    policy = load_policy("no-prc-root", overrides={"denied": "CN,RU"})
    again = stored_policy(policy.source)
    assert again.digest == policy.digest
    assert again.parameters["denied"] == ("CN", "RU")


def test_files_extended_by_path_are_found_in_the_record_when_the_files_are_gone(tmp_path: Path) -> None:
    write(tmp_path, "lower/ground.yaml", "the-ground", "ground", "baseline")
    write(tmp_path, "lower/middle.yaml", "the-middle", "middle", "./ground.yaml", verdict="review")
    write(tmp_path, "other.yaml", "another", "other", "integrity")
    top = write(tmp_path, "top.yaml", "the-top", "top", "./lower/middle.yaml", "./other.yaml", "lower/ground.yaml")
    policy = load_policy(str(top))
    for path in tmp_path.rglob("*.yaml"):
        path.unlink()
    again = stored_policy(policy.source)
    assert (again.digest, [r.id for r in again.rules]) == (policy.digest, [r.id for r in policy.rules])


def test_what_a_file_is_called_says_nothing_of_which_text_it_held(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", "a", "one")
    write(tmp_path, "a.yaml", "b", "two", verdict="review")
    top = write(tmp_path, "top.yaml", "the-top", "top", "./b.yaml", "./a.yaml")
    policy = load_policy(str(top))
    again = stored_policy(policy.source)
    assert [(r.id, r.pack, r.verdict) for r in again.rules] == [(r.id, r.pack, r.verdict) for r in policy.rules]


def test_a_text_of_another_version_is_refused_with_what_to_do() -> None:
    [*texts, last], settings = json.loads(load_policy("strict").source)
    last[1] = last[1].replace("version: 1", "version: 2")
    with pytest.raises(PolicyError, match="cannot be read by this release") as caught:
        stored_policy(json.dumps([[*texts, last], settings]))
    assert caught.value.hint


@pytest.mark.parametrize(
    "change",
    [
        lambda texts, settings: [texts[1:], settings],
        lambda texts, settings: [texts, {"nobody-knows": 1}],
        lambda texts, settings: [texts[::-1], settings],
        lambda texts, settings: [[*texts, ["surplus", texts[0][1]]], settings],
        lambda texts, settings: [[], settings],
        lambda texts, settings: [texts, []],
        lambda texts, settings: texts,
    ],
)
def test_a_source_that_was_taken_apart_is_never_read_as_a_policy(change: object) -> None:
    texts, settings = json.loads(load_policy("strict").source)
    assert callable(change)
    with pytest.raises(PolicyError):
        stored_policy(json.dumps(change(texts, settings)))


@given(
    st.one_of(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        ).map(json.dumps),
    )
)
def test_whatever_lies_there_it_is_a_policy_or_an_error_of_ours(source: str) -> None:
    with pytest.raises(PolicyError):
        stored_policy(source)
