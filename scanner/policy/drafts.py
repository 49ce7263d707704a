"""Policies as written: structure checked, extended and overridden, their conditions not yet read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.errors import PolicyError
from scanner.policy.fields import did_you_mean
from scanner.policy.language import (
    ALWAYS,
    NAME,
    OVERRIDE_KEYS,
    POLICY_KEYS,
    RULE_KEYS,
    VERDICTS,
    Setting,
    Status,
    Verdict,
    Window,
)
from scanner.policy.packs import Found, find, is_path
from scanner.policy.written import Written, read_text

MAX_EXTENDED = 20


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value. None is a value that must be set; ``written`` is the place that gave it, None: from outside."""

    name: str
    value: Setting
    written: Written | None

    @classmethod
    def read(cls, name: str, written: Written) -> Parameter:
        value = written.value
        if isinstance(value, list):
            return cls(name, written.texts(), written)
        if isinstance(value, Mapping):
            raise written.fail("a parameter is a text, a whole number, true or false, or a list of texts")
        return cls(name, value, written)

    def with_value(self, value: object, written: Written | None = None) -> Parameter:
        """The parameter set anew.

        Raises:
            PolicyError: the value is of another type than the one before it.
        """
        if written is None and isinstance(value, str):
            value = self._from_text(value)
        if isinstance(value, (list, tuple)) and all(isinstance(one, str) and one for one in value):
            new: Setting = tuple(value)
        elif isinstance(value, (str, int)):
            new = value
        else:
            raise replace(self, written=written).fail(f"cannot be {value!r}", "a list holds texts only")
        if self.value is not None and type(new) is not type(self.value):
            raise replace(self, written=written).fail(f"is {_type(self.value)}, not {_type(new)}")
        return replace(self, value=new, written=written)

    def _from_text(self, text: str) -> object:
        """What a text given from outside means: ``CN,RU`` is a list where a list is expected, or nothing is known."""
        words = [word for word in text.split(",") if word]
        match self.value:
            case tuple():
                return words
            case None if "," in text:
                return words
            case bool():
                return {"true": True, "false": False}.get(text, text)
            case int() if re.fullmatch("-?[0-9]{1,15}", text):
                return int(text)
        return text

    def fail(self, message: str, hint: str = "") -> PolicyError:
        if self.written is None:
            return PolicyError(f"parameter {self.name}: {message}", hint=hint)
        return replace(self.written, name=f"parameter {self.name}").fail(message, hint)


