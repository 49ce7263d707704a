"""Uses: the references of a code base, put together by what they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.model import is_commit
from scanner.references import Kind, Reference
from scanner.references.reference import locus

DOCUMENTING = frozenset(("comment", "documentation"))
"""Flags of a reference that stands in prose or a comment, which run nothing."""
REMOTE_CODE = "trust_remote_code"
UNSAFE_LOAD = "weights_only=False"


@dataclass(frozen=True, slots=True)
class Use:
    """A model, or weights in the code base, and every place that names it at one revision.

    ``requested`` is what a check of it is asked: ``org/name``, ``org/name@revision``, ``./path``.
    """

    requested: str
    references: tuple[Reference, ...]


def uses(references: Iterable[Reference]) -> list[Use]:
    """What is used, in the order in which it is first named. A name in another case is the same model."""
    named: dict[str, tuple[str, list[Reference]]] = {}
    for one in references:
        if one.kind is Kind.MODEL and one.repo is not None:
            key, text = one.repo.key, str(one.repo)
            if one.revision:
                key, text = f"{key}@{one.revision}", f"{text}@{one.revision}"
        elif one.kind is Kind.WEIGHTS:
            key = text = f"./{one.path}"
        else:
            continue
        named.setdefault(key, (text, []))[1].append(one)
    return [Use(text, tuple(found)) for text, found in named.values()]


def documents_only(references: Iterable[Reference]) -> bool:
    """True when all of them stand in prose or comments."""
    return all(not DOCUMENTING.isdisjoint(one.flags) for one in references)


def place(reference: Reference) -> str:
    """Where a reference stands, as ``file:line``."""
    return locus(reference.path, reference.line, reference.cell)


def usage(codebase: str, references: Sequence[Reference], drift: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """``usage`` of the facts document: the code base by name, its places, and what drifted from the lock."""
    told = (
        {
            "at": place(one),
            "how": one.how,
            "revision": one.revision,
            "pinned": is_commit(one.revision),
            "trust_remote_code": REMOTE_CODE in one.flags,
            "unsafe_load": UNSAFE_LOAD in one.flags,
            "confidence": one.confidence.value,
            "documentation": documents_only((one,)),
        }
        for one in references
    )
    return {"codebase": codebase, "references": list(told), "drift": [dict(one) for one in drift]}
