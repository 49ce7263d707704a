"""Which licence a model is under, and what it demands: from what was declared and the table ``licenses.yaml``.

Nothing is assumed: a licence that is not in the table, that names a family (``cc``, ``other``) or that the sources
disagree about has no known duties, and no known freedom either.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from scanner import license_names
from scanner.data import record, text, whole
from scanner.fact import Basis, Citation, Confidence
from scanner.license_claims import LicenseClaim, Said, StatedLimit
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
    """declared but not in the table, or nothing could be read"""
    CONFLICTING = "conflicting"
    """several licences are named and nothing says which applies"""


@dataclass(frozen=True, slots=True)
class License:
    """A licence as declared and as concluded; what it demands is None unless ``status`` is known.

    ``declared`` is None when nothing could be read. ``concluded`` is an SPDX expression or LicenseRef. Thresholds are
    as the clause says them, ``none`` when the text has none. ``duties`` are sentences with their clause; where sources
    conflict, those of every side. A footnote is (name of the fact, where it is from).

    ``basis`` is the strongest on which the conclusion rests. ``claims`` are all that sources say, apart; ``limits``
    what the prose rules out besides, None where no prose was read.
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
    duties: tuple[str, ...] = ()
    footnotes: tuple[tuple[str, Citation], ...] = ()
    basis: Basis | None = None
    claims: tuple[Said, ...] = ()
    limits: tuple[StatedLimit, ...] | None = None
    link_kind: str | None = None
    """``license_link.LinkKind`` of ``link``"""


@dataclass(frozen=True, slots=True)
class _Side:
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
    return hashlib.sha256((text(FILE) + license_names.digest()).encode()).hexdigest()


def named(title: str) -> str | None:
    """The id of the licence whose title ``title`` is, whatever its case and punctuation; None for every other line."""
    return _titles().get(_words(title))


def conclude(claims: Sequence[LicenseClaim], *, read: bool, limits: tuple[StatedLimit, ...] | None = None) -> License:
    """The licence that ``claims`` add up to; ``read`` is False when nothing could be read that might declare one.

    What prose states decides only where nothing else names a licence; where it names another, that is a difference.
    """
    if not read:
        return License(None, None, None, None, Status.UNKNOWN, limits=limits)
    firm = [claim for claim in claims if claim.basis is not Basis.STATED]
    declared = tuple(dict.fromkeys(clean_line(id) for claim in firm for id in claim.ids))
    name = next((clean_line(c.name) for c in firm if c.name), None)
    link = next((clean_line(c.link) for c in firm if c.link), None)
    texts = any(claim.basis is Basis.OBSERVED and claim.ids for claim in firm)
    sides, basis = _sides(declared, name, link, texts), _strongest(firm)
    stated = _stated_of_the_model(claims)
    if not sides and not name and stated:
        sides, basis = _sides(tuple(id for claim in stated for id in claim.ids), None, None, texts=False), Basis.STATED
    concluded = _concluded(sides, unknown=bool(name or link))
    return replace(
        concluded,
        declared=declared,
        name=name,
        link=link,
        footnotes=(*_claim_notes(claims), *concluded.footnotes),
        basis=basis if sides else None,
        claims=tuple(_said(claims, {side.same for side in sides if not side.family}, stated)),
        limits=limits,
    )


def _concluded(sides: tuple[_Side, ...], *, unknown: bool) -> License:
    """What is concluded from the licences that were named; ``unknown``: something names one nobody knows."""
    nothing = License(None, None, None, None, Status.UNKNOWN if unknown else Status.NONE)
    if not sides:
        return nothing
    notes = tuple(("concluded", _cited(side)) for side in sides if side.record)
    duties = tuple(duty for side in sides for duty in _duties(side, named=len(sides) > 1))
    if len(sides) > 1:
        return replace(nothing, status=Status.CONFLICTING, duties=duties, footnotes=notes)
    side = sides[0]
    facts = _facts(side.record or {})
    if side.family or not facts:
        status = Status.FAMILY if side.family else Status.UNKNOWN
        return replace(nothing, concluded=side.spdx, status=status, duties=duties, footnotes=notes)
    notes += tuple((fact, _cited(side, fact)) for fact in facts if isinstance((side.record or {})[fact], Mapping))
    return replace(nothing, concluded=side.spdx, status=Status.KNOWN, **facts, duties=duties, footnotes=notes)


def _strongest(claims: Sequence[LicenseClaim]) -> Basis | None:
    bases = [claim.basis for claim in claims if claim.ids or claim.name or claim.link]
    return min(bases, key=lambda basis: basis.rank, default=None)


def _stated_of_the_model(claims: Sequence[LicenseClaim]) -> list[LicenseClaim]:
    """What prose names as the licence of the weights; where it tells them apart, only that."""
    stated = [claim for claim in claims if claim.basis is Basis.STATED and claim.of_the_model]
    return [claim for claim in stated if claim.object == "weights"] or stated


