"""SPDX 3 JSON-LD, read as a list of models: packages of the AI profile, and others whose package URL or
download location is a model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.bom.listed import Listed, Said, listed, names_a_model, texts
from scanner.bom.purl import is_model_purl
from scanner.errors import UsageError

_CONTEXT = re.compile(r"https://spdx\.org/rdf/(3\.[0-9]+(?:\.[0-9]+)?)/spdx-context\.jsonld")
_MODEL = ("ai_AIPackage", "AIPackage")
_PACKAGE = ("software_Package", "Package", *_MODEL)
_FIELDS = ("name", "software_packageVersion", "software_packageUrl")


def is_spdx(document: Mapping[str, Any]) -> bool:
    return "@context" in document or "spdxVersion" in document or "SPDXID" in document


def version(document: Mapping[str, Any]) -> str:
    """The version of the format.

    Raises:
        UsageError: not one that is read here.
    """
    context = document.get("@context")
    for said in context if isinstance(context, list) else [context]:
        found = _CONTEXT.fullmatch(said) if isinstance(said, str) else None
        if found and found[1].startswith("3.0"):
            return found[1]
    older = document.get("spdxVersion")
    raise UsageError(
        f"{older!r} is not read" if older else "its @context is not that of SPDX 3.0",
        hint="SPDX 3.0 JSON-LD is read, or CycloneDX JSON; SPDX 2 knows no models",
    )


def models(document: Mapping[str, Any]) -> Iterator[Listed]:
    """Every model in the order of the document. One that another model is said to come from, or to hold, is not used.

    Raises:
        UsageError: there is no graph of elements.
    """
    graph = document.get("@graph", [document])
    if not isinstance(graph, list):
        raise UsageError("`@graph` is no list", hint="this is no SPDX 3 document")
    elements = [(n, one) for n, outer in enumerate(graph) for one in _objects(outer)]
    found = [(n, one) for n, one in elements if _is_model(one)]
    about = _about([one for _, one in elements], {id for _, one in found if (id := _id(one))})
    for n, one in found:
        yield listed(_said(one), f"@graph[{n}]", used=_id(one) not in about)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a value at any depth, in their order: an element may stand where its id could."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield value
            left += reversed(value.values())
        elif isinstance(value, list):
            left += reversed(value)


def _is_model(element: Mapping[str, Any]) -> bool:
    kind = _kind(element)
    if kind not in _PACKAGE:
        return False
    purposes = [element.get("software_primaryPurpose"), *_list(element.get("software_additionalPurpose"))]
    where = element.get("software_downloadLocation")
    had = isinstance(where, str) and names_a_model(where)
    return kind in _MODEL or "model" in purposes or had or any(map(is_model_purl, _purls(element)))


def _kind(element: Mapping[str, Any]) -> str:
    """What an element is; the first that is known here where several types are named."""
    kinds = [one.rpartition("/")[2] for one in texts(_list(element.get("type", element.get("@type"))))]
    return next((one for one in kinds if one in _PACKAGE), kinds[0] if kinds else "")


def _id(element: Mapping[str, Any]) -> str:
    id = element.get("spdxId", element.get("@id"))
    return id if isinstance(id, str) else ""


def _about(elements: list[Mapping[str, Any]], models: set[str]) -> set[str]:
    """Ids of the models that are named to tell of another model, and are not what the document is about."""
    roots: set[str] = set()
    told: set[str] = set()
    for one in elements:
        roots.update(_ids(one.get("rootElement")))
        if not _kind(one).endswith("Relationship"):
            continue
        this, others = _ids(one.get("from")), _ids(one.get("to"))
        if one.get("relationshipType") == "ancestorOf":
            told |= this if models & others else set()
        elif this & models:
            told |= others
    return told - roots


def _ids(value: Any) -> set[str]:
    """What elements are referred to, by id or by standing there themselves."""
    return {id for one in _list(value) if (id := _id(one) if isinstance(one, Mapping) else one) and isinstance(id, str)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _purls(element: Mapping[str, Any]) -> tuple[str, ...]:
    identifiers = [
        one.get("identifier")
        for one in _list(element.get("externalIdentifier"))
        if isinstance(one, Mapping) and one.get("externalIdentifierType") == "packageUrl"
    ]
    return tuple(dict.fromkeys(texts([element.get("software_packageUrl"), *identifiers])))


def _said(element: Mapping[str, Any]) -> Said:
    def text(key: str) -> str:
        value = element.get(key)
        return value if isinstance(value, str) else ""

    wrong = tuple(key for key in _FIELDS if not isinstance(element.get(key, ""), str))
    addresses = texts([element.get("software_downloadLocation"), element.get("software_homePage")])
    return Said("", text("name"), text("software_packageVersion"), _purls(element), addresses, wrong=wrong)
