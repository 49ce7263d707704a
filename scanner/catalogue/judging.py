"""A policy applied to every model of a catalogue: each verdict is the one that ``check --hub catalogue`` gives.

What was judged before is not judged again: a run looks at the models that changed since, and at what comes out of
them; at all again where a policy reads counts or commits. Of models that the policies cannot tell apart one is judged,
and its answer is that of all. Verdicts are kept by the digest of the policy, the day and the digest of the tables.
"""

from __future__ import annotations

import gc
import multiprocessing
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

from scanner.catalogue.alike import Alike, Kind, names_read, reads_what_moves
from scanner.catalogue.cited import cited_names, link_cited
from scanner.catalogue.documents import Documents, Plain
from scanner.catalogue.file import Catalogue, now
from scanner.catalogue.halves import Half, Halves, Said
from scanner.catalogue.held import Held, Row, rows
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.identity import changed_by_citation
from scanner.catalogue.looks import Seen
from scanner.catalogue.recording import Answer, Answers, Record
from scanner.catalogue.schema import PRESENT
from scanner.catalogue.summary import summary_of
from scanner.curated import Curated
from scanner.errors import PolicyError
from scanner.family import Families
from scanner.origin import Registry
from scanner.policy import Policy, judge
from scanner.provenance import Tables

Progress = Callable[[int, int], None]
"""(models judged, models to judge)"""

_PIECE = 5_000
_FEW = 10_000
"""Up to so many models are not worth the start of other processes."""
_MOST_REMEMBERED = 500_000
_LEFT_OUT = frozenset(("at", "footnotes", "evidence", "tags"))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every model; it can be sent to another process."""

    path: str
    publishers: Path | None
    as_of: date
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """One of the parts of a run: the models of ``profiles``, None for all."""

    number: int
    profiles: frozenset[int] | None


_ALL = Share(0, None)


def judge_catalogue(
    catalogue: Catalogue,
    policies: Sequence[Policy],
    publishers: Path | None,
    as_of: date,
    *,
    processes: int = 2,
    progress: Progress | None = None,
) -> list[int]:
    """Judge every model that is present by every policy; returns the numbers of the judgements, in that order.

    Raises:
        PolicyError: a policy asks for what is left out of composed documents.
    """
    for policy in policies:
        _refuse_left_out(policy)
    known = tables_of(publishers)
    tables = known.digest
    with catalogue.writing() as connection:
        stamp = _stamped(connection)
        link_cited(connection, known.curated)
        moving = any(map(reads_what_moves, policies))
        begun = [_judgement(connection, policy, as_of, tables) for policy in policies]
        judgements = [number for number, _ in begun]
        numbers = _to_judge(connection, judgements, tables, every_one=moving)
    question = Question(str(catalogue.path), publishers, as_of, tuple(policies))
    count, done = len(numbers), 0
    record = Record(numbers[-1] if numbers else 0)
    shares = [_ALL] if count <= _FEW or processes == 1 else _shares(catalogue, processes)
    for answers in _answered(question, numbers, shares):
        record.add(answers)
        done += len(answers.models)
        if progress:
            progress(done, count)
    with catalogue.recording() as connection:
        record.write(connection, judgements)
        ask = connection.exec_driver_sql
        # Where another run ended meanwhile, either may have had the last word about a model: the older one counts.
        ended = [(since, stamp, stamp, now(), number) for number, since in begun]
        ask("UPDATE judgements SET stamp = iif(stamp = ?, ?, min(stamp, ?)), at = ? WHERE num = ?", ended)
        ask("INSERT OR REPLACE INTO meta (key, value) VALUES ('summaries', ?)", (tables,))
        ask(f"DELETE FROM verdicts WHERE model IN (SELECT num FROM models WHERE state <> {PRESENT})")
    return judgements


def tables_of(publishers: Path | None) -> Tables:
    """The shipped knowledge, with a company's own publisher facts laid over it."""
    registry = Registry.shipped(publishers)
    return Tables(registry, Families.shipped(registry.same_organisation), Curated.shipped())


def _refuse_left_out(policy: Policy) -> None:
    for name in names_read(policy):
        if not _LEFT_OUT.isdisjoint(name.split(".")):
            raise PolicyError(
                f"{policy.name} asks for {name}, which the catalogue does not hold",
                hint="judge the models one by one: modelorigin check --hub catalogue MODEL",
            )


