"""The options several commands share, each with its environment variable, and what they turn into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from scanner.cli.config import Configuration
from scanner.cli.output import known_suffixes, tell
from scanner.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


class Configured(click.Command):
    """A command that says, quiet or not, what the project's file chose for it: a stranger may have written that."""

    def invoke(self, ctx: click.Context) -> Any:
        chosen = ctx.find_object(Configuration)
        if chosen is not None:
            used = [
                p.name for p in self.params if ctx.get_parameter_source(p.name or "") is ParameterSource.DEFAULT_MAP
            ]
            if note := chosen.note((self.name, ctx.parent.info_name if ctx.parent else None), used):
                tell(note)
        return super().invoke(ctx)


class _Option(click.Option):
    """An option whose variable is unset when it is empty, and wrong when it is blank."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        value = super().resolve_envvar_value(ctx)
        if value is not None and not value.strip():
            what = (self.opts[0] if self.opts else "").lstrip("-")
            raise UsageError(f"{self.envvar} is blank: no {what} was named", hint="unset it, or give it a value")
        return value


def option(name: str, *flags: str, **settings: Any) -> Callable[[F], F]:
    """A click option ``--name`` that also reads ``MODELORIGIN_NAME``."""
    variable = "MODELORIGIN_" + name.replace("-", "_").upper()
    return click.option(f"--{name}", *flags, cls=_Option, envvar=variable, show_envvar=True, **settings)


def hub_options(command: F) -> F:
    """--hub, --offline, --endpoint, --depth, --publishers, --as-of: where and how a model is read."""
    for decorate in (
        option(
            "as-of",
            metavar="DATE",
            help="Day the registry, the lists and the policy are asked for (YYYY-MM-DD). Default: today, UTC.",
        ),
        option(
            "publishers",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="YAML of your own publisher facts, laid over the shipped registry.",
        ),
        option(
            "depth",
            type=click.Choice(["card", "headers"]),
            default="headers",
            show_default=True,
            help="How deep the model is read: its texts and configs, or the headers of its weights too.",
        ),
        option(
            "endpoint", metavar="URL", help="Address of the Hub or of a mirror. Default: HF_ENDPOINT or the public Hub."
        ),
        option(
            "timeout",
            type=click.FloatRange(1, 3600),
            default=60,
            show_default=True,
            metavar="SECONDS",
            help="Longest wait for one answer of the Hub, retries included.",
        ),
        option("offline", is_flag=True, help="Make no request: use what is held locally (the starter catalogue)."),
        option(
            "hub",
            default="huggingface",
            show_default=True,
            metavar="huggingface|starter|DIR",
            help="Where models are read: the live Hub, the starter catalogue, or a folder of repositories.",
        ),
    ):
        command = decorate(command)
    return command


def db_option(command: F) -> F:
    """--db: where scans are recorded."""
    return option(
        "db", metavar="URL", help="Database: a file or an SQLAlchemy URL. Default: in the user's data folder."
    )(command)


def output_options(formats: Sequence[str]) -> Callable[[F], F]:
    """--format, -o and --quiet."""

    def decorate(command: F) -> F:
        command = option("quiet", "-q", is_flag=True, help="Print nothing but errors.")(command)
        command = click.option(
            "-o",
            "--output",
            multiple=True,
            type=click.Path(path_type=Path, dir_okay=False),
            callback=known_suffixes,
            metavar="FILE",
            help="Write a report to FILE too, in the format of its suffix. Repeatable.",
        )(command)
        return option(
            "format", type=click.Choice(list(formats)), default=formats[0], show_default=True, help="Format on stdout."
        )(command)

    return decorate


def parse_day(text: str | None) -> date:
    """The day given, or today in UTC.

    Raises:
        UsageError: not a date.
    """
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"not a date: {text!r}", hint="write YYYY-MM-DD") from error
