"""What a reader is: the names of the files it reads, and a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from scanner.references.names import Names
from scanner.references.reference import Reference
from scanner.references.source import Source


@dataclass(frozen=True, slots=True)
class Reader:
    """``globs`` are of a file's name or, with a ``/``, of its path; both in lower case.

    ``read`` gives every reference of a file in its order, and each text of an id's shape it passed over as ignored.
    It raises ``Unread`` where nothing can be said of the file.
    """

    name: str
    globs: tuple[str, ...]
    read: Callable[[Source, Names], Iterable[Reference]]

    def takes(self, path: str) -> bool:
        lower = path.lower()
        name = lower.rpartition("/")[2]
        return any(_pattern(glob).match(lower if "/" in glob else name) for glob in self.globs)


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
