"""The sections of an account: where it was read, who published it, what the licence demands, what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from scanner.export import terms
from scanner.export.account import (
    Json,
    Line,
    Mark,
    Notes,
    Part,
    Section,
    Span,
    capped,
    counted,
    country,
    faint,
    line,
    listed,
    quote,
    short,
    term,
    warn,
)
from scanner.export.together import USE

_DEPTHS = {
    "starter": "list facts only, no file was read",
    "listing": "list facts only, no file was read",
    "card": "texts and configs were read, weight headers were not",
    "headers": "texts, configs and weight headers were read",
}
_LESS = {"no": "no", "conditional": "conditional", None: "unknown"}
_TERMS = {
    "field_of_use": "some uses are forbidden",
    "naming": "derivatives must carry a name",
    "notice": "notices must be kept",
    "share_alike": "derivatives must carry the same licence",
    "flow_down": "duties pass to derivatives",
    "outputs_restricted": "training other models on outputs is bound",
}
_STATUS = {
    "family": "names a family of licences: the text decides",
    "none": "no licence is declared: no permission is given",
    "unknown": "what it demands could not be determined",
    "conflicting": "sources disagree on the licence",
}

_DEPARTS = {
    "edited": "a changed text of",
    "embedded": "the text of",
    "several": "several texts, one of them of",
    "similar": "a text of its own, somewhat like",
}
_PLACES = 2
"""Differences of one text that are shown; the table takes one screen."""


def caveat(facts: Json) -> str | None:
    """What stands beside the verdict when the facts are not from the live hub, so that it can never look so."""
    return None if facts["model"]["hub_as_of"] is None else "NOT A LIVE CHECK"


def source(facts: Json) -> Section:
    model = facts["model"]
    where = line("read from ", quote(model["hub_description"]))
    if caveat(facts):
        day = () if model["hub_as_of"] in model["hub_description"] else (", as of ", term(model["hub_as_of"]))
        where = line(warn(f"{caveat(facts)}: "), quote(model["hub_description"]), *day)
    lines = [where]
    depth = faint(f"; {_DEPTHS[model['depth']]}" if model["depth"] in _DEPTHS else "")
    if model["revision"] is None:
        lines.append(line(warn("no commit is known"), depth))
    else:
        pinned = None if model["pinned"] else faint(" (the request was not pinned)")
        lines.append(line("commit ", quote(short(model["revision"])), pinned, depth))
    if model["requested"] != model["id"]:
        lines.append(line("asked for as ", quote(model["requested"]), "; the hub answered under this name"))
    return Section("Source", tuple(lines))


def publisher(facts: Json, notes: Notes) -> Section:
    origin = facts["publisher"]
    handle = quote(origin["namespace"] or "no namespace")
    if not origin["known"]:
        return Section("Publisher", (line(handle, ": ", warn("nothing is known of this publisher")),))
    cited = origin["footnotes"]
    kind: tuple[Part, ...] = (" (", term(origin["kind"]), ")") if origin["kind"] else ()
    who = quote(origin["organisation"]) if origin["organisation"] else handle
    lines = [line(who, *kind, notes.cite_facts(cited, "organisation"))]
    lines.append(line(*_countries(origin, notes)))
    if origin["parent"]:
        mark = notes.cite_facts(cited, "parent", "parent_country")
        lines.append(line("owned by ", quote(origin["parent"]), ", ", country(origin["parent_country"]), mark))
    if origin["state_ownership"] not in (None, "none"):
        share = term(origin["state_ownership"], Mark.WARN)
        lines.append(line(warn("state ownership: "), share, notes.cite_facts(cited, "state_ownership")))
    if origin["conduit"]:
        lines.append(line("known mainly for re-hosting or converting other people's weights"))
    if origin["multinational"]:
        lines.append(line("a body of several countries"))
    lines += _lists(origin, facts["as_of"], notes)
    if origin["flags"]:
        lines.append(line("remarks: ", *listed(origin["flags"])))
    return Section("Publisher", tuple(lines))


def _countries(origin: Json, notes: Notes) -> Iterable[Part]:
    """The country roles, kept apart; those with one country from one source are named together."""
    together: dict[tuple[str | None, Span | None], list[str]] = {}
    for role in ("control", "headquarters", "incorporation"):
        together.setdefault((origin[role], notes.cite_facts(origin["footnotes"], role)), []).append(role)
    for (code, mark), roles in together.items():
        yield from (", ".join(roles) + " ", country(code), mark, "; ")
    sure = origin["confidence"] or "unknown"
    yield from (faint("confidence "), term(sure, Mark.FAINT if sure == "high" else Mark.WARN))


def _lists(origin: Json, as_of: str, notes: Notes) -> Iterable[Line]:
    if origin["lists"] is None:
        yield line(warn("restricted lists: unknown"))
    elif not origin["lists"]:
        yield line("on no restricted list known here as of ", term(as_of))
    else:
        said: list[Part] = []
        for entry in origin["lists"]:
            since: tuple[Part, ...] = (" since ", term(entry["from"])) if entry["from"] else ()
            said += ["; " if said else warn("on list "), quote(entry["id"]), " (", term(entry["relation"]), ")"]
            said += [*since, notes.cite(entry["source"])]
        yield line(*said)


def license(facts: Json, notes: Notes, *, duties: bool = True) -> Section:
    """What its own licence gives and demands; without ``duties`` for who shows them apart."""
    own = facts["license"]
    name = own["concluded"] or own["name"] or ", ".join(own["declared"] or ())
    mark = notes.cite_facts(own["footnotes"], "declared", "changed", "name", "concluded", "commercial_use")
    use = Span(USE[own["commercial_use"]]) if own["commercial_use"] in USE else warn("commercial use unknown")
    lines = [line(quote(name), "; ", use, mark, _narrowed(facts))] if name else []
    departing = tuple(_departing(facts))
    if not name and own["status"] == "unknown" and departing:
        lines.append(line(warn(_STATUS["unknown"]), mark))
    elif not name and own["status"] == "unknown":
        lines.append(line(warn("no licence could be read"), mark))
    elif own["status"] in _STATUS:
        lines.append(line(warn(_STATUS[own["status"]]), None if name else mark))
    lines += departing
    for threshold, words in (("user_threshold", "users"), ("revenue_threshold", "revenue")):
        if own[threshold] not in (None, "none"):
            lines.append(
                line(f"limit on {words}: ", quote(own[threshold]), notes.cite_facts(own["footnotes"], threshold))
            )
    if own["territory_excluded"]:
        mark = notes.cite_facts(own["footnotes"], "territory_excluded")
        # Documents of scans recorded earlier lack the key.
        only = " (multimodal models only)" if own.get("multimodal_only") else None
        lines.append(line("not given for ", *listed(own["territory_excluded"]), only, mark))
    if demanded := [words for fact, words in _TERMS.items() if own[fact]]:
        lines.append(line("; ".join(demanded), notes.cite_facts(own["footnotes"], *_TERMS)))
    if duties:
        lines += capped((line(quote(duty), item=True) for duty in own["duties"]), len(own["duties"]), "duty")
    more = (terms.sources(facts, notes), terms.limits(facts, notes), terms.access(facts), terms.history(facts))
    return Section("Licence", (*lines, *chain.from_iterable(more), *_inherited(facts)))


def _departing(facts: Json) -> Iterable[Line]:
    """Licence files that hold something else than one known text, each with the first places where they depart."""
    for text in facts["files"].get("license_texts") or ():
        if text["role"] != "license" or text["status"] not in _DEPARTS:
            continue
        other = text["other_words"]
        beside = warn(f", with {counted(other, 'word')} that are not its text") if other else None
        yield line(quote(text["path"]), " is ", warn(_DEPARTS[text["status"]]), " ", quote(text["license"]), beside)
        shown = text["differences"][:_PLACES]
        yield from (line(f"line {one['line']}: ", quote(one["told"]), item=True) for one in shown)
        if text["changes"] > len(shown):
            rest = counted(text["changes"] - len(shown), "more difference")
            yield line(faint(f"{rest}: --format json has all"), item=True)


def _narrowed(facts: Json) -> Span | None:
    """A warning beside the model's own licence where one of what it came out of may allow less."""
    passed = set(facts["lineage"]["ancestors"])
    uses = {model["license"]["commercial_use"] for model in facts["lineage"]["models"] if model["id"] in passed}
    told = [words for use, words in _LESS.items() if use in uses]
    if told:
        return warn(f" by its own licence; an ancestor allows: {', '.join(told)}")
    all_of_it = facts.get("terms")
    if all_of_it and not all_of_it["complete"] and facts["license"]["commercial_use"] in ("yes", "conditional"):
        return warn(" by its own licence; not all of what it was made from is known")
    return None


