"""Files that name parents and could not be read, or not in full: what they name is a parent that nobody followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from scanner.errors import Reason
from scanner.evidence.card import FRONT_MATTER, README
from scanner.evidence.config import CONFIG
from scanner.evidence.frontmatter import ADAPTER_CONFIG
from scanner.evidence.gguf import HEADERS
from scanner.evidence.merge import RECIPES
from scanner.fact import Basis, Gap
from scanner.lineage.claims import Unresolved
from scanner.lineage.walk import Find

# Whoever lists these says that the weights sit on, or are made of, others.
_NAMING = frozenset((ADAPTER_CONFIG, *RECIPES))
_TELLING = frozenset((README.casefold(), HEADERS))
# What makes half of a file that was read untold: a key that stands twice, more parents than are taken in.
_IN_PART = frozenset((Reason.MALFORMED, Reason.TOO_LARGE))


def unread_parents(find: Find, *, texts: bool) -> Iterator[Unresolved]:
    """One for each file of ``find`` that names a parent and was not read in full; with ``texts`` also for its card, its
    configs and its GGUF headers, where they were not read at all.
    """
    reading = find.reading
    if reading is None:
        return
    read = {evidence.at.path for evidence in reading.evidence}
    told: set[str] = set()
    for gap in reading.gaps:
        # A front matter that the hub could read stands in its answer.
        front = texts and gap.what.endswith(FRONT_MATTER) and reading.model.card is None
        if gap.what not in told and (front or _hides_a_parent(gap, gap.what in read, texts)):
            told.add(gap.what)
            yield Unresolved(find.id, f"what {gap.what} names", gap.reason, Basis.OBSERVED, gap.at)


def _hides_a_parent(gap: Gap, read: bool, texts: bool) -> bool:
    name = PurePosixPath(gap.what).name
    is_header = name.casefold().endswith(".gguf")
    if read:
        return gap.reason in _IN_PART and (name in _NAMING or is_header)
    return name in _NAMING or (texts and (gap.what.casefold() in _TELLING or name == CONFIG or is_header))
