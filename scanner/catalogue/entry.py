"""One model as the catalogue keeps it, and back to the noun ``Model``.

Kept is what provenance is concluded from: identity, dates, licence, bases by source, tags, type, and what the file
listing showed. Of a card nothing else is kept.

    profile    what many models have in common, as canonical JSON: each combination is stored once
    bases      what each source says of the parents, as canonical JSON; None when none says anything

What third parties state of a model stands under ``stated`` in both, beside what the hub says, and never as its word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from scanner.evidence import files
from scanner.evidence.frontmatter import RELATIONS, declared_parents, references, tag_parents, tagged
from scanner.fact import Basis, Locator
from scanner.model import Listing, Model, ModelRef, Parent, Relation, RepoId, Revision, StatedLicense

BASE_TAG, LICENSE_TAG = "base_model:", "license:"
STAND_IN = bytes(4)
"""How the ``hub_id`` of a model begins that is known by its name alone. An ``_id`` begins with the second it was given
out, and the reading of answers refuses one of 1970: no hub's ``_id`` is ever met here."""

Bases = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """``hub_id`` 12 bytes, ``sha`` 20; moments in unix seconds; ``tags`` without those that name a base.

    None is what is not known.
    """

    id: str
    hub_id: bytes
    sha: bytes | None
    created: int | None
    modified: int | None
    downloads: int | None
    downloads_total: int | None
    likes: int | None
    parameters: int | None
    tags: tuple[str, ...] | None
    bases: str | None
    profile: str

    @property
    def parents(self) -> dict[str, str]:
        """The repositories that any source names as a parent, with the relation it gives them."""
        return parents(self.bases)


def entry_of(model: Model, downloads_total: int | None = None) -> Entry | None:
    """What is kept of ``model``; None when the hub gave it no ``_id``: there is nothing to know it by."""
    if model.hub_id is None:
        return None
    tags = model.tags
    return Entry(
        id=str(model.repo),
        hub_id=bytes.fromhex(model.hub_id),
        sha=bytes.fromhex(model.revision.commit) if model.revision else None,
        created=seconds(model.created_at),
        modified=seconds(model.last_modified),
        downloads=model.downloads,
        downloads_total=downloads_total,
        likes=model.likes,
        parameters=model.parameters,
        tags=None if tags is None else tuple(tag for tag in tags if not tag.startswith(BASE_TAG)),
        bases=_bases(model),
        profile=_profile(model),
    )


def stand_in(repo: RepoId) -> str:
    """What stands for the ``_id`` of a model of which nobody said it: see ``STAND_IN``. The same for every spelling."""
    return (STAND_IN + sha256(repo.key.encode()).digest()[:8]).hex()


def known_id(hub_id: bytes) -> str | None:
    """The ``_id`` as the hub writes it; None where it was never said."""
    return None if hub_id.startswith(STAND_IN) else hub_id.hex()


def model_of(entry: Entry, requested: RepoId, *, hub: str, sources: tuple[str, ...] = ()) -> Model:
    """The noun again. What was not kept is None; a listing that was read is known by what it showed."""
    profile = json.loads(entry.profile)
    said: Bases = json.loads(entry.bases) if entry.bases else {}
    repo = RepoId.parse(entry.id)
    commit = entry.sha.hex() if entry.sha else None
    listing = profile.get("listing")
    at = Locator(hub, entry.id, commit, None, "baseModels")
    return Model(
        hub=hub,
        requested=requested,
        repo=repo,
        revision=Revision(commit) if commit else None,
        hub_id=known_id(entry.hub_id),
        created_at=moment(entry.created),
        last_modified=moment(entry.modified),
        gated=profile.get("gated"),
        disabled=profile.get("disabled"),
        private=profile.get("private"),
        downloads=entry.downloads,
        likes=entry.likes,
        library=profile.get("library"),
        pipeline_tag=profile.get("pipeline"),
        parameters=entry.parameters,
        tags=None if entry.tags is None else (*entry.tags, *_base_tags(said)),
        card=_card(profile, said),
        base_models=_hub_parents(said, at) if "hub" in said else _stated_parents(said, at),
        licenses=_stated_licenses(profile),
        architectures=tuple(profile["architectures"]) if "architectures" in profile else None,
        model_type=profile.get("model_type"),
        remote_code=profile.get("remote_code"),
        listing=_listing(listing) if listing else None,
        unread=tuple(profile.get("unread", ())),
        sources=(*profile.get("stated", {}).get("sources", ()), *sources),
    )


