"""A scan that an older release recorded, made fit to be drawn: what it did not record is unknown.

Documents for programs (JSON) keep what was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from scanner.data import text
from scanner.export.report import ScanView


def completed(view: ScanView) -> ScanView:
    """``view`` with the fields of today: null where they were not recorded; where null is no value, nothing or no.

    A part that is missing whole stays so: each format knows what to say without.
    """
    parts = _schema()["properties"]
    return replace(view, facts={key: _completed(part, parts.get(key, {})) for key, part in view.facts.items()})


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(text("schema/facts-v1.schema.json"))
    return schema


def _completed(value: Any, schema: Mapping[str, Any]) -> Any:
    schema = _resolved(schema)
    if isinstance(value, dict) and "properties" in schema:
        known = {key: _completed(item, schema["properties"].get(key, {})) for key, item in value.items()}
        missing = [key for key in schema.get("required", ()) if key not in value]
        return known | {key: _nothing(schema["properties"][key]) for key in missing}
    if isinstance(value, list) and "items" in schema:
        return [_completed(item, schema["items"]) for item in value]
    return value


def _nothing(schema: Mapping[str, Any]) -> Any:
    schema = _resolved(schema)
    kind = schema.get("type")
    if kind == "object":
        return {key: _nothing(schema["properties"][key]) for key in schema.get("required", ())}
    return {"array": [], "boolean": False}.get(kind) if isinstance(kind, str) else None


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = _schema()["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema
