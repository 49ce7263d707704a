"""Notebooks: their code is one program, read cell by cell into one; prose is prose; outputs are nobody's references.

Lines that begin with ``!`` and cells that begin with ``%%bash`` are commands of a shell; other magics are blanked, so
that every place stays where it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scanner.jsontext import NotJson
from scanner.jsontext import parse as parse_json
from scanner.references.names import Names
from scanner.references.python.commands import Script
from scanner.references.python.found import Found
from scanner.references.python.literals import unparsed
from scanner.references.python.reader import analyse, parse
from scanner.references.reader import Reader
from scanner.references.reference import Reference
from scanner.references.source import Source

_SHELL = re.compile(
    r"[ \t]*(?:[A-Za-z_]\w{0,60}\s*=\s*)?(?:!+|%(?:s[cx]|system|env|set_env|pip|conda|run)\b[ \t]*)(?P<command>.*)"
)
_MAGIC = re.compile(r"[ \t]*%(?!\s)|[ \t]*\?|[^#'\"]*\?\s*$")
_SHELL_CELL = re.compile(r"\s*(?:%%(?:bash|sh|shell|script|system|sx)\b[^\n]*|%%!|!!)")
_OTHER_CELL = re.compile(r"\s*%%(?!time|capture|prun|timeit|memray|px)\w+")
_CONTINUED = re.compile(r"\\\s*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """``kind`` is what the notebook says: ``code``, ``markdown`` and others."""

    number: int
    kind: str
    text: str


def _read(source: Source, names: Names) -> list[Reference]:
    try:
        document = parse_json(source.data).value
    except NotJson:
        found = Found(source.path, source.text)
        unparsed(found, names)
        return found.references()
    cells = list(_cells(document))
    if not cells:
        found = Found(source.path, source.text)
        unparsed(found, names)
        return found.references()
    references = [*_code(source.path, [cell for cell in cells if cell.kind == "code"], names)]
    for cell in cells:
        if cell.kind != "code":
            references += _prose(source.path, cell, names)
    return sorted(references, key=lambda reference: (reference.cell or 0, reference.line, reference.column))


def cells(source: Source) -> list[Cell]:
    """Its cells; none where the file is no notebook."""
    try:
        return list(_cells(parse_json(source.data).value))
    except NotJson:
        return []


def _cells(document: Any) -> Iterator[Cell]:
    """The cells of notebook formats 3 and 4, numbered from 1; what is no cell is passed over."""
    if not isinstance(document, dict):
        return
    sheets = document.get("worksheets")
    held = document.get("cells")
    if not isinstance(held, list):
        sheets = sheets if isinstance(sheets, list) else []
        held = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _listed(sheet.get("cells"))]
    for number, cell in enumerate(held, 1):
        if isinstance(cell, dict):
            text = cell.get("source", cell.get("input", ""))
            if isinstance(text, list):
                text = "".join(line for line in text if isinstance(line, str))
            if isinstance(text, str):
                yield Cell(number, str(cell.get("cell_type")), text.replace("\r\n", "\n").replace("\r", "\n"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _prose(path: str, cell: Cell, names: Names) -> Iterator[Reference]:
    found = Found(path, cell.text)
    for at, word, named in names.inside(cell.text):
        found.add(at, word, named, "text")
    for reference in found.references():
        yield replace(reference, cell=cell.number)


def _code(path: str, cells: list[Cell], names: Names) -> Iterator[Reference]:
    """All code cells as one program, since a cell uses what an earlier one made."""
    whole = "\n".join(cell.text for cell in cells)
    found = Found(path, whole)
    program: list[str] = []
    scripts: list[Script] = []
    starts: list[int] = []
    at = 0
    for cell in cells:
        starts.append(at)
        text = _python(found, at, cell.text, names, scripts)
        if parse(text) is None:
            unparsed(found, names, at, at + len(cell.text))
            text = _blank(text)
        program.append(text)
        at += len(cell.text) + 1
    analyse(found, "\n".join(program), names, scripts)
    first_lines = [whole.count("\n", 0, start) for start in starts]
    for reference in found.references():
        index = bisect_right(first_lines, reference.line - 1) - 1
        yield replace(reference, line=reference.line - first_lines[index], cell=cells[index].number)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _python(found: Found, at: int, text: str, names: Names, scripts: list[Script]) -> str:
    """The Python of a cell, with blanks for the rest of it; its commands are added to ``scripts``."""
    if head := _SHELL_CELL.match(text):
        scripts.append(Script(at + head.end(), text[head.end() :], fills=False))
        return _blank(text)
    if _OTHER_CELL.match(text):
        for where, word, named in names.inside(text):
            found.add(at + where, word, named, "text")
        return _blank(text)
    lines, kept, index = text.split("\n"), [], 0
    while index < len(lines):
        line, begin = lines[index], at
        index, at = index + 1, at + len(line) + 1
        shell = _SHELL.match(line)
        if not shell and not _MAGIC.match(line):
            kept.append(line)
            continue
        held = [line]
        while _CONTINUED.search(held[-1]) and index < len(lines):
            held.append(lines[index])
            index, at = index + 1, at + len(lines[index]) + 1
        if shell:
            offset = shell.start("command")
            scripts.append(Script(begin + offset, "\n".join(held)[offset:], fills=True))
        kept += map(_blank, held)
    return "\n".join(kept)


NOTEBOOK = Reader("notebook", ("*.ipynb",), _read)
