"""Facts documents for the tests of policies, and policies of one rule."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

from scanner.policy import Decision, Policy, judge, read_policy
from scanner.policy.selftest import example

DAY = date(2026, 11, 23)
HEAD = "version: 1\nname: trial\ntitle: a trial\n"

Json = dict[str, Any]


def facts(**changes: Any) -> Json:
    """The ordinary document with values set by dotted name, dots written as two underscores."""
    document: Json = example("facts")
    for name, value in changes.items():
        put(document, name.replace("__", "."), value)
    return document


def model(id: str, depth: int = 1, **changes: Any) -> Json:
    """A model of a lineage, ``depth`` edges from acme/widget-7b."""
    entry: Json = {**example("lineage.models"), "id": id, "depth": depth, "path": ["acme/widget-7b", id]}
    for name, value in changes.items():
        put(entry, name.replace("__", "."), value)
    return entry


def descended(*above: Json) -> Json:
    """The ordinary document, its weights coming out of the models ``above``, the last of which is the root."""
    document = facts()
    document["lineage"]["models"][0].update(root=False, established=None)
    document["lineage"]["models"] += above
    ids = [entry["id"] for entry in above]
    document["lineage"].update(ancestors=ids, roots=ids[-1:], any=["acme/widget-7b", *ids])
    return document


def put(record: Json, name: str, value: Any) -> None:
    *parents, last = name.split(".")
    for key in parents:
        record = record[key]
    record[last] = value


def rule(when: str, *more: str) -> Policy:
    """A policy of one rule ``r`` that denies; ``more`` are further lines of the rule."""
    lines = ["rules:", "  - id: r", "    title: wrong", "    verdict: deny", f"    when: {when}"]
    return read_policy(HEAD + "\n".join([*lines, *(f"    {line}" for line in more)]))


def ask(policy: Policy, document: Json, day: date = DAY) -> Decision:
    return judge(policy, document, as_of=day)


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in a document, records and lists included."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from leaves(child, (*path, key))


def withheld(document: Json, path: tuple[str | int, ...]) -> Json:
    """A copy in which what stands at ``path`` is not known."""
    result = copy.deepcopy(document)
    node: Any = result
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = None
    return result
