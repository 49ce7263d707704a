"""Which GGUF files of a listing are read. Quantisations of one model repeat its keys, so one of them speaks for all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from scanner.model import Artifact, Model

MAX_FILES = 3

_SHARD = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.I)
_PROJECTOR = re.compile(r"(?:^|/)mmproj[^/]*$", re.I)
_MATRIX = re.compile(r"imatrix[^/]*$", re.I)
_QUANTISATION = re.compile(
    r"(?:^|[-._])(?:(?:UD|i1|imat)[-._])?(?:(?:I?Q|TQ)\d(?:_[A-Z0-9]+)*|B?F(?:16|32)|FP(?:8|16|32)|MXFP4(?:_MOE)?|INT[48])$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """``chosen`` are read, smallest first; ``headless`` of them are later parts of a file whose first is not listed.

    ``unheard`` counts the files nothing chosen speaks for, ``total`` all whole files, imatrix data aside.
    """

    chosen: tuple[Artifact, ...]
    headless: frozenset[str]
    unheard: int
    total: int


def choose(model: Model) -> Choice:
    """One file of every model that the listing shows, at most ``MAX_FILES``, then more of the same to hold against."""
    whole = _whole_files([a for a in model.artifacts or () if a.path.lower().endswith(".gguf")])
    ordered = sorted(whole, key=lambda a: (_is_beside(a.path), a.size or 0, a.path))
    speaking = [a for a in ordered if not _MATRIX.search(a.path)]
    first: dict[str, Artifact] = {}
    for artifact in speaking:
        first.setdefault(_stem(artifact.path), artifact)
    more = (a for a in ordered if a not in first.values())
    chosen = tuple([*first.values(), *more][:MAX_FILES])
    heard = {_stem(a.path) for a in chosen}
    unheard = sum(_stem(a.path) not in heard for a in speaking)
    headless = frozenset(a.path for a in chosen if (part := _SHARD.fullmatch(a.path)) and int(part["number"]) > 1)
    return Choice(chosen, headless, unheard, len(speaking))


def _whole_files(files: list[Artifact]) -> list[Artifact]:
    """Files in one piece, and of each split file the first part that is there."""
    found: dict[tuple[str, str], Artifact] = {}
    for artifact in sorted(files, key=lambda a: a.path):
        part = _SHARD.fullmatch(artifact.path)
        found.setdefault((part["stem"], part["count"]) if part else (artifact.path, ""), artifact)
    return list(found.values())


def _is_beside(path: str) -> int:
    return 2 if _MATRIX.search(path) else 1 if _PROJECTOR.search(path) else 0


def _stem(path: str) -> str:
    part = _SHARD.fullmatch(path)
    name = PurePosixPath(part["stem"] if part else path[: -len(".gguf")]).name
    return _QUANTISATION.sub("", name).casefold()
