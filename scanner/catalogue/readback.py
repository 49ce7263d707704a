"""The lines of a bundle read back: what the tables need, or a refusal.

A digest tells that a file is what its maker wrote, not that it is sane.

Checked is what readers of the file rely on: shapes, ranges, and that no text holds what ingestion takes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from scanner import jsontext
from scanner.catalogue.entry import STAND_IN, Entry, canonical
from scanner.catalogue.schema import GONE, PRESENT
from scanner.hub.answers import object_id, repo_id
from scanner.model import Relation, is_commit
from scanner.text import clean_line, clean_tree

_LATEST = 253402300799
"""The last second of the year 9999."""
_MOST_TAGS = 100_000
_LONGEST = 1 << 20
"""Characters of a text that is JSON."""
_PLAIN = re.compile(r"[ -\[\]-~]*")

Record = list[Any]


class Odd(ValueError):
    """A line that no export writes; the message says what is wrong with it."""


class Model(NamedTuple):
    """A model as it stood: ``profile`` and ``source`` are counted as in the bundle."""

    entry: Entry
    state: int
    since: int
    source: int
    first: int
    last: int
    bears: bool


def model(record: Record, profiles: list[str], sources: int) -> Model:
    """Raises: Odd."""
    (
        hub_id, id, sha, created, modified, downloads, total, likes, parameters, tags, bases, profile,
        state, since, source, first, last, bears,
    ) = _fields(record, 18)  # fmt: skip
    for count in (downloads, total, likes, parameters):
        _need(count is None or _in(count, 0, (1 << 63) - 1), "a count", count)
    for at in (created, modified):
        _need(at is None or _in(at, -_LATEST, _LATEST), "a moment", at)
    for at in (since, first, last):
        _need(_in(at, 0, _LATEST), "a moment", at)
    _need(_in(state, PRESENT, GONE), "a state", state)
    _need(_in(source, 0, sources - 1) and _in(profile, 0, len(profiles) - 1), "a number", [source, profile])
    _need(_in(bears, 0, 1), "whether its name leads to it", bears)
    _need(tags is None or (isinstance(tags, list) and len(tags) <= _MOST_TAGS), "tags", tags)
    kept = None if tags is None else tuple(map(_tag, tags))
    if bases is not None:
        _need(_bases(_canonical(bases)), "bases", bases)
    entry = Entry(
        name(id), known(hub_id), commit(sha), created, modified, downloads, total, likes, parameters, kept, bases,
        profiles[profile],
    )  # fmt: skip
    return Model(entry, state, since, source, first, last, bool(bears))


def profile(record: Record) -> str:
    """Raises: Odd."""
    (text,) = _fields(record, 1)
    said = _canonical(text)
    _need(isinstance(said, dict) and said.keys() <= _PROFILE.keys(), "a profile", said)
    _need(all(_PROFILE[key](value) for key, value in said.items()), "a profile", said)
    found: str = text
    return found


def source(record: Record) -> tuple[str, str, int]:
    """Raises: Odd."""
    kind, what, as_of = _fields(record, 3)
    _need(kind in ("api", "bulk", "starter"), "a source", kind)
    _need(_in(as_of, 0, _LATEST), "a moment", as_of)
    return kind, line(what, 4096), as_of


def event(record: Record, sources: int) -> tuple[Any, ...]:
    """Moment, kind, ``_id``, name, before, after, source. Raises: Odd."""
    at, kind, hub_id, id, before, after, number = _fields(record, 7)
    _need(_in(at, 0, _LATEST), "a moment", at)
    _need(_in(number, 0, sources - 1), "a number", number)
    texts = [None if text is None else line(text, _LONGEST) for text in (before, after)]
    return at, line(kind, 40), known(hub_id), name(id), *texts, number


def owner(record: Record) -> tuple[Any, ...]:
    """``_id``, kind, created, seen, namespace. Raises: Odd."""
    space, hub_id, kind, created, seen = _fields(record, 5)
    _need(created is None or _in(created, 0, _LATEST), "a moment", created)
    _need(_in(seen, 0, _LATEST), "a moment", seen)
    _need(isinstance(space, str) and "/" not in space and repo_id(f"{space}/x") is not None, "a namespace", space)
    own = None if hub_id is None else known(hub_id)
    return own, None if kind is None else line(kind, 40), created, seen, space


def detail(record: Record) -> tuple[Any, ...]:
    """``_id``, commit, seen, scanned, issues. Raises: Odd."""
    hub_id, sha, seen, done, issues = _fields(record, 5)
    _need(_in(seen, 0, _LATEST) and (done is None or _in(done, 0, 1)), "a detail", record)
    if issues is not None:
        _need(isinstance(issues, str) and len(issues) <= 1 << 24, "issues", issues)
        said = _json(issues)
        _need(isinstance(said, list) and all(_texts(pair) and len(pair) == 2 for pair in said), "issues", said)
    return known(hub_id), commit(sha), seen, done, issues


def redirect(record: Record) -> tuple[str, bytes]:
    """A name and the ``_id`` it leads to. Raises: Odd."""
    id, hub_id = _fields(record, 2)
    return name(id), known(hub_id)


# -- values


def known(value: Any) -> bytes:
    """An ``_id``, or what stands for one of a model that is known by its name."""
    _need(isinstance(value, str) and len(value) == 24, "an _id", value)
    _need(object_id(value) is not None or _stand_in(value), "an _id", value)
    return bytes.fromhex(value)


def _stand_in(value: str) -> bool:
    return value.startswith(STAND_IN.hex()) and set(value) <= set("0123456789abcdef")


def commit(value: Any) -> bytes | None:
    _need(value is None or (isinstance(value, str) and is_commit(value)), "a commit", value)
    return None if value is None else bytes.fromhex(value)


def name(value: Any) -> str:
    repo = repo_id(value)
    _need(repo is not None and str(repo) == value, "the name of a model", value)
    return str(value)


def line(value: Any, longest: int = 300) -> str:
    _need(isinstance(value, str) and clean_line(value, longest) == value, "a clean line", value)
    return str(value)


def _tag(value: Any) -> str:
    _need(isinstance(value, str), "a tag", value)
    return _line_once(value)


# The same tags stand in every second model.
_line_once = lru_cache(maxsize=100_000)(line)


def _fields(record: Record, count: int) -> Record:
    _need(len(record) == count + 1, f"{count} values", len(record) - 1)
    return record[1:]


def _need(holds: bool, what: str, value: Any) -> None:
    if not holds:
        raise Odd(f"not {what}: {clean_line(repr(value)[:80])}")


def _in(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _canonical(text: Any) -> Any:
    """The value of a text that is JSON as the catalogue writes it."""
    _need(isinstance(text, str) and len(text) <= _LONGEST, "a text", text)
    said = _json(text)
    _need(canonical(said) == text, "canonical JSON", text)
    # What stands there as it is has nothing in it to take out.
    _need(bool(_PLAIN.fullmatch(text)) or clean_tree(said, limit=_LONGEST) == said, "clean text", text)
    return said


def _json(text: str) -> Any:
    try:
        read = jsontext.parse(text.encode())
    except (jsontext.NotJson, UnicodeEncodeError) as error:
        raise Odd(f"not JSON: {clean_line(text[:80])}") from error
    _need(not read.constants and not read.duplicates, "plain JSON", text)
    return read.value


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _bases(said: Any) -> bool:
    if not isinstance(said, dict) or not said or not said.keys() <= _BASES:
        return False
    hub, stated, tags = said.get("hub", []), said.get("stated", []), said.get("tags", True)
    return (
        isinstance(hub, list)
        and all(isinstance(p, list) and len(p) == 2 and _text(p[0]) and _maybe_id(p[1]) for p in hub)
        and _text(said.get("relation", ""))
        and said.get("relation", "copy") in _RELATIONS
        and (tags is True or _texts(tags))
        and (said.get("card") is not True or "hub" in said)
        and isinstance(stated, list)
        and all(_texts(p) and len(p) == 3 and p[1] in _RELATIONS for p in stated)
    )


def _maybe_id(value: Any) -> bool:
    return value is None or object_id(value) is not None


def _listing(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"adapter", "formats", "pickle", "safe", "weights"}
        and _flag(value["adapter"])
        and _texts(value["formats"])
        and _texts(value["weights"])
        and all(value[key] is None or _flag(value[key]) for key in ("pickle", "safe"))
    )


def _stated(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != {"licenses", "sources"}:
        return False
    licenses = value["licenses"]
    pairs = licenses is None or (isinstance(licenses, list) and all(_texts(p) and len(p) == 2 for p in licenses))
    return pairs and _texts(value["sources"])


_RELATIONS = frozenset(relation.value for relation in Relation)
_BASES = frozenset(("card", "card_relation", "hub", "relation", "stated", "tags"))
_PROFILE: Mapping[str, Callable[[Any], bool]] = {
    "architectures": _texts,
    "card": lambda value: isinstance(value, dict),
    "disabled": _flag,
    "gated": lambda value: value in ("no", "auto", "manual"),
    "library": _text,
    "listing": _listing,
    "model_type": _text,
    "pipeline": _text,
    "private": _flag,
    "remote_code": _flag,
    "stated": _stated,
    "tagged": _texts,
    "unread": _texts,
}
