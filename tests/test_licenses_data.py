"""The shipped licence table: every fact typed, cited and dated, in words that a program can check."""

from __future__ import annotations

import copy
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.data import text, whole
from scanner.license import terms_documents

SHARED = Path(__file__).parents[2] / "shared" / "data"
BODY = text("licenses.yaml")
TABLE = whole("licenses.yaml")
TERRITORIES = frozenset(code for group in whole("countries.yaml").values() for code in group["codes"].split())

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the raw tables (../shared/data) are not here")

WORDS = {"commercial_use": ("yes", "no", "conditional"), "relicense": ("yes", "no", "conditional", "no-derivatives")}
TEXTS = ("user_threshold", "revenue_threshold", "use_policy", "patent", "governing_law")
TRUTHS = ("field_of_use", "naming", "notice", "share_alike", "flow_down", "outputs_restricted", "osi_approved")
LISTS = ("territory_excluded",)
SAID_IN_WORDS = ("commercial_use", "naming", "notice", "share_alike", "outputs_restricted", "territory_excluded")
DEMANDS = (*WORDS, *TEXTS, *TRUTHS, *LISTS)
ABOUT = ("title", "spdx", "family", "steward", "version", "note", "source", "checked", "confidence")
OF_EVERY_FACT = ("is", "clause", "duty", "source", "checked", "confidence")
OF_ONE_FACT = {
    "uses": "field_of_use",
    "name_begins": "naming",
    "name_includes": "naming",
    "line": "naming",
    "files": "notice",
    "what": "flow_down",
    "then": "outputs_restricted",
    "except": "outputs_restricted",
    "compatible": "share_alike",
    "multimodal_only": "territory_excluded",
}
CHOICES = {
    "files": ("license", "notice", "use-policy", "link"),
    "what": ("use-restrictions", "threshold", "naming", "territory", "outputs", "whole-licence"),
    "then": ("forbidden", "naming", "same-terms", "non-commercial"),
    "except": ("own-family", "non-commercial", "not-competing"),
    "multimodal_only": (True,),
}
SURE = ("high", "medium", "low")
HUB_FAMILIES = {"bsd", "cc", "gfdl", "gpl", "lgpl", "openrail", "other", "unknown"}
HUB_IDS = """
afl-3.0 agpl-3.0 apache-2.0 apple-amlr apple-ascl artistic-2.0 bigcode-openrail-m bigscience-bloom-rail-1.0
bigscience-openrail-m bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5 cc-by-3.0
cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0
cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0
creativeml-openrail-m deepfloyd-if-license ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2
fair-noncommercial-research-license gemma gfdl gpl gpl-2.0 gpl-3.0 grok2-community h-research intel-research isc lgpl
lgpl-2.1 lgpl-3.0 lgpl-lr llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl odc-by
ofl-1.1 openmdw-1.0 openmdw-1.1 openrail openrail++ osl-3.0 other pddl postgresql unknown unlicense wtfpl zlib
"""


