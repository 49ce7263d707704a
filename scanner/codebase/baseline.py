"""A baseline: all that weighs now, as waivers that end, for whoever takes over an estate that has grown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from scanner.policy import By, Outcome, Waiver, waivers_file

DAYS = 90


def baseline_text(document: Mapping[str, Any], as_of: date) -> str:
    """The waiver file of a codebase/v1 document. Each entry is for a rule, a model or expression, an outcome and files.

    Who takes over a finding writes in who and why. What an earlier baseline accepts stays accepted as long as it was,
    and no longer. What may not be waived is left out.
    """
    entries: dict[Waiver, dict[str, None]] = {}
    texts = {_spot(one["path"], one): one["text"] for one in document["references"]}
    outcomes: dict[tuple[Any, ...], str] = {}
    for judged in document["models"]:
        for said in (said for decision in judged["decisions"] for said in decision["findings"]):
            outcomes[said["rule"], judged["model"], said["subject"], said["message"]] = said["outcome"]
    for one in document["findings"]:
        before = one["suppressed"]
        if one["verdict"] == "note" or not one["waivable"] or (before and before["by"] != By.BASELINE):
            continue
        entry = _renewed(one, before) if before else _accepted(one, as_of)
        if one["model"] is None:
            entry = replace(entry, expression=texts[_spot(one["path"], one["places"][0])])
        else:
            # What was unknown and is known to be wrong now was not accepted.
            entry = replace(entry, outcome=Outcome(outcomes[one["rule"], one["model"], one["subject"], one["message"]]))
        # A path of a waiver holds no backslash, and its stars stand for more than one file.
        entries.setdefault(entry, {})[one["path"].translate(_ANY)] = None
    head = f"What was found on {as_of}. Each entry ends: work it off, or write in who accepts it and why."
    return waivers_file((replace(entry, paths=tuple(paths)) for entry, paths in entries.items()), head)


def _accepted(finding: Mapping[str, Any], as_of: date) -> Waiver:
    reason, end = f"found when the baseline was written on {as_of}", as_of + timedelta(days=DAYS)
    return Waiver(finding["rule"], finding["model"], reason, "baseline", "baseline", end, by=By.BASELINE)


def _renewed(finding: Mapping[str, Any], was: Mapping[str, Any]) -> Waiver:
    return Waiver(
        finding["rule"], finding["model"], was["reason"], was["approver"], was["ticket"],
        date.fromisoformat(was["expires"]), owner=was["owner"], by=By.BASELINE,
    )  # fmt: skip


_ANY = str.maketrans("\\*", "??")


def _spot(path: str, place: Mapping[str, Any]) -> tuple[Any, ...]:
    return path, place["line"], place["column"], place["cell"]
