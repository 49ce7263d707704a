"""``modelorigin.lock``: the models of a code base as they were agreed on.

Each is pinned by the text it is asked for: the commit and identity it had, its licence, its bases, the digest of its
facts, its verdict. Whatever is another later is a drift, with both sides. What could not be determined then is not
compared; what cannot be determined now is a drift: nothing shows that it is still the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.policy import Policy

NAME = "modelorigin.lock"
VERSION = 1
_MAX_BYTES = 16_000_000
_COMPARED = ("identity", "commit", "license", "bases", "files", "verdict")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file: its pins by the ``key`` of what is asked for, and the digests of the policies it was judged by."""

    pins: Mapping[str, Pin]
    policies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pin:
    """One model as it was agreed on; ``facts`` is the SHA-256 of what its publisher and its card say, in hex.

    What who publishes it is known for may change without the model: the registry is no part of ``facts``.
    """

    requested: str
    model: str
    commit: str | None
    identity: str | None
    license: str | None
    bases: str | None
    files: str | None
    facts: str
    verdict: str


def pin(requested: str, facts: Mapping[str, Any], verdict: str) -> Pin:
    """What is agreed on of a facts/v1 document that was judged so."""
    model, lineage, licence = facts["model"], facts["lineage"], facts["license"]
    edges = sorted((e["child"], e["parent"], e["relation"], e["role"]) for e in lineage["edges"])
    said = {
        "model": [model["id"], model["revision"], model["hub_id"], model["gated"]],
        "license": [licence["id"], licence["declared"], licence["name"], licence["link"]],
        "edges": edges,
        "roots": sorted(lineage["roots"]),
        "files": [facts["files"]["digest"], facts["files"]["remote_code"]],
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    bases = sorted({parent for child, parent, *_ in edges if child == model["id"]})
    return Pin(
        requested, model["id"], model["revision"], model["hub_id"], licence["id"] or licence["status"],
        ", ".join(bases) or "none", facts["files"]["digest"], hashlib.sha256(text.encode()).hexdigest(), verdict,
    )  # fmt: skip


def key(requested: str) -> str:
    """What a pin is held under: a model's id in any case, but not its revision, nor the path of a file."""
    model, at, revision = requested.partition("@")
    return requested if requested.startswith("./") else f"{model.casefold()}{at}{revision}"


def drift(before: Pin | None, now: Pin, file: str) -> list[Json]:
    """``usage.drift`` of the facts document: what is another than it was; ``before`` None: it was not locked."""
    if before is None:
        return [{"kind": "not-locked", "before": None, "after": now.commit or now.model, "at": file}]
    found = []
    for kind in _COMPARED:
        was, is_ = getattr(before, kind), getattr(now, kind)
        if was is not None and was != is_:
            found.append({"kind": kind, "before": was, "after": is_, "at": file})
    if before.model.casefold() != now.model.casefold() and not any(one["kind"] == "identity" for one in found):
        found.append({"kind": "facts", "before": before.model, "after": now.model, "at": file})
    if not found and before.facts != now.facts:
        found.append({"kind": "facts", "before": before.facts, "after": now.facts, "at": file})
    return found


def weigh_drift(policies: Iterable[Policy]) -> None:
    """See that what left a lock is weighed: a drift is a finding of a policy.

    Raises:
        UsageError: no rule of ``policies`` asks for it.
    """
    if not any("usage.drift" in rule.over.names for policy in policies for rule in policy.rules if rule.over):
        raise UsageError(
            "no policy asks what left the lock, so nothing would be found",
            hint="add --policy baseline, let yours extend it, or write a rule for each usage.drift",
        )


def lock_text(pins: Iterable[Pin], *, as_of: str, version: str, policies: Iterable[tuple[str, str]]) -> str:
    """The lock file; ``policies`` are names with digests."""
    document = {
        "version": VERSION,
        "tool": f"modelorigin {version}",
        "as_of": as_of,
        "policies": [{"name": name, "digest": digest} for name, digest in policies],
        "models": [asdict(one) for one in sorted(pins, key=lambda one: one.requested.casefold())],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def read_lock(path: Path) -> Lock:
    """A lock file as it was written.

    Raises:
        UsageError: missing, not readable, not a lock file, of another version.
    """
    again = "write it anew: modelorigin scan PATH --lock"
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_MAX_BYTES))
    except FileNotFoundError as error:
        raise UsageError(f"there is no lock file {path}", hint="write one: modelorigin scan PATH --lock") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no lock file: it is not JSON", hint=again) from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise UsageError(f"{path} is no lock file of version {VERSION}", hint=again)
    pins: dict[str, Pin] = {}
    for entry in _entries(document, "models"):
        one = _pin(entry)
        if one is None:
            raise UsageError(f"{path} is no lock file: an entry is malformed", hint=again)
        if pins.setdefault(key(one.requested), one) is not one:
            raise UsageError(f"{path} locks {one.requested} twice", hint=again)
    named = (entry for entry in _entries(document, "policies") if isinstance(entry, dict))
    return Lock(pins, {str(entry.get("name")): str(entry.get("digest")) for entry in named})


def _entries(document: Json, name: str) -> list[Any]:
    """A list of a lock file; one malformed entry in the place of what is none."""
    entries = document.get(name)
    return entries if isinstance(entries, list) else [None]


def _pin(entry: Any) -> Pin | None:
    if not isinstance(entry, dict):
        return None
    values: dict[str, Any] = {field.name: entry.get(field.name) for field in fields(Pin)}
    if any(not isinstance(value, str | None) for value in values.values()):
        return None
    if any(values[name] is None for name in ("requested", "model", "facts", "verdict")):
        return None
    return Pin(**values)
