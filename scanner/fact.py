"""How we know a thing: on which basis, from which place, and what we looked for and could not have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.errors import HubError, Reason


class Basis(StrEnum):
    """On what a claim rests, strongest first."""

    DECLARED = "declared"
    """the publisher says so in a field made for it (front matter, adapter config, GGUF key)"""
    OBSERVED = "observed"
    """a file of the repository shows it (``_name_or_path``, a merge recipe)"""
    STATED = "stated"
    """the publisher says so in prose"""
    CURATED = "curated"
    """a cited table that ships with this project says so"""
    INFERRED = "inferred"
    """it looks like it (config, tokenizer, name): a lead, never an accusation"""

    @property
    def rank(self) -> int:
        """0 for the strongest; a path is as strong as its weakest edge."""
        return _RANKS[self.value]


_RANKS = {basis.value: rank for rank, basis in enumerate(Basis)}


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNVERIFIED = "unverified"
    """public knowledge: no page was read"""


@dataclass(frozen=True, slots=True)
class Locator:
    """The footnote under a fact: ``hf://org/name@revision/path#key`` or ``...#bytes=0-1023``.

    ``hub`` is the scheme (``hf``, ``dir``, ``starter``); ``path`` is None for what the hub's API says itself.
    """

    hub: str
    repo: str
    revision: str | None = None
    path: str | None = None
    key: str | None = None
    span: tuple[int, int] | None = None

    def __str__(self) -> str:
        text = f"{self.hub}://{self.repo}"
        if self.revision:
            text += f"@{self.revision}"
        if self.path:
            text += f"/{self.path}"
        if self.key:
            text += f"#{self.key}"
        elif self.span:
            text += f"#bytes={self.span[0]}-{self.span[1]}"
        return text


@dataclass(frozen=True, slots=True)
class Citation:
    """The footnote under a fact about the world: a page (or the words 'public knowledge') and the day it was read."""

    source: str
    seen: str | None = None
    confidence: Confidence = Confidence.UNVERIFIED


@dataclass(frozen=True, slots=True)
class Gap:
    """Something we looked for and could not have. Every gap is judged.

    ``subject`` is the repository id the gap is about, ``what`` the thing that was looked for (``config.json``,
    ``base_model``, ``model``), ``at`` where it was looked for.
    """

    subject: str
    what: str
    reason: Reason
    at: str
    detail: str = ""

    @classmethod
    def of(cls, error: HubError, subject: str, what: str, at: str) -> Gap:
        return cls(subject, what, error.reason, at, error.message)
