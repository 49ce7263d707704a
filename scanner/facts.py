"""The facts document ``modelorigin/facts/v1``: provenance as JSON.

It is what a policy reads, what is printed, stored, exported and judged again. Its JSON Schema ships beside the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from scanner.evidence import Evidence
from scanner.evidence.gating import gate_of
from scanner.fact import Gap
from scanner.license import license_document
from scanner.license_files import license_texts
from scanner.lineage import Contradiction, Edge, FamilyHint, Node
from scanner.model import MULTIMODAL_TASKS, TEXT_TASKS, Role, is_commit
from scanner.origin import Registry, origin_document
from scanner.provenance import Provenance
from scanner.terms import terms_document

SCHEMA = "modelorigin/facts/v1"

Json = dict[str, Any]


def facts_document(provenance: Provenance) -> Json:
    """``provenance`` as a facts/v1 document: JSON values only, None for what could not be determined."""
    lineage, subject = _lineage(provenance), provenance.lineage.subject
    files, model = _files(provenance), _model(provenance)
    return {
        "schema": SCHEMA,
        "as_of": provenance.as_of.isoformat(),
        "model": model,
        "publisher": origin_document(provenance.publisher),
        "license": license_document(provenance.licenses[subject.id]),
        "lineage": lineage,
        "terms": terms_document(lineage, files["license_files"], model["multimodal"]),
        "files": files,
        "card": _card(provenance),
        "access": _access(provenance),
        "gaps": [_gap(gap) for gap in provenance.lineage.gaps],
        "evidence": [_evidence(e) for n in provenance.lineage.nodes if n.reading for e in n.reading.evidence],
        "usage": {"codebase": None, "references": [], "drift": []},
    }


def _lineage(provenance: Provenance) -> Json:
    lineage, subject = provenance.lineage, provenance.lineage.subject
    return {
        "models": [_node(provenance, node) for node in lineage.nodes],
        "edges": [_edge(edge) for edge in lineage.edges],
        "publisher": [subject.id],
        "ancestors": list(lineage.ancestors),
        "roots": list(lineage.roots),
        "teachers": list(lineage.teachers),
        "components": list(lineage.components),
        "any": [node.id for node in lineage.nodes],
        "unresolved": [
            {
                "child": u.child,
                "reference": u.reference,
                "reason": u.reason.value,
                "basis": u.basis.value,
                "at": u.at,
            }
            for u in lineage.unresolved
        ],
        "contradictions": [contradiction_document(c) for c in lineage.contradictions],
        "hints": [_hint(provenance, hint) for hint in lineage.hints],
        "disputes": [
            {"subject": d.subject, "against": d.against, "verdict": d.verdict, "note": d.note, "source": d.source}
            for d in lineage.disputes
        ],
        "cycles": [list(cycle) for cycle in lineage.cycles],
        "complete": lineage.complete,
    }


def _model(provenance: Provenance) -> Json:
    model, request = provenance.subject.model, provenance.request
    return {
        "id": str(model.repo),
        "requested": str(request.repo),
        "requested_revision": request.revision,
        "revision": str(model.revision) if model.revision else None,
        "pinned": is_commit(request.revision),
        "hub": provenance.hub,
        "hub_description": provenance.hub_description,
        "hub_as_of": provenance.hub_as_of,
        "depth": "listing" if model.artifacts is None else provenance.depth.value,
        "hub_id": model.hub_id,
        "created_at": model.created_at,
        "last_modified": model.last_modified,
        "gated": model.gated,
        "disabled": model.disabled,
        "private": model.private,
        "downloads": model.downloads,
        "likes": model.likes,
        "library": model.library,
        "pipeline_tag": model.pipeline_tag,
        "multimodal": _multimodal(provenance),
        "parameters": _parameters(provenance),
        "tags": _list(model.tags),
        "architectures": _list(_first(provenance, "config", "architectures") or model.architectures),
        "model_type": _first(provenance, "config", "model_type") or model.model_type,
        "renamed": model.repo.key != model.requested.key,
        "sources": list(model.sources),
        "remembered": provenance.identity is not None,
        "identity": None if provenance.identity is None else [signal.document() for signal in provenance.identity],
        **_history(provenance),
    }


def _history(provenance: Provenance) -> Json:
    past = next(iter(provenance.subject.facts("license_history")), None)
    return {
        "license_changed": past.changed if past else None,
        "license_history": [
            {"revision": one.revision, "date": one.date, "declared": _list(one.ids), "name": one.name}
            for one in past.declared
        ]
        if past
        else None,
    }


def _multimodal(provenance: Provenance) -> bool | None:
    """Whether it takes or makes more than text, by its task and by the parts its config names."""
    task = provenance.subject.model.pipeline_tag
    parts = [part for config in provenance.subject.facts("config") for part in config.parts]
    if any(part.role is Role.COMPONENT for part in parts) or task in MULTIMODAL_TASKS:
        return True
    return False if task in TEXT_TASKS else None


def _parameters(provenance: Provenance) -> int | None:
    # Our own count of a single weights file beats the hub's; a shard's count is not the model's. Quantisations of one
    # model count alike: where GGUF files do not, there are several models.
    subject = provenance.subject
    headers = subject.facts("safetensors")
    counts = {h.parameters for h in headers if not h.sharded} or {h.parameters for h in subject.facts("gguf")}
    counted = counts.pop() if len(headers) <= 1 and len(counts) == 1 else None
    return subject.model.parameters if counted is None else counted


def _node(provenance: Provenance, node: Node) -> Json:
    model = node.reading.model if node.reading else None
    return {
        "id": node.id,
        "revision": str(model.revision) if model and model.revision else None,
        "hub_id": model.hub_id if model else None,
        "created_at": model.created_at if model else None,
        "depth": node.depth,
        "state": node.state,
        "path": list(node.path),
        "basis": node.basis.value if node.basis else None,
        "relation": node.relation.value if node.relation else None,
        "root": node.root,
        "established": node.established.value if node.established else None,
        "conduit": node.conduit,
        "maker": node.maker,
        "renamed_from": list(node.renamed_from),
        "model_type": model.model_type if model else None,
        "family": node.family,
        "origin": origin_document(provenance.origins[node.id]),
        "license": license_document(provenance.licenses[node.id]),
    }


def _edge(edge: Edge) -> Json:
    return {
        "child": edge.child,
        "parent": edge.parent,
        "relation": edge.relation.value,
        "role": edge.role.value,
        "basis": edge.basis.value,
        "sources": [{"basis": s.basis.value, "at": s.at, "note": s.note} for s in edge.sources],
    }


def contradiction_document(c: Contradiction) -> Json:
    """``c`` as it stands in ``lineage.contradictions``."""
    sides = [{"says": s.says, "basis": s.basis.value, "at": s.at} for s in c.sides]
    return {"kind": c.kind, "subject": c.subject, "message": c.message, "sides": sides}


def _hint(provenance: Provenance, hint: FamilyHint) -> Json:
    developer = provenance.developers.get(hint.developer) if hint.developer else None
    return {
        "subject": hint.subject,
        "family": hint.family,
        "developer": hint.developer,
        "developer_control": origin_document(developer)["control"] if developer else None,
        "signal": hint.signal,
        "value": hint.value,
        "at": hint.at,
        "own": hint.own,
    }


def _files(provenance: Provenance) -> Json:
    scan = provenance.subject.model.scan
    facts = provenance.subject.facts("files")
    files = facts[0] if facts else None
    remote = provenance.subject.model.remote_code
    if files is not None and files.remote_code is not None:
        remote = bool(remote) or files.remote_code
    return {
        "count": files.count if files else None,
        "bytes": files.bytes if files else None,
        "digest": files.digest if files else None,
        "formats": _list(files.formats if files else None),
        "weight_formats": _list(files.weight_formats if files else None),
        "weights": [
            {"path": path, "format": kind, "size": size, "sha256": digest}
            for path, kind, size, digest in files.weights[:200]
        ]
        if files and files.weights is not None
        else None,
        "pickle": files.pickle if files else None,
        "safe_weights_only": files.safe_weights_only if files else None,
        "remote_code": remote,
        "executables": _list(files.executables if files else None),
        "license_files": _list(files.license_files if files else None),
        "license_texts": license_texts(provenance.subject),
        "hub_scan_done": scan.done if scan else None,
        "hub_issues": [{"path": path, "level": level} for path, level in scan.issues] if scan else None,
    }


_TOPICS = ("acceptable_use", "intended_use", "training_data", "copyright_policy", "contact")


def _card(provenance: Provenance) -> Json:
    facts = provenance.subject.facts("card")
    card = facts[0] if facts else None
    listed = provenance.subject.model.artifacts
    missing = listed is not None and not any(a.path.casefold() == "readme.md" for a in listed)
    topics = {topic: getattr(card, topic) if card else (False if missing else None) for topic in _TOPICS}
    return {
        "present": True if card else (False if missing else None),
        "words": card.words if card else None,
        **topics,
        "from_scratch": (card.from_scratch is not None) if card else None,
    }


def _access(provenance: Provenance) -> Json:
    gate = gate_of(provenance.subject)
    return {
        "gated": provenance.subject.model.gated,
        "prompt": gate.prompt if gate else None,
        "prompt_license": gate.prompt_license if gate else None,
        "button": gate.button if gate else None,
        "asks": _list(gate.asks if gate else None),
        "consents": _list(gate.consents if gate else None),
        "eu_disallowed": gate.eu_disallowed if gate else None,
        "at": gate.at if gate else None,
    }


def _gap(gap: Gap) -> Json:
    return {
        "subject": gap.subject,
        "what": gap.what,
        "reason": gap.reason.value,
        "transient": gap.reason.transient,
        "at": gap.at,
        "detail": gap.detail,
    }


def _evidence(e: Evidence) -> Json:
    return {"kind": e.kind, "at": str(e.at), "sha256": e.sha256, "size": e.size}


def _first(provenance: Provenance, kind: str, name: str) -> Any:
    return next((getattr(f, name) for f in provenance.subject.facts(kind)), None)


def _list(values: Iterable[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def reattributed(facts: Mapping[str, Any], registry: Registry, as_of: date) -> Json:
    """``facts`` with every origin concluded anew from ``registry`` on ``as_of``: of publisher, makers and developers.

    Which model has which maker stays as it was read, and so do lineage, licences and everything else.

    Raises:
        KeyError, TypeError: not a facts/v1 document.
    """

    def origin(id: str | None) -> Json:
        namespace = id.split("/")[0] if id and "/" in id else None
        return origin_document(registry.attribute(namespace, as_of))

    lineage = facts["lineage"]
    models = [{**model, "origin": origin(model["maker"])} for model in lineage["models"]]
    hints = [
        {**hint, "developer_control": registry.attribute(hint["developer"], as_of).control}
        if hint["developer"]
        else hint
        for hint in lineage["hints"]
    ]
    return {
        **facts,
        "as_of": as_of.isoformat(),
        "publisher": origin(facts["model"]["id"]),
        "lineage": {**lineage, "models": models, "hints": hints},
    }


def is_incomplete(facts: Mapping[str, Any]) -> bool:
    """True when something could not be read that may be readable later: the run is then incomplete."""
    return any(gap["transient"] for gap in facts["gaps"])
