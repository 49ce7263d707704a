"""The list of all models of a hub, page by page, and one row of it by name.

Rows are read one by one: what a stranger wrote into one of them costs that row, never the page. Of a ``Link`` only the
hub's own part of the query is taken, the cursor: the next page can lie nowhere but here, and what is asked, how it is
sorted and how much of it comes stays ours to choose.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from scanner import jsontext
from scanner.errors import (
    BadCredentials,
    HubError,
    HubProtocolError,
    HubUnreachable,
    ModelNotFound,
    TooLarge,
)
from scanner.hub.answers import date, model_from_info, object_id, repo_id
from scanner.hub.document import Document, is_page
from scanner.hub.transport import Answer
from scanner.model import Model, RepoId
from scanner.text import clean_line

FIELDS = (
    "author", "baseModels", "cardData", "config", "createdAt", "disabled", "downloads", "downloadsAllTime", "gated",
    "gguf", "lastModified", "library_name", "likes", "pipeline_tag", "private", "safetensors", "sha", "siblings",
    "tags",
)  # fmt: skip
HEAVY = frozenset(("cardData", "gguf", "siblings"))
"""Three quarters of the bytes of a page."""
CARD = ("license", "license_name", "license_link", "base_model", "base_model_relation")
"""What is read of a card. All of it may be a megabyte a row."""
PLAIN = (("full", "true"), ("cardData", "true"), ("config", "true"))
"""What a mirror that knows no ``expand`` may understand."""
_OURS = frozenset(("author", "cardData", "config", "expand", "full", "limit", "sort"))
NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next\b')

_ROWS, _FEWER = 1000, 100
_TRIES, _MORE_TRIES = 3, 2
_STRUCTURE = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},"]', re.S)
_IDENTITY = frozenset(("_id", "id", "modelId"))
_KINDS = {"organisation": "organizations", "user": "users"}
_HINT = "a proxy, a mirror or a broken server answers in the hub's place"


class Asked(Protocol):
    """What is needed of a hub."""

    address: str

    def ask(
        self, subject: str, path: Sequence[str], query: Sequence[tuple[str, str]] = (), *, tries: int = ...
    ) -> Answer:
        """An answer of the API, whatever its status. Raises: HubError for none."""

    def refusal(self, answer: Answer, subject: str) -> HubError:
        """What an answer other than the one hoped for means."""


@dataclass(frozen=True, slots=True)
class Row:
    """A model as the list shows it; its ``card`` holds the fields of ``CARD`` alone."""

    model: Model
    downloads_total: int | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is no model, as it came."""

    body: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``following`` is the query of the next one, None at the end; ``digest`` the SHA-256 of the body.

    ``fields``: the hub shows the fields that were asked for; a mirror may not know how.
    """

    rows: tuple[Row, ...]
    unread: tuple[Unread, ...]
    following: str | None
    digest: str
    fields: bool

    def __len__(self) -> int:
        return len(self.rows) + len(self.unread)


@dataclass(frozen=True, slots=True)
class Owner:
    """The account behind a namespace: ``kind`` is ``organisation`` or ``user``, dates as in ``Model``."""

    name: str
    kind: str
    hub_id: str | None
    created_at: str | None


class NoPage(HubProtocolError):
    """The hub refuses the address of a page that it gave itself."""


class ModelList:
    """The list of one hub."""

    def __init__(self, hub: Asked) -> None:
        self._hub = hub
        self.address = hub.address

    def page(self, query: str) -> Page:
        """The page at ``query``: the first one has an address of ``first``, the others are ``following``.

        Raises:
            NoPage: the hub refuses the address.
            HubError: no page, or one that is cut short or no list. Nothing of it is used then.
        """
        try:
            return self._page(query, _ROWS, _TRIES)
        except HubUnreachable:
            # A long page deep in the list may take the hub too long.
            return self._page(query, _FEWER, _MORE_TRIES)
        except TooLarge:
            return self._small(query, _FEWER)

    def _small(self, query: str, rows: int) -> Page:
        """A page of rows so large that fewer of them have to do."""
        try:
            return self._page(query, rows, _TRIES)
        except TooLarge:
            if rows == 1:
                raise
            return self._small(query, rows // 10)

    def _page(self, query: str, rows: int, tries: int) -> Page:
        subject = "the list of models"
        answer = self._hub.ask(subject, ("api", "models"), [*_pairs(query), ("limit", str(rows))], tries=tries)
        if answer.status == 400:
            said = clean_line(answer.headers.get("x-error-message", "no reason given"))
            raise NoPage(f"{subject}: the hub refuses this address: {said}", hint="it may be of another hub")
        if answer.status != 200:
            error = self._hub.refusal(answer, subject)
            if answer.status in (401, 404) and not isinstance(error, BadCredentials):
                hint = "a mirror that cannot list? Name the models with --ids-file FILE, or ask the Hub itself"
                raise HubProtocolError(f"{self.address} gives no list of models ({answer.status})", hint=hint)
            raise error
        return read_page(answer.body, _following(query, answer.headers.get("link", "")))

    def row(self, repo: RepoId) -> Row:
        """``repo`` as the list would show it, wherever its name leads now.

        Raises:
            ModelNotFound: gone, private or never there.
            HubError: as it says; HubProtocolError for an answer that is no model.
        """
        answer = self._get(str(repo), ("api", "models", *str(repo).split("/")), [("expand", name) for name in FIELDS])
        body = Document.parse(answer.body, str(repo))
        found = _row(body.mapping(str(repo)), body.duplicates)
        if isinstance(found, str):
            raise HubProtocolError(f"{repo}: {found}", hint=_HINT)
        return found

    def has_commit(self, repo: RepoId, commit: str) -> bool:
        """False when the hub says that ``repo`` has no such commit (any more). Raises: HubError for any other no."""
        path = ("api", "models", *str(repo).split("/"), "revision", commit)
        answer = self._hub.ask(str(repo), path, [("expand", "sha")], tries=_MORE_TRIES)
        if answer.status == 404 and answer.headers.get("x-error-code") == "RevisionNotFound":
            return False
        if answer.status != 200:
            raise self._hub.refusal(answer, str(repo))
        return True

    def scanned(self, repo: RepoId) -> Model:
        """``repo`` with what the hub's own file scanners say. Raises: as ``row``."""
        answer = self._get(str(repo), ("api", "models", *str(repo).split("/")), [("securityStatus", "true")])
        body = Document.parse(answer.body, str(repo))
        return model_from_info(body.mapping(str(repo)), hub="hf", requested=repo, duplicates=body.duplicates)

    def owner(self, namespace: str, kind: str | None = None) -> Owner:
        """The account called ``namespace``; ``kind`` is what it was when last asked for.

        Raises:
            ModelNotFound: there is no such organisation and no such user.
            HubError: as it says.
        """
        first, *others = sorted(_KINDS, key=lambda known: (known != kind, known))
        try:
            return self._owner(namespace, first)
        except ModelNotFound:
            return self._owner(namespace, others[0])

    def _owner(self, namespace: str, kind: str) -> Owner:
        answer = self._get(namespace, ("api", _KINDS[kind], namespace, "overview"), ())
        body = Document.parse(answer.body, namespace).mapping(namespace)
        name = body.get("user" if kind == "user" else "name")
        called = clean_line(name) if isinstance(name, str) else namespace
        return Owner(called, kind, object_id(body.get("_id")), date(body.get("createdAt")))

    def _get(self, subject: str, path: Sequence[str], query: Sequence[tuple[str, str]]) -> Answer:
        answer = self._hub.ask(subject, path, query, tries=_MORE_TRIES)
        if answer.status != 200:
            raise self._hub.refusal(answer, subject)
        return answer


