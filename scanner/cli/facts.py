"""``modelorigin facts``: the facts document of one model, unjudged."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import Configured, hub_options, option, parse_day
from scanner.cli.output import emit, in_a_folder, write_file


@click.command("facts", cls=Configured)
@click.argument("model")
@option(
    "output",
    "-o",
    of="facts",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=in_a_folder,
    metavar="FILE",
    help="Write to FILE instead of stdout.",
)
@hub_options
def command(
    model: str,
    output: Path | None,
    hub: str,
    catalogue: str | None,
    offline: bool,
    endpoint: str | None,
    timeout: float,
    depth: str,
    history: bool,
    publishers: Path | None,
    as_of: str | None,
) -> int:
    """Print what is known of MODEL as JSON: the document policies read (facts/v1). Nothing is judged or recorded."""
    import json

    from scanner.cli.sources import memory, opened, tables, target
    from scanner.evidence import Depth
    from scanner.facts import facts_document, is_incomplete
    from scanner.provenance import trace

    day, known = parse_day(as_of), tables(publishers)
    with (
        opened(hub, offline=offline, endpoint=endpoint, timeout=timeout, catalogue=catalogue) as chosen,
        memory(chosen, hub, offline=offline, catalogue=catalogue) as met_before,
        target(model, chosen) as (request, source),
    ):
        above, remembers = (chosen, None) if source is not chosen else (None, met_before)
        found = trace(
            request, source, known, as_of=day, depth=Depth(depth), above=above, memory=remembers, history=history
        )
        facts = facts_document(found)
    text = json.dumps(facts, indent=2, ensure_ascii=False)
    if output:
        write_file(output, text + "\n")
    else:
        emit(text)
    return 3 if is_incomplete(facts) else 0
