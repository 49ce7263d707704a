"""``lineages.yaml`` is what it says it is: cited, dated, free of circles, and complete against what was collected."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner import data
from scanner.curated import FILE, VERDICTS, Curated
from scanner.fact import Confidence
from scanner.family import Families
from scanner.lineage.graph import cycles, reach
from scanner.model import Relation, RepoId, Role

COLLECTED = Path(__file__).parents[2] / "shared" / "data"
RECORDS = data.whole(FILE)
CURATED = Curated.shipped()


def collected(name: str) -> list[dict[str, str]]:
    table = COLLECTED / name
    if not table.exists():
        pytest.skip("the collected tables are not beside this repository")
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def parents(*roles: Role) -> dict[str, set[str]]:
    """By key: the keys of the parents in these roles."""
    return {
        key: {p["id"].casefold() for p in record.get("parents", ()) if p.get("role", "weights") in roles}
        for key, record in RECORDS.items()
    }


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    for key, record in RECORDS.items():
        for statement in (*record.get("parents", ()), *record.get("disputes", ())):
            yield key, statement
        if "root" in record:
            yield key, record["root"]


def test_every_record_stands_under_its_id_and_says_something() -> None:
    assert list(RECORDS) == sorted(RECORDS)
    for key, record in RECORDS.items():
        assert RepoId.parse(record["id"]).key == key
        assert set(record) <= {"id", "parents", "root", "disputes"}
        assert len(record) > 1


def test_every_statement_is_cited_dated_and_graded() -> None:
    for key, statement in statements():
        assert statement["source"], key
        assert Confidence(statement.get("confidence", "medium")), key
        if "public knowledge" in statement["source"]:
            assert statement.get("confidence", "unverified") == Confidence.UNVERIFIED, key
        if statement["source"] == "public knowledge":
            assert "seen" not in statement, key
        else:
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", statement["seen"]), key


def test_every_parent_uses_the_closed_words() -> None:
    allowed = {"id", "relation", "role", "how", "declared", "source", "seen", "confidence"}
    for key, record in RECORDS.items():
        for parent in record.get("parents", ()):
            relation, role = Relation(parent["relation"]), Role(parent.get("role", "weights"))
            assert RepoId.parse(parent["id"]).namespace, key
            assert (role is Role.TEACHER) == (relation is Relation.DISTILLED), key
            assert (role is Role.COMPONENT) == (relation is Relation.COMPONENT), key
            assert set(parent) <= allowed, key
        for dispute in record.get("disputes", ()):
            assert dispute["verdict"] in VERDICTS, key
            assert set(dispute) == {"against", "verdict", "note", "source"} | ({"seen"} & set(dispute)), key


def test_a_dispute_that_clears_a_model_is_contradicted_by_no_edge() -> None:
    weights = parents(Role.WEIGHTS)
    for key, record in RECORDS.items():
        for dispute in record.get("disputes", ()):
            assert dispute["against"].casefold() not in reach(key, weights)


def test_weights_go_in_no_circle_and_begin_where_a_root_is() -> None:
    weights = parents(Role.WEIGHTS)
    assert cycles(weights) == ()
    assert [key for key, above in weights.items() if key in above] == []
    assert [key for key, record in RECORDS.items() if "root" in record and weights[key]] == []


def test_every_chain_of_weights_ends_at_a_known_beginning() -> None:
    weights, families = parents(Role.WEIGHTS), Families.shipped()
    ids = {p["id"].casefold(): p["id"] for record in RECORDS.values() for p in record.get("parents", ())}
    ends = {end for key in weights for end in reach(key, weights) if not weights.get(end)}
    unknown = {e for e in ends if not CURATED.root(e) and not families.own(ids[e])}
    assert unknown == set()


def test_a_distilled_model_is_no_root() -> None:
    for key, record in RECORDS.items():
        assert not ("-distill-" in key and "root" in record)


def test_every_collected_lineage_leads_to_its_root() -> None:
    weights = parents(Role.WEIGHTS)
    rows = collected("rebadged.csv")
    assert len(rows) == 221
    for row in rows:
        child, root = row["repo_id"].casefold(), row["root_base_repo"].casefold()
        if row["relation"].startswith("architecture_reuse"):
            assert [d.verdict for d in CURATED.disputes(child)] == ["unverified"]
            assert not weights[child]
        else:
            assert root in reach(child, weights), row


def test_every_collected_root_begins_there_or_has_a_known_base() -> None:
    weights = parents(Role.WEIGHTS)
    for row in collected("rebadged.csv"):
        if not row["relation"].startswith("architecture_reuse"):
            root = row["root_base_repo"]
            assert bool(CURATED.root(root)) != bool(weights[root.casefold()]), root


def test_every_collected_look_alike_is_a_dispute_and_never_a_parent() -> None:
    weights = parents(Role.WEIGHTS, Role.COMPONENT)
    rows = [row for row in collected("lineage_negatives.csv") if "/" in row["repo_id"]]
    assert len(rows) == 22, "one of the 23 names no repository"
    for row in rows:
        against = row["looks_like_repo"]
        assert against in [d.against for d in CURATED.disputes(row["repo_id"])]
        assert against.casefold() not in reach(row["repo_id"].casefold(), weights)
