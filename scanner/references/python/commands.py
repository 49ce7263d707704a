"""Commands of a shell inside Python: the lines of a notebook that begin with ``!``, the scripts of its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.references.names import Named, Names


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command at an offset of the script, and what it names."""

    at: int
    text: str
    named: Named
    how: str
    flags: tuple[str, ...] = ()


def words(script: str, names: Names) -> Iterator[Word]:
    """Every word that names a model, or is shaped so."""
    for at, text, named in names.inside(script):
        yield Word(at, text, named, "text")
