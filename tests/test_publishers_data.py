"""The shipped registry and lists: complete, well-formed, every fact cited or marked as public knowledge."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.data import record, text, whole
from scanner.data.publishers import Problem, check, is_day
from scanner.fact import Confidence
from scanner.origin import Registry
from scanner.strictyaml import load

SHARED = Path(__file__).parents[2] / "shared" / "data"
BODY = text("publishers.yaml")
RECORDS = whole("publishers.yaml")
LISTS = whole("lists.yaml")
REGISTRY = Registry.shipped()

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the raw tables (../shared/data) are not here")


def problems(body: str, known: tuple[str, ...] = ()) -> list[Problem]:
    return list(check(load(body), known, lambda id: id in LISTS))


def file_date(name: str) -> str:
    found = re.search(r"As of (\d{4}-\d\d-\d\d)\.", text(name))
    assert found
    return found[1]


def days(said: Any) -> Iterator[str]:
    """Every day a record names, however deep."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key in ("seen", "from", "until", "day"):
                yield str(value)
            else:
                yield from days(value)
    elif isinstance(said, list):
        for value in said:
            yield from days(value)


def cited(said: Any) -> Iterator[int]:
    """Every source number a record uses."""
    if isinstance(said, dict):
        numbers = said.get("source", [])
        yield from numbers if isinstance(numbers, list) else [numbers]
        for value in said.values():
            yield from cited(value)
    elif isinstance(said, list):
        for value in said:
            yield from cited(value)


# The shipped files


def test_the_shipped_registry_has_no_problem() -> None:
    assert problems(BODY) == []


def test_every_record_is_found_by_a_text_search_for_its_lower_case_handle() -> None:
    assert set(REGISTRY.namespaces()) == set(RECORDS)
    for key, raw in RECORDS.items():
        handle = raw["handle"] if isinstance(raw["handle"], str) else raw["handle"]["is"]
        assert key == handle.casefold()
    for key in list(RECORDS)[::40]:
        assert record("publishers.yaml", key.upper()) == RECORDS[key]


def test_every_record_is_an_alias_or_says_what_kind_it_is() -> None:
    assert not [key for key, raw in RECORDS.items() if ("alias_of" in raw) == ("kind" in raw)]


def test_aliases_are_mutual_and_end_at_a_record_with_facts() -> None:
    for key, raw in RECORDS.items():
        if "alias_of" in raw:
            assert "kind" in RECORDS[raw["alias_of"].casefold()]
        for alias in raw.get("aliases", []):
            back = RECORDS[alias.casefold()]
            renamed = back.get("renamed_to", {})
            names = [
                back.get("alias_of"),
                *back.get("aliases", []),
                renamed.get("is") if renamed != str(renamed) else renamed,
            ]
            assert key in [n.casefold() for n in names if n], (key, alias)


def test_every_source_is_used_and_read_before_the_day_of_the_file() -> None:
    today = file_date("publishers.yaml")
    for key, raw in RECORDS.items():
        facts = {name: said for name, said in raw.items() if name != "sources"}
        assert set(cited(facts)) == set(range(1, len(raw.get("sources", [])) + 1)), key
        assert all(is_day(day) and day <= today for day in days(raw)), key


def test_the_registry_is_small() -> None:
    assert len(BODY.encode()) < 900_000


def test_lists_are_complete_and_dated() -> None:
    fields = {"title", "authority", "jurisdiction", "status", "windows", "effect"}
    optional = {"dates", "named", "note", "seen", "confidence", "sources"}
    states = {"in-force", "suspended", "draft", "bill", "reported", "unknown"}
    codes = set(record("countries.yaml", "iso_3166_1")["codes"].split()) | {"EU", "multi"}  # type: ignore[index]
    today = file_date("lists.yaml")
    for id, raw in LISTS.items():
        assert fields <= set(raw) <= fields | optional, id
        assert raw["jurisdiction"] in codes
        assert {w["state"] for w in raw["windows"]} | {raw["status"]} <= states, id
        assert raw["windows"][-1]["state"] == raw["status"], id
        assert raw["windows"][-1].get("until", "9999") > today
        assert all(is_day(day) for day in days(raw)), id
        assert raw.get("seen", today) <= today
        sourced = [name in raw for name in ("sources", "seen", "confidence")]
        assert all(sourced) or not any(sourced), id
        starts = [str(w["from"]) for w in raw["windows"] if "from" in w]
        assert starts == sorted(starts)


def test_the_affiliates_rule_is_dated_and_its_present_state_open() -> None:
    windows = LISTS["us_affiliates_rule"]["windows"]
    assert [(w.get("from"), w.get("until"), w["state"]) for w in windows] == [
        ("2025-09-29", "2025-11-09", "in-force"),
        ("2025-11-10", "2026-11-09", "suspended"),
        ("2026-11-10", None, "unknown"),
    ]


