"""``modelorigin catalogue``: the whole Hub in one file: filled, searched, judged. One file a subcommand."""

from __future__ import annotations

from importlib import import_module

import click

SUBCOMMANDS: dict[str, str] = {
    "import": "fill it from a file: parquet, JSON lines, a bundle, or the starter",
    "export": "write it as a bundle, for a site without network",
    "search": "find models by words, origin, licence, format, task, verdict",
    "show": "everything that is known of one model",
    "stats": "how many models there are, by origin, licence, format, task and time",
    "descendants": "everything that comes out of a model, and the scans that met it",
    "alternatives": "what could be used instead of a model under a policy",
    "judge": "judge every model by a policy, count the verdicts, compare two policies",
}
"""Each with its one line of help; ``scanner.cli.catalogue.<name>`` is imported when it runs."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        command: click.Command = import_module(f"scanner.cli.catalogue.{cmd_name}_").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


@click.group("catalogue", cls=_Lazy)
def command() -> None:
    """The models of the whole Hub, as far as they were crawled or imported."""
