"""What a finding says: a text with ``{field}`` in it, and how a value is shown on one line.

The values are strangers' words: cleaned when they came in, and here kept short and on one line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.policy.fields import Field, Foreach, resolve
from scanner.policy.language import Misfit, Value
from scanner.text import clean_line

UNKNOWN = "unknown"
MAX_VALUE = 160
MAX_MESSAGE = 600
MAX_LISTED = 12

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def shown(value: Value, *, between: str = ", ") -> str:
    """A value as a reader sees it, at most ``MAX_VALUE`` characters: None is ``unknown``, an empty list ``none``."""
    if isinstance(value, str):
        return value if len(value) <= MAX_VALUE and value.isprintable() else clean_line(value, MAX_VALUE)
    if value is None:
        return UNKNOWN
    if isinstance(value, tuple):
        words = [shown(one) for one in dict.fromkeys(value[: MAX_LISTED + 1])]
        if len(value) > MAX_LISTED:
            words[MAX_LISTED:] = [f"{len(value) - MAX_LISTED} more"]
        return between.join(words) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Message:
    parts: tuple[str | Field, ...]

    @classmethod
    def parse(cls, text: str, over: Foreach | None) -> Message:
        """Read a template.

        Raises:
            Misfit: a placeholder names no field, or a brace stands alone.
        """
        pieces = _PLACEHOLDER.split(text)
        if any("{" in piece or "}" in piece for piece in pieces):
            raise Misfit("a brace stands alone", "a placeholder is {field}; braces have no other use in a message")
        parts = (resolve(piece, over) if place % 2 else piece for place, piece in enumerate(pieces))
        return cls(tuple(part for part in parts if part != ""))

    def render(self, item: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> str:
        """The text on one line, at most ``MAX_MESSAGE`` characters."""
        text = "".join(
            part
            if isinstance(part, str)
            else shown(part.read(item, facts), between=" → " if part.keys[-1] == "path" else ", ")
            for part in self.parts
        )
        return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
