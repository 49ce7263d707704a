"""Downloads: ``/{id}/resolve/…`` with its redirects, resolve-cache, raw, and the CDN that serves LFS files."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .api import commit_of, moved, open_to, repo_or_redirect, split_name
from .errors import Caller, Refused, disabled, no_such_entry
from .state import Blob, Commit, Repo
from .wire import Request, Response, encoded

if TYPE_CHECKING:
    from .hub import LoopbackHub

VERBS = ("resolve", "raw")


def answer(hub: LoopbackHub, request: Request, caller: Caller) -> Response:
    """``/{id}/resolve/{revision}/{path}`` and ``raw``. Raises Refused."""
    parts = [unquote(part, errors="surrogatepass") for part in request.path.strip("/").split("/")]
    name, rest = split_name(parts, VERBS)
    repo = repo_or_redirect(hub.world, name, caller)
    if repo.id != name:
        return moved(request, f"/{encoded(name)}/", f"/{repo.id}/")
    if len(rest) < 3:
        raise Refused(404, f"Cannot {request.method} {request.path}")
    verb, revision, path = rest[0], rest[1], "/".join(rest[2:])
    commit, blob = _file(repo, revision, path, caller)
    if verb == "raw":
        return _ranged(request, blob.pointer if blob.lfs else blob.data, {"ETag": f'"{blob.oid}"', **_of(commit)})
    headers = _link_headers(hub, request, repo, commit, blob)
    if blob.lfs:
        return Response.redirect(302, f"{hub.cdn_url}{_cdn_path(repo, commit, path)}", headers)
    cached = f"/api/resolve-cache/models/{repo.id}/{commit.sha}/{encoded(path)}"
    return Response.redirect(307, f"{request.prefix}{cached}?etag=%22{blob.oid}%22", headers)


def cached(hub: LoopbackHub, request: Request, caller: Caller) -> Response:
    """``/api/resolve-cache/models/{ns}/{name}/{sha}/{path}``: small files, served here. Raises Refused."""
    parts = [unquote(part, errors="surrogatepass") for part in request.path.split("/")[4:]]
    bare = len(parts) > 1 and re.fullmatch(r"[0-9a-f]{40}", parts[1]) is not None
    size = 1 if bare else 2
    repo = repo_or_redirect(hub.world, "/".join(parts[:size]), caller)
    path = "/".join(parts[size + 1 :])
    commit, blob = _file(repo, parts[size] if len(parts) > size else "", path, caller)
    headers = _link_headers(hub, request, repo, commit, blob) | {"ETag": f'"{blob.oid}"', "Content-Type": _type(path)}
    return _ranged(request, blob.data, headers)


def cdn(hub: LoopbackHub, request: Request) -> Response:
    """``/cdn/{_id}/{sha}/{path}`` on the second origin: any LFS byte, to anyone who knows the address."""
    found = re.fullmatch(r"/cdn/([0-9a-f]{24})/([0-9a-f]{40})/(.+)", request.path)
    if found is None:
        return _stranger(request)
    hub_id, sha, path = found[1], found[2], unquote(found[3], errors="surrogatepass")
    commits = (repo.commits.get(sha) for repo in hub.world.repos.values() if repo.hub_id == hub_id)
    blob = next((commit.files.get(path) for commit in commits if commit is not None), None)
    if blob is None:
        return Response(404, {"Content-Type": "application/xml"}, b"<Error><Code>NoSuchKey</Code></Error>")
    return _ranged(request, blob.data, {"ETag": f'"{blob.xet_hash}"', "Content-Type": "application/octet-stream"})


def _stranger(request: Request) -> Response:
    """What a foreign origin says to a client that followed a link there: a row nobody published."""
    if request.path.startswith("/api/models"):
        return Response.json([{"_id": "0" * 24, "id": "stranger/planted-row"}])
    return Response(404, {"Content-Type": "text/plain"}, b"not here")


def _file(repo: Repo, revision: str, path: str, caller: Caller) -> tuple[Commit, Blob]:
    if repo.disabled:
        raise disabled()
    open_to(repo, caller)
    commit = commit_of(repo, revision)
    if path not in commit.files:
        raise no_such_entry(commit.sha)
    return commit, commit.files[path]


def _of(commit: Commit) -> dict[str, str]:
    return {"X-Repo-Commit": commit.sha}


def _link_headers(hub: LoopbackHub, request: Request, repo: Repo, commit: Commit, blob: Blob) -> dict[str, str]:
    headers = {
        **_of(commit), "Accept-Ranges": "bytes", "X-Linked-Size": str(blob.size), "X-Linked-ETag": f'"{blob.etag}"',
    }  # fmt: skip
    if blob.lfs and hub.xet:
        headers["X-Xet-Hash"] = blob.xet_hash
        headers["Link"] = f'<{request.origin}/api/models/{repo.id}/xet-read-token/{commit.sha}>; rel="xet-auth"'
    return headers


def _cdn_path(repo: Repo, commit: Commit, path: str) -> str:
    return f"/cdn/{repo.hub_id}/{commit.sha}/{encoded(path)}?Expires=4102444800&Signature={commit.sha[:16]}"


def _type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "text/plain; charset=utf-8"


def _ranged(request: Request, data: bytes, headers: dict[str, str]) -> Response:
    """200, 206, 304 or 416. A HEAD is answered for the whole file."""
    headers = {"Accept-Ranges": "bytes", **headers}
    if headers.get("ETag") in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(304, headers)
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", "").replace(" ", ""))
    if asked is None or asked.group() == "bytes=-" or request.method == "HEAD":
        return Response(200, headers, data)
    first, last = asked[1], asked[2]
    start = int(first) if first else max(0, len(data) - int(last))
    stop = min(len(data), int(last) + 1) if first and last else len(data)
    if start >= len(data) or stop <= start:
        return Response(416, {**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return Response(206, headers, data[start:stop])
