"""Defaults from ``modelorigin.toml``, ``[tool.modelorigin]`` in ``pyproject.toml`` and the user's own file.

A key is an option's long name without dashes in front; a table with a command's name holds keys for that command alone.
Precedence: flag, environment variable, project file, user file. A key no command knows is an error: a typo must not
loosen a gate. A project's file may be a stranger's: it cannot say where a token is sent, and what it says is told.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.export.quoting import one_line

COMMON = frozenset(("hub", "endpoint", "timeout", "offline", "depth", "publishers", "as-of", "db"))
"""Keys that mean the same to every command that has the option; the others, given outside a table, are ``check``'s."""
KEYS = COMMON | {"policy", "set", "waivers", "fail-on", "format", "quiet", "no-progress", "no-record"}
_SHOWN, _LONGEST = 20, 100


@dataclass(frozen=True, slots=True)
class Configuration:
    """click's ``default_map``, by command and parameter; ``chosen`` is the project file's part, by command and key."""

    default_map: dict[str, Any]
    project: Path | None
    chosen: Mapping[str, Mapping[str, Any]]

    def note(self, words: Iterable[str | None], used: Iterable[str | None]) -> str | None:
        """One line on the parameters ``used`` that the project's file gave; ``words`` hold the command's name."""
        given: Mapping[str, Any] = next((self.chosen[word] for word in words if word and word in self.chosen), {})
        names = set(used)
        said = [f"{key} = {_shown(value)}" for key, value in given.items() if _parameter(key) in names]
        return f"note: {', '.join(said)} from {one_line(str(self.project))}" if said else None


def configuration(commands: Mapping[str, tuple[str, ...]], *, project: bool = True) -> Configuration:
    """What the files say, the project's only where ``project`` is wanted. ``commands`` gives each its subcommands.

    Raises:
        UsageError: a file is not TOML, holds a key or table nobody knows, or one that is not the project's to say.
    """
    own = _user_file()
    theirs = _project_file() if project else (None, {})
    if any("endpoint" in table for table in (theirs[1], *theirs[1].values()) if isinstance(table, Mapping)):
        hint = "your token is sent there: give --endpoint, MODELORIGIN_ENDPOINT or your own file, or use --no-config"
        raise UsageError(f"{theirs[0]}: a project may not set endpoint", hint=hint)
    chosen = _by_command(*theirs, commands)
    merged = {
        name: {_parameter(key): value for key, value in {**values, **chosen[name]}.items()}
        for name, values in _by_command(*own, commands).items()
    }
    shared = {name: dict.fromkeys(commands[name], values) or values for name, values in merged.items()}
    return Configuration(shared, theirs[0], chosen)


def _by_command(path: Path | None, table: Mapping[str, Any], commands: Iterable[str]) -> dict[str, dict[str, Any]]:
    shared = {k: v for k, v in table.items() if not isinstance(v, Mapping)}
    own = {k: v for k, v in table.items() if isinstance(v, Mapping)}
    _check(path, shared, KEYS)
    _check(path, own, commands)
    values = {}
    for command in commands:
        _check(path, own.get(command, {}), KEYS)
        general = {k: v for k, v in shared.items() if command == "check" or k in COMMON}
        values[command] = {**general, **own.get(command, {})}
    return values


def _parameter(key: str) -> str:
    return "settings" if key == "set" else key.replace("-", "_")


def _shown(value: Any) -> str:
    """A value on one line, cut so that it cannot push another out of sight."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]" if len(value) <= _SHOWN else f"{len(value)} values"
    text = str(value).lower() if isinstance(value, bool) else one_line(str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _check(path: Path | None, keys: Iterable[str], known: Iterable[str]) -> None:
    names = sorted(known)
    for key in keys:
        if key not in names:
            close = get_close_matches(key, names, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(names)}"
            raise UsageError(f"{path}: unknown key {key!r}", hint=hint)


def _user_file() -> tuple[Path | None, Mapping[str, Any]]:
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    path = Path(home).expanduser() / "modelorigin" / "modelorigin.toml"
    return (path, _read(path)) if path.is_file() else (None, {})


def _project_file() -> tuple[Path | None, Mapping[str, Any]]:
    """The nearest file at or above the working folder, not past the top of its repository."""
    here = Path.cwd()
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
    return None, {}


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: not readable as TOML: {error}", hint="fix the file or remove it") from error
