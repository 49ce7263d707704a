"""Models found by the words of their name and by what is known of them.

The words stand in an index of all names. Names are never deleted nor changed, so it only grows: what was added
since the last search is added to it before the next one.

Where few models meet one of the conditions, the others are asked of these alone. Else a search first looks among the
first few thousand of the order that is asked for: most end there. What is left takes one pass over everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.entry import moment
from scanner.catalogue.file import Catalogue
from scanner.catalogue.schema import GONE, PRESENT
from scanner.errors import ScannerError, UsageError

UNKNOWN = "?"
VERDICTS = ("allow", "review", "deny")
SORTS = {"downloads": "m.downloads", "likes": "m.likes", "created": "m.created", "modified": "m.modified"}

_BATCH = 100_000
_LOOKED_AT, _RARE = 5_000, 20_000
_WORD = re.compile(r"\w+")
_FIRST = {
    "downloads": "ORDER BY downloads",
    "likes": "WHERE likes > 0 ORDER BY likes",
    # The first four bytes of an _id are the moment it was created.
    "created": "ORDER BY hub_id",
    "modified": "ORDER BY modified",
}
"""The orders as indexes keep them."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for; None and 0 ask for nothing. Texts are compared without case, ``?`` stands for not known.

    Countries and licences are met by any of several. ``family`` is how the type of the model begins.
    """

    words: str = ""
    author: str | None = None
    publisher_country: str | None = None
    root_country: str | None = None
    license: str | None = None
    format: str | None = None
    family: str | None = None
    task: str | None = None
    library: str | None = None
    verdict: str | None = None
    policy: str | None = None
    min_downloads: int = 0
    gone: bool = False
    sort: str = "downloads"
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A model that was found. Countries and licences are joined by blanks; None is not known, or not concluded yet."""

    id: str
    state: str
    publisher: str | None
    roots: str | None
    license: str | None
    task: str | None
    library: str | None
    model_type: str | None
    formats: str | None
    parameters: int | None
    downloads: int | None
    likes: int | None
    created: str | None
    modified: str | None
    verdict: str | None
    rules: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As JSON, lists as lists."""
        said = {name: getattr(self, name) for name in self.__slots__}
        split = {name: said[name].split() for name in ("roots", "license", "formats") if said[name] is not None}
        return said | split | {"rules": list(self.rules)}


def index(catalogue: Catalogue, progress: Callable[[int, int], None] | None = None) -> int:
    """Add the names that are new to the index of words; returns how many. ``progress`` gets (done, to do).

    Raises:
        StoreError: the file cannot be written.
    """
    with catalogue.reading() as connection:
        first = _indexed(connection)
        last = connection.exec_driver_sql("SELECT coalesce(max(num), 0) FROM names").scalar_one()
    done = 0
    # In pieces: a crawl may be writing the same file.
    while first + done < last:
        with catalogue.writing() as connection:
            ask = connection.exec_driver_sql
            at = _indexed(connection)
            upto = min(at + _BATCH, last)
            ask("INSERT INTO search (rowid, id) SELECT num, id FROM names WHERE num > ? AND num <= ?", (at, upto))
            ask("INSERT OR REPLACE INTO meta (key, value) VALUES ('searched', ?)", (str(max(at, upto)),))
        done = max(at, upto) - first
        if progress:
            progress(done, last - first)
    return done


def search(catalogue: Catalogue, wish: Wish) -> list[Hit]:
    """The models that meet the whole wish, those of the largest ``sort`` first; ``index`` first, where it has words.

    Raises:
        UsageError: no word can be looked for.
        ScannerError: no judgement by that policy is held.
    """
    with catalogue.reading() as connection:
        judgement = _judgement(connection, wish)
        rows: list[Any] = []
        for sql, given in _attempts(connection, wish, _conditions(connection, wish, judgement)):
            rows = connection.exec_driver_sql(sql, (*given, wish.limit)).all()
            if len(rows) >= wish.limit:
                break
        return [hit for (num,) in rows for hit in _hits(connection, num, judgement)]


def newest_judgement(connection: Any, policy: str) -> int | None:
    """The number of the last judgement by a policy of that name that was carried to its end."""
    found: int | None = connection.exec_driver_sql(
        "SELECT num FROM judgements WHERE policy = ? AND stamp > 0 ORDER BY as_of DESC, at DESC, num DESC LIMIT 1",
        (policy,),
    ).scalar()
    return found


def _indexed(connection: Any) -> int:
    return int(connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'searched'").scalar() or 0)


def _judgement(connection: Any, wish: Wish) -> int | None:
    if wish.policy is None:
        return None
    found = newest_judgement(connection, wish.policy)
    if found is None:
        held = ", ".join(p for (p,) in connection.exec_driver_sql("SELECT DISTINCT policy FROM judgements ORDER BY 1"))
        raise ScannerError(
            f"the catalogue was not judged by a policy {wish.policy!r}" + (f"; it was by {held}" if held else ""),
            hint=f"modelorigin catalogue judge --policy {wish.policy}",
        )
    return found


# -- the question


@dataclass(frozen=True, slots=True)
class _Condition:
    """``counted`` has about as many rows as models meet it; empty: no index finds them."""

    text: str
    values: tuple[Any, ...] = ()
    counted: str = ""


def _attempts(connection: Any, wish: Wish, conditions: list[_Condition]) -> Iterator[tuple[str, list[Any]]]:
    """The questions to ask, one after the other, until one is answered in full; the last one answers in any case."""
    end = f" ORDER BY {SORTS[wish.sort]} DESC, m.num LIMIT ?"
    if rare := _rarest(connection, conditions):
        # In this order: left to itself, SQLite takes another index as soon as there is one.
        few = f"(SELECT m.num FROM models m WHERE {rare.text}) t CROSS JOIN models m ON m.num = t.num"
        where, values = _joined([one for one in conditions if one is not rare])
        yield f"SELECT m.num FROM {few} WHERE {where}{end}", [*rare.values, *values]
        return
    where, values = _joined(conditions)
    first = f"SELECT num FROM models {_FIRST[wish.sort]} DESC LIMIT {_LOOKED_AT}"
    yield f"SELECT m.num FROM ({first}) t CROSS JOIN models m ON m.num = t.num WHERE {where}{end}", values
    yield f"SELECT m.num FROM models m NOT INDEXED WHERE {where}{end}", values


def _rarest(connection: Any, conditions: list[_Condition]) -> _Condition | None:
    """The condition that the fewest models meet, where they are few."""
    counts = [
        (connection.exec_driver_sql(f"SELECT count(*) FROM ({one.counted} LIMIT {_RARE})", one.values).scalar_one(), n)
        for n, one in enumerate(conditions)
        if one.counted
    ]
    fewest, n = min(counts, default=(_RARE, 0))
    return conditions[n] if fewest < _RARE else None


def _joined(conditions: list[_Condition]) -> tuple[str, list[Any]]:
    return " AND ".join(one.text for one in conditions) or "1", [value for one in conditions for value in one.values]


def _match(words: str) -> str | None:
    """The words as the index takes them: each is how a word of a name begins. None where there is no word."""
    parts = [_WORD.findall(word.replace("_", " ")) for word in words.split()]
    phrases = [f'"{" ".join(part)}"*' for part in parts if part]
    if words.strip() and not phrases:
        raise UsageError(f"no word to look for in {words[:100]!r}", hint="letters and digits are looked for")
    return " ".join(phrases) or None


def _conditions(connection: Any, wish: Wish, judgement: int | None) -> list[_Condition]:
    gone = f"m.state = {GONE}"
    conditions = [_Condition(gone, (), f"SELECT 1 FROM models m WHERE {gone}") if wish.gone else
                  _Condition(f"m.state = {PRESENT}")]  # fmt: skip
    profile = [
        (_one_of("license", wish.license), wish.license),
        (_one_of("formats", wish.format), wish.format),
        (_is("pipeline", wish.task), wish.task),
        (_is("library", wish.library), wish.library),
        ("model_type IS NULL" if wish.family == UNKNOWN else "model_type LIKE ? ESCAPE '\\'", _begin(wish.family)),
    ]
    summary = [
        (_has("publisher"), wish.publisher_country),
        (_has("roots"), wish.root_country),
    ]
    for table, column, asked in (("profiles", "m.profile", profile), ("summaries", "m.summary", summary)):
        said = [(text, value) for text, value in asked if value is not None]
        if said:
            inner = " AND ".join(text for text, _ in said)
            values = tuple(value for text, value in said if "?" in text)
            # Read once, however many questions ask for them.
            of = f"SELECT json_group_array(num) FROM {table} WHERE {inner}"
            numbers = connection.exec_driver_sql(of, values).scalar_one()
            text = f"{column} IN (SELECT value FROM json_each(?))"
            conditions.append(_Condition(text, (numbers,), f"SELECT 1 FROM models m WHERE {text}"))
    if match := _match(wish.words):
        conditions.append(_named("SELECT rowid FROM search WHERE search MATCH ?", match))
    if wish.author is not None:
        of = "SELECT n.num FROM names n JOIN publishers p ON p.num = n.publisher WHERE p.name = ?"
        conditions.append(_named(of, wish.author))
    if wish.min_downloads:
        conditions.append(_Condition("m.downloads >= ?", (wish.min_downloads,)))
    if wish.verdict is not None:
        said_so = "SELECT 1 FROM verdicts v WHERE v.judgement = ? AND v.model = m.num AND v.verdict = ?"
        conditions.append(_Condition(f"EXISTS ({said_so})", (judgement, VERDICTS.index(wish.verdict))))
    return conditions


def _named(names: str, value: str) -> _Condition:
    return _Condition(f"m.name IN ({names})", (value,), names)


def _one_of(column: str, value: str | None) -> str:
    return f"{column} IS NULL" if value == UNKNOWN else _has(column)


def _has(column: str) -> str:
    """The condition that one of the texts of a column, joined by blanks, is the value that is given."""
    return f"instr(' ' || lower({column}) || ' ', ' ' || lower(?) || ' ') > 0"


def _is(column: str, value: str | None) -> str:
    return f"{column} IS NULL" if value == UNKNOWN else f"{column} = ? COLLATE NOCASE"


def _begin(family: str | None) -> str | None:
    return None if family is None else re.sub(r"([%_\\])", r"\\\1", family) + "%"


def _hits(connection: Any, num: int, judgement: int | None) -> Iterator[Hit]:
    for row in connection.exec_driver_sql(
        "SELECT n.id, m.state, s.publisher, s.roots, p.license, p.pipeline, p.library, p.model_type, p.formats,"
        " m.parameters, m.downloads, m.likes, m.created, m.modified, v.verdict, r.rules FROM models m"
        " JOIN names n ON n.num = m.name JOIN profiles p ON p.num = m.profile"
        " LEFT JOIN summaries s ON s.num = m.summary LEFT JOIN verdicts v ON v.judgement = ? AND v.model = m.num"
        " LEFT JOIN rulesets r ON r.num = v.rules WHERE m.num = ?",
        (judgement, num),
    ):
        id, state, *said, created, modified, verdict, rules = row
        known: list[Any] = [id, "present" if state == PRESENT else "gone", *said, moment(created), moment(modified)]
        known += [None if verdict is None else VERDICTS[verdict], tuple((rules or "").split())]
        yield Hit(*known)


def some_not_concluded(connection: Any) -> bool:
    """True where the newest model has no origin concluded yet: then others may have none either."""
    newest = "SELECT summary IS NULL FROM models WHERE state = ? ORDER BY num DESC LIMIT 1"
    return bool(connection.exec_driver_sql(newest, (PRESENT,)).scalar())
