"""GitLab's Code Quality report: what is open, at its lines. What is waived or in the baseline is left out.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.export.codebase.reading import Codebase, Json, digest, line_of, read, spots, told, unread, where, why_not
from scanner.export.quoting import json_text

_SEVERITY = {"deny": "critical", "review": "major", "note": "info"}


def as_code_quality(document: Json) -> str:
    """An array of violations; each fingerprint once."""
    return json_text(list(_violations(read(document, from_start=True))), indent=2)


def _violations(base: Codebase) -> Iterator[dict[str, Any]]:
    for spot in spots(base.open):
        finding = spot.finding
        said = [*told(finding), *([where(spot.place)] if spot.place["cell"] else ()), *base.caveats]
        severity, line = _SEVERITY.get(finding["verdict"], "critical"), line_of(spot.place)
        yield _violation(finding["rule"], " | ".join(said), spot.fingerprint, severity, finding["path"], line)
    for error in base.untold:
        for place in error["places"] or [{"path": base.start.rstrip("/") or ".", "line": 1}]:
            print_ = digest("not-judged", error["requested"], place["path"], str(place["line"]))
            yield _violation(
                "not-judged", f"not judged: {why_not(error)}", print_, "major", place["path"], place["line"]
            )
    for how, left in unread(base):
        print_ = digest("unread-file", left["path"])
        yield _violation("unread-file", f"{how}: {left['reason']}", print_, "minor", left["path"], 1)


def _violation(check: str, description: str, fingerprint: str, severity: str, path: str, line: int) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
