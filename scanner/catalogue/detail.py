"""One name asked for by itself, and what its answer means for the catalogue.

Only here a model becomes gone, and only because the hub said so when asked for it by name. Any other no is no answer:
the model stays as it was and is asked for again later.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from scanner.catalogue import queue
from scanner.catalogue.entry import entry_of, moment, seconds
from scanner.catalogue.file import Catalogue, now
from scanner.catalogue.numbers import namespace
from scanner.catalogue.queue import Task
from scanner.catalogue.schema import GONE, PRESENT
from scanner.catalogue.shelf import Shelf, Source, Tally, source_number
from scanner.catalogue.sweep import events_since
from scanner.errors import HubError, HubProtocolError, InvalidModelId, ModelNotFound
from scanner.hub.listing import ModelList, Owner, Row
from scanner.model import Model, RepoId

Ask = Callable[[Callable[[], Any]], Any]
"""Asks the hub when its quota allows, and returns what the question returns."""

_CONTROLS = 3


@dataclass(slots=True)
class Outcome:
    """What a task came to: ``how`` is ``done``, ``gone``, ``not-found`` or the name of ``error``."""

    how: str
    tally: Tally = field(default_factory=Tally)
    events: dict[str, int] = field(default_factory=dict)
    error: HubError | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """An answer; ``lost`` is a commit that was known and that the hub does not have any more."""

    answer: Row | Owner | Model | HubError
    lost: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Holder:
    """The model a name leads to. ``named``: it bears the name still, and is present under it."""

    num: int
    hub_id: bytes
    sha: bytes | None
    named: bool


class Details:
    """Asks ``models`` through ``ask`` and writes what it hears."""

    def __init__(self, catalogue: Catalogue, shelf: Shelf, models: ModelList, started: int, ask: Ask) -> None:
        self._catalogue, self._shelf, self._models, self._ask = catalogue, shelf, models, ask
        self._source = Source("api", models.address, started)
        self._trusted = False

    def run(self, task: Task) -> Outcome:
        """Do ``task``; a hub that fails puts it off.

        Raises:
            StoreError: nothing was stored.
        """
        heard = self._hear(task)
        kept = False
        try:
            with self._catalogue.writing() as connection:
                before = connection.exec_driver_sql("SELECT max(num) FROM events").scalar() or 0
                outcome = self._keep(connection, task, heard)
                outcome.events = events_since(connection, before)
            kept = True
            return outcome
        finally:
            if not kept:
                self._shelf.numbers.forget()

    # -- asking

    def _hear(self, task: Task) -> _Heard:
        try:
            repo = RepoId.parse(task.id)
            if task.task == "owner":
                return _Heard(self._owner(repo))
            if task.task == "scan":
                return _Heard(self._ask(lambda: self._models.scanned(repo)))
            row: Row = self._ask(lambda: self._models.row(repo))
            self._trusted = True
            return _Heard(row, self._lost(task, row))
        except InvalidModelId as error:
            # A source named it, and no hub can have it.
            return _Heard(ModelNotFound(error.message))
        except ModelNotFound as error:
            return _Heard(self._sure(task, error))
        except HubError as error:
            return _Heard(error)

    def _owner(self, repo: RepoId) -> Owner:
        space = repo.namespace or ""
        with self._catalogue.reading() as connection:
            kind = connection.exec_driver_sql("SELECT owner_kind FROM publishers WHERE name = ?", (space,)).scalar()
        found: Owner = self._ask(lambda: self._models.owner(space, kind))
        if found.hub_id is None or found.name.casefold() != space.casefold():
            raise HubProtocolError(f"{space}: no account of that name in the answer")
        return found

    def _lost(self, task: Task, row: Row) -> bytes | None:
        """The commit we knew of the same model, where the hub does not have it any more."""
        with self._catalogue.reading() as connection:
            known = _holder(connection, task.name)
        commit = row.model.revision.commit if row.model.revision else None
        same = known is not None and known.hub_id.hex() == row.model.hub_id
        if known is None or known.sha is None or not same or commit in (None, known.sha.hex()):
            return None
        sha = known.sha
        try:
            there = self._ask(lambda: self._models.has_commit(row.model.repo, sha.hex()))
        except HubError:
            # That the model is there was heard already; no answer to the second question takes it back.
            return None
        return None if there else sha

    def _sure(self, task: Task, error: ModelNotFound) -> HubError:
        """``error``, if this hub shows models by name at all: a mirror that shows none would empty the catalogue."""
        if self._trusted or task.task != "model":
            return error
        with self._catalogue.reading() as connection:
            holder = _holder(connection, task.name)
            if holder is None or not holder.named:
                return error
            controls = connection.exec_driver_sql(
                "SELECT n.id FROM models m JOIN names n ON n.num = m.name WHERE m.state = ? AND m.num <> ?"
                " ORDER BY m.sweep DESC LIMIT ?",
                (PRESENT, holder.num, _CONTROLS),
            ).all()
        for (id,) in controls:
            try:
                self._ask(partial(self._models.row, RepoId.parse(id)))
            except HubError:
                continue
            self._trusted = True
            return error
        return HubProtocolError("this hub shows no model by name", hint="nothing is taken for gone on its word")

    # -- writing

    def _keep(self, connection: Any, task: Task, heard: _Heard) -> Outcome:
        answer, at = heard.answer, now()
        if isinstance(answer, Row):
            return self._keep_row(connection, task, answer, heard.lost, at)
        if isinstance(answer, Owner):
            return self._keep_owner(connection, task, answer, at)
        if isinstance(answer, Model):
            return _keep_scan(connection, task, answer, at)
        if isinstance(answer, ModelNotFound):
            return self._keep_missing(connection, task, at)
        how = type(answer).__name__
        queue.put_off(connection, task, how, at)
        return Outcome(how, error=answer)

    def _keep_row(self, connection: Any, task: Task, row: Row, lost: bytes | None, at: int) -> Outcome:
        entry = entry_of(row.model, row.downloads_total)
        assert entry is not None
        tally = self._shelf.put(connection, [entry], self._source, at=at)
        num = connection.exec_driver_sql("SELECT num FROM models WHERE hub_id = ?", (entry.hub_id,)).scalar_one()
        if entry.id.casefold() != task.id.casefold():
            self._lead(connection, task.name, num, entry.hub_id, at)
        if lost is not None:
            self._tell(
                connection, at, "commit-lost", num, task.name, lost.hex(), entry.sha.hex() if entry.sha else None
            )
        queue.done(connection, task)
        return Outcome("done", tally)

    def _lead(self, connection: Any, name: int, num: int, hub_id: bytes, at: int) -> None:
        """A name that is asked for and answered under another leads to the model that answered."""
        holder = _holder(connection, name)
        if holder is not None and holder.num == num:
            return
        connection.exec_driver_sql("UPDATE names SET holder = ? WHERE num = ?", (num, name))
        if holder is not None and holder.named:
            # The hub forwards the name of one model to another: that alone does not make them the same.
            _gone(connection, holder.num, at)
            self._tell(connection, at, "redirected", holder.num, name, holder.hub_id.hex(), hub_id.hex())

    def _keep_missing(self, connection: Any, task: Task, at: int) -> Outcome:
        if task.task == "owner":
            connection.exec_driver_sql(
                "UPDATE publishers SET owner_seen = ? WHERE name = ?", (at, namespace(task.id) or "")
            )
        holder = _holder(connection, task.name)
        if task.task == "model" and holder is not None and holder.named:
            _gone(connection, holder.num, at)
            self._tell(connection, at, "gone", holder.num, task.name, None, None)
            queue.done(connection, task)
            return Outcome("gone")
        if task.why in (queue.ASKED, queue.BASE):
            queue.put_off(connection, task, "not-found", at, 30 * queue.DAY)
        else:
            queue.done(connection, task)
        return Outcome("not-found")

    def _keep_owner(self, connection: Any, task: Task, owner: Owner, at: int) -> Outcome:
        space = namespace(task.id) or ""
        hub_id = bytes.fromhex(owner.hub_id or "")
        created = seconds(owner.created_at) or int.from_bytes(hub_id[:4], "big")
        num, old_id, old_created = connection.exec_driver_sql(
            "SELECT num, owner_id, owner_created FROM publishers WHERE name = ?", (space,)
        ).one()
        connection.exec_driver_sql(
            "UPDATE publishers SET owner_id = ?, owner_kind = ?, owner_created = ?, owner_seen = ? WHERE num = ?",
            (hub_id, owner.kind, created, at, num),
        )
        if old_id is not None and (old_id, old_created) != (hub_id, created):
            model, name = connection.exec_driver_sql(
                "SELECT m.num, m.name FROM models m JOIN names n ON n.num = m.name WHERE n.publisher = ?"
                " ORDER BY m.state, m.num LIMIT 1",
                (num,),
            ).one()
            before, after = (f"{id.hex()} {moment(born)}" for id, born in ((old_id, old_created), (hub_id, created)))
            self._tell(connection, at, "owner-changed", model, name, before, after)
        queue.done(connection, task)
        return Outcome("done")

    def _tell(
        self, connection: Any, at: int, kind: str, model: int, name: int, before: str | None, after: str | None
    ) -> None:
        connection.exec_driver_sql(
            "INSERT INTO events (at, kind, model, name, before, after, source) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (at, kind, model, name, before, after, source_number(connection, self._source)),
        )
        # A policy may ask for it: whoever bears the name is judged anew, of an owner all that is published there.
        of = "publisher = (SELECT publisher FROM names WHERE num = ?)" if kind == "owner-changed" else "num = ?"
        connection.exec_driver_sql(
            f"UPDATE models SET stamp = NULL WHERE num = ? OR num IN (SELECT holder FROM names WHERE {of})",
            (model, name),
        )


def _keep_scan(connection: Any, task: Task, model: Model, at: int) -> Outcome:
    holder = _holder(connection, task.name)
    if holder is not None and holder.hub_id.hex() == model.hub_id:
        scan = model.scan
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO details (model, sha, seen, scan_done, issues) VALUES (?, ?, ?, ?, ?)",
            (
                holder.num, bytes.fromhex(model.revision.commit) if model.revision else None, at,
                None if scan is None else int(scan.done), None if scan is None else json.dumps(scan.issues),
            ),
        )  # fmt: skip
    queue.done(connection, task)
    return Outcome("done")


def _holder(connection: Any, name: int) -> _Holder | None:
    found = connection.exec_driver_sql(
        "SELECT m.num, m.hub_id, m.sha, m.name = n.num AND m.state = ? FROM names n JOIN models m ON m.num = n.holder"
        " WHERE n.num = ?",
        (PRESENT, name),
    ).one_or_none()
    return None if found is None else _Holder(found[0], found[1], found[2], bool(found[3]))


def _gone(connection: Any, model: int, at: int) -> None:
    connection.exec_driver_sql("UPDATE models SET state = ?, since = ?, stamp = NULL WHERE num = ?", (GONE, at, model))
