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
_START = re.compile(r"\s*pkg:/*huggingface/+", re.I)
_GENERIC = re.compile(r"\s*pkg:/*generic/", re.I)
_OTHER_KINDS = ("datasets", "spaces")
_SOURCES = ("download_url", "vcs_url")
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
    """True for a package URL of the type, well-formed or not, that is not one of a data set or a Space.

    Their kind stands before the name, or at the end of ``repository_url`` (CycloneDX/cdxgen, read 2026-12-01).
    """
    start = _START.match(text) if isinstance(text, str) else None
    if start is None:
        return False
    where = "/".join(value for key, value in _qualifiers(start.string) if key == "repository_url").casefold()
    first = start.string[start.end() :].partition("/")[0].casefold()
    return first not in _OTHER_KINDS and where.rstrip("/").rpartition("/")[2] not in _OTHER_KINDS


def is_of_no_registry(text: str) -> bool:
    """True for a package URL of the type for what is in no registry."""
    return _GENERIC.match(text) is not None


def sources(text: str) -> tuple[str, ...]:
    """The addresses that a package URL of any type says the package is had from."""
    return tuple(value for key, value in _qualifiers(text) if key in _SOURCES)


def parse(text: str) -> ModelPurl:
    """Read a package URL of a model.

    Raises:
        InvalidModelId: it is of another type, malformed, or of another repository than the public Hub.
    """
    start = _START.match(text)
    if start is None or not is_model_purl(text) or len(text) > _LONGEST:
        raise InvalidModelId(f"not a package URL of a model: {clean_line(text, 120)!r}", hint=f"it begins with {TYPE}")
    rest = text[start.end() :].partition("#")[0].partition("?")[0]
    _on_the_hub(text)
    name, _, version = rest.partition("@")
    # A tag or a branch keeps its case; a commit has none.
    return ModelPurl(RepoId.parse(unquote(name.strip("/ "))), clean_line(unquote(version), 200) or None)


def _qualifiers(text: str) -> list[tuple[str, str]]:
    qualifiers = text[:_LONGEST].partition("#")[0].partition("?")[2]
    # A plus is itself in a package URL: git+https begins many of these.
    return [(key.casefold(), value) for key, value in parse_qsl(qualifiers.replace("+", "%2B"))]


def _on_the_hub(text: str) -> None:
    for key, value in _qualifiers(text):
        if key != "repository_url":
            continue
        try:
            host = urlsplit(value if "://" in value else f"https://{value}").hostname
        except ValueError:
            host = None
        if host not in _HOSTS:
            raise InvalidModelId(
                f"it is of another repository: {clean_line(value, 120)!r}", hint="models of the public Hub are judged"
            )
