"""From texts to a policy: read, extend, override, fill in the parameters, check every name.

Extending takes the rules of another policy as they are. What a policy changes of them stands in its own ``override``,
rule by rule, for a reader to see; an un-waivable rule can be made stricter only. Where two extended policies have
changed one rule of a third, the stricter change holds. A parameter may be set anew by the policy that extends, or from
outside.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from scanner.errors import PolicyError
from scanner.policy.conditions import AllOf, AnyOf, Condition, Leaf, Not
from scanner.policy.drafts import Draft, Pack, Parameter, read_pack
from scanner.policy.fields import Foreach, did_you_mean, foreach, resolve
from scanner.policy.language import CONNECTIVES, Misfit, Setting
from scanner.policy.message import Message
from scanner.policy.operators import OPERATORS
from scanner.policy.packs import Found, find
from scanner.policy.rule import Policy, Rule
from scanner.policy.written import Written


def load_policy(source: str | Path, *, overrides: Mapping[str, object] | None = None) -> Policy:
    """A shipped pack by name, or a policy file by path.

    ``overrides`` set parameters, by name; a text is read as what the parameter holds (``"CN,RU"`` for a list).

    Raises:
        PolicyError: with file, line and a hint.
    """
    return load_found(find(source), overrides)


def read_policy(text: str, *, file: str = "policy", overrides: Mapping[str, object] | None = None) -> Policy:
    """A policy from its text; ``file`` is how complaints call it. It may extend shipped packs only.

    Raises:
        PolicyError: as ``load_policy``.
    """
    return load_found(Found(text, file), overrides)


def load_found(found: Found, overrides: Mapping[str, object] | None) -> Policy:
    """A policy from the text that was found.

    Raises:
        PolicyError: as ``load_policy``.
    """
    pack = read_pack(found)
    set_outside = _overridden(pack, overrides or {})
    parameters = {**pack.parameters, **set_outside}
    used: set[str] = set()

    def value_of(name: str, asked: Written) -> Parameter:
        if name not in parameters:
            raise asked.fail(f"no parameter is called {name!r}", did_you_mean(name, tuple(parameters)))
        used.add(name)
        return parameters[name]

    rules = {id: _rule(draft, value_of) for id, draft in pack.drafts.items()}
    for name, parameter in parameters.items():
        if name not in used:
            raise parameter.fail("is used by no rule", did_you_mean(name, tuple(used)))
    disabled = {id: draft.disabled for id, draft in pack.drafts.items() if draft.disabled}
    if not rules.keys() - disabled.keys():
        raise pack.top.fail("the policy has no rules: nothing would be judged", "add rules, or extend a policy")
    outside = {name: parameter.value for name, parameter in set_outside.items()}
    source = _source(pack.texts, outside)
    return Policy(
        name=pack.name,
        title=pack.title,
        description=pack.description,
        status=pack.status,
        rules=tuple(rule for id, rule in rules.items() if id not in disabled),
        disabled=MappingProxyType(disabled),
        parameters=MappingProxyType({name: p.value for name, p in parameters.items()}),
        overrides=MappingProxyType(outside),
        defaults=MappingProxyType({name: pack.parameters[name].value for name in outside}),
        texts=MappingProxyType(dict(pack.texts)),
        source=source,
        digest=hashlib.sha256(source.encode()).hexdigest(),
    )


def _source(texts: Mapping[str, str], overrides: Mapping[str, Setting]) -> str:
    return json.dumps([list(texts.items()), overrides], sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _overridden(pack: Pack, overrides: Mapping[str, object]) -> dict[str, Parameter]:
    result = {}
    for name, value in overrides.items():
        if name not in pack.parameters:
            known = tuple(pack.parameters)
            hint = did_you_mean(name, known) if known else f"{pack.name} has no parameters"
            raise PolicyError(f"no parameter is called {name!r}", hint=hint)
        result[name] = pack.parameters[name].with_value(value)
    return result


def _rule(draft: Draft, value_of: Callable[[str, Written], Parameter]) -> Rule:
    entries = draft.entries
    over = _foreach(entries["foreach"]) if "foreach" in entries else None
    title = entries["title"].text()
    text = entries.get("message", entries["title"])
    try:
        message = Message.parse(text.text(), over)
    except Misfit as error:
        raise text.misfit(error) from error
    return Rule(
        id=draft.id,
        title=title,
        pack=draft.pack,
        when=_condition(entries["when"], over, value_of),
        message=message,
        verdict=draft.verdict,
        unknown=draft.unknown,
        over=over,
        where=_condition(entries["where"], over, value_of) if "where" in entries else None,
        references=entries["references"].texts() if "references" in entries else (),
        waivable=draft.waivable,
        status=draft.status,
        window=draft.window,
    )


def _foreach(written: Written) -> Foreach:
    try:
        return foreach(written.texts() if isinstance(written.value, list) else (written.text(),))
    except Misfit as error:
        raise written.misfit(error) from error


def _condition(written: Written, over: Foreach | None, value_of: Callable[[str, Written], Parameter]) -> Condition:
    keys = written.entries((*CONNECTIVES, "field", *OPERATORS))
    connectives = [key for key in keys if key in CONNECTIVES]
    if connectives and len(keys) > 1:
        raise written.fail(f"{connectives[0]!r} stands alone", "put the conditions into one list under it")
    if "not" in keys:
        return Not(_condition(keys["not"], over, value_of))
    if connectives:
        parts = tuple(_condition(part, over, value_of) for part in keys[connectives[0]].items())
        if not parts:
            raise written.fail(f"{connectives[0]!r} of nothing", "an empty list of conditions decides nothing")
        return AllOf(parts) if connectives == ["all"] else AnyOf(parts)
    return _leaf(written, keys, over, value_of)


def _leaf(
    written: Written,
    keys: Mapping[str, Written],
    over: Foreach | None,
    value_of: Callable[[str, Written], Parameter],
) -> Leaf:
    asked = [key for key in keys if key != "field"]
    if "field" not in keys or len(asked) != 1:
        hint = f"write field: NAME and one operator of {', '.join(OPERATORS)}"
        raise written.fail("a condition is one field and one operator", hint)
    operand, operator = keys[asked[0]], asked[0]
    try:
        field = resolve(keys["field"].text(), over)
    except Misfit as error:
        raise keys["field"].misfit(error) from error
    value = operand.value
    if not (isinstance(value, str) and value.startswith("$")):
        try:
            return Leaf(field, operator, OPERATORS[operator].check(field, value))
        except Misfit as error:
            raise operand.misfit(error) from error
    parameter = value_of(value[1:], operand)
    if parameter.value is None:
        raise parameter.fail(
            "has no value", f"set it where the policy is asked for, or in a policy that extends {written.file}"
        )
    given = list(parameter.value) if isinstance(parameter.value, tuple) else parameter.value
    try:
        return Leaf(field, operator, OPERATORS[operator].check(field, given))
    except Misfit as error:
        raise parameter.fail(f"{error.message} (compared with {field.name!r})", error.hint) from error
