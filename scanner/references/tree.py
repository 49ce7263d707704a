"""A file of settings as what it holds: texts with their places, mappings and sequences of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.references.literal import Literal

MAX_DEPTH = 60
"""What is nested deeper is read as text."""


@dataclass(slots=True)
class Mapping:
    """Keys with their values, in order; a key may stand twice."""

    entries: list[tuple[Literal, Node]] = field(default_factory=list)

    def texts(self) -> Iterator[tuple[Literal, Literal]]:
        """The entries whose value is a text."""
        for key, value in self.entries:
            if isinstance(value, Literal):
                yield key, value


@dataclass(slots=True)
class Sequence:
    items: list[Node] = field(default_factory=list)

    def texts(self) -> list[Literal]:
        """The items that are texts."""
        return [item for item in self.items if isinstance(item, Literal)]


Node = Literal | Mapping | Sequence


def mappings(node: Node) -> Iterator[Mapping]:
    """Every mapping inside, the outer ones first."""
    if isinstance(node, Mapping):
        yield node
        for _, value in node.entries:
            yield from mappings(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from mappings(item)
