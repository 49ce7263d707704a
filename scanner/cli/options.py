"""The options several commands share, and where their values come from: flag, variable, file, default."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from scanner.cli.config import GENERAL, SHARED, Configuration, Setting
from scanner.cli.output import known_suffixes, tell
from scanner.errors import UsageError
from scanner.export.quoting import one_line

F = TypeVar("F", bound=Callable[..., Any])
LARGEST = 2**63 - 1
"""The largest number a database counts to."""
_SHOWN, _LONGEST = 20, 100
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Option(click.Option):
    """An option that a file may set. An empty variable is an unset one; a blank value is wrong wherever it stands."""

    @property
    def key(self) -> str:
        """How a file calls the option: its long name without dashes."""
        return self.opts[0].lstrip("-")

    def setting(self, ctx: click.Context) -> Setting | None:
        """What a file says of this option, unless a flag or a variable says it."""
        return _settings(ctx).get(self.key)

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        value, source = super().consume_value(ctx, opts)
        if source is ParameterSource.DEFAULT and not ctx.resilient_parsing and (setting := self.setting(ctx)):
            return self._written(setting), ParameterSource.DEFAULT_MAP
        return value, source

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        source = ctx.get_parameter_source(self.name or "")
        setting = self.setting(ctx) if source is ParameterSource.DEFAULT_MAP else None
        for said in value if isinstance(value, list | tuple) else [value]:
            if isinstance(said, str) and (not said.strip() or "\0" in said):
                wrong = "is blank" if not said.strip() else "holds a NUL"
                if setting:
                    raise setting.wrong(f"{wrong}: no {self.key} was named")
                given = self.envvar if source is ParameterSource.ENVIRONMENT else f"--{self.key}"
                raise UsageError(f"{given} {wrong}: no {self.key} was named", hint="leave it out, or give it a value")
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            if setting is None:
                raise
            raise setting.wrong(error.message) from error

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        value = super().resolve_envvar_value(ctx)
        # A repeatable option would split a blank into no values at all: that is none named, not the default.
        if value is not None and not value.strip():
            raise UsageError(f"{self.envvar} is blank: no {self.key} was named", hint="unset it, or give it a value")
        return value

    def _written(self, setting: Setting) -> Any:
        """The value as the command line would have it; a repeatable option takes one value or a list of them."""
        value = setting.value
        if self.is_flag:
            if not isinstance(value, bool):
                raise setting.wrong("true or false is expected", "write it without quotes")
            return value
        if isinstance(value, list) and not self.multiple:
            raise setting.wrong("one value is expected, not a list")
        values = value if isinstance(value, list) else [value]
        # A date and time would be cut to its day in silence; what is left is a number, a text or a date.
        if any(isinstance(one, bool | dict | list | datetime) for one in values):
            raise setting.wrong("a text or a number is expected")
        written = [one if isinstance(one, int | float) else str(one) for one in values]
        return written if self.multiple else written[0]


class Configured(click.Command):
    """A command that says, quiet or not, what the project's file chose for it: a stranger may have written that."""

    def invoke(self, ctx: click.Context) -> Any:
        # Read even where flags and variables say everything: a typo is told by every run, not by some.
        _settings(ctx)
        used = [
            setting
            for option in self.params
            if isinstance(option, Option)
            and ctx.get_parameter_source(option.name or "") is ParameterSource.DEFAULT_MAP
            and (setting := option.setting(ctx))
            and setting.project
        ]
        if used:
            said = ", ".join(f"{setting.key} = {_shown(setting.value)}" for setting in used)
            tell(f"note: {said} from {one_line(str(used[0].file))}")
        return super().invoke(ctx)


def _settings(ctx: click.Context) -> Mapping[str, Setting]:
    configuration = ctx.find_object(Configuration)
    return configuration.of(ctx.command_path.partition(" ")[2]) if configuration else {}


def _shown(value: Any) -> str:
    """A value on one line, cut so that it cannot push another out of sight."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]" if len(value) <= _SHOWN else f"{len(value)} values"
    text = str(value).lower() if isinstance(value, bool) else str(one_line(str(value)))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def option(name: str, *flags: str, of: str = GENERAL, **settings: Any) -> Callable[[F], F]:
    """A click option ``--name`` of the command ``of`` that also reads ``MODELORIGIN_NAME``.

    Where ``name`` means something to ``of`` alone, the variable is called after both: ``MODELORIGIN_AUDIT_LIST_LIMIT``.
    """
    words = name if name in SHARED or of == GENERAL else f"{of} {name}"
    variable = "MODELORIGIN_" + re.sub("[- ]", "_", words).upper()
    return click.option(f"--{name}", *flags, cls=Option, envvar=variable, show_envvar=True, **settings)


class Seconds(click.FloatRange):
    """A number of seconds; NaN, which is in no range and outside none, is no number."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        return self.fail(f"{value!r} is no number of seconds", param, ctx) if math.isnan(seconds) else seconds


