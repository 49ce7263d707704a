"""``modelorigin facts``: the facts document of one model, unjudged."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from scanner.cli.options import Configured, hub_options, option
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
    **reading: Any,
) -> int:
    """Print what is known of MODEL as JSON: the document policies read (facts/v1). Nothing is judged or recorded."""
    import json

    from scanner.cli.reading import Reading
    from scanner.facts import is_incomplete

    with ExitStack() as stack:
        _, facts, _ = Reading(stack, **reading).facts(model)
    text = json.dumps(facts, indent=2, ensure_ascii=False)
    if output:
        write_file(output, text + "\n")
    else:
        emit(text)
    return 3 if is_incomplete(facts) else 0
