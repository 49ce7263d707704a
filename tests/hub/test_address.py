"""Where a request may go, and who may see the token."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import HubProtocolError, UsageError
from scanner.hub.address import Endpoint

HUB = Endpoint.parse("https://hub.example")
MIRROR = Endpoint.parse("https://mirror.example:8443/artifactory/api/hub")
LOCAL = Endpoint.parse("http://127.0.0.1:9000")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://hub.example/", "https://hub.example"),
        ("https://HUB.example:443", "https://hub.example"),
        (" http://localhost:8080/a/b// ", "http://localhost:8080/a/b"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_has_one_form(text: str, written: str) -> None:
    assert str(Endpoint.parse(text)) == written
    assert Endpoint.parse(written) == Endpoint.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hub.example",
        "ftp://hub.example",
        "https://",
        "https://user:secret@hub.example",
        "https://hub.example?x=1",
        "https://hub.example#x",
        "https://hub.example/../x",
        "https://hub.example:99999",
        "https://hub.example:0",
        "https://hub exa mple",
        "https://a..b",
        "https://" + "a" * 64 + ".example",
        "https://hub.example\\@evil.example",
        "https://h\u00fcb.example",
        "https://[::1",
    ],
)
def test_what_is_no_plain_address_is_refused_without_its_credentials(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Endpoint.parse(text)
    assert "secret" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("endpoint", "url", "owned"),
    [
        (HUB, "https://hub.example/api/models/a/b", True),
        (HUB, "https://HUB.example:443/api", True),
        (HUB, "http://hub.example/api", False),
        (HUB, "https://hub.example:444/api", False),
        (HUB, "https://evil.example/api", False),
        (HUB, "https://hub.example.evil.example/api", False),
        (HUB, "https://user@hub.example/api", False),
        (MIRROR, "https://mirror.example:8443/artifactory/api/hub/api/models/a", True),
        (MIRROR, "https://mirror.example:8443/artifactory/api/hub?x=1", True),
        (MIRROR, "https://mirror.example:8443/artifactory/api/hub-of-another/api", False),
        (MIRROR, "https://mirror.example:8443/artifactory/api/hub/../other", False),
        (MIRROR, "https://mirror.example:8443/artifactory/api/hub/%2e%2E/other", False),
        (MIRROR, "https://mirror.example:8443/api/models", False),
    ],
)
def test_the_token_belongs_to_one_origin_and_prefix(endpoint: Endpoint, url: str, owned: bool) -> None:
    assert endpoint.owns(url) is owned


@pytest.mark.parametrize(
    ("endpoint", "location", "target"),
    [
        (HUB, "/api/models/new/name?blobs=true", "https://hub.example/api/models/new/name?blobs=true"),
        (HUB, "other", "https://hub.example/api/models/other"),
        (HUB, "https://hub.example/x", "https://hub.example/x"),
        (MIRROR, "/api/models/new", f"{MIRROR}/api/models/new"),
        (MIRROR, "/artifactory/api/hub/api/models/new", f"{MIRROR}/api/models/new"),
    ],
)
def test_a_redirect_within_the_hub_is_followed_below_its_prefix(endpoint: Endpoint, location: str, target: str) -> None:
    assert endpoint.redirect(f"{endpoint}/api/models/old", location, leave=False) == target


@pytest.mark.parametrize(
    "location",
    [
        "",
        "https://evil.example/api/models/a",
        "//evil.example/api",
        "http://hub.example/api",
        "https://hub.example:444/api",
        "https://hub.example@evil.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://[::1",
        "/../../x",
        "\x1b[31m",
        "https://a..b/",
        "https://hub.example\\.evil.example/",
    ],
)
def test_an_answer_of_the_api_never_comes_from_elsewhere(location: str) -> None:
    try:
        target = HUB.redirect("https://hub.example/api/models/a", location, leave=False)
    except HubProtocolError as error:
        assert "evil.example/" not in error.message  # noqa: PT017 - either outcome is right, a leak is not
    else:
        assert HUB.owns(target)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_location_leads_the_token_away(location: str) -> None:
    try:
        target = HUB.redirect("https://hub.example/api/models/a", location, leave=False)
    except HubProtocolError:
        return
    assert HUB.owns(target)
    assert target.isascii()


@pytest.mark.parametrize(
    ("endpoint", "location", "followed"),
    [
        ("https://1.1.1.1", "https://8.8.8.8/blob", True),
        ("https://1.1.1.1", "http://8.8.8.8/blob", False),
        ("https://1.1.1.1", "https://127.0.0.1/blob", False),
        ("https://1.1.1.1", "https://[::1]/blob", False),
        ("https://1.1.1.1", "https://[::ffff:10.0.0.1]/blob", False),
        ("https://1.1.1.1", "https://10.0.0.1/blob", False),
        ("https://1.1.1.1", "https://100.64.0.1/blob", False),
        ("https://1.1.1.1", "https://2130706433/blob", False),
        ("https://1.1.1.1", "https://169.254.169.254/latest/meta-data", False),
        ("https://10.1.1.1", "https://10.0.0.1/blob", True),
        ("https://10.1.1.1", "https://127.0.0.1/blob", False),
        ("http://127.0.0.1:9", "http://127.0.0.1:8/blob", True),
        ("http://127.0.0.1:9", "http://0.0.0.0/blob", False),
        ("http://127.0.0.1:9", "http://169.254.169.254/latest/meta-data", False),
    ],
)
def test_a_file_may_come_from_elsewhere_but_never_from_further_inside(
    endpoint: str, location: str, followed: bool
) -> None:
    hub = Endpoint.parse(endpoint)
    if followed:
        assert hub.redirect(f"{endpoint}/a/resolve/main/x", location, leave=True) == location
    else:
        with pytest.raises(HubProtocolError):
            hub.redirect(f"{endpoint}/a/resolve/main/x", location, leave=True)


def test_every_segment_is_escaped_whole() -> None:
    url = HUB.url(["api", "models", "a", "b", "revision", "refs/pr/1", "x?y#z %.txt"], [("expand", "a b")])
    assert url == "https://hub.example/api/models/a/b/revision/refs%2Fpr%2F1/x%3Fy%23z%20%25.txt?expand=a+b"
