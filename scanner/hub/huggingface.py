"""The Hugging Face Hub, or a mirror of it: the only file that imports ``huggingface_hub``.

Its session, token and reading of refusals are used; its typed answers are not: one odd row would end them. No question
outlives ``deadline``, whatever the server does.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scanner import __version__
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
    RateLimited,
    RevisionNotFound,
    TooLarge,
)
from scanner.hub.address import Endpoint
from scanner.hub.answers import artifacts_from_tree, base_models, model_from_info
from scanner.hub.commits import PAGE, Commits, commits_of
from scanner.hub.content import A_POINTER, difference, is_pointer, part
from scanner.hub.document import Document
from scanner.hub.listing import NEXT
from scanner.hub.pace import TRIES, Pacer
from scanner.hub.refusals import STATUS, WORDS, refused
from scanner.hub.transport import Answer, Question, Receive, Transport
from scanner.model import Artifact, Model, RepoId, Revision, is_commit
from scanner.text import clean_line

# The client would otherwise ask its endpoint, not ours, which tools it knows, to name one in every request.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from huggingface_hub import constants, errors, utils

MAX_ANSWER = 32 * 1024 * 1024
MAX_PAGES = 200
_DETAIL = (("blobs", "true"), ("securityStatus", "true"))
_TOKEN = re.compile(r"Bearer [\x21-\x7e]+")

_client: Any = utils
# The HTTP library below the client differs between its versions and is never named here.
_http: Any = sys.modules[next(c.__module__ for c in errors.HfHubHTTPError.__mro__ if c.__name__ == "HTTPError")]

TRANSLATION: dict[type[BaseException], type[HubError]] = {
    errors.OfflineModeIsEnabled: HubOffline,
    errors.GatedRepoError: GatedModel,
    errors.DisabledRepoError: DisabledModel,
    errors.RepositoryNotFoundError: ModelNotFound,
    errors.RevisionNotFoundError: RevisionNotFound,
    errors.RemoteEntryNotFoundError: EntryNotFound,
    errors.BadRequestError: HubProtocolError,
    errors.LocalTokenNotFoundError: BadCredentials,
    getattr(errors, "OIDCError", errors.LocalTokenNotFoundError): BadCredentials,
    getattr(errors, "DeviceCodeError", errors.LocalTokenNotFoundError): BadCredentials,
    errors.HfHubHTTPError: HubProtocolError,
    _http.HTTPError: HubUnreachable,
    _http.LocalProtocolError: HubProtocolError,
    _http.UnsupportedProtocol: HubProtocolError,
    _http.DecodingError: HubProtocolError,
    _http.TooManyRedirects: HubProtocolError,
    _http.InvalidURL: HubProtocolError,
    UnicodeError: HubProtocolError,
    OSError: HubUnreachable,
}
"""What each exception of the client means, nearest class first; ``STATUS`` goes before ``HfHubHTTPError``."""

_OTHER_BYTES = "other bytes than asked for"
_NO_RANGES = "the server does not serve parts of files as asked: the header cannot be read from it"


class HuggingFaceHub:
    """A live hub. Safe to share between threads.

    Args:
        endpoint: its address, a path in front included; None = what huggingface_hub itself would ask (``HF_ENDPOINT``).
        token: None = the token of this machine, if any; ``""`` = none.
        offline: refuse every question. ``HF_HUB_OFFLINE`` does so too.
        deadline: seconds in which every call answers or raises.
        connect_timeout, read_timeout: seconds for one step of one try.
        pace: stay below the hub's quota instead of running into it, by ``pacer`` if one is given.
        sleep: how to wait between tries.
        most: requests that are sent at most.

    Raises:
        UsageError: ``endpoint`` is no address.
        BadCredentials: the token cannot be read or holds characters no token has.
    """

    scheme = "hf"
    as_of: str | None = None

    def __init__(
        self,
        endpoint: str | None = None,
        token: str | None = None,
        *,
        offline: bool = False,
        deadline: float = 60.0,
        connect_timeout: float = 10.0,
        read_timeout: float = 20.0,
        pace: bool = True,
        pacer: Pacer | None = None,
        sleep: Callable[[float], None] = time.sleep,
        most: int | None = None,
    ) -> None:
        self._endpoint = Endpoint.parse(endpoint or constants.ENDPOINT)
        self._offline = offline
        self._deadline = deadline
        self._transport = Transport(
            self._endpoint,
            _Session(connect_timeout, read_timeout),
            {} if offline else _headers(token),
            (pacer or Pacer()) if pace else None,
            sleep,
            most=most,
        )
        self.most = most
        self.address = str(self._endpoint)
        self.description = f"the live Hub at {self.address}"

    @property
    def requests(self) -> Counter[str]:
        """How many requests were sent so far, by bucket: ``api``, ``resolvers``, ``pages``, ``store``."""
        return Counter(self._transport.requests)

    @property
    def answers(self) -> Counter[str]:
        """How they were answered: ``2xx`` ... ``5xx``, ``none``."""
        return +self._transport.answers

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        until = time.monotonic() + self._deadline
        subject = f"{repo}@{clean_line(revision, 80)}" if revision else str(repo)
        if revision in (".", ".."):
            raise refused(RevisionNotFound, subject)
        document = self._api(subject, _path(repo, revision), _DETAIL, until)
        model = model_from_info(
            document.mapping(subject), hub=self.scheme, requested=repo, duplicates=document.duplicates
        )
        if revision is not None and is_commit(revision):
            asked = Revision(revision)
            if model.revision not in (None, asked):
                raise HubProtocolError(f"{subject}: answered for another commit", hint=WORDS[HubProtocolError][1])
            model = replace(model, revision=asked)
        if model.artifacts is None or any(a.size is None for a in model.artifacts):
            model = self._with_sizes(model, until)
        return self._with_bases(model, until)

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        artifact = model.artifact(path) or Artifact(path)
        subject = f"{model.repo}/{clean_line(path)}"
        if artifact.size is not None and artifact.size > limit:
            raise TooLarge(f"{subject}: {artifact.size:,} bytes, more than {limit:,}", hint="it was not read")
        answer = self._file(model, path, limit, None)
        if answer.status != 200:
            raise self.refusal(answer, subject, model)
        wrong = difference(artifact, answer.body)
        if wrong:
            raise HubProtocolError(f"{subject}: {wrong}", hint="the file and the listing disagree: trust neither")
        return answer.body

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        artifact = model.artifact(path) or Artifact(path)
        subject = f"{model.repo}/{clean_line(path)}"
        if length <= 0 or (artifact.size is not None and start >= artifact.size):
            return b""
        try:
            answer = self._file(model, path, length, f"bytes={start}-{start + length - 1}")
        except TooLarge:
            raise HubProtocolError(f"{subject}: {_OTHER_BYTES}", hint=_NO_RANGES) from None
        if answer.status not in (200, 206, 416):
            raise self.refusal(answer, subject, model)
        body = part(answer.status, answer.headers, answer.body, start, length, artifact.size)
        if body is None:
            raise HubProtocolError(f"{subject}: {_OTHER_BYTES}", hint=_NO_RANGES)
        if start == 0 and is_pointer(body):
            raise HubProtocolError(f"{subject}: {A_POINTER}", hint=WORDS[HubProtocolError][1])
        return body

    def commits(self, model: Model) -> Commits:
        """As ``Historic``: one request."""
        subject = f"{model.repo}: its commits"
        if model.revision is None:
            raise NotHeld(f"{subject}: the hub names no commit to begin at", hint="ask for the model at a commit")
        path = [*_path(model.repo), "commits", model.revision.commit]
        answer = self.ask(subject, path, (("limit", str(PAGE)),))
        if answer.status != 200:
            raise self.refusal(answer, subject, model)
        rows = Document.parse(answer.body, subject).value
        if not isinstance(rows, list):
            raise HubProtocolError(f"{subject}: no list", hint=WORDS[HubProtocolError][1])
        return commits_of(rows, answer.headers.get("x-total-count"))

    def close(self) -> None:
        """Nothing to do: the session belongs to ``huggingface_hub`` and to its other users."""

    def ask(
        self, subject: str, path: Sequence[str], query: Sequence[tuple[str, str]] = (), *, tries: int = TRIES
    ) -> Answer:
        """An answer of the API, whatever its status; ``subject`` names the question in messages.

        Raises:
            HubError: there is none.
        """
        question = Question(self._endpoint.url(path, query), MAX_ANSWER, tries=tries)
        return self._ask(subject, question, time.monotonic() + self._deadline)

    def _ask(self, subject: str, question: Question, until: float) -> Answer:
        if self._offline:
            raise refused(HubOffline, subject)
        try:
            return self._transport.ask(question, until)
        except HubError as error:
            raise type(error)(f"{subject}: {error.message}", hint=error.hint) from error

    def _api(self, subject: str, path: Sequence[str], query: Sequence[tuple[str, str]], until: float) -> Document:
        answer = self._ask(subject, Question(self._endpoint.url(path, query), MAX_ANSWER), until)
        if answer.status != 200:
            raise self.refusal(answer, subject)
        return Document.parse(answer.body, subject)

    def _file(self, model: Model, path: str, limit: int, span: str | None) -> Answer:
        subject, segments = f"{model.repo}/{clean_line(path)}", path.split("/")
        if model.revision is None:
            raise NotHeld(f"{subject}: the hub names no commit to read it at", hint="ask for the model at a commit")
        if not {"", ".", ".."}.isdisjoint(segments):
            raise refused(EntryNotFound, subject)
        commit = model.revision.commit
        url = self._endpoint.url([*str(model.repo).split("/"), "resolve", commit, *segments])
        answer = self._ask(subject, Question(url, limit, file=True, span=span), time.monotonic() + self._deadline)
        for step in (*answer.trail, answer):
            if self._endpoint.owns(step.url) and step.headers.get("x-repo-commit", commit).lower() != commit:
                raise HubProtocolError(f"{subject}: a file of another commit", hint="a cache in between is stale")
        return answer

    def refusal(self, answer: Answer, subject: str, model: Model | None = None) -> HubError:
        """What an answer other than the one hoped for means; ``model`` when one of its files was asked for."""
        kind = HubUnreachable if answer.status >= 500 else STATUS.get(answer.status, HubProtocolError)
        told = {k: v for k, v in answer.headers.items() if k in ("x-error-code", "x-error-message")}
        kind = _client_kind(answer.status, told, answer.url) or kind
        if answer.status >= 400 and not self._endpoint.owns(answer.url):
            kind = HubUnreachable
        elif answer.status == 401 and b"invalid credentials" in answer.body.lower():
            kind = BadCredentials
        elif model is not None and kind in (ModelNotFound, BadCredentials):
            # Mirrors hide why: what the hub said of the model before tells more than their refusal of a file.
            gated = GatedModel if model.gated in ("auto", "manual") else None
            absent = EntryNotFound if answer.status == 404 and "x-error-code" not in told else kind
            kind = DisabledModel if model.disabled else gated or absent
        words, hint = WORDS[kind]
        if kind is ModelNotFound and "authorization" in self._transport.headers:
            hint = "gone, never there, or private and not open to this token"
        return kind(f"{subject}: {words} ({answer.status})", hint=hint)

    def _with_sizes(self, model: Model, until: float) -> Model:
        """The model with the files a tree listing shows, when there is one."""
        try:
            return self._with_tree(model, until) if model.revision else model
        except HubError as error:
            return _without(model, "tree", error)

    def _with_tree(self, model: Model, until: float) -> Model:
        commit, subject = str(model.revision), f"{model.repo}: its file list"
        query: tuple[tuple[str, str], ...] = (("recursive", "true"),)
        found: dict[str, Artifact] = {}
        asked: set[tuple[tuple[str, str], ...]] = set()
        complete = True
        while query not in asked and len(asked) < MAX_PAGES:
            asked.add(query)
            question = Question(self._endpoint.url([*_path(model.repo), "tree", commit], query), MAX_ANSWER)
            answer = self._ask(subject, question, until)
            rows = Document.parse(answer.body, subject).value if answer.status == 200 else None
            if not isinstance(rows, list):
                raise self.refusal(answer, subject)
            page, readable = artifacts_from_tree(rows)
            complete = complete and readable
            found |= {artifact.path: artifact for artifact in page}
            following = NEXT.search(answer.headers.get("link", ""))
            if following is None:
                unread = model.unread if complete else (*model.unread, "tree")
                return replace(model, artifacts=tuple(found.values()), unread=unread)
            if not rows:
                break
            # Only the query is taken from a link: it cannot lead anywhere else.
            query = tuple(parse_qsl(urlsplit(following[1]).query))
        raise HubProtocolError(f"{subject} does not end", hint=WORDS[HubProtocolError][1])

    def _with_bases(self, model: Model, until: float) -> Model:
        """The model with the parents the hub computed: a detail answer names them only when asked by themselves."""
        if model.base_models is not None or "baseModels" in model.unread:
            return model
        revision = model.revision.commit if model.revision else None
        try:
            document = self._api(str(model.repo), _path(model.repo, revision), (("expand", "baseModels"),), until)
            body = document.mapping(str(model.repo))
        except HubError as error:
            return _without(model, "baseModels", error)
        bases, readable = base_models(body, model.at(key="baseModels"))
        same = model.hub_id is None or body.get("_id") in (None, model.hub_id)
        unread = model.unread if readable and same else (*model.unread, "baseModels")
        return replace(model, base_models=bases if same else None, unread=unread)


@dataclass(frozen=True, slots=True)
class _Session:
    """One request through the client's session. Every limit goes with the request: the session has none."""

    connect: float
    read: float

    def __call__(self, url: str, headers: Mapping[str, str], seconds: float, receive: Receive) -> Answer:
        left = max(seconds, 0.001)
        limits = (min(self.connect, left), min(self.read, left), min(self.read, left), min(self.connect, left))
        try:
            with _client.get_session().stream(
                "GET", url, headers=dict(headers), follow_redirects=False, timeout=limits
            ) as response:
                found = {key.lower(): value for key, value in response.headers.items()}
                body = receive(response.status_code, found, response.iter_raw())
                return Answer(url, response.status_code, found, body)
        except tuple(TRANSLATION) as error:
            raise _translated(error) from None


