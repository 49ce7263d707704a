"""What a record of the log says: one JSON object of each kind, written once as canonical JSON and hashed as it stands.

scan        a model was judged: the columns of the scan, the digests of its texts and of each decision
policy      a policy was used for the first time, or with another text than the last time
waivers     a file of waivers was used for the first time
registry    the facts on publishers and licences became others
key         checkpoints are signed by another key from here on
redaction   what was recorded of a scan was removed; the hash of its record stays here
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from scanner.store.records import compact, digest

SCHEMA = "modelorigin/log/v1"
COLUMNS = (
    "id", "at", "run", "requested", "model_id", "model_key", "revision", "hub_id", "hub", "as_of", "tool_version",
    "registry_digest", "verdict", "facts_digest", "waivers_digest",
)  # fmt: skip
"""What stands in a scan's row stands in its record, under the same names. A column more is another ``SCHEMA``."""
DECISION = ("policy_name", "policy_digest", "verdict", "digest")
EVIDENCE = ("kind", "subject", "at", "sha256", "size")

SUBJECTS: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = {
    "scan": lambda body: str(body["id"]),
    "policy": lambda body: body["name"],
    "waivers": lambda body: body["digest"],
    "registry": lambda _: None,
    "key": lambda _: None,
    "redaction": lambda body: str(body["scan"]),
}
"""What a record is found by, besides its kind."""


def entry(kind: str, **fields: Any) -> dict[str, Any]:
    """A record of that kind, which is no scan."""
    return {"schema": SCHEMA, "kind": kind, **fields}


def scan_text(row: Sequence[Any], judged: Iterable[Sequence[Any]], read: str, *, late: bool = False) -> str:
    """The record of a scan as it is written: ``COLUMNS`` of its row, ``DECISION`` of each decision in their order.

    ``read`` is the ``evidence_digest``; ``late`` marks a scan that is older than the log. It is canonical JSON, because
    every name is ASCII and the names stand in their order.
    """
    decisions = [dict(zip(_DECISION, _in_order(one), strict=True)) for one in judged]
    fields = (*row, decisions, read, "scan", SCHEMA)
    names, order = _LATE if late else _SCAN
    return compact(dict(zip(names, order((*fields, True) if late else fields), strict=True)))


def _ordered(names: Sequence[str]) -> tuple[tuple[str, ...], Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """The names in canonical order, and what puts values that come in the order of ``names`` into it."""
    places = sorted(range(len(names)), key=names.__getitem__)
    return tuple(names[place] for place in places), itemgetter(*places)


_DECISION, _in_order = _ordered(DECISION)
_SCAN = _ordered((*COLUMNS, "decisions", "evidence_digest", "kind", "schema"))
_LATE = _ordered((*COLUMNS, "decisions", "evidence_digest", "kind", "schema", "before_log"))


def evidence_digest(read: Iterable[Sequence[Any]]) -> str:
    """SHA-256 of the rows of ``EVIDENCE``, tuples, as a JSON array of arrays without spaces."""
    return digest(compact(list(read)))


def parsed(body: str | None) -> dict[str, Any]:
    """A record as it was read from the log; empty when it is no JSON object."""
    try:
        value = json.loads(body or "")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
