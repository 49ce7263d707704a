"""A crawl: a sweep through the list, then names one by one, as far as quota and budget go.

Everything that is known is in the file, in the transaction that brought it; so a crawl may be ended anywhere and gone
on with by anybody. Several may share a file: one turns the pages, the others help with the queue.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from scanner.catalogue import queue
from scanner.catalogue.budget import Budget, CrawledHub, Progress, Stop
from scanner.catalogue.detail import Details, Outcome
from scanner.catalogue.file import Catalogue, now
from scanner.catalogue.plan import Plan, decide
from scanner.catalogue.queue import Task
from scanner.catalogue.report import Report
from scanner.catalogue.schema import PRESENT
from scanner.catalogue.shelf import Shelf
from scanner.catalogue.sweep import Astray, Keeper, Step, Sweep, abandon, claim
from scanner.errors import HubError, HubUnreachable, StoreError
from scanner.hub.listing import ModelList, NoPage
from scanner.hub.pace import Pacer

Seed = Callable[[Any], object]

_FAILURES = 3
"""Names in a row that may fail before the hub is left alone."""
_BATCH = 8
_WORDS = {
    queue.ASKED: "names asked for",
    queue.BASE: "bases asked for",
    queue.VANISHED: "missing models asked for",
    queue.OWNER: "owners asked for",
    queue.SCAN: "file scans asked for",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What to crawl: ``plans`` one after another, none: what is due. ``seconds`` it may take at most.

    ``light`` None: an unfinished sweep is gone on with as it was begun. ``scans``: the hub's file scanners are asked.
    """

    plans: tuple[Plan, ...] = ()
    light: bool | None = None
    scans: bool = False
    seconds: float | None = None


