"""What must hold of one edge: real conflicts are found, real peace is kept, and what is not known stays so."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.evidence.license_text import NAME
from scanner.license import Status
from scanner.terms import outcomes, terms_document
from scanner.terms.conflicts import KINDS, Check, Side, compare, incompatible, missing_files, named_as_asked
from tests.test_license_edges_data import EDGES, MODELS, end


def side(id: str, said: dict[str, Any]) -> Side:
    license = end(said)
    return Side(id, license.id, license.status is Status.NONE)


def checks(edge: dict[str, Any]) -> list[Check]:
    child, parent = side(edge["child"], edge), side(edge["parent"], MODELS[edge["parent"]])
    role = "teacher" if edge["relation"] == "distilled" else "weights"
    found = list(compare(child, parent, edge["relation"], role, edge.get("multimodal")))
    if "files" in edge:
        missing = missing_files(parent.license, [path for path in edge["files"] if NAME.fullmatch(path)])
        found += [missing] if missing else []
    return found


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge['child']}<-{edge['parent']}")
def test_real_edges_show_the_conflicts_they_have_and_no_others(edge: dict[str, Any]) -> None:
    found = {check.kind for check in checks(edge) if check.conflict}
    expected = edge["expected"]
    if expected == "unknown":
        assert not found
        assert any(check.conflict is None for check in checks(edge))
    else:
        must = set() if expected == "none" else set(expected)
        assert must <= found <= must | set(edge.get("arguable", ()))


APACHE, LLAMA, GEMMA = "apache-2.0", "llama3.1", "gemma"


def kinds(child: Side, parent: Side, relation: str = "finetune", role: str = "weights", multimodal: bool | None = None):
    return {check.kind: check.conflict for check in compare(child, parent, relation, role, multimodal)}


def of(license: str | None, id: str = "acme/widget", none: bool = False) -> Side:
    return Side(id, license, none)


def test_an_end_that_is_not_known_leaves_the_edge_undetermined() -> None:
    assert kinds(of(APACHE), of(None)) == {"undetermined": None}
    assert kinds(of(APACHE), of(None, none=True)) == {"undetermined": None}
    assert kinds(of(None, "acme/Llama-mine"), of(LLAMA)) == {"undetermined": None}
    assert kinds(of(None), of(LLAMA)) == {"naming-dropped": True, "undetermined": None}


def test_a_part_beside_the_weights_is_no_derivative() -> None:
    assert kinds(of(APACHE), of(GEMMA), "component", "component") == {}


def test_the_same_licence_and_the_name_it_asks_for_are_peace() -> None:
    assert kinds(of(LLAMA, "acme/llama-3.1-mine"), of(LLAMA)) == {}
    assert kinds(of(LLAMA, "acme/mine"), of(LLAMA)) == {"naming-dropped": True}


def test_nothing_declared_is_a_conflict_where_a_licence_must_go_along() -> None:
    assert kinds(of(None, none=True), of(GEMMA)) == {"unlicensed": True}
    assert kinds(of(None, none=True), of("cc0-1.0")) == {}


@pytest.mark.parametrize(
    ("parent", "child"),
    [("lgpl-3.0", "gpl-3.0"), ("mpl-2.0", "agpl-3.0"), ("cc-by-sa-3.0", "cc-by-sa-4.0"), ("cc-by-sa-4.0", "gpl-3.0")],
)
def test_a_licence_that_is_compatible_is_taken_one_way(parent: str, child: str) -> None:
    assert "share-alike-broken" not in kinds(of(child), of(parent))
    assert kinds(of(parent), of(child))["share-alike-broken"] is True
    assert merged(parent, child) == {}


@pytest.mark.parametrize(("multimodal", "told"), [(True, True), (False, "peace"), (None, None)])
def test_a_place_excluded_for_multimodal_models_counts_for_these(multimodal: bool | None, told: Any) -> None:
    found = kinds(of(APACHE, "acme/Llama-mine"), of("llama3.2"), multimodal=multimodal)
    assert found.get("territory-dropped", "peace") is told


def test_outputs_that_are_bound_are_a_conflict_of_whoever_learned_from_them() -> None:
    assert kinds(of(APACHE, "acme/mine"), of(LLAMA), "distilled", "teacher") == {"naming-dropped": True}
    assert kinds(of(APACHE, "acme/Llama-mine"), of(LLAMA), "distilled", "teacher") == {}
    assert kinds(of(APACHE), of(APACHE), "distilled", "teacher") == {}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a/Llama-3-x", True), ("a/llama3", True), ("a/LLAMA_3", True), ("a/Llasa-1B", False), ("a/OpenLlama3", False),
        ("Llama/mine", False), ("a/_llama", True),
    ],
)  # fmt: skip
def test_a_name_begins_as_asked_whatever_its_case_and_punctuation(name: str, kept: bool) -> None:
    assert named_as_asked(name, {"is": True, "name_begins": "Llama"}) is kept


def test_a_line_to_be_shown_elsewhere_asks_nothing_of_the_name() -> None:
    assert named_as_asked("a/b", {"is": True, "line": "Built with Llama"})
    assert named_as_asked("a/my-MiniCPM-2", {"is": True, "name_includes": "MiniCPM"})
    assert not named_as_asked("a/my-model", {"is": True, "name_includes": "MiniCPM"})


def merged(*licenses: str | None) -> dict[str | None, bool | None]:
    return {one.license: check.conflict for one, check in incompatible([of(license) for license in licenses])}


def test_bases_of_a_merge_that_both_want_the_whole_cannot_both_be_kept() -> None:
    assert merged("gpl-3.0", "cc-by-sa-3.0") == {"gpl-3.0": True, "cc-by-sa-3.0": True}
    assert merged("gpl-3.0", GEMMA) == {"gpl-3.0": True}
    assert merged("gpl-3.0", "gpl-3.0", APACHE) == {}
    assert merged("gpl-3.0", None) == {"gpl-3.0": None}
    assert merged("gpl-3.0", "ax-4.0") == {"gpl-3.0": None}
    assert merged(APACHE, "mit", GEMMA, None) == {}


def test_files_that_must_go_along_are_missed_by_what_they_are() -> None:
    assert missing_files(GEMMA, ["LICENSE", "NOTICE"]) is None
    for license, held in ((GEMMA, []), (LLAMA, []), (APACHE, [])):
        assert (missing_files(license, held) or Check("", None, None, "")).conflict is True
    assert (missing_files(LLAMA, ["LICENSE.txt"]) or Check("", True, None, "")).conflict is None
    assert (missing_files(LLAMA, None) or Check("", True, None, "")).conflict is None
    assert (missing_files(None, []) or Check("", True, None, "")).conflict is None
    assert (missing_files("mpl-2.0", []) or Check("", True, None, "")).conflict is None, "which is not known"
    assert missing_files("cc-by-nc-4.0", []) is None, "a link is enough"
    assert missing_files("cc0-1.0", []) is None
    assert missing_files("cc0-1.0", None) is None


UNREAD = "ax-4.0"
"""A licence whose text nobody read."""


def test_what_the_table_is_silent_about_is_not_known_of_either_end() -> None:
    found = kinds(of(APACHE), of(UNREAD))
    assert set(found.values()) == {None}
    assert {"share-alike-broken", "terms-dropped", "non-commercial-dropped", "naming-dropped"} <= set(found)
    assert kinds(of(UNREAD), of("cc-by-nc-4.0"))["non-commercial-dropped"] is None
    assert kinds(of(UNREAD), of("tencent-hunyuan-3d-2.0"))["territory-dropped"] is None
    assert kinds(of(None, none=True), of(UNREAD))["unlicensed"] is None
    assert kinds(of(UNREAD), of(GEMMA))["terms-dropped"] is None


@pytest.mark.parametrize(
    ("teacher", "child", "told"),
    [
        (UNREAD, of(APACHE), None),
        ("exaone-1.1-nc", of(APACHE), True),
        ("dbrx", of(APACHE), None),
        ("llama1", of(APACHE), True),
        ("llama1", of("cc-by-nc-4.0"), "peace"),
        ("llama1", of(None, none=True), None),
        (GEMMA, of(APACHE), True),
        (GEMMA, of(GEMMA), "peace"),
        (GEMMA, of(None), None),
        (GEMMA, of(None, none=True), True),
    ],
)
def test_a_teacher_binds_as_its_licence_says(teacher: str, child: Side, told: Any) -> None:
    found = kinds(child, of(teacher), "distilled", "teacher")
    assert found.get("outputs-restricted", "peace") is told


def test_the_outcomes_of_edges_are_those_of_their_comparisons() -> None:
    models = {
        id: {"id": id, "license": {"id": license, "status": "known"}}
        for id, license in (("a/child", APACHE), ("a/base", "gpl-3.0"), ("a/other", GEMMA), ("a/teacher", "llama1"))
    }

    def edge(parent: str, relation: str, role: str) -> dict[str, str]:
        return {"child": "a/child", "parent": parent, "relation": relation, "role": role}

    assert outcomes(models, [edge("a/teacher", "distilled", "teacher")]) == {("outputs-restricted", True)}
    merged = outcomes(models, [edge("a/base", "merge", "weights"), edge("a/other", "merge", "weights")])
    assert {("merge-incompatible", True), ("share-alike-broken", True), ("terms-dropped", True)} <= merged


def test_of_a_merge_the_parents_that_cannot_both_be_kept_are_told_with_both_ends() -> None:
    def model(id: str, license: str) -> dict[str, Any]:
        said = {"id": license, "status": "known", "concluded": None, "name": None, "declared": [license]}
        return {"id": id, "license": said, "path": ["acme/mix", id]}

    lineage = {
        "models": [model("acme/mix", APACHE), model("acme/a", "gpl-3.0"), model("acme/b", GEMMA)],
        "edges": [
            {"child": "acme/mix", "parent": parent, "relation": "merge", "role": "weights"}
            for parent in ("acme/a", "acme/b")
        ],
        "publisher": ["acme/mix"], "ancestors": ["acme/a", "acme/b"], "components": [], "complete": True,
    }  # fmt: skip
    found = terms_document(lineage, [], multimodal=False)["conflicts"]
    merged = [(one["child"], one["parent"], one["conflict"]) for one in found if one["kind"] == "merge-incompatible"]
    assert merged == [("acme/mix", "acme/a", True)]


def test_every_kind_is_one_of_the_schema() -> None:
    from scanner.policy.fields import lists

    assert set(lists()["terms.conflicts"].fields["kind"].values) == set(KINDS)


def test_a_file_that_several_bases_want_is_missed_once_of_the_nearest() -> None:
    said = {"id": APACHE, "status": "known", "concluded": "Apache-2.0", "name": None, "declared": [APACHE]}
    models = [{"id": id, "license": said, "path": [id]} for id in ("acme/c", "acme/b", "acme/a")]
    edges = [
        {"child": child, "parent": parent, "relation": "finetune", "role": "weights"}
        for child, parent in (("acme/c", "acme/b"), ("acme/b", "acme/a"))
    ]
    lineage = {
        "models": models, "edges": edges, "publisher": ["acme/c"], "ancestors": ["acme/b", "acme/a"], "components": [],
        "complete": True,
    }  # fmt: skip
    found = terms_document(lineage, [], multimodal=False)["conflicts"]
    assert [(one["kind"], one["conflict"], one["parent"]) for one in found] == [("file-missing", True, "acme/b")]


def test_what_the_subject_is_says_nothing_of_the_models_it_came_out_of() -> None:
    def model(id: str, license: str) -> dict[str, Any]:
        said = {"id": license, "status": "known", "concluded": None, "name": None, "declared": [license]}
        return {"id": id, "license": said, "path": [id]}

    def edge(child: str, parent: str) -> dict[str, str]:
        return {"child": child, "parent": parent, "relation": "finetune", "role": "weights"}

    lineage = {
        "models": [model("a/c", APACHE), model("a/Llama-b", APACHE), model("meta/a", "llama4")],
        "edges": [edge("a/c", "a/Llama-b"), edge("a/Llama-b", "meta/a")],
        "publisher": ["a/c"], "ancestors": ["a/Llama-b", "meta/a"], "components": [], "complete": True,
    }  # fmt: skip
    found = terms_document(lineage, ["LICENSE", "NOTICE"], multimodal=False)["conflicts"]
    assert [one["conflict"] for one in found if one["kind"] == "territory-dropped"] == [None]
