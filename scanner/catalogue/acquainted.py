"""Whom the tables know among the names of a catalogue, and what that explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.catalogue.held import Held, Row
from scanner.catalogue.lines import Line, body
from scanner.catalogue.looks import Profile, Seen, namespace
from scanner.evidence import Reading
from scanner.lineage.likeness import Likeness, Look
from scanner.lineage.walk import Find
from scanner.model import RepoId
from scanner.provenance import Tables


class Acquainted:
    """Asks the tables, and remembers."""

    def __init__(self, held: Held, tables: Tables) -> None:
        self._held, self._tables = held, tables
        self._cited = frozenset(id.casefold() for id in tables.curated.ids())
        developers = {family.developer.casefold() for family in tables.families}
        self._spaces = frozenset(tables.registry.namespaces()) | developers
        self._makers = frozenset(
            space for space in self._spaces if any(tables.registry.same_organisation(space, d) for d in developers)
        )
        self._explained: dict[tuple[str | None, str], bool] = {}

    def knows(self, space: str | None) -> bool:
        """A table speaks of the namespace."""
        return space is not None and space.casefold() in self._spaces

    def cites(self, id: str) -> bool:
        """The cited lineages speak of the model."""
        return id.casefold() in self._cited

    def tells_apart(self, id: str) -> bool:
        """A table speaks of the model or of its namespace: it is not one of many that nobody knows."""
        return self.cites(id) or self.knows(namespace(id))

    def own_family(self, row: Row, profile: Profile) -> str | None:
        """The family of its own publisher that a model is of."""
        if (row.namespace or "").casefold() not in self._makers:
            return None
        return self._tables.families.own(row.id, profile.model_type, profile.classes)

    def explains(self, developer: str | None, seen: Seen) -> bool:
        """True where the look of a developer's family needs no explanation: its publisher or what it comes out of."""
        if seen.known and self._tables.lineage.kin(seen.row.namespace or "", developer):
            return True
        for parent in seen.parents:
            key = (developer, parent.id)
            if key not in self._explained:
                # What a likeness explains depends on nothing of a look but whose family it is of.
                look = Look(1, "", developer, "", "", "")
                self._explained[key] = any(one.explains(look) for one in self._explaining(parent))
            if self._explained[key]:
                return True
        return False

    def _explaining(self, line: Line) -> Iterator[Likeness]:
        """The likenesses of a model and of all above it, as far as a table knows their names."""
        here: Line | None = line
        while here is not None:
            if here.explains is None:
                here.explains = tuple(self._likeness(*of) for of in body(here) if self.tells_apart(of[0]))
            yield from here.explains
            here = here.parent

    def _likeness(self, id: str, names: Sequence[str]) -> Likeness:
        reading = self._held.reading(RepoId.parse(id))
        find = Find(id, 0, reading if isinstance(reading, Reading) else None, names={id, *names})
        return Likeness(find, self._tables.lineage, ())
