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
    own = _values([path[0] for path in paths if len(path) == 1])
    deeper = groupby([path for path in paths if len(path) > 1], lambda path: path[0])
    below = [(key, reader([path[1:] for path in group])) for key, group in deeper]
    if not below:
        return own
    if len(below) == 1:
        only, read_only = below[0]
        return lambda record: own(record) + read_only(record[only])

    def read(record: Any) -> Row:
        row = own(record)
        for key, inner in below:
            row += inner(record[key])
        return row

    return read


def _values(names: Sequence[str]) -> Read:
    if not names:
        return lambda record: ()
    if len(names) > 1:
        several: Read = itemgetter(*names)
        return several
    name = names[0]
    return lambda record: (record[name],)
