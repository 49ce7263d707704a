"""Facts and decisions documents to render: whole, valid, and shaped like real ones."""

from __future__ import annotations

from typing import Any

from scanner.export import ScanView
from scanner.terms import terms_document

Json = dict[str, Any]
COMMIT = "9ab9ff1e3a1bd2f1c1b2f5a0d7a0f2a9be6b2c11"


def footnote(fact: str, source: str, seen: str | None = "2026-11-23", confidence: str = "high") -> Json:
    return {"fact": fact, "source": source, "seen": seen, "confidence": confidence}


def origin(namespace: str | None, organisation: str | None = None, control: str | None = None, **more: Any) -> Json:
    page = f"https://{(namespace or 'nobody').casefold()}.example/about"
    facts = ("organisation", "headquarters", "incorporation", "control")
    known = organisation is not None
    return {
        "namespace": namespace,
        "known": known,
        "organisation": organisation,
        "kind": "company" if known else None,
        "legal_entity": None,
        "headquarters": control,
        "incorporation": None,
        "parent": None,
        "parent_country": None,
        "control": control,
        "state_ownership": None,
        "conduit": False,
        "multinational": False,
        "lists": [] if known else None,
        "flags": [] if known else None,
        "confidence": "high" if control else None,
        "footnotes": [footnote(fact, page) for fact in facts] if known else [],
    } | more


def license(concluded: str | None = "Apache-2.0", **more: Any) -> Json:
    return {
        "declared": [concluded.casefold()] if concluded else [],
        "name": None,
        "link": None,
        "link_kind": None,
        "concluded": concluded,
        "status": "known" if concluded else "none",
        "id": concluded.casefold() if concluded else None,
        "commercial_use": "yes" if concluded else None,
        "user_threshold": None,
        "revenue_threshold": None,
        "field_of_use": False,
        "naming": False,
        "notice": True,
        "share_alike": False,
        "flow_down": False,
        "outputs_restricted": False,
        "territory_excluded": [],
        "multimodal_only": None,
        "osi_approved": True if concluded else None,
        "forbidden_uses": [],
        "duties": ["keep the licence text and the notices (section 4)"],
        "basis": "declared" if concluded else None,
        "claims": [],
        "limits": [],
        "footnotes": [footnote("concluded", "https://www.apache.org/licenses/LICENSE-2.0")],
    } | more


def model(id: str, depth: int, origin: Json, **more: Any) -> Json:
    return {
        "id": id,
        "revision": COMMIT,
        "hub_id": "66e1a2b3c4d5e6f708192a3b",
        "created_at": "2026-05-01T10:00:00Z",
        "depth": depth,
        "state": "read",
        "path": [id],
        "basis": "declared" if depth else None,
        "relation": "finetune" if depth else None,
        "root": False,
        "established": None,
        "conduit": False,
        "maker": id,
        "renamed_from": [],
        "model_type": "qwen2",
        "family": None,
        "origin": origin,
        "license": license(),
    } | more


def edge(child: str, parent: str, relation: str = "finetune", role: str = "weights", basis: str = "declared") -> Json:
    at = f"hf://{child}@{COMMIT}/README.md#base_model"
    sources = [{"basis": basis, "at": at, "note": ""}]
    return {"child": child, "parent": parent, "relation": relation, "role": role, "basis": basis, "sources": sources}


NVIDIA = origin("nvidia", "NVIDIA Corporation", "US", incorporation="US")
QWEN = origin("Qwen", "Alibaba Cloud Qwen team", "CN", incorporation="KY", parent="Alibaba Group", parent_country="CN")
CHILD, BASE, ROOT = "nvidia/OpenCodeReasoning-Nemotron-14B", "Qwen/Qwen2.5-14B-Instruct", "Qwen/Qwen2.5-14B"


