"""Defaults from ``modelorigin.toml``, ``[tool.modelorigin]`` in ``pyproject.toml`` and the user's own file.

A key is an option's long name without its dashes. Outside a table it is an option of ``check`` and ``scan``, or one
that means the same to every command; a table is called after a command (``[check]``, ``[audit.list]``) and holds keys
for it alone. Precedence: flag, environment variable, project file, user file. What no command knows is an error: a
typo must not loosen a gate. A project's file may be a stranger's: it cannot say where a token or a report goes, and it
is told.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from scanner.errors import UsageError

SHARED = frozenset(
    ("hub", "endpoint", "timeout", "offline", "depth", "history", "publishers", "as-of", "db", "catalogue")
)
"""Options that mean the same to every command that has them."""
GENERAL = "check"
JUDGING = (GENERAL, "scan")
"""The commands whose options need no table and no command's name in their variable: a key is the same to both."""
_NEVER = {
    "endpoint": "your token is sent there: give --endpoint, MODELORIGIN_ENDPOINT or your own file",
    "output": "it would write where you did not ask it to: give -o, MODELORIGIN_OUTPUT or your own file",
    "key": "it would choose who you trust or sign as: give --key or its variable",
    "public-key": "it would choose who you trust: give --public-key or its variable",
    "new-key": "it would write a key where you did not ask it to: give --new-key",
    "state": "it would write where you did not ask it to: give --state",
    "lock": "it would agree to whatever is found: give --lock",
    "yes": "it would agree to what is removed for good: give --yes",
    "write-baseline": "it would accept whatever is found: give --write-baseline",
}
_SERVER = "your scans and a password would be sent there: give --db, MODELORIGIN_DB or your own file"

Keys = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a file says an option is; ``key`` is the option as the file calls it, with its table."""

    value: Any
    file: Path
    key: str
    project: bool

    def wrong(self, reason: str, hint: str = "") -> UsageError:
        return UsageError(f"{self.file}: {self.key}: {reason}", hint=hint or "fix the file, or ignore a project's file"
                          " with modelorigin --no-config")  # fmt: skip


class Configuration:
    """What the files say. They are read when a command first asks: help and completion need none of them.

    ``keys`` gives, by command (``audit list``), the keys of its options; ``project`` is False to leave out the
    project's file.
    """

    def __init__(self, keys: Callable[[], Keys], *, project: bool) -> None:
        self._keys = keys
        self._project = project

    def of(self, command: str) -> Mapping[str, Setting]:
        """The settings of one command, by key.

        Raises:
            UsageError: a file is not TOML, holds a key or table nobody knows, or one that is not the project's to say.
        """
        return self._settings.get(command, {})

    @cached_property
    def _settings(self) -> Mapping[str, Mapping[str, Setting]]:
        own = _user_file()
        theirs = _project_file() if self._project else None
        if own is None and theirs is None:
            return {}
        keys = self._keys()
        settings: dict[str, dict[str, Setting]] = {command: {} for command in keys}
        for found, project in ((own, False), (theirs, True)):
            for command, said in _by_command(*found, keys, project) if found else ():
                settings[command].update(said)
        return settings


def _by_command(
    file: Path, document: Mapping[str, Any], keys: Keys, project: bool
) -> Iterator[tuple[str, dict[str, Setting]]]:
    general, tables = _parted(file, document, keys)
    for words, table in ((), general), *((words, table) for words, table in tables.items()):
        known = SHARED.union(*(keys[command] for command in JUDGING)) if not words else set(keys[" ".join(words)])
        for key in table:
            place = f"[{'.'.join(words)}] {key}" if words else key
            if key not in known:
                raise UsageError(f"{file}: {place}: unknown key", hint=_nearest(key, known, keys))
            if project:
                _refuse(file, place, key, table[key])
    for command, own in keys.items():
        words = tuple(command.split())
        said = {key: Setting(value, file, key, project) for key, value in general.items()
                if key in own and (command in JUDGING or key in SHARED)}  # fmt: skip
        said |= {key: Setting(value, file, f"[{'.'.join(words)}] {key}", project)
                 for key, value in tables.get(words, {}).items()}  # fmt: skip
        yield command, said


def _parted(
    file: Path, document: Mapping[str, Any], keys: Keys
) -> tuple[dict[str, Any], dict[tuple[str, ...], Mapping[str, Any]]]:
    """The keys outside a table, and the table of each command by its words."""
    general = {key: value for key, value in document.items() if not isinstance(value, Mapping)}
    tables: dict[tuple[str, ...], Mapping[str, Any]] = {}
    groups = {command.split()[0] for command in keys}
    for name, table in document.items():
        if not isinstance(table, Mapping):
            continue
        if name not in groups:
            raise UsageError(f"{file}: [{name}]: no such command", hint=_nearest(name, groups, {}))
        if name in keys:
            tables[(name,)] = table
            continue
        inner = [command.split()[1] for command in keys if command.startswith(f"{name} ")]
        for sub, own in table.items():
            if sub not in inner or not isinstance(own, Mapping):
                hint = f"a table is called after a command: {', '.join(f'[{name}.{one}]' for one in inner)}"
                raise UsageError(f"{file}: [{name}] {sub}: {name} alone is no command", hint=hint)
            tables[(name, sub)] = own
    return general, tables


def _refuse(file: Path, place: str, key: str, value: Any) -> None:
    """Raise where a project's file says what is not its own to say."""
    hint = _NEVER.get(key)
    if key == "db" and "://" in str(value) and not str(value).startswith("sqlite"):
        hint = _SERVER
    if hint:
        raise UsageError(f"{file}: {place}: a project may not set {key}", hint=f"{hint}, or use --no-config")


def _nearest(name: str, known: Collection[str], keys: Keys) -> str:
    if elsewhere := [f"[{command.replace(' ', '.')}]" for command, own in keys.items() if name in own]:
        return f"it belongs under {' or '.join(elsewhere)}"
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(known))}"


def _user_file() -> tuple[Path, Mapping[str, Any]] | None:
    path = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config") / "modelorigin" / "modelorigin.toml"
    # A user without a home has no file there.
    with suppress(RuntimeError):
        path = path.expanduser()
        return (path, _read(path)) if path.is_file() else None
    return None


def _project_file() -> tuple[Path, Mapping[str, Any]] | None:
    """The nearest file at or above the working folder, not past the top of its repository."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return None
    for folder in (here, *here.parents):
        own = folder / "modelorigin.toml"
        if own.is_file():
            return own, _read(own)
        pyproject = folder / "pyproject.toml"
        if pyproject.is_file():
            tools = _read(pyproject).get("tool", {})
            table = tools.get("modelorigin") if isinstance(tools, Mapping) else None
            if table is not None and not isinstance(table, Mapping):
                raise UsageError(f"{pyproject}: tool.modelorigin is no table", hint="write [tool.modelorigin]")
            if table is not None:
                return pyproject, table
        if (folder / ".git").exists():
            break
    return None


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: not readable as TOML: {error}", hint="fix the file or remove it") from error
