"""The live hub, read over real HTTP: models, files, parts of files, identity, mirrors, refusals."""

from __future__ import annotations

import inspect
import socket
from typing import Any

import pytest
from huggingface_hub import constants, errors

from scanner.errors import (
    BadCredentials,
    DisabledModel,
    EntryNotFound,
    GatedModel,
    HubError,
    HubOffline,
    HubProtocolError,
    HubUnreachable,
    ModelNotFound,
    NotHeld,
    RevisionNotFound,
    TooLarge,
    UsageError,
)
from scanner.hub import Hub
from scanner.hub.huggingface import TRANSLATION, HuggingFaceHub, _http
from scanner.model import Model, Relation, RepoId, Revision
from tests.loopback import Fault, LoopbackHub, Repo
from tests.loopback.server import PREFIX

from .conftest import ROOT, TOKEN, Client
from .scripted import Scripted, saying

WEIGHTS = "model.safetensors"


def test_a_model_is_read_and_pinned_in_two_questions(hub: LoopbackHub, client: Client) -> None:
    live: Hub = client()
    model, truth = live.model(ROOT), hub.repo("forge/root-1b")
    assert (model.hub, model.repo, str(model.revision), model.hub_id) == ("hf", ROOT, truth.sha, truth.hub_id)
    assert {a.path: (a.size, a.sha256) for a in model.artifacts or ()} == {
        path: (blob.size, blob.sha256 if blob.lfs else None) for path, blob in truth.main.files.items()
    }
    assert (model.gated, model.disabled, model.private, model.unread) == ("no", False, False, ())
    assert [request.path for request in hub.log] == [f"/api/models/{ROOT}", f"/api/models/{ROOT}/revision/{truth.sha}"]
    assert client().requests == {}
    assert live.description == f"the live Hub at {hub.url}"


def test_requests_are_counted_by_bucket(hub: LoopbackHub, client: Client) -> None:
    live = client()
    model = live.model(ROOT)
    live.read(model, "README.md", limit=10_000)
    live.read(model, WEIGHTS, limit=10_000_000)
    assert live.requests == {"api": 2, "resolvers": 3, "store": 1}
    assert len(hub.log) == sum(live.requests.values())


@pytest.mark.parametrize("revision", ["main", "v1", "dev", "refs/pr/1", "refs/heads/dev"])
def test_every_name_of_a_revision_is_pinned_to_its_commit(hub: LoopbackHub, client: Client, revision: str) -> None:
    commit = hub.repo(str(ROOT)).revision(revision)
    assert commit is not None
    assert str(client().model(ROOT, revision).revision) == commit.sha
    assert str(client().model(ROOT, commit.sha).revision) == commit.sha


@pytest.mark.parametrize("revision", ["nope", "f" * 40, ".", "..", "../../other", "a?b#c%2F"])
def test_a_revision_that_is_not_there_is_not_found(client: Client, revision: str) -> None:
    with pytest.raises(RevisionNotFound) as caught:
        client().model(ROOT, revision)
    assert caught.value.hint


def test_an_answer_for_another_commit_is_refused(hub: LoopbackHub, client: Client) -> None:
    commits = [commit.sha for commit in hub.repo(str(ROOT)).main.history()]
    hub.fault(Fault("keys", path="revision", value={"sha": commits[1]}))
    with pytest.raises(HubProtocolError, match="another commit"):
        client().model(ROOT, commits[0])


@pytest.mark.parametrize("path", ["README.md", "config.json", WEIGHTS])
def test_files_are_read_whole_and_in_part(hub: LoopbackHub, client: Client, path: str) -> None:
    live, truth = client(), hub.repo(str(ROOT)).main.files[path].data
    model = live.model(ROOT)
    assert live.read(model, path, limit=len(truth)) == truth
    assert live.read_range(model, path, 0, 8) == truth[:8]
    assert live.read_range(model, path, 8, 9) == truth[8:17]
    assert live.read_range(model, path, len(truth) - 3, 100) == truth[-3:]
    assert live.read_range(model, path, len(truth), 5) == b""
    assert live.read_range(model, path, 0, 0) == b""


def test_a_part_costs_its_own_bytes_and_no_more(hub: LoopbackHub, client: Client) -> None:
    live = client()
    live.read_range(live.model(ROOT), WEIGHTS, 100, 50)
    assert hub.log[-1].sent == 50


