"""Counting verdicts: by origin, by licence, by publisher, by downloads; and what another policy would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from scanner.catalogue.summary import UNKNOWN

VERDICTS = ("allow", "review", "deny")
BUCKETS = (0, 1, 100, 10_000, 1_000_000)
"""Where a class of monthly downloads begins."""
_TOP = 15


@dataclass
class Tally:
    """Models and monthly downloads, each by verdict (allow, review, deny)."""

    models: list[int] = field(default_factory=lambda: [0, 0, 0])
    downloads: list[int] = field(default_factory=lambda: [0, 0, 0])

    def add(self, verdict: int, models: int, downloads: int) -> None:
        self.models[verdict] += models
        self.downloads[verdict] += downloads

    @property
    def total(self) -> int:
        return sum(self.models)

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "models": dict(zip(VERDICTS, self.models, strict=True)),
            "downloads": dict(zip(VERDICTS, self.downloads, strict=True)),
        }


@dataclass
class Census:
    """``by`` maps what was counted by to a tally of each value; a model of several roots counts for each country."""

    policy: str
    digest: str
    as_of: str
    whole: Tally = field(default_factory=Tally)
    by: dict[str, dict[str, Tally]] = field(default_factory=dict)
    rules: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "policy": {"name": self.policy, "digest": self.digest},
            "as_of": self.as_of,
            **self.whole.document(),
            "by": {name: {key: tally.document() for key, tally in of.items()} for name, of in self.by.items()},
            "rules": dict(self.rules.most_common()),
        }


def census(connection: Any, judgement: int, *, top: int = _TOP) -> Census:
    """The verdicts of a judgement, counted. Of publishers the ``top`` are told, of countries and licences all."""
    ask = connection.exec_driver_sql
    policy, digest, as_of = ask("SELECT policy, digest, as_of FROM judgements WHERE num = ?", (judgement,)).one()
    found = Census(policy, digest, as_of)
    names = ("publisher country", "root country", "licence", "downloads")
    tallies: dict[str, dict[str, Tally]] = {name: {} for name in names}
    summaries = {num: (publisher, roots, license) for num, publisher, roots, license in ask(
        "SELECT num, publisher, roots, license FROM summaries"
    )}  # fmt: skip
    steps = " ".join(f"WHEN m.downloads < {start} THEN {n}" for n, start in enumerate(BUCKETS[1:]))
    rows = ask(
        "SELECT m.summary, v.verdict, v.rules,"
        f" CASE WHEN m.downloads IS NULL THEN -1 {steps} ELSE {len(BUCKETS) - 1} END,"
        " count(*), coalesce(sum(m.downloads), 0) FROM verdicts v JOIN models m ON m.num = v.model"
        " WHERE v.judgement = ? GROUP BY 1, 2, 3, 4",
        (judgement,),
    )
    rulesets = {num: rules.split() for num, rules in ask("SELECT num, rules FROM rulesets")}
    for summary, verdict, rules, bucket, models, downloads in rows:
        publisher, roots, license = summaries[summary]
        found.whole.add(verdict, models, downloads)
        found.rules.update(dict.fromkeys(rulesets[rules], models))
        counted = (
            ("publisher country", (publisher,)),
            ("root country", roots.split() or (UNKNOWN,)),
            ("licence", (license,)),
            ("downloads", (_bucket(bucket),)),
        )
        for name, values in counted:
            for value in values:
                tallies[name].setdefault(value, Tally()).add(verdict, models, downloads)
    found.by = {name: _sorted(of) for name, of in tallies.items()}
    found.by["downloads"] = dict(sorted(tallies["downloads"].items(), key=lambda pair: _place(pair[0])))
    found.by["publisher"] = _publishers(connection, judgement, top)
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One model that two policies judge differently."""

    id: str
    downloads: int | None
    before: str
    after: str
    rules: tuple[str, ...]
    """those that weigh on the stricter of the two verdicts"""


def changes(connection: Any, before: int, after: int, limit: int) -> tuple[dict[tuple[str, str], int], list[Change]]:
    """What changes from one judgement to another: how many by (from, to), and the most downloaded of the models."""
    ask = connection.exec_driver_sql
    both = (
        " FROM verdicts a JOIN verdicts b ON b.model = a.model AND b.judgement = ?"
        " WHERE a.judgement = ? AND a.verdict <> b.verdict"
    )
    counts = {
        (VERDICTS[was], VERDICTS[now]): count
        for was, now, count in ask(f"SELECT a.verdict, b.verdict, count(*) {both} GROUP BY 1, 2", (after, before))
    }
    top = ask(
        "SELECT n.id, m.downloads, c.was, c.now, r.rules FROM (SELECT a.model AS model, a.verdict AS was,"
        f" b.verdict AS now, iif(b.verdict > a.verdict, b.rules, a.rules) AS rules {both}) c"
        " JOIN models m ON m.num = c.model JOIN names n ON n.num = m.name JOIN rulesets r ON r.num = c.rules"
        " ORDER BY m.downloads DESC, n.id LIMIT ?",
        (after, before, limit),
    )
    return counts, [Change(id, n, VERDICTS[was], VERDICTS[now], tuple(r.split())) for id, n, was, now, r in top]


def _publishers(connection: Any, judgement: int, top: int) -> dict[str, Tally]:
    rows = connection.exec_driver_sql(
        "WITH counted AS (SELECT n.publisher AS publisher, v.verdict AS verdict, count(*) AS models,"
        " coalesce(sum(m.downloads), 0) AS downloads FROM verdicts v JOIN models m ON m.num = v.model"
        " JOIN names n ON n.num = m.name WHERE v.judgement = ? GROUP BY 1, 2)"
        " SELECT coalesce(p.name, '(no namespace)'), c.verdict, c.models, c.downloads FROM counted c"
        " LEFT JOIN publishers p ON p.num = c.publisher WHERE c.publisher IS NULL OR c.publisher IN"
        " (SELECT publisher FROM counted GROUP BY 1 ORDER BY sum(downloads) DESC, sum(models) DESC LIMIT ?)",
        (judgement, top),
    )
    found: dict[str, Tally] = {}
    for name, verdict, models, downloads in rows:
        found.setdefault(name, Tally()).add(verdict, models, downloads)
    return dict(sorted(found.items(), key=lambda pair: (-sum(pair[1].downloads), -pair[1].total, pair[0])))


def _sorted(of: dict[str, Tally]) -> dict[str, Tally]:
    return dict(sorted(of.items(), key=lambda pair: (-pair[1].total, pair[0])))


def _bucket(number: int) -> str:
    if number < 0:
        return "not known"
    start = BUCKETS[number]
    return "none" if start == 0 else f"{start:,} and more"


def _place(name: str) -> int:
    order: Iterable[int] = range(-1, len(BUCKETS))
    return next(number for number in order if _bucket(number) == name)
