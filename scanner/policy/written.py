"""A value as it is written in a file, with its place, so that every complaint names file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from re import Pattern
from typing import Any

from scanner.errors import PolicyError
from scanner.policy.fields import did_you_mean
from scanner.policy.language import DATE, VERSION, Misfit
from scanner.strictyaml import Document, load

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """``name`` is how a complaint calls the value (``rule root-origin: when``)."""

    value: Any
    name: str
    file: str
    document: Document
    at: tuple[str | int, ...] = ()

    def fail(self, message: str, hint: str = "", *, key: str | None = None) -> PolicyError:
        """The error to raise for this value, or for the entry under ``key``."""
        line = self.document.line(self.at if key is None else (*self.at, key))
        where = f"{self.name}: " if self.name else ""
        return PolicyError(where + message, file=self.file, line=line, hint=hint)

    def misfit(self, error: Misfit) -> PolicyError:
        return self.fail(error.message, error.hint)

    def under(self, key: str | int, name: str | None = None) -> Written:
        inner = f"{self.name}: {key}" if self.name else str(key)
        return Written(self.value[key], name or inner, self.file, self.document, (*self.at, key))

    def entries(self, allowed: Iterable[str] | None = None, required: Iterable[str] = ()) -> dict[str, Written]:
        """The entries of a mapping; ``allowed`` None lets any key stand.

        Raises:
            PolicyError: not a mapping, a key outside ``allowed``, a required key missing.
        """
        if not isinstance(self.value, Mapping):
            raise self.fail("a mapping is expected", "write key: value")
        if allowed is not None:
            known = tuple(allowed)
            for key in self.value:
                if key not in known:
                    raise self.fail(f"unknown key {key!r}", did_you_mean(key, known), key=key)
        for key in required:
            if key not in self.value:
                raise self.fail(f"{key!r} is missing")
        return {key: self.under(key) for key in self.value}

    def items(self) -> list[Written]:
        if not isinstance(self.value, list):
            raise self.fail("a list is expected")
        return [self.under(position) for position in range(len(self.value))]

    def text(self, shape: Pattern[str] | None = None) -> str:
        """A text that is not empty and matches ``shape`` in full."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fail("a text is expected")
        if shape and not shape.fullmatch(self.value):
            raise self.fail(f"{self.value!r} is not a name", "names are lower-case words joined by hyphens")
        return self.value

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.fail("true or false is expected")
        return self.value

    def word(self, known: Iterable[str]) -> str:
        """One of the known words."""
        words = tuple(known)
        if self.value not in words:
            raise self.fail(f"{self.value!r} is not one of {', '.join(words)}", did_you_mean(str(self.value), words))
        word: str = self.value
        return word

    def day(self) -> date:
        try:
            if isinstance(self.value, str) and DATE.fullmatch(self.value):
                return date.fromisoformat(self.value)
        except ValueError:
            pass
        raise self.fail(f"{self.value!r} is not a day", "a day is written YYYY-MM-DD")


def read_text(text: str, file: str, *, kind: str) -> Written:
    """The top of a file of this project's own making, whose ``version`` is checked; ``kind`` names it in complaints.

    Raises:
        PolicyError: not YAML, not a mapping, another version.
    """
    document = load(text, file=file, error=PolicyError)
    top = Written(document.value, "", file, document)
    if document.value is None:
        raise top.fail(f"the {kind} is empty")
    version = top.entries(None, ("version",))["version"]
    if version.value != VERSION or isinstance(version.value, bool):
        raise version.fail(f"{version.value!r} is not a known version", f"this release reads version {VERSION}")
    return top


def read_file(path: Path, *, kind: str, most: int = MAX_BYTES) -> str:
    """The text of a file.

    Raises:
        PolicyError: it is not there, not readable, not UTF-8 or longer than ``most`` bytes.
    """
    try:
        if path.stat().st_size > most:
            raise PolicyError(f"the {kind} is longer than {most} bytes", file=str(path))
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise PolicyError(f"no such {kind}", file=str(path), hint="check the path") from exc
    except (OSError, ValueError) as exc:
        raise PolicyError(f"the {kind} cannot be read: {exc}", file=str(path)) from exc
