"""What sources say of a licence, one by one, before anything is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.fact import Basis


class Source(StrEnum):
    """Where a licence is spoken of."""

    CARD = "card"
    """the front matter of the card"""
    HUB = "hub"
    """the card as the hub parsed it"""
    TAGS = "tags"
    GGUF = "gguf"
    TEXT = "text"
    """a licence file"""
    PROSE = "prose"
    GATE = "gate"
    """the prompt that has to be read before a download"""
    THIRD_PARTY = "third-party"


@dataclass(frozen=True, slots=True)
class LicenseClaim:
    """What one source says: licence ids (empty: it names none), ``license_name``, ``license_link``; ``at`` is where.

    ``keys`` are the fields below ``at`` that hold the three, where each has one of its own. ``object`` is what the
    licence is said to be of: ``weights``, ``code``, ``data``, ``unspecified``. ``changed``: the source holds the
    text of that licence with changes, and says which. Nobody knows what it demands.
    """

    ids: tuple[str, ...]
    name: str | None
    link: str | None
    basis: Basis
    at: str
    source: Source = Source.TEXT
    keys: tuple[str, str, str] | None = None
    object: str = "unspecified"
    changed: str | None = None

    def where(self, field: int) -> str:
        """The footnote under the ids (0), the name (1) or the link (2)."""
        return f"{self.at}#{self.keys[field]}" if self.keys else self.at

    @property
    def of_the_model(self) -> bool:
        """True unless it is said of the code or the data beside the weights."""
        return self.object in ("weights", "unspecified")


@dataclass(frozen=True, slots=True)
class StatedLimit:
    """What the prose rules out or asks for beside any licence: ``kind`` is non-commercial, research-only, agreement."""

    kind: str
    object: str
    says: str
    at: str


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that one source says, as it is written. ``id`` is the licence of the table it names.

    ``differs``: it names another licence of the model than the one that was concluded.
    """

    source: Source
    says: str
    id: str | None
    object: str
    basis: Basis
    at: str
    differs: bool = False
