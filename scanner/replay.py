"""Judging again what was recorded: as it was judged then, which has to come out the same, or as it might have been.

Nothing is read but the record: the facts, the policy and the waivers as the texts that were hashed. The day is that of
the facts. So no clock, no network and no setting has a say, and whoever has the record can repeat the judgement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from scanner.diff import first_difference
from scanner.errors import PolicyError, ScannerError, ScanRedacted
from scanner.facts import reattributed
from scanner.origin import Registry
from scanner.policy import Policy, Verdict, Waivers, decision_document, judge, read_waivers, stored_policy
from scanner.store import DecisionRecord, ScanRecord, canonical


class Result(StrEnum):
    """What came of judging a recorded decision again."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    NOT_REPLAYED = "not-replayed"
    """something that is needed is missing or cannot be read; that is no answer, and no pass"""
    REDACTED = "redacted"
    """the scan was removed, and a record of the log says so: there is nothing to judge, and nothing wrong"""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision, judged again. ``policy`` is None where the scan could not be read; ``told`` says what differs."""

    scan: int
    model: str | None
    policy: str | None
    result: Result
    told: str = ""


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed to have been otherwise; None: it stays as it was recorded.

    With ``registry`` origins are concluded anew, on ``as_of`` or on the day of the facts.
    """

    policies: Sequence[Policy] | None = None
    waivers: Waivers | None = None
    as_of: date | None = None
    registry: Registry | None = None


@dataclass(frozen=True, slots=True)
class Supposed:
    """One scan as it would be: its verdict before and after, and the rules that weigh on it; ``after`` None: not known.

    ``told`` says why it is not known; ``redacted``: because it was removed, and a record of the log says so.
    """

    scan: int
    at: str | None
    model: str | None
    before: str | None
    after: str | None
    rules_before: tuple[str, ...] = ()
    rules_after: tuple[str, ...] = ()
    told: str = ""
    redacted: bool = False

    @property
    def changed(self) -> bool:
        return self.after is not None and self.before != self.after

    @property
    def for_other_reasons(self) -> bool:
        """True when the verdict stays and the rules behind it do not."""
        return self.before == self.after and set(self.rules_before) != set(self.rules_after)


class Bench:
    """Judges recorded scans one after another; a policy or a file of waivers is read once."""

    def __init__(self) -> None:
        self._policies: dict[str, Policy | PolicyError] = {}
        self._waivers: dict[str, Waivers | PolicyError] = {}

    def replay(self, number: int, found: ScanRecord | ScannerError) -> Iterator[Replayed]:
        """Each decision of a scan, judged again by its own policy and waivers on its own day."""
        if isinstance(found, ScannerError):
            result = Result.REDACTED if isinstance(found, ScanRedacted) else Result.NOT_REPLAYED
            yield Replayed(number, None, None, result, found.message)
            return
        for one in found.decisions:
            result, told = self._replayed(found, one)
            yield Replayed(number, str(found.facts["model"]["id"]), one.policy_name, result, told)

    def _replayed(self, found: ScanRecord, one: DecisionRecord) -> tuple[Result, str]:
        try:
            policy, waivers = self._policy(one), self._file(found.waivers_text)
            made = decision_document(judge(policy, found.facts, as_of=_day(found.facts), waivers=waivers))
            text = canonical(made)
        except PolicyError as error:
            return Result.NOT_REPLAYED, error.message
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
            return Result.NOT_REPLAYED, "the recorded facts are not what a policy can be asked about"
        stored = one.body if one.body is not None else canonical(one.document)
        if text == stored:
            return Result.IDENTICAL, ""
        return Result.DIFFERENT, first_difference(one.document, made) or "the same values, written otherwise"

    def suppose(self, number: int, found: ScanRecord | ScannerError, supposition: Supposition) -> Supposed:
        """The scan as it would have been judged."""
        if isinstance(found, ScannerError):
            gone = isinstance(found, ScanRedacted)
            return Supposed(number, None, None, None, None, told=found.message, redacted=gone)
        known = number, found.at, str(found.facts["model"]["id"]), found.verdict
        try:
            day = supposition.as_of or _day(found.facts)
            facts = reattributed(found.facts, supposition.registry, day) if supposition.registry else found.facts
            waivers = supposition.waivers if supposition.waivers is not None else self._file(found.waivers_text)
            policies = supposition.policies or [self._policy(one) for one in found.decisions]
            made = [judge(policy, facts, as_of=day, waivers=waivers) for policy in policies]
            weighed = _weighing(found.decisions)
        except PolicyError as error:
            return Supposed(*known, None, told=error.message)
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
            return Supposed(*known, None, told="the recorded facts are not what a policy can be asked about")
        verdict: Verdict = max(decision.verdict for decision in made)
        rules = tuple(dict.fromkeys(rule for decision in made for rule in decision.weighing))
        return Supposed(*known, verdict.name, weighed, rules)

    def _policy(self, one: DecisionRecord) -> Policy:
        known = self._policies.get(one.policy_digest)
        if known is None:
            try:
                known = stored_policy(one.policy_text)
            except PolicyError as error:
                known = error
            self._policies[one.policy_digest] = known
        if isinstance(known, PolicyError):
            raise known
        return known

    def _file(self, text: str | None) -> Waivers | None:
        if text is None:
            return None
        known = self._waivers.get(text)
        if known is None:
            try:
                known = read_waivers(text, file="the recorded waivers")
            except PolicyError as error:
                known = error
            self._waivers[text] = known
        if isinstance(known, PolicyError):
            raise known
        return known


def _day(facts: Mapping[str, Any]) -> date:
    return date.fromisoformat(facts["as_of"])


def _weighing(decisions: Sequence[DecisionRecord]) -> tuple[str, ...]:
    """The rules that weighed on a recorded scan, the worst first in each decision."""
    return tuple(
        dict.fromkeys(
            finding["rule"]
            for one in decisions
            for finding in one.document.get("findings", ())
            if finding["verdict"] != "note" and finding["waived_by"] is None
        )
    )
