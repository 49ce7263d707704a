"""Who stands behind a namespace: organisation, legal entity, owner, and four country roles that are never mixed.

The registry is ``data/publishers.yaml``; a company lays its own facts over it. Every fact has its own source, date and
confidence, and a fact is used only on the days it holds. What the registry does not say is None: unknown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from scanner.data import record, text
from scanner.data.publishers import check
from scanner.errors import DataError
from scanner.fact import Citation, Confidence
from scanner.strictyaml import load
from scanner.text import clean_line

FILE = "publishers.yaml"
PUBLIC_KNOWLEDGE = "public knowledge"

_COUNTRIES = ("headquarters", "incorporation", "parent_country", "control")
_FOOTNOTED = (
    "namespace",
    "alias_of",
    "renamed_to",
    "organisation",
    "legal_entity",
    "headquarters",
    "incorporation",
    "parent",
    "parent_country",
    "control",
    "state_ownership",
)
_FACTS = (
    "alias_of",
    "renamed_to",
    "organisation",
    "legal_entity",
    "headquarters",
    "incorporation",
    "control",
    "state_ownership",
)
_KEY = re.compile(r"^([A-Za-z0-9_][^:\n]*):", re.M)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry on a list of ``lists.yaml``; ``since`` and ``until`` are ``2025``, ``2025-03`` or ``2025-03-25``."""

    id: str
    relation: str
    since: str | None
    until: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of one namespace on one day. None = could not be determined; ``lists`` () = on none we know of.

    ``control`` is whose government can compel the organisation; where nothing says so it is concluded from the owner's
    country, or without an owner from the headquarters, and its footnote says so. ``confidence`` is that of the weakest
    country fact. A footnote is (name of the fact, where it is from).
    """

    namespace: str | None
    known: bool
    organisation: str | None = None
    kind: str | None = None
    legal_entity: str | None = None
    headquarters: str | None = None
    incorporation: str | None = None
    parent: str | None = None
    parent_country: str | None = None
    control: str | None = None
    state_ownership: str | None = None
    conduit: bool = False
    multinational: bool = False
    lists: tuple[ListEntry, ...] | None = None
    flags: tuple[str, ...] | None = None
    confidence: Confidence | None = None
    footnotes: tuple[tuple[str, Citation], ...] = ()
    note: str | None = None


def origin_document(origin: Origin) -> dict[str, Any]:
    """``origin`` as ``definitions.origin`` of the facts schema."""
    entries = None
    if origin.lists is not None:
        entries = [
            {"id": e.id, "relation": e.relation, "from": e.since, "until": e.until, "source": e.source}
            for e in origin.lists
        ]
    return {
        **{f.name: getattr(origin, f.name) for f in fields(origin) if f.name != "note"},
        "lists": entries,
        "flags": None if origin.flags is None else list(origin.flags),
        "confidence": origin.confidence.value if origin.confidence else None,
        "footnotes": [
            {"fact": name, "source": c.source, "seen": c.seen, "confidence": c.confidence.value}
            for name, c in origin.footnotes
        ],
    }


@dataclass(frozen=True, slots=True)
class _Fact:
    value: str | None
    citation: Citation
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """A record with its facts resolved: sources are texts, no longer numbers."""

    facts: Mapping[str, _Fact] = field(default_factory=dict)
    lists: tuple[ListEntry, ...] = ()
    plain: Mapping[str, Any] = field(default_factory=dict)

    def under(self, own: _Record) -> _Record:
        """``own`` laid over this record, field by field."""
        if "alias_of" in own.facts or "alias_of" in self.facts:
            return replace(own, facts={"namespace": self.facts["namespace"], **own.facts})
        facts = {**self.facts, **own.facts}
        if "parent" in own.facts and "parent_country" not in own.facts:
            facts.pop("parent_country", None)
        lists = own.lists if "lists" in own.plain else self.lists
        return _Record(facts, lists, {**self.plain, **own.plain})

    def handles(self) -> Iterator[str]:
        """The other handles this record names."""
        yield from self.plain.get("aliases", ())
        for name in ("alias_of", "renamed_to"):
            if name in self.facts:
                yield str(self.facts[name].value)


class Registry:
    """The publishers known, by namespace. Handles are compared without regard to case."""

    def __init__(
        self, overlay: Mapping[str, Mapping[str, Any]] | None = None, overlay_text: str = "", overlay_file: str = "FILE"
    ) -> None:
        self._own = {}
        unsourced = f"given by --publishers {overlay_file}"
        for key, raw in (overlay or {}).items():
            named = "handle" in raw or key.casefold() in _index()
            self._own[key.casefold()] = _resolve(raw if named else {"handle": key, **raw}, unsourced)
        self._overlay_text = overlay_text
        self._read: dict[str, _Record | None] = {}
        self._attributed: dict[tuple[str, date], Origin] = {}
        self._bodies: dict[str, tuple[set[str], set[str]]] = {}

    @classmethod
    def shipped(cls, overlay: Path | None = None) -> Registry:
        """The registry that ships, with a file of the same shape laid over it field by field.

        Raises:
            DataError: the overlay cannot be read or says something no record says; with file, line and suggestion.
        """
        if overlay is None:
            return cls()
        try:
            body = overlay.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as exc:
            hint = "--publishers takes a YAML file of publisher records"
            raise DataError(f"cannot be read: {exc}", file=str(overlay), hint=hint) from exc
        document = load(body, file=str(overlay))
        known = set(_index())
        for problem in check(document, known, lambda id: record("lists.yaml", id) is not None):
            raise DataError(problem.message, file=str(overlay), line=problem.line, hint=problem.hint)
        return cls(document.value, body, clean_line(str(overlay)))

    def attribute(self, namespace: str | None, as_of: date) -> Origin:
        """What is known of ``namespace`` on ``as_of``; of an unknown namespace nothing is."""
        asked = self._record(namespace) if namespace else None
        if asked is None or namespace is None:
            return Origin(clean_line(namespace) if namespace else None, known=False)
        key = (namespace.casefold(), as_of)
        if key not in self._attributed:
            self._attributed[key] = self._attribute(asked, as_of)
        return self._attributed[key]

    def _attribute(self, asked: _Record, as_of: date) -> Origin:
        day = as_of.isoformat()
        target = self._target(asked)
        facts = {name: f for name, f in target.facts.items() if _holds(f.since, f.until, day)}
        if "control" not in facts and (concluded := _concluded_control(facts)):
            facts["control"] = concluded
        facts |= {name: asked.facts[name] for name in ("namespace", "alias_of") if name in asked.facts}
        stated = {name: f for name in _FOOTNOTED if (f := facts.get(name)) and f.value is not None}
        weighed = [f.citation.confidence for name, f in stated.items() if name in (*_COUNTRIES, "alias_of")]
        located = any(name in stated for name in _COUNTRIES)

        def value(name: str) -> str | None:
            return stated[name].value if name in stated else None

        return Origin(
            namespace=value("namespace"),
            known=True,
            organisation=value("organisation"),
            kind=target.plain.get("kind"),
            legal_entity=value("legal_entity"),
            headquarters=value("headquarters"),
            incorporation=value("incorporation"),
            parent=value("parent"),
            parent_country=value("parent_country"),
            control=value("control"),
            state_ownership=value("state_ownership"),
            conduit=bool(target.plain.get("conduit")),
            multinational=bool(target.plain.get("multinational")),
            lists=tuple(e for e in target.lists if _holds(e.since, e.until, day)),
            flags=tuple(target.plain.get("flags", ())),
            confidence=max(weighed, key=list(Confidence).index) if located else None,
            footnotes=tuple((name, f.citation) for name, f in stated.items()),
            note=target.plain.get("note"),
        )

    def is_conduit(self, namespace: str | None) -> bool:
        """True when the namespace is known for re-hosting or converting other people's weights."""
        asked = self._record(namespace) if namespace else None
        return asked is not None and bool(self._target(asked).plain.get("conduit"))

    def same_organisation(self, a: str, b: str) -> bool:
        """True when both handles are one organisation's: an alias, a rename, one legal entity, one organisation."""
        handles_a, names_a = self._body(a)
        handles_b, names_b = self._body(b)
        return not (handles_a.isdisjoint(handles_b) and names_a.isdisjoint(names_b))

    def digest(self) -> str:
        """SHA-256 of what the registry was read from: the shipped text and the overlay."""
        return hashlib.sha256(f"{text(FILE)}\0{self._overlay_text}".encode()).hexdigest()

    def namespaces(self) -> tuple[str, ...]:
        """Every handle the registry knows, in lower case, sorted."""
        return tuple(sorted({*_index(), *self._own}))

    def _record(self, namespace: str) -> _Record | None:
        key = namespace.casefold()
        if key not in self._read:
            shipped = _shipped(key)
            own = self._own.get(key)
            self._read[key] = shipped.under(own) if shipped and own else own or shipped
        return self._read[key]

    def _target(self, asked: _Record) -> _Record:
        # An alias may name an alias where an overlay made one; a ring of aliases ends where it began.
        seen: list[_Record] = []
        while "alias_of" in asked.facts and asked not in seen:
            seen.append(asked)
            asked = self._record(str(asked.facts["alias_of"].value)) or asked
        return asked

    def _body(self, handle: str) -> tuple[set[str], set[str]]:
        if handle not in self._bodies:
            handles = self._closure(handle)
            self._bodies[handle] = handles, self._names(handles)
        return self._bodies[handle]

    def _closure(self, handle: str) -> set[str]:
        found, queue = {handle.casefold()}, [handle]
        while queue:
            known = self._record(queue.pop())
            for other in known.handles() if known else ():
                if other.casefold() not in found:
                    found.add(other.casefold())
                    queue.append(other)
        return found

    def _names(self, handles: set[str]) -> set[str]:
        names = set()
        for handle in handles:
            known = self._record(handle)
            if known and known.plain.get("kind") != "individual":
                facts = (known.facts.get("legal_entity"), known.facts.get("organisation"))
                names |= {f.value.casefold() for f in facts if f and f.value}
        return names


