"""``…/tree`` and ``…/paths-info``: the files and folders of one commit."""

from __future__ import annotations

import base64
import json
from hashlib import sha1
from typing import Any, Final
from urllib.parse import parse_qs

from .errors import bad_request, no_such_entry
from .listing import link, number
from .state import Commit
from .wire import Request, Response

PAGE: Final = 1000
PAGE_EXPANDED: Final = 50
SCANS: Final = ("avScan", "pickleImportScan", "protectAiScan", "jFrogScan", "virusTotalScan")


def tree(request: Request, commit: Commit, folder: str) -> Response:
    """One page of a folder, folders first when not recursive; 404 for a folder that is not there."""
    start = f"{folder}/" if folder else ""
    if folder and not any(path.startswith(start) for path in commit.files):
        raise no_such_entry(commit.sha, f"{folder} does not exist on {commit.sha}")
    expand = request.flag("expand")
    cap = PAGE_EXPANDED if expand else PAGE
    limit = min(number(request, "limit", cap), cap)
    recursive = request.flag("recursive")
    paths = commit.once(f"listing {recursive} {folder}", lambda: _listed(commit, start, recursive=recursive))
    if (cursor := request.value("cursor")) is not None:
        last = _last_name(cursor)
        paths = paths[paths.index(last) + 1 :] if last in paths else []
    headers = {}
    if len(paths) > limit:
        place = json.dumps({"file_name": paths[limit - 1], "tree_oid": folder_oid(commit, folder)}).encode()
        inner = base64.b64encode(place) + f":{limit}".encode()
        headers["Link"] = link(request, base64.b64encode(inner).decode())
    return Response.json([entry(commit, path, expand=expand) for path in paths[:limit]], headers=headers)


def paths_info(request: Request, commit: Commit) -> Response:
    """The entries of the named paths; one that is not there is left out."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            asked = json.loads(request.body)
        except ValueError as unreadable:
            raise bad_request("Invalid JSON") from unreadable
        paths, expand = asked.get("paths", []), bool(asked.get("expand"))
    else:
        form = parse_qs(request.body.decode())
        paths, expand = form.get("paths", []), form.get("expand", [""])[-1].lower() in ("true", "1")
    if not isinstance(paths, list):
        raise bad_request("Invalid paths: expected a list")
    known = commit.once("paths", lambda: {*commit.files, *_folders(commit, "")})
    return Response.json([entry(commit, path, expand=expand) for path in paths if path in known])


def entry(commit: Commit, path: str, *, expand: bool) -> dict[str, Any]:
    """What tree and paths-info say of a file or folder."""
    blob = commit.files.get(path)
    if blob is None:
        said: dict[str, Any] = {"type": "directory", "oid": folder_oid(commit, path), "size": 0}
        newest = max(
            (c for p, c in commit.last_change.items() if p.startswith(f"{path}/")), key=lambda c: c.date, default=commit
        )
    else:
        said = {"type": "file", "oid": blob.oid, "size": blob.size}
        newest = commit.last_change[path]
        if blob.lfs:
            said["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": len(blob.pointer)}
            said["xetHash"] = blob.xet_hash
    said["path"] = path
    if expand:
        said["lastCommit"] = {"id": newest.sha, "title": newest.title, "date": newest.date}
        if blob is not None:
            said["securityFileStatus"] = {"status": "safe", **{scan: {"status": "safe"} for scan in SCANS}}
    return said


def folder_oid(commit: Commit, folder: str) -> str:
    """A tree id that changes with the folder's content."""
    start = f"{folder}/" if folder else ""

    def compute() -> str:
        inside = sorted(f"{path} {blob.oid}" for path, blob in commit.files.items() if path.startswith(start))
        return sha1("\n".join(inside).encode("utf-8", "surrogatepass")).hexdigest()

    return str(commit.once(f"oid {folder}", compute))


def _listed(commit: Commit, start: str, *, recursive: bool) -> list[str]:
    inside = sorted(path for path in commit.files if path.startswith(start))
    folders = _folders(commit, start)
    if recursive:
        return sorted([*inside, *folders])
    here = [name for name in sorted(folders) if "/" not in name[len(start) :]]
    return here + [path for path in inside if "/" not in path[len(start) :]]


def _folders(commit: Commit, start: str) -> set[str]:
    found: set[str] = set()
    for path in commit.files:
        parts = path.split("/")
        found.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return {name for name in found if name.startswith(start)}


def _last_name(cursor: str) -> str:
    try:
        inner, _, _ = base64.b64decode(cursor, validate=True).decode().rpartition(":")
        return str(json.loads(base64.b64decode(inner, validate=True))["file_name"])
    except (ValueError, LookupError, TypeError) as unreadable:
        raise bad_request("Invalid cursor") from unreadable