def facts(**more: Any) -> Json:
    """The facts of a model whose publisher is in one country and whose root is in another."""
    models = [
        model(CHILD, 0, NVIDIA),
        model(BASE, 1, QWEN),
        model(ROOT, 2, QWEN, root=True, established="curated"),
    ]
    said = {
        "schema": "modelorigin/facts/v1",
        "as_of": "2026-11-23",
        "model": {
            "id": CHILD,
            "requested": CHILD,
            "requested_revision": None,
            "revision": COMMIT,
            "pinned": False,
            "hub": "hf",
            "hub_description": "the live Hub at https://huggingface.co",
            "hub_as_of": None,
            "depth": "headers",
            "hub_id": "681a2b3c4d5e6f708192a3b4",
            "created_at": "2026-05-01T10:00:00Z",
            "last_modified": None,
            "gated": "no",
            "disabled": False,
            "private": False,
            "downloads": 12_345,
            "likes": 67,
            "library": "transformers",
            "pipeline_tag": "text-generation",
            "multimodal": False,
            "parameters": 14_770_033_664,
            "tags": [],
            "architectures": ["Qwen2ForCausalLM"],
            "model_type": "qwen2",
            "renamed": False,
            "sources": [],
            "remembered": True,
            "identity": [],
            "license_changed": None,
            "license_history": None,
        },
        "publisher": NVIDIA,
        "license": license(),
        "lineage": {
            "models": models,
            "edges": [edge(CHILD, BASE), edge(BASE, ROOT)],
            "publisher": [CHILD],
            "ancestors": [BASE, ROOT],
            "roots": [ROOT],
            "teachers": [],
            "components": [],
            "any": [CHILD, BASE, ROOT],
            "unresolved": [],
            "contradictions": [],
            "hints": [],
            "disputes": [],
            "cycles": [],
            "complete": True,
        },
        "files": {
            "count": 14,
            "bytes": 29_540_133_872,
            "digest": "d" * 64,
            "formats": ["safetensors"],
            "weight_formats": ["safetensors"],
            "weights": [
                {
                    "path": "model-00001-of-00006.safetensors",
                    "format": "safetensors",
                    "size": 4_986_211_280,
                    "sha256": "e" * 64,
                }
            ],
            "pickle": False,
            "safe_weights_only": True,
            "remote_code": False,
            "executables": [],
            "license_files": ["LICENSE"],
            "license_texts": [],
            "hub_scan_done": True,
            "hub_issues": [],
        },
        "card": {
            "present": True,
            "words": 812,
            "acceptable_use": False,
            "intended_use": True,
            "training_data": True,
            "copyright_policy": False,
            "contact": False,
            "from_scratch": False,
        },
        "access": {
            "gated": "no",
            "prompt": False,
            "prompt_license": None,
            "button": None,
            "asks": [],
            "consents": [],
            "eu_disallowed": False,
            "at": f"hf://{CHILD}@{COMMIT}/README.md",
        },
        "gaps": [],
        "evidence": [{"kind": "card", "at": f"hf://{CHILD}@{COMMIT}/README.md", "sha256": "c" * 64, "size": 9_120}],
        "usage": {"codebase": None, "references": [], "drift": []},
    }
    # Sets of facts that were spoilt on purpose hold none.
    return {**said, "terms": terms_document(said["lineage"], ["LICENSE", "NOTICE"], multimodal=False)} | more


def lineage(**more: Any) -> Json:
    return facts()["lineage"] | more


def view(
    facts: Json, decisions: list[Json], number: int | None = 17, alternatives: list[Json] | None = None
) -> ScanView:
    return ScanView(facts, decisions, number, "2026-11-23T15:08:00Z", alternatives=alternatives)


def alternative(**more: Any) -> Json:
    return {
        "id": "acme/other-7b",
        "verdict": "review",
        "roots": ["acme/other-7b"],
        "parameters": 7_000_000_000,
        "downloads": 5_000,
        "modified": "2025-01-01T00:00:00Z",
        "reasons": ["no-prc-root asks for review of it", "same task: text-generation"],
        "review": ["license-unknown"],
    } | more


def finding(rule: str = "root-origin", verdict: str = "deny", subject: str = ROOT, **more: Any) -> Json:
    return {
        "rule": rule,
        "title": "A root of the weights is controlled from a denied country",
        "verdict": verdict,
        "outcome": "fail",
        "standing": "in force",
        "subject": subject,
        "message": f"{CHILD} → {BASE} → {ROOT}: Alibaba Cloud Qwen team is controlled from CN",
        "path": [CHILD, BASE, ROOT],
        "matches": [{"field": "origin.control", "operator": "in", "wanted": ["CN"], "value": "CN"}],
        "at": None,
        "footnotes": ["control: https://qwen.example/about (seen 2026-11-23)"],
        "references": ["FY2026 National Defense Authorization Act, section 1532"],
        "waivable": True,
        "waived_by": None,
    } | more