def _headers(token: str | None) -> Mapping[str, str]:
    try:
        headers: dict[str, str] = _client.build_hf_headers(
            token=False if token == "" else token, library_name="modelorigin", library_version=__version__
        )
    except tuple(TRANSLATION) as error:
        raise BadCredentials(f"no token could be read: {type(error).__name__}", hint=WORDS[BadCredentials][1]) from None
    if not _TOKEN.fullmatch(headers.get("authorization", "Bearer none")):
        raise BadCredentials("the token holds characters no token has", hint="copy HF_TOKEN again, without line breaks")
    return headers


def _client_kind(status: int, told: Mapping[str, str], url: str) -> type[HubError] | None:
    """How the client reads a refusal by its codes, or None when it has no name for it.

    It is given neither the body, which it would read without limit, nor the query, which may be signed.
    """
    request = _http.Request("GET", url.partition("?")[0])
    headers = {name: value.encode("ascii", "replace") for name, value in told.items()}
    try:
        _client.hf_raise_for_status(_http.Response(status, headers=headers, request=request))
    except errors.HfHubHTTPError as error:
        return None if type(error) is errors.HfHubHTTPError else _kind(error)
    return None


def _kind(error: BaseException) -> type[HubError]:
    return next(ours for cls in type(error).__mro__ if (ours := TRANSLATION.get(cls)) is not None)


def _translated(error: BaseException) -> HubError:
    """Our error for an exception of the client, without its chain: requests in it carry the token."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return HubProtocolError("the hub's certificate is not trusted", hint="set SSL_CERT_FILE to the one that is")
    kind = _kind(error)
    words, hint = WORDS[kind]
    if kind is HubUnreachable:
        words = f"{words} ({clean_line(str(error), 120) or type(error).__name__})"
    return kind(words, hint=hint)


def _without(model: Model, what: str, error: HubError) -> Model:
    """The model without an answer a mirror may lack; a hub that fails now is another matter."""
    if isinstance(error, (HubUnreachable, RateLimited, HubOffline)):
        raise error
    return replace(model, unread=(*model.unread, what))


def _path(repo: RepoId, revision: str | None = None) -> list[str]:
    return ["api", "models", *str(repo).split("/"), *(("revision", revision) if revision else ())]
