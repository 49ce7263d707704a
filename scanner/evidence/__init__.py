"""What the artefacts of a repository say. One file a kind: a fact, a pure parser from bytes, a collector that asks.

A collector yields ``Evidence`` for what it read and ``Gap`` for what it looked for and could not have. A file that the
listing does not show is neither: nothing was expected there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scanner.fact import Gap, Locator
from scanner.model import Model, Parent


class Depth(StrEnum):
    """How deep a model is read: its texts and configs, or the headers of its weight files too."""

    CARD = "card"
    HEADERS = "headers"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was read. ``fact`` is the dataclass of its kind; ``sha256`` and ``size`` are of the bytes read."""

    kind: str
    at: Locator
    fact: Any
    sha256: str | None = None
    size: int | None = None
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A model with everything that was read of it."""

    model: Model
    evidence: tuple[Evidence, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def facts(self, kind: str) -> tuple[Any, ...]:
        """The facts of one kind, in the order they were read."""
        return tuple(e.fact for e in self.evidence if e.kind == kind)

    def with_more(self, items: Iterable[Evidence | Gap]) -> Reading:
        """The same with what was read beside it."""
        found = tuple(items)
        evidence = tuple(item for item in found if isinstance(item, Evidence))
        gaps = tuple(item for item in found if isinstance(item, Gap))
        return replace(self, evidence=(*self.evidence, *evidence), gaps=(*self.gaps, *gaps))

    @property
    def parents(self) -> tuple[Parent, ...]:
        """Every claim of a parent, from every source, unmerged."""
        return tuple(p for e in self.evidence for p in e.parents)