def parents(bases: str | None) -> dict[str, str]:
    """The repositories a stored ``bases`` names, as written, with the relation the best source gives them."""
    if bases is None:
        return {}
    one = _ONE_PARENT.fullmatch(bases)
    return {one[1]: one[2]} if one else _named(bases)


def _named(bases: str) -> dict[str, str]:
    said: Bases = json.loads(bases)
    how = str(said.get("relation") or Relation.UNSPECIFIED.value)
    found = {id: how for id, _ in said.get("hub", ())}
    if said.get("tags", True) is True and said.get("card", True) is True and not said.get("stated"):
        return found
    for tag in _base_tags(said):
        head, _, rest = tag.removeprefix(BASE_TAG).partition(":")
        relation, name = (head, rest) if rest and head in RELATIONS else (Relation.UNSPECIFIED.value, f"{head}:{rest}")
        _add(found, name if rest else head, relation)
    relation = str(said.get("card_relation") or how)
    for ref in references(_card_bases(said)):
        _add(found, ref.raw, relation if relation in RELATIONS else Relation.UNSPECIFIED.value)
    for written, relation, _ in said.get("stated", ()):
        _add(found, written, relation)
    return found


# One parent of which all sources say the same, as most models have.
_ONE_PARENT = re.compile(
    r'\{(?:"card":true,)?(?:"card_relation":"[a-z]*",)?"hub":\[\["([^"\\]*)",(?:"[0-9a-f]*"|null)\]\],'
    r'"relation":"([a-z]+)"(?:,"tags":true)?\}'
)


def base_claims(bases: str, adapter: bool) -> Iterator[Parent]:
    """What stored bases claim, as the evidence of a model that has them; ``adapter``: the config of one was listed.

    Nothing where third parties have their say too: such a model is read in full.
    """
    said: Bases = json.loads(bases)
    if "stated" in said:
        return
    otherwise = Relation.ADAPTER if adapter else Relation.UNSPECIFIED
    card = {"base_model": _card_bases(said), "base_model_relation": said.get("card_relation")}
    yield from declared_parents(card, Locator("", "", key="cardData.base_model"), otherwise)
    yield from tag_parents(_base_tags(said), Locator("", "", key="tags"), otherwise)
    if "hub" in said:
        yield from _hub_parents(said, Locator("", "", key="baseModels"))


def _add(found: dict[str, str], written: str, relation: str) -> None:
    repo = ModelRef.parse(written).repo
    if repo is not None and repo.key not in {name.casefold() for name in found}:
        found[str(repo)] = relation


# -- what a model says of its parents


def _bases(model: Model) -> str | None:
    said: dict[str, Any] = {}
    stated = [parent for parent in model.base_models or () if parent.basis is Basis.CURATED]
    if model.sources:
        said["stated"] = [[parent.ref.raw, parent.relation.value, parent.note] for parent in stated]
    if model.base_models is not None and not stated:
        said["hub"] = [[p.ref.raw, p.hub_id] for p in model.base_models]
        relations = {p.relation.value for p in model.base_models} - {Relation.UNSPECIFIED.value}
        if relations:
            said["relation"] = relations.pop()
    tags = [tag for tag in model.tags or () if tag.startswith(BASE_TAG)]
    # Most models say the same three times: then it is written once.
    if sorted(tags) == sorted(_implied_tags(said)):
        said["tags"] = True
    elif tags:
        said["tags"] = tags
    card = model.card or {}
    if card.get("base_model") is not None:
        same = [ref.raw for ref in references(card["base_model"])] == [id for id, _ in said.get("hub", ())]
        said["card"] = True if same else card["base_model"]
    if card.get("base_model_relation") is not None:
        said["card_relation"] = card["base_model_relation"]
    said = {key: value for key, value in said.items() if value is not True or said.get("hub")}
    return canonical(said) if said else None


