"""What a run concluded of a whole catalogue, put into the file at its end: all of it or nothing.

Verdicts go in by the numbers of their models. Put in as they come they would take half as much room again, and an index
over summaries that follows each of a million changes takes longer than one that is made anew.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scanner.catalogue.file import without_indexes
from scanner.catalogue.summary import Summary

_BATCH = 50_000
_UNSAID = -1


class Answer(NamedTuple):
    """What is concluded of a model: its summary, and for each policy the verdict and the rules that weigh."""

    summary: Summary
    verdicts: tuple[int, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a ``share`` of a run says of one piece: numbers of models, which answer is that of each, and the number of
    the summary that the file has of it, 0 for none.

    Answers are counted over all pieces of a share; ``fresh`` are those that no piece before had.
    """

    share: int
    models: array[int]
    which: array[int]
    summaries: array[int]
    fresh: list[Answer]


class Record:
    """Gathers answers about models with numbers up to ``last``."""

    def __init__(self, last: int) -> None:
        self._said, self._before = array("l", [_UNSAID]) * (last + 1), array("l", [0]) * (last + 1)
        self._numbers: dict[Answer, int] = {}
        self._of_share: dict[int, list[int]] = {}

    def add(self, answers: Answers) -> None:
        """The pieces of a share come in their order."""
        numbers, said, before = self._numbers, self._said, self._before
        own = self._of_share.setdefault(answers.share, [])
        own.extend(numbers.setdefault(answer, len(numbers)) for answer in answers.fresh)
        for model, which, summary in zip(answers.models, answers.which, answers.summaries, strict=True):
            said[model], before[model] = own[which], summary

    def write(self, connection: Any, judgements: Sequence[int]) -> None:
        """``judgements`` are the numbers of those that the verdicts of an answer belong to, in their order."""
        ask, different = connection.exec_driver_sql, list(self._numbers)
        self._summarise(connection, _numbered(ask, "summaries", Summary._fields, [one.summary for one in different]))
        for place, judgement in enumerate(judgements):
            rules = _numbered(ask, "rulesets", ("rules",), [(one.rules[place],) for one in different])
            said = [(one.verdicts[place], number) for one, number in zip(different, rules, strict=True)]
            put = f"INSERT OR REPLACE INTO verdicts (judgement, model, verdict, rules) VALUES ({judgement}, ?, ?, ?)"
            for models in self._batches():
                ask(put, [(model, *said[self._said[model]]) for model in models])

    def _summarise(self, connection: Any, summaries: Sequence[int]) -> None:
        said, before = self._said, self._before
        changed = [model for models in self._batches() for model in models if summaries[said[model]] != before[model]]
        # Most of an index that changes is made anew faster than it is changed.
        moved = ("models_by_summary",) if len(changed) > len(said) // 4 else ()
        with without_indexes(connection, moved):
            for start in range(0, len(changed), _BATCH):
                fresh = [(summaries[said[model]], model) for model in changed[start : start + _BATCH]]
                connection.exec_driver_sql("UPDATE models SET summary = ? WHERE num = ?", fresh)

    def _batches(self) -> Iterator[list[int]]:
        """The numbers of the models that something is said of."""
        for start in range(0, len(self._said), _BATCH):
            said = self._said[start : start + _BATCH]
            if models := [start + place for place, number in enumerate(said) if number != _UNSAID]:
                yield models


def _numbered(ask: Any, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """The numbers that the file gives to rows of a table that recur; each row that it has not is added."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    known: dict[tuple[Any, ...], int] = {}

    def learn() -> None:
        known.update((tuple(row), number) for number, *row in ask(f"SELECT num, {names} FROM {table}"))

    learn()
    if missing := [row for row in dict.fromkeys(map(tuple, rows)) if row not in known]:
        ask(f"INSERT INTO {table} ({names}) VALUES ({marks})", missing)
        learn()
    return [known[row] for row in rows]
