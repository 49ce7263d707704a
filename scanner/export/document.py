"""The report as JSON: the documents as they are, nothing added, nothing left out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scanner.export.quoting import json_text
from scanner.export.report import Report, ScanView

SCHEMA = "modelorigin/report/v1"


def as_json(report: Report) -> str:
    """One document, ``report/v1``; its schema ships as ``data/schema/report-v1.schema.json``."""
    document = {
        "schema": SCHEMA,
        "scans": [_scan(scan) for scan in report.scans],
        "errors": [asdict(failure) for failure in report.failures],
    }
    return json_text(document, indent=2)


def as_jsonl(report: Report) -> str:
    """One scan a line, then one line ``{"error": ...}`` for each model that was not judged."""
    lines = [_scan(scan) for scan in report.scans]
    lines += [{"error": asdict(failure)} for failure in report.failures]
    return "\n".join(json_text(line) for line in lines)


def _scan(scan: ScanView) -> dict[str, Any]:
    instead = None if scan.alternatives is None else list(scan.alternatives)
    told = {
        "number": scan.number,
        "at": scan.at,
        "settings": scan.settings,
        "alternatives": instead,
        "since": scan.since,
    }
    return {**told, "decisions": list(scan.decisions), "facts": scan.facts}
