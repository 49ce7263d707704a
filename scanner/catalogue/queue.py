"""Names to be asked for one by one, most wanted first. Several crawlers share the work by leases.

asked       somebody named them (--ids-file)
base        a model names them as its parent and nobody has seen them: without them a lineage ends in the dark
vanished    present before, not met by a whole sweep: gone, renamed, or only skipped
owner       the account behind a namespace that is built on or much downloaded from, once a week
scan        what the hub's file scanners say of a commit, where it was asked for
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.numbers import Numbers, marks
from scanner.catalogue.schema import PRESENT
from scanner.model import RepoId

DAY = 86_400
WEEK = 7 * DAY
LEASE = 120
"""Seconds after which the work of a crawler that went away is anybody's. Done twice, it does no harm."""
MOST = 5_000
"""Names of one kind that are put in the queue at a time."""
_MANY = 1_000
"""Downloads in a month that make a namespace worth a question a week, when nobody builds on its models."""
_SHORTEST, _LONGEST = 3_600, 30 * DAY

ASKED, BASE, VANISHED, OWNER, SCAN = "asked", "base", "vanished", "owner", "scan"
_RANK = {ASKED: 4, BASE: 3, VANISHED: 2, OWNER: 1, SCAN: 0}
_STEP = 10**12
"""Between the ranks: no count of children or downloads is larger."""


@dataclass(frozen=True, slots=True)
class Task:
    """A name to ask for: ``task`` is ``model``, ``owner`` or ``scan``; ``attempts`` failed so far."""

    name: int
    id: str
    task: str
    why: str
    attempts: int


def want(connection: Any, numbers: Numbers, repos: Iterable[RepoId]) -> None:
    """Put ``repos`` before everything else, also those that wait for another try."""
    names = numbers.names(connection, [str(repo) for repo in repos]).values()
    connection.exec_driver_sql("CREATE TEMP TABLE wanted (name INTEGER PRIMARY KEY)")
    connection.exec_driver_sql("INSERT INTO wanted VALUES (?)", [(num,) for num, _ in names])
    connection.exec_driver_sql("DELETE FROM queue WHERE task = 'model' AND name IN (SELECT name FROM wanted)")
    _put(connection, "model", ASKED, "SELECT name, 0 AS weight FROM wanted")
    connection.exec_driver_sql("DROP TABLE wanted")


def want_bases(connection: Any) -> None:
    """Parents that no source ever showed, the most named first."""
    drop(connection, BASE, "SELECT 1 FROM names n WHERE n.num = queue.name AND n.holder IS NOT NULL")
    _put(
        connection, "model", BASE,
        "SELECT e.parent AS name, count(*) AS weight FROM edges e JOIN names n ON n.num = e.parent"
        f" WHERE n.holder IS NULL AND {_waits_not('e.parent', 'model')} GROUP BY e.parent ORDER BY weight DESC LIMIT ?",
        MOST,
    )  # fmt: skip


def want_vanished(connection: Any, sweep: int, started: int, at: int, hub: str) -> int:
    """Every model that should have been met by the whole sweep ``sweep`` and was not. How many they are.

    ``hub`` is asked only for what it once showed: that another hub has a model no more says nothing about this one.
    What was seen between ``started`` and ``at`` is there.
    """
    drop(connection, VANISHED, "SELECT 1 FROM models m WHERE m.name = queue.name AND m.sweep = ?", sweep)
    return _put(
        connection, "model", VANISHED,
        "SELECT m.name AS name, coalesce(m.downloads, 0) AS weight FROM models m JOIN sources s ON s.num = m.source"
        " WHERE m.state = ? AND (m.sweep IS NULL OR m.sweep < ?) AND m.seen NOT BETWEEN ? AND ?"
        " AND (s.kind <> 'api' OR s.what = ?)",
        PRESENT, sweep, started + 1, at, hub,
    )  # fmt: skip


def want_owners(connection: Any, at: int) -> None:
    """The accounts behind the namespaces most downloaded from, of those not asked for within a week."""
    _put(
        connection, "owner", OWNER,
        "SELECT name, weight FROM (SELECT min(n.num) AS name, coalesce(sum(m.downloads), 0) AS weight,"
        " max(n.num IN (SELECT parent FROM edges)) AS built_on FROM publishers p"
        " JOIN names n ON n.publisher = p.num JOIN models m ON m.name = n.num AND m.state = ?"
        " WHERE p.owner_seen IS NULL OR p.owner_seen NOT BETWEEN ? AND ? GROUP BY p.num) one"
        f" WHERE (built_on OR weight >= ?) AND {_waits_not('one.name', 'owner')} ORDER BY weight DESC LIMIT ?",
        PRESENT, at - WEEK, at, _MANY, MOST,
    )  # fmt: skip


