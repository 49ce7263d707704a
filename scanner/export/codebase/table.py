"""The code base for a person at a terminal: the verdict, the tree of the files, what is open, what to do."""

from __future__ import annotations

from scanner.export.account import Account
from scanner.export.codebase.reading import Json, read, verdict
from scanner.export.codebase.telling import sections
from scanner.export.report import Screen
from scanner.export.table import draw


def as_table(document: Json, screen: Screen) -> str:
    base = read(document)
    caveat = ", ".join(base.caveats) or None
    rules = tuple(dict.fromkeys(finding["rule"] for finding in base.open))
    told = tuple(sections(base))
    return draw(Account(verdict(base), base.document["root"], rules, (), caveat, told, (), 0, ""), screen)
