"""The nouns of this room: a place in a code base, and what is named there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.model import RepoId


class Kind(StrEnum):
    """What a text in a code base turned out to name.

    Only ``ignored`` is of no concern; it is kept with its reason so that nothing shaped like a model's name is lost.
    """

    MODEL = "model"
    DATASET = "dataset"
    WEIGHTS = "weights"
    """A weights file that lies in the code base itself; ``text`` is its path."""
    LOCAL = "local"
    """A model is loaded from a path outside the code base, or from one that nothing lies at."""
    UNRESOLVED = "unresolved"
    """A model is loaded, and which one is decided elsewhere; ``text`` is the expression as written."""
    IGNORED = "ignored"


def locus(path: str, line: int, cell: int | None = None) -> str:
    """A place as a text: ``file:line``, or with the cell of a notebook."""
    return f"{path}, cell {cell}, line {line}" if cell else f"{path}:{line}"


class Confidence(StrEnum):
    """How sure it is that a model is named: the place takes nothing else, the place says so, the name looks like it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Reference:
    """One text at one place. ``line`` and ``column`` count from 1; in a notebook within ``cell``, from 1 too.

    ``how`` is the idiom that names it (``AutoModel.from_pretrained``, ``vllm serve``, ``key model_name``, ``text``).
    ``repo`` and ``revision`` are what a model or dataset is called; ``revision`` None is unpinned: whatever the hub
    holds at the time. ``flags`` are what else the place says, as ``trust_remote_code``, ``weights_only=False``,
    ``comment``. ``reason`` says why something is ignored or could not be resolved. ``path`` is relative to the code
    base, with ``/``.
    """

    path: str
    line: int
    column: int
    kind: Kind
    text: str
    how: str
    repo: RepoId | None = None
    revision: str | None = None
    confidence: Confidence = Confidence.HIGH
    flags: tuple[str, ...] = ()
    reason: str = ""
    cell: int | None = None
