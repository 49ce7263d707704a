"""What can be asked of one value. An operator checks its operand when the policy loads and makes a test of it.

A test is given one known value and answers True or False, or None where the value cannot be understood (a day that is
no date). ``ne`` and ``not_in`` are the negations of ``eq`` and ``in``: over a list they hold when no element matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scanner.policy.fields import Field, fits
from scanner.policy.language import DATE, Misfit, Wanted

Test = Callable[[Any], bool | None]

_AGE = re.compile(r"([0-9]{1,5})d?")


@dataclass(frozen=True, slots=True)
class Operator:
    """``words`` say it in English, ``{}`` is the operand.

    ``test`` None asks whether there is a value; ``negates``: it holds when the test holds of no element.
    """

    words: str
    check: Callable[[Field, Any], Wanted]
    test: Callable[[Any, date], Test] | None
    negates: bool = False


def globbed(pattern: str) -> Callable[[str], bool]:
    """A test for texts that match ``pattern``: ``*`` is any run of characters; upper and lower case are the same."""
    head, *rest = pattern.casefold().split("*")
    if not rest:
        return lambda text: text.casefold() == head
    *middle, tail = rest

    def matches(text: str) -> bool:
        text = text.casefold()
        at, end = len(head), len(text) - len(tail)
        if at > end or not (text.startswith(head) and text.endswith(tail)):
            return False
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    return matches


def _one(field: Field, operand: Any) -> Wanted:
    if isinstance(operand, list):
        raise Misfit("one value is compared here, not a list", "use in or not_in")
    return fits(field.shape, operand)


def _some(field: Field, operand: Any) -> Wanted:
    if not operand and isinstance(operand, list):
        raise Misfit("an empty list matches nothing, so the rule could never fail", "name at least one value")
    return _any_number(field, operand)


def _any_number(field: Field, operand: Any) -> Wanted:
    if not isinstance(operand, list):
        raise Misfit("a list is expected", "write [value] or use eq")
    return tuple(fits(field.shape, value) for value in operand)


def _patterns(field: Field, operand: Any) -> Wanted:
    if field.shape.kind != "string" or field.shape.values:
        raise Misfit("glob compares free texts only", "use eq or in")
    patterns = operand if isinstance(operand, list) else [operand]
    if not patterns:
        raise Misfit("an empty list matches nothing, so the rule could never fail", "name at least one pattern")
    for pattern in patterns:
        if not isinstance(pattern, str) or not pattern:
            raise Misfit(f"{pattern!r} is not a pattern", 'a pattern is a text; * stands for anything: "acme/*"')
    return tuple(patterns)


def _bound(field: Field, operand: Any) -> Wanted:
    if field.shape.kind == "integer":
        return fits(field.shape, operand)
    if field.shape.kind == "string" and not field.shape.values:
        if isinstance(operand, str) and is_date(operand):
            return operand
        raise Misfit(f"{operand!r} is not a day", "texts are ordered as days only: YYYY-MM-DD")
    raise Misfit("only whole numbers and days have an order", "use eq or in")


def _known(field: Field, operand: Any) -> Wanted:
    if field.nested:
        raise Misfit("exists does not reach into lists", "go through the list with foreach")
    if not isinstance(operand, bool):
        raise Misfit(f"{operand!r} is not true or false")
    return operand


def _age(field: Field, operand: Any) -> Wanted:
    if field.shape.kind != "string" or field.shape.values:
        raise Misfit("only a day has an age")
    days = _AGE.fullmatch(str(operand)) if isinstance(operand, (int, str)) and not isinstance(operand, bool) else None
    if not days or int(days[1]) > 36_500:
        raise Misfit(f"{operand!r} is not an age", "an age is a number of days: 90 or 90d, at most 36500")
    return int(days[1])


def is_date(text: str) -> bool:
    """True for a day of the calendar written YYYY-MM-DD."""
    try:
        return bool(DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, date], Test]:
    def make(bound: Any, as_of: date) -> Test:
        if isinstance(bound, int):
            return lambda value: holds(value, bound)
        return lambda value: holds(value[:10], bound) if is_date(value[:10]) else None

    return make


def _older(days: Any, as_of: date) -> Test:
    before = (as_of - timedelta(days=days)).isoformat()
    return lambda value: value[:10] < before if is_date(value[:10]) else None


def _equal(wanted: Any, as_of: date) -> Test:
    return lambda value: value == wanted


def _among(wanted: Any, as_of: date) -> Test:
    return frozenset(wanted).__contains__


def _like(wanted: Any, as_of: date) -> Test:
    tests = [globbed(pattern) for pattern in wanted]
    return lambda value: any(test(value) for test in tests)


OPERATORS = {
    "eq": Operator("is {}", _one, _equal),
    "ne": Operator("is not {}", _one, _equal, negates=True),
    "in": Operator("is one of {}", _some, _among),
    "not_in": Operator("is none of {}", _any_number, _among, negates=True),
    "glob": Operator("matches {}", _patterns, _like),
    "lt": Operator("is below {}", _bound, _ordered(lambda value, bound: value < bound)),
    "le": Operator("is at most {}", _bound, _ordered(lambda value, bound: value <= bound)),
    "gt": Operator("is above {}", _bound, _ordered(lambda value, bound: value > bound)),
    "ge": Operator("is at least {}", _bound, _ordered(lambda value, bound: value >= bound)),
    "exists": Operator("is known: {}", _known, None),
    "older_than": Operator("is more than {} days old", _age, _older),
}