def first(sort: str, *, light: bool = False, author: str | None = None, plain: bool = False) -> str:
    """The query of a list's first page, newest first by ``sort`` (``createdAt``, ``lastModified``).

    ``light`` leaves the heavy fields out; ``plain`` is for mirrors without ``expand``.
    """
    names = [name for name in FIELDS if not (light and name in HEAVY)]
    asked = PLAIN if plain else tuple(("expand", name) for name in names)
    return urlencode([("sort", sort), *([("author", author)] if author else []), *asked])


def read_page(body: bytes, following: str | None = None) -> Page:
    """The rows in ``body``.

    Raises:
        HubProtocolError: not a JSON list, or one cut short.
    """
    if is_page(body):
        raise HubProtocolError("the list of models: a web page came instead of data", hint=_HINT)
    rows: list[Row] = []
    unread: list[Unread] = []
    for found in _items(body):
        if isinstance(found, Row):
            rows.append(found)
        else:
            unread.append(found)
    # Without the fields a row has neither a commit nor the rest of what only they show.
    shown = not rows or any(row.model.revision for row in rows)
    return Page(tuple(rows), tuple(unread), following, hashlib.sha256(body).hexdigest(), shown)


def _items(body: bytes) -> Iterator[Row | Unread]:
    try:
        whole = jsontext.parse(body)
    except jsontext.NotJson:
        whole = None
    if whole is None or whole.constants or whole.duplicates:
        yield from map(_lone, _texts(body))
        return
    if not isinstance(whole.value, list):
        raise HubProtocolError("the list of models: not a JSON list", hint=_HINT)
    texts: list[bytes] = []
    for index, value in enumerate(whole.value):
        found = _row(value)
        if isinstance(found, str):
            texts = texts or list(_texts(body))
            yield Unread(texts[index], found)
        else:
            yield found


