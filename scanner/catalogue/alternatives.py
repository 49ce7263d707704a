"""What could be used instead of a model: does the same, is about as large, is alive, and is allowed by the policy.

Candidates are taken most downloaded first and judged one by one on their facts, as ``check --hub catalogue`` does,
until there are enough. Sizes are compared within a factor that is widened step by step. Left out are what comes out
of the model, what shares a root with it, and a second model of the same root: it would be no other choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from scanner.catalogue.entry import moment
from scanner.catalogue.file import Catalogue
from scanner.catalogue.find import find, seen
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.memory import CatalogueMemory
from scanner.catalogue.schema import PRESENT
from scanner.errors import HubError, ScannerError
from scanner.evidence import Depth
from scanner.facts import facts_document
from scanner.model import RepoId
from scanner.policy import Policy, Verdict, judge
from scanner.provenance import Request, Tables, trace

FACTORS = (2.0, 4.0, 10.0)
"""How many times larger or smaller a candidate may be; then any size, a size that is not known included."""
ALIVE, IN_USE = 730, 10_000
"""A model is alive when it changed in so many days, or has so many downloads in 30 days. None without any is."""
_JUDGED = 200
"""Candidates judged within one factor."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """The model that is to be replaced. ``sign`` and ``value``: what a candidate has to share, ``pipeline`` at best."""

    num: int
    id: str
    sign: str
    value: str
    parameters: int | None
    roots: frozenset[str]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A model that could take the place; ``reasons`` say why, ``review`` names the rules that want it looked at."""

    id: str
    verdict: str
    roots: tuple[str, ...]
    parameters: int | None
    downloads: int
    modified: str | None
    reasons: tuple[str, ...]
    review: tuple[str, ...]

    def document(self) -> Json:
        said = {name: getattr(self, name) for name in self.__slots__}
        return said | {name: list(said[name]) for name in ("roots", "reasons", "review")}


def alternatives(
    catalogue: Catalogue, written: str, policies: Sequence[Policy], tables: Tables, as_of: date, limit: int = 5
) -> tuple[Subject, list[Alternative]]:
    """Up to ``limit`` models that every policy allows, the closest in size and most downloaded first.

    Where none is allowed, those that need a review only.

    Raises:
        ModelNotHeld: the catalogue does not hold the model.
        ScannerError: nothing is known of what the model does.
    """
    tracer = _Tracer(catalogue, tables, as_of)
    subject = _subject(catalogue, written, tracer)
    allowed: list[Alternative] = []
    review: list[Alternative] = []
    taken = set[str]()
    for factor in (*FACTORS, None) if subject.parameters else (None,):
        with catalogue.reading() as connection:
            candidates = list(_candidates(connection, subject, factor, as_of))
        for candidate in candidates:
            if candidate.id in taken:
                continue
            taken.add(candidate.id)
            facts = tracer.facts(candidate.id)
            if facts is None or not _another(facts, subject, [*allowed]):
                continue
            verdict, rules = _judged(facts, policies, as_of)
            if verdict is Verdict.DENY or (verdict is Verdict.REVIEW and not _another(facts, subject, review)):
                continue
            found = _alternative(candidate, facts, subject, policies, verdict, rules)
            (allowed if verdict is Verdict.ALLOW else review).append(found)
            if len(allowed) >= limit:
                return subject, allowed
    return subject, allowed or review[:limit]


def suggestions(
    catalogue: Catalogue, model_id: str, policies: Sequence[Policy], tables: Tables, as_of: date, limit: int = 3
) -> list[Alternative]:
    """``alternatives``, or none where the catalogue cannot tell."""
    try:
        return alternatives(catalogue, model_id, policies, tables, as_of, limit)[1]
    except (HubError, NothingKnown):
        return []


class NothingKnown(ScannerError):
    """Neither task, nor library, nor type of a model is known: nothing can be compared to it."""


class _Tracer:
    def __init__(self, catalogue: Catalogue, tables: Tables, as_of: date) -> None:
        self._hub, self._tables, self._as_of = CatalogueHub(catalogue), tables, as_of
        self._memory = CatalogueMemory(catalogue)

    def facts(self, id: str) -> Json | None:
        """The facts document of a model; None where it is gone."""
        try:
            request = Request(RepoId.parse(id))
            return facts_document(
                trace(request, self._hub, self._tables, as_of=self._as_of, depth=Depth.CARD, memory=self._memory)
            )
        except HubError:
            return None