def problems(table: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a licence table."""
    found = re.search(r"As of (\d{4}-\d\d-\d\d)\.", BODY)
    assert found
    for key, raw in table.items():
        if key != key.casefold() or re.search(r"[\s_,]", key):
            yield f"{key}: not a key a licence is asked for by"
        if "alias_of" in raw:
            if set(raw) != {"alias_of"} or "title" not in table.get(raw["alias_of"], {}):
                yield f"{key}: an alias names one record and says nothing else"
            continue
        yield from (f"{key}: unknown key {name}" for name in raw if name not in (*ABOUT, *DEMANDS))
        if "title" not in raw or ("spdx" in raw) == (raw.get("family") is True):
            yield f"{key}: has a title, and an SPDX name unless it is a family"
        if raw.get("family") and any(name in raw for name in DEMANDS):
            yield f"{key}: a family has no duties"
        yield from _citation(key, raw, found[1])
        for name in DEMANDS:
            if name in raw:
                said = raw[name] if isinstance(raw[name], dict) else {"is": raw[name]}
                yield from _fact(f"{key}.{name}", name, said)
                yield from _cited(f"{key}.{name}", raw, said, found[1])


def _citation(key: str, raw: dict[str, Any], today: str) -> Iterator[str]:
    if "source" in raw:
        if raw.get("confidence") not in SURE:
            yield f"{key}: a source says how sure it makes us"
        if not _day(raw.get("checked"), today):
            yield f"{key}: a source has the day it was read"
    elif raw.get("confidence") != "unverified" or "checked" in raw:
        yield f"{key}: without a source a record is unverified"


def _cited(place: str, raw: dict[str, Any], said: dict[str, Any], today: str) -> Iterator[str]:
    source, checked, confidence = (said.get(name, raw.get(name)) for name in ("source", "checked", "confidence"))
    if not source or not _day(checked, today) or confidence not in SURE:
        yield f"{place}: no fact without a source, its day and how sure it makes us"
    if "source" in said and not {"checked", "confidence"} <= set(said):
        yield f"{place}: a source of its own comes with its own day and confidence"


def _fact(place: str, name: str, said: dict[str, Any]) -> Iterator[str]:
    value = said.get("is")
    if not _typed(name, value):
        yield f"{place}: {value!r} is no value"
    if unknown := [key for key in said if key not in OF_EVERY_FACT and OF_ONE_FACT.get(key) != name]:
        yield f"{place}: a fact of this name does not say {', '.join(unknown)}"
    if not str(said.get("duty", ".")).endswith("."):
        yield f"{place}: a duty is a sentence"
    if value in (False, "none", []) and set(said) & {"duty", *OF_ONE_FACT}:
        yield f"{place}: what is not demanded is no duty"
    if value not in ("yes", False, []) and name in SAID_IN_WORDS and "duty" not in said:
        yield f"{place}: what is demanded is said in words"
    if name == "relicense" and "clause" not in said:
        yield f"{place}: which clause allows or forbids other terms"
    yield from (f"{place}.{key}: {said[key]!r} is no value" for key in said if not _chosen(key, said[key]))


def _chosen(key: str, value: Any) -> bool:
    if key == "compatible":
        return _several(value, tuple(id for id, raw in TABLE.items() if not raw.keys() & {"alias_of", "family"}))
    if key == "uses":
        return _words(value)
    if key in CHOICES:
        return _several(value, CHOICES[key]) if key in ("files", "what", "except") else value in CHOICES[key]
    return key == "is" or (isinstance(value, str) and value != "")


def _several(value: Any, choices: tuple[Any, ...]) -> bool:
    return isinstance(value, list) and bool(value) and len(set(value)) == len(value) and set(value) <= set(choices)


def _words(value: Any) -> bool:
    """Short words of our own: no sentence of a licence."""
    return _several(value, tuple(value)) and all(re.fullmatch(r"[a-z][A-Za-z -]{2,40}", use) for use in value)


def _day(value: Any, today: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) is not None and str(value) <= today


def _typed(name: str, value: Any) -> bool:
    if name in WORDS:
        return value in WORDS[name]
    if name in TRUTHS:
        return isinstance(value, bool)
    if name in LISTS:
        return value == [] or _several(value, tuple(TERRITORIES))
    return isinstance(value, str) and value != ""


def test_the_shipped_table_has_no_problem() -> None:
    assert list(problems(TABLE)) == []


@pytest.mark.parametrize(
    ("id", "change", "message"),
    [
        ("mit", {"source": None}, "unverified"),
        ("mit", {"source": None, "checked": None, "confidence": "unverified"}, "no fact without a source"),
        ("mit", {"checked": None}, "day it was read"),
        ("mit", {"checked": None}, "no fact without a source, its day"),
        ("mit", {"checked": "2999-01-01"}, "day it was read"),
        ("mit", {"confidence": None}, "how sure"),
        ("mit", {"confidence": "unverified"}, "how sure"),
        ("phi-mit", {"confidence": "high"}, "unverified"),
        ("mit", {"commercial_use": "maybe"}, "no value"),
        ("mit", {"commercial_use": True}, "no value"),
        ("mit", {"notice": "yes"}, "no value"),
        ("mit", {"notice": {"duty": "Keep it."}}, "None is no value"),
        ("mit", {"territory_excluded": "none"}, "no value"),
        ("mit", {"commercial_use": "no"}, "said in words"),
        ("mit", {"notice": {"is": True, "why": "x"}}, "does not say why"),
        ("mit", {"notice": {"is": True, "duty": "keep it"}}, "sentence"),
        ("mit", {"naming": {"is": False, "duty": "Show it."}}, "no duty"),
        ("mit", {"naming": {"is": False, "line": "Built with it"}}, "no duty"),
        ("mit", {"spdx": None}, "SPDX name"),
        ("mit", {"licence": "x"}, "unknown key"),
        ("cc", {"commercial_use": "yes"}, "a family has no duties"),
        ("cc", {"spdx": "CC"}, "SPDX name"),
        ("qwen", {"alias_of": "nothing"}, "an alias"),
        ("qwen", {"title": "x"}, "an alias"),
        # A fact's own citation is whole, or it has none.
        ("mit", {"naming": {"is": False, "source": "a page"}}, "its own day"),
        ("mit", {"naming": {"is": False, "confidence": "unverified"}}, "how sure"),
        ("mit", {"naming": {"is": False, "source": "a page", "checked": "2999-01-01", "confidence": "low"}}, "its day"),
        # Closed vocabularies.
        ("mit", {"notice": {"is": True, "duty": "Keep it.", "files": ["readme"]}}, "no value"),
        ("mit", {"notice": {"is": True, "duty": "Keep it.", "files": "license"}}, "no value"),
        ("mit", {"notice": {"is": True, "duty": "Keep it.", "files": []}}, "no value"),
        ("mit", {"flow_down": {"is": True, "what": ["everything"]}}, "no value"),
        ("mit", {"flow_down": {"is": True, "what": ["naming", "naming"]}}, "no value"),
        ("mit", {"outputs_restricted": {"is": True, "duty": "Do not.", "then": "maybe"}}, "no value"),
        ("mit", {"outputs_restricted": {"is": True, "duty": "Do not.", "except": ["mine"]}}, "no value"),
        ("mit", {"relicense": {"is": "perhaps", "clause": "§1"}}, "no value"),
        ("mit", {"relicense": "yes"}, "which clause"),
        ("mit", {"field_of_use": {"is": True, "uses": ["You shall not use it, ever."]}}, "no value"),
        ("mit", {"field_of_use": {"is": True, "files": ["license"]}}, "does not say files"),
        ("mit", {"share_alike": {"is": True, "duty": "Share.", "compatible": ["gpl"]}}, "no value"),
        ("mit", {"naming": {"is": True, "duty": "Show it.", "name_begins": ""}}, "no value"),
        ("mit", {"territory_excluded": {"is": ["UK"], "duty": "Not there."}}, "no value"),
        ("mit", {"territory_excluded": {"is": ["European Union"], "duty": "Not there."}}, "no value"),
        ("mit", {"territory_excluded": {"is": ["EU"], "duty": "Not there.", "multimodal_only": False}}, "no value"),
        ("mit", {"territory_excluded": {"is": [], "multimodal_only": True}}, "no duty"),
    ],
)
def test_a_wrong_table_is_refused(id: str, change: dict[str, Any], message: str) -> None:
    table = copy.deepcopy(TABLE)
    table[id] = {name: said for name, said in {**table[id], **change}.items() if said is not None}
    assert message in " ".join(problems(table))


@pytest.mark.parametrize(
    "change",
    [
        {"naming": {"is": False, "source": "a page", "checked": "2026-01-01", "confidence": "low"}},
        {"naming": {"is": True, "duty": "Show it.", "name_begins": "It", "line": "Built with it"}},
        {"flow_down": {"is": True, "what": ["naming", "threshold"]}},
        {"outputs_restricted": {"is": True, "duty": "Do not.", "then": "forbidden", "except": ["own-family"]}},
        {"territory_excluded": {"is": ["EU", "GB", "KR"], "duty": "Not there.", "multimodal_only": True}},
        {"field_of_use": {"is": True, "uses": ["military", "medical advice"]}},
        {"share_alike": {"is": True, "duty": "Share.", "compatible": ["gpl-3.0"]}},
    ],
)
def test_a_fact_that_says_more_is_taken(change: dict[str, Any]) -> None:
    assert list(problems({**TABLE, "mit": {**TABLE["mit"], **change}})) == []


def test_every_licence_id_of_the_hub_resolves_to_a_licence_or_to_a_family() -> None:
    kinds = {id: terms_documents(id)[0]["kind"] for id in HUB_IDS.split()}
    assert len(kinds) == 83
    assert {id for id, kind in kinds.items() if kind == "family"} == HUB_FAMILIES
    assert {kind for id, kind in kinds.items() if id not in HUB_FAMILIES} == {"license"}


def test_a_licence_of_which_nothing_is_stated_says_why() -> None:
    blank = {key for key, raw in TABLE.items() if "spdx" in raw and not set(raw) & set(DEMANDS) - {"osi_approved"}}
    assert all("not read" in TABLE[key]["note"] for key in blank)
    assert {"ax-4.0", "h-research", "seallm"} <= blank
    assert len(blank) == 8


def test_every_licence_names_itself_once() -> None:
    named = [raw["spdx"] for raw in TABLE.values() if "spdx" in raw]
    assert len(named) == len(set(named))
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", name) for name in named)


@needs_shared
def test_every_licence_of_the_raw_table_is_carried_fact_by_fact_unless_it_was_read_again() -> None:
    with (SHARED / "model_licenses.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 154
    carried = 0
    for row in rows:
        raw = TABLE[row["id"].casefold()]
        stated = {name: said["is"] if isinstance(said, dict) else said for name, said in raw.items()}
        assert row["family_only"] == "no" or raw["family"]
        if raw.get("family") or "alias_of" in raw or raw.get("checked", "") > row["checked"]:
            continue
        carried += 1
        assert row["hub_tag"] in ("", row["id"])
        assert stated["spdx"] == row["spdx_or_licenseref"] or not row["spdx_or_licenseref"]
        outputs, territory = row["outputs_train_other_models"], row["territory_excluded"]
        said = {
            "commercial_use": row["commercial_use"],
            "user_threshold": row["user_threshold"],
            "revenue_threshold": row["revenue_threshold"],
            "naming": row["naming_duty"] and not row["naming_duty"].startswith("none"),
            "notice": row["attribution_notice"] and not row["attribution_notice"].startswith("none"),
            "share_alike": row["share_alike"] and row["share_alike"] != "no",
            "outputs_restricted": outputs and not (outputs == "not addressed" or outputs.startswith("yes")),
        }
        # Nothing is stated that the raw table does not hold; what it holds without a text may be left out.
        assert {name: stated[name] for name in said if name in stated} == {n: v for n, v in said.items() if n in stated}
        assert bool(stated.get("territory_excluded")) == (territory not in ("", "none"))
        assert raw["confidence"] == (
            "unverified" if row["source"] in ("from memory", "not seen") else row["confidence"]
        )
    assert carried > 60
