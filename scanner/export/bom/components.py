"""Models as components of CycloneDX, each with its ancestors nested in its pedigree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from scanner.bom.cyclonedx import MODEL
from scanner.bom.purl import HUB
from scanner.export.bom import licenses, properties
from scanner.export.bom.contents import (
    Contents,
    Missed,
    Subject,
    circumstances,
    commit_of,
    datasets,
    files,
    lineage_state,
    publisher_of,
    purl_of,
    split,
)

Json = Mapping[str, Any]
Made = dict[str, Any]


class Refs:
    """``bom-ref``: one for each component of a document."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def new(self, wanted: str) -> str:
        """``wanted``, or it with a number where it is taken."""
        number, ref = 1, wanted
        while ref in self._given:
            number += 1
            ref = f"{wanted}#{number}"
        self._given.add(ref)
        return ref


class Models:
    """The components of a bill. ``refs`` gives what refers to them; ``mixed``: licences and expressions may be mixed.

    A model that stands several times in one lineage is written out at the first place; the others name that place.
    """

    def __init__(self, contents: Contents, refs: Refs, *, mixed: bool) -> None:
        self.mixed, self._refs = mixed, refs
        # What is judged comes first, so that its reference is its plain name.
        self._top = [refs.new(_versioned(one.id, one.revision)) for one in contents.subjects]
        self._of: list[dict[str, str]] = []
        self.components: list[Made] = []
        self.formulation: list[Made] = []
        for subject, ref in zip(contents.subjects, self._top, strict=True):
            self._of.append({subject.id: ref})
            self.components.append(self._judged(subject))
            self.formulation += self._made_with(subject)
        self._subjects, self._listed = contents.subjects, contents.listed
        self._missed = [refs.new(_versioned(*one.named()[:2])) for one in contents.missed]
        self.components += [_missed(one, ref) for one, ref in zip(contents.missed, self._missed, strict=True)]

    def only(self) -> Made | None:
        """The one model of the bill by its name, with a reference of its own; None of several, or where one is missed.

        It stands among the components in full.
        """
        if len(self._subjects) != 1 or self._missed:
            return None
        [subject], [ref] = self._subjects, self._top
        node = next(one for one in subject.nodes if one["id"] == subject.id)
        return {**_named(subject, node), "bom-ref": self._refs.new(ref)}

    def used(self) -> list[str]:
        """What refers to the models that are more than mentioned."""
        told = zip(self._listed, [*self._top, *self._missed], strict=True)
        return sorted(ref for one, ref in told if not one.mentioned)

    def dependencies(self) -> Iterator[Made]:
        """What is in each model: its bases and parts. A model of which that is not known has no entry."""
        for subject, refs in zip(self._subjects, self._of, strict=True):
            for node in subject.nodes:
                parents = [refs[e["parent"]] for e in subject.parents(node["id"], "weights", "component")]
                if parents:
                    yield {"ref": refs[node["id"]], "dependsOn": sorted(set(parents))}
                elif lineage_state(subject, node) == "complete":
                    yield {"ref": refs[node["id"]]}

    def completeness(self) -> dict[str, list[str]]:
        """``complete``, ``incomplete``, ``unknown``: the models of whose bases that is so."""
        states: dict[str, list[str]] = {}
        for subject, refs in zip(self._subjects, self._of, strict=True):
            for node in subject.nodes:
                states.setdefault(lineage_state(subject, node), []).append(refs[node["id"]])
        if self._missed:
            states.setdefault("unknown", []).extend(self._missed)
        return states

    def assemblies(self) -> dict[str, list[str]]:
        """The same of the files of each judged model."""
        states: dict[str, list[str]] = {}
        for subject, ref in zip(self._subjects, self._top, strict=True):
            count = subject.facts["files"]["count"]
            state = "unknown" if count is None else "complete" if count == len(files(subject)) else "incomplete"
            states.setdefault(state, []).append(ref)
        return states

    def _judged(self, subject: Subject) -> Made:
        node = next(one for one in subject.nodes if one["id"] == subject.id)
        made = self._component(subject, node, properties.of_subject(subject))
        made["modelCard"] = _model_card(subject)
        made |= _used_at(subject)
        made["components"] = [*made.get("components", ()), *map(_file, files(subject))]
        return _without_empty(made)

    def _component(self, subject: Subject, node: Json, more: Iterable[properties.Property] = ()) -> Made:
        refs, id = self._of[-1], node["id"]
        if id not in refs:
            refs[id] = self._refs.new(_versioned(id, node["revision"]))
        weights, held = subject.parents(id, "weights"), subject.parents(id, "component")
        notes = [*map(properties.relation, subject.parents(id, "weights", "component", "teacher"))]
        notes += [f"not resolved: {one}" for one in properties.unresolved(subject.unresolved(id))]
        supplier = _supplier(subject, node)
        made = {
            **_named(subject, node),
            "bom-ref": refs[id],
            "supplier": supplier,
            "publisher": supplier["name"],
            "manufacturer": _manufacturer(subject, node),
            "licenses": self._licenses(node["license"]),
            "pedigree": _without_empty({"ancestors": self._parents(subject, weights), "notes": "; ".join(notes)}),
            "components": self._parents(subject, held),
            "externalReferences": _references(subject, node),
            "properties": _properties((*more, *properties.of_node(node))),
        }
        if id != subject.id and node["model_type"]:
            made["modelCard"] = {"modelParameters": {"architectureFamily": node["model_type"]}}
        return _without_empty(made)

    def _parents(self, subject: Subject, edges: Iterable[Json]) -> list[Made]:
        nodes = {node["id"]: node for node in subject.nodes}
        return [self._parent(subject, nodes[edge["parent"]], edge) for edge in edges]

    def _parent(self, subject: Subject, node: Json, edge: Json | None) -> Made:
        refs = self._of[-1]
        told = () if edge is None else properties.of_edge(edge)
        if node["id"] in refs:
            again = (*told, ("described-at", refs[node["id"]]))
            return {**_named(subject, node), "properties": _properties(again)}
        return self._component(subject, node, told)

    def _made_with(self, subject: Subject) -> Iterator[Made]:
        """What taught the model and is not in it, with what that came from."""
        nodes = {node["id"]: node for node in subject.nodes}
        edges = [edge for edge in subject.facts["lineage"]["edges"] if edge["role"] == "teacher"]
        components = [self._parent(subject, nodes[edge["parent"]], edge) for edge in edges]
        # A document of another version may hold a model that no edge leads to: it is not dropped.
        components += [self._parent(subject, node, None) for node in subject.nodes if node["id"] not in self._of[-1]]
        if components:
            told = _properties([("of", self._of[-1][subject.id])])
            yield {"components": components, "properties": told}

    def _licenses(self, license: Json) -> list[Made]:
        concluded = licenses.concluded(license)
        said = [(term, "declared") for term in licenses.declared(license)]
        said += [] if concluded is None else [(concluded, "concluded")]
        if not self.mixed and any(term.compound for term, _ in said):
            # Beside an expression no other licence may stand: what is left out is a property.
            plain = [one for one in said if not one[0].compound]
            said = plain if plain and not (concluded and concluded.compound) else [said[-1]]
        return [_license(term, acknowledgement) for term, acknowledgement in said]


