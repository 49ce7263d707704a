"""Which licence a model declared at earlier commits. A hub says when a commit was made, not which files it touched.

So a few commits are read whose titles speak of a licence or a card, and the oldest: what lies between is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from scanner.errors import EntryNotFound, HubError, Reason
from scanner.evidence import Evidence, Reading
from scanner.evidence.card import LIMIT, README, parse_front_matter, split
from scanner.evidence.frontmatter import license_ids, license_text
from scanner.evidence.reader import Malformed, gap
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.hub.commits import Commit, Historic
from scanner.model import Model, Revision

HISTORY = "license history"
MAX_READ = 3
"""cards of earlier commits that are read, beside the one request for the list of commits"""

_LICENSE = re.compile(r"licen[cs]|terms|gated", re.I)
_CARD = re.compile(r"readme|model ?card|metadata|front ?matter", re.I)


@dataclass(frozen=True, slots=True)
class Declared:
    """What the card said of the licence at one commit: None where there was no card, or none that could be read."""

    revision: str
    date: str | None
    ids: tuple[str, ...] | None
    name: str | None

    @property
    def says(self) -> tuple[str, ...]:
        return tuple(id.casefold() for id in self.ids or ()) + ((self.name.casefold(),) if self.name else ())


@dataclass(frozen=True, slots=True)
class HistoryFact:
    """``declared`` at some commits, newest first; ``whole``: the oldest commit is among those that were listed."""

    declared: tuple[Declared, ...]
    whole: bool

    @property
    def changed(self) -> bool | None:
        """Whether a licence that was declared gave way to another, or to none; None where less than two were read.

        False: the commits that were read agree. A licence that was only added changed nothing that was granted.
        """
        read = [one for one in reversed(self.declared) if one.ids is not None]
        if len(read) < 2:
            return None
        return any(earlier.says and earlier.says != later.says for earlier, later in pairwise(read))


def read(reading: Reading, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``license_history``: one request for the commits, at most ``MAX_READ`` for cards."""
    model = reading.model
    if not isinstance(hub, Historic):
        yield gap(model, HISTORY, Reason.NOT_HELD, None, "this hub holds one revision and no history")
        return
    try:
        listed = hub.commits(model)
        declared = [_today(reading, listed.newest)]
        for commit in worth_reading(listed.newest):
            declared.append(_at(model, hub, commit))
    except HubError as error:
        yield Gap.of(error, str(model.repo), HISTORY, str(model.at(key="commits")))
        return
    order = {commit.revision: place for place, commit in enumerate(listed.newest)}
    declared.sort(key=lambda one: order.get(one.revision, -1))
    yield Evidence("license_history", model.at(key="commits"), HistoryFact(tuple(declared), listed.whole))


def worth_reading(commits: Sequence[Commit]) -> list[Commit]:
    """The commits whose card may say otherwise than today's, the likeliest first, at most ``MAX_READ``.

    Before a commit that names the licence stood what it changed; then the oldest, then the first cards.
    """
    before = [older for newer, older in pairwise(commits) if _LICENSE.search(newer.title)]
    cards = [commit for commit in reversed(commits[1:]) if _CARD.search(commit.title)]
    likely = {commit.revision: commit for commit in (*before[:2], *commits[1:][-1:], *cards, *before)}
    return list(likely.values())[:MAX_READ]


def _today(reading: Reading, commits: Sequence[Commit]) -> Declared:
    revision = str(reading.model.revision)
    when = next((commit.date for commit in commits if commit.revision == revision), None)
    for kind in ("card", "hub"):
        for fact in reading.facts(kind):
            if fact.license_ids is not None:
                return Declared(revision, when, fact.license_ids, fact.license_name)
    return Declared(revision, when, None, None)


def _at(model: Model, hub: Hub, commit: Commit) -> Declared:
    """What the card of ``commit`` declares.

    Raises:
        HubError: the hub did not answer, or not to this caller.
    """
    nothing = Declared(commit.revision, commit.date, None, None)
    try:
        # The listing is that of another commit.
        data = hub.read(replace(model, revision=Revision(commit.revision), artifacts=None), README, limit=LIMIT)
        header = split(data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n"))[0]
        meta = parse_front_matter(header)[0] if header is not None else {}
    except (EntryNotFound, Malformed):
        return nothing
    return replace(nothing, ids=license_ids(meta), name=license_text(meta, "license_name"))
