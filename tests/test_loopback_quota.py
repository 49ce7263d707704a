"""The loopback hub counts like the Hub: fixed windows, three buckets, every answer, each caller apart."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from tests.loopback import Answer, LoopbackHub, Repo, ask


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add(Repo("acme/x", {"config.json": {}, "model.safetensors": b"12345678"}))
        yield hub


def left(answer: Answer) -> tuple[str, int, int]:
    """Bucket, requests left, seconds to the next window."""
    found = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found is not None
    return found[1], int(found[2]), int(found[3])


def test_every_answer_counts_redirects_and_errors_too(hub: LoopbackHub) -> None:
    hub.quota(api=10, resolvers=20, pages=30)
    counted = [
        ("/api/models/acme/x", 200, ("api", 9)),
        ("/api/models/ACME/x", 307, ("api", 8)),
        ("/api/models/acme/never", 401, ("api", 7)),
        ("/acme/x/resolve/main/config.json", 307, ("resolvers", 19)),
        (f"/api/resolve-cache/models/acme/x/{hub.repo('acme/x').sha}/config.json", 200, ("resolvers", 18)),
        ("/acme/x/resolve/main/nope", 404, ("resolvers", 17)),
        ("/acme/x", 200, ("pages", 29)),
    ]
    for path, status, expected in counted:
        answer = ask(hub.url + path)
        assert (answer.status, left(answer)[:2]) == (status, expected)
    assert answer.headers["ratelimit-policy"] == '"fixed window";"pages";q=30;w=300'


def test_a_spent_window_answers_429_until_the_clock_opens_the_next(hub: LoopbackHub) -> None:
    hub.quota(api=2, window=300)
    statuses = [ask(f"{hub.url}/api/models/acme/x").status for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    refused = ask(f"{hub.url}/api/models/acme/x")
    bucket, remaining, seconds = left(refused)
    assert (bucket, remaining) == ("api", 0)
    assert "retry-after" not in refused.headers
    assert ask(f"{hub.url}/acme/x/resolve/main/config.json").status == 307, "another bucket"
    hub.clock.advance(seconds - 5)
    assert ask(f"{hub.url}/api/models/acme/x").status == 429
    hub.clock.advance(5)
    assert ask(f"{hub.url}/api/models/acme/x").status == 200


def test_each_token_has_its_own_count(hub: LoopbackHub) -> None:
    hub.quota(api=1)
    for token in (None, "hf_good_granted", "hf_good_ungranted"):
        assert [ask(f"{hub.url}/api/models/acme/x", token=token).status for _ in range(2)] == [200, 429]


def test_a_window_opens_by_itself_in_real_time(hub: LoopbackHub) -> None:
    hub.quota(api=1, window=1)
    statuses: list[int] = []
    while len(statuses) < 200 and statuses[-2:] != [429, 200]:
        statuses.append(ask(f"{hub.url}/api/models/acme/x").status)
        time.sleep(0.02)
    assert statuses[-2:] == [429, 200]


def test_the_date_header_follows_the_clock(hub: LoopbackHub) -> None:
    assert ask(f"{hub.url}/api/models/acme/x").headers["date"].startswith("Sun, 01 Nov 2026 00:0")
    hub.clock.advance(86_400)
    assert ask(f"{hub.url}/api/models/acme/x").headers["date"].startswith("Mon, 02 Nov 2026 00:0")
