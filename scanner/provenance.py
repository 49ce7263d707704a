"""Where one model comes from: the model, its lineage, and the origin and licence of everything in it.

``trace`` asks in the right order: the model (pinned here), its evidence, its ancestors (read too), then conclusions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from scanner import license as licenses
from scanner.curated import Curated
from scanner.errors import HubError
from scanner.evidence import Depth, Evidence, Reading
from scanner.evidence import history as past
from scanner.evidence.collect import collect
from scanner.evidence.gating import gate_of
from scanner.fact import Basis, Gap
from scanner.family import Families
from scanner.hub import Hub
from scanner.license import License, conclude
from scanner.license.claims import LicenseClaim, Source, StatedLimit
from scanner.license.links import link_kind
from scanner.license_files import text_claims
from scanner.lineage import Knowledge, Lineage, Lookup, Node, resolve
from scanner.model import Model, RepoId, Signal
from scanner.origin import Origin, Registry
from scanner.wording import tables_digest


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: a repository as it was written, and the revision in the request (None = default branch)."""

    repo: RepoId
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.repo}@{self.revision}" if self.revision else str(self.repo)


@dataclass(frozen=True)
class Tables:
    """The shipped knowledge a trace reads: publishers (with a company's overlay), families, curated lineages."""

    registry: Registry
    families: Families
    curated: Curated

    @cached_property
    def lineage(self) -> Knowledge:
        return Knowledge(self.curated, self.families, self.registry.is_conduit, self.registry.same_organisation)

    @property
    def digest(self) -> str:
        """SHA-256 over all tables and the overlay: the same digest concludes the same from the same files."""
        texts = (
            self.registry.digest(),
            self.families.digest(),
            self.curated.digest(),
            licenses.digest(),
            tables_digest(),
        )
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Provenance:
    """All that is known of one model on one day. ``origins`` and ``licenses`` are by node id of the lineage.

    ``identity`` is what speaks for its name having led to another model before; None: nobody remembers.
    """

    request: Request
    hub: str
    hub_description: str
    hub_as_of: str | None
    depth: Depth
    as_of: date
    subject: Reading
    lineage: Lineage
    publisher: Origin
    origins: Mapping[str, Origin]
    licenses: Mapping[str, License]
    developers: Mapping[str, Origin]
    """by namespace: the developers of the families that were recognised"""
    identity: tuple[Signal, ...] | None = None


class Memory(Protocol):
    """Remembers which models were met before."""

    description: str | None
    """what a report prints beside the hub's own description; None where that says it already"""

    def recall(self, model: Model) -> tuple[Signal, ...] | None:
        """What speaks for the name of ``model`` having led to another; None when nothing is remembered."""


def trace(
    request: Request,
    hub: Hub,
    tables: Tables,
    *,
    as_of: date,
    depth: Depth = Depth.HEADERS,
    above: Hub | None = None,
    lookup: Lookup | None = None,
    memory: Memory | None = None,
    history: bool = False,
) -> Provenance:
    """Read a model and its whole lineage from ``hub`` and conclude its origins and licences.

    ``above`` is the hub its ancestors are read from where that is another one: a model in a lone folder has its bases
    elsewhere. ``lookup`` answers for the ancestors where somebody has read them before. ``memory`` is asked whether the
    model is the one that bore its name before. ``history``: ask which licence its earlier commits declared.

    Raises:
        HubError: the model itself could not be read. What is missing of its ancestors is a gap, not an error.
    """
    subject = collect(hub.model(request.repo, request.revision), hub, depth)
    if history:
        subject = subject.with_more(past.read(subject, hub))
    others = above or hub

    def look_up(repo: RepoId) -> Reading | Gap:
        try:
            model = others.model(repo)
            return collect(model, others, depth if _speaks_by_header(model) else Depth.CARD)
        except HubError as error:
            return Gap.of(error, str(repo), "model", f"{others.scheme}://{repo}")

    lineage = resolve(subject, lookup or look_up, tables.lineage)
    hinted = {hint.developer for hint in lineage.hints if hint.developer}
    registry = tables.registry
    return Provenance(
        request=request,
        hub=subject.model.hub,
        hub_description=_described(hub, above, memory),
        hub_as_of=hub.as_of or others.as_of,
        depth=depth,
        as_of=as_of,
        subject=subject,
        lineage=lineage,
        publisher=registry.attribute(subject.model.namespace, as_of),
        origins={n.id: registry.attribute(_maker_namespace(n), as_of) for n in lineage.nodes},
        licenses={n.id: _license(n) for n in lineage.nodes},
        developers={name: registry.attribute(name, as_of) for name in sorted(hinted)},
        identity=memory.recall(subject.model) if memory else None,
    )