def _inherited(facts: Json) -> Iterable[Line]:
    """The licences of the models it came out of, where they differ: their duties may travel along."""
    held: dict[str | None, list[str]] = {}
    passed = set(facts["lineage"]["ancestors"])
    for model in facts["lineage"]["models"]:
        if model["id"] in passed and model["license"]["concluded"] != facts["license"]["concluded"]:
            held.setdefault(model["license"]["concluded"], []).append(model["id"])
    for name, ids in held.items():
        under = quote(name) if name else warn("a licence that is not known")
        yield line("ancestors under ", under, ": ", *listed(ids, 3))


def files(facts: Json) -> Section:
    held = facts["files"]
    if all(held[fact] is None for fact in ("count", "pickle", "remote_code", "executables", "hub_issues")):
        return Section(
            "Files", (line(warn("unknown: the list of files, pickle, remote code, the hub's scan of them")),)
        )
    if held["count"] is None:
        lines = [line(warn("the list of files is not known"))]
    else:
        size = f", {_size(held['bytes'])}" if held["bytes"] is not None else ""
        formats = listed(held["formats"] or ()) or ["no weights among them"]
        if held["formats"] is None:
            formats = [warn("their formats are not known")]
        lines = [line(counted(held["count"], "file"), size, ": ", *formats)]
    pickle = _answer(held["pickle"], "pickle: loading may run code", "no pickle", "pickle: could not be determined")
    code = _answer(
        held["remote_code"],
        "loading runs Python of the repository",
        "no remote code",
        "remote code: could not be determined",
    )
    issues = held["hub_issues"] or ()
    clear = held["hub_scan_done"] and held["hub_issues"] is not None
    flagged = Span("flagged nothing" if clear else "have no result")
    if issues:
        flagged = warn(f"flagged {counted(len(issues), 'file')}")
    lines.append(line(pickle, "; ", code, "; the hub's scanners ", flagged))
    paths = (line(quote(issue["path"]), ": ", term(issue["level"], Mark.WARN), item=True) for issue in issues)
    lines += capped(paths, len(issues), "file")
    if held["executables"]:
        lines.append(line("executables beside the weights: ", *listed(held["executables"])))
    elif held["executables"] is None:
        lines.append(line(warn("executables: could not be determined")))
    return Section("Files", tuple(lines))


