"""A policy in two halves: rules that read a lineage, and rules that read the model alone.

What a rule answers depends on what it reads. A thousand profiles and ten thousand lineages make millions of models, but
half of the rules cannot tell lineages apart and the other half hardly the profiles: each half is judged once a kind of
its own, and the answers are put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from scanner.catalogue.alike import asked_by
from scanner.policy import Policy, judge
from scanner.policy.decision import Weighing

_OF_LINEAGE = ("lineage", "terms", "gaps")
Half = tuple[tuple[int, Weighing], ...]
"""Of each policy its verdict by half of its rules, and which of these weigh."""
Said = tuple[tuple[int, ...], tuple[str, ...]]
"""Of each policy its verdict, and the rules that weigh, worst first, joined by blanks."""
_NOTHING: tuple[int, Weighing] = (0, ((), ()))


class Halves:
    """The halves of some policies on a day: ``alone`` reads no lineage, ``lineage`` may read anything."""

    def __init__(self, policies: Sequence[Policy], as_of: date) -> None:
        self._as_of = as_of
        split = [_split(policy, as_of) for policy in policies]
        self.alone = [alone for alone, _ in split]
        self.lineage = [lineage for _, lineage in split]
        self._order = [{rule.id: place for place, rule in enumerate(policy.rules)} for policy in policies]

    def judged(self, half: Iterable[Policy | None], facts: Mapping[str, Any]) -> Half:
        """What one half says of a document."""
        return tuple(self._judged(policy, facts) if policy else _NOTHING for policy in half)

    def _judged(self, policy: Policy, facts: Mapping[str, Any]) -> tuple[int, Weighing]:
        decision = judge(policy, facts, as_of=self._as_of)
        return int(decision.verdict), decision.answers.weighing()

    def together(self, one: Half, other: Half) -> Said:
        """What whole policies say whose halves say ``one`` and ``other``."""
        verdicts = tuple(max(a, b) for (a, _), (b, _) in zip(one, other, strict=True))
        pairs = zip(self._order, one, other, strict=True)
        return verdicts, tuple(_weighing(order, a, b) for order, (_, a), (_, b) in pairs)


def _split(policy: Policy, as_of: date) -> tuple[Policy | None, Policy | None]:
    rules = [rule for rule in policy.rules if not rule.window.ended(as_of)]
    of_lineage = {rule.id for rule in rules if any(_is_of_lineage(name) for name in asked_by(rule))}
    alone = tuple(rule for rule in rules if rule.id not in of_lineage)
    lineage = tuple(rule for rule in rules if rule.id in of_lineage)
    # A policy without a rule in effect is none.
    return replace(policy, rules=alone) if alone else None, replace(policy, rules=lineage) if lineage else None


def _is_of_lineage(name: str) -> bool:
    return name.split(".")[0] in _OF_LINEAGE


def _weighing(order: Mapping[str, int], one: Weighing, other: Weighing) -> str:
    rules: dict[str, None] = {}
    for a, b in zip(one, other, strict=True):
        rules.update(dict.fromkeys(sorted(a + b, key=order.__getitem__)))
    return " ".join(rules)
