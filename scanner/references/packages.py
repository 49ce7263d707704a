"""Lists of packages to install: wheels and repositories of the Hub among them, and packages that carry weights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import cache

from scanner import data
from scanner.references import configs
from scanner.references.names import Named, Names, shown
from scanner.references.reader import Reader
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.source import Source

FILE = "idioms/packages.yaml"

_COMMENT = re.compile(r"(?:^|[ \t])#")
# A requirement begins a line, an item of a list or a quoted text; its name ends where a version or an address begins.
_REQUIREMENT = re.compile(r"(?:^[ \t]*+(?:-[ \t]++)?|[\"'])(?:[\w-]{1,60}::)?([A-Za-z][A-Za-z0-9._-]*+)([^\"'\n#;,]*+)")
_ID = re.compile(rb"[\w.-]/[\w]")


@dataclass(frozen=True, slots=True)
class _Shipped:
    """Packages with weights: by name, ``-`` as ``_``, or by what their address holds."""

    names: re.Pattern[str]
    addresses: tuple[str, ...]
    reason: str


@cache
def _shipped() -> tuple[_Shipped, ...]:
    return tuple(
        _Shipped(
            re.compile("|".join(translate(name) for name in record["names"])),
            tuple(record.get("addresses", ())),
            record["reason"],
        )
        for record in data.whole(FILE).values()
    )


@cache
def _worth() -> re.Pattern[bytes]:
    """Finds something in each file that names one of these packages; a pattern's fixed beginning stands for it."""
    words = {word for record in data.whole(FILE).values() for name in record["names"] for word in _fixed(name)}
    names = "|".join(re.escape(word).replace("_", "[_-]") for word in sorted(words))
    return re.compile(names.encode(), re.I)


def _fixed(name: str) -> list[str]:
    """The longest part of a pattern that stands as it is."""
    return [max(re.split(r"[*?]+", name), key=len)]


def _read(source: Source, names: Names) -> Iterable[Reference]:
    if not (_ID.search(source.data) or _worth().search(source.data)):
        return ()
    found = {(one.line, one.column): one for one in _lines(source, names)}
    grammar = next((each for each in (configs.YAML, configs.TOML, configs.LINES) if each.takes(source.path)), None)
    for one in grammar.read(source, names) if grammar else ():
        place = one.line, one.column
        if place not in found or one.how.startswith("key"):
            found[place] = one
    return [found[place] for place in sorted(found)]


def _lines(source: Source, names: Names) -> Iterator[Reference]:
    """What the lines say, each by itself."""
    offset = 0
    for line in source.text.split("\n"):
        comment = _COMMENT.search(line)
        end = comment.start() if comment else len(line)
        yield from _line(source, names, offset, line[:end])
        for at, word, named in names.inside(line[end:]):
            if named.kind in (Kind.MODEL, Kind.DATASET):
                weak = replace(named, confidence=Confidence.LOW)
                yield _reference(source, offset + end + at, word, weak, "text", ("comment",))
        offset += len(line) + 1


def _line(source: Source, names: Names, offset: int, line: str) -> Iterator[Reference]:
    found = []
    for at, word, named in names.inside(line):
        if "#" in word:
            # ``#egg=`` names a package, not a revision.
            named = names.read(word.partition("#")[0]) or named
        found.append(_reference(source, offset + at, word, named, "requirement"))
    if any(reference.kind in (Kind.MODEL, Kind.DATASET) for reference in found):
        yield from found
        return
    carried = list(_carried(source, offset, line))
    taken = {(reference.line, reference.column) for reference in carried}
    carried += [reference for reference in found if (reference.line, reference.column) not in taken]
    yield from sorted(carried, key=lambda reference: reference.column)


def _carried(source: Source, offset: int, line: str) -> Iterator[Reference]:
    for found in _REQUIREMENT.finditer(line):
        name = found[1].casefold().replace("-", "_")
        for shipped in _shipped():
            if shipped.names.match(name) or any(address in found[0] for address in shipped.addresses):
                text = (found[1] + found[2]).strip()
                named = Named(Kind.UNRESOLVED, reason=shipped.reason)
                yield _reference(source, offset + found.start(1), text, named, "requirement")
                break


def _reference(
    source: Source, offset: int, text: str, named: Named, how: str, flags: tuple[str, ...] = ()
) -> Reference:
    line, column = source.place(offset)
    return Reference(
        source.path, line, column, named.kind, shown(text), how,
        named.repo, named.revision, named.confidence, flags, named.reason,
    )  # fmt: skip


READER = Reader(
    "packages",
    (
        "*requirements*.txt", "*requirements*.in", "*/requirements/*.txt", "requirements/*.txt", "*constraints*.txt",
        "pyproject.toml", "environment*.yml", "environment*.yaml", "conda*.yml", "conda*.yaml", "pipfile", "setup.cfg",
    ),
    _read,
)  # fmt: skip
