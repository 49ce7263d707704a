"""Hub text is written by strangers: it is made harmless once, at the door.

What is taken out are the characters that move a cursor, hide or reorder text: C0 and C1 controls, bidirectional
overrides, zero-width and tag characters. Each becomes U+FFFD, so that a reader sees something stood there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

REPLACEMENT = "�"

# U+FE0E and U+FE0F only choose how an emoji is drawn; the other variation selectors carry hidden bytes.
_HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile(r"[\t\n\r]+")


def clean(text: str, limit: int = 10_000) -> str:
    """``text`` without hostile characters, cut to ``limit`` characters; newlines and tabs stay."""
    cut = text[:limit].replace("\r\n", "\n")
    return _HOSTILE.sub(REPLACEMENT, cut)


def clean_line(text: str, limit: int = 300) -> str:
    """``clean`` on one line: a name, an id, a path; line breaks become one space."""
    return _BREAKS.sub(" ", clean(text, limit)).strip()


def clean_tree(value: Any, *, depth: int = 32, limit: int = 10_000) -> Any:
    """JSON-like ``value`` with every string cleaned, keys included, nesting below ``depth`` dropped to None."""
    if isinstance(value, str):
        return clean(value, limit)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {clean_line(str(k)): clean_tree(v, depth=depth - 1, limit=limit) for k, v in value.items()}
    if isinstance(value, Sequence):
        return [clean_tree(v, depth=depth - 1, limit=limit) for v in value]
    return clean_line(str(value))
