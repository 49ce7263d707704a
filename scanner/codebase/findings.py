"""What has to be told of a code base, file by file.

A finding of a policy is about a model; here it is told once for each file that uses the model, with the lines. Findings
of the scan's own are about references that lead to no model: what they weigh is whoever asks to say.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.codebase.uses import documents_only, place
from scanner.policy import Waiver
from scanner.references import Reference

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A finding that no policy makes."""

    id: str
    title: str
    help: str


UNRESOLVED = OwnRule(
    "unresolved-reference",
    "A model is loaded, and which one cannot be read from the code",
    "Name the model where it is loaded, or waive the finding with the reason why any model may stand there.",
)
LOCAL = OwnRule(
    "local-model",
    "A model is loaded from a path, and what lies there is not part of the code base",
    "Judge what lies there by itself: modelorigin check PATH.",
)


def of_models(judged: Iterable[tuple[str, Sequence[Mapping[str, Any]], Sequence[Reference]]]) -> Iterator[Json]:
    """Findings of policies: of each model its id, its decision/v1 documents and the references they are about.

    Two policies that say the same of a model, as they do where both extend a third, say it once; what weighs more in
    one of them, or is waived in one alone, is not the same.
    """
    seen: set[tuple[Any, ...]] = set()
    for model, decisions, references in judged:
        files: dict[str, list[Reference]] = {}
        at: dict[str, dict[str, list[Reference]]] = {}
        for one in references:
            files.setdefault(one.path, []).append(one)
            at.setdefault(place(one), {}).setdefault(one.path, []).append(one)
        for decision in decisions:
            for said in decision["findings"]:
                # It is about all the places, but where it names one.
                for path, places in at.get(said["at"], files).items():
                    weighs = said["verdict"], said["waived_by"] is None
                    key = (said["rule"], model, said["subject"], said["message"], *weighs, path, *map(place, places))
                    if key not in seen:
                        seen.add(key)
                        yield _of_model(said, decision["policy"]["name"], model, path, places)


def _of_model(said: Mapping[str, Any], policy: str, model: str, path: str, places: Sequence[Reference]) -> Json:
    # What stands in prose and comments alone is told, and runs nothing.
    verdict = "note" if documents_only(places) else said["verdict"]
    return {
        "rule": said["rule"],
        "title": said["title"],
        "policy": policy,
        "verdict": verdict,
        "message": said["message"],
        "model": model,
        "subject": said["subject"],
        "path": path,
        "places": _places(places),
        "chain": said["path"],
        "footnotes": said["footnotes"],
        "references": said["references"],
        "waivable": said["waivable"],
        "suppressed": None if said["waived_by"] is None else _suppressed(said["waived_by"]),
        "before": None,
        "after": None,
    }


def of_place(rule: OwnRule, reference: Reference, verdict: str, waiver: Waiver | None) -> Json:
    """A finding of the scan's own about one reference."""
    why = f" ({reference.reason})" if reference.reason else ""
    told = None
    if waiver is not None:
        told = {"reason": waiver.reason, "owner": waiver.owner, "approver": waiver.approver, "ticket": waiver.ticket,
                "expires": waiver.expires.isoformat(), "by": waiver.by.value, "at": waiver.place}  # fmt: skip
    return {
        "rule": rule.id,
        "title": rule.title,
        "policy": None,
        "verdict": "note" if documents_only((reference,)) else verdict,
        "message": f"{reference.how} is given {reference.text}{why}",
        "model": None,
        "subject": None,
        "path": reference.path,
        "places": _places((reference,)),
        "chain": [],
        "footnotes": [rule.help],
        "references": [],
        "waivable": True,
        "suppressed": told,
        "before": None,
        "after": None,
    }


def named(findings: Iterable[Json]) -> list[Json]:
    """The findings, worst first, each with a ``fingerprint`` that moving lines about does not change."""
    weight = {"deny": 0, "review": 1, "note": 2}
    ordered = sorted(findings, key=lambda one: (one["suppressed"] is not None, weight[one["verdict"]], one["path"],
                                                one["places"][0]["line"], one["rule"]))  # fmt: skip
    times: Counter[tuple[Any, ...]] = Counter()
    result = []
    for one in ordered:
        text = one["message"] if one["model"] is None else None
        key = (one["rule"], one["model"], one["subject"], one["path"], text)
        times[key] += 1
        said = "\n".join("" if part is None else str(part) for part in (*key, times[key]))
        result.append({"fingerprint": hashlib.sha256(said.encode()).hexdigest(), **one})
    return result


def _places(references: Iterable[Reference]) -> list[Json]:
    return [{"line": one.line, "column": one.column, "cell": one.cell} for one in references]


def _suppressed(waiver: Mapping[str, Any]) -> Json:
    return {name: waiver[name] for name in ("by", "reason", "owner", "approver", "ticket", "expires", "at")}
