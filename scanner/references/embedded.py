"""Python inside another text: what an interpreter is given after ``-c`` or as its input, a script among settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.references.literal import Literal
from scanner.references.names import Named, Names
from scanner.references.source import Source
from scanner.references.spots import Spot

_BEGINS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*+(?:from [\w.]+ import |import [\w.]+)")
_SHEBANG = re.compile(r"#![^\n]*python")


def is_python(text: str) -> bool:
    """Whether a text of several lines begins as a program in Python does: it says so, or imports something."""
    return "\n" in text and bool(_SHEBANG.match(text) or _BEGINS.match(text))


def read(code: Literal, names: Names) -> Iterator[Spot]:
    """What a program names; its places are those of the file around it."""
    # Programs run commands and commands run programs: whichever is imported first has to do without the other.
    from scanner.references.python import PYTHON

    data = code.text.encode("utf-8", "replace")
    inner = Source("program.py", data, len(data))
    starts = [0, *(found.end() for found in re.finditer("\n", code.text))]
    for one in PYTHON.read(inner, names):
        start = starts[one.line - 1] + one.column - 1
        end = min(start + len(one.text), len(code.text))
        named = Named(one.kind, one.repo, one.revision, one.confidence, one.reason)
        yield Spot(code.at(start), code.at(end - 1) + 1, one.text, one.how, named, one.flags)
