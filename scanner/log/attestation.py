"""A decision as an in-toto statement in a DSSE envelope, so that tools which know neither us nor our log can read it.

The predicate is SLSA's verification summary (https://slsa.dev/spec/v1.0/verification_summary, read 2026-11-30): who
judged what, under which policy, with which result. A result that is not PASSED is FAILED there; whoever wants to know
whether a person was asked to look reads ``verifiedLevels``.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from scanner.log.note import Signer

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
PAYLOAD = "application/vnd.in-toto+json"
_PASSED = "ALLOW"


def statements(record: Mapping[str, Any], leaf: bytes, origin: str) -> list[dict[str, Any]]:
    """One statement for each decision of a scan's ``record``; ``leaf`` is the record's hash in the log ``origin``."""
    model, revision = record["model_id"], record["revision"]
    resource = f"{record['hub']}://{quote(model)}" + (f"@{quote(revision)}" if revision else "")
    commit = [{"name": resource, "digest": {"gitCommit": revision}}] if revision else []
    log = "urn:" + quote(origin.replace("/", ":"), safe=":")
    facts = {"name": f"{resource}#facts", "digest": {"sha256": record["facts_digest"]}}
    return [
        {
            "_type": STATEMENT,
            "subject": [*commit, facts],
            "predicateType": PREDICATE,
            "predicate": {
                "verifier": {"id": log, "version": {"modelorigin": record["tool_version"]}},
                "timeVerified": record["at"],
                "resourceUri": resource,
                "policy": {
                    "uri": f"urn:modelorigin:policy:{quote(decision['policy_name'], safe='')}",
                    "digest": {"sha256": decision["policy_digest"]},
                },
                "inputAttestations": [{"uri": f"{log}:scan:{record['id']}", "digest": {"sha256": leaf.hex()}}],
                "verificationResult": "PASSED" if decision["verdict"] == _PASSED else "FAILED",
                "verifiedLevels": [
                    *([] if decision["verdict"] == _PASSED else ["FAILED"]),
                    f"MODELORIGIN_{decision['verdict']}",
                ],
            },
        }
        for decision in record["decisions"]
    ]


def encoded(kind: str, payload: bytes) -> bytes:
    """What is signed of a payload: DSSE's pre-authentication encoding (secure-systems-lab/dsse, protocol.md)."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def envelope(statement: Mapping[str, Any], signer: Signer) -> dict[str, Any]:
    """``statement`` signed; the payload is its JSON, which is never written a second time."""
    payload = json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode()
    return {
        "payload": b64encode(payload).decode(),
        "payloadType": PAYLOAD,
        "signatures": [
            {"keyid": str(signer.key), "sig": b64encode(signer.signature(encoded(PAYLOAD, payload))).decode()}
        ],
    }
