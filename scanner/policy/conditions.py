"""Conditions: a small tree, asked in Kleene's three values. True, False, and None for what could not be determined.

A field that is not known answers None, and None stays until another part decides: one false part decides ``all``,
one true part decides ``any``. A list answers for its elements: a comparison holds when some element satisfies it,
``ne`` and ``not_in`` when none matches; an empty list is known, an element that is not known leaves open what it may
decide. ``exists`` alone asks whether something is known, and so is always answered.

Two leaves over one list may be satisfied by different elements; where it must be the same one, ``foreach`` goes through
the list.

There are two evaluators: ``compiled`` answers, fast; ``traced`` answers and says which leaves made it so. Both read a
*row*: the values of the fields a group of rules reads, in the order of an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scanner.policy.fields import Field
from scanner.policy.language import Value, Wanted
from scanner.policy.operators import OPERATORS, Test

Row = tuple[Any, ...]
Truth = bool | None
Index = Mapping[Field, int]


@dataclass(frozen=True, slots=True)
class Leaf:
    field: Field
    operator: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Leaf | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Match:
    """A leaf that made a condition what it is, with the value it met; None or a None inside: not known."""

    field: str
    operator: str
    wanted: Wanted
    value: Value


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf of a condition, as it is written."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in (condition.part,) if isinstance(condition, Not) else condition.parts:
            yield from leaves(part)


def fields_of(condition: Condition) -> Iterator[Field]:
    """Every field a condition reads, as it is written."""
    return (leaf.field for leaf in leaves(condition))


def compiled(condition: Condition, index: Index, as_of: date) -> Callable[[Row], Truth]:
    """The condition as a function of a row."""
    if isinstance(condition, Leaf):
        return _leaf(condition, index[condition.field], as_of)
    if isinstance(condition, Not):
        return _not(compiled(condition.part, index, as_of))
    return _deciding(isinstance(condition, AnyOf), [compiled(part, index, as_of) for part in condition.parts])


def _leaf(leaf: Leaf, at: int, as_of: date) -> Callable[[Row], Truth]:
    operator = OPERATORS[leaf.operator]
    if operator.test is None:
        known = leaf.wanted is True
        return lambda row: (row[at] is not None) is known
    test = operator.test(leaf.wanted, as_of)
    plain = _some(test, at) if leaf.field.many else _one(test, at)
    return _not(plain) if operator.negates else plain


def _one(test: Test, at: int) -> Callable[[Row], Truth]:
    def ask(row: Row) -> Truth:
        value = row[at]
        return None if value is None else test(value)

    return ask


def _some(test: Test, at: int) -> Callable[[Row], Truth]:
    def ask(row: Row) -> Truth:
        values = row[at]
        if values is None:
            return None
        answers = [None if value is None else test(value) for value in values]
        return True if True in answers else None if None in answers else False

    return ask


def _not(ask: Callable[[Row], Truth]) -> Callable[[Row], Truth]:
    def negated(row: Row) -> Truth:
        truth = ask(row)
        return None if truth is None else not truth

    return negated


def _deciding(decides: bool, asks: list[Callable[[Row], Truth]]) -> Callable[[Row], Truth]:
    """One part that is ``decides`` decides; else a part that is not known leaves it open."""

    def ask_all(row: Row) -> Truth:
        truth: Truth = not decides
        for ask in asks:
            answer = ask(row)
            if answer is decides:
                return decides
            if answer is None:
                truth = None
        return truth

    return ask_all


def traced(condition: Condition, row: Row, index: Index, as_of: date) -> tuple[Truth, tuple[Match, ...]]:
    """The truth of a condition, and the leaves that make it so: those without which it would not be."""
    if isinstance(condition, Leaf):
        value = row[index[condition.field]]
        match = Match(condition.field.name, condition.operator, condition.wanted, value)
        return answer(condition, value, as_of), (match,)
    if isinstance(condition, Not):
        truth, matches = traced(condition.part, row, index, as_of)
        return (None if truth is None else not truth), matches
    return _weighed(isinstance(condition, AnyOf), [traced(part, row, index, as_of) for part in condition.parts])


def answer(leaf: Leaf, value: Value, as_of: date) -> Truth:
    """What a leaf says of one value; a list is a tuple."""
    operator = OPERATORS[leaf.operator]
    if operator.test is None:
        return (value is not None) == leaf.wanted
    if value is None:
        return None
    test = operator.test(leaf.wanted, as_of)
    elements = value if isinstance(value, tuple) else (value,)
    answers = {None if element is None else test(element) for element in elements}
    if True in answers:
        return not operator.negates
    return None if None in answers else operator.negates


def _weighed(decides: bool, parts: list[tuple[Truth, tuple[Match, ...]]]) -> tuple[Truth, tuple[Match, ...]]:
    truths = [truth for truth, _ in parts]
    truth = decides if decides in truths else None if None in truths else not decides
    return truth, tuple(match for part, matches in parts if part is truth for match in matches)