def test_country_codes_are_those_of_iso_3166() -> None:
    found = record("countries.yaml", "iso_3166_1")
    assert found
    codes = found["codes"].split()
    assert len(codes) == len(set(codes)) == 250
    assert {"NO", "XK", "HK", "TW"} <= set(codes)
    assert not {"EU", "ZZ", "UK"} & set(codes)


# What the shape refuses


GOOD = """
acme:
  handle: Acme
  organisation: {is: Acme Ltd, source: 1, confidence: high}
  kind: company
  headquarters: {is: NO, source: [1, a letter], confidence: medium}
  parent: {is: Big Corp, country: US}
  control: {is: US, reason: the parent decides, source: 1, confidence: low, from: 2024-02}
  state_ownership: none
  lists: [{id: us_1260h, relation: parent, from: 2025, until: 2025-06-30}]
  conduit: [re_host]
  flags: [anything]
  seen: 2026-01-31
  sources: [https://acme.example]
twin:
  alias_of: Acme
"""


def test_a_good_file_has_no_problem() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("is: NO,", "is: XX,", "no country code"),
        ("is: NO,", "is: no,", "no country code"),
        ("is: NO,", "is: EU,", "no country code"),
        ("country: US}", "country: ZZ}", "no country code"),
        ("is: NO, source: [1, a letter], confidence: medium", "is: NO, source: 1", "how sure"),
        ("is: NO, source: [1, a letter], confidence: medium", "is: NO, confidence: high", "unverified"),
        ("is: NO, source: [1, a letter], confidence: medium", "source: 1, confidence: high", "says nothing"),
        ("confidence: medium", "confidence: certain", "how sure"),
        ("confidence: medium", "confidence: unverified", "how sure"),
        ("source: [1, a letter]", "source: 2", "no source 2"),
        ("source: [1, a letter]", "source: 0", "no source 0"),
        ("source: [1, a letter]", "source: true", "no source True"),
        ("  seen: 2026-01-31\n", "", "when the source was read"),
        ("seen: 2026-01-31", "seen: 2026-02-30", "no day"),
        ("seen: 2026-01-31", "seen: yesterday", "no day"),
        ("from: 2024-02", "from: 2024-13", "no day"),
        ("until: 2025-06-30", "until: 2024-06-30", "ends before"),
        ("id: us_1260h", "id: us_1260g", "no list"),
        ("relation: parent", "relation: cousin", "none of direct"),
        ("kind: company", "kind: firm", "none of company"),
        ("state_ownership: none", "state_ownership: some", "none of none"),
        ("conduit: [re_host]", "conduit: [mirror]", "none of re_host"),
        ("conduit: [re_host]", "conduit: true", "list of words"),
        ("flags: [anything]", "flags: anything", "list of words"),
        ("kind: company", "kind: company\n  multinational: sometimes", "true or false"),
        ("kind: company", "kind: company\n  note: 7", "a note is a text"),
        ("kind: company", "kind: company\n  capital: Oslo", "unknown key 'capital'"),
        ("relation: parent,", "relation: parent, because: x,", "unknown key 'because'"),
        ("reason: the parent decides,", "why: the parent decides,", "unknown key 'why'"),
        ("handle: Acme\n", "handle: Other\n", "not that of the record"),
        ("alias_of: Acme", "alias_of: Acne", "no other record"),
        ("alias_of: Acme", "alias_of: Acme\n  kind: company", "no facts of its own"),
        ("flags: [anything]", "aliases: [nobody]", "no other record"),
        ("flags: [anything]", "aliases: nobody", "list of handles"),
        ("flags: [anything]", "renamed_to: acme", "no other record"),
        ("twin:", "ACME:", "stands twice"),
        ("sources: [https://acme.example]", "sources: https://acme.example", "list of pages"),
        ("state_ownership: none", "state_ownership: null", "is a text"),
        ("state_ownership: none", 'legal_entity: ""', "is empty"),
        (
            "lists: [{id: us_1260h, relation: parent, from: 2025, until: 2025-06-30}]",
            "lists: us_1260h",
            "list of entries",
        ),
        ("lists: [{id: us_1260h, relation: parent, from: 2025, until: 2025-06-30}]", "lists: [us_1260h]", "a mapping"),
        ("twin:\n  alias_of: Acme", "twin: Acme", "is a mapping"),
    ],
)
def test_a_wrong_file_is_refused_and_the_line_named(wrong: str, right: str, message: str) -> None:
    assert wrong in GOOD
    found = problems(GOOD.replace(wrong, right, 1))
    assert message in " ".join(p.message for p in found)
    assert all(p.line > 0 for p in found)


def test_a_near_miss_is_suggested() -> None:
    assert "'headquarters'" in problems("a:\n  headquarter: US\n")[0].hint
    assert "'qwen'" in problems("a:\n  alias_of: qwem\n", ("qwen",))[0].hint


def test_only_bodies_of_several_countries_sit_in_the_eu() -> None:
    assert problems("a:\n  multinational: true\n  headquarters: EU\n") == []


