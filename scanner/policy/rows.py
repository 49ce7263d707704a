"""Reading rows: the values of many fields of one record, taken together. Judging spends most of its time here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from scanner.policy.conditions import Row
from scanner.policy.fields import Field, walk

Path = tuple[str, ...]
Read = Callable[[Any], Row]


def in_reading_order(fields: Iterable[Field]) -> list[Field]:
    """Each field once, in the order ``row_reader`` gives their values: those of one record side by side."""
    return sorted(dict.fromkeys(fields), key=lambda f: _path(f)[:-1])


def row_reader(fields: Sequence[Field]) -> Read:
    """A function from a record to the values of ``fields``, which stand in reading order.

    The function raises KeyError or TypeError for a record that lacks one of them.
    """
    read = reader([_path(f) for f in fields])
    lists = [(place, f.keys[f.list_at :]) for place, f in enumerate(fields) if f.many]
    if not lists:
        return read

    def read_lists(record: Any) -> Row:
        row = list(read(record))
        for place, rest in lists:
            found = row[place]
            if type(found) is list:
                row[place] = walk(found, rest) if rest and found else tuple(found)
            elif found is not None:
                raise TypeError("a list is expected")
        return tuple(row)

    return read_lists


def _path(field: Field) -> Path:
    """Where the value stands, or the list it is read from."""
    return field.keys[: field.list_at]


def reader(paths: Sequence[Path]) -> Read:
    """A function from a record to what stands at ``paths``, which are sorted by the record they lie in."""
    picks = [(at, _values([path[-1] for path in group])) for at, group in groupby(paths, lambda path: path[:-1])]
    match picks:
        case []:
            return lambda record: ()
        case [((), get)]:
            return get
        case [((), get), ((key,), get_inner)]:
            return lambda record: get(record) + get_inner(record[key])

    def read(record: Any) -> Row:
        row: Row = ()
        for at, get in picks:
            inner = record
            for key in at:
                inner = inner[key]
            row += get(inner)
        return row

    return read


def _values(names: Sequence[str]) -> Read:
    if len(names) > 1:
        several: Read = itemgetter(*names)
        return several
    name = names[0]
    return lambda record: (record[name],)
