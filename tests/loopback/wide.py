"""A list of any length that never changes: its rows are sorted and rendered once, so that a page costs a join.

Only ``GET /api/models`` knows it; faults meet its pages as they meet any other.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, Final

from .errors import bad_request
from .wire import Request, Response

SORTS: Final = ("createdAt", "lastModified")


class Wide:
    """``rows`` are rows of the list with all their fields."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._rows = list(rows)
        self._order: dict[str, list[int]] = {}
        self._place: dict[str, dict[tuple[str, str], int]] = {}
        self._rendered: dict[tuple[str, ...], list[bytes]] = {}
        for sort in SORTS:
            order = sorted(range(len(self._rows)), key=lambda at: self._rows[at]["_id"])
            order.sort(key=lambda at: self._rows[at][sort], reverse=True)
            self._order[sort] = order
            self._place[sort] = {self._key(at, sort): place for place, at in enumerate(order)}

    def __len__(self) -> int:
        return len(self._rows)

    def page(self, request: Request, sort: str, names: tuple[str, ...], limit: int, link: Any) -> Response:
        """One page, as ``listing.models`` would give it; ``link(request, cursor)`` makes the header."""
        start = self._after(sort, request.value("cursor"))
        chosen = self._order[sort][start : start + limit]
        texts = self._texts(names)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if start + limit < len(self._rows):
            key, last = self._key(chosen[-1], sort)
            keyset = {"$or": [{sort: key, "_id": {"$gt": last}}, {sort: {"$lt": key}}, {sort: None}]}
            headers["Link"] = link(request, base64.b64encode(json.dumps(keyset).encode()).decode())
        return Response(200, headers, b"[" + b",".join(texts[at] for at in chosen) + b"]")

    def _key(self, at: int, sort: str) -> tuple[str, str]:
        row = self._rows[at]
        return row[sort], row["_id"]

    def _after(self, sort: str, cursor: str | None) -> int:
        if cursor is None:
            return 0
        try:
            first = json.loads(base64.b64decode(cursor, validate=True))["$or"][0]
            return self._place[sort][(first[sort], first["_id"]["$gt"])] + 1
        except (ValueError, LookupError, TypeError) as unreadable:
            raise bad_request("Invalid cursor") from unreadable

    def _texts(self, names: tuple[str, ...]) -> list[bytes]:
        if names not in self._rendered:
            shown = {"_id", "id", *names}
            rows = ({key: value for key, value in row.items() if key in shown} for row in self._rows)
            self._rendered[names] = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
        return self._rendered[names]
