"""What all licences in a model add up to, where it is more than its own says, and what of them a derivative dropped."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.export.account import Json, Line, Notes, Part, Section, capped, counted, faint, line, listed, quote, warn

USE = {"yes": "commercial use allowed", "no": "no commercial use", "conditional": "commercial use on conditions"}
"""``commercial_use`` in words"""
_DUTIES = 3


def terms(facts: Json, notes: Notes, *, most: int = _DUTIES) -> Section:
    """Nothing where its own licence says it all, and of scans recorded before these were facts.

    ``most`` is how many duties are told before the rest is counted; 0 for who shows them apart.
    """
    all_of_it = facts.get("terms")
    if all_of_it is None:
        return Section("Terms", ())
    own, id = facts["license"]["id"], facts["model"]["id"]
    duties = [one for one in all_of_it["duties"] if one["license"] != own]
    broken = [one for one in all_of_it["conflicts"] if one["conflict"]]
    open_ = list(dict.fromkeys(one["parent"] for one in all_of_it["conflicts"] if one["conflict"] is None))
    if not (duties or broken or open_):
        return Section("Terms", ())
    # Where nothing is known, that it is not is all there is to say.
    lines = [line("with all it was made from: ", *_summed(all_of_it))] if duties or broken else []
    told = [_broken(one, id, notes) for one in broken]
    lines += capped(told, len(told), "conflict")
    if open_:
        lines.append(line("what must be kept of ", *listed(open_, 3), " could not be determined in full"))
    lines += [_duty(one) for one in duties[:most]]
    if most and len(duties) > most:
        rest = counted(len(duties) - most, "more duty")
        lines.append(line(faint(f"{rest} of {', '.join(dict.fromkeys(one['license'] for one in duties))}"), item=True))
    return Section("Terms", tuple(lines))


def _summed(said: Json) -> Iterator[Part]:
    use = said["commercial_use"]
    yield USE[use] if use == "yes" else warn(USE.get(use, "commercial use unknown"))
    for limit, words in (("user_threshold", "users"), ("revenue_threshold", "revenue")):
        if said[limit] not in (None, "none"):
            yield f"; limit on {words}: "
            yield quote(said[limit])
    places = [one for one in said["territory_excluded"] if one]
    if places:
        yield "; "
        yield warn("not given for ")
        yield from listed(places)
    if not said["complete"]:
        yield "; "
        yield warn("not all of its licences are known")


def _broken(one: Json, subject: str, notes: Notes) -> Line:
    clause = (" ", quote(one["clause"])) if one["clause"] else ()
    child = () if one["child"] == subject else (quote(one["child"]), ": ")
    by = quote(one["license"] or one["parent_license"] or one["parent"])
    return line(*child, warn(one["message"]), " (", by, *clause, ")", notes.cite(one["source"]), item=True)


def _duty(one: Json) -> Line:
    clause = (" (", quote(one["license"]), " ", quote(one["clause"]), ")") if one["clause"] else ()
    return line(quote(one["duty"]), *(clause or (" (", quote(one["license"]), ")")), item=True)