# -- which models


def _stamped(connection: Any) -> int:
    """Number this run, and give its number to all that changed since the last one."""
    ask = connection.exec_driver_sql
    stamp = int(ask("SELECT value FROM meta WHERE key = 'stamp'").scalar() or 0) + 1
    ask("INSERT OR REPLACE INTO meta (key, value) VALUES ('stamp', ?)", (str(stamp),))
    changed_by_citation(connection)
    ask("UPDATE models SET stamp = ? WHERE stamp IS NULL", (stamp,))
    return stamp


def _judgement(connection: Any, policy: Policy, as_of: date, tables: str) -> tuple[int, int]:
    """The number of a judgement, and the run that it was last complete with."""
    key = (policy.digest, as_of.isoformat(), tables)
    ask = connection.exec_driver_sql
    ask(
        "INSERT OR IGNORE INTO judgements (policy, digest, as_of, tables, at, stamp) VALUES (?, ?, ?, ?, ?, 0)",
        (policy.name, *key, now()),
    )
    found = ask("SELECT num, stamp FROM judgements WHERE digest = ? AND as_of = ? AND tables = ?", key).one()
    return found.num, found.stamp


def _to_judge(connection: Any, judgements: Sequence[int], tables: str, *, every_one: bool) -> array[int]:
    """The numbers of the models to judge: those that changed since any of the judgements, and what comes of them."""
    ask = connection.exec_driver_sql
    since: int = ask(f"SELECT min(stamp) FROM judgements WHERE num IN ({', '.join(map(str, judgements))})").scalar_one()
    if every_one or ask("SELECT value FROM meta WHERE key = 'summaries'").scalar() != tables:
        since = 0
    if since == 0:
        found = ask("SELECT num FROM models WHERE state = ? ORDER BY num", (PRESENT,))
    else:
        found = ask(f"SELECT num FROM models WHERE num IN ({_DOWN}) AND state = ? ORDER BY num", (since, PRESENT))
    return array("q", (num for (num,) in found))


_DOWN = (
    "WITH RECURSIVE down(num) AS (SELECT num FROM models WHERE stamp > ? UNION"
    " SELECT e.child FROM down JOIN names n ON n.holder = down.num JOIN edges e ON e.parent = n.num"
    " UNION SELECT c.child FROM down JOIN names n ON n.holder = down.num JOIN temp.cited c ON c.parent = n.num)"
    " SELECT num FROM down"
)
"""The numbers of models that changed since a run, and of all that comes out of them, as they or ``temp.cited`` say."""


# -- answering


def _shares(catalogue: Catalogue, processes: int) -> list[Share]:
    """The profiles in as many parts, with about as many models in each.

    What one process concludes of a profile is of no use to another.
    """
    counted = f"SELECT profile, count(*) FROM models WHERE state = {PRESENT} GROUP BY profile ORDER BY 2 DESC, 1"
    shares: list[list[int]] = [[] for _ in range(processes)]
    models = [0] * processes
    with catalogue.reading() as connection:
        for profile, count in connection.exec_driver_sql(counted):
            least = models.index(min(models))
            shares[least].append(profile)
            models[least] += count
    return [Share(number, frozenset(share)) for number, share in enumerate(shares)]


def _answered(question: Question, numbers: array[int], shares: Sequence[Share]) -> Iterator[Answers]:
    pieces = [numbers[start : start + _PIECE] for start in range(0, len(numbers), _PIECE)]
    if len(shares) == 1:
        with _Judge(question, shares[0]) as judge:
            yield from map(judge.answers, pieces)
        return
    # A forked child would share the parent's database connections.
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pools = [stack.enter_context(_pool(spawn, question, share)) for share in shares]
        asked = [pool.submit(_answer, piece) for piece in pieces for pool in pools]
        try:
            for future in asked:
                yield future.result()
        finally:
            for future in asked:
                future.cancel()


def _pool(spawn: SpawnContext, question: Question, share: Share) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, spawn, initializer=_appoint, initargs=(question, share))


_APPOINTED: list[_Judge] = []


