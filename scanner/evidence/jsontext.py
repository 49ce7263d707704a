"""JSON written by strangers: bounded, every oddity noticed, odd shapes read as unknown.

Loaders keep the last of two equal keys, and so do we; that it stood twice is reported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.evidence.reader import Malformed
from scanner.text import clean_line

MAX_INTEGER = 2**63 - 1
_MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object asked by key: a value of another type than asked for is unknown."""

    values: Mapping[str, Any]

    def text(self, *keys: str) -> str | None:
        """The first of ``keys`` that holds a non-empty string, on one line."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str) and (line := clean_line(value)):
                return line
        return None

    def integer(self, *keys: str) -> int | None:
        """The first of ``keys`` that holds a whole number from 0 to 2**63 - 1."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INTEGER:
                return value
        return None

    def texts(self, key: str, limit: int = 64) -> tuple[str, ...]:
        """The strings of a list (or one string) under ``key``, at most ``limit``."""
        value = self.values.get(key)
        items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(line for item in items[:limit] if isinstance(item, str) and (line := clean_line(item)))

    def fields(self, key: str) -> Fields:
        """The object under ``key``; an empty one when there is none."""
        value = self.values.get(key)
        return Fields(value if isinstance(value, Mapping) else {})


def load_object(data: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A JSON object and what was odd about it.

    Raises:
        Malformed: not UTF-8, not JSON, nested too deeply, or not an object.
    """
    value, problems = load(data)
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value, problems


def load(data: bytes) -> tuple[Any, tuple[str, ...]]:
    """A JSON value and what was odd about it. ``NaN`` and ``Infinity``, which Python writes, are read as unknown.

    Raises:
        Malformed: not UTF-8, not JSON, or nested too deeply.
    """
    duplicates: dict[str, None] = {}

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) != len(items):
            seen: set[str] = set()
            for key, _ in items:
                if key in seen and len(duplicates) < _MAX_PROBLEMS:
                    duplicates[clean_line(key, 100)] = None
                seen.add(key)
        return result

    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=pairs, parse_constant=lambda name: None)
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise Malformed("nested too deeply") from error
    except ValueError as error:
        raise Malformed(f"not JSON: {clean_line(str(error), 120)}") from error
    return value, tuple(f"duplicate key {key!r}" for key in duplicates)
