"""A bill of materials in CycloneDX is valid, whole and honest, whatever the lineage."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.errors import NothingToScan
from scanner.export import Failure, render
from tests.export.bom.validators import objects, properties, valid_cyclonedx, valid_spdx
from tests.export.bom.worlds import scans
from tests.export.samples import (
    BASE,
    CHILD,
    COMMIT,
    QWEN,
    ROOT,
    crowded,
    decision,
    edge,
    facts,
    finding,
    license,
    origin,
    view,
)
from tests.export.test_hostile import FORBIDDEN, hostile, report

FORMATS = {"cyclonedx": "1.6", "cyclonedx-1.7": "1.7"}
GONE = Failure("acme/gone@main", "ModelNotFound", "acme/gone: not on the Hub, or private", "check the name", 3)
REPORT = [view(facts(), [decision(), decision("allow", "baseline")]), view(crowded(), [decision()], None)]

both = pytest.mark.parametrize("format", FORMATS)


def bill(format: str = "cyclonedx", *scans: Any, failures: Any = ()) -> dict[str, Any]:
    return valid_cyclonedx(render(format, scans or [REPORT[0]], failures), FORMATS[format])


@both
def test_every_sample_makes_a_valid_bill(format):
    document = bill(format, *REPORT, failures=[GONE])
    assert document["specVersion"] == FORMATS[format]
    assert [one["name"] for one in document["components"]] == [CHILD.split("/")[1]] * 2 + ["gone"]


@both
def test_the_bill_of_one_model_is_about_it_and_leads_to_its_description(format):
    document = bill(format)
    about, [described] = document["metadata"]["component"], document["components"]
    for field in ("type", "group", "name", "version", "purl"):
        assert about[field] == described[field]
    assert {"ref": about["bom-ref"], "dependsOn": [described["bom-ref"]]} in document["dependencies"]


@both
def test_the_bill_of_several_models_or_of_one_that_is_missing_is_about_none_of_them(format):
    assert "component" not in bill(format, *REPORT)["metadata"]
    assert "component" not in bill(format, failures=[GONE])["metadata"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one["components"][0]["licenses"][0]["license"].update(id="My Licence"),
        lambda one: one["components"][0].pop("name"),
        lambda one: one["components"][0].update(type="model"),
        lambda one: one["components"][0]["modelCard"].update(origin="US"),
        lambda one: one["components"][0]["pedigree"]["ancestors"][0].update(version=1),
        lambda one: one["components"][0]["components"][0]["hashes"][0].update(content="none"),
        lambda one: one["components"][0]["externalReferences"][0].update(url="a b"),
        lambda one: one["compositions"][0].update(aggregate="partly"),
        lambda one: one["metadata"].update(timestamp="yesterday"),
        lambda one: one.update(serialNumber="urn:uuid:1"),
        lambda one: one["dependencies"][0]["dependsOn"].append("nobody"),
        lambda one: one["components"].append(one["components"][0]),
        lambda one: one["components"][0].update(purl="pkg:huggingface/a b"),
    ],
)
@both
def test_a_spoilt_bill_is_found_invalid(format, spoil):
    document = bill(format)
    spoil(document)
    with pytest.raises((AssertionError, ValueError)):
        valid_cyclonedx(json.dumps(document), FORMATS[format])


@both
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_lineage_makes_a_valid_bill_that_lists_all_of_it(format, data):
    scan = data.draw(scans())
    document = bill(format, scan)
    [component] = document["components"]
    nodes = {node["id"]: node for node in scan.facts["lineage"]["models"]}
    written = {}
    for one in objects([component, document.get("formulation", [])]):
        if one.get("type") == "machine-learning-model" and "bom-ref" in one:
            id = f"{one['group']}/{one['name']}" if "group" in one else one["name"]
            assert id not in written, "a model is written out once"
            written[id] = one
    assert set(written) == set(nodes)
    states = {ref: one["aggregate"] for one in document["compositions"] for ref in one.get("dependencies", ())}
    assert set(states) == {one["bom-ref"] for one in written.values()}
    for unresolved in scan.facts["lineage"]["unresolved"]:
        assert states[written[unresolved["child"]]["bom-ref"]] == "incomplete"
    unread = {gap["subject"] for gap in scan.facts["gaps"]}
    for id, node in nodes.items():
        if node["state"] != "read" or id in unread:
            assert states[written[id]["bom-ref"]] != "complete"
        # An entry that depends on nothing says that there is nothing: only of what is known to begin there.
        if {"ref": written[id]["bom-ref"]} in document["dependencies"]:
            assert states[written[id]["bom-ref"]] == "complete"
    told = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}
    for one in scan.facts["lineage"]["edges"]:
        inside = written[one["parent"]]["bom-ref"] in told.get(written[one["child"]]["bom-ref"], [])
        others = [
            e for e in scan.facts["lineage"]["edges"] if (e["child"], e["parent"]) == (one["child"], one["parent"])
        ]
        assert inside == any(e["role"] != "teacher" for e in others)


def test_the_lineage_is_nested_down_to_the_root_with_each_relation():
    [component] = bill()["components"]
    [base] = component["pedigree"]["ancestors"]
    [root] = base["pedigree"]["ancestors"]
    assert component["purl"] == f"pkg:huggingface/{CHILD}@{COMMIT}", "names keep their case"
    assert (base["purl"], root["purl"]) == (f"pkg:huggingface/{BASE}@{COMMIT}", f"pkg:huggingface/{ROOT}@{COMMIT}")
    assert properties(base)["relation"] == ["finetune"]
    assert f"{CHILD} out of {BASE}: finetune" in component["pedigree"]["notes"]
    assert "pedigree" not in root


def test_origin_is_told_by_role_with_source_and_date_and_unknown_is_a_value():
    [component] = bill()["components"]
    root = component["pedigree"]["ancestors"][0]["pedigree"]["ancestors"][0]
    assert properties(root)["origin:control"] == ["CN"]
    assert properties(root)["origin:incorporation"] == ["KY"]
    assert properties(root)["origin:control:source"] == ["https://qwen.example/about (seen 2026-11-23, high)"]
    assert properties(component)["origin:control"] == ["US"]
    assert properties(component)["origin:parent"] == ["unknown"]


def test_verdict_policy_and_record_stand_with_the_model_and_nothing_is_said_of_vulnerabilities():
    document = bill()
    told = properties(document["components"][0])
    assert (told["verdict"], told["scan:number"], told["scan:at"]) == (["deny"], ["17"], ["2026-11-23T15:08:00Z"])
    assert told["policy:no-prc-root:verdict"] == ["deny"]
    assert told["policy:no-prc-root:sha256"] == ["3f2a9c81d0e4" + "0" * 52]
    assert told["policy:no-prc-root:finding:root-origin"][0].startswith("deny: ")
    assert "vulnerabilities" not in document


def test_a_waived_finding_stays_with_the_terms_of_its_waiver_under_the_policy_where_it_is_waived():
    waiver = {"ticket": "RISK-12", "approver": "board@acme.example", "expires": "2027-03-31", "reason": "a test bed"}
    waived = decision("allow", findings=[finding(waived_by=waiver)])
    [component] = bill("cyclonedx", view(facts(), [waived, decision(name="strict")]))["components"]
    told = properties(component)
    [said] = told["policy:no-prc-root:finding:root-origin"]
    assert said.startswith(
        "deny (waived by board@acme.example, ticket RISK-12, until 2027-03-31, because a test bed): "
    )
    assert told["policy:strict:finding:root-origin"][0].startswith("deny: ")


def test_a_finding_of_a_rule_that_is_not_in_force_says_so():
    draft = decision("allow", findings=[finding(standing="draft")])
    [component] = bill("cyclonedx", view(facts(), [draft]))["components"]
    assert properties(component)["policy:no-prc-root:finding:root-origin"][0].startswith("deny (rule draft): ")


def test_what_was_not_asked_of_the_live_hub_says_so():
    held = facts()
    held["model"] |= {"hub": "starter", "hub_as_of": "2026-11-23"}
    [component] = bill("cyclonedx", view(held, [decision()]))["components"]
    assert properties(component)["caveat"] == ["NOT A LIVE CHECK"]


def test_the_same_scan_is_the_same_bill_and_another_is_another():
    one, same = render("cyclonedx", [REPORT[0]]), render("cyclonedx", [REPORT[0]])
    other = render("cyclonedx", [view(facts(as_of="2026-11-24"), [decision()])])
    serials = [json.loads(text)["serialNumber"] for text in (one, other, render("cyclonedx-1.7", [REPORT[0]]))]
    assert one == same
    assert len(set(serials)) == 3
    assert json.loads(one)["metadata"]["timestamp"] == "2026-11-23T15:08:00Z"


LICENSES = {
    "on the list": (license(), [("id", "Apache-2.0", "declared"), ("id", "Apache-2.0", "concluded")]),
    "none": (license(None), []),
    "not read": (license(None, declared=None, status="unknown"), []),
    "a text of its own": (
        license("LicenseRef-modelorigin-llama3", declared=["llama3"], id="llama3"),
        [("name", "Llama 3 Community License Agreement", one) for one in ("declared", "concluded")],
    ),
    "a name for other": (
        license(None, declared=["other"], name="widget-licence", status="unknown"),
        [("name", "widget-licence", "declared")],
    ),
    "free text": (
        license(None, declared=["Apache 2, see file"], status="unknown"),
        [("name", "Apache 2, see file", "declared")],
    ),
}


@pytest.mark.parametrize(("said", "expected"), LICENSES.values(), ids=LICENSES)
@both
def test_a_licence_is_an_id_of_the_list_or_a_name_never_a_text_as_an_id(format, said, expected):
    held = facts(license=said)
    held["lineage"]["models"][0]["license"] = said
    [component] = bill(format, view(held, [decision()]))["components"]
    told = [one["license"] for one in component.get("licenses", ())]
    assert [(key, one[key], one["acknowledgement"]) for one in told for key in ("id", "name") if key in one] == expected


def test_an_expression_stands_alone_in_1_6_and_beside_what_was_declared_in_1_7():
    held = facts()
    held["lineage"]["models"][0]["license"] = license("MIT OR Apache-2.0", declared=["mit"], id=None)
    old = bill("cyclonedx", view(held, [decision()]))["components"][0]
    new = bill("cyclonedx-1.7", view(held, [decision()]))["components"][0]
    expression = {"expression": "MIT OR Apache-2.0", "acknowledgement": "concluded"}
    assert old["licenses"] == [expression]
    assert properties(old)["license:declared"] == ["mit"]
    assert new["licenses"] == [{"license": {"id": "MIT", "acknowledgement": "declared"}}, expression]


def test_an_expression_that_is_only_declared_is_kept():
    held = facts()
    held["lineage"]["models"][0]["license"] = license(None, declared=["MIT AND Zlib"], status="unknown")
    [told] = bill("cyclonedx", view(held, [decision()]))["components"][0]["licenses"]
    assert told == {"expression": "MIT AND Zlib", "acknowledgement": "declared"}


def test_a_reference_to_a_text_of_its_own_is_an_alternative_id():
    held = facts()
    held["lineage"]["models"][0]["license"] = license("LicenseRef-modelorigin-llama3", declared=[], id="llama3")
    [told] = bill("cyclonedx", view(held, [decision()]))["components"][0]["licenses"]
    assert told["license"]["licensing"] == {"altIds": ["LicenseRef-modelorigin-llama3"]}


def test_files_that_were_read_have_hashes_and_the_listing_is_as_complete_as_it_is():
    document = bill()
    files = {one["name"]: one.get("hashes") for one in document["components"][0]["components"]}
    assert files == {
        "README.md": [{"alg": "SHA-256", "content": "c" * 64}],
        "model-00001-of-00006.safetensors": [{"alg": "SHA-256", "content": "e" * 64}],
    }
    [told] = [one for one in document["compositions"] if "assemblies" in one]
    assert told["aggregate"] == "incomplete", "14 files are there"


def test_the_digest_of_a_part_of_a_file_is_not_the_files():
    held = facts()
    held["evidence"] = [
        {"kind": "gguf", "at": f"hf://{CHILD}@{COMMIT}/x.gguf#bytes=0-99", "sha256": "a" * 64, "size": 99}
    ]
    assert "x.gguf" not in json.dumps(bill("cyclonedx", view(held, [decision()])))


def test_who_supplies_is_not_who_made_where_somebody_converts_the_work_of_another():
    held = facts()
    held["lineage"]["models"][0] |= {"conduit": True, "maker": ROOT, "origin": QWEN}
    [component] = bill("cyclonedx", view(held, [decision()]))["components"]
    assert component["supplier"]["name"] == component["publisher"] == "NVIDIA Corporation"
    assert component["manufacturer"] == {"name": "Alibaba Cloud Qwen team"}
    assert properties(component)["publisher:control"] == ["US"]
    assert properties(component)["origin:control"] == ["CN"]
    held["lineage"]["models"][0] |= {"maker": None, "origin": origin(None, None, None)}
    [component] = bill("cyclonedx", view(held, [decision()]))["components"]
    assert component["supplier"]["name"] == "NVIDIA Corporation"
    assert "manufacturer" not in component


def test_what_the_licences_of_all_parts_add_up_to_is_told_beside_that_of_the_model():
    held = facts()
    conflict = {"child": CHILD, "parent": BASE, "conflict": True, "message": "its name has to show 'X'"}
    conflicts = [conflict, conflict | {"conflict": None, "message": "perhaps"}, conflict | {"conflict": False}]
    held["terms"] |= {"commercial_use": "conditional", "complete": False, "conflicts": conflicts}
    [component] = bill("cyclonedx", view(held, [decision()]))["components"]
    told = properties(component)
    assert (told["terms:commercial-use"], told["terms:complete"]) == (["conditional"], ["false"])
    assert told["terms:conflict"] == [f"{CHILD} out of {BASE}: its name has to show 'X'",
                                      f"unknown: {CHILD} out of {BASE}: perhaps"]  # fmt: skip


def test_a_policy_whose_parameters_were_set_says_to_what():
    asked = replace(view(facts(), [decision("allow")]), settings={"no-prc-root": {"denied": ["RU", "KP"]}})
    [component] = bill("cyclonedx", asked)["components"]
    assert properties(component)["policy:no-prc-root:set"] == ["denied = RU, KP"]


def test_an_ancestor_that_an_unknown_account_converts_is_supplied_by_that_account():
    held = facts()
    held["lineage"]["models"][1] |= {"id": "packer/Qwen-GGUF", "conduit": True, "maker": ROOT}
    held["lineage"]["edges"] = [edge(CHILD, "packer/Qwen-GGUF"), edge("packer/Qwen-GGUF", ROOT, "quantized")]
    [component] = bill("cyclonedx", view(held, [decision()]))["components"]
    [ancestor] = component["pedigree"]["ancestors"]
    assert ancestor["supplier"] == {"name": "packer", "url": ["https://huggingface.co/packer"]}
    assert ancestor["manufacturer"] == {"name": "Alibaba Cloud Qwen team"}


def test_a_teacher_is_no_ancestor_and_a_part_is_no_base():
    held = facts()
    held["lineage"]["edges"] = [edge(CHILD, BASE, "distilled", "teacher"), edge(CHILD, ROOT, "component", "component")]
    document = bill("cyclonedx", view(held, [decision()]))
    [component] = document["components"]
    assert "ancestors" not in component["pedigree"]
    assert [one["name"] for one in component["components"] if one["type"] != "file"] == [ROOT.split("/")[1]]
    [teachers] = document["formulation"]
    assert [one["name"] for one in teachers["components"]] == [BASE.split("/")[1]]


def test_a_base_that_could_not_be_followed_makes_the_bill_incomplete_there():
    document = bill("cyclonedx", REPORT[1])
    [incomplete] = [
        one for one in document["compositions"] if one["aggregate"] == "incomplete" and "dependencies" in one
    ]
    assert [ref.split("@")[0] for ref in incomplete["dependencies"]] == ["acme/Vanished-7B"]
    gone = next(one for one in objects(document) if one.get("name") == "Vanished-7B")
    assert "./checkpoint (local-path, declared)" in gone["pedigree"]["notes"]


def test_a_model_that_was_not_judged_is_listed_as_that():
    document = bill("cyclonedx", REPORT[0], failures=[GONE, Failure("no id at all", "InvalidModelId", "no", "", 2)])
    gone, odd = document["components"][1:]
    assert (gone["purl"], properties(gone)["verdict"]) == ("pkg:huggingface/acme/gone@main", ["not judged"])
    assert (odd["name"], "purl" in odd) == ("no id at all", False)
    [unknown] = [one for one in document["compositions"] if one["aggregate"] == "unknown" and "dependencies" in one]
    assert {gone["bom-ref"], odd["bom-ref"]} <= set(unknown["dependencies"])


@hostile
@pytest.mark.parametrize("format", ["cyclonedx", "cyclonedx-1.7", "spdx"])
def test_text_of_strangers_does_no_harm_in_a_bill(format, payload):
    text = report(format, payload)
    assert FORBIDDEN.findall(text) == []
    assert "##" not in text
    assert valid_spdx(text) if format == "spdx" else valid_cyclonedx(text, FORMATS[format])


def test_a_bill_of_nothing_is_refused():
    with pytest.raises(NothingToScan):
        render("cyclonedx", [], [GONE])


def test_a_folder_of_this_machine_is_not_said_to_be_a_model_of_the_hub():
    held = facts()
    held["model"] |= {"hub": "dir"}
    held["lineage"]["models"][0] |= {"hub_id": None}
    [component] = bill("cyclonedx", view(held, [decision()]))["components"]
    assert "purl" not in component
    assert "externalReferences" not in component


def test_data_sets_are_those_the_card_declares():
    held = facts()
    held["model"] |= {"tags": ["dataset:acme/words", "license:mit", "dataset:acme/words"]}
    [component] = bill("cyclonedx", view(held, [decision()]))["components"]
    assert component["modelCard"]["modelParameters"] == {
        "task": "text-generation",
        "architectureFamily": "qwen2",
        "modelArchitecture": "Qwen2ForCausalLM",
        "datasets": [{"type": "dataset", "name": "acme/words"}],
    }
