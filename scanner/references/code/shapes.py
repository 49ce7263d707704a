"""Texts of a program that say by their own shape that a model's name is filled in, or given until somebody sets it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.references.names import Named, Names, Place, shown
from scanner.references.reference import Kind

HUB = re.compile(r"(?:huggingface\.co|hf\.co)/(?:models/)?(?:([\w.-]+)/)?$")
"""What an address ends in whose repository comes next."""
_HOLE = re.compile(
    r"(?:huggingface\.co|hf\.co)/(?:api/)?(?:models/)?(?:([\w.-]+)/)?(?:%[svq]|\$?\{[^{}/]*\}|\$\w|\#\{|\\\()"
)
"""An address with a place to fill in, as languages write it inside a text."""
_DEFAULT = re.compile(r"[$#]\{([\w.-]{1,80}):([\w.-]+/[\w.@-]+)\}")
"""The name of a setting and the value it has when nobody sets it."""
SETTING = re.compile(rb"[$#]\{[\w.-]{1,80}:[\w.-]+/")
"""Finds something in each file that holds one."""
FILLED = "part of the address is filled in elsewhere"


@dataclass(frozen=True, slots=True)
class Written:
    """A part of a text, and what it names."""

    text: str
    named: Named
    how: str
    flags: tuple[str, ...] = ()


def read(text: str, names: Names) -> Written | None:
    """What a text of one of these shapes names; None for any other."""
    hole = _HOLE.search(text)
    if hole and not (hole[1] and is_page(hole[1], names)):
        return Written(text, Named(Kind.UNRESOLVED, reason=FILLED), "address")
    default = _DEFAULT.fullmatch(text)
    named = names.read(default[2], Place.NAMED) if default else None
    return Written(default[2], named, f"key {shown(default[1])}", ("default",)) if default and named else None


def is_page(part: str, names: Names) -> bool:
    """Whether the first part of a path on the Hub's site is no publisher."""
    named = names.read(f"hf.co/{part}/name")
    return named is None or named.kind is not Kind.MODEL
