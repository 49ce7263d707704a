"""What stands in the code base of the tests, and how far what was found agrees with it.

``codebase.yaml`` was written from the code base alone, before any reader was seen: it says what a careful reader of
the code would call the right answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scanner.data import whole
from scanner.errors import InvalidModelId
from scanner.model import RepoId
from scanner.references.names import Names
from scanner.references.reference import Confidence, Kind, Reference

HERE = Path(__file__).parent
CODEBASE = HERE / "codebase"
REBADGED = HERE / "rebadged_app"

LEAST_RECALL = 0.95
LEAST_PRECISION = 0.98
APART = frozenset(("comment", "documentation", "docstring"))
"""Flags of what is named without being used: such a reference is counted apart."""
_LOADED = (Kind.MODEL, Kind.WEIGHTS)

Place = tuple[str, int | None, int]


def names() -> Names:
    """What tells a name: the publishers that are known to the shipped tables."""
    return Names(whole("publishers.yaml"))


@dataclass(frozen=True, slots=True)
class Expected:
    """One entry: a place and what stands there. ``pins`` says whether the revision is laid down (None: unpinned)."""

    place: Place
    ids: tuple[str, ...] = ()
    text: str = ""
    pins: bool = False
    revision: str | None = None
    flags: tuple[str, ...] = ()

    def __str__(self) -> str:
        path, cell, line = self.place
        where = f"{path}:{line}" if cell is None else f"{path}#{cell}:{line}"
        return f"{where}: {' or '.join(self.ids) or self.text}"


@dataclass(frozen=True, slots=True)
class Expectations:
    """All entries of a file of expectations, section by section."""

    references: tuple[Expected, ...]
    datasets: tuple[Expected, ...]
    unresolved: tuple[Expected, ...]
    either: tuple[Expected, ...]
    local: tuple[Expected, ...]
    comments: tuple[Expected, ...]
    traps: tuple[Expected, ...]
    weights: tuple[str, ...]
    no_weights: tuple[str, ...]

    @classmethod
    def read(cls, path: Path = HERE / "codebase.yaml") -> Expectations:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        sections: dict[str, Any] = {key: tuple(document.pop(key)) for key in ("weights", "no_weights")}
        sections |= {section: tuple(_entries(files)) for section, files in document.items()}
        return cls(**sections)


def _entries(files: dict[str, list[dict[str, Any]]]) -> Iterator[Expected]:
    for path, entries in files.items():
        for entry in entries:
            ids = entry.get("id", ())
            yield Expected(
                (path, entry.get("cell"), entry["line"]),
                (ids,) if isinstance(ids, str) else tuple(ids),
                entry.get("text", ""),
                "revision" in entry,
                entry.get("revision"),
                tuple(entry.get("flags", ())),
            )


@dataclass(slots=True)
class Measure:
    """How far what was found agrees with what stands there."""

    found: list[tuple[Expected, Reference]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    wrong: list[Reference] = field(default_factory=list)
    apart: list[Reference] = field(default_factory=list)
    weights: list[Reference] = field(default_factory=list)
    unresolved: list[Expected] = field(default_factory=list)
    unresolved_missed: list[Expected] = field(default_factory=list)
    unresolved_more: list[Reference] = field(default_factory=list)
    datasets_missed: list[Expected] = field(default_factory=list)
    either_missed: list[Expected] = field(default_factory=list)

    @property
    def right(self) -> int:
        return len(self.found) + len(self.weights)

    @property
    def recall(self) -> float:
        return _share(self.right, self.right + len(self.missed))

    @property
    def precision(self) -> float:
        return _share(self.right, self.right + len(self.wrong))

    @property
    def unresolved_recall(self) -> float:
        return _share(len(self.unresolved), len(self.unresolved) + len(self.unresolved_missed))

    @property
    def misread(self) -> list[str]:
        """What was found, with another revision or without a flag that stands there."""
        return [
            f"{expected}: revision {ref.revision}, flags {', '.join(ref.flags) or 'none'}"
            for expected, ref in self.found
            if (expected.pins and ref.revision != expected.revision)
            or not {_flag(flag) for flag in expected.flags} <= {_flag(flag) for flag in ref.flags}
        ]

    @property
    def enough(self) -> bool:
        return (
            self.recall >= LEAST_RECALL
            and self.precision >= LEAST_PRECISION
            and not self.unresolved_missed
            and len(self.misread) <= (1 - LEAST_RECALL) * len(self.found)
        )

    def __str__(self) -> str:
        lists: dict[str, Sequence[object]] = {
            "missed": self.missed,
            "no model": [_shown(ref) for ref in self.wrong],
            "revision or flag misread": self.misread,
            "unresolved, not told": self.unresolved_missed,
            "datasets missed": self.datasets_missed,
            "names of other libraries lost": self.either_missed,
            "told as unresolved beyond what is expected": [_shown(ref) for ref in self.unresolved_more],
        }
        said = [
            f"references: recall {self.recall:.3f} ({self.right} of {self.right + len(self.missed)}), "
            f"precision {self.precision:.3f} ({len(self.wrong)} are none), {len(self.apart)} more in comments and prose",
            f"unresolved: recall {self.unresolved_recall:.3f} ({len(self.unresolved)} of "
            f"{len(self.unresolved) + len(self.unresolved_missed)})",
            f"revision and flags: {len(self.found) - len(self.misread)} of {len(self.found)} as they stand",
        ]
        for title, entries in lists.items():
            said += [f"{title}: {len(entries)}"] if entries else []
            said += [f"  {entry}" for entry in entries]
        return "\n".join(said)


def compare(expected: Expectations, references: Iterable[Reference]) -> Measure:
    """What ``references`` found of ``expected``, what they missed and what they took for a model that is none.

    Each reference answers at most one entry, so that one place told twice counts as wrong once.
    """
    left = list(references)
    measure = Measure()

    def take(entry: Expected, kinds: Iterable[Kind]) -> Reference | None:
        for at, ref in enumerate(left):
            if ref.kind in kinds and _place(ref) == entry.place and _names(entry, ref):
                return left.pop(at)
        return None

    for entry in expected.references:
        ref = take(entry, (Kind.MODEL,))
        if ref:
            measure.found.append((entry, ref))
        else:
            measure.missed.append(str(entry))
    for path in expected.weights:
        lying = next((ref for ref in left if ref.kind is Kind.WEIGHTS and ref.path == path), None)
        if lying:
            left.remove(lying)
            measure.weights.append(lying)
        else:
            measure.missed.append(path)
    for entry in expected.datasets:
        if not take(entry, (Kind.DATASET,)):
            measure.datasets_missed.append(entry)
    for entry in expected.unresolved:
        (measure.unresolved if take(entry, (Kind.UNRESOLVED,)) else measure.unresolved_missed).append(entry)
    for entry in expected.either:
        if not take(entry, (*_LOADED, Kind.UNRESOLVED, Kind.LOCAL)):
            measure.either_missed.append(entry)
    measure.unresolved_more = [ref for ref in left if ref.kind is Kind.UNRESOLVED]
    local = {entry.place for entry in expected.local}
    comments = {entry.place for entry in expected.comments}
    for ref in left:
        if ref.kind not in _LOADED or (ref.kind is Kind.WEIGHTS and _place(ref) in local):
            continue
        named_only = APART.intersection(ref.flags)
        doubted = _place(ref) in comments and ref.confidence is Confidence.LOW
        (measure.apart if named_only or doubted else measure.wrong).append(ref)
    return measure


def lost(expected: Expectations, references: Iterable[Reference], root: Path = CODEBASE) -> list[Expected]:
    """Traps that are a quoted text of the shape of a model's id and of which nothing is said, not even a reason."""
    said: dict[Place, list[str]] = {}
    for ref in references:
        said.setdefault(_place(ref), []).append(ref.text)
    return [
        trap
        for trap in expected.traps
        if _has_shape(trap.text)
        and re.search(rf"([\"']){re.escape(trap.text)}\1", _line(root, trap.place))
        and not any(trap.text in text for text in said.get(trap.place, ()))
    ]


