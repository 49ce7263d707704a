"""Rules that go through the same thing are asked together, once for each *row*: the values of the fields they read.

What such a section answers depends on the row alone, and the models of the world share few rows. Each is answered once
and remembered, as bits: of ``size`` rules, bit n says that rule n fails, bit n + size that it is unknown, bit
n + 2 * size that it passes. Answers about several items are joined by "or".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from scanner.policy.conditions import Match, Row, Truth, compiled, fields_of, traced
from scanner.policy.fields import GROUPS, MODELS, completed
from scanner.policy.rows import reader, row_reader
from scanner.policy.rule import Rule

MAX_REMEMBERED = 200_000

Json = Mapping[str, Any]
Numbered = Sequence[tuple[int, Rule]]
Ask = tuple[int, int, int, Callable[[Row], Truth] | None, Callable[[Row], Truth]]


class Section:
    """Rules asked of one kind of item; of the document itself, where ``of_items`` is False."""

    def __init__(self, rules: Numbered, size: int, as_of: date, *, of_items: bool = True) -> None:
        read = [f for _, rule in rules for c in (rule.where, rule.when) if c for f in fields_of(c)]
        mine, rest = ([f for f in dict.fromkeys(read) if f.of_item is here] for here in (of_items, not of_items))
        self.rules = dict(rules)
        self._size, self._as_of = size, as_of
        self._index = {f: place for place, f in enumerate((*mine, *rest))}
        self.row, self.rest = row_reader(mine), row_reader(rest)
        self._unread: Row = (None,) * len(mine)
        self.tells = [(number, 1 << number, 1 << number + size) for number, _ in rules]
        self.alarm = sum(fails | unknown for _, fails, unknown in self.tells)
        self._asks = [self._ask(number, rule) for number, rule in rules]
        self.remembered: dict[Row, int] = {}
        self._unlisted: dict[tuple[int, Row], int] = {}
        self._matches: dict[tuple[int, Row], tuple[Match, ...]] = {}

    def _ask(self, number: int, rule: Rule) -> Ask:
        where = compiled(rule.where, self._index, self._as_of) if rule.where else None
        when = compiled(rule.when, self._index, self._as_of)
        return 1 << number, 1 << number + self._size, 1 << number + 2 * self._size, where, when

    def decide(self, row: Row) -> int:
        """Every rule's answer to a row that is not remembered."""
        bits = 0
        for fails, unknown, passes, where, when in self._asks:
            if where is None or where(row) is not False:
                truth = when(row)
                bits |= unknown if truth is None else fails if truth else passes
        if len(self.remembered) < MAX_REMEMBERED:
            self.remembered[row] = bits
        return bits

    def matches(self, number: int, row: Row) -> tuple[Match, ...]:
        """The leaves that make the rule's answer to a row."""
        found = self._matches.get((number, row))
        if found is None:
            _, found = traced(self.rules[number].when, row, self._index, self._as_of)
            if len(self._matches) < MAX_REMEMBERED:
                self._matches[number, row] = found
        return found

    def unlisted(self, facts: Json, asked: int, alarms: list[Alarm]) -> int:
        """The bits of the rules in ``asked`` where their list is not known: unknown, unless the document excuses."""
        row = self._unread + self.rest(facts)
        bits = self._unlisted.get((asked, row))
        if bits is None:
            open_ = (n for n, rule in self.rules.items() if asked >> n & 1 and not self._excused(rule, row))
            bits = sum(1 << number + self._size for number in open_)
            self._unlisted[asked, row] = bits
        if bits:
            alarms.append((self, {}, row, bits))
        return bits

    def _excused(self, rule: Rule, row: Row) -> bool:
        if rule.where is None or any(f.of_item for f in fields_of(rule.where)):
            return False
        return traced(rule.where, row, self._index, self._as_of)[0] is False


Alarm = tuple[Section, Json, Row, int]
"""Where something failed or is unknown: the section, the item, its row and the bits."""


class OfDocument:
    """The rules that are asked once of the document."""

    def __init__(self, rules: Numbered, size: int, as_of: date) -> None:
        self._section = Section(rules, size, as_of, of_items=False)

    def answer(self, facts: Json, alarms: list[Alarm]) -> int:
        section = self._section
        row = section.row(facts)
        bits = section.remembered.get(row)
        if bits is None:
            bits = section.decide(row)
        if bits & section.alarm:
            alarms.append((section, facts, row, bits))
        return bits


class OfLists:
    """The rules over lists of records, by the name of the list. Most lists of most documents are empty."""

    def __init__(self, rules: Mapping[str, Numbered], size: int, as_of: date) -> None:
        self._lists = reader(name.split(".") for name in rules)
        self._sections = [Section(numbered, size, as_of) for numbered in rules.values()]
        self._empty: Row = ([],) * len(rules)

    def answer(self, facts: Json, alarms: list[Alarm]) -> int:
        total, lists = 0, self._lists(facts)
        if lists == self._empty:
            return 0
        for section, items in zip(self._sections, lists, strict=True):
            if items:
                rest = section.rest(facts)
                for item in items:
                    row = section.row(item) + rest
                    bits = section.remembered.get(row)
                    if bits is None:
                        bits = section.decide(row)
                    if bits & section.alarm:
                        alarms.append((section, item, row, bits))
                    total |= bits
            elif items != []:
                total |= section.unlisted(facts, -1, alarms)
        return total


class OfModels:
    """The rules over models of the lineage: every model is asked once, and answers for the groups it belongs to.

    An id in a group that is no model's stands for a model nothing is known of.
    """

    def __init__(self, rules: Numbered, size: int, as_of: date) -> None:
        self._section = Section(rules, size, as_of)
        masks = dict.fromkeys((*MODELS, *GROUPS), 0)
        for number, rule in rules:
            for name in rule.over.names if rule.over else ():
                masks[name] |= 1 << number | 1 << number + size | 1 << number + 2 * size
        self._unknown: Json = completed(rules[0][1].over.item, {}) if rules[0][1].over else {}
        self._every = masks.pop(MODELS[0]) | masks.pop(MODELS[1])
        self._masks = [mask for mask in masks.values() if mask]
        self._groups = reader(name.split(".") for name, mask in masks.items() if mask)

    def answer(self, facts: Json, alarms: list[Alarm]) -> int:
        section, every = self._section, self._every
        remembered, alarm, read, rest = section.remembered, section.alarm, section.row, section.rest(facts)
        models = facts["lineage"]["models"]
        open_ = every if type(models) is not list else 0
        asked: dict[str, int] = {}
        for mask, ids in zip(self._masks, self._groups(facts), strict=True):
            if type(ids) is not list:
                open_ |= mask
            else:
                for id in ids:
                    asked[id] = asked.get(id, 0) | mask
        total = 0
        for model in models or ():
            mask = asked.pop(model["id"], 0) | every
            row = read(model) + rest
            bits = remembered.get(row)
            if bits is None:
                bits = section.decide(row)
            bits &= mask
            if bits & alarm:
                alarms.append((section, model, row, bits))
            total |= bits
        for id, mask in asked.items():
            model = {**self._unknown, "id": id}
            row = read(model) + rest
            bits = section.decide(row) & mask
            alarms.append((section, model, row, bits))
            total |= bits
        return total | section.unlisted(facts, open_, alarms) if open_ else total
