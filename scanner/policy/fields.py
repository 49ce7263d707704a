"""Which names a policy may address: the facts schema is the only list of them.

A name is a path of keys (``publisher.control``). It may pass through lists of records (``publisher.lists.id``): its
value is then the list of what stands there. Inside ``foreach`` a name is looked for in the item first, then in the
document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any

from scanner import data
from scanner.policy.language import Misfit, Scalar, Value

MODELS = ("lineage.models", "lineage.any")
"""Both mean every model of the lineage: the second holds the ids of the first."""
GROUPS = tuple(f"lineage.{name}" for name in ("publisher", "ancestors", "roots", "teachers", "components"))
"""Lists of model ids: ``foreach`` over one goes through the entries of ``lineage.models`` that bear those ids."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the facts schema says of one place: ``kind`` is object, list, string, integer or boolean."""

    kind: str
    about: str = ""
    nullable: bool = False
    values: tuple[str, ...] = ()
    items: Shape | None = None
    fields: Mapping[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """A checked name. ``shape`` is of one value.

    ``list_at`` is how many of ``keys`` lead to a list, None where the value is a single one; what follows them is
    read of each record in the list.
    """

    name: str
    keys: tuple[str, ...]
    of_item: bool
    list_at: int | None
    shape: Shape = field(compare=False)

    @property
    def many(self) -> bool:
        return self.list_at is not None

    @property
    def nested(self) -> bool:
        """True when it passes through a list of records."""
        return self.list_at is not None and self.list_at < len(self.keys)

    def read(self, item: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> Value:
        value: Value = walk(item if self.of_item else facts, self.keys)
        return value


@dataclass(frozen=True, slots=True)
class Foreach:
    """What a rule goes through: one list of records, or the models of one or several groups of the lineage."""

    names: tuple[str, ...]
    of_models: bool
    item: Shape = field(compare=False)


def facts_schema() -> Any:
    """The JSON Schema of the facts document, as shipped."""
    return json.loads(data.text("schema/facts-v1.schema.json"))


@cache
def facts_shape() -> Shape:
    schema = facts_schema()
    return _shape(schema, schema["definitions"])


@cache
def facts_version() -> str:
    """The ``schema`` every facts document names."""
    version: str = facts_schema()["properties"]["schema"]["const"]
    return version


def _shape(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Shape:
    if "$ref" in node:
        # Beside a reference the draft allows nothing that counts; the description of the place is for readers.
        named = definitions[node["$ref"].rsplit("/", 1)[1]]
        return _shape({**named, "description": node.get("description", named.get("description", ""))}, definitions)
    about = node.get("description", "")
    allowed = node["enum"] if "enum" in node else [node["const"]] if "const" in node else []
    if allowed:
        return Shape("string", about, None in allowed, tuple(v for v in allowed if v is not None))
    types = [node["type"]] if isinstance(node["type"], str) else node["type"]
    kind = next(t for t in types if t != "null")
    fields = {name: _shape(child, definitions) for name, child in node.get("properties", {}).items()}
    items = _shape(node["items"], definitions) if "items" in node else None
    kind = "list" if kind == "array" else kind
    return Shape(kind, about, "null" in types, (), items, fields)


def names(shape: Shape, prefix: str = "") -> Iterator[str]:
    """Every name that can be compared, in the order of the schema."""
    for key, child in shape.fields.items():
        one = child.items if child.kind == "list" and child.items else child
        if one.kind == "object":
            yield from names(one, f"{prefix}{key}.")
        elif one.kind != "list":
            yield f"{prefix}{key}"


@cache
def lists() -> Mapping[str, Shape]:
    """What ``foreach`` takes: the name of every list of records, and the shape of a record."""
    found = dict(_lists(facts_shape(), ""))
    return {name: found[MODELS[0]] if name in (*MODELS, *GROUPS) else shape for name, shape in found.items()}


def _lists(shape: Shape, prefix: str) -> Iterator[tuple[str, Shape]]:
    for key, child in shape.fields.items():
        name = prefix + key
        if child.kind == "object":
            yield from _lists(child, f"{name}.")
        elif child.items is not None and (child.items.kind == "object" or name in (*MODELS, *GROUPS)):
            yield name, child.items


def foreach(written: Sequence[str]) -> Foreach:
    """The list or groups of that name.

    Raises:
        Misfit: the facts document has no such list, or several were named that are not groups of the lineage.
    """
    for name in written:
        if name not in lists():
            raise Misfit(f"foreach: the facts document has no list {name!r}", did_you_mean(name, tuple(lists())))
    if not written:
        raise Misfit("foreach goes through nothing", "name a list, or groups of the lineage")
    if len(written) > 1 and not set(written) <= set(GROUPS):
        raise Misfit("only groups of the lineage can be joined", f"groups are {', '.join(GROUPS)}")
    if len(set(written)) != len(written):
        raise Misfit("foreach names a group twice")
    return Foreach(tuple(written), written[0] in (*MODELS, *GROUPS), lists()[written[0]])


def resolve(name: str, over: Foreach | None) -> Field:
    """The field of that name, in the item first.

    Raises:
        Misfit: there is none, or it is a record and not a value.
    """
    places = [(True, over.item)] if over else []
    for of_item, start in [*places, (False, facts_shape())]:
        found = _field(name, start, of_item)
        if found is not None:
            return found
    known = [*(names(over.item) if over else ()), *names(facts_shape())]
    raise Misfit(f"the facts document has no field {name!r}", did_you_mean(name, known))


def _field(name: str, start: Shape, of_item: bool) -> Field | None:
    shape, keys, list_at = start, tuple(name.split(".")), None
    for place, key in enumerate(keys):
        if shape.kind == "list" and shape.items is not None:
            shape, list_at = shape.items, place if list_at is None else list_at
        if key not in shape.fields:
            return None
        shape = shape.fields[key]
    if shape.kind == "list" and shape.items is not None:
        shape, list_at = shape.items, len(keys) if list_at is None else list_at
    if shape.kind == "object":
        inside = ", ".join(f"{name}.{key}" for key in list(shape.fields)[:6])
        raise Misfit(f"{name!r} is a record, not a value", f"name one of its fields: {inside} ...")
    if shape.kind == "list":
        raise Misfit(f"{name!r} is a list of lists, which no operator compares")
    return Field(name, keys, of_item, list_at, shape)


def walk(node: Any, keys: Sequence[str]) -> Any:
    """The ``Value`` at ``keys`` of a JSON record: a list is a tuple of what stands in it; what is missing is None."""
    for position, key in enumerate(keys):
        if type(node) is dict:
            node = node.get(key)
        elif type(node) is list:
            found: list[Any] = []
            for entry in node:
                value = walk(entry, keys[position:])
                found.extend(value) if type(value) is tuple else found.append(value)
            return tuple(found)
        else:
            return None
    return tuple(node) if type(node) is list else node


def completed(shape: Shape, value: Any) -> Any:
    """A copy of ``value`` in this shape: what is missing or of another kind is None, what is not known is left out."""
    if shape.kind == "object":
        known = value if type(value) is dict else {}
        return {key: completed(child, known.get(key)) for key, child in shape.fields.items()}
    if shape.kind == "list" and shape.items is not None:
        return [completed(shape.items, one) for one in value] if type(value) is list else None
    kinds = {"string": str, "integer": int, "boolean": bool}
    return value if type(value) is kinds[shape.kind] else None


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint: the nearest known word, or all of them when they are few."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(known)}" if len(known) <= 30 else ""


def fits(shape: Shape, value: Any) -> Scalar:
    """``value`` when one value of this shape may equal it.

    Raises:
        Misfit: another type, a word outside the enumeration.
    """
    if value is None:
        raise Misfit("null cannot be compared", "use exists: false for what is not known")
    if shape.kind == "boolean" and type(value) is bool:
        return value
    if shape.kind == "integer" and type(value) is int:
        return value
    if shape.kind != "string" or type(value) is not str:
        wanted = {"boolean": "true or false", "integer": "a whole number"}.get(shape.kind, "a text")
        raise Misfit(
            f"{value!r} is not {wanted}", "put quotes around a number that is a text" * (shape.kind == "string")
        )
    if shape.values and value not in shape.values:
        raise Misfit(f"{value!r} never occurs here", did_you_mean(value, shape.values) or shape.about)
    return value
