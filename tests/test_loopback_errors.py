"""The loopback hub refuses as the Hub does, to each of four callers, over http and TLS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.loopback import Answer, Content, LoopbackHub, Repo, ask

FILES: dict[str, Content] = {"README.md": "---\nlicense: mit\n---\n", "model.safetensors": b"12345678"}
CALLERS = {
    "anonymous": None,
    "bad token": "hf_nobody_gave_this_out",
    "without grant": "hf_good_ungranted",
    "with grant": "hf_good_granted",
}
OK, BAD_TOKEN = (200, None), (401, None)
GONE_ANONYMOUS, GONE = (401, None), (404, "RepoNotFound")
GATED = [(401, "GatedRepo"), BAD_TOKEN, (403, "GatedRepo")]

MATRIX = [
    # path, then (status, X-Error-Code) for anonymous, bad token, without grant, with grant
    ("/api/models/acme/open", [OK, BAD_TOKEN, OK, OK]),
    ("/api/models?author=acme", [OK, BAD_TOKEN, OK, OK]),
    ("/api/models/acme/never", [GONE_ANONYMOUS, BAD_TOKEN, GONE, GONE]),
    ("/api/models/acme/private", [GONE_ANONYMOUS, BAD_TOKEN, GONE, GONE]),
    ("/acme/private/resolve/main/README.md", [GONE_ANONYMOUS, BAD_TOKEN, GONE, GONE]),
    ("/api/models/acme/open/revision/nope", [(404, "RevisionNotFound"), BAD_TOKEN, *[(404, "RevisionNotFound")] * 2]),
    ("/acme/open/resolve/nope/README.md", [(404, "RevisionNotFound"), BAD_TOKEN, *[(404, "RevisionNotFound")] * 2]),
    ("/acme/open/resolve/main/nope", [(404, "EntryNotFound"), BAD_TOKEN, *[(404, "EntryNotFound")] * 2]),
    ("/api/models/acme/gated", [OK, BAD_TOKEN, OK, OK]),
    ("/api/models/acme/gated/tree/main", [OK, BAD_TOKEN, OK, OK]),
    ("/api/models/acme/gated/discussions", [OK, BAD_TOKEN, OK, OK]),
    ("/api/models/acme/gated/commits/main", [*GATED, OK]),
    ("/api/models/acme/gated/auth-check", [*GATED, OK]),
    ("/acme/gated/resolve/main/README.md", [*GATED, (307, None)]),
    ("/acme/gated/resolve/main/model.safetensors", [*GATED, (302, None)]),
    ("/api/models/acme/disabled", [OK, BAD_TOKEN, OK, OK]),
    ("/acme/disabled/resolve/main/README.md", [(403, None), BAD_TOKEN, (403, None), (403, None)]),
    ("/api/models/acme/moved", [(307, None), BAD_TOKEN, (307, None), (307, None)]),
    ("/api/models/acme/open?expand=nope", [(400, None), BAD_TOKEN, (400, None), (400, None)]),
    ("/api/whoami-v2", [GONE_ANONYMOUS, BAD_TOKEN, OK, OK]),
    ("/api/nothing", [(404, None), BAD_TOKEN, (404, None), (404, None)]),
]


@pytest.fixture(scope="module", params=[False, True], ids=["http", "tls"])
def hub(request: pytest.FixtureRequest) -> Iterator[LoopbackHub]:
    with LoopbackHub(tls=request.param) as hub:
        hub.add(Repo("acme/open", FILES))
        hub.add(Repo("acme/gated", FILES, gated="auto"))
        hub.add(Repo("acme/private", FILES, private=True))
        hub.add(Repo("acme/disabled", FILES, disabled=True))
        hub.add(Repo("acme/moved", FILES))
        hub.rename("acme/moved", "acme/here")
        yield hub


def asked(hub: LoopbackHub, path: str, caller: str = "anonymous") -> Answer:
    return ask(hub.url + path, token=CALLERS[caller], trust=hub.certificate)


@pytest.mark.parametrize(("path", "expected"), MATRIX)
def test_each_caller_gets_what_the_hub_would_answer(
    hub: LoopbackHub, path: str, expected: list[tuple[int, str | None]]
) -> None:
    answers = [asked(hub, path, caller) for caller in CALLERS]
    assert [(answer.status, answer.headers.get("x-error-code")) for answer in answers] == expected
    for answer in answers:
        assert "ratelimit" in answer.headers
        assert "ratelimit-policy" in answer.headers
        assert "x-request-id" in answer.headers


def test_private_deleted_and_never_existing_are_one_answer(hub: LoopbackHub) -> None:
    hub.add(Repo("acme/brief", FILES))
    hub.delete("acme/brief")
    for caller in ("anonymous", "without grant"):
        said = {asked(hub, f"/api/models/acme/{name}", caller).body for name in ("private", "brief", "never")}
        assert len(said) == 1


def test_the_words_of_a_refusal_are_those_the_client_looks_for(hub: LoopbackHub) -> None:
    missing = asked(hub, "/api/models/acme/never")
    assert missing.json() == {"error": "Invalid username or password."}
    assert "www-authenticate" in missing.headers
    bad = asked(hub, "/api/models/acme/open", "bad token")
    assert bad.headers["x-error-message"] == "Invalid credentials in Authorization header"
    disabled = asked(hub, "/acme/disabled/resolve/main/README.md")
    assert disabled.headers["x-error-message"] == "Access to this resource is disabled."
    assert asked(hub, "/api/models/acme/disabled").json()["disabled"] is True
    revision = asked(hub, "/api/models/acme/open/revision/a%0Ab%C3%A9")
    assert revision.headers["x-error-message"] == "Invalid rev id: a b?", "a header is one line of ASCII"
    entry = asked(hub, "/acme/open/resolve/main/nope")
    assert entry.headers["x-repo-commit"] == hub.repo("acme/open").sha


def test_the_cdn_asks_nobody_for_a_token(hub: LoopbackHub) -> None:
    location = asked(hub, "/acme/open/resolve/main/model.safetensors").headers["location"]
    assert ask(location, token="hf_nobody_gave_this_out", trust=hub.certificate).status == 200
