"""Cited, dated facts that ship with the project. Each file is a YAML mapping of records; none holds judgement.

A big file is read one record at a time: its top-level keys are the lower-cased names that records are asked for by,
so a record is found by a text search and only it is parsed.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from scanner.errors import DataError
from scanner.strictyaml import load


@cache
def text(name: str) -> str:
    """The text of a shipped facts file, by file name."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def whole(name: str) -> dict[str, Any]:
    """All records of a shipped file, in the order of the file."""
    value = load(text(name), file=name).value
    if not isinstance(value, dict):
        raise DataError("a facts file is a mapping of records", file=name)
    return value


def record(name: str, key: str) -> dict[str, Any] | None:
    """The record of a shipped file under ``key`` (case-insensitive), or None."""
    return find(text(name), key.casefold(), name)


_TOP = re.compile(r"^\S", re.M)


def find(body: str, key: str, name: str) -> dict[str, Any] | None:
    """The record under top-level ``key`` of a YAML mapping given as text, parsing nothing else.

    Raises:
        DataError: the record is not a mapping, or not YAML.
    """
    start = next((at for form in (f"{key}:", f'"{key}":') if (at := _line_start(body, form)) >= 0), -1)
    if start < 0:
        return None
    end = _TOP.search(body, start + 1)
    line = body.count("\n", 0, start)
    value = load("\n" * line + body[start : end.start() if end else None], file=name).value
    found = next(iter(value.values()))
    if not isinstance(found, dict):
        raise DataError("a record is a mapping", file=name, line=line + 1)
    return found


def _line_start(body: str, form: str) -> int:
    return 0 if body.startswith(form) else body.find("\n" + form) + 1 or -1
