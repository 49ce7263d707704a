"""The table of licences ``licenses.yaml``: which record a word, a title, an SPDX name or an address asks for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from scanner.data import record, text, whole
from scanner.license.spelling import by_link
from scanner.license.spelling import digest as digest_of_spelling
from scanner.text import clean_line

FILE = "licenses.yaml"
PUBLIC_KNOWLEDGE = "public knowledge"

FACTS = (
    "commercial_use",
    "user_threshold",
    "revenue_threshold",
    "field_of_use",
    "naming",
    "notice",
    "share_alike",
    "flow_down",
    "outputs_restricted",
    "territory_excluded",
)
TERMS = (*FACTS, "relicense", "use_policy", "patent", "governing_law", "osi_approved")
_CITATION = ("source", "checked", "confidence")
# Plain expressions only: the parser stumbles over odd brackets and operators that stand alone.
_NAME = r"(?!(?:and|or|with)(?: |$))[a-z0-9.+-]{1,60}"
_EXPRESSION = re.compile(rf"{_NAME}(?: (?:and|or|with) {_NAME}){{0,8}}", re.I)
_BLANKS = re.compile(r"[\s_,]+")


@dataclass(frozen=True, slots=True)
class Side:
    """One licence that was named: its key, its record in the table, and what alone led to it, if not its id."""

    key: str
    record: Mapping[str, Any] | None
    spdx: str | None
    by: str | None = None

    @property
    def title(self) -> str:
        return str(self.record["title"]) if self.record else self.key

    @property
    def family(self) -> bool:
        return self.record is not None and self.record.get("family") is True

    @property
    def same(self) -> str:
        """What two sides have in common that are one licence."""
        return self.spdx or self.key


def digest() -> str:
    """SHA-256 of the tables of licences, in hex."""
    return hashlib.sha256((text(FILE) + digest_of_spelling()).encode()).hexdigest()


def spdx_of(id: str) -> str | None:
    """The SPDX name or LicenseRef of a licence of the table, None of any other."""
    found = known(id)
    return found.spdx if found else None


def of_text(ids: Sequence[str], declared: Sequence[str]) -> str:
    """The name to claim a licence by whose text is that of every one of ``ids`` (SPDX or LicenseRef).

    It is one that is ``declared`` where a text cannot tell them apart, as the versions "only" and "or later".
    """
    keys = [key for id in ids for key in _by_spdx().get(key_of(id), ())]
    keys += [found.key for id in ids if (found := known(id))]
    may_be = {*keys, *map(key_of, ids)}
    for said in declared:
        found = known(said)
        if (found.key if found else key_of(said)) in may_be:
            return said
    return keys[0] if keys else ids[0]


@lru_cache(maxsize=1024)
def terms(id: str) -> Mapping[str, Mapping[str, Any]]:
    """What a licence of the table demands, by name of the fact; empty for a family and for what is not in the table.

    Each is as the head of the table describes it: ``is`` and what is stated of ``clause``, ``duty``, ``uses`` and so
    on, with the ``source``, ``checked`` and ``confidence`` that hold for it. A fact that is not there is unknown.
    ``id`` is an id, an alias or the SPDX name of a licence, in any case.
    """
    found = _asked(id)
    record = {} if found is None or found.record is None or found.family else found.record
    cited = {name: record[name] for name in _CITATION if name in record}
    return {name: {**cited, **stated(record[name])} for name in TERMS if name in record}


def terms_documents(said: str) -> list[dict[str, Any]]:
    """What the table says of ``said``: one document for each licence of an SPDX expression, else one.

    ``kind`` is license, family, spdx (a name on the SPDX list that the table does not hold) or unknown; ``known`` says
    that something of what it demands is. Every fact that may be stated has a key in ``terms``, null where unknown.
    """
    # Brackets say how the parts combine, not which there are, and the parser is not trusted with odd ones.
    flat = said if said.count("(") != said.count(")") else " ".join(said.replace("(", " ").replace(")", " ").split())
    if _asked(said) is None and (spdx := on_the_list(flat)):
        parsed = _spdx_list().parse(spdx)
        return [_terms_document(part) for part in dict.fromkeys(str(literal) for literal in parsed.get_literals())]
    return [_terms_document(said)]


def names() -> tuple[str, ...]:
    """Everything the table answers to: ids and aliases."""
    return tuple(whole(FILE))


@lru_cache(maxsize=1024)
def known(said: str) -> Side | None:
    key = key_of(said)
    found = record(FILE, key) if key else None
    if found and "alias_of" in found:
        key = str(found["alias_of"])
        found = record(FILE, key)
    if not found and "://" in said:
        return linked(said)
    return Side(key, found, found.get("spdx")) if found else None


@lru_cache(maxsize=1024)
def linked(address: str) -> Side | None:
    """The licence whose page an address is known to be."""
    key = by_link(address)
    found = record(FILE, key) if key else None
    return Side(key, found, found.get("spdx"), by="its address") if key and found else None


@lru_cache(maxsize=1024)
def on_the_list(id: str) -> str | None:
    if not _EXPRESSION.fullmatch(id):
        return None
    from license_expression import ExpressionError  # type: ignore[import-untyped]

    try:
        parsed = _spdx_list().parse(id)
    except ExpressionError:
        return None
    return None if _spdx_list().unknown_license_keys(parsed) else str(parsed)


@cache
def _spdx_list() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def _terms_document(said: str) -> dict[str, Any]:
    found = _asked(said)
    record: Mapping[str, Any] = (found.record if found else None) or {}
    spdx = found.spdx if found else on_the_list(said.strip())
    kind = ("family" if found.family else "license") if found else ("spdx" if spdx else "unknown")
    stated = terms(said)
    return {
        "asked": clean_line(said),
        "kind": kind,
        "known": any(name in stated for name in FACTS),
        "id": found.key if found else None,
        "title": record.get("title"),
        "spdx": spdx,
        "steward": record.get("steward"),
        "version": record.get("version"),
        "aliases": [key for key, raw in whole(FILE).items() if raw.get("alias_of") == found.key] if found else [],
        "note": record.get("note"),
        "terms": {name: stated.get(name) for name in TERMS},
        **{name: record.get(name) for name in _CITATION},
    }


def _asked(said: str) -> Side | None:
    keys = _by_spdx().get(key_of(said), ())
    return known(said) or (known(keys[0]) if len(keys) == 1 else None)


@cache
def _by_spdx() -> Mapping[str, tuple[str, ...]]:
    """Keys of the records that bear an SPDX name, by that name as it is asked for."""
    found: dict[str, tuple[str, ...]] = {}
    for key, said in whole(FILE).items():
        if "spdx" in said:
            found[key_of(said["spdx"])] = (*found.get(key_of(said["spdx"]), ()), key)
    return found


def key_of(said: str) -> str:
    return _BLANKS.sub("-", said.strip()).casefold()


def stated(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {"is": said}
