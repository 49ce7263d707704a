"""Waivers: who has accepted which finding, why and until when. They live in their own file, never in a policy.

::

    version: 1
    waivers:
      - rule: root-origin
        model: acme/widget-*
        revision: 0123456789abcdef0123456789abcdef01234567   # optional: this commit only
        outcome: unknown                                     # optional: only where the rule could not be answered
        reason: weights were reviewed by the model board
        approver: security@acme.example
        owner: search team                                   # optional: who has to see to it
        ticket: RISK-12
        expires: 2027-03-31
        paths: [experiments/**]                              # optional: only where a code base uses it in these files
      - rule: unresolved-reference                           # a finding of a code base that is about no model
        paths: [src/loader.py]
        expression: args.model                               # optional: this expression only
        ...

A waived finding stays in the decision, marked, and weighs nothing. An expired waiver, one for another revision, one for
a rule that may not be waived and one that met no finding change nothing, and are told.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache
from pathlib import Path

from scanner.policy.language import NAME, Outcome
from scanner.policy.operators import globbed
from scanner.policy.written import Written, read_file, read_text

_OPTIONAL = ("model", "revision", "outcome", "owner", "paths", "expression", "by", "at")
REQUIRED = ("rule", "reason", "approver", "ticket", "expires")
KEYS = (*REQUIRED, *_OPTIONAL)
_MAX_BYTES = 16_000_000
"""A baseline holds what a whole estate uses."""
_HEX = frozenset("0123456789abcdef")
_UNSEEN = re.compile(r"[^\x20-\x7e]")


class WaiverState(StrEnum):
    """What became of a waiver that names the judged model."""

    APPLIED = "applied"
    EXPIRED = "expired"
    OTHER_REVISION = "other-revision"
    NOT_WAIVABLE = "not-waivable"
    UNUSED = "unused"


class By(StrEnum):
    """How somebody came to waive: in a file of waivers, in a comment of the code, or when a baseline was written."""

    WAIVER = "waiver"
    INLINE = "inline"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Waiver:
    """``model`` is an id in which ``*`` stands for anything within one part; ``expires`` is the last day it holds.

    ``paths`` are globs of files (``**`` for any number of folders): it holds for what a code base uses there alone, and
    for no model that is judged by itself. ``model`` None is a finding about no model: then ``paths`` say where.
    ``at`` is where it was first written, where that is not ``file``.
    """

    rule: str
    model: str | None
    reason: str
    approver: str
    ticket: str
    expires: date
    revision: str | None = None
    outcome: Outcome | None = None
    owner: str | None = None
    paths: tuple[str, ...] = ()
    expression: str | None = None
    by: By = By.WAIVER
    at: str | None = None
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        return self.at or (f"{self.file}:{self.line}" if self.line else self.file)

    def within(self, path: str) -> bool:
        """True when it holds in this file of a code base."""
        return not self.paths or any(_globbed(glob, path) for glob in self.paths)

    def names(self, model: str) -> bool:
        """True when it is about this model; upper and lower case are the same, as on the Hub."""
        if self.model is None or self.paths:
            return False
        mine, parts = self.model.split("/"), model.split("/")
        return len(mine) == len(parts) and all(globbed(p)(part) for p, part in zip(mine, parts, strict=True))

    def covers(self, rule: str, outcome: Outcome) -> bool:
        return self.rule == rule and self.outcome in (None, outcome)

    def standing(self, revision: str | None, as_of: date) -> WaiverState | None:
        """Why it does not hold for this revision on this day; None when it does."""
        if as_of > self.expires:
            return WaiverState.EXPIRED
        if self.revision is not None and self.revision != revision:
            return WaiverState.OTHER_REVISION
        return None


@dataclass(frozen=True, slots=True)
class WaiverUse:
    waiver: Waiver
    state: WaiverState


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of one file; ``digest`` is the SHA-256 of its ``text``, in hex."""

    entries: tuple[Waiver, ...]
    text: str
    digest: str

    def about(self, model: str) -> tuple[Waiver, ...]:
        return tuple(waiver for waiver in self.entries if waiver.names(model))

    def unused(self, uses: Iterable[WaiverUse]) -> tuple[Waiver, ...]:
        """The waivers that none of ``uses`` (of all decisions of a run) shows as applied."""
        applied = {id(use.waiver) for use in uses if use.state is WaiverState.APPLIED}
        return tuple(waiver for waiver in self.entries if id(waiver) not in applied)


@lru_cache(maxsize=1024)
def _parts(glob: str) -> tuple[re.Pattern[str] | None, ...]:
    """A pattern for each step of a path; None for any number of folders."""
    return tuple(None if part == "**" else re.compile(translate(_literal(part))) for part in glob.split("/"))


def _literal(part: str) -> str:
    """One part of a glob, in which ``*`` and ``?`` alone stand for something."""
    return part.replace("[", "[[]")