def test_a_file_longer_than_allowed_is_not_even_asked_for(hub: LoopbackHub, client: Client) -> None:
    live = client()
    model = live.model(ROOT)
    before = len(hub.log)
    with pytest.raises(TooLarge):
        live.read(model, WEIGHTS, limit=100)
    assert len(hub.log) == before


def test_odd_file_names_reach_the_file_they_name(hub: LoopbackHub, client: Client) -> None:
    live = client()
    model = live.model(RepoId.parse("files/odd-names"))
    truth = hub.repo("files/odd-names").main.files
    harmless = {a.path for a in model.artifacts or ()} & truth.keys()
    assert len(harmless) >= 14
    for path in harmless:
        assert live.read(model, path, limit=1000) == truth[path].data
    for path in {a.path for a in model.artifacts or ()} - truth.keys():
        with pytest.raises(EntryNotFound):
            live.read(model, path, limit=1000)


@pytest.mark.parametrize("path", ["../../../api/whoami-v2", "a/../README.md", "", "/", ".", "a//b"])
def test_no_file_name_becomes_another_request(hub: LoopbackHub, client: Client, path: str) -> None:
    live = client()
    model = live.model(ROOT)
    before = len(hub.log)
    with pytest.raises(EntryNotFound):
        live.read(model, path, limit=1000)
    assert len(hub.log) == before


# identity


def test_a_renamed_model_is_known_by_both_names_and_read_by_the_new(hub: LoopbackHub, client: Client) -> None:
    asked = RepoId.parse("drift/before")
    live = client()
    model = live.model(asked)
    assert (model.requested, str(model.repo)) == (asked, "drift/after")
    assert model.hub_id == hub.repo("drift/after").hub_id
    assert live.read(model, "README.md", limit=1000)
    assert "/drift/before/" not in "".join(request.path for request in hub.log[1:])


def test_a_name_in_another_case_and_a_bare_old_name_are_resolved(client: Client) -> None:
    live = client()
    assert live.model(RepoId.parse("FORGE/Root-1B")).repo == ROOT
    assert str(live.model(RepoId.parse("oldbert")).repo) == "forge/oldbert"


def test_a_taken_over_name_shows_another_identity(client: Client) -> None:
    with LoopbackHub() as hub:
        old = hub.add(Repo("ghost/spirit", {"README.md": "# old"}, created_at="2023-01-01T00:00:00.000Z"))
        live, name = client(hub.url), RepoId.parse("ghost/spirit")
        before = live.model(name)
        hub.take_over(
            "ghost/spirit", Repo("ghost/spirit", {"README.md": "# new"}, created_at="2025-01-01T00:00:00.000Z")
        )
        after = live.model(name)
        assert (before.hub_id, before.repo) == (old.hub_id, after.repo)
        assert before.hub_id != after.hub_id
        with pytest.raises(RevisionNotFound):
            live.model(name, old.sha)
        with pytest.raises(RevisionNotFound):
            live.read(before, "README.md", limit=100)


def test_computed_parents_come_with_their_identity(hub: LoopbackHub, client: Client) -> None:
    model = client().model(RepoId.parse("mill/two-roots"))
    found = [(str(p.ref.repo), p.relation, p.hub_id) for p in model.base_models or ()]
    bases = ("forge/root-1b", "quarry/stone-1b")
    assert found == [(base, Relation.MERGE, hub.repo(base).hub_id) for base in bases]


# who may see what: the matrix of knowledge about refusals


