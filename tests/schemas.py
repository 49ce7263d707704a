"""The schemas that ship, which refer to each other."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from scanner.data import text

_ALL = {
    kind: json.loads(text(f"schema/{kind}-v1.schema.json"))
    for kind in ("report", "codebase", "facts", "decision", "diff", "replay", "what-if")
}
_SHIPPED = Registry().with_resources((schema["$id"], DRAFT7.create_resource(schema)) for schema in _ALL.values())


def valid_report(printed: str) -> dict[str, Any]:
    """What ``--format json`` printed, valid under the schemas."""
    report: dict[str, Any] = json.loads(printed)
    Draft7Validator(_ALL["report"], registry=_SHIPPED).validate(report)
    return report


def valid_codebase(document: dict[str, Any]) -> dict[str, Any]:
    """``document``, valid under the schemas."""
    Draft7Validator(_ALL["codebase"], registry=_SHIPPED).validate(document)
    return document


def valid_difference(printed: str) -> dict[str, Any]:
    """What ``audit diff --format json`` printed, valid under the schema."""
    document: dict[str, Any] = json.loads(printed)
    Draft7Validator(_ALL["diff"], registry=_SHIPPED).validate(document)
    return document


def valid_replay(printed: str) -> dict[str, Any]:
    """What ``audit replay --format json`` printed, valid under the schema that it names."""
    document: dict[str, Any] = json.loads(printed)
    _, kind, version = document["schema"].split("/")
    assert version == "v1"
    Draft7Validator(_ALL[kind], registry=_SHIPPED).validate(document)
    return document
