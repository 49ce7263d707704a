"""``modelorigin check``: judge models and record the decisions."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from scanner import __version__
from scanner.cli.options import (
    LARGEST,
    Configured,
    db_option,
    fail_on_option,
    hub_options,
    option,
    output_options,
    policy_options,
)
from scanner.cli.output import on_terminal, publish, report, tell
from scanner.cli.policies import policies
from scanner.cli.reading import Reading, failure, now
from scanner.errors import NothingToScan, ScannerError, StoreError, UsageError

if TYPE_CHECKING:
    from scanner.cli.recorded import Watch
    from scanner.export import Failure, ScanView
    from scanner.policy import Policy, Waivers, WaiverUse
    from scanner.provenance import Request
    from scanner.scan import Scan
    from scanner.store import Store

FORMATS = ("table", "json", "jsonl", "markdown")


@click.command("check", cls=Configured)
@click.argument("models", nargs=-1, metavar="MODEL...")
@option(
    "recorded",
    is_flag=True,
    help="Check every recorded model again that is approved or in use, and tell what is another since.",
)
@option(
    "at-most",
    type=click.IntRange(1, LARGEST),
    metavar="N",
    help="With --recorded: so many models, the longest ago first.",
)
@option("fail-on-drift", is_flag=True, help="With --recorded: end in 1 where a model is another, whatever its verdict.")
@policy_options
@option("waivers", type=click.Path(path_type=Path), metavar="FILE", help="Waiver file (YAML).")
@fail_on_option
@option(
    "alternatives",
    type=click.IntRange(0, 20),
    default=3,
    show_default=True,
    help="With a catalogue: how many allowed models to name instead of a denied one.",
)
@option("no-record", is_flag=True, help="Do not write the scan to the database.")
@option("no-progress", is_flag=True, help="No progress line on stderr.")
@db_option
@output_options(FORMATS)
@hub_options
def command(
    models: tuple[str, ...],
    recorded: bool,
    at_most: int | None,
    fail_on_drift: bool,
    policy: tuple[str, ...],
    settings: tuple[str, ...],
    waivers: Path | None,
    fail_on: str,
    alternatives: int,
    no_record: bool,
    no_progress: bool,
    db: str | None,
    format: str,
    output: tuple[Path, ...],
    quiet: bool,
    **reading: Any,
) -> int:
    """Judge each MODEL: org/name, org/name@revision, hf://org/name, a folder or weights file, - for names on stdin.

    A name given twice is judged once. The commit is pinned, the lineage followed to its roots, the decision recorded
    and printed. What could not be determined is never a pass.

    With --recorded, for a nightly job: every model whose last verdict was ALLOW, or that a recorded code base uses, is
    read anew and compared with the last scan that was asked for by name. What is another (commit, identity, licence,
    bases, files, verdict) is usage.drift of its facts, which policies weigh, and is told in the words of audit diff;
    waivers that have ended, or will within 14 days, are told too. Without --waivers those recorded with it hold.
    """
    from scanner.policy import Verdict, load_waivers

    if recorded == bool(models):
        raise UsageError("check what?", hint="name models, or give --recorded for those of the record")
    if (at_most is not None or fail_on_drift) and not recorded:
        raise UsageError("--at-most and --fail-on-drift are for recorded models", hint="add --recorded")
    asked, pardon = policies(policy, settings), load_waivers(waivers) if waivers is not None else None
    names = [] if recorded else _named(models)
    views: list[ScanView] = []
    failures: list[Failure] = []
    verdicts: list[Verdict] = []
    uses: list[WaiverUse] = []
    incomplete = False
    progress = not (no_progress or quiet) and on_terminal()
    with ExitStack() as stack:
        store = _store(db, stack, create=not recorded) if recorded or not no_record else None
        runner = _Runner(asked, pardon, None if no_record else store, stack, alternatives, **reading)
        if store and recorded:
            names = runner.watch(store, at_most)
        for index, name in enumerate(names):
            if runner.enough:
                break
            if progress:
                tell(f"\r\x1b[2K[{index + 1}/{len(names)}] {name[:100]!r}", newline=False)
            try:
                result = runner.run(name)
            except StoreError as error:
                # What cannot be recorded is not decided; what was decided before is still reported.
                report(error)
                failures += [failure(left, error) for left in names[index:]]
                break
            if isinstance(result, tuple):
                view, scan = result
                views.append(view)
                verdicts.append(scan.verdict)
                uses += [use for decision in scan.decisions for use in decision.waivers]
                incomplete |= scan.incomplete
            else:
                failures.append(result)
        if progress:
            tell("\r\x1b[2K", newline=False)
        drifted = runner.told()
    for waiver in pardon.unused(uses) if pardon else ():
        about = waiver.model or ", ".join(waiver.paths)
        tell(f"note: the waiver of {waiver.rule} for {about} ({waiver.ticket}) applied to nothing here")
    publish(views, failures, format, output, quiet)
    threshold = {"review": Verdict.REVIEW, "deny": Verdict.DENY}.get(fail_on)
    if (threshold is not None and any(verdict >= threshold for verdict in verdicts)) or (fail_on_drift and drifted):
        return 1
    codes = [failure.exit_code for failure in failures]
    return max(codes) if codes else 3 if incomplete else 0


class _Runner:
    """Scans one name after another on one hub, one day and one set of policies."""

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
        self._watch: Watch | None = None

    def watch(self, store: Store, at_most: int | None) -> list[str]:
        """Compare each model with what is recorded of it; the names of those to check again."""
        from scanner.cli.recorded import Watch

        self._watch = Watch(store, self.reading.hub.scheme, self.policies, self.reading.as_of, at_most)
        return [one.requested for one in self._watch.models]

    @property
    def enough(self) -> bool:
        """True when as many recorded models were read as --at-most allows."""
        return self._watch is not None and self._watch.enough

    def told(self) -> bool:
        """Say what was checked again, and whether something is another."""
        if self._watch is None:
            return False
        for line in self._watch.summary():
            tell(f"note: {line}")
        return bool(self._watch.drifted)

    def run(self, name: str) -> tuple[ScanView, Scan] | Failure:
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
        return ScanView(done.facts, documents, number, done.at, told, instead, since), done

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


def _named(models: Sequence[str]) -> list[str]:
    """The names given, each once.

    Raises:
        NothingToScan: there is none.
    """
    names = list(dict.fromkeys(_names(models)))
    if not names:
        raise NothingToScan("no model was named", hint="name a model, or send names to `modelorigin check -`")
    return names


def _names(models: Sequence[str]) -> Iterator[str]:
    for name in models:
        if name == "-":
            lines = (line.split("#")[0].strip() for line in sys.stdin or ())
            yield from (line for line in lines if line)
        else:
            yield name


def _store(db: str | None, stack: ExitStack, *, create: bool) -> Store:
    from scanner.store import Store

    store = Store.open(db, create=create)
    stack.callback(store.close)
    return store