class Crawl:
    """One run. ``tell`` gets a line for whoever started it; the others are those of ``Budget``."""

    def __init__(
        self,
        catalogue: Catalogue,
        hub: CrawledHub,
        pacer: Pacer,
        wish: Wish,
        *,
        tell: Callable[[str], None] = lambda line: None,
        watch: Callable[[Progress], None] = lambda progress: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._catalogue, self._hub, self._wish, self._tell = catalogue, hub, wish, tell
        self._budget = Budget(hub, pacer, wish.seconds, watch=watch, sleep=sleep, clock=clock)
        self._models, self._shelf = ModelList(hub), Shelf()
        self._failures = 0
        self._helping = False
        self.report = Report(started=now())

    def run(self) -> Report:
        """Crawl until there is nothing left, a budget is used up, or hub or database fail: the report says which."""
        report, thresholds = self.report, gc.get_threshold()
        # A page is a hundred thousand objects and no cycles: looking for some, again and again, is a fifth of the time.
        gc.set_threshold(100_000, *thresholds[1:])
        try:
            for plan in self._wish.plans or (self._due(),):
                going: Plan | None = plan
                while going is not None:
                    going = self._sweep(going)
            self._work_off()
        except Stop as stop:
            report.stopped, report.error = stop.reason, stop.error
        except (HubError, StoreError) as error:
            report.stopped, report.error = error.message, error
        finally:
            gc.set_threshold(*thresholds)
        with suppress(StoreError), self._catalogue.reading() as connection:
            report.waiting = queue.left(connection)
        report.requests, report.answers, report.ended = self._hub.requests, self._hub.answers, now()
        return report

    def _due(self) -> Plan:
        with self._catalogue.reading() as connection:
            return decide(connection, light=self._wish.light, at=now())

    # -- the list

    def _sweep(self, plan: Plan) -> Plan | None:
        """Go through the list of ``plan``, or on with it; what to begin anew with, None when it is over."""
        self._note(plan.why)
        with self._catalogue.writing() as connection:
            sweep = claim(connection, plan, now())
            total = _expected(connection) if plan.kind == "full" else None
            if plan.kind == "ids":
                self._take_names(connection, sweep)
                return None
        begun, keeper = sweep.page, Keeper(self._catalogue, self._shelf, self._models.address, self._finish)
        while sweep.next is not None:
            self.report.where = f"page {sweep.page + 1:,} of the list"
            self._budget.show("models listed", sweep.rows, total)
            try:
                page = self._budget.ask(partial(self._models.page, sweep.next))
                if not page.fields and not plan.plain and sweep.page == 0:
                    why = f"{self._models.address} does not show the fields that are asked for: taking what it shows"
                    return self._anew(sweep, plan.without_fields(why))
                step = keeper.keep(sweep, page, now())
            except (Astray, NoPage) as error:
                if not 0 < begun == sweep.page:
                    raise
                return self._anew(sweep, plan.because(f"the sweep leads nowhere ({error.message}): beginning anew"))
            if step is None:
                self._note("another crawler goes through this list: helping with the queue")
                self._helping = True
                return None
            self._count(step)
            sweep = step.sweep
        self._budget.show("models listed", sweep.rows, sweep.rows)
        self.report.where = ""
        return None

    def _anew(self, sweep: Sweep, plan: Plan) -> Plan:
        with self._catalogue.writing() as connection:
            abandon(connection, sweep)
        return plan

    def _take_names(self, connection: Any, sweep: Sweep) -> None:
        """Into the queue, once: whoever goes on finds them there."""
        if sweep.page == 0:
            queue.want(connection, self._shelf.numbers, sweep.plan.ids)
            connection.exec_driver_sql(
                "UPDATE sweeps SET page = 1, rows = ? WHERE num = ?", (len(sweep.plan.ids), sweep.num)
            )

    def _finish(self, connection: Any, sweep: Sweep) -> None:
        """A whole sweep is over: what it did not meet may be gone."""
        count = queue.want_vanished(connection, sweep.num, sweep.started, self._models.address)
        if count:
            self._note(f"the whole list was met; {count:,} models that were known are not in it and are asked for")

    def _count(self, step: Step) -> None:
        report = self.report
        report.pages += 1
        report.tally += step.tally
        report.unread += step.unread
        report.events.update(step.events)

    # -- the queue

    def _work_off(self) -> None:
        """Everything in the queue that is due; after a list in part, only what that brought up."""
        details = Details(self._catalogue, self._shelf, self._models, self.report.started, self._budget.ask)
        everything = not self._wish.plans
        self._stage(details, (queue.ASKED,), lambda connection: None)
        # While somebody goes through the list, most bases that nobody has seen are only not listed yet.
        bases: Seed = (lambda connection: None) if self._helping else queue.want_bases
        self._stage(details, (queue.BASE, queue.VANISHED) if everything else (queue.BASE,), bases)
        self._end_names()
        if everything:
            self._stage(details, (queue.OWNER,), lambda connection: queue.want_owners(connection, now()))
        if self._wish.scans:
            self._stage(details, (queue.SCAN,), lambda connection: queue.want_scans(connection, now()))

    def _stage(self, details: Details, kinds: tuple[str, ...], seed: Seed) -> None:
        done = 0
        while todo := self._lease(kinds, seed):
            try:
                while todo:
                    self.report.where = f"{todo[0].id} ({todo[0].why})"
                    self._budget.show(_WORDS[todo[0].why], done)
                    outcome = details.run(todo[0])
                    del todo[0]
                    done += 1
                    self._note_outcome(outcome)
            finally:
                self._give_back(todo)
        self.report.where = ""

    def _lease(self, kinds: tuple[str, ...], seed: Seed) -> list[Task]:
        with self._catalogue.writing() as connection:
            tasks = queue.lease(connection, now(), _BATCH, kinds)
            if not tasks:
                seed(connection)
                tasks = queue.lease(connection, now(), _BATCH, kinds)
        return tasks

    def _give_back(self, tasks: list[Task]) -> None:
        if tasks:
            # What cannot be given back now is free when the lease ends.
            with suppress(StoreError), self._catalogue.writing() as connection:
                queue.release(connection, tasks)

    def _note_outcome(self, outcome: Outcome) -> None:
        report = self.report
        report.asked[outcome.how] += 1
        report.tally += outcome.tally
        report.gone += outcome.how == "gone"
        report.events.update(outcome.events)
        self._failures = self._failures + 1 if outcome.failed else 0
        if self._failures >= _FAILURES:
            error = HubUnreachable(
                f"{self._models.address} failed {self._failures} times in a row ({outcome.how})",
                hint="try again later: nothing was taken for gone",
            )
            raise Stop(error.message, error)

    def _end_names(self) -> None:
        for plan in self._wish.plans:
            if plan.kind == "ids":
                with self._catalogue.writing() as connection:
                    connection.exec_driver_sql(
                        "UPDATE sweeps SET next = NULL, finished = ?"
                        " WHERE kind = 'ids' AND scope = ? AND finished IS NULL",
                        (now(), plan.scope),
                    )

    def _note(self, text: str) -> None:
        self.report.notes.append(text)
        self._tell(text)


def _expected(connection: Any) -> int | None:
    """How many models a whole list may hold, by the last one and what is held since; None: there was none yet."""
    last = connection.exec_driver_sql("SELECT rows FROM sweeps WHERE whole = 1 ORDER BY num DESC LIMIT 1").scalar()
    if last is None:
        return None
    held: int = connection.exec_driver_sql("SELECT count(*) FROM models WHERE state = ?", (PRESENT,)).scalar_one()
    return max(int(last), held)
