"""YAML as a tree with places, of any number of documents; anchors and tags are passed over, aliases not followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from scanner.references.literal import Literal
from scanner.references.tree import MAX_DEPTH, Mapping, Node, Sequence

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotYaml(ValueError):
    """The text is no YAML, or nested deeper than ``MAX_DEPTH``."""


def tree(text: str) -> list[Node]:
    """The documents of a text.

    Raises:
        NotYaml: as it says.
    """
    try:
        return list(_Builder(text).documents())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotYaml(str(error)) from None


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Any] = yaml.parse(text, Loader=_Loader)

    def documents(self) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield self.node(next(self.events), 0)

    def node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise NotYaml("nested too deeply")
        if isinstance(event, yaml.SequenceStartEvent):
            sequence = Sequence()
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                sequence.items.append(self.node(event, depth + 1))
            return sequence
        if isinstance(event, yaml.MappingStartEvent):
            mapping = Mapping()
            while not isinstance(event := next(self.events), yaml.MappingEndEvent):
                key, value = self.node(event, depth + 1), self.node(next(self.events), depth + 1)
                if isinstance(key, Literal):
                    mapping.entries.append((key, value))
                else:
                    mapping.entries.append((Literal.plain(""), value))
            return mapping
        return self.literal(event)

    def literal(self, event: Any) -> Literal:
        start, end = event.start_mark.index, event.end_mark.index
        if not isinstance(event, yaml.ScalarEvent):
            return Literal.plain("", start)
        if event.style in ("'", '"'):
            start, end = start + 1, end - 1
        elif event.style in ("|", ">"):
            start = self.text.find("\n", start, end) + 1 or start
        return Literal.found(event.value, self.text, start, end)
