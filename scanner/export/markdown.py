"""The report for a comment on a change: a table of verdicts, then each model as lists.

Whatever strangers wrote stands in a code span: there a platform finds no mention, no link, no reference and no HTML.
Nothing of it is lost but the bar, which would end the cell of a table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from scanner.export.account import Account, Branch, Line, Mark, Section, Span, counted
from scanner.export.quoting import one_line
from scanner.export.report import Failure, Report
from scanner.export.telling import tell
from scanner.export.why import WORST_FIRST

_BOLD = (Mark.WARN, Mark.VERDICT, Mark.COUNTRY)
_CORE = re.compile(r"(\W*)(.*?)(\W*)", re.S)
_TICKS = re.compile(r"`+")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~@])")


def as_markdown(report: Report) -> str:
    """GitHub-flavoured Markdown; plain CommonMark but for the table."""
    accounts = [tell(scan) for scan in report.scans]
    parts = [*_overview(accounts, report.failures)]
    for account in accounts:
        parts += ["", *_account(account)]
    for failure in report.failures:
        parts += ["", *_failure(failure)]
    return "\n".join(parts)


def _overview(accounts: list[Account], failures: Iterable[Failure]) -> Iterable[str]:
    rows = [(a.verdict or "not judged", a.model, _because(a), a.caveat or "") for a in accounts]
    rows += [("not judged", one_line(f.requested), cell(one_line(f.kind)), "") for f in failures]
    tally = Counter(verdict for verdict, *_ in rows)
    parts = [f"{tally[verdict]} {verdict}" for verdict in (*WORST_FIRST, "not judged") if tally[verdict]]
    yield f"**modelorigin:** {counted(len(rows), 'model')}: {', '.join(parts) or 'none'}"
    yield ""
    yield "| Verdict | Model | Because of | |"
    yield "|---|---|---|---|"
    for verdict, model, because, caveat in rows:
        yield f"| **{verdict}** | {cell(model)} | {because} | {caveat} |"


def _because(account: Account) -> str:
    return ("waived: " if account.waived else "") + ", ".join(map(cell, account.rules or account.waived))


def _account(account: Account) -> Iterable[str]:
    caveat = f" ({account.caveat})" if account.caveat else ""
    yield f"### {account.verdict or 'not judged'}: {code(account.model)}{caveat}"
    for section in account.sections:
        yield from ("", f"**{section.title}**", "", *listing(section))
    if account.notes:
        yield from ("", "**Sources**", "")
        for number, note in enumerate(account.notes, 1):
            yield f"{number}. {code(note)}"


def listing(section: Section) -> Iterable[str]:
    """A section as a list."""
    if section.tree:
        yield from _tree(section.tree, "")
    for said in section.lines:
        yield f"{'  ' if said.item else ''}- {words_of(said)}"


def _tree(branch: Branch, indent: str) -> Iterable[str]:
    yield f"{indent}- {words_of(branch.label)}"
    for parent in branch.below:
        yield from _tree(parent, indent + "  ")


def _failure(failure: Failure) -> Iterable[str]:
    yield f"### not judged: {code(one_line(failure.requested))}"
    yield ""
    yield f"- {code(one_line(failure.message))}"
    if failure.hint:
        yield f"- {code(one_line(failure.hint))}"


def words_of(said: Line) -> str:
    """A line as inline text: our words escaped, every quote in a code span."""
    return "".join(_span(span) for span in said.spans).strip()


def _span(span: Span) -> str:
    if span.mark is Mark.QUOTE:
        return code(span.text)
    words = _SPECIAL.sub(r"\\\1", re.sub(" +", " ", span.text))
    if span.mark not in _BOLD:
        return words
    before, core, after = _CORE.fullmatch(words).groups()  # type: ignore[union-attr]  # it matches every text
    return f"{before}**{core}**{after}" if core else words


def code(text: str) -> str:
    """``text``, one harmless line, in a code span of more backticks than it holds itself."""
    fence = "`" * (1 + max((len(ticks) for ticks in _TICKS.findall(text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text.strip() else "(empty)"


def cell(text: str) -> str:
    """``code`` for the cell of a table, which a bar would end."""
    return code(text.replace("|", "¦"))
