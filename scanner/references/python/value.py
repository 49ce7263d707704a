"""One thing that an expression can be worth, and how several are joined."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import product

MAX_VALUES = 64
MAX_LENGTH = 2_000

DEFAULT = "default"
"""The flag of a text that counts only where the environment or a caller gives no other."""


@dataclass(frozen=True, slots=True)
class Value:
    """``text`` is None where the value is open, for ``reason``; ``node`` is where the text stands.

    ``site`` is the place that gave it: a call for a parameter, a row for a name in a loop. What one site gives goes
    together; 0 is everywhere. ``given`` is the argument of a call in the file that an open value comes from.
    """

    node: ast.expr
    text: str | None
    reason: str = ""
    flags: tuple[str, ...] = ()
    site: int = 0
    given: ast.expr | None = None


def several(values: list[Value]) -> list[Value]:
    return list(dict.fromkeys(values))[:MAX_VALUES]


def joined(node: ast.expr, parts: list[list[Value]]) -> list[Value]:
    """Every way to write the parts after each other; open where a part is."""
    opened = next((value for part in parts for value in part if value.text is None), None)
    if opened is not None or not all(parts):
        # What a loader gives stays known as such inside a path.
        return [opened if opened and isinstance(opened.node, ast.Call) else Value(node, None, _reason(opened))]
    found = []
    for row in product(*parts):
        text = "".join(value.text or "" for value in row)
        flags = tuple(dict.fromkeys(flag for value in row for flag in value.flags))
        found.append(Value(node, text, flags=flags))
        if len(found) >= MAX_VALUES or len(text) > MAX_LENGTH:
            break
    return found


def _reason(opened: Value | None) -> str:
    return opened.reason if opened else "made by the program"
