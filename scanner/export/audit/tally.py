"""Counting: every decision once in every table, so that each table adds up to all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

VERDICTS = ("allow", "review", "deny")
UNKNOWN = "unknown"
AND = " + "
_MONTHS = 120


def label(values: Iterable[str | None]) -> str:
    """Several values as one name: a merge of two origins is counted once, under both; what is not known is named."""
    return AND.join(value or UNKNOWN for value in values) or UNKNOWN


def months(since: str, until: str) -> list[str]:
    """The months of a period, for those in which nothing was done say something too; none of one of many years."""
    first, last = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (since, until))
    if last - first >= _MONTHS:
        return []
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]


class Tally:
    """Verdicts by a label; ``always`` are rows even where nothing was counted."""

    def __init__(self, always: Iterable[str] = ()) -> None:
        self._counts: dict[str, dict[str, int]] = {}
        for label in always:
            self._of(label)

    def _of(self, label: str) -> dict[str, int]:
        return self._counts.setdefault(label, dict.fromkeys(VERDICTS, 0))

    def add(self, label: str, verdict: str) -> None:
        """Count a decision.

        Raises:
            KeyError: it is no verdict.
        """
        self._of(label)[verdict] += 1

    def rows(self) -> list[dict[str, Any]]:
        """In the order in which they were first counted; ``total`` is what the verdicts add up to."""
        return [{"label": label, **counts, "total": sum(counts.values())} for label, counts in self._counts.items()]

    def largest_first(self) -> list[dict[str, Any]]:
        """The rows, the largest first."""
        return sorted(self.rows(), key=lambda row: (-row["total"], row["label"]))
