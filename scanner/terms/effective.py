"""All licences that are in a model, added up: what its user may do, and has to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from scanner.data import record
from scanner.license import terms

Json = dict[str, Any]

_TRUTHS = ("field_of_use", "naming", "notice", "share_alike", "flow_down", "outputs_restricted")
_LIMITS = ("user_threshold", "revenue_threshold")
_STRICTER = ("no", None, "conditional", "yes")
"""Of two answers the one further left holds: what forbids needs no other to be known."""


def effective(licenses: Sequence[str | None], complete: bool, multimodal: bool | None) -> Json:
    """The facts of ``License`` for all of ``licenses`` together; None, alone or in a list, is what is not known.

    ``complete`` is False where there is more in the model than the licences that are given.
    """
    known = tuple(dict.fromkeys(one for one in licenses if one))
    return dict(_added(known, complete and None not in licenses, multimodal))


@lru_cache(maxsize=20_000)
def _added(licenses: tuple[str, ...], whole: bool, multimodal: bool | None) -> Json:
    stated = [terms(one) for one in licenses]

    def values(fact: str) -> list[Any]:
        return [said[fact]["is"] if fact in said else None for said in stated] + [None] * (not whole)

    excluded, open_ = _territories(stated, whole, multimodal)
    return {
        "complete": whole,
        "commercial_use": min(values("commercial_use"), key=_STRICTER.index, default=None),
        **{limit: _limit(values(limit)) for limit in _LIMITS},
        **{fact: _any(values(fact)) for fact in _TRUTHS},
        "forbidden_uses": _union(
            None if said is None else () if said["is"] is False else said.get("uses")
            for said in [one.get("field_of_use") for one in stated] + [None] * (not whole)
        ),
        "osi_approved": _all(values("osi_approved")),
        "territory_excluded": excluded,
        "countries_excluded": _countries(excluded),
        "countries_open": [one for one in _countries(open_) if one not in _countries(excluded)],
        "name_begins": _words(stated, "name_begins"),
        "name_includes": _words(stated, "name_includes"),
        "lines": _words(stated, "line"),
    }


def _any(values: Sequence[bool | None]) -> bool | None:
    return True if True in values else None if None in values or not values else False


def _all(values: Sequence[bool | None]) -> bool | None:
    return False if False in values else None if None in values or not values else True


def _limit(values: Sequence[str | None]) -> str | None:
    stated = dict.fromkeys(value for value in values if value not in (None, "none"))
    return "; ".join(str(one) for one in stated) if stated else None if None in values or not values else "none"


def _union(values: Iterable[Sequence[str | None] | None]) -> list[str | None]:
    found: dict[str | None, None] = {}
    for value in values:
        found.update(dict.fromkeys((None,) if value is None else value))
    return sorted(found, key=lambda one: (one is None, one or ""))


def _territories(
    stated: Sequence[Mapping[str, Any]], whole: bool, multimodal: bool | None
) -> tuple[list[str | None], list[str | None]]:
    """Places that are excluded, None among them where that is not known of a licence; and those excluded if the model
    is multimodal, where that is not known."""
    said = [one.get("territory_excluded", {"is": None}) for one in stated] + [{"is": None}] * (not whole)
    certain = _union(one["is"] for one in said if multimodal or not one.get("multimodal_only"))
    open_ = _union(one["is"] for one in said if one.get("multimodal_only")) if multimodal is None else []
    return certain, open_


def _countries(territories: Iterable[str | None]) -> list[str | None]:
    """Every country a licence is not given for: the members of a body of countries beside the body itself."""
    return _union([one, *(_members().get(one, ()) if one else ())] for one in territories)


@cache
def _members() -> Mapping[str, tuple[str, ...]]:
    found = record("countries.yaml", "european_union") or {}
    return {found["body"]: tuple(str(found["codes"]).split())}


def _words(stated: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(one["naming"][key] for one in stated if key in one.get("naming", {})))


def duties(held: Sequence[tuple[str, str | None]]) -> list[Json]:
    """What the user has to do, in plain words, each with its clause; a licence that several models share is told once,
    of the nearest."""
    first: dict[str, str] = {}
    for model, license in held:
        if license:
            first.setdefault(license, model)
    return [
        {"model": model, "license": license, "fact": fact, "duty": said["duty"], "clause": said.get("clause")}
        for license, model in first.items()
        for fact, said in terms(license).items()
        if "duty" in said
    ]
