"""A licence of the facts as bills of materials want it: an id of the SPDX list, an expression, or a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner.license import spdx_of, terms_documents
from scanner.license.table import on_the_list

Json = Mapping[str, Any]

_SINGLE = re.compile(r"[A-Za-z0-9.+-]+")
_REFERENCE = "LicenseRef-"
_NOT_OF_A_REFERENCE = re.compile(r"[^A-Za-z0-9.-]+")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?")


@dataclass(frozen=True, slots=True)
class Term:
    """One licence. ``id`` is on the SPDX list; ``expression`` is a valid one, of a LicenseRef at least; ``name`` is for
    people. ``url`` is where the model says its text is. ``vague``: it stands for any of several, as "other" does.
    """

    name: str
    expression: str
    id: str | None = None
    url: str | None = None
    vague: bool = False

    @property
    def reference(self) -> str | None:
        """The LicenseRef, where it is nothing else."""
        return self.expression if self.expression.startswith(_REFERENCE) and " " not in self.expression else None

    @property
    def compound(self) -> bool:
        return self.id is None and self.reference is None


def declared(license: Json) -> list[Term]:
    """The licences that are declared; empty where none is, or nothing could be read."""
    said = list(license["declared"] or ())
    name, url = license["name"], address(license["link"])
    # "other" and the like stand for the name, where there is one.
    if name:
        said = [id for id in said if spdx_of(id) or on_the_list(id)] + [name]
    terms = [_term(id, spdx_of(id) or on_the_list(id), id) for id in dict.fromkeys(said)]
    if url and len(terms) == 1:
        terms = [replace(terms[0], url=url)]
    return terms


def concluded(license: Json) -> Term | None:
    """The licence that was concluded; None where it could not be determined."""
    spdx = license["concluded"]
    return _term(spdx, spdx, license["id"] or spdx) if spdx else None


def _term(said: str, spdx: str | None, id: str) -> Term:
    if spdx and not spdx.startswith(_REFERENCE) and on_the_list(spdx):
        return Term(spdx, spdx, spdx if _SINGLE.fullmatch(spdx) else None)
    if spdx and " " in spdx:
        return Term(spdx, spdx)
    told = terms_documents(id)[0]
    expression = spdx or _REFERENCE + (_NOT_OF_A_REFERENCE.sub("-", said).strip("-.") or "unnamed")
    return Term(told["title"] or said, expression, vague=told["kind"] == "family")


def address(link: str | None) -> str | None:
    """``link``, where it is an address that every reader of a bill takes."""
    return link if link and _ADDRESS.fullmatch(link) else None
