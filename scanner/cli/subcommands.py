"""A command of several: each is a module, imported when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Subcommands(click.Group):
    """The subcommands of ``scanner.cli.<name>``: ``table`` gives each with its one line of help.

    The module of a subcommand is called after it, with a ``_`` behind, and holds it as ``command``.
    """

    def __init__(self, name: str, table: Mapping[str, str], **settings: Any) -> None:
        super().__init__(name, **settings)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        command: click.Command = import_module(f"scanner.cli.{self.name}.{cmd_name}_").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))
