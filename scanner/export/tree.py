"""The lineage as a tree: the judged model at the top, the models it came out of below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from scanner.export.account import (
    Branch,
    Json,
    Line,
    Mark,
    Notes,
    Part,
    Section,
    capped,
    country,
    faint,
    line,
    quote,
    term,
    warn,
)

FAN = 8
"""How many parents of one model are drawn before the rest is counted."""

_ROLES = {"teacher": "teacher, no weights, ", "component": "component, beside the weights, "}


def lineage(facts: Json, notes: Notes, accused: Set[tuple[str, str]]) -> Section:
    """Country of control, model, how it came to the model above and how that is known; roots and dead ends named.

    Where not all parents of a model are drawn, those at the end of an ``accused`` step are.
    """
    graph = facts["lineage"]
    tree = _Drawing(graph, notes, accused).branch(graph["models"][0]["id"], None)
    lost = (_dead_end(end, notes) for end in graph["unresolved"])
    lines: list[Line] = []
    if tree.below:
        tree = replace(tree, label=line(*tree.label.spans, faint("  (control, model; parents below)")))
    lines += capped(lost, len(graph["unresolved"]), "dead end")
    if not graph["complete"]:
        lines.append(line(warn("incomplete: not every parent was followed to a root")))
    return Section("Lineage", tuple(lines), tree)


def _dead_end(end: Json, notes: Notes) -> Line:
    where = (quote(end["reference"]), ", named by ", quote(end["child"]))
    return line(warn("not followed: "), *where, ": ", term(end["reason"], Mark.WARN), notes.cite(end["at"]), item=True)


class _Drawing:
    """Draws every model once, as near to the top as it can stand, and names it elsewhere: so a ring comes to an end."""

    def __init__(self, graph: Json, notes: Notes, accused: Set[tuple[str, str]]) -> None:
        self._models = {model["id"]: model for model in graph["models"]}
        self._edges: dict[str, list[Json]] = {}
        for edge in graph["edges"]:
            self._edges.setdefault(edge["child"], []).append(edge)
        for edges in self._edges.values():
            if len(edges) > FAN:
                edges.sort(key=lambda edge: (edge["child"], edge["parent"]) not in accused)
        self._notes = notes
        self._drawn: set[str] = set()

    def branch(self, id: str, edge: Json | None) -> Branch:
        how = self._how(edge) if edge else ()
        model = self._models.get(id)
        if model is None:
            return Branch(line(quote(id), *how, warn("  not read")))
        if id in self._drawn or (edge and model["depth"] <= self._models[edge["child"]]["depth"]):
            return Branch(line(quote(id), *how, faint("  drawn elsewhere")))
        self._drawn.add(id)
        return Branch(line(*self._who(model), *how, *self._state(model)), tuple(self._parents(id)))

    def _parents(self, id: str) -> Iterable[Branch]:
        edges = self._edges.get(id, ())
        for edge in edges[:FAN]:
            yield self.branch(edge["parent"], edge)
        if len(edges) > FAN:
            yield Branch(line(faint(f"and {len(edges) - FAN} more: --format json has all")))

    def _who(self, model: Json) -> Sequence[Part]:
        origin = model["origin"]
        return (
            country(origin["control"], "??"),
            self._notes.cite_facts(origin["footnotes"], "control"),
            "  ",
            quote(model["id"]),
        )

    def _how(self, edge: Json) -> Iterable[Part]:
        yield faint("  " + _ROLES.get(edge["role"], ""))
        if edge["relation"] != "unspecified":
            yield from (term(edge["relation"], Mark.FAINT), faint(", "))
        yield term(edge["basis"], Mark.WARN if edge["basis"] == "inferred" else Mark.FAINT)
        yield self._notes.cite(*(source["at"] for source in edge["sources"][:2]))

    def _state(self, model: Json) -> Iterable[Part]:
        if model["root"]:
            begun = model["established"]
            yield "  ROOT"
            yield from (
                (faint(", "), term(begun, Mark.FAINT)) if begun else (warn("? nothing says the weights begin here"),)
            )
        if model["conduit"]:
            yield faint("  conduit")
            if model["maker"] and model["maker"] != model["id"]:
                yield from (faint(" for "), quote(model["maker"]))
        for name in model["renamed_from"]:
            yield from (faint("  renamed from "), quote(name))
        if model["state"] != "read":
            yield from (warn("  not read: "), term(model["state"], Mark.WARN))
