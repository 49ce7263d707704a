"""``modelorigin check``: judge models and record the decisions."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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
from scanner.cli.output import FORMATS, check_output, on_terminal, publish, tell
from scanner.cli.policies import policies
from scanner.errors import NothingToScan, UsageError

if TYPE_CHECKING:
    from scanner.store import Store


@click.command("check", cls=Configured)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@option(
    "bom",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Judge every model of this bill of materials: CycloneDX JSON (1.4 to 1.7), SPDX 3.0 JSON-LD. Repeatable.",
)
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
    bom: tuple[Path, ...],
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
    read anew and compared with the last scan that was asked for by name, else with the first of a code base. What is
    another (commit, identity, licence, bases, files, verdict) is usage.drift of its facts, which policies weigh, and is
    told in the words of audit diff; waivers that have ended, or will within 14 days, are told too. Without --waivers
    those of its last scan by day hold.

    cyclonedx (1.6), cyclonedx-1.7 and spdx (3.0.1) are bills of materials; -o takes them by the endings .cdx.json and
    .spdx.json.
    """
    from scanner.cli.bills import Bills
    from scanner.cli.checking import Checks
    from scanner.policy import Verdict, load_waivers

    check_output(format, output)
    if recorded == bool(models or bom):
        hint = "name models or a bill of materials (--bom), or give --recorded for those of the record"
        raise UsageError("check what?", hint=hint)
    if (at_most is not None or fail_on_drift) and not recorded:
        raise UsageError("--at-most and --fail-on-drift are for recorded models", hint="add --recorded")
    asked, pardon = policies(policy, settings), load_waivers(waivers) if waivers is not None else None
    bills = Bills(bom)
    names = list(dict.fromkeys((*_names(models), *bills.used())))
    if not (names or bom or recorded):
        raise NothingToScan("no model was named", hint="name a model, or send names to `modelorigin check -`")
    with ExitStack() as stack:
        store = _store(db, stack, create=not recorded) if recorded or not no_record else None
        checks = Checks(asked, pardon, None if no_record else store, stack, alternatives, **reading)
        checks.progress = not (no_progress or quiet) and on_terminal()
        if store and recorded:
            names = checks.watch(store, at_most)
        checks.failures += bills.unresolved()
        checks.all(names)
        # What a bill says its models came from is judged by itself where our own lineage does not hold it.
        stated, unknown = bills.stated([view.facts for view in checks.views])
        checks.failures += unknown
        checks.all([name for name in stated if name not in names])
        checks.failures += bills.others([view.facts for view in checks.views])
        drifted = checks.told()
    bills.tell()
    for waiver in pardon.unused(checks.uses) if pardon else ():
        about = waiver.model or ", ".join(waiver.paths)
        tell(f"note: the waiver of {waiver.rule} for {about} ({waiver.ticket}) applied to nothing here")
    publish(checks.views, checks.failures, format, output, quiet)
    threshold = {"review": Verdict.REVIEW, "deny": Verdict.DENY}.get(fail_on)
    if (threshold is not None and checks.reach(threshold)) or (fail_on_drift and drifted):
        return 1
    codes = [failure.exit_code for failure in checks.failures]
    return max(codes) if codes else 3 if checks.incomplete else 0


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
