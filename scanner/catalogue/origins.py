"""Who is behind the namespaces of a catalogue, as documents say it, and which of them are the same to policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from scanner.catalogue.alike import Alike, Kind
from scanner.origin import Registry, origin_document

Json = dict[str, Any]


class Origins:
    """Asks the registry, and remembers. Kinds are numbered by ``number``."""

    def __init__(
        self,
        registry: Registry,
        as_of: date,
        alike: Alike,
        halves: Sequence[Alike],
        *,
        knows: Callable[[str | None], bool],
        number: Callable[[Kind], int],
    ) -> None:
        """``knows`` a namespace: a table speaks of it. ``alike`` is asked of makers, ``halves`` of publishers."""
        self._registry, self._as_of, self._alike, self._halves = registry, as_of, alike, halves
        self._knows, self._number = knows, number
        self._documents: dict[str | None, Json] = {}
        self._makers: dict[str | None, int] = {}
        self._publishers: dict[str | None, tuple[int, ...]] = {}

    def document(self, space: str | None) -> Json:
        """The origin of a namespace, None: of nobody."""
        key = space.casefold() if space else None
        if key is not None and not self._knows(key):
            return {**self.document(None), "namespace": space}
        if key not in self._documents:
            self._documents[key] = origin_document(self._registry.attribute(space, self._as_of))
        return self._documents[key]

    def maker(self, space: str | None, known: bool) -> int:
        """The kind of a namespace as that of who made a model."""
        key = self._key(space, known)
        if key not in self._makers:
            self._makers[key] = self._number(self._alike.of_origin(self.document(key)))
        return self._makers[key]

    def publisher(self, space: str | None, known: bool) -> tuple[int, ...]:
        """The kinds of a namespace as that of the publisher, to each half of the rules."""
        key = self._key(space, known)
        if key not in self._publishers:
            origin = self.document(key)
            kinds = (alike.of_origin(origin, publisher=True) for alike in self._halves)
            self._publishers[key] = tuple(map(self._number, kinds))
        return self._publishers[key]

    def _key(self, space: str | None, known: bool) -> str | None:
        return space if known or self._alike.asks_of_namespaces else None
