"""A bill of materials in SPDX is what the SPDX model reads back, and asserts nothing that is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from scanner.errors import NothingToScan
from scanner.export import Failure, render
from tests.export.bom.validators import valid_spdx
from tests.export.bom.worlds import scans
from tests.export.samples import BASE, CHILD, COMMIT, ROOT, crowded, decision, edge, facts, license, view

GONE = Failure("acme/gone@main", "ModelNotFound", "acme/gone: not on the Hub, or private", "check the name", 3)
SCAN = view(facts(), [decision()])


def bill(*scans: Any, failures: Any = ()) -> list[dict[str, Any]]:
    return valid_spdx(render("spdx", scans or [SCAN], failures))["@graph"]


def named(graph: list[dict[str, Any]]) -> dict[str, str]:
    return {one["spdxId"]: one["name"] for one in graph if "name" in one}


def related(graph: list[dict[str, Any]], kind: str) -> list[tuple[str, list[str], str | None]]:
    names = named(graph)
    return [
        (names[one["from"]], [names.get(to, to) for to in one["to"]], one.get("completeness"))
        for one in graph
        if one.get("relationshipType") == kind
    ]


def test_every_sample_is_read_back_by_the_model_and_all_that_was_asked_for_is_what_the_bill_is_about():
    graph = bill(SCAN, view(crowded(), [decision()], None), failures=[GONE])
    [document] = [one for one in graph if one["type"] == "SpdxDocument"]
    [sbom] = [one for one in graph if one["type"] == "software_Sbom"]
    assert document["rootElement"] == [sbom["spdxId"]]
    assert [named(graph)[one] for one in sbom["rootElement"]] == [CHILD, CHILD, "acme/gone"]
    assert set(sbom["element"]) == set(document["element"]) - {sbom["spdxId"]}
    assert set(document["element"]) == {one["spdxId"] for one in graph if "spdxId" in one} - {document["spdxId"]}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda graph: graph.pop(0),
        lambda graph: _first(graph, "ai_AIPackage").update(software_primaryPurpose="weights"),
        lambda graph: _first(graph, "ai_AIPackage").update(releaseTime="yesterday"),
        lambda graph: _first(graph, "ai_AIPackage").update(country="US"),
        lambda graph: _first(graph, "Relationship").pop("to"),
        lambda graph: _first(graph, "Relationship").update(relationshipType="childOf"),
        lambda graph: _first(graph, "Relationship").update(to=["urn:uuid:nobody"]),
        lambda graph: _first(graph, "simplelicensing_LicenseExpression").pop("simplelicensing_licenseExpression"),
        lambda graph: graph.remove(_first(graph, "Relationship", relationshipType="hasConcludedLicense")),
        lambda graph: _first(graph, "ai_AIPackage").pop("releaseTime"),
    ],
)
def test_a_spoilt_document_is_found_invalid(spoil):
    document = valid_spdx(render("spdx", [SCAN]))
    spoil(document["@graph"])
    with pytest.raises((AssertionError, ValueError, TypeError, KeyError, AttributeError)):
        valid_spdx(json.dumps(document))


def _first(graph: list[dict[str, Any]], kind: str, **fields: Any) -> dict[str, Any]:
    return next(one for one in graph if one["type"] == kind and fields.items() <= one.items())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scan=scans())
def test_any_lineage_is_read_back_by_the_model_with_all_of_its_models(scan):
    graph = bill(scan)
    assert sorted(one["name"] for one in graph if one["type"] == "ai_AIPackage") == sorted(
        node["id"] for node in scan.facts["lineage"]["models"]
    )
    descents = {}
    for child, parents, completeness in related(graph, "descendantOf"):
        descents.setdefault(child, []).append((parents, completeness))
    assert set(descents) == {node["id"] for node in scan.facts["lineage"]["models"]}, "of each it is said"
    for node in scan.facts["lineage"]["models"]:
        if node["state"] != "read" or node["id"] in {gap["subject"] for gap in scan.facts["gaps"]}:
            assert all(completeness != "complete" for _, completeness in descents[node["id"]])
    for one in scan.facts["lineage"]["unresolved"]:
        assert (["NoAssertionElement"], "incomplete") in descents[one["child"]]


def test_the_lineage_goes_down_to_a_root_of_which_it_is_known_that_it_has_no_base():
    assert related(bill(), "descendantOf") == [
        (CHILD, [BASE], "complete"),
        (BASE, [ROOT], "complete"),
        (ROOT, ["NoneElement"], "complete"),
    ]


def test_of_a_root_that_nothing_establishes_nothing_is_asserted():
    held = facts()
    held["lineage"]["models"][2]["established"] = None
    graph = bill(view(held, [decision()]))
    assert related(graph, "descendantOf")[-1] == (ROOT, ["NoAssertionElement"], "noAssertion")


@pytest.mark.parametrize(
    ("said", "declared", "concluded"),
    [
        (license(), "Apache-2.0", "Apache-2.0"),
        (license(None), "expandedlicensing_NoneLicense", "expandedlicensing_NoAssertionLicense"),
        (license("MIT", declared=[], basis="observed"), "expandedlicensing_NoAssertionLicense", "MIT"),
        (
            license(None, declared=None, status="unknown"),
            "expandedlicensing_NoAssertionLicense",
            "expandedlicensing_NoAssertionLicense",
        ),
        (
            license(None, declared=["other"], name="my own, v1", status="unknown"),
            "LicenseRef-my-own-v1",
            "expandedlicensing_NoAssertionLicense",
        ),
        *(
            (license(None, declared=said, status="unknown"), *["expandedlicensing_NoAssertionLicense"] * 2)
            for said in (["other"], ["unknown"], ["mit", "other"])
        ),
    ],
)
def test_a_licence_that_is_not_known_asserts_nothing_and_none_is_none(said, declared, concluded):
    held = facts()
    held["lineage"]["models"][0]["license"] = said
    graph = bill(view(held, [decision()]))
    expressions = {
        one["spdxId"]: one["simplelicensing_licenseExpression"]
        for one in graph
        if one["type"] == "simplelicensing_LicenseExpression"
    }
    model = _first(graph, "ai_AIPackage", name=CHILD)["spdxId"]
    for kind, expected in (("hasDeclaredLicense", declared), ("hasConcludedLicense", concluded)):
        [to] = _first(graph, "Relationship", **{"from": model}, relationshipType=kind)["to"]
        assert expressions.get(to, to) == expected


@pytest.mark.parametrize(
    ("created", "released"),
    [("2022-03-02T23:29:04Z", None), ("2022-03-03T08:00:00Z", "2022-03-03T08:00:00Z"), (None, None)],
)
def test_the_day_on_which_the_hub_began_to_keep_days_is_the_release_of_no_model(created, released):
    held = facts()
    held["lineage"]["models"][0]["created_at"] = created
    assert _first(bill(view(held, [decision()])), "ai_AIPackage", name=CHILD).get("releaseTime") == released


def test_the_profile_is_claimed_only_where_all_that_it_asks_for_is_known():
    def profiles(held: dict[str, Any]) -> list[str]:
        return _first(bill(view(held, [decision()])), "SpdxDocument")["profileConformance"]

    assert "ai" in profiles(facts())
    held = facts()
    held["lineage"]["models"][1]["revision"] = None
    assert "ai" not in profiles(held)


def test_origin_stands_with_each_model_under_the_names_that_cyclonedx_has():
    package = _first(bill(), "ai_AIPackage", name=ROOT)
    [extension] = package["extension"]
    told = {(one["extension_cdxPropName"], one["extension_cdxPropValue"]) for one in extension["extension_cdxProperty"]}
    assert ("modelorigin:origin:control", "CN") in told
    assert ("modelorigin:origin:control:source", "https://qwen.example/about (seen 2026-11-23, high)") in told


def test_a_teacher_and_a_part_are_no_ancestors():
    held = facts()
    held["lineage"]["edges"] = [edge(CHILD, BASE, "distilled", "teacher"), edge(CHILD, ROOT, "component", "component")]
    graph = bill(view(held, [decision()]))
    assert all(parents != [BASE] and parents != [ROOT] for _, parents, _ in related(graph, "descendantOf"))
    assert (CHILD, [ROOT], "noAssertion") in related(graph, "contains")
    assert related(graph, "other") == [(CHILD, [BASE], "noAssertion")]


def test_packages_are_named_by_url_with_the_case_of_their_names():
    package = _first(bill(), "ai_AIPackage", name=CHILD)
    assert package["software_packageUrl"] == f"pkg:huggingface/{CHILD}@{COMMIT}"
    assert package["software_downloadLocation"] == f"https://huggingface.co/{CHILD}/tree/{COMMIT}"


def test_the_same_scan_is_the_same_document():
    assert render("spdx", [SCAN]) == render("spdx", [SCAN])


def test_a_document_of_nothing_is_refused():
    with pytest.raises(NothingToScan):
        render("spdx", [], [GONE])


@pytest.mark.parametrize(
    ("organisation", "kind", "form"),
    [
        ("Acme Inc.", "company", "Organization"),
        ("A. Person", "individual", "Person"),
        ("Acme Inc.", None, "Agent"),
        (None, None, "Agent"),
    ],
)
def test_an_account_is_an_organisation_only_where_that_is_known(organisation, kind, form):
    held = facts()
    held["publisher"] = held["publisher"] | {"organisation": organisation, "kind": kind}
    graph = bill(view(held, [decision()]))
    supplier = _first(graph, "ai_AIPackage", name=CHILD)["suppliedBy"]
    assert [one["type"] for one in graph if one.get("spdxId") == supplier] == [form]


@pytest.mark.parametrize(("link", "told"), [("https://acme.example/terms", True), ("LICENSE.md", False), (None, False)])
def test_the_address_of_a_licence_stands_with_the_model(link, told):
    held = facts()
    held["lineage"]["models"][0]["license"] = license(link=link)
    package = _first(bill(view(held, [decision()])), "ai_AIPackage", name=CHILD)
    expected = {"type": "ExternalRef", "externalRefType": "license", "locator": [link]}
    assert package.get("externalRef") == ([expected] if told else None)
