"""Which recorded models are checked again, and what is another since: the nightly job of ``check --recorded``.

A model is compared with the last scan by which somebody asked for it by name, else with the first of a code base that
uses it; not with last night's, nor with what a scheduled ``scan`` found since: a drift is told every night until the
model is checked by name. What was found by night says so itself: by its run (``store.NIGHT``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from scanner.cli.reading import failure
from scanner.cli.records import side
from scanner.codebase.lock import drift, key, pin
from scanner.diff import Side, difference_document
from scanner.errors import (
    DatabaseUnreadable,
    DisabledModel,
    GatedModel,
    HubError,
    ModelNotFound,
    NothingToScan,
    RevisionNotFound,
    ScannerError,
)
from scanner.export import Failure
from scanner.policy import By, Decision, Policy, Waivers, WaiverState, read_waivers, waivers_file
from scanner.store import Requested, ScanRecord, Store

SOON = timedelta(days=14)
"""A waiver that ends within so many days is told."""
_FOLDER = "dir"
_NAMED = 10

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """A model to check again: the text it is asked for by, the scan it is compared with, and why it is watched.

    ``by_day`` is the last scan but those by night: its waivers are those that hold.
    """

    requested: str
    number: int | None
    at: str
    why: tuple[str, ...]
    last: int
    by_day: int | None


class Watch:
    """The models of the record that are approved or in use, those first whose last scan is longest ago.

    ``at_most`` is how many are read. One that is gone is recorded by no scan and stays the first: it is not counted, or
    some that are gone would keep the others from their turn.

    Raises:
        NothingToScan: none is.
    """

    def __init__(self, store: Store, hub: str, policies: Sequence[Policy], as_of: date, at_most: int | None) -> None:
        self._store, self._as_of = store, as_of
        self._policies = {policy.name for policy in policies}
        # A model is read without a code base: what rules say of its use in one is no drift where it is not asked.
        self._of_use = {
            (policy.name, rule.id)
            for policy in policies
            for rule in policy.rules
            if rule.over and "usage.references" in rule.over.names
        }
        found, elsewhere = _watched(store, hub)
        if not found and elsewhere:
            raise NothingToScan(
                f"no recorded model of this hub is approved or in use; {elsewhere:,} were read from elsewhere",
                hint="check what lies in a folder or a file by path, or name another --hub",
            )
        if not found:
            raise NothingToScan(
                "no recorded model is approved or in use",
                hint="a model is watched once modelorigin check allows it, or modelorigin scan finds it in use",
            )
        self.models, self._elsewhere, self._at_most = found, elsewhere, at_most
        self._named = {one.requested: one for one in self.models}
        self._read = self._gone = self._failed = 0
        self.drifted: list[str] = []
        """Names of what is another than it was."""
        self._look: list[str] = []
        """Those, and what has a waiver that has ended or will soon."""

    @property
    def enough(self) -> bool:
        """True when as many were read as shall be."""
        return self._at_most is not None and self._read + self._failed >= self._at_most

    def named(self, requested: str) -> Watched:
        return self._named[requested]

    def with_drift(self, requested: str, facts: Json, verdict: Callable[[Json], str]) -> Json:
        """``facts`` with what is another than in the scan it is compared with, as ``usage.drift``.

        ``verdict`` gives what facts are judged to be.

        Raises:
            DatabaseUnreadable: the scan it is compared with is damaged, or holds no facts document.
            NothingToScan: it is not in the record any more.
        """
        before = self._before(requested)
        is_ = verdict(facts)
        with _comparable(self.named(requested)):
            was = self._verdict(before)
            # A verdict that became better, or that was given by other policies, is no drift.
            agreed = was if was is not None and _WEIGHT[is_] > _WEIGHT[was] else is_
            at = f"scan {self.named(requested).number}"
            known = _with_table_entry(before.facts, facts)
            found = drift(pin(requested, known, agreed), pin(requested, facts, is_), at)
        return {**facts, "usage": {**facts["usage"], "drift": found}}

    def waivers(self, requested: str) -> Waivers | None:
        """Those under which it was last judged by day.

        A comment without an end was recorded as one that ends on the day of the scan; it holds till the code is read.

        Raises:
            DatabaseUnreadable, NothingToScan, PolicyError: they cannot be read.
        """
        by_day = self.named(requested).by_day
        before = self._before(requested) if by_day is None else self._store.scan(by_day)
        if before.waivers_text is None:
            return None
        file = read_waivers(before.waivers_text, file="the recorded waivers")
        read = date.fromisoformat(before.facts["as_of"])
        entries = [
            replace(one, expires=self._as_of) if one.by is By.INLINE and one.expires == read < self._as_of else one
            for one in file.entries
        ]
        if entries == list(file.entries):
            return file
        return read_waivers(waivers_file(entries, "as they were recorded, and comments without an end"))

    def _before(self, requested: str) -> ScanRecord:
        """The scan it is compared with.

        Raises:
            DatabaseUnreadable: it is damaged.
            NothingToScan: it is not in the record any more.
        """
        watched = self.named(requested)
        if watched.number is None:
            raise NothingToScan(
                f"the scan by which {requested} was asked for is not in the record any more: nothing to compare with",
                hint="check it by name, and it is compared with that scan",
            )
        return self._store.scan(watched.number)

    def _verdict(self, before: ScanRecord) -> str | None:
        """The worst verdict of the policies that are asked now; None where not all of them were asked then."""
        then: dict[str, str] = {
            one.policy_name: _without(self._of_use, one.document)["verdict"] for one in before.decisions
        }
        if not self._policies <= then.keys():
            return None
        return max((then[name] for name in self._policies), key=_WEIGHT.__getitem__)

    def since(self, requested: str, found: ScanRecord, number: int | None, decisions: Sequence[Decision]) -> Json:
        """What a report tells of a model that was checked again: the difference, and waivers that end."""
        watched = self.named(requested)
        before = self._before(requested)
        names = self._policies.intersection(one.policy_name for one in before.decisions)
        with _comparable(watched):
            difference = difference_document(
                self._judged_by(names, side(before, watched.number)), self._judged_by(names, side(found, number))
            )
        self._read += 1
        waivers = list(_ending(decisions, self._as_of))
        if difference["drift"]:
            self.drifted.append(requested)
        if difference["drift"] or waivers:
            self._look.append(requested)
        told = {"scan": watched.number, "at": watched.at, "why": list(watched.why)}
        return {**told, "difference": difference, "waivers": waivers}

    def _judged_by(self, names: Collection[str], one: Side) -> Side:
        """A side with the decisions of these policies alone: what one side was not asked is no change."""
        decisions = [_without(self._of_use, made) for made in one.decisions if made["policy"]["name"] in names]
        return replace(one, decisions=decisions, policies={n: text for n, text in one.policies.items() if n in names})

    def missed(self, requested: str, error: ScannerError) -> Failure:
        """A model that could not be read; what is not there any more, or closed, is a drift too."""
        watched = self.named(requested)
        if isinstance(error, (ModelNotFound, GatedModel, DisabledModel, RevisionNotFound)):
            self.drifted.append(requested)
            self._look.append(requested)
            self._gone += 1
        else:
            self._failed += 1
        told = failure(requested, error)
        if not isinstance(error, HubError) or watched.number is None:
            return told
        return replace(told, message=f"{told.message}; scan {watched.number} of {watched.at} could read it")

    def summary(self) -> Iterator[str]:
        """What was checked again, in words."""
        yield f"{self._read:,} of {len(self.models):,} recorded models checked again"
        if self._look:
            shown = ", ".join(self._look[:_NAMED])
            more = f" and {len(self._look) - _NAMED:,} more" if len(self._look) > _NAMED else ""
            yield f"{len(self._look):,} to look at: {shown}{more}"
        left = len(self.models) - self._read - self._gone - self._failed
        if left:
            yield f"{left:,} left for the next run"
        if self._elsewhere:
            yield f"{self._elsewhere:,} were read from elsewhere (a folder, a file): check them by path"


def _with_table_entry(before: Mapping[str, Any], now: Json) -> Mapping[str, Any]:
    """``before`` with its licence looked up; what an older release did not look up is no drift.

    It is the entry of ``now`` where the words it is looked up by are the same, and unknown where they are not.
    """
    licence, found = before["license"], now["license"]
    if "id" in licence:
        return before
    same = all(licence[word] == found[word] for word in ("declared", "name", "link", "concluded"))
    return {**before, "license": {**licence, "id": found["id"] if same else None}}


@contextmanager
def _comparable(watched: Watched) -> Iterator[None]:
    """What a scan that holds no facts document raises, in our words."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatabaseUnreadable(
            f"scan {watched.number} of {watched.requested} holds no facts document: nothing can be compared with it",
            hint="modelorigin audit verify says more; check the model by name, and it is compared with that scan",
        ) from error


