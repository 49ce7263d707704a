"""A code base as a bill of materials: the application, and every model it uses with the places that name it."""

from __future__ import annotations

from scanner.export.bom.contents import of_codebase
from scanner.export.bom.cyclonedx import NEWEST, cyclonedx
from scanner.export.bom.spdx import spdx
from scanner.export.codebase.reading import Json
from scanner.export.quoting import json_text


def as_cyclonedx(document: Json) -> str:
    """CycloneDX 1.6."""
    return json_text(cyclonedx(of_codebase(document)), indent=2)


def as_newest_cyclonedx(document: Json) -> str:
    """CycloneDX 1.7."""
    return json_text(cyclonedx(of_codebase(document), NEWEST), indent=2)


def as_spdx(document: Json) -> str:
    """SPDX 3.0.1."""
    return json_text(spdx(of_codebase(document)), indent=2)
