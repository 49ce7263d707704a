"""The document as JSON: whole, or a line for each thing found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.export.codebase.reading import Json
from scanner.export.quoting import json_text

_TOLD_APART = ("schema", "references", "models", "findings", "errors")


def as_json(document: Json) -> str:
    """The document, ``codebase/v1``; its schema ships as ``data/schema/codebase-v1.schema.json``."""
    return json_text(document, indent=2)


def as_jsonl(document: Json) -> str:
    """Findings, references, errors, one a line, each with its ``type``; then the code base with the verdict.

    That line comes last, so that what was cut off is seen to be. The facts of the models are in the JSON only.
    """
    return "\n".join(map(json_text, _lines(document)))


def _lines(document: Json) -> Iterator[dict[str, Any]]:
    for key, type in (("findings", "finding"), ("references", "reference"), ("errors", "error")):
        for item in document[key]:
            yield {"type": type, **item}
    yield {"type": "codebase", **{key: value for key, value in document.items() if key not in _TOLD_APART}}
