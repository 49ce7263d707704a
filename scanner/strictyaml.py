"""YAML as this project reads it: strings, decimal integers, ``true``, ``false``, ``null``. Nothing else is guessed.

``NO`` is Norway, ``0123456`` a revision, ``2026-01-01`` a string. Aliases, anchors and several documents are refused,
and so are tags and duplicate keys unless the text is a stranger's (``tolerant``): a file means what a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from scanner.errors import DataError, PolicyError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH = 40
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_LITERALS: dict[str, Any] = {"true": True, "false": False, "null": None, "": None, "~": None}

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """A parsed file. ``lines`` maps the path of every node (``("rules", 0, "when")``) to its line, from 1.

    ``duplicates`` are the keys that stood twice (tolerant reading only; the last value counts, as in ``jsontext``).
    """

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of the nearest node at or above ``path``."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(
    text: str, *, file: str = "", error: type[DataError] | type[PolicyError] = DataError, tolerant: bool = False
) -> Document:
    """Parse ``text``.

    Raises:
        DataError: (or ``error``) not YAML, or YAML that this project does not read; with file and line.
    """
    document = Document()

    def fail(message: str, line: int) -> Exception:
        return error(message, file=file, line=line)

    try:
        loader = _Loader(text)
        try:
            document.value = _Reader(document, iter(loader.get_event, None), fail, tolerant).document()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise fail(f"not valid YAML: {exc.problem or exc.context}", mark.line + 1 if mark else 0) from exc
    except (yaml.YAMLError, UnicodeError) as exc:
        raise fail(f"not valid YAML: {exc}", 0) from exc
    return document


class _Reader:
    """Builds values from parser events: unlike the library's composer it never recurses past ``MAX_DEPTH``."""

    def __init__(
        self, document: Document, events: Iterator[Any], fail: Callable[[str, int], Exception], tolerant: bool
    ) -> None:
        self.into, self.events, self.fail, self.tolerant = document, events, fail, tolerant

    def document(self) -> Any:
        value, seen = None, False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise self.fail("several documents in one file", 0)
                value, seen = self.node(next(self.events), ()), True
            elif isinstance(event, yaml.StreamEndEvent):
                break
        return value

    def node(self, event: Any, path: Path) -> Any:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self.fail("aliases and anchors are not read", line)
        if getattr(event, "tag", None) and not self.tolerant:
            raise self.fail("tags are not read", line)
        if len(path) > MAX_DEPTH:
            raise self.fail("nested too deeply", line)
        self.into.lines.setdefault(path, line)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(event, (*path, len(items))))
            return items
        return self.mapping(path)

    def mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise self.fail("a key must be a string", line)
            key, again = event.value, event.value in result
            if again and not self.tolerant:
                raise self.fail(f"duplicate key {key!r}", line)
            if not again:
                self.into.lines[(*path, key)] = line
            value = self.node(next(self.events), (*path, key))
            if again:
                self.into.duplicates.append(key)
            result[key] = value
        return result


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style not in (None, ""):
        return text
    if text in _LITERALS:
        return _LITERALS[text]
    return int(text) if _INTEGER.fullmatch(text) else text
