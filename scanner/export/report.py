"""What a report is about: scans as the stable documents they are recorded as, and models that could not be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ScanView:
    """One scan: a facts/v1 document, its decision/v1 documents, its number (None: not recorded), its moment in UTC.

    ``settings`` are the parameters that were set from outside, by policy and name. ``alternatives`` are models of the
    catalogue that could be used instead, most fitting first; None: nobody looked for any. ``since`` is what is another
    than in an earlier scan; None: it was compared with none. ``tool`` is the version of this program that made it,
    ``registry`` the digest of the facts about the world it was made with.
    """

    facts: Mapping[str, Any]
    decisions: Sequence[Mapping[str, Any]]
    number: int | None
    at: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    alternatives: Sequence[Mapping[str, Any]] | None = None
    since: Mapping[str, Any] | None = None
    tool: str | None = None
    registry: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A model that was asked for and not judged, with the error that says why."""

    requested: str
    kind: str
    message: str
    hint: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Screen:
    """What a report is drawn on: ``width`` in columns, 0 when unknown; ``rows``, 0 for paper, which has no end.

    ``color`` allows colours, ``NO_COLOR`` in the environment forbids them; ``ascii`` when it has no lines and arrows.
    """

    color: bool = False
    width: int = 80
    rows: int = 0
    ascii: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    scans: Sequence[ScanView]
    failures: Sequence[Failure]
