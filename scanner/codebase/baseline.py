"""A baseline: all that weighs now, as waivers that end, for whoever takes over an estate that has grown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from scanner.policy import By, Outcome, Waiver, waivers_file

DAYS = 90


def baseline_text(document: Mapping[str, Any], as_of: date) -> str:
    """The waiver file of a codebase/v1 document. Each entry is for a rule, a model or expression, an outcome and files.

    Who takes over a finding writes in who and why. What may not be waived is left out.
    """
    entries: dict[tuple[Any, ...], dict[str, None]] = {}
    texts = {_spot(one["path"], one): one["text"] for one in document["references"]}
    outcomes: dict[tuple[Any, ...], str] = {}
    for judged in document["models"]:
        for said in (said for decision in judged["decisions"] for said in decision["findings"]):
            outcomes[said["rule"], judged["model"], said["subject"], said["message"]] = said["outcome"]
    for one in document["findings"]:
        if one["verdict"] == "note" or one["suppressed"] or not one["waivable"]:
            continue
        expression = outcome = None
        if one["model"] is None:
            expression = texts[_spot(one["path"], one["places"][0])]
        else:
            # What was unknown and is known to be wrong now was not accepted.
            outcome = Outcome(outcomes[one["rule"], one["model"], one["subject"], one["message"]])
        # No path of a waiver holds a backslash; a mark that stands for any character does.
        path = one["path"].replace("\\", "?")
        entries.setdefault((one["rule"], one["model"], expression, outcome), {})[path] = None
    reason = f"found when the baseline was written on {as_of}"
    waivers = (
        Waiver(
            rule, model, reason, "baseline", "baseline", as_of + timedelta(days=DAYS),
            paths=tuple(paths), expression=expression, outcome=outcome, by=By.BASELINE,
        )
        for (rule, model, expression, outcome), paths in entries.items()
    )  # fmt: skip
    head = f"What was found on {as_of}. Each entry ends: work it off, or write in who accepts it and why."
    return waivers_file(waivers, head)


def _spot(path: str, place: Mapping[str, Any]) -> tuple[Any, ...]:
    return path, place["line"], place["column"], place["cell"]