words = st.sampled_from(
    ["handle", "kind", "headquarters", "control", "lists", "aliases", "sources", "parent", "seen", "x"]
)
leaves = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["US", "company", "2026-01-01"])
)
trees = st.recursive(
    leaves, lambda kids: st.lists(kids, max_size=3) | st.dictionaries(words, kids, max_size=4), max_leaves=12
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), trees, max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_tree_is_judged_without_an_error_of_its_own(tree: dict[str, Any]) -> None:
    document = load("{}")
    document.value = tree
    found = list(check(document, (), lambda id: id in LISTS))
    if not found:
        Registry(tree).attribute(next(iter(tree)), date(2026, 1, 1))


# Against the raw tables


def raw_rows(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def role_rows() -> list[dict[str, str]]:
    return raw_rows("publisher_roles_asia.csv") + raw_rows("publisher_roles_west.csv")


NOT_OWNED = ("depth-anything", "LiheYoung", "h94", "adept", "Nexusflow")
"""What the table calls their parent employs an author, or hired the team, and owns nothing."""
TRAIN_THEIR_OWN = ("sentence-transformers", "amd")
"""Flagged in the table for what they re-host, and no conduits: the models they are known for they trained."""


@needs_shared
def test_every_row_of_the_table_is_in_the_registry() -> None:
    rows = raw_rows("publishers.csv")
    assert len(rows) == 888
    roles = {row["namespace"].casefold() for row in role_rows()}
    for row in rows:
        o = REGISTRY.attribute(row["namespace"], date(2026, 11, 23))
        assert o.known
        assert o.namespace == row["namespace"]
        assert o.kind == row["kind"].replace(" ", "-")
        assert o.organisation == row["organisation"] or row["organisation"].startswith("Individual")
        flagged = bool({"re_host", "quantizer", "compressor"} & set(row["flags"].split(";")))
        assert o.conduit == (flagged and row["namespace"] not in TRAIN_THEIR_OWN)
        if row["namespace"].casefold() not in roles:
            assert o.headquarters == (None if row["country"] == "ZZ" else row["country"])
            if row["namespace"] not in NOT_OWNED:
                assert o.control == (row["parent_country"] or o.headquarters)
            else:
                assert o.parent is None


@needs_shared
def test_a_country_no_page_gives_is_unverified() -> None:
    roles = {row["namespace"].casefold() for row in role_rows()}
    verified = unverified = 0
    for row in raw_rows("publishers.csv"):
        notes = dict(REGISTRY.attribute(row["namespace"], date(2026, 11, 23)).footnotes)
        if row["namespace"].casefold() in roles or "headquarters" not in notes:
            continue
        note = notes["headquarters"]
        if "country: public knowledge" in row["source"] and "country seen" not in row["source"]:
            assert note.confidence is Confidence.UNVERIFIED or "(seen)" in row["source"], row["namespace"]
        if row["source"] == "public knowledge":
            assert (note.source, note.seen) == ("public knowledge", None)
        verified += note.confidence is not Confidence.UNVERIFIED
        unverified += note.confidence is Confidence.UNVERIFIED
    assert verified > 0
    assert unverified > verified


@needs_shared
def test_the_roles_tables_win() -> None:
    rows = role_rows()
    assert len(rows) == 242
    for row in rows:
        o = REGISTRY.attribute(row["namespace"], date.fromisoformat(row["checked"]))
        for role in ("headquarters", "incorporation", "parent_country", "control"):
            if row[role]:
                assert getattr(o, role) == row[role], (row["namespace"], role)
                assert dict(o.footnotes)[role].confidence.value == row["confidence"], (row["namespace"], role)
        if row["state_ownership"] != "unknown":
            assert o.state_ownership == row["state_ownership"]
        if not row["headquarters"] and o.headquarters:
            # no page was found: what the other table says stands, but no surer than that
            assert dict(o.footnotes)["headquarters"].confidence in (Confidence.LOW, Confidence.UNVERIFIED)


@needs_shared
def test_every_flag_is_kept_as_a_list_entry_a_field_or_a_flag() -> None:
    fields = {"re_host", "quantizer", "compressor", "multinational", "state_owned", "state_backed"}
    for row in raw_rows("publishers.csv"):
        o = REGISTRY.attribute(row["namespace"], date(2026, 11, 23))
        assert o.lists is not None
        assert o.flags is not None
        ids = {e.id for e in o.lists}
        for flag in filter(None, row["flags"].split(";")):
            listed = flag in ids or any(flag.startswith(id) for id in ids)
            other = {"us_sdn": "ofac_sdn", "eu_sanctions": "eu_sanctions", "us_state_bans": "us_states_device_bans"}
            listed = listed or any(flag.startswith(word) and id in ids for word, id in other.items())
            assert flag in fields or flag in o.flags or listed, (row["namespace"], flag)


@needs_shared
def test_every_restricted_list_is_carried() -> None:
    rows = raw_rows("restricted_lists.csv")
    assert len(rows) == 20
    for row in rows:
        pages = [page for page in row["source"].split(" ; ") if page.startswith("http")]
        assert set(pages) <= set(LISTS[row["list_id"]].get("sources", [])), row["list_id"]
