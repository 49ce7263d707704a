"""``license_edges.yaml`` is what it says: real edges, each cited, every end a licence of the table, every verdict a fact of it."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import InvalidModelId
from scanner.evidence.license_text import NAME as LICENSE_FILE
from scanner.fact import Basis, Confidence
from scanner.license import License, LicenseClaim, Status, conclude
from scanner.model import Relation, RepoId
from scanner.strictyaml import load

FILE = Path(__file__).with_name("license_edges.yaml")
DATA: dict[str, Any] = load(FILE.read_text(encoding="utf-8"), file=FILE.name).value
MODELS: dict[str, dict[str, Any]] = DATA["models"]
EDGES: list[dict[str, Any]] = DATA["edges"]

END = {"license", "license_name", "unread", "source", "confidence"}
EDGE = END | {"child", "parent", "relation", "expected", "arguable", "multimodal", "files", "note"}
RELATIONS = frozenset(Relation) - {Relation.COMPONENT, Relation.UNSPECIFIED}
WITHOUT_A_CASE = {"merge-incompatible"}


def end(said: dict[str, Any]) -> License:
    """The licence that one end of an edge is under, by what it declares."""
    if said.get("unread"):
        return conclude((), read=False)
    declared = said.get("license", [])
    ids = (declared,) if isinstance(declared, str) else tuple(declared)
    return conclude([LicenseClaim(ids, said.get("license_name"), None, Basis.DECLARED, "card")], read=True)


def replaced(child: License, parent: License) -> bool:
    """Whether the child is under a licence, and under another one."""
    return child.status is Status.KNOWN and child.concluded != parent.concluded


def sized(license: License) -> bool:
    """Free below a size, so that commerce needs no permission."""
    return any(line not in (None, "none") for line in (license.user_threshold, license.revenue_threshold))


# What the table must say of the parent's licence, and of the child's, before a kind can be in conflict.
GROUNDS: dict[str, Callable[[License, License, dict[str, Any]], bool]] = {
    "terms-dropped": lambda child, parent, _: parent.flow_down is True and replaced(child, parent),
    "non-commercial-dropped": lambda child, parent, _: (
        child.commercial_use == "yes"
        and (parent.commercial_use == "no" or (parent.commercial_use == "conditional" and not sized(parent)))
    ),
    "naming-dropped": lambda _child, parent, _edge: parent.naming is True,
    "share-alike-broken": lambda child, parent, _: parent.share_alike is True and replaced(child, parent),
    "no-derivatives": lambda _child, parent, edge: "-ND-" in str(parent.concluded) and edge["relation"] != "copy",
    "territory-dropped": lambda child, parent, _: bool(parent.territory_excluded) and child.territory_excluded == (),
    "merge-incompatible": lambda _child, _parent, edge: edge["relation"] == "merge",
    "unlicensed": lambda child, parent, _: child.status is Status.NONE and parent.notice is True,
    "file-missing": lambda _child, parent, edge: parent.notice is True and not license_files(edge),
    "outputs-restricted": lambda _child, parent, edge: (
        edge["relation"] == "distilled" and parent.outputs_restricted is True
    ),
}
# Of these, having the grounds is being in conflict, whatever else the repository says.
PLAIN = ("non-commercial-dropped", "share-alike-broken", "outputs-restricted", "unlicensed")


def license_files(edge: dict[str, Any]) -> list[str]:
    """The licence files of a child whose files are known; one that is not known counts as there."""
    return [name for name in edge.get("files", ("LICENSE",)) if LICENSE_FILE.fullmatch(name)]


def problems(models: dict[str, dict[str, Any]], edges: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with a file of edges."""
    for id, said in models.items():
        yield from (f"{id}: {problem}" for problem in _end(id, said, END))
        if ("source" in said) != ("confidence" in said):
            yield f"{id}: what is cited is graded, and only that"
    unused = set(models) - {edge.get("parent") for edge in edges}
    yield from (f"{id}: nothing builds on it" for id in unused)
    pairs = Counter((str(edge.get("child")).casefold(), str(edge.get("parent")).casefold()) for edge in edges)
    yield from (f"{child}: {parent} twice" for (child, parent), times in pairs.items() if times > 1)
    for edge in edges:
        yield from (f"{edge.get('child')}: {problem}" for problem in _edge(edge, models))


