"""Defaults from ``modelorigin.toml``, ``[tool.modelorigin]`` in ``pyproject.toml`` and the user's own file.

A key is an option's long name without dashes in front; a table with a command's name holds keys for that command alone.
Precedence: flag, environment variable, project file, user file. A key no command knows is an error: a typo must not
loosen a gate.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scanner.errors import UsageError

COMMON = frozenset(("hub", "endpoint", "timeout", "offline", "depth", "publishers", "as-of", "db"))
"""Keys that mean the same to every command that has the option; the others, given outside a table, are ``check``'s."""
KEYS = COMMON | {"policy", "set", "waivers", "fail-on", "format", "quiet", "no-progress", "no-record"}
_PARAMETERS = {"set": "settings"}


def defaults(commands: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """click's ``default_map``: for each command its values by parameter name. ``commands`` gives each its subcommands.

    Raises:
        UsageError: a file is not TOML, or holds a key or table nobody knows.
    """
    merged: dict[str, dict[str, Any]] = {command: {} for command in commands}
    for path, table in (_user_file(), _project_file()):
        shared = {k: v for k, v in table.items() if not isinstance(v, Mapping)}
        own = {k: v for k, v in table.items() if isinstance(v, Mapping)}
        _check(path, shared, KEYS)
        _check(path, own, commands)
        for command, values in merged.items():
            _check(path, own.get(command, {}), KEYS)
            general = {k: v for k, v in shared.items() if command == "check" or k in COMMON}
            for key, value in {**general, **own.get(command, {})}.items():
                values[_PARAMETERS.get(key, key.replace("-", "_"))] = value
    return {name: dict.fromkeys(commands[name], values) or values for name, values in merged.items()}


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
            table = _read(pyproject).get("tool", {}).get("modelorigin")
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
