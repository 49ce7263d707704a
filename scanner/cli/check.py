"""``modelorigin check``: judge models and record the decisions."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from scanner import __version__
from scanner.cli.options import Configured, db_option, hub_options, option, output_options, parse_day
from scanner.cli.output import on_terminal, publish, report, tell
from scanner.errors import NothingToScan, ScannerError, StoreError, UsageError

if TYPE_CHECKING:
    from scanner.export import Failure, ScanView
    from scanner.policy import Policy, Waivers, WaiverUse
    from scanner.scan import Scan
    from scanner.store import Store

FORMATS = ("table", "json", "jsonl", "markdown")


@click.command("check", cls=Configured)
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@option(
    "policy",
    "-p",
    multiple=True,
    default=("baseline",),
    show_default=True,
    metavar="NAME|FILE",
    help="Policy to judge by. Repeatable; the worst verdict wins.",
)
@option(
    "set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a policy parameter; lists are comma-separated."
)
@option("waivers", type=click.Path(path_type=Path), metavar="FILE", help="Waiver file (YAML).")
@option(
    "fail-on",
    type=click.Choice(["review", "deny", "never"]),
    default="review",
    show_default=True,
    help="Verdict from which on the exit code is 1.",
)
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
    """
    from scanner.policy import Verdict

    policies, pardon = _policies(policy, settings, waivers)
    names = list(dict.fromkeys(_names(models)))
    if not names:
        raise NothingToScan("no model was named", hint="name a model, or send names to `modelorigin check -`")
    views: list[ScanView] = []
    failures: list[Failure] = []
    verdicts: list[Verdict] = []
    uses: list[WaiverUse] = []
    incomplete = False
    progress = not (no_progress or quiet) and on_terminal()
    with ExitStack() as stack:
        store = None if no_record else _store(db, stack)
        runner = _Runner(policies, pardon, store, stack, alternatives, **reading)
        for index, name in enumerate(names):
            if progress:
                tell(f"\r\x1b[2K[{index + 1}/{len(names)}] {name[:100]!r}", newline=False)
            try:
                result = runner.run(name)
            except StoreError as error:
                # What cannot be recorded is not decided; what was decided before is still reported.
                report(error)
                failures += [_failure(left, error) for left in names[index:]]
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
    for waiver in pardon.unused(uses) if pardon else ():
        tell(f"note: the waiver of {waiver.rule} for {waiver.model} ({waiver.ticket}) applied to nothing here")
    publish(views, failures, format, output, quiet)
    threshold = {"review": Verdict.REVIEW, "deny": Verdict.DENY}.get(fail_on)
    if threshold is not None and any(verdict >= threshold for verdict in verdicts):
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
        *,
        hub: str,
        catalogue: str | None,
        offline: bool,
        endpoint: str | None,
        timeout: float,
        depth: str,
        history: bool,
        publishers: Path | None,
        as_of: str | None,
    ) -> None:
        from scanner.cli.sources import memory, opened, tables
        from scanner.evidence import Depth

        self.policies, self.waivers, self.store, self.alternatives = policies, waivers, store, alternatives
        self.as_of, self.depth, self.run_id = parse_day(as_of), Depth(depth), str(uuid4())
        self.tables, self.history = tables(publishers), history
        self.hub = stack.enter_context(
            opened(hub, offline=offline, endpoint=endpoint, timeout=timeout, catalogue=catalogue)
        )
        self.memory = stack.enter_context(memory(self.hub, hub, offline=offline, catalogue=catalogue))

    def run(self, name: str) -> tuple[ScanView, Scan] | Failure:
        from scanner.cli.records import settings
        from scanner.cli.sources import target
        from scanner.export import ScanView
        from scanner.policy import decision_document
        from scanner.scan import scan

        try:
            with target(name, self.hub) as (request, hub):
                now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
                done = scan(
                    request, hub, self.tables, self.policies,
                    at=now, as_of=self.as_of, depth=self.depth, waivers=self.waivers,
                    above=self.hub if hub is not self.hub else None,
                    memory=self.memory if hub is self.hub else None, history=self.history,
                )  # fmt: skip
        except ScannerError as error:
            report(error)
            return _failure(name, error)
        number = self._record(done)
        documents = tuple(decision_document(decision) for decision in done.decisions)
        told = settings({policy.name: policy.source for policy in self.policies})
        instead = self._instead(done) if hub is self.hub else None
        return ScanView(done.facts, documents, number, done.at, told, instead), done

    def _instead(self, done: Scan) -> list[dict[str, Any]] | None:
        """What could be used instead of a model that is denied; None where nobody looked."""
        from scanner.policy import Verdict

        if self.memory is None or not self.alternatives or done.verdict is not Verdict.DENY:
            return None
        from scanner.catalogue.alternatives import suggestions

        id = done.facts["model"]["id"]
        found = suggestions(self.memory.catalogue, id, self.policies, self.tables, self.as_of, self.alternatives)
        return None if found is None else [one.document() for one in found]

    def _record(self, done: Scan) -> int | None:
        if self.store is None:
            return None
        from scanner.cli.records import record

        return self.store.save(record(done, self.run_id, self.policies, self.waivers, self.tables, __version__))


def _failure(name: str, error: ScannerError) -> Failure:
    from scanner.export import Failure

    return Failure(name, type(error).__name__, error.message, error.hint, error.exit_code)


def _policies(
    names: Sequence[str], settings: Sequence[str], waivers: Path | None
) -> tuple[list[Policy], Waivers | None]:
    from scanner.policy import load_policy, load_waivers

    overrides: dict[str, str] = {}
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(f"not NAME=VALUE: {text!r}", hint="for example --set denied=CN,RU")
        overrides[key] = value
    if not names:
        raise UsageError("no policy was named", hint="name one with --policy; `modelorigin policy list` shows them")
    names = list(dict.fromkeys(names))
    policies = [load_policy(name) for name in names]
    called = [policy.name for policy in policies]
    if twice := next((name for name in called if called.count(name) > 1), None):
        raise UsageError(f"two policies are called {twice!r}", hint="give one of them another name: the record says it")
    known = sorted({parameter for policy in policies for parameter in policy.parameters})
    for key in overrides:
        if key not in known:
            close = get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known) or 'none'}"
            raise UsageError(f"no policy named here has a parameter {key!r}", hint=hint)
    for index, (name, policy) in enumerate(zip(names, policies, strict=True)):
        if own := {key: value for key, value in overrides.items() if key in policy.parameters}:
            policies[index] = load_policy(name, overrides=own)
    return policies, load_waivers(waivers) if waivers is not None else None


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
