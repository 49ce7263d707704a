"""Models judged one after another: what ``check`` does with each, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from scanner import __version__
from scanner.cli.output import report, tell
from scanner.cli.reading import Reading, failure, now
from scanner.errors import ScannerError, StoreError

if TYPE_CHECKING:
    from scanner.cli.recorded import Watch
    from scanner.export import Failure, ScanView
    from scanner.policy import Policy, Verdict, Waivers, WaiverUse
    from scanner.provenance import Request
    from scanner.scan import Scan
    from scanner.store import Store


class Checks:
    """Scans names on one hub, one day and one set of policies. ``store`` None: nothing is recorded."""

    def __init__(
        self,
        policies: Sequence[Policy],
        waivers: Waivers | None,
        store: Store | None,
        stack: ExitStack,
        alternatives: int,
        **reading: Any,
    ) -> None:
        self.policies, self.waivers, self.store, self.alternatives = policies, waivers, store, alternatives
        self.reading, self.run_id = Reading(stack, **reading), str(uuid4())
        self.views: list[ScanView] = []
        self.failures: list[Failure] = []
        self.verdicts: list[Verdict] = []
        self.uses: list[WaiverUse] = []
        self.incomplete = self.stopped = self.progress = False
        self._watch: Watch | None = None

    def watch(self, store: Store, at_most: int | None) -> list[str]:
        """Compare each model with what is recorded of it; the names of those to check again."""
        from scanner.cli.recorded import Watch
        from scanner.store import NIGHT

        self.run_id = NIGHT + self.run_id
        self._watch = Watch(store, self.reading.hub.scheme, self.policies, self.reading.as_of, at_most)
        return [one.requested for one in self._watch.models]

    @property
    def _enough(self) -> bool:
        """True when as many recorded models were read as were asked for."""
        return self._watch is not None and self._watch.enough

    def told(self) -> bool:
        """Say what was checked again, and whether something is another."""
        if self._watch is None:
            return False
        for line in self._watch.summary():
            tell(f"note: {line}")
        return bool(self._watch.drifted)

    def reach(self, threshold: Verdict) -> bool:
        """Whether a model was judged at or above ``threshold``."""
        return any(verdict >= threshold for verdict in self.verdicts)

    def all(self, names: Sequence[str]) -> None:
        """Scan each; what came of it is in the lists. Once a scan could not be recorded, none is made any more."""
        for index, name in enumerate(names):
            if self.stopped or self._enough:
                break
            if self.progress:
                tell(f"\r\x1b[2K[{index + 1}/{len(names)}] {name[:100]!r}", newline=False)
            try:
                result = self._run(name)
            except StoreError as error:
                # What cannot be recorded is not decided; what was decided before is still reported.
                report(error)
                self.failures += [failure(left, error) for left in names[index:]]
                self.stopped = True
                break
            if isinstance(result, tuple):
                view, scan = result
                self.views.append(view)
                self.verdicts.append(scan.verdict)
                self.uses += [use for decision in scan.decisions for use in decision.waivers]
                self.incomplete |= scan.incomplete
            else:
                self.failures.append(result)
        if self.progress:
            tell("\r\x1b[2K", newline=False)

    def _run(self, name: str) -> tuple[ScanView, Scan] | Failure:
        from scanner.cli.records import record, settings
        from scanner.export import ScanView
        from scanner.policy import decision_document

        try:
            at = now()
            request, facts, of_hub = self.reading.facts(name)
            judged = partial(self._judged, request, at, self._pardon(name))
            if self._watch:
                facts = self._watch.with_drift(name, facts, lambda plain: str(judged(plain).verdict))
        except ScannerError as error:
            report(error)
            return self._watch.missed(name, error) if self._watch else failure(name, error)
        done = judged(facts)
        made = record(done, self.run_id, self.policies, self._pardon(name), self.reading.tables, __version__)
        number = self.store.save(made) if self.store else None
        since = self._watch.since(name, made, number, done.decisions) if self._watch else None
        documents = tuple(decision_document(decision) for decision in done.decisions)
        told = settings({policy.name: policy.source for policy in self.policies})
        instead = self._instead(done) if of_hub else None
        registry = self.reading.tables.digest
        return ScanView(done.facts, documents, number, done.at, told, instead, since, __version__, registry), done

    def _instead(self, done: Scan) -> list[dict[str, Any]] | None:
        """What could be used instead of a model that is denied; None where nobody looked."""
        from scanner.policy import Verdict

        reading = self.reading
        if reading.memory is None or not self.alternatives or done.verdict is not Verdict.DENY:
            return None
        from scanner.catalogue.alternatives import suggestions

        id = done.facts["model"]["id"]
        found = suggestions(
            reading.memory.catalogue, id, self.policies, reading.tables, reading.as_of, self.alternatives
        )
        return None if found is None else [one.document() for one in found]

    def _pardon(self, name: str) -> Waivers | None:
        """The waivers that hold: those given, else those under which a watched model was judged."""
        return self._watch.waivers(name) if self._watch and self.waivers is None else self.waivers

    def _judged(self, request: Request, at: str, waivers: Waivers | None, facts: Mapping[str, Any]) -> Scan:
        from scanner.scan import decide

        return decide(request, facts, self.policies, at=at, as_of=self.reading.as_of, waivers=waivers)
