"""``modelorigin audit replay``: judge again what was recorded. Does it come out the same, and what if?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from scanner.cli.options import (
    LARGEST,
    Configured,
    db_option,
    format_option,
    option,
    parse_day,
)
from scanner.cli.output import emit, on_terminal, screen, tell
from scanner.errors import NothingToScan, UsageError

if TYPE_CHECKING:
    from scanner.replay import Bench, Replayed, Supposed, Supposition
    from scanner.store import Store

_OF = "audit replay"
_EVERY = 100
"""Scans between two lines of progress."""

Json = dict[str, Any]


@click.command("replay", cls=Configured)
@click.argument("numbers", nargs=-1, type=click.IntRange(1, LARGEST), metavar="[NUMBER]...")
@option("policy", "-p", of=_OF, multiple=True, metavar="NAME|FILE",
        help="What if it were judged by this policy instead? Repeatable; the worst verdict wins.")  # fmt: skip
@option("set", "settings", of=_OF, multiple=True, metavar="NAME=VALUE",
        help="Set a parameter of a --policy; lists are comma-separated.")  # fmt: skip
@option("waivers", of=_OF, type=click.Path(path_type=Path), metavar="FILE",
        help="What if these waivers held instead of the recorded ones?")  # fmt: skip
@option("as-of", of=_OF, metavar="DATE", help="What if it were judged on this day (YYYY-MM-DD)?")
@option("registry", of=_OF, type=click.Choice(["recorded", "current"]), default="recorded", show_default=True,
        help="current: what if we had known of publishers what is known now?")  # fmt: skip
@option("publishers", of=_OF, type=click.Path(path_type=Path), metavar="FILE",
        help="With --registry current: your own publisher facts, laid over the shipped registry.")  # fmt: skip
@option("no-progress", of=_OF, is_flag=True, help="No progress line on stderr.")
@db_option
@format_option(("table", "json", "csv"), of=_OF)
def command(
    numbers: tuple[int, ...],
    policy: tuple[str, ...],
    settings: tuple[str, ...],
    waivers: Path | None,
    as_of: str | None,
    registry: str,
    publishers: Path | None,
    no_progress: bool,
    db: str | None,
    format: str,
) -> int:
    """Judge recorded scans again, all or those of NUMBER, offline: nothing is read but the record.

    Each stored facts document is judged by the stored policy under the stored waivers on its own day, and the decision
    is compared with the stored one byte by byte. Whether the record itself was changed is for audit verify to say.

    With --policy, --waivers, --as-of or --registry current: what if? Tells which verdicts would be others and because
    of which rules; nothing is recorded. Facts stay as they were recorded. --as-of moves the day that ages, waivers and
    rules are asked for; with --registry current the origins of publisher, makers and developers are those of that day
    too (else of the scan's own). Who is the maker, the lineage, licences and files are never read anew.

    A scan that was redacted is told and counted apart: the log says who removed it, when and why.

    \b
    Exit codes:
      0  every decision is the same; of what if: every verdict
      1  some are not
      3  not known: a scan or its policy cannot be read, or there is none that was not redacted
    """
    supposition = _supposition(policy, settings, waivers, as_of, registry, publishers)
    from scanner.replay import Bench
    from scanner.store import Store

    with Store.open(db, create=False) as store:
        wanted = _wanted(store, numbers)
        watch = on_terminal() and not no_progress
        if supposition is None:
            return _replay(store, Bench(), wanted, format, watch=watch)
        return _suppose(store, Bench(), wanted, supposition, format, watch=watch)


def _supposition(
    policy: Sequence[str],
    settings: Sequence[str],
    waivers: Path | None,
    as_of: str | None,
    registry: str,
    publishers: Path | None,
) -> Supposition | None:
    """What the options suppose; None: nothing, it is judged as it was."""
    from scanner.cli.policies import policies
    from scanner.origin import Registry
    from scanner.policy import load_waivers
    from scanner.replay import Supposition

    if settings and not policy:
        raise UsageError("--set sets a parameter of which policy?", hint="name it with --policy")
    # Of the configuration it is for every command: there it asks nothing of this one.
    given = click.get_current_context().get_parameter_source("publishers") is ParameterSource.COMMANDLINE
    if given and registry == "recorded":
        raise UsageError(f"{publishers} is laid over which registry?", hint="add --registry current")
    if not policy and waivers is None and as_of is None and registry == "recorded":
        return None
    return Supposition(
        policies=policies(policy, settings) if policy else None,
        waivers=load_waivers(waivers) if waivers is not None else None,
        as_of=parse_day(as_of) if as_of is not None else None,
        registry=Registry.shipped(publishers) if registry == "current" else None,
    )


def _wanted(store: Store, numbers: Sequence[int]) -> list[int]:
    """The scans that are asked for, rising.

    Raises:
        UsageError: one was never recorded.
        NothingToScan: none was.
    """
    there = store.numbers()
    if missing := sorted(set(numbers).difference(there)):
        raise UsageError(f"there is no scan {missing[0]}", hint="modelorigin audit list shows the recorded scans")
    if not there:
        raise NothingToScan("no scan is recorded", hint="each modelorigin check is recorded here")
    return sorted(set(numbers)) or there


def _progress(done: int, wanted: Sequence[int], *, watch: bool) -> None:
    if watch and (done % _EVERY == 0 or done == len(wanted)):
        tell(f"\r\x1b[2K[{done:,}/{len(wanted):,}]" if done < len(wanted) else "\r\x1b[2K", newline=False)


def _replay(store: Store, bench: Bench, wanted: Sequence[int], format: str, *, watch: bool) -> int:
    from scanner.export.quoting import json_text
    from scanner.export.replayed import replay_csv, replay_table
    from scanner.replay import Result

    counts: Counter[str] = Counter()
    told: list[Replayed] = []
    for done, (number, found) in enumerate(store.recorded(wanted), 1):
        for one in bench.replay(number, found):
            counts[one.result.value] += 1
            if format != "table" or one.result is not Result.IDENTICAL:
                told.append(one)
        _progress(done, wanted, watch=watch)
    document: Json = {
        "schema": "modelorigin/replay/v1",
        "scans": len(wanted),
        **{result.value.replace("-", "_"): counts[result.value] for result in Result},
        "decisions": [
            {"scan": one.scan, "model": one.model, "policy": one.policy, "result": one.result.value, "told": one.told}
            for one in told
        ],
    }
    if format == "json":
        emit(json_text(document, indent=2))
    else:
        emit(replay_csv(document) if format == "csv" else replay_table(document, screen()))
    unknown = document["not_replayed"] or not document["identical"]
    return 1 if document["different"] else 3 if unknown else 0


def _suppose(
    store: Store, bench: Bench, wanted: Sequence[int], supposition: Supposition, format: str, *, watch: bool
) -> int:
    from scanner.export.quoting import json_text
    from scanner.export.replayed import supposed_csv, supposed_table

    told: list[Supposed] = []
    others = 0
    for done, (number, found) in enumerate(store.recorded(wanted), 1):
        one = bench.suppose(number, found, supposition)
        others += one.for_other_reasons
        if one.changed or one.after is None:
            told.append(one)
        _progress(done, wanted, watch=watch)
    document = _supposed(supposition, told, others, len(wanted))
    if format == "json":
        emit(json_text(document, indent=2))
    else:
        emit(supposed_csv(document) if format == "csv" else supposed_table(document, screen()))
    counts = document["counts"]
    unknown = counts["not_judged"] or counts["redacted"] == counts["scans"]
    return 1 if counts["changed"] else 3 if unknown else 0


def _supposed(supposition: Supposition, told: Sequence[Supposed], others: int, scans: int) -> Json:
    policies, waivers, day = supposition.policies, supposition.waivers, supposition.as_of
    turns = Counter((one.before, one.after) for one in told if one.changed)
    return {
        "schema": "modelorigin/what-if/v1",
        "supposed": {
            "policies": policies and [{"name": p.name, "digest": p.digest, "settings": p.settings} for p in policies],
            "waivers": waivers.digest if waivers else None,
            "as_of": day.isoformat() if day else None,
            "registry": supposition.registry.digest() if supposition.registry else None,
        },
        "counts": {
            "scans": scans,
            "changed": sum(one.changed for one in told),
            "for_other_reasons": others,
            "not_judged": sum(one.after is None and not one.redacted for one in told),
            "redacted": sum(one.redacted for one in told),
            "turns": [{"from": was, "to": now, "scans": count} for (was, now), count in sorted(turns.items())],
        },
        "scans": [
            {"scan": one.scan, "at": one.at, "model": one.model, "from": one.before, "to": one.after,
             "rules_before": list(one.rules_before), "rules": list(one.rules_after), "told": one.told or None}
            for one in told
        ],
    }  # fmt: skip
