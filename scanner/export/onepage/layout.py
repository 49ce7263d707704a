"""Which models of a lineage are drawn, and where: one row each, further to the right with every step back.

A large lineage keeps what the verdict rests on, then where the weights begin, then what is nearest; what is left out
is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Set
from dataclasses import dataclass

from scanner.export.account import Json

MOST = 20
"""Models that are drawn: more cannot be read on the half of a sheet of paper."""
MOST_BESIDE = 6
"""Steps that are drawn beside the tree: to a model that stands under another one already."""

Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A model in its place. ``edge`` is the step that led here, ``child`` the row it came from, None for the first.

    ``model`` is None for one that is named and was not read. ``left`` is how many of its parents are not drawn.
    """

    id: str
    depth: int
    model: Json | None
    edge: Json | None
    child: int | None
    left: int


@dataclass(frozen=True, slots=True)
class Layout:
    """``beside`` are further steps, each as (row of the child, row of the parent, edge). The rest is only counted."""

    rows: tuple[Row, ...]
    beside: tuple[tuple[int, int, Json], ...]
    undrawn_models: int
    undrawn_steps: int

    @property
    def depth(self) -> int:
        return max(row.depth for row in self.rows)


def layout(graph: Json, accused: Set[Step]) -> Layout:
    """The drawing of ``facts["lineage"]``; ``accused`` steps, child and parent, are kept before all others."""
    found = _Walk(graph, accused)
    kept = found.kept()
    rows = list(found.rows(found.start, None, kept, 0))
    at = {row.id: n for n, row in enumerate(rows)}
    drawn = {(row.edge["child"], row.edge["parent"]) for row in rows if row.edge}
    beside = [
        (at[edge["child"]], at[edge["parent"]], edge)
        for edge in graph["edges"]
        if edge["child"] in at and edge["parent"] in at and (edge["child"], edge["parent"]) not in drawn
    ]
    models = {model["id"] for model in graph["models"]} | found.order.keys()
    return Layout(tuple(rows), tuple(beside[:MOST_BESIDE]), len(models) - len(rows), len(beside[MOST_BESIDE:]))


class _Walk:
    """Every model as near to the judged one as it can stand: ``order`` gives each the step it is reached by first."""

    def __init__(self, graph: Json, accused: Set[Step]) -> None:
        self.start: str = graph["models"][0]["id"]
        self._models = {model["id"]: model for model in graph["models"]}
        self._accused = {id for step in accused for id in step}
        self._parents: dict[str, list[Json]] = {}
        for edge in graph["edges"]:
            self._parents.setdefault(edge["child"], []).append(edge)
        for edges in self._parents.values():
            edges.sort(key=lambda edge: (edge["child"], edge["parent"]) not in accused)
        self.order: dict[str, Json | None] = {self.start: None}
        self._depth = {self.start: 0}
        waiting = deque((self.start,))
        while waiting:
            id = waiting.popleft()
            for edge in self._parents.get(id, ()):
                if edge["parent"] not in self.order:
                    self.order[edge["parent"]] = edge
                    self._depth[edge["parent"]] = self._depth[id] + 1
                    waiting.append(edge["parent"])

    def kept(self) -> frozenset[str]:
        """The ids that are drawn: none without those on its way."""
        kept = {self.start}
        roots = {id for id, model in self._models.items() if model["root"]}
        for id in sorted(self.order, key=lambda id: (id not in self._accused, id not in roots, self._depth[id])):
            new = set(self._way(id)) - kept
            if len(kept) + len(new) <= MOST:
                kept |= new
        return frozenset(kept)

    def _way(self, id: str) -> Iterator[str]:
        edge = self.order[id]
        yield id
        while edge is not None:
            yield edge["child"]
            edge = self.order[edge["child"]]

    def rows(self, id: str, child: int | None, kept: Set[str], number: int) -> Iterator[Row]:
        """The row of ``id``, which is ``number``, and below it those of its parents."""
        own = [edge for edge in self._parents.get(id, ()) if self.order[edge["parent"]] is edge]
        shown = [edge["parent"] for edge in own if edge["parent"] in kept]
        yield Row(id, self._depth[id], self._models.get(id), self.order[id], child, len(own) - len(shown))
        after = number + 1
        for parent in shown:
            for row in self.rows(parent, number, kept, after):
                yield row
                after += 1