def _implied_tags(said: Bases) -> list[str]:
    """The tags that the hub itself computes from the parents it knows."""
    ids = [id for id, _ in said.get("hub", ())]
    how = said.get("relation")
    return [f"{BASE_TAG}{id}" for id in ids] + [f"{BASE_TAG}{how}:{id}" for id in ids if how]


def _base_tags(said: Bases) -> list[str]:
    tags = said.get("tags", [])
    return _implied_tags(said) if tags is True else tags


def _card_bases(said: Bases) -> Any:
    card = said.get("card")
    return [id for id, _ in said["hub"]] if card is True else card


def _hub_parents(said: Bases, at: Locator) -> tuple[Parent, ...]:
    relation = Relation(said.get("relation", Relation.UNSPECIFIED.value))
    return tuple(Parent(ModelRef.parse(id), Basis.DECLARED, at, relation, hub_id=hub_id) for id, hub_id in said["hub"])


def _stated_parents(said: Bases, at: Locator) -> tuple[Parent, ...] | None:
    stated = said.get("stated", ())
    parents = (Parent(ModelRef.parse(id), Basis.CURATED, at, Relation(how), note=note) for id, how, note in stated)
    return tuple(parents) or None


# -- what many models have in common


def _profile(model: Model) -> str:
    card = model.card
    listing = model.listing if model.artifacts is None else files.listing_of(model)
    profile = {
        "architectures": list(model.architectures) if model.architectures is not None else None,
        "card": None if card is None else {key: card[key] for key in _KEPT_OF_CARD if card.get(key) is not None},
        "disabled": model.disabled,
        "gated": model.gated,
        "library": model.library,
        "listing": None if listing is None else _listed(listing),
        "model_type": model.model_type,
        "pipeline": model.pipeline_tag,
        "private": model.private,
        "remote_code": model.remote_code,
        "stated": _stated(model) if model.sources else None,
        "tagged": None if model.tags is None else list(tagged(model.tags, LICENSE_TAG)),
        "unread": list(model.unread) or None,
    }
    return canonical({key: value for key, value in profile.items() if value is not None})


def _stated(model: Model) -> dict[str, Any]:
    """What third parties state; they are told by name, as their word has no other weight."""
    licenses = None if model.licenses is None else [[stated.id, stated.note] for stated in model.licenses]
    return {"licenses": licenses, "sources": list(model.sources)}


def _stated_licenses(profile: Mapping[str, Any]) -> tuple[StatedLicense, ...] | None:
    licenses = profile.get("stated", {}).get("licenses")
    return None if licenses is None else tuple(StatedLicense(id, Basis.CURATED, note) for id, note in licenses)


_KEPT_OF_CARD = ("license", "license_name", "license_link")


def _card(profile: Mapping[str, Any], said: Bases) -> Mapping[str, Any] | None:
    """The fields of the card that were kept; None where no card was seen."""
    if "card" not in profile:
        return None
    bases = {"base_model": _card_bases(said), "base_model_relation": said.get("card_relation")}
    return {**profile["card"], **{key: value for key, value in bases.items() if value is not None}}


def _listed(listing: Listing) -> dict[str, Any]:
    return {
        "adapter": listing.adapter,
        "formats": list(listing.formats),
        "pickle": listing.pickle,
        "safe": listing.safe_weights_only,
        "weights": list(listing.weights),
    }


def _listing(kept: Mapping[str, Any]) -> Listing:
    return Listing(
        tuple(kept["formats"]),
        tuple(kept["weights"]),
        kept["pickle"],
        kept["safe"],
        kept["adapter"],
    )


# -- texts and moments

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: equal values have equal texts."""
    return _ENCODER.encode(value)


@lru_cache(maxsize=65_536)
def seconds(text: str | None) -> int | None:
    """``YYYY-MM-DDTHH:MM:SSZ`` as unix seconds."""
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def moment(at: int | None) -> str | None:
    """Unix seconds as ``YYYY-MM-DDTHH:MM:SSZ``."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()[:19] + "Z"
