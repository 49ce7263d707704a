"""A policy applied to every model of a catalogue: each verdict is the one that ``check --hub catalogue`` gives.

What was judged before is not judged again: a run looks at the models that changed since, and at what comes out of
them. Verdicts are kept by the digest of the policy, the day and the digest of the tables.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scanner.catalogue.documents import Documents
from scanner.catalogue.file import Catalogue, now
from scanner.catalogue.held import Held, rows
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.schema import PRESENT
from scanner.catalogue.summary import Summary, summary_of
from scanner.curated import Curated
from scanner.errors import PolicyError
from scanner.family import Families
from scanner.origin import Registry
from scanner.policy import Policy, judge
from scanner.policy.conditions import fields_of
from scanner.provenance import Tables

Progress = Callable[[int, int], None]
"""(models judged, models to judge)"""

_PIECE = 5_000
_FEW = 10_000
"""Up to so many models are not worth the start of other processes."""
_LEFT_OUT = frozenset(("at", "footnotes", "evidence", "tags"))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every model; it can be sent to another process."""

    path: str
    publishers: Path | None
    as_of: date
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one piece: numbers of models, their summaries, and for each policy their verdicts and the rules that weigh."""

    models: list[int]
    summaries: list[Summary]
    verdicts: list[list[int]]
    rules: list[list[str]]


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
    tables = tables_of(publishers).digest
    with catalogue.writing() as connection:
        stamp = _stamped(connection)
        judgements = [_judgement(connection, policy, as_of, tables) for policy in policies]
        pieces = _pieces(connection, judgements, tables)
    question = Question(str(catalogue.path), publishers, as_of, tuple(policies))
    count = sum(len(piece) for piece in pieces)
    done = 0
    for answers in _answered(question, pieces, 1 if count <= _FEW else processes):
        with catalogue.writing() as connection:
            _record(connection, judgements, answers)
        done += len(answers.models)
        if progress:
            progress(done, count)
    with catalogue.writing() as connection:
        ask = connection.exec_driver_sql
        ask("UPDATE judgements SET stamp = ?, at = ? WHERE num = ?", [(stamp, now(), number) for number in judgements])
        ask("INSERT OR REPLACE INTO meta (key, value) VALUES ('summaries', ?)", (tables,))
        ask(f"DELETE FROM verdicts WHERE model IN (SELECT num FROM models WHERE state <> {PRESENT})")
    return judgements


def tables_of(publishers: Path | None) -> Tables:
    """The shipped knowledge, with a company's own publisher facts laid over it."""
    registry = Registry.shipped(publishers)
    return Tables(registry, Families.shipped(registry.same_organisation), Curated.shipped())


def _refuse_left_out(policy: Policy) -> None:
    for rule in policy.rules:
        for condition in (rule.where, rule.when):
            for field in fields_of(condition) if condition else ():
                over = rule.over.names if rule.over and field.of_item else ()
                name = ".".join((*over[:1], field.name))
                if not _LEFT_OUT.isdisjoint(name.split(".")):
                    raise PolicyError(
                        f"{policy.name}: rule {rule.id} asks for {name}, which the catalogue does not hold",
                        hint="judge the models one by one: modelorigin check --hub catalogue MODEL",
                    )


# -- which models


def _stamped(connection: Any) -> int:
    """Number this run, and give its number to all that changed since the last one."""
    ask = connection.exec_driver_sql
    stamp = int(ask("SELECT value FROM meta WHERE key = 'stamp'").scalar() or 0) + 1
    ask("INSERT OR REPLACE INTO meta (key, value) VALUES ('stamp', ?)", (str(stamp),))
    ask("UPDATE models SET stamp = ? WHERE stamp IS NULL", (stamp,))
    return stamp


def _judgement(connection: Any, policy: Policy, as_of: date, tables: str) -> int:
    key = (policy.digest, as_of.isoformat(), tables)
    ask = connection.exec_driver_sql
    ask(
        "INSERT OR IGNORE INTO judgements (policy, digest, as_of, tables, at, stamp) VALUES (?, ?, ?, ?, ?, 0)",
        (policy.name, *key, now()),
    )
    number: int = ask("SELECT num FROM judgements WHERE digest = ? AND as_of = ? AND tables = ?", key).scalar_one()
    return number


