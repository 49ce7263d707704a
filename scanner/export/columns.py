"""Rows and bars for a terminal, in plain characters: what a catalogue answers to a question."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.export.quoting import one_line
from scanner.export.report import Screen

NARROWEST, UNKNOWN = 40, 80
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_GAP = 2
_SHORTEST, _LONGEST = 12, 20
NONE = "-"


def rows(head: Sequence[str], body: Sequence[Sequence[object]], screen: Screen, *, wide: Sequence[int] = (0,)) -> str:
    """A table: numbers to the right; the columns ``wide`` share the room that is left, longer texts lose their middle.

    None is drawn as a dash.
    """
    cells = [[_cell(value) for value in row] for row in body]
    lengths = [max(len(row[n]) for row in (list(head), *cells)) for n in range(len(head))]
    lengths = [length if n in wide else min(length, _LONGEST) for n, length in enumerate(lengths)]
    width = max(screen.width or UNKNOWN, NARROWEST)
    left = width - sum(lengths) + sum(lengths[n] for n in wide) - _GAP * (len(head) - 1)
    for count, n in enumerate(sorted(wide, key=lambda n: lengths[n])):
        lengths[n] = min(lengths[n], max(left // (len(wide) - count), _SHORTEST))
        left -= lengths[n]
    right = [all(isinstance(row[n], int) or row[n] is None for row in body) and bool(body) for n in range(len(head))]
    lines = []
    for row in (list(head), *cells):
        parts = []
        for n, text in enumerate(row):
            text = shortened(text, lengths[n], ascii=screen.ascii)
            parts.append(text.rjust(lengths[n]) if right[n] else text.ljust(lengths[n]))
        lines.append((" " * _GAP).join(parts).rstrip())
    return "\n".join(lines)


def bars(body: Sequence[tuple[str, int, str]], screen: Screen) -> str:
    """A line for each (label, number, what stands behind the bar); the longest bar is that of the largest number."""
    if not body:
        return ""
    width = max(screen.width or UNKNOWN, NARROWEST)
    tail = max(len(text) for _, _, text in body)
    head = min(max(len(_cell(label)) for label, _, _ in body), width // 3)
    room = max(width - head - tail - 2 * _GAP, 8)
    most = max(number for _, number, _ in body) or 1
    return "\n".join(
        f"{shortened(_cell(label), head, ascii=screen.ascii):<{head}}  {_bar(number / most, room, screen.ascii)}"
        f"  {text:>{tail}}"
        for label, number, text in body
    )


def shortened(text: str, most: int, *, ascii: bool = False) -> str:
    """``text`` in at most ``most`` characters; what it loses is lost in the middle: names begin and end in meaning."""
    if len(text) <= most:
        return text
    mark = "~" if ascii else "…"
    head = most // 2
    return text[:head] + mark + text[len(text) - (most - 1 - head) :]


def _bar(share: float, room: int, ascii: bool) -> str:
    if ascii:
        return ("#" * max(round(share * room), share > 0)).ljust(room)
    whole, eighths = divmod(max(round(share * room * 8), share > 0), 8)
    return ("█" * whole + (_EIGHTHS[eighths] if eighths else "")).ljust(room)


def _cell(value: object) -> str:
    if value is None:
        return NONE
    return f"{value:,}" if isinstance(value, int) else str(one_line(str(value)))
