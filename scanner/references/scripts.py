"""Files of commands: shells, Makefiles, justfiles, batch files. What a command names is told by ``commands``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from scanner.references import commands, gate
from scanner.references.literal import Literal
from scanner.references.names import Names
from scanner.references.reader import Reader
from scanner.references.reference import Reference
from scanner.references.shellwords import Variables
from scanner.references.source import Source
from scanner.references.spots import HASH, Spot

_LINE = re.compile(r"[^\n]*\n?")
_BATCH = re.compile(r"^\s*@?(?:rem\b|::)|(?:^|\s)#", re.I | re.M)


def _reads(
    spots: Callable[[str, Names], Iterable[Spot]], comment: re.Pattern[str]
) -> Callable[[Source, Names], Iterable[Reference]]:
    def read(source: Source, names: Names) -> Iterable[Reference]:
        return gate.references(source, names, lambda text: spots(text, names), comment)

    return read


def _by_line(text: str, names: Names) -> Iterator[Spot]:
    """No quote goes past the end of a line here; ``$$`` is what a Makefile hands to the shell as ``$``."""
    variables = Variables()
    for start, end in logical_lines(text):
        yield from commands.read(Literal.plain(text[start:end].replace("$$", " $"), start), names, variables)


def logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines of a text with those that go on after a backslash, caret or backtick kept together."""
    start = 0
    for line in _LINE.finditer(text):
        if line[0].rstrip("\n").rstrip(" \t")[-1:] not in ("\\", "^", "`") or line.end() == len(text):
            if line.end() > start:
                yield start, line.end()
            start = line.end()


def _shell(text: str, names: Names) -> list[Spot]:
    return commands.read(text, names)


SHELL = Reader(
    "shell",
    ("*.sh", "*.bash", "*.zsh", "*.ksh", "*.fish", "*.slurm", "*.sbatch", "*.sh.*", "*.bats", "*.command"),
    _reads(_shell, HASH),
)
MAKE = Reader(
    "make",
    ("makefile", "gnumakefile", "makefile.*", "*.mk", "justfile", ".justfile", "*.just", "procfile"),
    _reads(_by_line, HASH),
)
BATCH = Reader("batch", ("*.bat", "*.cmd", "*.ps1", "*.psm1"), _reads(_by_line, _BATCH))
