"""A JSON object written by strangers, asked by key: odd shapes are read as unknown, every oddity is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner import jsontext
from scanner.evidence.reader import Malformed
from scanner.text import clean_line

MAX_INTEGER = 2**63 - 1


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
    """A JSON value and what was odd about it.

    Raises:
        Malformed: not UTF-8, not JSON, or nested too deeply.
    """
    try:
        read = jsontext.parse(data)
    except jsontext.NotJson as error:
        raise Malformed(str(error)) from None
    return read.value, tuple(f"duplicate key {key!r}" for key in read.duplicates)
