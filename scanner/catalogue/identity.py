"""Is this still the model it was? Every sign the catalogue has that a name changed hands, the strongest first.

    taken-over            another ``_id`` bears the name now
    re-registered         a name that forwarded to a renamed model was registered anew, by another ``_id``
    redirected            the hub forwards the name of one ``_id`` to another
    created-after-seen    made later than the name was first seen, where no ``_id`` tells
    owner-changed         the account behind the namespace is another one
    cited-before-created  a model older than this one names it as its parent: it meant another, or its card was edited
    commit-lost           a commit that was seen is no more: the history was written anew
    count-fell            lifetime downloads, which only grow, or likes fell by half
    license               another licence is declared
    back                  it was gone or private for a while
    renamed               the same ``_id`` under another name: by itself no sign of a takeover

They are facts, not verdicts: which of them weigh is for a policy to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.catalogue.entry import moment
from scanner.model import Signal

KINDS = (
    "taken-over", "re-registered", "redirected", "created-after-seen", "owner-changed", "cited-before-created",
    "commit-lost", "count-fell", "license", "back", "renamed",
)  # fmt: skip
FLOOR = 1_646_263_800
"""2022-03-02T23:30:00Z. The hub dates all that is older to the minute before: of these none is known to be first."""

_COUNTED = 1_000
_OF_THE_NAME = ("taken-over", "re-registered", "redirected")
"""They go with the name, whoever bears it."""
_OF_THE_OWNER = ("owner-changed",)


def signals(connection: Any, model: int | str) -> tuple[Signal, ...]:
    """What is known of the identity of ``model``: its number, or a name, which leads where the file says it leads."""
    num = _number(connection, model) if isinstance(model, str) else model
    return () if num is None else ordered(signal for _, signal in _found(connection, num))


def signals_of(connection: Any) -> dict[int, tuple[Signal, ...]]:
    """The signals of every model that has any, by its number; each as ``signals`` gives them."""
    found: dict[int, list[Signal]] = {}
    for num, signal in _found(connection, None):
        found.setdefault(num, []).append(signal)
    return {num: ordered(told) for num, told in found.items()}


def ordered(found: Iterable[Signal]) -> tuple[Signal, ...]:
    """Each once, the strongest first, of one kind the latest first."""
    latest = sorted(
        dict.fromkeys(found), key=lambda s: (s.seen, s.subject, s.before or "", s.after or ""), reverse=True
    )
    return tuple(sorted(latest, key=lambda signal: KINDS.index(signal.kind)))


def fell(before: int | None, after: int | None) -> bool:
    """True where a count that hardly ever shrinks, and was no small one, is half of what it was."""
    return before is not None and after is not None and before >= _COUNTED and after * 2 < before


def changed_by_citation(connection: Any) -> None:
    """Mark the models as changed that a model that changed itself names as its parent, and is older than."""
    connection.exec_driver_sql(
        "UPDATE models SET stamp = NULL WHERE num IN ("
        "SELECT m.num FROM models child JOIN edges e ON e.child = child.num JOIN names n ON n.num = e.parent"
        " JOIN models m ON m.num = n.holder"
        " WHERE child.stamp IS NULL AND m.created > ? AND child.created < m.created)",
        (FLOOR,),
    )


def changed_by_lost_citation(connection: Any, cited: Sequence[tuple[str, int]]) -> None:
    """Mark as changed what was named as a parent, each by its name and when the child was made, and is younger."""
    if cited:
        connection.exec_driver_sql(
            "UPDATE models SET stamp = NULL WHERE num = (SELECT holder FROM names WHERE id = ?) AND created > ?",
            [(name, max(FLOOR, made)) for name, made in cited],
        )


def source_text(what: str, kind: str, as_of: int) -> str:
    """The footnote: what was asked, and the day."""
    return f"{what} ({kind}, {(moment(as_of) or '')[:10]})"


def _number(connection: Any, name: str) -> int | None:
    found: int | None = connection.exec_driver_sql("SELECT holder FROM names WHERE id = ?", (name,)).scalar()
    return found


def _found(connection: Any, model: int | None) -> Iterator[tuple[int, Signal]]:
    """Numbers of models with their signals: those of ``model``, or (None) of all."""
    for select in (_HAPPENED, _TO_THE_NAME, _TO_THE_OWNER):
        rows = connection.exec_driver_sql(*_narrowed(select, model))
        for num, kind, subject, before, after, at, *source in rows.all():
            yield num, Signal(kind, subject, before, after, moment(at) or "", source_text(*source))
    yield from _cited(connection, model)


def _narrowed(select: str, model: int | None) -> tuple[str, tuple[int, ...]]:
    return (select.replace("{of}", "true"), ()) if model is None else (select.replace("{of}", "m.num = ?"), (model,))


def _listed(kinds: Iterable[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


_EVENT = "SELECT m.num, e.kind, n.id, e.before, e.after, e.at, s.what, s.kind, s.as_of FROM events e"
_HAPPENED = (
    f"{_EVENT} JOIN models m ON m.num = e.model JOIN names n ON n.num = e.name JOIN sources s ON s.num = e.source"
    f" WHERE {{of}} AND e.kind IN ({_listed(kind for kind in KINDS if kind not in _OF_THE_OWNER)})"
)
_TO_THE_NAME = (
    f"{_EVENT} JOIN names n ON n.num = e.name JOIN models m ON m.num = n.holder JOIN sources s ON s.num = e.source"
    f" WHERE {{of}} AND e.model <> m.num AND e.kind IN ({_listed(_OF_THE_NAME)})"
)
_TO_THE_OWNER = (
    f"{_EVENT.replace('n.id', 'p.name')} JOIN names n ON n.num = e.name JOIN publishers p ON p.num = n.publisher"
    " JOIN names own ON own.publisher = p.num JOIN models m ON m.name = own.num JOIN sources s ON s.num = e.source"
    f" WHERE {{of}} AND e.kind IN ({_listed(_OF_THE_OWNER)})"
)
_CITATIONS = (
    "SELECT m.num, n.id, c.id, child.created, m.created, child.seen, s.what, s.kind, s.as_of, child.num FROM models m"
    " JOIN names n ON n.holder = m.num JOIN edges e ON e.parent = n.num"
    " JOIN models child ON child.num = e.child AND child.num <> m.num JOIN names c ON c.num = child.name"
    f" JOIN sources s ON s.num = child.source WHERE {{of}} AND m.created > {FLOOR} AND child.created < m.created"
)


def _cited(connection: Any, model: int | None) -> Iterator[tuple[int, Signal]]:
    """Of each model the oldest one that names it as a parent and is older than it."""
    oldest: dict[int, Any] = {}
    for row in connection.exec_driver_sql(*_narrowed(_CITATIONS, model)).all():
        num, cited, child = row[0], row[3], row[-1]
        if num not in oldest or (cited, child) < (oldest[num][3], oldest[num][-1]):
            oldest[num] = row
    for num, name, child, cited, created, seen, what, kind, as_of, _ in oldest.values():
        yield num, citation(name, child, cited, moment(created), seen, source_text(what, kind, as_of))


def citation(name: str, child: str, cited: int, created: str | None, seen: int, source: str) -> Signal:
    """The model called ``name``, made at ``created``, is named by ``child``, which is older."""
    return Signal("cited-before-created", name, f"{child} {moment(cited)}", created, moment(seen) or "", source)
