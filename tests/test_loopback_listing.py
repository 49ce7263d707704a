"""The loopback hub's list of models: sorting, filters, and pages that lose and repeat nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.loopback import Answer, LoopbackHub, Repo, ask

SORTS = ("createdAt", "downloads", "lastModified", "likes", "trendingScore")


@pytest.fixture(scope="module")
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        for index in range(60):
            hub.add(
                Repo(
                    f"{'acme' if index % 2 else 'Other'}/m-{index:02d}",
                    {"README.md": f"---\nlicense: {'mit' if index % 3 else 'apache-2.0'}\ntags: [t{index % 5}]\n---\n"},
                    created_at=f"2024-01-{1 + index // 7:02d}T00:00:00.000Z",
                    downloads=index // 4,
                    likes=index % 3,
                    trending=0 if index < 30 else index // 10,
                    gated="auto" if index == 8 else False,
                    private=index == 9,
                )
            )
        yield hub


def pages(hub: LoopbackHub, **query: object) -> Iterator[Answer]:
    url: str | None = f"{hub.url}/api/models?{urlencode(query, doseq=True)}"
    for _ in range(200):
        answer = ask(url or "")
        assert answer.status == 200, answer.body
        yield answer
        url = answer.next
        if url is None:
            return
    raise AssertionError("the pages do not end")


def rows(hub: LoopbackHub, **query: object) -> list[dict[str, Any]]:
    return [row for page in pages(hub, **query) for row in page.json()]


@settings(max_examples=25, deadline=None)
@given(sort=st.sampled_from(SORTS), limit=st.integers(1, 70))
def test_every_model_comes_once_in_descending_order_whatever_the_page_size(
    hub: LoopbackHub, sort: str, limit: int
) -> None:
    found = rows(hub, sort=sort, limit=limit, expand=sort)
    assert len({row["_id"] for row in found}) == len(found) == 59, "all but the private one"
    order = [(row[sort], row["_id"]) for row in found]
    assert order == sorted(sorted(order, key=lambda pair: pair[1]), key=lambda pair: pair[0], reverse=True)


def test_equal_sort_keys_lie_on_a_page_border(hub: LoopbackHub) -> None:
    borders = [page.json() for page in pages(hub, sort="createdAt", limit=10, expand="createdAt")]
    pairs = pairwise(borders)
    assert any(left[-1]["createdAt"] == right[0]["createdAt"] for left, right in pairs)


def test_the_cursor_is_a_keyset_filter_that_survives_deletion_and_needs_no_memory(hub: LoopbackHub) -> None:
    first = next(pages(hub, sort="downloads", limit=5))
    last = first.json()[-1]
    assert first.next is not None
    cursor = first.next.rpartition("cursor=")[2].replace("%3D", "=")
    keyset = json.loads(base64.b64decode(cursor))
    assert keyset == {
        "$or": [
            {"downloads": last["downloads"], "_id": {"$gt": last["_id"]}},
            {"downloads": {"$lt": last["downloads"]}},
            {"downloads": None},
        ]
    }
    assert ask(first.next).body == ask(first.next).body


def test_filters_are_all_demanded_and_compared_as_text(hub: LoopbackHub) -> None:
    both = rows(hub, filter=["license:mit", "t1"])
    assert both
    assert all({"license:mit", "t1"} <= set(row["tags"]) for row in both)
    assert rows(hub, filter="license:mit,t1") == both
    assert rows(hub, filter="license:MIT") == []
    assert {row["id"].split("/")[0] for row in rows(hub, author="ACME")} == {"acme"}
    assert [row["id"] for row in rows(hub, search="M-17")] == ["acme/m-17"]
    assert [row["id"] for row in rows(hub, gated="true")] == ["Other/m-08"]


def test_children_are_found_by_the_name_they_wrote(hub: LoopbackHub) -> None:
    with LoopbackHub() as other:
        other.add(Repo("acme/old"))
        other.add(Repo("acme/child", {"README.md": "---\nbase_model: acme/old\n---\n"}))
        other.rename("acme/old", "acme/new")
        assert [row["id"] for row in rows(other, filter="base_model:finetune:acme/old")] == ["acme/child"]
        assert rows(other, filter="base_model:finetune:acme/new") == []


def test_rows_have_the_recorded_shape_and_widen_on_request(hub: LoopbackHub) -> None:
    plain = {"_id", "id", "likes", "trendingScore", "private", "downloads", "tags", "createdAt", "modelId"}
    full = {"author", "gated", "lastModified", "sha", "siblings"}
    assert rows(hub, search="m-00")[0].keys() == plain
    assert rows(hub, search="m-00", full="true")[0].keys() == plain | full
    assert rows(hub, search="m-00", cardData="true", config="true")[0].keys() == plain | {"cardData", "config"}
    assert rows(hub, search="m-00", **{"expand[]": "sha"})[0].keys() == {"_id", "id", "sha"}


def test_a_page_is_never_longer_than_the_cap(hub: LoopbackHub) -> None:
    hub.page_cap = 7
    try:
        assert [len(page.json()) for page in pages(hub, limit=1000)] == [7] * 8 + [3]
    finally:
        hub.page_cap = 1000


@pytest.mark.parametrize("query", ["sort=name", "limit=many", "cursor=bm9uc2Vuc2U=", "cursor=%25", "expand=nope"])
def test_what_the_hub_cannot_read_is_a_bad_request(hub: LoopbackHub, query: str) -> None:
    answer = ask(f"{hub.url}/api/models?{query}")
    assert answer.status == 400
    assert answer.json()["error"]