def _versioned(id: str, revision: str | None) -> str:
    return f"{id}@{revision}" if revision else id


def _named(subject: Subject, node: Json) -> Made:
    namespace, name = split(node["id"])
    purl = purl_of(subject, node)
    told = {"type": MODEL, "group": namespace, "name": name, "version": commit_of(node), "purl": purl}
    return _without_empty(told)


def _supplier(subject: Subject, node: Json) -> Made:
    """Who publishes the repository: the organisation if it is known, else the account."""
    publisher = publisher_of(subject, node)
    namespace = publisher["namespace"]
    told: Made = {"name": publisher["organisation"] or namespace or properties.UNKNOWN}
    return {**told, "url": [f"{HUB}/{quote(namespace)}"]} if namespace and purl_of(subject, node) else told


def _manufacturer(subject: Subject, node: Json) -> Made | None:
    """Who made the weights; None where that is not known."""
    maker = next((one for one in subject.nodes if one["id"] == node["maker"]), None)
    organisation = maker["origin"]["organisation"] if maker else None
    return {"name": organisation} if organisation else None


def _references(subject: Subject, node: Json) -> list[Made]:
    if purl_of(subject, node) is None:
        return []
    page, revision = f"{HUB}/{node['id']}", commit_of(node)
    told = [("website", page)]
    if revision:
        told.append(("distribution", f"{page}/tree/{revision}"))
    if node["id"] == subject.id and revision and subject.facts["card"]["present"]:
        told.append(("model-card", f"{page}/blob/{revision}/README.md"))
    if link := licenses.address(node["license"]["link"]):
        told.append(("license", link))
    return [{"type": kind, "url": url} for kind, url in told]


def _license(term: licenses.Term, acknowledgement: str) -> Made:
    if term.compound:
        return {"expression": term.expression, "acknowledgement": acknowledgement}
    made: Made = {"id": term.id} if term.id else {"name": term.name}
    made["acknowledgement"] = acknowledgement
    if term.reference:
        made["licensing"] = {"altIds": [term.reference]}
    if term.url:
        made["url"] = term.url
    return {"license": made}


def _model_card(subject: Subject) -> Made:
    model = subject.facts["model"]
    architectures = model["architectures"] or ()
    told = {
        "task": model["pipeline_tag"],
        "architectureFamily": model["model_type"],
        "modelArchitecture": ", ".join(architectures),
        "datasets": [{"type": "dataset", "name": name} for name in datasets(subject)],
    }
    return _without_empty({"modelParameters": _without_empty(told)})


def _used_at(one: Subject | Missed) -> Made:
    if not one.places:
        return {}
    occurrences = [
        {"location": place["path"], "line": place["line"], "additionalContext": circumstances(place)}
        for place in one.places
    ]
    return {"scope": "excluded" if one.mentioned else "required", "evidence": {"occurrences": occurrences}}


def _file(told: tuple[str, str | None, int | None]) -> Made:
    path, sha256, size = told
    made: Made = {"type": "file", "name": path}
    if sha256:
        made["hashes"] = [{"alg": "SHA-256", "content": sha256}]
    if size is not None:
        made["properties"] = _properties([("size", str(size))])
    return made


def _missed(one: Missed, ref: str) -> Made:
    id, revision, purl = one.named()
    namespace, name = split(id)
    made = {
        "type": MODEL, "bom-ref": ref, "group": namespace, "name": name, "version": revision, "purl": purl,
        "properties": _properties([("verdict", "not judged"), ("reason", one.reason)]),
        **_used_at(one),
    }  # fmt: skip
    return _without_empty(made)


def _properties(told: Iterable[properties.Property]) -> list[Made]:
    return [{"name": name, "value": value} for name, value in properties.named(told)]


def _without_empty(made: Mapping[str, Any]) -> Made:
    return {key: value for key, value in made.items() if value}
