"""Judging: a policy asked about one facts document, on one day.

Every rule answers: pass, fail, unknown or not applicable. ``where`` false makes it not applicable; where that cannot be
determined it is asked. A list that is empty makes it not applicable, one that is not known makes it unknown. About
several items the worst answer is the rule's: one failure fails it, however many pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from scanner.errors import PolicyError
from scanner.policy.conditions import Row
from scanner.policy.decision import IN_FORCE, Decision, Finding, Weighing
from scanner.policy.fields import completed, facts_shape, facts_version
from scanner.policy.findings import Asked, finding
from scanner.policy.language import Outcome, Status, Verdict
from scanner.policy.rule import Policy, Rule
from scanner.policy.sections import Alarm, OfDocument, OfLists, OfModels, Section
from scanner.policy.waivers import Waiver, Waivers, WaiverState, WaiverUse

_KEPT = 64
_TELLING = (Outcome.FAIL, Outcome.UNKNOWN)

Waived = Mapping[tuple[int, Outcome], Waiver]
_NONE_WAIVED: Waived = {}


def judge(
    policy: Policy,
    facts: Mapping[str, Any],
    *,
    as_of: date,
    waivers: Waivers | None = None,
    enforce_draft: bool = True,
) -> Decision:
    """Judge a facts/v1 document: JSON values, which nobody changes while the decision is in use.

    ``enforce_draft`` False keeps a policy that is a draft or suspended at notes; a policy asked for by name is meant.

    Raises:
        PolicyError: not a facts/v1 document, or no rule of the policy is in effect on ``as_of``.
    """
    if facts.get("schema") != facts_version():
        raise PolicyError(f"not a {facts_version()} document", hint="print one with: modelorigin facts MODEL")
    plan = _plan(policy, as_of, enforce_draft)
    alarms: list[Alarm] = []
    try:
        model = facts["model"]["id"]
        revision = facts["model"]["revision"]
        bits = plan.screen(facts, alarms)
    except (KeyError, TypeError):
        # Made by an earlier release, or by other hands: what is not there, or not what it should be, is not known.
        facts, alarms = completed(facts_shape(), facts), []
        model, revision = facts["model"]["id"], facts["model"]["revision"]
        bits = plan.screen(facts, alarms)
    if waivers is None:
        answers = _Answers(plan, facts, bits, alarms, _NONE_WAIVED)
        return Decision(policy, as_of, model, revision, plan.verdict(bits), answers)
    waived, uses = plan.waived(bits, waivers, model, revision)
    verdict = plan.verdict(bits, waived)
    answers = _Answers(plan, facts, bits, alarms, waived)
    return Decision(policy, as_of, model, revision, verdict, answers, uses, waivers.digest)


@dataclass(slots=True)
class _Answers:
    plan: _Plan
    facts: Mapping[str, Any]
    bits: int
    alarms: list[Alarm]
    waived: Waived

    def outcomes(self) -> Mapping[str, Outcome]:
        return {asked.rule.id: self.plan.outcome(n, self.bits) for n, asked in enumerate(self.plan.asked)}

    def weighing(self) -> Weighing:
        return self.plan.weighing(self.bits, self.waived)

    def findings(self) -> tuple[Finding, ...]:
        made = [(number, one) for alarm in self.alarms for number, one in self._of(*alarm)]
        made.sort(key=lambda pair: (-pair[1].verdict, pair[0]))
        return tuple(one for _, one in made)

    def _of(self, section: Section, item: Any, row: Row, bits: int) -> Iterator[tuple[int, Finding]]:
        for number, fails, unknown in section.tells:
            if bits & fails:
                outcome = Outcome.FAIL
            elif bits & unknown:
                outcome = Outcome.UNKNOWN
            else:
                continue
            matches = section.matches(number, row)
            waiver = self.waived.get((number, outcome))
            yield number, finding(self.plan.asked[number], outcome, matches, item, self.facts, waiver)


@lru_cache(maxsize=_KEPT)
def _plan(policy: Policy, as_of: date, enforce_draft: bool) -> _Plan:
    return _Plan(policy, as_of, enforce_draft)


class _Plan:
    """A policy made ready for one day. Rules are numbered; answers are bits as in ``sections``."""

    def __init__(self, policy: Policy, as_of: date, enforce_draft: bool) -> None:
        rules = [rule for rule in policy.rules if not rule.window.ended(as_of)]
        if not rules:
            raise PolicyError(f"policy {policy.name}: no rule is in effect on {as_of}", hint="every rule has ended")
        quiet = policy.status.value if policy.status is not Status.IN_FORCE and not enforce_draft else ""
        self.asked = [Asked(rule, quiet or _standing(rule, as_of)) for rule in rules]
        self._as_of = as_of
        self._sections = tuple(_sections(rules, as_of))
        self._denies, self._reviews = self._of_weight(Verdict.DENY), self._of_weight(Verdict.REVIEW)
        self._weigh: dict[int, Weighing] = {}

    def _of_weight(self, verdict: Verdict) -> int:
        """The bits of all answers of that weight."""
        return sum(
            self._bit(number, outcome)
            for number, asked in enumerate(self.asked)
            for outcome in _TELLING
            if asked.weighs[outcome] is verdict
        )

    def _bit(self, number: int, outcome: Outcome) -> int:
        return 1 << number + (0 if outcome is Outcome.FAIL else len(self.asked))

    def screen(self, facts: Mapping[str, Any], alarms: list[Alarm]) -> int:
        """Every rule's answer as bits; where something failed or is unknown is put into ``alarms``."""
        bits = 0
        for section in self._sections:
            bits |= section.answer(facts, alarms)
        return bits

    def verdict(self, bits: int, waived: Waived = _NONE_WAIVED) -> Verdict:
        for number, outcome in waived:
            bits &= ~self._bit(number, outcome)
        return Verdict.DENY if bits & self._denies else Verdict.REVIEW if bits & self._reviews else Verdict.ALLOW

    def weighing(self, bits: int, waived: Waived) -> Weighing:
        """The rules that deny, and those that ask for review: the few combinations that occur are remembered."""
        bits &= (self._denies | self._reviews) & ~sum(self._bit(number, outcome) for number, outcome in waived)
        if bits not in self._weigh:
            self._weigh[bits] = self._of(bits & self._denies), self._of(bits & self._reviews)
        return self._weigh[bits]

    def _of(self, bits: int) -> tuple[str, ...]:
        """The rules of these answers."""
        either = (self._bit(n, Outcome.FAIL) | self._bit(n, Outcome.UNKNOWN) for n in range(len(self.asked)))
        return tuple(asked.rule.id for asked, bit in zip(self.asked, either, strict=True) if bits & bit)

    def outcome(self, number: int, bits: int) -> Outcome:
        for outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS):
            if bits >> number & 1:
                return outcome
            number += len(self.asked)
        return Outcome.NOT_APPLICABLE

    def waived(
        self, bits: int, waivers: Waivers, model: str, revision: str | None
    ) -> tuple[Waived, tuple[WaiverUse, ...]]:
        """Which answers are waived by whom, and what became of every waiver that names the model."""
        waived: dict[tuple[int, Outcome], Waiver] = {}
        uses = []
        for waiver in waivers.about(model):
            covered = [
                (number, outcome)
                for number, asked in enumerate(self.asked)
                for outcome in _TELLING
                if waiver.covers(asked.rule.id, outcome) and bits & self._bit(number, outcome)
            ]
            state = waiver.standing(revision, self._as_of)
            if state is None and not covered:
                state = WaiverState.UNUSED
            elif state is None and not self.asked[covered[0][0]].rule.waivable:
                state = WaiverState.NOT_WAIVABLE
            elif state is None:
                state = WaiverState.APPLIED
                for answer in covered:
                    waived.setdefault(answer, waiver)
            uses.append(WaiverUse(waiver, state))
        return waived, tuple(uses)


def _sections(rules: Sequence[Rule], as_of: date) -> Iterator[OfDocument | OfLists | OfModels]:
    document, models = [], []
    lists: dict[str, list[tuple[int, Rule]]] = {}
    for numbered in enumerate(rules):
        over = numbered[1].over
        if over is None:
            document.append(numbered)
        elif over.of_models:
            models.append(numbered)
        else:
            lists.setdefault(over.names[0], []).append(numbered)
    if document:
        yield OfDocument(document, len(rules), as_of)
    if models:
        yield OfModels(models, len(rules), as_of)
    if lists:
        yield OfLists(lists, len(rules), as_of)


def _standing(rule: Rule, as_of: date) -> str:
    if rule.status is not Status.IN_FORCE:
        return rule.status.value
    return f"from {rule.window.start}" if rule.window.to_come(as_of) else IN_FORCE
