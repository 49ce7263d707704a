"""Where a model comes from, in short: what a census counts by and a search filters by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


NOTHING = Summary("", "", "", "", "", "", 0)


def summary_of(facts: Mapping[str, Any]) -> Summary:
    """The summary of a facts document."""
    above = summary_of_lineage(facts["lineage"], facts["model"]["id"])
    return above._replace(
        publisher=facts["publisher"]["control"] or UNKNOWN, license=declared_text(facts["license"]["declared"])
    )


def summary_of_lineage(lineage: Mapping[str, Any], id: str) -> Summary:
    """The summary of the model ``id``, with nothing of its publisher and its own licence."""
    roots, above = set(lineage["roots"]), set(lineage["ancestors"])
    models = lineage["models"]
    return Summary(
        "",
        as_text(model["origin"]["control"] or UNKNOWN for model in models if model["id"] in roots),
        as_text(model["origin"]["control"] or UNKNOWN for model in models if model["id"] in above - roots),
        as_text(roots - {id}),
        "",
        as_text(
            license
            for model in models
            if model["id"] in above
            for license in declared_text(model["license"]["declared"]).split()
        ),
        int(lineage["complete"]),
    )


def one_further(above: Summary, id: str, control: str | None, license: str) -> Summary:
    """The summary of what comes out of the model ``id``, with nothing of its own: ``above`` is that of ``id``, whose
    maker is controlled from ``control`` and whose licence is ``license``."""
    between = above.ancestors.split()
    return Summary(
        "",
        above.roots,
        as_text([*between, control or UNKNOWN] if above.root_ids else between),
        above.root_ids or id,
        "",
        as_text([*above.licenses.split(), *license.split()]),
        above.complete,
    )


def together(above: Sequence[Summary]) -> Summary:
    """The summary of what comes out of several models, with nothing of its own; each is as its own child has it."""
    if len(above) == 1:
        return above[0]
    columns = zip(*((one.roots, one.ancestors, one.root_ids, one.licenses) for one in above), strict=True)
    roots, ancestors, ids, licenses = (as_text(word for said in column for word in said.split()) for column in columns)
    return Summary("", roots, ancestors, ids, "", licenses, int(all(one.complete for one in above)))


def declared_text(declared: Sequence[str] | None) -> str:
    """Licences as declared, in one text; None: it could not be determined whether any is."""
    return UNKNOWN if declared is None else as_text(word.replace(" ", "-") for word in declared) or NONE


def as_text(words: Iterable[str]) -> str:
    """Several values in one text."""
    return " ".join(sorted(set(words)))
