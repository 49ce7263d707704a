"""Graph walks agree with the plain definition on every small graph, and do not recurse on a long one."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from scanner.lineage.graph import cycles, reach, strongest_paths

_weighted = st.dictionaries(
    st.integers(0, 5), st.dictionaries(st.integers(0, 5), st.integers(0, 4), max_size=5), max_size=6
)


def _simple_paths(start: int, goal: int, edges: dict[int, dict[int, int]]) -> list[tuple[int, ...]]:
    middles = [n for n in range(6) if n not in (start, goal)]
    ways = [(start, *middle, goal) for size in range(5) for middle in permutations(middles, size)]
    return [way for way in ways if all(b in edges.get(a, {}) for a, b in pairwise(way))]


@given(_weighted)
def test_strongest_path_is_the_best_of_all_paths(edges: dict[int, dict[int, int]]) -> None:
    found = strongest_paths(0, edges)
    assert found[0] == (0, (0,))
    for goal in range(1, 6):
        ways = _simple_paths(0, goal, edges)
        ranked = [(max(edges[a][b] for a, b in pairwise(w)), len(w), w) for w in ways]
        best = min(ranked, default=None)
        assert found.get(goal) == (None if best is None else (best[0], best[2]))


@given(_weighted)
def test_cycles_are_the_sets_whose_members_reach_each_other(edges: dict[int, dict[int, int]]) -> None:
    beyond = {n: reach(n, edges) for n in range(6)}
    mutual = {tuple(m for m in range(6) if m == n or (m in beyond[n] and n in beyond[m])) for n in range(6)}
    assert cycles(edges) == tuple(sorted(group for group in mutual if len(group) > 1))


def test_behind_a_weak_edge_the_shorter_way_wins() -> None:
    edges = {"a": {"b": 0, "d": 1}, "b": {"c": 0}, "c": {"d": 0}, "d": {"e": 1}}
    assert strongest_paths("a", edges)["d"] == (0, ("a", "b", "c", "d"))
    assert strongest_paths("a", edges)["e"] == (1, ("a", "d", "e"))


def test_of_equal_ways_the_first_by_name_is_taken() -> None:
    edges = {"a": {"y": 2, "x": 2}, "x": {"z": 2}, "y": {"z": 2}}
    assert strongest_paths("a", edges)["z"] == (2, ("a", "x", "z"))


def test_a_long_chain_and_a_long_circle_are_no_trouble() -> None:
    chain = {n: {n + 1: 0} for n in range(2_000)}
    assert len(strongest_paths(0, chain)[2_000][1]) == 2_001
    circle = {n: [(n + 1) % 20_000] for n in range(20_000)}
    assert [len(members) for members in cycles(circle)] == [20_000]
    assert cycles({n: [n + 1] for n in range(20_000)}) == ()
