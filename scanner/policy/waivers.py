"""Waivers: who has accepted which finding, why and until when. They live in their own file, never in a policy.

::

    version: 1
    waivers:
      - rule: root-origin
        model: acme/widget-*
        revision: 0123456789abcdef0123456789abcdef01234567   # optional: this commit only
        outcome: unknown                                     # optional: only where the rule could not be answered
        reason: weights were reviewed by the model board
        approver: security@acme.example
        ticket: RISK-12
        expires: 2027-03-31

A waived finding stays in the decision, marked, and weighs nothing. An expired waiver, one for another revision, one for
a rule that may not be waived and one that met no finding change nothing, and are told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from scanner.policy.language import NAME, Outcome
from scanner.policy.operators import globbed
from scanner.policy.written import Written, read_file, read_text

KEYS = ("rule", "model", "revision", "outcome", "reason", "approver", "ticket", "expires")
REQUIRED = ("rule", "model", "reason", "approver", "ticket", "expires")
_HEX = frozenset("0123456789abcdef")


class WaiverState(StrEnum):
    """What became of a waiver that names the judged model."""

    APPLIED = "applied"
    EXPIRED = "expired"
    OTHER_REVISION = "other-revision"
    NOT_WAIVABLE = "not-waivable"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Waiver:
    """``model`` is an id in which ``*`` stands for anything within one part; ``expires`` is the last day it holds."""

    rule: str
    model: str
    reason: str
    approver: str
    ticket: str
    expires: date
    revision: str | None = None
    outcome: Outcome | None = None
    file: str = ""
    line: int = 0

    def names(self, model: str) -> bool:
        """True when it is about this model; upper and lower case are the same, as on the Hub."""
        mine, parts = self.model.split("/"), model.split("/")
        return len(mine) == len(parts) and all(globbed(p)(part) for p, part in zip(mine, parts, strict=True))

    def covers(self, rule: str, outcome: Outcome) -> bool:
        return self.rule == rule and self.outcome in (None, outcome)

    def standing(self, revision: str | None, as_of: date) -> WaiverState | None:
        """Why it does not hold for this revision on this day; None when it does."""
        if as_of > self.expires:
            return WaiverState.EXPIRED
        if self.revision is not None and self.revision != revision:
            return WaiverState.OTHER_REVISION
        return None


@dataclass(frozen=True, slots=True)
class WaiverUse:
    waiver: Waiver
    state: WaiverState


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of one file; ``digest`` is the SHA-256 of its ``text``, in hex."""

    entries: tuple[Waiver, ...]
    text: str
    digest: str

    def about(self, model: str) -> tuple[Waiver, ...]:
        return tuple(waiver for waiver in self.entries if waiver.names(model))

    def unused(self, uses: Iterable[WaiverUse]) -> tuple[Waiver, ...]:
        """The waivers that none of ``uses`` (of all decisions of a run) shows as applied."""
        applied = {id(use.waiver) for use in uses if use.state is WaiverState.APPLIED}
        return tuple(waiver for waiver in self.entries if id(waiver) not in applied)


def load_waivers(path: str | Path) -> Waivers:
    """Read a waiver file.

    Raises:
        PolicyError: with file, line and a hint.
    """
    return read_waivers(read_file(Path(path), kind="waiver file"), file=str(path))


def read_waivers(text: str, *, file: str = "waivers") -> Waivers:
    """Waivers from their text; ``file`` is how complaints call it.

    Raises:
        PolicyError: as ``load_waivers``.
    """
    entries = read_text(text, file, kind="waiver file").entries(("version", "waivers"), ("version", "waivers"))
    waivers = tuple(_waiver(item) for item in entries["waivers"].items())
    return Waivers(waivers, text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def _waiver(written: Written) -> Waiver:
    entries = written.entries(KEYS, REQUIRED)
    return Waiver(
        rule=entries["rule"].text(NAME),
        model=_model(entries["model"]),
        reason=entries["reason"].text(),
        approver=entries["approver"].text(),
        ticket=entries["ticket"].text(),
        expires=entries["expires"].day(),
        revision=_revision(entries["revision"]) if "revision" in entries else None,
        outcome=Outcome(entries["outcome"].word((Outcome.FAIL, Outcome.UNKNOWN))) if "outcome" in entries else None,
        file=written.file,
        line=written.document.line(written.at),
    )


def _model(written: Written) -> str:
    text = written.text()
    parts = text.split("/")
    if len(parts) > 2 or not all(parts) or "**" in text:
        raise written.fail(f"{text!r} names no model", "a model is org/name; * stands for anything within one part")
    if all(set(part) == {"*"} for part in parts):
        raise written.fail(f"{text!r} names every model", "name at least the organisation")
    return text


def _revision(written: Written) -> str:
    text = written.text()
    if len(text) != 40 or not _HEX.issuperset(text):
        raise written.fail(
            f"{text!r} is not a commit", "a commit has 40 hex digits; put it in quotes if it is all digits"
        )
    return text
