"""Judging what a code base uses: each model is read once, judged where the same waivers hold, and recorded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from scanner import __version__
from scanner.cli.output import report, tell, write_file
from scanner.cli.reading import Reading, now
from scanner.cli.records import record, settings
from scanner.codebase.baseline import baseline_text
from scanner.codebase.document import Asked, Judged, Missed, codebase_document
from scanner.codebase.lock import Pin, drift, key, lock_text, pin, read_lock, weigh_drift
from scanner.codebase.uses import Use, usage, uses
from scanner.codebase.waived import Waived
from scanner.errors import HubError, InvalidModelId, ScannerError, StoreError
from scanner.facts import is_incomplete
from scanner.model import RepoId
from scanner.policy import Policy, Waivers, decision_document
from scanner.provenance import Request
from scanner.references import Kind, Names, Reference
from scanner.references.walk import Found, printable
from scanner.scan import Scan, decide
from scanner.store import Store


class Judging:
    """One run. ``db`` is None where nothing is recorded, else the address of the database, None for the user's own."""

    def __init__(
        self,
        stack: ExitStack,
        policies: Sequence[Policy],
        files: Sequence[Waivers],
        *,
        db: tuple[str | None] | None,
        cached: bool,
        progress: bool,
        lock: Path | None,
        locked: bool,
        reading: Mapping[str, Any],
    ) -> None:
        self.policies, self.files, self.cached, self.progress = policies, files, cached, progress
        self.reading = Reading(stack, **reading)
        self.run_id, self.at = str(uuid4()), now()
        self.lock = lock
        self.held = read_lock(lock) if lock and locked else None
        if self.held is not None:
            weigh_drift(policies)
        self.written: dict[str, Pin] = {}
        self._seen: dict[str, tuple[str | None, str | None]] = {}
        self.store: Store | None = None
        if db is not None:
            self.store = Store.open(db[0])
            stack.callback(self.store.close)

    def names(self) -> Names:
        return self._names

    @cached_property
    def _names(self) -> Names:
        from scanner.hub.starter import StarterHub

        return Names(self.reading.tables.registry.namespaces(), StarterHub().ids())

    def codebase(
        self,
        path: Path,
        found: Found,
        new: frozenset[Reference] | None,
        base: str | None,
        *,
        unresolved: str,
        inline: bool,
        baseline: Path | None,
    ) -> dict[str, Any]:
        """Judge what was found, and write what was asked for beside the document."""
        asked = Asked(
            root=_named(path), at=self.at, as_of=self.reading.as_of.isoformat(), version=__version__,
            hub=self.reading.hub.scheme, policies=self.policies, compared_with=base, unresolved=unresolved,
            settings=settings({policy.name: policy.source for policy in self.policies}),
        )  # fmt: skip
        waived = Waived(self.files, found.remarks if inline else (), self.reading.as_of)
        root = path if path.is_dir() else path.parent
        judged, missed = self._all([one for one in found.references if new is None or one in new], root, waived)
        document = codebase_document(
            asked,
            found.references,
            found.coverage,
            judged,
            missed,
            waived,
            new=new,
            lock=self._lock_state(judged, found.references),
        )
        if baseline is not None:
            write_file(baseline, baseline_text(document, self.reading.as_of))
        if document["lock"] and self.held is None and not document["complete"]:
            document["lock"]["state"] = "not-written"
        elif self.lock is not None and self.held is None:
            said = [(policy.name, policy.digest) for policy in self.policies]
            write_file(
                self.lock,
                lock_text(self.written.values(), as_of=asked.as_of, version=__version__, policies=said),
            )
        return document

    def _all(self, references: Sequence[Reference], root: Path, waived: Waived) -> tuple[list[Judged], list[Missed]]:
        judged: list[Judged] = []
        missed: list[Missed] = []
        wanted = uses(references)
        for number, use in enumerate(wanted):
            if self.progress:
                tell(f"\r\x1b[2K[{number + 1}/{len(wanted)}] {use.requested[:100]!r}", newline=False)
            try:
                judged += self._judged(use, root, waived)
            except StoreError as error:
                # What cannot be recorded is not decided; what was decided before is still told.
                self._clear()
                report(error)
                return judged, missed + [_missed(left, error) for left in wanted[number:]]
            except ScannerError as error:
                missed.append(_missed(use, error))
        self._clear()
        return judged, missed

    def _clear(self) -> None:
        if self.progress:
            tell("\r\x1b[2K", newline=False)

    def _judged(self, use: Use, root: Path, waived: Waived) -> Iterator[Judged]:
        local = use.references[0].kind is Kind.WEIGHTS
        name = os.path.join(".", root, use.requested[2:]) if local else use.requested  # noqa: PTH118 - Path drops the "."
        request, facts, cached = self._facts(name, local)
        differs = self._drift(use, request, facts, waived)
        for waivers, references in waived.groups(facts["model"]["id"], use.references):
            done = self._decided(request, {**facts, "usage": usage(root.resolve().name, references, differs)}, waivers)
            documents = tuple(decision_document(decision) for decision in done.decisions)
            for one in documents:
                waived.note(one["waivers"])
            yield Judged(use, tuple(references), done.facts, documents, self._record(done, waivers), cached)

    def _decided(self, request: Request, facts: Mapping[str, Any], waivers: Waivers | None) -> Scan:
        return decide(request, facts, self.policies, at=now(), as_of=self.reading.as_of, waivers=waivers)

    def _drift(self, use: Use, request: Request, facts: Mapping[str, Any], waived: Waived) -> list[dict[str, Any]]:
        """What is another than it was locked; without a lock to compare with, it is put down what there is."""
        if self.lock is None:
            return []
        plain = {**facts, "usage": usage("", use.references)}
        groups = waived.groups(facts["model"]["id"], use.references)
        verdict = max(self._decided(request, plain, waivers).verdict for waivers, _ in groups)
        this = pin(use.requested, facts, str(verdict))
        self.written[key(use.requested)] = this
        if self.held is None:
            return []
        return drift(self.held.pins.get(key(use.requested)), this, self.lock.name)

    def _facts(self, name: str, local: bool) -> tuple[Request, dict[str, Any], bool]:
        if not local and self.cached and self.store is not None and (known := self._recorded(name)):
            return (*known, True)
        request, facts, _ = self.reading.facts(name)
        return request, facts, False

    def _recorded(self, name: str) -> tuple[Request, dict[str, Any]] | None:
        """What was read of the same commit today, by the same means; None: it has to be read."""
        from scanner.cli.sources import target

        assert self.store is not None
        with target(name, self.reading.hub) as (request, hub):
            number = self.store.latest(
                str(request.repo), str(request), hub.scheme, self.reading.as_of.isoformat(), __version__,
                self.reading.tables.digest,
            )  # fmt: skip
            if number is None:
                return None
            facts = dict(self.store.scan(number).facts)
            if is_incomplete(facts) or facts["model"]["hub_description"] != hub.description:
                return None
            was = facts["model"]
            if was["depth"] != self.reading.depth.value or (was["license_history"] is not None) != self.reading.history:
                return None
            # A branch may have moved on since, and the same commits may lie in another repository of the name.
            is_ = hub.model(request.repo, request.revision)
            if is_.revision is None or str(is_.revision) != was["revision"]:
                return None
            same = (is_.hub_id, is_.gated, is_.disabled) == (was["hub_id"], was["gated"], was["disabled"])
            bases = (node for node in facts["lineage"]["models"] if node["id"] != was["id"])
            return (request, facts) if same and all(map(self._stands, bases)) else None

    def _stands(self, node: Mapping[str, Any]) -> bool:
        """Whether a model of a lineage is where it was when it was read; each is asked for once a run."""
        name = node["id"]
        if name not in self._seen:
            try:
                model = self.reading.hub.model(RepoId.parse(name))
                self._seen[name] = str(model.revision) if model.revision else None, model.hub_id
            except (HubError, InvalidModelId):
                self._seen[name] = None, None
        return self._seen[name] == (node["revision"], node["hub_id"])

    def _record(self, done: Scan, waivers: Waivers | None) -> int | None:
        if self.store is None:
            return None
        return self.store.save(record(done, self.run_id, self.policies, waivers, self.reading.tables, __version__))

    def _lock_state(self, judged: Sequence[Judged], references: Sequence[Reference]) -> dict[str, Any] | None:
        if self.lock is None:
            return None
        said: dict[str, Any] = {"path": str(self.lock), "state": "written", "unused": [], "other_policies": []}
        if self.held is None:
            return said
        used = {key(use.requested) for use in uses(references)}
        then, now = self.held.policies, {policy.name: policy.digest for policy in self.policies}
        return said | {
            "state": "drifted" if any(one.facts["usage"]["drift"] for one in judged) else "held",
            "unused": [pin.requested for name, pin in self.held.pins.items() if name not in used],
            "other_policies": [name for name in {**then, **now} if then.get(name) != now.get(name)],
        }


def _missed(use: Use, error: ScannerError) -> Missed:
    return Missed(use, type(error).__name__, error.message, error.hint, error.exit_code)


def _named(path: Path) -> str:
    """The code base as a report names it: from here where it lies below, so that a pipeline finds its files."""
    here = Path.cwd()
    whole = Path(os.path.normpath(here / path))
    return printable(whole.relative_to(here).as_posix() if whole.is_relative_to(here) else str(path))
