"""Lines of an account as HTML: our words as they are, quotes as text that keeps to itself, footnotes as links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scanner.export.account import Branch, Line, Mark, Notes, Section, Span
from scanner.export.page import Content, Markup, jump, linked, quoted, tag

_NUMBER = re.compile(r"\[([0-9]+)\]")
_CLASSES = {Mark.FAINT: "faint", Mark.WARN: "warn", Mark.COUNTRY: None}


class Said:
    """Writes what is said of the model ``number`` of a page: its footnotes are told from those of the others.

    None: the footnotes stand where no link leads.
    """

    def __init__(self, number: int | None) -> None:
        self._number = number

    def words(self, line: Line) -> Content:
        """One line, without an element around it."""
        return [self.span(span) for span in line.spans]

    def span(self, span: Span | None) -> Content:
        if span is None:
            return None
        match span.mark:
            case Mark.QUOTE:
                return quoted(span.text)
            case Mark.WORDS:
                return span.text
            case Mark.VERDICT:
                return badge(span.text)
            case Mark.NOTE:
                return self._marks(span.text)
            case Mark.COUNTRY:
                return tag("strong", span.text)
        return tag("span", span.text, class_=_CLASSES[span.mark])

    def _marks(self, text: str) -> Markup:
        if self._number is None:
            return tag("span", text, class_="faint")
        numbers = _NUMBER.findall(text)
        return tag("sup", (jump(self._note(n), f"[{n}]", label=f"footnote {n}") for n in numbers))

    def _note(self, number: str | int) -> str:
        return f"note-{self._number}-{number}"

    def lines(self, lines: Iterable[Line]) -> Iterator[Markup]:
        """Paragraphs; what is one of a list stands in a list."""
        items: list[Markup] = []
        for line in lines:
            if line.item:
                items.append(tag("li", self.words(line)))
                continue
            yield from self._list(items)
            items = []
            yield tag("p", self.words(line))
        yield from self._list(items)

    def _list(self, items: Sequence[Markup]) -> Iterator[Markup]:
        if items:
            yield tag("ul", items)

    def section(self, section: Section, rank: int, *more: Content) -> Content:
        """The section under its heading, nothing where it says nothing."""
        if not (section.lines or section.tree):
            return None
        return tag("section", tag(f"h{rank}", section.title), self.lines(section.lines), *more)

    def tree(self, branch: Branch) -> Markup:
        """A lineage in words: what a model was made from stands in a list below it."""
        below = tag("ul", (self.tree(one) for one in branch.below)) if branch.below else None
        return tag("li", self.words(branch.label), below)

    def notes(self, notes: Notes) -> Markup:
        """The footnotes, at the end: where each mark leads."""
        told = (tag("li", linked(text), id=self._note(n)) for n, text in enumerate(notes.texts(), 1))
        return tag("ol", told, class_="notes")


def badge(verdict: str | None) -> Markup:
    """A verdict as a label; None: no policy was asked."""
    return tag("span", verdict or "NOT JUDGED", class_=f"badge {(verdict or 'faint').lower()}")
