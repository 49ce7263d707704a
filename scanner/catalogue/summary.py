"""Where a model comes from, in short: what a census counts by and a search filters by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

UNKNOWN = "?"
NONE = "none"
"""Of a licence: it was looked for, and none is declared."""


class Summary(NamedTuple):
    """Countries of control of publisher, roots and the models between; root ids; licences. ``?`` is not known.

    Texts of several values are sorted and joined by blanks. ``root_ids`` is empty for a model that is its own root.
    """

    publisher: str
    roots: str
    ancestors: str
    root_ids: str
    license: str
    licenses: str
    complete: int


def summary_of(facts: Mapping[str, Any]) -> Summary:
    """The summary of a facts document."""
    lineage, id = facts["lineage"], facts["model"]["id"]
    roots, above = set(lineage["roots"]), set(lineage["ancestors"])
    models = lineage["models"]
    return Summary(
        facts["publisher"]["control"] or UNKNOWN,
        _joined(model["origin"]["control"] or UNKNOWN for model in models if model["id"] in roots),
        _joined(model["origin"]["control"] or UNKNOWN for model in models if model["id"] in above - roots),
        _joined(roots - {id}),
        _declared(facts["license"]),
        _joined(_declared(model["license"]) for model in models if model["id"] in above),
        int(lineage["complete"]),
    )


def _declared(license: Mapping[str, Any]) -> str:
    declared = license["declared"]
    return UNKNOWN if declared is None else _joined(word.replace(" ", "-") for word in declared) or NONE


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(set(words)))
