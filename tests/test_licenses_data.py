"""The shipped licence table: every fact typed, cited and dated, or marked as public knowledge."""

from __future__ import annotations

import copy
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.data import text, whole

SHARED = Path(__file__).parents[2] / "shared" / "data"
BODY = text("licenses.yaml")
TABLE = whole("licenses.yaml")

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the raw tables (../shared/data) are not here")

WORDS = {"commercial_use": ("yes", "no", "conditional")}
TEXTS = ("user_threshold", "revenue_threshold", "use_policy", "patent", "governing_law")
TRUTHS = ("field_of_use", "naming", "notice", "share_alike", "flow_down", "outputs_restricted", "osi_approved")
LISTS = ("territory_excluded",)
SAID_IN_WORDS = ("commercial_use", "naming", "notice", "share_alike", "outputs_restricted", "territory_excluded")
DEMANDS = (*WORDS, *TEXTS, *TRUTHS, *LISTS)
ABOUT = ("title", "spdx", "family", "steward", "version", "note", "source", "checked", "confidence")


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
                yield from _fact(f"{key}.{name}", name, raw[name])


def _citation(key: str, raw: dict[str, Any], today: str) -> Iterator[str]:
    confidence = raw.get("confidence")
    if "source" in raw:
        if confidence not in ("high", "medium", "low"):
            yield f"{key}: a source says how sure it makes us"
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(raw.get("checked"))) or raw["checked"] > today:
            yield f"{key}: a source has the day it was read"
    elif confidence != "unverified" or "checked" in raw:
        yield f"{key}: without a source a record is unverified"


def _fact(place: str, name: str, said: Any) -> Iterator[str]:
    value = said
    if isinstance(said, dict):
        value = said.get("is")
        if set(said) - {"is", "clause", "duty", "confidence"} or said.get("confidence", "unverified") != "unverified":
            yield f"{place}: a fact is {{is, clause, duty}} and at most unverified"
        if not str(said.get("duty", ".")).endswith("."):
            yield f"{place}: a duty is a sentence"
        if "duty" in said and value in (False, "none"):
            yield f"{place}: what is not demanded is no duty"
    if not _typed(name, value):
        yield f"{place}: {value!r} is no value"
    demanding = value not in ("yes", False, []) and name in SAID_IN_WORDS
    if demanding and not (isinstance(said, dict) and "duty" in said):
        yield f"{place}: what is demanded is said in words"


def _typed(name: str, value: Any) -> bool:
    if name in WORDS:
        return value in WORDS[name]
    if name in TRUTHS:
        return isinstance(value, bool)
    return isinstance(value, list) if name in LISTS else isinstance(value, str) and value != ""


def test_the_shipped_table_has_no_problem() -> None:
    assert list(problems(TABLE)) == []


@pytest.mark.parametrize(
    ("id", "change", "message"),
    [
        ("mit", {"source": None}, "unverified"),
        ("mit", {"checked": None}, "day it was read"),
        ("mit", {"checked": "2999-01-01"}, "day it was read"),
        ("mit", {"confidence": None}, "how sure"),
        ("mit", {"confidence": "unverified"}, "how sure"),
        ("phi-mit", {"confidence": "high"}, "unverified"),
        ("mit", {"commercial_use": "maybe"}, "no value"),
        ("mit", {"commercial_use": True}, "no value"),
        ("mit", {"notice": "yes"}, "no value"),
        ("mit", {"territory_excluded": "none"}, "no value"),
        ("mit", {"commercial_use": "no"}, "said in words"),
        ("mit", {"notice": {"is": True, "why": "x"}}, "a fact is"),
        ("mit", {"notice": {"is": True, "duty": "keep it"}}, "sentence"),
        ("mit", {"naming": {"is": False, "duty": "Show it."}}, "no duty"),
        ("mit", {"spdx": None}, "SPDX name"),
        ("mit", {"licence": "x"}, "unknown key"),
        ("cc", {"commercial_use": "yes"}, "a family has no duties"),
        ("cc", {"spdx": "CC"}, "SPDX name"),
        ("qwen", {"alias_of": "nothing"}, "an alias"),
        ("qwen", {"title": "x"}, "an alias"),
    ],
)
def test_a_wrong_table_is_refused(id: str, change: dict[str, Any], message: str) -> None:
    table = copy.deepcopy(TABLE)
    table[id] = {name: said for name, said in {**table[id], **change}.items() if said is not None}
    assert message in " ".join(problems(table))


def test_every_licence_names_itself_once() -> None:
    named = [raw["spdx"] for raw in TABLE.values() if raw.get("spdx", "").startswith("LicenseRef-modelorigin-")]
    assert len(named) == len(set(named))
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", name) for name in named)


@needs_shared
def test_every_licence_of_the_raw_table_is_carried_fact_by_fact() -> None:
    with (SHARED / "model_licenses.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 154
    for row in rows:
        raw = TABLE[row["id"].casefold()]
        stated = {name: said["is"] if isinstance(said, dict) else said for name, said in raw.items()}
        assert row["family_only"] == "no" or raw["family"]
        if raw.get("family"):
            continue
        assert row["hub_tag"] in ("", row["id"])
        assert stated["spdx"] == row["spdx_or_licenseref"] or not row["spdx_or_licenseref"]
        assert stated.get("commercial_use", "unknown") == row["commercial_use"]
        assert stated.get("user_threshold", "") == row["user_threshold"]
        assert stated.get("revenue_threshold", "") == row["revenue_threshold"]
        for name, column in (("naming", "naming_duty"), ("notice", "attribution_notice")):
            assert stated.get(name) == (not row[column].startswith("none") if row[column] else None), row["id"]
        assert stated.get("share_alike") == (row["share_alike"] != "no" if row["share_alike"] else None)
        outputs = row["outputs_train_other_models"]
        free = outputs == "not addressed" or outputs.startswith("yes")
        assert stated.get("outputs_restricted") == (None if not outputs else not free), row["id"]
        territory = row["territory_excluded"]
        assert (stated.get("territory_excluded") is None) == (not territory)
        assert bool(stated.get("territory_excluded")) == (territory not in ("", "none"))
        assert raw["confidence"] == (
            "unverified" if row["source"] in ("from memory", "not seen") else row["confidence"]
        )
