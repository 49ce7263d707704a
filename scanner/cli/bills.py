"""The bills of materials of a run: what they list is judged, and what they say it came from is compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.bom import Bill, By, Listed, read_bill
from scanner.cli.output import report, tell
from scanner.cli.reading import failure
from scanner.errors import UnresolvedComponent
from scanner.model import is_commit
from scanner.text import clean_line

if TYPE_CHECKING:
    from scanner.export import Failure

_SHOWN = 5


class Bills:
    """Every model of every bill is judged, found in the lineage of one that was, or told as unresolved.

    Raises:
        DataError, NothingToScan: as ``read_bill``.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._bills = [read_bill(file) for file in files]
        self._covered: set[Listed] = set()

    def used(self) -> list[str]:
        """What a check is asked of the models that are used."""
        return [one.requested for one in self._all(used=True) if one.repo]

    def unresolved(self) -> list[Failure]:
        """The models that are used, and nothing says which they are."""
        return [_unresolved(bill, one) for bill in self._bills for one in bill.models if one.used and not one.repo]

    def stated(self, judged: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[Failure]]:
        """What is left of the models that used ones are said to come from, or to be made with, after those were judged.

        ``judged`` are facts documents. A model that stands in the lineage of one of them, at the same commit where the
        bill names one, was judged with it: it is neither asked for nor unresolved.
        """
        known = {
            (name.casefold(), revision)
            for facts in judged
            for node in facts["lineage"]["models"]
            for name in (node["id"], *node["renamed_from"])
            for revision in (node["revision"], None)
        }
        names: list[str] = []
        unknown: list[Failure] = []
        for bill in self._bills:
            for one in bill.models:
                if one.used:
                    continue
                if ((str(one.repo) if one.repo else one.label).casefold(), one.revision) in known:
                    self._covered.add(one)
                elif one.repo:
                    names.append(one.requested)
                else:
                    unknown.append(_unresolved(bill, one))
        return list(dict.fromkeys(names)), unknown

    def others(self, judged: Sequence[Mapping[str, Any]]) -> list[Failure]:
        """The used models whose files, by the SHA-256 that the bill states, are not those that were judged.

        ``judged`` are facts documents. What is the same, and what could not be compared, is told on stderr.
        """
        read: dict[str, list[tuple[str | None, dict[str, list[str | None]]]]] = {}
        for facts in judged:
            own = facts["lineage"]["models"][0]
            for name in (own["id"], *own["renamed_from"]):
                read.setdefault(name.casefold(), []).append((own["revision"], _sha256(facts)))
        found: list[Failure] = []
        for bill in self._bills:
            same = unknown = 0
            for one in bill.models:
                known = [
                    digests for revision, digests in read.get(str(one.repo).casefold(), ())
                    if not is_commit(one.revision) or revision in (one.revision, None)
                ] if one.used else []  # fmt: skip
                other = []
                for path, digest in one.digests if known else ():
                    here = [each for digests in known for each in digests.get(path, ())]
                    same += digest in here
                    unknown += digest not in here and (not here or None in here)
                    if here and digest not in here and None not in here:
                        other.append((path, digest))
                if other:
                    found.append(_other(bill, one, other))
            if same or unknown:
                tell(f"note: {bill.file}: files of the SHA-256 that it states: {same}; not known here: {unknown}")
        return found

    def tell(self) -> None:
        """What was made of each bill, on stderr. A model that stands in it several times is counted once."""
        for bill in self._bills:
            used, stated = (
                {one.requested if one.repo else one.at: one for one in bill.models if one.used is kind}
                for kind in (True, False)
            )
            unresolved = sum(not one.repo for one in used.values())
            text = f"{len(used)} used"
            text += f" ({unresolved} unresolved)" if unresolved else ""
            if stated:
                covered = sum(one in self._covered for one in stated.values())
                text += f", {len(stated)} named as what they came from: {covered} of them in their lineage as read here"
                text += ", the others taken by themselves" if covered < len(stated) else ""
            tell(f"note: {bill.file}: models of this {bill.format} bill: {text}")
            if bill.partial:
                tell(f"note: {bill.file}: by its own word, there may be more models in what it is about")
            told = {**stated, **used}.values()
            _tell_of(bill, "known by its name alone", [one for one in told if one.by is By.NAME])
            _tell_of(bill, "judged as it is now, for no commit is named", [
                one for one in told if one.repo and not is_commit(one.revision) and one not in self._covered
            ])  # fmt: skip

    def _all(self, *, used: bool) -> list[Listed]:
        return [one for bill in self._bills for one in bill.models if one.used is used]


def _tell_of(bill: Bill, what: str, models: Sequence[Listed]) -> None:
    if models:
        more = f" and {len(models) - _SHOWN} more" if len(models) > _SHOWN else ""
        tell(f"note: {bill.file}: {what}: {', '.join(one.requested for one in models[:_SHOWN])}{more}")


def _sha256(facts: Mapping[str, Any]) -> dict[str, list[str | None]]:
    """The digests by path; without one, those of all files of weights. None is one that is not known."""
    from scanner.export.bom.contents import Subject, files

    found: dict[str, list[str | None]] = {path: [sha256] for path, sha256, _ in files(Subject(facts, (), None, ""))}
    return {**found, "": [one["sha256"] for one in facts["files"]["weights"] or ()]}


def _other(bill: Bill, one: Listed, files: Sequence[tuple[str, str]]) -> Failure:
    (path, digest), more = files[0], len(files) - 1
    what = f"{clean_line(path, 120)} has another" if path else "none of the files of weights has the"
    error = UnresolvedComponent(
        f"{one.requested}: {bill.file}, {clean_line(one.at, 120)}: other files than those judged: {what} SHA-256 "
        f"{'than' if path else 'of'} {clean_line(digest, 64)}{f', and {more} more' if more else ''}",
        hint="ask who made the bill for the commit of the files, or have the files themselves judged",
    )
    report(error)
    return failure(f"{one.requested} as {bill.file} lists it", error)


def _unresolved(bill: Bill, one: Listed) -> Failure:
    error = UnresolvedComponent(
        f"{one.label}: {bill.file}, {clean_line(one.at, 120)}: nothing says which model this is: {one.why}",
        hint="ask who made the bill for package URLs (pkg:huggingface/org/name@commit)",
    )
    report(error)
    return failure(one.label, error)
