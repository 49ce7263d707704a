"""Where policies are found: the packs that ship, by name, and files, by path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from scanner.errors import PolicyError
from scanner.policy.fields import did_you_mean
from scanner.policy.written import read_file

_SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """The text of a policy. ``file`` is how complaints call it; ``folder`` is where its relative paths start.

    ``held`` gives what it extends, by the word it is written with, where that was kept beside it: then nothing else is
    looked up.
    """

    text: str
    file: str
    folder: Path | None = None
    held: Callable[[str], Found] | None = None


@cache
def folder() -> Traversable:
    """The packs as installed, or those of the source tree."""
    installed = files("scanner") / "_policies"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "policies"


@cache
def shipped() -> tuple[str, ...]:
    """The names of the packs that ship."""
    found = (entry.name for entry in folder().iterdir() if entry.is_file())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


def shipped_text(*parts: str) -> str | None:
    """The text of a file beside the packs (``"tests", "baseline.yaml"``), or None."""
    place = folder().joinpath(*parts)
    return place.read_text(encoding="utf-8") if place.is_file() else None


def find(source: str | Path, beside: Path | None = None) -> Found:
    """The text behind the name of a shipped pack or the path of a file; a relative path starts at ``beside``.

    Raises:
        PolicyError: no such pack or file, or the file cannot be read.
    """
    if isinstance(source, str) and source in shipped():
        return Found(shipped_text(source + _SUFFIX) or "", source + _SUFFIX)
    if isinstance(source, str) and not is_path(source):
        raise PolicyError(f"no policy is called {source!r}", hint=did_you_mean(source, shipped()))
    path = (beside / source) if beside else Path(source)
    return Found(read_file(path, kind="policy file"), str(path), path.parent)


def is_path(text: str) -> bool:
    """True when a text names a file and not a pack."""
    return "/" in text or "\\" in text or text.endswith((".yaml", ".yml"))