_WEIGHT = {"allow": 0, "review": 1, "deny": 2}


def _without(rules: Collection[tuple[str, str]], decision: Mapping[str, Any]) -> Mapping[str, Any]:
    """A recorded decision as it were if these rules of these policies had not been asked."""
    left = {rule for policy, rule in rules if policy == decision["policy"]["name"]}
    outcomes = {rule: outcome for rule, outcome in decision["outcomes"].items() if rule not in left}
    if len(outcomes) == len(decision["outcomes"]):
        return decision
    findings = [one for one in decision["findings"] if one["rule"] not in left]
    weighed = [one["verdict"] for one in findings if one["verdict"] != "note" and one["waived_by"] is None]
    verdict = max(weighed, key=_WEIGHT.__getitem__, default="allow")
    return {**decision, "findings": findings, "outcomes": outcomes, "verdict": verdict}


def _ending(decisions: Sequence[Decision], as_of: date) -> Iterator[Json]:
    """The waivers that name the model and have ended, or will soon; ``Watch.waivers`` has endless ones end today."""
    told = set()
    for use in (use for decision in decisions for use in decision.waivers):
        waiver = use.waiver
        endless = waiver.by is By.INLINE and waiver.expires == as_of
        soon = use.state is WaiverState.APPLIED and not endless and waiver.expires - as_of <= SOON
        if (soon or use.state is WaiverState.EXPIRED) and (waiver.rule, waiver.ticket) not in told:
            told.add((waiver.rule, waiver.ticket))
            yield {"rule": waiver.rule, "ticket": waiver.ticket, "approver": waiver.approver, "owner": waiver.owner,
                   "expires": waiver.expires.isoformat(), "expired": not soon}  # fmt: skip


