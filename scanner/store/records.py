"""What is recorded, and the one way a document becomes text.

A document is written as canonical JSON once, hashed, and stored as that text. It is never written again from parsed
values: whoever reads it back hashes what lies there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

VERDICTS = ("ALLOW", "REVIEW", "DENY")
"""From best to worst."""

NIGHT = "recorded:"
"""How ``run`` begins where nobody asked for the model: it was in the record, and was read again."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What one policy said: the decision/v1 document, and the policy as the text whose SHA-256 names it.

    ``body`` is the document as the text that lies in the database; None before it is recorded.
    """

    policy_name: str
    policy_digest: str
    policy_text: str
    document: Mapping[str, Any]
    verdict: str
    body: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """One model, judged. ``at`` is UTC as ``2026-11-23T15:08:00Z``; ``run`` names the command run it was part of.

    ``facts`` is a facts/v1 document; ``requested`` the text the model was asked for by.

    Raises:
        ValueError: the record could not be an audit: no decision, an unknown verdict, a time not in UTC, a policy or
            waivers that are not those of the decision.
    """

    at: str
    run: str
    requested: str
    facts: Mapping[str, Any]
    decisions: tuple[DecisionRecord, ...]
    tool_version: str
    registry_digest: str
    waivers_text: str | None = None

    def __post_init__(self) -> None:
        if not _TIME.fullmatch(self.at):
            raise ValueError(f"a scan is dated in UTC to the second, not {self.at!r}")
        if not self.decisions:
            raise ValueError("a scan without a decision is no scan")
        waivers = None if self.waivers_text is None else digest(self.waivers_text)
        for decision in self.decisions:
            said = decision.document
            if decision.verdict not in VERDICTS or said["verdict"].upper() != decision.verdict:
                raise ValueError(f"not the verdict of the decision: {decision.verdict!r}")
            if not digest(decision.policy_text) == decision.policy_digest == said["policy"]["digest"]:
                raise ValueError(f"the digest of policy {decision.policy_name!r} is not that of its text")
            if said["waivers_digest"] not in (None, waivers):
                raise ValueError("the decision was made under other waivers")

    @property
    def verdict(self) -> str:
        """The worst of the decisions."""
        return max((d.verdict for d in self.decisions), key=VERDICTS.index)


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One line of the list of scans. ``policies`` pairs each policy's name with its verdict."""

    number: int
    at: str
    run: str
    requested: str
    model: str
    revision: str | None
    hub: str
    as_of: str
    tool_version: str
    verdict: str
    policies: tuple[tuple[str, str], ...]

    def document(self) -> dict[str, Any]:
        """The row as JSON, ``policies`` as a list of names with verdicts."""
        row = {name: getattr(self, name) for name in self.__slots__}
        return row | {"policies": [{"name": name, "verdict": verdict} for name, verdict in self.policies]}


@dataclass(frozen=True, slots=True)
class ScannedModel:
    """A model that was scanned, with how often, and the ``number``, moment and verdict of the last time.

    ``codebases`` are the names of those that used it when they were scanned.
    """

    model: str
    hub_id: str | None
    scans: int
    number: int
    at: str
    verdict: str
    codebases: tuple[str, ...] = ()


def canonical(document: Mapping[str, Any]) -> str:
    """``document`` as canonical JSON: RFC 8785 for the values it may hold.

    Raises:
        TypeError: it holds something other than objects with text keys, arrays, text, integers, booleans and null.
            Floats are refused: two programs may write one number two ways.
        ValueError: a text holds half a character (a lone surrogate), or it is nested too deeply.
    """
    try:
        text = _SORTED(document) if _is_plain(document) else compact(_plain(document))
    except RecursionError as error:
        raise ValueError("a recorded document is nested too deeply") from error
    text.encode("utf-8")
    return text


compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
"""JSON without spaces, in the order it has."""
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, sort_keys=True).encode
_TEXT = frozenset((str,))
_PLAIN = frozenset((str, int, bool, type(None)))
_CONTAINERS = frozenset((dict, list, tuple))


def _is_plain(document: Any) -> bool:
    """True for what the encoder alone writes canonically: plain containers, and keys whose order is beyond doubt."""
    if type(document) is not dict:
        return False
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if type(value) is dict:
            if not (set(map(type, value)) <= _TEXT and "".join(value).isascii()):
                return False
            value = value.values()
        kinds = set(map(type, value)) - _PLAIN
        if kinds:
            if not kinds <= _CONTAINERS:
                return False
            waiting.extend(one for one in value if type(one) in _CONTAINERS)
    return True


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"a key of a recorded document is text, not {type(key).__name__}")
        # UTF-16 order is what RFC 8785 asks for; it differs from Python's for characters beyond the first plane.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _plain(value[key]) for key in keys}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(item) for item in value]
    raise TypeError(f"a recorded document cannot hold a {type(value).__name__}")


def scan_columns(scan: ScanRecord) -> dict[str, Any]:
    """The columns of a scan; they all follow from the record. ``model_key`` is the name without case, for comparing."""
    model = scan.facts["model"]
    return {
        "at": scan.at,
        "run": scan.run,
        "requested": scan.requested,
        "model_id": model["id"],
        "model_key": model["id"].casefold(),
        "revision": model["revision"],
        "hub_id": model["hub_id"],
        "hub": model["hub"],
        "as_of": scan.facts["as_of"],
        "tool_version": scan.tool_version,
        "registry_digest": scan.registry_digest,
        "verdict": scan.verdict,
    }


def evidence_rows(facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Kind, subject, locator, SHA-256 and size of each of ``facts["evidence"]``.

    The subject is the model of the lineage whose repository was read, or None.
    """
    ids = sorted((model["id"] for model in facts["lineage"]["models"]), key=len, reverse=True)
    return [
        (item["kind"], _subject(item["at"], ids), item["at"], item["sha256"], item["size"])
        for item in facts["evidence"]
    ]


def _subject(at: str, ids: Sequence[str]) -> str | None:
    """The id that the locator ``at`` (``hub://id[@revision][/path][#key]``) begins with; longest first in ``ids``."""
    place = at.partition("://")[2]
    for id in ids:
        if place.startswith(id) and place[len(id) : len(id) + 1] in ("", "@", "/", "#"):
            return id
    return None