def _subject(catalogue: Catalogue, written: str, tracer: _Tracer) -> Subject:
    with catalogue.reading() as connection:
        found = find(connection, written)
        num = seen(found)
        parameters, *signs = connection.exec_driver_sql(
            "SELECT m.parameters, p.pipeline, p.library, p.model_type FROM models m"
            " JOIN profiles p ON p.num = m.profile WHERE m.num = ?",
            (num,),
        ).one()
    known = [(s, v) for s, v in zip(("pipeline", "library", "model_type"), signs, strict=True) if v]
    if not known:
        raise NothingKnown(
            f"what {found.id} does is not known: the catalogue holds no task, library or type of it",
            hint="modelorigin crawl asks for what is missing; modelorigin catalogue search finds models by words",
        )
    facts = tracer.facts(found.id)
    return Subject(num, found.id, *known[0], parameters, _roots(facts) if facts else frozenset({found.id}))


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: str
    parameters: int | None
    downloads: int
    modified: int | None
    gated: str | None


def _candidates(connection: Any, subject: Subject, factor: float | None, as_of: date) -> Iterator[_Candidate]:
    """Models that do the same and are alive, most downloaded first."""
    size = ""
    values: tuple[int, ...] = ()
    if factor is not None and subject.parameters:
        size = " AND m.parameters BETWEEN ? AND ?"
        values = (int(subject.parameters / factor), int(subject.parameters * factor))
    since = int(datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC).timestamp()) - ALIVE * 86_400
    rows = connection.exec_driver_sql(
        "SELECT n.id, m.parameters, m.downloads, m.modified, p.gated FROM models m INDEXED BY models_by_downloads"
        " JOIN profiles p ON p.num = m.profile JOIN names n ON n.num = m.name"
        f" WHERE m.downloads > 0 AND m.state = ? AND (m.modified >= ? OR m.downloads >= ?)"
        f" AND p.{subject.sign} = ? AND m.num <> ?{size} ORDER BY m.downloads DESC LIMIT ?",
        (PRESENT, since, IN_USE, subject.value, subject.num, *values, _JUDGED),
    )
    return (_Candidate(*row) for row in rows)


def _roots(facts: Json) -> frozenset[str]:
    return frozenset(facts["lineage"]["roots"]) or frozenset({facts["model"]["id"]})


def _another(facts: Json, subject: Subject, chosen: Sequence[Alternative]) -> bool:
    """True where a model neither comes out of the subject or of its roots, nor out of the roots of those chosen."""
    line, roots = set(facts["lineage"]["any"]), _roots(facts)
    taken = {root for one in chosen for root in one.roots}
    return not (line & ({subject.id} | subject.roots) or roots & taken)


def _judged(facts: Json, policies: Sequence[Policy], as_of: date) -> tuple[Verdict, tuple[str, ...]]:
    decisions = [judge(policy, facts, as_of=as_of) for policy in policies]
    rules = dict.fromkeys(rule for decision in decisions for rule in decision.weighing)
    return max(decision.verdict for decision in decisions), tuple(rules)


def _alternative(
    candidate: _Candidate, facts: Json, subject: Subject, policies: Sequence[Policy], verdict: Verdict,
    rules: tuple[str, ...],
) -> Alternative:  # fmt: skip
    declared = facts["license"]["declared"]
    names = " and ".join(policy.name for policy in policies)
    reasons = [
        f"{names} {'allows' if verdict is Verdict.ALLOW else 'asks for review of'} it",
        f"same {_SIGNS[subject.sign]}: {subject.value}",
        _size(candidate.parameters, subject.parameters),
        f"{candidate.downloads:,} downloads in 30 days",
        f"changed {(moment(candidate.modified) or 'at a time not known')[:19].partition('T')[0]}",
        f"licence {', '.join(declared)}" if declared else "no licence declared",
    ]
    if candidate.gated and candidate.gated != "no":
        reasons.append(f"gated ({candidate.gated})")
    return Alternative(
        candidate.id, verdict.name.lower(), tuple(sorted(_roots(facts))), candidate.parameters, candidate.downloads,
        moment(candidate.modified), tuple(reasons), rules,
    )  # fmt: skip


_SIGNS = {"pipeline": "task", "library": "library", "model_type": "type"}


def _size(parameters: int | None, wanted: int | None) -> str:
    if parameters is None:
        return "size not known"
    if not wanted:
        return f"{counted(parameters)} parameters, of the other it is not known"
    times = parameters / wanted
    return f"{counted(parameters)} parameters, " + (
        "about as many" if 0.9 < times < 1.1 else f"{times:.2g} times as many"
    )


def counted(number: int) -> str:
    """A number of parameters as it is spoken: 7.6B, 350M."""
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if number >= unit:
            return f"{number / unit:.1f}".removesuffix(".0") + letter
    return str(number)
