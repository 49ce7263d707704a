"""Files that name parents, and that could not be read: what they name is a parent that nobody followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from scanner.evidence.config import CONFIG
from scanner.evidence.frontmatter import ADAPTER_CONFIG
from scanner.evidence.merge import RECIPES
from scanner.fact import Basis
from scanner.lineage.claims import Unresolved
from scanner.lineage.walk import Find

# Whoever lists these says that the weights sit on, or are made of, others. A card and a config may name a parent.
_NAMING = frozenset((ADAPTER_CONFIG, *RECIPES))
_TELLING = frozenset(("README.md", CONFIG))


def unread_parents(find: Find, *, texts: bool) -> Iterator[Unresolved]:
    """One for each unread file of ``find`` that names a parent; with ``texts`` also for its card and its config."""
    reading = find.reading
    if reading is None:
        return
    read = {evidence.at.path for evidence in reading.evidence}
    for gap in reading.gaps:
        name = PurePosixPath(gap.what).name
        if gap.what not in read and (name in _NAMING or (texts and gap.what in _TELLING)):
            yield Unresolved(find.id, f"what {gap.what} names", gap.reason, Basis.OBSERVED, gap.at)
