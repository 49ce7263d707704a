"""Where ``license_link`` leads, as far as can be told without following it."""

from __future__ import annotations

import re
from enum import StrEnum

from scanner.license.spelling import by_link
from scanner.model import Model, ModelRef, RefForm
from scanner.text import clean_line

_FILE = re.compile(r"[^\s:?#]{1,200}")
_IN_REPOSITORY = re.compile(r"/(?:blob|resolve|raw|tree)/[^/]+/([^?#]{1,200})")


class LinkKind(StrEnum):
    FILE = "file"
    """a file of this repository, which is there as far as is known"""
    MISSING_FILE = "missing-file"
    """a file of this repository, which its listing does not show"""
    REPOSITORY = "repository"
    """another repository of the hub"""
    PAGE = "page"
    """an address that is known to hold a licence"""
    ELSEWHERE = "elsewhere"


def link_kind(link: str, model: Model) -> LinkKind:
    """What kind of place a ``license_link`` of ``model`` leads to."""
    ref = ModelRef.parse(link) if "://" in link or link.casefold().startswith("huggingface.co/") else None
    if ref is not None and ref.form is RefForm.URL and ref.repo is not None:
        if ref.repo.key not in (model.repo.key, model.requested.key):
            return LinkKind.REPOSITORY
        path = _IN_REPOSITORY.search(link)
        return _file(path[1], model) if path else LinkKind.ELSEWHERE
    if by_link(link):
        return LinkKind.PAGE
    path_alone = _FILE.fullmatch(link.removeprefix("./"))
    return _file(path_alone[0], model) if path_alone and "://" not in link else LinkKind.ELSEWHERE


def _file(path: str, model: Model) -> LinkKind:
    listed = model.artifacts is None or model.artifact(clean_line(path.lstrip("/"))) is not None
    return LinkKind.FILE if listed else LinkKind.MISSING_FILE
