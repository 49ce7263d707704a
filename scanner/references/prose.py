"""Documents: what they name is said of a model, not run. Fences are read in their own language, cards by their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from scanner import data
from scanner.references.names import Named, Names, Place, shown
from scanner.references.reader import Reader
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.source import Source, Unread

FILE = "idioms/documents.yaml"
FLAG = "documentation"

_WORTH = re.compile(rb"[\w.-]/[\w]|hf\.co|^---|```|~~~|code-block|sourcecode", re.M)
_FENCE = re.compile(r"^([ \t>]*+)(`{3,}+|~{3,}+)[ \t]*+\{?\.?([\w+#-]*+)")
_DIRECTIVE = re.compile(r"^([ \t]*+)\.\.[ \t]++(?:code|code-block|sourcecode|highlight)::[ \t]*+([\w+#-]*+)[ \t]*+$")
_OPTION = re.compile(r"^[ \t]++:[\w-]++:")
_PROMPT = re.compile(r"^[ \t]*+(?:>>> |\.\.\. |\$ )")
_KEY = re.compile(r"^([A-Za-z][\w-]*+)[ \t]*+:[ \t]*+")
_ITEM = re.compile(r"^[ \t]*+-[ \t]++")
_VALUE = re.compile(r"[\"']?([^\"'\s,\[\]#]++)")


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(data.whole(FILE)[name]["words"].split())


@cache
def _file_of(language: str) -> str:
    names: dict[str, str] = data.whole(FILE)["languages"]["names"]
    return names.get(language.lower(), f"fence.{language.lower()}")


@dataclass(frozen=True, slots=True)
class _Fence:
    """Lines of code in a document: each is its number from 0, where it begins in its line, and its text."""

    language: str
    lines: tuple[tuple[int, int, str], ...]


def reader(languages: tuple[Reader, ...]) -> Reader:
    """The reader of documents, whose fences are given to the first of ``languages`` that takes them."""

    def read(source: Source, names: Names) -> Iterable[Reference]:
        return _read(source, names, languages) if _WORTH.search(source.data) else ()

    globs = ("*.md", "*.mdx", "*.markdown", "*.rst", "*.txt", "*.adoc", "*.org", "readme", "readme.*")
    return Reader("document", globs, read)


def _read(source: Source, names: Names, languages: tuple[Reader, ...]) -> Iterator[Reference]:
    lines = source.text.split("\n")
    first = _front_matter_end(lines)
    found = list(_card(source, names, lines[1:first]))
    fences = _fences(lines, first)
    coded: set[int] = set()
    for fence in fences:
        inside = _code(source, names, fence, languages)
        if inside is not None:
            coded |= {number for number, _, _ in fence.lines}
            found += inside
    for number in range(first, len(lines)):
        if number not in coded and "/" in lines[number]:
            found += _prose(source, names, number, lines[number])
    yield from sorted(found, key=lambda reference: (reference.line, reference.column))


def _front_matter_end(lines: list[str]) -> int:
    """The number of the line behind the front matter; 0 where there is none."""
    if lines[0].rstrip() != "---":
        return 0
    ends = (number for number, line in enumerate(lines[1:400], 1) if line.rstrip() in ("---", "..."))
    return next(ends, -1) + 1


def _card(source: Source, names: Names, lines: list[str]) -> Iterator[Reference]:
    key, place = "", Place.TEXT
    for number, line in enumerate(lines, 1):
        start = 0
        if head := _KEY.match(line):
            key, start = head[1].lower(), head.end()
            place = Place.NAMED if key in _words("models") else Place.TEXT
            place = Place.DATASET if key in _words("datasets") else place
        elif item := _ITEM.match(line):
            start = item.end()
        elif "/" not in line:
            continue
        for value in _VALUE.finditer(line, start):
            named = _stated(names, value[1], key, place)
            if named is not None:
                how = f"key {shown(key)}" if key else "text"
                # What the keys of a card say is no mention: the model that is published here comes out of it.
                yield _reference(source, number, value.start(1), value[1], named, how, place is Place.TEXT)


def _stated(names: Names, text: str, key: str, place: Place) -> Named | None:
    if place is Place.DATASET and "/" not in text:
        return None
    named = names.read(text, place)
    if named is not None and named.kind is Kind.MODEL and key in _words("licences"):
        return Named(Kind.IGNORED, reason="the address of a licence")
    return named


def _fences(lines: list[str], first: int) -> list[_Fence]:
    found: list[_Fence] = []
    number = first
    while number < len(lines):
        if fence := _FENCE.match(lines[number]):
            end = _fence_end(lines, number + 1, fence[2])
            inside = tuple(_cut(lines[at], at, len(fence[1])) for at in range(number + 1, end))
            found.append(_Fence(fence[3], inside))
            number = end
        elif block := _DIRECTIVE.match(lines[number]):
            end = _block_end(lines, number + 1, len(block[1]))
            inside = tuple(_cut(lines[at], at, _margin(lines, number + 1, end)) for at in range(number + 1, end))
            found.append(_Fence(block[2], tuple(line for line in inside if not _OPTION.match(lines[line[0]]))))
            number = end - 1
        number += 1
    return found


def _fence_end(lines: list[str], number: int, mark: str) -> int:
    while number < len(lines) and not lines[number].lstrip(" \t>").startswith(mark):
        number += 1
    return number


def _block_end(lines: list[str], number: int, indent: int) -> int:
    while number < len(lines) and (not lines[number].strip() or _indent(lines[number]) > indent):
        number += 1
    return number


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _margin(lines: list[str], first: int, end: int) -> int:
    body = [line for line in lines[first:end] if line.strip() and not _OPTION.match(line)]
    return min((_indent(line) for line in body), default=0)


def _cut(line: str, number: int, margin: int) -> tuple[int, int, str]:
    """A line of code without the margin of its fence and without a prompt."""
    start = min(margin, _indent(line)) if line[:margin].strip(" \t>") else margin
    prompt = _PROMPT.match(line[start:])
    start += prompt.end() if prompt else 0
    return number, start, line[start:]


def _code(source: Source, names: Names, fence: _Fence, languages: tuple[Reader, ...]) -> list[Reference] | None:
    """What the reader of a fence's language finds there; None where there is no such reader, or it could not read."""
    path = _file_of(fence.language)
    taking = next((each for each in languages if fence.language and each.takes(path)), None)
    if taking is None:
        return None
    body = "\n".join(text for _, _, text in fence.lines).encode("utf-8", "replace")
    try:
        inside = list(taking.read(Source(path, body, len(body)), names))
    except Unread:
        return None
    return [_placed(source, fence, reference) for reference in inside]


def _placed(source: Source, fence: _Fence, reference: Reference) -> Reference:
    number, start, _ = fence.lines[min(reference.line, len(fence.lines)) - 1]
    weak = reference.confidence if reference.kind is Kind.IGNORED else Confidence.LOW
    return replace(
        reference,
        path=source.path,
        line=number + 1,
        column=reference.column + start,
        confidence=weak,
        flags=(*reference.flags, FLAG),
    )


def _prose(source: Source, names: Names, number: int, line: str) -> Iterator[Reference]:
    for offset, word, named in names.inside(line):
        yield _reference(source, number, offset, word, replace(named, confidence=Confidence.LOW), "text")


def _reference(
    source: Source, number: int, offset: int, text: str, named: Named, how: str, mentioned: bool = True
) -> Reference:
    return Reference(
        source.path, number + 1, offset + 1, named.kind, shown(text), how,
        named.repo, named.revision, named.confidence, (FLAG,) if mentioned else (), named.reason,
    )  # fmt: skip