def _answer(fact: bool | None, yes: str, no: str, unknown: str) -> Span:
    return Span(no) if fact is False else warn(yes if fact else unknown)


def _size(count: int) -> str:
    size = float(count)
    for prefix in ("", "k", "M", "G"):
        if size < 1000:
            return f"{size:.0f} {prefix}B" if not prefix or size >= 100 else f"{size:.1f} {prefix}B"
        size /= 1000
    return f"{size:,.1f} TB"


def disputed(facts: Json, notes: Notes) -> Section:
    """Sources that contradict each other, disputes a cited table knows of, likenesses that nothing explains."""
    graph = facts["lineage"]
    hints = [hint for hint in graph["hints"] if not hint["own"]]
    lines = chain(
        (_contradiction(one, notes) for one in graph["contradictions"]),
        (_dispute(one, notes) for one in graph["disputes"]),
        (_likeness(one, notes) for one in hints),
    )
    total = len(graph["contradictions"]) + len(graph["disputes"]) + len(hints)
    return Section("Disputed", tuple(capped(lines, total, "point")))


def _contradiction(one: Json, notes: Notes) -> Line:
    places = notes.cite(*(side["at"] for side in one["sides"]))
    return line(term(one["kind"], Mark.WARN), ": ", quote(one["message"]), places, item=True)


def _dispute(one: Json, notes: Notes) -> Line:
    note = (": ", quote(one["note"])) if one["note"] else ()
    said = (quote(one["subject"]), " and ", quote(one["against"]), *note)
    return line(term(one["verdict"], Mark.WARN), ": ", *said, notes.cite(one["source"]), item=True)


def _likeness(one: Json, notes: Notes) -> Line:
    by: tuple[Part, ...] = ()
    if one["developer"]:
        by = (" of ", quote(one["developer"]), " (", country(one["developer_control"]), ")")
    looks = (quote(one["subject"]), " looks like ", quote(one["family"]), *by)
    basis = (" by its ", quote(one["signal"]), " ", quote(one["value"]), ": a lead, not a proof")
    return line(*looks, *basis, notes.cite(one["at"]), item=True)


def gaps(facts: Json, notes: Notes) -> Section:
    """What was looked for and could not be had: one line for one reason and the same things missing."""
    missing: dict[tuple[str, str], list[Json]] = {}
    for gap in facts["gaps"]:
        missing.setdefault((gap["reason"], gap["subject"]), []).append(gap)
    alike: dict[tuple[str, tuple[str, ...]], list[Json]] = {}
    for (reason, _), found in missing.items():
        alike.setdefault((reason, tuple(gap["what"] for gap in found)), []).append(found[0])
    lines = (_gap(things, firsts, notes) for (_, things), firsts in alike.items())
    return Section("Gaps", tuple(capped(lines, len(alike), "gap")))


def _gap(things: Sequence[str], firsts: Sequence[Json], notes: Notes) -> Line:
    """``things`` are missing of several models; ``firsts`` is one gap of each of them."""
    later = " (may be answered later)" if firsts[0]["transient"] else None
    of = listed([gap["subject"] for gap in firsts], 3)
    mark = notes.cite(*(gap["at"] for gap in firsts[:3]))
    return line(term(firsts[0]["reason"], Mark.WARN), later, ": ", *listed(things), " of ", *of, mark, item=True)
