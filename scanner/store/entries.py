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

    ``read`` is the ``evidence_digest``; ``late`` marks a scan that is older than the log.
    """
    first, last = scan_parts(row)
    return around_decisions(first, ",".join(map(decision_text, judged)), read, last, late)


def scan_parts(row: Sequence[Any]) -> tuple[str, str]:
    """What stands before the decisions in a scan's record, and what behind its evidence: ``COLUMNS`` in their order."""
    values = tuple(map(_value, row))
    return _FIRST % _of_first(values), _LAST % _of_last(values)


def decision_text(one: Sequence[Any]) -> str:
    """What stands of a decision in the record of its scan: ``DECISION``."""
    said: str = _JUDGED % _of_decision(tuple(map(_value, one)))
    return said


def around_decisions(first: str, decisions: str, read: str, last: str, late: bool) -> str:
    """A scan's record, of its parts."""
    marked = ',"before_log":true' if late else ""
    return f'{{{first}{marked},"decisions":[{decisions}],"evidence_digest":"{read}",{last}}}'


def _value(value: Any) -> str:
    if value is None:
        return "null"
    return str(_quoted(value)) if isinstance(value, str) else str(value)


_quoted = json.encoder.encode_basestring
# Canonical JSON is written from templates, as its names are known: ``decisions`` and ``evidence_digest`` stand between
# the first columns and the last.
FIRST = tuple(sorted(name for name in COLUMNS if name < "decisions"))
LAST = (*sorted({*COLUMNS, "kind", "schema"} - {*FIRST}),)
CONSTANT = {"kind": "scan", "schema": SCHEMA}
_FIRST = ",".join(f'"{name}":%s' for name in FIRST)
_LAST = ",".join(f'"{name}":' + (f'"{CONSTANT[name]}"' if name in CONSTANT else "%s") for name in LAST)
_JUDGED = "{" + ",".join(f'"{name}":%s' for name in sorted(DECISION)) + "}"
_of_first, _of_last = (
    itemgetter(*(COLUMNS.index(name) for name in names if name not in CONSTANT)) for names in (FIRST, LAST)
)
_of_decision = itemgetter(*map(DECISION.index, sorted(DECISION)))


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
