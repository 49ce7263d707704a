"""Which field of a scan belongs to which part of a comparison, what it is called, and by what its entries are named.

The parts stand in the order in which somebody who answers for a model has to know of them. A field that has no words
here is told by its path, so that one which a later release adds is not passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_CLAIMED = ("source", "says", "at")
KEYS: Mapping[str, Sequence[str]] = {
    "facts.model.identity": ("kind", "subject"),
    "facts.model.license_history": ("revision",),
    "facts.publisher.lists": ("id", "relation"),
    "facts.publisher.footnotes": ("fact", "source"),
    "facts.license.claims": _CLAIMED,
    "facts.license.limits": ("kind", "says"),
    "facts.license.footnotes": ("fact", "source"),
    "facts.lineage.models": ("id",),
    "facts.lineage.models.origin.lists": ("id", "relation"),
    "facts.lineage.models.origin.footnotes": ("fact", "source"),
    "facts.lineage.models.license.claims": _CLAIMED,
    "facts.lineage.models.license.limits": ("kind", "says"),
    "facts.lineage.models.license.footnotes": ("fact", "source"),
    "facts.lineage.edges": ("child", "parent", "role"),
    "facts.lineage.edges.sources": ("basis", "at"),
    "facts.lineage.unresolved": ("child", "reference"),
    "facts.lineage.contradictions": ("kind", "subject"),
    "facts.lineage.hints": ("subject", "family", "signal"),
    "facts.lineage.disputes": ("subject", "against"),
    "facts.terms.duties": ("license", "fact", "duty"),
    "facts.terms.conflicts": ("kind", "child", "parent"),
    "facts.files.weights": ("path",),
    "facts.files.license_texts": ("path",),
    "facts.files.hub_issues": ("path",),
    "facts.gaps": ("subject", "what"),
    "facts.evidence": ("kind", "at"),
    "facts.usage.references": ("at", "how"),
    "facts.usage.drift": ("kind", "at"),
    "decisions.findings": ("rule", "subject", "outcome"),
    "decisions.findings.matches": ("field", "operator"),
    "decisions.waivers": ("rule", "model", "ticket"),
    "waivers.entries": ("rule", "model", "ticket"),
    "decisions": (),
    "decisions.outcomes": (),
    "policies": (),
    "policies.texts": (),
    "policies.rules": (),
    "policies.parameters": (),
    "policies.settings": (),
    "policies.disabled": (),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a comparison and the fields that belong to it, by how they begin; the longest beginning counts.

    ``drift``: what changes here makes the model another than the one that was judged.
    """

    title: str
    fields: tuple[str, ...]
    drift: bool = True


PARTS = (
    Part("Verdict and findings", ("decisions",)),
    Part("The model", ("facts.model",)),
    Part("Files", ("facts.files",)),
    Part("Licence and duties", (
        "facts.license", "facts.terms", "facts.access", "facts.files.license_files", "facts.files.license_texts",
        "facts.model.license_changed", "facts.model.license_history", "facts.lineage.models.license",
    )),
    Part("Bases and roots", ("facts.lineage",)),
    Part("Makers", ("facts.publisher", "facts.lineage.models.origin", "facts.lineage.hints.developer_control")),
    Part("What could not be read", ("facts.gaps",)),
    Part("Policy", ("policies",), drift=False),
    # What waivers do to a model stands in its findings.
    Part("Waivers", ("waivers",), drift=False),
    Part("Use in the code", ("facts.usage",), drift=False),
    Part("The card", ("facts.card",), drift=False),
    Part("How it was read", (
        "registry", "tool_version", "requested", "facts.as_of", "facts.model.depth", "facts.model.hub",
        "facts.model.hub_description", "facts.model.hub_as_of", "facts.model.requested",
        "facts.model.requested_revision", "facts.model.pinned", "facts.model.remembered", "facts.model.sources",
        "facts.files.hub_scan_done", "facts.evidence", "facts.model.downloads", "facts.model.likes",
        "facts.model.last_modified", "facts.model.tags",
    ), drift=False),
)  # fmt: skip
OTHER = Part("Other fields", ())

