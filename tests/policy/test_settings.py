"""What was set from outside is told beside what it is without, of a policy that is loaded and of one that was recorded."""

from __future__ import annotations

import json

import pytest

from scanner.errors import PolicyError
from scanner.export.settings import setting
from scanner.policy import load_policy, read_policy, settings_of

OWN = """version: 1
name: own
title: Own
status: in-force
parameters: {owner: null, deep: false}
rules:
  - id: publisher
    title: Another publisher
    when: {any: [{field: publisher.namespace, ne: $owner}, {field: lineage.complete, eq: $deep}]}
    verdict: deny
    unknown: review
"""


def test_a_policy_as_written_has_no_settings():
    policy = load_policy("no-prc-root")
    assert policy.settings == settings_of(policy.source) == []


def test_a_setting_stands_beside_its_default():
    policy = load_policy("no-prc-root", overrides={"denied": "CN,RU"})
    assert policy.settings == [{"parameter": "denied", "value": ["CN", "RU"], "default": ["CN"]}]
    assert settings_of(policy.source) == policy.settings
    assert [setting(one) for one in policy.settings] == ["denied = CN, RU (default: CN)"]


def test_a_value_that_has_to_be_set_has_no_default_and_a_truth_is_no_number():
    policy = read_policy(OWN, overrides={"owner": "acme", "deep": True})
    assert [setting(one) for one in settings_of(policy.source)] == [
        "deep = true (default: false)", "owner = acme (there is no default)",
    ]  # fmt: skip


def test_a_setting_that_changes_nothing_says_so():
    same = load_policy("no-prc-root", overrides={"denied": "CN"})
    assert [setting(one) for one in same.settings] == ["denied = CN (which is the default)"]


def test_of_a_text_that_this_release_does_not_read_the_default_is_not_known():
    source = json.dumps([[["old", "version: 99\n"]], {"denied": ["CN"]}])
    assert settings_of(source) == [{"parameter": "denied", "value": ["CN"]}]
    assert setting(settings_of(source)[0]) == "denied = CN (default not known)"
    with pytest.raises(PolicyError):
        settings_of("no text of a policy")
