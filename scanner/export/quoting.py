"""Text that strangers wrote, made unable to act: on a terminal, in the log of a build, in a JSON file.

The hub's text was cleaned when it was read. A report may be drawn from a recorded or a foreign document, so it is done
again at the last moment, where nothing can come in between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from scanner.text import clean, clean_line

LIMIT = 2_000
_COMMAND = re.compile(r"(?<=:)(?=:)|(?<=#)(?=#)")
_FORMULA = re.compile(r"(?:^|;)\s*(?=[=+\-@＝＋－＠])")
_NOT_PLAIN = re.compile(r"[^\n\x20-\x7e]|(?<=#)#")


def one_line(value: Any) -> Any:
    """A JSON value whose every text is one harmless line, keys included.

    ``::`` and ``##`` begin commands to the machines that run builds (``::error::``, ``##vso[``): a space parts them.
    """
    if isinstance(value, str):
        # Most texts are harmless, and there are millions in a pack: to see it takes less than to make them so.
        plain = value.isascii() and value.isprintable() and len(value) <= LIMIT and not ("::" in value or "##" in value)
        return value.strip() if plain else _COMMAND.sub(" ", clean_line(value, LIMIT))
    if isinstance(value, Mapping):
        return {one_line(key): one_line(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [one_line(item) for item in value]
    return value


def json_text(value: Any, *, indent: int | None = None) -> str:
    """``value`` as JSON that reads back equal; what a terminal could obey, or not show, stands as an escape."""
    return _NOT_PLAIN.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent))


def no_formula(text: str) -> str:
    """One line as a cell of CSV: an apostrophe makes a text of what a spreadsheet would compute.

    To a program that parts cells by semicolons (where numbers have commas) only the first quotes of a line are quotes:
    behind every semicolon begins a cell.
    """
    return _FORMULA.sub(lambda found: f"{found[0]}'", text)


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    if text == "#":
        return "\\u0023"
    return text if text.isprintable() and clean(text) == text else json.dumps(text)[1:-1]
