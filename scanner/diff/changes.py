"""What is another in one JSON document than in another: every leaf, by its path. Nothing is passed over.

A list whose entries have names of their own (files by path, models by id) is compared entry by entry: what was put in
between moves nothing. Any other list is one leaf.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

Step = str | tuple[str, ...]
"""A key, or what an entry of a list is called by."""
Path = tuple[Step, ...]
Keys = Mapping[str, Sequence[str]]
"""Which keys name an entry, by the field that holds the list (``files.weights``).

No keys: the field holds an object whose own keys are such names (``policies.rules``).
"""

ORDER = "(order)"
"""The last step of a change of nothing but the order of a list."""
_DEEPEST = 40


class Absent(Enum):
    """The value of what is not there; None is a value."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Change:
    """A leaf that is another: a value, an entry that came or went, or the order of a list."""

    path: Path
    before: Any
    after: Any

    @property
    def field(self) -> str:
        """The path without the names of entries: ``files.weights.sha256``."""
        return field_of(self.path)

    @property
    def entry(self) -> tuple[str, ...] | None:
        """What the innermost entry of a list is called on the way; None where the way leads through none."""
        return next((step for step in reversed(self.path) if isinstance(step, tuple)), None)

    @property
    def of_entry(self) -> bool:
        """True when it is an entry itself that came or went."""
        return isinstance(self.path[-1], tuple) and (self.before is ABSENT or self.after is ABSENT)

    @property
    def unrecorded(self) -> bool:
        """True when one document has no such field at all: another release made it."""
        return isinstance(self.path[-1], str) and (self.before is ABSENT or self.after is ABSENT)

    def __str__(self) -> str:
        text = ""
        for step in self.path:
            text += f"[{', '.join(step)}]" if isinstance(step, tuple) else f".{step}" if text else step
        return text


def field_of(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str))


def changes(before: Any, after: Any, keys: Keys, at: Path = ()) -> Iterator[Change]:
    """Every change from one JSON value to the other, in the order of the fields."""
    # An entry has the field of its list; it is not the list.
    names = keys.get(field_of(at)) if at and isinstance(at[-1], str) else None
    if len(at) < _DEEPEST and isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            step: Step = (key,) if names == () else key
            yield from changes(before.get(key, ABSENT), after.get(key, ABSENT), keys, (*at, step))
        return
    if names and isinstance(before, list) and isinstance(after, list):
        was, now = _by_name(before, names), _by_name(after, names)
        if was is not None and now is not None:
            yield from _of_entries(was, now, keys, at)
            return
    if not same(before, after):
        yield Change(at, before, after)


def _of_entries(
    was: Mapping[tuple[str, ...], Any], now: Mapping[tuple[str, ...], Any], keys: Keys, at: Path
) -> Iterator[Change]:
    for name in dict.fromkeys((*was, *now)):
        yield from changes(was.get(name, ABSENT), now.get(name, ABSENT), keys, (*at, name))
    before, after = [name for name in was if name in now], [name for name in now if name in was]
    if before != after:
        yield Change((*at, ORDER), [list(name) for name in before], [list(name) for name in after])


def _by_name(entries: Sequence[Any], names: Sequence[str]) -> dict[tuple[str, ...], Any] | None:
    """The entries by name; those of one name are numbered. None where one has none."""
    found: dict[tuple[str, ...], Any] = {}
    times: Counter[tuple[str, ...]] = Counter()
    for entry in entries:
        if not isinstance(entry, dict):
            return None
        values = [entry.get(name) for name in names]
        if any(isinstance(value, dict | list) for value in values):
            return None
        name = tuple("?" if value is None else str(value) for value in values)
        times[name] += 1
        found[name if times[name] == 1 else (*name, f"no. {times[name]}")] = entry
    return found


def same(before: Any, after: Any) -> bool:
    """True for the same JSON value; ``1`` and ``true`` are two."""
    if before is ABSENT or after is ABSENT:
        return before is after
    if isinstance(before, dict | list) or isinstance(after, dict | list):
        return json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    return type(before) is type(after) and bool(before == after)