_LICENSE = {
    "declared": "licence declared", "name": "licence name declared", "link": "licence link declared",
    "link_kind": "where the licence link leads", "concluded": "licence concluded", "status": "standing of the licence",
    "id": "licence in the table", "commercial_use": "commercial use", "user_threshold": "limit on users",
    "revenue_threshold": "limit on revenue", "field_of_use": "some uses forbidden", "naming": "a name must be carried",
    "notice": "notices must be kept", "share_alike": "derivatives under the same licence",
    "flow_down": "duties pass to derivatives", "outputs_restricted": "outputs restricted",
    "territory_excluded": "places excluded", "multimodal_only": "places excluded for multimodal models only",
    "osi_approved": "approved by the OSI", "forbidden_uses": "forbidden uses", "duties": "duties",
    "basis": "what the licence is concluded from", "claims": "statement on the licence",
    "limits": "limit in the card's prose", "footnotes": "source on the licence",
}  # fmt: skip
_ORIGIN = {
    "namespace": "handle", "known": "known to the registry", "organisation": "organisation", "kind": "kind",
    "legal_entity": "legal entity", "headquarters": "headquarters", "incorporation": "incorporation",
    "parent": "owner", "parent_country": "owner's country", "control": "control", "state_ownership": "state ownership",
    "conduit": "re-hosts others' weights", "multinational": "multinational", "lists": "list entry", "flags": "remarks",
    "confidence": "confidence", "footnotes": "source",
}  # fmt: skip
LABELS: Mapping[str, str] = {
    "decisions.verdict": "verdict",
    "decisions.findings": "finding",
    "decisions": "decision",
    "decisions.findings.verdict": "weight",
    "decisions.findings.message": "message",
    "decisions.findings.waived_by": "waived by",
    "decisions.findings.footnotes": "sources",
    "decisions.findings.standing": "standing",
    "decisions.outcomes": "answer",
    "decisions.waivers": "waiver that names the model",
    "decisions.waivers.state": "what became of it",
    "decisions.waivers_digest": "waivers (digest)",
    "facts.model.hub_id": "identity on the hub (_id)",
    "facts.model.id": "name",
    "facts.model.identity": "sign that the name changed hands",
    "facts.model.revision": "commit",
    "facts.model.gated": "gated",
    "facts.model.disabled": "disabled",
    "facts.model.private": "private",
    "facts.model.renamed": "answered under another name",
    "facts.model.created_at": "made at",
    "facts.model.library": "library",
    "facts.model.pipeline_tag": "task",
    "facts.model.multimodal": "multimodal",
    "facts.model.parameters": "parameters",
    "facts.model.architectures": "architectures",
    "facts.model.model_type": "model type",
    "facts.model.license_changed": "licence changed at an earlier commit",
    "facts.model.license_history": "licence at an earlier commit",
    "facts.files.weights": "weights file",
    "facts.files.weights.sha256": "content (sha256)",
    "facts.files.weights.size": "size",
    "facts.files.pickle": "a file that runs code when it is loaded (pickle)",
    "facts.files.safe_weights_only": "safe weights only",
    "facts.files.remote_code": "loading runs code from the repository",
    "facts.files.executables": "scripts and binaries",
    "facts.files.hub_issues": "warning of the hub's scanners",
    **{f"facts.license.{key}": label for key, label in _LICENSE.items()},
    "facts.files.license_files": "licence files",
    "facts.files.license_texts": "licence text",
    "facts.files.license_texts.status": "how close it is to a known licence",
    "facts.files.license_texts.license": "licence it is compared with",
    "facts.terms.duties": "duty along the lineage",
    "facts.terms.conflicts": "conflict of licences",
    "facts.files.count": "number of files",
    "facts.files.bytes": "bytes of all files",
    "facts.files.digest": "digest of all files",
    "facts.files.formats": "formats",
    "facts.files.weight_formats": "formats of weights",
    "facts.terms.complete": "terms of the whole lineage known",
    **{f"facts.lineage.models.license.{key}": label for key, label in _LICENSE.items()},
    **{f"facts.terms.{key}": f"{label} (whole lineage)" for key, label in _LICENSE.items() if key != "duties"},
    "facts.access.gated": "gated (access)",
    "facts.access.prompt": "a text to read before access",
    "facts.access.asks": "asked before access",
    "facts.access.consents": "agreed to before access",
    "facts.access.eu_disallowed": "closed to the EU",
    "facts.lineage.roots": "roots",
    "facts.lineage.edges": "base",
    "facts.lineage.models": "model of the lineage",
    "facts.lineage.models.revision": "commit",
    "facts.lineage.models.hub_id": "identity on the hub (_id)",
    "facts.lineage.models.state": "whether it could be read",
    "facts.lineage.models.maker": "maker",
    "facts.lineage.models.root": "a root",
    "facts.lineage.models.established": "what shows that it is a root",
    "facts.lineage.models.relation": "relation",
    "facts.lineage.models.basis": "what its place rests on",
    "facts.lineage.models.conduit": "re-hosts or converts",
    "facts.lineage.models.family": "family it looks like",
    "facts.lineage.edges.relation": "relation",
    "facts.lineage.edges.basis": "what it rests on",
    "facts.lineage.edges.sources": "source",
    "facts.lineage.publisher": "judged model",
    "facts.lineage.ancestors": "ancestors",
    "facts.lineage.teachers": "teachers",
    "facts.lineage.components": "components",
    "facts.lineage.any": "models of the lineage",
    "facts.lineage.complete": "lineage followed to its roots",
    "facts.lineage.unresolved": "base that could not be followed",
    "facts.lineage.contradictions": "contradiction",
    "facts.lineage.hints": "likeness",
    "facts.lineage.hints.developer_control": "control of the family's developer",
    "facts.lineage.disputes": "dispute",
    "facts.lineage.cycles": "models that name each other",
    **{f"facts.publisher.{key}": label for key, label in _ORIGIN.items()},
    **{f"facts.lineage.models.origin.{key}": label for key, label in _ORIGIN.items()},
    "facts.gaps": "gap",
    "facts.gaps.reason": "reason",
    "policies.rules": "rule",
    "policies": "policy",
    "policies.digest": "text (digest)",
    "policies.texts": "text (digest)",
    "policies.title": "title",
    "policies.description": "description",
    "policies.status": "status",
    "policies.parameters": "parameter",
    "policies.settings": "setting",
    "policies.disabled": "switched off",
    "policies.unread": "not read by rule",
    "waivers.digest": "file of waivers (digest)",
    "waivers.entries": "waiver",
    "waivers.entries.expires": "last day",
    "waivers.entries.reason": "reason",
    "waivers.entries.approver": "approver",
    "waivers.unread": "waivers that cannot be read",
    "facts.usage.codebase": "code base",
    "facts.usage.references": "place that uses it",
    "facts.usage.drift": "drift",
    "facts.card.present": "has a card",
    "facts.card.words": "words of the card",
    "registry": "facts on publishers and licences (digest)",
    "tool_version": "program version",
    "requested": "asked for as",
    "facts.as_of": "day asked for",
    "facts.evidence": "read",
    "facts.evidence.sha256": "content (sha256)",
    "facts.evidence.size": "size",
    "facts.model.requested": "name asked for",
    "facts.model.requested_revision": "revision asked for",
    "facts.model.pinned": "pinned to a commit",
    "facts.model.hub": "hub",
    "facts.model.hub_description": "hub read",
    "facts.model.hub_as_of": "hub as of",
    "facts.model.depth": "how deep it was read",
    "facts.model.last_modified": "last modified",
    "facts.model.downloads": "downloads",
    "facts.model.likes": "likes",
    "facts.model.tags": "tags",
    "facts.model.remembered": "compared with a catalogue",
    "facts.files.hub_scan_done": "the hub's scanners have finished",
    "facts.model.sources": "sources of the catalogue",
}
"""What a field is called; in a part, lines stand in this order."""
_PLACES = {field: place for place, field in enumerate(LABELS)}


def part_of(field: str) -> Part | None:
    """The part a field belongs to; None where nothing here knows of it."""
    best, found = "", None
    for part in PARTS:
        for begin in part.fields:
            if (field == begin or field.startswith(f"{begin}.")) and len(begin) > len(best):
                best, found = begin, part
    return found


def place_of(field: str) -> int:
    """Where in its part a field is told; one without words stands with what it belongs to."""
    while field and field not in _PLACES:
        field = field.rpartition(".")[0]
    return _PLACES.get(field, len(_PLACES))
