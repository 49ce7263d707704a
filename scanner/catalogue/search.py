"""Models found by the words of their name and by what is known of them.

The words stand in an index of all names. Names are never deleted nor changed, so it only grows: what was added
since the last search is added to it before the next one.

A search first looks among the first few thousand of the order that is asked for: most end there. What matches
seldom is looked for in one pass over everything.
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
_FIRST, _RARE = 5_000, 20_000
_WORD = re.compile(r"\w+")
# The first four bytes of an _id are the moment it was created.
_ORDERED = {"downloads": "downloads", "created": "hub_id"}


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
        conditions, values = _conditions(wish, judgement)
        rows: list[Any] = []
        for sql, given in _attempts(connection, wish, conditions, values):
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


def _attempts(connection: Any, wish: Wish, conditions: list[str], values: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The questions to ask, one after the other, until one is answered in full; the last one answers in any case."""
    column = SORTS[wish.sort]
    end = f" ORDER BY {column} DESC, m.num LIMIT ?"
    where = " WHERE " + " AND ".join(conditions)
    if match := _match(wish.words):
        held = "SELECT rowid FROM search WHERE search MATCH ?"
        few = connection.exec_driver_sql(f"SELECT count(*) FROM ({held} LIMIT ?)", (match, _RARE)).scalar_one()
        if few < _RARE:
            source = "SELECT m.num FROM search f CROSS JOIN models m ON m.name = f.rowid"
            yield f"{source}{where} AND search MATCH ?{end}", [*values, match]
            return
        where += f" AND m.name IN ({held})"
        values = [*values, match]
    if key := _ORDERED.get(wish.sort):
        first = f"SELECT num FROM models ORDER BY {key} DESC LIMIT {_FIRST}"
        yield f"SELECT m.num FROM ({first}) t CROSS JOIN models m ON m.num = t.num{where}{end}", values
    yield f"SELECT m.num FROM models m NOT INDEXED{where}{end}", values


def _match(words: str) -> str | None:
    """The words as the index takes them: each is how a word of a name begins. None where there is no word."""
    parts = [_WORD.findall(word.replace("_", " ")) for word in words.split()]
    phrases = [f'"{" ".join(part)}"*' for part in parts if part]
    if words.strip() and not phrases:
        raise UsageError(f"no word to look for in {words[:100]!r}", hint="letters and digits are looked for")
    return " ".join(phrases) or None


def _conditions(wish: Wish, judgement: int | None) -> tuple[list[str], list[Any]]:
    conditions = ["m.state = ?"]
    values: list[Any] = [GONE if wish.gone else PRESENT]
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
            conditions.append(f"{column} IN (SELECT num FROM {table} WHERE {inner})")
            values += [value for text, value in said if "?" in text]
    if wish.author is not None:
        of = "SELECT n.num FROM names n JOIN publishers p ON p.num = n.publisher WHERE p.name = ?"
        conditions.append(f"m.name IN ({of})")
        values.append(wish.author)
    if wish.min_downloads:
        conditions.append("m.downloads >= ?")
        values.append(wish.min_downloads)
    if wish.verdict is not None:
        said_so = "SELECT 1 FROM verdicts v WHERE v.judgement = ? AND v.model = m.num AND v.verdict = ?"
        conditions.append(f"EXISTS ({said_so})")
        values += [judgement, VERDICTS.index(wish.verdict)]
    return conditions, values


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