def _appoint(question: Question, share: Share) -> None:
    """Opens the catalogue once for all pieces that this process is given."""
    gc.disable()
    _APPOINTED[:] = [_Judge(question, share)]
    gc.freeze()


def _answer(piece: array[int]) -> Answers:
    answers = _APPOINTED[0].answers(piece)
    # What is remembered stays: looking through it for circles again and again would cost a fifth of the time.
    gc.collect()
    gc.freeze()
    return answers


class _Judge:
    """Answers a question piece by piece. What it holds of the catalogue is as of when it was made.

    What a crawl changes meanwhile is judged with that, and again by the next run.
    """

    def __init__(self, question: Question, share: Share) -> None:
        self._question, self._catalogue, self._share = question, Catalogue(question.path), share
        tables = tables_of(question.publishers)
        hub = CatalogueHub(self._catalogue)
        with self._catalogue.reading() as connection:
            self._held = Held(connection, hub.description, hub.as_of, cited_names(tables.curated))
        self._halves = Halves(question.policies, question.as_of)
        alike, alone, lineage = (
            Alike(filter(None, policies), question.as_of)
            for policies in (question.policies, self._halves.alone, self._halves.lineage)
        )
        self._documents = Documents(
            self._held, tables, question.as_of, alike, halves=(alone, lineage), terms=alike.asks_of_terms
        )
        self._alone: dict[Kind, Half] = {}
        self._below: dict[Kind, Half] = {}
        self._said: dict[tuple[Kind, Kind], Said] = {}
        self._plain: dict[Plain, tuple[int, int]] = {}
        self._numbers: dict[Answer, int] = {}
        self._fresh: list[Answer] = []

    def answers(self, numbers: array[int]) -> Answers:
        models, which, summaries = array("q"), array("l"), array("l")
        wanted = frozenset(numbers) if numbers[-1] - numbers[0] >= len(numbers) else range(numbers[0], numbers[-1] + 1)
        with self._catalogue.reading() as connection:
            self._held.learn(connection)
            for row in rows(connection, numbers[0], numbers[-1], self._share.profiles):
                if row.num in wanted:
                    models.append(row.num)
                    summaries.append(row.summary or 0)
                    which.append(self._answer(row))
        fresh, self._fresh = self._fresh, []
        return Answers(self._share.number, models, which, summaries, fresh)

    def _answer(self, row: Row) -> int:
        """The number of the answer to a model."""
        key = self._documents.plain(row)
        if key is not None and (known := self._plain.get(key)) and known[0] <= (row.created or known[0]):
            return known[1]
        seen = self._documents.seen(row)
        kinds = self._documents.kind(seen)
        if kinds is None:
            facts = self._documents.document(seen)
            return self._numbered(Answer(summary_of(facts), *self._judged(facts)))
        number = self._numbered(Answer(self._documents.summary(seen), *self._of_kinds(seen, *kinds)))
        if key is not None and len(self._plain) < _MOST_REMEMBERED:
            self._plain[key] = seen.youngest, number
        return number

    def _numbered(self, answer: Answer) -> int:
        number = self._numbers.get(answer)
        if number is None:
            number = self._numbers[answer] = len(self._numbers)
            self._fresh.append(answer)
        return number

    def _of_kinds(self, seen: Seen, alone: Kind, below: Kind) -> Said:
        said = self._said.get((alone, below))
        if said is None:
            said = self._halves.together(*self._of_halves(seen, alone, below))
            if len(self._said) < _MOST_REMEMBERED:
                self._said[alone, below] = said
        return said

    def _of_halves(self, seen: Seen, alone: Kind, below: Kind) -> tuple[Half, Half]:
        one, other = self._alone.get(alone), self._below.get(below)
        if one is None or other is None:
            facts = self._documents.document(seen)
            one, other = (
                half or self._halves.judged(policies, facts)
                for half, policies in ((one, self._halves.alone), (other, self._halves.lineage))
            )
            self._alone[alone], self._below[below] = one, other
        return one, other

    def _judged(self, facts: Mapping[str, Any]) -> Said:
        decisions = [judge(policy, facts, as_of=self._question.as_of) for policy in self._question.policies]
        return (
            tuple(int(decision.verdict) for decision in decisions),
            tuple(" ".join(decision.weighing) for decision in decisions),
        )

    def __enter__(self) -> _Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self._catalogue.close()
