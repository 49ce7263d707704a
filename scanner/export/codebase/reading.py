"""What a codebase/v1 document says, read once for every format: its texts made harmless, its findings worst first."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.export.account import counted
from scanner.export.quoting import one_line
from scanner.export.sections import caveat

Json = Mapping[str, Any]

NOT_JUDGED = "NOT JUDGED"
WORST_FIRST = ("deny", "review", "note")
_WEIGH = ("DENY", "REVIEW")
UNPLACED: Json = {"line": 1, "column": 1, "cell": None}
"""Where a finding on a whole file is shown by what can show lines only."""
_OWN_STEPS = ("unresolved-reference", "not-judged")
_HEX = re.compile(r"\b([0-9a-f]{12})(?:[0-9a-f]{28}|[0-9a-f]{52})\b")
_OF_A_MODEL = ("requested", "model", "verdict", "scan", "from_cache")


@dataclass(frozen=True, slots=True)
class Spot:
    """A finding at one place. ``fingerprint`` is of the place too: two places never share one."""

    finding: Json
    place: Json
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Codebase:
    """``open`` are the findings that weigh or are noted, ``accepted`` the suppressed ones, both worst first.

    ``caveats`` stand beside the verdict. ``untold`` are the errors that no finding tells of. ``start`` is the root as
    the beginning of a path, with a ``/``, where it is below the place that the scan was started in.
    """

    document: Json
    open: tuple[Json, ...]
    accepted: tuple[Json, ...]
    untold: tuple[Json, ...]
    start: str
    caveats: tuple[str, ...]

    @property
    def errors(self) -> Sequence[Json]:
        errors: Sequence[Json] = self.document["errors"]
        return errors

    @property
    def coverage(self) -> Json:
        coverage: Json = self.document["coverage"]
        return coverage

    def references(self, *kinds: str) -> list[Json]:
        """The references of one of ``kinds`` that were looked at, in the order of the document."""
        return [r for r in self.document["references"] if r["kind"] in kinds and r["new"] is not False]


def read(document: Json, *, from_start: bool = False) -> Codebase:
    """The document without the facts and decisions of its models, which only JSON, bills of materials and the pages of
    each model show; all that is read of them is whether the live hub was asked.

    With ``from_start`` paths begin where the scan was started, as the platforms that show changes want them, and not
    at the root. A root that is absolute or leads upward says nothing of that: then they stay as they are.
    """
    models = [{key: model[key] for key in _OF_A_MODEL} for model in document["models"]]
    harmless = one_line({**document, "models": models})
    start = _start(harmless)
    if from_start and start:
        harmless = _moved(harmless, start)
    findings = sorted(harmless["findings"], key=_weight)
    told = {finding["model"] for finding in findings if finding["rule"] == "not-judged"}
    errors = harmless["errors"]
    return Codebase(
        harmless,
        tuple(finding for finding in findings if finding["suppressed"] is None),
        tuple(finding for finding in findings if finding["suppressed"] is not None),
        tuple(e for e in errors if not {e["requested"], e["requested"].partition("@")[0]} & told),
        start,
        tuple(_caveats(document)),
    )


def _caveats(document: Json) -> Iterator[str]:
    if not document["complete"]:
        yield "INCOMPLETE"
    yield from dict.fromkeys(filter(None, (caveat(model["facts"]) for model in document["models"])))


def _start(document: Json) -> str:
    """The root as a relative path with a ``/`` at its end; empty where paths need none."""
    root = document["root"].replace("\\", "/").rstrip("/")
    steps = [step for step in root.split("/") if step != "."]
    return "" if not any(steps) or root.startswith("/") or ":" in root or ".." in steps else "/".join((*steps, ""))


def _moved(document: Json, start: str) -> Json:
    cover = document["coverage"]
    # The path of a root that is a file is its own name.
    alone = start[:-1] if cover["files"] == 1 else ""

    def moved(items: Iterable[Json]) -> list[Json]:
        return [{**item, "path": _joined(start, item["path"], alone)} for item in items]

    return {
        **document,
        "references": moved(document["references"]),
        "findings": moved(document["findings"]),
        "errors": [{**error, "places": moved(error["places"])} for error in document["errors"]],
        "coverage": {**cover, "unread": moved(cover["unread"]), "partly": moved(cover["partly"])},
    }


def _joined(start: str, path: str, alone: str) -> str:
    return alone if alone.rpartition("/")[2] == path else start + path


def _weight(finding: Json) -> tuple[int, str]:
    verdict = finding["verdict"]
    return WORST_FIRST.index(verdict) if verdict in WORST_FIRST else 0, finding["path"]


def spots(findings: Iterable[Json]) -> Iterator[Spot]:
    """Every place of ``findings``; one on a whole file has the first line as its place."""
    seen: Counter[str] = Counter()
    for finding in findings:
        for place in finding["places"] or (UNPLACED,):
            print_ = finding["fingerprint"]
            number = seen[print_]
            seen[print_] += 1
            yield Spot(finding, place, print_ if not number else digest(print_, str(number)))


def digest(*parts: str) -> str:
    """A fingerprint of what has none of its own."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def verdict(base: Codebase) -> str:
    """The answer in capitals. Where something was not judged, an allow is none."""
    said = str(base.document["verdict"]).upper()
    return said if said in _WEIGH or (said == "ALLOW" and base.document["complete"]) else NOT_JUDGED