def misplaced(references: Iterable[Reference], root: Path = CODEBASE) -> list[str]:
    """References whose text stands in their line, but not at their column."""
    return [
        _shown(ref)
        for ref in references
        if ref.kind is not Kind.WEIGHTS
        and ref.text in (line := _line(root, _place(ref)))
        and not line.startswith(ref.text, ref.column - 1)
    ]


def by_ending(measure: Measure, expected: Expectations) -> Iterator[tuple[str, int, int]]:
    """Each kind of file with how many of its references were found, and how many there are."""
    of = Counter(_ending(entry.place[0]) for entry in expected.references)
    found = Counter(_ending(entry.place[0]) for entry, _ in measure.found)
    for ending, count in sorted(of.items()):
        yield ending, found[ending], count


def _ending(path: str) -> str:
    return Path(path).suffix or Path(path).name


def _share(part: int, of: int) -> float:
    return part / of if of else 0.0


def _place(ref: Reference) -> Place:
    return ref.path, ref.cell, ref.line


def _names(entry: Expected, ref: Reference) -> bool:
    if entry.ids:
        return ref.repo is not None and ref.repo.key in {name.casefold() for name in entry.ids}
    return _plain(entry.text) in _plain(ref.text)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text).replace("'", '"')


def _flag(text: str) -> str:
    return text.lstrip("-").replace("-", "_").casefold()


def _shown(ref: Reference) -> str:
    path, cell, line = _place(ref)
    where = f"{path}:{line}" if cell is None else f"{path}#{cell}:{line}"
    return f"{where}:{ref.column}: {ref.kind} {ref.text} ({ref.how}{', ' + ref.reason if ref.reason else ''})"


def _has_shape(text: str) -> bool:
    try:
        return RepoId.parse(text).namespace is not None
    except InvalidModelId:
        return False


def _line(root: Path, place: Place) -> str:
    path, cell, line = place
    data = (root / path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if cell is not None:
        source = yaml.safe_load(text)["cells"][cell - 1]["source"]
        text = source if isinstance(source, str) else "".join(source)
    return dict(enumerate(text.split("\n"), 1)).get(line, "")