def _said(claims: Sequence[LicenseClaim], concluded: set[str], stated: list[LicenseClaim]) -> Iterator[Said]:
    """Every thing that is said; it differs where it names a licence that is none of those concluded from."""
    for claim in claims:
        decisive = claim.of_the_model and (claim.basis is not Basis.STATED or claim in stated)
        written = [(0, id, _known(id)) for id in claim.ids]
        written += [(1, claim.name, _known(claim.name))] if claim.name else []
        written += [(2, claim.link, _linked(claim.link))] if claim.link else []
        for field, says, side in written:
            differs = bool(decisive and concluded and side and not side.family and side.same not in concluded)
            key = side.key if side else None
            yield Said(claim.source, clean_line(says), key, claim.object, claim.basis, claim.where(field), differs)


def license_document(license: License) -> dict[str, Any]:
    """``license`` as ``definitions.license`` of the facts schema."""
    territory = license.territory_excluded
    return {
        "declared": None if license.declared is None else list(license.declared),
        "name": license.name,
        "link": license.link,
        "link_kind": license.link_kind,
        "concluded": license.concluded,
        "status": license.status.value,
        **{fact: getattr(license, fact) for fact in _FACTS},
        "territory_excluded": None if territory is None else list(territory),
        "duties": list(license.duties),
        "basis": license.basis.value if license.basis else None,
        "claims": [
            {
                "source": one.source.value,
                "says": one.says,
                "license": one.id,
                "object": one.object,
                "basis": one.basis.value,
                "differs": one.differs,
                "at": one.at,
            }
            for one in license.claims
        ],
        "limits": None if license.limits is None else [asdict(limit) for limit in license.limits],
        "footnotes": [
            {"fact": name, "source": c.source, "seen": c.seen, "confidence": c.confidence.value}
            for name, c in license.footnotes
        ],
    }


def _sides(declared: tuple[str, ...], name: str | None, link: str | None, texts: bool) -> tuple[_Side, ...]:
    # license_name, or the text itself, says which licence "other" is; beside one of the table it is a claim of its own.
    said = _known(name) if name else None
    sides = [_known(id) or _Side(_key(id), None, _spdx(id)) for id in declared]
    if said or texts:
        sides = [side for side in sides if not side.family]
    if said:
        sides.append(replace(said, by="license_name"))
    # So does an address that is known; a name that is not known speaks of another text than the page it leads to.
    led = _linked(link) if link and (said or not name) else None
    if led and led.same not in {side.same for side in sides}:
        sides = [*(side for side in sides if not side.family), replace(led, by="license_link")]
    first: dict[str, _Side] = {}
    for side in sides:
        first.setdefault(side.key, side)
    return tuple(first.values())


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


def _key(said: str) -> str:
    return _BLANKS.sub("-", said.strip()).casefold()


@lru_cache(maxsize=1024)
def _known(said: str) -> _Side | None:
    key = _key(said)
    found = record(FILE, key) if key else None
    if found and "alias_of" in found:
        key = str(found["alias_of"])
        found = record(FILE, key)
    if not found and "://" in said:
        return _linked(said)
    return _Side(key, found, found.get("spdx")) if found else None


@lru_cache(maxsize=1024)
def _linked(address: str) -> _Side | None:
    """The licence whose page an address is known to be."""
    key = license_names.by_link(address)
    found = record(FILE, key) if key else None
    return _Side(key, found, found.get("spdx"), by="its address") if key and found else None


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
    if "territory_excluded" in facts:
        facts["territory_excluded"] = tuple(facts["territory_excluded"])
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
        if claim.basis is Basis.STATED and not claim.of_the_model:
            continue
        said = ", ".join(clean_line(id) for id in claim.ids) or "no licence"
        yield "declared", Citation(f"{said} ({claim.basis.value}): {claim.where(0)}", None, Confidence.HIGH)
        if claim.name:
            told = f"{clean_line(claim.name)} ({claim.basis.value}): {claim.where(1)}"
            yield "name", Citation(told, None, Confidence.HIGH)


def _cited(side: _Side, fact: str | None = None) -> Citation:
    found = side.record or {}
    said = _stated(found.get(fact)) if fact else {}
    source = found.get("source", PUBLIC_KNOWLEDGE)
    if "clause" in said:
        source = f"{said['clause']}: {source}"
    confidence = Confidence(said.get("confidence", found.get("confidence", Confidence.UNVERIFIED)))
    if side.by:
        # Anybody may write anything into license_name, and lead anywhere.
        source = f"by {side.by}: {source}"
        confidence = max(confidence, Confidence.LOW, key=list(Confidence).index)
    return Citation(source, found.get("checked"), confidence)
