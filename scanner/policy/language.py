"""The closed vocabulary of a policy: the words that may be written and the small values they stand for.

A rule describes what is *wrong*: ``when`` true means the rule fails. Nothing here is guessed: a word outside the
vocabulary does not load, and what could not be determined is answered by ``unknown``, never by a pass.

Status and days decide what a finding may weigh:

* a rule that is ``draft`` or ``suspended``, or whose first day has not come, gives notes, whatever it says; a policy
  that extends its pack puts it in force by the rule's name (``override: {rule-id: {status: in-force}}``);
* a pack that is ``draft`` or ``suspended`` gives notes where another policy extends it; asked for by its own name it
  weighs in full (``judge(..., enforce_draft=False)`` keeps it at notes there too);
* after its last day a rule is no longer judged. A policy of which nothing is left on a day gives no decision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

VERSION = 1
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

POLICY_KEYS = (
    "version",
    "name",
    "title",
    "description",
    "status",
    "effective",
    "extends",
    "parameters",
    "override",
    "rules",
)
RULE_KEYS = (
    "id",
    "title",
    "status",
    "effective",
    "foreach",
    "where",
    "when",
    "verdict",
    "unknown",
    "message",
    "references",
    "waivable",
)
OVERRIDE_KEYS = ("verdict", "unknown", "status", "disabled")
CONNECTIVES = ("all", "any", "not")

Scalar = str | int | bool
Wanted = Scalar | tuple[Scalar, ...]
Setting = Scalar | tuple[str, ...] | None
"""What a parameter may hold; None is a value that must be set."""
Value = Scalar | None | tuple[Scalar | None, ...]


class Misfit(ValueError):
    """Something written that does not fit the vocabulary; whoever knows the place turns it into a ``PolicyError``."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Verdict(IntEnum):
    """What is to be done with a model; the worst wins."""

    ALLOW = 0
    REVIEW = 1
    DENY = 2

    def __str__(self) -> str:
        return self.name.lower()


VERDICTS = {"note": Verdict.ALLOW, "review": Verdict.REVIEW, "deny": Verdict.DENY}
"""What a rule may weigh. A note is reported and weighs nothing."""


class Outcome(StrEnum):
    """What a rule answered."""

    PASS = "pass"  # noqa: S105 - a word, no password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Status(StrEnum):
    IN_FORCE = "in-force"
    DRAFT = "draft"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which something holds, both ends included; None is open."""

    start: date | None = None
    until: date | None = None

    def within(self, other: Window) -> Window:
        """The days that lie in both."""
        starts = [day for day in (self.start, other.start) if day]
        ends = [day for day in (self.until, other.until) if day]
        return Window(max(starts, default=None), min(ends, default=None))

    def ended(self, day: date) -> bool:
        return self.until is not None and day > self.until

    def to_come(self, day: date) -> bool:
        return self.start is not None and day < self.start


ALWAYS = Window()
