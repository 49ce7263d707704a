"""Bills of materials of others: which models they list.

purl        package URLs of models          listed      the nouns, and which model a component is
cyclonedx   CycloneDX JSON                  spdx        SPDX 3 JSON-LD

A bill is a statement of whoever wrote it: it says what to judge, never what is true of it. What is written of ours in
either format is in ``export/bom``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner.bom import cyclonedx, spdx
from scanner.bom.listed import Bill, By, Listed
from scanner.errors import DataError, NothingToScan, UsageError
from scanner.jsontext import NotJson, parse
from scanner.text import clean_line

__all__ = ["Bill", "By", "Listed", "read_bill"]

LARGEST = 32 * 1024 * 1024
MOST_VALUES, MOST_MODELS = 1_000_000, 10_000
_CONVERT = "CycloneDX JSON (1.4 to 1.7) and SPDX 3.0 JSON-LD are read; XML and tag-value files have to be converted"


def read_bill(path: Path) -> Bill:
    """The models that the file lists, of which there is at least one.

    Raises:
        DataError: it cannot be read, is too large, or is no bill of materials of a kind that is read here.
        NothingToScan: it lists no model.
    """
    file = clean_line(str(path))
    document = _document(path, file)
    try:
        if cyclonedx.is_cyclonedx(document):
            format, found = f"CycloneDX {cyclonedx.version(document)}", cyclonedx.models(document)
        elif spdx.is_spdx(document):
            format, found = f"SPDX {spdx.version(document)}", spdx.models(document)
        else:
            raise UsageError("no bill of materials", hint=_CONVERT)
        models = []
        for one in found:
            models.append(one)
            if len(models) > MOST_MODELS:
                raise UsageError(f"it lists more than {MOST_MODELS:,} models", hint="split the bill")
    except UsageError as error:
        raise DataError(error.message, file=file, hint=error.hint) from error
    if not models:
        raise NothingToScan(
            f"{file}: this {format} bill lists no model",
            hint=f"models are components of the type {cyclonedx.MODEL}, AI packages, or have a package URL of the Hub",
        )
    return Bill(file, format, tuple(models), cyclonedx.is_cyclonedx(document) and cyclonedx.is_partial(document))


def _document(path: Path, file: str) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            body = stream.read(LARGEST + 1)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", file=file, hint="name a bill of materials") from error
    if len(body) > LARGEST:
        raise DataError(f"larger than {LARGEST // 2**20} MB", file=file, hint="split the bill: nothing of it was used")
    # Memory is taken by values, not by bytes; each but the first follows one of these.
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise DataError(f"more than {MOST_VALUES:,} values", file=file, hint="split the bill: nothing of it was used")
    try:
        read = parse(body)
    except NotJson as error:
        raise DataError(str(error), file=file, hint=_CONVERT) from error
    if read.duplicates:
        raise DataError(
            f"{read.duplicates[0]!r} stands twice in one object: which one holds is not known", file=file, hint=_CONVERT
        )
    if not isinstance(read.value, dict):
        raise DataError("no bill of materials", file=file, hint=_CONVERT)
    return read.value