def hub_options(command: F) -> F:
    """--hub, --catalogue, --offline, --endpoint, --depth, --history and more: where and how a model is read."""
    for decorate in (
        as_of_option,
        publishers_option,
        option(
            "depth",
            type=click.Choice(["card", "headers"]),
            default="headers",
            show_default=True,
            help="How deep the model is read: its texts and configs, or the headers of its weights too.",
        ),
        option(
            "history",
            is_flag=True,
            help="Ask the live Hub which licence earlier commits declared: at most four requests more.",
        ),
        endpoint_option,
        option(
            "timeout",
            type=Seconds(1, 3600),
            default=60,
            show_default=True,
            metavar="SECONDS",
            help="Longest wait for one answer of the Hub, retries included.",
        ),
        option("offline", is_flag=True, help="Make no request: use the catalogue where there is one, and the starter."),
        catalogue_option,
        option(
            "hub",
            default="huggingface",
            show_default=True,
            metavar="huggingface|starter|catalogue|DIR",
            help="Where models are read: the live Hub, what ships, what was crawled, or a folder of repositories.",
        ),
    ):
        command = decorate(command)
    return command


def policy_options(command: F) -> F:
    """--policy and --set: what is judged by."""
    command = option(
        "set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a policy parameter; lists are comma-separated.",
    )(command)
    return option(
        "policy",
        "-p",
        multiple=True,
        default=("baseline",),
        show_default=True,
        metavar="NAME|FILE",
        help="Policy to judge by. Repeatable; the worst verdict wins.",
    )(command)


def fail_on_option(command: F) -> F:
    """--fail-on: what ends in 1."""
    return option(
        "fail-on",
        type=click.Choice(["review", "deny", "never"]),
        default="review",
        show_default=True,
        help="Verdict from which on the exit code is 1.",
    )(command)


def endpoint_option(command: F) -> F:
    """--endpoint: which Hub."""
    return option(
        "endpoint", metavar="URL", help="Address of the Hub or of a mirror. Default: HF_ENDPOINT or the public Hub."
    )(command)


def catalogue_option(command: F) -> F:
    """--catalogue: the file of the whole Hub."""
    return option(
        "catalogue", metavar="FILE", help="The catalogue's file. Default: catalogue.db in the user's data folder."
    )(command)


def as_of_option(command: F) -> F:
    """--as-of: the day that is asked for."""
    return option(
        "as-of",
        metavar="DATE",
        help="Day the registry, the lists and the policy are asked for (YYYY-MM-DD). Default: today, UTC.",
    )(command)


def publishers_option(command: F) -> F:
    """--publishers: a company's own facts."""
    return option(
        "publishers",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="YAML of your own publisher facts, laid over the shipped registry.",
    )(command)


def db_option(command: F) -> F:
    """--db: where scans are recorded."""
    return option(
        "db", metavar="URL", help="Database: a file or an SQLAlchemy URL. Default: in the user's data folder."
    )(command)


def format_option(formats: Sequence[str], of: str = GENERAL) -> Callable[[F], F]:
    """--format: how stdout looks; the first of ``formats`` is the default."""
    return option(
        "format",
        of=of,
        type=click.Choice(list(formats)),
        default=formats[0],
        show_default=True,
        help="Format on stdout.",
    )


def output_options(formats: Sequence[str], of: str = GENERAL) -> Callable[[F], F]:
    """--format, -o and --quiet."""

    def decorate(command: F) -> F:
        command = option("quiet", "-q", of=of, is_flag=True, help="Print nothing but errors.")(command)
        command = option(
            "output",
            "-o",
            of=of,
            multiple=True,
            type=click.Path(path_type=Path, dir_okay=False),
            callback=known_suffixes,
            metavar="FILE",
            help="Write a report to FILE too, in the format of its suffix. Repeatable.",
        )(command)
        return format_option(formats, of)(command)

    return decorate


def parse_day(text: str | None) -> date:
    """The day given, or today in UTC.

    Raises:
        UsageError: not a date.
    """
    if text is None:
        return datetime.now(UTC).date()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(f"not a date: {text[:40]!r}", hint="write YYYY-MM-DD")