def _described(hub: Hub, above: Hub | None, memory: Memory | None) -> str:
    lineage = f"its lineage from {above.description}" if above else None
    return ", ".join(filter(None, (hub.description, lineage, memory.description if memory else None)))


def _speaks_by_header(model: Model) -> bool:
    """True where only the header of a GGUF file may name a base: a conversion often comes without card and config."""
    paths = [artifact.path.casefold() for artifact in model.artifacts or ()]
    return any(p.endswith(".gguf") for p in paths) and not any(p.endswith(".safetensors") for p in paths)


def _maker_namespace(node: Node) -> str | None:
    # A conduit's own origin says nothing of the weights; an unknown maker is an unknown origin.
    return node.maker.split("/")[0] if node.maker and "/" in node.maker else None


_CARD_KEYS = ("license", "license_name", "license_link")
_HUB_KEYS = ("cardData.license", "cardData.license_name", "cardData.license_link")
_GGUF_KEYS = ("general.license", "general.license.name", "general.license.link")


def _license(node: Node) -> License:
    reading = node.reading
    if reading is None:
        return conclude((), read=False)
    claims = [claim for evidence in reading.evidence for claim in _claims(evidence, reading.model)]
    for stated in reading.model.licenses or ():
        claims.append(LicenseClaim((stated.id,), None, None, stated.basis, stated.note, Source.THIRD_PARTY))
    declared = tuple(id for claim in claims if claim.basis is not Basis.STATED for id in claim.ids)
    if (gate := gate_of(reading)) and gate.prompt_license:
        said = (gate.prompt_license,)
        claims.append(LicenseClaim(said, None, None, Basis.STATED, gate.at, Source.GATE, object="weights"))
    texts = [(evidence.fact, evidence.at) for evidence in reading.evidence if evidence.kind == "license_text"]
    claims += text_claims(texts, declared)
    cards = [evidence for evidence in reading.evidence if evidence.kind == "card"]
    limits = tuple(limit for card in cards for limit in _limits(card)) if cards else None
    license = conclude(tuple(claims), read=bool(claims), limits=limits)
    return replace(license, link_kind=link_kind(license.link, reading.model)) if license.link else license


def _claims(evidence: Evidence, model: Model) -> Iterator[LicenseClaim]:
    """What one piece of evidence says of the licence."""
    fact, at = evidence.fact, str(evidence.at)
    if evidence.kind == "hub":
        if fact.license_ids is not None:
            said = (fact.license_ids, fact.license_name, fact.license_link)
            yield LicenseClaim(*said, Basis.DECLARED, at, Source.HUB, _HUB_KEYS)
        # Tags that a catalogue's source captured at some time show a licence, never the lack of one.
        if fact.tag_license_ids or (fact.tag_license_ids is not None and not model.sources):
            yield LicenseClaim(fact.tag_license_ids, None, None, Basis.DECLARED, f"{at}#tags", Source.TAGS)
    elif evidence.kind == "card":
        if fact.license_ids is not None:
            said = (fact.license_ids, fact.license_name, fact.license_link)
            yield LicenseClaim(*said, Basis.DECLARED, at, Source.CARD, _CARD_KEYS)
        for one in fact.license_statements:
            if one.ids:
                where = str(replace(evidence.at, key=one.key))
                yield LicenseClaim(one.ids, None, None, Basis.STATED, where, Source.PROSE, object=one.object.value)
    elif evidence.kind == "gguf" and (fact.license or fact.license_name or fact.license_link):
        ids = (fact.license,) if fact.license else ()
        where = str(replace(evidence.at, span=None))
        yield LicenseClaim(
            ids, fact.license_name, fact.license_link, Basis.DECLARED, where, Source.GGUF, _GGUF_KEYS, object="weights"
        )


def _limits(card: Evidence) -> Iterator[StatedLimit]:
    for one in card.fact.license_statements:
        if not one.ids:
            yield StatedLimit(one.kind.value, one.object.value, one.text, str(replace(card.at, key=one.key)))