def _lone(text: bytes) -> Row | Unread:
    """One row of a page that is not plain JSON as a whole."""
    try:
        read = jsontext.parse(text)
    except jsontext.NotJson as error:
        return Unread(text, str(error))
    if read.constants:
        return Unread(text, f"{read.constants[0]} is no number")
    found = _row(read.value, read.duplicates)
    return Unread(text, found) if isinstance(found, str) else found


def _texts(body: bytes) -> Iterator[bytes]:
    """The text of each item of a JSON list, told apart by brackets and quotes alone.

    Raises:
        HubProtocolError: not a list, or not whole.
    """
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    depth, start, end = 0, 1, len(body) - 1
    for token in _STRUCTURE.finditer(body):
        mark = token[0]
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
        elif mark == b"," and depth == 1:
            yield body[start : token.start()].strip()
            start = token.end()
        if mark == b'"' or (depth == 0 and token.start() < end):
            break
    else:
        if depth == 0 and end > 0 and body.startswith(b"[") and body.endswith(b"]"):
            if last := body[start:end].strip():
                yield last
            return
    raise HubProtocolError("the list of models: cut short, or no JSON list", hint=_HINT)


def _row(value: Any, duplicates: Sequence[str] = ()) -> Row | str:
    """The model in a row, or why there is none."""
    if not isinstance(value, dict):
        return "not a JSON object"
    if not _IDENTITY.isdisjoint(duplicates):
        return "its identity stands twice"
    repo = repo_id(value.get("id") or value.get("modelId"))
    if repo is None:
        return "no readable id"
    card = value.get("cardData")
    if isinstance(card, dict):
        value = {**value, "cardData": {key: card[key] for key in CARD if key in card}}
    model = model_from_info(value, hub="hf", requested=repo, duplicates=duplicates)
    if model.hub_id is None:
        return "no readable _id"
    total = value.get("downloadsAllTime")
    counted = isinstance(total, int) and not isinstance(total, bool) and 0 <= total < 2**63
    return Row(model, total if counted else None)


def _following(query: str, link: str) -> str | None:
    """The query of the page after the one at ``query``."""
    found = NEXT.search(link)
    if found is None:
        return None
    theirs = parse_qsl(urlsplit(found[1]).query, keep_blank_values=True)
    return urlencode(
        [(name, value) for name, value in _pairs(query) if name in _OURS]
        + [(name, value) for name, value in theirs if name.removesuffix("[]") not in _OURS]
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "limit"]
