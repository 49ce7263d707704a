"""The JSON Schema of a policy file, for editors: completion, hover texts, and typos underlined while they are written.

Draft-07, the newest that every YAML language server reads. It is made from the vocabulary and the facts schema, so that
it cannot fall behind them; ``python -m scanner.policy.editor`` prints it, and the file that ships must be that.
What needs more than one place to see (parameters, extended rules, the type of a field) only the loader checks.
"""

from __future__ import annotations

import json
from typing import Any

from scanner.policy.fields import GROUPS, facts_shape, lists, names
from scanner.policy.language import DATE, NAME, VERDICTS, VERSION, Status

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_SCALAR: Schema = {"type": ["string", "integer", "boolean"]}
_PARAMETER: Schema = {"type": "string", "pattern": r"^\$"}
_OPERANDS: dict[str, tuple[str, Schema]] = {
    "eq": ("the value is this one", _SCALAR),
    "ne": ("the value is known and not this one", _SCALAR),
    "in": ("the value is one of these", {"anyOf": [_PARAMETER, {"type": "array", "minItems": 1, "items": _SCALAR}]}),
    "not_in": ("the value is none of these", {"anyOf": [_PARAMETER, {"type": "array", "items": _SCALAR}]}),
    "glob": (
        "the text matches one of these patterns; * is any run of characters, case does not matter",
        {"anyOf": [_TEXT, {**_TEXTS, "minItems": 1}]},
    ),
    **{
        name: (words, {"type": ["integer", "string"]})
        for name, words in {
            "lt": "the number or day is below",
            "le": "the number or day is at most",
            "gt": "the number or day is above",
            "ge": "the number or day is at least",
        }.items()
    },
    "exists": ("whether the value is known; never unknown itself", {"anyOf": [{"type": "boolean"}, _PARAMETER]}),
    "older_than": ("the day lies more than so many days back: 90 or 90d", {"type": ["integer", "string"]}),
}


def editor_schema() -> Schema:
    """The schema as JSON values."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:modelorigin:schema:policy",
        "title": "modelorigin policy",
        "description": "Rules as data. A rule describes what is wrong: when it holds, the rule fails.",
        **_record(
            {
                "version": {"const": VERSION, "description": "version of the language"},
                "name": {"$ref": "#/definitions/name", "description": "the name it is asked for by"},
                "title": {**_TEXT, "description": "one line: what a model that passes has"},
                "description": {**_TEXT, "description": "what it is for, and what it leaves out"},
                "status": {"$ref": "#/definitions/status"},
                "effective": {"$ref": "#/definitions/window"},
                "extends": {
                    **_TEXTS,
                    "minItems": 1,
                    "description": "policies whose rules it takes: shipped packs by name, files by path",
                },
                "parameters": {
                    "type": "object",
                    "description": "named values, used as $name; null must be set by whoever asks or extends",
                    "additionalProperties": {"anyOf": [_TEXTS, _SCALAR, {"type": "null"}]},
                },
                "override": {
                    "type": "object",
                    "description": "changes of extended rules, by rule id",
                    "propertyNames": {"pattern": f"^{NAME.pattern}$"},
                    "additionalProperties": {"$ref": "#/definitions/override"},
                },
                "rules": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/rule"}},
            },
            ("version", "name", "title"),
        ),
        "anyOf": [{"required": ["rules"]}, {"required": ["extends"]}],
        "definitions": {
            "name": {"type": "string", "pattern": f"^{NAME.pattern}$"},
            "day": {"type": "string", "pattern": f"^{DATE.pattern}$"},
            "status": {
                "enum": [status.value for status in Status],
                "description": "what is a draft or suspended gives notes, unless it is asked for by name",
            },
            "window": {
                **_record({"from": {"$ref": "#/definitions/day"}, "until": {"$ref": "#/definitions/day"}}),
                "minProperties": 1,
                "description": "the days it is in force, both ends included; notes before, not judged after",
            },
            "verdict": {"enum": list(VERDICTS), "description": "a note is reported and weighs nothing"},
            "override": {**_override(), "minProperties": 1},
            "rule": _rule(),
            "condition": _condition(),
        },
    }


def _record(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def _override() -> Schema:
    return _record(
        {
            "verdict": {"$ref": "#/definitions/verdict"},
            "unknown": {"$ref": "#/definitions/verdict"},
            "status": {"const": Status.IN_FORCE.value, "description": "puts a draft rule in force"},
            "disabled": {**_TEXT, "description": "the reason why the rule is switched off"},
        }
    )


def _rule() -> Schema:
    group = {"enum": list(GROUPS)}
    return _record(
        {
            "id": {"$ref": "#/definitions/name"},
            "title": {**_TEXT, "description": "what is wrong when it fails, in one line"},
            "status": {"$ref": "#/definitions/status"},
            "effective": {"$ref": "#/definitions/window"},
            "foreach": {
                "description": "asked once of every item of this list, or of every model of these groups",
                "anyOf": [
                    {"enum": list(lists())},
                    {"type": "array", "items": group, "minItems": 1, "uniqueItems": True},
                ],
            },
            "where": {
                "description": "asked only where this is not false",
                "allOf": [{"$ref": "#/definitions/condition"}],
            },
            "when": {"description": "what is wrong", "allOf": [{"$ref": "#/definitions/condition"}]},
            "verdict": {"$ref": "#/definitions/verdict"},
            "unknown": {
                "description": "what it weighs when it cannot be answered; review, or note for a note",
                "allOf": [{"$ref": "#/definitions/verdict"}],
            },
            "message": {
                **_TEXT,
                "description": "what a finding says; {field} is the value of a field",
                "pattern": r"^([^{}]|\{[a-z0-9_.]+\})*$",
            },
            "references": {**_TEXTS, "description": "what the rule rests on: law, page, paper"},
            "waivable": {"type": "boolean", "description": "false: no waiver holds, and it can be made stricter only"},
        },
        ("id", "title", "when", "verdict"),
    )


def _condition() -> Schema:
    inner: Schema = {"$ref": "#/definitions/condition"}
    several: Schema = {"type": "array", "minItems": 1, "items": inner}
    leaf = _record(
        {
            "field": {"enum": _field_names(), "description": "a value of the item or of the facts document"},
            **{name: {**schema, "description": words} for name, (words, schema) in _OPERANDS.items()},
        },
        ("field",),
    )
    return {
        "anyOf": [
            _record({"all": {**several, "description": "all of these hold"}}, ("all",)),
            _record({"any": {**several, "description": "at least one of these holds"}}, ("any",)),
            _record({"not": {**inner}}, ("not",)),
            {**leaf, "oneOf": [{"required": [name]} for name in _OPERANDS]},
        ]
    }


def _field_names() -> list[str]:
    """Every name of the document, and of the items of every list."""
    of_items = (name for item in lists().values() for name in names(item))
    return list(dict.fromkeys((*names(facts_shape()), *of_items)))


if __name__ == "__main__":
    print(json.dumps(editor_schema(), indent=1))  # noqa: T201 - its output is the shipped file
