"""Facts documents of any lineage: chains, diamonds, rings, what is gone and what is no id."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from scanner.export import ScanView
from tests.export.samples import NVIDIA, QWEN, decision, edge, facts, license, lineage, model, origin, view

_IDS = ["acme/A-7B", "acme/B.v2", "Qwen/C", "nvidia/D_e", "gpt2", "./checkpoint", "e/F-8bit", "z/G"]
_STATES = ["read", "read", "read", "gone-or-private", "gated", "unreachable", "local-path", "unnamed", "taken-over"]
_RELATIONS = ["finetune", "adapter", "merge", "quantized", "copy", "distilled", "component", "unspecified"]
_LICENSES = [
    license(),
    license(None),
    license(None, status="unknown", declared=None),
    license(None, declared=["other"], name="my own: licence, <b>\u202e", link="LICENSE", status="unknown"),
    license(None, declared=["other"], name="x", link="https://x.example/LICENSE?a=b#c", status="family"),
    license(None, declared=["mit", "llama3.1", "no such one"], status="conflicting"),
    license("LicenseRef-modelorigin-llama3", declared=["llama3"], id="llama3"),
    license("MIT OR Apache-2.0", declared=["mit", "apache-2.0"], id=None),
    license("GPL-2.0-only WITH Classpath-exception-2.0", declared=[], id=None),
    license("Apache-2.0 AND LicenseRef-scancode-foo", declared=["MIT AND Zlib"], id=None),
]
_ORIGINS = [NVIDIA, QWEN, origin("acme"), origin(None), origin("hf", "Somebody \x1b[2J", None, conduit=True)]
_REVISIONS = [None, "9ab9ff1e3a1bd2f1c1b2f5a0d7a0f2a9be6b2c11", "f" * 40]
_TEXT = st.text(max_size=20)


@st.composite
def scans(draw: st.DrawFn) -> ScanView:
    """A scan of one model with any lineage below it."""
    count = draw(st.integers(1, len(_IDS)))
    ids = draw(st.permutations(_IDS[:4]))[:1] + draw(st.permutations([*_IDS[4:], "m/H", "m/I", "m/J"]))[: count - 1]
    nodes = [
        model(
            id,
            depth,
            draw(st.sampled_from(_ORIGINS)),
            license=draw(st.sampled_from(_LICENSES)),
            state="read" if depth == 0 else draw(st.sampled_from(_STATES)),
            revision=draw(st.sampled_from(_REVISIONS)),
            hub_id=draw(st.sampled_from([None, "66e1a2b3c4d5e6f708192a3b"])),
            established=draw(st.sampled_from([None, "declared", "curated"])),
            maker=draw(st.sampled_from([None, id, ids[0]])),
            model_type=draw(st.sampled_from([None, "qwen2"])),
            created_at=draw(st.sampled_from([None, "2026-05-01T10:00:00Z"])),
        )
        for depth, id in enumerate(ids)
    ]
    pairs = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=12, unique=True))
    edges = [
        edge(
            child, parent, draw(st.sampled_from(_RELATIONS)), draw(st.sampled_from(["weights", "teacher", "component"]))
        )
        for child, parent in pairs
        if child != parent
    ]
    unresolved = [
        {"child": child, "reference": draw(_TEXT), "reason": "unnamed", "basis": "declared", "at": draw(_TEXT)}
        for child in draw(st.lists(st.sampled_from(ids), max_size=2))
    ]
    gaps = [
        {"subject": id, "what": "README.md", "reason": "gated", "transient": False, "at": "hf://x", "detail": ""}
        for id in draw(st.lists(st.sampled_from(ids), max_size=1))
    ]
    graph = lineage(models=nodes, edges=edges, unresolved=unresolved)
    said = facts(lineage=graph, license=nodes[0]["license"], gaps=gaps)
    said["model"] = said["model"] | {
        "id": ids[0],
        "revision": nodes[0]["revision"],
        "hub": draw(st.sampled_from(["hf", "dir", "starter"])),
        "hub_as_of": draw(st.sampled_from([None, "2026-11-23"])),
        "tags": draw(st.sampled_from([None, [], ["dataset:a/b", "dataset:c", "dataset: ", "x"]])),
        "pipeline_tag": draw(st.sampled_from([None, "text-generation"])),
    }
    return view(said, [decision(draw(st.sampled_from(["deny", "review", "allow"])))], draw(st.sampled_from([None, 17])))


def listed(scan: ScanView) -> tuple[Any, Any]:
    """Which model a scan is of."""
    return scan.facts["model"]["id"], scan.facts["model"]["revision"]
