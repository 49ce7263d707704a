"""Is this still the model it was? Every sign the catalogue has that a name changed hands, the strongest first.

    taken-over            another ``_id`` bears the name now
    re-registered         a name that forwarded to a renamed model was registered anew, by another ``_id``
    redirected            the hub forwards the name of one ``_id`` to another
    cited-before-created  a model older than this one names it as its parent: it meant another, or its card was edited
    owner-changed         the account behind the namespace is another one
    commit-lost           a commit that was seen is no more: the history was written anew
    count-fell            lifetime downloads, which only grow, fell by half
    back                  it was gone or private for a while
    renamed               the same ``_id`` under another name: by itself no sign of a takeover

They are facts, not verdicts: which of them weigh is for a policy to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.entry import moment

KINDS = (
    "taken-over", "re-registered", "redirected", "cited-before-created", "owner-changed", "commit-lost", "count-fell",
    "back", "renamed",
)  # fmt: skip
_FLOOR = 1_646_263_800
"""2022-03-02T23:30:00Z. The hub dates all that is older to the minute before: of these none is known to be first."""


@dataclass(frozen=True, slots=True)
class Signal:
    """``subject`` is the name it is about; ``before`` and ``after`` what changed; ``at`` unix seconds: when seen.

    ``source`` names what was asked, and the day.
    """

    kind: str
    subject: str
    before: str | None
    after: str | None
    at: int
    source: str


def signals(connection: Any, model: int | str) -> tuple[Signal, ...]:
    """What is known of the identity of ``model``: its number, or a name, which leads where the file says it leads."""
    num = _number(connection, model) if isinstance(model, str) else model
    if num is None:
        return ()
    found = [*_happened(connection, num), *_owners(connection, num), *_cited(connection, num)]
    return tuple(sorted(found, key=lambda signal: (KINDS.index(signal.kind), -signal.at)))


def _number(connection: Any, name: str) -> int | None:
    found: int | None = connection.exec_driver_sql("SELECT holder FROM names WHERE id = ?", (name,)).scalar()
    return found


def _happened(connection: Any, model: int) -> Iterator[Signal]:
    """What was seen happening to the model, or to a name that leads to it."""
    of_others = ", ".join(f"'{kind}'" for kind in ("taken-over", "re-registered", "redirected"))
    mine = ", ".join(f"'{kind}'" for kind in KINDS if kind != "owner-changed")
    yield from _read(
        connection.exec_driver_sql(
            "SELECT e.kind, n.id, e.before, e.after, e.at, s.what, s.kind, s.as_of FROM events e"
            " JOIN names n ON n.num = e.name JOIN sources s ON s.num = e.source"
            f" WHERE (e.model = ? AND e.kind IN ({mine})) OR (e.kind IN ({of_others})"
            " AND e.name IN (SELECT num FROM names WHERE holder = ?))",
            (model, model),
        )
    )


def _owners(connection: Any, model: int) -> Iterator[Signal]:
    """Changes of the account behind the namespace of the model's present name."""
    yield from _read(
        connection.exec_driver_sql(
            "SELECT e.kind, p.name, e.before, e.after, e.at, s.what, s.kind, s.as_of FROM models m"
            " JOIN names own ON own.num = m.name JOIN publishers p ON p.num = own.publisher"
            " JOIN names n ON n.publisher = p.num JOIN events e ON e.name = n.num AND e.kind = 'owner-changed'"
            " JOIN sources s ON s.num = e.source WHERE m.num = ?",
            (model,),
        )
    )


def _cited(connection: Any, model: int) -> Iterator[Signal]:
    """The oldest model that names this one as a parent, where it is older than this one."""
    found = connection.exec_driver_sql(
        "SELECT n.id, child.created, m.created, c.id, child.seen, s.what, s.kind, s.as_of FROM models m"
        " JOIN names n ON n.holder = m.num JOIN edges e ON e.parent = n.num"
        " JOIN models child ON child.num = e.child AND child.num <> m.num JOIN names c ON c.num = child.name"
        " JOIN sources s ON s.num = child.source WHERE m.num = ? AND m.created > ? AND child.created < m.created"
        " ORDER BY child.created, child.num LIMIT 1",
        (model, _FLOOR),
    ).one_or_none()
    if found is not None:
        name, cited, created, child, seen, *source = found
        before = f"{child} {moment(cited)}"
        yield Signal("cited-before-created", name, before, moment(created), seen, _source(*source))


def _read(rows: Any) -> Iterator[Signal]:
    for kind, subject, before, after, at, *source in rows.all():
        yield Signal(kind, subject, before, after, at, _source(*source))


def _source(what: str, kind: str, as_of: int) -> str:
    return f"{what} ({kind}, {(moment(as_of) or '')[:10]})"
