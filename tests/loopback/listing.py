"""``GET /api/models``: filters, sorting, field choice, and pages linked by a cursor that needs no memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from . import info, wide
from .errors import bad_request
from .state import Repo
from .wire import Request, Response

if TYPE_CHECKING:
    from .hub import LoopbackHub

SORTS: Final[dict[str, Callable[[Repo], Any]]] = {
    "createdAt": lambda repo: repo.created_at,
    "downloads": lambda repo: repo.downloads,
    "lastModified": lambda repo: repo.last_modified,
    "likes": lambda repo: repo.likes,
    "trendingScore": lambda repo: repo.trending,
}
FILTERS: Final = frozenset(("author", "filter", "gated", "pipeline_tag", "search", "skip"))


def models(hub: LoopbackHub, request: Request) -> Response:
    """One page. Rows with equal sort keys follow in the order of their ``_id``."""
    sort = request.value("sort") or "trendingScore"
    if sort not in SORTS:
        raise bad_request(f'Invalid sort "{sort}": expected one of {", ".join(SORTS)}')
    names = row_fields(request)
    limit = min(number(request, "limit", 1000), hub.page_cap)
    if hub.wide is not None and sort in wide.SORTS and limit and not FILTERS & request.query.keys():
        return hub.wide.page(request, sort, names, limit, link)
    rows = ordered([repo for repo in hub.world.repos.values() if _wanted(repo, request)], sort)
    cursor = request.value("cursor")
    if cursor is not None:
        rows = _after(rows, sort, cursor)
    rows = rows[number(request, "skip", 0) :]
    page = [info.fields(hub.world, repo, repo.main, names) for repo in rows[:limit]]
    headers = {}
    if len(rows) > limit and limit > 0:
        headers["Link"] = link(request, cursor_after(rows[limit - 1], sort))
    return Response.json(page, headers=headers)


def link(request: Request, cursor: str) -> str:
    """The header naming the next page: the same question with another cursor."""
    pairs = [(name, value) for name, values in request.query.items() for value in values]
    query = [(name, value) for name, value in pairs if name not in ("cursor", "skip")]
    return f'<{request.origin}{request.path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'


def ordered(repos: list[Repo], sort: str) -> list[Repo]:
    """Descending by the key, ties by ascending ``_id``."""
    return sorted(sorted(repos, key=lambda repo: repo.hub_id), key=SORTS[sort], reverse=True)


def cursor_after(repo: Repo, sort: str) -> str:
    """The keyset filter of everything behind ``repo``, in base64."""
    key = SORTS[sort](repo)
    keyset = {"$or": [{sort: key, "_id": {"$gt": repo.hub_id}}, {sort: {"$lt": key}}, {sort: None}]}
    return base64.b64encode(json.dumps(keyset, separators=(",", ":")).encode()).decode()


def row_fields(request: Request) -> tuple[str, ...]:
    """The fields of a row: what ``expand`` names, else the default row widened by full, cardData and config."""
    names = expanded(request, forbidden=info.DETAIL_ONLY)
    if names:
        return names
    fields = info.ROW_FULL if request.flag("full") else info.ROW
    return (*fields, *(name for name in ("cardData", "config") if request.flag(name)))


def expanded(request: Request, forbidden: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names given to ``expand``, once each. Raises Refused (400) with the valid names for any other."""
    asked = [*request.query.get("expand", []), *request.query.get("expand[]", [])]
    valid = [name for name in info.EXPANDABLE if name not in forbidden]
    for index, name in enumerate(asked):
        if name not in valid:
            options = "|".join(f'"{option}"' for option in valid)
            raise bad_request(f"✖ Invalid option: expected one of {options}\n  → at expand[{index}]")
    return tuple(dict.fromkeys(asked))


def _wanted(repo: Repo, request: Request) -> bool:
    if repo.private:
        return False
    if (author := request.value("author")) is not None and (repo.author or "").lower() != author.lower():
        return False
    if (search := request.value("search")) is not None and search.lower() not in repo.id.lower():
        return False
    if (gated := request.value("gated")) is not None and bool(repo.gated) != (gated.lower() in ("true", "1")):
        return False
    tags = info.tags(repo, repo.main)
    if (pipeline := request.value("pipeline_tag")) is not None and pipeline not in tags:
        return False
    filters = [name for value in request.query.get("filter", []) for name in value.split(",")]
    return all(name in tags for name in filters)


def _after(rows: list[Repo], sort: str, cursor: str) -> list[Repo]:
    try:
        first: dict[str, Any] = json.loads(base64.b64decode(cursor, validate=True))["$or"][0]
        key, last = first[sort], first["_id"]["$gt"]
    except (ValueError, LookupError, TypeError) as unreadable:
        raise bad_request("Invalid cursor") from unreadable
    value = SORTS[sort]
    return [repo for repo in rows if value(repo) < key or (value(repo) == key and repo.hub_id > last)]


def number(request: Request, name: str, default: int) -> int:
    """A query parameter that counts. Raises Refused (400) for anything but digits."""
    value = request.value(name)
    if value is None:
        return default
    if not value.isdecimal():
        raise bad_request(f"Invalid {name}: expected a number")
    return int(value)
