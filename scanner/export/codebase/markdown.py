"""The code base for a comment on a change: the verdict, a table of what is open, everything else folded away.

Whatever strangers wrote stands in a code span. A comment has an end: what there was no room for is counted, by kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanner.export.account import Notes, Section, counted, quote
from scanner.export.codebase.reading import Codebase, Json, answer, locus, next_step, read, spots, verdict
from scanner.export.codebase.telling import apart, coverage_line, judged_by, left
from scanner.export.codebase.tree import Place, because, place_of, told_apart
from scanner.export.markdown import cell, code, listing, words_of

MOST = 60_000
"""Characters of a comment; the platforms allow a few thousand more."""
_RESERVE = 2_000
"""Of them, for the counts of what was cut, and what to do."""
_PLACES = 3
_ALIKE = ("verdict", "rule", "policy", "model", "message")


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines under a head that is said if there is room for one of them; ``name`` is what they are called when cut."""

    head: tuple[str, ...]
    lines: tuple[str, ...]
    foot: tuple[str, ...]
    name: str


def as_markdown(document: Json) -> str:
    """GitHub-flavoured Markdown of at most ``MOST`` characters."""
    base = read(document, from_start=True)
    state = f" ({', '.join(base.caveats)})" if base.caveats else ""
    parts = [f"### modelorigin: {verdict(base)}{state} {cell(_cut(base.document['root']))}", "", answer(base)]
    parts += ["", *(words_of(said) for said in judged_by(base))]
    parts += ["", words_of(coverage_line(base))]
    cut: list[str] = []
    room = MOST - _RESERVE - sum(len(part) + 1 for part in parts)
    for block in _blocks(base):
        shown = []
        room -= sum(len(text) + 1 for text in (*block.head, *block.foot))
        for text in block.lines:
            if len(text) + 1 > room:
                break
            shown.append(text)
            room -= len(text) + 1
        if shown:
            parts += [*block.head, *shown, *block.foot]
        if more := len(block.lines) - len(shown):
            cut.append(f"{counted(more, 'line')} of {block.name}")
    if cut:
        parts += ["", f"No room was left for {', '.join(cut)}: `--format json` has all."]
    parts += ["", f"**Next:** {next_step(base)}"]
    return "\n".join(parts)


def _cut(text: str) -> str:
    return quote(text).text


def _blocks(base: Codebase) -> Iterator[_Block]:
    notes = Notes()
    rows = tuple(_rows(base, notes))
    if rows:
        title = "New findings" if base.document["compared_with"] else "Findings"
        head = ("", f"**{title}**", "", "| Verdict | Model | Where | Rule | Why |", "|---|---|---|---|---|")
        yield _Block(head, rows, (), title.lower())
    for section in (*apart(base, None), Section("Not read to the end", tuple(left(base)))):
        if section.lines:
            yield _folded(_title(section), list(listing(section)), section.title.lower())
    allowed = list(_allowed(base))
    if allowed:
        yield _folded(counted(len(allowed), "model") + " allowed", allowed, "allowed models")
    sources = [f"{number}. {code(text)}" for number, text in enumerate(notes.texts(), 1)]
    if sources:
        yield _folded("Sources", sources, "sources")


def _title(section: Section) -> str:
    """The title of a section with the number of its lines, where each is a thing."""
    return section.title if section.title == "Lock" else f"{section.title} ({len(section.lines)})"


def _folded(title: str, lines: Sequence[str], name: str) -> _Block:
    head = ("", "<details>", f"<summary>{title}</summary>", "")
    return _Block(head, tuple(lines), ("", "</details>"), name)


def _rows(base: Codebase, notes: Notes) -> Iterable[str]:
    """One row a rule and model, wherever the model is named; what is unresolved has a list of its own."""
    found: dict[Place, list[Json]] = defaultdict(list)
    for spot in spots(base.open):
        found[place_of(spot.finding["path"], spot.place)].append(spot.finding)
    unresolved = told_apart(base, found)
    alike: dict[tuple[object, ...], list[str]] = {}
    first: dict[tuple[object, ...], Json] = {}
    for spot in spots(base.open):
        finding = spot.finding
        if place_of(finding["path"], spot.place) in unresolved:
            continue
        key: tuple[object, ...] = (
            finding["verdict"],
            finding["rule"],
            finding["policy"],
            finding["model"],
            finding["message"],
        )
        path = finding["path"]
        alike.setdefault(key, []).append(locus(path, spot.place) if finding["places"] else path)
        first.setdefault(key, finding)
    for key, places in alike.items():
        yield _row(first[key], places, notes)


def _row(finding: Json, places: Sequence[str], notes: Notes) -> str:
    shown = ", ".join(cell(_cut(place)) for place in places[:_PLACES])
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    because_ = "".join(f"; {words_of(said).replace('|', '¦')}" for said in because(finding))
    mark = notes.cite(*finding["footnotes"])
    cited = mark.text.replace("[", "\\[").replace("]", "\\]") if mark else ""
    fixed = "" if finding["waivable"] else "; cannot be waived"
    model = cell(_cut(finding["model"])) if finding["model"] else ""
    name = finding["verdict"].upper() if finding["verdict"] in ("deny", "review", "note") else "DENY"
    why = f"{cell(_cut(finding['message']))}{because_}{fixed}{cited}"
    return f"| **{name}** | {model} | {shown}{more} | {cell(_cut(finding['rule']))} | {why} |"


def _allowed(base: Codebase) -> Iterator[str]:
    for model in base.document["models"]:
        if model["verdict"] == "allow":
            yield f"- {code(_cut(model['requested']))}"
