"""SPDX 3.0.1 JSON-LD, AI profile: judged models, their bases, files and licences, as elements and relationships.

Written out by hand: the elements are few and flat. What of the profile's facts is not known is left out, and then the
document does not say that it conforms to the profile (spdx-3-model, model/AI, read 2026-11-30). A licence that is not
known is the one that asserts nothing, a base that is not known the element that asserts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanner import __version__
from scanner.bom.purl import HUB
from scanner.export.bom import licenses, properties
from scanner.export.bom.contents import (
    Contents,
    Missed,
    Subject,
    circumstances,
    commit_of,
    datasets,
    files,
    lineage_state,
    of_report,
    publisher_of,
    purl_of,
)
from scanner.export.quoting import json_text
from scanner.export.report import Report
from scanner.lineage.contradictions import FIRST_DAY

Json = Mapping[str, Any]
Made = dict[str, Any]

VERSION = "3.0.1"
CONTEXT = f"https://spdx.org/rdf/{VERSION}/spdx-context.jsonld"
_CREATION = "_:creation"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
"""The only way in which the format writes a moment."""
_UNKNOWN, _NONE = "NoAssertionElement", "NoneElement"
_UNKNOWN_LICENSE, _NO_LICENSE = "expandedlicensing_NoAssertionLicense", "expandedlicensing_NoneLicense"
_OF_THE_PROFILE = ("suppliedBy", "software_downloadLocation", "software_packageVersion", "releaseTime")
_COMPLETENESS = {"complete": "complete", "incomplete": "incomplete", "unknown": "noAssertion"}


def as_spdx(report: Report) -> str:
    """The models of a report as an SPDX document.

    Raises:
        NothingToScan: none was judged.
    """
    return json_text(spdx(of_report(report)), indent=2)


def spdx(contents: Contents) -> Made:
    """The document as JSON values. Of the same contents it is the same, its ids included."""
    return {"@context": CONTEXT, "@graph": list(_Document(contents).graph())}


class _Document:
    """The elements of one document; ``_add`` gives each its id."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._base = f"{contents.identity('spdx').urn}#"
        self._elements: list[Made] = []
        self._once: dict[tuple[str, ...], str] = {}

    def graph(self) -> Iterator[Made]:
        contents = self._contents
        agent = self._add("SoftwareAgent", name="modelorigin")
        tool = self._add("Tool", name=f"modelorigin {__version__}")
        roots = [self._subject(subject) for subject in contents.subjects]
        roots += [self._missed(one) for one in contents.missed]
        if contents.codebase is not None:
            told = zip(roots, contents.listed, strict=True)
            roots = [self._application([id for id, one in told if not one.mentioned])]
        packages = [one for one in self._elements if one["type"] == "ai_AIPackage"]
        lacking = [one["name"] for one in packages if any(field not in one for field in _OF_THE_PROFILE)]
        profiles = ["core", "software", "simpleLicensing", "expandedLicensing", "extension"]
        unknown = f"What the AI profile asks for is not known of: {', '.join(lacking)}" if lacking else None
        elements = [one["spdxId"] for one in self._elements]
        bill = self._add(
            "software_Sbom",
            software_sbomType=None if contents.codebase is None else ["source"],
            rootElement=roots,
            element=elements,
        )
        self._add(
            "SpdxDocument",
            name="modelorigin",
            comment=unknown,
            **self._properties(properties.of_contents(contents)),
            profileConformance=profiles if lacking else [*profiles, "ai"],
            rootElement=[bill],
            element=[*elements, bill],
        )
        yield {
            "type": "CreationInfo", "@id": _CREATION, "specVersion": VERSION, "created": contents.at,
            "createdBy": [agent], "createdUsing": [tool],
        }  # fmt: skip
        yield from self._elements

    def _subject(self, subject: Subject) -> str:
        ids = {node["id"]: self._model(subject, node) for node in subject.nodes}
        for node in subject.nodes:
            self._lineage(subject, node, ids)
        this = ids[subject.id]
        if held := [self._file(*one) for one in files(subject)]:
            whole = len(held) == subject.facts["files"]["count"]
            self._relate(this, "contains", held, completeness="complete" if whole else "incomplete")
        trained = [self._add_once("dataset_DatasetPackage", name=one, dataset_datasetType=["noAssertion"])
                   for one in datasets(subject)]  # fmt: skip
        self._relate(this, "trainedOn", trained or [_UNKNOWN], completeness="noAssertion")
        self._used_at(this, subject.places)
        return this

    def _model(self, subject: Subject, node: Json) -> str:
        judged = node["id"] == subject.id
        purl, revision, page = purl_of(subject, node), commit_of(node), f"{HUB}/{node['id']}"
        publisher = publisher_of(subject, node)
        maker = next((one["origin"] for one in subject.nodes if one["id"] == node["maker"]), None)
        model = subject.facts["model"]
        task = model["pipeline_tag"] if judged else None
        architectures = model["architectures"] if judged else None
        more = properties.of_subject(subject) if judged else ()
        this = self._add(
            "ai_AIPackage",
            name=node["id"],
            software_primaryPurpose="model",
            software_packageVersion=revision,
            software_packageUrl=purl,
            externalIdentifier=_purl(purl),
            externalRef=_license_text(node["license"]),
            software_homePage=page if purl else None,
            software_downloadLocation=(f"{page}/tree/{revision}" if revision else page) if purl else None,
            releaseTime=_released(node["created_at"]),
            suppliedBy=self._agent(publisher, publisher["organisation"] or publisher["namespace"]),
            originatedBy=[made_by] if maker and (made_by := self._agent(maker, maker["organisation"])) else None,
            ai_typeOfModel=list(architectures or ()) or ([node["model_type"]] if node["model_type"] else None),
            ai_informationAboutApplication=f"task: {task}" if task else None,
            **self._properties((*more, *properties.of_node(node))),
        )
        self._license(this, node["license"])
        return this

    def _lineage(self, subject: Subject, node: Json, ids: Mapping[str, str]) -> None:
        this, state = ids[node["id"]], lineage_state(subject, node)
        for edge in subject.facts["lineage"]["edges"]:
            if edge["child"] != node["id"]:
                continue
            kind = {"weights": "descendantOf", "component": "contains"}.get(edge["role"], "other")
            self._relate(
                this,
                kind,
                [ids[edge["parent"]]],
                completeness=_COMPLETENESS[state] if kind == "descendantOf" else "noAssertion",
                comment=properties.relation(edge),
                **self._properties(properties.of_edge(edge)),
            )
        told = "; ".join(properties.unresolved(subject.unresolved(node["id"]))) or None
        if told or not subject.parents(node["id"], "weights"):
            known = state == "complete"
            self._relate(
                this,
                "descendantOf",
                [_NONE if known else _UNKNOWN],
                completeness=_COMPLETENESS[state],
                comment=told,
            )

    def _license(self, this: str, license: Json) -> None:
        declared = licenses.declared(license)
        # One name for what two models call "other" would make one licence of theirs; without it the rest is not all.
        said = [] if any(term.vague for term in declared) else [self._expression(term) for term in declared]
        # What declares nothing in its card may hold the text of a licence, which the format counts as declared.
        none = _NO_LICENSE if license["status"] == "none" else _UNKNOWN_LICENSE
        self._relate(this, "hasDeclaredLicense", said or [none])
        concluded = licenses.concluded(license)
        self._relate(this, "hasConcludedLicense", [self._expression(concluded) if concluded else _UNKNOWN_LICENSE])

    def _expression(self, term: licenses.Term) -> str:
        told = {"name": term.name} if term.name != term.expression else {}
        kind = "simplelicensing_LicenseExpression"
        return self._add_once(kind, **told, simplelicensing_licenseExpression=term.expression)

    def _file(self, path: str, sha256: str | None, size: int | None) -> str:
        hashes = [{"type": "Hash", "algorithm": "sha256", "hashValue": sha256}] if sha256 else None
        told = self._properties([("size", str(size))] if size is not None else [])
        return self._add("software_File", name=path, software_primaryPurpose="file", verifiedUsing=hashes, **told)

    def _missed(self, one: Missed) -> str:
        id, revision, purl = one.named()
        this = self._add(
            "ai_AIPackage",
            name=id,
            software_primaryPurpose="model",
            software_packageVersion=revision,
            software_packageUrl=purl,
            externalIdentifier=_purl(purl),
            **self._properties([("verdict", "not judged"), ("reason", one.reason)]),
        )
        self._relate(this, "hasDeclaredLicense", [_UNKNOWN_LICENSE])
        self._relate(this, "hasConcludedLicense", [_UNKNOWN_LICENSE])
        self._used_at(this, one.places)
        return this

    def _application(self, used: list[str]) -> str:
        codebase = self._contents.codebase
        assert codebase is not None
        this = self._add("software_Package", name=codebase["root"] or ".", software_primaryPurpose="application")
        state = self._contents.uses()
        none = _NONE if state == "complete" else _UNKNOWN
        self._relate(this, "dependsOn", used or [none], completeness=_COMPLETENESS[state])
        return this

    def _used_at(self, this: str, places: Iterable[Json]) -> None:
        told = [f"{place['path']}:{place['line']} ({circumstances(place)})" for place in places]
        if told:
            text = f"named at {', '.join(told)}"
            self._add("Annotation", annotationType="other", subject=this, contentType="text/plain", statement=text)

    def _agent(self, origin: Json, name: str | None) -> str | None:
        # An account of which nothing is known may be one of a person.
        kind = origin["kind"] if origin["organisation"] else None
        form = {None: "Agent", "individual": "Person"}.get(kind, "Organization")
        return self._add_once(form, name=name) if name else None

    def _properties(self, told: Iterable[properties.Property]) -> Made:
        entries = [
            {"type": "extension_CdxPropertyEntry", "extension_cdxPropName": name, "extension_cdxPropValue": value}
            for name, value in properties.named(told)
        ]
        if not entries:
            return {}
        return {"extension": [{"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": entries}]}

    def _relate(self, this: str, kind: str, to: list[str], **more: Any) -> None:
        self._add("Relationship", **{"from": this}, relationshipType=kind, to=to, **more)

    def _add_once(self, kind: str, **fields: Any) -> str:
        key = (kind, *(str(value) for value in fields.values()))
        if key not in self._once:
            self._once[key] = self._add(kind, **fields)
        return self._once[key]

    def _add(self, kind: str, **fields: Any) -> str:
        id = f"{self._base}{kind.rpartition('_')[2].lower()}-{len(self._elements) + 1}"
        known = {name: value for name, value in fields.items() if value is not None}
        self._elements.append({"type": kind, "spdxId": id, "creationInfo": _CREATION, **known})
        return id


def _released(created: str | None) -> str | None:
    """When the repository was made, as the release; None where the Hub did not yet keep that day."""
    dated = created and _MOMENT.fullmatch(created) and not created.startswith(FIRST_DAY)
    return created if dated else None


def _license_text(license: Json) -> list[Made] | None:
    link = licenses.address(license["link"])
    return [{"type": "ExternalRef", "externalRefType": "license", "locator": [link]}] if link else None


def _purl(purl: str | None) -> list[Made] | None:
    if purl is None:
        return None
    return [{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl}]
