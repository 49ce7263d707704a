"""A policy that has loaded: every name checked, every parameter filled in. It is a value; ``digest`` names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from scanner.policy.conditions import Condition
from scanner.policy.fields import Foreach
from scanner.policy.language import ALWAYS, Setting, Status, Verdict, Window
from scanner.policy.message import Message


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One thing that is wrong when ``when`` holds.

    It is asked once of the document, or once of every item of ``over``; only where ``where`` is not false. ``pack`` is
    the policy that declares it. ``unknown`` is what it weighs when it cannot be answered.
    """

    id: str
    title: str
    pack: str
    when: Condition
    message: Message
    verdict: Verdict
    unknown: Verdict
    over: Foreach | None = None
    where: Condition | None = None
    references: tuple[str, ...] = ()
    waivable: bool = True
    status: Status = Status.IN_FORCE
    window: Window = ALWAYS


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Rules and what they were made from.

    ``texts`` are the files by policy name, the extended ones first. ``overrides`` are the parameters set from outside,
    ``defaults`` what these are as written; None: they have to be set.
    ``source`` is the JSON of texts and overrides and ``digest`` its SHA-256, in hex: the same digest judges alike, and
    who keeps the source can load the policy again. ``disabled`` gives the reason for each rule that was switched off.
    """

    name: str
    title: str
    description: str
    status: Status
    rules: tuple[Rule, ...]
    disabled: Mapping[str, str]
    parameters: Mapping[str, Setting]
    overrides: Mapping[str, Setting]
    defaults: Mapping[str, Setting]
    texts: Mapping[str, str]
    source: str
    digest: str

    def __reduce__(self) -> tuple[Any, ...]:
        # A view of a mapping cannot be sent to another process, what it shows can.
        values = (getattr(self, f.name) for f in fields(self))
        return _policy, tuple(dict(value) if isinstance(value, MappingProxyType) else value for value in values)

    @property
    def extends(self) -> tuple[str, ...]:
        """The names of all policies it takes rules from, itself not among them."""
        return tuple(name for name in self.texts if name != self.name)

    @property
    def settings(self) -> list[dict[str, Any]]:
        """The parameters that were set from outside as JSON values, each beside what it is as written."""
        return [
            {"parameter": name, "value": _json(value), "default": _json(self.defaults[name])}
            for name, value in self.overrides.items()
        ]

    @property
    def references(self) -> tuple[str, ...]:
        """What its rules refer to, each once."""
        return tuple(dict.fromkeys(reference for rule in self.rules for reference in rule.references))

    def rule(self, id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == id), None)


def _json(value: Setting) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _policy(*values: Any) -> Policy:
    given: list[Any] = [MappingProxyType(value) if type(value) is dict else value for value in values]
    return Policy(*given)
