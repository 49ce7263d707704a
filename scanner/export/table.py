"""The report for a person at a terminal: one screen a model, the verdict first, the sources last."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from scanner.export.account import Account, Branch, Line, Mark, Section, counted
from scanner.export.quoting import one_line
from scanner.export.report import Failure, Report, Screen
from scanner.export.telling import tell
from scanner.export.why import WORST_FIRST

NARROWEST, UNKNOWN = 40, 80
_TITLE = 9
"""Columns of the longest title of a section."""
_GAP = 2
"""Columns between a title and what stands under it."""
_DRAWN = str.maketrans("─│├└→…§", "-||`>~S")
_TRAILING = re.compile(r" +(?=(?: |\x1b\[[0-9;]*m)*$)", re.M)
NOT_JUDGED = "NOT JUDGED"
_VERDICTS = {
    "ALLOW": "bold green",
    "REVIEW": "bold yellow",
    "DENY": "bold red",
    NOT_JUDGED: "bold magenta",
}
_STYLES = {
    Mark.WORDS: "",
    Mark.FAINT: "dim",
    Mark.WARN: "yellow",
    Mark.QUOTE: "",
    Mark.COUNTRY: "bold cyan",
    Mark.NOTE: "dim cyan",
}


def as_table(report: Report, screen: Screen) -> str:
    """The accounts one below the other and, for more than one model, a line for each and their sum.

    A model has one screen: of its sources, those the verdict rests on are listed, the others as far as there is room.
    """
    console = _console(screen)
    accounts = [tell(scan) for scan in report.scans]
    parts = []
    for account in accounts:
        drawn = _drawn(console, _account(account))
        room = screen.rows - drawn.count("\n") if screen.rows else None
        parts.append(drawn + _drawn(console, [_sources(console, account, room)]) if account.notes else drawn)
    parts += [_drawn(console, _failure(failure)) for failure in report.failures]
    if len(parts) > 1:
        parts.append(_drawn(console, _summary(accounts, report.failures)))
    return _finished("\n".join(parts), screen)


def draw(account: Account, screen: Screen) -> str:
    """One account, its sections and no footnotes."""
    return _finished(_drawn(_console(screen), _account(account)), screen)


def _console(screen: Screen) -> Console:
    colored = screen.color and not os.environ.get("NO_COLOR")
    return Console(
        file=StringIO(),
        width=max(screen.width, NARROWEST) if screen.width else UNKNOWN,
        force_terminal=colored,
        color_system="standard" if colored else None,
        no_color=not colored,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def _finished(text: str, screen: Screen) -> str:
    text = _TRAILING.sub("", text).rstrip("\n")
    return text.translate(_DRAWN) if screen.ascii else text


def _drawn(console: Console, what: Iterable[RenderableType]) -> str:
    with console.capture() as captured:
        console.print(*what, sep="\n")
    return captured.get()


def _account(account: Account) -> Iterable[RenderableType]:
    yield from _head(account.verdict or NOT_JUDGED, account.model, account.caveat)
    grid = _columns()
    for section in account.sections:
        for index, row in enumerate(_rows(section)):
            grid.add_row(Text("" if index else section.title, style="bold"), row)
    yield grid


def _sources(console: Console, account: Account, room: int | None) -> RenderableType:
    """The footnotes; those there is no ``room`` for, in rows, are counted, with the way to see them."""
    grid = _columns()
    shown = _fitting(console, account, room)
    for number, note in enumerate(account.notes[:shown], 1):
        mark = Text(_mark(number), style=_STYLES[Mark.NOTE])
        grid.add_row(Text("" if number > 1 else "Sources", style="bold"), _hanging(mark, Text(note, style="dim")))
    if left := len(account.notes) - shown:
        title, more = ("", " more") if shown else ("Sources", "")
        grid.add_row(Text(title, style="bold"), Text(f"{left}{more}: {account.everything}", style="dim"))
    return grid


def _fitting(console: Console, account: Account, room: int | None) -> int:
    """How many footnotes fit, and with them the line that counts the others; the verdict's grounds always do."""
    heights = [
        len(Text(note, overflow="fold").wrap(console, console.width - _TITLE - _GAP - len(_mark(number))))
        for number, note in enumerate(account.notes, 1)
    ]
    shown = len(heights)
    if room is not None and sum(heights) > room:
        while shown > account.grounds and sum(heights[:shown]) >= room:
            shown -= 1
    return shown


def _mark(number: int) -> str:
    return f"[{number}] "


def _head(verdict: str, model: str, caveat: str | None) -> Iterable[RenderableType]:
    text = Text(model, style="bold", overflow="fold")
    if caveat:
        text.append(f"  {caveat}", style="yellow")
    yield _hanging(Text(f"{verdict}  ", style=_VERDICTS[verdict]), text)
    yield Rule(style="dim")


def _columns() -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(no_wrap=True, min_width=_TITLE)
    grid.add_column(ratio=1, overflow="fold")
    return grid


def _hanging(mark: Text, text: Text) -> Table:
    """``text`` after ``mark``, its further lines aligned with its first."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(mark, text)
    return grid


def _rows(section: Section) -> Iterable[RenderableType]:
    if section.tree:
        yield _tree(section.tree)
    for said in section.lines:
        yield _hanging(Text("- ", style="dim"), _text(said)) if said.item else _text(said)


def _text(said: Line) -> Text:
    text = Text(overflow="fold")
    for span in said.spans:
        text.append(span.text, style=_VERDICTS[span.text] if span.mark is Mark.VERDICT else _STYLES[span.mark])
    return text


class _Narrow(Tree):
    """A tree that moves two columns to the right with every step: lineages are deep and names are long."""

    TREE_GUIDES = [("  ", "│ ", "├ ", "└ ")] * 3


def _tree(branch: Branch) -> Tree:
    tree = _Narrow(_text(branch.label), guide_style="dim", highlight=False)
    tree.children = [_tree(parent) for parent in branch.below]
    return tree


def _failure(failure: Failure) -> Iterable[RenderableType]:
    yield from _head(NOT_JUDGED, one_line(failure.requested), None)
    grid = _columns()
    grid.add_row(Text("Why", style="bold"), Text(one_line(failure.message), overflow="fold"))
    if failure.hint:
        grid.add_row(Text("Hint", style="bold"), Text(one_line(failure.hint), overflow="fold"))
    yield grid


def _because(account: Account) -> str:
    return ("waived: " if account.waived else "") + ", ".join(account.rules or account.waived)


def _summary(accounts: Sequence[Account], failures: Sequence[Failure]) -> Iterable[RenderableType]:
    rows = [(a.verdict or NOT_JUDGED, a.model, _because(a), a.caveat) for a in accounts]
    rows += [(NOT_JUDGED, one_line(f.requested), one_line(f.kind), None) for f in failures]
    yield Rule(style="dim")
    grid = _columns()
    for verdict, model, rules, caveat in rows:
        text = Text(model, overflow="fold").append(f"  {rules}" if rules else "", style="dim")
        grid.add_row(
            Text(verdict, style=_VERDICTS[verdict]), text.append(f"  {caveat}" if caveat else "", style="yellow")
        )
    yield grid
    tally = Counter(verdict for verdict, *_ in rows)
    parts = [f"{tally[verdict]} {verdict}" for verdict in reversed(WORST_FIRST)]
    yield Text(f"{counted(len(rows), 'model')}: {', '.join(parts)}, {tally[NOT_JUDGED]} not judged", style="bold")
