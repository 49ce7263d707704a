"""Reading rows: the values of many fields of one record, taken together. Judging spends most of its time here.

A reader is written as one Python expression and compiled, the way ``dataclasses`` makes its methods: a chain of getters
takes twice as long. Only names of the facts schema go into it, never a text of a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scanner.policy.conditions import Row
from scanner.policy.fields import Field, walk

Path = Sequence[str]
Read = Callable[[Any], Row]


def row_reader(fields: Sequence[Field]) -> Read:
    """A function from a record to the values of ``fields``.

    The function raises KeyError or TypeError for a record that lacks one of them.
    """
    return _compiled(_value(field) for field in fields)


def reader(paths: Iterable[Path]) -> Read:
    """A function from a record to what stands at ``paths``; it raises KeyError or TypeError where there is nothing."""
    return _compiled(_at(path) for path in paths)


def _value(field: Field) -> str:
    if field.list_at is None:
        return _at(field.keys)
    return f"listed({_at(field.keys[: field.list_at])}, {field.keys[field.list_at :]!r})"


def _at(path: Path) -> str:
    return "record" + "".join(f"[{key!r}]" for key in path)


def _compiled(values: Iterable[str]) -> Read:
    source = "".join(f"{value}, " for value in values)
    read: Read = eval(f"lambda record: ({source})", {"__builtins__": {}, "listed": _listed})  # noqa: S307
    return read


def _listed(found: Any, keys: Path) -> Row | None:
    """What stands in a list, None for one that is not known; ``keys`` lead on from each of its records."""
    if type(found) is list:
        return walk(found, keys) if keys and found else tuple(found)
    if found is not None:
        raise TypeError("a list is expected")
    return None
