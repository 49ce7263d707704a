"""Who waives what where. A file of waivers, a comment and a baseline come to the same: a waiver that holds at a place.

What a decision is made under is a file of waivers again, written of those that hold: so it can be stored, and judged
again from what was stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from scanner.policy import By, Waiver, Waivers, WaiverState, read_waivers, waivers_file
from scanner.references import Reference
from scanner.references.remarks import Remark, Spoken, spoken

_WILD = frozenset("*?")
SOON = timedelta(days=30)
"""A waiver that ends within so many days is told in every report."""


class Waived:
    """The waivers of a run on a day, and which of them were of use; ``files`` are of waivers and of baselines."""

    def __init__(self, files: Iterable[Waivers], remarks: Iterable[Remark], as_of: date) -> None:
        self._as_of = as_of
        self._filed = [waiver for file in files for waiver in file.entries]
        self._by_path: dict[str, list[Waiver]] = {}
        self._by_glob = []
        for waiver in self._filed:
            globs = tuple(path for path in waiver.paths if not _WILD.isdisjoint(path))
            for path in waiver.paths:
                if path not in globs:
                    self._by_path.setdefault(path, []).append(waiver)
            if globs or not waiver.paths:
                self._by_glob.append(replace(waiver, paths=globs))
        self._said = list(remarks)
        self._inline = [
            (remark, _inline(remark, rule, as_of)) for remark in self._said if not remark.wrong for rule in remark.rules
        ]
        self._comments: dict[Spoken, list[Waiver]] = {}
        for remark, inline in self._inline:
            for spot in remark.spots:
                self._comments.setdefault(spot, []).append(inline)
        self._applied: set[tuple[str, str]] = set()

    def groups(self, model: str, references: Iterable[Reference]) -> Iterator[tuple[Waivers | None, list[Reference]]]:
        """The places of a model, put together by the waivers that hold there."""
        together: dict[tuple[Waiver, ...], list[Reference]] = {}
        for one in references:
            together.setdefault(tuple(self._holding(model, one)), []).append(one)
        for entries, found in together.items():
            yield _file(model, entries), found

    def _holding(self, model: str, reference: Reference) -> Iterator[Waiver]:
        """What is waived of a model at a place; its paths are kept to already."""
        for waiver in self._within(reference.path):
            if waiver.model is None:
                continue
            here = replace(waiver, paths=(), expression=None, at=waiver.place or None)
            if here.names(model):
                yield here
        for waiver in self._beside(reference):
            yield replace(waiver, model=model)

    def _within(self, path: str) -> Iterator[Waiver]:
        """The filed waivers that hold in a file."""
        yield from self._by_path.get(path, ())
        yield from (waiver for waiver in self._by_glob if waiver.within(path))

    def _beside(self, reference: Reference) -> Sequence[Waiver]:
        """What comments waive at a place."""
        return self._comments.get(spoken(reference), ())

    def of_place(self, rule: str, reference: Reference) -> Waiver | None:
        """Who waives a finding that is about no model, on the day."""
        filed = (w for w in self._within(reference.path) if w.model is None)
        here = [waiver for waiver in filed if waiver.expression in (None, reference.text)]
        here += self._beside(reference)
        for waiver in here:
            if waiver.rule == rule and self._as_of <= waiver.expires:
                self._applied.add((rule, waiver.place))
                return waiver
        return None

    def note(self, uses: Iterable[Mapping[str, Any]]) -> None:
        """Remember what became of the waivers of a decision, as its document says."""
        self._applied.update((one["rule"], one["at"]) for one in uses if one["state"] == WaiverState.APPLIED)

    def document(self, refused: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """``waivers`` of the code base's document; ``refused`` are those of decisions that may not be."""
        known = [*self._filed, *(waiver for _, waiver in self._inline)]
        live = [one for one in known if self._as_of <= one.expires]
        wrong = [
            Waiver(", ".join(one.rules), None, one.wrong, "", "", self._as_of, by=By.INLINE, at=one.place)
            for one in self._said
            if one.wrong
        ]
        return {
            "expiring": [told(one) for one in live if one.by is not By.INLINE and one.expires - self._as_of <= SOON],
            "expired": [told(one) for one in known if one.expires < self._as_of],
            "unused": [told(one) for one in live if (one.rule, one.place) not in self._applied],
            "refused": [*refused, *map(told, wrong)],
        }


def _inline(remark: Remark, rule: str, as_of: date) -> Waiver:
    """A comment as a waiver. It is read anew by every run: without an end it holds on the day of the run."""
    until = remark.until or as_of
    return Waiver(rule, None, remark.reason, "a comment", remark.place, until, by=By.INLINE, at=remark.place)


def _file(model: str, entries: Sequence[Waiver]) -> Waivers | None:
    """Waivers as the file a decision is made under."""
    if not entries:
        return None
    return read_waivers(waivers_file(entries, f"what holds for {model}"), file="waivers in effect")


def told(waiver: Waiver) -> dict[str, Any]:
    """A waiver as ``waivers`` of the code base's document tell it."""
    return {
        "rule": waiver.rule,
        "model": waiver.model,
        "owner": waiver.owner,
        "approver": waiver.approver or None,
        "ticket": waiver.ticket or None,
        "expires": waiver.expires.isoformat(),
        "reason": waiver.reason,
        "at": waiver.place or None,
    }