def _holds(since: str | None, until: str | None, day: str) -> bool:
    # "2025" and "2025-03" are whole periods; ISO dates order as texts do.
    return (since is None or since <= day) and (until is None or day[: len(until)] <= until)


def _concluded_control(facts: Mapping[str, _Fact]) -> _Fact | None:
    owned = "parent" in facts
    ground = facts.get("parent_country" if owned else "headquarters")
    if ground is None or ground.value is None:
        return None
    c = ground.citation
    of = "the parent's country" if owned else "the headquarters"
    return _Fact(ground.value, Citation(f"concluded from {of}: {c.source}", c.seen, c.confidence))


@cache
def _index() -> dict[str, tuple[int, int]]:
    # Where each record of the shipped file stands: only the one asked for is parsed.
    body = text(FILE)
    starts = [(m[1], m.start()) for m in _KEY.finditer(body)]
    ends = [start for _, start in starts[1:]] + [len(body)]
    return {key: (start, end) for (key, start), end in zip(starts, ends, strict=True)}


def _shipped(key: str) -> _Record | None:
    place = _index().get(key)
    if place is None:
        return None
    value = load(text(FILE)[slice(*place)], file=FILE).value
    return _resolve(value[key], PUBLIC_KNOWLEDGE)


def _resolve(raw: Mapping[str, Any], unsourced: str) -> _Record:
    """``raw`` with its sources as texts; ``unsourced`` is cited under what names none."""
    facts = {name: _fact(raw[name], raw, unsourced) for name in _FACTS if name in raw}
    if "handle" in raw:
        facts["namespace"] = _fact(raw["handle"], raw, unsourced)
    for name, words in (("alias_of", "another handle of"), ("renamed_to", "renamed to")):
        if name in facts:
            fact = facts[name]
            said = f"{words} {fact.value}: {fact.citation.source}"
            facts[name] = replace(fact, citation=replace(fact.citation, source=said))
    if "parent" in raw:
        parent = facts["parent"] = _fact(raw["parent"], raw, unsourced)
        country = raw["parent"].get("country") if isinstance(raw["parent"], Mapping) else None
        if country:
            facts["parent_country"] = _Fact(country, parent.citation, parent.since, parent.until)
    entries = tuple(
        ListEntry(e["id"], e["relation"], _day(e, "from"), _day(e, "until"), _source(e, raw, unsourced))
        for e in raw.get("lists", ())
    )
    return _Record(facts, entries, raw)


def _fact(said: Any, raw: Mapping[str, Any], unsourced: str) -> _Fact:
    if not isinstance(said, Mapping):
        return _Fact(None if said is None else str(said), Citation(unsourced))
    source = _source(said, raw, unsourced)
    if said.get("reason"):
        source = f"{said['reason']} ({source})"
    sourced = "source" in said
    seen = said.get("seen", raw.get("seen")) if sourced else None
    confidence = Confidence(said.get("confidence", Confidence.UNVERIFIED))
    return _Fact(str(said["is"]), Citation(source, seen, confidence), _day(said, "from"), _day(said, "until"))


def _source(said: Mapping[str, Any], raw: Mapping[str, Any], unsourced: str) -> str:
    cited = said.get("source", [])
    numbers = cited if isinstance(cited, list) else [cited]
    pages = [raw["sources"][n - 1] if isinstance(n, int) else n for n in numbers]
    return " ; ".join(pages) or unsourced


def _day(said: Mapping[str, Any], name: str) -> str | None:
    return str(said[name]) if name in said else None