def want_scans(connection: Any, at: int) -> None:
    """Models of whose commit the hub's file scanners have not spoken yet, the most downloaded first."""
    _put(
        connection, "scan", SCAN,
        "SELECT m.name AS name, coalesce(m.downloads, 0) AS weight FROM models m LEFT JOIN details d ON d.model = m.num"
        " WHERE m.state = ? AND (d.model IS NULL OR (d.sha IS NOT m.sha AND d.seen < m.seen)"
        f" OR (d.scan_done IS NOT 1 AND d.seen < ?)) AND {_waits_not('m.name', 'scan')}"
        " ORDER BY m.downloads DESC LIMIT ?",
        PRESENT, at - DAY, MOST,
    )  # fmt: skip


def lease(connection: Any, at: int, kinds: Sequence[str]) -> Task | None:
    """The next task of these ``kinds`` (``why``), for nobody else until the lease ends."""
    found = connection.exec_driver_sql(
        "SELECT q.name, n.id, q.task, q.why, q.attempts FROM queue q JOIN names n ON n.num = q.name"
        f" WHERE NOT {_LEASED} AND {_DUE} AND q.why IN ({marks(kinds)}) ORDER BY q.priority DESC, q.name LIMIT 1",
        (*_leased(at), *_due(at), *kinds),
    ).one_or_none()
    if found is None:
        return None
    task = Task(*found)
    connection.exec_driver_sql(
        "UPDATE queue SET lease = ? WHERE name = ? AND task = ?", (at + LEASE, task.name, task.task)
    )
    return task


def release(connection: Any, task: Task) -> None:
    """Give back what was not done."""
    connection.exec_driver_sql("UPDATE queue SET lease = 0 WHERE name = ? AND task = ?", (task.name, task.task))


def due(connection: Any, at: int, kinds: Sequence[str]) -> tuple[int, int]:
    """How many tasks of these ``kinds`` can be done now, and how many of them somebody is at."""
    found = connection.exec_driver_sql(
        f"SELECT count(*), coalesce(sum({_LEASED}), 0) FROM queue q WHERE {_DUE} AND q.why IN ({marks(kinds)})",
        (*_leased(at), *_due(at), *kinds),
    ).one()
    return int(found[0]), int(found[1])


# Nothing waits longer than these: a moment further away was written by a clock that goes wrong.
_LEASED = "(q.lease > ? AND q.lease <= ?)"
_DUE = "q.not_before NOT BETWEEN ? AND ?"


def _leased(at: int) -> tuple[int, int]:
    return at, at + LEASE


def _due(at: int) -> tuple[int, int]:
    return at + 1, at + _LONGEST


def drop(connection: Any, why: str, when: str = "SELECT 1", *values: int) -> None:
    """Take out what need not be asked any more."""
    connection.exec_driver_sql(f"DELETE FROM queue WHERE why = ? AND EXISTS ({when})", (why, *values))


def done(connection: Any, task: Task) -> None:
    connection.exec_driver_sql("DELETE FROM queue WHERE name = ? AND task = ?", (task.name, task.task))


def put_off(connection: Any, task: Task, how: str, at: int, seconds: int | None = None) -> None:
    """Ask again after ``seconds``, else after an hour, and twice as long after each failure; ``how`` it ended."""
    wait = min(_SHORTEST * 2 ** min(task.attempts, 20), _LONGEST) if seconds is None else seconds
    connection.exec_driver_sql(
        "UPDATE queue SET last = ?, attempts = attempts + 1, not_before = ?, lease = 0 WHERE name = ? AND task = ?",
        (how, at + wait, task.name, task.task),
    )


def left(connection: Any) -> dict[str, int]:
    """How many names still wait, by why."""
    return dict(connection.exec_driver_sql("SELECT why, count(*) FROM queue GROUP BY why").all())


def _put(connection: Any, task: str, why: str, select: str, *values: object) -> int:
    """Into the queue; a name that waits there for another reason waits for this one now. How many were put."""
    count: int = connection.exec_driver_sql(
        "INSERT INTO queue (name, task, why, priority, not_before, attempts, lease)"
        f" SELECT found.name, '{task}', '{why}', {_RANK[why] * _STEP} + min(found.weight, {_STEP - 1}), 0, 0, 0"
        f" FROM ({select}) found WHERE true"
        " ON CONFLICT (name, task) DO UPDATE SET why = excluded.why, priority = excluded.priority, not_before = 0,"
        " attempts = 0 WHERE why <> excluded.why",
        values,
    ).rowcount
    return count


def _waits_not(name: str, task: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM queue q WHERE q.name = {name} AND q.task = '{task}')"