READERS = {"anonymous": "", "ungranted": "hf_good_ungranted", "granted": TOKEN}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["private-1b", "deleted-1b", "dataset"])
def test_gone_private_and_never_there_are_one_answer(client: Client, reader: str, name: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        client(token=READERS[reader]).model(RepoId("vault", name))
    assert ("tells more" in caught.value.hint) is (reader == "anonymous")


@pytest.mark.parametrize("reader", ["anonymous", "ungranted"])
@pytest.mark.parametrize(("name", "gate"), [("gated-1b", "auto"), ("asked-1b", "manual")])
def test_a_gated_model_is_described_but_its_files_are_not_shown(
    client: Client, reader: str, name: str, gate: str
) -> None:
    live = client(token=READERS[reader])
    model = live.model(RepoId("vault", name))
    assert model.gated == gate
    with pytest.raises(GatedModel):
        live.read(model, "README.md", limit=10_000)
    with pytest.raises(GatedModel):
        live.read_range(model, WEIGHTS, 0, 10)


def test_a_granted_token_opens_a_gated_model(client: Client) -> None:
    live = client()
    assert live.read(live.model(RepoId("vault", "gated-1b")), "README.md", limit=10_000)


def test_a_disabled_model_says_so_and_shows_no_file(client: Client) -> None:
    live = client()
    model = live.model(RepoId("vault", "disabled-1b"))
    assert model.disabled is True
    with pytest.raises(DisabledModel):
        live.read(model, "README.md", limit=10_000)


def test_a_bad_token_is_told_apart_from_a_missing_model(client: Client) -> None:
    live = client(token="hf_expired")
    with pytest.raises(BadCredentials) as caught:
        live.model(ROOT)
    assert "HF_TOKEN" in caught.value.hint


def test_a_file_that_is_not_there_is_not_found(client: Client) -> None:
    live = client()
    with pytest.raises(EntryNotFound):
        live.read(live.model(ROOT), "missing.bin", limit=10)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, HubProtocolError),
        (401, ModelNotFound),
        (403, BadCredentials),
        (404, ModelNotFound),
        (407, HubUnreachable),
        (410, ModelNotFound),
        (418, HubProtocolError),
        (451, DisabledModel),
        (500, HubUnreachable),
        (501, HubUnreachable),
    ],
)
def test_every_status_has_a_meaning(hub: LoopbackHub, client: Client, status: int, expected: type[HubError]) -> None:
    hub.fault(Fault(str(status)))
    with pytest.raises(expected) as caught:
        client().model(ROOT)
    assert type(caught.value) is expected
    assert f"({status})" in caught.value.message
    assert str(ROOT) in caught.value.message
    assert caught.value.hint


# mirrors


def test_a_mirror_below_a_prefix_is_read_like_the_hub(hub: LoopbackHub, client: Client) -> None:
    live = client(hub.prefix_url + "/")
    model = live.model(RepoId.parse("drift/before"))
    assert str(model.repo) == "drift/after"
    assert live.read(model, "README.md", limit=1000)
    root = live.model(ROOT)
    assert live.read_range(root, WEIGHTS, 8, 1) == b"{"
    assert {request.prefix for request in hub.log if request.bucket} == {PREFIX}


def test_a_mirror_that_passes_relative_redirects_on_unchanged_is_understood(client: Client) -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        if head.startswith(b"GET /mirror/api/models/old/name?"):
            saying("307 Temporary Redirect", "Location: /api/models/new/name?blobs=true")(connection, head)
        elif head.startswith(b"GET /mirror/api/models/new/name?"):
            saying("200 OK", "Content-Type: application/json", body=b'{"id":"new/name"}')(connection, head)

    with Scripted(script) as mirror:
        model = client(f"{mirror.url}/mirror").model(RepoId("old", "name"))
    assert str(model.repo) == "new/name"
    assert all(b"authorization: Bearer" in head for head in mirror.seen[:2])


def test_a_mirror_that_drops_what_it_does_not_know_leaves_facts_unknown(hub: LoopbackHub, client: Client) -> None:
    hub.fault(Fault("expand-dropped"))
    model = client().model(RepoId.parse("mill/two-roots"))
    assert model.base_models is None
    assert model.scan is None
    assert all(a.size is not None for a in model.artifacts or ())
    assert sum("/tree/" in request.path for request in hub.log) == 1


@pytest.mark.parametrize("kind", ["404", "400", "html-200", "json-truncated", "403"])
def test_a_mirror_without_the_extra_questions_still_gives_the_model(
    hub: LoopbackHub, client: Client, kind: str
) -> None:
    hub.fault(Fault(kind, path="expand="))
    model = client().model(ROOT)
    assert (model.base_models, model.unread) == (None, ("baseModels",))


def test_a_hub_that_fails_at_the_extra_question_fails_the_model(hub: LoopbackHub, client: Client) -> None:
    hub.fault(Fault("503", path="expand="))
    with pytest.raises(HubUnreachable):
        client().model(ROOT)


@pytest.mark.parametrize("name", ["gated-1b", "disabled-1b"])
@pytest.mark.parametrize("kind", ["gated-hidden", "401", "403", "404"])
def test_a_mirror_that_hides_why_does_not_hide_it_from_us(
    hub: LoopbackHub, client: Client, name: str, kind: str
) -> None:
    hub.fault(Fault(kind, path="/resolve/"))
    live = client(token="hf_good_ungranted")
    model = live.model(RepoId("vault", name))
    with pytest.raises(GatedModel if model.gated == "auto" else DisabledModel):
        live.read(model, "README.md", limit=1000)


