"""The history of a repository as a hub tells it: which commits led to a revision, not what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from scanner.hub.answers import date
from scanner.model import Model, is_commit
from scanner.text import clean_line

PAGE = 100
"""commits that are asked for, the newest: one request"""


@dataclass(frozen=True, slots=True)
class Commit:
    """``date`` is None where it could not be read."""

    revision: str
    date: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Commits:
    """The newest commits up to a revision, that one first; ``whole``: there are no older ones."""

    newest: tuple[Commit, ...]
    whole: bool


@runtime_checkable
class Historic(Protocol):
    """A hub that knows the commits of a repository."""

    def commits(self, model: Model) -> Commits:
        """The newest commits up to the revision of ``model``.

        Raises:
            HubError: there is no answer, or none to this caller.
        """


def commits_of(rows: Sequence[Any], total: str | None) -> Commits:
    """The commits an answer lists; rows that cannot be read are left out, and then they are not all."""
    found = []
    for row in rows[:PAGE]:
        said = row if isinstance(row, Mapping) else {}
        revision, title = said.get("id"), said.get("title")
        if isinstance(revision, str) and is_commit(revision):
            when = said.get("date")
            found.append(
                Commit(revision, date(when) if isinstance(when, str) else None, clean_line(str(title or ""), 200))
            )
    counted = int(total) if total is not None and total.isascii() and total.isdigit() and len(total) < 10 else None
    return Commits(tuple(found), len(found) == (len(rows) if counted is None and len(rows) < PAGE else counted))
