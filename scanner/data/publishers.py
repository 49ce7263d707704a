"""The shape of a publishers file, the shipped one or a company's own: what a record may say, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any

from scanner.data import record
from scanner.strictyaml import Document, Path

KINDS = ("company", "university", "government-lab", "nonprofit", "community", "individual")
OWNERSHIP = ("none", "backed", "minority", "majority")
RELATIONS = ("direct", "parent", "affiliate", "upstream")
WAYS = ("re_host", "quantizer", "compressor")

_COUNTRY_FACTS = ("headquarters", "incorporation", "control")
_FACTS = (
    "handle",
    "organisation",
    "legal_entity",
    *_COUNTRY_FACTS,
    "parent",
    "state_ownership",
    "renamed_to",
    "alias_of",
)
_FIELDS = (*_FACTS, "kind", "lists", "aliases", "conduit", "multinational", "flags", "note", "seen", "sources")
_ALIAS_FIELDS = ("handle", "alias_of", "note", "seen", "sources")
_FACT_KEYS = ("is", "source", "confidence", "seen", "from", "until")
_CONFIDENCES = ("high", "medium", "low")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    message: str
    hint: str = ""


Found = Iterator[tuple[Path, str, str]]


def check(document: Document, known: Collection[str], is_list: Callable[[str], bool]) -> Iterator[Problem]:
    """What is wrong with a publishers file, in the order of the file.

    ``known`` are handles in lower case that exist outside the file and may be aliased; ``is_list`` tells list ids.
    """
    for path, message, hint in _check(document.value, known, is_list):
        yield Problem(document.line(path), message, hint)


def is_day(value: object) -> bool:
    """True for ``2025``, ``2025-03`` and ``2025-03-25`` where the calendar has such a day."""
    match = _DAY.fullmatch(str(value))
    if not match:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


def _check(value: Any, known: Collection[str], is_list: Callable[[str], bool]) -> Found:
    if not isinstance(value, dict) or not value:
        yield (
            (),
            "a publishers file is a mapping of records, by namespace",
            "see the header of scanner/data/publishers.yaml",
        )
        return
    handles = {*known, *(key.casefold() for key in value)}
    folded: set[str] = set()
    for key, raw in value.items():
        path: Path = (key,)
        if key.casefold() in folded:
            yield path, f"{key!r} stands twice: handles are the same in any case", "keep one record"
        folded.add(key.casefold())
        if not isinstance(raw, dict):
            yield path, f"the record of {key!r} is a mapping", "write fields below it, such as organisation: ..."
            continue
        yield from _unknown(path, raw, _FIELDS)
        if "alias_of" in raw:
            for name in raw:
                if name in _FIELDS and name not in _ALIAS_FIELDS:
                    yield (*path, name), "an alias has no facts of its own", f"move {name} to the record it names"
        for name in _FACTS:
            if name in raw:
                yield from _fact((*path, name), name, raw[name], raw)
        yield from _names(path, raw, handles)
        yield from _words(path, raw)
        yield from _lists(path, raw, is_list)
        yield from _sources(path, raw)


def _fact(path: Path, name: str, said: Any, raw: dict[str, Any]) -> Found:
    if not isinstance(said, dict):
        if not isinstance(said, str) and not (said is None and name in _COUNTRY_FACTS):
            yield path, f"{name} is a text", "quote it"
        elif said is not None:
            yield from _value(path, name, said, raw)
        return
    extra = {"parent": ("country",), "control": ("reason",)}.get(name, ())
    yield from _unknown(path, said, (*_FACT_KEYS, *extra))
    if not isinstance(said.get("is"), str):
        yield path, f"{name} says nothing", "give its value: {is: ..., source: ..., confidence: ...}"
    else:
        yield from _value(path, name, said["is"], raw)
    if "country" in said:
        yield from _country((*path, "country"), said["country"], raw)
    if "source" in said:
        yield from _cited(path, said["source"], raw)
        if said.get("confidence") not in _CONFIDENCES:
            yield path, "a fact with a source says how sure it is", f"confidence: {', '.join(_CONFIDENCES)}"
        if not is_day(said.get("seen", raw.get("seen"))):
            yield path, "a fact with a source says when the source was read", "seen: YYYY-MM-DD, here or in the record"
    elif "confidence" in said or "seen" in said:
        yield path, "without a source a fact is unverified", "name the source, or leave out confidence and seen"
    yield from _window(path, said)


def _value(path: Path, name: str, value: str, raw: dict[str, Any]) -> Found:
    if name in _COUNTRY_FACTS:
        yield from _country(path, value, raw)
    elif name == "state_ownership":
        yield from _word(path, value, OWNERSHIP)
    elif name == "handle" and value.casefold() != str(path[0]).casefold():
        yield path, f"the handle {value!r} is not that of the record", "the key is the handle in lower case"
    elif not value.strip():
        yield path, f"{name} is empty", "leave it out: absent is unknown"


def _country(path: Path, code: Any, raw: dict[str, Any]) -> Found:
    if code not in _codes("iso_3166_1") and not (raw.get("multinational") is True and code in _codes("multinational")):
        yield (
            path,
            f"{code!r} is no country code",
            "two capital letters of ISO 3166-1; leave it out where it is unknown",
        )


def _names(path: Path, raw: dict[str, Any], handles: Collection[str]) -> Found:
    named = [((*path, name), raw[name]) for name in ("alias_of", "renamed_to") if name in raw]
    aliases = raw.get("aliases", [])
    if not isinstance(aliases, list):
        yield (*path, "aliases"), "aliases is a list of handles", ""
        aliases = []
    named += [((*path, "aliases", n), alias) for n, alias in enumerate(aliases)]
    for place, said in named:
        handle = str(said.get("is") if isinstance(said, dict) else said)
        if handle.casefold() not in handles or handle.casefold() == str(path[0]).casefold():
            yield place, f"no other record {handle!r}", _near(handle.casefold(), handles)


def _words(path: Path, raw: dict[str, Any]) -> Found:
    if "kind" in raw:
        yield from _word((*path, "kind"), raw["kind"], KINDS)
    for name in ("conduit", "flags"):
        words = raw.get(name, [])
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            yield (*path, name), f"{name} is a list of words", ""
        elif name == "conduit":
            for n, word in enumerate(words):
                yield from _word((*path, name, n), word, WAYS)
    if not isinstance(raw.get("multinational", True), bool):
        yield (*path, "multinational"), "multinational is true or false", ""
    if not isinstance(raw.get("note", ""), str):
        yield (*path, "note"), "a note is a text", "quote it"


def _lists(path: Path, raw: dict[str, Any], is_list: Callable[[str], bool]) -> Found:
    entries = raw.get("lists", [])
    if not isinstance(entries, list):
        yield (*path, "lists"), "lists is a list of entries", ""
        return
    for n, entry in enumerate(entries):
        place: Path = (*path, "lists", n)
        if not isinstance(entry, dict):
            yield place, "an entry is a mapping", "{id: ..., relation: direct, from: YYYY-MM-DD, source: ...}"
            continue
        yield from _unknown(place, entry, ("id", "relation", "from", "until", "source"))
        if not isinstance(entry.get("id"), str) or not is_list(entry["id"]):
            yield place, f"no list {entry.get('id')!r}", "the ids are the keys of lists.yaml"
        yield from _word(place, entry.get("relation"), RELATIONS)
        if "source" in entry:
            yield from _cited(place, entry["source"], raw)
        yield from _window(place, entry)


def _sources(path: Path, raw: dict[str, Any]) -> Found:
    pages = raw.get("sources", [])
    if not isinstance(pages, list) or not all(isinstance(page, str) and page.strip() for page in pages):
        yield (*path, "sources"), "sources is a list of pages", "facts refer to them by number, from 1"
    if "seen" in raw and not is_day(raw["seen"]):
        yield (*path, "seen"), f"{raw['seen']!r} is no day", "YYYY-MM-DD"


def _cited(path: Path, source: Any, raw: dict[str, Any]) -> Found:
    pages = raw.get("sources", [])
    count = len(pages) if isinstance(pages, list) else 0
    for cited in source if isinstance(source, list) else [source]:
        number = isinstance(cited, int) and not isinstance(cited, bool)
        if not (1 <= cited <= count if number else isinstance(cited, str) and cited.strip()):
            yield path, f"no source {cited!r}", f"a page, or the number of one of the record's {count} sources"


def _window(path: Path, said: dict[str, Any]) -> Found:
    for name in ("seen", "from", "until"):
        if name in said and not is_day(said[name]):
            yield (*path, name), f"{said[name]!r} is no day", "YYYY-MM-DD, YYYY-MM or YYYY"
    since, until = str(said.get("from", "")), str(said.get("until", "9999"))
    if since[: len(until)] > until:
        yield (*path, "until"), "ends before it begins", "until is the last day"


def _unknown(path: Path, said: dict[str, Any], allowed: Collection[str]) -> Found:
    for name in said:
        if name not in allowed:
            yield (*path, name), f"unknown key {name!r}", _near(name, allowed)


def _word(path: Path, word: Any, allowed: Collection[str]) -> Found:
    if word not in allowed:
        yield path, f"{word!r} is none of {', '.join(allowed)}", _near(str(word), allowed)


def _near(word: str, words: Collection[str]) -> str:
    close = get_close_matches(word, sorted(words), 1)
    return f"did you mean {close[0]!r}?" if close else ""


@cache
def _codes(group: str) -> frozenset[str]:
    found = record("countries.yaml", group) or {}
    return frozenset(str(found["codes"]).split())
