"""Lineages put together: a model and what it comes out of, as records of facts documents, one step further away.

A lineage is seen from a model. Seen from its child everything in it stands one step deeper, its paths begin with the
child, and a path is as strong as its weakest edge; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.errors import Reason
from scanner.fact import Basis
from scanner.lineage import READ
from scanner.lineage.graph import strongest_paths
from scanner.lineage.likeness import Likeness

Json = dict[str, Any]

_RANK = {basis.value: basis.rank for basis in Basis}
_BY_RANK = [basis.value for basis in Basis]


@dataclass(slots=True)
class Line:
    """One model and, by ``parent``, what it comes out of. ``whole``: the lineage above is that of a traced document."""

    id: str
    node: Json
    maker: str | None
    hints: list[Json]
    gaps: list[Json]
    unresolved: list[Json] = field(default_factory=list)
    edge: Json | None = None
    parent: Line | None = None
    whole: Json | None = None
    explains: tuple[Likeness, ...] | None = None
    size: int = 1
    depth: int = 0
    circular: bool = False


def composed(line: Line) -> tuple[Json, list[Json]]:
    """The lineage of a line as it stands in a document, and its gaps."""
    if line.whole is not None:
        return line.whole, line.gaps
    nodes, edges, path, rank, steps = [line.node], [], [line.id], 0, 0
    hints, unresolved, gaps = list(line.hints), list(line.unresolved), list(line.gaps)
    here = line
    while here.parent is not None and here.edge is not None:
        edge, here, steps = here.edge, here.parent, steps + 1
        rank = max(rank, _RANK[edge["basis"]])
        edges.append(edge)
        hints += here.hints
        gaps += here.gaps
        unresolved += here.unresolved
        for node in here.whole["models"] if here.whole else (here.node,):
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


_NO_LINEAGE: Json = {
    name: []
    for name in (
        "edges", "ancestors", "roots", "teachers", "components", "unresolved", "contradictions", "disputes", "cycles"
    )
}  # fmt: skip


def without_child(line: Line) -> Line:
    """The line of the one parent of a traced child."""
    child, whole = line.id, line.whole or _NO_LINEAGE
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
    return Line(
        nodes[0]["id"], nodes[0], nodes[0]["maker"], [h for h in line.hints if h["subject"] != child],
        [gap for gap in line.gaps if gap["subject"] != child], whole=above, explains=line.explains,
        size=line.size - 1, depth=line.depth - 1,
    )  # fmt: skip


def joined(
    node: Json, hints: list[Json], gaps: list[Json], edges: Sequence[Json], parents: Sequence[Line]
) -> Line | None:
    """The line of a model of several parents: theirs put together, nearest first; what is shared stands once.

    None where it has more than weights above it, or goes in circles: then a walk has to tell.
    """
    above = [composed(parent) for parent in parents]
    if any(lineage["teachers"] or lineage["components"] or lineage["cycles"] for lineage, _ in above):
        return None
    nodes: dict[str, Json] = {node["id"]: node}
    outward: dict[str, list[Json]] = {node["id"]: list(edges)}
    told: dict[str, dict[str, list[Json]]] = {}
    for lineage, missing in above:
        fresh = {one["id"] for one in lineage["models"]} - nodes.keys()
        nodes |= {one["id"]: one for one in lineage["models"] if one["id"] in fresh}
        parts = {name: lineage[name] for name in _OF_ONE} | {"gaps": missing, "edges": lineage["edges"]}
        for name, records in parts.items():
            for record in records:
                of = record[_OF_ONE.get(name, "subject" if name == "gaps" else "child")]
                if of in fresh:
                    told.setdefault(name, {}).setdefault(of, []).append(record)
    for child, records in told.pop("edges", {}).items():
        outward[child] = records
    order = _nearest_first(node["id"], outward)
    paths = strongest_paths(
        node["id"], {child: {e["parent"]: _RANK[e["basis"]] for e in out} for child, out in outward.items()}
    )
    relations = {(e["child"], e["parent"]): e["relation"] for out in outward.values() for e in out}
    models = [_at(nodes[id], depth, *paths[id], relations) for id, depth in order.items()]
    of = {name: [r for id in order for r in told.get(name, {}).get(id, ())] for name in (*_OF_ONE, "gaps")}
    whole = {
        **_NO_LINEAGE,
        "models": models,
        "edges": [edge for id in order for edge in outward.get(id, ())],
        "publisher": [node["id"]],
        "ancestors": list(order)[1:],
        "roots": [one["id"] for one in models if one["root"]],
        "any": list(order),
        **{name: of[name] for name in _OF_ONE},
        "hints": hints + of["hints"],
    }
    whole["complete"] = not whole["unresolved"] and all(one["state"] == READ for one in models)
    return Line(
        node["id"], node, node["maker"], whole["hints"], gaps + of["gaps"], whole=whole,
        size=len(models), depth=max(order.values()),
    )  # fmt: skip


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
    node = {**line.node, "id": id, "path": [id], "maker": id, "origin": origin}
    gaps = [{**gap, "subject": id, "detail": gap["detail"].replace(line.id, id)} for gap in line.gaps]
    whole = {**(line.whole or _NO_LINEAGE), "models": [node], "publisher": [id], "roots": [id], "any": [id]}
    return Line(id, node, id, [], gaps, whole=whole, explains=())


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
