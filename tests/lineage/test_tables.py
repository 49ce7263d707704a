"""The shipped tables against the collected cases: hidden bases are found, look-alikes are given none.

Each case is a model of which nothing is read but what its row says is declared; the rest has to come from the tables.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.curated import Curated
from scanner.evidence import Reading
from scanner.fact import Basis, Gap
from scanner.family import Families
from scanner.lineage import Knowledge, Lineage, resolve
from scanner.model import RepoId
from scanner.origin import Registry
from tests.lineage.world import front, reading

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_cases = pytest.mark.skipif(not SHARED.is_dir(), reason="the collected cases (../shared/data) are not here")


def rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.is_file() else []


@cache
def shipped() -> Knowledge:
    registry = Registry.shipped()
    families = Families.shipped(registry.same_organisation)
    return Knowledge(Curated.shipped(), families, registry.is_conduit, registry.same_organisation)


def silent(repo: RepoId) -> Reading | Gap:
    """A hub on which every model exists and says nothing."""
    return reading(str(repo))


def trace(id: str, *said: Any) -> Lineage:
    return resolve(reading(id, *said), silent, shipped())


def declared(row: dict[str, str]) -> list[Any]:
    """The one hop that a row says is declared: the model it names on the way, else its root."""
    between = re.search(r"(?:via|of|on) (\S+/\S+?)[\s)]*(?:\(|$)", row["relation"])
    return [front(between[1] if between else row["root_base_repo"])] if row["declared_in_metadata"] == "yes" else []


@needs_cases
@pytest.mark.parametrize("row", rows("rebadged.csv"), ids=lambda row: row["repo_id"])
def test_rebadged_model_begins_where_its_hidden_base_begins(row: dict[str, str]) -> None:
    lineage, base = trace(row["repo_id"], *declared(row)), row["root_base_repo"]
    if row["relation"].startswith("architecture_reuse"):
        assert [(d.against, d.verdict) for d in lineage.disputes] == [(base, "unverified")]
        assert (lineage.roots, lineage.subject.established) == ((row["repo_id"],), None)
        return
    assert base in lineage.ancestors
    assert lineage.roots == trace(base).roots
    assert all(lineage.node(root).maker == root for root in lineage.roots)
    assert lineage.cycles == ()


@needs_cases
@pytest.mark.parametrize(
    "row", [r for r in rows("rebadged.csv") if r["declared_in_metadata"] == "no"], ids=lambda row: row["repo_id"]
)
def test_base_that_is_not_declared_is_told_as_undeclared(row: dict[str, str]) -> None:
    lineage = trace(row["repo_id"])
    assert "undeclared-base" in [c.kind for c in lineage.contradictions], (
        "of the model, or of a sibling it comes out of"
    )
    assert lineage.edges[0].basis is Basis.CURATED


@needs_cases
@pytest.mark.parametrize(
    # One row is a product without a repository: it cannot be asked for.
    "row",
    [r for r in rows("lineage_negatives.csv") if "/" in r["repo_id"]],
    ids=lambda row: row["repo_id"],
)
def test_look_alike_is_given_no_parent(row: dict[str, str]) -> None:
    lineage = trace(row["repo_id"])
    assert lineage.ancestors == lineage.components == ()
    assert lineage.roots == (row["repo_id"],)
    assert row["looks_like_repo"] in [d.against for d in lineage.disputes]
    taught = "teacher" in row["verdict"]
    assert (row["looks_like_repo"] in lineage.teachers) == taught
    open_case = any(row["verdict"].startswith(word) for word in ("disputed", "unverified"))
    assert lineage.subject.established is (None if open_case else Basis.CURATED)