def test_a_hub_that_names_no_commit_is_not_read_from(hub: LoopbackHub, client: Client) -> None:
    hub.fault(Fault("missing-keys", value="sha"))
    live = client()
    model = live.model(ROOT)
    assert model.revision is None
    with pytest.raises(NotHeld):
        live.read(model, "README.md", limit=1000)
    commit = hub.repo(str(ROOT)).sha
    pinned = live.model(ROOT, commit)
    assert str(pinned.revision) == commit
    assert live.read(pinned, "README.md", limit=1000)


def test_a_file_list_of_many_pages_is_read_whole(hub: LoopbackHub, client: Client) -> None:
    hub.fault(Fault("expand-dropped"))
    model = client().model(RepoId.parse("files/many"))
    truth = hub.repo("files/many").main.files
    assert {a.path: a.size for a in model.artifacts or ()} == {path: blob.size for path, blob in truth.items()}
    assert sum("/tree/" in request.path for request in hub.log) == 3


# offline, and the client below


def test_offline_asks_nothing_and_needs_no_token(hub: LoopbackHub) -> None:
    live = HuggingFaceHub(hub.url, "not a\ntoken", offline=True)
    known = Model("hf", ROOT, ROOT, Revision("a" * 40))
    with pytest.raises(HubOffline):
        live.model(ROOT)
    with pytest.raises(HubOffline):
        live.read(known, "README.md", limit=1)
    with pytest.raises(HubOffline):
        live.read_range(known, "README.md", 0, 1)
    assert hub.log == []


def test_the_clients_own_offline_mode_is_honoured_at_once(
    hub: LoopbackHub, client: Client, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubOffline, match="offline"):
        client().model(ROOT)
    assert (hub.log, naps) == ([], [])


