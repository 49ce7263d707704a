"""CycloneDX JSON, read as a list of models. What is no model is passed over; nothing of it is judged.

Models are the components of the type that CycloneDX has for them since 1.5, and those of any other type, or of none,
whose package URL is that of a model, as older bills have them, or that are had from a repository of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.bom.listed import Listed, Said, listed, names_a_model, texts
from scanner.bom.purl import is_model_purl, sources
from scanner.errors import UsageError

VERSIONS = ("1.4", "1.5", "1.6", "1.7")
MODEL = "machine-learning-model"
_SOURCES = ("distribution", "distribution-intake", "vcs")
_ADDRESSES = (*_SOURCES, "documentation", "model-card", "website")
_FIELDS = ("group", "name", "version", "purl")


def is_cyclonedx(document: Mapping[str, Any]) -> bool:
    return document.get("bomFormat") == "CycloneDX"


def version(document: Mapping[str, Any]) -> str:
    """The version of the format.

    Raises:
        UsageError: not one that is read here.
    """
    said = document.get("specVersion")
    if said not in VERSIONS:
        raise UsageError(f"CycloneDX {said!r} is not read", hint=f"bills of {', '.join(VERSIONS)} are")
    return str(said)


def is_partial(document: Mapping[str, Any]) -> bool:
    """Whether a composition of the whole, or of what the bill is about, is said to be anything but complete."""
    metadata = document.get("metadata")
    about = metadata.get("component") if isinstance(metadata, Mapping) else None
    ref = about.get("bom-ref") if isinstance(about, Mapping) else None
    for one in _list(document.get("compositions")):
        if isinstance(one, Mapping) and one.get("aggregate") != "complete":
            of = [each for key in ("assemblies", "dependencies") for each in _list(one.get(key))]
            if not of or (ref is not None and ref in of):
                return True
    return False


def models(document: Mapping[str, Any]) -> Iterator[Listed]:
    """Every model, wherever it stands in the document, in the order of the document.

    Used is what the bill is about (``metadata.component``), its components and theirs. What stands within a model, its
    pedigree above all, and anywhere else was said of how something came about. The tools that made the bill are not in
    what it is about: a common one calls itself a model (manifest-cyber/aibom examples, 76f9334, read 2026-11-30).

    Raises:
        UsageError: ``components`` is no list.
    """
    metadata = document.get("metadata")
    about = metadata.get("component") if isinstance(metadata, Mapping) else None
    if not isinstance(document.get("components", []), list):
        raise UsageError("`components` is no list", hint="this is no CycloneDX bill of materials")
    # A stack and not a recursion: how deep a document goes is its writer's choice.
    waiting: list[tuple[Any, str, bool]] = [
        *((value, key, key == "components") for key, value in _backwards(document) if key != "metadata"),
        *((value, f"metadata.{key}", False) for key, value in _rest(metadata)),
        (about, "metadata.component", True),
    ]
    while waiting:
        value, at, used = waiting.pop()
        if isinstance(value, list):
            waiting += [
                (value[n], f"{at}[{n}]", used)
                for n in range(len(value) - 1, -1, -1)
                if isinstance(value[n], Mapping | list)
            ]
        elif isinstance(value, Mapping):
            model = _is_model(value, used)
            if model:
                yield listed(_said(value), at, used=used)
            within = used and not model
            waiting += [(item, f"{at}.{key}", within and key == "components") for key, item in _backwards(value)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _rest(metadata: Any) -> list[tuple[str, Any]]:
    if not isinstance(metadata, Mapping):
        return []
    return [(key, value) for key, value in _backwards(metadata) if key not in ("component", "tools")]


def _backwards(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(value.items())[::-1]


def _is_model(value: Mapping[str, Any], used: bool) -> bool:
    purl = value.get("purl")
    if value.get("type") == MODEL:
        return True
    # Within a model, a package URL with a path is of a file of it, and what is had from a repository too.
    if is_model_purl(purl):
        return used or "#" not in str(purl)
    return used and any(map(names_a_model, _addresses(value, _SOURCES)))


def _said(component: Mapping[str, Any]) -> Said:
    def text(key: str) -> str:
        value = component.get(key)
        return value if isinstance(value, str) else ""

    wrong = tuple(key for key in _FIELDS if not isinstance(component.get(key, ""), str))
    addresses = _addresses(component, _ADDRESSES)
    purl = text("purl")
    return Said(
        text("group"), text("name"), text("version"), (purl,) if purl else (), addresses, _digests(component), wrong
    )


def _digests(component: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    files = [one for one in _list(component.get("components")) if isinstance(one, Mapping)]
    files = [one for one in files if one.get("type") == "file" and isinstance(one.get("name"), str)]
    return tuple(
        (path, hash["content"].strip().lower())
        for path, one in [("", component), *((file["name"].removeprefix("./"), file) for file in files)]
        for hash in _list(one.get("hashes"))
        if isinstance(hash, Mapping) and hash.get("alg") == "SHA-256" and isinstance(hash.get("content"), str)
    )


def _addresses(component: Mapping[str, Any], kinds: Sequence[str]) -> tuple[str, ...]:
    purl = component.get("purl")
    said = [
        reference.get("url")
        for reference in _list(component.get("externalReferences"))
        if isinstance(reference, Mapping) and reference.get("type") in kinds
    ]
    return (*texts(said), *(sources(purl) if isinstance(purl, str) else ()))
