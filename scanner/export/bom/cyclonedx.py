"""CycloneDX JSON, 1.6 or 1.7: judged models with what they came from.

Written out by hand: the format's own library does not know model cards (cyclonedx-python-lib 11.12.0, issue 913 of its
repository); its schemas hold what is written here, in the tests. 1.6 is what ``cyclonedx`` means: readers of 1.7 read
it too, and others, among them Trustify and Dependency-Track before August 2026, refuse 1.7 (guacsec/trustify 2594,
DependencyTrack/dependency-track 6966, read 2026-11-30).

What the bill is about is the code base, or the one model that was checked: by its name there, and in full among the
components, which is where readers look for models. They draw dependencies from there, and none without it
(DependencyTrack/dependency-track 3314, 3989, read 2026-12-01). Several models that were checked are of nothing.

A model that is judged or used is a component, excluded from the scope where a code base only mentions it. Its bases
stand in its ``pedigree``, one within the other; a part that another repository supplies, in its ``components``; a
teacher, which is not in it, in ``formulation``. ``dependencies`` tell what is in each, ``compositions`` how far that is
known. Nothing is said of vulnerabilities.
"""

from __future__ import annotations

from typing import Any

from scanner import __version__
from scanner.export.bom import properties
from scanner.export.bom.components import Models, Refs
from scanner.export.bom.contents import Contents, of_report
from scanner.export.quoting import json_text
from scanner.export.report import Report

Json = dict[str, Any]

VERSION, NEWEST = "1.6", "1.7"
_MIXES_LICENSES = NEWEST


def as_cyclonedx(report: Report) -> str:
    """The models of a report as a bill of materials, CycloneDX 1.6.

    Raises:
        NothingToScan: none was judged.
    """
    return json_text(cyclonedx(of_report(report)), indent=2)


def as_newest_cyclonedx(report: Report) -> str:
    """The same as CycloneDX 1.7."""
    return json_text(cyclonedx(of_report(report), NEWEST), indent=2)


def cyclonedx(contents: Contents, version: str = VERSION) -> Json:
    """The bill as JSON values. Of the same contents it is the same, its serial number included."""
    refs = Refs()
    application = None if contents.codebase is None else _application(contents, refs)
    models = Models(contents, refs, mixed=version == _MIXES_LICENSES)
    about = application or models.only()
    dependencies = list(models.dependencies())
    compositions = [
        *({"aggregate": state, "dependencies": told} for state, told in sorted(models.completeness().items())),
        *({"aggregate": state, "assemblies": told} for state, told in sorted(models.assemblies().items())),
    ]
    if about is not None:
        dependencies.insert(0, {"ref": about["bom-ref"], "dependsOn": models.used()})
    if application is not None:
        compositions.append({"aggregate": contents.uses(), "dependencies": [application["bom-ref"]]})
    told = [{"name": name, "value": value} for name, value in properties.named(properties.of_contents(contents))]
    metadata = {
        "timestamp": contents.at,
        "tools": {"components": [{"type": "application", "name": "modelorigin", "version": __version__}]},
        **({} if about is None else {"component": about}),
        **({"properties": told} if told else {}),
    }
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": contents.identity(f"cyclonedx-{version}").urn,
        "version": 1,
        "metadata": metadata,
        "components": models.components,
        "dependencies": dependencies,
        "compositions": compositions,
        **({"formulation": models.formulation} if models.formulation else {}),
    }


def _application(contents: Contents, refs: Refs) -> Json:
    assert contents.codebase is not None
    return {"type": "application", "bom-ref": refs.new("codebase"), "name": contents.codebase["root"] or "."}