@lru_cache(maxsize=65_536)
def _globbed(glob: str, path: str) -> bool:
    """Whether a path is one of those a glob means, in time that grows with the product of both at most."""
    parts, steps = _parts(glob), path.split("/")
    if parts[-1] is None:
        # What ends in ** means what lies in the folder, not the folder.
        parts = (*parts, _parts("*")[0])
    at = step = 0
    again: tuple[int, int] | None = None
    while step < len(steps):
        part = parts[at] if at < len(parts) else _NOTHING
        if part is None:
            again, at = (at + 1, step), at + 1
        elif part.fullmatch(steps[step]):
            at, step = at + 1, step + 1
        elif again is not None:
            at, step = again[0], again[1] + 1
            again = at, step
        else:
            return False
    return all(part is None for part in parts[at:])


_NOTHING = re.compile(r"(?!)")


def waivers_file(waivers: Iterable[Waiver], head: str = "") -> str:
    """Waivers as a file that ``read_waivers`` reads; ``head`` is a comment at its top."""
    lines = [*(f"# {line}" for line in head.splitlines()), "version: 1", "waivers:"]
    for waiver in waivers:
        said = {name: getattr(waiver, name) for name in KEYS if getattr(waiver, name) not in (None, (), By.WAIVER)}
        texts = (f"{name}: {_written(value)}" for name, value in said.items())
        lines += [f"{'  - ' if number == 0 else '    '}{text}" for number, text in enumerate(texts)]
    if lines[-1] == "waivers:":
        lines[-1] += " []"
    return "\n".join(lines) + "\n"


def _written(value: object) -> str:
    """A text or a list of texts in YAML, where a character that is not to be seen stands as its number."""
    return _UNSEEN.sub(_numbered, json.dumps(value, default=str, ensure_ascii=False))


def _numbered(found: re.Match[str]) -> str:
    sign = found[0]
    if sign.isprintable():
        return sign
    # Half a character is none, and YAML has no number for it.
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= sign <= "\udfff" else f"\\U{ord(sign):08x}"


def load_waivers(path: str | Path) -> Waivers:
    """Read a waiver file.

    Raises:
        PolicyError: with file, line and a hint.
    """
    return read_waivers(read_file(Path(path), kind="waiver file", most=_MAX_BYTES), file=str(path))


def read_waivers(text: str, *, file: str = "waivers") -> Waivers:
    """Waivers from their text; ``file`` is how complaints call it.

    Raises:
        PolicyError: as ``load_waivers``.
    """
    entries = read_text(text, file, kind="waiver file").entries(("version", "waivers"), ("version", "waivers"))
    waivers = tuple(_waiver(item) for item in entries["waivers"].items())
    return Waivers(waivers, text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def _waiver(written: Written) -> Waiver:
    entries = written.entries(KEYS, REQUIRED)
    if "model" not in entries and "paths" not in entries:
        raise written.fail("'model' is missing", "name the model, or the paths where a finding is about none")
    if "model" in entries and "expression" in entries:
        raise written.fail("a finding is about a model or about an expression", "leave one of them out")
    return Waiver(
        rule=entries["rule"].text(NAME),
        model=_model(entries["model"]) if "model" in entries else None,
        reason=entries["reason"].text(),
        approver=entries["approver"].text(),
        ticket=entries["ticket"].text(),
        expires=entries["expires"].day(),
        revision=_revision(entries["revision"]) if "revision" in entries else None,
        outcome=Outcome(entries["outcome"].word((Outcome.FAIL, Outcome.UNKNOWN))) if "outcome" in entries else None,
        owner=entries["owner"].text() if "owner" in entries else None,
        paths=_paths(entries["paths"]) if "paths" in entries else (),
        expression=entries["expression"].text() if "expression" in entries else None,
        by=By(entries["by"].word(By)) if "by" in entries else By.WAIVER,
        at=entries["at"].text() if "at" in entries else None,
        file=written.file,
        line=written.document.line(written.at),
    )


def _model(written: Written) -> str:
    text = written.text()
    parts = text.split("/")
    if len(parts) > 2 or not all(parts) or "**" in text:
        raise written.fail(f"{text!r} names no model", "a model is org/name; * stands for anything within one part")
    if all(set(part) == {"*"} for part in parts):
        raise written.fail(f"{text!r} names every model", "name at least the organisation")
    return text


def _paths(written: Written) -> tuple[str, ...]:
    paths = written.texts()
    if not paths:
        raise written.fail("no path is named", "name files or folders, as src/** or src/app.py")
    for path in paths:
        if path.startswith(("/", "./", "../")) or "\\" in path:
            raise written.fail(f"{path!r} is no path of a code base", "paths are relative to the code base, with /")
    return paths


def _revision(written: Written) -> str:
    text = written.text()
    if len(text) != 40 or not _HEX.issuperset(text):
        raise written.fail(
            f"{text!r} is not a commit", "a commit has 40 hex digits; put it in quotes if it is all digits"
        )
    return text