def _end(id: str, said: dict[str, Any], keys: set[str]) -> Iterator[str]:
    try:
        if RepoId.parse(id).namespace is None:
            yield "a repository has a namespace"
    except InvalidModelId:
        yield "names no repository"
    yield from (f"unknown key {key}" for key in sorted(set(said) - keys))
    if said.get("unread") and ("license" in said or "license_name" in said):
        yield "what was not read is not stated"
    if said.get("confidence", "high") not in tuple(Confidence):
        yield "no such confidence"


def _edge(edge: dict[str, Any], models: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield from _end(str(edge.get("child")), edge, EDGE)
    if edge.get("parent") not in models:
        yield "its parent is not among the models"
        return
    if edge["parent"].casefold() == edge["child"].casefold():
        yield "is its own parent"
    if edge.get("relation") not in RELATIONS:
        yield "no such relation"
    if not edge.get("source") or "confidence" not in edge:
        yield "is not cited and graded"
    expected = edge.get("expected")
    kinds = [] if isinstance(expected, str) else list(expected or ())
    if expected not in ("none", "unknown") and not kinds:
        yield "expects nothing"
    for kind in (*kinds, *edge.get("arguable", ())):
        if kind not in GROUNDS:
            yield f"no such kind {kind}"
    if set(kinds) & set(edge.get("arguable", ())):
        yield "what is expected is not arguable"
    if len(kinds) != len(set(kinds)):
        yield "a kind twice"
    yield from _verdict(edge, models, [kind for kind in kinds if kind in GROUNDS])


def _verdict(edge: dict[str, Any], models: dict[str, dict[str, Any]], kinds: list[str]) -> Iterator[str]:
    child, parent = end(edge), end(models[edge["parent"]])
    determined = parent.status is Status.KNOWN and child.status in (Status.KNOWN, Status.NONE)
    if determined == (edge.get("expected") == "unknown"):
        yield "unknown is what has an end that is not determined, and nothing else"
        return
    if edge.get("expected") == "unknown":
        if not edge.get("note"):
            yield "what is unknown says why"
        return
    yield from (f"the table gives no ground for {kind}" for kind in kinds if not GROUNDS[kind](child, parent, edge))
    allowed = {*kinds, *edge.get("arguable", ())}
    for kind in PLAIN:
        if kind not in allowed and edge.get("relation") != Relation.DISTILLED and GROUNDS[kind](child, parent, edge):
            yield f"the table shows {kind}"


def test_the_edges_have_no_problem() -> None:
    assert list(problems(MODELS, EDGES)) == []


def test_there_are_as_many_edges_as_promised() -> None:
    conflicts = [edge for edge in EDGES if isinstance(edge["expected"], list)]
    said = Counter(edge["expected"] for edge in EDGES if isinstance(edge["expected"], str))
    assert len(conflicts) >= 75
    assert said["none"] >= len(conflicts)
    assert said["unknown"] >= 15


def test_every_kind_that_has_a_case_has_one_and_none_crowds_out_the_others() -> None:
    found = Counter(kind for edge in EDGES if isinstance(edge["expected"], list) for kind in edge["expected"])
    assert set(found) == set(GROUNDS) - WITHOUT_A_CASE
    assert found.most_common(1)[0][1] <= len(EDGES) // 3


def test_the_edges_are_of_many_licences_relations_and_publishers() -> None:
    for verdict in (list, str):
        edges = [edge for edge in EDGES if isinstance(edge["expected"], verdict) and edge["expected"] != "unknown"]
        parents = {end(MODELS[edge["parent"]]).concluded for edge in edges}
        assert len(parents) >= 15
        assert {Relation(edge["relation"]) for edge in edges} == RELATIONS
        assert len({edge["child"].split("/")[0] for edge in edges}) >= len(edges) // 2


def test_the_same_child_may_be_in_conflict_with_one_base_and_at_peace_with_another() -> None:
    verdicts: dict[str, set[bool]] = {}
    for edge in EDGES:
        verdicts.setdefault(edge["child"], set()).add(edge["expected"] == "none")
    assert {True, False} in verdicts.values()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"child": "no namespace"}, "names no repository"),
        ({"child": "gpt2"}, "has a namespace"),
        ({"child": "google/gemma-2-2b-it"}, "its own parent"),
        ({"parent": "nobody/nothing"}, "not among the models"),
        ({"relation": "component"}, "no such relation"),
        ({"relation": "child"}, "no such relation"),
        ({"source": ""}, "not cited"),
        ({"confidence": None}, "not cited"),
        ({"confidence": "sure"}, "no such confidence"),
        ({"expected": None}, "expects nothing"),
        ({"expected": []}, "expects nothing"),
        ({"expected": ["licence-lost"]}, "no such kind licence-lost"),
        ({"arguable": ["licence-lost"]}, "no such kind licence-lost"),
        ({"arguable": ["terms-dropped"]}, "not arguable"),
        ({"expected": ["terms-dropped", "terms-dropped"]}, "a kind twice"),
        ({"expected": "unknown"}, "an end that is not determined"),
        ({"license": "nobody-wrote-this-1.0"}, "an end that is not determined"),
        ({"license": "other"}, "an end that is not determined"),
        ({"license": ["apache-2.0", "mit"]}, "an end that is not determined"),
        ({"license": None}, "no ground for terms-dropped"),
        ({"license": None, "expected": "none"}, "the table shows unlicensed"),
        ({"license": "gemma"}, "no ground for terms-dropped"),
        ({"unread": True}, "not stated"),
        ({"expected": ["naming-dropped"]}, "no ground for naming-dropped"),
        ({"expected": ["territory-dropped"]}, "no ground for territory-dropped"),
        ({"expected": ["outputs-restricted"]}, "no ground for outputs-restricted"),
        ({"expected": ["unlicensed"]}, "no ground for unlicensed"),
        ({"expected": ["file-missing"]}, "no ground for file-missing"),
        ({"expected": ["file-missing"], "files": ["README.md", "LICENSE"]}, "no ground for file-missing"),
        ({"parent": "facebook/nllb-200-1.3B", "expected": "none"}, "the table shows non-commercial-dropped"),
        ({"parent": "Ultralytics/YOLO11", "expected": "none"}, "the table shows share-alike-broken"),
        ({"licence": "mit"}, "unknown key licence"),
    ],
)
def test_a_wrong_edge_is_refused(change: dict[str, Any], message: str) -> None:
    edges = copy.deepcopy(EDGES)
    row = next(edge for edge in edges if edge["child"] == "s0uL141/fine_tuned_science_gemma2b-it")
    changed = {**row, **change}
    row.clear()
    row.update((key, value) for key, value in changed.items() if value is not None)
    assert message in " ".join(problems(MODELS, edges))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": None}, "cited is graded"),
        ({"confidence": None}, "cited is graded"),
        ({"license": "other"}, "not determined"),
        ({"unread": True}, "not stated"),
        ({"licence": "mit"}, "unknown key licence"),
    ],
)
def test_a_wrong_model_is_refused(change: dict[str, Any], message: str) -> None:
    models = copy.deepcopy(MODELS)
    changed = {**models["Ultralytics/YOLO11"], **change}
    models["Ultralytics/YOLO11"] = {key: value for key, value in changed.items() if value is not None}
    assert message in " ".join(problems(models, EDGES))


def test_an_edge_that_is_there_twice_or_a_model_nothing_builds_on_is_refused() -> None:
    shouted = {**EDGES[0], "child": EDGES[0]["child"].upper()}
    assert "twice" in " ".join(problems(MODELS, [*EDGES, shouted]))
    assert "nothing builds on it" in " ".join(problems({**MODELS, "acme/widget": {"license": "mit"}}, EDGES))
