"""Who is behind each part: a row for each publisher in the lineage, each fact with the footnote it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.export.account import Json, Line, Notes, Part, counted, line, quote, term, warn
from scanner.export.onepage.said import Said
from scanner.export.page import Content, quoted, table, tag
from scanner.export.page.lands import Lands

MOST = 12
_HEAD = ("Maker", "Controlled from", "Headquarters", "Incorporated", "Owner", "Lists", "Confidence")
_PARTS = (("publisher", "publishes this model"), ("roots", "the weights begin there"), ("ancestors", "in between"),
          ("teachers", "teacher"), ("components", "part beside the weights"))  # fmt: skip


def makers(facts: Json, notes: Notes, said: Said, lands: Lands) -> Content:
    """The table; what there is no room for is counted."""
    held: dict[str, list[Json]] = {}
    for model in facts["lineage"]["models"]:
        held.setdefault((model["origin"]["namespace"] or model["id"]).casefold(), []).append(model)
    rows = [_row(models, facts, notes, said, lands) for models in list(held.values())[:MOST]]
    more = len(held) - len(rows)
    caption = "An account of the hub, who it belongs to, and where each is controlled, based and registered"
    return (
        table(caption, _HEAD, rows),
        tag("p", f"{counted(more, 'more maker')}: --format json has all", class_="faint") if more else None,
    )


def _row(models: list[Json], facts: Json, notes: Notes, said: Said, lands: Lands) -> list[Content]:
    origin = models[0]["origin"]
    cited = origin["footnotes"]

    def place(fact: str) -> Content:
        if origin[fact] is None:
            return _UNKNOWN
        return lands.chip(origin[fact]) if fact == "control" else origin[fact], said.span(notes.cite_facts(cited, fact))

    own = said.words(line(*_owner(origin, notes)))
    sure = origin["confidence"]
    return [
        _who(origin, models, facts, notes, said),
        place("control"),
        place("headquarters"),
        place("incorporation"),
        own,
        said.words(_listed(origin, facts["as_of"], notes)),
        sure if sure == "high" else tag("span", sure or "unknown", class_="warn"),
    ]


_UNKNOWN = tag("span", "unknown", class_="warn")


def _who(origin: Json, models: list[Json], facts: Json, notes: Notes, said: Said) -> Content:
    name: Content
    if origin["known"]:
        mark = said.span(notes.cite_facts(origin["footnotes"], "organisation"))
        name = quoted(origin["organisation"] or origin["namespace"]), mark
    else:
        name = tag("span", "nothing is known of ", class_="warn"), quoted(origin["namespace"] or models[0]["id"])
    graph, ids = facts["lineage"], {model["id"] for model in models}
    # A root is an ancestor too.
    groups = {**graph, "ancestors": set(graph["ancestors"]) - set(graph["roots"])}
    parts = [words for group, words in _PARTS if ids & set(groups[group])]
    kind = [origin["kind"].replace("-", " ")] if origin["kind"] else []
    account = [f"account {origin['namespace']}"] if origin["namespace"] else []
    conduit = ["re-hosts or converts others' weights"] if origin["conduit"] else []
    return name, tag("br"), tag("span", quoted("; ".join((*kind, *account, *parts, *conduit))), class_="faint plain")


def _owner(origin: Json, notes: Notes) -> Iterator[Part]:
    cited = origin["footnotes"]
    if origin["parent"]:
        code = term(origin["parent_country"]) if origin["parent_country"] else warn("country unknown")
        yield from (quote(origin["parent"]), ", ", code, notes.cite_facts(cited, "parent", "parent_country"))
    else:
        yield "none known"
    if origin["state_ownership"] not in (None, "none"):
        yield from ("; ", warn("state share: "), term(origin["state_ownership"]),
                    notes.cite_facts(cited, "state_ownership"))  # fmt: skip


def _listed(origin: Json, as_of: str, notes: Notes) -> Line:
    if origin["lists"] is None:
        return line(warn("unknown"))
    if not origin["lists"]:
        return line("none known here")
    parts: list[Part] = []
    for entry in origin["lists"]:
        since: tuple[Part, ...] = (" since ", term(entry["from"])) if entry["from"] else ()
        parts += ["; " if parts else "", warn("on "), quote(entry["id"]), " (", term(entry["relation"]), ")", *since]
        parts.append(notes.cite(entry["source"]))
    return line(*parts)
