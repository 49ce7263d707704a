"""The loopback hub itself: two servers, the world they serve, and the handles by which a test turns it."""

from __future__ import annotations

import re
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from . import api, resolve
from .errors import Caller, Refused, too_many_requests
from .faults import Fault, Faults
from .quota import Clock, Quota
from .server import PREFIX, Server
from .state import Commit, Content, Owner, Repo, World
from .tls import self_signed
from .wide import Wide
from .wire import Request, Response

DOWNLOAD: Final = re.compile(r"^/api/resolve-cache/|^/[^/]+(/[^/]+)?/(resolve|raw)/")


class LoopbackHub:
    """A Hugging Face Hub on 127.0.0.1. A context manager: on exit no thread and no socket is left.

    Attributes:
        url: the endpoint. ``prefix_url`` is the same hub under a mirror's path, ``cdn_url`` the second origin,
            ``closed_url`` a port that refuses every connection.
        log: every request in the order of arrival, those to the CDN included.
        tokens: the tokens that are good, each with who it is; any other is a bad token.
        clock: dates and rate windows follow it.
        page_cap: the most rows ``/api/models`` puts on a page.
        wide: a list that is served in place of the world's own, see ``Wide``.
        certificate: PEM file to trust, with ``tls=True``.
        xet: whether LFS files are announced with the headers of Xet storage.

    Raises on exit the first error of the hub's own code, so that a broken fake never passes for a broken client.
    """

    def __init__(self, tls: bool = False, *, xet: bool = False) -> None:
        self.tls, self.xet = tls, xet
        self.world = World()
        self.clock = Clock()
        self.faults = Faults()
        self.log: list[Request] = []
        self.errors: list[BaseException] = []
        self.page_cap = 1000
        self.wide: Wide | None = None
        self.certificate: Path | None = None
        self.tokens = {
            "hf_good_ungranted": Caller("hf_good_ungranted", "ungranted"),
            "hf_good_granted": Caller("hf_good_granted", "granted", granted=True),
        }
        self.url: str = ""
        self.prefix_url: str = ""
        self.cdn_url: str = ""
        self.closed_url: str = ""
        self._quota = Quota(self.clock)
        self._canned: dict[str, Any] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> LoopbackHub:
        self._folder = tempfile.TemporaryDirectory(prefix="loopback-hub-")
        context = None
        if self.tls:
            self.certificate, context = self_signed(Path(self._folder.name))
        self._context = context
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))
        self._hub, self._cdn = self._serve(0, 0)
        scheme = "https" if self.tls else "http"
        self.url = f"{scheme}://{self._hub.netloc}"
        self.prefix_url = f"{self.url}{PREFIX}"
        self.cdn_url = f"{scheme}://{self._cdn.netloc}"
        self.closed_url = f"{scheme}://127.0.0.1:{self._closed.getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._hub.stop()
        self._cdn.stop()
        self._closed.close()
        self._folder.cleanup()
        if self.errors:
            raise self.errors[0]

    def _serve(self, hub_port: int, cdn_port: int) -> tuple[Server, Server]:
        # clients tell origins apart by host name: the second one goes by the other name of 127.0.0.1
        hub = Server(self, "127.0.0.1", hub_port, self._context)
        return hub, Server(self, "localhost", cdn_port, self._context)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Both origins refuse connections inside the block; open ones are cut."""
        ports = self._hub.server_port, self._cdn.server_port
        self._hub.stop()
        self._cdn.stop()
        try:
            yield
        finally:
            self._hub, self._cdn = self._serve(*ports)

    # what the hub holds

    def add(self, repo: Repo) -> Repo:
        with self._lock:
            return self.world.add(repo)

    def repo(self, name: str) -> Repo:
        """The repository of that name, through renames. Raises KeyError."""
        repo = self.world.find(name)
        if repo is None:
            raise KeyError(name)
        return repo

    def owner(self, name: str, **changes: Any) -> Owner:
        """The holder of a namespace; ``changes`` are set on it (kind, fullname, verified, created_at)."""
        owner = self.world.owners[name.lower()]
        for attribute, value in changes.items():
            setattr(owner, attribute, value)
        return owner

    def commit(self, name: str, files: Mapping[str, Content | None], **options: Any) -> Commit:
        """A new revision, see ``Repo.commit``; the old one stays readable by its sha."""
        with self._lock:
            return self.repo(name).commit(files, **options)

    def rename(self, old: str, new: str) -> Repo:
        """Same ``_id``, same commits; the old name answers 307."""
        with self._lock:
            return self.world.rename(old, new)

    def delete(self, name: str) -> None:
        with self._lock:
            self.world.delete(name)

    def take_over(self, name: str, repo: Repo) -> Repo:
        """Same name, other ``_id`` and owner; ``repo.created_at`` must be later. The old commits are gone."""
        with self._lock:
            return self.world.take_over(name, repo)

    def add_dataset(self, name: str) -> None:
        """A name that is a dataset, and no model."""
        self.world.datasets.add(name)

    def canned(self, path: str, body: Any) -> None:
        """``path`` (without query) answers with this JSON from now on, to anyone who has no bad token."""
        self._canned[path] = body

    # how it misbehaves

    def fault(self, fault: Fault) -> Fault:
        """From now on; see ``Fault``. The fault counts how often it was seen and fired."""
        return self.faults.add(fault)

    def clear_faults(self) -> None:
        self.faults.clear()

    def quota(
        self, *, api: int | None = None, resolvers: int | None = None, pages: int | None = None, window: int = 300
    ) -> None:
        """Requests a caller may make per window of ``window`` seconds; the counting starts afresh."""
        with self._lock:
            self._quota.set(api=api, resolvers=resolvers, pages=pages, window=window)

    def seconds_to_reset(self) -> float:
        """Until the next rate window opens."""
        return self._quota.seconds_to_reset()

    # for the clients

    def environment(self, home: Path, token: str | None = None) -> dict[str, str]:
        """Variables that point a Hub client's process at this hub and at nothing else, its files under ``home``."""
        said = {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }
        if token is not None:
            said["HF_TOKEN"] = token
        if self.certificate is not None:
            said["SSL_CERT_FILE"] = said["NODE_EXTRA_CA_CERTS"] = str(self.certificate)
        return said

    # for the server

    def bucket(self, netloc: str, path: str) -> str | None:
        """Which rate limit a request counts against; None on the CDN."""
        if netloc == self._cdn.netloc:
            return None
        if DOWNLOAD.match(path):
            return "resolvers"
        return "api" if path.startswith("/api/") else "pages"

    def answer(self, request: Request) -> Response:
        """The honest answer to any request."""
        with self._lock:
            if request.bucket is None:
                return resolve.cdn(self, request)
            allowed, limits = self._quota.spend(request.token or "127.0.0.1", request.bucket)
            try:
                if not allowed:
                    raise too_many_requests()
                response = self._route(request)
            except Refused as refused:
                response = refused.response()
            response.headers.update(limits)
            response.headers["X-Request-Id"] = f"Root=1-{len(self.log):08x}"
            return response

    def _route(self, request: Request) -> Response:
        caller = api.caller_of(request, self.tokens)
        if request.path in self._canned:
            return Response.json(self._canned[request.path])
        if request.path.startswith("/api/resolve-cache/models/"):
            return resolve.cached(self, request, caller)
        if request.bucket == "resolvers":
            return resolve.answer(self, request, caller)
        if request.bucket == "api":
            return api.answer(self, request, caller)
        repo = api.repo_or_redirect(self.world, request.path.strip("/"), caller)
        return Response(200, {"Content-Type": "text/html"}, f"<title>{repo.id}</title>".encode())
