"""What a report says of the terms of everything in a model: nothing where its own licence says it all."""

from __future__ import annotations

import copy
from typing import Any

from scanner.export.account import Notes
from scanner.export.together import terms
from tests.export import samples

Json = dict[str, Any]
CONFLICT: Json = {
    "kind": "naming-dropped", "conflict": True, "child": "acme/widget-7b", "parent": "meta-llama/Llama-3.1-8B",
    "relation": "finetune", "path": ["acme/widget-7b", "meta-llama/Llama-3.1-8B"], "child_license": "Apache-2.0",
    "parent_license": "LicenseRef-llama", "license": "llama3.1", "message": "its name has to show 'Llama'",
    "clause": "§1(b)(i)", "duty": None, "source": "llama LICENSE", "seen": "2026-11-30", "confidence": "high",
}  # fmt: skip
DUTY: Json = {
    "model": "meta-llama/Llama-3.1-8B", "license": "llama3.1", "fact": "naming", "duty": "Show it.", "clause": "§1",
}  # fmt: skip


def said(**more: Any) -> str:
    facts = copy.deepcopy(samples.facts())
    facts["model"]["id"] = "acme/widget-7b"
    facts["terms"] = {**facts["terms"], "duties": [], "conflicts": [], **more}
    return "\n".join("".join(span.text for span in line.spans) for line in terms(facts, Notes()).lines)


def test_its_own_licence_takes_no_section_more() -> None:
    assert said() == ""
    assert said(duties=[{**DUTY, "license": samples.facts()["license"]["id"]}]) == ""


def test_a_scan_recorded_before_terms_were_facts_is_shown_without() -> None:
    facts = copy.deepcopy(samples.facts())
    del facts["terms"]
    assert terms(facts, Notes()).lines == ()


def test_a_conflict_names_the_licence_and_its_clause() -> None:
    assert "its name has to show 'Llama' (llama3.1 §1(b)(i)) [1]" in said(conflicts=[CONFLICT])
    above = {**CONFLICT, "child": "zeta/between"}
    assert "zeta/between: its name has to show" in said(conflicts=[above])


def test_what_is_not_known_is_told_with_whose_it_is() -> None:
    unknown = {"conflicts": [{**CONFLICT, "conflict": None}], "commercial_use": None, "complete": False}
    text = said(**unknown)
    assert text == "what must be kept of meta-llama/Llama-3.1-8B could not be determined in full"
    text = said(**unknown, duties=[DUTY])
    assert "meta-llama/Llama-3.1-8B could not be determined in full" in text
    assert "commercial use unknown" in text
    assert "not all of its licences are known" in text
    assert "its name has to show" not in text


def test_duties_of_what_it_was_made_from_are_told_and_the_rest_counted() -> None:
    text = said(duties=[{**DUTY, "duty": f"Duty {n}."} for n in range(5)], user_threshold="700 million monthly users")
    assert "Duty 2. (llama3.1 §1)" in text
    assert "Duty 3." not in text
    assert "2 more duties of llama3.1" in text
    assert "limit on users: 700 million monthly users" in text


def test_places_are_told() -> None:
    assert "not given for EU, GB" in said(conflicts=[CONFLICT], territory_excluded=["EU", "GB", None])
