"""The wide world: the same list as a world of repositories would give, from rows that were rendered before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Fault, LoopbackHub, Wide, ask
from tests.loopback.serve import Served


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "_id": f"{index:024x}", "id": f"a/m{index}", "sha": f"{index:040x}", "likes": index,
            "createdAt": f"2025-01-{1 + index // 3:02d}T00:00:00.000Z", "lastModified": f"2025-02-{28 - index:02d}T00:00:00.000Z",
        }
        for index in range(count)
    ]  # fmt: skip


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as served:
        served.wide, served.page_cap = Wide(rows(20)), 7
        yield served


def every(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following: str | None = url
    while following is not None:
        answer = ask(following)
        assert answer.status == 200
        found += answer.json()
        following = answer.next
    return found


@pytest.mark.parametrize("sort", ["createdAt", "lastModified"])
def test_every_row_comes_once_newest_first_ties_by_id(hub: LoopbackHub, sort: str) -> None:
    found = every(f"{hub.url}/api/models?sort={sort}&expand={sort}&limit=5")
    assert [(row[sort], row["_id"]) for row in found] == [
        (row[sort], row["_id"])
        for row in sorted(sorted(rows(20), key=lambda r: r["_id"]), key=lambda r: r[sort], reverse=True)
    ]
    assert all(set(row) == {"_id", "id", sort} for row in found)


def test_the_limit_the_cap_and_a_bad_cursor_are_heeded(hub: LoopbackHub) -> None:
    assert len(ask(f"{hub.url}/api/models?sort=createdAt&limit=3").json()) == 3
    assert len(ask(f"{hub.url}/api/models?sort=createdAt").json()) == 7
    assert ask(f"{hub.url}/api/models?sort=createdAt&cursor=x").status == 400


def test_faults_meet_its_pages(hub: LoopbackHub) -> None:
    hub.fault(Fault("row-not-an-object", nth=2))
    assert isinstance(ask(f"{hub.url}/api/models?sort=createdAt").json()[0], dict)
    assert isinstance(ask(f"{hub.url}/api/models?sort=createdAt").json()[0], str)


def test_it_is_served_by_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows(9)))
    with Served(tmp_path / "rows.jsonl", "--page-cap", "4") as served:
        assert len(every(f"{served.url}/api/models?sort=createdAt")) == 9
        assert [status for _, status in served.say(log=True)] == [200, 200, 200]
        assert served.say(fault={"kind": "503"})
        assert ask(f"{served.url}/api/models?sort=createdAt").status == 503
        assert served.say(clear=True, quota={"api": 1})
        assert ask(f"{served.url}/api/models").status == 200
        assert ask(f"{served.url}/api/models").status == 429
