"""What changed between two scans, part by part, in the order in which it matters. Every change is in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from scanner.diff.changes import ABSENT, Change, Path, changes
from scanner.diff.fields import KEYS, OTHER, PARTS, Part, part_of, place_of
from scanner.diff.sides import Side, documents
from scanner.diff.words import listed, prefix, shown, words

SCHEMA = "modelorigin/diff/v1"
_RETOLD = frozenset(("verdict", "waived_by", "standing"))
"""What of a finding is told by itself; the rest of it only says the same otherwise."""

Bundle = tuple[str, Path]


@dataclass(frozen=True, slots=True)
class Line:
    """Words, and the changes they tell of."""

    text: str
    changes: tuple[Change, ...]

    @property
    def known_then(self) -> bool:
        """False where a release that knew less made one side: that is no change of the model."""
        return not all(one.unrecorded for one in self.changes)


@dataclass(frozen=True, slots=True)
class Told:
    part: Part
    lines: tuple[Line, ...]


def compare(before: Side, after: Side) -> tuple[Told, ...]:
    """What is another in ``after``, part by part; empty when nothing is but number and moment.

    Raises:
        KeyError, TypeError, ValueError: one is not a facts/v1 document with its decisions.
    """
    return tell(changes(*documents(before, after), KEYS))


def tell(found: Iterable[Change]) -> tuple[Told, ...]:
    """The changes in words; each is in exactly one line."""
    by_part: dict[Part, list[Change]] = {}
    for change in found:
        by_part.setdefault(part_of(change.field) or OTHER, []).append(change)
    return tuple(
        Told(part, tuple(_others(by_part[part]) if part is OTHER else _lines(by_part[part])))
        for part in (*PARTS, OTHER)
        if part in by_part
    )


def difference_document(before: Side, after: Side) -> dict[str, Any]:
    """``modelorigin/diff/v1``: what ``compare`` finds, as JSON values; its schema ships beside the others.

    Raises:
        KeyError, TypeError, ValueError: as ``compare``.
    """
    told = compare(before, after)
    return {
        "schema": SCHEMA,
        "before": _side(before),
        "after": _side(after),
        "identical": not told,
        "drift": any(one.part.drift and any(line.known_then for line in one.lines) for one in told),
        "parts": [
            {
                "title": one.part.title,
                "drift": one.part.drift,
                "lines": [
                    {"text": line.text, "drift": one.part.drift and line.known_then,
                     "changes": [_change(change) for change in line.changes]}
                    for line in one.lines
                ],
            }
            for one in told
        ],
    }  # fmt: skip


def first_difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The first change between two decision/v1 documents, in words; empty when there is none."""
    keys = {field.removeprefix("decisions."): names for field, names in KEYS.items() if field.startswith("decisions.")}
    found = next(changes(before, after, keys), None)
    return f"{found}: {shown(found.before)} → {shown(found.after)}" if found else ""


def _lines(found: Sequence[Change]) -> Iterator[Line]:
    """A line for each change, and one for changes that say one thing together."""
    together: dict[Bundle | int, list[Change]] = {}
    for number, change in enumerate(sorted(found, key=lambda one: place_of(one.field))):
        together.setdefault(_bundle(change) or number, []).append(change)
    for key, some in together.items():
        text = words(some[0]) if isinstance(key, int) else _bundled(key, some)
        yield Line(text, tuple(some))


def _others(found: Sequence[Change]) -> Iterator[Line]:
    for root, some in groupby(found, key=lambda change: change.path[0]):
        all_of_it = tuple(some)
        yield Line(f"{len(all_of_it)} of {root}: {', '.join(map(str, all_of_it))}", all_of_it)


def _bundle(change: Change) -> Bundle | None:
    """What a change says together with others: the kind, and the place they have in common."""
    field, path = change.field, change.path
    if field.startswith("facts.evidence"):
        return "evidence", ()
    if field == "decisions.outcomes" and isinstance(path[-1], tuple):
        return "answers", path[:2]
    if field in ("policies.digest", "policies.texts"):
        return "text", path[:2]
    if field.startswith("decisions.findings.") and isinstance(path[3], tuple) and path[4] not in _RETOLD:
        return "retold", path[:4]
    for word in ("footnotes", "sources"):
        if field.startswith("facts.") and word in path and path[-1] != word:
            return word, path[: path.index(word)]
    return None


def _bundled(key: Bundle, found: Sequence[Change]) -> str:
    kind, at = key
    place = prefix(at)
    if kind == "evidence":
        names = (" ".join(change.entry or ("order",)) for change in found)
        return f"{_count(found)} of what was read: {listed(names, len(found), 4)}"
    if kind == "answers":
        told = (f"{change.path[-1][0]} {_answer(change.before)} → {_answer(change.after)}" for change in found)
        return f"{place}: answers: {listed(told, len(found), 12)}"
    if kind == "text":
        digest = next((one for one in found if one.field == "policies.digest"), None)
        named = [change.path[3][0] for change in found if change.field == "policies.texts" and len(change.path) > 3]
        said = f" ({shown(digest.before)} → {shown(digest.after)})" if digest else ""
        return f"{place}: another text{said}" + (f", in {listed(named, len(named))}" if named else "")
    if kind == "retold":
        parts = dict.fromkeys(str(change.path[4]) for change in found)
        message = next((change for change in found if change.path[4] == "message"), None)
        said = f": {shown(message.before)} → {shown(message.after)}" if message else ""
        return f"{place}: told otherwise ({', '.join(parts)}){said}"
    owner = place or ("publisher" if "publisher" in at else "licence")
    return f"{owner}: {_count(found)} of its sources ({kind})"


def _count(found: Sequence[Change]) -> str:
    came = sum(change.of_entry and change.before is ABSENT for change in found)
    gone = sum(change.of_entry and change.after is ABSENT for change in found)
    other = len(found) - came - gone
    counted = ((came, "new"), (gone, "gone"), (other, "changed"))
    return ", ".join(f"{number} {word}" for number, word in counted if number)


def _answer(value: Any) -> str:
    return "not asked" if value is ABSENT else shown(value)


def _side(side: Side) -> dict[str, Any]:
    model = side.facts["model"]
    verdicts = [str(decision["verdict"]) for decision in side.decisions]
    worst = max(verdicts, key=("allow", "review", "deny").index, default=None)
    said = {"number": side.number, "at": side.at, "requested": side.requested}
    return {**said, "model": model["id"], "revision": model["revision"], "verdict": worst}


def _change(change: Change) -> dict[str, Any]:
    values = (("before", change.before), ("after", change.after))
    return {"path": str(change), **{name: value for name, value in values if value is not ABSENT}}
