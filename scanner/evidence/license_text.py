"""The licence files of a repository: their title and whose text they are, where a tag names only a family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.reader import Malformed, gap, whole_file
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.license import named, spdx_of
from scanner.model import Model
from scanner.text import clean, clean_line
from scanner.wording import Recognition, Status, has_text_of, recognise

LIMIT = 512 * 2**10
MAX_FILES = 8
NAME = re.compile(r"(?:(?:(?:model|weights)[-_. ])?licen[sc]e|copying|notice|use_policy)(?:[-_. ][^/]*)?", re.I)

_NOTICE = re.compile(r"notice|third|3rd|attribution", re.I)


class Role(StrEnum):
    """What a licence file is for, by its name."""

    LICENSE = "license"
    NOTICE = "notice"
    """names others whose work is in it: their licences are not the model's"""
    USE_POLICY = "use-policy"


@dataclass(frozen=True, slots=True)
class LicenseTextFact:
    """``title`` is the first line that says something, ``recognition`` what the file holds, word for word."""

    title: str | None
    recognition: Recognition
    problems: tuple[str, ...] = ()


def role(path: str) -> Role:
    """What the licence file at ``path`` is for."""
    if path.casefold().startswith("use_policy"):
        return Role.USE_POLICY
    return Role.NOTICE if _NOTICE.search(path) else Role.LICENSE


def parse(data: bytes) -> LicenseTextFact:
    """What one licence file says.

    Raises:
        Malformed: the file is not text.
    """
    if b"\x00" in data or data.startswith(b"%PDF"):
        raise Malformed("not a text")
    text = clean(data.decode("utf-8", errors="replace"), LIMIT)
    title = _title(text)
    return LicenseTextFact(title, _under(title, recognise(text)))


def _under(title: str | None, found: Recognition) -> Recognition:
    """``found``, where the title names a licence of which no text is held: a neighbour of it is like it and no more."""
    titled = named(title or "")
    if found.status is not Status.EDITED or titled is None or has_text_of(spdx_of(titled)):
        return found
    return replace(found, status=Status.SIMILAR, parts=tuple(replace(p, status=Status.SIMILAR) for p in found.parts))


def _title(text: str) -> str | None:
    word = re.search(r"[^\W_]", text)
    if word is None:
        return None
    begin, end = text.rfind("\n", 0, word.start()) + 1, text.find("\n", word.start())
    return clean_line(text[begin : None if end < 0 else end]).strip("#*=-_ ")


def license_paths(model: Model) -> tuple[str, ...]:
    """The licence files at the root of the listing, by name."""
    return tuple(sorted(a.path for a in model.artifacts or () if NAME.fullmatch(a.path)))


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``license_text``, at most ``MAX_FILES``; a gap when there are more."""
    paths = license_paths(model)
    for path in paths[:MAX_FILES]:
        yield from whole_file("license_text", model, hub, path, LIMIT, parse)
    for path in paths[MAX_FILES:]:
        yield gap(model, path, Reason.TOO_LARGE, path, f"only {MAX_FILES} licence files are read")
