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
from scanner.catalogue.search import index
from scanner.catalogue.shelf import Shelf
from scanner.catalogue.sweep import Astray, Keeper, Step, Sweep, abandon, claim, going
from scanner.errors import HubError, StoreError
from scanner.hub.listing import ModelList, NoPage
from scanner.hub.pace import Pacer

Seed = Callable[[Any], object]
"""Puts what there is to do into the queue."""

_FAILURES = 3
"""Names in a row that may fail before the hub is left alone."""
_SHORT = "nothing was taken for gone: it is listed anew next time; is it another hub, or a proxy that hides the pages?"
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
        self._elsewhere: Sweep | None = None
        """a list that another crawler goes through"""
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
            self._look_back()
        except Stop as stop:
            report.stopped, report.error = stop.reason, stop.error
        except (HubError, StoreError) as error:
            report.stopped, report.error = error.message, error
        finally:
            gc.set_threshold(*thresholds)
        with suppress(StoreError):
            # Whoever searches next need not wait for it.
            index(self._catalogue)
            with self._catalogue.reading() as connection:
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
                self._elsewhere = sweep
                return None
            self._count(step)
            sweep = step.sweep
            if step.short:
                raise Astray(f"the list ended after {sweep.rows:,} models, and more were known than that", hint=_SHORT)
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

    def _finish(self, connection: Any, sweep: Sweep) -> bool:
        """A list was met to its end: what is not in it may be gone. False when it cannot have been the whole list."""
        count = queue.want_vanished(connection, sweep.num, sweep.started, now(), self._models.address)
        if count > sweep.rows:
            queue.drop(connection, queue.VANISHED)
            return False
        if count:
            self._note(f"the whole list was met; {count:,} models that were known are not in it and are asked for")
        return True

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
        bases: Seed = (lambda connection: None) if self._elsewhere else queue.want_bases
        self._stage(details, (queue.BASE, queue.VANISHED) if everything else (queue.BASE,), bases)
        self._end_names()
        if everything:
            self._stage(details, (queue.OWNER,), lambda connection: queue.want_owners(connection, now()))
        if self._wish.scans:
            self._stage(details, (queue.SCAN,), lambda connection: queue.want_scans(connection, now()))

    def _stage(self, details: Details, kinds: tuple[str, ...], seed: Seed) -> None:
        done = total = 0
        while (task := self._next(kinds, seed)) is not None:
            if done == total:
                with self._catalogue.reading() as connection:
                    total += queue.due(connection, now(), kinds)[0]
            self.report.where = f"{task.id} ({task.why})"
            self._budget.show(_WORDS[task.why], done, total)
            self._note_outcome(self._run(details, task))
            done += 1
        self.report.where = ""

    def _next(self, kinds: tuple[str, ...], seed: Seed) -> Task | None:
        """A task of one of these kinds; None when there is none left. Those of a crawler that went away are awaited."""
        for _ in range(queue.LEASE + 1):
            with self._catalogue.writing() as connection:
                task = queue.lease(connection, now(), kinds)
                if task is None:
                    seed(connection)
                    task = queue.lease(connection, now(), kinds)
                busy = queue.due(connection, now(), kinds)[1]
            if task is not None or not busy:
                return task
            self._budget.rest(1.0)
        raise Stop(f"the names that are left ({busy:,}) are with other crawlers")

    def _run(self, details: Details, task: Task) -> Outcome:
        done = False
        try:
            outcome = details.run(task)
            done = True
            return outcome
        finally:
            if not done:
                # What cannot be given back now is free when the lease ends.
                with suppress(StoreError), self._catalogue.writing() as connection:
                    queue.release(connection, task)

    def _look_back(self) -> None:
        """There is nothing left to help with; whether the list is through is for whoever goes through it."""
        if self._elsewhere is not None:
            with self._catalogue.reading() as connection:
                if going(connection, self._elsewhere):
                    raise Stop("another crawler is still going through the list")

    def _note_outcome(self, outcome: Outcome) -> None:
        report = self.report
        report.asked[outcome.how] += 1
        report.tally += outcome.tally
        report.gone += outcome.how == "gone"
        report.events.update(outcome.events)
        self._failures = 0 if outcome.error is None else self._failures + 1
        if outcome.error is not None and self._failures >= _FAILURES:
            raise Stop(f"{self._failures} names in a row could not be asked for", outcome.error)

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
