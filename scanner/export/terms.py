"""What sources say of a licence beside its conclusion: where they differ, what a card rules out, what a gate asks.

A scan recorded before these were facts has none of them, and is shown without.
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.export.account import Json, Line, Notes, Part, counted, line, listed, quote, short, term, warn

_SOURCES = {
    "card": "the card",
    "hub": "the hub",
    "tags": "the tags",
    "gguf": "the GGUF header",
    "text": "a licence file",
    "prose": "the prose",
    "gate": "the prompt of its gate",
    "third-party": "a third party",
}
_LIMITS = {
    "non-commercial": "no commercial use",
    "research-only": "research only",
    "agreement": "to use it is to agree",
}


def sources(facts: Json, notes: Notes) -> Iterable[Line]:
    """Which source names which licence, where they differ, and what nothing but prose says."""
    own = facts["license"]
    claims = own.get("claims") or ()
    if own.get("basis") == "stated":
        mark = notes.cite(*(claim["at"] for claim in claims if claim["basis"] == "stated"))
        yield line(warn("nothing but the card's prose says so"), mark)
    if claims and (own["status"] == "conflicting" or any(claim["differs"] for claim in claims)):
        yield _named(claims, own["name"], notes)
    if own.get("link_kind") == "missing-file":
        yield line(warn("license_link names a file that is not there: "), quote(own["link"]))


def _named(claims: Iterable[Json], name: str | None, notes: Notes) -> Line:
    by: dict[str, dict[str, None]] = {}
    places: dict[str, list[str]] = {}
    for claim in claims:
        id = claim["license"] or (name if claim["says"] == name else None)
        if id and claim["object"] in ("weights", "unspecified"):
            by.setdefault(id, {})[_SOURCES[claim["source"]]] = None
            places.setdefault(id, []).append(claim["at"])
    parts: list[Part] = [warn("sources differ: ")]
    for id, said in by.items():
        parts += ["; " if len(parts) > 1 else "", quote(id), f" by {', '.join(said)}", notes.cite(*places[id][:2])]
    return line(*parts)


def limits(facts: Json, notes: Notes) -> Iterable[Line]:
    """What the prose rules out: loud where the licence would allow it."""
    own = facts["license"]
    found: dict[str, Json] = {}
    for limit in own.get("limits") or ():
        if limit["object"] in ("weights", "unspecified"):
            found.setdefault(limit["kind"], limit)
    for kind, limit in found.items():
        words = f"the card says: {_LIMITS[kind]}"
        against = kind != "agreement" and own["commercial_use"] == "yes"
        yield line(warn(words) if against else words, notes.cite(limit["at"]))


def access(facts: Json) -> Iterable[Line]:
    """The gate in one line; nothing where there is none."""
    gate = facts.get("access")
    parts: list[Part] = []
    if gate is None:
        return
    if gate["gated"] not in (None, "no"):
        parts += ["gated, access is given ", "by its publisher" if gate["gated"] == "manual" else "at once"]
    if gate["prompt"]:
        named = (" (", quote(gate["prompt_license"]), ")") if gate["prompt_license"] else ()
        parts += ["; " if parts else "", "terms have to be read first", *named]
    if gate["asks"]:
        parts += ["; " if parts else "", "asks for ", *listed(gate["asks"], 4)]
    if gate["consents"]:
        boxes = f"{len(gate['consents'])} boxes" if len(gate["consents"]) > 1 else counted(1, "box")
        parts += ["; " if parts else "", f"{boxes} to tick"]
    if gate["eu_disallowed"]:
        parts += ["; " if parts else "", warn("not open to the EU")]
    if parts:
        yield line(*parts)


def history(facts: Json) -> Iterable[Line]:
    """The licences earlier commits declared, where somebody asked and one gave way to another."""
    model = facts["model"]
    if not model.get("license_changed"):
        return
    parts: list[Part] = [warn("the declared licence changed: ")]
    for one in reversed(model["license_history"]):
        if one["declared"] is not None:
            said = ", ".join([*one["declared"], *([one["name"]] if one["name"] else [])]) or "none"
            day = (" on ", term(one["date"][:10])) if one["date"] else ()
            parts += [", then " if len(parts) > 1 else "", quote(said), *day, " (", quote(short(one["revision"])), ")"]
    yield line(*parts)