def _watched(store: Store, hub: str) -> tuple[list[Watched], int]:
    """The models to check again, the longest ago first, and how many are not models of this hub.

    A copy in a folder is not the model of that name on a hub: neither stands for the other. What another hub told of
    a model (the starter catalogue, without files) stands for it only where this one was never asked.
    """
    found: dict[tuple[str, bool], list[Requested]] = {}
    for one in store.requests():
        found.setdefault((key(one.requested), one.hub == _FOLDER), []).append(one)
    watched, elsewhere = [], 0
    for (_, in_folder), some in found.items():
        asked = max(some, key=lambda one: _counts(one, hub))
        # What was approved and is gone from the record is watched, and says so where it is compared.
        why = ["approved"] if asked.verdict == "ALLOW" or asked.number is None else []
        why += [f"in use by {codebase}" for codebase in sorted({name for one in some for name in one.codebases})]
        if not why:
            continue
        if in_folder != (hub == _FOLDER):
            elsewhere += 1
            continue
        last = max(one.last for one in some)
        by_day = max((one.by_day for one in some if one.hub == asked.hub and one.by_day is not None), default=None)
        watched.append(Watched(asked.requested, asked.number, asked.at, tuple(why), last, by_day))
    return sorted(watched, key=lambda one: one.last), elsewhere


def _counts(one: Requested, hub: str) -> tuple[bool, bool, bool, int]:
    """Which of a model's texts is the one to compare with: the greatest. By name it is the last, in use the first."""
    number = one.number or 0
    return one.number is not None, one.hub == hub, one.by_name, number if one.by_name else -number
