"""The command line: arguments in, one call, text out. The one place where errors become exit codes.

Commands are imported when they are called: ``--help`` stays free of the database, the Hub client and the data files.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from importlib import import_module

import click

from scanner import __version__
from scanner.cli.config import Configuration
from scanner.cli.output import output_lost, report, tell
from scanner.errors import ScannerError, UsageError

COMMANDS = {
    "check": "judge models against a policy and record the decision",
    "scan": "find every model a code base uses and judge each",
    "facts": "print what is known of one model as JSON (facts/v1)",
    "origin": "what is known of a publisher, each fact with its footnote",
    "license": "what a licence demands, each duty with its clause",
    "crawl": "fill or refresh the catalogue from the Hub, resumable",
    "catalogue": "the whole Hub in one file: judge it, search it, see what comes of a model",
    "policy": "list, show, check, test and explain policies",
    "audit": "list, show, sign, prove and verify recorded scans",
    "db": "upgrade or describe the database",
    "completion": "print the completion script of a shell",
}
SUBCOMMANDS = {
    "catalogue": ("import", "export", "search", "show", "stats", "descendants", "alternatives", "judge"),
    "policy": ("list", "show", "check", "test", "explain", "schema"),
    "audit": ("list", "show", "checkpoint", "witness", "verify", "export", "redact"),
    "db": ("upgrade", "info"),
}


_COMPLETE = "_MODELORIGIN_COMPLETE"
_UNWRITABLE = (errno.EPIPE, errno.ENOSPC, errno.EBADF)


class LazyGroup(click.Group):
    """A group that imports ``scanner.cli.<name>`` only when ``<name>`` runs; help needs the table alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"scanner.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean {close[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="modelorigin")
@click.option(
    "--no-config",
    is_flag=True,
    envvar="MODELORIGIN_NO_CONFIG",
    show_envvar=True,
    help="Ignore modelorigin.toml and pyproject.toml of the project: others may have written them.",
)
@click.pass_context
def cli(ctx: click.Context, no_config: bool) -> None:
    """Where an open-weight model comes from, on which licence, judged by your policy.

    \b
    Exit codes:
      0    every model judged below --fail-on
      1    at least one model at or above --fail-on
      2    usage, configuration or policy file error
      3    incomplete: hub unreachable, model not found, nothing to scan, database unavailable, output lost
      130  interrupted
    """
    ctx.obj = Configuration(keys, project=not no_config)


def keys() -> dict[str, frozenset[str]]:
    """What a configuration file may set, by command: ``audit list`` -> ``limit``, ``since`` ..."""
    from scanner.cli.options import Option

    commands: dict[str, click.Command] = {}
    for name in COMMANDS:
        command: click.Command = import_module(f"scanner.cli.{name}").command
        if isinstance(command, click.Group):
            context = click.Context(command)
            inner = {sub: command.get_command(context, sub) for sub in command.list_commands(context)}
            commands |= {f"{name} {sub}": one for sub, one in inner.items() if one}
        else:
            commands[name] = command
    return {
        name: frozenset(option.key for option in command.params if isinstance(option, Option))
        for name, command in commands.items()
    }


def _report_usage(error: click.ClickException) -> None:
    """A wrong word on the command line, told like any other error; without any word, the help is the answer."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        with suppress(OSError):
            error.show()
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "modelorigin"
    report(UsageError(error.format_message(), hint=f"`{command} --help` shows what it takes"))


def main() -> None:
    """Entry point of the console script: runs, reports an error in one line with its hint, exits with its code."""
    try:
        if _COMPLETE in os.environ:
            cli.main(prog_name="modelorigin")
        # Not by cli.main(): it ends in 1, which means a verdict here, when the reader of a help text went away.
        with cli.make_context("modelorigin", sys.argv[1:]) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as done:
        code = done.exit_code
        if code == 0 and sys.stdout is None:
            # --help and --version print before anybody could ask whether there is somewhere to print to.
            lost = output_lost("stdout is closed")
            report(lost)
            code = lost.exit_code
    except ScannerError as error:
        report(error)
        code = error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        tell("interrupted")
        code = 130
    except click.ClickException as error:
        _report_usage(error)
        code = error.exit_code
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        lost = output_lost(error.strerror)
        report(lost)
        code = lost.exit_code
    sys.exit(code if isinstance(code, int) else 0)