def test_without_an_endpoint_the_clients_own_is_asked(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    assert HuggingFaceHub(token="").model(ROOT).repo == ROOT


def test_the_token_of_the_machine_is_used_and_an_empty_one_is_none(hub: LoopbackHub, monkeypatch: Any) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_good_ungranted")
    HuggingFaceHub(hub.url).model(ROOT)
    assert {request.token for request in hub.log} == {"hf_good_ungranted"}
    hub.log.clear()
    HuggingFaceHub(hub.url, "").model(ROOT)
    assert {request.token for request in hub.log} == {None}


def test_requests_say_who_asks_and_tell_nothing_to_anyone_else(hub: LoopbackHub, client: Client) -> None:
    client().model(ROOT)
    assert all(request.headers["user-agent"].startswith("modelorigin/") for request in hub.log)
    assert all(request.path.startswith("/api/models/") for request in hub.log)


@pytest.mark.parametrize("token", ["hf_a\nb", "hf_a b", "hf_\u00e9", "hf_\x1b"])
def test_a_token_no_hub_issues_is_refused_unspoken(token: str) -> None:
    with pytest.raises(BadCredentials) as caught:
        HuggingFaceHub("http://127.0.0.1:1", token)
    assert token not in str(caught.value)


@pytest.mark.skipif(not hasattr(errors, "OIDCError"), reason="this version of the client knows no such tokens")
def test_a_token_that_cannot_be_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_OIDC_RESOURCE", "acme/widget-7b")
    for name in ("HF_OIDC_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BadCredentials, match="OIDCError"):
        HuggingFaceHub("http://127.0.0.1:1")


@pytest.mark.parametrize("repo", [RepoId("..", "x"), RepoId(None, ".."), RepoId("a", "")])
def test_no_model_name_becomes_another_request(hub: LoopbackHub, client: Client, repo: RepoId) -> None:
    with pytest.raises(HubError):
        client().model(repo)
    assert hub.log == []


def test_an_endpoint_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        HuggingFaceHub("hub.example")


CANNOT_OCCUR = {
    "HTTPError": "the root of the HTTP library: has its own line",
    "CacheNotFound": "no cache is read",
    "CorruptedCacheException": "no cache is read",
    "CachedRepoTreeNotFoundError": "no cache is read",
    "LocalEntryNotFoundError": "no cache is read",
    "IncompleteSnapshotError": "no snapshot is made",
    "RevisionResolutionError": "no snapshot is made",
    "EntryNotFoundError": "raised only as its remote or local form",
    "DryRunError": "nothing is downloaded by the client",
    "FileMetadataError": "nothing is downloaded by the client",
    "FileDuplicationError": "nothing is downloaded by the client",
    "XetDownloadError": "nothing is downloaded by the client",
    "XetError": "nothing is downloaded by the client",
    "XetAuthorizationError": "nothing is downloaded by the client",
    "XetRefreshTokenError": "nothing is downloaded by the client",
    "HFValidationError": "names are checked before any call",
    "HfUriError": "the client parses no address for us",
    "SafetensorsParsingError": "the client parses no file for us",
    "NotASafetensorsRepoError": "the client parses no file for us",
    "DDUFError": "the client parses no file for us",
    "DDUFCorruptedFileError": "the client parses no file for us",
    "DDUFExportError": "nothing is exported",
    "DDUFInvalidEntryNameError": "nothing is exported",
    "BucketNotFoundError": "no bucket is asked for",
    "BucketBatchError": "no bucket is asked for",
    "JobNotFoundError": "no job is asked for",
    "InferenceTimeoutError": "no inference is run",
    "InferenceEndpointError": "no inference is run",
    "InferenceEndpointTimeoutError": "no inference is run",
    "TextGenerationError": "no inference is run",
    "ValidationError": "no inference is run",
    "GenerationError": "no inference is run",
    "OverloadedError": "no inference is run",
    "IncompleteGenerationError": "no inference is run",
    "UnknownError": "no inference is run",
    "StrictDataclassError": "no typed answer is built",
    "StrictDataclassDefinitionError": "no typed answer is built",
    "StrictDataclassFieldValidationError": "no typed answer is built",
    "StrictDataclassClassValidationError": "no typed answer is built",
    "CLIError": "its command line is not run",
    "ConfirmationError": "its command line is not run",
    "CLIExtensionInstallError": "its command line is not run",
    "SandboxError": "no sandbox is used",
    "SandboxCommandError": "no sandbox is used",
}


def exceptions_of(module: Any) -> dict[str, type[BaseException]]:
    found = {name: value for name, value in vars(module).items() if inspect.isclass(value)}
    return {name: cls for name, cls in found.items() if issubclass(cls, BaseException)}


def test_every_exception_of_the_client_is_translated_or_cannot_occur() -> None:
    translated = {name for name, cls in exceptions_of(errors).items() if cls in TRANSLATION}
    unexplained = exceptions_of(errors).keys() - translated - CANNOT_OCCUR.keys()
    assert not unexplained
    assert translated.isdisjoint(CANNOT_OCCUR.keys() - {"HTTPError"})


def test_every_exception_of_the_http_library_is_translated() -> None:
    # Raised only where a response is read twice or a client is misused, or warnings and not errors.
    misuse = {"CookieConflict", "StreamError", "StreamConsumed", "StreamClosed", "ResponseNotRead", "RequestNotRead"}
    for name, cls in exceptions_of(_http).items():
        if name not in misuse and not issubclass(cls, Warning):
            assert any(base in TRANSLATION for base in cls.__mro__), name


def test_bases_of_another_repository_are_not_believed(hub: LoopbackHub, client: Client) -> None:
    """Between the two questions the name may come to lead somewhere else."""
    base = {"relation": "finetune", "models": [{"_id": "0" * 24, "id": "evil/base"}]}
    hub.add(Repo("forge/moving", {"README.md": "# moving\n"}, base_models=base))
    honest = client().model(RepoId.parse("forge/moving"))
    assert [str(parent.ref.repo) for parent in honest.base_models or ()] == ["evil/base"]
    hub.canned(
        f"/api/models/forge/moving/revision/{hub.repo('forge/moving').sha}",
        {"_id": "f" * 24, "id": "forge/moving", "baseModels": base},
    )
    model = client().model(RepoId.parse("forge/moving"))
    assert (model.base_models, model.unread) == (None, ("baseModels",))


def test_a_file_is_asked_for_as_it_lies_there(hub: LoopbackHub, client: Client) -> None:
    """A digest and a byte range are of the stored bytes; a compressed answer would be neither."""
    live = client()
    live.read(live.model(ROOT), WEIGHTS, limit=10_000_000)
    asked = {r.path: {k.lower(): v for k, v in r.headers.items()}["accept-encoding"] for r in hub.log}
    assert {path.endswith(WEIGHTS): coding for path, coding in asked.items()} == {True: "identity", False: "gzip"}
