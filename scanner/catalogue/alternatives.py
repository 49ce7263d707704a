"""What could be used instead of a model: does the same, is about as large, is alive, and is allowed by the policy.

Candidates are taken most downloaded first and judged one by one on their facts, as ``check --hub catalogue`` does,
until there are enough. Sizes are compared within a factor that is widened step by step. Left out are what comes out
of the model, what shares a root with it, and a second model of the same root or under another name: it would be no
other choice. What its name says is to embed, rank, reward or guard is replaced by nothing else, and replaces nothing.

Where the task is not known the class of the model tells it: what stands behind its maker's name, as in
``MistralForCausalLM``. Where the size is not known, its name may say it. Models of which no downloads are known come
last, those first that most others come out of. Every such stopgap is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain, islice
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
_READ = 20_000
"""Models looked at for them."""
_SIZE = re.compile(r"(?<![a-z0-9.])(?:(\d{1,3})x)?(\d{1,4}(?:\.\d{1,3})?)([bm])(?![a-z0-9])", re.I)
_TUNED = re.compile(r"(?<![a-z])(?:instruct|chat|it)(?![a-z])", re.I)
_SERVES = re.compile(r"(?<![a-z])(?:embed|rerank|reward|guard)", re.I)
"""Tasks of their own, which the class of a model does not tell."""
_FIELD = re.compile(r"(?<![a-z])(?:code|math)", re.I)
_UNITS = {"b": 10**9, "m": 10**6}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """The model that is to be replaced. ``signs``: what a candidate has to share, by name; the first that is known of
    both counts. ``parameters`` as counted, or as its name says.
    """

    num: int
    id: str
    signs: tuple[tuple[str, str], ...]
    parameters: int | None
    roots: frozenset[str]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A model that could take the place; ``reasons`` say why, ``review`` names the rules that want it looked at."""

    id: str
    verdict: str
    roots: tuple[str, ...]
    parameters: int | None
    downloads: int | None
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
) -> list[Alternative] | None:
    """``alternatives``; None where the catalogue does not hold the model, or not what it does."""
    try:
        return alternatives(catalogue, model_id, policies, tables, as_of, limit)[1]
    except (HubError, NothingKnown):
        return None


class NothingKnown(ScannerError):
    """Neither task, nor class, nor library, nor type of a model is known: nothing can be compared to it."""


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
        parameters, *values = connection.exec_driver_sql(
            f"SELECT m.parameters, {', '.join(_SIGNS.values())} FROM models m"
            " JOIN profiles p ON p.num = m.profile WHERE m.num = ?",
            (num,),
        ).one()
    known = {sign: value for sign, value in zip(_SIGNS, values, strict=True) if value}
    # A library or a type holds models for every task: they count where nothing else is known.
    best = [sign for sign in ("task", "class") if sign in known] or [sign for sign in _SIGNS if sign in known][:1]
    if not best:
        raise NothingKnown(
            f"what {found.id} does is not known: the catalogue holds no task, class, library or type of it",
            hint="modelorigin crawl asks for what is missing; modelorigin catalogue search finds models by words",
        )
    facts = tracer.facts(found.id)
    roots = _roots(facts) if facts else frozenset({found.id})
    return Subject(
        num, found.id, tuple((sign, known[sign]) for sign in best), parameters or named_size(found.id), roots
    )


