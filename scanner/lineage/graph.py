"""Directed graphs as plain mappings: what lies beyond a node, what goes in circles, which path is the best known.

A node is any value that sorts. Nothing here recurses: a chain may be as long as memory holds.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import Any, Protocol, TypeVar


class _Ordered(Hashable, Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


N = TypeVar("N", bound=_Ordered)


def reach(start: N, edges: Mapping[N, Collection[N]]) -> frozenset[N]:
    """Every node that ``start`` leads to; ``start`` itself only when it lies on a cycle."""
    found: set[N] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(edges.get(node, ()))
    return frozenset(found)


def cycles(edges: Mapping[N, Collection[N]]) -> tuple[tuple[N, ...], ...]:
    """The strongly connected components of more than one node, each sorted, in sorted order (Tarjan 1972)."""
    number: dict[N, int] = {}
    lowest: dict[N, int] = {}
    stack: list[N] = []
    on_stack: set[N] = set()
    result: list[tuple[N, ...]] = []

    def enter(node: N) -> tuple[N, Iterator[N]]:
        number[node] = lowest[node] = len(number)
        stack.append(node)
        on_stack.add(node)
        return node, iter(edges.get(node, ()))

    for origin in edges:
        if origin in number:
            continue
        trail = [enter(origin)]
        while trail:
            node, heads = trail[-1]
            head = next(heads, None)
            if head is not None:
                if head not in number:
                    trail.append(enter(head))
                elif head in on_stack:
                    lowest[node] = min(lowest[node], number[head])
                continue
            trail.pop()
            if trail:
                below = trail[-1][0]
                lowest[below] = min(lowest[below], lowest[node])
            if lowest[node] == number[node]:
                members = [stack.pop()]
                while members[-1] != node:
                    members.append(stack.pop())
                on_stack.difference_update(members)
                if len(members) > 1:
                    result.append(tuple(sorted(members)))
    return tuple(sorted(result))


def strongest_paths(start: N, edges: Mapping[N, Mapping[N, int]]) -> dict[N, tuple[int, tuple[N, ...]]]:
    """For every node reached, the weakness of its best path and that path, both ends included.

    An edge carries its weakness (0 is strongest); a path is as weak as its weakest edge. Of the strongest paths the
    shortest is taken, of these the first in the order of nodes. ``start`` has weakness 0 and the path of itself.

    Each weakness is tried in turn, breadth first, over the edges that are no weaker: what is first reached then has no
    stronger path. Going outward once by (weakness, length) would be wrong: behind a weak edge the shorter of two
    prefixes wins, be it the weaker one.
    """
    best: dict[N, tuple[int, tuple[N, ...]]] = {start: (0, (start,))}
    for limit in sorted({weakness for heads in edges.values() for weakness in heads.values()}):
        for node, path in _shortest_paths(start, edges, limit).items():
            best.setdefault(node, (limit, path))
    return best


def _shortest_paths(start: N, edges: Mapping[N, Mapping[N, int]], limit: int) -> dict[N, tuple[N, ...]]:
    paths: dict[N, tuple[N, ...]] = {start: (start,)}
    level = [start]
    while level:
        following: list[N] = []
        # A level stands in the order of its paths, so the first to arrive brings the first path of that length.
        for node in level:
            for head in sorted(h for h, weakness in edges.get(node, {}).items() if weakness <= limit):
                if head not in paths:
                    paths[head] = (*paths[node], head)
                    following.append(head)
        level = following
    return paths