def _type(value: Setting) -> str:
    names: dict[type, str] = {tuple: "a list of texts", str: "a text", int: "a whole number", bool: "true or false"}
    return names[type(value)]


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as ``pack`` wrote it and overrides left it; ``disabled`` is the reason it was switched off."""

    id: str
    pack: str
    entries: Mapping[str, Written]
    verdict: Verdict
    unknown: Verdict
    status: Status
    window: Window
    waivable: bool
    disabled: str = ""

    @classmethod
    def read(cls, written: Written, pack: str, window: Window) -> Draft:
        id = written.entries(None, ("id",))["id"].text(NAME)
        named = replace(written, name=f"rule {id}")
        entries = named.entries(RULE_KEYS, ("title", "when", "verdict"))
        verdict = VERDICTS[entries["verdict"].word(VERDICTS)]
        # A note that cannot be answered is a note; anything heavier is looked at.
        unknown = min(verdict, Verdict.REVIEW)
        if "unknown" in entries:
            unknown = VERDICTS[entries["unknown"].word(VERDICTS)]
        own = _window(entries["effective"]) if "effective" in entries else ALWAYS
        return cls(
            id=id,
            pack=pack,
            entries=entries,
            verdict=verdict,
            unknown=unknown,
            status=_status(entries),
            window=own.within(window),
            waivable=entries["waivable"].flag() if "waivable" in entries else True,
        )

    def overridden(self, written: Written) -> Draft:
        """The rule as an ``override`` of it says.

        Raises:
            PolicyError: it would weaken a rule that may not be waived.
        """
        entries = written.entries(OVERRIDE_KEYS)
        if not entries:
            raise written.fail("an override of nothing", f"give one of {', '.join(OVERRIDE_KEYS)}")
        new = replace(
            self,
            verdict=VERDICTS[entries["verdict"].word(VERDICTS)] if "verdict" in entries else self.verdict,
            unknown=VERDICTS[entries["unknown"].word(VERDICTS)] if "unknown" in entries else self.unknown,
            status=Status(entries["status"].word([Status.IN_FORCE])) if "status" in entries else self.status,
            disabled=entries["disabled"].text() if "disabled" in entries else self.disabled,
        )
        if not self.waivable and (new.verdict < self.verdict or new.unknown < self.unknown or new.disabled):
            raise written.fail("the rule may not be waived, so it can be made stricter only")
        return new

    def joined(self, other: Draft) -> Draft:
        """The stricter of two changes of one rule."""
        return replace(
            self,
            verdict=max(self.verdict, other.verdict),
            unknown=max(self.unknown, other.unknown),
            status=self.status if self.status is Status.IN_FORCE else other.status,
            disabled=self.disabled and other.disabled,
        )


@dataclass(frozen=True, slots=True)
class Pack:
    """A policy with everything it extends."""

    top: Written
    name: str
    title: str
    description: str
    status: Status
    drafts: Mapping[str, Draft]
    parameters: Mapping[str, Parameter]
    texts: Mapping[str, str]


def read_pack(found: Found, above: tuple[str, ...] = ()) -> Pack:
    """Read a policy and what it extends; ``above`` are the files that led here.

    Raises:
        PolicyError: a key, word or type outside the vocabulary; rules of one id; a circle of policies.
    """
    top = read_text(found.text, found.file, kind="policy")
    entries = top.entries(POLICY_KEYS, ("version", "name", "title"))
    if "rules" not in entries and "extends" not in entries:
        raise top.fail("'rules' is missing", "a policy has rules, or extends one that has")
    name = entries["name"].text(NAME)
    into = _Merging(name, {}, {}, {})
    if "extends" in entries:
        for written in entries["extends"].items():
            into.extend(written, _extended(written, found, above))
        if not entries["extends"].value:
            raise entries["extends"].fail("extends nothing", "leave the key out")
    window = _window(entries["effective"]) if "effective" in entries else ALWAYS
    if "rules" in entries:
        into.add(entries["rules"], window)
    if "override" in entries:
        into.override(entries["override"])
    if "parameters" in entries:
        into.set(entries["parameters"])
    if into.texts.get(name, found.text) != found.text:
        raise entries["name"].fail(f"extends another policy of the name {name!r}", "choose another name")
    return Pack(
        top=top,
        name=name,
        title=entries["title"].text(),
        description=entries["description"].text() if "description" in entries else "",
        status=_status(entries),
        drafts=into.drafts,
        parameters=into.parameters,
        texts={**into.texts, name: found.text},
    )


def _extended(written: Written, found: Found, above: tuple[str, ...]) -> Pack:
    source = written.text()
    if is_path(source) and found.folder is None and found.held is None:
        raise written.fail("a shipped pack or a bare text extends by name only", "name a shipped pack")
    try:
        other = found.held(source) if found.held else find(source, found.folder)
    except PolicyError as error:
        if error.file:
            raise
        raise written.fail(error.message, error.hint) from error
    chain = (*above, _identity(found))
    if _identity(other) in chain:
        raise written.fail("the policies extend each other in a circle", " → ".join((*chain, _identity(other))))
    if len(chain) > MAX_EXTENDED:
        raise written.fail(f"more than {MAX_EXTENDED} policies extend each other")
    return read_pack(other, chain)


def _identity(found: Found) -> str:
    return str(Path(found.file).resolve()) if found.folder is not None else found.file


@dataclass(slots=True)
class _Merging:
    """What a policy has gathered so far."""

    name: str
    drafts: dict[str, Draft]
    parameters: dict[str, Parameter]
    texts: dict[str, str]

    def extend(self, written: Written, other: Pack) -> None:
        for name, text in other.texts.items():
            if self.texts.setdefault(name, text) != text:
                raise written.fail(f"two different policies are called {name!r}")
        for id, draft in other.drafts.items():
            standing = draft if other.status is Status.IN_FORCE else replace(draft, status=other.status)
            mine = self.drafts.get(id)
            if mine is not None and mine.pack != draft.pack:
                raise written.fail(f"rule {id} is declared by {mine.pack} and by {draft.pack}")
            self.drafts[id] = mine.joined(standing) if mine else standing
        for name, parameter in other.parameters.items():
            if self.parameters.setdefault(name, parameter).value != parameter.value:
                raise written.fail(f"parameter {name} has two values", f"extended policies disagree about {name}")

    def add(self, rules: Written, window: Window) -> None:
        items = rules.items()
        if not items:
            raise rules.fail("no rules: nothing would be judged", "add a rule")
        for item in items:
            draft = Draft.read(item, self.name, window)
            if draft.id in self.drafts:
                declared = self.drafts[draft.id].pack
                hint = "choose another id" if declared == self.name else "change an extended rule under override"
                raise item.fail(f"rule {draft.id} is already declared by {declared}", hint)
            self.drafts[draft.id] = draft

    def override(self, written: Written) -> None:
        for id, entry in written.entries().items():
            if id not in self.drafts or self.drafts[id].pack == self.name:
                hint = did_you_mean(id, [d.id for d in self.drafts.values() if d.pack != self.name])
                raise entry.fail("no extended policy has this rule", hint)
            self.drafts[id] = self.drafts[id].overridden(entry)

    def set(self, written: Written) -> None:
        for name, entry in written.entries().items():
            new = Parameter.read(name, entry)
            old = self.parameters.get(name)
            if old is not None and new.value is None:
                raise new.fail("cannot be unset")
            self.parameters[name] = old.with_value(new.value, entry) if old else new


def _status(entries: Mapping[str, Written]) -> Status:
    return Status(entries["status"].word(list(Status))) if "status" in entries else Status.IN_FORCE


def _window(written: Written) -> Window:
    entries = written.entries(("from", "until"))
    if not entries:
        raise written.fail("a window without days", "give from, until or both")
    window = Window(
        entries["from"].day() if "from" in entries else None, entries["until"].day() if "until" in entries else None
    )
    if window.start and window.until and window.start > window.until:
        raise written.fail("the last day lies before the first")
    return window
