"""What others hold a bill of materials to be: the formats' own schemas and models, and what schemas cannot say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema import Draft7Validator
from packageurl import PackageURL
from spdx_python_model import load_data

Json = dict[str, Any]

# The grammar of addresses takes 25 ms for each: an address that was looked at is remembered.
_FORMATS = Draft7Validator.FORMAT_CHECKER.checkers
_ADDRESS, *_RAISES = _FORMATS["iri-reference"]
_FORMATS["iri-reference"] = (lru_cache(65_536)(_ADDRESS), *_RAISES)
_CYCLONEDX = {
    "1.6": JsonStrictValidator(SchemaVersion.V1_6),
    "1.7": JsonStrictValidator(SchemaVersion.V1_7),
}


def valid_cyclonedx(text: str, version: str = "1.6") -> Json:
    """``text`` as a document, valid under the schema that cyclonedx-python-lib ships, whose references all lead."""
    error = _CYCLONEDX[version].validate_str(text)
    assert error is None, str(error)[:2_000]
    document: Json = json.loads(text)
    refs = Counter(one["bom-ref"] for one in objects(document) if "bom-ref" in one)
    assert [ref for ref, count in refs.items() if count > 1] == []
    used = [one["ref"] for one in document["dependencies"]]
    assert len(used) == len(set(used))
    used += [ref for one in document["dependencies"] for ref in one.get("dependsOn", ())]
    used += [
        ref for one in document["compositions"] for key in ("assemblies", "dependencies") for ref in one.get(key, ())
    ]
    assert set(used) <= set(refs)
    for one in objects(document):
        if "purl" in one:
            assert PackageURL.from_string(one["purl"]).to_string() == one["purl"]
    return document


def valid_spdx(text: str) -> Json:
    """``text`` as a document that the SPDX 3.0.1 model reads, writes again, and finds whole."""
    document: Json = json.loads(text)
    model, read = load_data(document)
    assert read.missing_ids == set(), read.missing_ids
    model.JSONLDSerializer().serialize_data(read)
    graph = document["@graph"]
    ids = [one["spdxId"] for one in graph if "spdxId" in one]
    assert len(ids) == len(set(ids))
    told = next(one for one in graph if one["type"] == "SpdxDocument")
    packages = [one for one in graph if one["type"] == "ai_AIPackage"]
    licensed = Counter((one["from"], one["relationshipType"]) for one in graph if one["type"] == "Relationship")
    for package in packages:
        for kind in ("hasDeclaredLicense", "hasConcludedLicense"):
            assert licensed[package["spdxId"], kind] == 1, "the AI profile asks for exactly one"
        if "ai" in told["profileConformance"]:
            assert {"suppliedBy", "software_downloadLocation", "software_packageVersion", "releaseTime"} <= set(package)
    return document


def objects(value: Any) -> Iterator[Json]:
    """Every object of a document, at any depth."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from objects(one)


def properties(component: Json) -> dict[str, list[str]]:
    """The properties of a component of ours, by name without the prefix."""
    found: dict[str, list[str]] = {}
    for one in component["properties"]:
        found.setdefault(one["name"].removeprefix("modelorigin:"), []).append(one["value"])
    return found
