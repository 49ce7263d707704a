"""Package URLs of models: ``pkg:huggingface/org/name@commit``.

Namespace and name are case-sensitive, the version is a commit in lower case and the default repository is the public
Hub (package-url/purl-spec types/huggingface-definition.json, commit 0141770, read 2026-11-30).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from scanner.errors import InvalidModelId
from scanner.model import RepoId
from scanner.text import clean_line

TYPE = "pkg:huggingface/"
HUB = "https://huggingface.co"
_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_START = re.compile(r"pkg:/*huggingface/+", re.I)
_GENERIC = re.compile(r"pkg:/*generic/", re.I)
_OTHER_KINDS = ("datasets", "spaces")
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class ModelPurl:
    """A model of the public Hub, with the revision the package URL has as its version."""

    repo: RepoId
    revision: str | None = None

    def __str__(self) -> str:
        version = f"@{quote(self.revision, safe=':')}" if self.revision else ""
        return f"{TYPE}{self.repo}{version}"


def is_model_purl(text: object) -> bool:
    """True for a package URL of the type, well-formed or not, that is not one of a data set or a Space."""
    start = _START.match(text) if isinstance(text, str) else None
    return start is not None and start.string[start.end() :].partition("/")[0].casefold() not in _OTHER_KINDS


def is_of_no_registry(text: str) -> bool:
    """True for a package URL of the type for what is in no registry."""
    return _GENERIC.match(text) is not None


def addresses(text: str) -> tuple[str, ...]:
    """Where a package URL of no registry says that its files are from."""
    if not is_of_no_registry(text) or len(text) > _LONGEST:
        return ()
    qualifiers = text.partition("#")[0].partition("?")[2]
    return tuple(value for key, value in parse_qsl(qualifiers) if key.casefold() in ("download_url", "vcs_url"))


def parse(text: str) -> ModelPurl:
    """Read a package URL of a model.

    Raises:
        InvalidModelId: it is of another type, malformed, or of another repository than the public Hub.
    """
    start = _START.match(text)
    if start is None or not is_model_purl(text) or len(text) > _LONGEST:
        raise InvalidModelId(f"not a package URL of a model: {clean_line(text, 120)!r}", hint=f"it begins with {TYPE}")
    rest, _, qualifiers = text[start.end() :].partition("#")[0].partition("?")
    _on_the_hub(qualifiers)
    name, _, version = rest.partition("@")
    # A tag or a branch keeps its case; a commit has none.
    return ModelPurl(RepoId.parse(unquote(name.strip("/"))), clean_line(unquote(version), 200) or None)


def _on_the_hub(qualifiers: str) -> None:
    for key, value in parse_qsl(qualifiers):
        if key.casefold() != "repository_url":
            continue
        try:
            host = urlsplit(value if "://" in value else f"https://{value}").hostname
        except ValueError:
            host = None
        if host not in _HOSTS:
            raise InvalidModelId(
                f"it is of another repository: {clean_line(value, 120)!r}", hint="models of the public Hub are judged"
            )
