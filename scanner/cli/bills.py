"""The bills of materials of a run: what they list is judged, and what they say it came from is compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.bom import Bill, By, Listed, read_bill
from scanner.cli.output import report, tell
from scanner.cli.reading import failure
from scanner.errors import UnresolvedComponent
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
            told = {**stated, **used}.values()
            _tell_of(bill, "known by its name alone", [one for one in told if one.by is By.NAME])
            _tell_of(bill, "judged as it is now, for no commit is named", [
                one for one in told if one.repo and not one.revision and one not in self._covered
            ])  # fmt: skip

    def _all(self, *, used: bool) -> list[Listed]:
        return [one for bill in self._bills for one in bill.models if one.used is used]


def _tell_of(bill: Bill, what: str, models: Sequence[Listed]) -> None:
    if models:
        more = f" and {len(models) - _SHOWN} more" if len(models) > _SHOWN else ""
        tell(f"note: {bill.file}: {what}: {', '.join(one.requested for one in models[:_SHOWN])}{more}")


def _unresolved(bill: Bill, one: Listed) -> Failure:
    error = UnresolvedComponent(
        f"{one.label}: {bill.file}, {clean_line(one.at, 120)}: nothing says which model this is: {one.why}",
        hint="ask who made the bill for package URLs (pkg:huggingface/org/name@commit)",
    )
    report(error)
    return failure(one.label, error)
