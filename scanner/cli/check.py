"""``modelorigin check``: judge models and record the decisions."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from scanner import __version__
from scanner.cli.options import (
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
    from scanner.export import Failure, ScanView
    from scanner.policy import Policy, Verdict, Waivers, WaiverUse
    from scanner.scan import Scan
    from scanner.store import Store

FORMATS = ("table", "json", "jsonl", "markdown", "cyclonedx", "cyclonedx-1.7", "spdx")


@click.command("check", cls=Configured)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@option(
    "bom",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Judge every model of this bill of materials: CycloneDX JSON (1.4 to 1.7), SPDX 3.0 JSON-LD. Repeatable.",
)
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
    bom: tuple[Path, ...],
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

    Formats for other programs: json, jsonl; cyclonedx (1.6), cyclonedx-1.7 and spdx (3.0.1) are bills of materials. -o
    takes them by the endings .cdx.json and .spdx.json.
    """
    from scanner.cli.bills import Bills
    from scanner.policy import Verdict, load_waivers

    asked, pardon = policies(policy, settings), load_waivers(waivers) if waivers is not None else None
    if not models and not bom:
        raise UsageError("no model was named", hint="name a model, or a bill of materials with --bom")
    bills = Bills(bom)
    names = list(dict.fromkeys((*_names(models), *bills.used())))
    if not names and not bom:
        raise NothingToScan("no model was named", hint="name a model, or send names to `modelorigin check -`")
    with ExitStack() as stack:
        store = None if no_record else _store(db, stack)
        runner = _Runner(asked, pardon, store, stack, alternatives, **reading)
        runner.progress = not (no_progress or quiet) and on_terminal()
        runner.failures += bills.unresolved()
        runner.all(names)
        # What a bill says its models came from is judged by itself where our own lineage does not hold it.
        stated, unknown = bills.stated([view.facts for view in runner.views])
        runner.failures += unknown
        runner.all([name for name in stated if name not in names])
    bills.tell()
    for waiver in pardon.unused(runner.uses) if pardon else ():
        about = waiver.model or ", ".join(waiver.paths)
        tell(f"note: the waiver of {waiver.rule} for {about} ({waiver.ticket}) applied to nothing here")
    publish(runner.views, runner.failures, format, output, quiet)
    threshold = {"review": Verdict.REVIEW, "deny": Verdict.DENY}.get(fail_on)
    if threshold is not None and any(verdict >= threshold for verdict in runner.verdicts):
        return 1
    codes = [failure.exit_code for failure in runner.failures]
    return max(codes) if codes else 3 if runner.incomplete else 0


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
        self.views: list[ScanView] = []
        self.failures: list[Failure] = []
        self.verdicts: list[Verdict] = []
        self.uses: list[WaiverUse] = []
        self.incomplete = self.stopped = self.progress = False

    def all(self, names: Sequence[str]) -> None:
        """Scan each; what came of it is in the lists. Once a scan could not be recorded, none is made any more."""
        for index, name in enumerate(names):
            if self.stopped:
                break
            if self.progress:
                tell(f"\r\x1b[2K[{index + 1}/{len(names)}] {name[:100]!r}", newline=False)
            try:
                result = self.run(name)
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

    def run(self, name: str) -> tuple[ScanView, Scan] | Failure:
        from scanner.cli.records import settings
        from scanner.export import ScanView
        from scanner.policy import decision_document
        from scanner.scan import decide

        try:
            at = now()
            request, facts, of_hub = self.reading.facts(name)
        except ScannerError as error:
            report(error)
            return failure(name, error)
        done = decide(request, facts, self.policies, at=at, as_of=self.reading.as_of, waivers=self.waivers)
        number = self._record(done)
        documents = tuple(decision_document(decision) for decision in done.decisions)
        told = settings({policy.name: policy.source for policy in self.policies})
        instead = self._instead(done) if of_hub else None
        return ScanView(done.facts, documents, number, done.at, told, instead), done

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

    def _record(self, done: Scan) -> int | None:
        if self.store is None:
            return None
        from scanner.cli.records import record

        return self.store.save(record(done, self.run_id, self.policies, self.waivers, self.reading.tables, __version__))


def _names(models: Sequence[str]) -> Iterator[str]:
    for name in models:
        if name == "-":
            lines = (line.split("#")[0].strip() for line in sys.stdin or ())
            yield from (line for line in lines if line)
        else:
            yield name


def _store(db: str | None, stack: ExitStack) -> Store:
    from scanner.store import Store

    store = Store.open(db)
    stack.callback(store.close)
    return store