def answer(base: Codebase) -> str:
    """The numbers behind the verdict, in our own words."""
    tally = Counter(model["verdict"] for model in base.document["models"])
    names = (("deny", "denied"), ("review", "to review"), ("allow", "allowed"))
    parts = [f"{tally[key]:,} {words}" for key, words in names if tally[key]]
    if excepted := _excepted(base):
        parts[-1] += f", {excepted:,} of them by exception"
    if base.errors:
        parts.append(f"{len(base.errors):,} not judged")
    models = counted(len(base.document["models"]) + len(base.errors), "model")
    text = f"{models}: {', '.join(parts)}" if parts else "no model is named"
    if unresolved := len(base.references("unresolved")):
        text += f"; {counted(unresolved, 'reference')} to a model not named in the text"
    if drifted := sum(finding["rule"].startswith("lock-") for finding in base.open):
        text += f"; {counted(drifted, 'departure')} from the lock"
    return text


def _excepted(base: Codebase) -> int:
    """How many of the allowed models have a finding that weighs and was accepted."""
    named = {finding["model"] for finding in base.accepted if finding["verdict"] != "note"}
    allowed = (model for model in base.document["models"] if model["verdict"] == "allow")
    return sum(bool(named & {one["model"], one["requested"], one["requested"].partition("@")[0]}) for one in allowed)


def coverage(base: Codebase) -> tuple[str, list[tuple[str, int]]]:
    """``409 files read, 3 not`` and the reasons, which are quotes, each with the number of files."""
    reasons = Counter(left["reason"] for left in base.coverage["unread"])
    read_ = counted(base.coverage["read"], "file") + " read"
    return (f"{read_}, {reasons.total():,} not" if reasons else read_), reasons.most_common()


def unread(base: Codebase) -> list[tuple[str, Json]]:
    """The files that were not read, or not to their end, each after how that is called."""
    named = (("not read", "unread"), ("read in part", "partly"))
    return [(how, left) for how, key in named for left in base.coverage[key]]


def next_step(base: Codebase) -> str:
    """What to do now, in one line of our own words."""
    steps = []
    weighs = {(f["verdict"], f["rule"]) for f in base.open if f["verdict"] != "note"}
    rules = {rule for _, rule in weighs}
    drifted = {rule for rule in rules if rule.startswith("lock-")}
    if any(verdict == "deny" and rule not in drifted for verdict, rule in weighs):
        steps.append("replace the denied models, or have a waiver approved; `modelorigin check MODEL` shows all of one")
    if base.errors and not base.document["complete"]:
        steps.append("scan again for what was not judged: it is no pass")
    if "unresolved-reference" in rules:
        steps.append("name unresolved models in the text, pinned to a commit")
    if drifted:
        steps.append("look at what left the lock, then write the lock anew")
    if any(verdict == "review" and rule not in drifted and rule not in _OWN_STEPS for verdict, rule in weighs):
        steps.append("have what is under review accepted in the waiver file, with a reason and an end")
    if base.document["waivers"]["expiring"]:
        steps.append("renew what expires soon")
    if base.coverage["unread"]:
        steps.append("see why files were not read: a model may be named there")
    if base.coverage["partly"]:
        steps.append("look into the files that were read in part: a model may be named in the rest")
    if not base.document["complete"] and not (base.errors or base.coverage["unread"] or base.coverage["partly"]):
        steps.append("scan again for what could not be read for now: it is no pass")
    return "; ".join(steps) or "nothing to do"


def told(finding: Json) -> list[str]:
    """The message, which names the model where it did not, and the way to the root."""
    message, path = finding["message"], way(finding)
    model = finding["model"]
    return [f"{model}: {message}" if model and model not in message + path else message, *filter(None, (path,))]


def line_of(place: Json) -> int:
    """The line of the file; that of a notebook's cell is unknown, for the file has others: then the first."""
    line: int = 1 if place["cell"] else place["line"]
    return line


def where(place: Json) -> str:
    """``12``, or ``cell 3, line 12`` of a notebook."""
    return f"cell {place['cell']}, line {place['line']}" if place.get("cell") else str(place["line"])


def locus(path: str, place: Json) -> str:
    """``src/app.py:12``, or ``a.ipynb, cell 3, line 12``."""
    return f"{path}, {where(place)}" if place.get("cell") else f"{path}:{place['line']}"


def shortened(text: str) -> str:
    """``text`` with as much of each commit and digest as a person compares."""
    return _HEX.sub(r"\1", text)


def way(finding: Json) -> str:
    """The path to the model the finding is about; empty where there is none, or the message has it."""
    chain = " → ".join(finding["chain"])
    return "" if len(finding["chain"]) < 2 or chain in finding["message"] else chain


def reason(error: Json) -> str:
    """Why a model was not judged, without its name."""
    message: str = error["message"].removeprefix(f"{error['requested']}: ")
    return message


def why_not(error: Json) -> str:
    """The model that was asked for, and why it was not judged."""
    return f"{error['requested']}: {reason(error)}"


def drift(finding: Json) -> list[tuple[str, str, str]]:
    """What the lock holds and what is there now: (name, before, after) for each thing that differs."""
    before, after = finding["before"], finding["after"]
    if before is None and after is None:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = dict.fromkeys((*before, *after))
        sides = [(key, _said(before.get(key)), _said(after.get(key))) for key in keys]
        return [side for side in sides if side[1] != side[2]]
    return [("", _said(before), _said(after))]


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_said(item)}" for key, item in value.items())
    return ", ".join(map(_said, value)) if isinstance(value, (list, tuple)) else str(value)