def decision(verdict: str = "deny", name: str = "no-prc-root", **more: Any) -> Json:
    return {
        "schema": "modelorigin/decision/v1",
        "policy": {
            "name": name,
            "title": f"The policy {name}",
            "digest": "3f2a9c81d0e4" + "0" * 52,
            "status": "in-force",
        },
        "as_of": "2026-11-23",
        "model": CHILD,
        "revision": COMMIT,
        "verdict": verdict,
        "findings": [finding()] if verdict == "deny" else [],
        "outcomes": {"root-origin": "fail" if verdict == "deny" else "pass", "pinned": "not-applicable"},
        "waivers": [],
        "waivers_digest": None,
    } | more


WAIVER = {
    "rule": "root-origin",
    "model": CHILD,
    "revision": None,
    "outcome": None,
    "reason": "the weights were reviewed by the model board",
    "approver": "security@acme.example",
    "ticket": "RISK-12",
    "expires": "2027-03-31",
}


def crowded() -> Json:
    """Facts in which every part of the document that can be filled is filled."""
    merged, teacher, gone = "acme/Merge-7B", "acme/Teacher-70B", "acme/Vanished-7B"
    lists = [
        {"id": "us-1260h", "relation": "parent", "from": "2026-06-08", "until": None, "source": "https://list.example"}
    ]
    owner = origin("acme", "Acme AI", None, state_ownership="minority", conduit=True, multinational=True, lists=lists)
    owner |= {"parent": "Acme Holding", "parent_country": "KY", "flags": ["renamed in 2025"]}
    conflicting = license(None, status="conflicting", duties=[f"duty number {n} (section {n})" for n in range(9)])
    conflicting |= {"declared": ["mit", "llama3.1"], "user_threshold": "700 million monthly active users"}
    conflicting |= {"territory_excluded": ["European Union"], "revenue_threshold": "20 million USD a year"}
    models = [
        model(CHILD, 0, owner, license=conflicting, conduit=True, maker=merged),
        model(merged, 1, owner, renamed_from=["acme/Old-7B"]),
        model(BASE, 2, QWEN),
        model(ROOT, 2, QWEN, root=True),
        model(gone, 2, origin("acme"), state="gone-or-private", root=True),
        model(teacher, 1, NVIDIA, root=True, established="declared"),
    ]
    edges = [
        edge(CHILD, merged, "quantized"),
        edge(CHILD, teacher, "distilled", role="teacher"),
        edge(merged, BASE, "merge", basis="observed"),
        edge(merged, ROOT, "merge", basis="inferred"),
        edge(merged, gone, "merge"),
        edge(BASE, ROOT),
        edge(ROOT, merged, "unspecified", basis="stated"),
    ]
    at = f"hf://{CHILD}@{COMMIT}/config.json"
    graph = lineage(
        models=models,
        edges=edges,
        ancestors=[merged, BASE, ROOT, gone],
        unresolved=[
            {"child": gone, "reference": "./checkpoint", "reason": "local-path", "basis": "declared", "at": at}
        ],
        contradictions=[
            {
                "kind": "base-mismatch",
                "subject": CHILD,
                "message": "the card names one base, the config another",
                "sides": [{"says": "x", "basis": "declared", "at": at}, {"says": "y", "basis": "observed", "at": at}],
            }
        ],
        hints=[
            {
                "subject": CHILD,
                "family": "Llama 3",
                "developer": "meta-llama",
                "developer_control": "US",
                "signal": "vocab_size",
                "value": "128256",
                "at": at,
                "own": False,
            }
        ],
        disputes=[
            {
                "subject": CHILD,
                "against": ROOT,
                "verdict": "disputed",
                "note": "press",
                "source": "https://press.example",
            }
        ],
        complete=False,
    )
    held = facts()["files"] | {
        "formats": ["pickle", "safetensors"],
        "pickle": True,
        "remote_code": True,
        "executables": ["setup.py", "run.sh"],
        "hub_issues": [{"path": "pytorch_model.bin", "level": "unsafe"}],
    }
    gaps = [
        {
            "subject": subject,
            "what": what,
            "reason": reason,
            "transient": reason == "unreachable",
            "at": at,
            "detail": "",
        }
        for subject in (CHILD, merged)
        for what, reason in (("config.json", "gated"), ("README.md", "gated"), ("tokenizer.json", "unreachable"))
    ]
    return facts(publisher=owner, license=conflicting, lineage=graph, files=held, gaps=gaps)
