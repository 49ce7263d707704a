"""Policies: rules as data, judged in three values. A policy says what is wrong; the facts document says what is known.

``load_policy`` reads and checks a policy, ``judge`` asks it about one facts document, ``explain`` puts it into words,
``test_policy`` runs its own tests. No clock, no network, no database: the day is given by whoever asks.
"""

from scanner.policy.conditions import Match
from scanner.policy.decision import Decision, Finding, decision_document
from scanner.policy.explain import explain, rule_document
from scanner.policy.judge import judge
from scanner.policy.language import Outcome, Status, Verdict
from scanner.policy.loader import load_policy, read_policy
from scanner.policy.packs import shipped
from scanner.policy.rule import Policy, Rule
from scanner.policy.selftest import test_policy
from scanner.policy.stored import settings_of, stored_policy
from scanner.policy.waivers import By, Waiver, Waivers, WaiverState, WaiverUse, load_waivers, read_waivers, waivers_file

__all__ = [
    "By",
    "Decision",
    "Finding",
    "Match",
    "Outcome",
    "Policy",
    "Rule",
    "Status",
    "Verdict",
    "Waiver",
    "WaiverState",
    "WaiverUse",
    "Waivers",
    "decision_document",
    "explain",
    "judge",
    "load_policy",
    "load_waivers",
    "read_policy",
    "read_waivers",
    "rule_document",
    "settings_of",
    "shipped",
    "stored_policy",
    "test_policy",
    "waivers_file",
]
