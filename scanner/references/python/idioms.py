"""The idioms of Python, as data tells them: which call loads a model, which argument names it, what else it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from scanner import data
from scanner.references.reference import Kind

FILE = "idioms/python.yaml"
WORDS = "idioms/python_words.yaml"

Arguments = tuple[int | str, ...]
"""Positions from 0, and keywords."""


@dataclass(frozen=True, slots=True)
class Idiom:
    """One call of a library, as the head of the data file tells it."""

    model: Arguments = ()
    dataset: Arguments = ()
    revision: Arguments = ()
    type: Arguments = ()
    written: Arguments = ()
    object: Arguments = ()
    prefixes: tuple[str, ...] = ()
    needs_prefix: bool = False
    namespace: str = ""
    own: Kind | None = None
    reason: str = ""
    unsure: bool = False
    short: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> Arguments:
        """Every argument that names a repository."""
        return self.model + self.dataset + self.written


@dataclass(frozen=True, slots=True)
class Library:
    """``imports`` are modules; ``always`` where none is needed; ``exact`` where a call stands in the module itself."""

    imports: tuple[str, ...]
    always: bool
    exact: bool

    def has(self, module: str) -> bool:
        return any(module == name or module.startswith(f"{name}.") for name in self.imports)


@dataclass(frozen=True, slots=True)
class Call:
    """An idiom of a library under ``name``: ``load``, ``.load`` of any object, ``Class.load``."""

    library: Library
    name: str
    idiom: Idiom


def _arguments(text: Any) -> Arguments:
    return tuple(int(word) if word.isdigit() else word for word in str(text).split())


def _idiom(row: Mapping[str, Any], short: Mapping[str, str]) -> Idiom:
    return Idiom(
        model=_arguments(row.get("model", "")),
        dataset=_arguments(row.get("dataset", "")),
        revision=_arguments(row.get("revision", "")),
        type=_arguments(row.get("type", "")),
        written=_arguments(row.get("written", "")),
        object=_arguments(row.get("object", "")),
        prefixes=tuple(sorted(row.get("prefixes", "").split(), key=len, reverse=True)),
        needs_prefix=row.get("needs_prefix", False),
        namespace=row.get("namespace", ""),
        own=Kind(row["own"]) if "own" in row else None,
        reason=row.get("reason", ""),
        unsure=row.get("unsure", False),
        short=short,
    )


@cache
def calls() -> Mapping[str, tuple[Call, ...]]:
    """All calls by their last name; those of a class stand first."""
    found: dict[str, list[Call]] = {}
    for row in data.whole(FILE).values():
        library = Library(tuple(row.get("imports", "").split()), row.get("always", False), row.get("exact", False))
        short = row.get("short", {})
        for names, call in row["calls"].items():
            for name in names.split():
                found.setdefault(name.rpartition(".")[2], []).append(Call(library, name, _idiom(call, short)))
    return {last: tuple(sorted(group, key=lambda call: call.name.find(".") <= 0)) for last, group in found.items()}


@cache
def roots() -> frozenset[str]:
    """The top-level modules of every library."""
    return frozenset(
        name.partition(".")[0] for group in calls().values() for call in group for name in call.library.imports
    )


@dataclass(frozen=True, slots=True)
class Words:
    """What ``python_words.yaml`` lists."""

    model: frozenset[str]
    not_model: frozenset[str]
    dataset: frozenset[str]
    naming: frozenset[str]
    datasets: frozenset[str]
    others: frozenset[str]
    flags: Mapping[tuple[str, str], str]
    defaults: Mapping[str, Arguments]
    flagged: frozenset[str]
    passing: frozenset[str]
    methods: frozenset[str]
    calling: Mapping[str, int]
    choosing: Mapping[str, Arguments]
    deferring: frozenset[str]
    filling: frozenset[str]
    commands: frozenset[str]
    tables: frozenset[str]
    elsewhere: frozenset[str]
    prose: frozenset[str]
    settings: frozenset[str]
    options: frozenset[str]
    shells: frozenset[str]
    addresses: tuple[str, ...]


def _by_name(calls: Mapping[str, Any]) -> Mapping[str, Arguments]:
    return {name: _arguments(given) for names, given in calls.items() for name in names.split()}


@cache
def words() -> Words:
    table = data.whole(WORDS)

    def listed(name: str, key: str = "words") -> frozenset[str]:
        return frozenset(table[name][key].split())

    flags = {}
    for word in sorted(listed("flags")):
        given, _, flag = word.partition(":")
        keyword, _, value = given.partition("=")
        flags[keyword, value] = flag
    return Words(
        model=listed("model"),
        not_model=listed("not_model"),
        dataset=listed("dataset"),
        naming=listed("naming"),
        datasets=listed("repository_types", "dataset"),
        others=listed("repository_types", "other"),
        flags=flags,
        defaults=_by_name(table["defaults"]["calls"]),
        flagged=listed("defaults", "flagged"),
        passing=listed("passing"),
        methods=listed("methods"),
        calling={name: int(at) for name, _, at in (word.partition(":") for word in listed("calling"))},
        choosing=_by_name(table["choosing"]["calls"]),
        deferring=listed("deferring"),
        filling=listed("filling"),
        tables=listed("tables"),
        commands=listed("shells", "keywords"),
        elsewhere=listed("not_model", "elsewhere"),
        prose=listed("prose"),
        settings=listed("settings"),
        options=listed("options"),
        shells=listed("shells"),
        addresses=tuple(sorted(listed("addresses"))),
    )


_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@cache
def _split(name: str) -> frozenset[str]:
    return frozenset(part.lower() for part in _PARTS.findall(name[:200]))


@cache
def _pairs() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(word.split("+")) for word in sorted(words().model) if "+" in word)


class Speaks:
    """What the name beside a text says of it."""

    @staticmethod
    def of_model(name: str) -> bool:
        parts = _split(name)
        known = parts & words().model or any(pair <= parts for pair in _pairs())
        return bool(known) and not parts & (words().not_model | words().dataset)

    @staticmethod
    def of_dataset(name: str) -> bool:
        parts = _split(name)
        return bool(parts & words().dataset) and not parts & words().not_model

    @staticmethod
    def of_other(name: str) -> bool:
        return bool(_split(name) & words().not_model)

    @staticmethod
    def of_elsewhere(name: str) -> bool:
        return bool(_split(name) & words().elsewhere)

    @staticmethod
    def of_prose(name: str) -> bool:
        return bool(_split(name) & words().prose)

    @staticmethod
    def of_naming(expression: str) -> bool:
        return bool(_split(expression) & words().naming)
