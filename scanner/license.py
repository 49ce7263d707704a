"""Which licence a model is under, and what it demands: from what was declared and the table ``licenses.yaml``.

Nothing is assumed: a licence that is not in the table, that names a family (``cc``, ``other``) or that the sources
disagree about has no known duties, and no known freedom either.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from scanner.data import record, text, whole
from scanner.fact import Basis, Citation, Confidence
from scanner.text import clean_line

FILE = "licenses.yaml"
PUBLIC_KNOWLEDGE = "public knowledge"

_FACTS = (
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
_TERMS = (*_FACTS, "relicense", "use_policy", "patent", "governing_law", "osi_approved")
_CITATION = ("source", "checked", "confidence")
# Plain expressions only: the parser stumbles over odd brackets and operators that stand alone.
_NAME = r"(?!(?:and|or|with)(?: |$))[a-z0-9.+-]{1,60}"
_EXPRESSION = re.compile(rf"{_NAME}(?: (?:and|or|with) {_NAME}){{0,8}}", re.I)
_BLANKS = re.compile(r"[\s_,]+")
_WORD = re.compile(r"\w+")
_FILLERS = frozenset(("the", "license", "licence"))


class Status(StrEnum):
    KNOWN = "known"
    """one licence, in the table, with duties that were read"""
    FAMILY = "family"
    """names a family or a text of its own: only the text decides"""
    NONE = "none"
    """the model was read and declares none: no permission is given"""
    UNKNOWN = "unknown"
    """declared but not in the table, its text was changed, or nothing could be read"""
    CONFLICTING = "conflicting"
    """several licences are named and nothing says which applies"""


@dataclass(frozen=True, slots=True)
class LicenseClaim:
    """What one source says: licence ids (empty: it names none), ``license_name``, ``license_link``; ``at`` is where.

    ``changed``: the source holds the text of that licence with changes, and says which. Nobody knows what it demands.
    """

    ids: tuple[str, ...]
    name: str | None
    link: str | None
    basis: Basis
    at: str
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class License:
    """A licence as declared and as concluded; what it demands is None unless ``status`` is known.

    ``declared`` is None when nothing could be read. ``concluded`` is an SPDX expression or LicenseRef. Thresholds are
    as the clause says them, ``none`` when the text has none. ``duties`` are sentences with their clause; where sources
    conflict, those of every side. A footnote is (name of the fact, where it is from).
    """

    declared: tuple[str, ...] | None
    name: str | None
    link: str | None
    concluded: str | None
    status: Status
    commercial_use: str | None = None
    user_threshold: str | None = None
    revenue_threshold: str | None = None
    field_of_use: bool | None = None
    naming: bool | None = None
    notice: bool | None = None
    share_alike: bool | None = None
    flow_down: bool | None = None
    outputs_restricted: bool | None = None
    territory_excluded: tuple[str, ...] | None = None
    multimodal_only: bool | None = None
    """``territory_excluded`` concerns multimodal models alone; None when no territory is known to be excluded"""
    forbidden_uses: tuple[str, ...] | None = None
    """the uses ``field_of_use`` speaks of, in our own words; empty: none is forbidden; None: which is not known"""
    duties: tuple[str, ...] = ()
    footnotes: tuple[tuple[str, Citation], ...] = ()
    osi_approved: bool | None = None
    id: str | None = None
    """its id in the table, where ``status`` is known"""


@dataclass(frozen=True, slots=True)
class _Side:
    """One licence that was named: its key, its record in the table, and whether only ``license_name`` led to it."""

    key: str
    record: Mapping[str, Any] | None
    spdx: str | None
    by_name: bool = False

    @property
    def title(self) -> str:
        return str(self.record["title"]) if self.record else self.key

    @property
    def family(self) -> bool:
        return self.record is not None and self.record.get("family") is True


def digest() -> str:
    """SHA-256 of the table of licences, in hex."""
    return hashlib.sha256(text(FILE).encode()).hexdigest()


def named(title: str) -> str | None:
    """The id of the licence whose title ``title`` is, whatever its case and punctuation; None for every other line."""
    return _titles().get(_words(title))


def spdx_of(id: str) -> str | None:
    """The SPDX name or LicenseRef of a licence of the table, None of any other."""
    found = _known(id)
    return found.spdx if found else None


def of_text(ids: Sequence[str], declared: Sequence[str]) -> str:
    """The name to claim a licence by whose text is that of every one of ``ids`` (SPDX or LicenseRef).

    It is one that is ``declared`` where a text cannot tell them apart, as the versions "only" and "or later".
    """
    keys = [key for id in ids for key in _by_spdx().get(id, ())]
    keys += [found.key for id in ids if (found := _known(id))]
    may_be = {*keys, *map(_key, ids)}
    for said in declared:
        found = _known(said)
        if (found.key if found else _key(said)) in may_be:
            return said
    return keys[0] if keys else ids[0]


def conclude(claims: Sequence[LicenseClaim], *, read: bool) -> License:
    """The licence that ``claims`` add up to; ``read`` is False when nothing could be read that might declare one."""
    if not read:
        return License(None, None, None, None, Status.UNKNOWN)
    declared = tuple(dict.fromkeys(clean_line(id) for claim in claims if not claim.changed for id in claim.ids))
    changed = tuple(id for claim in claims if claim.changed for id in claim.ids)
    name = next((clean_line(c.name) for c in claims if c.name), None)
    link = next((clean_line(c.link) for c in claims if c.link), None)
    texts = any(claim.basis is Basis.OBSERVED and claim.ids for claim in claims)
    sides = _sides((*declared, *changed), name, texts)
    notes = tuple(_claim_notes(claims))
    if not sides:
        status = Status.UNKNOWN if name or link else Status.NONE
        return License(declared, name, link, None, status, footnotes=notes)
    if not changed:
        notes += tuple(("concluded", _cited(side)) for side in sides if side.record)
    duties = tuple(duty for side in sides for duty in _duties(side, named=len(sides) > 1))
    if len(sides) > 1:
        return License(declared, name, link, None, Status.CONFLICTING, duties=duties, footnotes=notes)
    if changed:
        return License(declared, name, link, None, Status.UNKNOWN, footnotes=notes)
    side = sides[0]
    facts = _facts(side.record or {})
    if side.family or not facts:
        status = Status.FAMILY if side.family else Status.UNKNOWN
        return License(declared, name, link, side.spdx, status, duties=duties, footnotes=notes)
    notes += tuple((fact, _cited(side, fact)) for fact in facts if isinstance((side.record or {}).get(fact), Mapping))
    return License(declared, name, link, side.spdx, Status.KNOWN, **facts, duties=duties, footnotes=notes, id=side.key)


def terms(id: str) -> Mapping[str, Mapping[str, Any]]:
    """What a licence of the table demands, by name of the fact; empty for a family and for what is not in the table.

    Each is as the head of the table describes it: ``is`` and what is stated of ``clause``, ``duty``, ``uses`` and so
    on, with the ``source``, ``checked`` and ``confidence`` that hold for it. A fact that is not there is unknown.
    ``id`` is an id, an alias or the SPDX name of a licence, in any case.
    """
    found = _asked(id)
    record = {} if found is None or found.record is None or found.family else found.record
    cited = {name: record[name] for name in _CITATION if name in record}
    return {name: {**cited, **_stated(record[name])} for name in _TERMS if name in record}


def terms_documents(said: str) -> list[dict[str, Any]]:
    """What the table says of ``said``: one document for each licence of an SPDX expression, else one.

    ``kind`` is license, family, spdx (a name on the SPDX list that the table does not hold) or unknown; ``known`` says
    that something of what it demands is. Every fact that may be stated has a key in ``terms``, null where unknown.
    """
    # Brackets say how the parts combine, not which there are, and the parser is not trusted with odd ones.
    flat = said if said.count("(") != said.count(")") else " ".join(said.replace("(", " ").replace(")", " ").split())
    if _asked(said) is None and (spdx := _spdx(flat)):
        parsed = _spdx_list().parse(spdx)
        return [_terms_document(part) for part in dict.fromkeys(str(literal) for literal in parsed.get_literals())]
    return [_terms_document(said)]


def names() -> tuple[str, ...]:
    """Everything the table answers to: ids and aliases."""
    return tuple(whole(FILE))


def license_document(license: License) -> dict[str, Any]:
    """``license`` as ``definitions.license`` of the facts schema."""
    territory, uses = license.territory_excluded, license.forbidden_uses
    return {
        "declared": None if license.declared is None else list(license.declared),
        "name": license.name,
        "link": license.link,
        "concluded": license.concluded,
        "status": license.status.value,
        "id": license.id,
        **{fact: getattr(license, fact) for fact in _FACTS},
        "territory_excluded": None if territory is None else list(territory),
        "multimodal_only": license.multimodal_only,
        "osi_approved": license.osi_approved,
        "forbidden_uses": None if uses is None else list(uses),
        "duties": list(license.duties),
        "footnotes": [
            {"fact": name, "source": c.source, "seen": c.seen, "confidence": c.confidence.value}
            for name, c in license.footnotes
        ],
    }


def _sides(declared: tuple[str, ...], name: str | None, texts: bool) -> tuple[_Side, ...]:
    # license_name, or the text itself, says which licence "other" is; beside one of the table it is a claim of its own.
    said = _known(name) if name else None
    sides = [_known(id) or _Side(_key(id), None, _spdx(id)) for id in declared]
    if said or texts:
        sides = [side for side in sides if not side.family]
    if said:
        sides.append(replace(said, by_name=True))
    first: dict[str, _Side] = {}
    for side in sides:
        first.setdefault(side.key, side)
    return tuple(first.values())


def _terms_document(said: str) -> dict[str, Any]:
    found = _asked(said)
    record: Mapping[str, Any] = (found.record if found else None) or {}
    spdx = found.spdx if found else _spdx(said.strip())
    kind = ("family" if found.family else "license") if found else ("spdx" if spdx else "unknown")
    stated = terms(said)
    return {
        "asked": clean_line(said),
        "kind": kind,
        "known": any(name in stated for name in _FACTS),
        "id": found.key if found else None,
        "title": record.get("title"),
        "spdx": spdx,
        "steward": record.get("steward"),
        "version": record.get("version"),
        "aliases": [key for key, raw in whole(FILE).items() if raw.get("alias_of") == found.key] if found else [],
        "note": record.get("note"),
        "terms": {name: stated.get(name) for name in _TERMS},
        **{name: record.get(name) for name in _CITATION},
    }


def _asked(said: str) -> _Side | None:
    return _known(said) or _known(_by_spdx().get(_key(said), ""))


@cache
def _by_spdx() -> Mapping[str, str]:
    return {_key(said["spdx"]): key for key, said in whole(FILE).items() if "spdx" in said}


def _words(title: str) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(title.casefold()) if word not in _FILLERS)


@cache
def _titles() -> Mapping[tuple[str, ...], str]:
    """Titles that two licences share, and those of families, name no licence."""
    found: dict[tuple[str, ...], list[str]] = {}
    for key, said in whole(FILE).items():
        if "title" in said and not said.get("family"):
            found.setdefault(_words(said["title"]), []).append(key)
    return {words: keys[0] for words, keys in found.items() if words and len(keys) == 1}


@cache
def _by_spdx() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, said in whole(FILE).items():
        if "spdx" in said:
            found[said["spdx"]] = (*found.get(said["spdx"], ()), key)
    return found


def _key(said: str) -> str:
    return _BLANKS.sub("-", said.strip()).casefold()


@lru_cache(maxsize=1024)
def _known(said: str) -> _Side | None:
    key = _key(said)
    found = record(FILE, key) if key else None
    if found and "alias_of" in found:
        key = str(found["alias_of"])
        found = record(FILE, key)
    return _Side(key, found, found.get("spdx")) if found else None


@lru_cache(maxsize=1024)
def _spdx(id: str) -> str | None:
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


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: _stated(found[name])["is"] for name in _FACTS if name in found}
    if "osi_approved" in found:
        facts["osi_approved"] = _stated(found["osi_approved"])["is"]
    if territory := facts.get("territory_excluded"):
        facts["multimodal_only"] = _stated(found["territory_excluded"]).get("multimodal_only", False)
    if territory is not None:
        facts["territory_excluded"] = tuple(territory)
    if (forbidden := facts.get("field_of_use")) is not None:
        uses = _stated(found["field_of_use"]).get("uses")
        facts["forbidden_uses"] = tuple(uses) if uses else None if forbidden else ()
    return facts


def _duties(side: _Side, named: bool) -> Iterator[str]:
    for name in _FACTS:
        said = _stated((side.record or {}).get(name))
        if "duty" in said:
            clause = f" ({said['clause']})" if "clause" in said else ""
            yield (f"{side.title}: " if named else "") + said["duty"] + clause


def _stated(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {"is": said}


def _claim_notes(claims: Sequence[LicenseClaim]) -> Iterator[tuple[str, Citation]]:
    for claim in claims:
        if claim.changed:
            yield "changed", Citation(f"{claim.changed}: {claim.at}", None, Confidence.HIGH)
            continue
        said = ", ".join(clean_line(id) for id in claim.ids) or "no licence"
        yield "declared", Citation(f"{said} ({claim.basis.value}): {claim.at}", None, Confidence.HIGH)
        if claim.name:
            yield "name", Citation(f"{clean_line(claim.name)} ({claim.basis.value}): {claim.at}", None, Confidence.HIGH)


def _cited(side: _Side, fact: str | None = None) -> Citation:
    found = side.record or {}
    said = _stated(found.get(fact)) if fact else {}
    source = said.get("source", found.get("source", PUBLIC_KNOWLEDGE))
    if "clause" in said:
        source = f"{said['clause']}: {source}"
    confidence = Confidence(said.get("confidence", found.get("confidence", Confidence.UNVERIFIED)))
    if side.by_name:
        # Anybody may write anything into license_name.
        source = f"by license_name: {source}"
        confidence = max(confidence, Confidence.LOW, key=list(Confidence).index)
    return Citation(source, said.get("checked", found.get("checked")), confidence)
