"""What a crawl did, where it stopped, and how to go on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scanner.catalogue.entry import moment
from scanner.catalogue.shelf import Tally
from scanner.errors import ScannerError

SCHEMA = "crawl/v1"


@dataclass(slots=True)
class Report:
    """``requests`` by bucket, ``answers`` by class, ``events`` by kind, ``asked`` by how each question by name ended.

    ``stopped`` says why it ended before there was nothing left to do; ``error`` is the hub's or the database's no.
    ``waiting`` are the names still in the queue, by why.
    """

    started: int
    ended: int = 0
    notes: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    tally: Tally = field(default_factory=Tally)
    gone: int = 0
    unread: int = 0
    events: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, int] = field(default_factory=dict)
    where: str = ""
    stopped: str | None = None
    error: ScannerError | None = None

    @property
    def complete(self) -> bool:
        return self.stopped is None and self.error is None

    @property
    def onwards(self) -> str | None:
        """How to go on; None when there is nothing to go on with."""
        if self.complete:
            return None
        return "run the same command again: it goes on from there, here or wherever the catalogue is"

    def document(self) -> dict[str, Any]:
        error = self.error
        return {
            "schema": SCHEMA,
            "started": moment(self.started),
            "ended": moment(self.ended),
            "notes": self.notes,
            "requests": dict(sorted(self.requests.items())),
            "answers": dict(sorted(self.answers.items())),
            "pages": self.pages,
            "models": {
                "new": self.tally.new, "changed": self.tally.changed, "unchanged": self.tally.unchanged,
                "gone": self.gone, "unread": self.unread,
            },
            "events": dict(sorted(self.events.items())),
            "asked": dict(sorted(self.asked.items())),
            "waiting": dict(sorted(self.waiting.items())),
            "complete": self.complete,
            "where": self.where,
            "stopped": self.stopped,
            "error": {"kind": type(error).__name__, "message": error.message, "hint": error.hint} if error else None,
            "onwards": self.onwards,
        }  # fmt: skip
