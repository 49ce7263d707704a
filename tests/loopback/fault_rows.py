"""Faults in the shape of the data: every wire content that breaks the typed client, and everyday drift."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from .wire import Response

Row = dict[str, Any]
Change = Callable[[Row, Any], Any]
"""A row and the fault's value (None = the kind's default) to the row that is sent."""


def rows_changed(response: Response, change: Change, value: Any) -> Response:
    """The answer with its object changed; of a list only the first row, so that the others must survive."""
    if not response.is_json or response.status != 200:
        return response
    body = json.loads(response.body)
    if isinstance(body, dict):
        body = change(body, value)
    elif isinstance(body, list) and body and isinstance(body[0], dict):
        body = [change(body[0], value), *body[1:]]
    return Response.json(body, 200, response.headers)


def _card(key: str) -> Change:
    return lambda row, value: {**row, "cardData": {**(row.get("cardData") or {}), key: value or "a word"}}


def _with(**keys: Any) -> Change:
    return lambda row, value: {**row, **(value if isinstance(value, dict) else keys)}


def _without(row: Row, value: Any) -> Row:
    gone = [value] if isinstance(value, str) else value or ["sha"]
    return {key: item for key, item in row.items() if key not in gone}


def _offset_dates(row: Row, _: Any) -> Row:
    dates = {"createdAt", "lastModified", "date"} & row.keys()
    return {**row, **{key: row[key].replace(".000Z", "+00:00") for key in dates}}


def _lfs_without_digest(row: Row, _: Any) -> Row:
    if "siblings" in row:
        return {**row, "siblings": [_lfs_without_digest(sibling, None) for sibling in row["siblings"]]}
    kept = {key: item for key, item in row.get("lfs", {}).items() if key not in ("sha256", "oid")}
    return {**row, "lfs": kept} if "lfs" in row else row


def _nulls_for_lists(row: Row, _: Any) -> Row:
    return {key: None if isinstance(item, list) else item for key, item in row.items()}


def _strings_for_numbers(row: Row, _: Any) -> Row:
    return {k: str(v) if isinstance(v, int) and not isinstance(v, bool) else v for k, v in row.items()}


ROWS: Final[dict[str, Change]] = {
    "card-self": _card("self"),
    "card-ignore-errors": _card("ignore_metadata_errors"),
    "card-list": lambda row, value: {**row, "cardData": value or ["license", "mit"]},
    "date-offset": _offset_dates,
    "lfs-no-digest": _lfs_without_digest,
    "eval-results": _with(evalResults=[{"unexpected": True}]),
    "transformers-info": _with(transformersInfo={"auto_model": "AutoModel", "a_new_key": 1}),
    "provider-no-id": _with(inferenceProviderMapping={"somewhere": {"status": "live", "task": "text-generation"}}),
    "security-no-avscan": _with(securityFileStatus={"status": "safe"}),
    "author-no-user": _with(authors=[{"avatar": "/avatar.svg"}]),
    "id-invalid": _with(id="a/b/c"),
    "unknown-keys": _with(aKeyNobodyKnows={"nested": [1, None, "x"]}, anotherOne=True),
    "keys": _with(),
    "missing-keys": _without,
    "null-lists": _nulls_for_lists,
    "string-numbers": _strings_for_numbers,
    "row-not-an-object": lambda row, value: value if value is not None else "a string",
}
"""``keys`` lays ``value`` (a dict) over the row; ``missing-keys`` takes the named key(s) out, ``sha`` by default."""
