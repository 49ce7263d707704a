"""The code base as a tree: folder, file, line, model, verdict, and under it what was found and the way to the root."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.export.account import (
    SHOWN,
    Branch,
    Line,
    Mark,
    Notes,
    Part,
    Span,
    counted,
    faint,
    line,
    listed,
    quote,
    term,
    warn,
)
from scanner.export.codebase.reading import Codebase, Json, drift, locus, shortened, spots, way, where

DRAWN = 200
"""References drawn, and findings that stand at none; the worst are."""
ALLOWED = 60
"""References drawn that are allowed; more tell a person nothing."""
UNRESOLVED = "unresolved-reference"
_DEEP = 12
_ORDER = ("deny", "review", None, "allow")
_VERDICTS = frozenset(("deny", "review", "allow"))

Place = tuple[str, int, int, int | None]


def verdict_span(verdict: str | None) -> Span:
    """A verdict in capitals; None is what nobody judged."""
    if verdict is None:
        return warn("not judged")
    return Span(verdict.upper(), Mark.VERDICT) if verdict in _VERDICTS else term(verdict, Mark.FAINT)


def place_of(path: str, place: Json) -> Place:
    return path, place["line"], place["column"], place["cell"]


def _in_order(place: Place) -> tuple[str, int, int, int]:
    path, line_, column, cell = place
    return path, cell or 0, line_, column


def tree(base: Codebase, notes: Notes) -> Branch | None:
    """None where nothing is found. Unresolved references and datasets are told apart and do not stand here."""
    drawing = _Drawing(base, notes)
    files: dict[tuple[str, ...], Sequence[Branch]] = {}
    for path, branches in drawing.files():
        files[tuple(path.split("/", _DEEP))] = branches
    below = [*_folders(files), *drawing.rest()]
    return Branch(line(quote(base.document["root"])), tuple(below)) if below else None


def _folders(files: Mapping[tuple[str, ...], Sequence[Branch]]) -> Iterator[Branch]:
    """Folders and files in the order of their names; a folder with one entry stands on the line of that."""
    groups: dict[str, dict[tuple[str, ...], Sequence[Branch]]] = {}
    for path, below in sorted(files.items()):
        groups.setdefault(path[0], {})[path[1:]] = below
    for name, inner in groups.items():
        while len({path[:1] for path in inner}) == 1 and () not in inner:
            step = next(iter(inner))[0]
            name, inner = f"{name}/{step}", {path[1:]: below for path, below in inner.items()}
        here = inner.pop((), ())
        yield Branch(line(quote(name)), (*here, *(_folders(inner) if inner else ())))


def told_apart(base: Codebase, found: Mapping[Place, Sequence[Json]]) -> frozenset[Place]:
    """The places of unresolved references of which no more is found than that they are."""
    places = (place_of(reference["path"], reference) for reference in base.references("unresolved"))
    return frozenset(p for p in places if {finding["rule"] for finding in found.get(p, ())} == {UNRESOLVED})


class _Drawing:
    """Says what was found of a model where it first stands, and names that place elsewhere."""

    def __init__(self, base: Codebase, notes: Notes) -> None:
        self._base = base
        self._notes = notes
        self._found: dict[Place, list[Json]] = defaultdict(list)
        for spot in spots(base.open):
            self._found[place_of(spot.finding["path"], spot.place)].append(spot.finding)
        accepted = [finding for finding in base.accepted if finding["verdict"] != "note"]
        self._waived = {place_of(spot.finding["path"], spot.place) for spot in spots(accepted)}
        self._apart = told_apart(base, self._found)
        references = base.references("model", "local", "weights")
        worst = sorted(references, key=lambda r: _ORDER.index(r["verdict"]) if r["verdict"] in _ORDER else 0)
        allowed = sum(reference["verdict"] == "allow" for reference in references)
        room = min(DRAWN, len(references) - max(allowed - ALLOWED, 0))
        self._left = worst[room:]
        self._drawn = sorted(worst[:room], key=lambda r: _in_order(place_of(r["path"], r)))
        # Findings are in order, worst first, and so are the places they stand at.
        named = {place_of(reference["path"], reference) for reference in references}
        alone = [place for place in self._found if place not in named and place not in self._apart]
        self._alone = sorted(alone[:DRAWN], key=_in_order)
        self._unshown = len(alone) - len(self._alone)
        self._told: dict[tuple[str | None, tuple[str, ...]], str] = {}

    def files(self) -> Iterator[tuple[str, list[Branch]]]:
        """Each file with what stands in it."""
        files: dict[str, list[Branch]] = defaultdict(list)
        for place in self._alone:
            files[place[0]] += [self._finding(finding, place) for finding in self._found[place]]
        for reference in self._drawn:
            files[reference["path"]].append(self._reference(reference))
        yield from files.items()

    def rest(self) -> Iterator[Branch]:
        if self._left:
            some = "allowed " if all(reference["verdict"] == "allow" for reference in self._left) else ""
            more = counted(len(self._left), f"more {some}reference")
            yield Branch(line(faint(f"and {more}: --format json has all")))
        if self._unshown:
            yield Branch(line(faint(f"and {counted(self._unshown, 'more finding')}: --format json has all")))
        if old := sum(reference["new"] is False for reference in self._base.document["references"]):
            yield Branch(line(faint(f"and {counted(old, 'reference')} older than the change: not judged again")))

    def _reference(self, reference: Json) -> Branch:
        place = place_of(reference["path"], reference)
        found = self._found.get(place, [])
        named = reference["model"] or reference["text"]
        revision = reference["revision"]
        at = f"{named}@{shortened(revision)}" if revision else named
        label: list[Part] = [faint(f"{where(reference)}  "), quote(at), "  "]
        if reference["kind"] == "weights":
            label = [faint("a weights file  ")]
        unjudged = {finding["rule"] for finding in found} == {"not-judged"}
        label.append(verdict_span(found[0]["verdict"] if unjudged else reference["verdict"]))
        if reference["verdict"] == "allow" and place in self._waived:
            label += ["  ", warn("by exception")]
        if reference["kind"] == "model" and reference["pinned"] is False:
            label.append(faint("  not pinned"))
        if reference["flags"]:
            label += [faint("  "), *listed(reference["flags"])]
        if unjudged:
            label += ["  ", quote("not-judged")]
            return Branch(line(*label))
        key = (named, tuple(f"{finding['rule']} {finding['message']}" for finding in found))
        if found and key in self._told:
            rules = dict.fromkeys(finding["rule"] for finding in found)
            label += ["  ", *listed(list(rules)), faint(" as at "), quote(self._told[key])]
            return Branch(line(*label))
        self._told[key] = locus(reference["path"], reference)
        weighing = [finding for finding in found if finding["verdict"] != "note"]
        below = [self._finding(finding) for finding in weighing or found]
        if weighing and len(weighing) < len(found):
            # What is to be done about it is not drowned in what is only worth knowing.
            below.append(
                Branch(line(faint(f"and {counted(len(found) - len(weighing), 'note')}: --format json has all")))
            )
        return Branch(line(*label), tuple(below))

    def _finding(self, finding: Json, place: Place | None = None) -> Branch:
        """``place`` is given of a finding that no reference stands at."""
        at = [faint(f"{where({'line': place[1], 'cell': place[3]})}  ")] if place and finding["places"] else []
        return Branch(line(*at, *said(finding, self._notes)), tuple(Branch(each) for each in because(finding)))


def said(finding: Json, notes: Notes) -> Iterable[Part]:
    """The verdict, the rule with its policy, the message and where the facts are from."""
    yield verdict_span(finding["verdict"])
    yield " "
    yield quote(finding["rule"])
    if finding["policy"]:
        yield from (faint(" of "), quote(finding["policy"]))
    yield from (": ", quote(finding["message"]))
    yield notes.cite(*finding["footnotes"])
    if not finding["waivable"]:
        yield faint("; cannot be waived")


def because(finding: Json) -> Iterator[Line]:
    """The way to the root, and both sides of what left the lock."""
    if path := way(finding):
        yield line(faint("by way of "), quote(path))
    for name, before, after in drift(finding)[:SHOWN]:
        yield line(
            *((quote(name), ": ") if name else ()), quote(shortened(before)), faint(" → "), quote(shortened(after))
        )
