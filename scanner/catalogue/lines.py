"""Lineages put together: a model and what it comes out of, as records of facts documents, one step further away.

A lineage is seen from a model. Seen from its child everything in it stands one step deeper, its paths begin with the
child, and a path is as strong as its weakest edge; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scanner.catalogue.summary import NOTHING, Summary
from scanner.errors import Reason
from scanner.fact import Basis
from scanner.lineage import READ
from scanner.lineage.graph import strongest_paths
from scanner.lineage.likeness import Likeness

Json = dict[str, Any]

_RANK = {basis.value: basis.rank for basis in Basis}
_BY_RANK = [basis.value for basis in Basis]


class Told(NamedTuple):
    """What stands in a document of one model of a lineage, beside what it comes out of."""

    node: Json
    hints: list[Json]
    gaps: list[Json]
    unresolved: list[Json]
    edges: list[Json]
    """to its parents"""


@dataclass(slots=True, eq=False)
class Line:
    """One model and, by ``parent``, what it comes out of. ``whole``: the lineage above is that of a traced document.

    ``tell`` puts its records together when they are asked for: most lines are only looked at.
    """

    id: str
    maker: str | None
    tell: Callable[[], Told]
    parent: Line | None = None
    whole: Json | None = None
    kind: int = -1
    """lines of one kind are the same to every policy, see ``alike``"""
    below: Summary = NOTHING
    """the summary of whatever comes out of it, without its own part"""
    explains: tuple[Likeness, ...] | None = None
    created: int = 0
    """unix seconds; 0: not known"""
    size: int = 1
    depth: int = 0
    circular: bool = False
    mixed: bool = False
    """see ``is_mixed``"""


def composed(line: Line) -> tuple[Json, list[Json]]:
    """The lineage of a line as it stands in a document, and its gaps."""
    told = line.tell()
    if line.whole is not None:
        return line.whole, told.gaps
    nodes, edges, path, rank, steps = [told.node], [], [line.id], 0, 0
    hints, gaps, unresolved = list(told.hints), list(told.gaps), list(told.unresolved)
    here = line
    while here.parent is not None:
        (edge,), here, steps = told.edges, here.parent, steps + 1
        told = here.tell()
        rank = max(rank, _RANK[edge["basis"]])
        edges.append(edge)
        hints += told.hints
        gaps += told.gaps
        unresolved += told.unresolved
        for node in here.whole["models"] if here.whole else (told.node,):
            basis = _BY_RANK[max(rank, _RANK[node["basis"]] if node["basis"] else 0)]
            nodes.append(
                {
                    **node,
                    "depth": node["depth"] + steps,
                    "path": [*path, *node["path"]],
                    "basis": basis,
                    "relation": node["relation"] or edge["relation"],
                }
            )
        path = [*path, here.id]
    above = here.whole or _NO_LINEAGE
    lineage = {
        "models": nodes,
        "edges": edges + above["edges"],
        "publisher": [line.id],
        "ancestors": path[1:] + above["ancestors"],
        "roots": above["roots"] or [here.id],
        "teachers": above["teachers"],
        "components": above["components"],
        "any": [node["id"] for node in nodes],
        "unresolved": unresolved + above["unresolved"],
        "contradictions": above["contradictions"],
        "hints": hints,
        "disputes": above["disputes"],
        "cycles": above["cycles"],
    }
    lineage["complete"] = not lineage["unresolved"] and all(node["state"] == READ for node in nodes)
    return lineage, gaps


def body(line: Line) -> Iterator[tuple[str, Sequence[str]]]:
    """The ids of a model and of all whose weights or parts are in it, as far as its line is whole; former names."""
    if line.whole is None:
        yield line.id, ()
        return
    others = {line.id, *line.whole["ancestors"], *line.whole["components"]}
    for node in line.whole["models"]:
        if node["id"] in others:
            yield node["id"], node["renamed_from"]


_NO_LINEAGE: Json = {
    name: []
    for name in (
        "edges", "ancestors", "roots", "teachers", "components", "unresolved", "contradictions", "disputes", "cycles"
    )
}  # fmt: skip


def without_child(line: Line) -> Line:
    """The line of the one parent of a traced child."""
    child, whole, told = line.id, line.whole or _NO_LINEAGE, line.tell()
    nodes = [
        {**node, "depth": node["depth"] - 1, "path": node["path"][1:]}
        for node in whole["models"]
        if node["id"] != child
    ]
    nodes[0] = {**nodes[0], "basis": None, "relation": None}
    above = {
        **whole,
        "models": nodes,
        "edges": [edge for edge in whole["edges"] if edge["child"] != child],
        "ancestors": whole["ancestors"][1:],
    }
    about = Told(
        nodes[0], [h for h in told.hints if h["subject"] != child], [g for g in told.gaps if g["subject"] != child],
        [], [],
    )  # fmt: skip
    return Line(
        nodes[0]["id"], nodes[0]["maker"], lambda: about, whole=above, size=line.size - 1,
        depth=line.depth - 1,
    )  # fmt: skip


def is_mixed(lineage: Json) -> bool:
    """Whether a lineage has more in it than weights, or a model that is what it is only as it was led to there."""
    led = (node["renamed_from"] or node["state"] == Reason.TAKEN_OVER.value for node in lineage["models"])
    return bool(lineage["teachers"] or lineage["components"]) or any(led)


def separable(parents: Sequence[Line]) -> bool:
    """Whether a model means the same above each of several parents; if not, only a walk can tell of them together."""
    if len(parents) < 2:
        return True
    # A name that leads nowhere is one name in any case, and a root.
    roots = {id for parent in parents for id in parent.below.root_ids.split()}
    spelled_apart = len({id.casefold() for id in roots}) < len(roots)
    return not (spelled_apart or any(parent.mixed for parent in parents))


def joined(told: Told, parents: Sequence[Line], contradictions: Sequence[Json] = ()) -> Line:
    """The line of a model of several parents: theirs put together, nearest first; what is shared stands once.

    ``contradictions`` are those of the model's own sources.
    """
    node, above = told.node, [composed(parent) for parent in parents]
    nodes: dict[str, Json] = {node["id"]: node}
    outward: dict[str, list[Json]] = {node["id"]: told.edges}
    more: dict[str, dict[str, list[Json]]] = {}
    for lineage, missing in above:
        fresh = {one["id"] for one in lineage["models"]} - nodes.keys()
        nodes |= {one["id"]: one for one in lineage["models"] if one["id"] in fresh}
        parts = {name: lineage[name] for name in _OF_ONE} | {"gaps": missing, "edges": lineage["edges"]}
        for name, records in parts.items():
            for record in records:
                of = record[_OF_ONE.get(name, "subject" if name == "gaps" else "child")]
                if of in fresh:
                    more.setdefault(name, {}).setdefault(of, []).append(record)
    for child, records in more.pop("edges", {}).items():
        outward[child] = records
    order = _nearest_first(node["id"], outward)
    paths = strongest_paths(
        node["id"], {child: {e["parent"]: _RANK[e["basis"]] for e in out} for child, out in outward.items()}
    )
    relations = {(e["child"], e["parent"]): e["relation"] for out in outward.values() for e in out}
    models = [_at(nodes[id], depth, *paths[id], relations) for id, depth in order.items()]
    of = {name: [r for id in order for r in more.get(name, {}).get(id, ())] for name in (*_OF_ONE, "gaps")}
    whole = {
        **_NO_LINEAGE,
        "models": models,
        "edges": [edge for id in order for edge in outward.get(id, ())],
        "publisher": [node["id"]],
        "ancestors": list(order)[1:],
        "roots": [one["id"] for one in models if one["root"]],
        "any": list(order),
        **{name: of[name] for name in _OF_ONE},
        "hints": told.hints + of["hints"],
        "unresolved": told.unresolved + of["unresolved"],
        "contradictions": [*contradictions, *of["contradictions"]],
    }
    whole["complete"] = not whole["unresolved"] and all(one["state"] == READ for one in models)
    about = told._replace(hints=whole["hints"], gaps=told.gaps + of["gaps"], unresolved=[])
    return Line(node["id"], node["maker"], lambda: about, whole=whole, size=len(models), depth=max(order.values()))


_OF_ONE = {"contradictions": "subject", "hints": "subject", "unresolved": "child", "disputes": "subject"}
"""Lists of a lineage whose records are about one model each, and the field that names it."""


def _nearest_first(start: str, outward: dict[str, list[Json]]) -> dict[str, int]:
    """Every model with its distance, in the order in which a walk meets them."""
    order = {start: 0}
    for id in (waiting := [start]):
        for edge in outward.get(id, ()):
            if edge["parent"] not in order:
                order[edge["parent"]] = order[id] + 1
                waiting.append(edge["parent"])
    return order


def _at(node: Json, depth: int, rank: int, path: tuple[str, ...], relations: dict[tuple[str, str], str]) -> Json:
    last = relations[path[-2], path[-1]] if len(path) > 1 else None
    basis = _BY_RANK[rank] if len(path) > 1 else None
    return {**node, "depth": depth, "path": list(path), "basis": basis, "relation": last}


def renamed(line: Line, id: str, origin: Json) -> Line:
    """The line of another model that nothing is known of either."""
    told = line.tell()
    node = {**told.node, "id": id, "path": [id], "maker": id, "origin": origin}
    gaps = [{**gap, "subject": id, "detail": gap["detail"].replace(line.id, id)} for gap in told.gaps]
    whole = {**(line.whole or _NO_LINEAGE), "models": [node], "publisher": [id], "roots": [id], "any": [id]}
    return Line(id, id, lambda: Told(node, [], gaps, [], []), whole=whole, explains=())


def unnamed_maker(subject: str) -> Json:
    """The gap of a re-hosted model that does not say whose it is."""
    detail = "re-hosted, and whose weights these are cannot be told"
    reason = Reason.UNNAMED
    return {
        "subject": subject, "what": "maker", "reason": reason.value, "transient": reason.transient, "at": "",
        "detail": detail,
    }  # fmt: skip


def open_end(child: str) -> Json:
    """The parent that a re-hosted model has and does not name."""
    return {
        "child": child, "reference": "a model that is not named", "reason": Reason.UNNAMED.value,
        "basis": Basis.INFERRED.value, "at": "",
    }  # fmt: skip