_CLASS = "json_extract(p.body, '$.architectures[0]')"
_SIGNS = {
    "task": "p.pipeline",
    "class": f"iif(instr({_CLASS}, 'For') > 1, substr({_CLASS}, instr({_CLASS}, 'For')), NULL)",
    "library": "p.library",
    "type": "p.model_type",
}
"""What two models may share, and where it stands, the most telling first."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """``sign``: what it shares. ``children``: how many models of the catalogue name it as their parent."""

    id: str
    parameters: int | None
    downloads: int | None
    modified: int | None
    gated: str | None
    sign: str
    children: int

    @property
    def size(self) -> int | None:
        return self.parameters or named_size(self.id)


def _candidates(connection: Any, subject: Subject, factor: float | None, as_of: date) -> list[_Candidate]:
    """Models that do the same and are alive, as far as is known: tuned as the subject is, most downloaded first."""
    since = int(datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC).timestamp()) - ALIVE * 86_400
    cases = [
        f"WHEN {_SIGNS[sign]} IS NOT NULL THEN iif({_SIGNS[sign]} = ?, '{sign}', NULL)" for sign, _ in subject.signs
    ]
    shared, values = f"CASE {' '.join(cases)} END", [value for _, value in subject.signs]
    # What is in no range of sizes is left to Python: a size may stand in the name alone.
    bounds = (0, 1 << 62) if factor is None else _range(subject, factor)
    asked = (
        f"SELECT n.id, m.parameters, m.downloads, m.modified, p.gated, {shared} AS sign, %s FROM models m %s"
        " JOIN profiles p ON p.num = m.profile JOIN names n ON n.num = m.name"
        f" WHERE m.state = {PRESENT} AND m.num <> ? AND (m.parameters IS NULL OR m.parameters BETWEEN ? AND ?)"
        " AND sign IS NOT NULL AND %s LIMIT ?"
    )
    given = (*values, subject.num, *bounds)
    alive = "m.downloads > 0 AND (m.modified >= ? OR m.downloads >= ?) ORDER BY m.downloads DESC"
    counted = connection.exec_driver_sql(
        asked % ("0", "INDEXED BY models_by_downloads", alive), (*given, since, IN_USE, _READ)
    )
    children = "(SELECT count(*) FROM edges e WHERE e.parent = m.name) AS children"
    unknown = "m.downloads IS NULL AND coalesce(m.modified >= ?, 1) ORDER BY children DESC, n.id"
    uncounted = connection.exec_driver_sql(asked % (children, "", unknown), (*given, since, _READ))
    found = (_Candidate(*row) for row in chain(counted, uncounted))
    others = (
        one
        for one in found
        if not _namesakes(one.id, subject.id) and _says(_SERVES, one.id) == _says(_SERVES, subject.id)
    )
    sized = (one for one in others if factor is None or (one.size and bounds[0] <= one.size <= bounds[1]))

    def unlike(one: _Candidate) -> int:
        return sum(bool(_says(how, one.id)) is not bool(_says(how, subject.id)) for how in (_TUNED, _FIELD))

    return sorted(islice(sized, _JUDGED), key=unlike)


def _says(what: re.Pattern[str], id: str) -> set[str]:
    """What of it the name of a model says."""
    return {found.casefold() for found in what.findall(id.rpartition("/")[2])}


def _namesakes(one: str, other: str) -> bool:
    """True for names of one publisher of which one ends as the other: mostly one model, renamed."""
    names = [id.casefold().rpartition("/") for id in (one, other)]
    (space, _, name), (other_space, _, other_name) = names
    return space == other_space and (name.endswith(other_name) or other_name.endswith(name))


def _range(subject: Subject, factor: float) -> tuple[int, int]:
    size = subject.parameters or 0
    return int(size / factor), int(size * factor)


def named_size(id: str) -> int | None:
    """The parameters that the name of a model says it has: 7B, 350m, 8x7B."""
    found = _SIZE.search(id.rpartition("/")[2])
    if found is None:
        return None
    times, number, unit = found.groups()
    return int(int(times or 1) * float(number) * _UNITS[unit.lower()]) or None


def _roots(facts: Json) -> frozenset[str]:
    return frozenset(facts["lineage"]["roots"]) or frozenset({facts["model"]["id"]})


def _another(facts: Json, subject: Subject, chosen: Sequence[Alternative]) -> bool:
    """True where a model neither comes out of the subject or of its roots, nor out of the roots of those chosen, and
    is none of these under another name."""
    line, roots = set(facts["lineage"]["any"]), _roots(facts)
    taken = {root for one in chosen for root in one.roots}
    if line & ({subject.id} | subject.roots) or roots & taken:
        return False
    return not any(_namesakes(facts["model"]["id"], one.id) for one in chosen)


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
        f"same {candidate.sign}: {dict(subject.signs)[candidate.sign]}",
        _size(candidate, subject.parameters),
        _popularity(candidate),
        f"changed {(moment(candidate.modified) or 'at a time not known')[:19].partition('T')[0]}",
        f"licence {', '.join(declared)}" if declared else _NO_LICENSE[facts["license"]["status"] == "none"],
    ]
    if candidate.gated and candidate.gated != "no":
        reasons.append(f"gated ({candidate.gated})")
    return Alternative(
        candidate.id, verdict.name.lower(), tuple(sorted(_roots(facts))), candidate.size, candidate.downloads,
        moment(candidate.modified), tuple(reasons), rules,
    )  # fmt: skip


_NO_LICENSE = {True: "no licence declared", False: "licence not known"}


def _popularity(candidate: _Candidate) -> str:
    if candidate.downloads is not None:
        return f"{candidate.downloads:,} downloads in 30 days"
    come = "1 model here comes" if candidate.children == 1 else f"{candidate.children:,} models here come"
    return f"downloads not known, {come} out of it"


def _size(candidate: _Candidate, wanted: int | None) -> str:
    if candidate.size is None:
        return "size not known"
    said = f"{counted(candidate.size)} parameters" + ("" if candidate.parameters else " by its name")
    if not wanted:
        return f"{said}, of the other it is not known"
    times = candidate.size / wanted
    return f"{said}, " + ("about as many" if 0.9 < times < 1.1 else f"{times:.2g} times as many")


def counted(number: int) -> str:
    """A number of parameters as it is spoken: 7.6B, 350M."""
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if number >= unit:
            return f"{number / unit:.1f}".removesuffix(".0") + letter
    return str(number)
