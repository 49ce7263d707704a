"""What a value names, wherever it stands: defaults behind variables, prefixes of routers, holes of templates."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import translate
from functools import cache

from scanner.references.keys import Role, ordered, words
from scanner.references.literal import Literal
from scanner.references.names import Named, Names, Place
from scanner.references.reference import Kind
from scanner.references.spots import Spot

HOLE = re.compile(
    r"\$[A-Za-z_0-9@{(]|\{\{|\{%|%\(|%[A-Za-z_]\w*%|!\w+!|`|\{[a-z_][a-z_0-9.]*\}|<[A-Za-z][A-Za-z_ -]{0,60}>|<<"
    r"|^(?:var|local|module|data|each)\.[A-Za-z_]"
)
"""What a program, a shell or a template fills in."""
_DEFAULT = re.compile(
    r"""^\$\{\w+:?[-=](?P<shell>[^{}$]+)\}$ | ^[$\#]\{[\w.-]+:(?![-=?+])(?P<property>[\w.-]+/[^{}$]+)\}$
    | ^\$\{oc\.env:\w+,\s*(?P<omega>[^{}$]+)\}$
    | ^\{\{.{0,200}?\bdefault[ (]+["'](?P<template>[^"'{}]+)["'].{0,80}\}\}$
    | ^\$\{\{.{0,200}?\|\|\s*["'](?P<action>[^"'{}]+)["']\s*\}\}$""",
    re.X,
)
_FILLED = re.compile(r"\$\([^()]*+\)?|`[^`]*+`?")
"""What another command says: a path in it is that command's."""
_PATH = re.compile(r"(?:\.{0,2}/|~/|[A-Za-z]:[\\/])[\w.~/\\-]+$")
_HUB = re.compile(
    r"^(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)/(?:api/models/)?|hf://)", re.I
)
_REMOTE_CODE = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)--\w+\.\w+")
"""How a configuration names code of another repository, which is run with the model."""
_PART = re.compile(r"[^\s,;+]+")
_LIST = re.compile(r"\s*[\w.-]+/[\w.@:-]+(?:[\s,;+]+[\w.-]+/[\w.@:-]+)+[\s,;]*")
_SHORT_NAME = re.compile(r"[a-z][a-z0-9._-]{1,80}(?::[a-z0-9._-]{1,40})?")
_SERVED = 3
"""So many parts behind the prefix of a router: who serves the model comes before its name."""
_FILES = (".gguf", ".safetensors", ".bin", ".onnx")
_LONGEST = 2_000


def spot(
    value: Literal,
    place: Place,
    how: str,
    names: Names,
    *,
    revision: str | None = None,
    flags: tuple[str, ...] = (),
    reason: str = "",
) -> Spot | None:
    """What a value names at a place; None where that is nothing. ``revision`` is the one that stands beside it.

    A revision that is filled in elsewhere is none, and flagged: whether it pins anything is not known.

    ``reason`` says why the place takes no model: an id-shaped value is then ignored.
    """
    value = value.stripped()
    if not value.text or len(value.text) > _LONGEST:
        return None
    if default := _DEFAULT.match(value.text):
        group = default.lastgroup or 0
        value, flags = value.cut(default.start(group), default.end(group)).stripped(), (*flags, "default")
    if reason:
        named = names.read(value.text, Place.NAMED)
        named = named and Named(Kind.IGNORED, reason=reason)
    else:
        named = _read(value.text, place, names)
    if named is None:
        return None
    if named.kind is Kind.MODEL and revision and HOLE.search(revision):
        revision, flags = None, (*flags, "unresolved_revision")
    if named.kind in (Kind.MODEL, Kind.DATASET):
        named = replace(named, revision=named.revision or revision)
    else:
        flags = tuple(flag for flag in flags if flag == "default" or named.kind is not Kind.IGNORED)
    return Spot(value.at(0), value.at(len(value.text) - 1) + 1, value.text, how, named, flags)


def parts(value: Literal) -> list[Literal]:
    """The ids of a value that is a list of nothing else; ``model+adapter`` is a model with an adapter merged in."""
    if value.text.count("/") < 2 or len(value.text) > _LONGEST:
        return [value]
    ids = [value.cut(found.start(), found.end()) for found in _PART.finditer(value.text)]
    return ids if len(ids) > 1 and _LIST.fullmatch(value.text) else [value]


def of_library(value: Literal, how: str) -> Spot | None:
    """A name without a publisher where the place says that it is one of another library; None for anything else."""
    value = value.stripped()
    if not _SHORT_NAME.fullmatch(value.text):
        return None
    named = Named(Kind.UNRESOLVED, reason="a name of another library")
    return Spot(value.at(0), value.at(len(value.text) - 1) + 1, value.text, how, named)


def by_role(
    value: Literal, role: Role, how: str, names: Names, revision: str | None = None, flags: tuple[str, ...] = ()
) -> Spot | None:
    """The same for a value under a name of this role."""
    if role in (Role.OUTPUT, Role.OTHER, Role.IMAGE):
        return spot(value, Place.TEXT, how, names, reason=role.value)
    place = role.place
    if role is Role.DATASET:
        revision, flags = None, ()
        if "/" not in value.text:
            return None
    return spot(value, place, how, names, revision=revision, flags=flags) if place else None


def _read(text: str, place: Place, names: Names) -> Named | None:
    if (prefix := _starts(text, "libraries")) and (place is not Place.TEXT or ":" in prefix):
        return Named(Kind.UNRESOLVED, reason="a name of another library") if len(text) > len(prefix) else None
    if not _HUB.match(text) and (prefix := _prefix(text)) and (":" in prefix or text.count("/") > 1):
        parts = text[len(prefix) :].split("/")
        if len(parts) == _SERVED and "://" not in prefix and not parts[-1].lower().endswith(_FILES):
            parts = parts[1:]
        return names.read("/".join(parts[:2]), place if place is Place.DATASET else Place.LOADER)
    if place is not Place.DATASET and (code := _REMOTE_CODE.fullmatch(text)):
        return names.read(code["repo"], Place.LOADER)
    if place is Place.TEXT:
        return names.read(text, place)
    if _hosted(text):
        return Named(Kind.IGNORED, reason="a hosted service")
    if hole := HOLE.search(text):
        return _holed(text, hole.start(), place)
    named = names.read(text, place)
    if place is Place.NAMED and named is None and "\n" not in text and " " not in text:
        return _local(text)
    return named


def _holed(text: str, hole: int, place: Place) -> Named | None:
    address = _HUB.match(text)
    if address and text.count("/", address.end(), hole) > 1:
        return None
    if place is Place.DATASET:
        return None
    steps = _FILLED.sub("", text).count("/")
    if not address and (text.startswith(("./", "/", "~", "../")) or (steps > 1 and "{{" not in text)):
        return Named(Kind.LOCAL, reason="a local path") if place is Place.LOADER else None
    if place is Place.NAMED and " " in text and not text.startswith(("$", "{")):
        return None
    return Named(Kind.UNRESOLVED, reason="part of the name is filled in elsewhere")


def _local(text: str) -> Named | None:
    return Named(Kind.LOCAL, reason="a local path") if _PATH.match(text) else None


def of_hub(written: str) -> bool:
    """Whether a value was written as a name of the Hub: as an address, or behind a prefix that means it."""
    return bool(_HUB.match(written) or _prefix(written))


def _prefix(text: str) -> str:
    return _starts(text, "task_prefixes") or _starts(text, "prefixes")


def _starts(text: str, section: str) -> str:
    return next((prefix for prefix in ordered(section) if text.startswith(prefix)), "")


def _hosted(text: str) -> bool:
    first, slash, _ = text.partition("/")
    return bool(slash) and (first.lower() in words("services") or bool(_hosted_names().match(text.lower())))


@cache
def _hosted_names() -> re.Pattern[str]:
    return re.compile("|".join(translate(glob) for glob in ordered("hosted")))
