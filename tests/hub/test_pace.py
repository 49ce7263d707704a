"""Quotas, wishes of the server, and the limit of our patience: arithmetic on headers, no clock but the given one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import HubUnreachable
from scanner.hub.pace import Breaker, Pacer, Window, pause, retry_after

POLICY = '"fixed window";"api";q=500;w=300'


@pytest.mark.parametrize(
    ("headers", "window"),
    [
        ({"ratelimit": '"api";r=499;t=295', "ratelimit-policy": POLICY}, Window(499, 295, 500)),
        ({"ratelimit": '"api"; r = 0 ; t = 55'}, Window(0, 55, None)),
        ({"ratelimit": '"api";t=5;r=3'}, Window(3, 5, None)),
        ({"ratelimit": '"api";r=94;t=142', "age": "14"}, None),
        ({"ratelimit": '"api";r=-1;t=3'}, None),
        ({"ratelimit": '"api";r=99999999999999999999;t=3'}, None),
        ({"ratelimit": "soon"}, None),
        ({}, None),
    ],
)
def test_a_window_is_read_unless_it_is_someone_elses(headers: dict[str, str], window: Window | None) -> None:
    assert Window.read(headers) == window


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:28:30 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "later"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_a_server_may_ask_in_seconds_or_by_its_own_clock(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["retry-after", "date", "ratelimit", "ratelimit-policy", "age"]), st.text()))
def test_no_header_breaks_the_pace(headers: dict[str, str]) -> None:
    Pacer().note("api", headers)
    assert pause(429, headers, 1, lambda: 0.5) >= 0


def test_the_quota_is_honoured_before_the_wish_and_the_wish_before_the_dice() -> None:
    spent = {"ratelimit": '"api";r=0;t=40', "retry-after": "9"}
    assert pause(429, spent, 1, lambda: 0.5) == 40.5
    assert pause(503, spent, 1, lambda: 0.5) == 9.5
    assert pause(429, {"ratelimit": '"api";r=3;t=40'}, 1, lambda: 0.5) == 0.25
    assert [pause(None, {}, tried, lambda: 1.0) for tried in range(1, 7)] == [0.5, 1, 2, 4, 8, 8]
    assert pause(None, {}, 5, lambda: 0.0) == 0


def test_the_reserve_is_kept_until_the_window_fills_up_again() -> None:
    now = [1000.0]
    pacer = Pacer(reserve=0.2, clock=lambda: now[0])
    pacer.note("api", {"ratelimit": '"api";r=101;t=30', "ratelimit-policy": POLICY})
    assert pacer.wait("api") == (0.0, False)
    pacer.note("api", {"ratelimit": '"api";r=100;t=30', "ratelimit-policy": POLICY})
    assert pacer.wait("api") == (30.0, False)
    assert pacer.wait("resolvers") == (0.0, False)
    pacer.note("api", {"ratelimit": '"api";r=0;t=30', "ratelimit-policy": POLICY})
    assert pacer.wait("api") == (30.0, True)
    now[0] += 30
    assert pacer.wait("api") == (0.0, False)


def test_a_refusal_that_names_no_quota_is_heeded_as_one_that_is_spent() -> None:
    now = [0.0]
    pacer = Pacer(clock=lambda: now[0])
    pacer.note("api", {"retry-after": "30"}, 200)
    assert pacer.wait("api") == (0.0, False)
    pacer.note("api", {"retry-after": "30"}, 429)
    assert pacer.wait("api") == (30.0, True)
    assert pacer.wait("resolvers") == (0.0, False)
    now[0] = 10.0
    assert pacer.window("api") == Window(0, 20.0)
    now[0] = 30.0
    assert (pacer.window("api"), pacer.wait("api")) == (None, (0.0, False))


def test_five_failures_in_a_row_rest_the_hub_and_one_success_forgives() -> None:
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    for number in range(4):
        breaker.note(f"/{number}", failed=True)
    breaker.check("hub")
    breaker.note("/4", failed=False)
    for number in range(5):
        breaker.check("hub")
        breaker.note(f"/{number}", failed=True)
    with pytest.raises(HubUnreachable, match="5 times in a row"):
        breaker.check("hub")
    now[0] += 61
    breaker.check("hub")


def test_one_address_that_fails_keeps_nobody_from_the_others() -> None:
    breaker = Breaker()
    for _ in range(20):
        breaker.note("/one", failed=True)
    breaker.check("hub")
    breaker.note("/another", failed=True)
    with pytest.raises(HubUnreachable, match="21 times in a row"):
        breaker.check("hub")
