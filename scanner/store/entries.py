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
    """A record of that kind."""
    return {"schema": SCHEMA, "kind": kind, **fields}


def scan_entry(
    row: Mapping[str, Any], judged: Iterable[Sequence[Any]], read: Iterable[Sequence[Any]], *, late: bool = False
) -> dict[str, Any]:
    """The record of a scan: its row, ``DECISION`` of each decision, ``EVIDENCE`` of each thing read, in their order.

    ``late`` marks a scan that is older than the log.
    """
    fields = {name: row[name] for name in COLUMNS}
    fields["decisions"] = [dict(zip(DECISION, one, strict=True)) for one in judged]
    fields["evidence_digest"] = evidence_digest(read)
    return entry("scan", **fields, **({"before_log": True} if late else {}))


def evidence_digest(read: Iterable[Sequence[Any]]) -> str:
    """SHA-256 of the rows of ``EVIDENCE`` as a JSON array of arrays without spaces."""
    return digest(compact([tuple(row) for row in read]))


def parsed(body: str | None) -> dict[str, Any]:
    """A record as it was read from the log; empty when it is no JSON object."""
    try:
        value = json.loads(body or "")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
