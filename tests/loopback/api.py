"""The routes of ``/api``: who may ask what of which repository, and what each question gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlencode

from . import info, listing, tree
from .errors import Caller, Refused, bad_token, gated, no_such_repo, no_such_revision
from .state import Commit, Owner, Repo, World
from .wire import Request, Response, encoded

if TYPE_CHECKING:
    from .hub import LoopbackHub

ACTIONS: Final = (
    "revision", "tree", "paths-info", "refs", "commits", "auth-check", "discussions", "xet-read-token",
)  # fmt: skip
LICENCES: Final = ("apache-2.0", "mit", "llama3", "gemma", "openrail", "cc-by-nc-4.0", "other", "unknown")


def answer(hub: LoopbackHub, request: Request, caller: Caller) -> Response:
    """The answer to any path under ``/api`` except resolve-cache. Raises Refused."""
    parts = [unquote(part, errors="surrogatepass") for part in request.path.removeprefix("/api/").split("/")]
    match parts:
        case ["models"]:
            return listing.models(hub, request)
        case ["models", *rest]:
            return _model(hub, request, caller, rest)
        case ["datasets", *rest] if "/".join(rest) in hub.world.datasets:
            return Response.json({"_id": "0" * 24, "id": "/".join(rest), "private": False, "gated": False})
        case ["organizations", name, "overview"]:
            return Response.json(_organization(hub.world, _owner(hub.world, name, "org")))
        case ["organizations", name, "members" | "followers"]:
            _owner(hub.world, name, "org")
            return Response.json([])
        case ["users", name, "overview"]:
            return Response.json(_user(hub.world, _owner(hub.world, name, "user")))
        case ["whoami-v2"]:
            return Response.json(_whoami(caller))
        case ["models-tags-by-type"]:
            return Response.json(_tags_by_type(hub.world))
        case ["agent-harnesses"]:
            return Response.json({"standardEnvVars": [], "harnesses": {}})
        case ["validate-yaml"]:
            raise Refused(501, "Not implemented")
        case ["datasets", *_]:
            raise no_such_repo(caller)
    raise Refused(404, f"Cannot {request.method} {request.path}")


def _model(hub: LoopbackHub, request: Request, caller: Caller, parts: list[str]) -> Response:
    name, rest = split_name(parts, ACTIONS)
    repo = repo_or_redirect(hub.world, name, caller)
    if repo.id != name:
        return moved(request, f"/api/models/{encoded(name)}", f"/api/models/{repo.id}")
    match rest:
        case []:
            return _info(hub.world, request, repo, repo.main)
        case ["revision", revision]:
            return _info(hub.world, request, repo, commit_of(repo, revision))
        case ["tree", revision, *folder]:
            return tree.tree(request, commit_of(repo, revision), "/".join(folder).strip("/"))
        case ["paths-info", revision]:
            return tree.paths_info(request, commit_of(repo, revision))
        case ["refs"]:
            return Response.json(_refs(repo, include_prs=request.flag("include_prs")))
        case ["commits", revision]:
            open_to(repo, caller)
            return _commits(request, commit_of(repo, revision))
        case ["auth-check"]:
            open_to(repo, caller)
            return Response.json({})
        case ["auth-check", "write"]:
            raise Refused(403, "You do not have write access to this repository.")
        case ["discussions"]:
            return Response.json({"discussions": [], "count": 0, "start": 0, "numClosedDiscussions": 0})
        case ["xet-read-token", revision]:
            open_to(repo, caller)
            return _xet_token(hub, commit_of(repo, revision))
    raise Refused(404, f"Cannot {request.method} {request.path}")


def split_name(parts: list[str], actions: tuple[str, ...]) -> tuple[str, list[str]]:
    """A repository name of one segment (legacy) or two, and what follows it."""
    size = 1 if len(parts) == 1 or parts[1] in actions else 2
    return "/".join(parts[:size]), parts[size:]


def repo_or_redirect(world: World, name: str, caller: Caller) -> Repo:
    """The repository ``name`` leads to; its id differs from ``name`` when the caller must be redirected.

    Raises:
        Refused: there is none, or it is private.
    """
    repo = world.find(name)
    if repo is None or repo.private:
        raise no_such_repo(caller)
    return repo


def moved(request: Request, old: str, new: str) -> Response:
    """307 to the same question under the new name: a relative Location that keeps sub-path and query."""
    return Response.redirect(307, request.prefix + request.target.replace(old, new, 1))


def commit_of(repo: Repo, revision: str) -> Commit:
    commit = repo.revision(revision)
    if commit is None:
        raise no_such_revision(revision)
    return commit


def open_to(repo: Repo, caller: Caller) -> None:
    """Raises Refused when the repository is gated and the caller was not let in."""
    if repo.gated and not caller.granted:
        raise gated(repo.id, caller)


def caller_of(request: Request, tokens: dict[str, Caller]) -> Caller:
    """Who asks. Raises Refused for a token nobody gave out."""
    if request.token is None:
        return Caller(None)
    if request.token not in tokens:
        raise bad_token()
    return tokens[request.token]


def _info(world: World, request: Request, repo: Repo, commit: Commit) -> Response:
    names = listing.expanded(request)
    said = info.fields(world, repo, commit, names or info.DETAIL)
    if request.flag("blobs") and ("siblings" in said or names):
        said["siblings"] = info.siblings(commit, blobs=True)
    if request.flag("securityStatus"):
        said["securityRepoStatus"] = info.security(repo)
    return Response.json(said)


def _refs(repo: Repo, *, include_prs: bool) -> dict[str, Any]:
    def listed(heads: dict[str, Commit], start: str) -> list[dict[str, str]]:
        return [
            {"name": name, "ref": f"{start}{name}", "targetCommit": commit.sha}
            for name, commit in sorted(heads.items())
        ]

    said: dict[str, Any] = {"branches": listed(repo.branches, "refs/heads/"), "converts": []}
    said["tags"] = listed(repo.tagged, "refs/tags/")
    if include_prs:
        said["pullRequests"] = [
            {**ref, "name": ref["name"].rsplit("/", 1)[-1]} for ref in listed(repo.pull_requests, "")
        ]
    return said


def _commits(request: Request, commit: Commit) -> Response:
    history = list(commit.history())
    page, limit = listing.number(request, "p", 0), min(listing.number(request, "limit", 50), 100)
    rows: list[dict[str, Any]] = [
        {"id": c.sha, "title": c.title, "message": "", "authors": [{"user": c.user}], "date": c.date}
        for c in history[page * limit : (page + 1) * limit]
    ]
    if "formatted" in request.query.get("expand[]", []) + request.query.get("expand", []):
        rows = [{**row, "formatted": {"title": row["title"], "message": ""}} for row in rows]
    headers = {"X-Total-Count": str(len(history))}
    if (page + 1) * limit < len(history):
        pairs = [(name, value) for name, values in request.query.items() for value in values if name != "p"]
        url = f"{request.origin}{request.path}?{urlencode([*pairs, ('p', str(page + 1))])}"
        headers["Link"] = f'<{url}>; rel="next"'
    return Response.json(rows, headers=headers)


def _xet_token(hub: LoopbackHub, commit: Commit) -> Response:
    token, expires = f"xet_{commit.sha[:8]}", int(hub.clock.now()) + 3600
    headers = {
        "X-Xet-Cas-Url": hub.closed_url,
        "X-Xet-Access-Token": token,
        "X-Xet-Token-Expiration": str(expires),
    }
    return Response.json({"accessToken": token, "casUrl": hub.closed_url, "exp": expires}, headers=headers)


def _owner(world: World, name: str, kind: str) -> Owner:
    owner = world.owners.get(name.lower())
    if owner is None or owner.kind != kind:
        raise Refused(404, f"This {'organization' if kind == 'org' else 'user'} does not exist")
    return owner


def _organization(world: World, owner: Owner) -> dict[str, Any]:
    return {
        "_id": owner.hub_id, "name": owner.name, "fullname": owner.fullname or owner.name, "avatarUrl": "/avatar.svg",
        "details": "", "isVerified": owner.verified, "isFollowing": False, "numUsers": 3, **_counts(world, owner),
    }  # fmt: skip


def _user(world: World, owner: Owner) -> dict[str, Any]:
    return {
        "_id": owner.hub_id, "user": owner.name, "fullname": owner.fullname or owner.name, "avatarUrl": "/avatar.svg",
        "type": "user", "isPro": False, "orgs": [], "createdAt": owner.created_at, **_counts(world, owner),
    }  # fmt: skip


def _counts(world: World, owner: Owner) -> dict[str, int]:
    models = sum(repo.author == owner.name and not repo.private for repo in world.repos.values())
    return {"numModels": models, "numDatasets": 0, "numSpaces": 0, "numFollowers": 0, "numPapers": 0}


def _whoami(caller: Caller) -> dict[str, Any]:
    if caller.token is None:
        raise no_such_repo(caller)
    access = {"displayName": "tests", "role": "read", "createdAt": "2026-01-01T00:00:00.000Z"}
    return {
        "type": "user", "id": "f" * 24, "name": caller.user, "fullname": caller.user, "email": None, "isPro": False,
        "orgs": [], "auth": {"type": "access_token", "accessToken": access},
    }  # fmt: skip


def _tags_by_type(world: World) -> dict[str, list[dict[str, str]]]:
    used = {tag for repo in world.repos.values() for tag in info.tags(repo, repo.main) if tag.startswith("license:")}
    licences = sorted({tag.removeprefix("license:") for tag in used} | set(LICENCES))
    return {
        "license": [{"id": f"license:{name}", "label": name, "type": "license"} for name in licences],
        "region": [{"id": "region:us", "label": "🇺🇸 Region: US", "type": "region"}],
        "library": [{"id": name, "label": name, "type": "library"} for name in ("diffusers", "peft", "transformers")],
    }
