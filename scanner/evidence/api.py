"""What the hub's own API says of a model: its card as the hub parsed it, its tags, its base models. No request.

Authors can write any tag, so tags and card are two sources that may disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.frontmatter import (
    MAX_PARENTS,
    declared_parents,
    license_ids,
    license_text,
    listed_relation,
    tag_parents,
    tagged,
)
from scanner.evidence.reader import gap
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.model import Model

_LICENSE = "license:"


@dataclass(frozen=True, slots=True)
class ApiFact:
    """``license_ids`` are from the card (None: none was given), ``tag_license_ids`` from the tags (None: no tags)."""

    license_ids: tuple[str, ...] | None
    license_name: str | None
    license_link: str | None
    tag_license_ids: tuple[str, ...] | None


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """The hub's claims as evidence; a gap for what it does not hold, could not be read, or is too much."""
    card = model.card
    tags = model.tags
    fact = ApiFact(
        license_ids=None if card is None else license_ids(card),
        license_name=None if card is None else license_text(card, "license_name"),
        license_link=None if card is None else license_text(card, "license_link"),
        tag_license_ids=None if tags is None else tagged(tags, _LICENSE),
    )
    otherwise = listed_relation(model)
    in_card = declared_parents(card or {}, model.at(key="cardData.base_model"), otherwise)
    in_tags = tag_parents(tags or (), model.at(key="tags"), otherwise)
    parents = (*in_card[:MAX_PARENTS], *in_tags[:MAX_PARENTS], *(model.base_models or ()))
    yield Evidence("hub", model.at(), fact, parents=parents)
    if card is None and tags is None and model.base_models is None and model.hub_id is None:
        yield gap(model, "hub metadata", Reason.NOT_HELD, None, "nothing is held of what the hub says of this model")
    if max(len(in_card), len(in_tags)) > MAX_PARENTS:
        yield gap(model, "base_model", Reason.TOO_LARGE, None, f"more than {MAX_PARENTS} base models")
    for field in model.unread:
        yield gap(model, field, Reason.MALFORMED, None, "this part of the hub's answer could not be read in full")
