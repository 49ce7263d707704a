"""Who is behind each part: a row for the publisher and for each maker, each fact with the footnote it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scanner.data import record
from scanner.export.account import Json, Line, Notes, Part, counted, line, quote, term, warn
from scanner.export.onepage.said import Said
from scanner.export.page import Content, quoted, table, tag
from scanner.export.page.lands import Lands

MOST = 12
_LISTS = "lists.yaml"
_ID = re.compile(r"[a-z0-9_]{1,60}")
_HEAD = ("Maker", "Controlled from", "Based in", "Registered in", "Owner", "Lists")
_CAPTION = "Who an account of the hub belongs to, and from where it is controlled (countries by their ISO 3166 code)"
_BEGINS = {
    frozenset(): (),
    frozenset((True,)): ("the weights begin there",),
    frozenset((False,)): ("the trail ends there, and nothing says that the weights begin",),
    frozenset((True, False)): ("some weights begin there, of others nothing says so",),
}
"""By whether it is established that weights begin at a maker's models at which the lineage ends."""
_PARTS = (("ancestors", "in between"), ("teachers", "teacher"), ("components", "part beside the weights"))
_NOBODY = "?"
_UNKNOWN = tag("span", "unknown", class_="warn")


@dataclass(slots=True)
class _Maker:
    """An account, the models that it made, and what else it does here."""

    origin: Json
    does: list[str] = field(default_factory=list)
    models: list[Json] = field(default_factory=list)


def makers(facts: Json, notes: Notes, said: Said, lands: Lands) -> Content:
    """The table: the publisher first, then who made the roots; what there is no room for is counted."""
    found = _found(facts)
    rows = [_row(maker, facts, notes, said, lands) for maker in found[:MOST]]
    more = len(found) - len(rows)
    rest = f"{counted(more, 'more maker')}: --format json has all"
    return table(_CAPTION, _HEAD, rows), tag("p", rest, class_="faint") if more else None


def _found(facts: Json) -> list[_Maker]:
    """A model that was re-hosted or converted has the origin of its maker: its publisher is another one."""
    publisher = facts["publisher"]
    subject, *_ = facts["lineage"]["models"]
    held = {_account(publisher): _Maker(publisher, ["publishes this model"])}
    for model in facts["lineage"]["models"]:
        account = _account(model["origin"])
        if not account and model is not subject and not _account(publisher):
            # A folder has no account, and is not the maker of every model that nobody is known to have made.
            account = _NOBODY
        held.setdefault(account, _Maker(model["origin"])).models.append(model)
    maker = held[_account(subject["origin"])]
    if maker.origin is not publisher and subject["conduit"]:
        maker.does.append("made what is published here")
    first, *others = held.values()
    others.sort(key=lambda one: (not any(model["root"] for model in one.models), not one.origin["known"]))
    return [first, *others]


def _account(origin: Json) -> str:
    return str(origin["namespace"] or "").casefold()


def _row(maker: _Maker, facts: Json, notes: Notes, said: Said, lands: Lands) -> list[Content]:
    origin = maker.origin

    def place(fact: str) -> Content:
        if origin[fact] is None:
            return _UNKNOWN
        shown = lands.chip(origin[fact]) if fact == "control" else origin[fact]
        return shown, said.span(notes.cite_facts(origin["footnotes"], fact))

    return [
        _who(maker, facts, notes, said),
        place("control"),
        place("headquarters"),
        place("incorporation"),
        said.words(line(*_owner(origin, notes))),
        [(tag("br") if n else None, said.words(entry)) for n, entry in enumerate(_listed(origin, notes))],
    ]


def _who(maker: _Maker, facts: Json, notes: Notes, said: Said) -> Content:
    origin, account = maker.origin, maker.origin["namespace"] or "no account"
    graph, ids = facts["lineage"], {model["id"] for model in maker.models}
    # A root is an ancestor too.
    groups = {**graph, "ancestors": set(graph["ancestors"]) - set(graph["roots"])}
    begun = frozenset(model["established"] is not None for model in maker.models if model["id"] in graph["roots"])
    does = [*maker.does, *_BEGINS[begun]]
    does += [words for group, words in _PARTS if ids & set(groups[group])]
    if origin["conduit"]:
        does.append("mainly re-hosts or converts others' weights")
    if not origin["known"]:
        unknown = "nothing is known of " if origin["namespace"] else "no account is known"
        name: Content = tag("span", unknown, class_="warn"), quoted(account) if origin["namespace"] else None
        return name, _below(does)
    mark = said.span(notes.cite_facts(origin["footnotes"], "organisation"))
    kind = [origin["kind"].replace("-", " ")] if origin["kind"] else []
    sure = origin["confidence"]
    weak = None if sure == "high" else tag("span", f"; confidence {sure or 'unknown'}", class_="warn")
    name = quoted(origin["organisation"] or account), mark
    return name, _below([*kind, f"account {account}", *does], weak)


def _below(words: Iterable[str], *more: Content) -> Content:
    return tag("br"), tag("span", quoted("; ".join(words)), *more, class_="faint plain")


def _owner(origin: Json, notes: Notes) -> Iterator[Part]:
    cited = origin["footnotes"]
    if origin["parent"]:
        code = term(origin["parent_country"]) if origin["parent_country"] else warn("country unknown")
        yield from (quote(origin["parent"]), ", ", code, notes.cite_facts(cited, "parent", "parent_country"))
    else:
        yield "none known" if origin["known"] else warn("unknown")
    if origin["state_ownership"] not in (None, "none"):
        share = notes.cite_facts(cited, "state_ownership")
        yield from ("; ", warn("state share: "), term(origin["state_ownership"]), share)


def _listed(origin: Json, notes: Notes) -> Iterator[Line]:
    """The lists by their titles, each in a line."""
    if origin["lists"] is None:
        yield line(warn("unknown"))
    elif not origin["lists"]:
        yield line("none known here")
    for entry in origin["lists"] or ():
        since: tuple[Part, ...] = (", since ", term(entry["from"])) if entry["from"] else ()
        yield line(
            warn("on "), quote(_title(entry["id"])), ": ", term(entry["relation"]), *since, notes.cite(entry["source"])
        )


def _title(id: str) -> str:
    """That of the list; a document from elsewhere may name one that is not known here."""
    known = record(_LISTS, id) if _ID.fullmatch(id) else None
    return str(known["title"]) if known else id
