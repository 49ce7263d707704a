"""The rules of a SARIF run: what each finds, how grave that is, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scanner.export.codebase.reading import WORST_FIRST, Json
from scanner.export.markdown import code

LEVELS = {"deny": "error", "review": "warning", "note": "note"}
_SEVERITY = {"deny": "9.0", "review": "5.5", "note": "1.0"}
_PRECISION = {"deny": "high", "review": "high", "note": "medium"}
_TAGS = ("security", "supply-chain", "model-provenance")
_PAGE = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?(?:[?#][A-Za-z0-9._~=&/-]*)?"
)
_WORD = re.compile(r"[A-Za-z0-9]+")
_LINK = re.compile(r"\](?=\()")
_DO = (
    "Replace the model, or pin one that is allowed. `modelorigin check MODEL` shows where it comes from, with sources."
)
_DO_OWN = {
    "unresolved-reference": "Name the model in the text, pinned to a commit, so that it can be judged.",
    "local-model": "Say where the files at the path are from: load the model by its name, pinned to a commit.",
    "not-judged": "Scan again when the model can be read. What was not judged is no pass.",
    "lock": "Look at both sides, then write the lock anew, or go back to what it holds.",
}
_WAIVE = "What is accepted belongs into the waiver file, with a reason, an approver and an end."
_FIXED = "This rule cannot be waived."


def rule(id: str, findings: Sequence[Json]) -> dict[str, Any]:
    """The descriptor of a rule; ``findings`` are all it found, at least one, worst first."""
    first = findings[0]
    title = sentence(first["title"])
    policies = list(dict.fromkeys(f["policy"] for f in findings if f["policy"]))
    pages = list(dict.fromkeys(page for finding in findings for page in finding["references"]))
    judged = f"A rule of the policy {', '.join(policies)}." if policies else "A rule of the scan itself."
    own = None if policies else _DO_OWN.get(id) or _DO_OWN.get(id.partition("-")[0])
    todo = (own or _DO, _WAIVE if first["waivable"] else _FIXED)
    verdict = first["verdict"] if first["verdict"] in WORST_FIRST else WORST_FIRST[0]
    told: dict[str, Any] = {
        "id": id,
        "shortDescription": {"text": unlinked(title)},
        "fullDescription": {"text": unlinked(f"{title} {judged}")},
        "help": {
            "text": unlinked(" ".join((title, judged, *todo, *(f"See {page}." for page in pages)))),
            "markdown": _help(first["title"], policies, todo, pages),
        },
        "defaultConfiguration": {"level": LEVELS[verdict]},
        "properties": {
            "tags": [*_TAGS, *policies[:4]],
            "precision": _PRECISION[verdict],
            "security-severity": _SEVERITY[verdict],
        },
    }
    # A name that is the id again says nothing, and is not allowed.
    if (name := "".join(word[:1].upper() + word[1:] for word in _WORD.findall(id))).casefold() != id.casefold():
        told["name"] = name
    # A page that is no address by the strictest reading is no link; what a project has no page for has none.
    if page := next((page for page in pages if _PAGE.fullmatch(page)), None):
        told["helpUri"] = page
    return told


def _help(title: str, policies: Sequence[str], todo: Sequence[str], pages: Sequence[str]) -> str:
    judged = f"A rule of {', '.join(map(code, policies))}." if policies else "A rule of the scan itself."
    return "\n".join((code(title), "", judged, "", *(f"- {each}" for each in todo), *(f"- {code(p)}" for p in pages)))


def sentence(text: str) -> str:
    """``text`` with an end."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def unlinked(text: str) -> str:
    """A message in which ``[words](target)`` is no link (SARIF 2.1.0, 3.11.6)."""
    return _LINK.sub("] ", text)
