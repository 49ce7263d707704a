"""What is said of a code base, as sections: the answer first, what to do last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.export.account import (
    SHOWN,
    Json,
    Line,
    Notes,
    Part,
    Section,
    counted,
    faint,
    line,
    listed,
    quote,
    term,
    warn,
)
from scanner.export.codebase.reading import Codebase, answer, coverage, locus, next_step, reason, shortened
from scanner.export.codebase.tree import UNRESOLVED, place_of, tree, verdict_span
from scanner.export.settings import setting

LINES = 12
"""Lines of one section; the rest is counted."""
OPEN = 60
"""Lines of what is unresolved: each is a question to a person."""


def sections(base: Codebase) -> Iterator[Section]:
    """Every section of a table, in order; those with nothing to say are left out."""
    notes = Notes()
    files = tree(base, notes)
    told = (
        Section("Answer", (line(answer(base)), *judged_by(base), *_worst(base))),
        Section("Code base", (), files),
        *apart(base, LINES),
        Section("Coverage", (coverage_line(base), *_listed(left(base), LINES))),
        Section("Sources", _listed([line(faint(f"[{n}] "), quote(t)) for n, t in enumerate(notes.texts(), 1)], LINES)),
        Section("Next", (line(next_step(base)),)),
    )
    yield from (section for section in told if section.lines or section.tree)


def _worst(base: Codebase) -> Iterator[Line]:
    """The models that are not allowed, each once: where there is much to read, they are read first."""
    if len(base.references("model")) <= LINES:
        return
    rules: dict[tuple[str, str], dict[str, int]] = {}
    for finding in base.open:
        if finding["model"] and finding["verdict"] in ("deny", "review"):
            count = rules.setdefault((finding["verdict"], finding["model"]), {})
            count[finding["rule"]] = count.get(finding["rule"], 0) + len(finding["places"])
    told = [
        line(verdict_span(verdict), " ", quote(model), ": ", *listed(list(count)), faint(_often(max(count.values()))))
        for (verdict, model), count in sorted(rules.items(), key=lambda each: (each[0][0], -max(each[1].values())))
    ]
    yield from (replace(said, item=True) for said in _listed(told, LINES))


def _often(places: int) -> str:
    return f"; {counted(places, 'place')}" if places > 1 else ""


def apart(base: Codebase, limit: int | None) -> Iterator[Section]:
    """What is no finding on a model: what is open, what was not judged, what is accepted."""
    yield Section("Unresolved", _listed(unresolved(base), limit and OPEN))
    yield Section("Not judged", _listed(list(_errors(base)), limit))
    yield Section("Accepted", _listed(accepted(base), limit))
    yield Section("Waivers", _listed(list(_waivers(base)), limit))
    yield Section("Lock", tuple(_lock(base)))
    yield Section("Datasets", _listed([_reference(r) for r in base.references("dataset")], limit))
    yield Section("Ignored", _listed([_reference(r) for r in base.references("ignored")], limit))


def _listed(lines: Sequence[Line], limit: int | None) -> tuple[Line, ...]:
    if limit is None or len(lines) <= limit:
        return tuple(lines)
    return (*lines[:limit], line(faint(f"and {len(lines) - limit:,} more: --format json has all")))


def judged_by(base: Codebase) -> Iterator[Line]:
    parts: list[Part] = []
    policies = base.document["policies"]
    for policy in policies[:SHOWN]:
        parts += [", " if parts else faint("judged by "), quote(policy["name"])]
        if policy["status"] != "in-force":
            parts += [" (", term(policy["status"]), ")"]
        if policy["settings"]:
            parts += [" with ", *listed([setting(one) for one in policy["settings"]])]
    if len(policies) > SHOWN:
        parts.append(faint(f" and {len(policies) - SHOWN} more"))
    parts += [faint("; models of " if parts else "models of "), quote(base.document["hub"])]
    parts += [faint(", as of "), quote(base.document["as_of"])]
    if against := base.document["compared_with"]:
        parts += [faint("; only what the change adds to "), quote(against), faint(" was judged")]
    yield line(*parts)


def unresolved(base: Codebase) -> list[Line]:
    """A line for each reference that loads a model the text does not name."""
    found = {place_of(f["path"], place): f for f in base.open for place in f["places"] if f["rule"] == UNRESOLVED}
    lines = []
    for reference in base.references("unresolved"):
        finding = found.get(place_of(reference["path"], reference))
        weight: list[Part] = [verdict_span(finding["verdict"]), " "] if finding else []
        lines.append(line(*weight, *_reference(reference).spans))
    return lines


def _reference(reference: Json) -> Line:
    named = reference["model"] or reference["text"]
    parts: list[Part] = [*_at(reference["path"], reference), "  ", quote(named)]
    if reference["revision"]:
        parts += [faint(" at "), quote(shortened(reference["revision"]))]
    parts += [faint("  in "), quote(reference["how"])]
    if reference["reason"]:
        parts += [faint(": "), quote(reference["reason"])]
    return line(*parts)


def _at(path: str, place: Json) -> list[Part]:
    return [quote(locus(path, place))]


def _errors(base: Codebase) -> Iterator[Line]:
    for error in base.errors:
        places = error["places"]
        at: list[Part] = ["  ", *_at(places[0]["path"], places[0])] if places else []
        if len(places) > 1:
            at.append(faint(f" and {counted(len(places) - 1, 'more place')}"))
        hint: list[Part] = ["; ", quote(error["hint"])] if error["hint"] else []
        yield line(quote(error["requested"]), *at, ": ", quote(reason(error)), *hint)


def accepted(base: Codebase) -> list[Line]:
    """A line for each suppressed finding; those of the baseline are only counted."""
    lines = [_accepted(finding) for finding in base.accepted if finding["suppressed"]["by"] != "baseline"]
    legacy = Counter(f["verdict"] for f in base.accepted if f["suppressed"]["by"] == "baseline")
    if legacy:
        each = ", ".join(f"{legacy[key]} {key}" for key in ("deny", "review", "note") if legacy[key])
        lines.append(line(f"{counted(legacy.total(), 'finding')} of the baseline: {each}"))
    return lines


def _accepted(finding: Json) -> Line:
    by = finding["suppressed"]
    place = finding["places"][0] if finding["places"] else {"line": 1}
    told: list[Part] = [
        warn("waived "),
        faint("("),
        verdict_span(finding["verdict"]),
        faint(") "),
        quote(finding["rule"]),
    ]
    told += [*((": ", quote(finding["model"])) if finding["model"] else ()), "  ", *_at(finding["path"], place)]
    return line(*told, *_terms(by, "inline" if by["by"] == "inline" else ""))


def _terms(waiver: Json, kind: str = "") -> Iterator[Part]:
    """Until when, by whom, on which ticket, why and where it is written."""
    if kind:
        yield f"; {kind}"
    if waiver["expires"]:
        yield from ("; until ", quote(waiver["expires"]))
    for words, key in (("owner", "owner"), ("approved by", "approver"), ("ticket", "ticket"), ("because", "reason")):
        if waiver[key]:
            yield from (f"; {words} ", quote(waiver[key]))
    if waiver["at"]:
        yield from (faint("; "), quote(waiver["at"]))


def _waivers(base: Codebase) -> Iterator[Line]:
    words = {
        "expiring": "expires soon",
        "expired": "expired, waives nothing",
        "refused": "refused, waives nothing",
        "unused": "waives nothing that is found",
    }
    for state, text in words.items():
        for waiver in base.document["waivers"][state]:
            of = quote(waiver["rule"] or "every rule"), ": ", quote(waiver["model"] or "every model")
            yield line(warn(text), ": ", *of, *_terms(waiver))


def _lock(base: Codebase) -> Iterator[Line]:
    if lock := base.document["lock"]:
        state = warn("drifted from") if lock["state"] == "drifted" else term(lock["state"])
        if lock["state"] == "not-written":
            state = warn("not written, since not everything was read and judged:")
        yield line(state, " ", quote(lock["path"]))
        if unused := lock["unused"]:
            yield line("not used any more: ", *listed(unused))
        if others := lock["other_policies"]:
            yield line("judged otherwise then and now, by ", *listed(others))


def coverage_line(base: Codebase) -> Line:
    """How many files were read, and why the others were not."""
    text, reasons = coverage(base)
    parts: list[Part] = [text]
    for n, (because, number) in enumerate(reasons[:SHOWN]):
        parts += [", " if n else ": ", quote(because), *((f" ({number:,})",) if len(reasons) > 1 else ())]
    if len(reasons) > SHOWN:
        parts.append(faint(f" and {counted(len(reasons) - SHOWN, 'more reason')}"))
    for passed in base.coverage["passed_over"][:SHOWN]:
        parts += [faint(f"; {counted(passed['files'], 'file')} passed over: "), quote(passed["reason"])]
    return line(*parts)


def left(base: Codebase) -> list[Line]:
    """Each file that was not read, or not to its end."""
    files = [("not read: ", each) for each in base.coverage["unread"]]
    files += [("in part: ", each) for each in base.coverage["partly"]]
    return [line(warn(how), quote(f["path"]), ": ", quote(f["reason"])) for how, f in files]
