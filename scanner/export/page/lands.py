"""Which colour stands for which country on one page: in the order they come, the first few have one of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.export.account import Json
from scanner.export.page.markup import Markup, tag
from scanner.export.page.style import LANDS


class Lands:
    """The same colour means the same country on the whole page, and the code is always written in it."""

    def __init__(self, codes: Iterable[str | None]) -> None:
        named = [code for code in dict.fromkeys(codes) if code]
        self._numbers = {code: n for n, code in enumerate(named[:LANDS], 1)}

    def name(self, code: str | None) -> str:
        """The token of its colour."""
        return f"land-{self._numbers.get(code or '', 0)}"

    def chip(self, code: str | None) -> Markup:
        """The code in its colour; a question mark in a broken frame where it is not known."""
        if code is None:
            return tag("span", tag("span", "?", class_="land unknown"), " unknown", class_="warn")
        return tag("span", code, class_=f"land {self.name(code)}")


def controlling(facts: Iterable[Json]) -> Iterator[str | None]:
    """The countries of control of all models of the lineages, in their order."""
    return (model["origin"]["control"] for one in facts for model in one["lineage"]["models"])
