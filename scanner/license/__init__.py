"""Which licence a model is under, and what it demands: from what was declared and the table ``licenses.yaml``.

Nothing is assumed: a licence that is not in the table, that names a family (``cc``, ``other``) or that the sources
disagree about has no known duties, and no known freedom either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from scanner.fact import Basis, Citation, Confidence
from scanner.license.claims import LicenseClaim, Said, StatedLimit
from scanner.license.spelling import named
from scanner.license.table import (
    FACTS,
    PUBLIC_KNOWLEDGE,
    Side,
    digest,
    key_of,
    known,
    linked,
    names,
    of_text,
    on_the_list,
    spdx_of,
    stated,
    terms,
    terms_documents,
)
from scanner.text import clean_line

__all__ = [
    "PUBLIC_KNOWLEDGE",
    "License",
    "LicenseClaim",
    "Status",
    "conclude",
    "digest",
    "license_document",
    "named",
    "names",
    "of_text",
    "spdx_of",
    "terms",
    "terms_documents",
]


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
    multimodal_only: bool | None = None
    """``territory_excluded`` concerns multimodal models alone; None when no territory is known to be excluded"""
    forbidden_uses: tuple[str, ...] | None = None
    """the uses ``field_of_use`` speaks of, in our own words; empty: none is forbidden; None: which is not known"""
    duties: tuple[str, ...] = ()
    footnotes: tuple[tuple[str, Citation], ...] = ()
    osi_approved: bool | None = None
    id: str | None = None
    """its id in the table, where ``status`` is known"""
    basis: Basis | None = None
    claims: tuple[Said, ...] = ()
    limits: tuple[StatedLimit, ...] | None = None
    link_kind: str | None = None
    """``links.LinkKind`` of ``link``"""


def conclude(claims: Sequence[LicenseClaim], *, read: bool, limits: tuple[StatedLimit, ...] | None = None) -> License:
    """The licence that ``claims`` add up to; ``read`` is False when nothing could be read that might declare one.

    What prose states decides only where nothing else names a licence; where it names another, that is a difference.
    A text that was changed names its licence, and nobody knows what it demands.
    """
    if not read:
        return License(None, None, None, None, Status.UNKNOWN, limits=limits)
    firm = [claim for claim in claims if claim.basis is not Basis.STATED]
    declared = tuple(dict.fromkeys(clean_line(id) for claim in firm if not claim.changed for id in claim.ids))
    changed = tuple(id for claim in firm if claim.changed for id in claim.ids)
    name = next((clean_line(c.name) for c in firm if c.name), None)
    link = next((clean_line(c.link) for c in firm if c.link), None)
    texts = any(claim.basis is Basis.OBSERVED and claim.ids for claim in firm)
    sides, basis = _sides((*declared, *changed), name, link, texts), _strongest(firm)
    stated = _stated_of_the_model(claims)
    if not sides and not name and stated:
        sides = _sides(tuple(id for claim in stated for id in claim.ids), None, None, texts=False)
        basis = Basis.STATED
    concluded = _concluded(sides, unknown=bool(name or link), changed=bool(changed))
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


def _concluded(sides: tuple[Side, ...], *, unknown: bool, changed: bool) -> License:
    """What is concluded from the licences that were named.

    ``unknown``: something names one nobody knows; ``changed``: the text of one was changed.
    """
    if len(sides) == 1 and not changed:
        side = sides[0]
        return _alone(side.key, side.by) if side.record else License(None, None, None, side.spdx, Status.UNKNOWN)
    notes = () if changed else tuple(("concluded", _cited(side)) for side in sides if side.record)
    if len(sides) > 1:
        duties = tuple(duty for side in sides for duty in _duties(side, named=True))
        return License(None, None, None, None, Status.CONFLICTING, duties=duties, footnotes=notes)
    return License(None, None, None, None, Status.UNKNOWN if unknown or changed else Status.NONE)


@lru_cache(maxsize=1024)
def _alone(key: str, by: str | None) -> License:
    """What is concluded from one licence of the table; ``by`` is what alone led to it."""
    found = known(key)
    assert found is not None
    side = replace(found, by=by)
    facts, record = _facts(side.record or {}), side.record or {}
    notes = (("concluded", _cited(side)),)
    duties = tuple(_duties(side, named=False))
    if side.family or facts.keys().isdisjoint(FACTS):
        status = Status.FAMILY if side.family else Status.UNKNOWN
        return License(None, None, None, side.spdx, status, duties=duties, footnotes=notes)
    cited = tuple((fact, _cited(side, fact)) for fact in facts if isinstance(record.get(fact), Mapping))
    return License(
        None, None, None, side.spdx, Status.KNOWN, **facts, duties=duties, footnotes=(*notes, *cited), id=side.key
    )


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
        written = [(0, id, known(id)) for id in claim.ids]
        written += [(1, claim.name, known(claim.name))] if claim.name else []
        written += [(2, claim.link, linked(claim.link))] if claim.link else []
        for field, says, side in written:
            differs = bool(decisive and concluded and side and not side.family and side.same not in concluded)
            key = side.key if side else None
            yield Said(claim.source, clean_line(says), key, claim.object, claim.basis, claim.where(field), differs)


def license_document(license: License) -> dict[str, Any]:
    """``license`` as ``definitions.license`` of the facts schema."""
    territory, uses = license.territory_excluded, license.forbidden_uses
    return {
        "declared": None if license.declared is None else list(license.declared),
        "name": license.name,
        "link": license.link,
        "link_kind": license.link_kind,
        "concluded": license.concluded,
        "status": license.status.value,
        "id": license.id,
        **{fact: getattr(license, fact) for fact in FACTS},
        "territory_excluded": None if territory is None else list(territory),
        "multimodal_only": license.multimodal_only,
        "osi_approved": license.osi_approved,
        "forbidden_uses": None if uses is None else list(uses),
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


def _sides(declared: tuple[str, ...], name: str | None, link: str | None, texts: bool) -> tuple[Side, ...]:
    # license_name, or the text itself, says which licence "other" is; beside one of the table it is a claim of its own.
    said = known(name) if name else None
    sides = [known(id) or Side(key_of(id), None, on_the_list(id)) for id in declared]
    if said or texts:
        sides = [side for side in sides if not side.family]
    if said:
        sides.append(replace(said, by="license_name"))
    elif name and sides and not any(side.family or side.key == named(name) for side in sides):
        # A name beside a licence that is not its own speaks of other terms, or of more.
        sides.append(Side(key_of(name), None, None, by="license_name"))
    # So does an address that is known; a name that is not known speaks of another text than the page it leads to.
    led = linked(link) if link and (said or not name) else None
    if led and led.same not in {side.same for side in sides}:
        sides = [*(side for side in sides if not side.family), replace(led, by="license_link")]
    first: dict[str, Side] = {}
    for side in sides:
        first.setdefault(side.key, side)
    return tuple(first.values())


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: stated(found[name])["is"] for name in FACTS if name in found}
    if "osi_approved" in found:
        facts["osi_approved"] = stated(found["osi_approved"])["is"]
    if territory := facts.get("territory_excluded"):
        facts["multimodal_only"] = stated(found["territory_excluded"]).get("multimodal_only", False)
    if territory is not None:
        facts["territory_excluded"] = tuple(territory)
    if (forbidden := facts.get("field_of_use")) is not None:
        uses = stated(found["field_of_use"]).get("uses")
        facts["forbidden_uses"] = tuple(uses) if uses else None if forbidden else ()
    return facts


def _duties(side: Side, named: bool) -> Iterator[str]:
    for name in FACTS:
        said = stated((side.record or {}).get(name))
        if "duty" in said:
            clause = f" ({said['clause']})" if "clause" in said else ""
            yield (f"{side.title}: " if named else "") + said["duty"] + clause


def _claim_notes(claims: Sequence[LicenseClaim]) -> Iterator[tuple[str, Citation]]:
    for claim in claims:
        if claim.changed:
            yield "changed", Citation(f"{claim.changed}: {claim.at}", None, Confidence.HIGH)
        if claim.changed or (claim.basis is Basis.STATED and not claim.of_the_model):
            continue
        said = ", ".join(clean_line(id) for id in claim.ids) or "no licence"
        yield "declared", Citation(f"{said} ({claim.basis.value}): {claim.where(0)}", None, Confidence.HIGH)
        if claim.name:
            told = f"{clean_line(claim.name)} ({claim.basis.value}): {claim.where(1)}"
            yield "name", Citation(told, None, Confidence.HIGH)


def _cited(side: Side, fact: str | None = None) -> Citation:
    found = side.record or {}
    said = stated(found.get(fact)) if fact else {}
    source = said.get("source", found.get("source", PUBLIC_KNOWLEDGE))
    if "clause" in said:
        source = f"{said['clause']}: {source}"
    confidence = Confidence(said.get("confidence", found.get("confidence", Confidence.UNVERIFIED)))
    if side.by:
        # Anybody may write anything into license_name, and lead anywhere.
        source = f"by {side.by}: {source}"
        confidence = max(confidence, Confidence.LOW, key=list(Confidence).index)
    return Citation(source, said.get("checked", found.get("checked")), confidence)