def _pieces(connection: Any, judgements: Sequence[int], tables: str) -> list[list[int]]:
    """The numbers of the models to judge: those that changed since any of the judgements, and what comes of them."""
    ask = connection.exec_driver_sql
    since: int = ask(f"SELECT min(stamp) FROM judgements WHERE num IN ({', '.join(map(str, judgements))})").scalar_one()
    if ask("SELECT value FROM meta WHERE key = 'summaries'").scalar() != tables:
        since = 0
    if since == 0:
        found = ask("SELECT num FROM models WHERE state = ? ORDER BY num", (PRESENT,))
    else:
        found = ask(
            "WITH RECURSIVE down(num) AS (SELECT num FROM models WHERE stamp > ? UNION"
            " SELECT e.child FROM down JOIN names n ON n.holder = down.num JOIN edges e ON e.parent = n.num)"
            " SELECT down.num FROM down JOIN models m ON m.num = down.num WHERE m.state = ? ORDER BY 1",
            (since, PRESENT),
        )
    numbers = [num for (num,) in found]
    return [numbers[start : start + _PIECE] for start in range(0, len(numbers), _PIECE)]


# -- answering


def _answered(question: Question, pieces: Sequence[list[int]], processes: int) -> Iterator[Answers]:
    if processes == 1:
        with _Judge(question) as judge:
            yield from map(judge.answers, pieces)
        return
    # A forked child would share the parent's database connections.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, initializer=_appoint, initargs=(question,)) as pool:
        yield from pool.map(_answer, pieces)


_APPOINTED: list[_Judge] = []


def _appoint(question: Question) -> None:
    """Opens the catalogue once for all pieces that this process is given."""
    _APPOINTED[:] = [_Judge(question)]


def _answer(piece: list[int]) -> Answers:
    return _APPOINTED[0].answers(piece)


class _Judge:
    """Answers a question piece by piece. What it holds of the catalogue is as of when it was made."""

    def __init__(self, question: Question) -> None:
        self._question, self._catalogue = question, Catalogue(question.path)
        tables = tables_of(question.publishers)
        hub = CatalogueHub(self._catalogue)
        cited = frozenset(id.casefold() for id in tables.curated.ids())
        with self._catalogue.reading() as connection:
            held = Held(connection, hub.description, hub.as_of, cited)
        self._documents = Documents(held, tables, question.as_of)

    def answers(self, piece: list[int]) -> Answers:
        policies, as_of = self._question.policies, self._question.as_of
        answers = Answers([], [], [[] for _ in policies], [[] for _ in policies])
        wanted = frozenset(piece)
        with self._catalogue.reading() as connection:
            for row in rows(connection, piece[0], piece[-1]):
                if row.num not in wanted:
                    continue
                facts = self._documents.document(row)
                answers.models.append(row.num)
                answers.summaries.append(summary_of(facts))
                for n, policy in enumerate(policies):
                    decision = judge(policy, facts, as_of=as_of)
                    answers.verdicts[n].append(int(decision.verdict))
                    answers.rules[n].append(" ".join(decision.weighing))
        return answers

    def __enter__(self) -> _Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self._catalogue.close()


# -- recording


def _record(connection: Any, judgements: Sequence[int], answers: Answers) -> None:
    ask = connection.exec_driver_sql
    summaries = _numbered(connection, "summaries", Summary._fields, set(answers.summaries))
    ask(
        "UPDATE models SET summary = ? WHERE num = ?",
        [(summaries[summary], num) for summary, num in zip(answers.summaries, answers.models, strict=True)],
    )
    rulesets = _numbered(connection, "rulesets", ("rules",), {(text,) for texts in answers.rules for text in texts})
    for judgement, verdicts, rules in zip(judgements, answers.verdicts, answers.rules, strict=True):
        ask(
            "INSERT OR REPLACE INTO verdicts (judgement, model, verdict, rules) VALUES (?, ?, ?, ?)",
            [
                (judgement, num, verdict, rulesets[(text,)])
                for num, verdict, text in zip(answers.models, verdicts, rules, strict=True)
            ],
        )


def _numbered(connection: Any, table: str, columns: Sequence[str], wanted: set[Any]) -> dict[tuple[Any, ...], int]:
    """The number of each row of texts, given now where it has none."""
    ask = connection.exec_driver_sql
    found: dict[tuple[Any, ...], int] = {}
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    ask(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", [tuple(row) for row in wanted])
    same = " AND ".join(f"{column} = ?" for column in columns)
    for row in wanted:
        found[tuple(row)] = ask(f"SELECT num FROM {table} WHERE {same}", tuple(row)).scalar_one()
    return found
