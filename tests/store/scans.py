"""Scans to record: small, valid, and different by a number."""

from __future__ import annotations

from typing import Any

from scanner.store import DecisionRecord, ScanRecord, digest

POLICY = "version: 1\nname: no-prc-root\n# naïve 中文\n"
REVISION = "a" * 40


def facts(number: int = 0, model: str = "acme/widget-7b") -> dict[str, Any]:
    return {
        "schema": "modelorigin/facts/v1",
        "as_of": "2026-11-23",
        "model": {"id": model, "revision": REVISION, "hub_id": f"{number:024x}", "hub": "huggingface"},
        "lineage": {"models": [{"id": model}, {"id": "Qwen/Qwen2.5-7B"}, {"id": "gpt2"}]},
        "evidence": [
            {"kind": "card", "at": f"hf://{model}@{REVISION}/README.md", "sha256": "0" * 64, "size": 4_000},
            {"kind": "hub", "at": "hf://Qwen/Qwen2.5-7B", "sha256": None, "size": None},
            {"kind": "gguf", "at": "hf://gpt2/model.gguf#bytes=0-99", "sha256": "1" * 64, "size": 80_000_000_000},
            {"kind": "hub", "at": "hf://gpt2-large", "sha256": None, "size": None},
        ],
    }


def decision(verdict: str = "DENY", name: str = "no-prc-root") -> DecisionRecord:
    document = {
        "policy": {"name": name, "digest": digest(POLICY)},
        "verdict": verdict.lower(),
        "findings": [{"message": "因为"}],
        "waivers_digest": None,
    }
    return DecisionRecord(name, digest(POLICY), POLICY, document, verdict)


def scan(number: int = 0, **changes: Any) -> ScanRecord:
    values: dict[str, Any] = {
        "at": f"2026-11-{1 + number % 28:02}T12:00:00Z",
        "run": "6b1f6b1e-0000-4000-8000-000000000000",
        "requested": "acme/widget-7b@main",
        "facts": facts(number),
        "decisions": (decision(),),
        "tool_version": "0.1.0",
        "registry_digest": "f" * 64,
    }
    return ScanRecord(**values | changes)
